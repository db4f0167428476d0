//! Registry keys and values in the form in which catalogs and clients are compared.
//!
//! Source of truth: `docs/inventories.md`, "Normal forms".

use super::path::{fold_char, is_plain, trimmed};

/// Which view of the registry a key stands in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// The view of the system's own width, or none stated.
    #[default]
    Native,
    /// The 32-bit view of a 64-bit system.
    Narrow,
}

/// The key of which the 32-bit view is another one, and where that is below it.
const SOFTWARE: &str = r"hklm\software";
const NODE: &str = r"\wow6432node";

const HIVES: [(&str, &str); 10] = [
    ("hkey_local_machine", "hklm"),
    ("hkey_current_user", "hkcu"),
    ("hkey_classes_root", r"hklm\software\classes"),
    ("hkey_users", "hku"),
    ("hkey_current_config", "hkcc"),
    ("hklm", "hklm"),
    ("hkcu", "hkcu"),
    ("hkcr", r"hklm\software\classes"),
    ("hku", "hku"),
    ("hkcc", "hkcc"),
];

/// Appends the normal form of `key` in `view` to `out`.
///
/// ```
/// use patchstate::model::registry::{normal_key, View};
///
/// assert_eq!(normal_key(r"HKEY_LOCAL_MACHINE/Software\\A\", View::Native), r"hklm\software\a");
/// assert_eq!(normal_key(r"HKCR\.txt", View::Native), r"hklm\software\classes\.txt");
/// assert_eq!(normal_key(r"HKLM\Software\A", View::Narrow), r"hklm\software\wow6432node\a");
/// assert_eq!(normal_key(r"HKLM\Software\Wow6432Node\A", View::Narrow), r"hklm\software\wow6432node\a");
/// ```
pub fn write_normal_key(key: &str, view: View, out: &mut String) {
    let mut key = trimmed(key);
    for prefix in [r"Registry::", r"Computer\", r"\\.\"] {
        if key.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)) {
            key = &key[prefix.len()..];
        }
    }
    let start = out.len();
    if is_plain(key) && !key.starts_with('\\') {
        out.push_str(key);
        out[start..].make_ascii_lowercase();
    } else {
        fold(key, out);
    }
    let end = memchr::memchr(b'\\', &out.as_bytes()[start..]).map_or(out.len(), |end| start + end);
    if &out[start..end] == "hklm" {
        // The normal form already, as for nearly all of them.
    } else if let Some((_, short)) = HIVES.iter().find(|(long, _)| *long == &out[start..end]) {
        out.replace_range(start..end, short);
    }
    if view == View::Narrow {
        redirect(out, start);
    }
}

/// Appends `key` in lower case with single backslashes, none of them at its ends.
fn fold(key: &str, out: &mut String) {
    let start = out.len();
    for c in key.chars() {
        match c {
            '\\' | '/' if out.len() == start || out.ends_with('\\') => {}
            '\\' | '/' => out.push('\\'),
            c => fold_char(c, out),
        }
    }
    while out.len() > start && out.ends_with('\\') {
        out.pop();
    }
}

/// The normal form of `key` in `view`.
pub fn normal_key(key: &str, view: View) -> String {
    let mut out = String::with_capacity(key.len());
    write_normal_key(key, view, &mut out);
    out
}

/// The views in which rules may name a key that a client states in one: a system of 32 bits has a single
/// view, which is both.
pub fn views(stated: View, wide: bool) -> &'static [View] {
    match (wide, stated) {
        (true, View::Native) => &[View::Native],
        (true, View::Narrow) => &[View::Narrow],
        (false, _) => &[View::Native, View::Narrow],
    }
}

/// Whether a normal key stands in the 32-bit view of a system of 64 bits.
pub fn is_narrow(normal: &str) -> bool {
    normal.strip_prefix(SOFTWARE).is_some_and(|rest| rest.starts_with(NODE))
}

/// Moves a normal key below `SOFTWARE` to where the 32-bit view keeps it.
fn redirect(out: &mut String, start: usize) {
    let Some(rest) = out[start..].strip_prefix(SOFTWARE) else { return };
    let below = rest.is_empty() || rest.starts_with('\\');
    let there = rest.strip_prefix(NODE).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'));
    if below && !there {
        out.insert_str(start + SOFTWARE.len(), NODE);
    }
}

/// What stands in place of a hive in keys that are meant below each sub-key that a rule goes through.
pub const LOOP: &str = "%loop%";

/// The key that a key below [`LOOP`] means at a sub-key; `None` for any other key.
///
/// ```
/// use patchstate::model::registry::at_sub_key;
///
/// assert_eq!(at_sub_key(r"%loop%\setup", r"hklm\a\b").as_deref(), Some(r"hklm\a\b\setup"));
/// assert_eq!(at_sub_key(r"hklm\a", r"hklm\a\b"), None);
/// ```
pub fn at_sub_key(key: &str, sub_key: &str) -> Option<String> {
    let below = key.strip_prefix(LOOP)?;
    (below.is_empty() || below.starts_with('\\')).then(|| format!("{sub_key}{below}"))
}

/// The keys above `normal`, nearest first.
pub fn parents(normal: &str) -> impl Iterator<Item = &str> {
    let mut rest = normal;
    std::iter::from_fn(move || {
        rest = &rest[..rest.rfind('\\')?];
        Some(rest)
    })
}

/// Reads a number as the registry's tools write it: decimal, or hexadecimal after `0x`.
///
/// ```
/// use patchstate::model::registry::number;
/// assert_eq!(number(" 0x1F "), Some(31));
/// assert_eq!(number("12"), Some(12));
/// assert_eq!(number("x"), None);
/// ```
pub fn number(text: &str) -> Option<u64> {
    let text = trimmed(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit());
    match text.get(..2).filter(|prefix| prefix.eq_ignore_ascii_case("0x")) {
        Some(_) if digits(&text[2..]) => u64::from_str_radix(&text[2..], 16).ok(),
        None if digits(text) => text.parse().ok(),
        _ => None,
    }
}
