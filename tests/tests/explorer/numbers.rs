//! Every number and every cell of an explorer is that of a report and of the matrix.

use conformance::matrices::{random, sample};
use patchstate::matrix::Matrix;
use patchstate::model::verdict::Verdict;
use patchstate::report::explorer::Explorer;
use patchstate::report::table::{Form, Table};
use patchstate::report::{self, Columns, Hidden, Options, grouped, share};
use serde_json::{Value, json};

use crate::{Files, held, numbers};

fn options() -> Options {
    Options {
        hidden: Hidden::Listed,
        columns: Columns::Wide,
        now: Some("2026-03-01T00:00:00Z".parse().expect("is a time")),
        ..Options::default()
    }
}

/// A report as the program prints it for programs.
fn printed(matrix: &Matrix<'_>, name: &str, subject: &str) -> Value {
    let report = report::find(name).expect("is a report");
    let table: Table<'_> = (report.table)(matrix, subject, &options()).expect("makes a table");
    let mut out = Vec::new();
    table.write(&Form::Json, &mut out).expect("writes to memory");
    serde_json::from_slice(&out).expect("is JSON")
}

fn files(matrix: &Matrix<'_>) -> Files {
    let explorer = Explorer { now: options().now, ..Explorer::new("Example", vec![("one", matrix)]) };
    Files::of(&explorer).expect("is written")
}

/// The four counts of a row, by verdict code.
fn four(row: &Value) -> Value {
    json!([row["UnknownCounts"], row["NotApplicableCounts"], row["Counts"], row["InstalledCounts"]])
}

/// Checks everything that is counted.
fn check(bytes: &[u8]) {
    let bytes = held(bytes);
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let files = files(&matrix);
    check_site(&matrix, &files.overview());
    check_summary(&matrix, &files);
    check_cells(&matrix, &files);
    check_clients(&matrix, &files);
}

fn check_site(matrix: &Matrix<'_>, overview: &Value) {
    let site = printed(matrix, "site", "");
    assert_eq!(numbers(&overview["totals"]), matrix.totals());
    let by_name = Verdict::ALL.map(|verdict| site["totals"][verdict.name()].clone());
    assert_eq!(overview["totals"], json!(by_name));
    let standing = numbers(&overview["standing"]);
    let clients = matrix.clients.len() as u64;
    for (count, note) in standing[1..].iter().zip([
        "clients_with_updates_missing",
        "clients_not_proved",
        "clients_with_nothing_missing_or_unknown",
    ]) {
        assert_eq!(site[note], share(*count, clients), "{note}");
    }
    let rows = |group: &str| -> Vec<Value> {
        let rows = site["rows"].as_array().expect("is a list").iter().filter(|row| row["Group"] == group);
        rows.map(|row| json!([row["Name"], four(row)])).collect()
    };
    for group in ["feed", "severity", "age"] {
        let own = overview["groups"][group].as_array().expect("is a list").iter();
        let own: Vec<Value> = own.map(|it| json!([it["name"], it["verdicts"]])).collect();
        assert_eq!(own, rows(group), "{group}");
    }
    let top = overview["top"].as_array().expect("is a list").iter();
    let top: Vec<Value> = top.map(|it| json!([it["id"], it["verdicts"]])).collect();
    assert_eq!(top, rows("top missing"));
    let coverage = printed(matrix, "coverage", "");
    let rows = coverage["rows"].as_array().expect("is a list").iter();
    let rows: Vec<Value> =
        rows.map(|row| json!([row["Section"], row["Name"], row["Count"], row["Of"]])).collect();
    assert_eq!(overview["coverage"], json!([rows]));
}

fn check_summary(matrix: &Matrix<'_>, files: &Files) {
    let summary = printed(matrix, "summary", "");
    let rows = summary["rows"].as_array().expect("is a list");
    let column = |name: &str| files.column("updates", name);
    for (name, key) in [
        ("ids", "UpdateID"),
        ("names", "ID"),
        ("titles", "Title"),
        ("superseded", "SupersededCounts"),
        ("stale", "StaleCounts"),
    ] {
        assert_eq!(column(name), rows.iter().map(|row| row[key].clone()).collect::<Vec<_>>(), "{name}");
    }
    let verdicts = column("verdicts");
    for (at, row) in rows.iter().enumerate() {
        let own: Vec<&Value> = (0..4).map(|code| &verdicts[code][at]).collect();
        assert_eq!(json!(own), four(row));
    }
}

fn check_cells(matrix: &Matrix<'_>, files: &Files) {
    let (clients, updates) = (matrix.clients.len(), matrix.updates.len());
    let (rows, columns) = (files.cells("rows"), files.cells("columns"));
    assert_eq!((rows.len(), columns.len()), (clients * updates, clients * updates));
    for client in 0..clients {
        for (update, cell) in matrix.row(client).enumerate() {
            let expect = [cell.verdict.code().into(), cell.reason.number(), cell.flags.bits()].map(u64::from);
            assert_eq!(rows[client * updates + update], Some(expect), "{client} {update}");
            assert_eq!(columns[update * clients + client], Some(expect), "{client} {update}");
        }
    }
}

/// The lists of clients, and what their pages show: the notes of the report.
fn check_clients(matrix: &Matrix<'_>, files: &Files) {
    let length = files.overview()["layout"]["rows"].as_u64().expect("is a number") as usize;
    let (ids, listed) = (files.column("clients", "ids"), files.column("clients", "listed"));
    let verdicts = files.column("clients", "verdicts");
    for (at, client) in matrix.clients.iter().enumerate() {
        assert_eq!(ids[at], client.id.as_str());
        let own: Vec<u64> = (0..4).filter_map(|code| verdicts[code][at].as_u64()).collect();
        assert_eq!(own, matrix.totals_of(at));
        if at % 50 > 3 {
            continue;
        }
        let shown = Options { hidden: Hidden::LeftOut, ..options() };
        let table = report::find("client").expect("is a report").table;
        let table = table(matrix, &client.id, &shown).expect("makes a table");
        let missing = table.rows.iter().filter(|row| row[0].data() == "Missing").count();
        assert_eq!(listed[at], missing);
        let (piece, _) = files.packed(&format!("rows-{}", at / length));
        let part = &piece["clients"][at % length]["parts"][0];
        assert_eq!(numbers(&part["totals"]), matrix.totals_of(at));
        let said = printed(matrix, "client", &client.id);
        for note in part["notes"].as_array().expect("is a list") {
            let name = note["name"].as_str().expect("is a name").replace(' ', "_");
            assert_eq!(note["says"], said[&name], "{name}");
        }
    }
}

#[test]
fn of_a_matrix_that_was_made_by_hand() {
    check(&sample());
}

#[test]
fn of_any_matrix() {
    check(&random(1, 30, 17));
    check(&random(2, 1, 1));
}

#[test]
fn of_one_that_fills_several_pieces() {
    for (bytes, piece) in [(random(3, 600, 20), "rows-2"), (random(3, 20, 600), "columns-2")] {
        let files = files(&Matrix::open(&bytes).expect("opens"));
        assert!(files.0.contains_key(&format!("data/{piece}.js")), "{piece}");
        check(&bytes);
    }
}

#[test]
fn of_one_that_is_empty() {
    check(&random(4, 0, 5));
    check(&random(5, 5, 0));
}

#[test]
fn the_heat_map_has_the_cells_of_the_worst() {
    let bytes = random(6, 150, 120);
    let matrix = Matrix::open(&bytes).expect("opens");
    let files = files(&matrix);
    let (map, _) = files.packed("map-0");
    let (clients, updates) = (numbers(&map["clients"]), numbers(&map["updates"]));
    assert_eq!((clients.len(), updates.len()), (100, 100), "of {}", grouped(150));
    let cells = files.cells("map");
    for (row, client) in clients.iter().enumerate() {
        for (column, update) in updates.iter().enumerate() {
            let cell = matrix.cell(*client as usize, *update as usize);
            let found = cells[row * updates.len() + column].expect("is a cell");
            assert_eq!(found[0], u64::from(cell.verdict.code()));
            assert_eq!(found[1], u64::from(cell.reason.number()));
        }
    }
    let listed = files.column("clients", "listed");
    let needs: Vec<_> = clients.iter().map(|at| listed[*at as usize].as_u64()).collect();
    assert!(needs.is_sorted_by(|a, b| a >= b) && needs[99] >= Some(1));
}

#[test]
fn threads_change_no_byte() {
    let bytes = random(7, 600, 30);
    let matrix = Matrix::open(&bytes).expect("opens");
    let write = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("has threads");
        pool.install(|| {
            let explorer =
                Explorer { now: options().now, ..Explorer::new("Example", vec![("one", &matrix)]) };
            let mut page = Vec::new();
            explorer.write_page(&mut page, &mut |_| ()).expect("writes to memory");
            (Files::of(&explorer).expect("is written").0, page)
        })
    };
    let (one, eight) = (write(1), write(8));
    assert!(one == eight);
}
