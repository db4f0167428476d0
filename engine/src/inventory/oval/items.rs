//! Reads what was collected: objects, and the items that they found.
//!
//! An item is generic: no type is known here. Text is borrowed from the document wherever it stands there as it
//! is. Source of truth: `docs/oval.md`, "System characteristics".

use std::borrow::Cow;
use std::ops::Range;

use super::ROOT;
use super::document::Head;
use super::facts;
use super::names::Names;
use super::texts::text_of;
use crate::diagnostic::Code;
use crate::error::Result;
use crate::inventory::sink::{Sink, error, is_without_epoch};
use crate::inventory::{Excerpt, Settings};
use crate::model::fact::Text;
use crate::model::inventory::{Collector, Said, Statement, Wording};
use crate::model::number;
use crate::model::oval::characteristics::{Collected, Item, Part, Value};
use crate::model::oval::element::flag;
use crate::model::oval::value::Datatype;
use crate::model::oval::words::{Flag, Status};
use crate::xml::tags::{Tag, TagEvent, Tags};

type Out<'a, 'c, 'd> = Sink<'a, 'c, dyn Collector + 'd>;

/// Objects, in which clients number the items that they refer to.
const OBJECTS: (u8, Statement) = (b'o', Statement::Element("item_ref=\""));

/// Items, which clients number.
const ITEMS: (u8, Statement) = (b'i', Statement::Element(" id=\""));

/// Reads the characteristics of one client.
pub(super) fn read(excerpt: Excerpt<'_>, _: &Settings, out: &mut dyn Collector) -> Result<u32> {
    let mut sink = Sink::new(excerpt, out);
    match state(excerpt, &mut sink) {
        Ok(()) => Ok(sink.finish()),
        Err(error) => Err(sink.moved(error)),
    }
}

/// A document that is read.
struct Reader<'a> {
    text: &'a str,
    tags: Tags<'a>,
    names: Names<'a>,
}

fn state<'a>(excerpt: Excerpt<'a>, sink: &mut Out<'a, '_, '_>) -> Result<()> {
    let mut names = Names::default();
    // Prefixes may be declared at the root of the document that the characteristics are cut out of.
    if let Ok(Some(TagEvent::Open(around))) = Tags::new(excerpt.head).next() {
        names.enter(&around);
    }
    let mut reader = Reader { text: excerpt.text, tags: Tags::new(excerpt.text), names };
    let Some(TagEvent::Open(root)) = reader.tags.next()? else {
        return Err(error(Code::WrongFormat, 0, format!("expected `<{ROOT}>`")));
    };
    if root.local() != ROOT {
        let message = format!("expected `<{ROOT}>`, found `<{}>`", root.local());
        return Err(error(Code::WrongFormat, root.offset(), message));
    }
    reader.names.enter(&root);
    let mut head = Some(Head::default());
    while let Some(section) = reader.tags.child(&root)? {
        if let Some(open) = &mut head
            && open.names(section.local())
        {
            open.read(reader.text, &mut reader.tags, &section)?;
            continue;
        }
        begin(&mut head, sink)?;
        let before = reader.names.enter(&section);
        match section.local() {
            "collected_objects" => {
                sink.part(Part::Collection, section.offset())?;
                reader.objects(&section, sink)?;
            }
            "system_data" => reader.items(&section, sink)?,
            "generator" | "system_info" | "Signature" => {}
            other => sink.diagnostic(Code::InventoryUnknownPart, section.offset(), other),
        }
        reader.names.leave(before);
    }
    while reader.tags.next()?.is_some() {}
    begin(&mut head, sink)
}

/// Hands the head over before all else.
fn begin(head: &mut Option<Head>, sink: &mut Out<'_, '_, '_>) -> Result<()> {
    let Some(head) = head.take() else { return Ok(()) };
    sink.header(head.header(), 0);
    head.os().map_or(Ok(()), |os| sink.fact(os.into(), 0))
}

impl<'a> Reader<'a> {
    /// How parts are stated in a section; `None` where they need not be told.
    fn wording(&self, (format, statement): (u8, Statement), sink: &mut Out<'a, '_, '_>) -> Option<Wording> {
        let surroundings = sink.surroundings(&self.names.declared()?)?;
        Some(Wording { format, statement, surroundings })
    }

    /// Moves to the next child of a section that no earlier client stated in the same words; see
    /// [`Collector::follow`].
    fn child(
        &mut self,
        section: &Tag<'a>,
        wording: Option<Wording>,
        sink: &mut Out<'a, '_, '_>,
    ) -> Result<Option<Tag<'a>>> {
        if let Some(wording) = wording.filter(|_| self.tags.is_in(section)) {
            self.tags.pass_known(sink.follow(wording, self.tags.rest()));
        }
        self.tags.child(section)
    }

    fn objects(&mut self, section: &Tag<'a>, sink: &mut Out<'a, '_, '_>) -> Result<()> {
        let wording = self.wording(OBJECTS, sink);
        while let Some(tag) = self.child(section, wording, sink)? {
            let place = tag.offset();
            if tag.local() != "object" {
                sink.diagnostic(Code::InventoryUnknownPart, place, tag.local());
                continue;
            }
            let findings = sink.findings();
            let mut object = object(&tag, sink)?;
            let mut numbers = Vec::new();
            while let Some(child) = self.tags.child(&tag)? {
                match child.local() {
                    "reference" => {
                        object.items.push(word(&child, "item_ref"));
                        numbers.extend(number(&child, "item_ref", place));
                    }
                    "variable_value" => {
                        let value = text_of(self.text, &mut self.tags, &child)?;
                        object.values.push((word(&child, "variable_id"), value));
                    }
                    _ => {}
                }
            }
            let is_all = numbers.len() == object.items.len() && findings == sink.findings();
            let said = self.said(wording.filter(|_| is_all), place, &numbers, 1);
            state_part(Part::Object(object), said, place, sink)?;
        }
        Ok(())
    }

    /// All that is said in the element that begins at a place and ended last, where a wording says how.
    fn said<'s>(
        &'s self,
        wording: Option<Wording>,
        place: usize,
        numbers: &'s [Range<usize>],
        facts: u32,
    ) -> Option<Said<'s>> {
        let statement = self.text.get(place..self.text.len() - self.tags.rest().len())?;
        wording.map(|wording| Said { wording, statement, numbers, facts })
    }

    fn items(&mut self, section: &Tag<'a>, sink: &mut Out<'a, '_, '_>) -> Result<()> {
        let mut entities = Vec::new();
        let wording = self.wording(ITEMS, sink);
        while let Some(tag) = self.child(section, wording, sink)? {
            let (place, findings) = (tag.offset(), sink.findings());
            let before = self.names.enter(&tag);
            while let Some(child) = self.tags.child(&tag)? {
                entities.push(self.value(&child, child.local().into(), sink)?);
            }
            let item = Item {
                id: word(&tag, "id"),
                kind: self.names.kind(&tag),
                status: status(&tag, sink),
                entities: std::mem::take(&mut entities),
            };
            let fact = facts::fact(&item);
            let facts = 1 + u32::from(fact.is_some());
            // One that leaves a mark is read each time.
            let leaves_mark = fact.as_ref().is_some_and(is_without_epoch);
            fact.map_or(Ok(()), |fact| sink.fact(fact, place))?;
            let number = number(&tag, "id", place);
            let is_all = number.is_some() && !leaves_mark && findings == sink.findings();
            let said = self.said(wording.filter(|_| is_all), place, number.as_slice(), facts);
            state_part(Part::Item(item), said, place, sink)?;
            self.names.leave(before);
        }
        Ok(())
    }

    /// A value of an item, or a field of one that is a record.
    fn value(&mut self, tag: &Tag<'a>, name: Text<'a>, sink: &mut Out<'a, '_, '_>) -> Result<Value<'a>> {
        let mut value = Value {
            name,
            text: Cow::Borrowed(""),
            datatype: Some(Datatype::String),
            status: Status::Exists,
            nil: false,
            fields: Vec::new(),
        };
        let before = self.names.enter(tag);
        for attribute in tag.attributes().iter() {
            match (attribute.prefix(), attribute.local()) {
                (None, "datatype") => value.datatype = Datatype::find(attribute.value().trim()),
                (None, "status") => value.status = status(tag, sink),
                (Some(prefix), "nil") if self.names.is_instance(prefix) => {
                    value.nil = flag(&attribute.value()) == Some(true);
                }
                _ => {}
            }
        }
        match value.datatype {
            Some(Datatype::Record) => {
                while let Some(field) = self.tags.child(tag)? {
                    if field.local() == "field" {
                        let name = field.attribute("name").unwrap_or_default();
                        value.fields.push(self.value(&field, name, sink)?);
                    }
                }
            }
            _ => value.text = text_of(self.text, &mut self.tags, tag)?,
        }
        self.names.leave(before);
        Ok(value)
    }
}

/// The head of an object.
fn object<'a>(tag: &Tag<'a>, sink: &mut Out<'a, '_, '_>) -> Result<Collected<'a>> {
    let (id, word_of_flag, instance) = (word(tag, "id"), word(tag, "flag"), word(tag, "variable_instance"));
    if id.is_empty() || word_of_flag.is_empty() {
        let message = "an object without `id` or without `flag`";
        return Err(error(Code::BadValue, tag.offset(), message));
    }
    let flag = Flag::find(&word_of_flag).unwrap_or_else(|| {
        sink.diagnostic(Code::OvalBadEnum, tag.offset(), &format!("`flag`: `{word_of_flag}`"));
        Flag::Error
    });
    Ok(Collected {
        object: id,
        instance: if instance.is_empty() { 1 } else { instance.parse().unwrap_or(0) },
        flag,
        items: Vec::new(),
        values: Vec::new(),
    })
}

/// The value of an attribute without white space around it; empty where it is not there.
fn word<'a>(tag: &Tag<'a>, name: &str) -> Text<'a> {
    match tag.attribute(name).unwrap_or_default() {
        Cow::Borrowed(value) => Cow::Borrowed(value.trim()),
        Cow::Owned(value) => Cow::Owned(value.trim().to_owned()),
    }
}

/// Where the number that an attribute is stands behind a place.
fn number(tag: &Tag<'_>, name: &str, place: usize) -> Option<Range<usize>> {
    let found = tag.attributes().find(name)?;
    let start = tag.offset().checked_sub(place)? + found.value_offset();
    number::whole(found.raw()).map(|_| start..start + found.raw().len())
}

/// Hands a part over, with all that is said of it where that is known.
fn state_part(
    part: Part<'_>,
    said: Option<Said<'_>>,
    place: usize,
    sink: &mut Out<'_, '_, '_>,
) -> Result<()> {
    match said {
        Some(said) => sink.stated_part(part, said, place),
        None => sink.part(part, place),
    }
}

fn status(tag: &Tag<'_>, sink: &mut Out<'_, '_, '_>) -> Status {
    let Some(word) = tag.attribute("status") else { return Status::Exists };
    Status::find(word.trim()).unwrap_or_else(|| {
        sink.diagnostic(Code::OvalBadEnum, tag.offset(), &format!("`status`: `{word}`"));
        Status::Error
    })
}
