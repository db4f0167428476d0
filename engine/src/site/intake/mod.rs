//! Reports in, records out: takes what waits in the spool and changes what is kept of each client.
//!
//! Reports are taken by client in the order of their serials, and many clients at once; what was decided of
//! them is made true by one change of the store, and only then is any report moved on. So an interruption
//! leaves each report either waiting or loaded. Source of truth: `docs/site.md`, "Reports of clients".

pub mod decide;
mod load;
mod reason;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use rayon::prelude::*;

use super::evaluate::Judge;
use super::host::Host;
use super::log::{Event, append};
use super::spool::{Spool, Taken, Worker};
use super::store::{Change, Clients, Record};
use super::{Site, day};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::eval::statements::Shared;
use crate::ingest::{self, Buffer, Intake, Report};
use crate::inventory::{self, Deltas};
use crate::matrix::row::Row;
use crate::matrix::tables;

use reason::Waiting;

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
    fn add(&mut self, other: &Outcome) {
        self.loaded += other.loaded;
        self.skipped += other.skipped;
        self.quarantined += other.quarantined;
        self.requeued += other.requeued;
        self.given_back += other.given_back;
        self.bytes += other.bytes;
    }
}

/// How many reports are taken before the store is changed, at least.
const BATCH: usize = 1024;

/// Of so many clients that are kept, one more: changing the store takes time for each of them.
const CLIENTS_OF_BATCH: usize = 8;

/// How many bytes of cells are kept for the scan that follows; what is more is evaluated again.
const ROWS: usize = 256 << 20;

/// The cells of clients that were evaluated as they were loaded, by id.
pub(super) type Rows = BTreeMap<String, (Record, tables::Client, Row)>;

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
    row: Option<(tables::Client, Row)>,
    /// Withdrawals of facts that were not there.
    missing: u64,
    /// Digests of documents that were put into the store for it.
    made: Vec<u128>,
}

/// Takes reports at a site.
pub(super) struct Taking<'s, 'p> {
    pub(super) site: &'s Site,
    /// The greatest report that is taken, in bytes, expanded.
    pub(super) most: u64,
    pub(super) worker: Worker,
    /// The plan that reports are evaluated by as they are read.
    pub(super) shared: Option<Arc<Shared<'p>>>,
    pub(super) host: &'s dyn Host,
    /// The cells of what was loaded, and how many bytes they take.
    pub(super) rows: Rows,
    bytes: usize,
    /// Judges that wait for work, one for each thread.
    judges: Mutex<Vec<(Judge<'p>, Buffer)>>,
}

impl<'s, 'p> Taking<'s, 'p> {
    pub(super) fn new(
        site: &'s Site,
        most: u64,
        worker: Worker,
        shared: Option<Arc<Shared<'p>>>,
        host: &'s dyn Host,
    ) -> Self {
        let (rows, judges) = (Rows::new(), Mutex::new(Vec::new()));
        Taking { site, most, worker, shared, host, rows, bytes: 0, judges }
    }

    fn spool(&self) -> Spool {
        self.site.spool()
    }

    /// Takes every report that waits and that `wanted` names, again and again until none is left that can be
    /// taken; gives what is then kept of the clients.
    ///
    /// # Errors
    ///
    /// The operating system refuses something; what was loaded by then is loaded, the rest waits.
    pub(super) fn run(
        &mut self,
        clients: Clients,
        wanted: &dyn Fn(&Report) -> bool,
    ) -> Result<(Clients, Outcome)> {
        let (mut clients, mut outcome) = (clients, Outcome::default());
        loop {
            let (requeued, mut gaps) = self.requeue(&clients)?;
            outcome.requeued += requeued;
            let names = self.spool().waiting()?;
            let round = self.round(names, &mut clients, &mut gaps, wanted)?;
            outcome.add(&round);
            // What was given back waits for the next run, because somebody else is at work.
            if round.loaded == 0 {
                return Ok((clients, outcome));
            }
        }
    }

    /// Takes the reports of these names that `wanted` names.
    ///
    /// # Errors
    ///
    /// As [`Taking::run`].
    pub(super) fn run_named(
        &mut self,
        mut clients: Clients,
        names: Vec<OsString>,
        wanted: &dyn Fn(&Report) -> bool,
    ) -> Result<(Clients, Outcome)> {
        let mut gaps = Gaps::new();
        for (_, reason) in reason::list(&self.spool().bad())? {
            add_gap(&mut gaps, &reason);
        }
        let outcome = self.round(names, &mut clients, &mut gaps, wanted)?;
        Ok((clients, outcome))
    }

    /// Takes reports by their names.
    fn round(
        &mut self,
        names: Vec<OsString>,
        clients: &mut Clients,
        gaps: &mut Gaps,
        wanted: &dyn Fn(&Report) -> bool,
    ) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let waiting = self.spool().look(names)?;
        let (mut intake, mut groups) = self.look(waiting, wanted);
        self.spool().prepare(self.worker)?;
        while !groups.is_empty() && !self.host.is_stopping() {
            let most = BATCH.max(clients.iter().len() / CLIENTS_OF_BATCH);
            let mut batch = Vec::new();
            let mut reports = 0;
            while let Some(group) =
                groups.last().filter(|group| reports == 0 || reports + group.len() <= most)
            {
                reports += group.len();
                batch.extend(groups.pop());
            }
            let batch = self.take(batch, &mut intake)?;
            let loaded = self.batch(&intake, batch, clients, gaps)?;
            outcome.add(&loaded);
        }
        Ok(outcome)
    }

    /// Looks at the heads of reports and brings together by client what is wanted of them, the first client
    /// last.
    fn look(&self, waiting: Vec<Taken>, wanted: &dyn Fn(&Report) -> bool) -> (Intake, Vec<Vec<Pending>>) {
        let reading = inventory::Settings { deltas: Deltas::Take, ..inventory::Settings::default() };
        let settings = ingest::Settings { reading, ..ingest::Settings::default() };
        let paths: Vec<PathBuf> = waiting.iter().map(|taken| taken.path.clone()).collect();
        let (intake, reports) = Intake::reports(paths, settings);
        let pending = waiting.into_iter().zip(reports).map(|(taken, report)| Pending { taken, report });
        let mut pending: Vec<Pending> = pending.filter(|pending| wanted(&pending.report)).collect();
        self.host.expect(pending.len() as u64);
        pending.sort_by(|a, b| key(b).cmp(&key(a)));
        let mut groups: Vec<Vec<Pending>> = Vec::new();
        for next in pending {
            match groups.last_mut() {
                Some(group) if group[0].report.client.id == next.report.client.id => group.push(next),
                _ => groups.push(vec![next]),
            }
        }
        // Within a client the first report was put last, as the first client was.
        groups.iter_mut().for_each(|group| group.reverse());
        (intake, groups)
    }

    /// Takes reports that were looked at; those that somebody else took meanwhile are left out.
    fn take(&self, groups: Vec<Vec<Pending>>, intake: &mut Intake) -> Result<Vec<Vec<Pending>>> {
        let (spool, worker) = (self.spool(), self.worker);
        let take = |mut pending: Pending| -> Result<Option<Pending>> {
            Ok(spool.take(worker, &mut pending.taken)?.then_some(pending))
        };
        let take_all = |group: Vec<Pending>| -> Result<Vec<Pending>> {
            group.into_iter().filter_map(|pending| take(pending).transpose()).collect()
        };
        let mut taken: Vec<Vec<Pending>> = groups.into_par_iter().map(take_all).collect::<Result<_>>()?;
        taken.retain(|group| !group.is_empty());
        taken.iter().flatten().for_each(|pending| intake.moved(&pending.report.client, &pending.taken.path));
        Ok(taken)
    }

    /// Decides about the reports of some clients, changes the store, and moves the reports on.
    fn batch(
        &mut self,
        intake: &Intake,
        groups: Vec<Vec<Pending>>,
        clients: &mut Clients,
        gaps: &mut Gaps,
    ) -> Result<Outcome> {
        let decided = self.decide(intake, &groups, clients, gaps);
        let mut outcome = Outcome::default();
        let mut changes = Vec::new();
        let mut done = Vec::with_capacity(groups.len());
        for (group, decided) in groups.into_iter().zip(decided) {
            let mut decided = decided?;
            changes.extend(decided.change.take());
            done.push((group, decided));
        }
        let mut refused = BTreeSet::new();
        if !changes.is_empty() {
            let before: BTreeMap<String, bool> = changes
                .iter()
                .map(|change| {
                    let was_open = change.before.as_ref().is_some_and(|before| before.resync.is_some());
                    (change.after.client.clone(), was_open)
                })
                .collect();
            let (now_kept, not_made) = self.site.store().commit(changes)?;
            refused = not_made.into_iter().map(|change| change.after.client).collect();
            *clients = now_kept;
            for (client, was_open) in before {
                self.write_resync(clients, &client, was_open)?;
            }
        }
        let is_moved = self.finish_plainly(&done, &refused)?;
        for ((group, decided), is_moved) in done.into_iter().zip(is_moved) {
            let client = group[0].report.client.id.clone();
            if refused.contains(&client) {
                let is_kept =
                    |digest: &u128| clients.get(&client).is_some_and(|record| record.names(*digest));
                self.site.store().forget(&client, decided.made.into_iter().filter(|digest| !is_kept(digest)));
                for pending in &group {
                    self.spool().give_back(&pending.taken.path, &pending.taken.name)?;
                    outcome.given_back += 1;
                }
                continue;
            }
            if decided.missing > 0 {
                let event = Event::note(Code::DeltaMissing.name(), self.host.now());
                self.tell(event.text("client", &client).number("facts", decided.missing))?;
            }
            for ((pending, fate), is_moved) in group.iter().zip(decided.fates).zip(is_moved) {
                if let Fate::Quarantined(reason) = &fate {
                    add_gap(gaps, reason);
                }
                self.settle(pending, fate, is_moved, &mut outcome)?;
            }
            if let Some(((about, row), record)) = decided.row.zip(clients.get(&client)) {
                self.keep_row(client, record.clone(), about, row);
            }
        }
        Ok(outcome)
    }

    /// Keeps the cells of a client for the scan that follows, while there is room.
    fn keep_row(&mut self, client: String, record: Record, about: tables::Client, row: Row) {
        let bytes = row.verdicts().len() + row.exceptions().len();
        if self.bytes + bytes <= ROWS {
            self.bytes += bytes;
            self.rows.insert(client, (record, about, row));
        }
    }

    /// Decides about many clients at once, by the threads of the current pool.
    fn decide(
        &self,
        intake: &Intake,
        groups: &[Vec<Pending>],
        clients: &Clients,
        gaps: &Gaps,
    ) -> Vec<Result<Decided>> {
        let next = AtomicUsize::new(0);
        let decided = Mutex::new(Vec::from_iter(groups.iter().map(|_| None)));
        rayon::broadcast(|_| {
            let mut judge = None;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(group) = groups.get(number) else { break };
                let (judge, buffer) = judge.get_or_insert_with(|| self.judge());
                let client = &group[0].report.client.id;
                let waiting = gaps.get(client).map_or(&[][..], Vec::as_slice);
                group.iter().for_each(|pending| self.host.evaluated(pending.taken.bytes()));
                let found = load::decide(self, intake, group, clients.get(client), waiting, judge, buffer);
                decided.lock().unwrap_or_else(PoisonError::into_inner)[number] = Some(found);
            }
            if let Some(judge) = judge {
                self.judges.lock().unwrap_or_else(PoisonError::into_inner).push(judge);
            }
        });
        let decided = decided.into_inner().unwrap_or_else(PoisonError::into_inner);
        decided.into_iter().flatten().collect()
    }

    fn judge(&self) -> (Judge<'p>, Buffer) {
        let waiting = self.judges.lock().unwrap_or_else(PoisonError::into_inner).pop();
        waiting.unwrap_or_else(|| (Judge::new(self.shared.as_ref()), Buffer::new()))
    }

    /// Moves the reports of many clients to where they belong, by the threads of the current pool, where
    /// nothing stands in the way; says of each report whether that was done.
    fn finish_plainly(
        &self,
        done: &[(Vec<Pending>, Decided)],
        refused: &BTreeSet<String>,
    ) -> Result<Vec<Vec<bool>>> {
        let spool = self.spool();
        let (loaded, skipped) = (spool.done(&day(self.host.now())), spool.skipped());
        let finish = |(pending, fate): (&Pending, &Fate)| match fate {
            Fate::Loaded => spool.finish_plainly(&pending.taken, &loaded),
            Fate::Skipped(_) => spool.finish_plainly(&pending.taken, &skipped),
            Fate::Quarantined(_) => Ok(false),
        };
        let finish_all = |(group, decided): &(Vec<Pending>, Decided)| {
            if refused.contains(&group[0].report.client.id) {
                return Ok(Vec::new());
            }
            group.iter().zip(&decided.fates).map(finish).collect()
        };
        done.par_iter().map(finish_all).collect()
    }

    /// Moves a report to where it belongs, unless that was done, and tells what became of it.
    fn settle(&self, pending: &Pending, fate: Fate, is_moved: bool, outcome: &mut Outcome) -> Result<()> {
        let (taken, report) = (&pending.taken, &pending.report);
        let (client, now) = (&report.client.id, self.host.now());
        let name = taken.name.to_string_lossy();
        match fate {
            Fate::Loaded => {
                if !is_moved {
                    self.spool().finish(taken, &self.spool().done(&day(now)))?;
                }
                outcome.loaded += 1;
                outcome.bytes += taken.bytes();
            }
            Fate::Skipped(why) => {
                if !is_moved {
                    self.spool().finish(taken, &self.spool().skipped())?;
                }
                outcome.skipped += 1;
                let event = Event::note("skipped", now).text("client", client).text("report", &name);
                self.tell(event.text("reason", why))?;
            }
            Fate::Quarantined(mut reason) => {
                let path = self.spool().quarantine_path(taken);
                reason.file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                // First, so that no report lies there of which nobody says why.
                reason.write(&path)?;
                self.spool().quarantine(taken, &path)?;
                outcome.quarantined += 1;
                let event = Event::warning("quarantined", now).maybe("client", reason.client.as_deref());
                let event = event.text("report", &name).text("code", &reason.code);
                self.tell(event.text("message", &reason.message).number("line", reason.line))?;
            }
        }
        Ok(())
    }

    /// Tells an event to who watches, and keeps it.
    fn tell(&self, event: Event) -> Result<()> {
        self.host.tell(&event);
        append(&self.site.path("log/intake.jsonl"), &event)
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
        let open = |record: &&Record| record.resync.is_some();
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
        let Some(resync) = record.and_then(|record| record.resync.as_ref()) else {
            return if was_open { remove(&path) } else { Ok(()) };
        };
        let quoted = super::toml::quoted;
        let last_good =
            resync.last_good.map(|serial| format!("last_good = {}\n", quoted(&serial.to_string())));
        let text = format!(
            "client = {}\nwanted = \"full\"\nreason = {}\ntime = {}\n{}",
            quoted(client),
            quoted(&resync.reason),
            quoted(&resync.time),
            last_good.unwrap_or_default()
        );
        super::write_file(&path, &text)
    }
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
