//! Takes the reports of many clients, a batch of clients at a time.
//!
//! One thread at a time takes reports: threads that move files at the same time wait for each other in the
//! operating system. Knows nothing of what is in a report.

use std::mem;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Pending, lock};
use crate::error::Result;
use crate::site::make_folder;
use crate::site::spool::{self, Spool};

/// The reports of how many clients are one batch: what is taken lies in a folder for each.
pub(super) const BATCH: usize = 100;

/// How many clients before its first a batch is taken, so that nobody waits for it.
const BEFORE: usize = BATCH / 2;

/// Reports by client, in the order in which they are asked for.
pub(super) struct Batches<'b> {
    spool: &'b Spool,
    /// The folder of the batch of a client, by the client's number.
    folder: &'b (dyn Fn(usize) -> PathBuf + Sync),
    clients: Vec<Mutex<Vec<Pending>>>,
    /// How many batches are taken.
    taken: AtomicUsize,
    /// Locked by who takes one.
    taking: Mutex<()>,
}

impl<'b> Batches<'b> {
    /// Nothing is taken yet of the reports of these clients.
    pub(super) fn new(
        spool: &'b Spool,
        folder: &'b (dyn Fn(usize) -> PathBuf + Sync),
        clients: Vec<Vec<Pending>>,
    ) -> Self {
        let clients = clients.into_iter().map(Mutex::new).collect();
        Batches { spool, folder, clients, taken: AtomicUsize::new(0), taking: Mutex::new(()) }
    }

    /// The reports of a client, which are taken then; those that somebody else took meanwhile are left out.
    pub(super) fn of(&self, client: usize) -> Result<Vec<Pending>> {
        self.reach(client)?;
        Ok(mem::take(&mut *lock(&self.clients[client])))
    }

    /// Takes the batch of a client, where it is not taken yet, and in time the one after it.
    fn reach(&self, client: usize) -> Result<()> {
        let (wanted, soon) = (client / BATCH, (client + BEFORE) / BATCH);
        let taken = || self.taken.load(Ordering::Acquire);
        if taken() > soon {
            return Ok(());
        }
        let _taking = if taken() > wanted {
            // Whoever takes it will be done in time.
            let Ok(taking) = self.taking.try_lock() else { return Ok(()) };
            taking
        } else {
            lock(&self.taking)
        };
        for batch in taken()..=soon {
            self.take(batch)?;
            self.taken.store(batch + 1, Ordering::Release);
        }
        Ok(())
    }

    fn take(&self, batch: usize) -> Result<()> {
        let Some(clients) = self.clients.chunks(BATCH).nth(batch) else { return Ok(()) };
        let folder = (self.folder)(batch * BATCH);
        make_folder(&folder)?;
        for client in clients {
            let mut reports = lock(client);
            let mut taken = Vec::with_capacity(reports.len());
            for mut pending in mem::take(&mut *reports) {
                if self.spool.take(&folder, &mut pending.taken)? {
                    taken.push(pending);
                }
            }
            *reports = taken;
        }
        Ok(())
    }

    /// Lets reports wait again that were taken and asked for by nobody.
    pub(super) fn end(self) -> Result<()> {
        let taken = self.taken.load(Ordering::Acquire).min(self.clients.len().div_ceil(BATCH));
        for reports in self.clients.into_iter().take(taken * BATCH) {
            for Pending { taken, .. } in reports.into_inner().unwrap_or_default() {
                self.spool.give_back(&taken.path, &taken.name)?;
            }
        }
        // Those of which all went to quarantine, or wait again.
        (0..taken).try_for_each(|batch| spool::remove_empty(&(self.folder)(batch * BATCH)))
    }
}
