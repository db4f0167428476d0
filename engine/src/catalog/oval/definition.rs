//! Reads definitions: what they ask, and what they say of the update that they speak of.
//!
//! Source of truth: `docs/oval.md`, "Definitions files".

use super::document::Numbers;
use super::ids::Identified;
use super::update;
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::model::oval::element::{DEPTH, Element, flag};
use crate::model::oval::entity::Reading;
use crate::model::oval::findings::Findings;
use crate::model::oval::words::{Class, Operator};
use crate::model::oval::{Criteria, Definition, Question};
use crate::model::update::Update;

/// A definition, with numbers for what it names, and the update that it is.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) definition: Definition,
    pub(super) update: Option<Box<Update>>,
}

impl Identified for Entry {
    fn id(&self) -> &str {
        &self.definition.id
    }

    fn version(&self) -> &str {
        &self.definition.version
    }

    fn position(&self) -> Position {
        self.definition.position
    }

    fn is_same(&self, other: &Self) -> bool {
        let (a, b) = (&self.definition, &other.definition);
        (&a.version, a.class, a.deprecated, &a.title, &a.criteria)
            == (&b.version, b.class, b.deprecated, &b.title, &b.criteria)
    }
}

/// Reads a definition.
///
/// # Errors
///
/// Criteria stand too deep in each other.
pub(super) fn read(element: &Element, numbers: &mut Numbers, findings: &mut Findings) -> Result<Entry> {
    let class = element.or_empty("class").trim();
    let found = Class::find(class);
    if found.is_none() {
        findings.push(Code::OvalBadEnum, element.position, "definition", format_args!("`class`: `{class}`"));
    }
    Reading { element, findings }.unknown(&["id", "version", "class", "deprecated"]);
    for child in &element.children {
        if !matches!(child.name.as_str(), "metadata" | "criteria" | "notes" | "Signature") {
            findings.unknown(format!("definition/{}", child.name), child.position);
        }
    }
    let metadata = element.child("metadata");
    let title = metadata.and_then(|metadata| metadata.child("title")).map(Element::trimmed);
    let criteria = element.child("criteria").map(|root| criteria(root, 1, numbers, findings)).transpose()?;
    let definition = Definition {
        id: element.or_empty("id").trim().to_owned(),
        version: element.or_empty("version").trim().to_owned(),
        class: found,
        deprecated: element.attribute("deprecated").and_then(flag).unwrap_or(false),
        title: title.unwrap_or_default().to_owned(),
        criteria,
        circular: false,
        position: element.position,
    };
    let is_update = matches!(found, Some(Class::Patch | Class::Vulnerability));
    let update = is_update.then(|| Box::new(update::of(&definition, metadata, findings)));
    Ok(Entry { definition, update })
}

/// Reads criteria and what stands in them.
fn criteria(
    element: &Element,
    depth: usize,
    numbers: &mut Numbers,
    findings: &mut Findings,
) -> Result<Criteria> {
    if depth > DEPTH {
        let message = format!("criteria nested deeper than {DEPTH}");
        return Err(Error::new(Code::TooLarge, message).at(element.position));
    }
    let mut reading = Reading { element, findings };
    let operator = reading.word("operator", Operator::And, Operator::find);
    reading.unknown(&["operator", "negate", "comment", "applicability_check"]);
    let mut parts = Vec::with_capacity(element.children.len());
    for child in &element.children {
        let question = match child.name.as_str() {
            "criteria" => {
                parts.push(criteria(child, depth + 1, numbers, reading.findings)?);
                continue;
            }
            "criterion" => {
                Question::Test(Some(named(child, "test_ref", |id| numbers.test(id, child.position))))
            }
            "extend_definition" => {
                let number = |id: &str| numbers.definition(id, child.position);
                Question::Definition(Some(named(child, "definition_ref", number)))
            }
            other => {
                reading.findings.unknown(format!("criteria/{other}"), child.position);
                continue;
            }
        };
        let known = ["test_ref", "definition_ref", "negate", "comment", "applicability_check"];
        Reading { element: child, findings: reading.findings }.unknown(&known);
        parts.push(part(child, question));
    }
    Ok(part(element, Question::All(operator, parts)))
}

/// The number of what an attribute names; an empty name is one that nothing has.
fn named(element: &Element, attribute: &str, number: impl FnOnce(&str) -> u32) -> u32 {
    number(element.or_empty(attribute).trim())
}

fn part(element: &Element, question: Question) -> Criteria {
    let is = |name: &str| element.attribute(name).and_then(flag).unwrap_or(false);
    Criteria { question, negate: is("negate"), applicability: is("applicability_check") }
}
