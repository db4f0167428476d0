//! Between a reader and its collector: places, limits and what completeness was lost.
//!
//! Every reader hands over through a [`Sink`], so that the rules that all formats share stand once.

use std::ops::Range;

use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::model::fact::{Fact, Kinds, Package, PackageKind};
use crate::model::inventory::{Collector, Header, Marks, Said, Wording};
use crate::model::oval::characteristics::Part;
use crate::xml::tags::line_column;

use super::time::{Zone, instant};
use super::{Excerpt, MAX_FACTS};

/// Hands the facts of one excerpt over.
pub(super) struct Sink<'a, 'c, C: ?Sized> {
    text: &'a str,
    start: Position,
    /// What was counted of `text` so far, so that places are found in one pass.
    counted: usize,
    place: Position,
    facts: u32,
    findings: u32,
    marks: Marks,
    out: &'c mut C,
}

impl<'a, 'c, C: Collector + ?Sized> Sink<'a, 'c, C> {
    /// A sink for the facts of `excerpt`.
    pub(super) fn new(excerpt: Excerpt<'a>, out: &'c mut C) -> Self {
        let Excerpt { text, start, .. } = excerpt;
        Sink { text, start, counted: 0, place: start, facts: 0, findings: 0, marks: Marks::NONE, out }
    }

    /// Hands over the head. A time of collection that is none is a finding, one without zone a mark.
    pub(super) fn header(&mut self, mut header: Header<'_>, offset: usize) {
        match header.collected.as_deref().map(instant) {
            Some(None) => {
                let message =
                    format!("`collected`: `{}` is no time", header.collected.as_deref().unwrap_or(""));
                self.diagnostic(Code::InventoryBadValue, offset, &message);
                header.collected = None;
            }
            Some(Some((_, Zone::Local))) => self.marks.insert(Marks::TIME_LOCAL),
            Some(Some((_, Zone::Stated))) | None => {}
        }
        self.out.header(header);
    }

    /// Hands over a fact that stands `offset` bytes into the excerpt.
    #[inline]
    pub(super) fn fact(&mut self, fact: Fact<'_>, offset: usize) -> Result<()> {
        self.count(offset)?;
        if is_without_epoch(&fact) {
            self.marks.insert(Marks::EPOCH_UNKNOWN);
        }
        self.out.fact(fact, self.offset(offset));
        Ok(())
    }

    /// Hands over a fact of which the bytes at `statement` of the excerpt are all that is said.
    #[inline]
    pub(super) fn stated(&mut self, fact: Fact<'_>, wording: Wording, statement: Range<usize>) -> Result<()> {
        // The mark that it leaves would be missing where its statement is followed.
        if is_without_epoch(&fact) {
            return self.fact(fact, statement.start);
        }
        self.count(statement.start)?;
        let position = self.offset(statement.start);
        self.out.stated(fact, wording, self.text.get(statement).unwrap_or_default(), position);
        Ok(())
    }

    /// Hands over what the rest of the excerpt begins with and was stated before; gives its bytes.
    #[inline]
    pub(super) fn follow(&mut self, wording: Wording, rest: &str) -> usize {
        // A fact too many is left for the reader, which says where it stands.
        let position = self.offset(self.text.len() - rest.len().min(self.text.len()));
        let followed = self.out.follow(wording, rest, MAX_FACTS - self.facts, position);
        self.facts += followed.facts;
        followed.bytes
    }

    /// Hands over a part of system characteristics that stands `offset` bytes into the excerpt.
    pub(super) fn part(&mut self, part: Part<'_>, offset: usize) -> Result<()> {
        self.count(offset)?;
        self.out.characteristics(part, self.offset(offset));
        Ok(())
    }

    /// Hands over a part of system characteristics of which it is known what the document says of it.
    pub(super) fn stated_part(&mut self, part: Part<'_>, said: Said<'_>, offset: usize) -> Result<()> {
        self.count(offset)?;
        self.out.stated_part(part, said, self.offset(offset));
        Ok(())
    }

    /// The number of what is declared around statements; see [`Collector::surroundings`].
    pub(super) fn surroundings(&mut self, declared: &str) -> Option<u32> {
        self.out.surroundings(declared)
    }

    /// How many findings there are so far: what raises one is not to be followed.
    pub(super) fn findings(&self) -> u32 {
        self.findings
    }

    #[inline]
    fn count(&mut self, offset: usize) -> Result<()> {
        if self.facts >= MAX_FACTS {
            return Err(too_many(offset));
        }
        self.facts += 1;
        Ok(())
    }

    /// Hands over the withdrawal of a fact.
    pub(super) fn removal(&mut self, fact: Fact<'_>, offset: usize) {
        self.out.removal(fact, self.offset(offset));
    }

    /// Adds kinds that are complete.
    pub(super) fn complete(&mut self, kinds: Kinds) {
        self.out.complete(kinds);
    }

    /// Withdraws the completeness of kinds that the document declares, with a finding for each.
    pub(super) fn refuse(&mut self, kinds: Kinds, offset: usize, why: &str) {
        for kind in kinds.iter() {
            self.diagnostic(Code::CoverageRefused, offset, &format!("{}: {why}", kind.name()));
        }
        self.out.incomplete(kinds);
    }

    /// Marks the inventory.
    pub(super) fn mark(&mut self, marks: Marks) {
        self.marks.insert(marks);
    }

    /// Takes a finding that stands `offset` bytes into the excerpt.
    #[cold]
    pub(super) fn diagnostic(&mut self, code: Code, offset: usize, message: &str) {
        self.findings = self.findings.saturating_add(1);
        let position = self.position(offset);
        self.out.diagnostic(code, position, message);
    }

    /// Gives an error its place in the document, once it is the result; until then its place is an
    /// offset into the excerpt.
    #[cold]
    pub(super) fn moved(&mut self, error: Error) -> Error {
        let Some(place) = error.position() else { return error };
        let offset = usize::try_from(place.offset).unwrap_or(usize::MAX);
        error.moved_to(self.position(offset))
    }

    /// Ends the document and says how many facts it states.
    pub(super) fn finish(self) -> u32 {
        if self.marks != Marks::NONE {
            self.out.mark(self.marks);
        }
        self.facts
    }

    /// The place as facts carry it: its line can be found from the document when it is asked for.
    #[inline]
    fn offset(&self, offset: usize) -> Position {
        Position { offset: self.start.offset + offset as u64, line: 0, column: 0 }
    }

    /// The place with line and column; cheap while places are asked for in document order.
    fn position(&mut self, offset: usize) -> Position {
        if offset < self.counted {
            (self.counted, self.place) = (0, self.start);
        }
        let passed = &self.text.as_bytes()[self.counted..offset.min(self.text.len())];
        self.place = self.place.after(passed);
        self.counted += passed.len();
        self.place
    }
}

/// Whether a fact is a package of which the agent did not report the epoch.
#[inline]
pub(super) fn is_without_epoch(fact: &Fact<'_>) -> bool {
    matches!(fact, Fact::Package(Package { kind: PackageKind::Rpm, epoch: None, .. }))
}

/// The error at an offset into the excerpt.
#[cold]
pub(super) fn error(code: Code, offset: usize, message: impl Into<String>) -> Error {
    Error::new(code, message).at(Position { offset: offset as u64, line: 0, column: 0 })
}

/// The error with line and column, of one with a place in `text`.
#[cold]
pub(super) fn located(text: &str, error: Error) -> Error {
    let Some(place) = error.position() else { return error };
    let offset = usize::try_from(place.offset).unwrap_or(usize::MAX).min(text.len());
    error.moved_to(line_column(text, offset))
}

/// The error of a delta without the state that it changes.
#[cold]
pub(super) fn delta_without_full() -> Error {
    Error::new(
        Code::DeltaWithoutFull,
        "the inventory is a delta, and the state that it changes is not at hand",
    )
    .with_hint("give a full inventory, or read it as one with `--delta-as-full`")
}

#[cold]
fn too_many(offset: usize) -> Error {
    error(Code::TooLarge, offset, format!("more than {MAX_FACTS} facts of one client"))
}
