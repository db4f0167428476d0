//! Lines of an export: keys, values in all their types, and what is taken away.

use std::borrow::Cow;
use std::fmt::Write;

use encoding_rs::{UTF_16LE, WINDOWS_1252};

use crate::model::fact::Text;

/// In what characters the editor writes bytes that are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// UTF-16, since Windows 2000.
    Wide,
    /// One byte each, `REGEDIT4`.
    Narrow,
}

/// What a line says.
pub(super) enum Line<'a> {
    /// It is blank or a comment.
    Nothing,
    /// What follows stands below this key.
    Key(&'a str),
    /// A value of the key.
    Value(Value<'a>),
    /// A value is taken away.
    Removal,
    /// A key is taken away.
    RemovedKey,
    /// It is none.
    Unreadable,
}

/// A value of a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Value<'a> {
    pub(super) name: Text<'a>,
    pub(super) kind: &'static str,
    /// As text; absent where it has none.
    pub(super) data: Option<Text<'a>>,
}

/// Where the line that a text begins with ends, its line break included.
pub(super) fn end_of_line(text: &str) -> usize {
    let bytes = text.as_bytes();
    let quoted = matches!(bytes.first(), Some(b'"' | b'@'));
    let (mut at, mut in_quotes) = (0, false);
    while let Some(next) = memchr::memchr3(b'"', b'\\', b'\n', &bytes[at..]).map(|next| at + next) {
        at = next + 1;
        match bytes[next] {
            b'"' if quoted => in_quotes = !in_quotes,
            b'\\' if in_quotes => at += 1,
            b'\\' if quoted => {
                let spaces =
                    bytes[at..].iter().take_while(|byte| matches!(byte, b'\r' | b' ' | b'\t')).count();
                at += spaces + usize::from(bytes.get(at + spaces) == Some(&b'\n'));
            }
            b'\n' if !in_quotes => return at,
            _ => {}
        }
        at = at.min(bytes.len());
    }
    text.len()
}

impl<'a> Line<'a> {
    /// Reads a line.
    pub(super) fn of(line: &'a str, dialect: Dialect) -> Self {
        let text = line.trim();
        match text.as_bytes().first() {
            None | Some(b';') => Line::Nothing,
            Some(b'[') => match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
                Some(key) if key.starts_with('-') => Line::RemovedKey,
                Some(key) if !key.is_empty() => Line::Key(key),
                Some(_) | None => Line::Unreadable,
            },
            Some(b'"' | b'@') => value(text, dialect).unwrap_or(Line::Unreadable),
            Some(_) => Line::Unreadable,
        }
    }
}

fn value(text: &str, dialect: Dialect) -> Option<Line<'_>> {
    let (name, rest) = match text.strip_prefix('@') {
        Some(rest) => (Text::Borrowed(""), rest),
        None => string(text)?,
    };
    let data = rest.trim_start().strip_prefix('=')?.trim_start();
    if data == "-" {
        return Some(Line::Removal);
    }
    if data.starts_with('"') {
        let (data, rest) = string(data)?;
        let is_end = rest.trim_start().is_empty() || rest.trim_start().starts_with(';');
        return is_end.then_some(Line::Value(Value { name, kind: "sz", data: Some(data) }));
    }
    let (kind, digits) = data.split_once(':')?;
    if kind.eq_ignore_ascii_case("dword") {
        let number = u32::from_str_radix(digits.trim(), 16).ok()?;
        return Some(Line::Value(Value { name, kind: "dword", data: Some(number.to_string().into()) }));
    }
    let number = match kind.get(..3).filter(|hex| hex.eq_ignore_ascii_case("hex"))? {
        _ if kind.len() == 3 => 3,
        _ => u32::from_str_radix(kind[3..].strip_prefix('(')?.strip_suffix(')')?, 16).ok()?,
    };
    let (kind, data) = typed(number, &bytes(digits)?, dialect);
    Some(Line::Value(Value { name, kind, data: data.map(Text::Owned) }))
}

/// A string in quotes, and what follows it.
fn string(text: &str) -> Option<(Text<'_>, &str)> {
    let text = text.strip_prefix('"')?;
    let mut escapes = false;
    let mut at = 0;
    loop {
        let next = at + memchr::memchr2(b'"', b'\\', &text.as_bytes()[at..])?;
        if text.as_bytes()[next] == b'"' {
            let inner = &text[..next];
            let value = if escapes { Cow::Owned(unescaped(inner)) } else { Cow::Borrowed(inner) };
            return Some((value, &text[next + 1..]));
        }
        escapes = true;
        // What follows is taken as it is; a character of several bytes has no quote among them.
        at = (next + 2).min(text.len());
    }
}

/// The string without the backslashes that stand before quotes and backslashes.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}

/// The bytes of a list of hexadecimal numbers, which goes on in the next line behind a backslash.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 3 + 1);
    let parts = text.split(',').map(|part| part.trim_matches(['\\', '\r', '\n', ' ', '\t']));
    for part in parts {
        match part.len() {
            // The last comma of a list may have nothing behind it.
            0 => {}
            1 | 2 => bytes.push(u8::from_str_radix(part, 16).ok()?),
            _ => return None,
        }
    }
    Some(bytes)
}

/// The name of a type, and the data as text.
fn typed(number: u32, bytes: &[u8], dialect: Dialect) -> (&'static str, Option<String>) {
    let little = |width: usize| {
        let number = bytes.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        (bytes.len() == width).then(|| number.to_string())
    };
    match number {
        0 => ("none", Some(hexadecimal(bytes))),
        1 => ("sz", Some(characters(bytes, dialect).trim_end_matches('\0').to_owned())),
        2 => ("expand", Some(characters(bytes, dialect).trim_end_matches('\0').to_owned())),
        3 => ("binary", Some(hexadecimal(bytes))),
        4 => ("dword", little(4)),
        7 => ("multi", Some(strings(&characters(bytes, dialect)))),
        9 => ("resource", Some(hexadecimal(bytes))),
        0xb => ("qword", little(8)),
        _ => ("other", Some(hexadecimal(bytes))),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    bytes.iter().for_each(|byte| _ = write!(out, "{byte:02x}"));
    out
}

fn characters(bytes: &[u8], dialect: Dialect) -> String {
    let encoding = match dialect {
        Dialect::Wide => UTF_16LE,
        Dialect::Narrow => WINDOWS_1252,
    };
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// The strings of a list, with `\0` between them and backslashes doubled.
fn strings(text: &str) -> String {
    let text = text.strip_suffix('\0').unwrap_or(text);
    let text = text.strip_suffix('\0').unwrap_or(text);
    text.replace('\\', r"\\").replace('\0', r"\0")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, dialect: Dialect) -> String {
        match Line::of(line, dialect) {
            Line::Nothing => "nothing".into(),
            Line::Key(key) => format!("key {key}"),
            Line::Removal => "removal".into(),
            Line::RemovedKey => "removed key".into(),
            Line::Unreadable => "unreadable".into(),
            Line::Value(Value { name, kind, data }) => {
                format!("{name} {kind} {}", data.as_deref().unwrap_or("?"))
            }
        }
    }

    #[test]
    fn every_form_of_a_line() {
        let check = |line: &str, expect: &str| assert_eq!(shown(line, Dialect::Wide), expect, "{line}");
        check("", "nothing");
        check("; a comment", "nothing");
        check(r"[HKEY_LOCAL_MACHINE\SOFTWARE\a]b]", r"key HKEY_LOCAL_MACHINE\SOFTWARE\a]b");
        check(r"[-HKEY_LOCAL_MACHINE\SOFTWARE]", "removed key");
        check("[]", "unreadable");
        check(r#"@="C:\\a \"b\"""#, r#" sz C:\a "b""#);
        check("\"two\\\\ = lines\"=\"a\r\nb\"", "two\\ = lines sz a\r\nb");
        check(r#""a"=-"#, "removal");
        check(r#""a"=dword:0000000B"#, "a dword 11");
        check(r#""a"=hex:01,ff,0"#, "a binary 01ff00");
        check(r#""a"=hex:"#, "a binary ");
        check("\"a\"=hex(2):25,00,41,00,\\\r\n  25,00,00,00", "a expand %A%");
        check(r#""a"=hex(7):61,00,5c,00,00,00,62,00,00,00,00,00"#, r"a multi a\\\0b");
        check(r#""a"=hex(b):02,01,00,00,00,00,00,00"#, "a qword 258");
        check(r#""a"=hex(4):02,01,00"#, "a dword ?");
        check(r#""a"=hex(9):02"#, "a resource 02");
        check(r#""a"=hex(8):02"#, "a other 02");
        check(r#""a"=hex(0):"#, "a none ");
        check(r#""a"=hex(x):02"#, "unreadable");
        check(r#""a"=hex:002"#, "unreadable");
        check(r#""a"=dword:g"#, "unreadable");
        check(r#""a"="b"c"#, "unreadable");
        check(r#""a"="b"#, "unreadable");
        check("words", "unreadable");
        assert_eq!(shown(r#""a"=hex(2):e9,00"#, Dialect::Narrow), "a expand é");
    }

    #[test]
    fn lines_end_behind_strings_and_lists() {
        let check = |text: &str, expect: &str| assert_eq!(&text[..end_of_line(text)], expect, "{text}");
        check("\"a\"=\"b\r\nc\"\r\nd", "\"a\"=\"b\r\nc\"\r\n");
        check("\"a\\\"\n\"=\"b\"\nd", "\"a\\\"\n\"=\"b\"\n");
        check("\"a\"=hex:1,\\\r\n  2,\\ \n 3\nd", "\"a\"=hex:1,\\\r\n  2,\\ \n 3\n");
        check("[a\\\"b\\\n@=\"\"", "[a\\\"b\\\n");
        check("\"a\"=\"open\nb", "\"a\"=\"open\nb");
        check("", "");
    }
}
