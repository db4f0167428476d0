//! Values and notes of reports as JSON, so that a page shows what the report says.

use crate::render::Json;
use crate::report::table::{Note, Says, Value};

/// Writes a note as its name and what it says: a text, a number, or a list of texts.
pub(super) fn note(note: &Note<'_>, json: &mut Json<'_>) {
    json.object(|json| {
        json.key("name").text(note.name);
        let json = json.key("says");
        match &note.says {
            Says::One(it) => value(it, json),
            Says::Advice(text) => json.text(text),
            Says::Counts(counts) => {
                json.array(counts, |json, (name, count)| json.text(&format!("{name} {count}")))
            }
            Says::Records(records) | Says::Cards(records) => json.array(records, |json, record| {
                let words: Vec<_> = record.iter().map(|(_, value)| value.shown()).collect();
                json.text(&words.join(" "));
            }),
        }
    });
}

/// Writes a value.
pub(super) fn value(value: &Value<'_>, json: &mut Json<'_>) {
    match value {
        Value::Count(number) | Value::Number(number) => json.number(*number),
        Value::List(items) => json.array(items, |json, item| json.text(item)),
        Value::Empty | Value::Text(_) | Value::Verdict(_) | Value::Counts(_) => json.text(&value.shown()),
    }
}
