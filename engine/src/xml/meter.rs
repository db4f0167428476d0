//! Sits between a document and quick-xml: holds the limits, and knows where in the document it is.
//!
//! quick-xml collects a token for as long as bytes come. The meter hands it no more than the token may
//! have and then fails, so that no document makes it collect more. Knows what the first bytes of a
//! token tell of its kind, and nothing else of XML.

use std::io::{BufRead, Error as IoError, Read, Result};
use std::ops::Range;

use super::Limits;
use super::fault::{self, START};
use super::source::Source;
use crate::diagnostic::{Code, Position};
use crate::error::Error;

/// Bytes around the text of a CDATA section.
const CDATA: usize = "<![CDATA[]]>".len();

/// Bytes of the document that are there at a time.
const BLOCK: usize = 64 << 10;

/// A document under limits.
#[derive(Debug)]
pub(super) struct Meter<R> {
    source: Source<R>,
    limits: Limits,
    /// What is there of the document: copied, so that looking at it again and again costs nothing.
    block: Vec<u8>,
    /// The bytes of the block that were not taken yet.
    rest: Range<usize>,
    /// Where a byte of the block stands, and which; from there on lines are still to be counted.
    known: Position,
    known_at: usize,
    /// Bytes taken of the document.
    offset: u64,
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
        Self {
            source: Source::new(reader),
            limits,
            block: Vec::new(),
            rest: 0..0,
            known: START,
            known_at: 0,
            offset: 0,
            start: START,
            taken: 0,
            room: 0,
            text_room: 0,
            kind: Kind::Text,
        }
    }

    /// The source, to ask for its encoding.
    pub(super) fn source(&self) -> &Source<R> {
        &self.source
    }

    /// Lets the document have any number of bytes.
    pub(super) fn unlimit(&mut self) {
        self.limits.total_bytes = u64::MAX;
    }

    /// How many bytes were taken of the document.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Begins a token, whose text may have `text_room` bytes if it is one; says where it begins.
    pub(super) fn begin(&mut self, text_room: usize) -> Position {
        (self.taken, self.text_room, self.kind) = (0, text_room, Kind::Text);
        self.start = self.position();
        self.start
    }

    /// Where the next byte stands.
    fn position(&mut self) -> Position {
        self.known = fault::advance(self.known, &self.block[self.known_at..self.rest.start]);
        self.known_at = self.rest.start;
        self.known
    }

    /// Fills the block again, all of which was taken.
    fn refill(&mut self) -> Result<()> {
        self.position();
        let filled = self.source.fill()?;
        let count = filled.len().min(BLOCK);
        // No larger than what comes at a time: fragments are small and many.
        if self.block.len() < count {
            self.block.resize(count, 0);
        }
        self.block[..count].copy_from_slice(&filled[..count]);
        self.source.consume(count);
        (self.rest, self.known_at) = (0..count, 0);
        Ok(())
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
    #[inline]
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.rest.is_empty() {
            self.refill()?;
        }
        if self.taken < 3 || self.taken >= self.room || self.offset >= self.limits.total_bytes {
            let Some(next) = self.block[self.rest.clone()].first().copied() else { return Ok(&[]) };
            self.classify(next);
            if self.taken >= self.room || self.offset >= self.limits.total_bytes {
                return Err(self.too_large());
            }
        }
        let total =
            usize::try_from(self.limits.total_bytes.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        let most = total.min(self.room - self.taken);
        let block = &self.block[self.rest.clone()];
        Ok(&block[..block.len().min(most)])
    }

    #[inline]
    fn consume(&mut self, bytes: usize) {
        // What is consumed was filled before.
        let bytes = bytes.min(self.rest.len());
        // After a text quick-xml takes the `<` that ended it without looking again.
        if let (0, Some(first)) = (self.taken, self.block[self.rest.clone()].first().copied()) {
            self.classify(first);
        }
        self.offset += bytes as u64;
        self.taken += bytes;
        self.rest.start += bytes;
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
