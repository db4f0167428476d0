//! The chunk of the heat map: the clients that need most, against the updates that most need.
//!
//! Source of truth: `docs/explorer.md`, "Files".

use super::chunk::Chunk;
use super::codes::Codes;
use super::grid::Grid;
use crate::error::Result;
use crate::report::counts::Counts;
use crate::report::site::most_needed;

/// The most clients, and the most updates, of the map.
const SIDE: usize = 100;

/// Makes it of the counts of the clients and of the updates.
pub(super) fn chunk(grid: &Grid<'_>, codes: &Codes, clients: &[Counts]) -> Result<Chunk> {
    let of_updates: Vec<Counts> = grid.updates.iter().map(|column| column.counts).collect();
    let (clients, updates) = (most_needed(clients, SIDE), most_needed(&of_updates, SIDE));
    let mut row = vec![Codes::NONE; grid.updates.len()];
    let mut cells = Vec::new();
    for client in &clients {
        grid.fill(&grid.clients[*client], codes, &mut row);
        codes.write(updates.iter().map(|update| row[*update]), &mut cells);
    }
    Chunk::packed(
        "map",
        0,
        |json| {
            json.key("clients").array(&clients, |json, at| json.number(*at as u64));
            json.key("updates").array(&updates, |json, at| json.number(*at as u64));
        },
        &cells,
    )
}
