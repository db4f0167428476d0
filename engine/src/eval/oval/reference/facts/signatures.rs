//! Who signed a package, where the inventory does not say.

use super::super::Evaluation;
use crate::model::options::Signature;
use crate::model::oval::state::State;
use crate::model::oval::words::{Existence, Status};

/// The name of the key of a signature.
const KEY: &str = "signature_keyid";

impl Evaluation<'_> {
    /// Whether a state asks nothing but who signed a package, and that is assumed to be whom it wants.
    pub(in super::super) fn assumes_signature(&self, state: &State, item: usize) -> bool {
        let [entity] = &state.entities[..] else { return false };
        let asks = entity.name == KEY && entity.check.is_some();
        let wants_one = entity.existence.is_some_and(|existence| existence != Existence::NoneExist);
        if !(asks && wants_one && self.options.signature == Signature::Assume) || self.items.stated.is_none()
        {
            return false;
        }
        let item = self.items.item(item);
        let mut keys = item.entities.iter().filter(|value| value.name == KEY);
        keys.next().is_some_and(|value| value.status == Status::NotCollected)
    }
}
