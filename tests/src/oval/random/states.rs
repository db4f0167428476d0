//! States and their entities.

use std::fmt::Write as _;

use super::values::{Kind, NIL, RECORD};
use super::{CHECKS, Draft, EXISTENCES, OPERATORS, Sizes, attribute, word};
use crate::oval::xml::{escape, filled};
use crate::random::Choices;

impl Draft {
    pub(super) fn states(&mut self, choices: &mut Choices<'_>, sizes: &Sizes) {
        for number in 0..sizes.states {
            let count = if choices.odds(1, 16) { 0 } else { 1 + choices.below(3) };
            let entities: String = (0..count).map(|_| self.entity(choices)).collect();
            let operator = attribute("operator", word(choices, &OPERATORS), "AND");
            let id = self.id("ste", number);
            let _ = writeln!(
                self.pair.parts.states,
                "{}",
                filled(
                    "i:environmentvariable_state",
                    &format!(" id=\"{id}\" version=\"1\"{operator}"),
                    &entities,
                    "<notes><note>n</note></notes>"
                )
            );
        }
    }

    /// An entity of a state.
    fn entity(&self, choices: &mut Choices<'_>) -> String {
        let existence = attribute("check_existence", word(choices, &EXISTENCES), EXISTENCES[0]);
        let check = attribute("entity_check", word(choices, &CHECKS), "all");
        if choices.odds(1, 8) {
            let fields: String = (0..1 + choices.below(2)).map(|_| self.field(choices)).collect();
            return format!("<i:{RECORD} datatype=\"record\"{check}{existence}>{fields}</i:{RECORD}>");
        }
        let kind = self.kind(choices);
        self.compared(&format!("i:{}", kind.name), &format!("{check}{existence}"), kind, choices)
    }

    /// A field of a record.
    fn field(&self, choices: &mut Choices<'_>) -> String {
        let kind = Kind::field(choices);
        let check = attribute("entity_check", word(choices, &CHECKS), "all");
        self.compared("c:field", &format!(" name=\"{}\"{check}", kind.name), kind, choices)
    }

    /// An element that is compared, with a value or a variable.
    fn compared(&self, name: &str, attributes: &str, kind: Kind, choices: &mut Choices<'_>) -> String {
        let (operation, value) = kind.asked(choices);
        let (datatype, operation) =
            (attribute("datatype", kind.datatype, "string"), attribute("operation", operation, "equals"));
        let of_kind: Vec<usize> =
            (0..self.variables.len()).filter(|at| self.variables[*at].datatype == kind.datatype).collect();
        // OpenSCAP takes neither variables nor `nil` from fields, and dies of what is then not there.
        let is_field = !name.starts_with("i:");
        if !is_field && kind.name != NIL && !of_kind.is_empty() && choices.odds(1, 2) {
            let id = self.id("var", choices.one(&of_kind));
            let check = attribute("var_check", word(choices, &CHECKS), "all");
            return format!("<{name}{attributes}{datatype}{operation} var_ref=\"{id}\"{check}/>");
        }
        // OpenSCAP dies of an absent value of other datatypes.
        if kind.datatype == "string" && !is_field && choices.odds(1, 16) {
            return format!("<{name}{attributes}{datatype}{operation} xsi:nil=\"true\"/>");
        }
        format!("<{name}{attributes}{datatype}{operation}>{}</{name}>", escape(value))
    }
}
