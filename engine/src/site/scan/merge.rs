//! Makes a feed's next matrix of rows that are kept and rows that are evaluated now.
//!
//! All clients stand in one order, that of their ids, so that rows of both kinds are written as they come.

use std::borrow::Cow;
use std::ops::Range;
use std::path::PathBuf;

use super::super::definition::Collection;
use super::super::evaluate::{Loaded, Old, Prepared};
use super::super::host::Host;
use super::super::log::Event;
use super::super::members::Members;
use super::super::rows::Rows;
use super::super::store::{Clients, Record};
use super::{FeedScanned, Site, inventory_key};
use crate::archive::output::Output;
use crate::error::Result;
use crate::eval::run;
use crate::index::columns::Column;
use crate::ingest::{self, Intake};
use crate::matrix::kept::Kept;
use crate::matrix::row::Row;
use crate::matrix::times::Times;
use crate::matrix::{self, tables};
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
    /// The places of its updates among those of the group.
    updates: Range<usize>,
    /// The matrix, where it is one of the same index and options.
    matrix: Option<&'m Kept<'m>>,
}

/// What is made of a group of feeds.
pub(in crate::site) struct Update<'u, 'i> {
    pub(in crate::site) site: &'u Site,
    pub(in crate::site) prepared: &'u Prepared<'i>,
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

impl Update<'_, '_> {
    /// Writes the feeds' next matrices, where they differ from those that are there.
    pub(in crate::site) fn run(&self) -> Result<Updated> {
        let Update { site, prepared, .. } = self;
        let feeds = prepared.group.feeds.iter().map(|feed| (*feed, site.definition.feeds[*feed].id.as_str()));
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
            olds.iter().map(|old| old.as_ref().map(Old::rows).transpose()).collect::<Result<Vec<_>>>()?;
        let mut befores = Vec::new();
        for ((feed, id), old) in feeds.iter().zip(&olds) {
            let is_current = |matrix: &&Kept<'_>| {
                matrix.run.index == prepared.view.checksum() && matrix.run.options == prepared.group.words
            };
            befores.push(Before {
                feed: *feed,
                members: site.members_of(id)?,
                updates: range(prepared, id),
                matrix: old.as_ref().filter(is_current),
            });
        }
        let entries = self.entries(&befores)?;
        let ignored = site.ignored(prepared.view)?;
        let (mut writing, mut times) = (Vec::new(), Vec::new());
        for (at, before) in befores.iter().enumerate() {
            let changed = is_changed(before, at, &entries, &prepared.updates, &ignored);
            let begun = changed.then(|| self.begin(before, &ignored)).transpose()?;
            let (written, of_cells) = begun.unzip();
            writing.push(written);
            times.push(of_cells.flatten());
        }
        let merge = Merge {
            entries: &entries,
            at: 0,
            befores: &befores,
            writing,
            times,
            now: self.host.now().as_second(),
            loaded: self.loaded,
            updates: prepared.updates.len(),
            evaluated: 0,
        };
        self.evaluate(merge)
    }

    /// Evaluates the clients that have no row yet, and writes all.
    fn evaluate(&self, mut merge: Merge<'_, '_>) -> Result<Updated> {
        let store = self.site.store();
        let since = self.site.results_since(self.host.now());
        let wanted = merge.entries.iter().filter(|entry| entry.sources.contains(&Source::New));
        let wanted =
            wanted.filter(|entry| !self.loaded.has(&entry.record.client, entry.inventory, entry.flags));
        let kept = wanted.map(|entry| (entry.record.client.clone(), store.documents(entry.record, since)));
        let intake = Intake::of_kept(kept, ingest::Settings::default());
        let clients: Vec<_> = intake.clients().iter().collect();
        self.host.expect(clients.len() as u64);
        let done: &(dyn Fn(u64) + Sync) = &|bytes| self.host.evaluated(bytes);
        let mut outcome = run::Outcome::default();
        // Where there is nothing to evaluate nobody waits for threads that have other work.
        if !clients.is_empty() {
            let take = |client, row| merge.take(client, row);
            outcome = run::evaluate(self.prepared.plan(), &intake, &clients, take, done)?;
        }
        let times = merge.finish_rows()?;
        for error in &outcome.errors {
            self.host
                .tell(&Event::warning("unreadable", self.host.now()).text("message", &error.to_string()));
        }
        let mut updated = Updated { evaluated: merge.evaluated, feeds: Vec::new() };
        for ((before, written), times) in merge.befores.iter().zip(merge.writing).zip(times) {
            let id = &self.site.definition.feeds[before.feed].id;
            let times = times.map(|times| (times, self.site.times_path(id)));
            updated.feeds.push(match written {
                Some(written) => written.finish(times, id)?,
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

    /// Begins a feed's next matrix, and the times of its cells.
    fn begin(&self, before: &Before<'_>, ignored: &[u32]) -> Result<(Written, Option<Times>)> {
        let id = &self.site.definition.feeds[before.feed].id;
        let plan = self.prepared.plan();
        let mut about = run::run_table(plan, self.prepared.group.words.clone());
        // Of the sources of the index only the feed's own.
        let mut numbers = Vec::with_capacity(about.sources.len());
        let mut next = 0u32;
        for source in &about.sources {
            numbers.push(next);
            next += u32::from(source.feed == *id);
        }
        about.sources.retain(|source| source.feed == *id);
        let updates = run::update_table(plan, ignored).skip(before.updates.start).take(before.updates.len());
        let renumbered = |mut update: tables::Update| {
            update.source = numbers.get(update.source as usize).copied().unwrap_or(0);
            update
        };
        let updates: Vec<tables::Update> = updates.map(renumbered).collect();
        let path = self.scope.path(self.site, id);
        path.parent().map_or(Ok(()), make_folder)?;
        let times = self.times(id, &updates)?;
        let written = Written {
            updates: before.updates.clone(),
            scanned: FeedScanned { feed: id.clone(), is_new: true, ..FeedScanned::default() },
            writer: matrix::Writer::new(&about, updates.into_iter(), Output::create(&path)?)?,
        };
        Ok((written, times))
    }

    /// The times of a feed's cells, for clients that are still kept; rows that are laid over others have none.
    fn times(&self, feed: &str, updates: &[tables::Update]) -> Result<Option<Times>> {
        if let Scope::Client(_) = self.scope {
            return Ok(None);
        }
        let mut times = self.site.times(feed)?.of_updates(updates);
        times.retain(|client| self.clients.get(client).is_some());
        Ok(Some(times))
    }
}

/// The places of a feed's updates among those of its group; they stand together, because their ids begin alike.
fn range(prepared: &Prepared<'_>, feed: &str) -> Range<usize> {
    let Prepared { view, updates, .. } = prepared;
    let of_feed = |update: &u32| {
        let source = view.columns.update_source.at(*update as usize) as usize;
        view.source(source).source.feed == feed
    };
    let prefix = format!("{feed}:");
    let id = |update: &u32| view.text(view.columns.update_identity.at(*update as usize));
    let start = updates.partition_point(|update| id(update) < prefix.as_str());
    let length = updates[start..].partition_point(|update| id(update).starts_with(&prefix));
    debug_assert!(updates[start..start + length].iter().all(of_feed));
    start..start + length
}

/// Whether a feed's next matrix is another one than that before.
fn is_changed(
    before: &Before<'_>,
    at: usize,
    entries: &[Entry<'_>],
    updates: &[u32],
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
    let updates = updates.get(before.updates.clone()).unwrap_or_default();
    let flags = updates.iter().zip(&matrix.updates);
    rows != matrix.clients.len()
        || updates.len() != matrix.updates.len()
        || flags.into_iter().any(|(update, old)| is_ignored(*update) != old.contains(Flags::IGNORED))
}

fn unchanged(feed: &str, before: &Before<'_>) -> FeedScanned {
    let rows = before.matrix.map_or(0, |matrix| matrix.clients.len() as u64);
    let totals = before.matrix.map_or([0; 4], Kept::totals);
    FeedScanned { feed: feed.to_owned(), rows, evaluated: 0, totals, is_new: false }
}

/// What the table of clients says of one.
#[derive(Clone, Copy)]
enum About<'a> {
    Client(&'a tables::Client),
    Packed(&'a tables::Packed<'a>),
}

/// A matrix that is being written.
struct Written {
    writer: matrix::Writer<Output, std::vec::IntoIter<tables::Update>>,
    updates: Range<usize>,
    scanned: FeedScanned,
}

impl Written {
    /// Writes the row of a client as the matrix before has it.
    fn push_kept(&mut self, matrix: &Kept<'_>, at: usize, flags: Flags) -> Result<()> {
        self.push(About::Packed(&matrix.clients[at].packed(flags)), &matrix.row(at))
    }

    /// Writes the row of a client that was evaluated for all updates of its group, which are so many.
    fn push_new(&mut self, client: About<'_>, row: &Row, updates: usize) -> Result<()> {
        self.scanned.evaluated += 1;
        self.push(client, &part(row, &self.updates, updates))
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

    fn finish(self, times: Option<(Times, PathBuf)>, feed: &str) -> Result<FeedScanned> {
        let Written { writer, scanned, .. } = self;
        let end = || writer.finish_into().map(|(_, output)| output);
        let output = match times {
            None => end()?,
            Some((times, path)) => {
                let write = || times.write(Output::create(&path)?);
                let (output, written) = rayon::join(end, write);
                // First, because a time that is there already is not changed when the rows are made again.
                written?.finish()?;
                output?
            }
        };
        output.finish().map_err(|error| error.in_file(feed))?;
        Ok(scanned)
    }
}

/// Of a row of so many updates the part of a feed.
fn part<'r>(row: &'r Row, of_feed: &Range<usize>, updates: usize) -> Cow<'r, Row> {
    if of_feed.len() == updates { Cow::Borrowed(row) } else { Cow::Owned(row.part(of_feed.clone())) }
}

/// Writes rows in the order of the clients.
struct Merge<'m, 'c> {
    entries: &'m [Entry<'c>],
    /// The next entry.
    at: usize,
    befores: &'m [Before<'m>],
    /// By feed; `None` where the matrix stays.
    writing: Vec<Option<Written>>,
    /// By feed; `None` where the matrix stays, or is laid over another one.
    times: Vec<Option<Times>>,
    /// When rows are evaluated, in seconds since 1970.
    now: i64,
    loaded: &'m Rows,
    /// How many updates the group has.
    updates: usize,
    evaluated: u64,
}

impl<'m> Merge<'m, '_> {
    /// The row of a client that was evaluated as it was loaded, if that is what it would be evaluated to now.
    fn loaded_row(&self, entry: &Entry<'_>) -> Result<Option<Cow<'m, Loaded>>> {
        self.loaded.get(&entry.record.client, entry.inventory, entry.flags)
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

    /// Writes the rows after the last one that was evaluated; gives the times of all cells.
    fn finish_rows(&mut self) -> Result<Vec<Option<Times>>> {
        let mut times = std::mem::take(&mut self.times);
        let (entries, befores, updates, now) = (self.entries, self.befores, self.updates, self.now);
        let loaded = self.loaded;
        let is_timed = times.iter().any(Option::is_some);
        let mut write = || -> Result<()> {
            while let Some(entry) = self.entries.get(self.at) {
                self.at += 1;
                self.write(entry, None)?;
            }
            Ok(())
        };
        let take = || -> Result<()> {
            for entry in entries {
                if let Some(loaded) = loaded.get(&entry.record.client, entry.inventory, entry.flags)? {
                    take_times(&mut times, entry, &loaded.row, befores, updates, now);
                }
            }
            Ok(())
        };
        if is_timed {
            let (written, taken) = rayon::join(write, take);
            written.and(taken)?;
        } else {
            write()?;
        }
        Ok(times)
    }

    fn write(&mut self, entry: &Entry<'_>, evaluated: Option<(tables::Client, Row)>) -> Result<()> {
        let loaded = self.loaded_row(entry)?;
        if let Some((_, row)) = &evaluated {
            take_times(&mut self.times, entry, row, self.befores, self.updates, self.now);
        }
        let evaluated = evaluated.as_ref().map(|(client, row)| (About::Client(client), row));
        let new = evaluated.or(loaded.as_ref().map(|loaded| (About::Packed(&loaded.client), &loaded.row)));
        let is_new = entry.sources.contains(&Source::New);
        self.evaluated += u64::from(is_new && new.is_some());
        for ((source, before), written) in entry.sources.iter().zip(self.befores).zip(&mut self.writing) {
            let Some(written) = written else { continue };
            match (source, before.matrix, new) {
                (Source::Kept(at), Some(matrix), _) => written.push_kept(matrix, *at, entry.flags)?,
                (Source::New, _, Some((client, row))) => written.push_new(client, row, self.updates)?,
                (Source::None, ..) | (Source::Kept(_), None, _) | (Source::New, _, None) => {}
            }
        }
        Ok(())
    }
}

/// Takes into the times of each feed the row of a client that was evaluated for so many updates.
fn take_times(
    times: &mut [Option<Times>],
    entry: &Entry<'_>,
    row: &Row,
    befores: &[Before<'_>],
    updates: usize,
    now: i64,
) {
    for ((times, source), before) in times.iter_mut().zip(&entry.sources).zip(befores) {
        if let (Some(times), Source::New) = (times, source) {
            times.take(&entry.record.client, &part(row, &before.updates, updates), now);
        }
    }
}
