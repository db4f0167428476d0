//! Who is to be looked at, and of whom what is known: by collection, with both numbers of every share.
//!
//! Source of truth: `docs/site.md`, "Coverage".

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Site;
use super::definition::Collection;
use super::members::Members;
use super::store::{Clients, Record};
use crate::error::Result;
use crate::matrix::tables::Status;
use crate::report::share;
use crate::report::table::{Column, Note, Table, Value};

/// What of the clients of a collection is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The collection.
    pub collection: String,
    /// Its feed.
    pub feed: String,
    /// Clients that it names one by one, and those of its patterns that were seen.
    pub named: u64,
    /// Clients of which an inventory is kept.
    pub with_inventory: u64,
    /// Of them those whose inventory is not too old.
    pub recent: u64,
    /// Of them those whose inventory is.
    pub stale: u64,
    /// Clients that are named one by one and never reported anything that could be taken; `None` where none
    /// is named one by one, so that nobody can be missed.
    pub never_seen: Option<u64>,
    /// Clients of which a full report is waited for.
    pub resync: u64,
    /// Clients of which a report is in quarantine.
    pub quarantined: u64,
    /// Clients that have a row of verdicts.
    pub evaluated: u64,
}

impl Coverage {
    /// The parts of those that are named, in words.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let parts = [
            ("with inventory", self.with_inventory),
            ("with recent inventory", self.recent),
            ("stale", self.stale),
            ("open resync", self.resync),
            ("in quarantine", self.quarantined),
            ("evaluated", self.evaluated),
        ];
        parts.into_iter().chain(self.never_seen.map(|count| ("never seen", count)))
    }
}

impl Site {
    /// What is known of the clients of each collection that is not one of hosts that fetch catalogs, and the
    /// clients that are in none.
    ///
    /// # Errors
    ///
    /// A list of names, a matrix or the quarantine cannot be read.
    pub fn coverage(&self, clients: &Clients, now: Timestamp) -> Result<(Vec<Coverage>, Vec<String>)> {
        let quarantined: BTreeSet<String> =
            self.bad()?.into_iter().filter_map(|reason| reason.client).collect();
        let (mut coverages, mut assigned) = (Vec::new(), BTreeSet::new());
        let collections = self.definition.collections.iter();
        for collection in collections.filter(|one| one.role != super::definition::Role::SyncHost) {
            let members = self.members(collection)?;
            let of_it = |record: &&Record| members.contains(&record.client);
            assigned.extend(clients.iter().filter(of_it).map(|record| record.client.as_str()));
            coverages.push(self.coverage_of(collection, &members, clients, &quarantined, now)?);
        }
        let unassigned = clients.iter().filter(|record| !record.documents.is_empty());
        let unassigned = unassigned.filter(|record| !assigned.contains(record.client.as_str()));
        Ok((coverages, unassigned.map(|record| record.client.clone()).collect()))
    }

    fn coverage_of(
        &self,
        collection: &Collection,
        members: &Members,
        clients: &Clients,
        quarantined: &BTreeSet<String>,
        now: Timestamp,
    ) -> Result<Coverage> {
        let mut named: BTreeSet<String> = members.named().map(str::to_owned).collect();
        let is_listed = !named.is_empty();
        let mut coverage = Coverage {
            collection: collection.id.clone(),
            feed: collection.feed.clone(),
            ..Coverage::default()
        };
        let mut seen = BTreeSet::new();
        for record in clients.iter().filter(|record| members.contains(&record.client)) {
            named.insert(record.client.to_lowercase());
            coverage.resync += u64::from(!record.resyncs.is_empty());
            if record.documents.is_empty() {
                continue;
            }
            seen.insert(record.client.to_lowercase());
            coverage.with_inventory += 1;
            let is_old = self.is_old(record, now);
            coverage.stale += u64::from(is_old);
            coverage.recent += u64::from(!is_old);
        }
        for client in quarantined.iter().filter(|client| members.contains(client)) {
            named.insert(client.to_lowercase());
            coverage.quarantined += 1;
        }
        coverage.named = named.len() as u64;
        coverage.never_seen =
            is_listed.then(|| members.named().filter(|name| !seen.contains(*name)).count() as u64);
        for view in self.views(std::slice::from_ref(&collection.feed), Some(&collection.id))? {
            if let Some(matrix) = view.open(self, clients, now)? {
                let rows = matrix.clients.iter().filter(|client| client.status == Status::Evaluated);
                coverage.evaluated += rows.count() as u64;
            }
        }
        Ok(coverage)
    }

    /// The coverage as a table.
    ///
    /// # Errors
    ///
    /// As [`Site::coverage`].
    pub fn coverage_table(&self, clients: &Clients, now: Timestamp) -> Result<Table<'static>> {
        let columns = vec![
            Column::text("Section"),
            Column::text("Name"),
            Column::data("Count"),
            Column::data("Of"),
            Column::text("Share"),
        ];
        let mut table = Table::new("site-coverage", columns);
        let (coverages, unassigned) = self.coverage(clients, now)?;
        let mut unlisted = Vec::new();
        for coverage in &coverages {
            push(&mut table, &coverage.collection, "named", coverage.named, coverage.named);
            for (name, count) in coverage.parts() {
                push(&mut table, &coverage.collection, name, count, coverage.named);
            }
            if coverage.never_seen.is_none() {
                unlisted.push(coverage.collection.clone());
            }
        }
        if !unassigned.is_empty() {
            let shown = unassigned.into_iter().map(std::borrow::Cow::Owned).collect();
            table.foot.push(Note::one("unassigned", Value::List(shown)));
        }
        if !unlisted.is_empty() {
            let message = "nobody can be said to be missing from these collections, because none of their clients \
                           is named one by one; `clients = [\"@all.txt\"]` names them: ";
            table.foot.push(Note::advice(format!("{message}{}", unlisted.join(", "))));
        }
        Ok(table)
    }
}

fn push(table: &mut Table<'static>, section: &str, name: &'static str, part: u64, whole: u64) {
    let numbers = [Value::Count(part), Value::Count(whole), Value::from(share(part, whole))];
    table.push([Value::from(section.to_owned()), Value::from(name)].into_iter().chain(numbers).collect());
}
