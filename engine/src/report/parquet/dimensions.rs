//! `dim_update` and `dim_client`: what the numbers of the other tables stand for.

use super::file::{Column, Holds, Table, Value};
use super::keys::Keys;
use super::number;
use crate::archive::output::Output;
use crate::error::Result;
use crate::matrix::Matrix;
use crate::matrix::tables::{Client, Update};
use crate::model::fact::Kind;
use crate::model::update::Urgency;
use crate::report::naming;

pub(super) const UPDATES: &[Column] = &[
    ("update_key", Holds::Sorted),
    ("update_id", Holds::Text),
    ("feed", Holds::Text),
    ("format", Holds::Text),
    ("catalog_revision", Holds::Text),
    ("short_id", Holds::Text),
    ("bulletin", Holds::Text),
    ("title", Holds::Text),
    ("summary", Holds::Text),
    ("type", Holds::Text),
    ("severity", Holds::Int),
    ("severity_name", Holds::Text),
    ("articles", Holds::Text),
    ("cves", Holds::Text),
    ("products", Holds::Text),
    ("posted", Holds::Text),
    ("revised", Holds::Text),
    ("reboot", Holds::Text),
    ("payload", Holds::Text),
    ("information", Holds::Text),
    ("update_flags", Holds::Int),
    ("update_flag_names", Holds::Text),
];

/// Fills `dim_update`.
pub(super) fn updates(matrices: &[&Matrix<'_>], keys: &Keys<'_>, table: &mut Table<Output>) -> Result<()> {
    for (at, matrix) in matrices.iter().enumerate() {
        for (number, update) in matrix.updates.iter().enumerate() {
            table.push(update_row(matrix, update, keys.update(at, number)?))?;
        }
    }
    Ok(())
}

fn update_row(matrix: &Matrix<'_>, update: &Update, key: i32) -> [Value; 22] {
    let source = naming::source(matrix, update);
    let of_source =
        |text: fn(&crate::matrix::tables::Source) -> &String| source.map_or("", |source| text(source));
    [
        Value::Int(key),
        Value::text(&update.id),
        Value::text(of_source(|source| &source.feed)),
        Value::text(of_source(|source| &source.format)),
        Value::text(of_source(|source| &source.revision)),
        Value::text(naming::short_id(update)),
        Value::text(&update.bulletin),
        Value::text(&update.title),
        Value::text(&update.summary),
        Value::text(naming::kind(source)),
        Value::Int(update.urgency.map_or(0, |urgency| (urgency as u8).into())),
        Value::text(update.urgency.map_or("", Urgency::name)),
        Value::text(naming::articles(update).data()),
        Value::text(update.cves.join(";")),
        Value::text(joined(update.products.iter().map(|row| row.product.as_str()))),
        Value::text(&update.posted),
        Value::text(&update.revised),
        Value::text(update.reboot.name()),
        Value::text(&update.payload),
        Value::text(&update.information),
        Value::Int(update.flags.bits().into()),
        Value::text(update.flags.to_string()),
    ]
}

pub(super) const CLIENTS: &[Column] = &[
    ("client_key", Holds::Sorted),
    ("client_id", Holds::Text),
    ("name", Holds::Text),
    ("client_group", Holds::Text),
    ("collector", Holds::Text),
    ("complete", Holds::Text),
    ("marks", Holds::Text),
    ("facts", Holds::Long),
    ("products", Holds::Text),
];

/// Fills `dim_client`: every client that a matrix or a collection names, as the first matrix that has it
/// describes it.
pub(super) fn clients(matrices: &[&Matrix<'_>], keys: &Keys<'_>, table: &mut Table<Output>) -> Result<()> {
    let nothing = Client::default();
    for (key, id) in keys.clients.iter().enumerate() {
        let found = matrices.iter().find_map(|matrix| matrix.clients.get(matrix.client(id)?));
        let client = found.unwrap_or(&nothing);
        table.push([
            Value::Int(number(key)?),
            Value::text(*id),
            Value::text(&client.name),
            Value::text(&client.group),
            Value::text(&client.collector),
            Value::text(joined(client.complete.iter().map(Kind::name))),
            Value::text(joined(client.marks.names())),
            Value::Long(i64::try_from(client.facts).unwrap_or(i64::MAX)),
            Value::text(joined(client.products.iter().map(|row| row.product.as_str()))),
        ])?;
    }
    Ok(())
}

/// Several names as one text, as CSV has them.
fn joined<'t>(names: impl Iterator<Item = &'t str>) -> String {
    names.collect::<Vec<_>>().join(";")
}
