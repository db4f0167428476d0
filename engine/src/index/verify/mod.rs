//! Checks what an index's bytes mean, beyond their bounds.
//!
//! Three passes, each a list that is walked: what the table of columns says of every entry, conditions
//! that every entry meets by itself ([`entries`], [`packages`], [`relations`]), and what only all together
//! show ([`rules`], and the totals here). The first failure is the answer: it names the column and the entry.

use super::View;
use super::columns::{ArchivedColumns, Column, Described, NONE, Values};
use super::probe::tag;
use super::restore::unpack;
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::path;
use crate::model::reason::Reason;
use crate::model::verdict::Cell;

mod definitions;
mod entries;
mod packages;
mod relations;
mod rules;

/// Checks the meaning of every column.
pub(super) fn verify(view: View<'_>) -> Result<()> {
    let columns = view.columns.described();
    columns.iter().try_for_each(length)?;
    columns.iter().try_for_each(values)?;
    entries::CHECKS
        .iter()
        .chain(packages::CHECKS)
        .chain(relations::CHECKS)
        .chain(definitions::CHECKS)
        .try_for_each(|check| check.run(view))?;
    rules::nodes(view)?;
    rules::predicates(view)?;
    rules::anchors(view)?;
    rules::patches(view)?;
    packages::groups(view)?;
    relations::chains(view)?;
    totals(view)
}

/// A condition that every thing of a table meets.
struct Check {
    /// The column that is to blame.
    column: &'static str,
    /// How many things there are.
    count: fn(&ArchivedColumns) -> usize,
    /// The condition.
    holds: fn(View<'_>, usize) -> bool,
    /// What is wrong where it does not hold.
    wrong: &'static str,
}

impl Check {
    fn run(&self, view: View<'_>) -> Result<()> {
        match (0..(self.count)(view.columns)).find(|at| !(self.holds)(view, *at)) {
            Some(at) => Err(bad(self.column, at, self.wrong)),
            None => Ok(()),
        }
    }
}

fn bad(column: &str, at: usize, wrong: &str) -> Error {
    Error::new(Code::BadTable, format!("column `{column}`, entry {at}: {wrong}"))
        .with_hint("the index was damaged; recompile the catalogs with `patchstate compile`")
}

/// A column has as many entries as its table has things.
fn length(column: &Described<'_>) -> Result<()> {
    let (found, table) = (column.entries.len(), column.table);
    if found == table.count.saturating_mul(column.times) {
        return Ok(());
    }
    let wrong = format!("ends here, and there are {} {} with {} each", table.count, table.name, column.times);
    Err(bad(column.name, found, &wrong))
}

/// Every entry is one of those that the column may have.
fn values(column: &Described<'_>) -> Result<()> {
    let mut before = 0;
    for (at, value) in column.entries.iter().enumerate() {
        if !may_be(value, before, column.values) {
            return Err(bad(column.name, at, &not_a_value(value, before, column.values)));
        }
        before = value;
    }
    match column.values {
        Values::Ends(table) if before != table.count as u64 => {
            Err(bad(column.name, column.entries.len(), &not_a_value(before, before, column.values)))
        }
        _ => Ok(()),
    }
}

fn may_be(value: u64, before: u64, values: Values) -> bool {
    let none = value == u64::from(NONE);
    match values {
        Values::Any => true,
        Values::UpTo(most, other) => value <= most || other == Some(value),
        Values::Of(table) => value < table.count as u64,
        Values::NoneOr(table) => none || value < table.count as u64,
        Values::ZeroOr(table) => value <= table.count as u64,
        Values::Ends(table) => value >= before && value <= table.count as u64,
        Values::Cell => is_cell(value),
        Values::NoneOrCell => none || is_cell(value),
    }
}

fn not_a_value(value: u64, before: u64, values: Values) -> String {
    match values {
        Values::Ends(table) => {
            format!("a part ends at {value} after {before}, and there are {} {}", table.count, table.name)
        }
        Values::Of(table) | Values::NoneOr(table) | Values::ZeroOr(table) => {
            format!("{value}, and there are {} {}", table.count, table.name)
        }
        Values::Any | Values::UpTo(..) | Values::Cell | Values::NoneOrCell => {
            format!("{value} is nothing that it may hold")
        }
    }
}

/// Whether a number is a packed cell: verdict, a reason that fits it, flags.
fn is_cell(number: u64) -> bool {
    let Ok(number) = u32::try_from(number) else { return false };
    let cell = unpack(number);
    number & 0xff == u32::from(cell.verdict.code())
        && Reason::from_number((number >> 8 & 0xff) as u16) == Some(cell.reason)
        && fits(cell)
}

fn fits(cell: Cell) -> bool {
    cell.reason.verdicts().contains(&cell.verdict)
}

/// Whether the keys before `at` and at it rise.
fn rises<K: PartialOrd>(at: usize, key: impl Fn(usize) -> K) -> bool {
    at == 0 || key(at - 1) < key(at)
}

/// What is listed in one place is listed whole: each thing is checked where it stands, so as many as
/// there should be are all of them.
fn totals(view: View<'_>) -> Result<()> {
    let columns = view.columns;
    let is_below_token = |subject: &usize| {
        columns.subject_tag.at(*subject) == tag::FILE
            && path::token(view.text(columns.subject_text.at(*subject))).is_some()
    };
    let below = |token| columns.token_end.at(token).saturating_sub(columns.token_first.at(token)) as usize;
    let withdrawn = (0..columns.updates()).filter(|update| columns.update_retracted.at(*update) != 0);
    let counts = [
        (
            "token_end",
            (0..columns.tokens()).map(below).sum(),
            (0..columns.subjects()).filter(is_below_token).count(),
        ),
        (
            "retracted_row",
            columns.retracted(),
            withdrawn.map(|update| columns.update_row_ends(update).len()).sum(),
        ),
        (
            "probe",
            (0..columns.places()).filter(|place| columns.probe.at(*place) != 0).count(),
            columns.subjects(),
        ),
    ];
    match counts.into_iter().find(|(_, found, expected)| found != expected) {
        Some((column, found, expected)) => {
            Err(bad(column, found, &format!("ends here with {found} things, and {expected} belong in it")))
        }
        None => places(view.columns),
    }
}

/// The hash table has a size that a mask can be made of, and a place where every look-up ends.
fn places(columns: &ArchivedColumns) -> Result<()> {
    if columns.places().is_power_of_two() && columns.places() > columns.subjects() {
        return Ok(());
    }
    Err(bad("probe", columns.places(), "ends here, which is no power of two or leaves no place empty"))
}
