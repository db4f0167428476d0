//! `report update ID`: the clients of an update, or of the updates of a bulletin, by verdict.

use super::table::{Column, Note, Says, Table, Value};
use super::{LeftOut, Options, Report, Subject, flags_of, footer};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::matrix::Matrix;
use crate::matrix::tables::Update;
use crate::model::verdict::{Cell, Verdict};

pub(super) const REPORT: Report =
    Report { name: "update", title: "which clients need an update", subject: Subject::Update, table };

/// The verdicts in the order of the rows; NotApplicable is never listed.
const LISTED: [Verdict; 3] = [Verdict::Missing, Verdict::Unknown, Verdict::Installed];

fn table<'m>(matrix: &'m Matrix<'_>, id: &str, options: &Options) -> Result<Table<'m>> {
    let updates = matrix.find_updates(id);
    if updates.is_empty() {
        let hint =
            "name it by its identity, its bulletin or its article; `patchstate report summary` lists them";
        return Err(Error::new(Code::BadValue, format!("no update `{id}`")).with_hint(hint));
    }
    let columns = vec![
        Column::text("UpdateID"),
        Column::text("Status"),
        Column::text("ClientID"),
        Column::long("ClientName"),
        Column::text("Reason"),
        Column::text("Flags"),
        Column::text("ScanDateTime"),
    ];
    let mut table = Table::new(REPORT.name, columns);
    let mut listing = Listing::default();
    for update in &updates {
        listing.list(matrix, *update, options, &mut table);
    }
    let about = updates.iter().map(|update| describe(&matrix.updates[*update]));
    table.head = vec![Note { name: "about", says: Says::Cards(about.collect()) }];
    table.foot = footer::notes(matrix);
    table.foot.push(footer::totals(listing.totals));
    table.foot.extend(footer::left_out(&listing.left_out));
    Ok(table)
}

fn describe(update: &Update) -> Vec<(&'static str, Value<'_>)> {
    vec![
        ("update", Value::from(&update.id)),
        ("title", Value::from(&update.title)),
        ("severity", update.urgency.map_or(Value::Empty, |urgency| Value::from(urgency.name()))),
        ("posted", Value::from(&update.posted)),
        ("information", Value::from(&update.information)),
    ]
}

/// The cells that were looked at.
#[derive(Default)]
struct Listing {
    totals: [u64; 4],
    left_out: LeftOut,
}

impl Listing {
    fn list<'m>(&mut self, matrix: &'m Matrix<'_>, update: usize, options: &Options, table: &mut Table<'m>) {
        let mut places: [Vec<(usize, Cell)>; 4] = Default::default();
        for client in 0..matrix.clients.len() {
            let cell = matrix.cell(client, update);
            let code = usize::from(cell.verdict.code());
            self.totals[code] += 1;
            if cell.verdict != Verdict::NotApplicable {
                places[code].push((client, cell));
            }
        }
        for verdict in LISTED {
            for (client, cell) in &places[usize::from(verdict.code())] {
                if !self.left_out.leaves_out(flags_of(matrix, update, *cell), options.hidden) {
                    table.push(row(matrix, *client, update, *cell));
                }
            }
        }
    }
}

fn row<'m>(matrix: &'m Matrix<'_>, client: usize, update: usize, cell: Cell) -> Vec<Value<'m>> {
    let flags = flags_of(matrix, update, cell);
    let client = &matrix.clients[client];
    vec![
        Value::from(&matrix.updates[update].id),
        Value::Verdict(cell.verdict),
        Value::from(&client.id),
        Value::from(&client.name),
        Value::from(cell.reason.name()),
        Value::from(flags),
        Value::from(&client.collected),
    ]
}
