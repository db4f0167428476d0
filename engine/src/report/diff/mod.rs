//! What changed between two files of one kind: two matrices, or two indexes.
//!
//! Things are joined by their identities, never by where they stand.

mod content;
mod indexes;
mod installs;
mod matrices;
mod relations;
mod rules;

pub use indexes::indexes;
pub use matrices::{cells, matrices};

use super::table::Table;

/// What a comparison found.
#[derive(Debug)]
pub struct Diff<'m> {
    /// The differences.
    pub table: Table<'m>,
    /// Whether anything differs.
    pub outcome: Outcome,
}

/// Whether two files say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They do.
    Same,
    /// They do not.
    Different,
}
