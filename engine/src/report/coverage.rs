//! `report coverage`: how much of the answer the inventories gave: clients, complete kinds, and why
//! cells are Unknown.
//!
//! Percentages stand with both of their numbers. Clients that were never evaluated are not in a
//! matrix, so nothing is said of them.

use std::collections::BTreeMap;

use super::table::{Column, Note, Table, Value};
use super::{Options, Report, Subject, footer, naming, share};
use crate::error::Result;
use crate::matrix::Matrix;
use crate::model::fact::Kind;
use crate::model::reason::Reason;
use crate::model::verdict::Verdict;

pub(super) const REPORT: Report = Report {
    name: "coverage",
    title: "what was collected of the clients, and why cells are Unknown",
    subject: Subject::Matrix,
    table,
};

fn table<'m>(matrix: &'m Matrix<'_>, _: &str, _: &Options) -> Result<Table<'m>> {
    let columns = vec![
        Column::text("Section"),
        Column::text("Name"),
        Column::data("Count"),
        Column::data("Of"),
        Column::text("Share"),
    ];
    let mut table = Table::new(REPORT.name, columns);
    let clients = matrix.clients.len() as u64;
    let unreadable = footer::unreadable(matrix);
    push(&mut table, "clients", "evaluated", clients - unreadable, clients);
    push(&mut table, "clients", "unreadable", unreadable, clients);
    for kind in Kind::ALL {
        let complete = matrix.clients.iter().filter(|client| client.complete.contains(*kind)).count();
        push(&mut table, "complete", kind.name(), complete as u64, clients);
    }
    let cells = matrix.updates.len() as u64 * clients;
    let totals = matrix.totals();
    push(&mut table, "cells", "Unknown", totals[usize::from(Verdict::Unknown.code())], cells);
    for ((source, reason), count) in causes(matrix) {
        let feed = matrix.run.sources.get(source as usize).map_or("", |source| source.feed.as_str());
        let name = if feed.is_empty() { reason.name().to_owned() } else { format!("{feed} {reason}") };
        push(&mut table, "unknown", name, count, cells);
    }
    table.foot = footer::notes(matrix);
    table.foot.push(footer::totals(totals));
    table.foot.push(Note::advice("clients without an inventory are in no matrix and not counted here"));
    Ok(table)
}

fn push<'m>(table: &mut Table<'m>, section: &'m str, name: impl Into<Value<'m>>, part: u64, whole: u64) {
    let numbers = [Value::Count(part), Value::Count(whole), Value::from(share(part, whole))];
    table.push([Value::from(section), name.into()].into_iter().chain(numbers).collect());
}

/// How many cells are Unknown, per catalog and reason.
fn causes(matrix: &Matrix<'_>) -> BTreeMap<(u32, Reason), u64> {
    let mut causes = BTreeMap::new();
    for client in 0..matrix.clients.len() {
        for (update, cell) in matrix.updates.iter().zip(matrix.row(client)) {
            if cell.verdict == Verdict::Unknown {
                let source = naming::source(matrix, update).map_or(u32::MAX, |_| update.source);
                *causes.entry((source, cell.reason)).or_insert(0) += 1;
            }
        }
    }
    causes
}
