//! The tables of all clients and of all updates, by column, and the cells that numbers stand for.
//!
//! What lists show, search and sort by; the rest is in the chunks of rows and columns. Source of truth:
//! `docs/explorer.md`, "Files".

use super::chunk::Chunk;
use super::codes::Codes;
use super::grid::{Column, Grid, Row};
use super::members::Members;
use super::{Explorer, State};
use crate::error::Result;
use crate::matrix::tables::{Client, Status};
use crate::render::Json;
use crate::report::counts::Counts;
use crate::report::{naming, site};

/// How many rows of a table a chunk holds.
pub(super) const LENGTH: usize = 8192;

/// Writes both tables.
pub(super) fn write(
    explorer: &Explorer<'_>,
    grid: &Grid<'_>,
    codes: &Codes,
    counts: &[Counts],
    put: &mut dyn FnMut(Chunk) -> Result<()>,
) -> Result<()> {
    let places = Members::new(&explorer.collections);
    for (number, (rows, counts)) in pieces(&grid.clients).zip(pieces(counts)).enumerate() {
        let members = |json: &mut Json<'_>| clients(explorer, grid, &places, rows, counts, json);
        put(Chunk::packed("clients", number, members, &[])?)?;
    }
    for (number, columns) in pieces(&grid.updates).enumerate() {
        let members = |json: &mut Json<'_>| updates(explorer, grid, columns, json);
        put(Chunk::packed("updates", number, members, &[])?)?;
    }
    let members = |json: &mut Json<'_>| {
        json.key("cells").array(&codes.cells, |json, cell| {
            let numbers = [cell.verdict.code().into(), cell.reason.number(), cell.flags.bits()];
            json.array(numbers, |json, number| json.number(number));
        });
    };
    put(Chunk::packed("cells", 0, members, &[])?)
}

/// The rows of a table in pieces, of which there is one even where there is no row.
fn pieces<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let nothing = rows.is_empty().then_some(rows);
    rows.chunks(LENGTH).chain(nothing)
}

/// What a column takes from a client.
type Text = fn(&Client) -> &str;
/// What a column takes from counts.
type Count = fn(&Counts) -> u64;

fn clients(
    explorer: &Explorer<'_>,
    grid: &Grid<'_>,
    members: &Members<'_>,
    rows: &[Row<'_>],
    counts: &[Counts],
    json: &mut Json<'_>,
) {
    let known: Vec<_> = rows.iter().map(|row| grid.client(row)).collect();
    json.key("ids").array(rows, |json, row| json.text(row.id));
    let texts: [(&str, Text); 3] = [
        ("names", |client| &client.name),
        ("groups", |client| &client.group),
        ("collected", |client| &client.collected),
    ];
    for (name, text) in texts {
        json.key(name).array(&known, |json, client| json.text(client.map_or("", text)));
    }
    tally(counts, json);
    json.key("standing").array(rows.iter().zip(counts), |json, (row, counts)| {
        // One more than the standing; 0 is a client that was not evaluated.
        let standing = if row.parts.is_empty() { 0 } else { 1 + site::Standing::of(counts.verdicts) as u8 };
        json.number(standing);
    });
    json.key("unreadable").array(rows, |json, row| {
        let is_unreadable =
            |(matrix, at): &(usize, usize)| grid.matrices[*matrix].clients[*at].status == Status::Unreadable;
        json.number(u8::from(row.parts.iter().any(is_unreadable)));
    });
    json.key("old").array(&known, |json, client| {
        json.number(client.map_or(0, |client| client.old_service_packs.len() as u64));
    });
    json.key("states").array(rows, |json, row| {
        let states = explorer.states.get(row.id).map_or(&[][..], Vec::as_slice);
        json.number(states.iter().fold(0u8, |bits, state: &State| bits | 1 << *state as u8));
    });
    json.key("collections").array(rows, |json, row| {
        json.array(members.of(row.id), |json, number| json.number(number));
    });
}

fn updates(explorer: &Explorer<'_>, grid: &Grid<'_>, columns: &[Column<'_>], json: &mut Json<'_>) {
    json.key("ids").array(columns, |json, column| json.text(&column.update.id));
    json.key("names").array(columns, |json, column| json.text(&naming::short_id(column.update)));
    json.key("titles").array(columns, |json, column| json.text(&column.update.title));
    json.key("feeds").array(columns, |json, column| json.text(feed(grid, column)));
    json.key("matrices").array(columns, |json, column| json.number(column.matrix as u64));
    json.key("articles").array(columns, |json, column| {
        json.text(&naming::articles(column.update).shown());
    });
    json.key("products").array(columns, |json, column| {
        let names: Vec<&str> = column.update.products.iter().map(|row| row.product.as_str()).collect();
        json.text(&names.join(", "));
    });
    json.key("posted").array(columns, |json, column| json.text(&column.update.posted));
    json.key("severity").array(columns, |json, column| {
        json.number(site::severity(column.update.urgency).0 as u64);
    });
    json.key("ages").array(columns, |json, column| {
        json.number(explorer.now.map_or(0, |now| site::age(&column.update.posted, now).0 as u64));
    });
    json.key("flags").array(columns, |json, column| json.number(column.update.flags.bits()));
    json.key("authorized").array(columns, |json, column| {
        json.number(u8::from(explorer.authorized.contains_key(&column.update.id)));
    });
    tally(columns.iter().map(|column| &column.counts), json);
}

/// The feed of an update, as reports name it.
pub(super) fn feed<'a>(grid: &Grid<'a>, column: &Column<'a>) -> &'a str {
    naming::source(grid.matrices[column.matrix], column.update).map_or("", |source| source.feed.as_str())
}

/// The columns that count cells: by verdict code, then some of the Missing, then the old ones.
fn tally<'c>(counts: impl IntoIterator<Item = &'c Counts> + Clone, json: &mut Json<'_>) {
    json.key("verdicts").array(0..4, |json, code: usize| {
        json.array(counts.clone(), |json, counts| json.number(counts.verdicts[code]));
    });
    let columns: [(&str, Count); 3] = [
        ("listed", |counts| counts.listed),
        ("superseded", |counts| counts.superseded),
        ("stale", |counts| counts.stale),
    ];
    for (name, count) in columns {
        json.key(name).array(counts.clone(), |json, counts| json.number(count(counts)));
    }
}
