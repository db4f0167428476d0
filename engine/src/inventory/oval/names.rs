//! Which part of the standard a prefix stands for.

use std::borrow::Cow;

use crate::model::oval::Type;
use crate::xml::tags::Tag;

/// The name space of instances of schemas, in which `nil` stands.
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The most bytes of declarations that are compared; usual ones have some hundred.
const MOST: usize = 8 << 10;

/// The prefixes that are declared around a place, innermost last.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    declared: Vec<(&'a str, Cow<'a, str>)>,
}

impl<'a> Names<'a> {
    /// Adds what a tag declares; gives how many there were before.
    pub(super) fn enter(&mut self, tag: &Tag<'a>) -> usize {
        let before = self.declared.len();
        for attribute in tag.attributes().iter().filter(|attribute| attribute.declares_namespace()) {
            let prefix = attribute.prefix().map_or("", |_| attribute.local());
            self.declared.push((prefix, attribute.value()));
        }
        before
    }

    /// Forgets all but the first so many.
    pub(super) fn leave(&mut self, before: usize) {
        self.declared.truncate(before);
    }

    /// All that is declared, for comparison; `None` where that is too much.
    pub(super) fn declared(&self) -> Option<String> {
        let mut text = String::new();
        for (prefix, namespace) in &self.declared {
            if text.len() + prefix.len() + namespace.len() > MOST {
                return None;
            }
            // A name space may hold anything, so that its length stands before it, as a character.
            text.push_str(prefix);
            text.extend([' ', char::from_u32(namespace.len() as u32)?]);
            text.push_str(namespace);
        }
        Some(text)
    }

    fn find(&self, prefix: &str) -> &str {
        let declared = self.declared.iter().rev().find(|(known, _)| *known == prefix);
        declared.map_or("", |(_, namespace)| namespace)
    }

    /// The type of an element.
    pub(super) fn kind(&self, tag: &Tag<'a>) -> Type<'_> {
        let namespace = self.find(tag.prefix().unwrap_or_default());
        let schema = namespace.split_once('#').map_or("", |(_, part)| part);
        Type { schema: Cow::Borrowed(schema), name: Cow::Borrowed(tag.local()) }
    }

    /// Whether a prefix is that of instances of schemas.
    pub(super) fn is_instance(&self, prefix: &str) -> bool {
        self.find(prefix) == INSTANCE
    }
}
