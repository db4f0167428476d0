//! Makes an earlier revision of a feed current again.

use super::revision::no_revision;
use crate::error::Result;
use crate::site::Site;
use crate::site::host::Host;
use crate::site::log::{Event, append};

impl Site {
    /// Makes a revision of a feed current: the one of a number, or the one before the current one. Gives its
    /// number.
    ///
    /// # Errors
    ///
    /// There is no such revision, something else is at work, or it cannot be compiled; what is current stays.
    pub fn rollback(&self, feed: &str, number: Option<u64>, host: &dyn Host) -> Result<u64> {
        let feed = self.named_feeds(&[feed.to_owned()])?[0];
        let id = &self.definition.feeds[feed].id;
        let _lock = self.lock("sync", host)?;
        let mut current = self.current()?.unwrap_or_default();
        let before = current.revisions.get(id).copied().unwrap_or(0);
        let revisions = self.revisions(id)?;
        let wanted = match number {
            Some(number) => revisions.iter().find(|revision| revision.number == number),
            None => revisions.iter().rev().find(|revision| revision.number < before),
        };
        let Some(wanted) = wanted else {
            let what =
                number.map_or_else(|| "earlier revision".to_owned(), |number| format!("revision {number}"));
            return Err(no_revision(id, &what));
        };
        current.revisions.insert(id.clone(), wanted.number);
        current.number += 1;
        self.compile_revisions(&current, &self.index_path(current.number))?;
        self.make_current(&current)?;
        let event = Event::note("rollback", host.now()).text("feed", id).number("from", before);
        let event = event.number("revision", wanted.number);
        host.tell(&event);
        append(&self.path("log/sync.jsonl"), [&event])?;
        Ok(wanted.number)
    }
}
