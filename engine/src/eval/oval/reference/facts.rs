//! Items that are made of what inventories of other formats state.
//!
//! Source of truth: `docs/oval.md`, "Plain inventories".

use super::Evaluation;
use super::collection::Collection;
use crate::model::fact::Kinds;
use crate::model::inventory::Inventory;
use crate::model::oval::characteristics::Item;
use crate::model::oval::words::Flag;

/// What an inventory vouches for.
#[derive(Clone, Debug, Default)]
pub(super) struct Stated {
    pub(super) complete: Kinds,
}

/// Items of the facts of an inventory.
pub(super) fn items(inventory: &Inventory) -> (Vec<Item<'static>>, Stated) {
    (Vec::new(), Stated { complete: inventory.header.complete })
}

impl Evaluation<'_> {
    /// The items that an object finds among those that are stated.
    pub(super) fn found(&self, _object: u32, _instance: u32) -> Collection {
        Collection::of(Flag::NotCollected)
    }
}
