//! What agents of inventory systems report: GLPI and OCS, VMaaS, SCCM, and management information files.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod glpi;
mod mif;
mod sccm;
mod vmaas;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use patchstate::diagnostic::Code;
use patchstate::error::Error;
use patchstate::ingest::{Buffer, Imported, Input, Intake, Settings};
use patchstate::model::fact::{Fact, Kind};
use patchstate::model::inventory::Inventory;

/// Reads one client of an intake.
fn import(intake: &Intake, id: &str) -> Result<(Inventory, Imported), Error> {
    let mut inventory = Inventory::default();
    let client = intake.client(id).unwrap_or_else(|| panic!("no client {id}"));
    intake.import(client, &mut Buffer::new(), &mut inventory).map(|imported| (inventory, imported))
}

fn scan(path: PathBuf) -> Intake {
    Intake::scan(&[Input::from(path)], Settings::default()).unwrap()
}

/// The clients of an intake.
fn ids(intake: &Intake) -> Vec<&str> {
    intake.clients().iter().map(|client| client.id.as_str()).collect()
}

/// Documents in a folder that is removed in the end.
struct Place(tempfile::TempDir);

impl Place {
    fn of(documents: &[(&str, &[u8])]) -> Place {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in documents {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        Place(folder)
    }

    fn scan(&self) -> Intake {
        scan(self.0.path().to_owned())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Reads the only client of a document.
fn one(text: &str) -> Result<(Inventory, Imported), Error> {
    let place = Place::of(&[("stem.txt", text.as_bytes())]);
    let intake = place.scan();
    let [client] = intake.clients() else { panic!("{:?}", ids(&intake)) };
    import(&intake, &client.id)
}

fn code(text: &str) -> (Code, String) {
    let error = one(text).unwrap_err();
    assert!(error.to_string().contains("stem.txt"), "{error}");
    (error.code(), error.position().map_or(String::new(), |place| place.to_string()))
}

/// How many facts there are of each element.
fn counts(inventory: &Inventory) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for stated in &inventory.facts {
        *counts.entry(stated.fact.element()).or_default() += 1;
    }
    counts
}

fn complete(imported: &Imported) -> Vec<&'static str> {
    imported.complete.iter().map(Kind::name).collect()
}

/// The ids of the hotfixes.
fn hotfixes(inventory: &Inventory) -> Vec<&str> {
    let mut ids = Vec::new();
    for stated in &inventory.facts {
        if let Fact::Hotfix(hotfix) = &stated.fact {
            ids.push(&*hotfix.id);
        }
    }
    ids
}
