//! Items, objects that were collected with any flag, and sets of them.

use std::fmt::Write as _;

use super::values::{Kind, NIL, RECORD};
use super::{Draft, Sizes, attribute, word};
use crate::oval::xml::{escape, filled};
use crate::random::Choices;

const STATUSES: [&str; 4] = ["exists", "does not exist", "error", "not collected"];

const FLAGS: [&str; 6] =
    ["complete", "incomplete", "does not exist", "error", "not collected", "not applicable"];

const SET_OPERATORS: [&str; 3] = ["UNION", "INTERSECTION", "COMPLEMENT"];

/// A status, mostly that it is there.
fn status(choices: &mut Choices<'_>) -> &'static str {
    if choices.odds(1, 6) { choices.one(&STATUSES) } else { STATUSES[0] }
}

impl Draft {
    pub(super) fn items(&mut self, choices: &mut Choices<'_>, sizes: &Sizes) {
        for number in 0..sizes.items {
            let values: String =
                (0..choices.one(&[3, 4, 5, 2, 1, 0])).map(|_| self.item_value(choices)).collect();
            let status = attribute("status", status(choices), STATUSES[0]);
            let id = self.first + number + 1;
            let _ = writeln!(
                self.pair.parts.items,
                "{}",
                filled(
                    "i:environmentvariable_item",
                    &format!(" id=\"{id}\"{status}"),
                    &values,
                    "<i:other>o</i:other>"
                )
            );
        }
    }

    fn item_value(&self, choices: &mut Choices<'_>) -> String {
        let status = status(choices);
        let told = attribute("status", status, STATUSES[0]);
        if choices.odds(1, 8) {
            let field = |choices: &mut Choices<'_>| {
                let kind = Kind::field(choices);
                value("c:field", &format!(" name=\"{}\"", kind.name), kind, STATUSES[0], choices)
            };
            let fields: String = (0..1 + choices.below(3)).map(|_| field(choices)).collect();
            return format!("<i:{RECORD} datatype=\"record\"{told}>{fields}</i:{RECORD}>");
        }
        let kind = self.kind(choices);
        value(&format!("i:{}", kind.name), &told, kind, status, choices)
    }

    pub(super) fn objects(&mut self, choices: &mut Choices<'_>, sizes: &Sizes) {
        for number in 0..sizes.objects {
            let id = self.id("obj", number);
            let _ = writeln!(
                self.pair.parts.objects,
                "<i:environmentvariable_object id=\"{id}\" version=\"1\"><i:name>{}</i:name>\
                 </i:environmentvariable_object>",
                choices.one(&["a", "b"])
            );
            if choices.odds(15, 16) {
                self.collected(&id, choices, sizes);
            }
        }
        for number in sizes.objects..sizes.objects + sizes.sets {
            let id = self.id("obj", number);
            let set = self.set(choices, sizes, number, 2);
            let _ = writeln!(
                self.pair.parts.objects,
                "<i:environmentvariable_object id=\"{id}\" version=\"1\">{set}</i:environmentvariable_object>"
            );
            if choices.odds(2, 3) {
                self.collected(&id, choices, sizes);
            }
        }
    }

    /// A set of operands that stand before the object that it is of.
    fn set(&self, choices: &mut Choices<'_>, sizes: &Sizes, before: usize, depth: usize) -> String {
        let operator = attribute("set_operator", word(choices, &SET_OPERATORS), SET_OPERATORS[0]);
        if depth > 0 && choices.odds(1, 4) {
            let sets: String =
                (0..1 + choices.below(2)).map(|_| self.set(choices, sizes, before, depth - 1)).collect();
            return format!("<set{operator}>{sets}</set>");
        }
        let reference = |choices: &mut Choices<'_>| {
            format!("<object_reference>{}</object_reference>", self.id("obj", choices.below(before)))
        };
        let mut parts: String = (0..1 + choices.below(2)).map(|_| reference(choices)).collect();
        for _ in 0..choices.below(3) {
            let action = attribute("action", choices.one(&["exclude", "include"]), "exclude");
            let state = self.id("ste", choices.below(sizes.states));
            let _ = write!(parts, "<filter{action}>{state}</filter>");
        }
        format!("<set{operator}>{parts}</set>")
    }

    /// What was collected of an object.
    fn collected(&mut self, id: &str, choices: &mut Choices<'_>, sizes: &Sizes) {
        let instances = if choices.odds(1, 32) { 2 } else { 1 };
        for instance in 1..=instances {
            let flag = choices.often(1, &FLAGS);
            let mut parts = String::new();
            for (number, kind) in self.variables.iter().enumerate() {
                if choices.odds(1, 6) {
                    let (id, value) = (self.id("var", number), escape(kind.value(choices)));
                    let _ = write!(parts, "<variable_value variable_id=\"{id}\">{value}</variable_value>");
                }
            }
            for _ in 0..choices.below(4) {
                let item = self.first + choices.below(sizes.items) + 1;
                let _ = write!(parts, "<reference item_ref=\"{item}\"/>");
            }
            let instance = attribute("variable_instance", &instance.to_string(), "1");
            let _ = writeln!(
                self.pair.parts.collected,
                "{}",
                filled(
                    "object",
                    &format!(" id=\"{id}\" version=\"1\"{instance} flag=\"{flag}\""),
                    &parts,
                    "<message>m</message>"
                )
            );
        }
    }
}

/// A value of an item, which says now and then that there is none.
fn value(name: &str, attributes: &str, kind: Kind, status: &str, choices: &mut Choices<'_>) -> String {
    let datatype = if choices.odds(1, 16) { "string" } else { kind.datatype };
    let datatype = attribute("datatype", datatype, "string");
    // OpenSCAP compares a value that is in error or was not collected, counts with one that does not exist,
    // and dies where there is none.
    if kind.name == NIL && status == STATUSES[0] && choices.odds(1, 2) {
        return format!("<{name}{attributes}{datatype} xsi:nil=\"true\"/>");
    }
    format!("<{name}{attributes}{datatype}>{}</{name}>", escape(kind.value(choices)))
}
