//! Conditions that package rows, their arches, collections and modules meet one by one.

use std::collections::BTreeMap;

use super::{Check, bad, rises};
use crate::compile::rules::row_key;
use crate::error::Result;
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::index::probe::tag;

pub(super) const CHECKS: &[Check] = &[
    Check {
        column: "arch_text",
        count: |columns| columns.arches(),
        holds: |view, at| {
            let text = |at| view.text_bytes(view.columns.arch_text.at(at));
            rises(at, text) && (at > 0 || text(at).is_empty())
        },
        wrong: "not after the arch before it, or the first and not empty",
    },
    Check {
        column: "row_subject",
        count: |columns| columns.rows(),
        holds: |view, at| {
            let subject = view.columns.row_subject.at(at) as usize;
            matches!(view.columns.subject_tag.at(subject), tag::RPM | tag::DEB)
        },
        wrong: "the subject is not a package",
    },
    Check { column: "row_rank", count: |columns| columns.rows(), holds: rank, wrong: RANK },
    Check {
        column: "row_collection",
        count: |columns| columns.updates(),
        holds: collections,
        wrong: COLLECTIONS,
    },
    Check { column: "retracted_row", count: |columns| columns.updates(), holds: withdrawn, wrong: WITHDRAWN },
    Check {
        column: "subject_retracted_ends",
        count: |columns| columns.subjects(),
        holds: |view, at| {
            rising(view.columns.subject_retracted_ends(at), |at| view.columns.retracted_row.at(at))
        },
        wrong: "its withdrawn rows are out of order",
    },
    Check {
        column: "gate_module_ends",
        count: |columns| columns.gates(),
        holds: |view, at| !view.columns.gate_module_ends(at).is_empty(),
        wrong: "a gate without modules",
    },
    Check {
        column: "module_subject",
        count: |columns| columns.modules(),
        holds: |view, at| {
            view.columns.subject_tag.at(view.columns.module_subject.at(at) as usize) == tag::MODULE
        },
        wrong: "the subject is not a module",
    },
    Check {
        column: "default_module",
        count: |columns| columns.defaults(),
        holds: |view, at| {
            let columns = view.columns;
            let text = |text| view.text_bytes(text);
            rises(at, |at| (text(columns.default_module.at(at)), text(columns.default_stream.at(at))))
        },
        wrong: "not after the default stream before it",
    },
];

fn rising<K: PartialOrd>(entries: std::ops::Range<usize>, key: impl Fn(usize) -> K) -> bool {
    entries.clone().zip(entries.skip(1)).all(|(before, at)| key(before) < key(at))
}

const RANK: &str = "not the threshold that the row's version gives";

fn rank(view: View<'_>, row: usize) -> bool {
    let key = row_key(&view.row(row, &(0..0)));
    let (rank, thresholds) =
        (view.columns.row_rank.at(row), view.thresholds(view.columns.row_subject.at(row) as usize));
    match key {
        Some(key) => {
            (rank as usize) < thresholds.len() && view.threshold(thresholds.start + rank as usize) == key
        }
        None => rank == NONE,
    }
}

const COLLECTIONS: &str = "of its update: a row names a collection of another update";

fn collections(view: View<'_>, update: usize) -> bool {
    let columns = view.columns;
    let collections = columns.update_collection_ends(update);
    let own = |collection: u32| collection == NONE || collections.contains(&(collection as usize));
    columns.update_row_ends(update).all(|row| own(columns.row_collection.at(row)))
}

const WITHDRAWN: &str = "of its update: a withdrawn row that is not listed with its package";

fn withdrawn(view: View<'_>, update: usize) -> bool {
    let columns = view.columns;
    let listed = |row: usize| {
        let mut listed = columns.subject_retracted_ends(columns.row_subject.at(row) as usize);
        listed.any(|at| columns.retracted_row.at(at) as usize == row)
    };
    columns.update_retracted.at(update) == 0 || columns.update_row_ends(update).all(listed)
}

/// The groups of every subject are the arches of its rows, in order, with the lowest and the highest
/// epoch of each.
pub(super) fn groups(view: View<'_>) -> Result<()> {
    let columns = view.columns;
    let mut epochs: BTreeMap<(u32, u32), (u32, u32)> = BTreeMap::new();
    for row in 0..columns.rows() {
        let (subject, arch) = (columns.row_subject.at(row), columns.row_arch.at(row));
        let epoch = columns.row_epoch.at(row);
        let (low, high) = epochs.entry((subject, arch)).or_insert((epoch, epoch));
        (*low, *high) = (epoch.min(*low), epoch.max(*high));
    }
    let mut expected = epochs.into_iter();
    for subject in 0..columns.subjects() {
        for group in columns.subject_group_ends(subject) {
            let found =
                (columns.group_arch.at(group), (columns.group_low.at(group), columns.group_high.at(group)));
            if expected.next() != Some(((subject as u32, found.0), found.1)) {
                return Err(bad("group_arch", group, "not the arch and the epochs of rows of its subject"));
            }
        }
    }
    match expected.next() {
        Some(_) => Err(bad("group_arch", columns.groups(), "ends here, and there are more arches of rows")),
        None => Ok(()),
    }
}
