//! Software distribution packages, from documents to cells.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod containers;
mod counts;
mod golden;
mod operators;
mod oracle;
mod packages;
mod patches;
mod previous;
mod proofs;
mod relations;
mod rules;

use conformance::run::{compare_rows, open};
use conformance::sdp;
use patchstate::catalog::Settings;
use patchstate::compile::{Compiled, compile};
use patchstate::diagnostic::Code;
use patchstate::eval::plan::Plan;
use patchstate::inventory::{self, Settings as Reading};
use patchstate::model::inventory::Inventory;
use patchstate::model::options::{Options, Supersedence};
use patchstate::model::verdict::Cell;

/// The name space of native inventories, and the kinds that tests here have completely.
const COMPLETE: &str = "os registry file msi msp wmi";

/// Compiles a document.
fn compiled(document: &str) -> Compiled {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.xml");
    std::fs::write(&path, document).unwrap();
    compile(vec![sdp::read(&path, &Settings::default())], Vec::new()).unwrap()
}

/// A client that has these facts and, of the given kinds, no others.
fn client(complete: &str, facts: &str) -> Inventory {
    let text = format!("<inventory version='1' client='c' complete='{complete}'>{facts}</inventory>");
    let mut inventory = Inventory::default();
    let native = inventory::find("native").unwrap();
    native.read(text.as_str().into(), &Reading::default(), &mut inventory).unwrap();
    inventory
}

/// The cells of a client, which both evaluators must give alike, by the ids of their updates.
fn cells(compiled: &Compiled, client: &Inventory) -> Vec<(String, Cell)> {
    let options = Options { supersedence: Supersedence::Off, ..Options::default() };
    let index = open(&compiled.columns);
    index.verify().unwrap();
    let plan = Plan::new(index.view().unwrap(), &options, None);
    let row = compare_rows(&plan, &compiled.catalogs, &options, client);
    plan.updates
        .iter()
        .map(|at| compiled.catalogs.updates[*at as usize].update.id.to_string())
        .zip(row)
        .collect()
}

/// A cell in words.
fn words(cell: Cell) -> String {
    let flags = cell.flags.to_string();
    [cell.verdict.name(), cell.reason.name(), &flags].join(" ").trim_end().to_owned()
}

/// The cell of the one update of a document.
fn cell(document: &str, client: &Inventory) -> String {
    words(cells(&compiled(document), client)[0].1)
}

/// How often a code was raised.
fn raised(compiled: &Compiled, code: Code) -> u64 {
    compiled.catalogs.sources.iter().map(|source| source.diagnostics.of(code)).sum()
}
