//! `inspect sources`: where the catalogs came from and what they hold, by keys that other tools read.

use std::borrow::Cow;

use super::View;
use crate::error::Result;
use crate::index::Index;
use crate::index::columns::Column as _;
use crate::report::table::{Column, Table, Value};

pub(super) const VIEW: View =
    View { name: "sources", title: "where the catalogs came from, and what they hold", table };

fn table(index: &Index) -> Result<Table<'_>> {
    let view = index.view()?;
    let columns = view.columns;
    let mut table = Table::new(
        VIEW.name,
        vec![
            Column::text("format"),
            Column::text("path"),
            Column::data("sha256"),
            Column::text("updates"),
            Column::text("leaf_predicates"),
            Column::text("distinct_predicates"),
            Column::text("nodes"),
            Column::text("distinct_nodes"),
            Column::data("wql_uses"),
            Column::data("wql_distinct"),
            Column::data("wql_unparsed"),
            Column::text("supersedence_edges"),
            Column::text("supersedence_dangling"),
            Column::long("diagnostics"),
        ],
    );
    let mut updates = vec![0u64; view.sources()];
    for at in 0..view.updates() {
        if let Some(updates) = updates.get_mut(columns.update_source.at(at) as usize) {
            *updates += 1;
        }
    }
    for (at, updates) in updates.into_iter().enumerate() {
        let entry = view.source(at);
        let counts = |which: usize| Value::Count(columns.source_counts.at(at * 6 + which));
        let digest: String = entry.source.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let diagnostics = entry.diagnostics.counts().map(|(code, count)| (Cow::Borrowed(code.name()), count));
        // No rule of this format version asks a management query, so that there is none to count.
        let [uses, distinct, unparsed] = [0; 3].map(Value::Count);
        table.push(vec![
            Value::from(view.text(columns.source_format.at(at))),
            Value::from(view.text(columns.source_path.at(at))),
            Value::from(digest),
            Value::Count(updates),
            counts(0),
            counts(1),
            counts(2),
            counts(3),
            uses,
            distinct,
            unparsed,
            counts(4),
            counts(5),
            Value::Numbers(diagnostics.collect()),
        ]);
    }
    Ok(table)
}
