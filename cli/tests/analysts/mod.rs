//! Analysts ask DuckDB about the tables of a site, and get what its reports say.

use std::collections::BTreeMap;
use std::fs;

use conformance::python::{ask, question};
use conformance::site::{full, updates};

use super::{NOW, code, define, run, said, send, site};

/// Of each collection: the updates that most of its clients lack, as `report site` lists them.
fn reported(site: &str, collection: &str) -> Vec<[String; 3]> {
    let words =
        ["report", "site", "--format", "json", "--collection", collection, "--site", site, "--now", NOW];
    let output = run(&words);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    let rows = report["rows"].as_array().expect("has rows");
    let text = |row: &serde_json::Value, name: &str| row[name].to_string().trim_matches('"').to_owned();
    let top = rows.iter().filter(|row| row["Group"] == "top missing");
    top.map(|row| ["Name", "Title", "Counts"].map(|name| text(row, name))).collect()
}

#[test]
fn the_ten_most_missing_updates_of_each_collection_are_those_of_the_reports() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = site(folder.path());
    let name = site.to_string_lossy().into_owned();
    define(&site, |text| {
        let text = text.replace("max_inventory_age_days = 14", "max_inventory_age_days = 36500");
        text.replace("[\"TEST01\"]", "[\"TEST01\", \"TEST99\", \"C1?\"]")
    });
    let numbers: Vec<usize> = (1..=12).collect();
    fs::write(site.join("catalog/linux/drop/u.xml"), updates(&numbers)).expect("is written");
    assert_eq!(code(&["site", "sync", "--site", &name, "--now", NOW]), Some(0));
    let packages: Vec<String> = numbers.iter().map(|number| format!("p{number}")).collect();
    let report = |client: &str, missing: &dyn Fn(usize) -> bool| {
        let version = |at: usize| if missing(at) { 1 } else { 2 };
        let packages: Vec<_> =
            packages.iter().enumerate().map(|(at, name)| (name.as_str(), version(at))).collect();
        send(&site, &format!("{client}.xml"), &full(client, 1, &packages));
    };
    for client in 0..40 {
        report(&format!("C{client:02}"), &|at| client % (at + 2) == 0);
    }
    report("TEST01", &|at| at > 3);
    assert_eq!(code(&["site", "scan", "--site", &name, "--now", NOW]), Some(0));
    let tables = folder.path().join("tables");
    let exported = run(&["export", "parquet", "--site", &name, "-o", &tables.to_string_lossy()]);
    assert_eq!(exported.status.code(), Some(0), "{}", said(&exported));

    let Some(rows) = ask(&tables, &question()) else { return };
    let mut found: BTreeMap<&str, Vec<[String; 3]>> = BTreeMap::new();
    for row in &rows {
        let of = found.entry(&row[0]).or_default();
        of.push([2, 3, 4].map(|at| row[at].clone()));
        assert_eq!((row[1].as_str(), &row[4]), (of.len().to_string().as_str(), &row[5]), "nothing is hidden");
        let looked_at = if row[0] == "linux-production" { "41" } else { "11" };
        assert_eq!(row[6], looked_at, "of TEST99 nothing is known");
    }
    let collections = ["linux-preproduction", "linux-production"];
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), collections);
    for collection in collections {
        let expect = reported(&name, collection);
        assert_eq!((expect.len(), &found[collection]), (10, &expect), "{collection}");
    }
    assert_ne!(found[collections[0]], found[collections[1]]);
}
