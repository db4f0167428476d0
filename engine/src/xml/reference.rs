//! Resolves references: the five entities of XML and characters by number, nothing else.
//!
//! Knows nothing of document types: an entity that one declares is an error, never looked up, so that
//! no document can name a file or multiply itself.

use std::borrow::Cow;

use super::characters::{is_character, is_name, is_space, name};
use super::fault::{Fault, quote};
use crate::diagnostic::Code;

/// Reads the reference whose `&` stands at `at`: its character, and where it ends.
pub(super) fn resolve(bytes: &[u8], at: usize) -> Result<(char, usize), Fault> {
    let from = at + 1;
    let digits = bytes.get(from) == Some(&b'#');
    let (end, _) = name(bytes, from + usize::from(digits));
    if bytes.get(end) != Some(&b';') {
        return Err(stray(at));
    }
    let body = &bytes[from..end];
    let character = match body {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', number @ ..] => by_number(number)
            .ok_or_else(|| Fault::new(at, format!("`&{};` names no character of XML", quote(body))))?,
        name if is_name(name) => return Err(entity(at, name)),
        _ => return Err(stray(at)),
    };
    Ok((character, end + 1))
}

fn by_number(number: &[u8]) -> Option<char> {
    let (digits, radix) = match number {
        [b'x', digits @ ..] => (digits, 16),
        digits => (digits, 10),
    };
    let mut value = 0_u32;
    for digit in digits {
        value = value.checked_mul(radix)?.checked_add(char::from(*digit).to_digit(radix)?)?;
    }
    char::from_u32(value).filter(|character| is_character(*character))
}

#[cold]
fn entity(at: usize, name: &[u8]) -> Fault {
    let message = format!("entity `&{};` is not one of the five of XML", quote(name));
    Fault { at, code: Code::XmlEntity, message, hint: None }
        .with_hint("write the text itself; entities that a document declares are never expanded")
}

/// An `&` that begins no reference.
#[cold]
pub(super) fn stray(at: usize) -> Fault {
    Fault::new(at, "`&` begins no reference").with_hint("write `&amp;` for the character `&`")
}

/// The value of an attribute from what stands between its quotes, whose references are known to be
/// right: each resolved, each line break (`CR LF` is one) and each tab a blank.
pub(super) fn normalise(raw: &str) -> Cow<'_, str> {
    let bytes = raw.as_bytes();
    let mut value = String::new();
    let mut from = 0;
    while let Some(found) = bytes[from..].iter().position(|byte| is_break(*byte)) {
        let at = from + found;
        value.push_str(&raw[from..at]);
        from = match bytes[at] {
            b'&' => match resolve(bytes, at) {
                Ok((character, end)) => {
                    value.push(character);
                    end
                }
                Err(_) => {
                    value.push('&');
                    at + 1
                }
            },
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => {
                value.push(' ');
                at + 2
            }
            _ => {
                value.push(' ');
                at + 1
            }
        };
    }
    if from == 0 {
        return Cow::Borrowed(raw);
    }
    value.push_str(&raw[from..]);
    Cow::Owned(value)
}

fn is_break(byte: u8) -> bool {
    byte == b'&' || (is_space(byte) && byte != b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let check = |text: &str, expect| assert_eq!(resolve(text.as_bytes(), 0), Ok(expect), "{text}");
        check("&amp;", ('&', 5));
        check("&lt;x", ('<', 4));
        check("&#65;", ('A', 5));
        check("&#x20AC;", ('€', 8));
        check("&#10;", ('\n', 5));
        check("&#0000000000000000065;", ('A', 22));
    }

    #[test]
    fn wrong_references() {
        let check = |text: &str, code| {
            assert_eq!(resolve(text.as_bytes(), 0).map_err(|fault| fault.code), Err(code), "{text}");
        };
        check("&nbsp;", Code::XmlEntity);
        check("&AMP;", Code::XmlEntity);
        for text in ["&", "&;", "& amp;", "&amp", "&amp b;", "&1a;", "&#;", "&#x;", "&#X41;", "&#0;", "&#8;"]
        {
            check(text, Code::NotWellFormed);
        }
        for text in ["&#xD800;", "&#x110000;", "&#99999999999999999999;", "&#-1;", "&#1_0;", "&#xFFFF;"] {
            check(text, Code::NotWellFormed);
        }
    }

    #[test]
    fn values() {
        let check = |raw: &str, expect: &str| assert_eq!(normalise(raw), expect, "{raw:?}");
        check("plain value", "plain value");
        check("a &amp; b", "a & b");
        check("a\r\nb\rc\nd\te", "a b c d e");
        check("&#10;&#13;\n", "\n\r ");
        check("é\té", "é é");
        assert!(matches!(normalise("a b"), Cow::Borrowed(_)));
    }
}
