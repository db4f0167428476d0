//! Which update replaces which, and who says so.

use super::update::UpdateRef;
use crate::diagnostic::Position;

/// An edge from an update to one that replaces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The update that replaces the one this edge belongs to.
    pub by: UpdateRef,
    /// Who says so.
    pub source: Source,
    /// Where it is said.
    pub position: Position,
}

/// Who says that one update replaces another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Source {
    /// The catalog, at the update that is replaced.
    Declared = 0,
    /// The order of the versions of the packages of both.
    Versions = 1,
}

impl Source {
    /// The word that is printed.
    pub fn name(self) -> &'static str {
        match self {
            Source::Declared => "declared",
            Source::Versions => "versions",
        }
    }

    /// The source of a stored number.
    pub fn from_number(number: u8) -> Option<Source> {
        [Source::Declared, Source::Versions].into_iter().find(|source| *source as u8 == number)
    }
}
