//! Definitions files and system characteristics of OVAL, read and evaluated.

use std::collections::BTreeMap;
use std::path::Path;

use patchstate::catalog::{self, Settings};
use patchstate::error::Result;
use patchstate::eval::oval::reference::{self, Results};
use patchstate::inventory;
use patchstate::model::inventory::Inventory;
use patchstate::model::options::Options;
use patchstate::model::oval::Content;
use patchstate::model::update::Catalog;

pub mod fleet;
pub mod oscap;
pub mod random;
pub mod ways;
pub mod xml;

/// Reads a definitions file.
///
/// # Errors
///
/// It cannot be read.
pub fn catalog(path: &Path) -> Result<Catalog> {
    let mut found = Vec::new();
    let format = catalog::find("oval").expect("the format is there");
    (format.read)(path, &Settings::default(), &mut |catalog| found.push(catalog));
    found.remove(0)
}

/// Reads a definitions file that is a text.
///
/// # Panics
///
/// It cannot be read.
pub fn catalog_of(text: &str) -> Catalog {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("definitions.xml");
    std::fs::write(&path, text).expect("the file can be written");
    catalog(&path).expect("the definitions can be read")
}

/// What a definitions file that is a text says.
///
/// # Panics
///
/// It cannot be read.
pub fn content_of(text: &str) -> Content {
    content(catalog_of(text))
}

/// A definitions file of these parts; their elements have the parts of the standard as prefixes (`linux:`).
pub fn document(definitions: &str, tests: &str, objects: &str, states: &str, variables: &str) -> String {
    const BASE: &str = "http://oval.mitre.org/XMLSchema/oval-definitions-5";
    let declared: String = ["independent", "linux", "unix", "windows", "macos"]
        .iter()
        .map(|part| format!(" xmlns:{part}=\"{BASE}#{part}\""))
        .collect();
    format!(
        "<oval_definitions xmlns=\"{BASE}\"{declared} \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <generator><schema_version xmlns=\"http://oval.mitre.org/XMLSchema/oval-common-5\">5.11.2\
         </schema_version></generator>\
         <definitions>{definitions}</definitions><tests>{tests}</tests><objects>{objects}</objects>\
         <states>{states}</states><variables>{variables}</variables></oval_definitions>"
    )
}

/// Reads an inventory of a format that holds one client.
///
/// # Panics
///
/// There is no such format, or it cannot be read.
pub fn inventory_of(format: &str, text: &str) -> Inventory {
    let format = inventory::find(format).expect("the format is there");
    let mut inventory = Inventory::default();
    let read = format.read(text.into(), &inventory::Settings::default(), &mut inventory);
    read.expect("the inventory can be read");
    inventory
}

/// What a catalog says in the terms of OVAL.
///
/// # Panics
///
/// It is of another format.
pub fn content(catalog: Catalog) -> Content {
    catalog.oval.expect("a definitions file has content")
}

/// Reads the system characteristics of one client.
///
/// # Errors
///
/// They cannot be read.
pub fn characteristics(text: &str) -> Result<Inventory> {
    let format = inventory::find("oval-sc").expect("the format is there");
    let mut inventory = Inventory::default();
    format.read(text.into(), &inventory::Settings::default(), &mut inventory)?;
    Ok(inventory)
}

/// Results by sort (`definition`, `test`) and id, in the words of the standard; of tests those of the first
/// instance.
pub type Rows = BTreeMap<(&'static str, String), &'static str>;

/// The results of the reference evaluation.
pub fn rows(content: &Content, results: &Results) -> Rows {
    let definitions = content.definitions.iter().zip(&results.definitions);
    let definitions = definitions.map(|(one, answer)| (("definition", one.id.clone()), answer.truth.name()));
    let tests = content.tests.iter().zip(&results.tests);
    let tests = tests.filter_map(|(test, answers)| {
        let (_, answer) = answers.first()?;
        Some((("test", test.id.clone()), answer.truth.name()))
    });
    definitions.chain(tests).collect()
}

/// Reads and evaluates a pair.
///
/// # Errors
///
/// One of both cannot be read.
pub fn evaluate(definitions: &Path, text: &str, options: &Options) -> Result<(Content, Results)> {
    let content = content(catalog(definitions)?);
    let results = reference::evaluate(&content, &characteristics(text)?, options);
    Ok((content, results))
}

/// Results that another program recorded: lines of a sort, an id and a word.
pub fn recorded(text: &str) -> Rows {
    let words = ["true", "false", "error", "unknown", "not evaluated", "not applicable"];
    let row = |line: &str| {
        let [sort, id, word] = line.split('\t').collect::<Vec<_>>()[..] else { return None };
        let sort = if sort.starts_with("def") { "definition" } else { "test" };
        Some(((sort, id.to_owned()), *words.iter().find(|known| **known == word)?))
    };
    text.lines().filter_map(row).collect()
}
