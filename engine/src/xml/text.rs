//! Puts the parts of a text together: characters, references, CDATA sections.
//!
//! Knows line breaks and which part was CDATA; knows nothing of markup.

use std::ops::Range;

use encoding_rs::WINDOWS_1252;

use super::characters::is_blank;

/// The text between two tags.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    value: &'a str,
    sections: u32,
    first: Range<usize>,
}

impl<'a> Text<'a> {
    /// All of it, not trimmed: references resolved, line breaks as line feeds.
    pub fn value(&self) -> &'a str {
        self.value
    }

    /// All of it but the white space at both ends.
    pub fn trimmed(&self) -> &'a str {
        self.value.trim_matches([' ', '\t', '\n', '\r'])
    }

    /// The text of its CDATA section, if it has exactly one and around it is nothing but white space.
    pub fn only_cdata(&self) -> Option<&'a str> {
        let Range { start, end } = self.first;
        let around = |part: Option<&str>| part.is_some_and(|part| is_blank(part.as_bytes()));
        let alone = self.sections == 1 && around(self.value.get(..start)) && around(self.value.get(end..));
        self.value.get(start..end).filter(|_| alone)
    }

    /// Whether it is empty or nothing but white space.
    pub fn is_blank(&self) -> bool {
        is_blank(self.value.as_bytes())
    }
}

/// A text that is being put together.
#[derive(Debug, Default)]
pub(super) struct Builder {
    text: String,
    parts: u32,
    sections: u32,
    first: Range<usize>,
}

/// Whether bytes were what their document says they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decoding {
    /// They were UTF-8.
    Right,
    /// They were not, and were read as windows-1252.
    Substituted,
}

impl Builder {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        (self.parts, self.sections, self.first) = (0, 0, 0..0);
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether there was no part at all; an empty CDATA section is one.
    pub(super) fn is_empty(&self) -> bool {
        self.parts == 0
    }

    /// Adds characters as they stand in the document.
    pub(super) fn characters(&mut self, bytes: &[u8]) -> Decoding {
        self.parts = self.parts.saturating_add(1);
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                push_lines(&mut self.text, text);
                Decoding::Right
            }
            Err(_) => {
                push_lines(&mut self.text, &WINDOWS_1252.decode_without_bom_handling(bytes).0);
                Decoding::Substituted
            }
        }
    }

    /// Adds a resolved reference.
    pub(super) fn reference(&mut self, character: char) {
        self.parts = self.parts.saturating_add(1);
        self.text.push(character);
    }

    /// Adds what a CDATA section holds.
    pub(super) fn section(&mut self, bytes: &[u8]) -> Decoding {
        let start = self.text.len();
        let decoding = self.characters(bytes);
        self.sections = self.sections.saturating_add(1);
        if self.sections == 1 {
            self.first = start..self.text.len();
        }
        decoding
    }

    /// Adds all of another text.
    pub(super) fn append(&mut self, other: &Builder) {
        if self.sections == 0 {
            self.first = self.text.len() + other.first.start..self.text.len() + other.first.end;
        }
        self.text.push_str(&other.text);
        self.parts = self.parts.saturating_add(other.parts);
        self.sections = self.sections.saturating_add(other.sections);
    }

    pub(super) fn text(&self) -> Text<'_> {
        Text { value: &self.text, sections: self.sections, first: self.first.clone() }
    }
}

/// Adds text, `CR LF` and `CR` as line feeds.
fn push_lines(text: &mut String, part: &str) {
    if memchr::memchr(b'\r', part.as_bytes()).is_none() {
        return text.push_str(part);
    }
    let mut lines = part.split('\r');
    text.push_str(lines.next().unwrap_or_default());
    for line in lines {
        if !line.starts_with('\n') {
            text.push('\n');
        }
        text.push_str(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_one_text() {
        let mut text = Builder::default();
        assert!(text.is_empty());
        assert_eq!(text.characters(b"a\r\nb\rc\n"), Decoding::Right);
        text.reference('&');
        assert_eq!(text.section(b"\xe9]"), Decoding::Substituted);
        assert_eq!(text.text().value(), "a\nb\nc\n&é]");
        assert_eq!(text.text().only_cdata(), None);
    }

    #[test]
    fn a_lone_section_is_seen() {
        let check = |parts: &[(&str, bool)], expect: Option<&str>| {
            let (mut whole, mut part) = (Builder::default(), Builder::default());
            for (text, cdata) in parts {
                part.clear();
                match cdata {
                    true => part.section(text.as_bytes()),
                    false => part.characters(text.as_bytes()),
                };
                whole.append(&part);
            }
            assert_eq!(whole.text().only_cdata(), expect, "{parts:?}");
        };
        check(&[("x", true)], Some("x"));
        check(&[("", true)], Some(""));
        check(&[("\r\n", false), (" x ", true), ("\n  ", false)], Some(" x "));
        check(&[("y", false), ("x", true)], None);
        check(&[("x", true), ("y", false)], None);
        check(&[("x", true), ("y", true)], None);
        check(&[("x", false)], None);
        check(&[], None);
    }
}
