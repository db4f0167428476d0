//! Lists of updates that a person keeps in a file: one entry a line, comments from a `#` on that begins
//! a line or follows a blank (an identity may hold one, before its revision).

use std::path::Path;

use patchstate::diagnostic::{Code, Position};
use patchstate::error::{Error, Result};
use patchstate::matrix::tables::{Update, find_updates};
use patchstate::model::hotfix;

use crate::output::Output;

/// The places, among `updates`, of what a list of identities, bulletins and articles names, sorted.
pub(crate) fn updates(path: &Path, updates: &[Update], output: &mut Output) -> Result<Vec<usize>> {
    find(path, updates, output, |_| Ok(()))
}

/// The same of a list of article numbers only.
pub(crate) fn articles(path: &Path, updates: &[Update], output: &mut Output) -> Result<Vec<usize>> {
    find(path, updates, output, |entry| match hotfix::id(entry) {
        Some(_) => Ok(()),
        None => Err(Error::new(Code::BadValue, format!("`{entry}` is no article number"))
            .with_hint("an article number is written Q123456, KB123456 or 123456")),
    })
}

fn find(
    path: &Path,
    updates: &[Update],
    output: &mut Output,
    check: impl Fn(&str) -> Result<()>,
) -> Result<Vec<usize>> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, "read", error))?;
    let name = path.to_string_lossy();
    let mut found = Vec::new();
    for (line, text) in (1u32..).zip(text.lines()) {
        let entry = without_comment(text).trim();
        if entry.is_empty() {
            continue;
        }
        check(entry).map_err(|error| error.at(Position { line, column: 1, offset: 0 }).in_file(&*name))?;
        let places = find_updates(updates, entry);
        if places.is_empty() {
            output.warning(&format!("{name}:{line}: `{entry}` names no update of the index"));
        }
        found.extend(places);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn without_comment(line: &str) -> &str {
    let begins = |at: &usize| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
    let comment = line.match_indices('#').map(|(at, _)| at).find(begins);
    comment.map_or(line, |at| &line[..at])
}
