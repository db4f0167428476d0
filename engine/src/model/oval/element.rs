//! An element of a definitions file as a tree, and back as text that an index keeps.
//!
//! Knows names, attributes and text; what they mean, the modules beside it know. Source of truth:
//! `docs/oval.md`, "Text".

use std::io::BufRead;

use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::model::path;
use crate::render::{attribute, xml};
use crate::xml::cursor::{Cursor, Event, Tag};
use crate::xml::tags::{TagEvent, Tags};
use crate::xml::text::Text;
use crate::xml::{Limits, Roots, is_space};

/// The most elements inside each other.
pub const DEPTH: usize = 256;

/// How much of a document may stand in one place.
pub const LIMITS: Limits =
    Limits { depth: DEPTH + 16, tag_bytes: 4 << 20, text_bytes: 16 << 20, total_bytes: 4 << 30 };

/// The name space of instances of schemas, in which `nil` stands.
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// An element.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    /// The part of its name space behind `#`; empty where it has none.
    pub schema: String,
    /// Its name, without prefix.
    pub name: String,
    /// Its attributes without a name space: name and value.
    pub attributes: Vec<(String, String)>,
    /// Whether it says that it has no value.
    pub nil: bool,
    /// Its text, not trimmed; of a single CDATA section with white space around it only the section.
    pub text: String,
    /// The elements in it.
    pub children: Vec<Element>,
    /// Where it stands.
    pub position: Position,
}

impl Element {
    /// Reads what stands in an element of which the tag was read, to its end.
    ///
    /// # Errors
    ///
    /// The document is not well-formed or exceeds a limit.
    pub fn read<R: BufRead>(cursor: &mut Cursor<R>, element: Element) -> Result<Element> {
        let mut open = vec![element];
        let mut left = element_limit();
        loop {
            match cursor.next()? {
                Event::Open(tag) => {
                    left = left.checked_sub(1).ok_or_else(|| too_many(tag.position()))?;
                    open.push(Element::of(&tag));
                }
                Event::Text(text) => {
                    if let Some(innermost) = open.last_mut() {
                        innermost.add(&text);
                    }
                }
                Event::Close | Event::End => {
                    let Some(done) = open.pop() else { return Ok(Element::default()) };
                    match open.last_mut() {
                        Some(above) => above.children.push(done),
                        None => return Ok(done),
                    }
                }
            }
        }
    }

    /// The element of a tag, without what stands in it.
    pub fn of(tag: &Tag<'_>) -> Element {
        let mut element = Element {
            schema: schema(tag).to_owned(),
            name: tag.local().to_owned(),
            position: tag.position(),
            ..Element::default()
        };
        for attribute in tag.attributes().iter().filter(|attribute| !attribute.declares_namespace()) {
            if attribute.prefix().is_none() {
                element.attributes.push((attribute.local().to_owned(), attribute.value().into_owned()));
            } else if attribute.local() == "nil" && tag.namespace_of(&attribute) == Some(INSTANCE) {
                element.nil = flag(&attribute.value()) == Some(true);
            }
        }
        element
    }

    /// Adds text; white space between elements is none.
    fn add(&mut self, text: &Text<'_>) {
        match text.only_cdata() {
            Some(section) if self.text.is_empty() => self.text.push_str(section),
            _ if text.is_blank() && !self.children.is_empty() => {}
            _ => self.text.push_str(text.value()),
        }
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of an attribute, empty where it has none.
    pub fn or_empty(&self, name: &str) -> &str {
        self.attribute(name).unwrap_or_default()
    }

    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The children of a name.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text without white space around it.
    pub fn trimmed(&self) -> &str {
        path::trimmed(&self.text)
    }

    /// Reads an element from the text that an index keeps.
    ///
    /// ```
    /// use patchstate::model::oval::element::Element;
    ///
    /// let text = r#"<e operator="AND"><name> a&lt;b</name><arch nil="true"/></e>"#;
    /// let element = Element::parse(text)?;
    /// assert_eq!(element.child("name").unwrap().text, " a<b");
    /// assert!(element.child("arch").unwrap().nil);
    /// assert_eq!(element.kept(&[]), text);
    /// # Ok::<(), patchstate::error::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The text is no such element.
    pub fn parse(text: &str) -> Result<Element> {
        let is_plain = memchr::memchr3(b'&', b'\r', b'!', text.as_bytes()).is_none() && !text.contains("<?");
        let mut element = if is_plain { Element::parse_plain(text)? } else { Element::parse_any(text)? };
        element.unfold();
        Ok(element)
    }

    /// Reads any element.
    fn parse_any(text: &str) -> Result<Element> {
        let mut cursor = Cursor::new(text.as_bytes(), LIMITS);
        let root = Element::of(&cursor.root()?);
        Element::read(&mut cursor, root)
    }

    /// Reads an element in which text stands as it is, which is nearly always so: several times as fast.
    fn parse_plain(text: &str) -> Result<Element> {
        let mut tags = Tags::with_limits(text, LIMITS, Roots::One);
        let (mut open, mut from) = (Vec::new(), 0);
        // The outermost one does not count.
        let mut left = element_limit() + 1;
        while let Some(event) = tags.next()? {
            let before = &text[from..tags.offset()];
            from = text.len() - tags.rest().len();
            if let Some(innermost) = open.last_mut() {
                let Element { text, children, .. } = innermost;
                if children.is_empty() || !before.bytes().all(is_space) {
                    text.push_str(before);
                }
            }
            let done = match event {
                TagEvent::Open(tag) => {
                    left = left.checked_sub(1).ok_or_else(|| too_many(Position::default()))?;
                    let mut element = Element { name: tag.local().to_owned(), ..Element::default() };
                    for attribute in tag.attributes().iter().filter(|one| one.prefix().is_none()) {
                        if !attribute.declares_namespace() {
                            let value = attribute.value().into_owned();
                            element.attributes.push((attribute.local().to_owned(), value));
                        }
                    }
                    if !tag.is_empty() {
                        open.push(element);
                        continue;
                    }
                    Some(element)
                }
                TagEvent::Close(_) => open.pop(),
            };
            match (done, open.last_mut()) {
                (Some(done), Some(above)) => above.children.push(done),
                (Some(done), None) => return Ok(done),
                (None, _) => {}
            }
        }
        Ok(Element::default())
    }

    /// Takes `nil` out of the attributes, where text of an index has it, and what such a text does not say: where
    /// it stood, and in which name space.
    fn unfold(&mut self) {
        (self.position, self.schema) = (Position::default(), String::new());
        if self.attribute("nil").is_some() {
            self.nil = true;
            self.attributes.retain(|(name, _)| name != "nil");
        }
        self.children.iter_mut().for_each(Element::unfold);
    }

    /// The text that an index keeps of it: named `e`, without the attributes in `without` and without places.
    pub fn kept(&self, without: &[&str]) -> String {
        let mut text = String::new();
        self.write(Some(("e", without)), &mut text);
        text
    }

    fn write(&self, root: Option<(&str, &[&str])>, out: &mut String) {
        let (name, without) = root.unwrap_or((&self.name, &[]));
        out.push('<');
        out.push_str(name);
        let kept = self.attributes.iter().filter(|(name, _)| name != "comment" && name != "nil");
        for (name, value) in kept.filter(|(name, _)| !without.contains(&name.as_str())) {
            attribute(name, Some(value), out);
        }
        if self.nil {
            out.push_str(" nil=\"true\"");
        }
        if self.text.is_empty() && self.children.is_empty() {
            return out.push_str("/>");
        }
        out.push('>');
        xml(if self.is_blank() { "" } else { &self.text }, out);
        self.children.iter().for_each(|child| child.write(None, out));
        out.push_str(&format!("</{name}>"));
    }

    /// Whether its text is only the white space before its children.
    fn is_blank(&self) -> bool {
        !self.children.is_empty() && self.text.bytes().all(is_space)
    }
}

/// The part of the name space of a tag behind `#`.
fn schema<'t>(tag: &Tag<'t>) -> &'t str {
    let namespace = tag.namespace().unwrap_or_default();
    namespace.split_once('#').map_or("", |(_, part)| part)
}

/// Reads a Boolean of XML Schema.
pub fn flag(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The most elements below one that is kept as a tree.
fn element_limit() -> usize {
    1 << 20
}

fn too_many(position: Position) -> Error {
    Error::new(Code::TooLarge, format!("more than {} elements in one definition", element_limit()))
        .at(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_read_as_any_other() {
        let texts = [
            "<e/>",
            "<e a='1' nil=\"true\"/>",
            "<e>\n <name operator=\"equals\" > a b </name>\n<arch/> </e>\n",
            "<e> a<b>c</b> d <b> <f>g</f></b>\u{e9}</e>",
            "\u{feff}<p:e x:a='1' a='2'><p:b/></p:e>",
            "<e><b/> </e>",
            "<e>",
            "<e/><e/>",
            "<e>a</f></e>",
            "<e a='<'/>",
            "a",
            "<e/>a",
            "",
        ];
        let deep = ["<e>".repeat(LIMITS.depth + 1), "</e>".repeat(LIMITS.depth + 1)].concat();
        for text in texts.into_iter().chain([deep.as_str()]) {
            let read = [Element::parse_plain(text), Element::parse_any(text)].map(|read| {
                read.ok().map(|mut element| {
                    element.unfold();
                    element
                })
            });
            assert_eq!(read[0], read[1], "{text}");
        }
    }
}
