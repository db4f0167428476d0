//! The matrices of a site as reports see them: with the rows that are laid over them, and of one collection.

use std::borrow::Cow;

use jiff::Timestamp;

use super::Site;
use super::definition::Collection;
use super::evaluate::Old;
use super::members::Members;
use super::scan::inventory_key;
use super::store::Clients;
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::eval::plan::Plan;
use crate::index::View;
use crate::ingest::{self, Buffer, Intake};
use crate::matrix::Matrix;
use crate::model::inventory::Inventory;

/// A feed's matrix, and what belongs to it.
#[derive(Debug)]
pub struct FeedView {
    /// The feed.
    pub feed: String,
    matrix: Option<Old>,
    overlays: Vec<Old>,
    members: Option<Members>,
}

impl Site {
    /// The matrices of feeds, of all where none is named, with the clients of a collection, or of all.
    ///
    /// # Errors
    ///
    /// There is no such feed or collection, or a matrix is damaged.
    pub fn views(&self, feeds: &[String], collection: Option<&str>) -> Result<Vec<FeedView>> {
        let collection = collection.map(|name| self.named_collection(name)).transpose()?;
        let members = collection.map(|collection| self.members(collection)).transpose()?;
        let is_wanted = |feed: &str| collection.is_none_or(|collection: &Collection| collection.feed == feed);
        let mut views = Vec::new();
        for number in self.named_feeds(feeds)? {
            let feed = &self.definition.feeds[number].id;
            if is_wanted(feed) {
                // In this order: a scan puts a matrix in place before it removes the rows that are in it now.
                let overlays = self.overlays(feed)?;
                let matrix = Old::read(self, feed)?;
                views.push(FeedView { feed: feed.clone(), matrix, overlays, members: members.clone() });
            }
        }
        Ok(views)
    }
}

impl Site {
    /// What is kept of a client of the store, ready to be read.
    ///
    /// # Errors
    ///
    /// Nothing is kept of it.
    fn kept_of(&self, clients: &Clients, client: &str, now: Timestamp) -> Result<Intake> {
        let Some(record) = clients.get(client).filter(|record| !record.documents.is_empty()) else {
            let error = Error::new(Code::BadValue, format!("no inventory of `{client}` is kept"));
            return Err(error.with_hint("`patchstate report coverage` says who reported"));
        };
        let kept = self.store().documents(record, self.results_since(now));
        Ok(Intake::of_kept([(record.client.clone(), kept)], ingest::Settings::default()))
    }

    /// Reads what is kept of one of the clients; gives it and where it lies.
    ///
    /// # Errors
    ///
    /// Nothing is kept of it, or it cannot be read.
    pub fn read_kept_of(
        &self,
        clients: &Clients,
        client: &str,
        now: Timestamp,
    ) -> Result<(Intake, Inventory)> {
        let mut clients = Cow::Borrowed(clients);
        loop {
            let intake = self.kept_of(&clients, client, now)?;
            let (mut buffer, mut inventory) = (Buffer::new(), Inventory::default());
            let each = intake.clients().iter();
            let read = each.map(|client| intake.read(client, &mut buffer, &mut inventory).map(|_| ()));
            let Err(error) = read.collect::<Result<()>>() else { return Ok((intake, inventory)) };
            let fresh = self.store().load()?;
            if !error.is_io() || fresh.get(client) == clients.get(client) {
                return Err(error);
            }
            // Another report of it was taken meanwhile, and this one was removed.
            clients = Cow::Owned(fresh);
        }
    }

    /// What is kept of the clients that a feed's matrix has, or of those of a collection, ready to be read.
    ///
    /// # Errors
    ///
    /// There is no such collection, or a file that says who is in it cannot be read.
    pub fn kept_for(&self, feed: usize, collection: Option<&str>, now: Timestamp) -> Result<Intake> {
        let mut members = self.members_of(&self.definition.feeds[feed].id)?;
        if let Some(name) = collection {
            members = vec![self.members(self.named_collection(name)?)?];
        }
        let (store, since) = (self.store(), self.results_since(now));
        let clients = store.load()?;
        let wanted = clients.iter().filter(|record| {
            !record.documents.is_empty() && members.iter().any(|members| members.contains(&record.client))
        });
        let kept = wanted.map(|record| (record.client.clone(), store.documents(record, since)));
        Ok(Intake::of_kept(kept, ingest::Settings::default()))
    }

    /// What is to be known of an index before clients are evaluated against a feed of it, and the words for
    /// the feed's options.
    pub fn plan_of<'i>(&'i self, view: View<'i>, feed: usize) -> (Plan<'i>, &'i str) {
        let (options, words) = &self.options[feed];
        (Plan::new(view, options, Some(&self.updates_of(view, &[feed]))), words)
    }
}

impl FeedView {
    /// The matrix; `None` before anything was evaluated. Before the first scan it is made of the rows that were
    /// made ahead of it.
    ///
    /// A row that was made ahead of all others counts while it is the one of what is kept of its client and that
    /// of the matrix is not.
    ///
    /// # Errors
    ///
    /// It is damaged.
    pub fn open(&self, site: &Site, clients: &Clients, now: Timestamp) -> Result<Option<Matrix<'_>>> {
        let Some(old) = self.matrix.as_ref().or(self.overlays.first()) else { return Ok(None) };
        let mut matrix = old.open()?;
        let since = site.results_since(now);
        for overlay in &self.overlays {
            let overlay = overlay.open()?;
            let is_newer = overlay.run.index == matrix.run.index
                && overlay.clients.iter().all(|client| {
                    let kept = clients.get(&client.id).map(|record| inventory_key(record, since));
                    let row = matrix.client(&client.id).map(|at| matrix.clients[at].inventory);
                    kept == Some(client.inventory) && row != kept
                });
            if is_newer {
                matrix.overlay(&overlay)?;
            }
        }
        if let Some(members) = &self.members {
            matrix.retain(|client| members.contains(&client.id));
        }
        for client in &mut matrix.clients {
            if let Some(record) = clients.get(&client.id) {
                client.flags = site.client_flags(record, now);
            }
        }
        Ok(Some(matrix))
    }
}
