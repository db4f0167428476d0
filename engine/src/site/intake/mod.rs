//! Reports in, records out: takes what waits in the spool and changes what is kept of each client.
//!
//! Reports are taken by client in the order of their serials, and many clients at once; what was decided of
//! them is made true by one change of the store, and only then is any report moved on. So an interruption
//! leaves each report either waiting or loaded. Source of truth: `docs/site.md`, "Reports of clients".

mod batches;
pub mod decide;
mod load;
mod reason;
mod settle;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::Site;
use super::evaluate::{Judge, Loaded, Sharing};
use super::host::Host;
use super::rows::Rows;
use super::spool::{Spool, Taken, Worker};
use super::store::{Change, Clients, Record, Stream};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::eval::in_order::InOrder;
use crate::ingest::{self, Buffer, Intake, Report};
use crate::inventory::{self, Deltas};

use batches::{BATCH, Batches};
use reason::Waiting;
use settle::{Settled, Settling};

pub(super) use settle::Rest;

pub use reason::Reason;

/// What became of the reports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Reports that were loaded.
    pub loaded: u64,
    /// Reports that a later one or the same stands for.
    pub skipped: u64,
    /// Reports that were put into quarantine.
    pub quarantined: u64,
    /// Reports that were in quarantine and wait again.
    pub requeued: u64,
    /// Reports that were given back because something else was loaded of their client meanwhile.
    pub given_back: u64,
    /// Bytes of reports that were loaded, as they lie.
    pub bytes: u64,
}

impl Outcome {
    pub(super) fn add(&mut self, other: &Outcome) {
        self.loaded += other.loaded;
        self.skipped += other.skipped;
        self.quarantined += other.quarantined;
        self.requeued += other.requeued;
        self.given_back += other.given_back;
        self.bytes += other.bytes;
    }
}

/// By client: reports that wait in quarantine for others.
type Gaps = BTreeMap<String, Vec<Waiting>>;

/// One report and what was found out about it.
struct Pending {
    taken: Taken,
    report: Report,
}

/// What is to become of a report once the store was changed.
enum Fate {
    Loaded,
    Skipped(&'static str),
    Quarantined(Reason),
}

/// What was decided about the reports of one client.
struct Decided {
    /// What is kept of the client from now on, if it is something else than before.
    change: Option<Change>,
    /// By report.
    fates: Vec<Fate>,
    /// Its cells, where the last document that was read is all that is kept.
    row: Option<Loaded>,
    /// Withdrawals of facts that were not there.
    missing: u64,
    /// Why results of other scanners that were kept do not count any more.
    lost: Option<Error>,
    /// Digests of documents that were put into the store for it.
    made: Vec<u128>,
    /// Whether somebody else changed what is kept of the client meanwhile, so that it is to be decided again.
    is_late: bool,
}

/// Takes reports at a site.
pub(super) struct Taking<'s, 'p> {
    pub(super) site: &'s Site,
    /// The greatest report that is taken, in bytes, expanded.
    pub(super) most: u64,
    pub(super) worker: Worker,
    /// The plan that reports are evaluated by as they are read.
    pub(super) sharing: Option<Sharing<'p>>,
    pub(super) host: &'s dyn Host,
    /// Judges that wait for work, one for each thread.
    judges: Mutex<Vec<(Judge<'p>, Buffer)>>,
}

impl<'s, 'p> Taking<'s, 'p> {
    pub(super) fn new(
        site: &'s Site,
        most: u64,
        worker: Worker,
        sharing: Option<Sharing<'p>>,
        host: &'s dyn Host,
    ) -> Self {
        Taking { site, most, worker, sharing, host, judges: Mutex::new(Vec::new()) }
    }

    fn spool(&self) -> Spool {
        self.site.spool()
    }

    /// Takes every report that waits, again and again until none is left that can be taken, and keeps their rows
    /// in `rows`; gives what is then kept of the clients, and what is left to be done.
    ///
    /// # Errors
    ///
    /// The operating system refuses something; what was loaded by then is loaded, the rest waits.
    pub(super) fn run<'r>(
        &self,
        mut clients: Clients,
        rows: Rows<'r>,
    ) -> Result<(Clients, Rest<'r>, Outcome)> {
        let (mut rest, mut outcome) = (Rest { rows, ..Rest::default() }, Outcome::default());
        loop {
            let (requeued, gaps) = self.requeue(&clients)?;
            outcome.requeued += requeued;
            let names = self.spool().waiting()?;
            let round;
            (clients, round) = self.round(names, clients, &gaps, &mut rest, &|_| true)?;
            outcome.add(&round);
            // What was given back waits for the next run, because somebody else is at work.
            if round.loaded == 0 {
                return Ok((clients, rest, outcome));
            }
        }
    }

    /// Takes the reports of these names that `wanted` names.
    ///
    /// # Errors
    ///
    /// As [`Taking::run`].
    pub(super) fn run_named(
        &self,
        clients: Clients,
        names: Vec<OsString>,
        wanted: &dyn Fn(&Report) -> bool,
    ) -> Result<(Clients, Rest<'static>, Outcome)> {
        let (mut rest, mut gaps) = (Rest::default(), Gaps::new());
        for (_, reason) in reason::list(&self.spool().bad())? {
            add_gap(&mut gaps, &reason);
        }
        let (clients, outcome) = self.round(names, clients, &gaps, &mut rest, wanted)?;
        Ok((clients, rest, outcome))
    }

    /// Takes reports by their names: those of one client together, and many clients at once by the threads of
    /// the current pool.
    fn round(
        &self,
        names: Vec<OsString>,
        clients: Clients,
        gaps: &Gaps,
        rest: &mut Rest<'_>,
        wanted: &dyn Fn(&Report) -> bool,
    ) -> Result<(Clients, Outcome)> {
        let (spool, now) = (self.spool(), self.host.now());
        let folder = |client: usize| spool.batch(self.worker, now, client / BATCH);
        let (intake, groups) = self.look(spool.look(names)?, wanted, &folder);
        if !groups.is_empty() {
            // Whose names those that are taken now may have.
            std::mem::take(&mut rest.finished).settle()?;
        }
        let end = groups.len();
        // All reports of a client are in its group: nothing that others change is asked for.
        let batches = Batches::new(&spool, &folder, groups);
        let mut settling = Settling::new(self, &clients, rest);
        let receive =
            |decided: Result<Option<Settled>>| decided?.map_or(Ok(()), |settled| settling.take(settled));
        let order = InOrder::new(end, rayon::current_num_threads(), receive);
        rayon::broadcast(|_| {
            let mut judge = None;
            order.work(|number| {
                if self.host.is_stopping() {
                    return Ok(None);
                }
                let taken = batches.of(number)?;
                taken.iter().for_each(|pending| self.host.evaluated(pending.taken.bytes()));
                let (judge, buffer) = judge.get_or_insert_with(|| self.judge());
                self.decide(&intake, taken, &clients, gaps, judge, buffer)
            });
            lock(&self.judges).extend(judge);
        });
        order.finish()?;
        let (changed, outcome) = settling.finish()?;
        batches.end()?;
        Ok((changed.unwrap_or(clients), outcome))
    }

    /// Looks at the heads of reports and brings together by client what is wanted of them.
    fn look(
        &self,
        waiting: Vec<Taken>,
        wanted: &dyn Fn(&Report) -> bool,
        folder: &dyn Fn(usize) -> PathBuf,
    ) -> (Intake, Vec<Vec<Pending>>) {
        let reading = inventory::Settings { deltas: Deltas::Take, ..inventory::Settings::default() };
        let settings = ingest::Settings { reading, ..ingest::Settings::default() };
        let paths: Vec<PathBuf> = waiting.iter().map(|taken| taken.path.clone()).collect();
        let (mut intake, reports) = Intake::reports(paths, settings);
        let pending = waiting.into_iter().zip(reports).map(|(taken, report)| Pending { taken, report });
        let mut pending: Vec<Pending> = pending.filter(|pending| wanted(&pending.report)).collect();
        self.host.expect(pending.len() as u64);
        pending.sort_by(|a, b| key(a).cmp(&key(b)));
        let mut groups: Vec<Vec<Pending>> = Vec::new();
        for next in pending {
            let is_of_client = |group: &Vec<Pending>| group[0].report.client.id == next.report.client.id;
            let number = groups.len() - usize::from(groups.last().is_some_and(is_of_client));
            // It is read when it was taken.
            intake.moved(&next.report.client, &folder(number).join(&next.taken.name));
            match groups.get_mut(number) {
                Some(group) => group.push(next),
                None => groups.push(vec![next]),
            }
        }
        (intake, groups)
    }

    /// Decides about the reports of one client that were taken.
    fn decide(
        &self,
        intake: &Intake,
        taken: Vec<Pending>,
        clients: &Clients,
        gaps: &Gaps,
        judge: &mut Judge<'p>,
        buffer: &mut Buffer,
    ) -> Result<Option<Settled>> {
        let Some(first) = taken.first() else { return Ok(None) };
        let client = &first.report.client.id;
        let waiting = gaps.get(client).map_or(&[][..], Vec::as_slice);
        let decided = load::decide(self, intake, &taken, clients.get(client), waiting, judge, buffer)?;
        Ok(Some((taken, decided)))
    }

    fn judge(&self) -> (Judge<'p>, Buffer) {
        lock(&self.judges).pop().unwrap_or_else(|| (Judge::new(self.sharing.clone()), Buffer::new()))
    }

    /// Lets reports wait again whose turn has come: what they apply to was loaded, or something later. Gives how
    /// many, and those that wait on.
    fn requeue(&self, clients: &Clients) -> Result<(u64, Gaps)> {
        let (mut requeued, mut gaps) = (0, Gaps::new());
        for (path, reason) in reason::list(&self.spool().bad())? {
            let (Some(client), Some(waiting)) = (&reason.client, reason.waiting()) else { continue };
            let last = clients.get(client).and_then(|record| load::serial_of(record, &waiting));
            if last.is_some_and(|last| waiting.base == last || waiting.serial <= last) {
                self.give_back(&path)?;
                requeued += 1;
            } else {
                add_gap(&mut gaps, &reason);
            }
        }
        Ok((requeued, gaps))
    }

    /// Moves a report out of quarantine.
    fn give_back(&self, path: &Path) -> Result<()> {
        self.site.leave_quarantine(path, |name| self.spool().give_back(path, name))
    }

    /// Makes true beside the store what an interrupted run left undone: requests for full reports, reasons of
    /// reports that are not in quarantine, and files that were being written.
    pub(super) fn mend(&self, clients: &Clients) -> Result<()> {
        let open = |record: &&Record| !record.resyncs.is_empty();
        let mut wanted = BTreeSet::new();
        for record in clients.iter().filter(open) {
            let path = self.resync_path(&record.client);
            if !path.exists() {
                self.write_resync(clients, &record.client, false)?;
            }
            wanted.insert(path);
        }
        for name in super::file_names(&self.spool().resync())? {
            let path = self.spool().resync().join(name);
            if !wanted.contains(&path) {
                remove(&path)?;
            }
        }
        reason::strays(&self.spool().bad())?.iter().try_for_each(|path| remove(path))
    }

    fn resync_path(&self, client: &str) -> PathBuf {
        self.spool().resync().join(format!("{}.toml", super::file_name(client)))
    }

    /// Writes or removes the request for a full report, as the store has it.
    fn write_resync(&self, clients: &Clients, client: &str, was_open: bool) -> Result<()> {
        let record = clients.get(client);
        let path = self.resync_path(client);
        let Some(resync) = record.and_then(Record::resync) else {
            return if was_open { remove(&path) } else { Ok(()) };
        };
        let quoted = super::toml::quoted;
        let last_good =
            resync.last_good.map(|serial| format!("last_good = {}\n", quoted(&serial.to_string())));
        let stream = match resync.stream {
            Stream::Part(format) => format!("format = {}\n", quoted(format)),
            Stream::Whole | Stream::Results => String::new(),
        };
        let text = format!(
            "client = {}\nwanted = \"full\"\n{stream}reason = {}\ntime = {}\n{}",
            quoted(client),
            quoted(&resync.reason),
            quoted(&resync.time),
            last_good.unwrap_or_default()
        );
        super::write_file(&path, &text)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whoever panics ends the scan.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes note of a report that waits in quarantine for another one.
fn add_gap(gaps: &mut Gaps, reason: &Reason) {
    if let (Some(client), Some(waiting)) = (&reason.client, reason.waiting()) {
        gaps.entry(client.clone()).or_default().push(waiting);
    }
}

/// Removes a file; one that is gone is removed.
fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io(path, "remove", error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The order in which reports are taken: those without a serial, which are added to others, last.
fn key(pending: &Pending) -> (&str, bool, Option<u64>, SystemTime, &OsStr) {
    let report = &pending.report;
    (&report.client.id, report.serial.is_none(), report.serial, pending.taken.modified(), &pending.taken.name)
}

impl Site {
    fn spool(&self) -> Spool {
        Spool::new(self.path("spool"))
    }

    /// Whether any report waits.
    ///
    /// # Errors
    ///
    /// The folder cannot be listed.
    pub fn has_reports(&self) -> Result<bool> {
        Ok(!self.spool().waiting()?.is_empty())
    }

    /// The reports in quarantine, and why.
    ///
    /// # Errors
    ///
    /// The folder cannot be listed.
    pub fn bad(&self) -> Result<Vec<Reason>> {
        Ok(reason::list(&self.spool().bad())?.into_iter().map(|(_, reason)| reason).collect())
    }

    /// Lets a report in quarantine be tried again.
    ///
    /// # Errors
    ///
    /// There is none of that name, or it cannot be moved.
    pub fn retry_bad(&self, name: &OsStr) -> Result<()> {
        let path = self.bad_path(name)?;
        self.leave_quarantine(&path, |name| self.spool().give_back(&path, name))
    }

    /// Puts a report in quarantine aside for good.
    ///
    /// # Errors
    ///
    /// As [`Site::retry_bad`].
    pub fn drop_bad(&self, name: &OsStr) -> Result<()> {
        let path = self.bad_path(name)?;
        self.leave_quarantine(&path, |name| self.spool().dropped(&path, name))
    }

    /// Where a report in quarantine lies; its name leads nowhere else.
    fn bad_path(&self, name: &OsStr) -> Result<PathBuf> {
        let found =
            reason::list(&self.spool().bad())?.into_iter().find(|(path, _)| path.file_name() == Some(name));
        let missing = || {
            let message = format!("no report `{}` is in quarantine", name.to_string_lossy());
            Error::new(Code::BadValue, message).with_hint("`patchstate site bad list` lists them")
        };
        found.map(|(path, _)| path).ok_or_else(missing)
    }

    fn leave_quarantine(&self, path: &Path, to: impl FnOnce(&OsStr) -> Result<PathBuf>) -> Result<()> {
        to(path.file_name().unwrap_or_default())?;
        remove(&reason::beside(path))
    }
}
