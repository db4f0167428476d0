//! Makes true what was decided: changes the store for many clients at once. Only then are their reports moved,
//! which takes time that there is more of later.
//!
//! What was decided comes one client after another, while others are still decided about. Source of truth:
//! `docs/site.md`, "Store".

use std::collections::{BTreeMap, BTreeSet};

use super::{Decided, Fate, Outcome, Pending, Taking};
use crate::diagnostic::Code;
use crate::error::Result;
use crate::site::day;
use crate::site::log::{Event, append};
use crate::site::rows::Rows;
use crate::site::spool::Finished;
use crate::site::store::{Change, Clients};

/// How many reports are decided about before the store is changed, at least.
const BATCH: usize = 4096;

/// Of so many clients that are kept, one more: changing the store takes time for each of them.
const CLIENTS_OF_BATCH: usize = 8;

/// What was decided about the reports of one client.
pub(super) type Settled = (Vec<Pending>, Decided);

/// What is left to be done when reports were taken.
#[derive(Default)]
pub(in crate::site) struct Rest<'r> {
    /// The cells of clients that were evaluated as they were loaded.
    pub(in crate::site) rows: Rows<'r>,
    /// The reports that are to be moved.
    pub(in crate::site) finished: Finished,
}

/// Settles what is decided of reports.
pub(super) struct Settling<'t, 's, 'p, 'r> {
    taking: &'t Taking<'s, 'p>,
    /// What is kept of the clients, as it was and after the last change.
    before: &'t Clients,
    changed: Option<Clients>,
    rest: &'t mut Rest<'r>,
    outcome: Outcome,
    /// What happened and was not written into the log yet.
    events: Vec<Event>,
    batch: Vec<Settled>,
    /// How many reports the batch has.
    reports: usize,
}

impl<'t, 's, 'p, 'r> Settling<'t, 's, 'p, 'r> {
    pub(super) fn new(taking: &'t Taking<'s, 'p>, before: &'t Clients, rest: &'t mut Rest<'r>) -> Self {
        let (outcome, events, batch) = (Outcome::default(), Vec::new(), Vec::new());
        Settling { taking, before, changed: None, rest, outcome, events, batch, reports: 0 }
    }

    fn clients(&self) -> &Clients {
        self.changed.as_ref().unwrap_or(self.before)
    }

    /// Takes what was decided about one client more.
    ///
    /// # Errors
    ///
    /// The operating system refuses something; the store is as it was before or after a batch.
    pub(super) fn take(&mut self, mut settled: Settled) -> Result<()> {
        let (group, decided) = &mut settled;
        if let Some(row) = decided.row.take() {
            // It is asked for by what is kept of the client, so nobody looks at it where that is not what it is
            // made of in the end.
            self.rest.rows.keep(&group[0].report.client.id, row);
        }
        self.reports += settled.0.len();
        self.batch.push(settled);
        if self.reports < BATCH.max(self.clients().iter().len() / CLIENTS_OF_BATCH) {
            return Ok(());
        }
        self.settle()
    }

    /// Settles what is left, and gives what is then kept of the clients, if it is something else than before.
    ///
    /// # Errors
    ///
    /// As [`Settling::take`].
    pub(super) fn finish(mut self) -> Result<(Option<Clients>, Outcome)> {
        // While the last change waits for the disk.
        self.rest.rows.end();
        self.settle()?;
        Ok((self.changed, self.outcome))
    }

    /// Changes the store, and moves the reports on.
    fn settle(&mut self) -> Result<()> {
        let mut batch = std::mem::take(&mut self.batch);
        self.reports = 0;
        let changes = batch.iter_mut().filter_map(|(_, decided)| decided.change.take()).collect();
        let refused = self.change(changes)?;
        let moved = batch.into_iter().try_for_each(|(group, decided)| {
            if decided.is_late || refused.contains(&group[0].report.client.id) {
                self.give_back(&group, decided)
            } else {
                self.move_on(group, decided)
            }
        });
        append(&self.taking.site.path("log/intake.jsonl"), &self.events)?;
        self.events.clear();
        moved
    }

    /// Tells an event to who watches, and lets it wait for the log.
    fn tell(&mut self, event: Event) {
        self.taking.host.tell(&event);
        self.events.push(event);
    }

    /// Changes the store, and asks for full reports where that was decided; gives the clients of which
    /// something else is kept by now.
    fn change(&mut self, changes: Vec<Change>) -> Result<BTreeSet<String>> {
        if changes.is_empty() {
            return Ok(BTreeSet::new());
        }
        let was_open =
            |change: &Change| change.before.as_ref().is_some_and(|before| !before.resyncs.is_empty());
        let before: BTreeMap<String, bool> =
            changes.iter().map(|change| (change.after.client.clone(), was_open(change))).collect();
        let (clients, refused) = self.taking.site.store().commit(changes)?;
        for (client, was_open) in before {
            self.taking.write_resync(&clients, &client, was_open)?;
        }
        self.changed = Some(clients);
        Ok(refused.into_iter().map(|change| change.after.client).collect())
    }

    /// Lets the reports of a client wait again.
    fn give_back(&mut self, group: &[Pending], decided: Decided) -> Result<()> {
        let client = &group[0].report.client.id;
        let record = self.clients().get(client);
        let is_kept = |digest: &u128| record.is_some_and(|record| record.names(*digest));
        let unused = decided.made.into_iter().filter(|digest| !is_kept(digest));
        self.taking.site.store().forget(client, unused);
        for pending in group {
            self.taking.spool().give_back(&pending.taken.path, &pending.taken.name)?;
            self.outcome.given_back += 1;
        }
        Ok(())
    }

    /// Moves the reports of a client to where they belong, and tells what became of them.
    fn move_on(&mut self, group: Vec<Pending>, decided: Decided) -> Result<()> {
        let client = &group[0].report.client.id;
        if decided.missing > 0 {
            let event = Event::note(Code::DeltaMissing.name(), self.taking.host.now());
            self.tell(event.text("client", client).number("facts", decided.missing));
        }
        if let Some(error) = decided.lost {
            let event = Event::warning(error.code().name(), self.taking.host.now());
            self.tell(event.text("client", client).text("message", &error.to_string()));
        }
        for (pending, fate) in group.into_iter().zip(decided.fates) {
            self.move_report(pending, fate)?;
        }
        Ok(())
    }

    fn move_report(&mut self, pending: Pending, fate: Fate) -> Result<()> {
        let (taken, spool) = (pending.taken, self.taking.spool());
        let (client, now) = (pending.report.client.id, self.taking.host.now());
        match fate {
            Fate::Loaded => {
                self.outcome.loaded += 1;
                self.outcome.bytes += taken.bytes();
                self.rest.finished.push(taken, spool.done(&day(now)))?;
            }
            Fate::Skipped(why) => {
                self.outcome.skipped += 1;
                let event = Event::note("skipped", now).text("client", &client);
                self.tell(event.text("report", &taken.name.to_string_lossy()).text("reason", why));
                self.rest.finished.push(taken, spool.skipped())?;
            }
            Fate::Quarantined(mut reason) => {
                let path = spool.quarantine_path(&taken);
                reason.file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                // First, so that no report lies there of which nobody says why.
                reason.write(&path)?;
                spool.quarantine(&taken, &path)?;
                self.outcome.quarantined += 1;
                let event = Event::warning("quarantined", now).maybe("client", reason.client.as_deref());
                let event = event.text("report", &taken.name.to_string_lossy()).text("code", &reason.code);
                self.tell(event.text("message", &reason.message).number("line", reason.line));
            }
        }
        Ok(())
    }
}
