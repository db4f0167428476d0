//! Sits between a document and quick-xml: holds the limits, and knows where in the document it is.
//!
//! quick-xml collects a token for as long as bytes come. The meter hands it no more than the token may
//! have and then fails, so that no document makes it collect more. Knows what the first bytes of a
//! token tell of its kind, and nothing else of XML.

use std::io::{BufRead, Error as IoError, Read, Result};

use super::Limits;
use super::fault::{START, line_breaks};
use super::source::Source;
use crate::diagnostic::{Code, Position};
use crate::error::Error;

/// Bytes around the text of a CDATA section.
const CDATA: usize = "<![CDATA[]]>".len();

/// A document under limits.
#[derive(Debug)]
pub(super) struct Meter<R> {
    source: Source<R>,
    limits: Limits,
    /// Bytes taken of the document, line feeds among them, and where the current line begins.
    offset: u64,
    breaks: u64,
    line: u64,
    /// Where the current token begins.
    start: Position,
    /// Bytes taken of the token, and how many it may have.
    taken: usize,
    room: usize,
    /// How many bytes of text there may still be.
    text_room: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Markup,
    Cdata,
}

impl<R: BufRead> Meter<R> {
    pub(super) fn new(reader: R, limits: Limits) -> Self {
        let source = Source::new(reader);
        let (kind, start) = (Kind::Text, START);
        Self { source, limits, offset: 0, breaks: 0, line: 0, start, taken: 0, room: 0, text_room: 0, kind }
    }

    /// The source, to ask for its encoding.
    pub(super) fn source(&self) -> &Source<R> {
        &self.source
    }

    /// Begins a token, whose text may have `text_room` bytes if it is one; says where it begins.
    pub(super) fn begin(&mut self, text_room: usize) -> Position {
        (self.taken, self.text_room, self.kind) = (0, text_room, Kind::Text);
        self.start = self.position();
        self.start
    }

    /// Where the next byte stands.
    pub(super) fn position(&self) -> Position {
        let size = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let column = size(self.offset - self.line).saturating_add(1);
        Position { offset: self.offset, line: size(self.breaks).saturating_add(1), column }
    }

    /// Learns from the next byte what the token is, and so how long it may be.
    fn classify(&mut self, next: u8) {
        match (self.taken, next, self.kind) {
            (0, b'<' | b'&', _) => (self.kind, self.room) = (Kind::Markup, self.limits.tag_bytes),
            // One more than there may be: a text ends with the byte after it.
            (0, ..) => (self.kind, self.room) = (Kind::Text, self.text_room.saturating_add(1)),
            (2, b'[', Kind::Markup) => {
                (self.kind, self.room) = (Kind::Cdata, self.text_room.saturating_add(CDATA));
            }
            _ => {}
        }
    }

    #[cold]
    fn too_large(&self) -> IoError {
        let Limits { tag_bytes, text_bytes, total_bytes, .. } = self.limits;
        let message = match self.kind {
            _ if self.offset >= total_bytes => format!("the document is longer than {total_bytes} bytes"),
            Kind::Text | Kind::Cdata => format!("a text is longer than {text_bytes} bytes"),
            Kind::Markup => format!("a tag or comment is longer than {tag_bytes} bytes"),
        };
        Error::new(Code::TooLarge, message).at(self.start).into()
    }
}

impl<R: BufRead> BufRead for Meter<R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.taken < 3 || self.taken >= self.room || self.offset >= self.limits.total_bytes {
            let Some(next) = self.source.fill()?.first().copied() else { return Ok(&[]) };
            self.classify(next);
            if self.taken >= self.room || self.offset >= self.limits.total_bytes {
                return Err(self.too_large());
            }
        }
        let rest = usize::try_from(self.limits.total_bytes - self.offset).unwrap_or(usize::MAX);
        let most = rest.min(self.room - self.taken);
        let block = self.source.fill()?;
        Ok(&block[..block.len().min(most)])
    }

    fn consume(&mut self, bytes: usize) {
        // What is consumed was filled before, so that it is there at once and cannot fail.
        if let Ok(block) = self.source.fill() {
            let block = &block[..bytes.min(block.len())];
            let (breaks, last) = line_breaks(block);
            let first = block.first().copied();
            if let Some(last) = last {
                self.breaks += breaks as u64;
                self.line = self.offset + last as u64 + 1;
            }
            // After a text quick-xml takes the `<` that ended it without looking again.
            if let (0, Some(first)) = (self.taken, first) {
                self.classify(first);
            }
        }
        self.offset += bytes as u64;
        self.taken += bytes;
        self.source.consume(bytes);
    }
}

impl<R: BufRead> Read for Meter<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let block = self.fill_buf()?;
        let bytes = block.len().min(into.len());
        into[..bytes].copy_from_slice(&block[..bytes]);
        self.consume(bytes);
        Ok(bytes)
    }
}
