//! A feed's next matrix, from its first row until it is put in place.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use super::FeedScanned;
use crate::archive::output::Output;
use crate::error::Result;
use crate::eval::run;
use crate::index::columns::Column;
use crate::matrix;
use crate::matrix::kept::Kept;
use crate::matrix::row::Row;
use crate::matrix::tables::{self, Packed};
use crate::model::flag::Flags;
use crate::site::evaluate::Prepared;
use crate::site::make_folder;

/// A matrix that is being written.
pub(in crate::site) struct Next {
    writer: matrix::Writer<Output, std::vec::IntoIter<tables::Update>>,
    /// The places of its updates among those of its group.
    updates: Range<usize>,
    scanned: FeedScanned,
}

/// A matrix that is written and not in place yet.
pub(in crate::site) struct Written {
    output: Output,
    scanned: FeedScanned,
}

impl Next {
    /// Begins the matrix of a feed, which is to lie at `path`; the updates of `ignored` are flagged.
    pub(in crate::site) fn begin(
        prepared: &Prepared<'_>,
        feed: &str,
        path: &Path,
        ignored: &[u32],
    ) -> Result<Next> {
        let plan = prepared.plan();
        let mut about = run::run_table(plan, prepared.group.words.clone());
        // Of the sources of the index only the feed's own.
        let mut numbers = Vec::with_capacity(about.sources.len());
        let mut next = 0u32;
        for source in &about.sources {
            numbers.push(next);
            next += u32::from(source.feed == feed);
        }
        about.sources.retain(|source| source.feed == feed);
        let range = range(prepared, feed);
        let updates = run::update_table(plan, ignored).skip(range.start).take(range.len());
        let renumbered = |mut update: tables::Update| {
            update.source = numbers.get(update.source as usize).copied().unwrap_or(0);
            update
        };
        let updates: Vec<tables::Update> = updates.map(renumbered).collect();
        path.parent().map_or(Ok(()), make_folder)?;
        let writer = matrix::Writer::new(&about, updates.into_iter(), Output::create(path)?)?;
        let scanned = FeedScanned { feed: feed.to_owned(), is_new: true, ..FeedScanned::default() };
        Ok(Next { writer, updates: range, scanned })
    }

    /// Writes the row of a client as another matrix has it.
    pub(in crate::site) fn push_kept(&mut self, matrix: &Kept<'_>, at: usize, flags: Flags) -> Result<()> {
        self.push(&matrix.clients[at].packed(flags), &matrix.row(at))
    }

    /// Writes the row of a client that was evaluated as its report was loaded, as it was written ahead.
    pub(in crate::site) fn push_ahead(&mut self, ahead: &Kept<'_>, at: usize) -> Result<()> {
        self.scanned.evaluated += 1;
        self.push_kept(ahead, at, ahead.clients[at].flags)
    }

    /// Writes the row of a client that was evaluated now, of which it is [`Next::part`].
    pub(in crate::site) fn push_new(&mut self, client: &Packed<'_>, row: &Row) -> Result<()> {
        self.scanned.evaluated += 1;
        self.push(client, row)
    }

    /// The part of the feed of a row of all updates of its group.
    pub(in crate::site) fn part<'r>(&self, row: &'r Row) -> Cow<'r, Row> {
        part(row, &self.updates)
    }

    fn push(&mut self, client: &Packed<'_>, row: &Row) -> Result<()> {
        self.scanned.rows += 1;
        for (sum, count) in self.scanned.totals.iter_mut().zip(row.totals()) {
            *sum += count;
        }
        self.writer.push_packed(client, row)
    }

    /// Writes what stands behind the rows.
    pub(in crate::site) fn end(self) -> Result<Written> {
        let Next { writer, scanned, .. } = self;
        let (_, output) = writer.finish_into()?;
        Ok(Written { output, scanned })
    }
}

impl Written {
    /// Where it lies until it is put in place; all of it can be read there.
    pub(in crate::site) fn path(&mut self) -> Result<&Path> {
        self.output.written()
    }

    /// Puts it in place.
    pub(in crate::site) fn put(self) -> Result<FeedScanned> {
        self.output.finish().map_err(|error| error.in_file(&self.scanned.feed))?;
        Ok(self.scanned)
    }
}

/// The places of a feed's updates among those of its group; they stand together, because their ids begin alike.
pub(in crate::site) fn range(prepared: &Prepared<'_>, feed: &str) -> Range<usize> {
    let Prepared { view, updates, .. } = prepared;
    let of_feed = |update: &u32| {
        let source = view.columns.update_source.at(*update as usize) as usize;
        view.source(source).feed == feed
    };
    let prefix = format!("{feed}:");
    let id = |update: &u32| view.text(view.columns.update_identity.at(*update as usize));
    let start = updates.partition_point(|update| id(update) < prefix.as_str());
    let length = updates[start..].partition_point(|update| id(update).starts_with(&prefix));
    debug_assert!(updates[start..start + length].iter().all(of_feed));
    start..start + length
}

/// The part of a feed of a row of all updates of its group.
pub(in crate::site) fn part<'r>(row: &'r Row, of_feed: &Range<usize>) -> Cow<'r, Row> {
    if of_feed.len() == row.updates() { Cow::Borrowed(row) } else { Cow::Owned(row.part(of_feed.clone())) }
}
