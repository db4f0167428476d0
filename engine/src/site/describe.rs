//! What a site knows beside its matrices, as the explorer and tables have it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Site;
use super::definition::Role;
use super::store::{Clients, Record};
use crate::error::Result;
use crate::report::explorer::{Collection, Explorer, Share, State};
use crate::report::parquet;

impl Site {
    /// The collections with the standing of each client that they name, as tables have them; one of them where
    /// it is named.
    ///
    /// # Errors
    ///
    /// A list of names or the quarantine cannot be read, or there is no such collection.
    pub fn standing(
        &self,
        clients: &Clients,
        only: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<parquet::Collection>> {
        let only = only.map(|name| self.named_collection(name)).transpose()?;
        let quarantined: BTreeSet<String> =
            self.bad()?.into_iter().filter_map(|reason| reason.client).collect();
        let state = |record: &Record| match () {
            () if !record.resyncs.is_empty() => Some(parquet::State::Resync),
            () if quarantined.contains(&record.client) => Some(parquet::State::Quarantined),
            () if self.is_old(record, now) => Some(parquet::State::Stale),
            () => None,
        };
        let mut collections = Vec::new();
        for collection in self.definition.collections.iter().filter(|one| one.role != Role::SyncHost) {
            if only.is_some_and(|only| only.id != collection.id) {
                continue;
            }
            let members = self.members(collection)?;
            let mut found: BTreeMap<String, parquet::Member> = BTreeMap::new();
            for name in members.named() {
                let member =
                    parquet::Member { client: name.to_owned(), state: Some(parquet::State::NeverSeen) };
                found.insert(name.to_owned(), member);
            }
            for record in clients.iter().filter(|record| members.contains(&record.client)) {
                let member = parquet::Member { client: record.client.clone(), state: state(record) };
                found.insert(record.client.to_lowercase(), member);
            }
            collections.push(parquet::Collection {
                id: collection.id.clone(),
                feed: collection.feed.clone(),
                role: collection.role.name().to_owned(),
                members: found.into_values().collect(),
            });
        }
        Ok(collections)
    }

    /// Gives an explorer of this site's matrices the collections, the standing of each client, the coverage and
    /// what is authorized.
    ///
    /// # Errors
    ///
    /// A list of names, the quarantine or an authorization cannot be read.
    pub fn describe(&self, explorer: &mut Explorer<'_>, clients: &Clients, now: Timestamp) -> Result<()> {
        let mut states: BTreeMap<String, Vec<State>> = BTreeMap::new();
        let mut say = |client: &str, state| states.entry(client.to_owned()).or_default().push(state);
        for record in clients.iter() {
            if self.is_old(record, now) {
                say(&record.client, State::Stale);
            }
            if !record.resyncs.is_empty() {
                say(&record.client, State::OpenResync);
            }
        }
        let quarantined: BTreeSet<String> =
            self.bad()?.into_iter().filter_map(|reason| reason.client).collect();
        quarantined.iter().for_each(|client| say(client, State::Quarantined));
        let seen: BTreeSet<String> = clients.iter().map(|record| record.client.to_lowercase()).collect();
        for collection in self.definition.collections.iter().filter(|one| one.role != Role::SyncHost) {
            let members = self.members(collection)?;
            let never: Vec<&str> = members.named().filter(|name| !seen.contains(*name)).collect();
            never.iter().for_each(|client| say(client, State::NeverSeen));
            let known = clients.iter().map(|record| record.client.as_str()).filter(|id| members.contains(id));
            let known = known.chain(never).map(str::to_owned).collect();
            explorer.collections.push(Collection {
                id: collection.id.clone(),
                feed: collection.feed.clone(),
                role: collection.role.name().to_owned(),
                clients: Some(known),
            });
        }
        for states in states.values_mut() {
            states.dedup();
        }
        explorer.states = states;
        let (coverages, _) = self.coverage(clients, now)?;
        for coverage in coverages {
            for (name, part) in coverage.parts() {
                let (section, name) = (coverage.collection.clone(), name.to_owned());
                explorer.coverage.push(Share { section, name, part, whole: coverage.named });
            }
        }
        for (_, matrix) in explorer.matrices.clone() {
            let (authorized, _) = self.authorized(matrix)?;
            explorer.authorized.extend(authorized.into_iter().map(|(update, one)| (update, one.time)));
        }
        Ok(())
    }
}
