//! What updates need and what bundles consist of, as columns; what several need alike is kept once.

use std::collections::HashMap;

use super::count;
use crate::error::Result;
use crate::index::columns::{Columns, NONE};
use crate::model::catalogs::Entry;

/// The different sets of clauses, numbered as they come.
#[derive(Debug, Default)]
pub(super) struct Requirements {
    known: HashMap<Vec<Vec<Option<u32>>>, u32, ahash::RandomState>,
}

impl Requirements {
    /// Writes what an update needs and what it consists of.
    pub(super) fn update(&mut self, entry: &Entry, columns: &mut Columns) -> Result<()> {
        let number = if entry.prerequisites.is_empty() { NONE } else { self.number(entry, columns)? };
        columns.update_prerequisite.push(number);
        columns.child.extend(entry.children.iter().map(|child| child.unwrap_or(NONE)));
        columns.update_child_ends.push(count(columns.child.len())?);
        Ok(())
    }

    fn number(&mut self, entry: &Entry, columns: &mut Columns) -> Result<u32> {
        if let Some(number) = self.known.get(&entry.prerequisites) {
            return Ok(*number);
        }
        let number = count(self.known.len())?;
        self.known.insert(entry.prerequisites.clone(), number);
        for clause in &entry.prerequisites {
            columns.target.extend(clause.iter().map(|target| target.unwrap_or(NONE)));
            columns.clause_target_ends.push(count(columns.target.len())?);
        }
        columns.prerequisite_clause_ends.push(count(columns.clause_target_ends.len())?);
        Ok(number)
    }
}
