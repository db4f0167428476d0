//! The numbers by which tables join: of clients in the order of their ids, of updates in that of the
//! matrices.

use super::collection::Collection;
use super::number;
use crate::error::Result;
use crate::matrix::Matrix;

/// The keys of one export; another export has others.
pub(super) struct Keys<'m> {
    /// The ids of all clients, sorted; the place is the key.
    pub(super) clients: Vec<&'m str>,
    /// Of each matrix, the key of its first update.
    starts: Vec<usize>,
}

impl<'m> Keys<'m> {
    /// Gives keys to all clients and updates.
    pub(super) fn new(matrices: &[&'m Matrix<'_>], collections: &'m [Collection]) -> Result<Self> {
        let known = matrices.iter().flat_map(|matrix| matrix.clients.iter().map(|client| client.id.as_str()));
        let named = collections.iter().flat_map(|collection| &collection.members);
        let mut clients: Vec<_> = known.chain(named.map(|member| member.client.as_str())).collect();
        clients.sort_unstable();
        clients.dedup();
        let mut updates = 0;
        let mut starts = Vec::with_capacity(matrices.len());
        for matrix in matrices {
            starts.push(updates);
            updates += matrix.updates.len();
        }
        number(clients.len().max(updates))?;
        Ok(Keys { clients, starts })
    }

    /// The key of a client that has one.
    pub(super) fn client(&self, id: &str) -> Result<i32> {
        number(self.clients.binary_search(&id).unwrap_or_else(|place| place))
    }

    /// The key of an update of a matrix, both by number.
    pub(super) fn update(&self, matrix: usize, update: usize) -> Result<i32> {
        number(self.starts.get(matrix).map_or(update, |start| start + update))
    }
}
