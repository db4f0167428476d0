//! Laws of reports and exports over matrices of any cells.

use std::collections::BTreeMap;

use conformance::matrices::{random, sample};
use patchstate::archive::map::Bytes;
use patchstate::matrix::Matrix;
use patchstate::model::flag::Flags;
use patchstate::model::verdict::{Cell, Verdict};
use patchstate::report::diff::{Outcome, cells, matrices};
use patchstate::report::table::{Form as Print, Table};
use patchstate::report::text::Look;
use patchstate::report::{self, Columns, Form, Hidden, History, Options, REPORTS, Subject, Verdicts};
use proptest::prelude::*;

fn table<'m>(matrix: &'m Matrix<'_>, name: &str, options: &Options) -> Table<'m> {
    let report = report::find(name).expect("is a report");
    let subject = match report.subject {
        Subject::Matrix => "",
        Subject::Client => matrix.clients[0].id.as_str(),
        Subject::Update => matrix.updates[0].id.as_str(),
    };
    (report.table)(matrix, subject, options).expect("makes a table")
}

fn print(table: &Table<'_>, form: &Print) -> Vec<u8> {
    let mut out = Vec::new();
    table.write(form, &mut out).expect("writes to memory");
    out
}

fn export(matrix: &Matrix<'_>, name: &str, form: Form, options: &Options) -> Vec<u8> {
    let mut out = Vec::new();
    let export = report::find_export(name).expect("is an export");
    export.write(matrix, form, options, &mut out).expect("writes to memory");
    out
}

/// The header, the rows and the remarks of a CSV, read by another implementation.
fn parse_csv(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>, Vec<Vec<String>>) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let mut records = reader.records().map(|record| {
        let record = record.expect("every record is as wide as the header");
        record.iter().map(str::to_owned).collect::<Vec<_>>()
    });
    let header = records.next().expect("has a header");
    let (remarks, rows) = records.partition(|row: &Vec<String>| row[0].starts_with("# "));
    (header, rows, remarks)
}

fn everything() -> Options {
    Options {
        hidden: Hidden::Listed,
        columns: Columns::Wide,
        history: History::Both,
        verdicts: Verdicts::ALL,
        now: Some("2026-03-01T00:00:00Z".parse().expect("is a time")),
        ..Options::default()
    }
}

fn sizes() -> impl Strategy<Value = (u64, usize, usize)> {
    (any::<u64>(), 1..30usize, 1..40usize)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn summaries_add_up((seed, clients, updates) in sizes()) {
        let bytes = Bytes::copy(&random(seed, clients, updates));
        let matrix = Matrix::open(bytes.as_ref()).expect("opens");
        let table = table(&matrix, "summary", &everything());
        let (header, rows, _) = parse_csv(&print(&table, &Print::Csv));
        let column = |name: &str| header.iter().position(|column| column == name).expect("is a column");
        let names = ["Counts", "InstalledCounts", "UnknownCounts", "NotApplicableCounts"].map(column);
        prop_assert_eq!(rows.len(), updates);
        for row in &rows {
            let sum: u64 = names.iter().map(|at| row[*at].parse::<u64>().expect("is a number")).sum();
            prop_assert_eq!(sum, clients as u64);
        }
        let json: serde_json::Value = serde_json::from_slice(&print(&table, &Print::Json)).expect("is JSON");
        let total = |verdict: Verdict| json["totals"][verdict.name()].as_u64().expect("is a number");
        prop_assert_eq!(Verdict::ALL.map(total).iter().sum::<u64>(), (clients * updates) as u64);
        prop_assert_eq!(json["clients"].as_u64(), Some(clients as u64));
        prop_assert_eq!(json["updates"].as_u64(), Some(updates as u64));
        for (verdict, at) in [Verdict::Missing, Verdict::Installed, Verdict::Unknown, Verdict::NotApplicable].iter().zip(names) {
            let sum: u64 = rows.iter().map(|row| row[at].parse::<u64>().expect("is a number")).sum();
            prop_assert_eq!(sum, total(*verdict), "{}", verdict);
        }
    }

    #[test]
    fn every_report_is_read_back((seed, clients, updates) in sizes()) {
        let bytes = Bytes::copy(&random(seed, clients, updates));
        let matrix = Matrix::open(bytes.as_ref()).expect("opens");
        for report in REPORTS {
            for options in [Options::default(), everything()] {
                let table = table(&matrix, report.name, &options);
                let (header, rows, _) = parse_csv(&print(&table, &Print::Csv));
                let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
                prop_assert_eq!(&header, &names);
                prop_assert_eq!(rows.len(), table.rows.len());
                let json: serde_json::Value = serde_json::from_slice(&print(&table, &Print::Json)).expect("is JSON");
                prop_assert_eq!(json["report"].as_str(), Some(report.name));
                let objects = json["rows"].as_array().expect("is an array");
                prop_assert_eq!(objects.len(), rows.len());
                for ((row, object), values) in rows.iter().zip(objects).zip(&table.rows) {
                    for ((name, text), value) in header.iter().zip(row).zip(values) {
                        prop_assert_eq!(text, &value.data());
                        let said = &object[name.as_str()];
                        let same = match said {
                            serde_json::Value::Null => text.is_empty(),
                            serde_json::Value::Array(items) => items.iter().map(|item| item.as_str().unwrap_or_default()).collect::<Vec<_>>().join(";") == *text,
                            serde_json::Value::String(said) => said == text,
                            other => format!("{other}") == *text,
                        };
                        prop_assert!(same, "{name}: {said} {text}");
                    }
                }
                let text = String::from_utf8(print(&table, &Print::Text(Look { width: Some(60), ..Look::PLAIN }))).expect("is UTF-8");
                prop_assert!(!text.contains('\u{1b}'), "text steers no terminal");
            }
        }
    }

    #[test]
    fn the_matrix_is_read_back((seed, clients, updates) in sizes()) {
        let bytes = Bytes::copy(&random(seed, clients, updates));
        let matrix = Matrix::open(bytes.as_ref()).expect("opens");
        let line = |client: usize, update: usize, cell: Cell| {
            let flags = cell.flags | matrix.updates[update].flags;
            let texts = [matrix.clients[client].id.as_str(), &matrix.updates[update].id, cell.verdict.name(), cell.reason.name()];
            texts.map(str::to_owned).into_iter().chain([flags.to_string()]).collect::<Vec<_>>()
        };
        let expect = |verdicts: Verdicts| {
            let rows = (0..clients).flat_map(|client| matrix.row(client).enumerate().map(move |(update, cell)| (client, update, cell)));
            rows.filter(|(.., cell)| verdicts.contains(cell.verdict)).map(|(client, update, cell)| line(client, update, cell)).collect::<Vec<_>>()
        };
        for verdicts in [Verdicts::default(), Verdicts::ALL] {
            let options = Options { verdicts, ..Options::default() };
            let (_, rows, _) = parse_csv(&export(&matrix, "matrix", Form::Csv, &options));
            prop_assert_eq!(&rows, &expect(verdicts));
            let objects = String::from_utf8(export(&matrix, "matrix", Form::Ndjson, &options)).expect("is UTF-8");
            let rows: Vec<Vec<String>> = objects.lines().map(|line| {
                let object: serde_json::Value = serde_json::from_str(line).expect("is JSON");
                let text = |name: &str| object[name].as_str().expect("is text").to_owned();
                let flags: Vec<_> = object["flags"].as_array().expect("is an array").iter().filter_map(|flag| flag.as_str()).collect();
                ["client", "update", "verdict", "reason"].map(text).into_iter().chain([flags.join(";")]).collect()
            }).collect();
            prop_assert_eq!(&rows, &expect(verdicts));
            let lines = String::from_utf8(export(&matrix, "matrix", Form::Tsv, &options)).expect("is UTF-8");
            let rows: Vec<Vec<String>> = lines.lines().skip(1).map(|line| line.split('\t').map(unescape).collect()).collect();
            prop_assert_eq!(&rows, &expect(verdicts));
        }
    }

    #[test]
    fn patchstate_has_a_row_for_every_missing_or_installed_cell((seed, clients, updates) in sizes()) {
        let bytes = Bytes::copy(&random(seed, clients, updates));
        let matrix = Matrix::open(bytes.as_ref()).expect("opens");
        let totals = matrix.totals();
        let of = |verdict: Verdict| totals[usize::from(verdict.code())];
        let (_, all, remarks) = parse_csv(&export(&matrix, "patchstate", Form::Csv, &everything()));
        prop_assert_eq!(all.len() as u64, of(Verdict::Missing) + of(Verdict::Installed));
        prop_assert_eq!(remarks.len(), 1);
        let last = &remarks[0];
        prop_assert_eq!([last[0].as_str(), last[1].as_str()], ["# Unknown", &of(Verdict::Unknown).to_string()]);
        let (header, listed, _) = parse_csv(&export(&matrix, "patchstate", Form::Csv, &Options::default()));
        prop_assert_eq!(&header[header.len() - 2..], ["Reason", "Flags"]);
        let hidden = |row: &&Vec<String>| {
            let names: Vec<_> = Flags::HIDDEN.names().collect();
            row[26].split(';').any(|flag| names.contains(&flag))
        };
        prop_assert_eq!(all.iter().filter(|row| !hidden(row)).count(), listed.len());
    }

    #[test]
    fn differences_are_the_cells_that_changed(a in any::<u64>(), b in any::<u64>(), clients in 1..20usize, updates in 1..20usize) {
        let (a, b) = (Bytes::copy(&random(a, clients, updates)), Bytes::copy(&random(b, clients, updates)));
        let (a, b) = (Matrix::open(a.as_ref()).expect("opens"), Matrix::open(b.as_ref()).expect("opens"));
        let same = matrices(&a, &a);
        prop_assert_eq!(same.outcome, Outcome::Same);
        prop_assert!(same.table.rows.is_empty());
        let mut changed = 0;
        for (client, row) in a.clients.iter().enumerate() {
            let Some(other) = b.client(&row.id) else { continue };
            for (update, column) in a.updates.iter().enumerate() {
                let Ok(twin) = b.updates.binary_search_by(|known| known.id.cmp(&column.id)) else { continue };
                changed += usize::from(a.cell(client, update).verdict != b.cell(other, twin).verdict);
            }
        }
        let found = matrices(&a, &b);
        let (_, rows, _) = parse_csv(&print(&found.table, &Print::Csv));
        let cells = rows.iter().filter(|row| !row[0].is_empty() && !row[1].is_empty()).count();
        prop_assert_eq!(cells, changed);
    }

    #[test]
    fn cells_of_two_catalogs_are_those_that_changed_and_those_of_one_that_are_open(a in any::<u64>(), b in any::<u64>(), clients in 1..10usize, old in 0..12usize, new in 0..12usize) {
        let (a, b) = (Bytes::copy(&random(a, clients, old)), Bytes::copy(&random(b, clients, new)));
        let (a, b) = (Matrix::open(a.as_ref()).expect("opens"), Matrix::open(b.as_ref()).expect("opens"));
        let mut expected = Vec::new();
        let verdict = |matrix: &Matrix<'_>, client: usize, update: &str| {
            let at = matrix.updates.binary_search_by(|known| known.id.as_str().cmp(update)).ok()?;
            Some(matrix.cell(client, at).verdict)
        };
        for (client, row) in a.clients.iter().enumerate() {
            let Some(other) = b.client(&row.id) else { continue };
            let ids: std::collections::BTreeSet<&str> =
                a.updates.iter().chain(&b.updates).map(|update| update.id.as_str()).collect();
            for id in ids {
                let (before, after) = (verdict(&a, client, id), verdict(&b, other, id));
                let is_open = |verdict| matches!(verdict, Verdict::Missing | Verdict::Unknown);
                let is_row = match (before, after) {
                    (Some(before), Some(after)) => before != after,
                    (Some(one), None) | (None, Some(one)) => is_open(one),
                    (None, None) => false,
                };
                let name = |verdict: Option<Verdict>| verdict.map_or("absent", Verdict::name).to_owned();
                if is_row {
                    expected.push(vec![row.id.clone(), id.to_owned(), name(before), name(after)]);
                }
            }
        }
        let (_, rows, _) = parse_csv(&print(&cells(&a, &b).table, &Print::Csv));
        let found: Vec<_> = rows.iter().map(|row| row[..4].to_vec()).collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(cells(&a, &a).outcome, Outcome::Same);
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        out.push(match c {
            '\\' => match rest.next().expect("something follows") {
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                other => other,
            },
            c => c,
        });
    }
    out
}

#[test]
fn lines_end_as_rfc_4180_says_and_bytes_do_not_depend_on_threads() {
    let bytes = Bytes::copy(&random(7, 9000, 12));
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("has threads");
        pool.install(|| {
            REPORTS
                .iter()
                .map(|report| print(&table(&matrix, report.name, &everything()), &Print::Csv))
                .collect::<Vec<_>>()
        })
    };
    let one = with(1);
    assert_eq!(one, with(8));
    assert!(one.iter().all(|csv| csv.ends_with(b"\r\n")));
}

#[test]
fn hfnetchk_lines_follow_the_map() {
    let bytes = Bytes::copy(&sample());
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    matrix.verify().expect("makes sense");
    let marks = |options: &Options| {
        let text = String::from_utf8(export(&matrix, "hfnetchk", Form::Text, options)).expect("is UTF-8");
        let mut marks = BTreeMap::new();
        for line in text.lines().filter(|line| line.starts_with("    ")) {
            let mark = line.trim().split("  ").next().unwrap_or_default().to_owned();
            *marks.entry(mark).or_insert(0) += 1;
        }
        marks
    };
    let check = |options: Options, expect: &[(&str, usize)]| {
        let expect: BTreeMap<_, _> =
            expect.iter().map(|(mark, count)| ((*mark).to_owned(), *count)).collect();
        assert_eq!(marks(&options), expect);
    };
    let usual = [("NOTE", 3), ("Patch NOT Found", 2), ("WARNING", 1)];
    check(Options::default(), &usual);
    let history = |history| Options { history, ..Options::default() };
    check(history(History::Explicit), &[usual[0], usual[1], usual[2], ("Patch Found", 1)]);
    check(history(History::Effective), &[usual[0], usual[1], usual[2], ("Patch Found (effectively)", 1)]);
    let suppress = |suppress| Options { suppress, ..Options::default() };
    check(suppress(report::Suppress::Notes), &[("NOTE", 2), usual[1], usual[2]]);
    check(suppress(report::Suppress::Warnings), &[("NOTE", 2), usual[1]]);
}
