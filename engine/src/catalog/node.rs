//! The elements of a table that people write, as a tree.

use std::io::BufRead;

use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::model::expr::DEPTH;
use crate::model::path::BLANK;
use crate::xml::Limits;
use crate::xml::attributes::Attribute;
use crate::xml::cursor::{Cursor, Event, Tag};

/// An element with its attributes and the elements in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) position: Position,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Node>,
}

/// Reads a document; the elements that stand in each other are no more than a rule may have.
pub(super) fn read(document: impl BufRead) -> Result<Node> {
    let mut cursor = Cursor::new(document, Limits { depth: DEPTH, ..Limits::default() });
    let root = Node::of(&cursor.root()?);
    let root = with_children(&mut cursor, root)?;
    while !matches!(cursor.next()?, Event::End) {}
    Ok(root)
}

fn with_children<R: BufRead>(cursor: &mut Cursor<R>, mut node: Node) -> Result<Node> {
    loop {
        match cursor.next()? {
            Event::Open(tag) => {
                let child = Node::of(&tag);
                node.children.push(with_children(cursor, child)?);
            }
            Event::Text(text) if text.is_blank() => {}
            Event::Text(text) => {
                return Err(node.error(format!("`{}` holds text: `{}`", node.name, text.trimmed())));
            }
            Event::Close | Event::End => return Ok(node),
        }
    }
}

impl Node {
    fn of(tag: &Tag<'_>) -> Self {
        let attributes = tag.attributes().iter().filter(|attribute| !attribute.declares_namespace());
        let value = |attribute: Attribute<'_>| {
            (attribute.name().to_owned(), attribute.value().trim_matches(BLANK).to_owned())
        };
        Node {
            name: tag.name().to_owned(),
            position: tag.position(),
            attributes: attributes.map(value).collect(),
            children: Vec::new(),
        }
    }

    /// An error about this element.
    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        Error::new(Code::BadTable, message).at(self.position)
    }

    /// Refuses an element of another name.
    pub(super) fn expect(&self, name: &str) -> Result<()> {
        if self.name == name {
            return Ok(());
        }
        Err(self.error(format!("expected `<{name}>`, found `<{}>`", self.name)))
    }

    /// Refuses attributes besides `known`.
    pub(super) fn only_attributes(&self, known: &[&str]) -> Result<()> {
        match self.attributes.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) => Err(self.error(format!("`{}` has no attribute `{name}`", self.name))),
        }
    }

    /// Refuses more elements in this one than `most`.
    pub(super) fn only_children(&self, most: usize) -> Result<()> {
        match self.children.get(most) {
            None => Ok(()),
            Some(child) => Err(child.error(format!("`{}` has no place in `{}`", child.name, self.name))),
        }
    }

    /// The value of an attribute, where it is there.
    pub(super) fn find(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of an attribute that must be there.
    pub(super) fn attribute(&self, name: &str) -> Result<&str> {
        self.find(name).ok_or_else(|| self.error(format!("`{}` needs the attribute `{name}`", self.name)))
    }
}
