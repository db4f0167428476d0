//! Hazards of products, and of the rows that say which service packs of them a patch is for.

use std::collections::HashMap;

use super::super::draft::{Draft, Product};
use super::Scene;

/// Whether a product lists all of its service packs, more than one, in their order.
fn is_whole(draft: &Draft, product: usize) -> bool {
    let product = &draft.products[product];
    product.levels.len() > 1
        && product.available == product.levels
        && product.misplaced == 0
        && product.levels.contains(&product.current)
}

/// How often rows name each service pack as affected.
fn uses(draft: &Draft) -> HashMap<usize, usize> {
    let mut uses = HashMap::new();
    for level in draft.patches.iter().flat_map(|patch| &patch.rows).flat_map(|row| &row.levels) {
        *uses.entry(*level).or_default() += 1;
    }
    uses
}

/// Whether a product lists a service pack.
fn is_listed(draft: &Draft, product: usize, level: usize) -> bool {
    draft.products[product].available.contains(&level)
}

/// Products that list no service pack: those that the fewest rows name.
pub(super) fn without_list(scene: &mut Scene<'_>, count: usize) {
    let uses = uses(scene.draft);
    let of = |product: &Product| -> usize {
        product.levels.iter().map(|level| uses.get(level).copied().unwrap_or(0)).sum()
    };
    let mut products: Vec<usize> = (0..scene.draft.products.len()).collect();
    scene.random.shuffle(&mut products);
    products.sort_by_key(|product| of(&scene.draft.products[*product]));
    for product in products.into_iter().take(count) {
        scene.draft.products[product].available.clear();
    }
}

/// Rows that are fixed in a service pack which the product does not list yet.
pub(super) fn fix_not_listed(scene: &mut Scene<'_>, count: usize) {
    let rows = scene.draft.patches.iter().flat_map(|patch| &patch.rows);
    let known = rows.filter(|row| row.fixed.is_some_and(|fixed| !is_listed(scene.draft, row.product, fixed)));
    let wanted = count.saturating_sub(known.count());
    let places = scene.patches(wanted, |draft, patch| {
        let row = draft.patches[patch].rows.first();
        row.is_some_and(|row| row.fixed.is_none() && is_whole(draft, row.product))
    });
    let mut next: HashMap<usize, usize> = HashMap::new();
    for patch in places {
        let product = scene.draft.patches[patch].rows[0].product;
        let newest = scene.draft.products[product].levels.len();
        let level = *next.entry(product).or_insert_with(|| scene.draft.service_pack(product, newest));
        scene.draft.patches[patch].rows[0].fixed = Some(level);
    }
}

/// Products that do not list what they began with, until so many rows name such a service pack.
pub(super) fn affected_not_listed(scene: &mut Scene<'_>, count: usize) {
    let uses = uses(scene.draft);
    let rows = scene.draft.patches.iter().flat_map(|patch| &patch.rows);
    let known = rows.flat_map(|row| row.levels.iter().map(|level| (row.product, *level)));
    let known = known.filter(|(product, level)| !is_listed(scene.draft, *product, *level)).count();
    let mut wanted = count.saturating_sub(known);
    for product in scene.products(usize::MAX, is_whole) {
        let product = &mut scene.draft.products[product];
        let rows = uses.get(&product.levels[0]).copied().unwrap_or(0);
        if rows > 0 && rows <= wanted {
            wanted -= rows;
            product.available.remove(0);
            product.minimum = product.available[0];
        }
    }
}

/// Products whose current service pack is one of another product.
pub(super) fn current_not_listed(scene: &mut Scene<'_>, count: usize) {
    for product in scene.products(count, is_whole) {
        let other = (product + 1) % scene.draft.products.len();
        scene.draft.products[product].current = scene.draft.products[other].levels[0];
    }
}

/// Products that list their service packs in another order than that of their names.
pub(super) fn other_order(scene: &mut Scene<'_>, count: usize) {
    for product in scene.products(count, is_whole) {
        scene.draft.products[product].available.swap(0, 1);
    }
}

/// Products one of whose listed service packs stands outside the list.
pub(super) fn misplaced(scene: &mut Scene<'_>, count: usize) {
    for product in scene.products(count, is_whole) {
        scene.draft.products[product].misplaced = 1;
    }
}

/// Rows without a service pack.
pub(super) fn row_without_level(scene: &mut Scene<'_>, count: usize) {
    let fit = |draft: &Draft, patch: usize| {
        draft.patches[patch].rows.last().is_some_and(|row| {
            row.levels.len() == 1 && row.levels.iter().all(|level| is_listed(draft, row.product, *level))
        })
    };
    for patch in scene.patches(count, fit) {
        if let Some(row) = scene.draft.patches[patch].rows.last_mut() {
            row.levels.clear();
        }
    }
}
