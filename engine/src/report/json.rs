//! Tables as one JSON object: the notes by name, and `rows`, an array of objects by column name.
//!
//! Only writes; the object's shape is `docs/reports.md`, "JSON", and its `version` grows when a field
//! changes its meaning.

use std::io::Write;

use super::table::{Note, Pending, Says, Table, Value};
use crate::error::Result;
pub(super) use crate::render::string;

/// The version of the shape.
const VERSION: u32 = 1;

/// Writes a table.
pub(super) fn write(table: &Table<'_>, out: &mut dyn Write) -> Result<()> {
    let mut pending = Pending::new(out);
    pending.bytes.extend(b"{\"report\":");
    string(table.name, &mut pending.bytes);
    pending.bytes.extend(format!(",\"version\":{VERSION}").bytes());
    for note in table.head.iter().chain(&table.foot) {
        write_note(note, &mut pending.bytes);
    }
    pending.bytes.extend(b",\"rows\":[");
    for (at, row) in table.rows.iter().enumerate() {
        pending.bytes.extend(if at > 0 { &b",\n{"[..] } else { b"\n{" });
        let names = table.columns.iter().map(|column| column.name);
        members(names.zip(row), &mut pending.bytes);
        pending.bytes.push(b'}');
        pending.line()?;
    }
    pending.bytes.extend(b"\n]}\n");
    pending.finish()
}

fn write_note(note: &Note<'_>, out: &mut Vec<u8>) {
    if matches!(note.says, Says::Advice(_)) {
        return;
    }
    out.extend(b",\n\"");
    out.extend(note.name.replace(' ', "_").bytes());
    out.extend(b"\":");
    match &note.says {
        Says::One(value) => write_value(value, out),
        Says::Counts(counts) => write_counts(counts, out),
        Says::Records(records) | Says::Cards(records) => {
            out.push(b'[');
            for (at, values) in records.iter().enumerate() {
                out.extend(if at > 0 { &b",{"[..] } else { b"{" });
                members(values.iter().map(|(name, value)| (*name, value)), out);
                out.push(b'}');
            }
            out.push(b']');
        }
        Says::Advice(_) => {}
    }
}

fn write_counts(counts: &[(&str, u64)], out: &mut Vec<u8>) {
    let values: Vec<_> = counts.iter().map(|(name, count)| (*name, Value::Count(*count))).collect();
    out.push(b'{');
    members(values.iter().map(|(name, value)| (*name, value)), out);
    out.push(b'}');
}

/// Writes the members of an object.
fn members<'t, 'm: 't>(members: impl Iterator<Item = (&'t str, &'t Value<'m>)>, out: &mut Vec<u8>) {
    for (at, (name, value)) in members.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        string(name, out);
        out.push(b':');
        write_value(value, out);
    }
}

fn write_value(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Empty => out.extend(b"null"),
        Value::Text(text) => string(text, out),
        Value::Count(number) | Value::Number(number) => out.extend(number.to_string().bytes()),
        Value::Verdict(verdict) => string(verdict.name(), out),
        Value::Counts(counts) => write_counts(counts, out),
        Value::List(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                string(item, out);
            }
            out.push(b']');
        }
    }
}
