//! Finds the lines of a listing by their form: where the version of the system stands, and around it.

use std::ops::Range;

use crate::inventory::lines::lines;

/// What stands in a listing beside its list of hotfixes.
#[derive(Debug, Default)]
pub(super) struct Listing<'a> {
    /// The name of the computer, unless it was taken out.
    pub(super) host: Option<&'a str>,
    /// The display name of the system.
    pub(super) name: Option<&'a str>,
    /// Where the line with the version begins and ends.
    pub(super) system: Option<(usize, usize)>,
    pub(super) version: Option<&'a str>,
    pub(super) service_pack: Option<&'a str>,
    pub(super) arch: Option<&'static str>,
    pub(super) windir: Option<&'a str>,
}

impl<'a> Listing<'a> {
    /// Looks through a text once.
    pub(super) fn of(text: &'a str) -> Self {
        let mut listing = Listing::default();
        // The two lines above the current one.
        let mut above = [None, None];
        for (offset, line) in lines(text) {
            match version(line).filter(|_| listing.system.is_none()) {
                Some(found) => listing.take(above, line, found, offset),
                None if listing.windir.is_none() => {
                    listing.windir = value(line).filter(|text| is_folder(text))
                }
                None => {}
            }
            listing.arch = listing.arch.or_else(|| architecture(line));
            above = [above[1], Some(line)];
        }
        listing
    }

    /// Takes the line with the version; in every language the host and the name stand above it.
    fn take(&mut self, above: [Option<&'a str>; 2], line: &'a str, found: Range<usize>, offset: usize) {
        let [host, name] = above.map(|line| line.and_then(value));
        self.host = host.filter(|host| host.bytes().any(|byte| byte != b'.'));
        self.name = name.filter(|name| !name.is_empty());
        self.system = Some((offset, offset + line.len()));
        self.service_pack = service_pack(&line[found.end..]);
        self.version = Some(&line[found]);
    }
}

/// The value of a line: what follows the first colon, which is a wide one in some languages.
pub(super) fn value(line: &str) -> Option<&str> {
    line.split_once([':', '：']).map(|(_, value)| value.trim())
}

/// Where three numbers stand that are the version of a system and not part of a longer one.
pub(super) fn version(line: &str) -> Option<Range<usize>> {
    let bytes = line.as_bytes();
    let mut start = 0;
    while start < bytes.len() {
        if !bytes[start].is_ascii_digit() {
            start += 1;
            continue;
        }
        let end = start + bytes[start..].iter().take_while(|byte| is_part(**byte)).count();
        // A sentence may end behind the version.
        let number = line[start..end].trim_end_matches('.');
        let whole = start == 0 || bytes[start - 1] != b'.';
        if whole && is_version(number) {
            return Some(start..start + number.len());
        }
        start = end;
    }
    None
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'.'
}

fn is_version(number: &str) -> bool {
    let mut parts = number.split('.').map(str::len);
    let parts = [parts.next(), parts.next(), parts.next(), parts.next()];
    matches!(parts, [Some(1..=2), Some(1..=2), Some(3..=5), None])
}

/// The number behind `Service Pack`.
fn service_pack(rest: &str) -> Option<&str> {
    let at = rest.find("Service Pack ")? + "Service Pack ".len();
    let digits = rest[at..].bytes().take_while(u8::is_ascii_digit).count();
    (1..=3).contains(&digits).then(|| &rest[at..at + digits])
}

/// The architecture that a line names: `x64-based PC`.
pub(super) fn architecture(line: &str) -> Option<&'static str> {
    const WORDS: [(&str, &str); 6] = [
        ("x64", "x64"),
        ("x86", "x86"),
        ("ia64", "ia64"),
        ("itanium", "ia64"),
        ("arm64", "arm64"),
        ("arm", "arm"),
    ];
    let bytes = line.as_bytes();
    memchr::memmem::find_iter(bytes, "-based").find_map(|end| {
        let start =
            bytes[..end].iter().rposition(|byte| !byte.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
        let word = line.get(start..end)?;
        WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, arch)| *arch)
    })
}

/// Whether a value is a folder at the top of a drive.
fn is_folder(text: &str) -> bool {
    let [drive, b':', b'\\', first, ..] = text.as_bytes() else { return false };
    drive.is_ascii_alphabetic() && *first != b'\\' && !text[3..].contains('\\') && !text[3..].contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_three_numbers() {
        let check = |line: &str, expect: Option<&str>| {
            assert_eq!(version(line).map(|found| &line[found]), expect, "{line}");
        };
        check("OS Version: 10.0.17763 N/A Build 17763", Some("10.0.17763"));
        check("5.1.2600", Some("5.1.2600"));
        check("版本:6.1.7601。", Some("6.1.7601"));
        check("10.0.17763.1 or 1.2.3", None);
        check("VMW71.00V.9694812.B64.1808210100, 21/08/2018", None);
        check("1.289.501.0 10.172 MB .6.1.7601", None);
        check("127.0.0.1 6.0.6001.", Some("6.0.6001"));
    }

    #[test]
    fn architectures_are_words_before_based() {
        let check = |line: &str, expect| assert_eq!(architecture(line), expect, "{line}");
        check("System Type:               X86-based PC", Some("x86"));
        check("x64-based PC", Some("x64"));
        check("Itanium-based System", Some("ia64"));
        check("ARM64-based PC", Some("arm64"));
        check("a web-based and risc-based x64-based PC", Some("x64"));
        check("myx64-based", None);
        check("é-based", None);
    }

    #[test]
    fn the_folder_of_the_system_is_no_file_of_a_drive() {
        assert!(is_folder(r"C:\WINDOWS") && is_folder("d:\\Windows 2000"));
        assert!(!is_folder(r"C:\pagefile.sys") && !is_folder(r"C:\WINDOWS\system32") && !is_folder("C:\\"));
    }
}
