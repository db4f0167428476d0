//! The first look at every document: its format, its inventories, its clients.
//!
//! Reads no more of a document than its format needs to say whose it is. Documents are looked at in
//! parallel; archives are spooled one after the other before.

use std::borrow::Cow;
use std::path::PathBuf;

use rayon::prelude::*;

use super::document::{Buffer, Document, Source, Store};
use super::grouping::{Inspected, Piece, group};
use super::sources::{self, Input, Opening, Origin};
use super::spool::Spool;
use super::{Budget, Intake, Loaded, Settings};
use crate::container::printable;
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::error::{Error, Result};
use crate::inventory::{self, Excerpt, Format, Found, Look, Unit};
use crate::xml::encoding::{self, Decoded};

/// How many bytes are looked at first. A root element and its attributes fit in almost always.
const BEGINNING: usize = 16 << 10;

/// Looks at all inputs and finds their clients.
pub(super) fn scan(inputs: &[Input], settings: Settings) -> Result<Intake> {
    let mut diagnostics = Diagnostics::new();
    let mut store = Store { spool: Spool::default(), budget: Budget::new(settings.budget) };
    let origins = sources::list(inputs, &mut diagnostics)?;
    let looker = Looker { store: &store, settings: &settings };
    let first: Vec<First> =
        origins.into_par_iter().map_init(Buffer::new, |b, o| looker.origin(o, b)).collect();

    let mut spooled = Vec::new();
    for first in &first {
        spooled.push(match first {
            First::Done(_) => Vec::new(),
            First::Archive(path) => sources::spool_archive(path, &mut store.spool, &mut diagnostics)?,
            First::Stdin => sources::spool_stdin(&mut store.spool, &mut diagnostics)?,
        });
    }
    let looker = Looker { store: &store, settings: &settings };
    let inspected: Vec<Vec<Inspected>> =
        first.into_iter().zip(spooled).map(|(first, members)| looker.members(first, members)).collect();
    let inspected = inspected.into_iter().flatten().collect();
    let (documents, clients) = group(inspected, settings.client.as_deref(), &mut diagnostics);
    Ok(Intake { settings, documents, clients, diagnostics, store })
}

/// Looks at files, each of which is to be one document; gives what `make` makes of each, by its number.
pub(super) fn each<T: Send>(
    files: Vec<PathBuf>,
    store: &Store,
    settings: &Settings,
    make: impl Fn(usize, Inspected) -> T + Sync,
) -> Vec<T> {
    let looker = Looker { store, settings };
    let look = |buffer: &mut Buffer, (number, path): (usize, PathBuf)| {
        let name = path.to_string_lossy().into_owned();
        let inspected = match looker.origin(Origin::File(path), buffer) {
            First::Done(inspected) => *inspected,
            First::Archive(_) | First::Stdin => {
                let error =
                    Error::new(Code::InventoryUnknownFormat, "is an archive, and a report is one document");
                let document = Document::new(printable(&name), &name, Source::Lost);
                Inspected { document, found: Err(error.with_hint("unpack it first")) }
            }
        };
        make(number, inspected)
    };
    files.into_par_iter().enumerate().map_init(Buffer::new, look).collect()
}

/// What the first look at an input gives.
enum First {
    Done(Box<Inspected>),
    Archive(PathBuf),
    Stdin,
}

struct Looker<'i> {
    store: &'i Store,
    settings: &'i Settings,
}

impl Looker<'_> {
    /// Looks at a file, unless it must be spooled first.
    fn origin(&self, origin: Origin, buffer: &mut Buffer) -> First {
        let path = match origin {
            Origin::File(path) => path,
            Origin::Stream(path) => return First::Archive(path),
            Origin::Stdin => return First::Stdin,
        };
        let name = path.to_string_lossy().into_owned();
        let lost = |error| {
            let document = Document::new(printable(&name), &name, Source::Lost);
            First::Done(Box::new(Inspected { document, found: Err(error) }))
        };
        let plain = Source::File { path: path.clone(), skip: 0 };
        let look = match self.store.beginning(&plain, BEGINNING, &mut buffer.bytes) {
            Ok(look) => look,
            Err(error) => return lost(error),
        };
        match sources::open(path, &buffer.bytes) {
            Ok(Opening::Archive(path)) => First::Archive(path),
            Ok(Opening::Packed(document)) => First::Done(Box::new(self.document(document, buffer))),
            Ok(Opening::Plain(mut document)) => {
                let found = self.units(&mut document, look, buffer);
                First::Done(Box::new(Inspected { document, found }))
            }
            Err(error) => lost(error),
        }
    }

    /// Looks at the documents that were spooled for an input.
    fn members(&self, first: First, members: sources::Spooled) -> Vec<Inspected> {
        if let First::Done(done) = first {
            return vec![*done];
        }
        let look = |buffer: &mut Buffer, (document, problem): (Document, Option<Error>)| match problem {
            Some(problem) => Inspected { document, found: Err(problem) },
            None => self.document(document, buffer),
        };
        members.into_par_iter().map_init(Buffer::new, look).collect()
    }

    fn document(&self, mut document: Document, buffer: &mut Buffer) -> Inspected {
        let beginning = self.store.beginning(&document.source, BEGINNING, &mut buffer.bytes);
        let found = beginning.and_then(|look| self.units(&mut document, look, buffer));
        Inspected { document, found }
    }
}

impl Looker<'_> {
    /// Finds the inventories of a document whose beginning is in the buffer; reads all of it if need be.
    fn units(&self, document: &mut Document, look: Look, buffer: &mut Buffer) -> Result<Vec<Unit>> {
        let beginning = match look {
            Look::All => &buffer.bytes[..],
            Look::Beginning => whole_characters(&buffer.bytes),
        };
        let Decoded { mut text, .. } = decode(beginning, None, self.settings)?;
        let format = self.settings.format.map_or_else(|| inventory::recognise(&text), Ok)?;
        document.format = Some(format);
        document.written = if format.lacks_time() { document.source.written() } else { None };
        if format.code_page(beginning).is_some() {
            text = decode(beginning, Some(format), self.settings)?.text;
        }
        if let Found::Units(units) = format.units(&text, look)?
            && units.iter().all(|unit| unit.place.is_none())
        {
            return Ok(units);
        }
        drop(text);
        let _share = self.store.all(&document.source, buffer)?;
        let Decoded { text, encoding, .. } = decode(&buffer.bytes, Some(format), self.settings)?;
        document.encoding = encoding;
        let Found::Units(units) = format.units(&text, Look::All)? else {
            return Err(Error::new(Code::WrongFormat, "the document does not say whose inventory it is"));
        };
        if let Some(place) = units.iter().find_map(|unit| unit.place.as_ref()) {
            document.head = text.get(place.head.clone()).unwrap_or_default().to_owned();
            let before = buffer.bytes.len() - text.len().min(buffer.bytes.len());
            document.source = match text {
                Cow::Borrowed(_) => verbatim(&document.source, before as u64),
                Cow::Owned(_) => None,
            }
            .map_or_else(|| self.store.spool.append(text.as_bytes()).map(Source::Text), Ok)?;
        }
        Ok(units)
    }
}

/// Decodes a document, or its beginning, of which the format is known or not yet.
fn decode<'b>(bytes: &'b [u8], format: Option<&Format>, settings: &Settings) -> Result<Decoded<'b>> {
    let stated = || format.and_then(|format| format.code_page(bytes));
    encoding::decode(bytes, settings.encoding.as_deref().or_else(stated))
}

/// The source whose ranges are ranges of the text that begins after `skip` bytes, if there is one.
fn verbatim(source: &Source, skip: u64) -> Option<Source> {
    match source {
        Source::File { path, .. } => Some(Source::File { path: path.clone(), skip }),
        Source::Spool(range) => Some(Source::Spool(range.start + skip..range.end)),
        Source::Text(range) => Some(Source::Text(range.clone())),
        Source::Packed { .. } | Source::Lost => None,
    }
}

/// Bytes that were cut off somewhere, without the part of a UTF-8 character that they end in.
fn whole_characters(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        Ok(_) | Err(_) => bytes,
    }
}

impl Intake {
    /// Finds the line and column of a place that facts and findings give as an offset.
    ///
    /// `document` is a number of [`Intake::documents`]; the document is read again.
    ///
    /// # Errors
    ///
    /// The document cannot be read any more.
    pub fn locate(&self, document: usize, offset: u64) -> Result<Position> {
        let text = self.text(document)?;
        let before = usize::try_from(offset).unwrap_or(usize::MAX).min(text.len());
        Ok(Position::START.after(&text.as_bytes()[..before]))
    }

    /// The whole text of a document, a number of [`Intake::documents`], as its reader saw it.
    ///
    /// # Errors
    ///
    /// The document cannot be read any more.
    pub fn text(&self, document: usize) -> Result<String> {
        let Some(document) = self.documents.get(document) else {
            return Err(Error::new(Code::BadReference, format!("there is no document {document}")));
        };
        let mut buffer = Buffer::new();
        let _share = self.store.all(&document.source, &mut buffer)?;
        Ok(decode(&buffer.bytes, document.format, &self.settings)?.text.into_owned())
    }

    /// Reads one piece of an inventory and gives it to `visit`.
    pub(super) fn piece(
        &self,
        piece: &Piece,
        document: &Document,
        buffer: &mut Buffer,
        visit: &mut impl FnMut(Loaded<'_>) -> Result<()>,
    ) -> Result<()> {
        let Some(format) = document.format else { return Ok(()) };
        let (name, number) = (document.name.as_str(), piece.document);
        let loaded = |excerpt, bytes, encoding, undecodable| Loaded {
            document: number,
            name,
            format,
            excerpt,
            bytes,
            encoding,
            undecodable,
        };
        let Some(place) = &piece.place else {
            let _share = self.store.all(&document.source, buffer)?;
            let decoded = decode(&buffer.bytes, Some(format), &self.settings)?;
            let (bytes, undecodable) = (buffer.bytes.as_slice(), decoded.undecodable);
            let excerpt = Excerpt { written: document.written.as_deref(), ..Excerpt::from(&*decoded.text) };
            return visit(loaded(excerpt, bytes, decoded.encoding, undecodable));
        };
        let _share = self.store.range(&document.source, place.body.clone(), buffer)?;
        let text = std::str::from_utf8(&buffer.bytes)
            .map_err(|_| Error::new(Code::NotWellFormed, "the document changed while it was read"))?;
        let written = document.written.as_deref();
        let excerpt = Excerpt { head: &document.head, text, start: place.start, written };
        visit(loaded(excerpt, text.as_bytes(), document.encoding, 0))
    }
}
