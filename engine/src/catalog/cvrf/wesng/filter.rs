//! Turns what a host states of its system into the words by which wesng looks for its products.
//!
//! For comparison only: some of these words are a part of no product's name. Knows nothing of definitions.
//! Source of truth: `docs/wesng.md`, "Filters".

use crate::model::fact::Os;

/// What wesng calls each build of Windows 10 and 11, by the first build with that name.
const VERSIONS: [(u32, &str); 19] = [
    (10240, "1507"),
    (10586, "1511"),
    (14393, "1607"),
    (15063, "1703"),
    (16299, "1709"),
    (17134, "1803"),
    (17763, "1809"),
    (18362, "1903"),
    (18363, "1909"),
    (19041, "2004"),
    (19042, "20H2"),
    (19043, "21H1"),
    (19044, "21H2"),
    (19045, "22H2"),
    (22000, "21H2"),
    (22621, "22H2"),
    (22631, "23H2"),
    (26100, "24H2"),
    (26200, "25H2"),
];

/// The first build of Windows 11.
const ELEVEN: u32 = 22_000;

/// The servers with the version 10.0 that wesng names, by their build.
const SERVERS: [(u32, &str); 3] = [(14393, "2016"), (17763, "2019"), (20348, "2022")];

/// The filter that wesng takes for a system; `None` for one that it does not name, or of which version,
/// architecture or type is not stated.
///
/// ```
/// use patchstate::catalog::cvrf::wesng::filter::filter;
/// use patchstate::model::fact::Os;
///
/// let os = Os {
///     version: Some("6.1.7601".into()),
///     sp: Some("1".into()),
///     arch: Some("x64".into()),
///     product_type: Some("workstation".into()),
///     ..Os::default()
/// };
/// assert_eq!(filter(&os).as_deref(), Some("Windows 7 for x64-based Systems Service Pack 1"));
/// assert_eq!(filter(&Os::default()), None);
/// ```
pub fn filter(os: &Os<'_>) -> Option<String> {
    let version = os.version.as_deref()?;
    let mut parts = version.split('.').map(str::parse::<u32>);
    let mut part = || parts.next()?.ok();
    let (major, minor, third) = (part()?, part()?, part());
    let build = os.build.or(third)?;
    let arch = os.arch.as_deref()?;
    let is_client = os.product_type.as_deref()?.eq_ignore_ascii_case("workstation");
    let systems = match arch {
        "x86" => "32-bit",
        "x64" => "x64-based",
        "arm64" => "ARM64",
        _ => return None,
    };
    let pack = match os.sp.as_deref() {
        None | Some("" | "0") => String::new(),
        Some(pack) => format!(" Service Pack {pack}"),
    };
    let edition = |words: &'static str| if arch == "x86" { "" } else { words };
    Some(match (major, minor, is_client) {
        (5, 1, true) => format!("Microsoft Windows XP{}{pack}", edition(" Professional x64 Edition")),
        (5, 2, false) => format!("Microsoft Windows Server 2003{}", edition(" x64 Edition")),
        (6, 0, true) => format!("Windows Vista{}{pack}", edition(" x64 Edition")),
        (6, 0, false) => format!("Windows Server 2008 for {systems} Systems"),
        (6, 1, true) => format!("Windows 7 for {systems} Systems{pack}"),
        (6, 1, false) => format!("Windows Server 2008 R2 for {systems} Systems"),
        (6, 2, true) => format!("Windows 8 for {systems} Systems"),
        (6, 2, false) => "Windows Server 2012".to_owned(),
        (6, 3, true) => format!("Windows 8.1 for {systems} Systems"),
        (6, 3, false) => "Windows Server 2012 R2".to_owned(),
        (10, 0, true) => {
            let (_, name) = VERSIONS.iter().rev().find(|(first, _)| *first <= build)?;
            let number = if build < ELEVEN { 10 } else { 11 };
            format!("Windows {number} Version {name} for {systems} Systems")
        }
        (10, 0, false) => {
            let (_, name) = SERVERS.iter().find(|(server, _)| *server == build)?;
            format!("Windows Server {name}")
        }
        _ => return None,
    })
}
