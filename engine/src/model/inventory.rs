//! What is known of one client: who it is, its facts, and what is complete.
//!
//! [`Collector`] is how a reader hands over what it finds, one fact at a time; [`Inventory`] is the
//! collector that keeps everything, for the reference evaluator, for `explain` and for `convert`.

use std::ops::Range;

use super::fact::{Fact, Kinds, Text};
use super::oval::characteristics::{Characteristics, Part};
use crate::diagnostic::{Code, Diagnostics, Position};

/// What stands at the head of an inventory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header<'a> {
    /// Unique id; empty when the document gives none.
    pub client: Text<'a>,
    /// Display name.
    pub name: Option<Text<'a>>,
    /// Display group.
    pub group: Option<Text<'a>>,
    /// The program that collected it.
    pub collector: Option<Text<'a>>,
    /// Time of collection, RFC 3339.
    pub collected: Option<Text<'a>>,
    /// The kinds that are complete.
    pub complete: Kinds,
    /// Grows with every inventory of the client.
    pub serial: Option<u64>,
    /// Whether it only changes an earlier inventory.
    pub delta: bool,
    /// The serial that a delta applies to; absent is the one before its own.
    pub base: Option<u64>,
}

impl Header<'_> {
    /// The same header, independent of the document.
    pub fn into_owned(self) -> Header<'static> {
        let own = |text: Option<Text<'_>>| text.map(|text| Text::Owned(text.into_owned()));
        Header {
            client: Text::Owned(self.client.into_owned()),
            name: own(self.name),
            group: own(self.group),
            collector: own(self.collector),
            collected: own(self.collected),
            complete: self.complete,
            serial: self.serial,
            delta: self.delta,
            base: self.base,
        }
    }
}

/// Marks of a client's inventory that stand in its row of reports, not in cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks(u8);

impl Marks {
    /// No mark.
    pub const NONE: Marks = Marks(0);
    /// The hotfix list was cut off by the tool that wrote it.
    pub const HOTFIX_LIST_TRUNCATED: Marks = Marks(1);
    /// The hotfix list has entries without a name.
    pub const HOTFIX_UNNAMED: Marks = Marks(2);
    /// The time of collection has no zone.
    pub const TIME_LOCAL: Marks = Marks(4);
    /// Packages without epoch.
    pub const EPOCH_UNKNOWN: Marks = Marks(8);

    const NAMES: [(Marks, &'static str); 4] = [
        (Marks::HOTFIX_LIST_TRUNCATED, "hotfix-list-truncated"),
        (Marks::HOTFIX_UNNAMED, "hotfix-unnamed"),
        (Marks::TIME_LOCAL, "time-local"),
        (Marks::EPOCH_UNKNOWN, "epoch-unknown"),
    ];

    /// The set with exactly these bits.
    pub fn from_bits(bits: u8) -> Marks {
        Marks(bits & 15)
    }

    /// The bits, as stored.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Sets the marks of `other`.
    pub fn insert(&mut self, other: Marks) {
        self.0 |= other.0;
    }

    /// The names of the marks that are set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(mark, _)| self.0 & mark.0 != 0).map(|(_, name)| name)
    }
}

/// Takes what a reader finds in a document that holds one client's inventory or a part of it.
///
/// A reader calls [`Collector::header`] first, then [`Collector::fact`] for every fact in document
/// order; [`Collector::complete`] may follow anywhere.
pub trait Collector {
    /// Begins the next document that states facts of this client; `name` is for messages.
    fn document(&mut self, _name: &str) {}
    /// Takes the head of the inventory.
    fn header(&mut self, header: Header<'_>);
    /// Takes one fact that stands at `position`.
    fn fact(&mut self, fact: Fact<'_>, position: Position);
    /// Takes one fact of which `statement` is all that the document says: whatever client says the same
    /// again in the same wording states the same fact.
    fn stated(&mut self, fact: Fact<'_>, _wording: Wording, _statement: &str, position: Position) {
        self.fact(fact, position);
    }
    /// Takes the statements that `text`, which stands at `position`, begins with, as long as each was taken
    /// before, and at most `most` facts of them.
    ///
    /// A collector that wants to be told where each fact stands takes none.
    fn follow(&mut self, _wording: Wording, _text: &str, _most: u32, _position: Position) -> Followed {
        Followed::default()
    }
    /// The number of what stands around statements that mean something only within it, as prefixes are declared
    /// around elements; `None` where none of them are followed.
    fn surroundings(&mut self, _declared: &str) -> Option<u32> {
        None
    }
    /// Takes a part of the system characteristics of OVAL of which `said` is all that the document says, as
    /// [`Collector::stated`] takes a fact.
    fn stated_part(&mut self, part: Part<'_>, _said: Said<'_>, position: Position) {
        self.characteristics(part, position);
    }
    /// Takes a part of the system characteristics of OVAL; [`Part::Collection`] comes before the objects.
    ///
    /// Only [`crate::model::oval`] asks for them, so who evaluates nothing may ignore them.
    fn characteristics(&mut self, _part: Part<'_>, _position: Position) {}
    /// Takes the withdrawal of a fact, told by its key alone.
    ///
    /// Only a delta that is read as a delta has any, so who never asks for that may ignore them.
    fn removal(&mut self, _fact: Fact<'_>, _position: Position) {}
    /// Adds kinds whose completeness shows only at the end.
    fn complete(&mut self, kinds: Kinds);
    /// Withdraws completeness that the document turned out not to have.
    fn incomplete(&mut self, kinds: Kinds);
    /// Takes a mark of the inventory.
    fn mark(&mut self, marks: Marks);
    /// Takes a finding.
    fn diagnostic(&mut self, code: Code, position: Position, message: &str);
}

/// How a document makes its statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wording {
    /// A letter that tells formats apart, in which the same bytes may state different facts.
    pub format: u8,
    /// What one statement is.
    pub statement: Statement,
    /// What stands around it, where that counts: a number from [`Collector::surroundings`].
    pub surroundings: u32,
}

impl Wording {
    /// Statements that mean the same wherever they stand.
    pub const fn anywhere(format: u8, statement: Statement) -> Wording {
        Wording { format, statement, surroundings: 0 }
    }
}

/// What one statement of a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Statement {
    /// A tag, `<` to `>`; white space around it says nothing.
    Tag,
    /// A line with the line feed that ends it.
    Line,
    /// An element with all that it holds; white space around it says nothing. Numbers that differ from client to
    /// client stand behind this text.
    Element(&'static str),
}

/// All that a document says of a part, which may state a fact, too.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// How it is said.
    pub wording: Wording,
    /// All of it.
    pub statement: &'a str,
    /// Where numbers stand in it instead of which any others could, in order; see [`super::number::leading`].
    pub numbers: &'a [Range<usize>],
    /// How many facts it states, the part among them.
    pub facts: u32,
}

/// How much of a text a collector took without having it read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// Bytes of whole statements.
    pub bytes: usize,
    /// How many facts these state.
    pub facts: u32,
}

/// A fact and where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// The fact.
    pub fact: Fact<'static>,
    /// Which of [`Inventory::documents`] it stands in.
    pub document: u32,
    /// Where in that document.
    pub position: Position,
}

/// Everything known of one client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The head; of several parts, the first that gives each field.
    pub header: Header<'static>,
    /// The facts in the order they were stated.
    pub facts: Vec<Stated>,
    /// What was collected in the terms of OVAL.
    pub characteristics: Characteristics,
    /// What a delta withdraws, in the order stated.
    pub removals: Vec<Stated>,
    /// The documents that were read, as they are called in messages.
    pub documents: Vec<String>,
    /// The marks.
    pub marks: Marks,
    /// The findings.
    pub diagnostics: Diagnostics,
}

impl Inventory {
    /// Makes an empty inventory of `client` with `complete` kinds.
    pub fn new(client: &str, complete: Kinds) -> Self {
        let client = Text::Owned(client.to_owned());
        Inventory { header: Header { client, complete, ..Header::default() }, ..Inventory::default() }
    }

    /// The client's id.
    pub fn client(&self) -> &str {
        &self.header.client
    }

    /// The number of the document that is being read.
    fn document_number(&self) -> u32 {
        u32::try_from(self.documents.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    fn place(&self, fact: Fact<'_>, position: Position) -> Stated {
        Stated { fact: fact.into_owned(), document: self.document_number(), position }
    }
}

impl<C: Collector + ?Sized> Collector for &mut C {
    fn document(&mut self, name: &str) {
        (**self).document(name);
    }

    fn header(&mut self, header: Header<'_>) {
        (**self).header(header);
    }

    #[inline]
    fn fact(&mut self, fact: Fact<'_>, position: Position) {
        (**self).fact(fact, position);
    }

    #[inline]
    fn stated(&mut self, fact: Fact<'_>, wording: Wording, statement: &str, position: Position) {
        (**self).stated(fact, wording, statement, position);
    }

    #[inline]
    fn follow(&mut self, wording: Wording, text: &str, most: u32, position: Position) -> Followed {
        (**self).follow(wording, text, most, position)
    }

    fn surroundings(&mut self, declared: &str) -> Option<u32> {
        (**self).surroundings(declared)
    }

    fn stated_part(&mut self, part: Part<'_>, said: Said<'_>, position: Position) {
        (**self).stated_part(part, said, position);
    }

    fn characteristics(&mut self, part: Part<'_>, position: Position) {
        (**self).characteristics(part, position);
    }

    fn removal(&mut self, fact: Fact<'_>, position: Position) {
        (**self).removal(fact, position);
    }

    fn complete(&mut self, kinds: Kinds) {
        (**self).complete(kinds);
    }

    fn incomplete(&mut self, kinds: Kinds) {
        (**self).incomplete(kinds);
    }

    fn mark(&mut self, marks: Marks) {
        (**self).mark(marks);
    }

    fn diagnostic(&mut self, code: Code, position: Position, message: &str) {
        (**self).diagnostic(code, position, message);
    }
}

impl Collector for Inventory {
    fn document(&mut self, name: &str) {
        self.documents.push(name.to_owned());
    }

    fn header(&mut self, header: Header<'_>) {
        let mut complete = self.header.complete;
        complete.extend(header.complete);
        let first = std::mem::take(&mut self.header);
        let next = header.into_owned();
        self.header = Header {
            client: if first.client.is_empty() { next.client } else { first.client },
            name: first.name.or(next.name),
            group: first.group.or(next.group),
            collector: first.collector.or(next.collector),
            collected: first.collected.or(next.collected),
            complete,
            serial: first.serial.or(next.serial),
            delta: first.delta || next.delta,
            base: first.base.or(next.base),
        };
    }

    fn fact(&mut self, fact: Fact<'_>, position: Position) {
        let stated = self.place(fact, position);
        self.facts.push(stated);
    }

    fn characteristics(&mut self, part: Part<'_>, position: Position) {
        self.characteristics.document = self.document_number();
        self.characteristics.add(part, position);
    }

    fn removal(&mut self, fact: Fact<'_>, position: Position) {
        let stated = self.place(fact, position);
        self.removals.push(stated);
    }

    fn complete(&mut self, kinds: Kinds) {
        self.header.complete.extend(kinds);
    }

    fn incomplete(&mut self, kinds: Kinds) {
        kinds.iter().for_each(|kind| self.header.complete.remove(kind));
    }

    fn mark(&mut self, marks: Marks) {
        self.marks.insert(marks);
    }

    fn diagnostic(&mut self, code: Code, position: Position, message: &str) {
        self.diagnostics.push(code, position, "", message);
    }
}
