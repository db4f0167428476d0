//! From catalogs to cells, both ways: what property tests, fuzz targets and benches compare.
//!
//! The fast way goes through real files: an index is written and opened, a matrix is written and opened.
//! A difference is told in words, with all that it takes to see why.

use std::io::Cursor;

use patchstate::archive::map::Bytes;
use patchstate::compile::{Compiled, compile};
use patchstate::diagnostic::Diagnostics;
use patchstate::eval::batch::Worker;
use patchstate::eval::plan::Plan;
use patchstate::eval::reference::Evaluator;
use patchstate::eval::run::{run_table, update_table};
use patchstate::eval::statements::Shared;
use patchstate::index::columns::Columns;
use patchstate::index::{self, Index};
use patchstate::inventory::{self, native};
use patchstate::matrix::row::Row;
use patchstate::matrix::tables::Client;
use patchstate::matrix::{self, Matrix};
use patchstate::model::catalogs::{Catalogs, Entry};
use patchstate::model::inventory::{Inventory, Marks};
use patchstate::model::options::Options;
use patchstate::model::verdict::Cell;

use crate::random::Case;
use crate::random::rules::Shape;

/// The bytes of an index file.
pub fn index_bytes(columns: &Columns) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    index::write(columns, &mut out).expect("writes to memory");
    out.into_inner()
}

/// Opens an index that was just compiled.
pub fn open(columns: &Columns) -> Index {
    Index::open(Bytes::copy(&index_bytes(columns))).expect("opens what was written")
}

/// Compiles the catalogs of a case, which compile.
pub fn compiled(case: &Case) -> Compiled {
    compile(case.catalogs.clone(), case.detections.clone()).expect("generated catalogs compile")
}

/// The rows of several clients, all by one worker.
pub fn rows<'i>(plan: &Plan<'_>, inventories: impl IntoIterator<Item = &'i Inventory>) -> Vec<(Client, Row)> {
    let mut worker = Worker::new(plan);
    inventories.into_iter().map(|inventory| (client(inventory), row(&mut worker, inventory))).collect()
}

/// The row of one client.
pub fn row(worker: &mut Worker<'_>, inventory: &Inventory) -> Row {
    worker.begin();
    worker.slots.take(inventory);
    worker.finish()
}

/// What the matrix says of a client.
pub fn client(inventory: &Inventory) -> Client {
    Client { id: inventory.client().to_owned(), complete: inventory.header.complete, ..Client::default() }
}

/// The bytes of a matrix file of these rows.
pub fn matrix_bytes(plan: &Plan<'_>, rows: &[(Client, Row)]) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let run = run_table(plan, String::new());
    matrix::write(&run, update_table(plan, &[]), rows, &mut out).expect("writes to memory");
    out.into_inner()
}

/// The cells that the reference gives a client: one for each update of the catalogs.
pub fn reference(catalogs: &Catalogs, options: &Options, inventory: &Inventory) -> Vec<Cell> {
    Evaluator::new(catalogs, options, inventory).evaluate()
}

/// The cells of one client by the fast way, each of which must be that of the reference.
///
/// # Panics
///
/// One is not.
pub fn compare_rows(
    plan: &Plan<'_>,
    catalogs: &Catalogs,
    options: &Options,
    inventory: &Inventory,
) -> Vec<Cell> {
    let bytes = matrix_bytes(plan, &rows(plan, [inventory]));
    let matrix = Matrix::open(&bytes).expect("opens what was written");
    let all = reference(catalogs, options, inventory);
    let found: Vec<Cell> = matrix.row(0).collect();
    for (cell, update) in found.iter().zip(&plan.updates) {
        let at = *update as usize;
        assert_eq!(*cell, all[at], "{}: fast, and by the reference", catalogs.updates[at].identity);
    }
    found
}

/// Evaluates a case both ways.
///
/// # Errors
///
/// They differ; the message says where, and shows what decides there.
pub fn compare(case: &Case) -> Result<(), String> {
    let compiled = compiled(case);
    let index = open(&compiled.columns);
    let view = index.view().expect("opened before");
    let chosen = case.chosen(view.updates());
    let plan = Plan::new(view, &case.options, chosen.as_deref());
    let expected = columns(case, &compiled.catalogs, chosen.as_deref());
    if plan.updates != expected {
        return Err(format!("the updates {:?} have cells and should be {expected:?}", plan.updates));
    }
    let bytes = matrix_bytes(&plan, &rows(&plan, &case.inventories));
    let matrix = Matrix::open(&bytes).map_err(|error| error.to_string())?;
    if case.shape == Shape::Real {
        // A rule of any shape may give a reason that its verdict never has.
        matrix.verify().map_err(|error| error.to_string())?;
    }
    let mut sums = [0; 4];
    for client in 0..case.inventories.len() {
        for cell in compare_row(case, &compiled.catalogs, &matrix, &plan, client)? {
            sums[usize::from(cell.verdict.code())] += 1;
        }
    }
    if matrix.totals() != sums {
        return Err(format!("the totals are {:?} and should be {sums:?}", matrix.totals()));
    }
    let documents: Vec<_> = case.inventories.iter().filter_map(document).collect();
    compare_documents(&plan, &documents, 3)
}

/// The name of an inventory format, and a text in it.
pub type Document = (&'static str, String);

/// An inventory as a native document; none for a client without an id.
fn document(inventory: &Inventory) -> Option<Document> {
    let mut document = Vec::new();
    native::write(inventory, &mut document).ok()?;
    Some(("native", String::from_utf8(document).ok()?))
}

/// What reading a document into slots, and evaluating them, gives.
#[derive(Debug, PartialEq)]
struct Outcome {
    read: Result<u32, String>,
    row: Row,
    diagnostics: Diagnostics,
    marks: Marks,
}

/// Reads documents with two workers in turn that share what they learn, several times over, and each with
/// a worker that knows no statement.
///
/// # Errors
///
/// What earlier documents said changes what one says, or reading it into slots gives another row than
/// keeping its facts.
pub fn compare_documents(plan: &Plan<'_>, documents: &[Document], times: usize) -> Result<(), String> {
    let shared = Shared::new(plan);
    let mut workers = [Worker::sharing(&shared), Worker::sharing(&shared)];
    for (number, (format, document)) in documents.iter().cycle().take(times * documents.len()).enumerate() {
        let worker = &mut workers[number % 3 / 2];
        let format = inventory::find(format).expect("is a format");
        let alone = read(&mut Worker::new(plan), format, document);
        let after_others = read(worker, format, document);
        let mut kept = Inventory::default();
        let as_facts = format.read(document.as_str().into(), &inventory::Settings::default(), &mut kept);
        if as_facts.is_ok() && row(&mut Worker::new(plan), &kept) != alone.row {
            return Err(format!("facts that are kept give another row than ones that are not:\n{document}"));
        }
        if alone != after_others {
            return Err(format!(
                "document {number} is read as {after_others:?} after others, alone as {alone:?}:\n{document}"
            ));
        }
    }
    Ok(())
}

fn read(worker: &mut Worker<'_>, format: &inventory::Format, document: &str) -> Outcome {
    worker.begin();
    let read = format.read(document.into(), &inventory::Settings::default(), &mut worker.slots);
    let read = read.map_err(|error| error.to_string());
    // An error leaves an unknown part of the inventory behind.
    let row = if read.is_ok() { worker.finish() } else { Row::unreadable(0) };
    let (diagnostics, marks) = (std::mem::take(&mut worker.slots.diagnostics), worker.slots.marks);
    Outcome { read, row, diagnostics, marks }
}

/// The updates that have cells.
fn columns(case: &Case, catalogs: &Catalogs, chosen: Option<&[u32]>) -> Vec<u32> {
    let has_cell = |(number, entry): (u32, &Entry)| {
        let withdrawn = entry.update.retracted && !case.options.include_retracted;
        let gives_verdict = !withdrawn && !entry.update.detectoid;
        let has = gives_verdict && chosen.is_none_or(|chosen| chosen.contains(&number));
        has.then_some(number)
    };
    (0u32..).zip(&catalogs.updates).filter_map(has_cell).collect()
}

/// The cells of one client, which must be those of the reference however they are looked up.
fn compare_row(
    case: &Case,
    catalogs: &Catalogs,
    matrix: &Matrix<'_>,
    plan: &Plan<'_>,
    client: usize,
) -> Result<Vec<Cell>, String> {
    let all = reference(catalogs, &case.options, &case.inventories[client]);
    let expected: Vec<Cell> = plan.updates.iter().map(|update| all[*update as usize]).collect();
    let found: Vec<Cell> = matrix.row(client).collect();
    if found.len() != expected.len() {
        return Err(format!("client {client} has {} cells of {}", found.len(), expected.len()));
    }
    for (place, update) in plan.updates.iter().enumerate() {
        let found = [found[place], matrix.cell(client, place)];
        if found != [expected[place]; 2] {
            return Err(difference(case, catalogs, client, *update as usize, expected[place], found));
        }
    }
    Ok(expected)
}

/// Everything that it takes to see why two cells differ.
fn difference(
    case: &Case,
    catalogs: &Catalogs,
    client: usize,
    update: usize,
    expected: Cell,
    found: [Cell; 2],
) -> String {
    let entry = &catalogs.updates[update];
    let facts: Vec<_> = case.inventories[client].facts.iter().map(|stated| &stated.fact).collect();
    let complete: Vec<_> = case.inventories[client].header.complete.iter().collect();
    format!(
        "client {client}, update `{}`\nthe reference says {expected:?}\nthe matrix says {found:?}\n{:#?}\n\
         complete {complete:?}\nfacts {facts:#?}\n{:#?}\n{:#?}\nproducts {:#?}\ndetections {:#?}\ndefaults {:?}",
        entry.identity,
        entry,
        case.options,
        catalogs.sources[entry.source as usize].source,
        catalogs.products,
        catalogs.detections,
        catalogs.module_defaults,
    )
}
