//! Documents one by one: each the report of one client, and those that were kept of a client.
//!
//! What a site takes in and keeps is told by the site, so that nothing here is brought together by client.
//! Knows heads and places of documents; which report counts is the site's matter.

use std::path::{Path, PathBuf};

use twox_hash::XxHash3_128;

use super::document::{Buffer, Document, Source, Store};
use super::grouping::{Client, Inspected, Piece};
use super::inspect;
use super::spool::Spool;
use super::{Budget, Intake, Settings};
use crate::container::printable;
use crate::diagnostic::{Code, Diagnostics};
use crate::error::{Error, Result};
use crate::inventory::Format;

/// A document that is the report of one client, as its head has it.
#[derive(Debug)]
pub struct Report {
    /// The client and the document, or why it cannot be read.
    pub client: Client,
    /// Whether the document says itself whose it is; otherwise its name does.
    pub is_named: bool,
    /// Its format, where one recognises it.
    pub format: Option<&'static Format>,
    /// Grows with every report of the client.
    pub serial: Option<u64>,
    /// Time of collection.
    pub collected: Option<String>,
    /// Whether it only changes an earlier report.
    pub is_delta: bool,
    /// The serial that a delta applies to; `None` is the one before its own.
    pub base: Option<u64>,
    /// What in its head has not the form that it must have.
    pub bad: Option<String>,
    /// Whether it is compressed.
    pub is_packed: bool,
}

/// A document that was kept of a client.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Where it lies.
    pub path: PathBuf,
    /// What it is called in messages.
    pub name: String,
    /// Its format.
    pub format: &'static Format,
    /// Whether it is compressed.
    pub is_packed: bool,
    /// The digest of its bytes, expanded: others are not read.
    pub digest: u128,
    /// The first time of results of other scanners that count; `None` lets all count.
    pub since: Option<jiff::Timestamp>,
}

impl Intake {
    /// Looks at files, each of which is to be the report of one client; the reports stand in the order of
    /// the files.
    ///
    /// ```
    /// use patchstate::ingest::{Intake, Settings};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("1.xml");
    /// std::fs::write(&path, r#"<inventory version="1" client="WS-1" serial="7"/>"#)?;
    /// let (_, reports) = Intake::reports(vec![path], Settings::default());
    /// assert_eq!((reports[0].client.id.as_str(), reports[0].serial), ("WS-1", Some(7)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reports(files: Vec<PathBuf>, settings: Settings) -> (Intake, Vec<Report>) {
        let store = Store { spool: Spool::default(), budget: Budget::new(settings.budget) };
        let report = |number, Inspected { document, found }| (report(number, &document, found), document);
        let (reports, documents) = inspect::each(files, &store, &settings, report).into_iter().unzip();
        let (clients, diagnostics) = (Vec::new(), Diagnostics::new());
        (Intake { settings, documents, clients, diagnostics, store }, reports)
    }

    /// Takes note that the file of a report is somewhere else now.
    pub fn moved(&mut self, client: &Client, to: &Path) {
        for piece in &client.pieces {
            if let Source::File { path, .. } | Source::Packed { path } =
                &mut self.documents[piece.document].source
            {
                to.clone_into(path);
            }
        }
    }

    /// The digest of a report as its bytes are, expanded: what [`Intake::visit`] would show.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn digest(&self, client: &Client, buffer: &mut Buffer) -> Result<u128> {
        let mut digest = 0;
        for piece in &client.pieces {
            let document = &self.documents[piece.document];
            let read = match &piece.place {
                None => self.store.digest(&document.source, buffer),
                Some(place) => {
                    let share = self.store.range(&document.source, place.body.clone(), buffer);
                    share.map(|_share| XxHash3_128::oneshot(&buffer.bytes))
                }
            };
            digest = read.map_err(|error| error.in_file(&document.name))?;
        }
        Ok(digest)
    }

    /// The clients of which documents were kept, each with those, in the order in which they are to be
    /// read; the clients must stand in the order of the bytes of their ids.
    ///
    /// No document is looked at before it is read.
    pub fn of_kept(clients: impl IntoIterator<Item = (String, Vec<Kept>)>, settings: Settings) -> Intake {
        let store = Store { spool: Spool::default(), budget: Budget::new(settings.budget) };
        let (mut documents, mut found) = (Vec::new(), Vec::new());
        for (id, kept) in clients {
            let mut pieces = Vec::with_capacity(kept.len());
            for Kept { path, name, format, is_packed, digest, since } in kept {
                pieces.push(Piece { document: documents.len(), place: None });
                let source = if is_packed { Source::Packed { path } } else { Source::File { path, skip: 0 } };
                let mut document = Document::new(printable(&name), &name, source);
                (document.format, document.since, document.digest) = (Some(format), since, Some(digest));
                document.written = if format.lacks_time() { document.source.written() } else { None };
                documents.push(document);
            }
            found.push(Client { id, pieces, problem: None, findings: Vec::new() });
        }
        Intake { settings, documents, clients: found, diagnostics: Diagnostics::new(), store }
    }
}

/// The report that a document is.
fn report(number: usize, document: &Document, found: Result<Vec<crate::inventory::Unit>>) -> Report {
    let named = |error: Error| error.in_file(&document.name);
    let refused = |code, message: String| named(Error::new(code, message));
    let mut report = Report {
        client: Client { id: document.stem.clone(), pieces: Vec::new(), problem: None, findings: Vec::new() },
        is_named: false,
        format: document.format,
        serial: None,
        collected: None,
        is_delta: false,
        base: None,
        bad: None,
        is_packed: matches!(document.source, Source::Packed { .. }),
    };
    let mut units = match found {
        Ok(units) => units,
        Err(error) => {
            report.client.problem = Some(named(error));
            return report;
        }
    };
    let unit = match units.pop() {
        Some(unit) if units.is_empty() => unit,
        None => {
            let error = refused(Code::InventoryUnknownFormat, "holds no inventory".to_owned());
            report.client.problem = Some(error);
            return report;
        }
        Some(_) => {
            let message = format!("holds {} inventories, and a report is of one client", units.len() + 1);
            let error = refused(Code::BadValue, message).with_hint("write a file for each client");
            report.client.problem = Some(error);
            return report;
        }
    };
    report.client.problem = unit.problem.map(named);
    report.is_named = unit.client.is_some();
    if let Some(id) = unit.client {
        report.client.id = id;
    }
    report.client.pieces.push(Piece { document: number, place: unit.place });
    let (serial, collected, base) = (unit.serial, unit.collected, unit.base);
    Report { serial, collected, is_delta: unit.delta, base, bad: unit.bad, ..report }
}
