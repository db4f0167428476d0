//! What the reports of one client make of what is kept of it.
//!
//! Reports are taken one after another, each against what the one before left. Documents are put into the
//! store as they are decided about, under names that nothing refers to yet. Source of truth: `docs/site.md`,
//! "Which reports count".

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use twox_hash::XxHash3_128;

use super::decide::{self, Decision, Head, Otherwise};
use super::reason::{Reason, Waiting, asks_again};
use super::{Decided, Fate, Pending, Taking};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::ingest::{Buffer, Intake, Report};
use crate::inventory::time::instant;
use crate::inventory::{Format, Scope, native};
use crate::model::fact::{Fact, Kinds};
use crate::model::inventory::{Inventory, Stated};
use crate::site::evaluate::{Contents, Judge, read_kept};
use crate::site::store::{Change, Record, Resync, Store, Stored, Stream};

/// How far a report may have been collected ahead of now.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// The serial of the last report that was taken of the stream of a report in quarantine.
pub(super) fn serial_of(record: &Record, waiting: &Waiting) -> Option<u64> {
    record.documents.iter().find(|stored| is_of(stored.stream, waiting))?.serial
}

/// Whether a report in quarantine is of a stream.
fn is_of(stream: Stream, waiting: &Waiting) -> bool {
    match stream {
        Stream::Part(name) => waiting.stream.as_deref() == Some(name),
        Stream::Whole => waiting.stream.is_none(),
        Stream::Results => false,
    }
}

/// Decides about the reports of one client, which stand in the order in which they are taken.
///
/// `waiting` are the reports of the client that wait in quarantine for others.
pub(super) fn decide<'p>(
    taking: &Taking<'_, 'p>,
    intake: &Intake,
    group: &[Pending],
    before: Option<&Record>,
    waiting: &[Waiting],
    judge: &mut Judge<'p>,
    buffer: &mut Buffer,
) -> Result<Decided> {
    let client = &group[0].report.client.id;
    let record = before.cloned().unwrap_or_else(|| Record::new(client));
    let (store, waiting) = (taking.site.store(), waiting.to_vec());
    let mut loading = Loading {
        taking,
        intake,
        store,
        record,
        waiting,
        judge,
        buffer,
        is_evaluated: false,
        missing: 0,
        lost: None,
        made: Vec::new(),
    };
    let mut fates = Vec::with_capacity(group.len());
    for pending in group {
        let fate = match loading.take(pending) {
            Ok(fate) => fate,
            // What the operating system refuses is no fault of the report, and may be a document that was
            // replaced.
            Err(error) if error.is_io() && is_changed(&loading.store, client, before)? => {
                let made = loading.made;
                let (missing, lost, is_late) = (0, None, true);
                return Ok(Decided { change: None, fates, row: None, missing, lost, made, is_late });
            }
            Err(error) if error.is_io() => return Err(error),
            Err(error) => loading.refuse(pending, &error),
        };
        fates.push(fate);
    }
    let Loading { record, judge, is_evaluated, missing, lost, made, store, .. } = loading;
    // What was made on the way and is not kept in the end.
    let (kept, unused): (Vec<u128>, Vec<u128>) = made.into_iter().partition(|digest| record.names(*digest));
    let unused = unused.into_iter().filter(|digest| !before.is_some_and(|before| before.names(*digest)));
    store.forget(client, unused);
    let row = if is_evaluated { judge.row(taking.site, &record, taking.host.now()) } else { None };
    let change = (before != Some(&record) && (before.is_some() || !is_empty(&record)))
        .then(|| Change { before: before.cloned(), after: record });
    Ok(Decided { change, fates, row, missing, lost, made: kept, is_late: false })
}

/// Whether something else is kept of a client by now.
fn is_changed(store: &Store, client: &str, before: Option<&Record>) -> Result<bool> {
    Ok(store.load()?.get(client) != before)
}

/// Whether nothing is known of a client, not even that something is waited for.
fn is_empty(record: &Record) -> bool {
    record.documents.is_empty() && record.resyncs.is_empty()
}

struct Loading<'l, 's, 'p> {
    taking: &'l Taking<'s, 'p>,
    intake: &'l Intake,
    store: Store,
    record: Record,
    /// Reports that wait in quarantine for others.
    waiting: Vec<Waiting>,
    judge: &'l mut Judge<'p>,
    buffer: &'l mut Buffer,
    /// Whether the judge has read all that is kept now, and nothing else.
    is_evaluated: bool,
    missing: u64,
    /// Why results of other scanners that were kept do not count any more.
    lost: Option<Error>,
    /// Digests of documents that were put into the store.
    made: Vec<u128>,
}

/// A report that was read wholly.
struct Read {
    digest: u128,
    contents: Contents,
}

/// A document of the store.
struct Document {
    digest: u128,
    format: &'static Format,
    is_packed: bool,
}

impl Document {
    /// One that was written here.
    fn written() -> Document {
        Document { digest: 0, format: native::format(), is_packed: false }
    }
}

impl Loading<'_, '_, '_> {
    /// Takes one report.
    fn take(&mut self, pending: &Pending) -> Result<Fate> {
        let report = &pending.report;
        if let Some(problem) = report.client.problem() {
            return Err(problem.clone());
        }
        let head = self.head(report)?;
        let stream = stream(report);
        if stream == Stream::Whole
            && pending.taken.bytes() <= self.taking.most
            && head == (Head { collected: head.collected, ..Head::default() })
            && self.read(report)?.contents.only_results
        {
            let (_, results) = split(self.inventory(report)?);
            return self.add_results(results).map(|()| Fate::Loaded);
        }
        let last = self.record.of(stream).map(|stored| Head {
            serial: stored.serial,
            collected: time(stored.collected.as_deref()),
            delta: None,
        });
        let decision = decide::decide(last, head);
        if pending.taken.bytes() > self.taking.most && decision != Decision::OutOfDate {
            return Err(self.too_large());
        }
        match decision {
            Decision::Replace => self.replace(pending, stream),
            Decision::Apply => self.apply(pending, stream),
            Decision::OutOfDate => Ok(Fate::Skipped("out-of-date")),
            Decision::Refuse(code) => Err(refused(code, report, last)),
            Decision::Same(otherwise) => {
                let same = Some(self.intake.digest(&report.client, self.buffer)?)
                    == self.record.of(stream).map(|stored| stored.last);
                match otherwise {
                    _ if same => Ok(Fate::Skipped("duplicate")),
                    Otherwise::Replace => self.replace(pending, stream),
                    Otherwise::Conflict => Err(refused(Code::SerialConflict, report, last)),
                }
            }
        }
    }

    /// What the head says, where all of it has the form that it must have.
    fn head(&self, report: &Report) -> Result<Head> {
        if let Some(bad) = &report.bad {
            return Err(Error::new(Code::BadValue, bad.as_str()));
        }
        let collected =
            match report.collected.as_deref() {
                None => None,
                Some(text) => Some(instant(text).map(|(time, _)| time).ok_or_else(|| {
                    Error::new(Code::BadValue, format!("`collected`: `{text}` is no time"))
                })?),
            };
        let now = self.taking.host.now();
        if let Some(time) = collected.filter(|time| time.duration_since(now) > AHEAD) {
            let message = format!("collected at {time}, which is more than a day after {now}");
            return Err(Error::new(Code::ClockAhead, message).with_hint("set the clock of the client right"));
        }
        let delta = report.is_delta.then_some(report.base);
        Ok(Head { serial: report.serial, collected, delta })
    }

    /// Reads a report to its end.
    fn read(&mut self, report: &Report) -> Result<Read> {
        // Whatever the judge has read before, it forgets now.
        self.is_evaluated = false;
        let (mut digest, mut bytes) = (0, 0);
        let contents = self.judge.read(self.intake, &report.client, self.buffer, |loaded| {
            (digest, bytes) = (XxHash3_128::oneshot(loaded.bytes), loaded.bytes.len() as u64);
        })?;
        if bytes > self.taking.most {
            return Err(self.too_large());
        }
        Ok(Read { digest, contents })
    }

    /// Lets a report take the place of what is kept of its stream; a whole inventory takes that of all but
    /// results of other scanners.
    fn replace(&mut self, pending: &Pending, stream: Stream) -> Result<Fate> {
        let report = &pending.report;
        let read = self.read(report)?;
        if stream == Stream::Whole {
            self.record.documents.retain(|other| other.stream == Stream::Results);
            if !read.contents.has_results {
                self.results_anew()?;
            }
        }
        self.record.answered(stream);
        self.look_for_gaps(report, stream);
        if read.contents.has_results {
            let (facts, results) = split(self.inventory(report)?);
            self.add_results(results)?;
            let digest = self.write(facts)?;
            self.put(pending, stream, Document { digest, ..Document::written() }, &read, None);
            return Ok(Fate::Loaded);
        }
        self.made.push(read.digest);
        self.store.keep(&self.record.client, read.digest, &pending.taken.path)?;
        let format = report.format.unwrap_or(native::format());
        let document = Document { digest: read.digest, format, is_packed: report.is_packed };
        self.put(pending, stream, document, &read, None);
        self.is_evaluated = self.record.documents.len() == 1;
        Ok(Fate::Loaded)
    }

    /// Applies a delta to what is kept of its stream.
    fn apply(&mut self, pending: &Pending, stream: Stream) -> Result<Fate> {
        let report = &pending.report;
        let Some(last) = self.record.of(stream).cloned() else {
            return Err(Error::new(Code::DeltaWithoutFull, "nothing is kept that it could change"));
        };
        let read = self.read(report)?;
        let (facts, results) = split(self.inventory(report)?);
        let damaged = |error: Error| {
            if !is_damaged(&error) {
                return error;
            }
            Error::new(Code::DeltaWithoutFull, format!("what it changes {error}"))
        };
        let mut inventory = self.stored(&last).map_err(damaged)?;
        self.missing += inventory.apply(facts).len() as u64;
        let digest = self.write(inventory)?;
        if !results.facts.is_empty() || !results.removals.is_empty() {
            let mut kept = self.results().map_err(damaged)?;
            self.missing += kept.apply(results).len() as u64;
            self.put_results(kept)?;
        }
        self.put(pending, stream, Document { digest, ..Document::written() }, &read, last.collected);
        let gap = Code::SerialGap.name();
        self.record.resyncs.retain(|resync| resync.stream != stream || resync.reason != gap);
        self.look_for_gaps(report, stream);
        Ok(Fate::Loaded)
    }

    /// Asks for a full report where others wait that can never be taken after the one that was.
    fn look_for_gaps(&mut self, report: &Report, stream: Stream) {
        let Some(serial) = report.serial else { return };
        self.waiting.sort_by_key(|waiting| waiting.serial);
        let waiting = self.waiting.iter().filter(|waiting| is_of(stream, waiting));
        if Waiting::leaves_gap(waiting, serial) && !self.record.waits_for(stream) {
            self.record.wait(Resync {
                stream,
                reason: Code::SerialGap.name().to_owned(),
                time: self.taking.host.now().to_string(),
                last_good: Some(serial),
            });
        }
    }

    /// Records the document that a report made; where the report says no time of collection, `before` is it.
    fn put(
        &mut self,
        pending: &Pending,
        stream: Stream,
        made: Document,
        read: &Read,
        before: Option<String>,
    ) {
        let report = &pending.report;
        self.record.put(Stored {
            stream,
            format: made.format,
            is_packed: made.is_packed,
            digest: made.digest,
            report: pending.taken.name.to_string_lossy().into_owned(),
            last: read.digest,
            serial: report.serial,
            collected: report.collected.clone().or(before),
            results: Vec::new(),
        });
    }

    /// Reads a report as an inventory.
    fn inventory(&mut self, report: &Report) -> Result<Inventory> {
        let mut inventory = Inventory::default();
        self.intake.pieces(&report.client, self.buffer, &mut inventory, |_| {})?;
        Ok(inventory)
    }

    /// Reads a document of the store.
    fn stored(&self, stored: &Stored) -> Result<Inventory> {
        let client = self.record.client.clone();
        let record = Record { client, documents: vec![stored.clone()], ..Record::default() };
        let mut inventory = Inventory::default();
        read_kept(&self.store, &record, &mut inventory)?;
        Ok(inventory)
    }

    /// The results of other scanners that are kept.
    fn results(&self) -> Result<Inventory> {
        match self.record.of(Stream::Results) {
            Some(stored) => self.stored(stored),
            None => Ok(Inventory::new(&self.record.client, Kinds::NONE)),
        }
    }

    /// The results of other scanners that are kept; none, and none from now on, where somebody changed them.
    fn results_anew(&mut self) -> Result<Inventory> {
        match self.results() {
            Err(error) if is_damaged(&error) => {
                self.record.documents.retain(|stored| stored.stream != Stream::Results);
                self.lost = Some(error);
                self.results()
            }
            kept => kept,
        }
    }

    /// Puts results in the place of those of the same scanners.
    fn add_results(&mut self, new: Inventory) -> Result<()> {
        let scanner = |stated: &Stated| match &stated.fact {
            Fact::ScanResult(result) => result.scanner.to_string(),
            _ => String::new(),
        };
        let said: BTreeSet<String> = new.facts.iter().map(scanner).collect();
        let mut kept = self.results_anew()?;
        kept.facts.retain(|stated| !said.contains(&scanner(stated)));
        kept.facts.extend(new.facts);
        self.put_results(kept)
    }

    /// Keeps results of other scanners, in the order of their keys.
    fn put_results(&mut self, mut results: Inventory) -> Result<()> {
        self.record.documents.retain(|stored| stored.stream != Stream::Results);
        if results.facts.is_empty() {
            return Ok(());
        }
        results.facts.sort_by_cached_key(|stated| {
            let mut key = String::new();
            stated.fact.write_key(&mut key);
            key
        });
        let mut times: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for stated in &results.facts {
            if let Fact::ScanResult(result) = &stated.fact {
                times
                    .entry(result.scanner.to_string())
                    .or_default()
                    .extend(result.time.as_deref().map(str::to_owned));
            }
        }
        results.header = Inventory::new(&self.record.client, Kinds::NONE).header;
        let digest = self.write(results)?;
        self.record.put(Stored {
            stream: Stream::Results,
            format: native::format(),
            is_packed: false,
            digest,
            report: "results of other scanners".to_owned(),
            last: digest,
            serial: None,
            collected: None,
            results: times
                .into_iter()
                .map(|(scanner, times)| (scanner, times.into_iter().collect()))
                .collect(),
        });
        Ok(())
    }

    /// Writes an inventory into the store; gives its digest.
    fn write(&mut self, mut inventory: Inventory) -> Result<u128> {
        inventory.header.client = self.record.client.clone().into();
        let mut bytes = Vec::new();
        native::write(&inventory, &mut bytes)?;
        let digest = XxHash3_128::oneshot(&bytes);
        self.made.push(digest);
        self.store.keep_bytes(&self.record.client, digest, &bytes)?;
        Ok(digest)
    }

    fn too_large(&self) -> Error {
        let message = format!("has more than {} bytes", self.taking.most);
        Error::new(Code::TooLarge, message).with_hint("`--max-report-mib` sets the limit")
    }

    /// Puts a report into quarantine, and asks for a full one where that helps.
    fn refuse(&mut self, pending: &Pending, error: &Error) -> Fate {
        let report = &pending.report;
        let now = self.taking.host.now();
        let mut reason = Reason::of(error, now);
        let is_known = report.is_named || self.record.documents.iter().any(|_| true);
        reason.client = is_known.then(|| report.client.id.clone());
        reason.serial = report.serial;
        reason.base = report.base;
        reason.stream = match stream(report) {
            Stream::Part(name) => Some(name.to_owned()),
            Stream::Whole | Stream::Results => None,
        };
        let last_good = self.record.of(stream(report)).and_then(|stored| stored.serial);
        // What a later report stands for already need not be asked for again.
        let counts = report.serial.is_none_or(|serial| last_good.is_none_or(|last| serial >= last));
        if reason.client.is_some() && counts && asks_again(&reason.code) {
            let (reason, time) = (reason.code.clone(), now.to_string());
            self.record.wait(Resync { stream: stream(report), reason, time, last_good });
        }
        self.waiting.extend(reason.waiting());
        Fate::Quarantined(reason)
    }
}

/// What a report takes the place of.
fn stream(report: &Report) -> Stream {
    match report.format {
        Some(format) if format.scope == Scope::Part => Stream::Part(format.name),
        Some(_) | None => Stream::Whole,
    }
}

/// Whether a document of the store has not the bytes that were kept.
fn is_damaged(error: &Error) -> bool {
    error.code() == Code::InventoryUnreadable
}

fn time(text: Option<&str>) -> Option<Timestamp> {
    text.and_then(instant).map(|(time, _)| time)
}

/// What an inventory states and withdraws, and apart from it what other scanners said.
fn split(inventory: Inventory) -> (Inventory, Inventory) {
    let is_result = |stated: &Stated| matches!(stated.fact, Fact::ScanResult(_));
    let mut results = Inventory::default();
    let (said, facts) = inventory.facts.into_iter().partition(is_result);
    let (unsaid, removals) = inventory.removals.into_iter().partition(is_result);
    (results.facts, results.removals) = (said, unsaid);
    (Inventory { facts, removals, ..inventory }, results)
}

/// Why a report cannot be taken now.
fn refused(code: Code, report: &Report, last: Option<Head>) -> Error {
    let serial = report.serial.map_or_else(String::new, |serial| serial.to_string());
    let last =
        last.and_then(|last| last.serial).map_or_else(|| "none".to_owned(), |serial| serial.to_string());
    let message = match code {
        Code::SerialGap => {
            let base = report.base.or(report.serial.and_then(|serial| serial.checked_sub(1)));
            let base = base.map_or_else(|| "none".to_owned(), |base| base.to_string());
            format!("delta {serial} applies to report {base}, and the last one that was taken is {last}")
        }
        Code::DeltaWithoutFull => format!("delta {serial} came before any full report"),
        Code::SerialConflict => {
            format!("another report with serial {serial} and the same time was taken, of other contents")
        }
        _ => "a delta must state its `serial`".to_owned(),
    };
    Error::new(code, message)
}
