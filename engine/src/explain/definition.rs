//! Proofs of definitions of OVAL: the parts with their results, tests with what was collected and compared.

use super::json::{answer, position};
use crate::eval::oval::reference::trace::{Looked, Seen, Trace};
use crate::model::oval::characteristics::Value;
use crate::model::oval::element::Element;
use crate::model::oval::words::{Operator, Status};
use crate::model::oval::{Definition, Question};
use crate::render::Json;

/// What a part asks, in words.
pub(super) fn words(trace: &Trace<'_>) -> String {
    let not = if trace.part.negate { "not " } else { "" };
    let what = match (&trace.part.question, &trace.test, trace.extended) {
        (Question::All(operator, parts), ..) => {
            let operator =
                operator.map_or("combined by a word that the standard does not have", |operator| {
                    match operator {
                        Operator::And => "all of",
                        Operator::Or => "any of",
                        Operator::One => "exactly one of",
                        Operator::Xor => "an odd number of",
                    }
                });
            if parts.is_empty() { format!("{operator}, and there is none") } else { operator.to_owned() }
        }
        (_, Some(looked), _) => test_words(looked),
        (_, _, Some(definition)) => format!("definition {}: {}", definition.id, definition.title),
        (Question::Test(_), ..) => "a test that the file has not".to_owned(),
        (Question::Definition(_), ..) => "a definition that the file has not".to_owned(),
    };
    let applicability = if trace.part.applicability { " (says for whom it is)" } else { "" };
    format!("{not}{what}{applicability}")
}

fn test_words(looked: &Looked<'_>) -> String {
    let test = looked.test;
    let threshold = if looked.threshold { ", compares versions" } else { "" };
    format!("{} {}{threshold}", test.kind, test.id)
}

/// What was collected for a test, in words.
pub(super) fn collected(looked: &Looked<'_>) -> String {
    let Some(object) = looked.object else { return "it has no object".to_owned() };
    let items = looked.items.len() + looked.more;
    match looked.flag {
        Some(flag) => format!("object {}: {}, items: {items}", object.id, flag.name()),
        None => format!("object {}: nothing is known of it", object.id),
    }
}

/// An item in words: its type and its values.
pub(super) fn item(seen: &Seen<'_>) -> String {
    let item = &seen.item;
    let status =
        if item.status == Status::Exists { String::new() } else { format!(" ({})", item.status.name()) };
    let values: Vec<String> = item.entities.iter().map(value).collect();
    format!("{}{status}: {}", item.kind, values.join(", "))
}

fn value(value: &Value<'_>) -> String {
    let shown = match value.status {
        Status::Exists if !value.fields.is_empty() => {
            let fields: Vec<String> = value.fields.iter().map(self::value).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Status::Exists => value.text.trim().to_owned(),
        status => format!("({})", status.name()),
    };
    format!("{}={shown}", value.name)
}

/// A state in words: what it compares values with; what it hides stays hidden.
pub(super) fn state(text: &str) -> String {
    let Ok(element) = Element::parse(text) else { return String::new() };
    let entity = |entity: &Element| {
        let operation = entity.attribute("operation").unwrap_or("equals");
        let against = match (entity.attribute("mask"), entity.attribute("var_ref")) {
            (Some("true" | "1"), _) => "(hidden)",
            (_, Some(variable)) => variable,
            (_, None) => entity.trimmed(),
        };
        format!("{} {operation} {against}", entity.name)
    };
    let entities: Vec<String> = element.children.iter().map(entity).collect();
    entities.join(&format!(" {} ", element.attribute("operator").unwrap_or("AND")))
}

/// Writes the proof of a definition.
pub(super) fn write(definition: &Definition, trace: Option<&Trace<'_>>, json: &mut Json<'_>) {
    json.key("kind").text("definition");
    json.key("id").text(&definition.id);
    json.key("version").text(&definition.version);
    json.key("class").maybe(definition.class.map(|class| class.name()));
    json.key("criteria");
    match trace {
        Some(trace) => part(trace, json),
        None => json.null(),
    }
}

fn part(trace: &Trace<'_>, json: &mut Json<'_>) {
    json.object(|json| {
        json.key("words").text(&words(trace));
        answer(trace.answer, json);
        json.key("negate").truth(trace.part.negate);
        match (&trace.part.question, &trace.test, trace.extended) {
            (Question::All(operator, _), ..) => {
                json.key("operator").maybe(operator.map(Operator::name));
                json.key("parts").array(&trace.below, |json, below| part(below, json));
            }
            (_, Some(looked), _) => {
                json.key("test");
                test(looked, json);
            }
            (_, _, other) => json.key("definition").maybe(other.map(|definition| definition.id.as_str())),
        }
    });
}

fn test(looked: &Looked<'_>, json: &mut Json<'_>) {
    json.object(|json| {
        json.key("id").text(&looked.test.id);
        json.key("type").text(&looked.test.kind.to_string());
        json.key("threshold").truth(looked.threshold);
        json.key("object").maybe(looked.object.map(|object| object.id.as_str()));
        json.key("flag").maybe(looked.flag.map(|flag| flag.name()));
        json.key("position");
        position(Some(looked.test.position), json);
        json.key("items").array(&looked.items, |json, seen| {
            json.object(|json| {
                json.key("words").text(&item(seen));
                json.key("position");
                position(seen.position, json);
                json.key("states").array(&seen.states, |json, (named, said)| {
                    json.object(|json| {
                        json.key("id").text(&named.id);
                        json.key("words").text(&state(&named.text));
                        answer(*said, json);
                        json.key("position");
                        position(Some(named.position), json);
                    });
                });
            });
        });
        json.key("more_items").number(looked.more as u64);
    });
}
