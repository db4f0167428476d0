//! `report client ID`: the updates of one client by verdict, with their reasons.

use std::borrow::Cow;

use super::table::{Column, Note, Table, Value};
use super::{LeftOut, Options, Report, Subject, flags_of, footer, naming};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::matrix::Matrix;
use crate::matrix::tables::Client;
use crate::model::fact::Kind;
use crate::model::verdict::{Cell, Verdict};

pub(super) const REPORT: Report = Report {
    name: "client",
    title: "what one client needs, and what could not be decided",
    subject: Subject::Client,
    table,
};

/// The verdicts in the order of the rows; NotApplicable is never listed.
const LISTED: [Verdict; 3] = [Verdict::Missing, Verdict::Unknown, Verdict::Installed];

fn table<'m>(matrix: &'m Matrix<'_>, id: &str, options: &Options) -> Result<Table<'m>> {
    let at = find(matrix, id)?;
    let columns = vec![
        Column::text("Status"),
        Column::data("ID"),
        Column::text("UpdateID"),
        Column::data("QNumbers"),
        Column::text("Severity"),
        Column::long("Title"),
        Column::text("Reason"),
        Column::text("Flags"),
    ];
    let mut table = Table::new(REPORT.name, columns);
    let mut left_out = LeftOut::default();
    let mut suppressed = Suppressed::default();
    for verdict in LISTED {
        for (update, cell) in matrix.row(at).enumerate().filter(|(_, cell)| cell.verdict == verdict) {
            if verdict == Verdict::Installed && !options.history.lists(cell.reason) {
                continue;
            }
            if verdict == Verdict::Unknown && options.suppress.hides_note(cell) {
                suppressed.notes += 1;
                continue;
            }
            if !left_out.leaves_out(flags_of(matrix, update, cell), options.hidden) {
                let hides_mark = options.suppress.hides_mark(cell);
                suppressed.warnings += u64::from(hides_mark);
                table.push(row(matrix, update, cell, hides_mark));
            }
        }
    }
    let totals = matrix.totals_of(at);
    table.head = head(&matrix.clients[at]);
    table.foot = footer::notes(matrix);
    table.foot.push(footer::totals(totals));
    table.foot.extend(footer::left_out(&left_out));
    table.foot.extend(suppressed.notes());
    if options.history == super::History::None && totals[usize::from(Verdict::Installed.code())] > 0 {
        table.foot.push(Note::advice("installed updates are listed with --history 3"));
    }
    Ok(table)
}

/// How much `--suppress` left out.
#[derive(Default)]
struct Suppressed {
    notes: u64,
    warnings: u64,
}

impl Suppressed {
    fn notes<'m>(&self) -> impl Iterator<Item = Note<'m>> {
        let counts = [("suppressed notes", self.notes), ("suppressed warnings", self.warnings)];
        counts.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| Note::count(name, count))
    }
}

/// The number of a client.
///
/// # Errors
///
/// There is none of that id.
pub fn find(matrix: &Matrix<'_>, id: &str) -> Result<usize> {
    matrix.client(id).ok_or_else(|| {
        let folded = id.to_lowercase();
        let near = matrix
            .clients
            .iter()
            .find(|client| client.id.to_lowercase() == folded || client.name.to_lowercase() == folded);
        let error = Error::new(Code::BadValue, format!("no client `{id}`"));
        match near {
            Some(near) => error.with_hint(format!("there is a client `{}`", near.id)),
            None => error.with_hint("`patchstate export matrix --verdict all` lists all clients"),
        }
    })
}

/// The row of an update; a reason that is only a mark may be hidden.
fn row<'m>(matrix: &'m Matrix<'_>, at: usize, cell: Cell, hides_mark: bool) -> Vec<Value<'m>> {
    let update = &matrix.updates[at];
    vec![
        Value::Verdict(cell.verdict),
        Value::Text(naming::short_id(update)),
        Value::from(&update.id),
        naming::articles(update),
        update.urgency.map_or(Value::Empty, |urgency| Value::from(urgency.name())),
        Value::from(&update.title),
        if hides_mark { Value::Empty } else { Value::from(cell.reason.name()) },
        Value::from(flags_of(matrix, at, cell)),
    ]
}

/// What is known of the client itself.
pub(super) fn head(client: &Client) -> Vec<Note<'_>> {
    let products = client.products.iter().map(|row| match row.levels.as_slice() {
        [] => Cow::Borrowed(row.product.as_str()),
        levels => Cow::Owned(format!("{} ({})", row.product, levels.join(", "))),
    });
    let old = client.old_service_packs.iter();
    let old = old.map(|old| Cow::Owned(format!("{} (the current one is {})", old.product, old.current)));
    vec![
        Note::one("client", &client.id),
        Note::one("name", &client.name),
        Note::one("group", &client.group),
        Note::one("collected", &client.collected),
        Note::one("collector", &client.collector),
        Note::one("error", &client.error),
        Note::one("complete", client.complete.iter().map(Kind::name).collect::<Value<'_>>()),
        Note::one("marks", client.marks.names().collect::<Value<'_>>()),
        Note::count("facts", client.facts),
        Note::one("products", Value::List(products.collect())),
        Note::one("old service packs", Value::List(old.collect())),
    ]
}
