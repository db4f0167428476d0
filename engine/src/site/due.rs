//! What should run now: advertisements whose last successful run is too long ago.
//!
//! There is no scheduler here; whoever has one asks, or looks at the list. The last runs stand in one small
//! file.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::definition::Kind;
use super::lock::Lock;
use super::toml::{Document, quoted, read_file};
use super::{Site, write_file};
use crate::error::Result;

/// Something that ran to its end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Run<'a> {
    /// A feed was fetched.
    Sync(&'a str),
    /// A collection was scanned.
    Scan(&'a str),
}

/// An advertisement that should run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The advertisement.
    pub advertisement: String,
    /// Its program.
    pub program: String,
    /// What the program does.
    pub kind: Kind,
    /// Its feed.
    pub feed: String,
    /// Its collection.
    pub collection: String,
    /// When it ran last.
    pub last: Option<Timestamp>,
    /// Days from one run to the next.
    pub every_days: u64,
}

/// The file of the last runs.
const RUNS: &str = "log/runs.toml";

impl Site {
    /// The advertisements that should run, those that fetch catalogs first.
    ///
    /// # Errors
    ///
    /// The file of the last runs is damaged.
    pub fn due(&self, now: Timestamp) -> Result<Vec<Due>> {
        let runs = self.runs()?;
        let mut due = Vec::new();
        for advertisement in &self.definition.advertisements {
            let program = self.definition.programs.iter().find(|program| program.id == advertisement.program);
            let Some(program) = program else { continue };
            let key = match program.kind {
                Kind::Sync => format!("sync {}", program.feed),
                Kind::Scan | Kind::Expedited => format!("scan {}", advertisement.collection),
            };
            let last = runs.get(&key).copied();
            let hours = i64::try_from(advertisement.every_days.saturating_mul(24)).unwrap_or(i64::MAX / 3600);
            let every = SignedDuration::from_hours(hours.min(i64::MAX / 3600));
            if last.is_some_and(|last| now.duration_since(last) <= every) {
                continue;
            }
            due.push(Due {
                advertisement: advertisement.id.clone(),
                program: program.id.clone(),
                kind: program.kind,
                feed: program.feed.clone(),
                collection: advertisement.collection.clone(),
                last,
                every_days: advertisement.every_days,
            });
        }
        due.sort_by_key(|due| due.kind != Kind::Sync);
        Ok(due)
    }

    /// Notes what ran to its end.
    pub(super) fn ran<'a>(&self, ran: impl IntoIterator<Item = Run<'a>>, now: Timestamp) -> Result<()> {
        let _lock = Lock::wait(&self.path("log/runs.lock"))?;
        let mut runs = self.runs()?;
        let key = |run| match run {
            Run::Sync(feed) => format!("sync {feed}"),
            Run::Scan(collection) => format!("scan {collection}"),
        };
        runs.extend(ran.into_iter().map(|run| (key(run), now)));
        let lines =
            runs.iter().map(|(key, time)| format!("{} = {}\n", quoted(key), quoted(&time.to_string())));
        write_file(&self.path(RUNS), &lines.collect::<String>())
    }

    fn runs(&self) -> Result<BTreeMap<String, Timestamp>> {
        let path = self.path(RUNS);
        if !path.exists() {
            return Ok(BTreeMap::new());
        }
        let (name, text) = (path.to_string_lossy(), read_file(&path)?);
        let document = Document::new(&name, &text);
        let time = |(key, time): (String, super::toml::At<String>)| {
            let read = time.value.parse().map_err(|_| document.error(time.offset, "is no time"))?;
            Ok((key, read))
        };
        document.read()?.names()?.into_iter().map(time).collect()
    }
}
