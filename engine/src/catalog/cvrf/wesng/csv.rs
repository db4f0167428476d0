//! Turns bytes of comma-separated values into records, one at a time and bounded.
//!
//! Knows quotes, doubled quotes, line breaks inside of quotes, both endings of lines, comment lines and
//! empty lines; knows nothing of columns. A record is never guessed: a quote that is not closed, or text
//! beside one, is an error with line and column. Source of truth: RFC 4180, and `docs/wesng.md`, "The file".

use std::io::{BufRead, ErrorKind};

use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};

/// The greatest number of bytes of one record: a quote that is never closed must not take the document.
const RECORD_BYTES: usize = 1 << 20;

/// The mark of UTF-8 at the beginning of a document.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads records; the buffers are used again for each.
#[derive(Debug)]
pub(super) struct Records<R> {
    reader: R,
    /// The lines of the record as they are stored.
    raw: Vec<u8>,
    /// The fields one behind the other, without quotes.
    text: Vec<u8>,
    /// Where each field ends in `text`.
    ends: Vec<usize>,
    /// Where the record begins.
    position: Position,
}

/// One record: its fields and its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'r> {
    text: &'r str,
    ends: &'r [usize],
    /// Where it begins.
    pub(super) position: Position,
}

impl<'r> Record<'r> {
    /// How many fields it has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A field; empty where there are not so many.
    pub(super) fn field(&self, number: usize) -> &'r str {
        let Some(end) = self.ends.get(number) else { return "" };
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start..*end).unwrap_or_default()
    }
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(reader: R) -> Self {
        Records { reader, raw: Vec::new(), text: Vec::new(), ends: Vec::new(), position: Position::START }
    }

    /// Moves to the next record; comment lines and empty lines are none.
    ///
    /// # Errors
    ///
    /// The record is malformed, is not UTF-8 or too large, or cannot be read.
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>> {
        loop {
            self.position = self.position.after(&self.raw);
            self.raw.clear();
            if !self.line()? {
                return Ok(None);
            }
            if self.position.offset == 0 && self.raw.starts_with(MARK) {
                self.raw.drain(..MARK.len());
            }
            if !matches!(self.raw.as_slice(), [b'#', ..] | b"\n" | b"\r\n" | b"") {
                break;
            }
        }
        self.split()?;
        match std::str::from_utf8(&self.text) {
            Ok(text) => Ok(Some(Record { text, ends: &self.ends, position: self.position })),
            Err(_) => {
                // Only the record as it is stored says where the byte stands.
                let at = std::str::from_utf8(&self.raw).err().map_or(0, |error| error.valid_up_to());
                Err(self.malformed(at, "a byte that is not UTF-8"))
            }
        }
    }

    /// Appends the next line with its ending; says whether there is one.
    fn line(&mut self) -> Result<bool> {
        let before = self.raw.len();
        loop {
            let found = match self.reader.fill_buf() {
                Ok(found) => found,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            if found.is_empty() {
                return Ok(self.raw.len() > before);
            }
            let end = memchr::memchr(b'\n', found).map(|at| at + 1);
            let taken = end.unwrap_or(found.len());
            self.raw.extend_from_slice(&found[..taken]);
            self.reader.consume(taken);
            if self.raw.len() > RECORD_BYTES {
                let message = format!("a record has more than {RECORD_BYTES} bytes");
                let error = Error::new(Code::TooLarge, message).at(self.position);
                return Err(error.with_hint("look for a quote that is not closed"));
            }
            if end.is_some() {
                return Ok(true);
            }
        }
    }

    /// Splits the record whose first line was read, and reads its further lines.
    fn split(&mut self) -> Result<()> {
        self.text.clear();
        self.ends.clear();
        let mut at = 0;
        loop {
            at = if self.raw.get(at) == Some(&b'"') { self.quoted(at)? } else { self.bare(at)? };
            self.ends.push(self.text.len());
            if self.raw.get(at) != Some(&b',') {
                return Ok(());
            }
            at += 1;
        }
    }

    /// Takes a field without quotes; gives where it ends.
    fn bare(&mut self, from: usize) -> Result<usize> {
        let rest = &self.raw[from..];
        let length = memchr::memchr2(b',', b'\n', rest).unwrap_or(rest.len());
        let mut value = &rest[..length];
        if rest.get(length) != Some(&b',') {
            value = value.strip_suffix(b"\r").unwrap_or(value);
        }
        if let Some(quote) = memchr::memchr(b'"', value) {
            return Err(self.malformed(from + quote, "a quote inside of a field that begins without one"));
        }
        self.text.extend_from_slice(value);
        Ok(from + length)
    }

    /// Takes the field whose opening quote stands at `open`; gives where it ends.
    fn quoted(&mut self, open: usize) -> Result<usize> {
        let mut from = open + 1;
        loop {
            let Some(length) = memchr::memchr(b'"', &self.raw[from..]) else {
                self.take_lines(from);
                from = self.raw.len();
                if !self.line()? {
                    return Err(self.malformed(open, "a quote that is not closed"));
                }
                // A comment line is none of the record, wherever it stands.
                if self.raw.get(from) == Some(&b'#') {
                    from = self.raw.len();
                }
                continue;
            };
            self.text.extend_from_slice(&self.raw[from..from + length]);
            let after = from + length + 1;
            match &self.raw[after..] {
                [b'"', ..] => self.text.push(b'"'),
                [] | [b',' | b'\n', ..] | [b'\r', b'\n', ..] | b"\r" => return Ok(after),
                _ => return Err(self.malformed(after, "text between a closing quote and the next comma")),
            }
            from = after + 1;
        }
    }

    /// Takes the rest of the lines that were read; a line break is one character, however it is stored.
    fn take_lines(&mut self, from: usize) {
        let rest = &self.raw[from..];
        match rest.strip_suffix(b"\r\n") {
            Some(line) => {
                self.text.extend_from_slice(line);
                self.text.push(b'\n');
            }
            None => self.text.extend_from_slice(rest),
        }
    }

    /// The error of something at this byte of the record.
    fn malformed(&self, at: usize, what: &str) -> Error {
        let place = self.position.after(&self.raw[..at.min(self.raw.len())]);
        Error::new(Code::NotWellFormed, what).at(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Result<Vec<Vec<String>>> {
        let mut records = Records::new(text);
        let mut found = Vec::new();
        while let Some(record) = records.next()? {
            found.push((0..record.len()).map(|field| record.field(field).to_owned()).collect());
        }
        Ok(found)
    }

    #[test]
    fn records_are_split_at_commas_outside_of_quotes() {
        let check = |text: &str, expect: &[&[&str]]| {
            assert_eq!(all(text.as_bytes()).expect("is well-formed"), expect, "{text:?}");
        };
        check("", &[]);
        check("a,b\n", &[&["a", "b"]]);
        check("a,b\r\nc,\r\n", &[&["a", "b"], &["c", ""]]);
        check("\"a\",\"\"\n\"b\",", &[&["a", ""], &["b", ""]]);
        check("\"a,\"\"b\"\"\",c\r\n", &[&["a,\"b\"", "c"]]);
        check("\"a\r\nb\n\nc\",d", &[&["a\nb\n\nc", "d"]]);
        check("# x,\"\n\n\r\na\n#b\n", &[&["a"]]);
        check("\"a\n# not of it\nb\"\n", &[&["a\nb"]]);
        check("\u{feff}\"a\",é\n", &[&["a", "é"]]);
        check(",\n", &[&["", ""]]);
    }

    #[test]
    fn what_is_malformed_is_told_with_its_place() {
        let check = |text: &[u8], place: &str, words: &str| {
            let error = all(text).expect_err("is malformed");
            let said = error.to_string();
            assert!(said.starts_with(&format!("{place}: ")) && said.contains(words), "{said}");
        };
        check(b"a\n\"b\nc", "2:1", "not closed");
        check(b"a\n\"b\n\nc\"d,\"\n", "4:3", "closing quote");
        check(b"x,\"a\"b\n", "1:6", "closing quote");
        check(b"a,b\"c\"\n", "1:4", "begins without");
        check(b"a\n\n# c\nb,\xff\n", "4:3", "UTF-8");
        let endless = [b"\"".as_slice(), &vec![b'a'; RECORD_BYTES]].concat();
        check(&endless, "1:1", "more than");
    }
}
