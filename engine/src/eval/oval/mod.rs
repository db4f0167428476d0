//! Definitions of OVAL over what is known of a client.
//!
//! [`mod@reference`] is the definition: slow and obvious, over the model. Here stands what keeps the facts and
//! system characteristics of a client for it. Source of truth: `docs/oval.md`.

pub mod reference;

use super::plan::Plan;
use super::slots::Slots;
use crate::diagnostic::Position;
use crate::index::columns::Column;
use crate::model::fact::Fact;
use crate::model::inventory::{Collector, Inventory};
use crate::model::oval::characteristics::Part;
use crate::model::verdict::Cell;

use reference::Results;

/// What a client states, where definitions may ask for any of it, and what they say of it.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    wants: bool,
    inventory: Inventory,
    /// By source.
    pub(super) results: Vec<Option<Results>>,
}

impl Definitions {
    pub(super) fn new(plan: &Plan<'_>) -> Definitions {
        Definitions { wants: plan.contents.iter().any(Option::is_some), ..Definitions::default() }
    }

    pub(super) fn clear(&mut self) {
        if self.wants {
            self.inventory = Inventory::default();
            self.results.clear();
        }
    }

    /// Whether every fact has to be read.
    pub(super) fn wants_facts(&self) -> bool {
        self.wants
    }

    pub(super) fn fact(&mut self, fact: &Fact<'_>, position: Position) {
        if self.wants {
            self.inventory.fact(fact.lent(), position);
        }
    }

    pub(super) fn part(&mut self, part: Part<'_>, position: Position) {
        if self.wants {
            self.inventory.characteristics(part, position);
        }
    }

    /// Takes a whole inventory.
    pub(super) fn take(&mut self, inventory: &Inventory) {
        if self.wants {
            self.inventory.characteristics = inventory.characteristics.clone();
            for stated in inventory.facts.iter().filter(|stated| matches!(stated.fact, Fact::File(_))) {
                self.inventory.fact(stated.fact.lent(), stated.position);
            }
        }
    }
}

impl Slots<'_> {
    /// Evaluates all definitions.
    pub(super) fn evaluate_definitions(&mut self) {
        let (plan, definitions) = (self.plan, &mut self.definitions);
        if !definitions.wants {
            return;
        }
        definitions.inventory.header = self.header.clone();
        let inventory = &definitions.inventory;
        let evaluate = |content: &Option<_>| {
            content.as_ref().map(|content| reference::evaluate(content, inventory, plan.options))
        };
        definitions.results = plan.contents.iter().map(evaluate).collect();
        for results in definitions.results.iter_mut().flatten() {
            self.diagnostics.append(std::mem::take(&mut results.diagnostics));
        }
    }

    /// The cell of an update that is a definition.
    pub(super) fn definition_cell(&self, update: usize, source: usize) -> Cell {
        let columns = self.plan.view.columns;
        let first = columns.source_definition_ends(source).start;
        let number = (columns.update_definition.at(update) as usize).checked_sub(first);
        let results = self.definitions.results.get(source).and_then(Option::as_ref);
        let cell = results.zip(number).and_then(|(results, number)| results.cells.get(number));
        cell.copied().unwrap_or(Cell::NO_EVIDENCE)
    }
}
