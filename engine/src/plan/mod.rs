//! Plans: a [`Matrix`] and its index in, and out comes for each client the smallest set of updates after
//! which nothing is Missing, in the order in which they are installed.
//!
//! Knows the cells of the matrix and the relations and rules of the index, and nothing of inventories.
//! Nothing is installed and nothing fetched. Source of truth: `docs/plan.md`.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::index::View;
use crate::index::columns::Column;
use crate::matrix::Matrix;
use crate::matrix::tables::Status;
use crate::model::install::{self, Impact, Install};
use crate::model::options::Supersedence;
use crate::model::reason::Reason;
use crate::model::update::Reboot;

mod choose;
mod client;
mod cover;
mod order;
mod relations;
mod unit;
mod variant;
mod write;

pub use cover::Because;
pub(crate) use write::restart;
pub use write::{Form, write};

use client::{Places, Row};
use cover::{Cover, Finder};
use order::Entry;
use relations::Relations;

/// What all plans of a matrix are made with.
#[derive(Debug)]
pub struct Planner<'m, 'v> {
    matrix: &'m Matrix<'m>,
    view: View<'v>,
    places: Places,
    relations: Relations,
}

/// What is to be installed on a client.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The client, a number in [`Matrix::clients`].
    pub client: usize,
    /// The updates, in the order of installation.
    pub steps: Vec<Step>,
    /// Whether no fewer updates would do: proved.
    pub is_smallest: bool,
    /// How many updates are covered.
    pub missing: u64,
    /// How many cells are Unknown, of which no plan speaks.
    pub unknown: u64,
    /// How many Missing cells are left out: ignored, withdrawn, parts of bundles.
    pub left_out: [u64; 3],
    /// Updates that are not for the client for lack of something that is installed here, by number.
    pub then: Vec<u32>,
}

/// An update of a plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// The update, a number in the index.
    pub update: u32,
    /// The go that it is installed in, from 1.
    pub go: u32,
    /// Whether a restart follows.
    pub restart: Reboot,
    /// Whether nothing may be installed beside it.
    pub is_exclusive: bool,
    /// What is installed: the update itself, or of a bundle the parts that are Missing.
    pub parts: Vec<Part>,
    /// The other updates that are not Missing then, which no step before covers.
    pub covers: Vec<(u32, Because)>,
}

/// Something that is installed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// The update, a number in the index.
    pub update: u32,
    /// How it is installed.
    pub installs: Vec<Install>,
    /// The languages of the client, by abbreviation or number, for which an update of Office has no variant.
    pub without_variant: Vec<String>,
}

/// The worker that makes plans of one client after another.
#[derive(Debug)]
pub struct Worker<'p, 'm, 'v> {
    planner: &'p Planner<'m, 'v>,
    finder: Finder<'p>,
}

impl<'m, 'v> Planner<'m, 'v> {
    /// Prepares the plans of a matrix.
    ///
    /// # Errors
    ///
    /// The matrix was made of another index.
    pub fn new(matrix: &'m Matrix<'m>, view: View<'v>) -> Result<Planner<'m, 'v>> {
        if matrix.run.index != view.checksum() {
            let message = "the matrix was made of another index";
            return Err(Error::new(Code::BadReference, message).with_hint(
                "evaluate again with `patchstate evaluate`, or name the index that it was made of",
            ));
        }
        let places = Places::new(matrix, view);
        let relations = Relations::new(view, supersedence(&matrix.run.options));
        Ok(Planner { matrix, view, places, relations })
    }

    /// A worker.
    pub fn worker(&self) -> Worker<'_, 'm, 'v> {
        Worker { planner: self, finder: Finder::new(self.view, &self.relations) }
    }
}

/// What replacements do, by the options that a matrix was made with.
fn supersedence(options: &str) -> Supersedence {
    let mut words = options.split_ascii_whitespace().skip_while(|word| *word != "--supersedence").skip(1);
    match words.next() {
        Some("off") => Supersedence::Off,
        Some("evr") => Supersedence::Evr,
        _ => Supersedence::On,
    }
}

impl Worker<'_, '_, '_> {
    /// Makes the plan of a client.
    pub fn plan(&mut self, client: usize) -> Plan {
        let Planner { matrix, places, .. } = self.planner;
        if matrix.clients.get(client).is_none_or(|client| client.status == Status::Unreadable) {
            let unknown = matrix.updates.len() as u64;
            return Plan { client, is_smallest: true, unknown, ..Plan::default() };
        }
        let row = Row::new(matrix, client, places);
        let cover = self.finder.cover(&row);
        let (chosen, is_smallest) = self.choose(&cover, &row);
        let languages = &matrix.clients[client].languages;
        let steps = self.steps(&chosen, &cover, languages);
        let then = self.then(&steps, &row);
        Plan {
            client,
            steps,
            // What waits may be there already, and replace something.
            is_smallest: is_smallest && then.is_empty(),
            then,
            missing: row.missing.len() as u64,
            unknown: row.unknown,
            left_out: row.left_out,
        }
    }

    /// The units that are installed, by number; and whether no fewer would do.
    fn choose(&mut self, cover: &Cover, row: &Row<'_>) -> (Vec<usize>, bool) {
        let sets: Vec<Vec<u32>> = cover.preferred.iter().map(|unit| cover.sets[*unit].clone()).collect();
        let choice = choose::choose(&sets, cover.units.len());
        let mut chosen: Vec<usize> = choice.sets.iter().map(|set| cover.preferred[*set]).collect();
        if cover.has_joint || !choice.is_smallest {
            // Several may cover together what none of them covers alone.
            for unit in chosen.clone().into_iter().rev() {
                let others: Vec<usize> = chosen.iter().copied().filter(|other| *other != unit).collect();
                if self.finder.is_enough(&others, cover, row) {
                    chosen = others;
                }
            }
        }
        let is_certain = !cover.has_joint && cover.units.iter().all(|unit| !unit.is_doubtful);
        (chosen, choice.is_smallest && is_certain)
    }

    /// Puts what was chosen in order.
    fn steps(&mut self, chosen: &[usize], cover: &Cover, languages: &[u32]) -> Vec<Step> {
        let steps: Vec<Step> = chosen.iter().map(|unit| self.step(*unit, cover, languages)).collect();
        let after = self.after(chosen, cover);
        let entries: Vec<Entry> = steps
            .iter()
            .zip(after)
            .map(|(step, after)| Entry {
                update: step.update,
                impact: if step.is_exclusive { Impact::Exclusive } else { Impact::Normal },
                restart: step.restart,
                after,
            })
            .collect();
        let is_chosen: BTreeSet<u32> = chosen.iter().map(|unit| *unit as u32).collect();
        let mut covered = BTreeSet::new();
        let ordered = order::order(&entries).into_iter().map(|(number, go)| {
            let (unit, mut step) = (chosen[number], steps[number].clone());
            let others = cover.sets[unit].iter().filter(|other| !is_chosen.contains(other));
            let fresh = others.filter(|other| covered.insert(**other));
            let named = fresh.map(|other| (*other as usize, cover.because(unit, *other as usize)));
            step.covers = named.map(|(other, because)| (cover.units[other].update, because)).collect();
            step.go = go;
            step
        });
        ordered.collect()
    }

    fn step(&self, unit: usize, cover: &Cover, languages: &[u32]) -> Step {
        let unit = &cover.units[unit];
        let view = self.planner.view;
        let part = |update: &u32| variant::part(view, *update, languages);
        let parts: Vec<Part> = unit.parts.iter().map(part).collect();
        let stated = |update: u32| Reboot::from_number(view.columns.update_reboot.at(update as usize));
        let restart = |part: &Part| install::restart(&part.installs).unwrap_or_else(|| stated(part.update));
        let mut all = parts.iter().flat_map(|part| &part.installs);
        let is_exclusive = all.any(|install| install.behavior.impact == Impact::Exclusive);
        let restart = install::after_all(parts.iter().map(restart)).unwrap_or_default();
        Step { update: unit.update, restart, is_exclusive, parts, ..Step::default() }
    }

    /// Of each chosen unit the others, by number among the chosen, that must be installed before it: what
    /// it or a part of it needs, and what it replaces.
    fn after(&self, chosen: &[usize], cover: &Cover) -> Vec<BTreeSet<usize>> {
        let mut steps: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (number, unit) in chosen.iter().enumerate() {
            for update in cover.units[*unit].installed() {
                steps.entry(update).or_default().push(number);
            }
        }
        let mut after = vec![BTreeSet::new(); chosen.len()];
        for (number, unit) in chosen.iter().enumerate() {
            for update in cover.units[*unit].installed() {
                let behind = self.planner.relations.needing(update);
                let needing = behind.filter_map(|update| steps.get(&update)).flatten();
                needing.filter(|other| **other != number).for_each(|other| _ = after[*other].insert(number));
                let before = self.planner.relations.replaced_by(update).iter();
                let replaced = before.filter_map(|update| steps.get(update)).flatten();
                after[number].extend(replaced.filter(|other| **other != number));
            }
        }
        after
    }

    /// The updates that are not for the client because something is not there that the steps install.
    fn then(&self, steps: &[Step], row: &Row<'_>) -> Vec<u32> {
        let installed = steps.iter().flat_map(|step| step.parts.iter().map(|part| part.update));
        let needing = installed.flat_map(|update| self.planner.relations.needing(update));
        let waits =
            |update: &u32| row.cell(*update).is_some_and(|cell| cell.reason == Reason::PrerequisiteFalse);
        let all: BTreeSet<u32> = needing.filter(waits).collect();
        all.into_iter().collect()
    }
}
