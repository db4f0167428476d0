//! Proofs of a client's cells: its inventory is read once, and facts get the places where they stand.
//!
//! Shared by `explain`, which prints proofs, and by the explorer, which shows them beside cells.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use patchstate::error::{Error, Result};
use patchstate::explain::{Explainer, Proof, text};
use patchstate::ingest::{Buffer, Intake};
use patchstate::model::catalogs::Catalogs;
use patchstate::model::inventory::Inventory;
use patchstate::model::options::Options;
use patchstate::site::Site;
use patchstate::site::store::Clients;

use crate::{evaluation, files};

/// What a client states.
pub(crate) struct Stated {
    intake: Intake,
    inventory: Inventory,
    /// The documents as their readers decoded them, by name.
    texts: BTreeMap<String, Option<Rc<str>>>,
}

impl Stated {
    /// Reads what the client of this id states, or the only one.
    pub(crate) fn read(intake: Intake, client: Option<&str>) -> Result<Stated> {
        let mut inventory = Inventory::default();
        let client = evaluation::only_client(client, &intake)?;
        intake.read(client, &mut Buffer::new(), &mut inventory)?;
        Ok(Stated { intake, inventory, texts: BTreeMap::new() })
    }

    /// Reads what a site keeps of a client.
    pub(crate) fn kept(site: &Site, clients: &Clients, client: &str, now: Timestamp) -> Result<Stated> {
        let (intake, inventory) = site.read_kept_of(clients, client, now)?;
        Ok(Stated { intake, inventory, texts: BTreeMap::new() })
    }

    /// Looks at the proofs of updates, by their numbers in the catalogs; `look` is told which of `updates` it is.
    pub(crate) fn each(
        &mut self,
        catalogs: &Catalogs,
        options: &Options,
        updates: &[usize],
        look: &mut dyn FnMut(usize, &Proof<'_>) -> Result<()>,
    ) -> Result<()> {
        let Stated { intake, inventory, texts } = self;
        let explainer = Explainer::new(catalogs, options, inventory);
        for (at, update) in updates.iter().enumerate() {
            let Some(mut proof) = explainer.proof(*update) else { continue };
            proof.locate(&mut |name| {
                let decode = || {
                    let document = intake.documents().iter().position(|document| document.name() == name)?;
                    intake.text(document).ok().map(Rc::from)
                };
                texts.entry(name.to_owned()).or_insert_with(decode).clone()
            });
            look(at, &proof)?;
        }
        Ok(())
    }
}

/// The index of a site that is current: where it is, and what it holds.
pub(crate) fn current(site: &Site) -> anyhow::Result<(PathBuf, Catalogs)> {
    loop {
        let Some(current) = site.current()? else { anyhow::bail!("the site has no index yet") };
        let path = site.index_path(current.number);
        match files::catalogs(&path) {
            // Another one became current meanwhile, and this one was removed.
            Err(_) if site.current()?.is_some_and(|now| now.number != current.number) => {}
            read => return Ok((path, read?)),
        }
    }
}

/// The number of the feed of an update; the first where the update does not name one.
pub(crate) fn feed_of(site: &Site, update: &str) -> usize {
    let names = |feed: &str| update.strip_prefix(feed).is_some_and(|rest| rest.starts_with(':'));
    site.definition.feeds.iter().position(|feed| names(&feed.id)).unwrap_or(0)
}

/// How a site evaluates clients against a feed.
pub(crate) fn options(site: &Site, feed: usize) -> Options {
    site.options(feed).map(|(options, _)| options.clone()).unwrap_or_default()
}

/// What proves cells of a site.
pub(crate) struct Kept<'s> {
    site: &'s Site,
    clients: &'s Clients,
    now: Timestamp,
    catalogs: Catalogs,
    /// Why nothing could be proved of clients.
    failures: Mutex<Vec<Error>>,
}

impl<'s> Kept<'s> {
    pub(crate) fn new(site: &'s Site, clients: &'s Clients, now: Timestamp) -> anyhow::Result<Kept<'s>> {
        let (_, catalogs) = current(site)?;
        Ok(Kept { site, clients, now, catalogs, failures: Mutex::default() })
    }

    /// The proofs of cells of a client as text, by the identities of the updates. An update that the index no
    /// longer has is not proved, nor are those of a client that cannot be read, which is a failure.
    pub(crate) fn texts(&self, client: &str, updates: &[&str]) -> Vec<Option<String>> {
        let mut texts = vec![None; updates.len()];
        if let Err(error) = self.prove(client, updates, &mut texts) {
            self.failures.lock().unwrap_or_else(PoisonError::into_inner).push(error);
        }
        texts
    }

    fn prove(&self, client: &str, updates: &[&str], texts: &mut [Option<String>]) -> Result<()> {
        let mut stated = Stated::kept(self.site, self.clients, client, self.now)?;
        let mut by_feed: BTreeMap<usize, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (at, update) in updates.iter().enumerate() {
            let found = self.catalogs.updates.binary_search_by(|entry| entry.identity.as_str().cmp(update));
            let Ok(number) = found else { continue };
            let (places, numbers) = by_feed.entry(feed_of(self.site, update)).or_default();
            places.push(at);
            numbers.push(number);
        }
        for (feed, (places, numbers)) in by_feed {
            stated.each(&self.catalogs, &options(self.site, feed), &numbers, &mut |at, proof| {
                let mut text = Vec::new();
                text::write(proof, &text::Look::PLAIN, &mut text)?;
                texts[places[at]] = Some(String::from_utf8_lossy(&text).into_owned());
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Why nothing could be proved of clients.
    pub(crate) fn failures(self) -> Vec<Error> {
        let mut failures = self.failures.into_inner().unwrap_or_else(PoisonError::into_inner);
        failures.sort_by_cached_key(ToString::to_string);
        failures
    }
}
