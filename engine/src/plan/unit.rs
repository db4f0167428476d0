//! What is installed when an update is: itself, or of a bundle the parts that are Missing.

use std::collections::{BTreeMap, BTreeSet};

use super::client::Row;
use super::relations::Relations;
use crate::index::View;
use crate::index::columns::Column;
use crate::model::verdict::Verdict;

/// An update that can be chosen, with what is installed then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unit {
    /// The update.
    pub(super) update: u32,
    /// What is installed, rising.
    pub(super) parts: Vec<u32>,
    /// The bundles, it among them or below it, that are Installed afterwards: none of their parts is
    /// Unknown.
    pub(super) whole: Vec<u32>,
    /// Whether a bundle with rules of its own is among the parts, which may not be Missing by them: a matrix
    /// says that something of the bundle is.
    pub(super) is_doubtful: bool,
}

impl Unit {
    /// The unit of an update that is Missing by its rules.
    pub(super) fn new(view: View<'_>, row: &Row<'_>, update: u32) -> Unit {
        let mut unit = Unit { update, ..Unit::default() };
        let mut walk = Walk { view, row, seen: Vec::new() };
        walk.take(update, &mut unit);
        unit.parts.sort_unstable();
        unit.parts.dedup();
        unit
    }

    /// The updates that are Installed when it is installed.
    pub(super) fn installed(&self) -> impl Iterator<Item = u32> + '_ {
        self.parts.iter().chain(&self.whole).copied()
    }
}

struct Walk<'w> {
    view: View<'w>,
    row: &'w Row<'w>,
    /// The bundles that were entered: only damaged bytes lead back to one.
    seen: Vec<u32>,
}

impl Walk<'_> {
    /// Takes an update that is Missing; whether it is Installed afterwards.
    fn take(&mut self, update: u32, unit: &mut Unit) -> bool {
        let at = update as usize;
        let is_bundle = !self.view.columns.update_child_ends(at).is_empty();
        if !is_bundle || self.seen.contains(&update) {
            unit.parts.push(update);
            return !is_bundle || unit.whole.contains(&update);
        }
        self.seen.push(update);
        let (mut is_whole, mut has_missing) = (true, false);
        for child in self.view.children(at) {
            match child.and_then(|child| self.row.by_rules(child)) {
                Some(Verdict::Missing) => {
                    has_missing = true;
                    is_whole &= self.take(child.unwrap_or(update), unit);
                }
                Some(Verdict::Installed | Verdict::NotApplicable) => {}
                Some(Verdict::Unknown) | None => is_whole = false,
            }
        }
        let has_rules = self.view.columns.update_rule.at(at) != 0;
        if !has_missing || has_rules {
            unit.parts.push(update);
            unit.is_doubtful |= has_missing;
        }
        if is_whole {
            unit.whole.push(update);
        }
        is_whole
    }
}

/// All bundles of a client that are Missing, whoever asks for them.
#[derive(Debug)]
pub(super) struct Bundles {
    units: Vec<Unit>,
    /// By part, the bundles that it belongs to, by number.
    of: BTreeMap<u32, Vec<usize>>,
}

impl Bundles {
    pub(super) fn new(view: View<'_>, relations: &Relations, row: &Row<'_>) -> Bundles {
        let missing =
            relations.bundles.iter().filter(|bundle| row.by_rules(**bundle) == Some(Verdict::Missing));
        let units: Vec<Unit> = missing.map(|bundle| Unit::new(view, row, *bundle)).collect();
        let mut of: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (number, unit) in units.iter().enumerate() {
            unit.parts.iter().for_each(|part| of.entry(*part).or_default().push(number));
        }
        Bundles { units, of }
    }

    /// Adds the bundles that are Installed when these parts are.
    pub(super) fn complete(&self, installed: &mut BTreeSet<u32>) {
        let touched: BTreeSet<usize> =
            installed.iter().filter_map(|part| self.of.get(part)).flatten().copied().collect();
        for unit in touched.into_iter().map(|number| &self.units[number]) {
            if unit.parts.iter().all(|part| installed.contains(part)) {
                installed.extend(&unit.whole);
            }
        }
    }

    /// Whether an update is Installed when these parts are, one of which it is: a bundle with rules of its
    /// own need not be.
    pub(super) fn is_installed(&self, update: u32, installed: &BTreeSet<u32>) -> bool {
        match self.units.binary_search_by_key(&update, |unit| unit.update) {
            Ok(at) => {
                let unit = &self.units[at];
                unit.whole.contains(&update) && unit.parts.iter().all(|part| installed.contains(part))
            }
            Err(_) => true,
        }
    }

    /// Whether some bundle may be Installed by several of these together and by none of them alone.
    pub(super) fn may_be_joint(&self, installed: &[BTreeSet<u32>]) -> bool {
        self.units.iter().filter(|unit| unit.parts.len() > 1).any(|unit| {
            let has_all = |own: &&BTreeSet<u32>| unit.parts.iter().all(|part| own.contains(part));
            let some: Vec<&BTreeSet<u32>> = installed.iter().filter(|own| !has_all(own)).collect();
            unit.parts.iter().all(|part| some.iter().any(|own| own.contains(part)))
        })
    }
}
