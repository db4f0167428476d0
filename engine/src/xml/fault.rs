//! What makes a document not well-formed: a place inside a token, and words about it.
//!
//! Knows the messages of this module's rules and what quick-xml's errors mean; a reader adds where the
//! token stands.

use std::sync::Arc;

use quick_xml::errors::{IllFormedError, SyntaxError};

use crate::diagnostic::{Code, Position};
use crate::error::Error;

/// What is said of elements that are nested too deeply.
pub(super) const TOO_DEEP: &str = "elements are nested deeper";

/// Something wrong at some byte of a token.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Bytes from the first byte of the token.
    pub(super) at: usize,
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) hint: Option<&'static str>,
}

impl Fault {
    /// A breach of well-formedness.
    #[cold]
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, code: Code::NotWellFormed, message: message.into(), hint: None }
    }

    /// A limit that is exceeded.
    #[cold]
    pub(super) fn too_large(at: usize, message: impl Into<String>) -> Self {
        Self { at, code: Code::TooLarge, message: message.into(), hint: None }
    }

    /// Says what to do about it.
    pub(super) fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Moves the fault by the bytes before the part that was looked at.
    pub(super) fn after(mut self, bytes: usize) -> Self {
        self.at += bytes;
        self
    }

    /// The error, at a place of the document.
    pub(super) fn at(self, position: Position) -> Error {
        let error = Error::new(self.code, self.message).at(position);
        match self.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

impl From<Box<Fault>> for Fault {
    fn from(fault: Box<Fault>) -> Self {
        *fault
    }
}

/// A part of a document as a message shows it: cut where it is long, nothing in it that moves a terminal.
#[cold]
pub(super) fn quote(part: &[u8]) -> String {
    const MOST: usize = 40;
    let text = String::from_utf8_lossy(part.get(..4 * MOST).unwrap_or(part));
    let mut quoted: String =
        text.chars().take(MOST).map(|one| if one.is_control() { '\u{fffd}' } else { one }).collect();
    if text.chars().nth(MOST).is_some() {
        quoted.push('…');
    }
    quoted
}

/// What an error of quick-xml says about the token that it gave up on.
#[cold]
pub(super) fn of_token(error: quick_xml::Error) -> Result<Fault, Error> {
    let cut = |what: &str| {
        Fault::new(0, format!("{what} begins here and does not end; is the document cut short?"))
    };
    Ok(match error {
        quick_xml::Error::Io(error) => {
            return Err(match Arc::try_unwrap(error) {
                Ok(error) => error.into(),
                Err(shared) => Error::new(Code::Io, shared.to_string()),
            });
        }
        quick_xml::Error::Syntax(error) => match error {
            SyntaxError::InvalidBangMarkup => {
                Fault::new(0, "`<!` begins no comment, CDATA section or DOCTYPE")
            }
            SyntaxError::UnclosedPI => cut("a processing instruction"),
            SyntaxError::UnclosedXmlDecl => cut("the XML declaration"),
            SyntaxError::UnclosedComment => cut("a comment"),
            SyntaxError::UnclosedDoctype => cut("a DOCTYPE"),
            SyntaxError::UnclosedCData => cut("a CDATA section"),
            SyntaxError::UnclosedTag => cut("a tag"),
            SyntaxError::UnclosedSingleQuotedAttributeValue
            | SyntaxError::UnclosedDoubleQuotedAttributeValue => cut("a tag with an open attribute value"),
        },
        quick_xml::Error::IllFormed(IllFormedError::UnclosedReference) => super::reference::stray(0),
        other => Fault::new(0, other.to_string()),
    })
}

/// The place `bytes` after another one.
pub(super) fn advance(from: Position, bytes: &[u8]) -> Position {
    let mut place = from;
    place.offset += bytes.len() as u64;
    let (breaks, last) = line_breaks(bytes);
    let size = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    match last {
        Some(last) => {
            place.line = place.line.saturating_add(size(breaks));
            place.column = size(bytes.len() - last);
        }
        None => place.column = place.column.saturating_add(size(bytes.len())),
    }
    place
}

/// How many line feeds there are, and where the last one is.
pub(super) fn line_breaks(bytes: &[u8]) -> (usize, Option<usize>) {
    match memchr::memrchr(b'\n', bytes) {
        Some(last) => (memchr::memchr_iter(b'\n', &bytes[..last]).count() + 1, Some(last)),
        None => (0, None),
    }
}

/// The first place of a document.
pub(super) const START: Position = Position { offset: 0, line: 1, column: 1 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_move_over_lines() {
        let check = |text: &str, expect: &str| {
            assert_eq!(advance(START, text.as_bytes()).to_string(), expect, "{text:?}")
        };
        check("", "1:1");
        check("ab", "1:3");
        check("ab\n", "2:1");
        check("ab\r\n\nc", "3:2");
        check("é", "1:3");
    }

    #[test]
    fn quotes_are_short_and_harmless() {
        assert_eq!(quote(b"a\x1b[2J\xff"), "a\u{fffd}[2J\u{fffd}");
        assert_eq!(quote("é".repeat(40).as_bytes()), "é".repeat(40));
        assert_eq!(quote("é".repeat(5000).as_bytes()), format!("{}…", "é".repeat(40)));
    }
}
