//! Makes a feed's next matrix of rows that are kept and rows that are evaluated now.
//!
//! All clients stand in one order, that of their ids, so that rows of both kinds are written as they come.

use std::collections::BTreeMap;
use std::mem;
use std::ops::Range;
use std::path::PathBuf;

use rayon::prelude::*;

use super::super::definition::Collection;
use super::super::evaluate::{Loaded, Old, Prepared};
use super::super::host::Host;
use super::super::log::Event;
use super::super::members::Members;
use super::super::rows::{Ahead, Ending, Feed};
use super::super::store::{Clients, Record};
use super::next::{Next, Written, part, range};
use super::{FeedScanned, Site, inventory_key};
use crate::archive::map::Bytes;
use crate::archive::output::Output;
use crate::error::Result;
use crate::eval::run;
use crate::index::columns::Column;
use crate::ingest::{self, Intake};
use crate::matrix::kept::Kept;
use crate::matrix::row::Row;
use crate::matrix::tables::{self, Packed};
use crate::matrix::times::{Time, Times};
use crate::model::flag::Flags;

/// Where a client's row of a feed comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source<'m> {
    /// The client has none.
    None,
    /// The row of this number of the matrix before.
    Kept(usize),
    /// It was evaluated as its report was loaded, and written: the matrix and the number of the row there.
    Ahead(usize, usize),
    /// It was evaluated as its report was loaded.
    Loaded(&'m Loaded),
    /// It is evaluated.
    New,
}

/// One client and where its rows come from.
struct Entry<'m> {
    record: &'m Record,
    inventory: u64,
    flags: Flags,
    /// By feed of the group.
    sources: Vec<Source<'m>>,
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
    /// What was written of its next one, and perhaps of other feeds'.
    ahead: &'m [Ahead],
}

impl<'m> Before<'m> {
    /// The row of a client that was evaluated as its report was loaded, where it is what the client would be
    /// evaluated to now.
    fn loaded(
        &self,
        client: &str,
        made_of: (u64, Flags),
        few: &'m BTreeMap<String, Loaded>,
    ) -> Option<Source<'m>> {
        let written = self.ahead.iter().enumerate().filter(|(_, ahead)| ahead.feed == self.feed);
        let mut places = written.filter_map(|(number, ahead)| {
            let at = ahead.row(client)?;
            (ahead.rows[at].made_of == made_of).then_some(Source::Ahead(number, at))
        });
        let in_memory = || few.get(client).filter(|row| row.made_of() == made_of);
        places.next().or_else(|| in_memory().map(Source::Loaded))
    }

    /// The matrix that was written ahead and is the next one as it is, if there is one.
    fn whole(&self, at: usize, entries: &[Entry<'_>]) -> Option<usize> {
        let mut sources =
            entries.iter().map(|entry| entry.sources[at]).filter(|source| *source != Source::None);
        let Some(Source::Ahead(number, 0)) = sources.next() else { return None };
        let rows = self.ahead[number].rows.len();
        sources.eq((1..rows).map(|at| Source::Ahead(number, at))).then_some(number)
    }
}

/// What is made of a group of feeds.
pub(in crate::site) struct Update<'u, 'i> {
    pub(in crate::site) site: &'u Site,
    pub(in crate::site) prepared: &'u Prepared<'i>,
    pub(in crate::site) clients: &'u Clients,
    /// Rows of clients that were evaluated as their reports were loaded, and wait in memory.
    pub(in crate::site) loaded: &'u BTreeMap<String, Loaded>,
    /// The updates that are flagged, by number, rising.
    pub(in crate::site) ignored: &'u [u32],
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

    /// Whether a feed is looked at.
    fn wants(self, feed: &str) -> bool {
        match self {
            Scope::Collection { collection, .. } => collection.feed == feed,
            Scope::All { .. } | Scope::Client(_) => true,
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

/// Begins the next matrices of the feeds of a group that are looked at.
pub(in crate::site) fn begin(
    site: &Site,
    prepared: &Prepared<'_>,
    scope: Scope<'_>,
    ignored: &[u32],
    host: &dyn Host,
) -> Result<Vec<Feed>> {
    let feeds = wanted(site, prepared, scope).map(|(feed, id)| {
        let next = Next::begin(prepared, id, &scope.path(site, id), ignored)?;
        let times = times(site, prepared, id)?;
        Ok(Feed::new(feed, site.members_of(id)?, next, times, host.now().as_second()))
    });
    feeds.collect()
}

/// The times of a feed's cells, as they are kept.
fn times(site: &Site, prepared: &Prepared<'_>, feed: &str) -> Result<Times> {
    let Prepared { view, updates, .. } = prepared;
    let updates = updates.get(range(prepared, feed)).unwrap_or_default();
    let id = |update: &u32| view.text(view.columns.update_identity.at(*update as usize));
    Ok(site.times(feed)?.of_updates(updates.iter().map(id)))
}

/// The feeds of a group that are looked at.
fn wanted<'s>(
    site: &'s Site,
    prepared: &Prepared<'_>,
    scope: Scope<'_>,
) -> impl Iterator<Item = (usize, &'s str)> {
    let feeds = prepared.group.feeds.iter().map(|feed| (*feed, site.definition.feeds[*feed].id.as_str()));
    feeds.filter(move |(_, id)| scope.wants(id))
}

impl Update<'_, '_> {
    /// Writes the feeds' next matrices, where they differ from those that are there; `ahead` is what was written
    /// of them already.
    pub(in crate::site) fn run(&self, mut ahead: Vec<Ahead>) -> Result<Updated> {
        let Update { site, prepared, .. } = self;
        let mut known = BTreeMap::new();
        let mut endings = Vec::with_capacity(ahead.len());
        for ahead in &mut ahead {
            known.insert(ahead.feed, mem::take(&mut ahead.times));
            endings.push(mem::take(&mut ahead.ending));
        }
        let feeds: Vec<_> = wanted(site, prepared, self.scope).collect();
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
                ahead: &ahead,
            });
        }
        let entries = self.entries(&befores)?;
        let whole = befores.iter().enumerate().map(|(at, before)| before.whole(at, &entries));
        let whole: Vec<Option<usize>> = whole.collect();
        // Nobody waits yet for what becomes the next matrix as it is; of the others the rows are copied.
        let written = endings.iter_mut().enumerate().map(|(number, ending)| {
            if whole.contains(&Some(number)) { Ok(None) } else { mem::take(ending).wait() }
        });
        let mut written = written.collect::<Result<Vec<Option<Written>>>>()?;
        let copied = written
            .iter_mut()
            .map(|written| written.as_mut().map(|written| (site.open)(written.path()?)).transpose());
        let copied = copied.collect::<Result<Vec<Option<Bytes>>>>()?;
        let copied =
            copied.iter().map(|bytes| bytes.as_ref().map(|bytes| Kept::open(bytes.as_ref())).transpose());
        let copied = copied.collect::<Result<Vec<Option<Kept<'_>>>>>()?;
        let (mut making, mut times) = (Vec::new(), Vec::new());
        for (at, (before, whole)) in befores.iter().zip(whole).enumerate() {
            if !is_changed(before, at, &entries, &prepared.updates, self.ignored) {
                making.push(Making::Stays);
                times.push(None);
                continue;
            }
            let id = &site.definition.feeds[before.feed].id;
            making.push(match whole {
                Some(number) => Making::Ending(mem::take(&mut endings[number])),
                None => {
                    let path = self.scope.path(site, id);
                    Making::Writing(Box::new(Next::begin(prepared, id, &path, self.ignored)?))
                }
            });
            times.push(self.times(id, known.remove(&before.feed))?);
        }
        let merge = Merge {
            entries: &entries,
            at: 0,
            befores: &befores,
            copied: &copied,
            making,
            times,
            now: self.host.now().as_second(),
            evaluated: 0,
        };
        self.evaluate(merge)
    }

    /// Evaluates the clients that have no row yet, and writes all.
    fn evaluate(&self, mut merge: Merge<'_>) -> Result<Updated> {
        let store = self.site.store();
        let since = self.site.results_since(self.host.now());
        let wanted = merge.entries.iter().filter(|entry| entry.sources.contains(&Source::New));
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
        for ((before, making), times) in merge.befores.iter().zip(merge.making).zip(times) {
            let id = &self.site.definition.feeds[before.feed].id;
            let times = times.map(|times| (times, self.site.times_path(id)));
            updated.feeds.push(making.finish(times)?.unwrap_or_else(|| unchanged(id, before)));
        }
        Ok(updated)
    }

    /// Every client that has a row of some feed, and where each comes from.
    fn entries<'m>(&'m self, befores: &[Before<'m>]) -> Result<Vec<Entry<'m>>> {
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
            let flags = self.site.client_flags(record, self.host.now());
            let is_wanted = members.as_ref().is_none_or(|members| members.contains(&record.client));
            let source = |before: &Before<'m>| {
                if !before.members.iter().any(|members| members.contains(&record.client)) {
                    return Source::None;
                }
                let made_of = (inventory, flags);
                let new = || before.loaded(&record.client, made_of, self.loaded).unwrap_or(Source::New);
                let Some(matrix) = before.matrix else { return new() };
                match matrix.client(&record.client) {
                    Some(at) if !is_wanted => Source::Kept(at),
                    None if !is_wanted => Source::None,
                    Some(at) if !self.scope.is_again() && matrix.clients[at].inventory == inventory => {
                        Source::Kept(at)
                    }
                    Some(_) | None => new(),
                }
            };
            let sources: Vec<Source<'_>> = befores.iter().map(source).collect();
            if sources.iter().any(|source| *source != Source::None) {
                entries.push(Entry { record, inventory, flags, sources });
            }
        }
        Ok(entries)
    }

    /// The times of a feed's cells, for clients that are still kept, where they are not known already; rows
    /// that are laid over others have none.
    fn times(&self, feed: &str, known: Option<Times>) -> Result<Option<Times>> {
        if let Scope::Client(_) = self.scope {
            return Ok(None);
        }
        let mut times = known.map_or_else(|| times(self.site, self.prepared, feed), Ok)?;
        times.retain(|client| self.clients.get(client).is_some());
        Ok(Some(times))
    }
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
            Source::Ahead(..) | Source::Loaded(_) | Source::New => return true,
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

/// What is made of a feed's matrix.
enum Making {
    /// It is the one that is there.
    Stays,
    /// Its rows were written as reports were loaded.
    Ending(Ending),
    Writing(Box<Next>),
}

impl Making {
    /// Puts it in place, and the times of its cells at a path; `None` where it stays.
    fn finish(self, times: Option<(Times, PathBuf)>) -> Result<Option<FeedScanned>> {
        let end = || match self {
            Making::Stays => Ok(None),
            Making::Ending(ending) => ending.wait(),
            Making::Writing(next) => next.end().map(Some),
        };
        let write = || times.map(|(times, path)| times.write(Output::create(&path)?)).transpose();
        let (times, matrix) = rayon::join(write, end);
        // First, because a time that is there already is not changed when the rows are made again.
        times?.map_or(Ok(()), Output::finish)?;
        matrix?.map(Written::put).transpose()
    }
}

/// Writes rows in the order of the clients.
struct Merge<'m> {
    entries: &'m [Entry<'m>],
    /// The next entry.
    at: usize,
    befores: &'m [Before<'m>],
    /// Of what was written ahead, that of which the rows are copied.
    copied: &'m [Option<Kept<'m>>],
    /// By feed.
    making: Vec<Making>,
    /// By feed; `None` where the matrix stays, or is laid over another one.
    times: Vec<Option<Times>>,
    /// When rows are evaluated, in seconds since 1970.
    now: i64,
    evaluated: u64,
}

impl Merge<'_> {
    /// Takes the row of the next client that was evaluated, and writes those of the clients before it.
    fn take(&mut self, client: tables::Client, row: Row) -> Result<()> {
        while let Some(entry) = self.entries.get(self.at) {
            self.at += 1;
            if entry.record.client == client.id {
                let client = tables::Client { flags: entry.flags, inventory: entry.inventory, ..client };
                self.take_times(entry, &row);
                return self.write(entry, Some((&client.pack(), &row)));
            }
            self.write(entry, None)?;
        }
        Ok(())
    }

    /// Writes the rows after the last one that was evaluated; gives the times of all cells.
    fn finish_rows(&mut self) -> Result<Vec<Option<Times>>> {
        let mut times = mem::take(&mut self.times);
        let (entries, befores, now) = (self.entries, self.befores, self.now);
        let is_timed = times.iter().any(Option::is_some);
        let mut write = || -> Result<()> {
            while let Some(entry) = self.entries.get(self.at) {
                self.at += 1;
                self.write(entry, None)?;
            }
            Ok(())
        };
        if !is_timed {
            return write().map(|()| times);
        }
        let next = || -> Vec<Vec<Option<Vec<Time>>>> {
            entries.par_iter().map(|entry| next_times(&times, entry, befores, now)).collect()
        };
        let (written, next) = rayon::join(write, next);
        written?;
        for (entry, next) in entries.iter().zip(next) {
            for (times, next) in times.iter_mut().zip(next) {
                if let (Some(times), Some(next)) = (times, next) {
                    times.put(&entry.record.client, next);
                }
            }
        }
        Ok(times)
    }

    /// Takes into the times of each feed the row of a client that was evaluated now.
    fn take_times(&mut self, entry: &Entry<'_>, row: &Row) {
        for ((times, source), before) in self.times.iter_mut().zip(&entry.sources).zip(self.befores) {
            if let (Some(times), Source::New) = (times, source) {
                times.take(&entry.record.client, part(row, &before.updates).verdicts(), self.now);
            }
        }
    }

    /// Writes the rows of a client; `evaluated` is what it was evaluated to now.
    fn write(&mut self, entry: &Entry<'_>, evaluated: Option<(&Packed<'_>, &Row)>) -> Result<()> {
        let is_new = |source: &Source<'_>| match source {
            Source::Ahead(..) | Source::Loaded(_) => true,
            Source::New => evaluated.is_some(),
            Source::None | Source::Kept(_) => false,
        };
        self.evaluated += u64::from(entry.sources.iter().any(is_new));
        for ((source, before), making) in entry.sources.iter().zip(self.befores).zip(&mut self.making) {
            let Making::Writing(next) = making else { continue };
            match (*source, before.matrix, evaluated) {
                (Source::Kept(at), Some(matrix), _) => next.push_kept(matrix, at, entry.flags)?,
                (Source::Ahead(number, at), ..) => {
                    self.copied[number].iter().try_for_each(|rows| next.push_ahead(rows, at))?;
                }
                (Source::Loaded(loaded), ..) => next.push_new(&loaded.client, &next.part(&loaded.row))?,
                (Source::New, _, Some((client, row))) => next.push_new(client, &next.part(row))?,
                (Source::None, ..) | (Source::Kept(_), None, _) | (Source::New, _, None) => {}
            }
        }
        Ok(())
    }
}

/// By feed the next times of a client that was evaluated as its report was loaded.
fn next_times(
    times: &[Option<Times>],
    entry: &Entry<'_>,
    befores: &[Before<'_>],
    now: i64,
) -> Vec<Option<Vec<Time>>> {
    let next = times.iter().zip(&entry.sources).zip(befores).map(|((times, source), before)| {
        let (times, client) = (times.as_ref()?, &entry.record.client);
        match *source {
            Source::Loaded(loaded) => {
                Some(times.next(client, part(&loaded.row, &before.updates).verdicts(), now))
            }
            Source::Ahead(number, at) => Some(before.ahead[number].rows[at].times.clone()),
            Source::None | Source::Kept(_) | Source::New => None,
        }
    });
    next.collect()
}
