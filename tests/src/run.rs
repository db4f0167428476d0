//! From catalogs to cells, both ways: what property tests, fuzz targets and benches compare.
//!
//! The fast way goes through real files: an index is written and opened, a matrix is written and opened.
//! A difference is told in words, with all that it takes to see why.

use std::io::Cursor;

use patchstate::archive::map::Bytes;
use patchstate::compile::{Compiled, compile};
use patchstate::eval::batch::Worker;
use patchstate::eval::plan::Plan;
use patchstate::eval::reference::Evaluator;
use patchstate::eval::run::{run_table, update_table};
use patchstate::index::columns::Columns;
use patchstate::index::{self, Index};
use patchstate::matrix::row::Row;
use patchstate::matrix::tables::Client;
use patchstate::matrix::{self, Matrix};
use patchstate::model::catalogs::Catalogs;
use patchstate::model::inventory::Inventory;
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
    matrix::write(&run, &update_table(plan), rows, &mut out).expect("writes to memory");
    out.into_inner()
}

/// The cells that the reference gives a client: one for each update of the catalogs.
pub fn reference(catalogs: &Catalogs, options: &Options, inventory: &Inventory) -> Vec<Cell> {
    Evaluator::new(catalogs, options, inventory).evaluate()
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
    let bytes = matrix_bytes(&plan, &rows(&plan, &case.inventories));
    let matrix = Matrix::open(&bytes).map_err(|error| error.to_string())?;
    if case.shape == Shape::Real {
        // A rule of any shape may give a reason that its verdict never has.
        matrix.verify().map_err(|error| error.to_string())?;
    }
    let mut sums = [0; 4];
    for (client, inventory) in case.inventories.iter().enumerate() {
        let expected = reference(&compiled.catalogs, &case.options, inventory);
        let rows: Vec<Cell> = matrix.row(client).collect();
        if rows.len() != plan.updates.len() {
            return Err(format!("{} cells of {} updates", rows.len(), plan.updates.len()));
        }
        for (place, update) in plan.updates.iter().enumerate() {
            let (expected, found) = (expected[*update as usize], matrix.cell(client, place));
            sums[usize::from(expected.verdict.code())] += 1;
            if found != expected || rows[place] != expected {
                let found = [found, rows[place]];
                return Err(difference(case, &compiled.catalogs, client, *update as usize, expected, found));
            }
        }
        let others = (0..view.updates()).filter(|update| !plan.updates.contains(&(*update as u32)));
        for update in others {
            let retracted = compiled.catalogs.updates[update].update.retracted;
            if case.baseline.is_none() && !(retracted && !case.options.include_retracted) {
                return Err(format!("update {update} has no cell"));
            }
        }
    }
    if matrix.totals() != sums {
        return Err(format!("totals are {:?} and should be {sums:?}", matrix.totals()));
    }
    Ok(())
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
