//! Chunks of evidence: what proves the cells of a client that are Missing or Unknown, a chunk for each client.
//!
//! Knows whose cells are proved and not how. Source of truth: `docs/explorer.md`, "Files".

use std::cmp::Reverse;

use rayon::prelude::*;

use super::chunk::Chunk;
use super::grid::{Grid, Row};
use super::{Evidence, Explorer};
use crate::error::Result;
use crate::model::verdict::{Cell, Verdict};
use crate::render::Json;
use crate::report::counts::Counts;

/// Chunks that are made side by side before they are written.
const BATCH: usize = 16;

/// Writes all chunks; gives the numbers of the clients in the order of their chunks.
pub(super) fn write(
    explorer: &Explorer<'_>,
    grid: &Grid<'_>,
    counts: &[Counts],
    put: &mut dyn FnMut(Chunk) -> Result<()>,
) -> Result<Vec<usize>> {
    let Some(evidence) = explorer.evidence else { return Ok(Vec::new()) };
    let asked = asked(counts, evidence.clients);
    for (batch, clients) in asked.chunks(BATCH).enumerate() {
        let number = |at| batch * BATCH + at;
        let chunks: Vec<_> = clients
            .par_iter()
            .enumerate()
            .map(|(at, client)| chunk(evidence, grid, &grid.clients[*client], number(at)))
            .collect();
        chunks.into_iter().try_for_each(|chunk| put(chunk?))?;
    }
    Ok(asked)
}

/// The numbers of at most `most` clients, those first that have most listed Missing cells, and of these those
/// with most that are Missing or Unknown.
fn asked(counts: &[Counts], most: usize) -> Vec<usize> {
    let open = |at: &usize| counts[*at].of(Verdict::Missing) + counts[*at].of(Verdict::Unknown);
    let mut order: Vec<usize> = (0..counts.len()).filter(|at| open(at) > 0).collect();
    order.sort_by_key(|at| (Reverse(counts[*at].listed), Reverse(open(at)), *at));
    order.truncate(most);
    order
}

fn chunk(evidence: Evidence<'_>, grid: &Grid<'_>, client: &Row<'_>, number: usize) -> Result<Chunk> {
    let is_open = |(_, cell): &(usize, Cell)| matches!(cell.verdict, Verdict::Missing | Verdict::Unknown);
    let open: Vec<usize> = grid.cells(client).into_iter().filter(is_open).map(|(at, _)| at).collect();
    let ids: Vec<&str> = open.iter().map(|at| grid.updates[*at].update.id.as_str()).collect();
    let texts = (evidence.of)(client.id, &ids);
    let proofs = open.iter().zip(&texts).filter_map(|(at, text)| Some((*at, text.as_deref()?)));
    let members = |json: &mut Json<'_>| {
        json.key("proofs").array(proofs, |json, (update, text)| {
            json.object(|json| {
                json.key("update").number(update as u64);
                json.key("text").text(text);
            });
        });
    };
    Chunk::packed("evidence", number, members, &[])
}
