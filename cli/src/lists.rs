//! Lists of updates in plain text: one entry a line, `#` begins a comment.

use std::path::Path;

use patchstate::error::{Error, Result};
use patchstate::index::View;

/// The updates that a list names.
#[derive(Debug, Default)]
pub(crate) struct Named {
    /// Their numbers in the index, sorted.
    pub(crate) updates: Vec<u32>,
    /// Entries that name nothing: line and text.
    pub(crate) unmatched: Vec<(usize, String)>,
}

/// Reads a list of identities, bulletins or article numbers.
pub(crate) fn read(path: &Path, view: View<'_>) -> Result<Named> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, "read", error))?;
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
pub(crate) fn without_comment(line: &str) -> &str {
    let comment = line
        .match_indices('#')
        .find(|(at, _)| line[..*at].chars().next_back().is_none_or(char::is_whitespace));
    comment.map_or(line, |(at, _)| &line[..at]).trim()
}
