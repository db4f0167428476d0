//! What is wrong with a definitions file, each unknown name told once.

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::{Code, Diagnostics, Position};

/// The most unknown names that are told one by one.
const NAMES: usize = 1000;

/// The most characters of a text that a finding shows.
const MOST: usize = 120;

/// What is wrong with a definitions file.
#[derive(Debug, Default)]
pub struct Findings {
    list: Diagnostics,
    /// Unknown elements and attributes: how often, and where first.
    unknown: BTreeMap<String, (u64, Position)>,
}

impl Findings {
    /// Takes a finding.
    pub fn push(
        &mut self,
        code: Code,
        position: Position,
        element: impl fmt::Display,
        message: impl fmt::Display,
    ) {
        self.list.push(code, position, element, message);
    }

    /// Takes an element or attribute that the standard does not have.
    pub fn unknown(&mut self, name: String, position: Position) {
        if self.unknown.len() >= NAMES && !self.unknown.contains_key(&name) {
            return self.list.count(Code::OvalUnknownPart, 1);
        }
        self.unknown.entry(name).or_insert((0, position)).0 += 1;
    }

    /// Everything that was found.
    pub fn finish(mut self) -> Diagnostics {
        for (name, (times, position)) in self.unknown {
            self.list.push(Code::OvalUnknownPart, position, "", format_args!("`{name}`, {times} times"));
        }
        self.list
    }
}

/// The beginning of a text that a finding is about.
pub fn shown(text: &str) -> &str {
    let end = text.char_indices().nth(MOST).map_or(text.len(), |(at, _)| at);
    &text[..end]
}
