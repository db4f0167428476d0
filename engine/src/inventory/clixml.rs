//! Reads CLIXML, what `Export-Clixml` of PowerShell writes.
//!
//! Objects that have the properties of a hotfix or of an operating system are read, at any depth; what
//! they state is the matter of `management`. Never complete, as no hotfix list is. Source of truth:
//! `docs/inventories.md`, "Hotfix lists".

use std::ops::Range;

use ahash::AHashMap;

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::fact::{Kinds, Text};
use crate::model::inventory::{Collector, Header};
use crate::xml::cursor::{Event, Tag};
use crate::xml::{Roots, root};

use super::elements::{Elements, elements, offset};
use super::management::{Property, Record};
use super::sink::Sink;
use super::stretches::Stretches;
use super::{Excerpt, Format, Found, Look, MAX_FACTS, Scope, Settings};

/// Exports of PowerShell objects.
pub(super) const FORMAT: Format = Format {
    name: "clixml",
    title: "PowerShell objects of `Export-Clixml`: hotfixes, operating systems",
    recognises: |head| root::local_name(head) == Some(ROOT),
    scope: Scope::Part,
    vouches: Kinds::NONE,
    find: units,
    code_page: |_| None,
    read,
};

const ROOT: &str = "Objs";

/// Elements of values that are no objects.
const VALUES: [&str; 20] = [
    "S", "DT", "I32", "U32", "I64", "U64", "I16", "U16", "B", "By", "SB", "C", "D", "Db", "Sg", "G", "TS",
    "URI", "Version", "Nil",
];

/// The greatest value that is kept because another object may refer to it: a date, a number.
const MAX_REFERRED: usize = 64;

fn units(text: &str, look: Look) -> Result<Found> {
    if look == Look::Beginning {
        return Ok(Found::NeedsAll);
    }
    let mut objects = Objects::of(text, Roots::One);
    let mut stretches = Stretches::default();
    while let Some(object) = objects.next()? {
        // A stretch is a piece of XML by itself: objects beside each other.
        stretches.end_unless_blank(text, object.place.start);
        match object.is_known() {
            true => stretches.push(object.record.client(), object.place),
            // Something else is counted with what stands before it.
            false if object.is_entry() => stretches.push_other(object.place),
            false => Ok(()),
        }?;
    }
    stretches.units(0..0, text).map(Found::Units)
}

fn read(excerpt: Excerpt<'_>, _: &Settings, out: &mut dyn Collector) -> Result<u32> {
    let mut sink = Sink::new(excerpt, out);
    match state(excerpt.text, &mut sink) {
        Ok(()) => Ok(sink.finish()),
        Err(error) => Err(sink.moved(error)),
    }
}

/// Hands over what the objects of one client state.
fn state(text: &str, sink: &mut Sink<'_, '_, dyn Collector + '_>) -> Result<()> {
    let (mut objects, mut named) = (Objects::of(text, Roots::Many), false);
    while let Some(object) = objects.next()? {
        if !object.is_entry() {
            continue;
        }
        let offset = object.place.start;
        if let Some(client) = object.record.client().filter(|_| !named) {
            named = true;
            sink.header(Header { client: Text::Borrowed(client), ..Header::default() }, offset);
        }
        object.record.state(sink, offset)?;
    }
    if !named {
        sink.header(Header::default(), 0);
    }
    Ok(())
}

/// An object.
#[derive(Debug, Default)]
struct Object {
    place: Range<usize>,
    record: Record<'static>,
    /// How many elements are open with it.
    depth: usize,
    /// Whether it has properties, as opposed to being a list or a value.
    has_properties: bool,
    /// The name under which it is a property of the object around it.
    name: Option<String>,
    /// What others refer to it by.
    id: String,
    /// The value that it stands for.
    value: Option<String>,
}

impl Object {
    /// Whether it states something.
    fn is_known(&self) -> bool {
        self.is_listed() && (self.record.is_hotfix() || self.record.is_system())
    }

    /// Whether it is something that the document lists.
    fn is_entry(&self) -> bool {
        self.is_known() || self.is_listed() && self.depth <= 2
    }

    fn is_listed(&self) -> bool {
        self.name.is_none() && self.has_properties
    }
}

/// What happens next in a document.
enum Step {
    /// An object: where it begins, its name, and what others refer to it by.
    Object(usize, Option<String>, String),
    /// A property that is a value of its own.
    Value(Option<String>),
    /// A property with the value of an object that was read.
    Reference(Option<String>, String),
    Properties,
    Close,
    End,
    Other,
}

/// Gives every object of a document at its end.
struct Objects<'t> {
    text: &'t str,
    cursor: Elements<'t>,
    open: Vec<Object>,
    values: AHashMap<String, String>,
}

impl<'t> Objects<'t> {
    fn of(text: &'t str, roots: Roots) -> Self {
        Objects { text, cursor: elements(text, roots), open: Vec::new(), values: AHashMap::new() }
    }

    fn next(&mut self) -> Result<Option<Object>> {
        loop {
            let step = match self.cursor.next()? {
                Event::Open(tag) => opened(&tag),
                Event::Close => Step::Close,
                Event::End => Step::End,
                Event::Text(_) => Step::Other,
            };
            let depth = self.cursor.depth();
            match step {
                Step::Object(start, name, id) => {
                    self.open.push(Object { place: start..start, depth, name, id, ..Object::default() });
                }
                Step::Value(name) => self.value(name, depth)?,
                Step::Reference(name, id) => {
                    let value = self.values.get(&id).cloned();
                    value.into_iter().for_each(|value| self.set(name.as_deref(), value));
                }
                Step::Properties => {
                    self.open.last_mut().into_iter().for_each(|open| open.has_properties = true)
                }
                Step::Close if self.open.last().is_some_and(|open| open.depth == depth) => {
                    if self.values.len() > MAX_FACTS as usize {
                        let message = format!("more than {MAX_FACTS} objects that others may refer to");
                        return Err(Error::new(Code::TooLarge, message));
                    }
                    return Ok(self.close());
                }
                Step::End => return Ok(None),
                Step::Close | Step::Other => {}
            }
        }
    }

    /// Takes a value: one with a name is a property, one right in an object is what that stands for.
    fn value(&mut self, name: Option<String>, depth: usize) -> Result<()> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let of_object = name.is_none() && depth == open.depth + 1;
        if !of_object && name.is_none() {
            return Ok(());
        }
        let value = unescaped(self.cursor.text()?.text.value());
        if of_object {
            open.value = Some(value).filter(|value| value.len() <= MAX_REFERRED);
        } else {
            self.set(name.as_deref(), value);
        }
        Ok(())
    }

    fn set(&mut self, name: Option<&str>, value: String) {
        if let (Some(open), Some(property)) = (self.open.last_mut(), name.and_then(Property::find)) {
            open.record.set(property, Text::Owned(value));
        }
    }

    /// Ends the innermost object.
    fn close(&mut self) -> Option<Object> {
        let mut object = self.open.pop()?;
        let close = usize::try_from(self.cursor.position().offset).unwrap_or(usize::MAX);
        let end = self.text.get(close..).and_then(|rest| rest.find('>')).unwrap_or(0);
        object.place.end = (close + end + 1).min(self.text.len());
        if let (Some(name), Some(value)) = (&object.name, &object.value)
            && Property::find(name).is_some()
        {
            self.values.insert(std::mem::take(&mut object.id), value.clone());
            self.set(Some(name), value.clone());
        }
        Some(object)
    }
}

/// What a start tag begins.
fn opened(tag: &Tag<'_>) -> Step {
    let attribute = |name| tag.attribute(name).map(|value| value.into_owned());
    let name = || attribute("N").map(|name| unescaped(&name));
    match tag.local() {
        "Obj" => Step::Object(offset(tag), name(), attribute("RefId").unwrap_or_default()),
        "Ref" => Step::Reference(name(), attribute("RefId").unwrap_or_default()),
        "MS" | "Props" => Step::Properties,
        local if VALUES.contains(&local) => Step::Value(name()),
        _ => Step::Other,
    }
}

/// Resolves `_x000D_`, as PowerShell writes characters that XML would change.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut units = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let hex = rest.get(at + 2..at + 6).filter(|_| rest.as_bytes().get(at + 6) == Some(&b'_'));
        let unit = hex.filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = unit.and_then(|hex| u16::from_str_radix(hex, 16).ok());
        let Some(unit) = unit else {
            flush(&mut units, &mut out);
            out.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        if at > 0 {
            flush(&mut units, &mut out);
            out.push_str(&rest[..at]);
        }
        // Characters beyond the first 65,536 are two of them.
        units.push(unit);
        rest = &rest[at + 7..];
    }
    flush(&mut units, &mut out);
    out.push_str(rest);
    out
}

fn flush(units: &mut Vec<u16>, out: &mut String) {
    let decoded = char::decode_utf16(units.drain(..));
    out.extend(decoded.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved() {
        let check = |text: &str, expect: &str| assert_eq!(unescaped(text), expect, "{text}");
        check("a_x000D__x000A_b", "a\r\nb");
        check("_xD834__xDD1E_", "𝄞");
        check("_xD834_", "\u{fffd}");
        check("_x00_ _xZZZZ_ _x", "_x00_ _xZZZZ_ _x");
        check("_x005F_x0041_", "_x0041_");
        check("_x00éé_", "_x00éé_");
    }
}
