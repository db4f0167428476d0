//! `inspect supersedence`: every edge, who says so and where.

use super::View;
use crate::diagnostic::Code;
use crate::error::Result;
use crate::index::Index;
use crate::index::columns::Column as _;
use crate::model::supersedence::Source;
use crate::report::table::{Column, Note, Table, Value};

pub(super) const VIEW: View =
    View { name: "supersedence", title: "which update replaces which, and where it is said", table };

fn table(index: &Index) -> Result<Table<'_>> {
    let view = index.view()?;
    let columns = view.columns;
    let mut table = Table::new(
        VIEW.name,
        vec![
            Column::text("update"),
            Column::text("replaced_by"),
            Column::text("source"),
            Column::data("document"),
            Column::text("position"),
        ],
    );
    let mut counts = [0u64; 2];
    for update in 0..view.updates() {
        for edge in view.edges(update) {
            let source = edge.source;
            counts[source as usize] += 1;
            let (document, position) = match source {
                Source::Declared => {
                    let path = columns.source_path.at(columns.update_source.at(update) as usize);
                    (Value::from(view.text(path)), Value::from(edge.position.to_string()))
                }
                Source::Versions => (Value::Empty, Value::Empty),
            };
            table.push(vec![
                Value::from(view.text(columns.update_identity.at(update))),
                Value::from(view.text(columns.update_identity.at(edge.by as usize))),
                Value::from(source.name()),
                document,
                position,
            ]);
        }
    }
    let sources: Vec<_> = (0..view.sources()).map(|at| view.source(at)).collect();
    let of = |code| sources.iter().map(|source| source.diagnostics.of(code)).sum();
    let named = [Source::Declared, Source::Versions].map(Source::name).into_iter().zip(counts);
    table.foot = vec![
        Note::counts("edges", named),
        Note::count("dangling", sources.iter().map(|source| source.dangling).sum()),
        Note::count("self edges dropped", of(Code::SupersedenceSelf)),
        Note::count("updates in cycles", of(Code::SupersedenceCycle)),
    ];
    Ok(table)
}
