//! What is installed when an update is: itself, or of a bundle the parts that are Missing.

use super::client::Row;
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
        // Its own rules are one more part; a matrix does not say which part is Missing.
        if !has_missing || self.view.columns.update_rule.at(at) != 0 {
            unit.parts.push(update);
        }
        if is_whole {
            unit.whole.push(update);
        }
        is_whole
    }
}
