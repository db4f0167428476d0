//! Every name that reports, exports and proofs print for programs is on their page.

use std::collections::BTreeSet;

use conformance::{matrices, samples};
use patchstate::archive::map::Bytes;
use patchstate::explain::{Explainer, json};
use patchstate::index::Index;
use patchstate::matrix::Matrix;
use patchstate::model::options::Options;
use patchstate::model::update::Reboot;
use patchstate::report::cves::{Standing, State};
use patchstate::report::listing::{Listing, Query};
use patchstate::report::table::{Form, Table};
use patchstate::report::wesng::class::Class;
use patchstate::report::wesng::pending::Score;
use patchstate::report::wesng::{Difference, Machine};
use patchstate::report::{
    self, Columns, EXPORTS, History, REPORTS, Subject, cves, diff, facts, findings, inspect, wesng,
};
use patchstate::site::authorize::Entry;
use patchstate::site::plan::{Planned, Wanted, write_xml};
use serde_json::Value;

use crate::page::Page;
#[cfg(feature = "parquet")]
use crate::page::code_of;

/// The words that a page writes as code.
fn words(page: &str) -> BTreeSet<String> {
    let code = Page::of_docs(page).code();
    code.iter().flat_map(|code| code.split(' ')).map(str::to_owned).collect()
}

fn assert_known(names: &BTreeSet<String>) {
    assert_known_of("reports.md", names);
}

fn assert_known_of(page: &str, names: &BTreeSet<String>) {
    let words = words(page);
    let missing: Vec<_> = names.iter().filter(|name| !words.contains(*name)).collect();
    assert!(!names.is_empty() && missing.is_empty(), "the page lacks {missing:?}");
}

/// The names of columns, and of everything that its JSON has.
fn names(table: &Table<'_>) -> BTreeSet<String> {
    let mut out = Vec::new();
    table.write(&Form::Json, &mut out).expect("writes to memory");
    let value: Value = serde_json::from_slice(&out).expect("is JSON");
    let mut names: BTreeSet<String> = table.columns.iter().map(|column| column.name.to_owned()).collect();
    keys(&value, &mut names);
    names
}

/// The keys of an object and of what stands in it, but for counts and attributes, whose names are others'.
fn keys(value: &Value, found: &mut BTreeSet<String>) {
    const OTHERS: [&str; 8] =
        ["totals", "hidden", "counts", "kinds", "diagnostics", "sections", "attributes", "pending_totals"];
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                found.insert(name.clone());
                if !OTHERS.contains(&name.as_str()) {
                    keys(value, found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn reports_of_a_matrix() {
    let bytes = Bytes::copy(&matrices::sample());
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let options = report::Options {
        columns: Columns::Wide,
        history: History::Both,
        now: Some("2026-03-01T00:00:00Z".parse().expect("is a time")),
        ..report::Options::default()
    };
    let mut found = BTreeSet::new();
    for report in REPORTS {
        let subjects: Vec<String> = match report.subject {
            Subject::Matrix => vec![String::new()],
            Subject::Client => matrix.clients.iter().map(|client| client.id.clone()).collect(),
            Subject::Update => matrix.updates.iter().map(|update| update.id.clone()).collect(),
        };
        found.insert(report.name.to_owned());
        for subject in subjects {
            found.append(&mut names(&(report.table)(&matrix, &subject, &options).expect("makes a table")));
        }
    }
    found.append(&mut names(&diff::matrices(&matrix, &matrix).table));
    found.append(&mut names(&diff::cells(&matrix, &matrix).table));
    assert_known(&found);
}

#[test]
fn exports_of_a_matrix() {
    let bytes = Bytes::copy(&matrices::sample());
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let mut found = BTreeSet::new();
    for export in EXPORTS {
        found.insert(export.name.to_owned());
        if !export.forms.contains(&report::Form::Csv) {
            continue;
        }
        let mut out = Vec::new();
        export.write(&matrix, report::Form::Csv, &report::Options::default(), &mut out).expect("writes");
        let text = String::from_utf8(out).expect("is UTF-8");
        found.extend(text.lines().next().into_iter().flat_map(|header| header.split(',')).map(str::to_owned));
    }
    assert_known(&found);
}

/// The page of the tables names each of them with all columns, and every state of a client.
#[cfg(feature = "parquet")]
#[test]
fn parquet_tables() {
    use patchstate::report::parquet::{State, names};

    let page = Page::of_docs("parquet.md");
    let named = |header: &[&str]| -> Vec<(String, Vec<String>)> {
        let tables = page.tables().into_iter().filter(|table| table.header == header);
        tables
            .map(|table| (table.section, table.rows.iter().flat_map(|row| code_of(&row[0])).collect()))
            .collect()
    };
    let columns: Vec<_> = names()
        .map(|(table, columns)| {
            (table.to_owned(), columns.into_iter().map(str::to_owned).collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(named(&["column", "type", "is"]), columns);
    let states: Vec<String> =
        page.rows(&["status", "means"]).iter().flat_map(|row| code_of(&row[0])).collect();
    assert_eq!(states, State::ALL.map(State::name));
}

fn index() -> Index {
    Index::open(Bytes::copy(&samples::index(12).expect("is compiled"))).expect("opens")
}

#[test]
fn tables_of_an_index() {
    let (index, options, query) = (index(), Options::default(), Query::default());
    let view = index.view().expect("opens");
    let (catalogs, inventory) = (view.restore().expect("makes sense"), samples::inventory("a", 12));
    let mut found = names(&facts::table(view));
    found.append(&mut names(&Listing::new(&catalogs, &options, &inventory, &query).table()));
    found.append(&mut names(&diff::indexes(view, view).table));
    found.append(&mut names(&findings::list(&catalogs.sources[0].diagnostics)));
    for inspection in inspect::VIEWS {
        found.insert(inspection.name.to_owned());
        found.append(&mut names(&(inspection.table)(view)));
    }
    assert_known(&found);
}

#[test]
fn the_plan_of_a_list() {
    let update = matrices::update("a:b", "c", "d");
    let wanted = Wanted {
        update,
        entry: Entry { note: Some("a".to_owned()), deadline: Some("b".to_owned()), ..Entry::default() },
        restart: Reboot::default(),
        addresses: vec!["a".to_owned()],
        clients: vec!["a".to_owned()],
        unknown: 0,
        left_out: 0,
    };
    let planned = Planned { updates: vec![wanted], ..Planned::default() };
    let mut found = names(&planned.table());
    let mut out = Vec::new();
    write_xml(&planned, &mut out).expect("writes to memory");
    let document = String::from_utf8(out).expect("is UTF-8");
    let words = document.lines().skip(1).flat_map(|line| line.split(' '));
    found.extend(words.filter_map(|word| word.split_once("=\"")).map(|(name, _)| name.to_owned()));
    found.extend(["PatchAuthorize", "Update", "QNumber", "Address", "Client"].map(str::to_owned));
    assert_known_of("plan.md", &found);
}

#[test]
fn vulnerabilities() {
    let standing = Standing {
        client: "a".to_owned(),
        id: "CVE-2024-90001",
        state: State::Open,
        products: Vec::new(),
        updates: Vec::new(),
    };
    assert_known(&names(&cves::table(&[standing], &State::ALL)));
    let states = State::ALL.map(|state| state.name().to_owned()).into_iter().collect();
    assert_known(&states);
}

#[test]
fn a_comparison_with_wesng() {
    let difference = Difference { class: Class::NoArticle, cell: None, article: "Release Notes".to_owned() };
    let machine = Machine { differences: vec![difference], ..Machine::default() };
    let score = Score {
        client: String::new(),
        article: 5_000_001,
        title: String::new(),
        defined: true,
        cell: None,
        reported: false,
    };
    assert_known(&names(&wesng::table(&[machine], Some(&[score]))));
    let page = Page::of_docs("wesng.md").text;
    for class in Class::ALL {
        let row = format!("| `{}` | {} |", class.name(), class.says());
        assert!(page.contains(&row), "the page lacks {row}");
    }
}

#[test]
fn proofs() {
    let index = index();
    let catalogs = index.view().expect("opens").restore().expect("makes sense");
    let options = Options::default();
    let mut found = BTreeSet::new();
    for client in ["a", "bb"] {
        let inventory = samples::inventory(client, 12);
        let explainer = Explainer::new(&catalogs, &options, &inventory);
        for update in 0..catalogs.updates.len() {
            let mut out = Vec::new();
            json::write(&explainer.proof(update).expect("is there"), &mut out).expect("writes to memory");
            let value: Value = serde_json::from_slice(&out).expect("is JSON");
            keys(&value, &mut found);
        }
    }
    assert!(found.len() > 60, "the samples show few keys: {found:?}");
    assert_known(&found);
}
