//! Patterns that were made ready, for whoever compares with the same ones again.

use std::cell::RefCell;
use std::sync::Arc;

use ahash::HashMap;

use crate::model::oval::value::{Comparand, Datatype, Fault, Operation};

/// The most patterns that are kept; one may take some hundred KiB.
const KEPT: usize = 64;

/// Patterns by their text.
#[derive(Debug, Default)]
pub(crate) struct Patterns(RefCell<HashMap<Box<str>, Arc<Comparand>>>);

impl Patterns {
    /// Compares two texts.
    ///
    /// # Errors
    ///
    /// As [`Comparand::compare`].
    pub(super) fn compare(
        &self,
        datatype: Datatype,
        operation: Operation,
        state: &str,
        item: &str,
    ) -> Result<bool, Fault> {
        let new = || Comparand::new(datatype, operation, state);
        // All others are made ready in no time.
        if (datatype, operation) != (Datatype::String, Operation::PatternMatch) {
            return new().compare(item);
        }
        let known = self.0.borrow().get(state).map(Arc::clone);
        let comparand = known.unwrap_or_else(|| {
            let made = Arc::new(new());
            let mut kept = self.0.borrow_mut();
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(state.into(), Arc::clone(&made));
            made
        });
        comparand.compare(item)
    }
}
