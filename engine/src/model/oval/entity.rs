//! Entities of objects and states: a name, and what the values of that name in items are compared with.
//!
//! Source of truth: `docs/oval.md`, "Entities".

use super::element::{Element, flag};
use super::findings::Findings;
use super::value::{Datatype, Operation};
use super::words::{Check, Existence};
use crate::diagnostic::Code;

/// An entity of an object or a state, or a field of a record.
///
/// `None` stands for a word that the standard does not have: comparing then gives Error.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// The name of the values that it is about.
    pub name: String,
    /// Whether only their presence counts.
    pub nil: bool,
    /// What they are compared with.
    pub value: String,
    /// The type that both sides are read as.
    pub datatype: Option<Datatype>,
    /// How they are compared.
    pub operation: Option<Operation>,
    /// The variable whose values stand in place of the value.
    pub variable: Option<String>,
    /// How the results with several values of the variable are combined.
    pub variable_check: Option<Check>,
    /// How the results of several values of the item are combined.
    pub check: Option<Check>,
    /// How many values of the item there must be.
    pub existence: Option<Existence>,
    /// Whether exports hide the value.
    pub mask: bool,
    /// The fields of a record.
    pub fields: Vec<Entity>,
}

/// The attributes that an entity may have.
const KNOWN: [&str; 10] = [
    "name",
    "datatype",
    "operation",
    "mask",
    "var_ref",
    "var_check",
    "entity_check",
    "check_existence",
    "comment",
    "version",
];

impl Entity {
    /// Reads an entity.
    pub fn of(element: &Element, findings: &mut Findings) -> Entity {
        let mut reading = Reading { element, findings };
        let datatype = reading.word("datatype", Datatype::String, Datatype::find);
        let entity = Entity {
            name: element.name.clone(),
            nil: element.nil,
            value: if datatype == Some(Datatype::String) { &element.text } else { element.trimmed() }
                .to_owned(),
            datatype,
            operation: reading.word("operation", Operation::Equals, Operation::find),
            variable: element.attribute("var_ref").map(str::to_owned),
            variable_check: reading.word("var_check", Check::All, Check::find),
            check: reading.word("entity_check", Check::All, Check::find),
            existence: reading.word("check_existence", Existence::AtLeastOneExists, Existence::find),
            mask: element.attribute("mask").and_then(flag).unwrap_or(false),
            fields: Vec::new(),
        };
        reading.unknown(&KNOWN);
        let fields = element.all("field").map(|field| Entity {
            name: field.or_empty("name").to_owned(),
            ..Entity::of(field, reading.findings)
        });
        Entity { fields: fields.collect(), ..entity }
    }

    /// Whether only the presence of values counts: it has nothing to compare them with.
    pub fn asks_presence(&self) -> bool {
        let is_empty = self.value.is_empty() && self.fields.is_empty();
        let is_text = self.datatype == Some(Datatype::String);
        self.nil || is_empty && self.variable.is_none() && !is_text
    }
}

/// An element whose words are looked up.
#[derive(Debug)]
pub struct Reading<'r> {
    /// The element.
    pub element: &'r Element,
    /// What is wrong with it.
    pub findings: &'r mut Findings,
}

impl Reading<'_> {
    /// The meaning of the word of an attribute; `None`, with a finding, where it has none.
    pub fn word<T>(&mut self, attribute: &str, or: T, find: fn(&str) -> Option<T>) -> Option<T> {
        let Some(word) = self.element.attribute(attribute) else { return Some(or) };
        let found = find(word.trim());
        if found.is_none() {
            let message = format!("`{attribute}`: `{word}`");
            self.findings.push(Code::OvalBadEnum, self.element.position, &self.element.name, message);
        }
        found
    }

    /// The meaning of a check, which may be one that is deprecated.
    pub fn check(&mut self, attribute: &str, or: Check) -> Option<Check> {
        let check = self.word(attribute, or, Check::find);
        if check == Some(Check::NoneExist) {
            let (position, name) = (self.element.position, &self.element.name);
            self.findings.push(Code::OvalDeprecatedCheck, position, name, "`none exist`");
        }
        check
    }

    /// Notes the attributes that are not known.
    pub fn unknown(&mut self, known: &[&str]) {
        for (name, _) in &self.element.attributes {
            if !known.contains(&name.as_str()) {
                self.findings.unknown(format!("{}/@{name}", self.element.name), self.element.position);
            }
        }
    }
}
