//! Decides what encoding a document is in, and decodes documents that are in memory.
//!
//! Knows byte order marks, UTF-16 without one, and the XML declaration; nothing of what is inside the
//! document. Names of encodings and their tables are those of <https://encoding.spec.whatwg.org/>, and
//! code page 850.

use std::borrow::Cow;

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::characters::is_space;
use super::code_page;
use super::fault::{START, quote};
use crate::diagnostic::Code;
use crate::error::{Error, Result};

/// As many bytes of a document as are looked at to decide its encoding.
pub(super) const HEAD: usize = 1024;

/// What stands in place of bytes that an encoding does not have.
pub(super) const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// A document as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text, without byte order mark; borrowed when it was UTF-8 already.
    pub text: Cow<'a, str>,
    /// The name of the encoding it was in.
    pub encoding: &'static str,
    /// In how many places bytes had no meaning in that encoding and became U+FFFD.
    pub undecodable: u64,
}

/// Whether there is an encoding of that label, such as `utf-8`, `latin1` or `windows-1251`.
pub fn is_known(label: &str) -> bool {
    code_page::is_label(label) || by_label(label.as_bytes()).is_ok()
}

/// Decodes a document that is in memory.
///
/// The first that applies decides: a byte order mark; UTF-16 by its NUL bytes, even where ASCII stands
/// before it; being valid UTF-8; the XML declaration; `fallback`, the label of an encoding;
/// windows-1252.
///
/// # Errors
///
/// The declaration or `fallback` names an encoding that is not known, or the document is UTF-32.
///
/// ```
/// use patchstate::xml::encoding::decode;
///
/// let decoded = decode(b"<?xml version='1.0' encoding='ISO-8859-2'?><a>\xb1</a>", None)?;
/// assert!(decoded.text.ends_with("<a>ą</a>"));
/// assert_eq!((decoded.encoding, decoded.undecodable), ("ISO-8859-2", 0));
/// # Ok::<(), patchstate::error::Error>(())
/// ```
pub fn decode<'a>(bytes: &'a [u8], fallback: Option<&str>) -> Result<Decoded<'a>> {
    let (mark, encoding) = match mark(bytes)? {
        Some((length, encoding)) => (length, Some(encoding)),
        None => (0, None),
    };
    let bytes = &bytes[mark..];
    if let (None, Some(split)) = (encoding, joint(bytes)) {
        let mut decoded = transcode(&bytes[split..], UTF_16LE);
        decoded.text.to_mut().insert_str(0, std::str::from_utf8(&bytes[..split]).unwrap_or_default());
        return Ok(decoded);
    }
    if encoding.is_none_or(|encoding| encoding == UTF_8)
        && let Ok(text) = simdutf8::basic::from_utf8(bytes)
    {
        return Ok(Decoded { text: Cow::Borrowed(text), encoding: UTF_8.name(), undecodable: 0 });
    }
    let encoding = match (encoding, declared(bytes), fallback) {
        (Some(encoding), ..) => encoding,
        (None, None, Some(label)) if code_page::is_label(label) => {
            let text = Cow::Owned(code_page::decode(bytes));
            return Ok(Decoded { text, encoding: code_page::NAME, undecodable: 0 });
        }
        (None, Some(label), _) | (None, None, Some(label)) => by_label(label.as_bytes())?,
        (None, None, None) => WINDOWS_1252,
    };
    Ok(transcode(bytes, encoding))
}

/// Where UTF-16LE begins behind ASCII: a program went on in a file that another one had begun.
fn joint(bytes: &[u8]) -> Option<usize> {
    let split = memchr::memchr(0, bytes.get(..HEAD).unwrap_or(bytes))?.checked_sub(1)?;
    let first = bytes.get(split..split + 8)?;
    let is_utf_16 = first.chunks(2).all(|unit| unit[0] != 0 && unit[0].is_ascii() && unit[1] == 0);
    (split > 0 && bytes[..split].is_ascii() && is_utf_16).then_some(split)
}

fn transcode(bytes: &[u8], encoding: &'static Encoding) -> Decoded<'static> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8 + 16);
    let mut rest = bytes;
    let mut undecodable = 0;
    loop {
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
        rest = &rest[read..];
        match result {
            DecoderResult::InputEmpty => break,
            DecoderResult::OutputFull => text.reserve(rest.len().max(64)),
            DecoderResult::Malformed(..) => {
                undecodable += 1;
                text.push('\u{fffd}');
            }
        }
    }
    Decoded { text: Cow::Owned(text), encoding: encoding.name(), undecodable }
}

/// The encoding that the first bytes show without being read as text: a byte order mark with its
/// length, or UTF-16 by the NUL bytes of ASCII characters.
pub(super) fn mark(bytes: &[u8]) -> Result<Option<(usize, &'static Encoding)>> {
    Ok(match bytes {
        [0, 0, 0xfe, 0xff, ..] | [0xff, 0xfe, 0, 0, ..] | [0, 0, 0, 1..=255, ..] | [1..=255, 0, 0, 0, ..] => {
            return Err(unreadable("the document is UTF-32, which is not read"));
        }
        [0xef, 0xbb, 0xbf, ..] => Some((3, UTF_8)),
        [0xff, 0xfe, ..] => Some((2, UTF_16LE)),
        [0xfe, 0xff, ..] => Some((2, UTF_16BE)),
        [1..=255, 0, ..] => Some((0, UTF_16LE)),
        [0, 1..=255, ..] => Some((0, UTF_16BE)),
        _ => None,
    })
}

/// The label that the XML declaration gives, if bytes that are no UTF-16 begin with one.
pub(super) fn declared(bytes: &[u8]) -> Option<&str> {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let head = head.strip_prefix(b"<?xml").filter(|rest| rest.first().is_some_and(|next| is_space(*next)))?;
    let head = &head[..memchr::memmem::find(head, b"?>").unwrap_or(head.len())];
    let name = memchr::memmem::find(head, b"encoding")?;
    let value = head[name + b"encoding".len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    let label =
        matches!(quote, b'"' | b'\'').then(|| &value[..memchr::memchr(*quote, value).unwrap_or(0)])?;
    std::str::from_utf8(label).ok()
}

/// The encoding that a label stands for in a document whose ASCII characters are single bytes.
pub(super) fn by_label(label: &[u8]) -> Result<&'static Encoding> {
    match Encoding::for_label_no_replacement(label) {
        // A declaration that could be read as ASCII contradicts itself: it was left as it was when
        // the document was saved anew.
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok(UTF_8),
        Some(encoding) => Ok(encoding),
        None => Err(unreadable(format!("the document's encoding `{}` is not known", quote(label)))),
    }
}

fn unreadable(message: impl Into<String>) -> Error {
    Error::new(Code::NotWellFormed, message).at(START).with_hint("save the document as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        let check = |bytes: &[u8], encoding: &str, text: &str, undecodable: u64| {
            let decoded = decode(bytes, None).unwrap();
            assert_eq!(
                (decoded.encoding, &*decoded.text, decoded.undecodable),
                (encoding, text, undecodable)
            );
        };
        check(b"", "UTF-8", "", 0);
        check(b"<a/>", "UTF-8", "<a/>", 0);
        check(b"\xef\xbb\xbf<a/>", "UTF-8", "<a/>", 0);
        check(b"\xef\xbb\xbf<a>\xff</a>", "UTF-8", "<a>\u{fffd}</a>", 1);
        check(b"\xff\xfe<\0a\0", "UTF-16LE", "<a", 0);
        check(b"\xfe\xff\0<\0a", "UTF-16BE", "<a", 0);
        check(b"<\0a\0>", "UTF-16LE", "<a\u{fffd}", 1);
        check(b"\0<\0a", "UTF-16BE", "<a", 0);
        check(b"Please wait.N\0a\0m\0e\0", "UTF-16LE", "Please wait.Name", 0);
        check(b"<a>b\0\xe9\0c\0d\0", "windows-1252", "<a>b\0é\0c\0d\0", 0);
        check(b"<a>\x80\xe9</a>", "windows-1252", "<a>€é</a>", 0);
        check(b"<?xml encoding='koi8-r'?>\xc1", "KOI8-R", "<?xml encoding='koi8-r'?>а", 0);
        check("<?xml encoding='koi8-r'?>é".as_bytes(), "UTF-8", "<?xml encoding='koi8-r'?>é", 0);
        check(b"<?xml encoding='UTF-16'?>\xff", "UTF-8", "<?xml encoding='UTF-16'?>\u{fffd}", 1);
    }

    #[test]
    fn a_fallback_is_used_when_nothing_else_tells() {
        let name = |bytes, fallback| decode(bytes, fallback).map(|decoded| decoded.encoding);
        assert_eq!(name(b"\xe9", Some("iso-8859-5")).unwrap(), "ISO-8859-5");
        assert_eq!(name(b"\xe9", Some("ibm850")).unwrap(), "CP850");
        assert_eq!(name(b"<?xml encoding=\"koi8-u\"?>\xe9", Some("iso-8859-5")).unwrap(), "KOI8-U");
        assert!(name(b"\xe9", Some("no-such")).is_err());
    }

    #[test]
    fn unknown_encodings_are_named() {
        let message = |bytes| decode(bytes, None).unwrap_err().to_string();
        assert_eq!(
            message(b"<?xml version='1.0' encoding='cp037'?>\xff"),
            "1:1: the document's encoding `cp037` is not known"
        );
        assert!(message(b"<\0\0\0a\0\0\0").contains("UTF-32"));
        assert!(message(b"\0\0\0<\0\0\0a").contains("UTF-32"));
    }

    #[test]
    fn declarations() {
        let check = |text: &str, expect| assert_eq!(declared(text.as_bytes()), expect, "{text}");
        check("<?xml version=\"1.0\" encoding=\"x\" standalone=\"no\"?>", Some("x"));
        check("<?xml encoding = 'x' ?>", Some("x"));
        check("<?xml version=\"1.0\"?><a encoding='x'/>", None);
        check("<?xml-model encoding='x'?>", None);
        check("<?xml encoding=x?>", None);
        check("<?xml encoding='x", Some(""));
        check("<?xml encoding='", Some(""));
        check("<?xml encoding", None);
        check("", None);
    }
}
