//! `inspect updates`: every update with what identifies it and how much it asks.

use std::collections::BTreeMap;

use super::View;
use crate::error::Result;
use crate::index::Index;
use crate::index::columns::{Column as _, part};
use crate::model::fact::Kind;
use crate::model::update::Urgency;
use crate::report::table::{Column, Note, Table, Value};

pub(super) const VIEW: View =
    View { name: "updates", title: "every update, and how much it asks of a client", table };

fn table(index: &Index) -> Result<Table<'_>> {
    let view = index.view()?;
    let columns = view.columns;
    let mut table = Table::new(
        VIEW.name,
        vec![
            Column::text("update"),
            Column::data("source"),
            Column::text("bulletin"),
            Column::long("title"),
            Column::text("type"),
            Column::text("severity"),
            Column::text("posted"),
            Column::text("flags"),
            Column::text("rule"),
            Column::text("leaves"),
            Column::text("rows"),
            Column::text("replaced_by"),
            Column::text("anchor"),
        ],
    );
    let mut rules: BTreeMap<&'static str, u64> = BTreeMap::new();
    for at in 0..view.updates() {
        let text = |number| Value::from(view.text(number));
        let count = |range: std::ops::Range<usize>| match range.len() {
            0 => Value::Empty,
            length => Value::Count(length as u64),
        };
        let rule = match (columns.update_rule.at(at), columns.update_retracted.at(at)) {
            (_, 1..) => "retracted",
            (1, _) => "tests",
            (2, _) => "packages",
            _ => "none",
        };
        *rules.entry(rule).or_default() += 1;
        let source = columns.update_source.at(at) as usize;
        let urgency = Urgency::from_number(columns.update_urgency.at(at));
        let anchor = Kind::ALL.get(usize::from(columns.update_anchored.at(at)));
        table.push(vec![
            text(columns.update_identity.at(at)),
            text(columns.source_path.at(source)),
            text(columns.update_bulletin.at(at)),
            text(columns.update_title.at(at)),
            text(columns.update_kind.at(at)),
            urgency.map_or(Value::Empty, |urgency| Value::from(urgency.name())),
            text(columns.update_posted.at(at)),
            Value::from(view.flags(at)),
            Value::from(rule),
            count(part(&columns.update_leaf_ends, at)),
            count(part(&columns.update_row_ends, at)),
            count(part(&columns.update_edge_ends, at)),
            anchor.map_or(Value::Empty, |kind| Value::from(kind.name())),
        ]);
    }
    table.foot = vec![Note::count("updates", view.updates() as u64), Note::counts("rules", rules)];
    Ok(table)
}
