//! Leaves out what other scanners said too long ago.

use jiff::Timestamp;

use crate::diagnostic::{Code, Position};
use crate::inventory::time::instant;
use crate::model::fact::{Fact, Kinds, ScanResult};
use crate::model::inventory::{Collector, Header, Marks, Wording};

/// Leaves out results of other scanners that are too old.
///
/// Statements are not followed, because what they stand for would have to be looked at again.
#[derive(Debug)]
pub(super) struct Aged<'c, C> {
    pub(super) inner: &'c mut C,
    /// The first time that counts.
    pub(super) since: Timestamp,
}

/// Whether a result of that time is too old; one that says no time is not.
pub fn is_aged(time: &str, since: Timestamp) -> bool {
    instant(time).is_some_and(|(time, _)| time < since)
}

impl<C: Collector> Collector for Aged<'_, C> {
    fn document(&mut self, name: &str) {
        self.inner.document(name);
    }

    fn header(&mut self, header: Header<'_>) {
        self.inner.header(header);
    }

    fn fact(&mut self, fact: Fact<'_>, position: Position) {
        match &fact {
            Fact::ScanResult(result @ ScanResult { time: Some(time), .. }) if is_aged(time, self.since) => {
                let message = format!("`{}` of {time}", result.reference);
                self.inner.diagnostic(Code::ImportTooOld, position, &message);
            }
            _ => self.inner.fact(fact, position),
        }
    }

    fn stated(&mut self, fact: Fact<'_>, _wording: Wording, _statement: &str, position: Position) {
        self.fact(fact, position);
    }

    fn removal(&mut self, fact: Fact<'_>, position: Position) {
        self.inner.removal(fact, position);
    }

    fn complete(&mut self, kinds: Kinds) {
        self.inner.complete(kinds);
    }

    fn incomplete(&mut self, kinds: Kinds) {
        self.inner.incomplete(kinds);
    }

    fn mark(&mut self, marks: Marks) {
        self.inner.mark(marks);
    }

    fn diagnostic(&mut self, code: Code, position: Position, message: &str) {
        self.inner.diagnostic(code, position, message);
    }
}
