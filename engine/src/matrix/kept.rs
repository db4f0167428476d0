//! A matrix of which rows are kept in the next one: of its tables only what tells whether they may be.
//!
//! What a client's entry says besides goes on as the bytes that it is.

use super::planes::{Planes, Stored};
use super::row::{self, Row};
use super::tables::{Client, Glance, Run, Update};
use super::{KIND, section, whole};
use crate::archive::Archive;
use crate::error::Result;
use crate::model::flag::Flags;

/// A matrix whose rows may be kept.
#[derive(Debug)]
pub struct Kept<'a> {
    /// What was evaluated, and how.
    pub run: Run,
    /// The flags of the updates, in the order of the cells of a row.
    pub updates: Vec<Flags>,
    /// The clients, in the order of the rows, which is that of their ids.
    pub clients: Vec<Glance<'a>>,
    /// The bytes of the rows, by client.
    rows: Vec<Stored<'a>>,
}

impl<'a> Kept<'a> {
    /// Opens a matrix that was checked ([`super::Matrix::check`]).
    ///
    /// # Errors
    ///
    /// The bytes are no matrix of this version, or its parts do not fit each other.
    pub fn open(bytes: &'a [u8]) -> Result<Self> {
        let archive = Archive::open(KIND, bytes)?;
        let run = whole(archive.section(section::RUN)?, Run::read)?;
        let updates: Vec<Flags> =
            whole(archive.section(section::UPDATES)?, |from| from.list(Update::glance))?;
        let clients: Vec<Glance<'a>> =
            whole(archive.section(section::CLIENTS)?, |from| from.list(Client::glance))?;
        let planes = Planes::open(&archive, clients.len(), updates.len())?;
        let rows = planes.rows(updates.len()).collect();
        Ok(Kept { run, updates, clients, rows })
    }

    /// The number of a client.
    pub fn client(&self, id: &str) -> Option<usize> {
        self.clients.binary_search_by(|client| client.id.cmp(id)).ok()
    }

    /// The row of a client as it is stored.
    pub fn row(&self, client: usize) -> Row {
        let row = self.rows.get(client).copied().unwrap_or_default();
        Row::stored_as(row.verdicts, self.updates.len(), row.exceptions)
    }

    /// How many cells of each verdict there are, by verdict code; they add up to clients x updates.
    pub fn totals(&self) -> [u64; 4] {
        row::sum(self.rows.iter().map(|row| row::totals(row.verdicts, self.updates.len())))
    }
}
