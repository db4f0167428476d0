//! Chunks of updates: what is known of each, and its cells on all clients.
//!
//! The cells are those of the rows, turned: for as many updates as fit into memory the rows are read once.
//! Source of truth: `docs/explorer.md`, "Files".

use rayon::prelude::*;

use super::Explorer;
use super::chunk::Chunk;
use super::codes::Codes;
use super::grid::{Column, Grid};
use crate::error::Result;
use crate::model::update::ProductRow;
use crate::render::Json;
use crate::report::naming;

/// Bytes of cells that a chunk may hold; but at least one update.
const BYTES: usize = 1 << 18;
/// The most updates of a chunk.
const UPDATES: usize = 256;
/// Numbers of cells that are held while rows are turned.
const HELD: usize = 1 << 25;

/// How many updates a chunk holds.
pub(super) fn length(grid: &Grid<'_>, codes: &Codes) -> usize {
    (BYTES / (grid.clients.len() * codes.width()).max(1)).clamp(1, UPDATES)
}

/// Writes all chunks.
pub(super) fn write(
    explorer: &Explorer<'_>,
    grid: &Grid<'_>,
    codes: &Codes,
    put: &mut dyn FnMut(Chunk) -> Result<()>,
) -> Result<()> {
    let length = length(grid, codes);
    let batch = (HELD / (grid.clients.len() * length).max(1)).max(1);
    for (number, updates) in grid.updates.chunks(length * batch).enumerate() {
        let first = number * length * batch;
        let rows = turn(grid, codes, first, updates.len());
        let chunks: Vec<_> = updates
            .par_chunks(length)
            .enumerate()
            .map(|(at, updates)| {
                let cells = cells(&rows, codes, at * length, updates.len());
                let members = |json: &mut Json<'_>| {
                    json.key("updates").array(updates, |json, column| {
                        json.object(|json| about(explorer, grid, column, json));
                    });
                };
                Chunk::packed("columns", number * batch + at, members, &cells)
            })
            .collect();
        chunks.into_iter().try_for_each(|chunk| put(chunk?))?;
    }
    Ok(())
}

/// The numbers of the cells of some updates, by client.
fn turn(grid: &Grid<'_>, codes: &Codes, first: usize, updates: usize) -> Vec<Vec<u32>> {
    let part = |row: &mut Vec<u32>, client| {
        grid.fill(client, codes, row);
        row[first..first + updates].to_vec()
    };
    grid.clients.par_iter().map_init(|| vec![Codes::NONE; grid.updates.len()], part).collect()
}

/// The cells of some updates, by update and client.
fn cells(rows: &[Vec<u32>], codes: &Codes, first: usize, updates: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.len() * updates * codes.width());
    for update in first..first + updates {
        codes.write(rows.iter().map(|row| row[update]), &mut out);
    }
    out
}

/// What is known of an update beside what its line in lists says.
fn about(explorer: &Explorer<'_>, grid: &Grid<'_>, column: &Column<'_>, json: &mut Json<'_>) {
    let update = column.update;
    let product = |row: &ProductRow| match row.levels.as_slice() {
        [] => row.product.clone(),
        levels => format!("{} ({})", row.product, levels.join(", ")),
    };
    json.key("summary").text(&update.summary);
    json.key("kind").text(&update.kind);
    json.key("articles").array(&update.articles, |json, article| json.number(*article));
    json.key("cves").array(&update.cves, |json, cve| json.text(cve));
    json.key("products").array(&update.products, |json, row| json.text(&product(row)));
    json.key("revised").text(&update.revised);
    json.key("reboot").text(update.reboot.name());
    json.key("payload").text(&update.payload);
    json.key("information").text(&update.information);
    let authorized = explorer.authorized.get(&update.id).map_or("", String::as_str);
    json.key("authorized").text(authorized);
    let source = naming::source(grid.matrices[column.matrix], update);
    json.key("format").text(source.map_or("", |source| source.format.as_str()));
    json.key("revision").text(source.map_or("", |source| source.revision.as_str()));
    json.key("language").text(source.map_or("", |source| source.language.as_str()));
}
