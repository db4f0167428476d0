//! The start tag at which a cursor stands: name, attributes, place, and what its prefixes mean.

use std::borrow::Cow;

use super::attributes::{Attribute, Attributes};
use super::characters::split_name;
use super::fault;
use super::scope::Scope;
use crate::diagnostic::Position;

/// A start tag.
#[derive(Clone, Copy, Debug)]
pub struct Tag<'c> {
    pub(super) name: &'c str,
    pub(super) attributes: Attributes<'c, 'c>,
    /// The tag as it stands in the document.
    pub(super) source: &'c [u8],
    pub(super) position: Position,
    pub(super) scope: &'c Scope,
}

impl<'c> Tag<'c> {
    /// The name as written, with its prefix.
    pub fn name(&self) -> &'c str {
        self.name
    }

    /// The name without prefix.
    pub fn local(&self) -> &'c str {
        split_name(self.name).1
    }

    /// The prefix.
    pub fn prefix(&self) -> Option<&'c str> {
        split_name(self.name).0
    }

    /// The name space that the element is in, if any.
    pub fn namespace(&self) -> Option<&'c str> {
        self.scope.find(self.prefix().unwrap_or_default())
    }

    /// The name space that a prefix stands for here; the empty prefix is the default one.
    pub fn resolve(&self, prefix: &str) -> Option<&'c str> {
        self.scope.find(prefix)
    }

    /// The name space that an attribute of this tag is in: that of its prefix, and none without one.
    pub fn namespace_of(&self, attribute: &Attribute<'_>) -> Option<&'c str> {
        self.scope.find(attribute.prefix()?)
    }

    /// All attributes, name space declarations among them.
    pub fn attributes(&self) -> Attributes<'c, 'c> {
        self.attributes
    }

    /// The value of the attribute with this local name; one without a prefix goes before one with.
    pub fn attribute(&self, local: &str) -> Option<Cow<'c, str>> {
        self.attributes.find(local).map(|found| found.value())
    }

    /// How many bytes it takes.
    pub fn length(&self) -> usize {
        self.source.len()
    }

    /// Where the tag begins.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Where the name of one of its attributes begins.
    pub fn position_of(&self, attribute: &Attribute<'_>) -> Position {
        let before = self.source.get(..attribute.offset()).unwrap_or(self.source);
        fault::advance(self.position, before)
    }
}
