//! Reads what was collected: objects, and the items that they found.
//!
//! An item is generic: no type is known here. Source of truth: `docs/oval.md`, "System characteristics".

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::ROOT;
use super::document::Head;
use super::facts;
use crate::diagnostic::Code;
use crate::error::Result;
use crate::inventory::elements::{Elements, elements, offset};
use crate::inventory::sink::{Sink, error};
use crate::inventory::{Excerpt, Settings};
use crate::model::fact::Text;
use crate::model::inventory::Collector;
use crate::model::oval::Type;
use crate::model::oval::characteristics::{Collected, Item, Part, Value};
use crate::model::oval::element::{Element, LIMITS};
use crate::model::oval::value::Datatype;
use crate::model::oval::words::{Flag, Status};
use crate::xml::Roots;
use crate::xml::cursor::{Cursor, Tag};

type Out<'a, 'c, 'd> = Sink<'a, 'c, dyn Collector + 'd>;

/// Reads the characteristics of one client.
pub(super) fn read(excerpt: Excerpt<'_>, _: &Settings, out: &mut dyn Collector) -> Result<u32> {
    let mut sink = Sink::new(excerpt, out);
    let prefixes = prefixes(excerpt.head);
    match state(excerpt.text, &prefixes, &mut sink) {
        Ok(()) => Ok(sink.finish()),
        Err(error) => Err(sink.moved(error)),
    }
}

/// Parts of the standard by prefix.
type Prefixes = BTreeMap<String, String>;

/// The prefixes that what stands around the characteristics declares.
fn prefixes(head: &str) -> Prefixes {
    let mut cursor = Cursor::new(head.as_bytes(), LIMITS);
    let Ok(root) = cursor.root() else { return Prefixes::new() };
    let declared = root.attributes().iter().filter(|attribute| attribute.declares_namespace());
    let part = |attribute: crate::xml::attributes::Attribute<'_>| {
        let value = attribute.value();
        let part = value.split_once('#').map(|(_, part)| part.to_owned())?;
        let prefix = attribute.prefix().map_or("", |_| attribute.local());
        Some((prefix.to_owned(), part))
    };
    declared.filter_map(part).collect()
}

/// A tag's type.
fn kind(tag: &Tag<'_>, prefixes: &Prefixes) -> Type<'static> {
    let declared = tag.namespace().map(|namespace| namespace.split_once('#').map_or("", |(_, part)| part));
    let inherited = || prefixes.get(tag.prefix().unwrap_or_default()).map_or("", String::as_str);
    let schema = declared.unwrap_or_else(inherited);
    Type { schema: Cow::Owned(schema.to_owned()), name: Cow::Owned(tag.local().to_owned()) }
}

fn state(text: &str, prefixes: &Prefixes, sink: &mut Out<'_, '_, '_>) -> Result<()> {
    let mut document = elements(text, Roots::One);
    let root = document.root()?;
    if root.local() != ROOT {
        return Err(error(
            Code::WrongFormat,
            offset(&root),
            format!("expected `<{ROOT}>`, found `<{}>`", root.local()),
        ));
    }
    let mut head = Some(Head::default());
    while let Some(section) = document.child(1)? {
        let (name, place) = (section.local().to_owned(), offset(&section));
        if let Some(open) = &mut head
            && open.take(&name, &mut document, 2)?
        {
            continue;
        }
        begin(&mut head, sink)?;
        match name.as_str() {
            "collected_objects" => {
                sink.part(Part::Collection, place)?;
                objects(&mut document, sink)?;
            }
            "system_data" => items(&mut document, prefixes, sink)?,
            "Signature" => {}
            other => sink.diagnostic(Code::InventoryUnknownPart, place, other),
        }
    }
    begin(&mut head, sink)
}

/// Hands the head over before all else.
fn begin(head: &mut Option<Head>, sink: &mut Out<'_, '_, '_>) -> Result<()> {
    let Some(head) = head.take() else { return Ok(()) };
    sink.header(head.header(), 0);
    head.os().map_or(Ok(()), |os| sink.fact(os.into(), 0))
}

fn objects(document: &mut Elements<'_>, sink: &mut Out<'_, '_, '_>) -> Result<()> {
    while let Some(tag) = document.child(2)? {
        let place = offset(&tag);
        if tag.local() != "object" {
            sink.diagnostic(Code::InventoryUnknownPart, place, tag.local());
            continue;
        }
        let word = |name: &str| tag.attribute(name).unwrap_or_default().trim().to_owned();
        let (flag, instance) = (word("flag"), word("variable_instance"));
        if word("id").is_empty() || flag.is_empty() {
            return Err(error(Code::BadValue, place, "an object without `id` or without `flag`"));
        }
        let mut object = Collected {
            object: word("id").into(),
            instance: if instance.is_empty() { 1 } else { instance.parse().unwrap_or(0) },
            flag: Flag::find(&flag).unwrap_or(Flag::Error),
            items: Vec::new(),
            values: Vec::new(),
        };
        if Flag::find(&flag).is_none() {
            sink.diagnostic(Code::OvalBadEnum, place, &format!("`flag`: `{flag}`"));
        }
        while let Some(child) = document.child(3)? {
            match child.local() {
                "reference" => {
                    let item = child.attribute("item_ref").unwrap_or_default().trim().to_owned();
                    object.items.push(item.into());
                }
                "variable_value" => {
                    let id = child.attribute("variable_id").unwrap_or_default().trim().to_owned();
                    let value = document.text()?.text.value().to_owned();
                    object.values.push((id.into(), value.into()));
                }
                _ => {}
            }
        }
        sink.part(Part::Object(object), place)?;
    }
    Ok(())
}

fn items(document: &mut Elements<'_>, prefixes: &Prefixes, sink: &mut Out<'_, '_, '_>) -> Result<()> {
    while let Some(tag) = document.child(2)? {
        let (kind, place) = (kind(&tag, prefixes), offset(&tag));
        let element = Element::of(&tag);
        let element = Element::read(document, element)?;
        let item = Item {
            id: element.or_empty("id").trim().to_owned().into(),
            kind,
            status: status(&element, place, sink),
            entities: element.children.iter().map(|child| value(child, place, sink)).collect(),
        };
        facts::state(&item, place, sink)?;
        sink.part(Part::Item(item), place)?;
    }
    Ok(())
}

fn status(element: &Element, place: usize, sink: &mut Out<'_, '_, '_>) -> Status {
    let Some(word) = element.attribute("status") else { return Status::Exists };
    Status::find(word.trim()).unwrap_or_else(|| {
        sink.diagnostic(Code::OvalBadEnum, place, &format!("`status`: `{word}`"));
        Status::Error
    })
}

/// A value of an item, or a field of one that is a record.
fn value(element: &Element, place: usize, sink: &mut Out<'_, '_, '_>) -> Value<'static> {
    let datatype =
        element.attribute("datatype").map_or(Some(Datatype::String), |word| Datatype::find(word.trim()));
    let name = match element.name.as_str() {
        "field" => element.or_empty("name"),
        name => name,
    };
    Value {
        name: Text::Owned(name.to_owned()),
        text: Text::Owned(element.text.clone()),
        datatype,
        status: status(element, place, sink),
        nil: element.nil,
        fields: element.all("field").map(|field| value(field, place, sink)).collect(),
    }
}
