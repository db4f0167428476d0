//! Turns a source of bytes into its content: recognised, expanded, limited.
//!
//! Knows how the layers are put on each other; the layers know their own trade.

use std::io::{self, Chain, Cursor, Read};

use super::compression::Expanded;
use super::limit::{Budget, Limited, Limits, Meter};
use super::{FIRST_BYTES, Kind, recognise};
use crate::error::{Error, Result};

/// Bytes that were looked at, and the reader that goes on after them.
type Seen<R> = Chain<Cursor<Vec<u8>>, R>;

/// The content of a file or of a member of an archive, expanded if it was compressed.
pub(super) struct Content<R: Read> {
    reader: Seen<Limited<Expanded<Seen<R>>>>,
    meter: Meter,
    stored: Kind,
    kind: Kind,
}

impl<R: Read> Content<R> {
    /// Recognises what `source` gives; `place` names it in errors, `most` bytes may come out.
    pub(super) fn new(source: R, place: &str, most: u64, limits: &Limits) -> Result<Self> {
        let (first, source) = look(source).map_err(|error| match error.downcast::<Error>() {
            Ok(ours) => ours.in_file(place),
            Err(error) => Error::io(place, "read", error),
        })?;
        let stored = recognise(&first);
        let meter = Meter::default();
        let expanded = Expanded::new(stored, Cursor::new(first).chain(source), place, meter.clone());
        let limited = Limited::new(expanded, place, most, Budget::new(meter.clone(), limits));
        let (first, limited) = look(limited)?;
        let kind = match recognise(&first) {
            kind if kind.is_archive() => kind,
            // What is compressed twice is no format that a reader knows; it will say so.
            _ => Kind::Plain,
        };
        Ok(Self { reader: Cursor::new(first).chain(limited), meter, stored, kind })
    }

    /// What the source is.
    pub(super) fn stored(&self) -> Kind {
        self.stored
    }

    /// What the expanded content is: an archive or plain.
    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// What counts the bytes that are taken from the source.
    pub(super) fn meter(&self) -> Meter {
        self.meter.clone()
    }

    /// Lifts the limit of bytes, for an archive whose members have limits of their own.
    pub(super) fn lift(&mut self) {
        self.reader.get_mut().1.lift();
    }
}

impl<R: Read> Read for Content<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buf)
    }
}

/// Takes the first bytes of a reader, as many as it takes to recognise it.
fn look<R: Read>(mut reader: R) -> io::Result<(Vec<u8>, R)> {
    let mut first = Vec::with_capacity(FIRST_BYTES);
    reader.by_ref().take(FIRST_BYTES as u64).read_to_end(&mut first)?;
    Ok((first, reader))
}
