//! Brings the inventories of all documents together by client.
//!
//! Knows which document of a client counts; knows nothing of what stands in it. Whatever is wrong with
//! a document is told of some client, so that none is lost.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::document::Document;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Position, Severity};
use crate::error::{Error, Result};
use crate::inventory::time::instant;
use crate::inventory::{FORMATS, Place, Scope, Unit};

/// One client and where its inventory stands.
#[derive(Debug)]
pub struct Client {
    /// Unique id, as its inventories write it.
    pub id: String,
    pub(super) pieces: Vec<Piece>,
    pub(super) problem: Option<Error>,
    pub(super) findings: Vec<Diagnostic>,
}

impl Client {
    /// Why nothing of the client can be read, where that is known already.
    pub fn problem(&self) -> Option<&Error> {
        self.problem.as_ref()
    }

    /// What was found when its documents were brought together.
    pub fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }

    /// The documents that hold its inventory, as numbers of [`super::Intake::documents`]: first the
    /// whole inventory, then parts.
    pub fn documents(&self) -> impl Iterator<Item = usize> + '_ {
        self.pieces.iter().map(|piece| piece.document)
    }
}

/// An inventory, or a part of one, of one client.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) document: usize,
    pub(super) place: Option<Place>,
}

/// A document and what was found in it.
#[derive(Debug)]
pub(super) struct Inspected {
    pub(super) document: Document,
    pub(super) found: Result<Vec<Unit>>,
}

/// What is gathered of a client before it is decided what counts.
#[derive(Debug, Default)]
struct Gathered {
    whole: Vec<(usize, Unit)>,
    parts: Vec<(usize, Unit)>,
    /// What is wrong with documents of which only the name speaks of this client.
    strays: Vec<Error>,
}

/// Brings inventories together; the clients are in the order of the bytes of their ids.
///
/// `client` is the id of what names none. What is no inventory is a finding and makes no client.
pub(super) fn group(
    inspected: Vec<Inspected>,
    client: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> (Vec<Document>, Vec<Client>) {
    let mut documents = Vec::with_capacity(inspected.len());
    let mut gathered: BTreeMap<String, Gathered> = BTreeMap::new();
    for Inspected { document, found } in inspected {
        let number = documents.len();
        let unnamed = client.unwrap_or(&document.stem);
        match found {
            Ok(units) => {
                for mut unit in units {
                    if let Some(other) = unit.problem.take_if(|problem| is_no_error(problem)) {
                        let position = other.position().unwrap_or(Position::START);
                        diagnostics.add(finding(
                            other.code(),
                            &document.name,
                            position,
                            other.message().into(),
                        ));
                        continue;
                    }
                    let named = unit.client.take();
                    let id = named.as_deref().unwrap_or(unnamed);
                    if client.is_some() {
                        unit.problem.take_if(|problem| problem.code() == Code::NoClientId);
                    }
                    let gathered = gathered.entry(id.to_owned()).or_default();
                    match unit.problem.take_if(|_| named.is_none()) {
                        Some(problem) => gathered.strays.push(problem.in_file(&document.name)),
                        None => gathered.take(number, unit, &document),
                    }
                }
            }
            Err(error) => {
                let stem = document.stem.clone();
                gathered.entry(stem).or_default().strays.push(error.in_file(&document.name));
            }
        }
        documents.push(document);
    }
    let clients = gathered.into_iter().map(|(id, gathered)| gathered.decide(id, &documents)).collect();
    (documents, clients)
}

/// Whether a problem says only that there is no inventory.
fn is_no_error(problem: &Error) -> bool {
    problem.code().severity() != Severity::Error
}

impl Gathered {
    fn take(&mut self, number: usize, mut unit: Unit, document: &Document) {
        unit.problem = unit.problem.map(|problem| problem.in_file(&document.name));
        match document.format.map_or(Scope::Part, |format| format.scope) {
            Scope::Whole => self.whole.push((number, unit)),
            Scope::Part => self.parts.push((number, unit)),
        }
    }

    /// Decides what counts: of several whole inventories one, of the reports of a stream one, and all other
    /// parts.
    fn decide(mut self, id: String, documents: &[Document]) -> Client {
        let mut findings = Vec::new();
        let whole = newest(self.whole.iter().collect(), &id, documents, &mut findings);
        let whole = whole.map(|chosen| self.whole.swap_remove(chosen));
        self.leave_newest_reports(&id, documents, &mut findings);
        // Most clients have one, and all of them wait in memory.
        let (mut problem, mut pieces) =
            (None, Vec::with_capacity(usize::from(whole.is_some()) + self.parts.len()));
        for (document, unit) in whole.into_iter().chain(self.parts) {
            problem = problem.or(unit.problem);
            pieces.push(Piece { document, place: unit.place });
        }
        for stray in self.strays {
            if pieces.is_empty() && problem.is_none() {
                problem = Some(stray);
                continue;
            }
            let position = stray.position().unwrap_or_default();
            let file = stray.file().unwrap_or_default();
            findings.push(finding(stray.code(), file, position, stray.message().to_owned()));
        }
        Client { id, pieces, problem, findings }
    }

    /// Leaves of each stream the newest report among the parts.
    fn leave_newest_reports(&mut self, id: &str, documents: &[Document], findings: &mut Vec<Diagnostic>) {
        if self.parts.len() < 2 {
            return;
        }
        let mut older = Vec::new();
        for format in FORMATS.iter().filter(|format| format.is_stream()) {
            let is_of = |number: usize| documents[number].format.is_some_and(|own| own.name == format.name);
            let mut reports: Vec<usize> =
                (0..self.parts.len()).filter(|at| is_of(self.parts[*at].0)).collect();
            let of = reports.iter().map(|at| &self.parts[*at]).collect();
            if let Some(chosen) = newest(of, id, documents, findings) {
                reports.remove(chosen);
                older.append(&mut reports);
            }
        }
        older.sort_unstable();
        let mut at = 0..;
        self.parts.retain(|_| at.next().is_some_and(|at| older.binary_search(&at).is_err()));
    }
}

/// Which of several inventories of a client counts: the newest, and of those that are equally new the last by
/// name. The others are findings.
fn newest(
    of: Vec<&(usize, Unit)>,
    id: &str,
    documents: &[Document],
    findings: &mut Vec<Diagnostic>,
) -> Option<usize> {
    let name = |(number, _): &(usize, Unit)| documents[*number].name.as_str();
    let compare = |a: &(usize, Unit), b: &(usize, Unit)| {
        age(&a.1).cmp(&age(&b.1)).then_with(|| name(a).cmp(name(b))).then(a.0.cmp(&b.0))
    };
    // The last of those that are equally new is the one that stands last.
    let chosen = (0..of.len()).max_by(|a, b| compare(of[*a], of[*b]))?;
    for (_, other) in of.iter().enumerate().filter(|(at, _)| *at != chosen) {
        let message = format!("`{id}`: the inventory of {} is used instead", name(of[chosen]));
        let position = other.1.place.as_ref().map_or(Position::START, |place| place.start);
        findings.push(finding(Code::ClientDuplicate, name(other), position, message));
    }
    Some(chosen)
}

/// How new an inventory is: its serial, and then its time of collection.
fn age(unit: &Unit) -> (Option<u64>, Option<Timestamp>) {
    let collected = unit.collected.as_deref().and_then(instant).map(|(time, _)| time);
    (unit.serial, collected)
}

fn finding(code: Code, file: &str, position: Position, message: String) -> Diagnostic {
    Diagnostic { code, file: file.to_owned(), position, element: String::new(), message }
}
