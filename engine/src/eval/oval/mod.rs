//! Definitions of OVAL over what is known of a client.
//!
//! [`mod@reference`] is the definition: slow and obvious, over the model. The fast way is for clients of which
//! it is known what was collected, which is nearly all: different items are few (`items`), what tests say of
//! them is remembered (`blocks`), and one pass over the criteria finds the cells (`pass`, over a `program`).
//! What depends on the whole client - values of variables, sets that were not collected - is left to the
//! reference. Source of truth: `docs/oval.md`.

mod blocks;
mod items;
mod pass;
mod program;
pub mod reference;
mod verdict;

use ahash::HashMap;

use super::plan::Plan;
use super::slots::Slots;
use crate::diagnostic::Position;
use crate::index::columns::Column;
use crate::model::fact::Fact;
use crate::model::inventory::{Collector, Inventory};
use crate::model::oval::Content;
use crate::model::oval::characteristics::{Collected, Part};
use crate::model::oval::words::Flag;
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::Cell;

use blocks::{Blocks, Leaf};
use items::{Client, Items};
use pass::Pass;
pub(super) use program::Program;
use reference::Results;

/// What a client states, where definitions may ask for any of it, and what they say of it.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    /// Whether there are any.
    wants: bool,
    /// Whether all results are wanted, and not only cells.
    pub(super) wants_results: bool,
    client: Client,
    items: Items,
    /// By source.
    blocks: Vec<Blocks>,
    /// By source: the cells of its definitions.
    cells: Vec<Vec<Cell>>,
    leaves: Vec<Leaf>,
    truths: Vec<(Truth, Reason)>,
    /// The facts, which are asked only where it is not known what was collected.
    inventory: Inventory,
    /// By source, where all of them are wanted.
    pub(super) results: Vec<Option<Results>>,
}

impl Definitions {
    pub(super) fn new(plan: &Plan<'_>) -> Definitions {
        Definitions {
            wants: plan.programs.iter().any(Option::is_some),
            blocks: plan.programs.iter().map(|_| Blocks::default()).collect(),
            cells: plan.programs.iter().map(|_| Vec::new()).collect(),
            ..Definitions::default()
        }
    }

    pub(super) fn clear(&mut self) {
        if !self.wants {
            return;
        }
        self.client.clear();
        let forget = self.items.bound();
        self.blocks.iter_mut().for_each(|blocks| blocks.bound(forget));
        self.inventory = Inventory::default();
        self.results.clear();
    }

    /// Whether every fact has to be read.
    pub(super) fn wants_facts(&self) -> bool {
        self.wants && !self.client.collection
    }

    pub(super) fn fact(&mut self, fact: &Fact<'_>, position: Position) {
        if self.wants_facts() {
            self.inventory.fact(fact.lent(), position);
        }
    }

    pub(super) fn part(&mut self, part: Part<'_>, position: Position) {
        if !self.wants {
            return;
        }
        match part {
            Part::Collection => self.client.collection = true,
            Part::Object(object) => self.client.objects.push((object.into_owned(), position)),
            Part::Item(item) => {
                let number = self.items.number(&item);
                self.client.items.push((item.id.into_owned().into(), number, position));
            }
        }
    }

    /// Takes what stands in a whole inventory beside its facts, and those that are not handed over.
    pub(super) fn take(&mut self, inventory: &Inventory) {
        let known = &inventory.characteristics;
        if known.collection {
            self.part(Part::Collection, Position::default());
        }
        for (object, position) in &known.objects {
            self.part(Part::Object(object.clone()), *position);
        }
        for (item, position) in &known.items {
            self.part(Part::Item(item.clone()), *position);
        }
        for stated in inventory.facts.iter().filter(|stated| matches!(stated.fact, Fact::File(_))) {
            self.fact(&stated.fact, stated.position);
        }
    }
}

/// What was collected of objects: by object of a program its flag and items.
type Found = HashMap<u32, (Flag, Vec<u32>)>;

impl Slots<'_> {
    /// Evaluates all definitions.
    pub(super) fn evaluate_definitions(&mut self) {
        if !self.definitions.wants {
            return;
        }
        for source in 0..self.plan.programs.len() {
            let Some(program) = &self.plan.programs[source] else {
                self.definitions.results.push(None);
                continue;
            };
            let found = match self.definitions.wants_results {
                true => None,
                false => self.definitions.found(program),
            };
            match found {
                Some(found) => self.evaluate_fast(program, &found),
                None => self.evaluate_by_reference(source),
            }
        }
    }

    fn evaluate_fast(&mut self, program: &Program, found: &Found) {
        let (plan, definitions) = (self.plan, &mut self.definitions);
        let Definitions { leaves, blocks, items, truths, cells, .. } = definitions;
        leaves.clear();
        // Behind the objects stand the tests of none.
        for object in 0..=program.object_count() {
            let collected = found.get(&object).map(|(flag, items)| (*flag, items.as_slice()));
            let context = (plan.view, plan.options);
            let (own, findings) = blocks[program.source].of(program, object, collected, items, context);
            leaves.extend(own);
            if let Some(findings) = findings {
                self.diagnostics.append(findings.clone());
            }
        }
        let cells = &mut cells[program.source];
        cells.clear();
        cells.resize(program.order.len(), Cell::NO_EVIDENCE);
        Pass { view: plan.view, program, leaves, results: truths }
            .run(&mut |definition, cell| cells[definition as usize] = cell);
        definitions.results.push(None);
    }

    fn evaluate_by_reference(&mut self, source: usize) {
        let (plan, definitions) = (self.plan, &mut self.definitions);
        let Some(content) = plan.content(source) else { return definitions.results.push(None) };
        definitions.inventory.header = self.header.clone();
        definitions.inventory.characteristics = definitions.client.characteristics(&definitions.items);
        let mut results = reference::evaluate(content, &definitions.inventory, plan.options);
        definitions.cells[source].clone_from(&results.cells);
        self.diagnostics.append(std::mem::take(&mut results.diagnostics));
        definitions.results.push(Some(results));
    }

    /// The cell of an update that is a definition.
    pub(super) fn definition_cell(&self, update: usize, source: usize) -> Cell {
        let columns = self.plan.view.columns;
        let first = columns.source_definition_ends(source).start;
        let number = (columns.update_definition.at(update) as usize).checked_sub(first);
        let cells = self.definitions.cells.get(source);
        cells.zip(number).and_then(|(cells, number)| cells.get(number)).copied().unwrap_or(Cell::NO_EVIDENCE)
    }
}

impl Definitions {
    /// What was collected of the objects of a program; `None` where more is needed than that.
    fn found(&self, program: &Program) -> Option<Found> {
        if !self.client.collection || program.names_variables {
            return None;
        }
        let mut numbers: HashMap<&str, u32> = HashMap::default();
        for (id, number, _) in &self.client.items {
            // Of two items with one id the first counts.
            numbers.entry(id).or_insert(*number);
        }
        let mut found = Found::default();
        for (object, _) in &self.client.objects {
            let is_odd = object.instance != 1 || object.flag == Flag::Complete && object.items.is_empty();
            if is_odd {
                return None;
            }
            let Some(number) = program.objects.get(object.object.as_bytes()) else { continue };
            let items = items_of(object, &numbers)?;
            if found.insert(*number, (object.flag, items)).is_some() {
                return None;
            }
        }
        program.sets.iter().all(|set| found.contains_key(set)).then_some(found)
    }
}

/// The items of an object; `None` where one is not there, or there twice.
fn items_of(object: &Collected<'_>, numbers: &HashMap<&str, u32>) -> Option<Vec<u32>> {
    let items: Option<Vec<u32>> = object.items.iter().map(|id| numbers.get(&**id).copied()).collect();
    let is_single = object.items.len() < 2 || {
        let mut ids: Vec<&str> = object.items.iter().map(|id| &**id).collect();
        ids.sort_unstable();
        ids.windows(2).all(|pair| pair[0] != pair[1])
    };
    items.filter(|_| is_single)
}

/// What definitions files ask, as the model has it, for whoever needs all of it.
pub(super) type Contents = Vec<std::sync::OnceLock<Option<Content>>>;
