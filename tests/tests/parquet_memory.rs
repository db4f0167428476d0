//! Memory does not grow with the cells of a matrix that is exported as Parquet: alone in its file, because
//! what a process had at most is what is measured.
#![cfg(all(target_os = "linux", feature = "parquet"))]

use std::io::Cursor;

use conformance::matrices::{pack, update};
use patchstate::matrix::tables::{Client, Run, Source};
use patchstate::matrix::{self, Matrix};
use patchstate::model::reason::Reason;
use patchstate::model::verdict::{Cell, Verdict};
use patchstate::report::{Options, find_export};

/// How much more four times the updates may take, in kilobytes: what is known of them. 12 million more cells
/// would take 72 MB, and 400,000 more rows 48 MB.
const MORE: u64 = 24 << 10;
const CLIENTS: usize = 1024;

/// What this process had at most so far, in kilobytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("can be read");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("is stated");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("is a number")
}

/// A matrix of which every thirtieth cell is Missing.
fn matrix(updates: usize) -> Vec<u8> {
    let updates: Vec<_> = (0..updates).map(|at| update(&format!("one:{at:06}"), "", "Title")).collect();
    let cell = |at: usize| match at % 30 {
        0 => Cell::new(Verdict::Missing, Reason::FileOlder),
        _ => Cell::new(Verdict::NotApplicable, Reason::ProductAbsent),
    };
    let row = pack(&updates, &(0..updates.len()).map(cell).collect::<Vec<_>>());
    let run = Run { sources: vec![Source { feed: "one".to_owned(), ..Source::default() }], ..Run::default() };
    let clients: Vec<_> = (0..CLIENTS)
        .map(|at| (Client { id: format!("client-{at:06}"), ..Client::default() }, row.clone()))
        .collect();
    let mut out = Cursor::new(Vec::new());
    matrix::write(&run, updates.into_iter(), &clients, &mut out).expect("writes to memory");
    out.into_inner()
}

#[test]
fn memory_does_not_grow_with_the_cells() {
    let folder = tempfile::tempdir().expect("has a folder");
    let (small, large) = (matrix(4000), matrix(16_000));
    let mut peaks = Vec::new();
    for bytes in [&small, &large] {
        let opened = Matrix::open(bytes).expect("opens");
        let export = find_export("parquet").expect("is an export");
        export.write_folder(&opened, &Options::default(), folder.path()).expect("writes");
        peaks.push(peak());
    }
    assert!(peaks[1] < peaks[0] + MORE, "{peaks:?} kB");
}
