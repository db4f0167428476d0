//! The JSON form: an object with `deviceid` and `content`, alone or one a line.

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::inventory::json::{Value, names};
use crate::inventory::sink::{Sink, error};
use crate::inventory::{Excerpt, Found, Look, MAX_TEXT, Settings, Unit, ndjson};
use crate::model::fact::Text;
use crate::model::inventory::Collector;

use super::software::Software;
use super::{Head, List, Section};

/// Members of the content that only an agent's has.
const SECTIONS: [&str; 6] =
    ["accesslog", "bios", "hardware", "operatingsystem", "softwares", "versionclient"];

/// Whether a document begins with an object that has a content and names its device; a content may be so long
/// that the device stands behind what is looked at.
pub(super) fn recognises(head: &str) -> bool {
    if !head.trim_start().starts_with('{') {
        return false;
    }
    let (mut content, mut agent) = (false, false);
    for (depth, name) in names(head) {
        match depth {
            1 if name == "content" => content = true,
            1 if name == "deviceid" => agent = true,
            2 if content && SECTIONS.contains(&name) => agent = true,
            _ => {}
        }
    }
    content && agent
}

pub(super) fn find(text: &str, look: Look) -> Result<Found> {
    ndjson::units(text, look, |value| {
        let document = Document::of(value)?;
        let unit = document.head.unit();
        Ok(Unit { problem: unit.problem.or(document.problem), ..unit })
    })
}

pub(super) fn read(excerpt: Excerpt<'_>, _: &Settings, out: &mut dyn Collector) -> Result<u32> {
    let mut sink = Sink::new(excerpt, out);
    match state(excerpt.text, &mut sink) {
        Ok(()) => Ok(sink.finish()),
        Err(error) => Err(sink.moved(error)),
    }
}

fn state<'a>(text: &'a str, sink: &mut Sink<'a, '_, dyn Collector + '_>) -> Result<()> {
    let Document { mut head, system, softwares, repeated, problem } = Document::of(Value::parse(text)?)?;
    head.refusal().or(problem).map_or(Ok(()), Err)?;
    head.system.offset = system.map_or(0, |value| value.offset(text));
    head.state(sink)?;
    let mut list = List { lost: repeated.is_some(), ..List::default() };
    if let Some((name, value)) = repeated {
        sink.diagnostic(Code::FactDuplicate, value.offset(text), &format!("`{name}` of one document"));
    }
    if let Some(softwares) = softwares {
        softwares.elements(|value| {
            let (offset, mut software) = (value.offset(text), Software::default());
            if value.is_object() {
                value.members(|name, value| match value.scalar() {
                    Some(value) => software.set(name, value, offset),
                    None => Ok(()),
                })?;
            }
            list.entry(&software, &head.system, sink, offset)
        })?;
    }
    list.finish(&head, sink);
    Ok(())
}

/// What an object holds of an inventory; of a member that is given twice the last.
struct Document<'a> {
    head: Head<'a>,
    /// What says of which system it is.
    system: Option<Value<'a>>,
    softwares: Option<Value<'a>>,
    repeated: Option<(&'static str, Value<'a>)>,
    /// Why nothing else of it can be read.
    problem: Option<Error>,
}

impl<'a> Document<'a> {
    fn of(value: Value<'a>) -> Result<Self> {
        if !value.is_object() {
            return Err(error(Code::WrongFormat, 0, "not an object"));
        }
        let head = Head::default();
        let mut document = Document { head, system: None, softwares: None, repeated: None, problem: None };
        let mut content = None;
        value.members(|name, value| {
            if name.eq_ignore_ascii_case("content") {
                if content.replace(value).is_some() {
                    document.repeated = Some(("content", value));
                }
                return Ok(());
            }
            document.set(Section::Document, name, value)
        })?;
        let Some(content) = content.filter(|content| content.is_object()) else {
            document.problem = Some(error(Code::WrongFormat, 0, "there is no object `content`"));
            return Ok(document);
        };
        content.members(|name, value| match Section::find(name) {
            Some(section) if value.is_object() => {
                if section == Section::System || section == Section::Hardware && document.system.is_none() {
                    document.system = Some(value);
                }
                value.members(|name, value| document.set(section, name, value))
            }
            None if name.eq_ignore_ascii_case("softwares") && value.is_array() => {
                if document.softwares.replace(value).is_some() {
                    document.repeated = Some(("softwares", value));
                }
                Ok(())
            }
            Some(_) | None => document.set(Section::Content, name, value),
        })?;
        Ok(document)
    }

    fn set(&mut self, section: Section, name: &str, value: Value<'a>) -> Result<()> {
        let Some(value): Option<Text<'a>> = value.scalar() else { return Ok(()) };
        if value.len() > MAX_TEXT {
            return Err(error(Code::TooLarge, 0, format!("a value of more than {MAX_TEXT} bytes")));
        }
        self.head.set(section, name, value);
        Ok(())
    }
}
