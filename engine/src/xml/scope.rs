//! Which name space each prefix stands for at the current place of a document.
//!
//! Knows the declarations of the open elements; knows nothing of what name spaces mean. A prefix that
//! nothing declares has none, and that is no error: update fragments leave their declarations out.

use super::attributes::{Attribute, Attributes};
use super::fault::Fault;

/// Most declarations in force at one place, and most bytes of their prefixes and names.
const MOST: usize = 1024;
const BYTES: usize = 1 << 20;

/// The name space of the prefix `xml`, which needs no declaration.
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The name space declarations of all open elements.
#[derive(Debug, Default)]
pub(super) struct Scope {
    declarations: Vec<Declaration>,
    /// Prefix and name of each, one after the other.
    text: String,
}

#[derive(Debug)]
struct Declaration {
    depth: usize,
    prefix: usize,
    name: usize,
    end: usize,
}

impl Scope {
    /// Takes the declarations of an element that is the `depth`th of the open ones.
    pub(super) fn enter(&mut self, depth: usize, attributes: Attributes<'_, '_>) -> Result<(), Fault> {
        for attribute in attributes.iter().filter(Attribute::declares_namespace) {
            let prefix = attribute.prefix().map_or("", |_| attribute.local());
            let name = attribute.value();
            // Some producers declare all their prefixes on every element.
            if self.find(prefix).unwrap_or("") == &*name {
                continue;
            }
            let start = self.text.len();
            self.text.push_str(prefix);
            let middle = self.text.len();
            self.text.push_str(&name);
            let end = self.text.len();
            self.declarations.push(Declaration { depth, prefix: start, name: middle, end });
            if self.declarations.len() > MOST || end > BYTES {
                let message =
                    format!("more than {MOST} name space declarations, or {BYTES} bytes of them, at once");
                return Err(Fault::too_large(attribute.offset(), message));
            }
        }
        Ok(())
    }

    /// Drops the declarations of the elements that are no longer among the `depth` open ones.
    pub(super) fn leave(&mut self, depth: usize) {
        while let Some(last) = self.declarations.pop_if(|last| last.depth > depth) {
            self.text.truncate(last.prefix);
        }
    }

    /// The name space that a prefix stands for; the empty prefix is the default one.
    pub(super) fn find(&self, prefix: &str) -> Option<&str> {
        let part = |from, to| self.text.get(from..to).unwrap_or_default();
        let hit = |found: &&Declaration| part(found.prefix, found.name) == prefix;
        match self.declarations.iter().rev().find(hit) {
            Some(found) => Some(part(found.name, found.end)).filter(|name| !name.is_empty()),
            None => (prefix == "xml").then_some(XML),
        }
    }
}
