//! Reads tests.
//!
//! Source of truth: `docs/oval.md`, "Definitions files".

use std::borrow::Cow;

use super::document::Numbers;
use super::ids::Identified;
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::model::oval::element::Element;
use crate::model::oval::entity::Reading;
use crate::model::oval::findings::{Findings, shown};
use crate::model::oval::words::{Check, Existence, Operator};
use crate::model::oval::{Reference, Test, Type};

impl Identified for Test {
    fn id(&self) -> &str {
        &self.id
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn position(&self) -> Position {
        self.position
    }

    fn is_same(&self, other: &Self) -> bool {
        Test { position: other.position, ..self.clone() } == *other
    }
}

/// Reads a test, with numbers for what it names.
///
/// # Errors
///
/// It names no object, though its type has one.
pub(super) fn read(element: &Element, numbers: &mut Numbers, findings: &mut Findings) -> Result<Test> {
    let mut reading = Reading { element, findings };
    let check = reading.check("check", Check::All);
    let existence = reading.word("check_existence", Existence::AtLeastOneExists, Existence::find);
    let operator = reading.word("state_operator", Operator::And, Operator::find);
    reading.unknown(&[
        "id",
        "version",
        "check",
        "check_existence",
        "state_operator",
        "comment",
        "deprecated",
    ]);
    let mut test = Test {
        id: element.or_empty("id").trim().to_owned(),
        version: element.or_empty("version").trim().to_owned(),
        kind: kind(element, findings),
        check,
        existence,
        operator,
        object: Reference::None,
        states: Vec::new(),
        position: element.position,
    };
    for child in &element.children {
        match child.name.as_str() {
            "object" => {
                let id = child.or_empty("object_ref").trim();
                test.object = Reference::To(numbers.object(id, child.position));
            }
            "state" => {
                let id = child.or_empty("state_ref").trim();
                test.states.push(Some(numbers.state(id, child.position)));
            }
            "notes" | "Signature" => {}
            other => findings.unknown(format!("{}/{other}", element.name), child.position),
        }
    }
    if test.object == Reference::None && test.kind.base() != "unknown" {
        let message = format!("`{}` names no object", shown(&test.id));
        return Err(Error::new(Code::BadValue, message).at(element.position));
    }
    Ok(test)
}

/// The type of a test, an object, a state or a variable; a finding where its name space does not tell the part
/// of the standard that it belongs to.
pub(super) fn kind(element: &Element, findings: &mut Findings) -> Type<'static> {
    if element.schema.is_empty() && !element.name.ends_with("_variable") {
        let message = "its name space names no part of the standard; its name alone counts";
        findings.push(Code::OvalNamespace, element.position, &element.name, message);
    }
    Type { schema: Cow::Owned(element.schema.clone()), name: Cow::Owned(element.name.clone()) }
}
