//! Brings the matrices of a site up to date: takes what reports, and evaluates what changed.
//!
//! A row is kept while nothing that it depends on has changed: what is kept of the client, the index, the
//! options. Feeds with the same options are evaluated together. Source of truth: `docs/site.md`, "Scan".

pub(super) mod merge;
pub(super) mod next;

use std::mem;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use self::merge::{Scope, Update};
use super::catalogs::Current;
use super::definition::Collection;
use super::due::Run;
use super::evaluate::{Prepared, sharing};
use super::host::Host;
use super::intake::{self, Taking};
use super::lock::{Held, Lock};
use super::log::{Event, append};
use super::members::Members;
use super::rows::Rows;
use super::spool::Worker;
use super::store::{Clients, Record};
use super::{Site, lists};
use crate::archive::{Archive, output};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::index::columns::Column;
use crate::index::{self, Index, View};
use crate::ingest::is_aged;
use crate::inventory::time::instant;
use crate::matrix::times::Times;
use crate::model::flag::Flags;
use crate::model::options::Options;

/// What is to be scanned, and how.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The collection whose clients are evaluated; all where none is named.
    pub collection: Option<&'a str>,
    /// Evaluates what has not changed, too.
    pub all: bool,
    /// The greatest report that is taken, in bytes.
    pub most: u64,
}

/// What became of a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// What became of the reports.
    pub intake: intake::Outcome,
    /// Clients that are kept.
    pub clients: u64,
    /// Clients that were evaluated.
    pub evaluated: u64,
    /// Of each feed that has a matrix.
    pub feeds: Vec<FeedScanned>,
    /// Whether there is an index at all.
    pub has_index: bool,
}

/// What became of a feed's matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedScanned {
    /// The feed.
    pub feed: String,
    /// Rows of its matrix.
    pub rows: u64,
    /// Rows that were evaluated now.
    pub evaluated: u64,
    /// Cells of each verdict, by verdict code.
    pub totals: [u64; 4],
    /// Whether another matrix was put in place.
    pub is_new: bool,
}

/// Feeds that are evaluated together.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) options: Options,
    pub(super) words: String,
    /// Their numbers in the definition.
    pub(super) feeds: Vec<usize>,
}

impl Site {
    /// Takes what waits in the spool and brings the matrices up to date.
    ///
    /// # Errors
    ///
    /// Another scan is at work (`site-locked`), or the operating system refuses something: what was loaded is
    /// loaded, and the matrices are as they were.
    pub fn scan(&self, request: &Request<'_>, host: &dyn Host) -> Result<Scanned> {
        let only = request.collection.map(|name| self.named_collection(name)).transpose()?;
        let lock = self.lock("scan", host)?;
        let clients = self.recover(&lock, host)?;
        let index = self.index()?;
        let view = index.as_ref().map(Index::view).transpose()?;
        let groups = self.groups();
        let prepared = view.map(|view| self.prepared(view, &groups)).unwrap_or_default();
        let scope = only.map_or(Scope::All { again: request.all }, |collection| Scope::Collection {
            collection,
            again: request.all,
        });
        // Reports are taken although a list cannot be read.
        let ignored = view.map_or(Ok(Vec::new()), |view| self.ignored(view));
        let rows = prepared.first().zip(ignored.as_ref().ok()).map(|(first, ignored)| {
            Rows::new(Box::new(move || merge::begin(self, first, scope, ignored, host)))
        });
        let taking = Taking::new(self, request.most, Worker::Scan, sharing(&prepared), host);
        let (clients, rest, intake) = taking.run(clients, rows.unwrap_or_default())?;
        // What it has learned is not needed any more.
        drop(taking);
        let mut scanned = Scanned {
            intake,
            clients: clients.iter().len() as u64,
            has_index: view.is_some(),
            ..Scanned::default()
        };
        let intake::Rest { rows, finished } = rest;
        let (mut loaded, mut ahead) = rows.finish();
        let update = |prepared| {
            let (ignored, loaded) = (ignored.as_ref().map_err(Clone::clone)?, &mem::take(&mut loaded));
            let update = Update { site: self, prepared, clients: &clients, loaded, ignored, host, scope };
            update.run(mem::take(&mut ahead))
        };
        let update = || prepared.iter().map(update).collect::<Result<Vec<_>>>();
        let (updated, moved) = rayon::join(update, || finished.settle());
        moved?;
        for updated in updated? {
            scanned.evaluated = scanned.evaluated.max(updated.evaluated);
            scanned.feeds.extend(updated.feeds);
        }
        if view.is_some() {
            self.fold_overlays(&clients, host.now())?;
            let collections = self.definition.collections.iter();
            let ran = collections.filter(|collection| only.is_none_or(|only| only.id == collection.id));
            self.ran(ran.map(|collection| Run::Scan(&collection.id)), host.now())?;
        }
        self.log_scan(&scanned, host)?;
        Ok(scanned)
    }

    /// Finds a collection.
    ///
    /// # Errors
    ///
    /// There is none of that name.
    pub fn named_collection(&self, name: &str) -> Result<&Collection> {
        self.definition.collection(name).ok_or_else(|| {
            let ids: Vec<_> = self.definition.collections.iter().map(|one| one.id.as_str()).collect();
            let error = Error::new(Code::BadValue, format!("there is no collection `{name}`"));
            error.with_hint(format!("there are: {}", ids.join(", ")))
        })
    }

    /// Gives back what an interrupted run took, and mends what it left undone; gives what is kept of the
    /// clients.
    fn recover(&self, lock: &Lock, host: &dyn Host) -> Result<Clients> {
        let spool = super::spool::Spool::new(self.path("spool"));
        let mut recovered = spool.recover(Worker::Scan)?;
        let Held::Here(other) = Lock::attempt(&self.path("expedite.lock"))? else {
            // Somebody else is at work, of whom nothing is left undone yet.
            return self.store().load();
        };
        recovered += spool.recover(Worker::Expedite)?;
        let clients = self.store().load()?;
        Taking::new(self, 0, Worker::Scan, None, host).mend(&clients)?;
        if recovered > 0 || lock.stale.is_some() || other.stale.is_some() {
            let removed = self.store().sweep(&clients)?;
            let folders = ["store", "matrix", "spool/bad", "spool/resync"];
            folders.iter().try_for_each(|folder| output::sweep(&self.path(folder)))?;
            let event = Event::warning("recovered", host.now()).number("reports", recovered);
            let event = event.number("documents", removed);
            host.tell(&event);
            append(&self.path("log/scan.jsonl"), [&event])?;
        }
        Ok(clients)
    }

    /// The index that is current; `None` before the first catalog came.
    ///
    /// # Errors
    ///
    /// It is damaged.
    pub fn index(&self) -> Result<Option<Index>> {
        loop {
            let Some(Current { number, .. }) = self.current()? else { return Ok(None) };
            let path = self.index_path(number);
            match self.open_index(&path) {
                // Another one became current meanwhile, and this one was removed.
                Err(_) if self.current()?.is_some_and(|current| current.number != number) => {}
                opened => return opened.map(Some),
            }
        }
    }

    fn open_index(&self, path: &Path) -> Result<Index> {
        let named = |error: Error| error.in_file(path.to_string_lossy());
        let bytes = (self.open)(path)?;
        Archive::open(index::KIND, bytes.as_ref()).and_then(|archive| archive.check()).map_err(named)?;
        Index::open(bytes).map_err(named)
    }

    /// The feeds by their options.
    pub(super) fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for (feed, (options, words)) in self.options.iter().enumerate() {
            match groups.iter_mut().find(|group| group.words == *words) {
                Some(group) => group.feeds.push(feed),
                None => {
                    groups.push(Group { options: options.clone(), words: words.clone(), feeds: vec![feed] })
                }
            }
        }
        groups
    }

    /// What is to be known of the index before the first client, for each group.
    pub(super) fn prepared<'i>(&self, view: View<'i>, groups: &'i [Group]) -> Vec<Prepared<'i>> {
        groups.iter().map(|group| Prepared::new(self, view, group)).collect()
    }

    /// The updates of feeds, by number, rising.
    pub(super) fn updates_of(&self, view: View<'_>, feeds: &[usize]) -> Vec<u32> {
        let feed_of: Vec<String> = (0..view.sources()).map(|at| view.source(at).feed).collect();
        let is_of_feeds = |update: &u32| {
            let source = view.columns.update_source.at(*update as usize) as usize;
            let feed = feed_of.get(source);
            feeds.iter().any(|number| Some(&self.definition.feeds[*number].id) == feed)
        };
        let updates = u32::try_from(view.updates()).unwrap_or(u32::MAX);
        (0..updates).filter(is_of_feeds).collect()
    }

    /// Where the matrix of a feed lies.
    pub fn matrix_path(&self, feed: &str) -> PathBuf {
        self.path("matrix").join(format!("{feed}.matrix"))
    }

    /// Where the times of a feed's cells are kept.
    pub(super) fn times_path(&self, feed: &str) -> PathBuf {
        self.path("matrix").join(format!("{feed}.times"))
    }

    /// When the cells of a feed became what they are; nothing is known before the first scan.
    ///
    /// # Errors
    ///
    /// The file is damaged.
    pub fn times(&self, feed: &str) -> Result<Times> {
        let path = self.times_path(feed);
        if !path.exists() {
            return Ok(Times::default());
        }
        let bytes = (self.open)(&path)?;
        Times::open(bytes.as_ref()).map_err(|error| error.in_file(path.to_string_lossy()))
    }

    /// The first time of results of other scanners that count.
    pub(super) fn results_since(&self, now: Timestamp) -> Option<Timestamp> {
        days_before(now, self.definition.patch_age_days)
    }

    /// The flags of all cells of a client.
    pub fn client_flags(&self, record: &Record, now: Timestamp) -> Flags {
        let is_stale = self.is_old(record, now) || !record.resyncs.is_empty();
        if is_stale { Flags::STALE } else { Flags::NONE }
    }

    /// Whether what is known of a client was collected too long ago.
    pub(super) fn is_old(&self, record: &Record, now: Timestamp) -> bool {
        let collected = record.collected().and_then(instant).map(|(time, _)| time);
        let oldest = days_before(now, self.definition.max_inventory_age_days);
        collected.is_some_and(|time| oldest.is_some_and(|oldest| time < oldest))
    }

    /// The members of all collections of a feed.
    pub(super) fn members_of(&self, feed: &str) -> Result<Vec<Members>> {
        self.definition.collections_of(feed).map(|collection| self.members(collection)).collect()
    }

    /// The numbers of the updates that the lists of `lists/ignore` name.
    ///
    /// # Errors
    ///
    /// A list cannot be read.
    pub fn ignored(&self, view: View<'_>) -> Result<Vec<u32>> {
        lists::ignored(self, view)
    }

    fn log_scan(&self, scanned: &Scanned, host: &dyn Host) -> Result<()> {
        let intake = &scanned.intake;
        let mut event = Event::note("scan", host.now())
            .number("clients", scanned.clients)
            .number("evaluated", scanned.evaluated)
            .number("loaded", intake.loaded)
            .number("skipped", intake.skipped)
            .number("quarantined", intake.quarantined)
            .number("requeued", intake.requeued);
        for feed in &scanned.feeds {
            event = event.numbers(
                &format!("feed {}", feed.feed),
                [
                    ("rows", feed.rows),
                    ("evaluated", feed.evaluated),
                    ("missing", feed.totals[2]),
                    ("unknown", feed.totals[0]),
                ],
            );
        }
        host.tell(&event);
        append(&self.path("log/scan.jsonl"), [&event])
    }
}

/// Identifies what is kept of a client and counts at a time.
pub(super) fn inventory_key(record: &Record, since: Option<Timestamp>) -> u64 {
    let mut bytes = Vec::with_capacity(record.documents.len() * 17);
    for stored in &record.documents {
        bytes.extend(stored.digest.to_le_bytes());
        let aged = stored.results.iter().flat_map(|(_, times)| times);
        let aged = aged.filter(|time| since.is_some_and(|since| is_aged(time, since))).count();
        bytes.extend((aged as u64).to_le_bytes());
    }
    // 0 is what was evaluated without a site.
    twox_hash::XxHash3_64::oneshot(&bytes).max(1)
}

fn days_before(now: Timestamp, days: u64) -> Option<Timestamp> {
    let hours = i64::try_from(days).ok()?.checked_mul(24)?;
    now.checked_sub(SignedDuration::from_hours(hours)).ok()
}
