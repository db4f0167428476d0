//! The head of a native inventory: the attributes of `inventory`.

use super::VERSION;
use super::scope::{Scope, wrong_version};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::inventory::MAX_TEXT;
use crate::model::fact::{Kind, Kinds, Text};
use crate::model::inventory::Header;
use crate::xml::attributes::Attributes;

/// What an `inventory` element says of itself.
#[derive(Debug, Default)]
pub(super) struct Head<'a> {
    pub(super) header: Header<'a>,
    /// What it says that cannot be used.
    pub(super) findings: Vec<(Code, String)>,
    /// Why the inventory cannot be read, if it cannot.
    pub(super) refusal: Option<Error>,
}

/// Reads the attributes of `inventory`, and the name spaces that it declares into `scope`.
pub(super) fn read<'a>(
    prefix: Option<&str>,
    attributes: Attributes<'_, 'a>,
    scope: &mut Scope<'a>,
) -> Result<Head<'a>> {
    let mut head = Head::default();
    let mut version = None;
    for attribute in attributes {
        let (name, value) = (attribute.name(), attribute.value());
        check_length(name, &value)?;
        match name {
            "version" => version = Some(value),
            name if scope.declare(name, &value) => {}
            name => head.take(name, value),
        }
    }
    head.refusal = scope.refusal(prefix).or_else(|| check_version(version.as_deref()).err());
    Ok(head)
}

impl<'a> Head<'a> {
    /// Takes one attribute.
    fn take(&mut self, name: &'a str, value: Text<'a>) {
        match name {
            "client" => self.header.client = value,
            "name" => self.header.name = Some(value),
            "group" => self.header.group = Some(value),
            "collector" => self.header.collector = Some(value),
            "collected" => self.header.collected = Some(value),
            "complete" => self.header.complete = self.kinds(&value),
            "mode" => match &*value {
                "full" => {}
                "delta" => self.header.delta = true,
                other => self.bad(name, other),
            },
            "serial" => self.header.serial = self.number(name, &value),
            "base" => self.header.base = self.number(name, &value),
            name => self.unknown(name),
        }
    }

    fn kinds(&mut self, value: &str) -> Kinds {
        let mut kinds = Kinds::NONE;
        for word in value.split_ascii_whitespace() {
            match Kind::find(word) {
                Some(kind) => kinds.insert(kind),
                None => self.bad("complete", word),
            }
        }
        kinds
    }

    fn number(&mut self, name: &str, value: &str) -> Option<u64> {
        let number = value.parse().ok().filter(|_| !value.starts_with('+'));
        if number.is_none() {
            self.bad(name, value);
        }
        number
    }

    fn bad(&mut self, name: &str, value: &str) {
        self.findings.push((Code::InventoryBadValue, bad_value("inventory", name, value)));
    }

    fn unknown(&mut self, name: &str) {
        if !is_silent(name) {
            self.findings.push((Code::InventoryUnknownPart, name.to_owned()));
        }
    }
}

/// Whether an unknown attribute is none of the format's business: what XML and its schemas use.
pub(super) fn is_silent(name: &str) -> bool {
    ["xmlns", "xml:", "xsi:"].iter().any(|prefix| name.starts_with(prefix))
}

/// Checks the version of `inventory` or `inventories`.
pub(super) fn check_version(version: Option<&str>) -> Result<()> {
    let Some(version) = version else {
        return Err(Error::new(Code::BadValue, "`version` is missing").with_hint("write `version=\"1\"`"));
    };
    match version.parse::<u64>() {
        Ok(VERSION) => Ok(()),
        Ok(number) if number > VERSION => Err(wrong_version(version)),
        _ => Err(Error::new(Code::BadValue, format!("`version`: `{}` is no version", shown(version)))),
    }
}

/// Refuses a value that is too long.
#[inline]
pub(super) fn check_length(name: &str, value: &str) -> Result<()> {
    if value.len() > MAX_TEXT {
        return Err(too_long(name));
    }
    Ok(())
}

#[cold]
fn too_long(name: &str) -> Error {
    Error::new(Code::TooLarge, format!("`{}` has more than {MAX_TEXT} bytes", shown(name)))
}

/// The words about a value that is none.
pub(super) fn bad_value(element: &str, attribute: &str, value: &str) -> String {
    format!("`{element}`: `{attribute}`: `{}` is not such a value", shown(value))
}

/// The beginning of a text, as messages show it.
fn shown(text: &str) -> String {
    text.chars().take(80).flat_map(char::escape_debug).collect()
}
