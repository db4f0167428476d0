//! Collects what is wrong with a document while it is read.
//!
//! Most findings are counted where they stand. An element that the format does not name is one finding
//! however often it occurs, and source packages, which every catalog has, are one place and a count.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::diagnostic::{Code, Diagnostics, Position};

/// How many names of unknown elements are told apart; those of further ones are only counted.
const NAMES: usize = 1000;

/// The greatest number of characters of the document that a message repeats.
const SHOWN: usize = 80;

/// What is wrong with one document.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) diagnostics: Diagnostics,
    /// Unknown elements by path: where first, and how often.
    unknown: BTreeMap<String, (Position, u64)>,
    /// Unknown elements of names that are not told apart.
    further: u64,
    /// Source packages: where first, in what, and how many.
    sources: Option<(Position, String, u64)>,
}

impl Findings {
    /// Counts a finding at `element`, a path of names.
    pub(super) fn push(&mut self, code: Code, position: Position, element: &str, message: impl Display) {
        self.diagnostics.push(code, position, element, message);
    }

    /// Counts an element that the format does not name.
    pub(super) fn unknown(&mut self, element: &str, position: Position) {
        if let Some((_, count)) = self.unknown.get_mut(element) {
            *count += 1;
        } else if self.unknown.len() < NAMES {
            self.unknown.insert(element.to_owned(), (position, 1));
        } else {
            self.further += 1;
        }
    }

    /// Counts a source package.
    pub(super) fn source(&mut self, element: &str, position: Position) {
        let (_, _, count) = self.sources.get_or_insert_with(|| (position, element.to_owned(), 0));
        *count += 1;
    }

    /// All findings, with what is counted by name put where each stands first.
    pub(super) fn finish(mut self) -> Diagnostics {
        for (element, (position, count)) in self.unknown {
            let name = element.rsplit('/').next().unwrap_or_default();
            let message = format!("`{}`, {count} in all", shown(name));
            self.diagnostics.push(Code::UpdateinfoUnknownPart, position, &element, message);
        }
        self.diagnostics.count(Code::UpdateinfoUnknownPart, self.further);
        if let Some((position, element, count)) = self.sources {
            let message = format!("the first of {count} source packages");
            self.diagnostics.push(Code::UpdateinfoSourceRow, position, &element, message);
            self.diagnostics.count(Code::UpdateinfoSourceRow, count - 1);
        }
        self.diagnostics
    }
}

/// Text of a document as a message shows it: not too long, and on one line.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}
