//! What real catalogs have, counted: every number of an independent count of the same documents.

use std::collections::BTreeMap;
use std::path::Path;

use conformance::run::open;
use conformance::{corpora, sdp};
use patchstate::catalog::Settings;
use patchstate::compile::{Compiled, compile};
use patchstate::report::inspect;
use patchstate::report::table::Form;
use serde_json::Value;

fn read(path: &Path) -> Compiled {
    let settings = Settings { check_duplicates: true, ..Settings::default() };
    compile(vec![sdp::read(path, &settings)], Vec::new()).unwrap()
}

/// What `inspect INDEX sources` prints of the one catalog, counts and statistics together.
fn counts(compiled: &Compiled) -> BTreeMap<String, u64> {
    let index = open(&compiled.columns);
    index.verify().unwrap();
    let mut out = Vec::new();
    let table = (inspect::find("sources").unwrap().table)(index.view().unwrap());
    table.write(&Form::Json, &mut out).unwrap();
    let value: Value = serde_json::from_slice(&out).unwrap();
    let row = value["rows"][0].as_object().unwrap();
    let statistics = row["statistics"].as_object().unwrap();
    let of = |(name, value): (&String, &Value)| Some((name.clone(), value.as_u64()?));
    let mut counts: BTreeMap<_, _> = statistics.iter().filter_map(of).collect();
    let diagnostics = row["diagnostics"].as_object().unwrap();
    counts
        .extend(diagnostics.iter().filter_map(of).map(|(name, count)| (format!("diagnostic:{name}"), count)));
    for (name, count) in row.iter().filter_map(of) {
        let written = counts.insert(name.clone(), count);
        assert!(written.is_none_or(|written| written == count), "{name}: {written:?} and {count}");
    }
    counts
}

fn check(compiled: &Compiled, expected: &[(&str, u64)]) {
    let counts = counts(compiled);
    let of = |name: &str| counts.get(name).copied().unwrap_or(0);
    let wrong: Vec<_> = expected
        .iter()
        .filter(|(name, count)| of(name) != *count)
        .map(|(name, count)| (name, of(name), count))
        .collect();
    assert!(wrong.is_empty(), "found and expected: {wrong:?}\nall: {counts:#?}");
}

const HP: &[(&str, u64)] = &[
    ("updates", 1_829),
    ("packages", 1_829),
    ("items", 1_829),
    ("sections_installable", 3_658),
    ("sections_installed", 1_829),
    ("sections_superseded", 0),
    ("sections", 5_487),
    ("distinct_sections", 3_558),
    ("nodes", 67_392),
    ("distinct_nodes", 13_380),
    ("leaf_predicates", 46_573),
    ("distinct_predicates", 4_243),
    ("deepest_rule", 4),
    ("most_nodes", 291),
    ("wql_uses", 8_295),
    ("wql_distinct", 2_034),
    ("wql_unparsed", 0),
    ("wql_longest", 16_353),
    ("wql_operator:like", 25_368),
    ("wql_operator:>=", 90),
    ("wql_operator:=", 14),
    ("wql_operator:not", 1),
    ("wql_class:win32_baseboard", 3_658),
    ("wql_class:win32_pnpentity", 2_606),
    ("wql_class:win32_computersystem", 1_829),
    ("wql_class:win32_bios", 196),
    ("wql_class:win32_product", 6),
    ("classification:Updates", 1_531),
    ("classification:Critical Updates", 254),
    ("classification:Tools", 26),
    ("classification:Feature Packs", 17),
    ("classification:Security Updates", 1),
    ("severity:Low", 1_079),
    ("severity:Important", 494),
    ("severity:Critical", 256),
    ("superseding_packages", 1_433),
    ("superseded_references", 28_319),
    ("superseded_ids", 4_383),
    ("superseded_ids_present", 0),
    ("supersedence_dangling", 28_319),
    ("prerequisite_clauses", 0),
    ("installer:CommandLineInstallerData", 1_829),
    ("return_code:Succeeded", 9_345),
    ("return_code:Succeeded+reboot", 2_088),
    ("return_code:Failed", 8_864),
    ("diagnostic:sdp-copy-differs", 0),
    ("diagnostic:sdp-malformed", 0),
    ("diagnostic:sdp-duplicate-id", 0),
    ("diagnostic:rule-unsupported", 0),
    ("diagnostic:rule-bad-attribute", 0),
    ("diagnostic:wql-unsupported", 0),
    ("diagnostic:csidl-unmapped", 0),
];

/// The mean length of different queries, to a tenth.
fn mean_length(compiled: &Compiled) -> f64 {
    let counts = counts(compiled);
    (counts["wql_characters"] as f64 / counts["wql_distinct"] as f64 * 10.0).round() / 10.0
}

#[test]
fn a_real_catalog_has_what_others_count_in_it() {
    let files = corpora("sdp/scup_catalog/HpCatalogForSms.latest_V2.zip");
    if let Some(path) = files {
        let compiled = read(&path);
        check(&compiled, HP);
        check(&compiled, &[("manifest_entries", 1_829), ("diagnostic:sdp-manifest-missing", 0)]);
        assert_eq!(mean_length(&compiled), 529.2);
    }
    if let Some(path) = corpora("sdp/scup_catalog/HpCatalogForSms.zip") {
        check(&read(&path), HP);
    }
}

#[test]
fn real_packages_have_what_others_count_in_them() {
    let Some(path) = corpora("sdp/sdp_dell") else { return };
    let compiled = read(&path);
    check(
        &compiled,
        &[
            ("packages", 2),
            ("items", 2),
            ("sections_installable", 4),
            ("sections_installed", 2),
            ("sections_superseded", 0),
            ("sections", 6),
            ("distinct_sections", 6),
            ("nodes", 1_043),
            ("distinct_nodes", 809),
            ("leaf_predicates", 624),
            ("distinct_predicates", 403),
            ("deepest_rule", 6),
            ("most_nodes", 1_038),
            ("wql_uses", 616),
            ("wql_distinct", 399),
            ("wql_unparsed", 0),
            ("wql_longest", 327),
            ("wql_operator:<", 601),
            ("wql_operator:>=", 403),
            ("wql_operator:=", 11),
            ("wql_class:dell_softwareidentity", 612),
            ("wql_class:win32_computersystem", 2),
            ("wql_class:dell_oemcomputersystem", 2),
            ("classification:Updates", 2),
            ("severity:Important", 2),
            ("superseding_packages", 0),
            ("prerequisite_clauses", 0),
            ("installer:CommandLineInstallerData", 1),
            ("installer:MsiInstallerData", 1),
            ("return_code:Succeeded", 1),
            ("return_code:Succeeded+reboot", 1),
        ],
    );
    assert_eq!(mean_length(&compiled), 164.4);
}
