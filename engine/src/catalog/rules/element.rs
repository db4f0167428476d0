//! An element of a rule with its attributes, its text and what stands below it.

use std::io::BufRead;

use super::family::{Dialect, Family};
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::model::applicability::read::Given;
use crate::xml::cursor::{Cursor, Event, Tag};

/// The most elements of the rules of one update.
pub const MOST: usize = 65_536;

/// An element.
#[derive(Clone, Debug)]
pub struct Element {
    /// Its name without prefix.
    pub name: String,
    /// Its family; none where its name space is of none.
    pub family: Option<Family>,
    /// Its attributes, by local name; those of other name spaces are left out.
    pub given: Given,
    /// Its text, without the white space around it.
    pub text: String,
    /// The elements below it.
    pub below: Vec<Element>,
    /// Where it stands.
    pub position: Position,
}

impl Element {
    /// Reads what stands below an element of which the tag was read, to its end; `left` is how many
    /// elements may be read.
    ///
    /// # Errors
    ///
    /// The document is not well-formed, or there are too many elements.
    pub fn read<R: BufRead>(
        self,
        cursor: &mut Cursor<R>,
        dialect: Dialect,
        left: &mut usize,
    ) -> Result<Element> {
        let mut stack = vec![self];
        loop {
            let place = cursor.position();
            match cursor.next()? {
                Event::Open(tag) => {
                    *left = left.checked_sub(1).ok_or_else(|| too_many(place))?;
                    stack.push(Element::of(&tag, dialect));
                }
                Event::Text(text) => {
                    if let Some(open) = stack.last_mut() {
                        open.text.push_str(text.trimmed());
                    }
                }
                Event::Close | Event::End => {
                    let Some(done) = stack.pop() else { return Err(too_many(place)) };
                    match stack.last_mut() {
                        Some(above) => above.below.push(done),
                        None => return Ok(done),
                    }
                }
            }
        }
    }

    /// The element of a tag, without what stands below it.
    pub fn of(tag: &Tag<'_>, dialect: Dialect) -> Element {
        let (name, family) = dialect.family(tag.name(), tag.namespace());
        let mut given = Given::default();
        for attribute in tag.attributes().iter() {
            let is_own = attribute.prefix().is_none() && attribute.local() != "xmlns";
            if is_own {
                given.add(attribute.local(), attribute.value());
            }
        }
        Element {
            name: name.to_owned(),
            family,
            given,
            text: String::new(),
            below: Vec::new(),
            position: tag.position(),
        }
    }

    /// The element as its document has it, but for what stands below it.
    pub fn shown(&self) -> String {
        let mut text = self.name.clone();
        for (name, value) in self.given.iter() {
            text.push_str(&format!(" {name}=\"{value}\""));
        }
        text
    }
}

/// The error of rules that have too many elements.
pub(super) fn too_many(position: Position) -> Error {
    Error::new(Code::TooLarge, format!("more than {MOST} elements in the rules of one update")).at(position)
}
