//! Reads the text of a document into records, each by the shape that its place gives it.
//!
//! Everything that shows only in the text is reported here: white space that is trimmed, line breaks,
//! characters and bytes, and names that the format does not have, whose content is kept as text.
//! Source of truth: `docs/mssecure.md`, "Reading rules".

use std::borrow::Cow;
use std::fmt;
use std::io::BufRead;

use super::findings::Findings;
use super::records::{self, Datastore, GROWTH, Record, Rest, RestKind, Shape};
use super::value::Value;
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::model::path::BLANK;
use crate::xml::Limits;
use crate::xml::attributes::Attribute;
use crate::xml::cursor::{Cursor, Event, Tag};

/// Name of the root element.
pub(super) const ROOT: &str = "BulletinDatastore";

/// Tables of later documents of which nothing is known but that they are there.
const KEPT: [&str; 2] = ["MSSeverities", "WellKnownURLs"];

/// Reads a whole document whose records take at most `most` bytes of memory.
pub(super) fn read(document: impl BufRead, findings: &mut Findings, most: usize) -> Result<Datastore> {
    let mut cursor = Cursor::new(document, Limits::default());
    let mut reading = Reading { findings, path: String::new(), held: 0, most };
    let root = cursor.root()?;
    if root.name() != ROOT || root.namespace().is_some() {
        let message = format!("expected `<{ROOT}>`, found `<{}>`", root.name());
        return Err(Error::new(Code::WrongFormat, message).at(root.position()));
    }
    let mut datastore = Datastore::at(root.position());
    reading.attributes(&root, Datastore::SHAPE.attributes, &mut datastore);
    content(&mut cursor, &mut reading, &mut datastore, Around::Element)?;
    // What follows the root element is part of the document too.
    while !matches!(cursor.next()?, Event::End) {}
    Ok(datastore)
}

/// What the reader is inside of: a record's element, or one that only stands around others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Around {
    Element,
    Wrapper(&'static str),
}

/// What an element is at its place; parts are numbered as the shape around them lists them.
enum Place {
    Part(usize),
    Wrapper(&'static str),
    /// A part that lacks the wrapper which should be around it.
    Misplaced(usize, &'static str),
    Unknown,
}

/// Reads what stands below an element, or below a wrapper in it, up to its end.
fn content<R: BufRead>(
    cursor: &mut Cursor<R>,
    reading: &mut Reading<'_>,
    record: &mut dyn records::Reading,
    around: Around,
) -> Result<()> {
    loop {
        reading.report_bytes(cursor.take_undecodable());
        reading.check(cursor.position())?;
        let outer = reading.path.len();
        match cursor.next()? {
            Event::Close | Event::End => return Ok(()),
            Event::Text(text) if text.is_blank() => {}
            Event::Text(text) => reading.keep_text(text.value(), record),
            Event::Open(tag) => {
                reading.enter(tag.name());
                let place = place(record.shape(), around, tag.name());
                reading.report_place(&place, tag.position());
                match place {
                    Place::Part(part) | Place::Misplaced(part, _) => {
                        let Some(parts) = record.parts(part) else { continue };
                        let part = parts.add(tag.position());
                        reading.hold(GROWTH * part.shape().bytes);
                        reading.attributes(&tag, part.shape().attributes, part);
                        content(cursor, reading, part, Around::Element)?;
                    }
                    Place::Wrapper(wrapper) => {
                        reading.attributes(&tag, &[], record);
                        content(cursor, reading, record, Around::Wrapper(wrapper))?;
                    }
                    Place::Unknown => {
                        let rest = reading.unknown(&tag);
                        reading.hold(GROWTH * (size_of::<Rest>() + rest.name.len() + rest.text.len()));
                        record.rest().push(whole(cursor, reading, rest)?);
                    }
                }
            }
        }
        reading.path.truncate(outer);
    }
}

fn place(shape: &Shape, around: Around, name: &str) -> Place {
    let parts = shape.parts;
    let wrapper = match around {
        Around::Element => "",
        Around::Wrapper(wrapper) => wrapper,
    };
    if let Some(part) = parts.iter().position(|part| part.shape.name == name && part.wrapper == wrapper) {
        return Place::Part(part);
    }
    if around != Around::Element {
        return Place::Unknown;
    }
    if let Some(part) = parts.iter().find(|part| part.wrapper == name) {
        return Place::Wrapper(part.wrapper);
    }
    let misplaced = parts.iter().position(|part| part.shape.name == name);
    misplaced.map_or(Place::Unknown, |part| Place::Misplaced(part, parts[part].wrapper))
}

/// Reads an unknown element to its end and writes it down.
fn whole<R: BufRead>(cursor: &mut Cursor<R>, reading: &mut Reading<'_>, mut rest: Rest) -> Result<Rest> {
    let mut depth = 1_u32;
    while depth > 0 {
        let before = rest.text.len();
        match cursor.next()? {
            Event::Open(tag) => {
                depth += 1;
                write_tag(&tag, &mut rest.text);
            }
            Event::Text(text) => write_text(text.trimmed(), &mut rest.text),
            Event::End => break,
            Event::Close => {
                depth -= 1;
                rest.text.extend(["</", cursor.name(), ">"]);
            }
        }
        reading.report_bytes(cursor.take_undecodable());
        reading.hold(GROWTH * (rest.text.len() - before));
        reading.check(cursor.position())?;
    }
    Ok(rest)
}

fn write_tag(tag: &Tag<'_>, text: &mut String) {
    text.extend(["<", tag.name()]);
    for attribute in tag.attributes() {
        let quote = if attribute.raw().contains('"') { "'" } else { "\"" };
        text.extend([" ", attribute.name(), "=", quote, attribute.raw(), quote]);
    }
    text.push('>');
}

fn write_text(content: &str, text: &mut String) {
    for c in content.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            c => text.push(c),
        }
    }
}

/// What is found while reading, the names below the root down to where that is, and what is kept.
struct Reading<'f> {
    findings: &'f mut Findings,
    path: String,
    /// About how many bytes of memory the elements take.
    held: usize,
    /// How many they may take.
    most: usize,
}

impl Reading<'_> {
    /// Counts what is kept in memory.
    fn hold(&mut self, bytes: usize) {
        self.held = self.held.saturating_add(bytes);
    }

    /// Refuses a document of which too much would be kept.
    fn check(&self, position: Position) -> Result<()> {
        if self.held <= self.most {
            return Ok(());
        }
        let message = format!("its records take more than {} bytes of memory", self.most);
        Err(Error::new(Code::TooLarge, message).at(position))
    }

    /// Keeps a part of an element that the format does not name.
    fn keep(&mut self, rest: Rest, record: &mut dyn records::Reading) {
        self.hold(GROWTH * (size_of::<Rest>() + rest.name.len() + rest.text.len()));
        record.rest().push(rest);
    }

    fn keep_text(&mut self, text: &str, record: &mut dyn records::Reading) {
        let text = text.trim_matches(BLANK);
        if !text.is_empty() {
            let (name, text) = (String::new(), text.to_owned());
            self.keep(Rest { kind: RestKind::Text, name, text }, record);
        }
    }

    fn enter(&mut self, name: &str) {
        if !self.path.is_empty() {
            self.path.push('/');
        }
        self.path.push_str(name);
    }

    fn report(&mut self, code: Code, position: Position, message: String) {
        self.findings.push(code, position, &self.path, message);
    }

    fn report_place(&mut self, place: &Place, position: Position) {
        if let Place::Misplaced(_, wrapper) = place {
            self.report(Code::MisplacedElement, position, format!("read as if in `{wrapper}`"));
        }
    }

    fn report_bytes(&mut self, places: Vec<Position>) {
        for place in places {
            self.report(Code::NotUtf8, place, "read as windows-1252".to_owned());
        }
    }

    /// Takes the values of the attributes that are among `known` and keeps the others.
    fn attributes(&mut self, tag: &Tag<'_>, known: &[&'static str], record: &mut dyn records::Reading) {
        for attribute in tag.attributes().iter().filter(|attribute| !attribute.declares_namespace()) {
            let value = self.value(&attribute, tag);
            let place = known.iter().position(|name| *name == attribute.name());
            if let Some(known) = place.and_then(|place| record.value(place)) {
                self.hold(value.len());
                *known = Value::from(&*value);
                continue;
            }
            let position = tag.position_of(&attribute);
            let path = format!("{}@{}", self.path, attribute.name());
            self.findings.unknown(Code::UnknownAttribute, attribute.name(), position, &path);
            let name = attribute.name().to_owned();
            let rest = Rest { kind: RestKind::Attribute, name, text: value.into_owned() };
            self.keep(rest, record);
        }
    }

    /// Trims a value, and reports what that took and what else is odd about it.
    fn value<'a>(&mut self, attribute: &Attribute<'a>, tag: &Tag<'_>) -> Cow<'a, str> {
        let value = attribute.value();
        let trimmed = value.trim_matches(BLANK);
        let mut report = |code, message: fmt::Arguments<'_>| {
            let place = format_args!("{}@{}", self.path, attribute.name());
            self.findings.push(code, tag.position_of(attribute), place, message);
        };
        if memchr::memchr2(b'\n', b'\r', attribute.raw().as_bytes()).is_some() {
            report(Code::NewlineInAttribute, format_args!(""));
        }
        if !value.is_ascii() {
            report(Code::NonAsciiValue, format_args!("`{value}`"));
        }
        if trimmed.len() < value.len() {
            report(Code::ValueTrimmed, format_args!("`{value}`"));
            return Cow::Owned(trimmed.to_owned());
        }
        value
    }

    /// Begins the text of an element that the format does not name.
    fn unknown(&mut self, tag: &Tag<'_>) -> Rest {
        let is_kept = KEPT.contains(&self.path.as_str());
        if !is_kept {
            self.findings.unknown(Code::UnknownElement, tag.name(), tag.position(), &self.path);
        }
        let mut text = String::new();
        write_tag(tag, &mut text);
        Rest { kind: RestKind::Element, name: tag.name().to_owned(), text }
    }
}
