//! Writes which updates an update is said to replace, to be replaced by, to need and to contain, as its
//! catalog names them: a later compile, with other catalogs beside it, resolves them again.

use super::count;
use super::texts::Texts;
use crate::error::Result;
use crate::index::columns::Columns;
use crate::model::update::{Update, UpdateRef};

/// What an update is to the one that names it.
pub(crate) mod relation {
    pub(crate) const REPLACED: u8 = 0;
    pub(crate) const REPLACING: u8 = 1;
    pub(crate) const PART: u8 = 2;
    pub(crate) const CLAUSE: u8 = 3;
    pub(crate) const NEEDED: u8 = 4;
}

/// Writes the updates that an update names.
///
/// # Errors
///
/// There is more than 32 bits can number.
pub(super) fn write(update: &Update, texts: &mut Texts, columns: &mut Columns) -> Result<()> {
    let mut name = |id: &UpdateRef, relation: u8| {
        columns.named_update.push(texts.number(id.as_str()));
        columns.named_as.push(relation);
    };
    update.replaces.iter().for_each(|id| name(id, relation::REPLACED));
    update.replacements.iter().for_each(|one| name(&one.by, relation::REPLACING));
    update.bundled.iter().for_each(|id| name(id, relation::PART));
    for clause in &update.prerequisites {
        name(&UpdateRef::default(), relation::CLAUSE);
        clause.any_of.iter().for_each(|id| name(id, relation::NEEDED));
    }
    columns.update_named_ends.push(count(columns.named_update.len())?);
    Ok(())
}
