//! Evaluates the clients of a site as their reports are read: what is read once is evaluated at once.
//!
//! A [`Judge`] reads a report wholly, which is what tells whether it can be taken, and where there is an index
//! it has then evaluated it too. Knows plans and workers; which reports count is decided elsewhere.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use super::Site;
use super::scan::{Group, inventory_key};
use super::store::{Record, Store};
use crate::archive::map::Bytes;
use crate::diagnostic::{Code, Position};
use crate::error::Result;
use crate::eval::batch::Worker;
use crate::eval::plan::Plan;
use crate::eval::run::client_row;
use crate::eval::statements::Shared;
use crate::index::View;
use crate::ingest::{self, Buffer, Client, Intake};
use crate::matrix::Matrix;
use crate::matrix::kept::Kept;
use crate::matrix::row::Row;
use crate::matrix::tables::{self, Packed};
use crate::model::fact::{Fact, Kinds};
use crate::model::flag::Flags;
use crate::model::inventory::{Collector, Header, Marks};

/// What was read of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    /// Whether it states results of other scanners.
    pub(super) has_results: bool,
    /// Whether it states nothing else.
    pub(super) only_results: bool,
}

/// The cells of a client that was evaluated as its report was read, and what they depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Loaded {
    /// Identifies what is kept of the client.
    pub(super) inventory: u64,
    /// The flags of all cells.
    pub(super) flags: Flags,
    pub(super) client: Packed<'static>,
    pub(super) row: Row,
}

impl Loaded {
    /// What is kept of the client, and the flags: what the row depends on.
    pub(super) fn made_of(&self) -> (u64, Flags) {
        (self.inventory, self.flags)
    }
}

/// The feeds of a group and the index; the plan is made when somebody evaluates, which may be nobody.
#[derive(Debug)]
pub(super) struct Prepared<'i> {
    pub(super) view: View<'i>,
    pub(super) group: &'i Group,
    /// The updates that have cells, rising.
    pub(super) updates: Vec<u32>,
    plan: OnceLock<Plan<'i>>,
}

impl<'i> Prepared<'i> {
    pub(super) fn new(site: &Site, view: View<'i>, group: &'i Group) -> Prepared<'i> {
        let updates = Plan::updates(view, &group.options, Some(&site.updates_of(view, &group.feeds)));
        Prepared { view, group, updates, plan: OnceLock::new() }
    }

    /// The plan of its updates.
    pub(super) fn plan(&self) -> &Plan<'i> {
        self.plan.get_or_init(|| Plan::new(self.view, &self.group.options, Some(&self.updates)))
    }
}

/// Gives what all threads learn together.
pub(super) type Sharing<'p> = Arc<dyn Fn() -> Arc<Shared<'p>> + Send + Sync + 'p>;

/// Lets threads learn together what reports say of the first group; the others read what is kept.
pub(super) fn sharing<'p>(prepared: &'p [Prepared<'_>]) -> Option<Sharing<'p>> {
    let (first, shared) = (prepared.first()?, OnceLock::new());
    Some(Arc::new(move || Arc::clone(shared.get_or_init(|| Shared::new(first.plan())))))
}

/// Reads documents, and evaluates them where there is an index.
pub(super) struct Judge<'p> {
    /// `None` where there is no index yet.
    sharing: Option<Sharing<'p>>,
    /// From the first document on that is evaluated.
    worker: Option<Box<Worker<'p>>>,
}

impl<'p> Judge<'p> {
    pub(super) fn new(sharing: Option<Sharing<'p>>) -> Judge<'p> {
        Judge { sharing, worker: None }
    }

    /// Reads a document to its end, and shows it to `note` before.
    pub(super) fn read(
        &mut self,
        intake: &Intake,
        client: &Client,
        buffer: &mut Buffer,
        note: impl FnMut(&ingest::Loaded<'_>),
    ) -> Result<Contents> {
        let Some(sharing) = &self.sharing else {
            let mut seen = Seen::default();
            let report = intake.pieces(client, buffer, &mut seen, note)?;
            return Ok(Contents::of(seen.results, report.facts.into()));
        };
        let worker = self.worker.get_or_insert_with(|| Box::new(Worker::sharing(&sharing())));
        worker.begin();
        let report = intake.pieces(client, buffer, &mut worker.slots, note)?;
        Ok(Contents::of(worker.slots.results().len() as u64, report.facts.into()))
    }

    /// The cells of the client whose document was read and is all that is kept of it, where it was evaluated.
    pub(super) fn row(&mut self, site: &Site, record: &Record, now: Timestamp) -> Option<Loaded> {
        let worker = self.worker.as_mut()?;
        let row = worker.finish();
        worker.slots.diagnostics = crate::diagnostic::Diagnostics::new();
        let inventory = inventory_key(record, site.results_since(now));
        let flags = site.client_flags(record, now);
        let client = tables::Client { inventory, flags, ..client_row(&record.client, worker) };
        Some(Loaded { inventory, flags, client: client.pack(), row })
    }
}

impl Contents {
    fn of(results: u64, facts: u64) -> Contents {
        Contents { has_results: results > 0, only_results: results > 0 && results == facts }
    }
}

/// Reads all that is kept of a client.
pub(super) fn read_kept<C: Collector>(store: &Store, record: &Record, out: &mut C) -> Result<()> {
    let kept = store.documents(record, None);
    let intake = Intake::of_kept([(record.client.clone(), kept)], ingest::Settings::default());
    let mut buffer = Buffer::new();
    intake.clients().iter().try_for_each(|client| intake.read(client, &mut buffer, out).map(|_| ()))
}

/// Counts results and keeps nothing.
#[derive(Debug, Default)]
struct Seen {
    results: u64,
}

impl Collector for Seen {
    fn header(&mut self, _header: Header<'_>) {}

    fn fact(&mut self, fact: Fact<'_>, _position: Position) {
        self.results += u64::from(matches!(fact, Fact::ScanResult(_)));
    }

    fn complete(&mut self, _kinds: Kinds) {}
    fn incomplete(&mut self, _kinds: Kinds) {}
    fn mark(&mut self, _marks: Marks) {}
    fn diagnostic(&mut self, _code: Code, _position: Position, _message: &str) {}
}

/// A feed's matrix as it lies there.
#[derive(Debug)]
pub(super) struct Old {
    pub(super) path: PathBuf,
    bytes: Bytes,
}

impl Old {
    /// Reads a feed's matrix; `None` where there is none yet, or only one of another format version.
    pub(super) fn read(site: &Site, feed: &str) -> Result<Option<Old>> {
        Old::read_file(site, site.matrix_path(feed))
    }

    /// Reads a matrix; `None` where there is none, or only one of another format version.
    pub(super) fn read_file(site: &Site, path: PathBuf) -> Result<Option<Old>> {
        let bytes = match (site.open)(&path) {
            Ok(bytes) => bytes,
            Err(_) if !path.exists() => return Ok(None),
            Err(error) => return Err(error),
        };
        match Matrix::check(bytes.as_ref()) {
            Err(error) if error.is_wrong_version() => Ok(None),
            Err(error) => Err(error.in_file(path.to_string_lossy())),
            Ok(()) => Ok(Some(Old { path, bytes })),
        }
    }

    /// The matrix.
    pub(super) fn open(&self) -> Result<Matrix<'_>> {
        Matrix::open(self.bytes.as_ref()).map_err(|error| error.in_file(self.path.to_string_lossy()))
    }

    /// What tells which rows may be kept.
    pub(super) fn rows(&self) -> Result<Kept<'_>> {
        Kept::open(self.bytes.as_ref()).map_err(|error| error.in_file(self.path.to_string_lossy()))
    }
}
