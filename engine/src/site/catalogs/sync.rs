//! Fetches catalogs, compiles them, and makes what came current.
//!
//! Whatever fails leaves index, revisions and what is current as they were. Source of truth: `docs/site.md`,
//! "Catalogs".

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Current;
use super::compile::{About, Failed};
use super::incoming::{self, Candidate, Found};
use super::revision::Revision;
use crate::archive::output;
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::site::definition::{Feed, Role};
use crate::site::due::Run;
use crate::site::host::Host;
use crate::site::lock::{Held, Lock};
use crate::site::log::{Event, append};
use crate::site::{Site, write_file};
use crate::version::dotted::Version;

/// What is to be fetched, and how.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The feeds; all where none is named.
    pub feeds: &'a [String],
    /// A file in place of the sources; of one feed only.
    pub from: Option<&'a Path>,
    /// Compiles what is unchanged, and takes what is older.
    pub force: bool,
    /// Lets any host fetch.
    pub any_host: bool,
}

/// What became of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fed {
    /// The feed.
    pub feed: String,
    /// What became of it.
    pub result: Synced,
    /// SHA-256 of what came, where anything did.
    pub sha256: Option<[u8; 32]>,
    /// What the catalog calls its revision.
    pub version: String,
    /// What was found in it, by code.
    pub diagnostics: Vec<(&'static str, u64)>,
}

/// What became of a feed's catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synced {
    /// It is the one that is current.
    Unchanged,
    /// It is this revision, and current now.
    Revision(u64),
}

/// A feed whose catalog came.
struct Arrived {
    /// Its number in the definition.
    feed: usize,
    candidate: Candidate,
    /// Where it is read from.
    path: PathBuf,
    bytes: u64,
    sha256: [u8; 32],
    current: Option<Revision>,
}

impl Site {
    /// Fetches the catalogs of feeds and makes them current; gives what became of each.
    ///
    /// # Errors
    ///
    /// Codes tell what it was: `not-sync-host`, `site-locked`, `still-being-written`, `older-catalog`; or no
    /// source gave a catalog, or one cannot be compiled. What is current stays.
    pub fn sync(&self, request: &Request<'_>, host: &dyn Host) -> Result<Vec<Fed>> {
        let feeds = self.named_feeds(request.feeds)?;
        if request.from.is_some() && feeds.len() != 1 {
            let error = Error::new(Code::BadValue, "`--from` is the catalog of one feed");
            return Err(error.with_hint("name the feed"));
        }
        if !request.any_host {
            let name = host.name();
            feeds.iter().try_for_each(|feed| self.check_host(&self.definition.feeds[*feed], &name))?;
        }
        let lock = self.lock("sync", host)?;
        if lock.stale.is_some() {
            output::sweep(&self.path("index"))?;
        }
        let outcome = self.sync_feeds(&feeds, request, host);
        match &outcome {
            Ok(fed) => fed.iter().try_for_each(|fed| self.log_sync(fed, host))?,
            Err(error) => {
                let event = Event::warning("sync-failed", host.now()).text("code", error.code().name());
                let names = feeds.iter().map(|feed| self.definition.feeds[*feed].id.as_str());
                let event = event.text("feeds", &names.collect::<Vec<_>>().join(" "));
                let event = event.text("message", &error.to_string());
                host.tell(&event);
                append(&self.path("log/sync.jsonl"), [&event])?;
            }
        }
        outcome
    }

    fn sync_feeds(&self, feeds: &[usize], request: &Request<'_>, host: &dyn Host) -> Result<Vec<Fed>> {
        feeds.iter().try_for_each(|feed| self.make_folders(&self.definition.feeds[*feed]))?;
        let current = self.current()?.unwrap_or_default();
        let (mut arrived, mut fed) = (Vec::new(), Vec::new());
        for number in feeds {
            let feed = &self.definition.feeds[*number];
            let known = self.current_revision(feed, &current)?;
            let mut failed = |source: &str, error: &Error| {
                let event = Event::warning("source-failed", host.now()).text("feed", &feed.id);
                let event = event.text("source", source).text("message", &error.to_string());
                host.tell(&event);
                append(&self.path("log/sync.jsonl"), [&event])
            };
            match self.find_catalog(feed, request.from, known.as_ref(), host, &mut failed)? {
                Found::Unchanged => fed.push(unchanged(feed, known.as_ref())),
                Found::Candidate(candidate) => arrived.push((*number, candidate, known)),
            }
        }
        settle(&arrived, host)?;
        let mut changed = Vec::new();
        for (number, candidate, known) in arrived {
            let feed = &self.definition.feeds[number];
            let path = self.path("catalog").join(&feed.id).join("incoming");
            let (bytes, sha256) = incoming::take(&candidate, &path)?;
            if feed.digest.is_some_and(|digest| digest != sha256) {
                remove(&path)?;
                let error = Error::new(Code::BadValue, "its SHA-256 is another one than the feed's `digest`");
                return Err(error.in_file(candidate.source));
            }
            if known.as_ref().is_some_and(|known| known.sha256 == sha256) && !request.force {
                remove(&path)?;
                fed.push(unchanged(feed, known.as_ref()));
                continue;
            }
            changed.push(Arrived { feed: number, candidate, path, bytes, sha256, current: known });
        }
        if !changed.is_empty() {
            fed.extend(self.compile_arrived(current, changed, request, host)?);
        }
        fed.sort_by(|a, b| a.feed.cmp(&b.feed));
        Ok(fed)
    }

    /// The revision of a feed that is current.
    pub(super) fn current_revision(&self, feed: &Feed, current: &Current) -> Result<Option<Revision>> {
        let Some(number) = current.revisions.get(&feed.id) else { return Ok(None) };
        Ok(self.revisions(&feed.id)?.into_iter().find(|revision| revision.number == *number))
    }

    /// Compiles what came together with what is current of the other feeds, and makes that current.
    fn compile_arrived(
        &self,
        mut current: Current,
        arrived: Vec<Arrived>,
        request: &Request<'_>,
        host: &dyn Host,
    ) -> Result<Vec<Fed>> {
        let inputs = self.inputs(&current, |feed| {
            arrived.iter().find(|arrived| arrived.feed == feed).map(|arrived| arrived.path.clone())
        })?;
        current.number += 1;
        let compiled = self.compile(&inputs, &self.index_path(current.number));
        let about = match compiled {
            Ok(about) => about,
            Err(failed) => return Err(self.set_aside(failed, &arrived, host)),
        };
        let about_of =
            |feed: usize| inputs.iter().position(|(number, _)| *number == feed).map(|at| &about[at]);
        let refused = self.check_versions(&arrived, about_of, request.force, host);
        if let Err(error) = refused {
            arrived.iter().try_for_each(|arrived| remove(&arrived.path))?;
            remove(&self.index_path(current.number))?;
            return Err(error);
        }
        let mut fed = Vec::new();
        for arrived in &arrived {
            let feed = &self.definition.feeds[arrived.feed];
            let empty = About::default();
            let about = about_of(arrived.feed).unwrap_or(&empty);
            let number = self.keep(feed, arrived, about, host.now())?;
            current.revisions.insert(feed.id.clone(), number);
            fed.push(Fed {
                feed: feed.id.clone(),
                result: Synced::Revision(number),
                sha256: Some(arrived.sha256),
                version: about.version.clone(),
                diagnostics: about.diagnostics.counts().map(|(code, count)| (code.name(), count)).collect(),
            });
        }
        self.make_current(&current)?;
        for (feed, number) in &current.revisions {
            self.forget_revisions(feed, *number)?;
        }
        Ok(fed)
    }

    /// The catalogs that an index is made of: for each feed what `new` has, else its current revision; a feed
    /// of which nothing came yet is left out.
    pub(super) fn inputs(
        &self,
        current: &Current,
        new: impl Fn(usize) -> Option<PathBuf>,
    ) -> Result<Vec<(usize, PathBuf)>> {
        let mut inputs = Vec::new();
        for (number, feed) in self.definition.feeds.iter().enumerate() {
            if let Some(path) = new(number) {
                inputs.push((number, path));
            } else if let Some(revision) = self.current_revision(feed, current)? {
                inputs.push((number, self.catalog_path(&feed.id, &revision)));
            }
        }
        Ok(inputs)
    }

    /// Keeps what came as a revision, unless it is one already.
    fn keep(&self, feed: &Feed, arrived: &Arrived, about: &About, now: Timestamp) -> Result<u64> {
        let revisions = self.revisions(&feed.id)?;
        if let Some(known) = revisions.iter().find(|revision| revision.sha256 == arrived.sha256) {
            remove(&arrived.path)?;
            return Ok(known.number);
        }
        let revision = Revision {
            number: revisions.last().map_or(0, |last| last.number) + 1,
            file: arrived.candidate.name.clone(),
            sha256: arrived.sha256,
            bytes: arrived.bytes,
            taken: now.to_string(),
            source: arrived.candidate.source.clone(),
            version: about.version.clone(),
            validators: arrived.candidate.validators.clone(),
            diagnostics: about
                .diagnostics
                .counts()
                .map(|(code, count)| (code.name().to_owned(), count))
                .collect(),
        };
        self.keep_revision(&feed.id, &revision, &arrived.path)?;
        Ok(revision.number)
    }

    /// Refuses what is older than what is current, unless it is to be taken all the same.
    fn check_versions<'b>(
        &self,
        arrived: &[Arrived],
        about: impl Fn(usize) -> Option<&'b About>,
        force: bool,
        host: &dyn Host,
    ) -> Result<()> {
        for arrived in arrived {
            let feed = &self.definition.feeds[arrived.feed];
            let (Some(current), Some(about)) = (&arrived.current, about(arrived.feed)) else { continue };
            if !is_older(&about.version, &current.version) {
                continue;
            }
            let message = format!("is version {}, and {} is current", about.version, current.version);
            let event = Event::warning(Code::OlderCatalog.name(), host.now()).text("feed", &feed.id);
            host.tell(&event.text("message", &message));
            if !force {
                let error = Error::new(Code::OlderCatalog, message).in_file(&arrived.candidate.source);
                return Err(error.with_hint("`--force` takes it all the same"));
            }
        }
        Ok(())
    }

    /// Puts a catalog that cannot be compiled aside, with the reason beside it; what the operating system
    /// refuses of the index is no fault of any catalog.
    fn set_aside(&self, failed: Failed, arrived: &[Arrived], host: &dyn Host) -> Error {
        let Failed { feed, error } = failed;
        let is_refused = feed.is_none() && error.is_io();
        for arrived in arrived {
            let id = &self.definition.feeds[arrived.feed].id;
            let bad = self.path("catalog").join(id).join("bad");
            let is_it = !is_refused && feed.is_none_or(|feed| feed == arrived.feed);
            // The error is what is told; that something cannot be put aside would hide it.
            let _ = if is_it {
                let to = bad.join(&arrived.candidate.name);
                let reason = bad.join(format!("{}.reason.txt", arrived.candidate.name));
                let text = format!("{}\n{error}\n", host.now());
                fs::create_dir_all(&bad)
                    .and_then(|()| fs::rename(&arrived.path, &to))
                    .map_err(Error::from)
                    .and_then(|()| write_file(&reason, &text))
            } else {
                remove(&arrived.path)
            };
        }
        error
    }

    /// The numbers of the feeds that are named, or of all.
    ///
    /// # Errors
    ///
    /// There is no feed of a name.
    pub fn named_feeds(&self, names: &[String]) -> Result<Vec<usize>> {
        if names.is_empty() {
            return Ok((0..self.definition.feeds.len()).collect());
        }
        let number = |name: &String| {
            let found = self.definition.feeds.iter().position(|feed| feed.id.eq_ignore_ascii_case(name));
            found.ok_or_else(|| {
                let ids: Vec<_> = self.definition.feeds.iter().map(|feed| feed.id.as_str()).collect();
                let error = Error::new(Code::BadValue, format!("there is no feed `{name}`"));
                error.with_hint(format!("there are: {}", ids.join(", ")))
            })
        };
        names.iter().map(number).collect()
    }

    /// Makes sure that this host is the one that fetches a feed.
    fn check_host(&self, feed: &Feed, host: &str) -> Result<()> {
        let hosts = self.definition.collections_of(&feed.id).filter(|one| one.role == Role::SyncHost);
        for collection in hosts {
            if self.members(collection)?.contains(host) {
                return Ok(());
            }
        }
        let message = format!("`{host}` is not the host that fetches feed `{}`", feed.id);
        let hint = "run it there, name this host in the collection of role `sync-host`, or give `--any-host`";
        Err(Error::new(Code::NotSyncHost, message).with_hint(hint))
    }

    fn log_sync(&self, fed: &Fed, host: &dyn Host) -> Result<()> {
        let mut event = Event::note("sync", host.now()).text("feed", &fed.feed);
        if let Some(sha256) = fed.sha256 {
            let hexadecimal: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
            event = event.text("sha256", &hexadecimal);
        }
        event = match fed.result {
            Synced::Unchanged => event.text("result", "unchanged"),
            Synced::Revision(number) => event.text("result", "current").number("revision", number),
        };
        let event =
            event.text("version", &fed.version).numbers("diagnostics", fed.diagnostics.iter().copied());
        host.tell(&event);
        append(&self.path("log/sync.jsonl"), [&event])?;
        self.ran([Run::Sync(&fed.feed)], host.now())
    }

    /// Holds a file of the site that says that something is being done.
    pub(crate) fn lock(&self, what: &str, host: &dyn Host) -> Result<Lock> {
        let path = self.path(&format!("{what}.lock"));
        match Lock::attempt(&path)? {
            Held::Here(lock) => {
                if let Some(process) = lock.stale {
                    let event = Event::warning("stale-lock", host.now()).text("lock", what);
                    host.tell(&event.number("process", process.into()));
                }
                Ok(lock)
            }
            Held::Elsewhere(process) => {
                let who = process.map_or_else(String::new, |process| format!(" (process {process})"));
                let error = Error::new(Code::SiteLocked, format!("another `{what}` is at work{who}"));
                Err(error.in_file(path.to_string_lossy()).with_hint("wait until it is done"))
            }
        }
    }
}

fn unchanged(feed: &Feed, known: Option<&Revision>) -> Fed {
    Fed {
        feed: feed.id.clone(),
        result: Synced::Unchanged,
        sha256: known.map(|known| known.sha256),
        version: known.map(|known| known.version.clone()).unwrap_or_default(),
        diagnostics: Vec::new(),
    }
}

/// Looks at the lengths of files twice.
fn settle(arrived: &[(usize, Candidate, Option<Revision>)], host: &dyn Host) -> Result<()> {
    let local: Vec<&Path> =
        arrived.iter().filter(|(_, one, _)| !one.is_ours).map(|(_, one, _)| one.path.as_path()).collect();
    if local.is_empty() {
        return Ok(());
    }
    let length = |path: &&Path| {
        fs::metadata(path).map(|about| about.len()).map_err(|error| Error::io(path, "look at", error))
    };
    let before = local.iter().map(length).collect::<Result<Vec<_>>>()?;
    host.settle();
    for (path, before) in local.iter().zip(before) {
        if length(path)? != before {
            let error = Error::new(Code::StillBeingWritten, "is still being written");
            return Err(error.in_file(path.to_string_lossy()).with_hint("try again when it is whole"));
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io(path, "remove", error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Whether what a catalog calls its revision is older, where that can be told: by the version that it begins
/// with.
fn is_older(new: &str, current: &str) -> bool {
    let version = |text: &str| text.split_whitespace().next().and_then(Version::parse);
    matches!((version(new), version(current)), (Some(new), Some(current)) if new < current)
}
