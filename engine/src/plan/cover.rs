//! What no longer is Missing when an update is installed: it, what it replaces, and the bundles of which it
//! installs all that is Missing.

use std::collections::BTreeSet;

use super::client::Row;
use super::relations::Relations;
use super::unit::{Bundles, Unit};
use crate::index::View;

/// Why an update is covered by the installation of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// What is installed replaces it.
    Replaced,
    /// What is installed has it, or all that is Missing of it, as a part.
    Part,
}

impl Because {
    /// The word that is printed.
    pub fn name(self) -> &'static str {
        match self {
            Because::Replaced => "replaced",
            Because::Part => "part",
        }
    }
}

/// The units of all updates that are to be covered, and what each covers.
#[derive(Debug)]
pub(super) struct Cover {
    /// One for each update that is to be covered, in their order.
    pub(super) units: Vec<Unit>,
    /// What each unit covers, by number, itself among it, rising; empty for a unit that another makes
    /// superfluous.
    pub(super) sets: Vec<Vec<u32>>,
    /// The units in the order in which they are preferred.
    pub(super) preferred: Vec<usize>,
    /// What each unit has Installed when it is installed.
    installed: Vec<BTreeSet<u32>>,
    bundles: Bundles,
    /// Whether each update is installed by itself.
    has_no_bundle: bool,
    /// Whether a bundle may be covered by several units together and by none of them alone.
    pub(super) has_joint: bool,
}

/// What a cover is found with; kept for the next client.
#[derive(Debug)]
pub(super) struct Finder<'f> {
    pub(super) view: View<'f>,
    pub(super) relations: &'f Relations,
    /// By update, the last walk that came there.
    seen: Vec<u32>,
    walk: u32,
}

impl<'f> Finder<'f> {
    pub(super) fn new(view: View<'f>, relations: &'f Relations) -> Finder<'f> {
        Finder { view, relations, seen: vec![0; view.updates()], walk: 0 }
    }

    /// Finds what the updates of a row cover.
    pub(super) fn cover(&mut self, row: &Row<'_>) -> Cover {
        let units: Vec<Unit> = row.missing.iter().map(|update| Unit::new(self.view, row, *update)).collect();
        let bundles = Bundles::new(self.view, self.relations, row);
        let installed: Vec<BTreeSet<u32>> = units
            .iter()
            .map(|unit| {
                let mut installed: BTreeSet<u32> = unit.installed().collect();
                bundles.complete(&mut installed);
                installed
            })
            .collect();
        let mut preferred: Vec<usize> = (0..units.len()).collect();
        preferred.sort_by_key(|unit| {
            let unit = &units[*unit];
            (row.is_superseded(unit.update), unit.parts.len(), unit.update)
        });
        let has_no_bundle = units.iter().all(|unit| unit.parts == [unit.update]);
        let has_joint = bundles.may_be_joint(&installed);
        let sets = vec![Vec::new(); units.len()];
        let mut cover = Cover { units, sets, preferred, installed, bundles, has_no_bundle, has_joint };
        self.fill(row, &mut cover);
        cover
    }

    /// Finds the set of each unit, but for those of which another one's is known to have all.
    fn fill(&mut self, row: &Row<'_>, cover: &mut Cover) {
        let mut is_replaced = vec![false; cover.units.len()];
        for number in cover.preferred.clone() {
            let installed = &cover.installed[number];
            if is_replaced[number] && installed.len() == 1 {
                // What it replaces, that which replaces it replaces too.
                continue;
            }
            let replaced = self.replaced(installed, &cover.bundles, row);
            let mut set: Vec<u32> = replaced.clone();
            set.extend(cover.held(installed, row));
            set.push(number as u32);
            set.sort_unstable();
            set.dedup();
            replaced
                .iter()
                .filter(|at| **at as usize != number)
                .for_each(|at| is_replaced[*at as usize] = true);
            cover.sets[number] = set;
        }
    }

    /// The updates of a row, by number, that something of these replaces, directly or through others.
    fn replaced(&mut self, installed: &BTreeSet<u32>, bundles: &Bundles, row: &Row<'_>) -> Vec<u32> {
        self.walk = self.walk.wrapping_add(1);
        if self.walk == 0 {
            self.seen.fill(0);
            self.walk = 1;
        }
        let mut found = Vec::new();
        let is_there = |update: &u32| bundles.is_installed(*update, installed);
        let mut todo: Vec<u32> = installed.iter().copied().filter(is_there).collect();
        while let Some(at) = todo.pop() {
            for update in self.relations.replaced_by(at) {
                if std::mem::replace(&mut self.seen[*update as usize], self.walk) != self.walk {
                    todo.push(*update);
                    found.extend(row.missing.binary_search(update).ok().map(|at| at as u32));
                }
            }
        }
        found
    }

    /// Whether units together leave nothing Missing.
    pub(super) fn is_enough(&mut self, chosen: &[usize], cover: &Cover, row: &Row<'_>) -> bool {
        let mut installed: BTreeSet<u32> =
            chosen.iter().flat_map(|unit| &cover.installed[*unit]).copied().collect();
        cover.bundles.complete(&mut installed);
        let has_all = |unit: &Unit| unit.parts.iter().all(|part| installed.contains(part));
        let replaced: BTreeSet<u32> = self.replaced(&installed, &cover.bundles, row).into_iter().collect();
        (0u32..).zip(&cover.units).all(|(number, unit)| replaced.contains(&number) || has_all(unit))
    }
}

impl Cover {
    /// The units, by number, all of whose parts are Installed.
    fn held<'c>(&'c self, installed: &'c BTreeSet<u32>, row: &Row<'_>) -> Vec<u32> {
        if self.has_no_bundle {
            let found = installed.iter().filter_map(|update| row.missing.binary_search(update).ok());
            return found.map(|number| number as u32).collect();
        }
        let has_all = |unit: &Unit| unit.parts.iter().all(|part| installed.contains(part));
        (0u32..).zip(&self.units).filter(|(_, unit)| has_all(unit)).map(|(number, _)| number).collect()
    }

    /// Why a unit covers another.
    pub(super) fn because(&self, unit: usize, other: usize) -> Because {
        let has_all = self.units[other].parts.iter().all(|part| self.installed[unit].contains(part));
        if has_all { Because::Part } else { Because::Replaced }
    }
}
