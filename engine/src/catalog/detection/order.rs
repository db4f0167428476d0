//! Puts the entries of a table after those that they refer to.

use std::collections::{BTreeSet, HashMap};

use super::Entry;
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::expr::{Expr, Subject};
use crate::model::product::{Detection, folded};

/// Orders entries so that each stands after those it names, and otherwise as they stand.
///
/// Names that no entry has are no matter: a client may state such a product.
pub(super) fn by_dependency(entries: Vec<Entry>) -> Result<Vec<Entry>> {
    let places: HashMap<String, usize> =
        entries.iter().enumerate().map(|(place, entry)| (folded(&entry.detection.name), place)).collect();
    let needs: Vec<BTreeSet<usize>> = entries.iter().map(|entry| needs(&entry.detection, &places)).collect();
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); entries.len()];
    for (place, needs) in needs.iter().enumerate() {
        needs.iter().for_each(|need| needed_by[*need].push(place));
    }
    let mut left: Vec<usize> = needs.iter().map(BTreeSet::len).collect();
    let mut ready: BTreeSet<usize> = (0..entries.len()).filter(|place| left[*place] == 0).collect();
    let mut order = Vec::with_capacity(entries.len());
    while let Some(place) = ready.pop_first() {
        order.push(place);
        for above in &needed_by[place] {
            left[*above] -= 1;
            if left[*above] == 0 {
                ready.insert(*above);
            }
        }
    }
    if order.len() < entries.len() {
        return Err(circle(&entries, &needs, &left));
    }
    let mut entries: Vec<Option<Entry>> = entries.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|place| entries[place].take()).collect())
}

/// The entries that an entry names, in its tests or to inherit from.
fn needs(detection: &Detection, places: &HashMap<String, usize>) -> BTreeSet<usize> {
    let mut needs: BTreeSet<usize> =
        detection.inherit.iter().filter_map(|name| places.get(&folded(name)).copied()).collect();
    let mut visit = |expr: &Expr| {
        expr.leaves(&mut |subject, _, _| {
            if let Subject::Product(name) = subject {
                needs.extend(places.get(name));
            }
        });
    };
    visit(&detection.when);
    detection.levels.iter().filter_map(|level| level.test.as_ref()).for_each(visit);
    needs
}

/// Names two entries that follow each other on a circle.
fn circle(entries: &[Entry], needs: &[BTreeSet<usize>], left: &[usize]) -> Error {
    // Every entry that is left needs another one that is left, so that the way ends up in a circle.
    let next = |place: usize| needs[place].iter().copied().find(|need| left[*need] > 0);
    let mut place = left.iter().position(|left| *left > 0).unwrap_or(0);
    for _ in 0..entries.len() {
        place = next(place).unwrap_or(place);
    }
    let (entry, other) = (&entries[place], &entries[next(place).unwrap_or(place)]);
    let (name, other_name) = (&entry.detection.name, &other.detection.name);
    let message = match name == other_name {
        true => format!("the entry `{name}` refers to itself"),
        false => format!("the entries `{name}` and `{other_name}` refer to each other in a circle"),
    };
    Error::new(Code::BadTable, message)
        .in_file(&entry.file)
        .at(entry.detection.position)
        .with_hint("let one of them test facts instead of the other product")
}
