//! Rows of clients that were evaluated as their reports were loaded, until the feeds' next matrices are made.
//!
//! Few wait in memory. Many are written as they come, so that nobody waits for it in the end: reports are taken
//! in the order of their clients, which is that of the rows of a matrix, so what is written is a matrix
//! already, and becomes the next one where it has all the rows that that is to have. A row says what it was
//! made of, and whether that is what is kept of its client is asked when all reports are loaded.

use std::collections::BTreeMap;
use std::mem;
use std::panic;
use std::thread::{self, JoinHandle};

use super::evaluate::Loaded;
use super::members::Members;
use super::scan::next::{Next, Written};
use crate::error::{Error, Result};
use crate::matrix::times::{Time, Times};
use crate::model::flag::Flags;

/// How many rows wait in memory: beginning a matrix takes as much time as evaluating some clients.
const FEW: usize = 64;

/// Begins the matrices of feeds.
pub(super) type Begin<'r> = Box<dyn Fn() -> Result<Vec<Feed>> + Send + 'r>;

/// A feed whose matrix is being written.
pub(super) struct Feed {
    /// Its number in the definition.
    feed: usize,
    /// Whose rows it is to have.
    members: Vec<Members>,
    next: Next,
    rows: Vec<Pushed>,
    /// The times of the cells of the matrix before.
    times: Times,
    /// When rows are evaluated, in seconds since 1970.
    now: i64,
}

/// A row that is written.
pub(super) struct Pushed {
    client: String,
    /// What it was made of.
    pub(super) made_of: (u64, Flags),
    /// The times of its cells.
    pub(super) times: Vec<Time>,
}

/// A matrix of rows that were evaluated as reports were loaded.
pub(super) struct Ahead {
    /// The number of its feed in the definition.
    pub(super) feed: usize,
    /// By client.
    pub(super) rows: Vec<Pushed>,
    /// The times of the cells of the matrix before.
    pub(super) times: Times,
    pub(super) ending: Ending,
}

/// A matrix whose rows are written, and what stands behind them meanwhile; that takes as long as it is large.
#[derive(Default)]
pub(super) struct Ending(Option<JoinHandle<Result<Written>>>);

/// Rows by client.
#[derive(Default)]
pub(super) struct Rows<'r> {
    few: BTreeMap<String, Loaded>,
    /// `None` where no more than few are kept.
    begin: Option<Begin<'r>>,
    writing: Vec<Feed>,
    written: Vec<Ahead>,
}

impl Feed {
    /// None of its rows is written yet; `times` are those of the cells of the matrix before.
    pub(super) fn new(feed: usize, members: Vec<Members>, next: Next, times: Times, now: i64) -> Feed {
        Feed { feed, members, next, rows: Vec::new(), times, now }
    }

    fn push(&mut self, client: &str, loaded: &Loaded) -> Result<()> {
        if !self.members.iter().any(|members| members.contains(client)) {
            return Ok(());
        }
        let row = self.next.part(&loaded.row);
        self.next.push_new(&loaded.client, &row)?;
        let times = self.times.next(client, row.verdicts(), self.now);
        self.rows.push(Pushed { client: client.to_owned(), made_of: loaded.made_of(), times });
        Ok(())
    }

    fn end(self) -> Result<Ahead> {
        let Feed { feed, next, rows, times, .. } = self;
        Ok(Ahead { feed, rows, times, ending: Ending::new(next)? })
    }
}

impl Ahead {
    /// The number of the row of a client.
    pub(super) fn row(&self, client: &str) -> Option<usize> {
        self.rows.binary_search_by(|row| row.client.as_str().cmp(client)).ok()
    }
}

impl Ending {
    fn new(next: Next) -> Result<Ending> {
        let thread = thread::Builder::new().spawn(move || next.end());
        let thread = thread.map_err(|error| Error::io("", "begin a thread", error))?;
        Ok(Ending(Some(thread)))
    }

    /// Waits until all is written; `None` where nothing is.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub(super) fn wait(mut self) -> Result<Option<Written>> {
        let ended = self.0.take().map(|thread| thread.join().unwrap_or_else(|why| panic::resume_unwind(why)));
        ended.transpose()
    }
}

impl Drop for Ending {
    /// Waits: its file is removed before the program ends.
    fn drop(&mut self) {
        let _ = self.0.take().map(JoinHandle::join);
    }
}

impl<'r> Rows<'r> {
    /// None yet; `begin` begins the matrices where there are many.
    pub(super) fn new(begin: Begin<'r>) -> Rows<'r> {
        Rows { begin: Some(begin), ..Rows::default() }
    }

    /// Keeps the row of a client, which stands behind those before it until [`Rows::end`].
    ///
    /// One that cannot be written is not kept: its client is then evaluated again.
    pub(super) fn keep(&mut self, client: &str, row: Loaded) {
        if !self.writing.is_empty() {
            self.push(client, &row);
        } else if self.few.len() < FEW {
            self.few.insert(client.to_owned(), row);
        } else if let Some(Ok(writing)) = self.begin.as_ref().map(|begin| begin()) {
            self.writing = writing;
            let mut few = mem::take(&mut self.few);
            few.insert(client.to_owned(), row);
            few.iter().for_each(|(client, row)| self.push(client, row));
        } else {
            self.begin = None;
        }
    }

    fn push(&mut self, client: &str, row: &Loaded) {
        if self.writing.iter_mut().try_for_each(|feed| feed.push(client, row)).is_err() {
            self.writing.clear();
            self.begin = None;
        }
    }

    /// Ends what is being written: the clients that come next have no rows there.
    pub(super) fn end(&mut self) {
        self.written.extend(self.writing.drain(..).flat_map(Feed::end));
    }

    /// The rows that wait in memory, by client, and those that are written.
    pub(super) fn finish(mut self) -> (BTreeMap<String, Loaded>, Vec<Ahead>) {
        self.end();
        (self.few, self.written)
    }
}
