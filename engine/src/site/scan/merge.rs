//! Makes a feed's next matrix of rows that are kept and rows that are evaluated now.
//!
//! All clients stand in one order, that of their ids, so that rows of both kinds are written as they come.

use std::borrow::Cow;
use std::ops::Range;
use std::path::PathBuf;

use super::super::definition::Collection;
use super::super::evaluate::{Loaded, Old};
use super::super::host::Host;
use super::super::intake::Rows;
use super::super::log::Event;
use super::super::members::Members;
use super::super::store::{Clients, Record};
use super::{FeedScanned, Group, Site, inventory_key};
use crate::archive::output::Output;
use crate::error::Result;
use crate::eval::plan::Plan;
use crate::eval::run;
use crate::index::columns::Column;
use crate::ingest::{self, Intake};
use crate::matrix::row::Row;
use crate::matrix::times::Times;
use crate::matrix::{self, Matrix, tables};
use crate::model::flag::Flags;
use crate::site::make_folder;

/// Where a client's row of a feed comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The client has none.
    None,
    /// The row of this number of the matrix before.
    Kept(usize),
    /// It is evaluated.
    New,
}

/// One client and where its rows come from.
struct Entry<'c> {
    record: &'c Record,
    inventory: u64,
    flags: Flags,
    /// By feed of the group.
    sources: Vec<Source>,
}

/// A feed and its matrix, as it was.
struct Before<'m> {
    /// The number of the feed in the definition.
    feed: usize,
    members: Vec<Members>,
    /// The places of its updates among those of the plan.
    updates: Range<usize>,
    /// The matrix, where it is one of the same index and options.
    matrix: Option<&'m Matrix<'m>>,
}

/// What is made of a group of feeds.
pub(in crate::site) struct Update<'u> {
    pub(in crate::site) site: &'u Site,
    pub(in crate::site) group: &'u Group,
    pub(in crate::site) plan: &'u Plan<'u>,
    pub(in crate::site) clients: &'u Clients,
    /// Rows of clients that were evaluated as they were loaded.
    pub(in crate::site) loaded: &'u Rows,
    pub(in crate::site) host: &'u dyn Host,
    /// Which clients are looked at.
    pub(in crate::site) scope: Scope<'u>,
}

/// Which clients are looked at.
#[derive(Clone, Copy)]
pub(in crate::site) enum Scope<'u> {
    /// All; of what has not changed too, where that is wanted.
    All { again: bool },
    /// Those of a collection.
    Collection { collection: &'u Collection, again: bool },
    /// One, whose rows are laid over those of the matrices.
    Client(&'u str),
}

impl Scope<'_> {
    /// Whether what has not changed is evaluated too.
    fn is_again(self) -> bool {
        match self {
            Scope::All { again } | Scope::Collection { again, .. } => again,
            Scope::Client(_) => true,
        }
    }

    /// Where a feed's matrix goes.
    fn path(self, site: &Site, feed: &str) -> PathBuf {
        match self {
            Scope::All { .. } | Scope::Collection { .. } => site.matrix_path(feed),
            Scope::Client(client) => site.overlay_path(feed, client),
        }
    }
}

/// What was made.
#[derive(Debug, Default)]
pub(in crate::site) struct Updated {
    pub(in crate::site) evaluated: u64,
    pub(in crate::site) feeds: Vec<FeedScanned>,
}

impl Update<'_> {
    /// Writes the feeds' next matrices, where they differ from those that are there.
    pub(in crate::site) fn run(&self) -> Result<Updated> {
        let Update { site, group, plan, .. } = self;
        let feeds = group.feeds.iter().map(|feed| (*feed, site.definition.feeds[*feed].id.as_str()));
        let is_wanted = |feed: &str| match self.scope {
            Scope::Collection { collection, .. } => collection.feed == feed,
            Scope::All { .. } | Scope::Client(_) => true,
        };
        let feeds: Vec<_> = feeds.filter(|(_, id)| is_wanted(id)).collect();
        let read = |(_, id): &(usize, &str)| match self.scope {
            Scope::Client(_) => Ok(None),
            Scope::All { .. } | Scope::Collection { .. } => Old::read(site, id),
        };
        let olds = feeds.iter().map(read).collect::<Result<Vec<_>>>()?;
        let olds =
            olds.iter().map(|old| old.as_ref().map(Old::open).transpose()).collect::<Result<Vec<_>>>()?;
        let mut befores = Vec::new();
        for ((feed, id), old) in feeds.iter().zip(&olds) {
            let is_current = |matrix: &&Matrix<'_>| {
                matrix.run.index == plan.view.checksum() && matrix.run.options == group.words
            };
            befores.push(Before {
                feed: *feed,
                members: site.members_of(id)?,
                updates: range(plan, id),
                matrix: old.as_ref().filter(is_current),
            });
        }
        let entries = self.entries(&befores)?;
        let ignored = site.ignored(plan.view)?;
        let mut writing = Vec::new();
        for (at, before) in befores.iter().enumerate() {
            let changed = is_changed(before, at, &entries, plan, &ignored);
            writing.push(if changed { Some(self.begin(before, &ignored)?) } else { None });
        }
        let merge = Merge {
            entries: &entries,
            at: 0,
            befores: &befores,
            writing,
            loaded: self.loaded,
            plan,
            evaluated: 0,
        };
        self.evaluate(merge)
    }

    /// Evaluates the clients that have no row yet, and writes all.
    fn evaluate(&self, mut merge: Merge<'_, '_, '_>) -> Result<Updated> {
        let store = self.site.store();
        let since = self.site.results_since(self.host.now());
        let wanted = merge.entries.iter().filter(|entry| entry.sources.contains(&Source::New));
        let wanted = wanted.filter(|entry| merge.loaded_row(entry).is_none());
        let kept = wanted.map(|entry| (entry.record.client.clone(), store.documents(entry.record, since)));
        let intake = Intake::of_kept(kept, ingest::Settings::default());
        let clients: Vec<_> = intake.clients().iter().collect();
        self.host.expect(clients.len() as u64);
        let done: &(dyn Fn(u64) + Sync) = &|bytes| self.host.evaluated(bytes);
        let mut outcome = run::Outcome::default();
        // Where there is nothing to evaluate nobody waits for threads that have other work.
        if !clients.is_empty() {
            let take = |client, row| merge.take(client, row);
            outcome = run::evaluate(self.plan, &intake, &clients, take, done)?;
        }
        merge.finish_rows()?;
        for error in &outcome.errors {
            self.host
                .tell(&Event::warning("unreadable", self.host.now()).text("message", &error.to_string()));
        }
        let mut updated = Updated { evaluated: merge.evaluated, feeds: Vec::new() };
        for (before, written) in merge.befores.iter().zip(merge.writing) {
            let id = &self.site.definition.feeds[before.feed].id;
            updated.feeds.push(match written {
                Some(written) => written.finish(id)?,
                None => unchanged(id, before),
            });
        }
        Ok(updated)
    }

    /// Every client that has a row of some feed, and where each comes from.
    fn entries(&self, befores: &[Before<'_>]) -> Result<Vec<Entry<'_>>> {
        let since = self.site.results_since(self.host.now());
        let members = match self.scope {
            Scope::Collection { collection, .. } => Some(self.site.members(collection)?),
            Scope::All { .. } | Scope::Client(_) => None,
        };
        let mut entries = Vec::with_capacity(self.clients.iter().len());
        for record in self.clients.iter().filter(|record| !record.documents.is_empty()) {
            if let Scope::Client(client) = self.scope
                && record.client != client
            {
                continue;
            }
            let inventory = inventory_key(record, since);
            let is_wanted = members.as_ref().is_none_or(|members| members.contains(&record.client));
            let source = |before: &Before<'_>| {
                if !before.members.iter().any(|members| members.contains(&record.client)) {
                    return Source::None;
                }
                let Some(matrix) = before.matrix else { return Source::New };
                match matrix.client(&record.client) {
                    Some(at) if !is_wanted => Source::Kept(at),
                    None if !is_wanted => Source::None,
                    Some(at) if !self.scope.is_again() && matrix.clients[at].inventory == inventory => {
                        Source::Kept(at)
                    }
                    Some(_) | None => Source::New,
                }
            };
            let sources: Vec<Source> = befores.iter().map(source).collect();
            if sources.iter().any(|source| *source != Source::None) {
                let flags = self.site.client_flags(record, self.host.now());
                entries.push(Entry { record, inventory, flags, sources });
            }
        }
        Ok(entries)
    }

    /// Begins a feed's next matrix.
    fn begin(&self, before: &Before<'_>, ignored: &[u32]) -> Result<Written> {
        let id = &self.site.definition.feeds[before.feed].id;
        let mut about = run::run_table(self.plan, self.group.words.clone());
        // Of the sources of the index only the feed's own.
        let mut numbers = Vec::with_capacity(about.sources.len());
        let mut next = 0u32;
        for source in &about.sources {
            numbers.push(next);
            next += u32::from(source.feed == *id);
        }
        about.sources.retain(|source| source.feed == *id);
        let updates =
            run::update_table(self.plan, ignored).skip(before.updates.start).take(before.updates.len());
        let renumbered = |mut update: tables::Update| {
            update.source = numbers.get(update.source as usize).copied().unwrap_or(0);
            update
        };
        let updates: Vec<tables::Update> = updates.map(renumbered).collect();
        let path = self.scope.path(self.site, id);
        path.parent().map_or(Ok(()), make_folder)?;
        Ok(Written {
            updates: before.updates.clone(),
            scanned: FeedScanned { feed: id.clone(), is_new: true, ..FeedScanned::default() },
            times: self.times(id, &updates)?,
            now: self.host.now().as_second(),
            writer: matrix::Writer::new(&about, updates.into_iter(), Output::create(&path)?)?,
        })
    }

    /// The times of a feed's cells, for clients that are still kept.
    fn times(&self, feed: &str, updates: &[tables::Update]) -> Result<Option<(Times, PathBuf)>> {
        if let Scope::Client(_) = self.scope {
            return Ok(None);
        }
        let mut times = self.site.times(feed)?.of_updates(updates);
        times.retain(|client| self.clients.get(client).is_some());
        Ok(Some((times, self.site.times_path(feed))))
    }
}

/// The places of a feed's updates among those of a plan; they stand together, because their ids begin alike.
fn range(plan: &Plan<'_>, feed: &str) -> Range<usize> {
    let view = plan.view;
    let of_feed = |update: &u32| {
        let source = view.columns.update_source.at(*update as usize) as usize;
        view.source(source).source.feed == feed
    };
    let prefix = format!("{feed}:");
    let id = |update: &u32| view.text(view.columns.update_identity.at(*update as usize));
    let start = plan.updates.partition_point(|update| id(update) < prefix.as_str());
    let length = plan.updates[start..].partition_point(|update| id(update).starts_with(&prefix));
    debug_assert!(plan.updates[start..start + length].iter().all(of_feed));
    start..start + length
}

/// Whether a feed's next matrix is another one than that before.
fn is_changed(
    before: &Before<'_>,
    at: usize,
    entries: &[Entry<'_>],
    plan: &Plan<'_>,
    ignored: &[u32],
) -> bool {
    let Some(matrix) = before.matrix else { return true };
    let mut rows = 0;
    for entry in entries {
        match entry.sources[at] {
            Source::None => {}
            Source::New => return true,
            Source::Kept(kept) if matrix.clients[kept].flags != entry.flags => return true,
            Source::Kept(_) => rows += 1,
        }
    }
    let is_ignored = |update: u32| ignored.binary_search(&update).is_ok();
    let updates = plan.updates.get(before.updates.clone()).unwrap_or_default();
    let flags = updates.iter().zip(&matrix.updates);
    rows != matrix.clients.len()
        || updates.len() != matrix.updates.len()
        || flags.into_iter().any(|(update, old)| is_ignored(*update) != old.flags.contains(Flags::IGNORED))
}

fn unchanged(feed: &str, before: &Before<'_>) -> FeedScanned {
    let rows = before.matrix.map_or(0, |matrix| matrix.clients.len() as u64);
    let totals = before.matrix.map_or([0; 4], Matrix::totals);
    FeedScanned { feed: feed.to_owned(), rows, evaluated: 0, totals, is_new: false }
}

/// What the table of clients says of one.
#[derive(Clone, Copy)]
enum About<'a> {
    Client(&'a tables::Client),
    Packed(&'a tables::Packed),
}

/// A matrix that is being written.
struct Written {
    writer: matrix::Writer<Output, std::vec::IntoIter<tables::Update>>,
    updates: Range<usize>,
    scanned: FeedScanned,
    /// When cells became what they are, and where that is kept; rows that are laid over others have none.
    times: Option<(Times, PathBuf)>,
    now: i64,
}

impl Written {
    /// Writes the row of a client as the matrix before has it.
    fn push_kept(&mut self, matrix: &Matrix<'_>, at: usize, flags: Flags) -> Result<()> {
        let (client, row) = (&matrix.clients[at], matrix.stored_row(at));
        if client.flags == flags {
            return self.push(About::Client(client), &row);
        }
        self.push(About::Client(&tables::Client { flags, ..client.clone() }), &row)
    }

    /// Writes the row of a client that was evaluated for all updates of a plan.
    fn push_new(&mut self, entry: &Entry<'_>, client: About<'_>, row: &Row, plan: &Plan<'_>) -> Result<()> {
        self.scanned.evaluated += 1;
        let is_whole = self.updates.len() == plan.updates.len();
        let row = if is_whole { Cow::Borrowed(row) } else { Cow::Owned(row.part(self.updates.clone())) };
        if let Some((times, _)) = &mut self.times {
            times.take(&entry.record.client, &row, self.now);
        }
        self.push(client, &row)
    }

    fn push(&mut self, client: About<'_>, row: &Row) -> Result<()> {
        self.scanned.rows += 1;
        for (sum, count) in self.scanned.totals.iter_mut().zip(row.totals()) {
            *sum += count;
        }
        match client {
            About::Client(client) => self.writer.push(client, row),
            About::Packed(client) => self.writer.push_packed(client, row),
        }
    }

    fn finish(self, feed: &str) -> Result<FeedScanned> {
        // First, because a time that is there already is not changed when the rows are made again.
        if let Some((times, path)) = self.times {
            times.write(Output::create(&path)?)?.finish()?;
        }
        let (_, output) = self.writer.finish_into()?;
        output.finish().map_err(|error| error.in_file(feed))?;
        Ok(self.scanned)
    }
}

/// Writes rows in the order of the clients.
struct Merge<'m, 'c, 'p> {
    entries: &'m [Entry<'c>],
    /// The next entry.
    at: usize,
    befores: &'m [Before<'m>],
    /// By feed; `None` where the matrix stays.
    writing: Vec<Option<Written>>,
    loaded: &'m Rows,
    plan: &'m Plan<'p>,
    evaluated: u64,
}

impl<'m> Merge<'m, '_, '_> {
    /// The row of a client that was evaluated as it was loaded, if that is what it would be evaluated to now.
    fn loaded_row(&self, entry: &Entry<'_>) -> Option<&'m Loaded> {
        let loaded = self.loaded.get(&entry.record.client)?;
        (loaded.inventory == entry.inventory && loaded.flags == entry.flags).then_some(loaded)
    }

    /// Takes the row of the next client that was evaluated, and writes those of the clients before it.
    fn take(&mut self, client: tables::Client, row: Row) -> Result<()> {
        while let Some(entry) = self.entries.get(self.at) {
            self.at += 1;
            if entry.record.client == client.id {
                let client = tables::Client { flags: entry.flags, inventory: entry.inventory, ..client };
                return self.write(entry, Some((client, row)));
            }
            self.write(entry, None)?;
        }
        Ok(())
    }

    fn finish_rows(&mut self) -> Result<()> {
        while let Some(entry) = self.entries.get(self.at) {
            self.at += 1;
            self.write(entry, None)?;
        }
        Ok(())
    }

    fn write(&mut self, entry: &Entry<'_>, evaluated: Option<(tables::Client, Row)>) -> Result<()> {
        let loaded = self.loaded_row(entry);
        let evaluated = evaluated.as_ref().map(|(client, row)| (About::Client(client), row));
        let new = evaluated.or(loaded.map(|loaded| (About::Packed(&loaded.client), &loaded.row)));
        let is_new = entry.sources.contains(&Source::New);
        self.evaluated += u64::from(is_new && new.is_some());
        for ((source, before), written) in entry.sources.iter().zip(self.befores).zip(&mut self.writing) {
            let Some(written) = written else { continue };
            match (source, before.matrix, new) {
                (Source::Kept(at), Some(matrix), _) => written.push_kept(matrix, *at, entry.flags)?,
                (Source::New, _, Some((client, row))) => written.push_new(entry, client, row, self.plan)?,
                (Source::None, ..) | (Source::Kept(_), None, _) | (Source::New, _, None) => {}
            }
        }
        Ok(())
    }
}
