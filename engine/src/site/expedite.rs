//! A few clients ahead of all others: their reports are taken, they are evaluated, and their rows are laid over
//! those of the matrices, while a scan may be at work.
//!
//! Source of truth: `docs/site.md`, "Scan".

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::definition::Role;
use super::evaluate::{Old, sharing};
use super::host::Host;
use super::intake::{self, Taking};
use super::lock::Lock;
use super::log::{Event, append};
use super::scan::inventory_key;
use super::scan::merge::{Scope, Update};
use super::spool::{Spool, Worker};
use super::store::Clients;
use super::{Site, file_name, file_names};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::ingest::{self, Intake};

/// Who is looked at ahead of all others.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The clients.
    pub clients: &'a [String],
    /// A report of one of them, in place of those that wait.
    pub file: Option<&'a Path>,
    /// Takes clients of no preproduction collection, too.
    pub any_collection: bool,
    /// The most clients of one call.
    pub max: usize,
    /// The greatest report that is taken, in bytes.
    pub most: u64,
}

/// What became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expedited {
    /// What became of the reports.
    pub intake: intake::Outcome,
    /// The clients that have rows now.
    pub evaluated: Vec<String>,
    /// The clients of which nothing is kept.
    pub unknown: Vec<String>,
}

impl Site {
    /// Takes the reports of a few clients, evaluates them, and lays their rows over those of the matrices.
    ///
    /// # Errors
    ///
    /// There is no index yet, a client is in no collection that allows it, or there are too many; nothing was
    /// done. Or the operating system refuses something.
    pub fn expedite(&self, request: &Request<'_>, host: &dyn Host) -> Result<Expedited> {
        self.check_expedited(request)?;
        let Some(index) = self.index()? else {
            let error = Error::new(Code::BadReference, "the site has no index yet");
            return Err(error.with_hint("`patchstate site sync` makes one of the feeds' catalogs"));
        };
        let _lock = Lock::wait(&self.path("expedite.lock"))?;
        let spool = Spool::new(self.path("spool"));
        spool.recover(Worker::Expedite)?;
        let view = index.view()?;
        let groups = self.groups();
        let prepared = self.prepared(view, &groups);
        let taking = Taking::new(self, request.most, Worker::Expedite, sharing(&prepared), host);
        let names = match request.file {
            Some(file) => vec![self.hand_in(file)?],
            None => self.waiting_of(request.clients)?,
        };
        let wanted = |client: &str| request.clients.iter().any(|wanted| wanted.eq_ignore_ascii_case(client));
        let mut intake = intake::Outcome::default();
        let (clients, rows) = loop {
            let (clients, rest, mut taken) =
                taking.run_named(self.store().load()?, names.clone(), &|report| wanted(&report.client.id))?;
            rest.finished.settle()?;
            // A scan took something else of a client meanwhile, so that it is decided again.
            let given_back = std::mem::take(&mut taken.given_back);
            intake.add(&taken);
            if given_back == 0 {
                break (clients, rest.rows.finish().0);
            }
        };
        let is_taken = intake.loaded + intake.skipped + intake.quarantined > 0;
        if let [name] = names.as_slice()
            && request.file.is_some()
            && !is_taken
            && !spool.incoming().join(name).exists()
        {
            let error = Error::new(Code::SiteLocked, "a scan took the report first, and evaluates it");
            return Err(error.with_hint("its answer is there when the scan has ended"));
        }
        let ignored = self.ignored(view)?;
        let mut expedited = Expedited { intake, ..Expedited::default() };
        for wanted in request.clients {
            let record = clients.iter().find(|record| record.client.eq_ignore_ascii_case(wanted));
            let Some(record) = record.filter(|record| !record.documents.is_empty()) else {
                expedited.unknown.push(wanted.clone());
                continue;
            };
            for (number, prepared) in prepared.iter().enumerate() {
                let update = Update {
                    site: self,
                    prepared,
                    clients: &clients,
                    loaded: if number == 0 { &rows } else { &BTreeMap::new() },
                    ignored: &ignored,
                    host,
                    scope: Scope::Client(&record.client),
                };
                update.run(Vec::new())?;
            }
            expedited.evaluated.push(record.client.clone());
        }
        let event = Event::note("expedite", host.now()).text("clients", &request.clients.join(" "));
        let event = event.number("loaded", expedited.intake.loaded);
        append(&self.path("log/scan.jsonl"), [&event.number("evaluated", expedited.evaluated.len() as u64)])?;
        Ok(expedited)
    }

    fn check_expedited(&self, request: &Request<'_>) -> Result<()> {
        if request.clients.len() > request.max {
            let message = format!("{} clients are more than {}", request.clients.len(), request.max);
            return Err(
                Error::new(Code::BadValue, message).with_hint("`--max` allows more; a scan takes all")
            );
        }
        if request.any_collection {
            return Ok(());
        }
        let preproduction = self.definition.collections.iter().filter(|one| one.role == Role::Preproduction);
        let members = preproduction.map(|collection| self.members(collection)).collect::<Result<Vec<_>>>()?;
        let refused =
            request.clients.iter().find(|client| !members.iter().any(|members| members.contains(client)));
        match refused {
            None => Ok(()),
            Some(client) => {
                let message = format!("`{client}` is in no collection of role `preproduction`");
                let hint = "add it to one, or give `--allow-production-expedited`";
                Err(Error::new(Code::BadValue, message).with_hint(hint))
            }
        }
    }

    /// Copies a report to where reports wait.
    fn hand_in(&self, file: &Path) -> Result<OsString> {
        let incoming = Spool::new(self.path("spool")).incoming();
        let name = file.file_name().unwrap_or(OsStr::new("report")).to_owned();
        let mut to = name.clone();
        let mut number = 1;
        while incoming.join(&to).symlink_metadata().is_ok() {
            number += 1;
            to = OsString::from(format!("{number}-{}", name.to_string_lossy()));
        }
        let mut making = OsString::from(".");
        making.push(&to);
        let making = incoming.join(making);
        fs::copy(file, &making).map_err(|error| Error::io(file, "copy", error))?;
        let path = incoming.join(&to);
        fs::rename(&making, &path).map_err(|error| Error::io(&path, "put in place", error))?;
        Ok(to)
    }

    /// The names of the reports that wait and are of these clients.
    fn waiting_of(&self, clients: &[String]) -> Result<Vec<OsString>> {
        let spool = Spool::new(self.path("spool"));
        let names = spool.waiting()?;
        let paths: Vec<PathBuf> = names.iter().map(|name| spool.incoming().join(name)).collect();
        let (_, reports) = Intake::reports(paths, ingest::Settings::default());
        let of_them = names.into_iter().zip(reports).filter(|(_, report)| {
            clients.iter().any(|client| client.eq_ignore_ascii_case(&report.client.id))
        });
        Ok(of_them.map(|(name, _)| name).collect())
    }

    /// Where the row of a client lies that is laid over those of a feed's matrix.
    pub(super) fn overlay_path(&self, feed: &str, client: &str) -> PathBuf {
        self.path("matrix/overlay").join(feed).join(format!("{}.matrix", file_name(client)))
    }

    /// The rows that are laid over those of a feed's matrix.
    pub(super) fn overlays(&self, feed: &str) -> Result<Vec<Old>> {
        let folder = self.path("matrix/overlay").join(feed);
        let mut names = file_names(&folder)?;
        // What begins with a dot is still being written; no client's file does.
        names.retain(|name| !name.as_encoded_bytes().starts_with(b"."));
        let olds = names.into_iter().map(|name| Old::read_file(self, folder.join(name)));
        Ok(olds.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// Removes the rows of clients that the matrices have as they are now.
    pub(super) fn fold_overlays(&self, clients: &Clients, now: Timestamp) -> Result<()> {
        let since = self.results_since(now);
        for feed in &self.definition.feeds {
            let overlays = self.overlays(&feed.id)?;
            if overlays.is_empty() {
                continue;
            }
            let Some(old) = Old::read(self, &feed.id)? else { continue };
            let matrix = old.open()?;
            for overlay in overlays {
                let is_folded = overlay.open()?.clients.iter().all(|client| {
                    let kept = clients.get(&client.id).map(|record| inventory_key(record, since));
                    let row = matrix.client(&client.id).map(|at| matrix.clients[at].inventory);
                    row.is_some() && row == kept
                });
                if is_folded {
                    fs::remove_file(&overlay.path)
                        .map_err(|error| Error::io(&overlay.path, "remove", error))?;
                }
            }
        }
        Ok(())
    }
}
