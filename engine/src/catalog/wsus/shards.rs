//! The cabinets that fragments stand in: which revisions each has, and which could not be read on.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::error::{Error, Result};

/// The cabinet of the graph, without which there is nothing to read fragments for.
const GRAPH: &str = "package.cab";

/// The cabinets of a publication.
#[derive(Debug, Default)]
pub(super) struct Shards {
    /// From which revision on each is, rising.
    pub(super) listed: Vec<(u64, String)>,
    /// Whether one that cannot be read on is left out.
    keep_going: bool,
    /// Those that could not be read on, with what was met first.
    lost: BTreeMap<String, Error>,
}

impl Shards {
    /// No cabinets yet; `keep_going` says that one that cannot be read on is left out.
    pub(super) fn new(keep_going: bool) -> Shards {
        Shards { keep_going, ..Shards::default() }
    }

    /// The cabinet that a revision is listed in.
    pub(super) fn of(&self, number: u64) -> Option<&str> {
        let of = self.listed.iter().rev().find(|(start, _)| *start <= number);
        of.map(|(_, cabinet)| cabinet.as_str())
    }

    /// Whether a member stands in a cabinet of which the rest is left out.
    pub(super) fn is_lost(&self, member: &str) -> bool {
        !self.lost.is_empty() && self.lost.contains_key(cabinet(member))
    }

    /// Leaves out the rest of the cabinet that a member stands in.
    ///
    /// # Errors
    ///
    /// `error`, where nothing is to be left out.
    pub(super) fn lose(&mut self, member: &str, error: Error) -> Result<()> {
        let cabinet = cabinet(member);
        if !self.keep_going || cabinet.eq_ignore_ascii_case(GRAPH) {
            return Err(error);
        }
        self.lost.entry(cabinet.to_owned()).or_insert(error);
        Ok(())
    }

    /// Reports the cabinets that were lost, once for each of the revisions that stay without a fragment.
    pub(super) fn report(&self, without: &BTreeSet<u64>, findings: &mut Diagnostics) {
        for (cabinet, error) in &self.lost {
            let is_its = |number: &&u64| self.of(**number).is_none_or(|of| of.eq_ignore_ascii_case(cabinet));
            let count = without.iter().filter(is_its).count() as u64;
            findings.add(Diagnostic {
                code: Code::ShardLost,
                file: cabinet.clone(),
                position: error.position().unwrap_or_default(),
                element: String::new(),
                message: format!("{count} revisions stay without a fragment: {error}"),
            });
            findings.count(Code::ShardLost, count.saturating_sub(1));
        }
    }
}

/// The cabinet that a member stands in; a member of none is all there is of its own.
fn cabinet(member: &str) -> &str {
    member.split_once('!').map_or(member, |(cabinet, _)| cabinet)
}

/// A member that knows whether the cabinet that it comes from failed.
pub(super) struct Watched<'r> {
    pub(super) member: &'r mut dyn Read,
    pub(super) failed: bool,
}

impl Read for Watched<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.member.read(buf);
        self.failed |= read.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        read
    }
}
