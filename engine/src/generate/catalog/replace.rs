//! Lets later updates of a product replace earlier ones.

use std::collections::{BTreeMap, BinaryHeap};

use super::draft::{Draft, Row, Target};
use super::ratios::{Ratios, Succession, scaled};
use crate::generate::random::{Random, shares};

/// Draws the successions of a shape among the updates of each product, in the order of their dates.
pub(super) fn replace(draft: &mut Draft, ratios: &Ratios, random: &mut Random) {
    let mut of_product: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, patch) in draft.patches.iter().enumerate() {
        if let Some(row) = patch.rows.first() {
            of_product.entry(row.product).or_default().push(place);
        }
    }
    // The longest succession goes to the product with most updates left.
    let mut left: BinaryHeap<(usize, usize)> =
        of_product.iter().map(|(product, updates)| (updates.len(), *product)).collect();
    for succession in successions(ratios, draft.patches.len(), random) {
        let Some((count, product)) = left.pop() else { return };
        let Some(updates) = of_product.get_mut(&product).filter(|_| count > 1) else { return };
        let rest = updates.split_off(count.min(succession.replaced() + 1));
        draw(draft, succession, updates);
        left.push((rest.len(), product));
        *updates = rest;
    }
}

/// The successions of a catalog, longest first.
fn successions(ratios: &Ratios, updates: usize, random: &mut Random) -> Vec<Succession> {
    let count: u32 = ratios.successions.iter().map(|(_, count)| count).sum();
    let shares = shares(scaled(count as usize, updates), ratios.successions);
    let dealt = shares.into_iter().flat_map(|(succession, share)| std::iter::repeat_n(succession, share));
    let mut successions: Vec<Succession> = dealt.collect();
    random.shuffle(&mut successions);
    successions.sort_by_key(|succession| std::cmp::Reverse(succession.replaced()));
    successions
}

fn draw(draft: &mut Draft, succession: Succession, updates: &[usize]) {
    // A later update is for all that an earlier one is for, as far as their rows give that.
    let mut rows: Vec<Vec<Row>> =
        updates.iter().map(|update| std::mem::take(&mut draft.patches[*update].rows)).collect();
    rows.sort_by_key(|rows| rows.first().map_or(0, |row| row.levels.len()));
    for (update, rows) in updates.iter().zip(rows) {
        draft.patches[*update].rows = rows;
    }
    let Some((last, replaced)) = updates.split_last() else { return };
    match succession {
        Succession::Chain(_) => {
            for (update, next) in replaced.iter().zip(&updates[1..]) {
                let record = draft.superseded_by(vec![Target::of(*next)]);
                draft.patches[*update].superseded = Some(record);
            }
        }
        Succession::Fan(_) => {
            let record = draft.superseded_by(vec![Target::of(*last)]);
            for update in replaced {
                draft.patches[*update].superseded = Some(record);
            }
        }
    }
}
