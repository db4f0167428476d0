//! What an import found: facts by kind, what is complete, what gave no fact, and the findings.
//!
//! Counts what passes through and keeps nothing of it. Source of truth: `docs/inventories.md`, "What an
//! import report says".

use ahash::AHashSet;
use twox_hash::XxHash3_128;

use super::{Buffer, Client, ClientReport, Intake};
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::error::Result;
use crate::model::fact::{Fact, Kind, Kinds, PackageKind};
use crate::model::inventory::{Collector, Header, Marks};

/// What was imported of one client.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// Every document that was read, in order.
    pub sources: Vec<Source>,
    /// Bytes, documents and facts.
    pub read: ClientReport,
    /// Facts by kind, in the order of [`Kind::ALL`].
    pub facts: [u64; Kind::ALL.len()],
    /// Facts without a kind: labels, other scanners' results, proofs of absence.
    pub other_facts: u64,
    /// The kinds that are complete, those that are assumed to be included.
    pub complete: Kinds,
    /// The kinds that are complete only because a person said so.
    pub assumed: Kinds,
    /// The marks of the inventory.
    pub marks: Marks,
    /// RPM packages without epoch.
    pub without_epoch: u64,
    /// Entries that gave no fact.
    pub without_fact: u64,
    /// The findings.
    pub diagnostics: Diagnostics,
}

impl Imported {
    /// How many facts of a kind there are.
    pub fn of(&self, kind: Kind) -> u64 {
        self.facts[kind as usize]
    }
}

/// A document that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it is called in messages.
    pub name: String,
    /// The name of its format.
    pub format: &'static str,
    /// The name of its encoding.
    pub encoding: &'static str,
}

/// The clients of a whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// Clients that were read.
    pub read: u64,
    /// Clients that could not be read.
    pub failed: u64,
    /// Inventories that were passed over because another one of the same client counts.
    pub duplicates: u64,
    /// Files and members that are not read, and reports that are no inventory.
    pub skipped: u64,
}

impl Import {
    /// The totals before any client is read.
    pub fn of(intake: &Intake) -> Self {
        let duplicates = |client: &Client| {
            client.findings().iter().filter(|finding| finding.code == Code::ClientDuplicate).count() as u64
        };
        let skipped = [Code::InventorySkipped, Code::GlpiNotInventory];
        Self {
            duplicates: intake.clients().iter().map(duplicates).sum(),
            skipped: skipped.into_iter().map(|code| intake.diagnostics().of(code)).sum(),
            ..Self::default()
        }
    }

    /// Counts a client.
    pub fn add<T>(&mut self, client: &Result<T>) {
        match client {
            Ok(_) => self.read += 1,
            Err(_) => self.failed += 1,
        }
    }
}

/// Counts what passes through on its way to another collector.
#[derive(Debug)]
pub struct Tally<C> {
    inner: C,
    imported: Imported,
    /// The document that is being read.
    document: String,
    keys: AHashSet<u128>,
    key: String,
}

impl<C: Collector> Tally<C> {
    /// Counts what goes to `inner`.
    pub fn new(inner: C) -> Self {
        let (imported, document, key) = (Imported::default(), String::new(), String::new());
        Self { inner, imported, document, keys: AHashSet::new(), key }
    }

    /// What was counted, and the collector behind.
    pub fn into_parts(mut self) -> (Imported, C) {
        self.imported.diagnostics.name_file(&self.document);
        (self.imported, self.inner)
    }

    /// Whether a fact of this key passed before.
    fn repeats(&mut self, fact: &Fact<'_>) -> bool {
        self.key.clear();
        fact.write_key(&mut self.key) && !self.keys.insert(XxHash3_128::oneshot(self.key.as_bytes()))
    }
}

impl<C: Collector> Collector for Tally<C> {
    fn document(&mut self, name: &str) {
        self.imported.diagnostics.name_file(&self.document);
        name.clone_into(&mut self.document);
        self.inner.document(name);
    }

    fn header(&mut self, header: Header<'_>) {
        self.imported.complete.extend(header.complete);
        self.inner.header(header);
    }

    fn fact(&mut self, fact: Fact<'_>, position: Position) {
        match fact.kind() {
            Some(kind) => self.imported.facts[kind as usize] += 1,
            None => self.imported.other_facts += 1,
        }
        if let Fact::Package(package) = &fact {
            let unknown = package.kind == PackageKind::Rpm && package.epoch.is_none();
            self.imported.without_epoch += u64::from(unknown);
        }
        if self.repeats(&fact) {
            self.diagnostic(Code::FactDuplicate, position, fact.element());
        }
        self.inner.fact(fact, position);
    }

    fn removal(&mut self, fact: Fact<'_>, position: Position) {
        self.inner.removal(fact, position);
    }

    fn complete(&mut self, kinds: Kinds) {
        self.imported.complete.extend(kinds);
        self.inner.complete(kinds);
    }

    fn incomplete(&mut self, kinds: Kinds) {
        kinds.iter().for_each(|kind| self.imported.complete.remove(kind));
        self.inner.incomplete(kinds);
    }

    fn mark(&mut self, marks: Marks) {
        self.imported.marks.insert(marks);
        self.inner.mark(marks);
    }

    fn diagnostic(&mut self, code: Code, position: Position, message: &str) {
        self.imported.without_fact += u64::from(code == Code::EntryWithoutFact);
        self.imported.diagnostics.push(code, position, "", message);
        self.inner.diagnostic(code, position, message);
    }
}

impl Intake {
    /// Reads one client's inventory as [`Intake::read`] does, and reports what was found.
    ///
    /// # Errors
    ///
    /// As [`Intake::read`].
    pub fn import<C: Collector>(
        &self,
        client: &Client,
        buffer: &mut Buffer,
        out: &mut C,
    ) -> Result<Imported> {
        let mut tally = Tally::new(out);
        let mut sources = Vec::new();
        let read = self.pieces(client, buffer, &mut tally, |loaded| {
            let (name, format) = (loaded.name.to_owned(), loaded.format.name);
            sources.push(Source { name, format, encoding: loaded.encoding });
        })?;
        let mut assumed = self.settings().assume_complete;
        tally.imported.complete.iter().for_each(|kind| assumed.remove(kind));
        tally.complete(assumed);
        let (mut imported, _) = tally.into_parts();
        client.findings().iter().for_each(|finding| imported.diagnostics.add(finding.clone()));
        Ok(Imported { sources, read, assumed, ..imported })
    }
}
