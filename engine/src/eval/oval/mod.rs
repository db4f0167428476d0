//! Definitions of OVAL over what is known of a client.
//!
//! [`mod@reference`] is the definition: slow and obvious, over the model. The fast way is for clients of which
//! it is known what was collected, which is nearly all: different objects and items are few (`known`), a client is
//! numbers of them (`client`), where it says what many say even that at once (`images`), what tests say of them is
//! remembered (`blocks`) and found for each object (`starts`), and one pass over the criteria finds the cells (`pass`,
//! over a `program`). What depends on the whole client - values of variables, sets that
//! were not collected - is left to the reference. Source of truth: `docs/oval.md`.

mod blocks;
mod client;
mod criteria;
mod images;
mod known;
mod parts;
mod pass;
mod program;
pub mod reference;
mod starts;
mod verdict;

use std::ops::Range;
use std::sync::Arc;

use super::plan::Plan;
use super::slots::Slots;
use super::statements::{Meaning, Statements, places_behind};
use crate::diagnostic::Position;
use crate::index::columns::{Column, NONE};
use crate::model::fact::Fact;
use crate::model::inventory::{Collector, Followed, Inventory, Said, Statement, Wording};
use crate::model::oval::Content;
use crate::model::oval::characteristics::{Collected, Item, Part};
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::Cell;

use blocks::Blocks;
use client::Client;
use images::Images;
use known::Known;
use pass::Pass;
pub(super) use program::Program;
use reference::Results;
use starts::OfSource;

/// What a client states, where definitions may ask for any of it, and what they say of it.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    /// Whether there are any.
    wants: bool,
    /// Whether all results are wanted, and not only cells.
    pub(super) wants_results: bool,
    client: Client,
    objects: Known<Collected<'static>>,
    items: Known<Item<'static>>,
    /// By entry of the statements: what it states, as a number of what is known.
    entries: Vec<Entry>,
    images: Images,
    sources: Vec<Source>,
    truths: Vec<(Truth, Reason)>,
    /// The facts, which are asked only where it is not known what was collected.
    inventory: Inventory,
    /// Whether what was collected stands in the inventory, too.
    is_whole: bool,
    /// By source, where all of them are wanted.
    pub(super) results: Vec<Option<Results>>,
}

/// What is remembered of the definitions of a source from client to client.
#[derive(Debug, Default)]
struct Source {
    blocks: Blocks,
    objects: OfSource,
    /// By object: the block of what its tests say of the client.
    starts: Vec<u32>,
    /// What definitions came to.
    images: pass::ByImage,
    /// By definition.
    cells: Vec<Cell>,
}

/// What a known statement states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    /// It was not followed yet.
    New,
    /// A known object, and how many items it names.
    Object(u32, u32),
    /// A known item, and how many facts it states.
    Item(u32, u32),
}

impl Entry {
    /// The number of what it states.
    fn number(self) -> u32 {
        match self {
            Entry::New => NONE,
            Entry::Object(number, _) | Entry::Item(number, _) => number,
        }
    }

    /// How many facts it states.
    fn facts(self) -> u32 {
        match self {
            Entry::New => 0,
            Entry::Object(..) => 1,
            Entry::Item(_, facts) => facts,
        }
    }

    /// How many ids stand in it.
    fn numbers(self) -> usize {
        match self {
            Entry::New => 0,
            Entry::Object(_, items) => items as usize,
            Entry::Item(..) => 1,
        }
    }
}

/// A truth and its reason where something is wrong with the definitions.
const ERROR: (Truth, Reason) = (Truth::Error, Reason::RuleError);

impl Definitions {
    pub(super) fn new(plan: &Plan<'_>) -> Definitions {
        Definitions {
            wants: plan.programs.iter().any(Option::is_some),
            sources: plan.programs.iter().map(|_| Source::default()).collect(),
            ..Definitions::default()
        }
    }

    /// Begins a client; `forgot` says that entries of statements have other numbers now.
    pub(super) fn clear(&mut self, forgot: bool) {
        if !self.wants {
            return;
        }
        self.client.clear();
        if self.objects.is_full() || self.items.is_full() {
            (self.objects, self.items) = (Known::default(), Known::default());
            self.entries.clear();
            self.images = Images::default();
            self.sources.iter_mut().for_each(|source| *source = Source::default());
        }
        if forgot {
            self.entries.clear();
        }
        if forgot || self.images.is_full() {
            self.images = Images::default();
            self.sources.iter_mut().for_each(|source| source.objects.forget_images());
        }
        for source in self.sources.iter_mut().filter(|source| source.blocks.is_full()) {
            *source = Source::default();
        }
        if self.is_whole || !self.inventory.facts.is_empty() {
            self.inventory = Inventory::default();
            self.is_whole = false;
        }
        self.results.clear();
    }

    /// Whether there are definitions, which ask for what was collected.
    pub(super) fn wants(&self) -> bool {
        self.wants
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

    /// Takes a part of the characteristics; gives its number among known ones, where it is wanted and has one.
    pub(super) fn part(&mut self, part: &Part<'_>, position: Position) -> Option<u32> {
        match part {
            _ if !self.wants => None,
            Part::Collection => {
                self.client.collection = true;
                None
            }
            Part::Object(object) => Some(self.object(object, position)),
            Part::Item(item) => Some(self.item(item)),
        }
    }

    fn object(&mut self, object: &Collected<'_>, position: Position) -> u32 {
        let number = self.objects.of_object(object);
        let ids: Vec<u64> = object.items.iter().map(|id| self.client.id(id)).collect();
        self.client.object(number, ids.into_iter(), position);
        number
    }

    fn item(&mut self, item: &Item<'_>) -> u32 {
        let number = self.items.of_item(item);
        let id = self.client.id(&item.id);
        self.client.item(number, id);
        number
    }

    /// Takes what stands in a whole inventory beside its facts, and those that are not handed over.
    pub(super) fn take(&mut self, inventory: &Inventory) {
        if !self.wants {
            return;
        }
        let known = &inventory.characteristics;
        self.client.collection |= known.collection;
        known.objects.iter().for_each(|(object, position)| _ = self.object(object, *position));
        known.items.iter().for_each(|(item, _)| _ = self.item(item));
        for stated in inventory.facts.iter().filter(|stated| matches!(stated.fact, Fact::File(_))) {
            self.fact(&stated.fact, stated.position);
        }
    }

    /// What an entry of the statements states.
    #[inline]
    fn entry(&mut self, entry: u32, statements: &Statements) -> Entry {
        match self.entries.get(entry as usize) {
            Some(Entry::New) | None => self.new_entry(entry, statements),
            Some(known) => *known,
        }
    }

    #[cold]
    fn new_entry(&mut self, entry: u32, statements: &Statements) -> Entry {
        let known = match statements.meaning(entry) {
            Meaning::Object(object) => {
                Entry::Object(self.objects.of_kept_object(object), statements.number_count(entry))
            }
            Meaning::Item(item, facts) => Entry::Item(self.items.of_kept_item(item), *facts),
            _ => return Entry::New,
        };
        if self.entries.len() <= entry as usize {
            self.entries.resize(entry as usize + 1, Entry::New);
        }
        self.entries[entry as usize] = known;
        known
    }
}

impl Slots<'_> {
    /// Takes a part of the characteristics, and remembers its statement if that is wanted.
    pub(super) fn take_stated_part(&mut self, part: &Part<'_>, said: Said<'_>, position: Position) {
        let Some(number) = self.definitions.part(part, position) else { return };
        let Said { wording, statement, numbers, facts } = said;
        // What facts mean to other rules is not remembered with an item.
        let is_all = facts == 1 || self.plan.view.subjects() == 0;
        let statement = statement.as_bytes();
        let is_known = is_all && stands_behind(wording, statement, numbers);
        if !is_known || !self.statements.wants(wording, statement) {
            return;
        }
        let meaning = match part {
            Part::Object(_) => Meaning::Object(Arc::clone(self.definitions.objects.get(number))),
            Part::Item(_) => Meaning::Item(Arc::clone(self.definitions.items.get(number)), facts),
            Part::Collection => return,
        };
        let bytes = meaning.bytes();
        self.statements.remember(wording, statement, numbers, meaning, bytes);
    }

    /// Takes the parts of the characteristics that a text begins with, as long as their statements are known.
    pub(super) fn follow_parts(
        &mut self,
        wording: Wording,
        text: &str,
        most: u32,
        position: Position,
    ) -> Followed {
        /// The most facts that a part states, itself among them.
        const FACTS: u32 = 2;
        let Slots { definitions, statements, .. } = self;
        let (mut rest, mut facts) = (text.as_bytes(), 0);
        loop {
            let bytes = statements.follow(wording, rest, ((most - facts) / FACTS) as usize);
            if bytes == 0 {
                break;
            }
            let begin = position.offset + (text.len() - rest.len()) as u64;
            facts += definitions.take_followed(statements, rest, begin);
            rest = &rest[bytes..];
        }
        self.facts += u64::from(facts);
        Followed { bytes: text.len() - rest.len(), facts }
    }

    /// Evaluates all definitions.
    pub(super) fn evaluate_definitions(&mut self) {
        if !self.definitions.wants {
            return;
        }
        let Definitions { client, images, .. } = &mut self.definitions;
        client.index(images);
        for source in 0..self.plan.programs.len() {
            let Some(program) = &self.plan.programs[source] else {
                self.definitions.results.push(None);
                continue;
            };
            let is_known = !self.definitions.wants_results && !program.names_variables;
            match is_known && self.definitions.find_starts(program, self.plan) {
                true => self.evaluate_fast(program),
                false => self.evaluate_by_reference(source),
            }
        }
    }

    fn evaluate_fast(&mut self, program: &Program) {
        let (image, definitions) = (self.statements.image(), &mut self.definitions);
        let Definitions { sources, truths: results, results: all, .. } = definitions;
        let Source { blocks, starts, images, cells, .. } = &mut sources[program.source];
        for findings in blocks.findings(starts) {
            self.diagnostics.append(findings.clone());
        }
        Pass { program, blocks, starts, results, cells }.run(image, images);
        all.push(None);
    }

    fn evaluate_by_reference(&mut self, source: usize) {
        let (plan, definitions) = (self.plan, &mut self.definitions);
        let Some(content) = plan.content(source) else { return definitions.results.push(None) };
        if !std::mem::replace(&mut definitions.is_whole, true) {
            let Definitions { client, objects, items, images, inventory, .. } = definitions;
            client.expand(images);
            inventory.header = self.header.clone();
            inventory.characteristics = client.characteristics(objects, items);
        }
        let mut results = reference::evaluate(content, &definitions.inventory, plan.options);
        definitions.sources[source].cells.clone_from(&results.cells);
        self.diagnostics.append(std::mem::take(&mut results.diagnostics));
        definitions.results.push(Some(results));
    }

    /// The cell of an update that is a definition.
    pub(super) fn definition_cell(&self, update: usize, source: usize) -> Cell {
        let columns = self.plan.view.columns;
        let first = columns.source_definition_ends(source).start;
        let number = (columns.update_definition.at(update) as usize).checked_sub(first);
        let cells = self.definitions.sources.get(source).map(|source| &source.cells);
        cells.zip(number).and_then(|(cells, number)| cells.get(number)).copied().unwrap_or(Cell::NO_EVIDENCE)
    }
}

/// Whether numbers stand just where the wording says that they do, so that a statement is found again whatever its
/// numbers are.
fn stands_behind(wording: Wording, statement: &[u8], numbers: &[Range<usize>]) -> bool {
    let Statement::Element(before) = wording.statement else { return numbers.is_empty() };
    places_behind(statement, before).eq(numbers.iter().map(|number| number.start))
}

/// What definitions files ask, as the model has it, for whoever needs all of it.
pub(super) type Contents = Vec<std::sync::OnceLock<Option<Content>>>;
