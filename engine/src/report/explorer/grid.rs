//! The clients and updates of several matrices as one grid, of which each matrix has a part.
//!
//! A client that no matrix evaluated against an update has no cell there, which is none of the four
//! verdicts. Knows nothing of how the grid is written.

use std::collections::BTreeMap;

use super::codes::Codes;
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::matrix::Matrix;
use crate::matrix::tables::{Client, Update};
use crate::model::verdict::Cell;
use crate::report::counts::{Counts, by_update};

/// Clients by id, updates by id, and where their cells are.
pub(super) struct Grid<'a> {
    pub(super) matrices: Vec<&'a Matrix<'a>>,
    pub(super) clients: Vec<Row<'a>>,
    pub(super) updates: Vec<Column<'a>>,
    /// Of each matrix, the place in `updates` of each of its updates.
    places: Vec<Vec<u32>>,
}

/// A client.
pub(super) struct Row<'a> {
    pub(super) id: &'a str,
    /// The matrices that have it, and its number there.
    pub(super) parts: Vec<(usize, usize)>,
}

/// An update, and the first matrix that has it.
pub(super) struct Column<'a> {
    pub(super) update: &'a Update,
    pub(super) matrix: usize,
    /// Its cells in all matrices, counted.
    pub(super) counts: Counts,
}

impl<'a> Grid<'a> {
    /// Brings matrices together, with clients that may be in none of them.
    ///
    /// # Errors
    ///
    /// Two matrices have a cell of the same client and update.
    pub(super) fn new(
        named: &[(&'a str, &'a Matrix<'a>)],
        further: impl Iterator<Item = &'a str>,
    ) -> Result<Grid<'a>> {
        let matrices: Vec<_> = named.iter().map(|(_, matrix)| *matrix).collect();
        let mut clients: BTreeMap<&str, Vec<(usize, usize)>> = further.map(|id| (id, Vec::new())).collect();
        let mut updates: BTreeMap<&str, Column<'_>> = BTreeMap::new();
        for (number, matrix) in matrices.iter().enumerate() {
            for (at, client) in matrix.clients.iter().enumerate() {
                clients.entry(&client.id).or_default().push((number, at));
            }
            for (update, counts) in matrix.updates.iter().zip(by_update(matrix)) {
                let column = Column { update, matrix: number, counts: Counts::default() };
                updates.entry(&update.id).or_insert(column).counts.add(&counts);
            }
        }
        let ids: BTreeMap<&str, u32> = updates.keys().zip(0u32..).map(|(id, at)| (*id, at)).collect();
        let place = |update: &Update| ids.get(update.id.as_str()).copied().unwrap_or(u32::MAX);
        let places = matrices.iter().map(|matrix| matrix.updates.iter().map(place).collect()).collect();
        let clients = clients.into_iter().map(|(id, parts)| Row { id, parts }).collect();
        let grid = Grid { matrices, clients, updates: updates.into_values().collect(), places };
        grid.check(named)?;
        Ok(grid)
    }

    /// Refuses two cells in one place.
    fn check(&self, named: &[(&str, &Matrix<'_>)]) -> Result<()> {
        for first in 0..self.matrices.len() {
            for second in first + 1..self.matrices.len() {
                let is_common = |place: &&u32| self.places[second].binary_search(place).is_ok();
                let Some(update) = self.places[first].iter().find(is_common) else { continue };
                let has = |row: &Row<'_>, matrix| row.parts.iter().any(|(number, _)| *number == matrix);
                let both = self.clients.iter().find(|row| has(row, first) && has(row, second));
                let Some(client) = both else { continue };
                let (update, client) = (&self.updates[*update as usize].update.id, client.id);
                let names = [first, second].map(|number| named[number].0);
                let message = format!(
                    "`{}` and `{}` both have client `{client}` with update `{update}`",
                    names[0], names[1]
                );
                return Err(Error::new(Code::BadValue, message)
                    .with_hint("take one matrix of each client and feed, or the parts of `--shard`"));
            }
        }
        Ok(())
    }

    /// The numbers of the cells of a client, one for each update, into `row`; and the client's counts.
    pub(super) fn fill(&self, client: &Row<'_>, codes: &Codes, row: &mut [u32]) -> Counts {
        row.fill(Codes::NONE);
        let mut counts = Counts::default();
        for (number, at) in &client.parts {
            let (matrix, places) = (self.matrices[*number], &self.places[*number]);
            for ((update, cell), place) in matrix.updates.iter().zip(matrix.row(*at)).zip(places) {
                row[*place as usize] = codes.number(cell);
                counts.take(cell, cell.flags | update.flags);
            }
        }
        counts
    }

    /// The cells of a client with the places of their updates, by update.
    pub(super) fn cells(&self, client: &Row<'_>) -> Vec<(usize, Cell)> {
        let of_part = |(number, at): &(usize, usize)| {
            let places = self.places[*number].iter().map(|place| *place as usize);
            places.zip(self.matrices[*number].row(*at)).collect::<Vec<_>>()
        };
        let mut cells: Vec<_> = client.parts.iter().flat_map(of_part).collect();
        cells.sort_by_key(|(place, _)| *place);
        cells
    }

    /// What the first matrix that has a client says of it.
    pub(super) fn client(&self, row: &Row<'_>) -> Option<&'a Client> {
        row.parts.first().map(|(number, at)| &self.matrices[*number].clients[*at])
    }
}
