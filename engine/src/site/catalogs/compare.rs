//! What another revision of a catalog would change: the index that the site would have with it.
//!
//! Nothing of the site is changed. Source of truth: `docs/site.md`, "Comparing catalogs".

use std::path::Path;

use super::revision::no_revision;
use crate::error::Result;
use crate::site::Site;

/// A revision of a feed's catalog that somebody named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// The number of the feed in the definition.
    pub feed: usize,
    /// The number of the revision.
    pub revision: u64,
}

/// What stands for the revision that is current.
const CURRENT: &str = "current";

/// The feed and the revision of a text that names one: `FEED@REV`.
pub fn split(text: &str) -> Option<(&str, &str)> {
    let (feed, revision) = text.split_once('@')?;
    let is_id = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (!feed.is_empty() && feed.chars().all(is_id)).then_some((feed, revision))
}

impl Site {
    /// Finds the revision that `FEED@REV` names: a number, or `current`.
    ///
    /// # Errors
    ///
    /// There is no such feed, or no such revision of it is kept.
    pub fn named_revision(&self, feed: &str, revision: &str) -> Result<Named> {
        let feed = self.named_feeds(&[feed.to_owned()])?[0];
        let id = &self.definition.feeds[feed].id;
        let kept = self.revisions(id).map_err(|error| match error.hint() {
            Some(_) => error,
            None => error.with_hint("put the file right, or take it from a backup"),
        })?;
        let number = if revision.eq_ignore_ascii_case(CURRENT) {
            let current = self.current()?.unwrap_or_default();
            current.revisions.get(id).copied().ok_or_else(|| no_revision(id, "current revision"))?
        } else {
            let number = revision.parse().ok();
            number.ok_or_else(|| no_revision(id, &format!("revision `{revision}`")))?
        };
        match kept.iter().any(|kept| kept.number == number) {
            true => Ok(Named { feed, revision: number }),
            false => Err(no_revision(id, &format!("revision {number}"))),
        }
    }

    /// Writes the index that the site would have if a revision were current, all other feeds as they are.
    ///
    /// # Errors
    ///
    /// A catalog cannot be compiled, or the index not be written.
    pub fn compile_with(&self, named: Named, to: &Path) -> Result<()> {
        let mut current = self.current()?.unwrap_or_default();
        let id = &self.definition.feeds[named.feed].id;
        current.revisions.insert(id.clone(), named.revision);
        self.compile_revisions(&current, to).map_err(|error| match error.hint() {
            Some(_) => error,
            None => error.with_hint(format!("compare other revisions: `patchstate site revisions {id}`")),
        })
    }
}
