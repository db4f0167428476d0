//! The differences of what updates need, what they are bundles of, and what they refer to.
//!
//! Updates are named by their identities; the order in which a catalog names them is no difference.

use super::rules::{self, Part};
use crate::index::View;
use crate::index::columns::Column;
use crate::model::update::{Reference, Update};

/// What differs of what an update needs and consists of, each update as its index and its number there.
pub(super) fn changed(old: (View<'_>, usize), new: (View<'_>, usize)) -> Vec<Part> {
    [("needs", needs(old), needs(new)), ("bundle of", parts(old), parts(new))]
        .into_iter()
        .filter_map(|(name, old, new)| part(name, old, new))
        .collect()
}

/// What differs of what two updates say of the things that they refer to.
pub(super) fn references(old: &Update, new: &Update) -> Option<Part> {
    let words = |update: &Update| update.references.iter().map(|one| referred(one, update)).collect();
    part("references", words(old), words(new))
}

fn part(name: &'static str, mut old: Vec<String>, mut new: Vec<String>) -> Option<Part> {
    old.sort_unstable();
    new.sort_unstable();
    (old != new).then(|| rules::only(name, old, new))
}

/// What an update needs, a text for each clause.
fn needs((view, update): (View<'_>, usize)) -> Vec<String> {
    let clause = |clause: Vec<Option<u32>>| {
        let mut names: Vec<&str> = clause.into_iter().map(|needed| name(view, needed)).collect();
        names.sort_unstable();
        names.join(" or ")
    };
    view.prerequisites(update).into_iter().map(clause).collect()
}

fn parts((view, update): (View<'_>, usize)) -> Vec<String> {
    view.children(update).map(|part| name(view, part).to_owned()).collect()
}

fn name(view: View<'_>, update: Option<u32>) -> &str {
    let identity = |update: u32| view.text(view.columns.update_identity.at(update as usize));
    update.map_or("one that no catalog has", identity)
}

/// A reference with everything that is said of it.
fn referred(reference: &Reference, update: &Update) -> String {
    let products = reference.products.iter().filter_map(|number| update.products.get(*number as usize));
    let products: Vec<&str> = products.map(|row| row.product.as_str()).collect();
    let Reference { kind, id, title, address, .. } = reference;
    let said = [kind.as_str(), id, title, address, &products.join(", ")];
    said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}
