//! The result of an evaluation: one cell for every client and update, and the tables to print it by.
//!
//! A matrix file holds a plane of verdicts (2 bits a cell), the reason and flags of the cells that
//! differ from what their update's two defaults imply, the client and update tables, and the digest of
//! the index it came from. The byte contract is `docs/matrix-format.md`. Knows nothing of how a cell
//! was found, nor of reports.

use std::collections::HashMap;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::ops::Range;

use tempfile::SpooledTempFile;

use crate::archive::record::{self, Reader};
use crate::archive::{self, Archive, FileKind};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::flag::Flags;
use crate::model::office;
use crate::model::reason::Reason;
use crate::model::verdict::{Cell, Verdict};

pub mod kept;
mod planes;
pub mod row;
pub mod tables;
pub mod times;
mod verify;

use planes::{Planes, Stored};
use row::{Row, implied};
use tables::{Client, Packed, Run, Status, Update};

/// The kind of file that a matrix is.
pub const KIND: FileKind = FileKind {
    magic: *b"PSMATRIX",
    version: 1,
    name: "matrix",
    renew: "evaluate again with `patchstate evaluate`",
};

/// The sections of a matrix file.
mod section {
    pub(super) const ALL: [u32; 6] = [RUN, UPDATES, VERDICTS, CLIENTS, EXCEPTION_ENDS, EXCEPTIONS];
    pub(super) const RUN: u32 = 1;
    pub(super) const UPDATES: u32 = 2;
    pub(super) const VERDICTS: u32 = 3;
    pub(super) const CLIENTS: u32 = 4;
    /// Where each client's exceptions end: u64 each.
    pub(super) const EXCEPTION_ENDS: u32 = 5;
    /// Exceptions of 8 bytes: update u32, reason u16, flags u16.
    pub(super) const EXCEPTIONS: u32 = 6;
}

/// Bytes of one stored exception.
const EXCEPTION: usize = 8;

/// How many bytes of exceptions wait in memory for the end of a matrix; more wait in a file without a name.
const WAITING: usize = 1 << 20;

/// An opened matrix.
///
/// Clients and updates are sorted by their ids as bytes, so look-ups are binary searches and exports
/// need no sorting.
#[derive(Debug)]
pub struct Matrix<'a> {
    /// What was evaluated, and how.
    pub run: Run,
    /// The updates, in the order of the cells of a row.
    pub updates: Vec<Update>,
    /// The clients, in the order of the rows.
    pub clients: Vec<Client>,
    /// The bytes of the rows, by client.
    rows: Vec<Stored<'a>>,
    planes: Planes<'a>,
    checksum: u64,
}

impl<'a> Matrix<'a> {
    /// Opens a matrix: header, tables and bounds, without the checksum ([`Matrix::check`]).
    ///
    /// # Errors
    ///
    /// The bytes are no matrix of this version, or its parts do not fit each other.
    pub fn open(bytes: &'a [u8]) -> Result<Self> {
        let archive = Archive::open(KIND, bytes)?;
        let run = whole(archive.section(section::RUN)?, Run::read)?;
        let updates: Vec<Update> = whole(archive.section(section::UPDATES)?, |from| from.list(Update::read))?;
        let clients: Vec<Client> = whole(archive.section(section::CLIENTS)?, |from| from.list(Client::read))?;
        let planes = Planes::open(&archive, clients.len(), updates.len())?;
        let rows = planes.rows(updates.len()).collect();
        Ok(Matrix { run, updates, clients, rows, planes, checksum: archive.checksum() })
    }

    /// Leaves out the clients that are not to be kept.
    pub fn retain(&mut self, keep: impl Fn(&Client) -> bool) {
        let kept: Vec<bool> = self.clients.iter().map(keep).collect();
        let mut each = kept.iter();
        self.clients.retain(|_| each.next().is_some_and(|kept| *kept));
        let mut each = kept.iter();
        self.rows.retain(|_| each.next().is_some_and(|kept| *kept));
    }

    /// Takes the rows of another matrix of the same updates in place of those of the same clients.
    ///
    /// # Errors
    ///
    /// Its updates are other ones.
    pub fn overlay(&mut self, other: &Matrix<'a>) -> Result<()> {
        if self.run.index != other.run.index || self.updates.len() != other.updates.len() {
            return Err(Error::new(Code::BadTable, "a row is laid over those of another index"));
        }
        for (client, row) in other.clients.iter().zip(&other.rows) {
            match self.clients.binary_search_by(|known| known.id.cmp(&client.id)) {
                Ok(at) => (self.clients[at], self.rows[at]) = (client.clone(), *row),
                Err(at) => {
                    self.clients.insert(at, client.clone());
                    self.rows.insert(at, *row);
                }
            }
        }
        Ok(())
    }

    /// Compares the stored checksum with the one of the bytes.
    ///
    /// # Errors
    ///
    /// They differ.
    pub fn check(bytes: &[u8]) -> Result<()> {
        Archive::open(KIND, bytes)?.check()
    }

    /// Identifies the contents.
    pub fn checksum(&self) -> u64 {
        self.checksum
    }

    /// The number of a client.
    pub fn client(&self, id: &str) -> Option<usize> {
        self.clients.binary_search_by(|client| client.id.as_str().cmp(id)).ok()
    }

    /// The numbers of the updates that `text` names: a whole identity, an identity without revision, a
    /// bulletin, or an article number, of which a withdrawn bundle of Office only where none is current.
    pub fn find_updates(&self, text: &str) -> Vec<usize> {
        let named = |update: &Update| {
            update.id == text
                || update.id.split_once('#').is_some_and(|(id, _)| id == text)
                || update.id.split_once(':').is_some_and(|(_, id)| id == text)
        };
        let hits = |hit: &dyn Fn(&Update) -> bool| -> Vec<usize> {
            (0..self.updates.len()).filter(|at| hit(&self.updates[*at])).collect()
        };
        let exact = hits(&named);
        if !exact.is_empty() {
            return exact;
        }
        let article = crate::model::hotfix::id(text);
        let named = hits(&|update| {
            update.bulletin.eq_ignore_ascii_case(text)
                || article.is_some_and(|article| update.articles.contains(&article))
        });
        let is_expired = |at: &usize| self.updates[*at].flags.contains(Flags::EXPIRED);
        office::answering(named, |at| self.updates[*at].id.as_str(), is_expired)
    }

    /// The cell of a client and an update, by their numbers; no evidence beyond the end.
    pub fn cell(&self, client: usize, update: usize) -> Cell {
        let Some(table) = self.updates.get(update) else { return Cell::NO_EVIDENCE };
        let Some(byte) = self.plane(client).get(update / 4) else { return Cell::NO_EVIDENCE };
        let verdict = Verdict::from_code(byte >> (update % 4 * 2));
        let found = self.find_exception(client, update as u32);
        self.complete(client, table, verdict, found)
    }

    fn complete(
        &self,
        client: usize,
        update: &Update,
        verdict: Verdict,
        found: Option<(Reason, Flags)>,
    ) -> Cell {
        let client = self.clients.get(client);
        let cell = match found {
            Some((reason, flags)) => Cell { verdict, reason, flags },
            None if client.is_some_and(|client| client.status == Status::Unreadable) => Cell::UNREADABLE,
            None => implied(verdict, update.absent, update.not_collected),
        };
        Cell { flags: cell.flags | client.map_or(Flags::NONE, |client| client.flags), ..cell }
    }

    /// All cells of a client, in the order of the updates.
    pub fn row(&self, client: usize) -> impl Iterator<Item = Cell> + '_ {
        self.cells(client, 0..self.updates.len())
    }

    /// The cells of a client and of some updates, in their order.
    pub fn cells(&self, client: usize, updates: Range<usize>) -> impl Iterator<Item = Cell> + '_ {
        let plane = self.plane(client);
        let end = updates.end.min(self.updates.len());
        let start = updates.start.min(end);
        let (exceptions, _) = self.exceptions_bytes(client).as_chunks::<EXCEPTION>();
        let before = exceptions.partition_point(|exception| (decode(exception).0 as usize) < start);
        let mut exceptions = exceptions[before..].iter().map(|exception| decode(exception)).peekable();
        (start..end).zip(&self.updates[start..end]).map(move |(at, update)| {
            let byte = plane.get(at / 4).copied().unwrap_or(0);
            let verdict = Verdict::from_code(byte >> (at % 4 * 2));
            while exceptions.next_if(|(update, ..)| (*update as usize) < at).is_some() {}
            let found = exceptions.next_if(|(update, ..)| *update as usize == at);
            self.complete(client, update, verdict, found.map(|(_, reason, flags)| (reason, flags)))
        })
    }

    /// The row of a client as it is stored.
    pub fn stored_row(&self, client: usize) -> Row {
        Row::stored_as(self.plane(client), self.updates.len(), self.exceptions_bytes(client))
    }

    /// How many cells of each verdict a client has, by verdict code.
    pub fn totals_of(&self, client: usize) -> [u64; 4] {
        row::totals(self.plane(client), self.updates.len())
    }

    /// How many cells of each verdict there are, by verdict code; they add up to clients x updates.
    pub fn totals(&self) -> [u64; 4] {
        row::sum((0..self.clients.len()).map(|client| self.totals_of(client)))
    }

    /// The packed verdicts of a client; empty beyond the end.
    fn plane(&self, client: usize) -> &'a [u8] {
        self.rows.get(client).map_or(&[], |row| row.verdicts)
    }

    fn exceptions_bytes(&self, client: usize) -> &'a [u8] {
        self.rows.get(client).map_or(&[], |row| row.exceptions)
    }

    fn find_exception(&self, client: usize, update: u32) -> Option<(Reason, Flags)> {
        let bytes = self.exceptions_bytes(client);
        let (mut low, mut high) = (0, bytes.len() / EXCEPTION);
        while low < high {
            let middle = (low + high) / 2;
            let (found, reason, flags) = decode(&bytes[middle * EXCEPTION..(middle + 1) * EXCEPTION]);
            match found.cmp(&update) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some((reason, flags)),
            }
        }
        None
    }
}

/// Reads a section to its end.
fn whole<'a, T>(bytes: &'a [u8], read: impl FnOnce(&mut Reader<'a>) -> Result<T>) -> Result<T> {
    let mut from = Reader::new(bytes);
    let value = read(&mut from)?;
    if from.is_empty() {
        return Ok(value);
    }
    Err(Error::new(Code::BadTable, "a table has bytes after its end"))
}

/// Reads one exception; an unknown reason number reads as no evidence, which `verify` refuses.
fn decode(bytes: &[u8]) -> (u32, Reason, Flags) {
    let two =
        |at: usize| bytes.get(at..at + 2).and_then(|two| two.try_into().ok()).map_or(0, u16::from_le_bytes);
    let update = u32::from(two(0)) | u32::from(two(2)) << 16;
    (update, Reason::from_number(two(4)).unwrap_or(Reason::NoEvidence), Flags::from_bits(two(6)))
}

/// Writes a matrix while its rows come, by rising ids of their clients.
///
/// The verdicts go on to the file; clients and exceptions, which stand behind them, wait for its end.
#[derive(Debug)]
pub struct Writer<W, U> {
    file: archive::Writer<W>,
    /// The updates, until they are written.
    updates: Option<U>,
    /// Bytes of the verdicts of a row.
    width: usize,
    rows: u32,
    clients: record::Writer,
    ends: Vec<u8>,
    exceptions: BufWriter<SpooledTempFile>,
    exception_count: u64,
}

impl<W: Write + Seek, U: ExactSizeIterator<Item = Update>> Writer<W, U> {
    /// Begins a matrix of the updates that have cells, by rising ids; they are written with the first
    /// row.
    ///
    /// # Errors
    ///
    /// Writing fails, as for all that follow.
    pub fn new(run: &Run, updates: U, out: W) -> Result<Self> {
        let mut file = archive::Writer::new(KIND, &section::ALL, out)?;
        let mut record = record::Writer::new();
        file.section(section::RUN)?;
        run.write(&mut record);
        file.write_all(record.as_slice())?;
        let (width, updates) = (row::width(updates.len()), Some(updates));
        let (clients, ends) = (record::Writer::new(), Vec::new());
        let exceptions = BufWriter::new(SpooledTempFile::new(WAITING));
        Ok(Writer { file, updates, width, rows: 0, clients, ends, exceptions, exception_count: 0 })
    }

    fn write_updates(&mut self) -> Result<()> {
        let Some(updates) = self.updates.take() else { return Ok(()) };
        self.file.section(section::UPDATES)?;
        self.file.write_all(&number_of(updates.len())?.to_le_bytes())?;
        let mut record = record::Writer::new();
        for update in updates {
            record.clear();
            update.write(&mut record);
            self.file.write_all(record.as_slice())?;
        }
        self.file.section(section::VERDICTS)
    }

    /// Writes the row of the next client.
    ///
    /// # Errors
    ///
    /// The row is one of other updates, or there are more clients than a matrix holds.
    pub fn push(&mut self, client: &Client, row: &Row) -> Result<()> {
        self.push_row(row)?;
        client.write(&mut self.clients);
        Ok(())
    }

    /// Writes the row of the next client, which was packed before.
    ///
    /// # Errors
    ///
    /// As [`Writer::push`].
    pub fn push_packed(&mut self, client: &Packed<'_>, row: &Row) -> Result<()> {
        self.push_row(row)?;
        self.clients.bytes(client.as_slice());
        Ok(())
    }

    fn push_row(&mut self, row: &Row) -> Result<()> {
        self.write_updates()?;
        if row.verdicts().len() != self.width {
            let message = format!("row {} is one of other updates", self.rows);
            return Err(Error::new(Code::BadTable, message));
        }
        self.rows = number_of(self.rows as usize + 1)?;
        self.file.write_all(row.verdicts())?;
        let exceptions = row.exceptions();
        self.exceptions.write_all(exceptions).map_err(spooling)?;
        self.exception_count += (exceptions.len() / EXCEPTION) as u64;
        self.ends.extend(self.exception_count.to_le_bytes());
        Ok(())
    }

    /// Writes what waited; gives the checksum.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn finish(self) -> Result<u64> {
        self.finish_into().map(|(checksum, _)| checksum)
    }

    /// The same; gives back also what was written into.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn finish_into(mut self) -> Result<(u64, W)> {
        self.write_updates()?;
        self.file.section(section::CLIENTS)?;
        self.file.write_all(&self.rows.to_le_bytes())?;
        self.file.write_all(self.clients.as_slice())?;
        self.file.section(section::EXCEPTION_ENDS)?;
        self.file.write_all(&self.ends)?;
        self.file.section(section::EXCEPTIONS)?;
        let mut exceptions = self.exceptions.into_inner().map_err(|error| spooling(error.into_error()))?;
        exceptions.seek(SeekFrom::Start(0)).map_err(spooling)?;
        io::copy(&mut exceptions, &mut self.file)?;
        self.file.finish()
    }
}

/// Exceptions cannot wait.
fn spooling(error: io::Error) -> Error {
    Error::io("temporary file", "write", error)
}

/// A count as tables hold it.
fn number_of(count: usize) -> Result<u32> {
    let too_many =
        |_| Error::new(Code::TooLarge, "a matrix holds less than 4,294,967,296 clients and updates");
    u32::try_from(count).map_err(too_many)
}

/// Writes a matrix of rows that are all there.
///
/// # Errors
///
/// As [`Writer`].
pub fn write<'r>(
    run: &Run,
    updates: impl ExactSizeIterator<Item = Update>,
    clients: impl IntoIterator<Item = &'r (Client, Row)>,
    out: impl Write + Seek,
) -> Result<u64> {
    let mut writer = Writer::new(run, updates, out)?;
    clients.into_iter().try_for_each(|(client, row)| writer.push(client, row))?;
    writer.finish()
}

/// Finds the common updates of two matrices: (number in the first, number in the second), and what only
/// one of them has.
pub fn join<'m>(a: &'m Matrix<'_>, b: &'m Matrix<'_>) -> Joined {
    let places = |ids: &mut dyn Iterator<Item = &'m str>| -> HashMap<&'m str, usize> {
        ids.enumerate().map(|(at, id)| (id, at)).collect()
    };
    let updates = places(&mut b.updates.iter().map(|update| update.id.as_str()));
    let clients = places(&mut b.clients.iter().map(|client| client.id.as_str()));
    let common = |ids: &mut dyn Iterator<Item = &str>, places: &HashMap<&str, usize>| {
        ids.enumerate().filter_map(|(at, id)| Some((at, *places.get(id)?))).collect()
    };
    Joined {
        updates: common(&mut a.updates.iter().map(|update| update.id.as_str()), &updates),
        clients: common(&mut a.clients.iter().map(|client| client.id.as_str()), &clients),
    }
}

/// What two matrices have in common, as pairs of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// Updates of both.
    pub updates: Vec<(usize, usize)>,
    /// Clients of both.
    pub clients: Vec<(usize, usize)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_other_updates_is_not_written() {
        let out = io::Cursor::new(Vec::new());
        let mut writer = Writer::new(&Run::default(), std::iter::empty(), out).expect("writes to memory");
        writer.push(&Client::default(), &Row::unreadable(0)).expect("fits");
        let refused = writer.push(&Client::default(), &Row::unreadable(1)).map_err(|error| error.code());
        assert_eq!(refused, Err(Code::BadTable));
    }
}
