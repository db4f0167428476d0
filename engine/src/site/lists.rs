//! The lists of a site: updates that are ignored, authorized, or a baseline; one entry a line.
//!
//! Source of truth: `docs/site.md`, "Lists".

use std::collections::BTreeSet;
use std::path::Path;

use super::toml::read_file;
use super::{Site, file_names};
use crate::error::Result;
use crate::index::View;
use crate::matrix::Matrix;
use crate::report::Baseline;

/// The updates that a list names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Their numbers in the index, rising.
    pub updates: Vec<u32>,
    /// Entries that name nothing: line and text.
    pub unmatched: Vec<(usize, String)>,
}

/// Reads a list of identities, bulletins or article numbers; `#` begins a comment.
///
/// # Errors
///
/// The file cannot be read.
pub fn read(path: &Path, view: View<'_>) -> Result<Named> {
    let text = read_file(path)?;
    let mut named = Named::default();
    for (line, entry) in (1..).zip(text.lines()) {
        let entry = without_comment(entry);
        if entry.is_empty() {
            continue;
        }
        let found = view.find_named(entry);
        if found.is_empty() {
            named.unmatched.push((line, entry.to_owned()));
        }
        named.updates.extend(found);
    }
    named.updates.sort_unstable();
    named.updates.dedup();
    Ok(named)
}

/// A line up to its comment; a `#` right behind a character is that of a revision.
pub fn without_comment(line: &str) -> &str {
    let comment = line
        .match_indices('#')
        .find(|(at, _)| line[..*at].chars().next_back().is_none_or(char::is_whitespace));
    comment.map_or(line, |(at, _)| &line[..at]).trim()
}

impl Site {
    /// The lists of updates that clients must have, with the numbers of those that a matrix has, and the
    /// entries that name none of them, as `FILE:LINE: ENTRY`.
    ///
    /// # Errors
    ///
    /// A list cannot be read.
    pub fn baselines(&self, matrix: &Matrix<'_>) -> Result<(Vec<Baseline>, Vec<String>)> {
        let folder = self.path("lists/baseline");
        let (mut baselines, mut unmatched) = (Vec::new(), Vec::new());
        for name in file_names(&folder)? {
            let path = folder.join(&name);
            let mut updates = BTreeSet::new();
            for (line, entry) in (1..).zip(read_file(&path)?.lines()) {
                let entry = without_comment(entry);
                let found = if entry.is_empty() { Vec::new() } else { matrix.find_updates(entry) };
                if found.is_empty() && !entry.is_empty() {
                    unmatched.push(format!("{}:{line}: `{entry}`", path.display()));
                }
                updates.extend(found);
            }
            let name = Path::new(&name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
            baselines.push(Baseline { name, updates: updates.into_iter().collect() });
        }
        Ok((baselines, unmatched))
    }
}

/// The numbers of the updates that any list of `lists/ignore` names, rising.
pub(super) fn ignored(site: &Site, view: View<'_>) -> Result<Vec<u32>> {
    let folder = site.path("lists/ignore");
    let mut updates = Vec::new();
    for name in file_names(&folder)? {
        updates.extend(read(&folder.join(name), view)?.updates);
    }
    updates.sort_unstable();
    updates.dedup();
    Ok(updates)
}
