//! Which prefixes of a native document stand for another name space than its own.
//!
//! Elements match by local name; only what is bound to another name space is not ours. Declarations
//! are looked for on `inventories`, on `inventory`, and on the element itself.

use super::{NAMESPACE, NAMESPACE_FAMILY};
use crate::diagnostic::Code;
use crate::error::Error;
use crate::model::fact::Text;
use crate::xml::tags::Tag;

/// The prefixes that stand for other name spaces; the empty one is the default.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope<'a> {
    foreign: Vec<(&'a str, Text<'a>)>,
}

impl<'a> Scope<'a> {
    /// Takes an attribute if it declares a name space, and says whether it does.
    pub(super) fn declare(&mut self, attribute: &'a str, value: &Text<'a>) -> bool {
        let Some(prefix) = declared(attribute) else { return false };
        self.foreign.retain(|(known, _)| *known != prefix);
        if !is_own(value) {
            self.foreign.push((prefix, value.clone()));
        }
        true
    }

    /// Whether a name's prefix stands for another name space.
    fn is_foreign(&self, prefix: Option<&str>) -> bool {
        self.foreign.iter().any(|(known, _)| *known == prefix.unwrap_or(""))
    }

    /// Whether names without a prefix are of the own name space.
    pub(super) fn has_plain_names(&self) -> bool {
        !self.is_foreign(None)
    }

    /// Whether an element is of the own name space, its own declarations included.
    #[cold]
    pub(super) fn has(&self, tag: &Tag<'a>) -> bool {
        let mut here = self.clone();
        for attribute in tag.attributes() {
            here.declare(attribute.name(), &attribute.value());
        }
        !here.is_foreign(tag.prefix())
    }

    /// Why an `inventory` with this prefix cannot be read, if it cannot.
    pub(super) fn refusal(&self, prefix: Option<&str>) -> Option<Error> {
        let (_, uri) = self.foreign.iter().find(|(known, _)| *known == prefix.unwrap_or(""))?;
        if let Some(version) = uri.strip_prefix(NAMESPACE_FAMILY) {
            return Some(wrong_version(version));
        }
        let message = format!("the name space is `{uri}`, not `{NAMESPACE}`");
        Some(Error::new(Code::WrongFormat, message))
    }
}

/// The error of an inventory of another format version.
pub(super) fn wrong_version(version: &str) -> Error {
    let message = format!("inventory has format version {version}, this build reads {}", super::VERSION);
    Error::new(Code::WrongVersion, message).with_hint("collect it anew, or convert it with a newer build")
}

/// The prefix that an attribute declares, empty for the default.
fn declared(attribute: &str) -> Option<&str> {
    let rest = attribute.strip_prefix("xmlns")?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix(':') }
}

/// Whether a name space is that of the native format, or none.
pub(super) fn is_own(uri: &str) -> bool {
    uri.is_empty() || uri == NAMESPACE
}
