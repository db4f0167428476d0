//! `inspect subjects`: every thing that rules ask about, with what the index keeps of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::View;
use crate::error::Result;
use crate::index::Index;
use crate::index::columns::{Column as _, part};
use crate::index::probe::tag;
use crate::model::expr::Subject;
use crate::model::fact::{Kind, PackageKind};
use crate::report::table::{Column, Note, Table, Value};

pub(super) const VIEW: View = View { name: "subjects", title: "every thing that rules ask about", table };

fn table(index: &Index) -> Result<Table<'_>> {
    let view = index.view()?;
    let columns = view.columns;
    let mut table = Table::new(
        VIEW.name,
        vec![
            Column::text("kind"),
            Column::text("subject"),
            Column::text("name"),
            Column::text("predicates"),
            Column::text("thresholds"),
            Column::text("rows"),
            Column::text("anchors"),
        ],
    );
    let mut rows = vec![0u64; view.subjects()];
    for at in 0..columns.row_subject.len() {
        if let Some(rows) = rows.get_mut(columns.row_subject.at(at) as usize) {
            *rows += 1;
        }
    }
    let mut kinds: BTreeMap<Kind, u64> = BTreeMap::new();
    for (at, rows) in rows.into_iter().enumerate() {
        let Some(subject) = view.subject(at) else { continue };
        *kinds.entry(subject.kind()).or_default() += 1;
        let name = match columns.subject_tag.at(at) {
            tag::REGISTRY_VALUE => view.text(columns.subject_name.at(at)),
            _ => package_kind(&subject),
        };
        let count = |count: u64| if count == 0 { Value::Empty } else { Value::Count(count) };
        table.push(vec![
            Value::from(subject.kind().name()),
            Value::Text(Cow::Borrowed(view.text(columns.subject_text.at(at)))),
            Value::from(name),
            count(part(&columns.subject_predicate_ends, at).len() as u64),
            count(view.thresholds(at).len() as u64),
            count(rows),
            count(part(&columns.subject_anchor_ends, at).len() as u64),
        ]);
    }
    let kinds = kinds.into_iter().map(|(kind, count)| (kind.name(), count));
    table.foot = vec![Note::count("subjects", view.subjects() as u64), Note::counts("kinds", kinds)];
    Ok(table)
}

fn package_kind(subject: &Subject) -> &'static str {
    match subject {
        Subject::Package(PackageKind::Rpm, _) => "rpm",
        Subject::Package(PackageKind::Deb, _) => "deb",
        _ => "",
    }
}
