//! What supersedence did to a cell: which replacement, through which edges, declared where.

use std::collections::{BTreeMap, VecDeque};

use super::Explainer;
use crate::diagnostic::Position;
use crate::model::catalogs::Entry;
use crate::model::options::Supersedence;
use crate::model::supersedence::Source;
use crate::model::verdict::{Cell, Verdict};

/// What supersedence did to a cell.
#[derive(Debug)]
pub enum Folded<'m> {
    /// It is switched off.
    Off,
    /// Only a cell that is Missing is folded.
    NotAsked,
    /// The replacements were looked at.
    Asked {
        /// All updates that replace it, nearest first, each with its verdict.
        replacements: Vec<Replacement<'m>>,
        /// The one that changed the cell, a number in `replacements`.
        by: Option<usize>,
    },
}

/// An update that replaces another one.
#[derive(Debug)]
pub struct Replacement<'m> {
    /// The update.
    pub entry: &'m Entry,
    /// Its cell by its rules alone.
    pub raw: Cell,
    /// The edges from the replaced update to it.
    pub path: Vec<Hop<'m>>,
}

/// An edge between two updates.
#[derive(Clone, Copy, Debug)]
pub struct Hop<'m> {
    /// The update that is replaced.
    pub from: &'m Entry,
    /// The update that replaces it.
    pub by: &'m Entry,
    /// Who says so.
    pub source: Source,
    /// Where it is said; `None` where it follows from versions.
    pub position: Option<Position>,
    /// The document where it is said.
    pub document: &'m str,
}

impl<'m> Explainer<'m> {
    /// The cell after supersedence, and what changed it.
    pub(super) fn fold(&self, update: usize, raw: Cell) -> (Cell, Folded<'m>) {
        if self.options.supersedence == Supersedence::Off {
            return (raw, Folded::Off);
        }
        if raw.verdict != Verdict::Missing {
            return (raw, Folded::NotAsked);
        }
        let mut cells = vec![Cell::NO_EVIDENCE; self.catalogs.updates.len()];
        cells[update] = raw;
        let (order, parents) = self.paths(update);
        let replacements: Vec<_> = order
            .iter()
            .map(|by| {
                let entry = &self.catalogs.updates[*by];
                cells[*by] = self.evaluator.raw(entry);
                Replacement { entry, raw: cells[*by], path: path(*by, update, &parents) }
            })
            .collect();
        let cell = self.evaluator.fold(&cells, update);
        let decisive = |verdict| replacements.iter().position(|one| one.raw.verdict == verdict);
        let by = decisive(Verdict::Installed).or_else(|| decisive(Verdict::Missing));
        (cell, Folded::Asked { replacements, by })
    }

    /// The updates that replace one, nearest first, and the edge by which each was found.
    fn paths(&self, update: usize) -> (Vec<usize>, BTreeMap<usize, (usize, Hop<'m>)>) {
        let (mut order, mut parents) = (Vec::new(), BTreeMap::new());
        let mut todo = VecDeque::from([update]);
        while let Some(at) = todo.pop_front() {
            let from = &self.catalogs.updates[at];
            for edge in from.replaced_by.iter().filter(|edge| self.evaluator.follows(edge.source)) {
                let by = edge.by as usize;
                if by == update || parents.contains_key(&by) {
                    continue;
                }
                let position = (edge.source == Source::Declared).then_some(edge.position);
                let entry = &self.catalogs.updates[by];
                // Where updates stand in files of their own, the newer one says what it replaces.
                let document = match entry.update.document() {
                    "" => self.source(from).path.as_str(),
                    document => document,
                };
                parents.insert(by, (at, Hop { from, by: entry, source: edge.source, position, document }));
                order.push(by);
                todo.push_back(by);
            }
        }
        (order, parents)
    }
}

/// The edges from `update` to `by`.
fn path<'m>(by: usize, update: usize, parents: &BTreeMap<usize, (usize, Hop<'m>)>) -> Vec<Hop<'m>> {
    let mut hops = Vec::new();
    let mut at = by;
    while at != update
        && let Some((from, hop)) = parents.get(&at)
    {
        hops.push(*hop);
        at = *from;
    }
    hops.reverse();
    hops
}
