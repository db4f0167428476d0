//! Every document of `corpora/inventory`, and what is made of it: one line a client.
//!
//! The lines stand in `corpora/inventory/golden.txt`, and what other formats than the native one become
//! in it in `golden.xml`. The name of a document whose format is told by an option ends in that format.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use patchstate::ingest::{Buffer, Client, Input, Intake, Settings};
use patchstate::inventory::{self, native};
use patchstate::model::fact::{Fact, Kind};
use patchstate::model::inventory::Inventory;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/inventory")
}

/// What a client gives, in one line.
fn line(intake: &Intake, client: &Client) -> String {
    let mut inventory = Inventory::default();
    let mut line = format!("  {}:", client.id);
    let imported = match intake.import(client, &mut Buffer::new(), &mut inventory) {
        Ok(imported) => imported,
        Err(error) => {
            let place = error.position().map_or(String::new(), |place| format!(" at {place}"));
            write!(line, " {}{place}: {}", error.code(), error.message()).unwrap();
            return line;
        }
    };
    let mut elements: BTreeMap<&str, u32> = BTreeMap::new();
    for stated in &inventory.facts {
        *elements.entry(stated.fact.element()).or_default() += 1;
    }
    for (element, count) in elements {
        write!(line, " {element} {count},").unwrap();
    }
    let complete: Vec<_> = imported.complete.iter().map(Kind::name).collect();
    write!(line, " complete [{}]", complete.join(" ")).unwrap();
    imported.marks.names().for_each(|mark| write!(line, " {mark}").unwrap());
    for source in &imported.sources {
        write!(line, " ({} {})", source.format, source.encoding).unwrap();
    }
    for finding in imported.diagnostics.kept() {
        write!(line, "\n    {}: {}: {}", finding.position, finding.code, finding.message).unwrap();
    }
    line
}

/// The documents of the folder, in order.
fn names() -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("golden."))
        .collect();
    names.sort_unstable();
    names
}

/// Looks at one document of the folder.
fn scan(name: &str) -> Intake {
    let format = name.rsplit_once('.').and_then(|(_, end)| inventory::find(end));
    let format = format.filter(|format| format.name.starts_with("agent-") || format.name == "office-convert");
    let settings = Settings { format, ..Settings::default() };
    Intake::scan(&[Input::from(folder().join(name))], settings).unwrap()
}

#[test]
fn every_document_gives_what_it_gave() {
    let (mut found, mut formats) = (String::new(), BTreeSet::new());
    for name in names() {
        let intake = scan(&name);
        writeln!(found, "{name}").unwrap();
        for client in intake.clients() {
            writeln!(found, "{}", line(&intake, client)).unwrap();
        }
        formats
            .extend(intake.documents().iter().filter_map(|document| document.format()).map(|one| one.name));
    }
    let golden = std::fs::read_to_string(folder().join("golden.txt")).unwrap_or_default();
    // Paths differ from place to place.
    let found = found.replace(&*folder().to_string_lossy(), "FOLDER");
    assert!(found == golden, "golden.txt is out of date; it should be\n{found}");
    let all: BTreeSet<_> = inventory::FORMATS.iter().map(|format| format.name).collect();
    assert_eq!(formats, all, "each format has a document");
}

#[test]
fn every_document_is_converted_as_it_was() {
    let mut writer = native::Writer::new(Vec::new()).unwrap();
    for name in names() {
        let intake = scan(&name);
        let document = intake.documents().first().and_then(|document| document.format());
        if document.is_none_or(|format| format.name == "native") {
            continue;
        }
        for client in intake.clients() {
            let mut inventory = Inventory::default();
            if intake.import(client, &mut Buffer::new(), &mut inventory).is_ok() {
                inventory.header.client = client.id.clone().into();
                // The time of the file, which is another in each copy of the folder.
                inventory.facts.iter_mut().for_each(|stated| {
                    if let Fact::ScanResult(result) = &mut stated.fact {
                        result.time = None;
                    }
                });
                writer.inventory(&inventory).unwrap();
            }
        }
    }
    let found = String::from_utf8(writer.finish().unwrap()).unwrap();
    let golden = std::fs::read_to_string(folder().join("golden.xml")).unwrap_or_default();
    assert!(found == golden, "golden.xml is out of date; it should be\n{found}");
}
