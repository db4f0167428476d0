//! Compares what wesng reports of machines with the cells of an index, and says of which kind each difference is.
//!
//! Of every article that only one of the two calls missing, the class follows from the cell, from the tree
//! of its rules, and from the rows of the definitions; nothing is decided by what it looks like. Source of
//! truth: `docs/wesng.md`, "Differences".

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::cvrf::kb::Kb;
use crate::catalog::cvrf::wesng::definitions::Definitions;
use crate::catalog::cvrf::wesng::drop::{Dropped, Drops};
use crate::catalog::cvrf::wesng::filter::filter;
use crate::eval::reference::Evaluator;
use crate::model::catalogs::Catalogs;
use crate::model::flag::Flags;
use crate::model::inventory::Inventory;
use crate::model::options::Options;
use crate::model::reason::Reason;
use crate::model::verdict::{Cell, Verdict};

pub mod class;
pub mod pending;
mod table;

use class::{Class, Evidence};
pub use table::table;

/// The formats of catalogs whose updates are compared: those that have the same articles.
const FORMATS: [&str; 2] = ["cvrf", "wesng"];

/// What two answers are compared with.
#[derive(Debug)]
pub struct Comparison<'m> {
    definitions: &'m Definitions,
    catalogs: &'m Catalogs,
    options: &'m Options,
    /// The updates of each article, numbers in [`Catalogs::updates`].
    updates: BTreeMap<u32, Vec<usize>>,
}

/// What both say of one machine.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// The client's id.
    pub client: String,
    /// What wesng looks for in the names of products; `None` where it does not name the system.
    pub filter: Option<String>,
    /// What wesng reports: articles, and whatever else stands in their place.
    pub reported: BTreeSet<String>,
    /// The articles whose update is Missing.
    pub missing: BTreeSet<u32>,
    /// The cells of all articles of the index.
    pub cells: BTreeMap<u32, Cell>,
    /// What only one of the two calls missing.
    pub differences: Vec<Difference>,
}

/// An article that only one of two answers calls missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// Of which kind the difference is.
    pub class: Class,
    /// What the cell says; `None` where the index has no update of the article.
    pub cell: Option<(Verdict, Reason)>,
    /// The number of the article, or what stands in its place.
    pub article: String,
}

impl<'m> Comparison<'m> {
    /// Looks for the articles of an index; `options` are those that the machines are evaluated with.
    pub fn new(definitions: &'m Definitions, catalogs: &'m Catalogs, options: &'m Options) -> Self {
        let mut updates: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (number, entry) in catalogs.updates.iter().enumerate() {
            let source = catalogs.sources.get(entry.source as usize);
            let is_compared = source.is_some_and(|entry| FORMATS.contains(&entry.source.format.as_str()));
            if let Some(kb) = own(entry.update.id.as_str()).filter(|_| is_compared && !entry.update.detectoid)
            {
                updates.entry(kb).or_default().push(number);
            }
        }
        Comparison { definitions, catalogs, options, updates }
    }

    /// Evaluates one machine both ways.
    pub fn machine(&self, inventory: &Inventory) -> Machine {
        let evaluator = Evaluator::new(self.catalogs, self.options, inventory);
        let cells = evaluator.evaluate();
        let known = evaluator.known();
        let listed: Vec<String> = known.hotfixes.keys().map(u32::to_string).collect();
        let filter = known.os.and_then(|os| filter(os.record));
        let answer = filter.as_ref().map(|filter| self.definitions.answer(filter, &listed));
        let reported = answer.iter().flat_map(|answer| &answer.missing_kbs).map(|kb| (*kb).to_owned());
        let chosen: BTreeMap<u32, usize> =
            self.updates.iter().filter_map(|(kb, updates)| Some((*kb, most(updates, &cells)?))).collect();
        let mut machine = Machine {
            client: inventory.client().to_owned(),
            reported: reported.collect(),
            cells: chosen.iter().map(|(kb, update)| (*kb, cells[*update])).collect(),
            ..Machine::default()
        };
        let is_missing = |(_, cell): &(&u32, &Cell)| cell.verdict == Verdict::Missing;
        machine.missing = machine.cells.iter().filter(is_missing).map(|(kb, _)| *kb).collect();
        let reported = machine
            .reported
            .iter()
            .filter_map(|text| self.only_reported(text, &machine, &chosen, &evaluator));
        let drops = Drops::new(self.definitions, filter.as_deref());
        let missing = machine.missing.iter().filter_map(|kb| {
            let article = kb.to_string();
            let dropped = drops.of(&article, &listed)?;
            let cell = machine.cells[kb];
            let class = match (filter.is_some(), dropped) {
                (_, Dropped::NotDefined) => Class::NotInDefinitions,
                (false, _) => Class::NoFilter,
                (true, Dropped::OtherProduct) => Class::OtherName,
                (true, Dropped::Listed) => Class::ListedAndMissing,
                (true, Dropped::Replaced) if cell.flags.contains(Flags::SUPERSEDED) => {
                    Class::ReplacementMissing
                }
                (true, Dropped::Replaced) => Class::ReplacementNotHere,
            };
            Some(Difference { class, cell: says(cell), article })
        });
        let mut differences: Vec<Difference> = reported.chain(missing).collect();
        differences.sort();
        Machine { differences, filter, ..machine }
    }

    /// The difference of something that wesng reports, unless the update is Missing.
    fn only_reported(
        &self,
        text: &str,
        machine: &Machine,
        chosen: &BTreeMap<u32, usize>,
        evaluator: &Evaluator<'_>,
    ) -> Option<Difference> {
        let of = |class, cell| Some(Difference { class, cell, article: text.to_owned() });
        let Some(kb) = Kb::parse(text).map(Kb::number) else { return of(Class::NoArticle, None) };
        let Some(update) = chosen.get(&kb) else { return of(Class::NotInIndex, None) };
        let cell = machine.cells[&kb];
        if cell.verdict == Verdict::Missing {
            return None;
        }
        let explained = evaluator.explain(&self.catalogs.updates[*update]);
        let evidence = Evidence { cell, raw: explained.raw, traces: &explained.traces };
        of(evidence.class(), says(cell))
    }

    /// Whether the definitions have a row of an article.
    pub fn is_defined(&self, article: u32) -> bool {
        self.definitions.defines(&article.to_string())
    }
}

fn says(cell: Cell) -> Option<(Verdict, Reason)> {
    Some((cell.verdict, cell.reason))
}

/// The article that an update is named after.
fn own(id: &str) -> Option<u32> {
    Kb::parse(id.strip_prefix("kb/")?).map(Kb::number)
}

/// Of the updates of an article, the one that speaks loudest: a Missing one, else the first.
fn most(updates: &[usize], cells: &[Cell]) -> Option<usize> {
    let missing = updates.iter().find(|update| cells[**update].verdict == Verdict::Missing);
    missing.or(updates.first()).copied()
}
