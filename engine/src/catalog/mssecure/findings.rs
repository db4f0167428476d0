//! Collects what is wrong with a document while it is read and looked over.
//!
//! Everything is counted where it stands, except names and values that the format does not know: each
//! of them is one finding, with how often it occurs and where first. Source of truth:
//! `docs/mssecure.md`, "Diagnostics".

use std::collections::BTreeMap;
use std::fmt::{self, Display, Write};

use super::records::Record;
use crate::diagnostic::{Code, Diagnostics, Position};

/// The longest message in bytes: a value may have megabytes, and many findings may quote it.
const MESSAGE: usize = 4096;

/// What is wrong with one document.
#[derive(Debug, Default)]
pub(super) struct Findings {
    diagnostics: Diagnostics,
    unknown: BTreeMap<(Code, String), Unknown>,
}

#[derive(Debug)]
struct Unknown {
    first: Position,
    element: String,
    count: u64,
}

impl Findings {
    /// Counts a finding at `element`, a path below the root.
    pub(super) fn push(
        &mut self,
        code: Code,
        position: Position,
        element: impl Display,
        message: impl Display,
    ) {
        self.diagnostics.push(code, position, element, Shown(message));
    }

    /// Counts a finding about a record.
    pub(super) fn of<R: Record>(&mut self, code: Code, record: &R, message: impl Display) {
        self.push(code, record.position(), R::SHAPE.path, message);
    }

    /// Counts a finding about one attribute of a record.
    pub(super) fn at<R: Record>(&mut self, code: Code, record: &R, attribute: &str, message: impl Display) {
        debug_assert!(R::SHAPE.attributes.contains(&attribute), "{}@{attribute}", R::SHAPE.path);
        self.push(code, record.position(), format_args!("{}@{attribute}", R::SHAPE.path), message);
    }

    /// Notes an occurrence of a name or a value that the format does not know.
    pub(super) fn unknown(&mut self, code: Code, name: &str, position: Position, element: &str) {
        match self.unknown.get_mut(&(code, name.to_owned())) {
            Some(unknown) => unknown.count += 1,
            None => {
                let unknown = Unknown { first: position, element: element.to_owned(), count: 1 };
                self.unknown.insert((code, name.to_owned()), unknown);
            }
        }
    }

    /// Notes a value that the format does not know of an attribute that it knows.
    pub(super) fn unknown_value<R: Record>(&mut self, record: &R, attribute: &str, value: &str) {
        let element = format!("{}@{attribute}", R::SHAPE.path);
        self.unknown(Code::UnknownValue, &format!("{attribute}=\"{value}\""), record.position(), &element);
    }

    /// All of them.
    pub(super) fn into_diagnostics(self) -> Diagnostics {
        let mut diagnostics = self.diagnostics;
        let mut unknown: Vec<_> = self.unknown.into_iter().collect();
        unknown.sort_by_key(|(_, unknown)| unknown.first);
        for ((code, name), Unknown { first, element, count }) in unknown {
            let times = if count == 1 { String::new() } else { format!(", {count} times") };
            diagnostics.push(code, first, &element, format!("`{name}`{times}"));
        }
        diagnostics
    }
}

/// A message, cut off where it is too long.
struct Shown<M>(M);

impl<M: Display> Display for Shown<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Bounded { out: f, left: MESSAGE }, "{}", self.0)
    }
}

/// Writes so many bytes on, then an ellipsis, then no more.
struct Bounded<'f, 'o> {
    out: &'f mut fmt::Formatter<'o>,
    left: usize,
}

impl Write for Bounded<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.len() <= self.left {
            self.left -= text.len();
            return self.out.write_str(text);
        }
        let left = std::mem::take(&mut self.left);
        if left > 0 {
            let cut = text.floor_char_boundary(left);
            self.out.write_str(&text[..cut])?;
            self.out.write_char('…')?;
        }
        Ok(())
    }
}
