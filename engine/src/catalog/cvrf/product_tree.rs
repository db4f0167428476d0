//! Reads the products of a document: their names by id.
//!
//! An id stands inside of branches and again beside them. Knows nothing of what a name means.
//! Source of truth: `docs/cvrf.md`, "Documents".

use std::collections::BTreeMap;
use std::io::BufRead;

use super::name::{normalised, reduced};
use super::reading::{Family, Reader, family};
use crate::diagnostic::Code;
use crate::error::Result;

/// Names of products by id.
#[derive(Debug, Default)]
pub(super) struct Products {
    names: BTreeMap<String, String>,
}

impl Products {
    /// The name of an id.
    pub(super) fn name(&self, id: &str) -> Option<&str> {
        self.names.get(id).map(String::as_str)
    }
}

impl<R: BufRead> Reader<R> {
    /// Reads the `ProductTree` whose tag the cursor stands at.
    pub(super) fn product_tree(&mut self) -> Result<()> {
        // Branches stand in each other to any depth, so that the whole tree is walked as one list.
        let depth = self.cursor.depth();
        let mut inner = depth;
        loop {
            let Some(part) = self.cursor.child(inner)? else {
                if inner <= depth {
                    return Ok(());
                }
                inner -= 1;
                continue;
            };
            match (family(&part), part.local()) {
                (Family::Product, "Branch") => inner += 1,
                (Family::Product, "FullProductName") => {
                    let id = reduced(&part.attribute("ProductID").unwrap_or_default());
                    self.product(id)?;
                }
                _ => {}
            }
        }
    }

    /// Reads the name of a product.
    fn product(&mut self, id: String) -> Result<()> {
        let (position, name) = (self.cursor.position(), self.text()?);
        match self.products.names.get(&id) {
            None => {
                self.products.names.insert(id, name);
            }
            Some(known) if normalised(known) == normalised(&name) => {}
            Some(known) => {
                let message = format!("`{id}` is `{known}` and `{name}`");
                let element = "ProductTree/FullProductName";
                self.document.diagnostics.push(Code::CvrfProductConflict, position, element, message);
            }
        }
        Ok(())
    }
}
