//! `inspect`: what is in an index, as tables of its updates, subjects, edges, sources and sizes.
//!
//! Reads columns and nothing else. The keys of `sources` are a contract that other tools read. Source
//! of truth: `docs/reports.md`, "Inspect".

use super::table::Table;
use crate::error::Result;
use crate::index::Index;

mod sizes;
mod sources;
mod subjects;
mod supersedence;
mod updates;

/// The views, in the order in which they are listed.
pub const VIEWS: &[View] = &[updates::VIEW, subjects::VIEW, supersedence::VIEW, sources::VIEW, sizes::VIEW];

/// One way to look into an index.
#[derive(Debug)]
pub struct View {
    /// The name used on the command line.
    pub name: &'static str,
    /// What it shows, in a few words.
    pub title: &'static str,
    /// Makes its table.
    pub table: for<'i> fn(&'i Index) -> Result<Table<'i>>,
}

/// Finds a view by its name.
///
/// ```
/// let view = patchstate::report::inspect::find("sizes").expect("is in the list");
/// assert_eq!(view.name, "sizes");
/// ```
pub fn find(name: &str) -> Option<&'static View> {
    VIEWS.iter().find(|view| view.name == name)
}
