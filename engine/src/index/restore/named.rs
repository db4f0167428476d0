//! Gives back which updates an update names, as its catalog does.

use crate::compile::named::relation;
use crate::diagnostic::Position;
use crate::index::View;
use crate::index::columns::Column;
use crate::model::supersedence::{Replacement, Source};
use crate::model::update::{Clause, Update, UpdateId};

impl View<'_> {
    /// Adds the updates that update `at` names.
    pub(super) fn restore_named(&self, at: usize, update: &mut Update) {
        let columns = self.columns;
        for one in columns.update_named_ends(at) {
            let id = UpdateId::from_text(self.text(columns.named_update.at(one)));
            match columns.named_as.at(one) {
                relation::REPLACED => update.replaces.push(id),
                relation::REPLACING => update.replacements.push(Replacement {
                    by: id,
                    source: Source::Declared,
                    position: Position::default(),
                }),
                relation::PART => update.bundled.push(id),
                relation::CLAUSE => {
                    let position = update.position;
                    update.prerequisites.push(Clause { any_of: Vec::new(), position });
                }
                _ => {
                    let clause = update.prerequisites.last_mut();
                    clause.into_iter().for_each(|clause| clause.any_of.push(id.clone()));
                }
            }
        }
    }
}
