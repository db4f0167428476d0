//! Chunks of clients: what is known of each, and its cells against all updates.
//!
//! Source of truth: `docs/explorer.md`, "Files".

use rayon::prelude::*;

use super::chunk::Chunk;
use super::codes::Codes;
use super::grid::{Grid, Row};
use super::values;
use crate::error::Result;
use crate::render::Json;
use crate::report::client::head;
use crate::report::counts::Counts;

/// Bytes of cells that a chunk may hold; but at least one client.
const BYTES: usize = 1 << 18;
/// The most clients of a chunk.
const CLIENTS: usize = 256;
/// Chunks that are made side by side before they are written.
const BATCH: usize = 16;

/// How many clients a chunk holds.
pub(super) fn length(grid: &Grid<'_>, codes: &Codes) -> usize {
    (BYTES / (grid.updates.len() * codes.width()).max(1)).clamp(1, CLIENTS)
}

/// Writes all chunks; gives the counts of each client.
pub(super) fn write(
    grid: &Grid<'_>,
    codes: &Codes,
    put: &mut dyn FnMut(Chunk) -> Result<()>,
    step: &mut dyn FnMut(u64),
) -> Result<Vec<Counts>> {
    let mut counts = Vec::with_capacity(grid.clients.len());
    let length = length(grid, codes);
    for (batch, clients) in grid.clients.chunks(length * BATCH).enumerate() {
        let chunks: Vec<_> = clients
            .par_chunks(length)
            .enumerate()
            .map(|(at, clients)| chunk(grid, codes, batch * BATCH + at, clients))
            .collect();
        for chunk in chunks {
            let (chunk, mut counted) = chunk?;
            step(counted.len() as u64);
            counts.append(&mut counted);
            put(chunk)?;
        }
    }
    Ok(counts)
}

fn chunk(grid: &Grid<'_>, codes: &Codes, number: usize, clients: &[Row<'_>]) -> Result<(Chunk, Vec<Counts>)> {
    let mut row = vec![Codes::NONE; grid.updates.len()];
    let mut cells = Vec::with_capacity(clients.len() * row.len() * codes.width());
    let mut counts = Vec::with_capacity(clients.len());
    for client in clients {
        counts.push(grid.fill(client, codes, &mut row));
        codes.write(row.iter().copied(), &mut cells);
    }
    let members = |json: &mut Json<'_>| {
        json.key("clients").array(clients, |json, client| json.object(|json| about(grid, client, json)));
    };
    Ok((Chunk::packed("rows", number, members, &cells)?, counts))
}

/// What `report client` says of a client, for each matrix that has it.
fn about(grid: &Grid<'_>, client: &Row<'_>, json: &mut Json<'_>) {
    json.key("parts").array(&client.parts, |json, (matrix, at)| {
        json.object(|json| {
            let of = grid.matrices[*matrix];
            json.key("matrix").number(*matrix as u64);
            json.key("totals").array(of.totals_of(*at), |json, count| json.number(count));
            json.key("notes").array(head(&of.clients[*at]), |json, note| values::note(&note, json));
        });
    });
}
