//! What updates need and what bundles consist of: in order, without cycles, and not too deep.
//!
//! Evaluators follow both relations without asking where they come from, so that this is asked here.

use super::{Check, bad};
use crate::compile::relations::{BUNDLES, NEEDS};
use crate::error::Result;
use crate::index::View;
use crate::index::columns::{Column, NONE};

pub(super) const CHECKS: &[Check] = &[
    Check {
        column: "prerequisite_clause_ends",
        count: |columns| columns.prerequisites(),
        holds: |view, at| !view.columns.prerequisite_clause_ends(at).is_empty(),
        wrong: "nothing is needed",
    },
    Check {
        column: "target",
        count: |columns| columns.clauses(),
        holds: |view, at| rising(view.columns.clause_target_ends(at), |at| view.columns.target.at(at)),
        wrong: "of its clause: the updates are out of order",
    },
    Check {
        column: "child",
        count: |columns| columns.updates(),
        holds: |view, at| rising(view.columns.update_child_ends(at), |at| view.columns.child.at(at)),
        wrong: "of its bundle: the updates are out of order",
    },
];

fn rising(entries: std::ops::Range<usize>, value: impl Fn(usize) -> u32) -> bool {
    entries.clone().zip(entries.skip(1)).all(|(before, at)| value(before) < value(at))
}

/// No update needs itself, no bundle contains itself, and no chain of either is longer than compilers
/// make it.
pub(super) fn chains(view: View<'_>) -> Result<()> {
    let columns = view.columns;
    // What a set needs are the sets of the updates that it names.
    let needed = |set: usize| -> Vec<usize> {
        let clauses = columns.prerequisite_clause_ends(set);
        let targets = clauses.flat_map(|clause| columns.clause_target_ends(clause));
        let updates = targets.map(|at| columns.target.at(at)).filter(|target| *target != NONE);
        let sets = updates.map(|update| columns.update_prerequisite.at(update as usize));
        sets.filter(|set| *set != NONE).map(|set| set as usize).collect()
    };
    if let Some(set) = endless(columns.prerequisites(), NEEDS, &needed) {
        let wrong = format!("what is needed leads back to it, or is a chain of more than {NEEDS}");
        return Err(bad("prerequisite_clause_ends", set, &wrong));
    }
    let contained = |update: usize| -> Vec<usize> {
        let children = columns.update_child_ends(update).map(|at| columns.child.at(at));
        children.filter(|child| *child != NONE).map(|child| child as usize).collect()
    };
    // An update that is no bundle is the end of a chain and counts as one.
    match endless(columns.updates(), BUNDLES + 1, &contained) {
        Some(update) => {
            let wrong = format!("the bundle contains itself, or bundles are nested more than {BUNDLES} deep");
            Err(bad("update_child_ends", update, &wrong))
        }
        None => Ok(()),
    }
}

/// A thing from which a way leads back to it, or a way of more than so many things.
fn endless(count: usize, most: usize, below: &dyn Fn(usize) -> Vec<usize>) -> Option<usize> {
    const NEW: usize = 0;
    const ENTERED: usize = usize::MAX;
    let mut longest = vec![NEW; count];
    for start in 0..count {
        let mut open = vec![start];
        while let Some(at) = open.last().copied() {
            let next = below(at);
            match longest[at] {
                NEW => {
                    longest[at] = ENTERED;
                    if next.iter().any(|one| longest[*one] == ENTERED) {
                        return Some(at);
                    }
                    open.extend(next.into_iter().filter(|one| longest[*one] == NEW));
                }
                ENTERED => {
                    longest[at] = 1 + next.iter().map(|one| longest[*one]).max().unwrap_or(0);
                    if longest[at] > most {
                        return Some(at);
                    }
                    open.pop();
                }
                _ => _ = open.pop(),
            }
        }
    }
    None
}
