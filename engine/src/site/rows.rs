//! Rows of clients that were evaluated as their reports were loaded, until the feeds' next matrices are made.
//!
//! Few wait in memory. Many are written as they come, so that nobody waits for it in the end: reports are taken
//! in the order of their clients, which is that of the rows of a matrix, so what is written is a matrix
//! already, and becomes the next one where it has all the rows that that is to have. A row says what it was
//! made of, and whether that is what is kept of its client is asked when all reports are loaded.

use std::collections::BTreeMap;
use std::mem;
use std::thread::{self, JoinHandle};

use super::Site;
use super::evaluate::Loaded;
use super::members::Members;
use super::scan::next::{Next, Written};
use crate::archive::map::Bytes;
use crate::error::Result;

/// How many rows wait in memory: beginning a matrix takes as much time as evaluating some clients.
const FEW: usize = 64;

/// Begins the matrices of feeds.
pub(super) type Begin<'r> = Box<dyn Fn() -> Result<Vec<Feed>> + Send + 'r>;

/// A feed whose matrix is being written.
pub(super) struct Feed {
    /// Its number in the definition.
    pub(super) feed: usize,
    /// Whose rows it is to have.
    pub(super) members: Vec<Members>,
    pub(super) next: Next,
}

/// A matrix of rows that were evaluated as reports were loaded.
pub(super) struct Ahead {
    /// The number of its feed in the definition.
    pub(super) feed: usize,
    pub(super) written: Written,
    /// All that is written.
    pub(super) bytes: Bytes,
}

/// Rows by client.
#[derive(Default)]
pub(super) struct Rows<'r> {
    few: BTreeMap<String, Loaded>,
    /// `None` where no more than few are kept.
    begin: Option<Begin<'r>>,
    writing: Vec<Feed>,
    /// Those that are being ended meanwhile, which takes as long as what stands behind the rows is large.
    ending: Vec<(usize, JoinHandle<Result<Written>>)>,
}

impl<'r> Rows<'r> {
    /// None yet; `begin` begins the matrices where there are many.
    pub(super) fn new(begin: Begin<'r>) -> Rows<'r> {
        Rows { begin: Some(begin), few: BTreeMap::new(), writing: Vec::new(), ending: Vec::new() }
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

    fn push(&mut self, client: &str, loaded: &Loaded) {
        let Loaded { client: entry, row, .. } = loaded;
        let mut feeds = self.writing.iter_mut();
        let written = feeds.try_for_each(|Feed { members, next, .. }| {
            if !members.iter().any(|members| members.contains(client)) {
                return Ok(());
            }
            next.push_new(entry, row)
        });
        if written.is_err() {
            self.writing.clear();
            self.begin = None;
        }
    }

    /// Ends what is being written: the clients that come next have no rows there.
    pub(super) fn end(&mut self) {
        for Feed { feed, next, .. } in self.writing.drain(..) {
            let ending = thread::Builder::new().spawn(move || next.end());
            self.ending.extend(ending.map(|ending| (feed, ending)));
        }
    }

    /// The rows that wait in memory, by client, and those that are written.
    ///
    /// # Errors
    ///
    /// What was written cannot be read.
    pub(super) fn finish(mut self, site: &Site) -> Result<(BTreeMap<String, Loaded>, Vec<Ahead>)> {
        self.end();
        let mut ahead = Vec::with_capacity(self.ending.len());
        for (feed, ending) in mem::take(&mut self.ending) {
            let Ok(Ok(mut written)) = ending.join() else { continue };
            let bytes = (site.open)(written.path()?)?;
            ahead.push(Ahead { feed, written, bytes });
        }
        Ok((mem::take(&mut self.few), ahead))
    }
}

impl Drop for Rows<'_> {
    /// Waits for what is being ended: its file is removed before the program ends.
    fn drop(&mut self) {
        for (_, ending) in self.ending.drain(..) {
            let _ = ending.join();
        }
    }
}
