//! `report summary`: one row per update, with how many clients need it, have it, or cannot tell.
//!
//! The columns are those of `SMS_ApplicableUpdatesSummaryEx`; what nothing is known of is empty.

use super::counts::{ORDER, by_update};
use super::table::{Column, Table, Value};
use super::{AGENT, Columns, LeftOut, Options, Report, Subject, footer, naming};
use crate::error::Result;
use crate::matrix::Matrix;
use crate::matrix::tables::Update;

pub(super) const REPORT: Report = Report {
    name: "summary",
    title: "each update and how many clients need it",
    subject: Subject::Matrix,
    table,
};

const COLUMNS: &[Column] = &[
    Column::data("ID"),
    Column::text("UpdateID"),
    Column::data("QNumbers"),
    Column::data("Product"),
    Column::data("ProductID"),
    Column::long("Title"),
    Column::data("Type"),
    Column::data("Language"),
    Column::data("LocaleID"),
    Column::data("DatePosted"),
    Column::data("DateRevised"),
    Column::data("InfoPath"),
    Column::data("BinPath"),
    Column::data("ScanAgent"),
    Column::data("TimeAuthorized"),
    Column::data("RevisionNumber"),
    Column::text("Counts").headed("Missing"),
    Column::text("InstalledCounts").headed("Installed"),
    Column::text("UnknownCounts").headed("Unknown"),
    Column::text("NotApplicableCounts").headed("NotApplicable"),
    Column::data("SupersededCounts"),
    Column::data("StaleCounts"),
    Column::data("Requested"),
];

const WIDE: &[Column] = &[
    Column::data("DateCreated"),
    Column::data("UnattendSyntax"),
    Column::data("UniqueUpdateID"),
    Column::data("UpdateFormat"),
    Column::data("UpdateParams"),
    Column::data("Summary"),
];

fn table<'m>(matrix: &'m Matrix<'_>, _: &str, options: &Options) -> Result<Table<'m>> {
    let mut columns = COLUMNS.to_vec();
    if options.columns == Columns::Wide {
        columns.extend(WIDE);
    }
    let mut table = Table::new(REPORT.name, columns);
    let mut left_out = LeftOut::default();
    for (update, counts) in matrix.updates.iter().zip(by_update(matrix)) {
        if left_out.leaves_out(update.flags, options.hidden) {
            continue;
        }
        let mut row = describe(matrix, update, options);
        row.extend(ORDER.map(|verdict| Value::Count(counts.of(verdict))));
        row.extend([Value::Count(counts.superseded), Value::Count(counts.stale), Value::Empty]);
        if options.columns == Columns::Wide {
            row.extend(wide(matrix, update));
        }
        table.push(row);
    }
    table.foot = footer::notes(matrix);
    table.foot.push(footer::totals(matrix.totals()));
    table.foot.extend(footer::left_out(&left_out));
    Ok(table)
}

/// The columns before the counts.
fn describe<'m>(matrix: &'m Matrix<'_>, update: &'m Update, options: &Options) -> Vec<Value<'m>> {
    let source = naming::source(matrix, update);
    let language = source.map_or("", |source| source.language.as_str());
    vec![
        Value::Text(naming::short_id(update)),
        Value::from(&update.id),
        naming::articles(update),
        update.products.iter().map(|row| row.product.as_str()).collect(),
        source.map_or(Value::Empty, |source| Value::from(&source.feed)),
        Value::from(&update.title),
        Value::from(naming::kind(source)),
        Value::from(language),
        naming::locale(language).map_or(Value::Empty, |number| Value::Number(number.into())),
        Value::from(&update.posted),
        Value::from(&update.revised),
        Value::from(&update.information),
        Value::from(&update.payload),
        Value::from(AGENT),
        options.site.authorized.get(&update.id).map_or(Value::Empty, |one| Value::from(one.time.clone())),
        source.map_or(Value::Empty, |source| Value::from(&source.revision)),
    ]
}

/// The columns that only `--wide` asks for.
fn wide<'m>(matrix: &'m Matrix<'_>, update: &'m Update) -> [Value<'m>; 6] {
    let format = naming::source(matrix, update).map_or("", |source| source.format.as_str());
    [
        Value::Empty,
        Value::Empty,
        Value::from(&update.id),
        Value::from(format),
        Value::Empty,
        Value::from(&update.summary),
    ]
}
