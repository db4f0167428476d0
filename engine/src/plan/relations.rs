//! What plans follow between updates, gathered once for an index: what each replaces, and which sets of
//! prerequisites name it.

use std::collections::HashMap;

use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::model::options::Supersedence;
use crate::model::supersedence::Source;

/// Relations, from the update that is installed to those that this changes.
#[derive(Debug, Default)]
pub(super) struct Relations {
    /// Where what each update replaces ends in `replaced`.
    ends: Vec<u32>,
    /// The updates that are replaced, by what replaces them.
    replaced: Vec<u32>,
    /// The bundles, rising.
    pub(super) bundles: Vec<u32>,
    /// The sets of prerequisites that name an update.
    naming: HashMap<u32, Vec<u32>, ahash::RandomState>,
    /// The updates that need a set.
    needing: HashMap<u32, Vec<u32>, ahash::RandomState>,
}

impl Relations {
    pub(super) fn new(view: View<'_>, supersedence: Supersedence) -> Relations {
        let mut relations = Relations::default();
        relations.turn_around(view, supersedence);
        relations.gather_needs(view);
        let is_bundle = |update: &u32| !view.columns.update_child_ends(*update as usize).is_empty();
        relations.bundles = (0..view.updates() as u32).filter(is_bundle).collect();
        relations
    }

    /// Turns the edges around, which an index has at the update that is replaced.
    fn turn_around(&mut self, view: View<'_>, supersedence: Supersedence) {
        let (columns, count) = (view.columns, view.updates());
        let follows = |edge: &usize| match supersedence {
            Supersedence::Off => false,
            Supersedence::On => columns.edge_source.at(*edge) == Source::Declared as u8,
            Supersedence::Evr => true,
        };
        let edges = |update: usize| {
            let edges = columns.update_edge_ends(update).filter(follows);
            edges.map(|edge| columns.edge_by.at(edge) as usize).filter(|by| *by < count)
        };
        self.ends = vec![0; count];
        (0..count).flat_map(edges).for_each(|by| self.ends[by] += 1);
        let mut next = Vec::with_capacity(count);
        let mut end = 0;
        for own in &mut self.ends {
            next.push(end);
            end += *own;
            *own = end;
        }
        self.replaced = vec![0; end as usize];
        for update in 0..count {
            for by in edges(update) {
                self.replaced[next[by] as usize] = update as u32;
                next[by] += 1;
            }
        }
    }

    fn gather_needs(&mut self, view: View<'_>) {
        let columns = view.columns;
        for set in 0..columns.prerequisites() as u32 {
            for clause in columns.prerequisite_clause_ends(set as usize) {
                for target in columns.clause_target_ends(clause).map(|at| columns.target.at(at)) {
                    let sets = self.naming.entry(target).or_default();
                    if sets.last() != Some(&set) {
                        sets.push(set);
                    }
                }
            }
        }
        for update in 0..view.updates() as u32 {
            let set = columns.update_prerequisite.at(update as usize);
            if set != NONE {
                self.needing.entry(set).or_default().push(update);
            }
        }
    }

    /// The updates that one replaces directly.
    pub(super) fn replaced_by(&self, update: u32) -> &[u32] {
        let end = |at: usize| self.ends.get(at).copied().unwrap_or(0) as usize;
        let start = (update as usize).checked_sub(1).map_or(0, end);
        self.replaced.get(start..end(update as usize)).unwrap_or_default()
    }

    /// The updates that need one, in any of their clauses.
    pub(super) fn needing(&self, update: u32) -> impl Iterator<Item = u32> + '_ {
        let sets = self.naming.get(&update).map_or(&[][..], Vec::as_slice);
        sets.iter().filter_map(|set| self.needing.get(set)).flatten().copied()
    }
}
