//! File paths in the form in which catalogs and clients are compared.
//!
//! A Windows path is folded to lower case with single backslashes; a folder that the client names
//! becomes its token (`%windir%`). POSIX paths stay as they are. Source of truth:
//! `docs/inventories.md`, "Normal forms".

use std::cmp::Reverse;
use std::collections::HashMap;

/// Appends the normal form of `path` to `out`.
///
/// ```
/// use patchstate::model::path;
///
/// let normal = |text| path::normal(text);
/// assert_eq!(normal(r"%SystemRoot%/System32\\Win32k.sys"), r"%windir%\system32\win32k.sys");
/// assert_eq!(normal(r"\\server\\share\"), r"\\server\share");
/// assert_eq!(normal("/usr/bin/Perl"), "/usr/bin/Perl");
/// ```
pub fn write_normal(path: &str, out: &mut String) {
    let path = trimmed(path);
    if path.starts_with('/') && !path.starts_with("//") {
        out.push_str(path);
        return;
    }
    let start = out.len();
    fold_separators(path, out);
    rename_token(out, start, "%systemroot%", "%windir%");
    rename_token(out, start, SYSNATIVE.0, SYSNATIVE.1);
}

/// What a program of 32 bits calls the folder of a system of 64, and that folder.
const SYSNATIVE: (&str, &str) = (r"%windir%\sysnative", r"%windir%\system32");

/// The normal form of `path`.
pub fn normal(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    write_normal(path, &mut out);
    out
}

/// The white space that is trimmed around values: space, tab, CR and LF.
pub const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// A text without the white space around it.
#[inline]
pub fn trimmed(text: &str) -> &str {
    let is_blank = |byte: Option<&u8>| byte.is_some_and(|byte| *byte <= b' ');
    // As nearly every text is.
    if !is_blank(text.as_bytes().first()) && !is_blank(text.as_bytes().last()) {
        return text;
    }
    text.trim_matches(BLANK)
}

/// The last part of a path.
pub fn name(path: &str) -> &str {
    let is_separator = |byte: u8| byte == b'\\' || byte == b'/';
    let end = path.bytes().rposition(is_separator);
    end.map_or(path, |end| &path[end + 1..])
}

/// Folds case and separators; a leading double backslash stays, a trailing one goes.
fn fold_separators(path: &str, out: &mut String) {
    let start = out.len();
    if is_plain(path) {
        out.push_str(path);
        out[start..].make_ascii_lowercase();
        return;
    }
    for c in path.chars() {
        if c != '\\' && c != '/' {
            fold_char(c, out);
        } else if !out.ends_with('\\') || out.len() - start == 1 {
            out.push('\\');
        }
    }
    while out.len() > start + 1 && out.ends_with('\\') {
        out.pop();
    }
}

/// Whether folding a path or key only changes the case of ASCII letters, as for nearly all of them.
pub(super) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Without branches, so that many bytes are looked at at once.
    let odd = bytes.iter().fold(false, |odd, byte| odd | (*byte == b'/') | !byte.is_ascii());
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let doubled = pairs.fold(false, |doubled, (a, b)| doubled | ((*a == b'\\') & (*b == b'\\')));
    !odd && !doubled && bytes.last() != Some(&b'\\')
}

/// Appends the simple lower-case mapping of `c`: one character for one character.
pub fn fold_char(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => out.push(one),
        _ => out.push(c),
    }
}

/// Appends the simple lower-case mapping of `text`.
pub fn fold_text(text: &str, out: &mut String) {
    if text.is_ascii() {
        let start = out.len();
        out.push_str(text);
        out[start..].make_ascii_lowercase();
    } else {
        text.chars().for_each(|c| fold_char(c, out));
    }
}

/// Whether the simple lower-case mapping of `text` is `folded`.
pub fn folds_to(text: &str, folded: &str) -> bool {
    if text.is_ascii() {
        let letters = text.bytes().map(|byte| byte.to_ascii_lowercase());
        return text.len() == folded.len() && letters.eq(folded.bytes());
    }
    let mut mapped = String::with_capacity(text.len());
    fold_text(text, &mut mapped);
    mapped == folded
}

/// Replaces `from` by `to` at the start of what was appended at `start`, where a component ends there.
fn rename_token(out: &mut String, start: usize, from: &str, to: &str) {
    let Some(rest) = out[start..].strip_prefix(from) else { return };
    if rest.is_empty() || rest.starts_with('\\') {
        out.replace_range(start..start + from.len(), to);
    }
}

/// The token that a normal path begins with, with both percent signs.
///
/// ```
/// use patchstate::model::path::token;
/// assert_eq!(token(r"%windir%\system32\a.dll"), Some("%windir%"));
/// assert_eq!(token(r"%variable\w3proxy.exe"), None);
/// ```
pub fn token(normal: &str) -> Option<&str> {
    let name = normal.strip_prefix('%')?;
    let end = name.find(['%', '\\'])?;
    (end > 0 && name.as_bytes()[end] == b'%').then(|| &normal[..end + 2])
}

/// The folders that a client states, each with the token form that stands for it.
///
/// A path is looked up at the lengths that folders have, so that a client that states many folders costs
/// no more for a path than the path is long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folders {
    tokens: HashMap<String, String, ahash::RandomState>,
    /// The lengths that folders have, longest first.
    lengths: Vec<usize>,
}

impl Folders {
    /// Forgets all folders.
    pub fn clear(&mut self) {
        self.tokens.clear();
        self.lengths.clear();
    }

    /// States that `folder` is what `token` (in normal form) stands for.
    pub fn state(&mut self, folder: &str, token: &str) {
        let folder = normal(folder);
        if !folder.is_empty() && folder != token {
            if let Err(at) =
                self.lengths.binary_search_by_key(&Reverse(folder.len()), |length| Reverse(*length))
            {
                self.lengths.insert(at, folder.len());
            }
            self.tokens.insert(folder, token.to_owned());
        }
    }

    /// The folders, in normal form and no order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.tokens.keys().map(String::as_str)
    }

    /// Whether a path in normal form is that of a folder itself.
    pub fn holds(&self, path: &str) -> bool {
        let has_length = |path: &str| {
            self.lengths.binary_search_by_key(&Reverse(path.len()), |length| Reverse(*length)).is_ok()
        };
        has_length(path) && self.tokens.contains_key(path)
    }

    /// Whether a path in token form is that of a folder itself.
    pub fn is_folder(&self, path: &str) -> bool {
        self.tokens.values().any(|token| token == path)
    }

    /// A path in token form with the one folder of its token in place of that, where there is one.
    pub fn expand(&self, path: &str) -> Option<String> {
        let rest =
            |token: &str| path.strip_prefix(token).filter(|rest| rest.is_empty() || rest.starts_with('\\'));
        let folders = self.tokens.iter().filter(|(folder, _)| self::token(folder).is_none());
        let fitting: Vec<_> =
            folders.filter_map(|(folder, token)| Some((token.len(), folder, rest(token)?))).collect();
        let longest = fitting.iter().map(|(length, ..)| *length).max()?;
        let mut best = fitting.into_iter().filter(|(length, ..)| *length == longest);
        let (_, folder, rest) = best.next()?;
        best.next().is_none().then(|| format!("{folder}{rest}"))
    }

    /// How many bytes their texts have.
    pub fn bytes(&self) -> usize {
        self.tokens.iter().map(|(folder, token)| folder.len() + token.len()).sum()
    }

    /// Puts the longest stated folder that `path[start..]` begins with into token form.
    ///
    /// `path[start..]` is in normal form before and after.
    pub fn tokenize(&self, path: &mut String, start: usize) {
        if let Some((length, token)) = self.longest(&path[start..]) {
            path.replace_range(start..start + length, token);
            rename_token(path, start, SYSNATIVE.0, SYSNATIVE.1);
        }
    }

    /// Appends the token form of a path in normal form to `out`; says whether it lies in a stated folder.
    pub fn write_token_form(&self, path: &str, out: &mut String) -> bool {
        let start = out.len();
        let Some((length, token)) = self.longest(path) else {
            out.push_str(path);
            return false;
        };
        out.push_str(token);
        out.push_str(&path[length..]);
        rename_token(out, start, SYSNATIVE.0, SYSNATIVE.1);
        true
    }

    /// The longest stated folder that a path in normal form begins with: its length, and its token.
    fn longest(&self, path: &str) -> Option<(usize, &str)> {
        let ends_there =
            |length: &usize| *length == path.len() || path.as_bytes().get(*length) == Some(&b'\\');
        let mut fitting = self.lengths.iter().copied().filter(ends_there);
        fitting.find_map(|length| Some((length, self.tokens.get(path.get(..length)?)?.as_str())))
    }
}

/// The token form of a shell folder number (CSIDL), for a client of 64 or 32 bits.
pub fn shell_folder(number: u32, wide: bool) -> Option<&'static str> {
    match (number, wide) {
        (35, _) => Some("%programdata%"),
        (36, _) => Some("%windir%"),
        (37, _) | (41, false) => Some(r"%windir%\system32"),
        (41, true) => Some(r"%windir%\syswow64"),
        (38, _) | (42, false) => Some("%programfiles%"),
        (42, true) => Some("%programfiles(x86)%"),
        (43, _) | (44, false) => Some("%commonprogramfiles%"),
        (44, true) => Some("%commonprogramfiles(x86)%"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_become_tokens_longest_first() {
        let mut folders = Folders::default();
        folders.state(r"C:\Program Files", "%programfiles%");
        folders.state(r"C:\Program Files\Common Files\", "%commonprogramfiles%");
        folders.state(r"C:\WINNT", "%windir%");
        let check = |folders: &Folders, path: &str, expect: &str| {
            let mut path = normal(path);
            folders.tokenize(&mut path, 0);
            assert_eq!(path, expect);
        };
        check(&folders, r"c:\program files\common files\x.dll", r"%commonprogramfiles%\x.dll");
        check(&folders, r"c:\program files\common filesystem\x", r"%programfiles%\common filesystem\x");
        check(&folders, r"C:/WINNT/system32/A.dll", r"%windir%\system32\a.dll");
        check(&folders, r"C:\WINNT2\a.dll", r"c:\winnt2\a.dll");
        check(&folders, r"C:\WINNT\Sysnative\a.dll", r"%windir%\system32\a.dll");
        folders.state(r"c:\winnt\", "%systemroot%");
        check(&folders, r"C:\WINNT", "%systemroot%");
    }

    #[test]
    fn every_path_is_in_the_longest_folder_that_holds_it() {
        const FOLDERS: [&str; 6] = ["c:", r"c:\a", r"c:\b", r"c:\a\b", r"c:\ab", "ü"];
        const PATHS: [&str; 9] =
            [r"c:\a\b\c", r"c:\ab\c", r"c:\a\bc", r"c:\b", "c:", "c", r"ü\c", "üa", r"\\c:\a"];
        for chosen in 0..1u32 << FOLDERS.len() {
            let stated = || FOLDERS.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1);
            let mut folders = Folders::default();
            stated().for_each(|(at, folder)| folders.state(folder, &format!("%{at}%")));
            for path in PATHS {
                let holds = |(at, folder): (usize, &&str)| {
                    let rest = path.strip_prefix(folder)?;
                    (rest.is_empty() || rest.starts_with('\\'))
                        .then(|| (folder.len(), format!("%{at}%{rest}")))
                };
                let expected = stated().filter_map(holds).max().map_or(path.to_owned(), |(_, form)| form);
                let mut found = format!("before {path}");
                folders.tokenize(&mut found, "before ".len());
                assert_eq!(found, format!("before {expected}"), "{chosen:b}");
                let mut written = String::from("before ");
                let is_below = folders.write_token_form(path, &mut written);
                assert_eq!((written, is_below), (found, expected != path), "{chosen:b}");
            }
        }
    }

    #[test]
    fn letters_outside_ascii_fold_one_to_one() {
        assert_eq!(normal(r"C:\ÄÖ\İ.txt"), r"c:\äö\İ.txt");
        for (text, other) in [("DeviceID", "deviceId"), ("ÄÖ", "äö"), ("\u{212a}elvin", "kelvin")] {
            let mut folded = String::new();
            fold_text(text, &mut folded);
            assert!(folds_to(text, &folded), "{text}");
            assert_eq!(folds_to(text, other), folded == other, "{text}");
            assert!(!folds_to(text, "") && !folds_to(text, &format!("{folded}x")));
        }
    }
}
