//! The cells of clients that were evaluated as their reports were loaded, until a scan writes them.
//!
//! So many bytes of them stay in memory; what is more lies in a temporary file, because evaluating a client
//! once more takes far longer than writing and reading its row.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::evaluate::Loaded;
use crate::error::Result;
use crate::ingest::spool::Spool;
use crate::matrix::row::Row;
use crate::matrix::tables::Packed;
use crate::model::flag::Flags;

/// How many bytes of cells stay in memory.
const MEMORY: usize = 256 << 20;

/// Rows by client.
#[derive(Debug)]
pub(super) struct Rows {
    clients: BTreeMap<String, Held>,
    /// Bytes that are in memory, and may be.
    bytes: usize,
    most: usize,
    file: Spool,
}

#[derive(Debug)]
enum Held {
    Here(Loaded),
    There(Place),
}

/// Where a row lies in the temporary file, and what it depends on.
#[derive(Debug)]
struct Place {
    inventory: u64,
    flags: Flags,
    start: u64,
    /// Bytes of verdicts, of exceptions, and of the client's entry, which follow each other.
    lengths: [usize; 3],
    updates: usize,
}

impl Default for Rows {
    fn default() -> Self {
        Rows { clients: BTreeMap::new(), bytes: 0, most: MEMORY, file: Spool::default() }
    }
}

impl Rows {
    /// Keeps the row of a client, in place of one before.
    ///
    /// One that cannot be written is not kept: its client is then evaluated again.
    pub(super) fn keep(&mut self, client: String, row: Loaded) {
        let bytes = row.bytes();
        let held = if self.bytes + bytes <= self.most {
            self.bytes += bytes;
            Some(Held::Here(row))
        } else {
            self.write(&row).ok().map(Held::There)
        };
        match held {
            Some(held) => self.clients.insert(client, held),
            None => self.clients.remove(&client),
        };
    }

    fn write(&self, loaded: &Loaded) -> Result<Place> {
        let Loaded { inventory, flags, client, row } = loaded;
        let parts = [row.verdicts(), row.exceptions(), client.as_slice()];
        let range = self.file.append(&parts.concat())?;
        let updates = usize::try_from(row.totals().iter().sum::<u64>()).unwrap_or(usize::MAX);
        let (start, lengths) = (range.start, parts.map(<[u8]>::len));
        Ok(Place { inventory: *inventory, flags: *flags, start, lengths, updates })
    }

    /// Whether the row of a client is there, made of what is kept of it and with these flags.
    pub(super) fn has(&self, client: &str, inventory: u64, flags: Flags) -> bool {
        self.held(client, inventory, flags).is_some()
    }

    fn held(&self, client: &str, inventory: u64, flags: Flags) -> Option<&Held> {
        let made_of = |held: &&Held| match held {
            Held::Here(loaded) => (loaded.inventory, loaded.flags),
            Held::There(place) => (place.inventory, place.flags),
        };
        self.clients.get(client).filter(|held| made_of(held) == (inventory, flags))
    }

    /// That row.
    ///
    /// # Errors
    ///
    /// The temporary file cannot be read.
    pub(super) fn get(&self, client: &str, inventory: u64, flags: Flags) -> Result<Option<Cow<'_, Loaded>>> {
        let row = self.held(client, inventory, flags).map(|held| match held {
            Held::Here(loaded) => Ok(Cow::Borrowed(loaded)),
            Held::There(place) => self.read(place).map(Cow::Owned),
        });
        row.transpose()
    }

    fn read(&self, place: &Place) -> Result<Loaded> {
        let [verdicts, exceptions, entry] = place.lengths;
        let mut bytes = Vec::new();
        let end = place.start + (verdicts + exceptions + entry) as u64;
        self.file.read(place.start..end, &mut bytes)?;
        let (cells, entry) = bytes.split_at(verdicts + exceptions);
        let row = Row::stored_as(&cells[..verdicts], place.updates, &cells[verdicts..]);
        let client = Packed::from(entry.to_vec());
        Ok(Loaded { inventory: place.inventory, flags: place.flags, client, row })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::row::{set, width};
    use crate::matrix::tables::Client;
    use crate::model::reason::Reason;
    use crate::model::verdict::{Cell, Verdict};

    fn loaded(number: u64) -> Loaded {
        let mut verdicts = vec![0; width(37)];
        let cell = Cell::new(Verdict::Missing, Reason::FileOlder);
        set(&mut verdicts, number as usize, cell.verdict);
        let row = Row::new(verdicts.into(), 37, std::iter::once((number as u32, cell)));
        let client = Client { id: format!("c{number}"), ..Client::default() }.pack();
        Loaded { inventory: number, flags: Flags::NONE, client, row }
    }

    #[test]
    fn rows_come_back_from_memory_and_from_the_file() {
        let most = loaded(1).bytes() + 1;
        let mut rows = Rows { most, ..Rows::default() };
        (1..5).for_each(|number| rows.keep(format!("c{number}"), loaded(number)));
        assert!(matches!(rows.clients["c1"], Held::Here(_)));
        assert!(matches!(rows.clients["c4"], Held::There(_)));
        for number in 1..5 {
            let id = format!("c{number}");
            let row = rows.get(&id, number, Flags::NONE).expect("can be read").expect("is there");
            assert_eq!(*row, loaded(number));
            assert!(!rows.has(&id, number, Flags::STALE) && !rows.has(&id, number + 1, Flags::NONE));
        }
        rows.keep("c4".to_owned(), loaded(7));
        assert!(!rows.has("c4", 4, Flags::NONE) && rows.has("c4", 7, Flags::NONE));
    }
}
