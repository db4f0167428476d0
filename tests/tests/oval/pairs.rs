//! Real definitions files with characteristics of which OpenSCAP's results were recorded, row by row.

use std::fs;
use std::path::{Path, PathBuf};

use conformance::oval::{Rows, catalog, characteristics, evaluate, recorded, rows};
use patchstate::diagnostic::Diagnostics;
use patchstate::eval::oval::reference::Results;
use patchstate::model::options::Options;
use patchstate::model::oval::Content;
use patchstate::model::verdict::{Answer, Verdict};

/// Rows that differ: what, ours, theirs.
fn differing(ours: &Rows, theirs: &Rows) -> Vec<String> {
    let row = |((sort, id), word): (&(&str, String), &&str)| {
        let own = ours.get(&(*sort, id.clone())).copied().unwrap_or("missing");
        (own != *word).then(|| format!("{sort} {id}: {own}, recorded {word}"))
    };
    theirs.iter().filter_map(row).collect()
}

/// Compares all rows of a pair; gives how many there are.
fn check(definitions: &Path, characteristics: &Path, recorded_rows: &Rows, options: &Options) -> usize {
    let text = fs::read_to_string(characteristics).unwrap();
    let (content, results) = evaluate(definitions, &text, options).unwrap();
    let found = differing(&rows(&content, &results), recorded_rows);
    assert!(found.is_empty(), "{}:\n{}", definitions.display(), found.join("\n"));
    recorded_rows.len()
}

fn expected(path: &Path) -> Rows {
    recorded(&fs::read_to_string(path).unwrap())
}

#[test]
fn feeds_of_vendors_give_what_openscap_recorded() {
    let Some(root) = conformance::corpora("oval") else { return };
    for (name, definitions, own) in [
        ("rhel8", "vendor", "derived"),
        ("photon3", "vendor", "derived"),
        ("deb200", "debian-real", "debian-real"),
        ("deb2000", "debian-real", "debian-real"),
    ] {
        let own = root.join(own);
        let definitions = root.join(definitions).join(format!("{name}.xml"));
        let rows = expected(&own.join(format!("{name}.expected.tsv")));
        check(&definitions, &own.join(format!("{name}.sc.xml")), &rows, &Options::default());
    }
}

#[test]
fn comparisons_of_openscaps_own_tests_give_what_they_expect() {
    let Some(folder) = conformance::corpora("oval/openscap-unittests") else { return };
    let mut pairs = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix(".expected.tsv") else { continue };
        let of = |suffix: &str| folder.join(format!("{name}.{suffix}"));
        check(&of("oval.xml"), &of("syschar.xml"), &expected(&path), &Options::default());
        pairs += 1;
    }
    assert_eq!(pairs, 9, "pairs with recorded results");
}

#[test]
fn mitres_conformance_suite_gives_what_openscap_recorded() {
    let Some(folder) = conformance::corpora("oval/mitre-conformance") else { return };
    let table = fs::read_to_string(folder.join("oscap-1.3.7-results.tsv")).unwrap();
    let mut options = Options::default();
    let external = folder.join("linux-external-variables.xml");
    patchstate::catalog::oval::variables::read(&external, &mut options.variables, &mut Diagnostics::new())
        .unwrap();
    let (mut files, mut compared, mut wrong) = (0, 0, Vec::new());
    let mut names: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for path in names {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix(".syschar.xml") else { continue };
        let own = table.lines().filter_map(|line| line.split_once('\t')).filter(|(file, _)| *file == name);
        let theirs = recorded(&own.map(|(_, row)| format!("{row}\n")).collect::<String>());
        let text = fs::read_to_string(&path).unwrap();
        let (content, results) = evaluate(&folder.join(format!("{name}.xml")), &text, &options).unwrap();
        files += 1;
        compared += theirs.len();
        let found = differing(&rows(&content, &results), &theirs);
        wrong.extend(found.into_iter().map(|row| format!("{name}: {row}")));
    }
    assert_eq!((files, compared), (31, 269), "files and rows");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The files below a folder whose root element has this name.
fn with_root(folder: &Path, root: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap_or_default();
        if patchstate::xml::root::local_name(&text) == Some(root) {
            found.push((path, text));
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{}", folder.display());
    found
}

fn is_invalid(path: &Path) -> bool {
    path.to_string_lossy().contains(".invalid.")
}

#[test]
fn every_definitions_file_is_read() {
    let Some(root) = conformance::corpora("oval") else { return };
    for folder in ["mitre-conformance", "openscap-unittests", "modsic/oval_definitions", "modsic/samples"] {
        for (path, _) in with_root(&root.join(folder), "oval_definitions") {
            match (is_invalid(&path), catalog(&path)) {
                (true, read) => assert!(read.unwrap_err().position().is_some(), "{}", path.display()),
                (false, read) => assert!(read.is_ok(), "{}", read.unwrap_err()),
            }
        }
    }
}

#[test]
fn every_characteristics_file_is_read() {
    let Some(root) = conformance::corpora("oval") else { return };
    for folder in
        ["mitre-conformance", "openscap-unittests", "modsic/system_characteristics", "modsic/samples"]
    {
        for (path, text) in with_root(&root.join(folder), "oval_system_characteristics") {
            match (is_invalid(&path), characteristics(&text)) {
                (true, read) => assert!(read.unwrap_err().position().is_some(), "{}", path.display()),
                (false, read) => assert!(read.is_ok(), "{}: {}", path.display(), read.unwrap_err()),
            }
        }
    }
}

#[test]
fn modsics_pairs_give_what_its_own_tests_assert() {
    let Some(root) = conformance::corpora("oval/modsic") else { return };
    let (definitions, own) = (root.join("oval_definitions"), root.join("system_characteristics"));
    let letters = |content: &Content, results: &Results| -> String {
        let letter = |answer: &Answer| answer.truth.name().chars().next().unwrap().to_ascii_uppercase();
        assert_eq!(content.definitions.len(), results.definitions.len());
        results.definitions.iter().map(letter).collect()
    };
    for (name, characteristics, expect) in [
        ("definitions_all_unix", "unix-system-characteristics", "TFFFFFTFFF"),
        ("definitions_all_linux", "linux-system-characteristics", "TFFF"),
        ("definitions_with_record_type", "system_characteristics_with_record_type", "FTUTF"),
        ("RM7-scap-rhel5-definitions", "RM7-scap-rhel5-system-characteristics", "T"),
        ("modulo-iis6-lite", "modulo-iis6-lite-system-characteristics", "T"),
    ] {
        let text = fs::read_to_string(own.join(format!("{characteristics}.xml"))).unwrap();
        let path = definitions.join(format!("{name}.xml"));
        let (content, results) = evaluate(&path, &text, &Options::default()).unwrap();
        assert_eq!(letters(&content, &results), expect, "{name}");
    }
    let text = fs::read_to_string(own.join("system_characteristics_with_inventory_definition.xml")).unwrap();
    let path = definitions.join("oval_definitions_with_inventory_definition.xml");
    let (content, results) = evaluate(&path, &text, &Options::default()).unwrap();
    let id = ("definition", "oval:com.modulo.XPEN:def:1".to_owned());
    assert_eq!(rows(&content, &results).get(&id), Some(&"true"));
}

#[test]
fn modsics_recorded_rows_are_given() {
    let Some(root) = conformance::corpora("oval/modsic") else { return };
    for (definitions, characteristics, rows) in [
        (
            "oval_definitions/modulo-iis6-lite.xml",
            "system_characteristics/modulo-iis6-lite-system-characteristics.xml",
            "iis6-lite.expected.tsv",
        ),
        (
            "oval_definitions/RM7-scap-rhel5-definitions.xml",
            "system_characteristics/RM7-scap-rhel5-system-characteristics.xml",
            "rhel5.expected.tsv",
        ),
        (
            "samples/oval.org.mitre.oval.def.5368.xml",
            "samples/oval.org.mitre.oval.sc.5368.xml",
            "samples/5368.expected.tsv",
        ),
        (
            "samples/fdcc_xpfirewall_oval.xml",
            "samples/fdcc_xpfirewall_oval.sc.xml",
            "samples/fdcc_xpfirewall_oval.expected.tsv",
        ),
    ] {
        let path = |name: &str| root.join(name);
        check(&path(definitions), &path(characteristics), &expected(&path(rows)), &Options::default());
    }
}

#[test]
fn values_of_external_variables_decide() {
    let Some(root) = conformance::corpora("oval/modsic") else { return };
    let path = root.join("oval_definitions/definitionsWithStateWithExternalVariables.xml");
    let own = "system_characteristics/system_characteristics_with_state_with_external_variables.xml";
    let text = fs::read_to_string(root.join(own)).unwrap();
    for (values, expect) in
        [(Some(["3gp", "1", "rm7.exe"]), "true"), (Some(["3gp1", "0", "rm.exe"]), "false"), (None, "error")]
    {
        let mut options = Options::default();
        for (number, value) in (1..).zip(values.iter().flatten()) {
            options.variables.set(&format!("oval:modulo:var:{number}"), vec![(*value).to_owned()]);
        }
        let (_, results) = evaluate(&path, &text, &options).unwrap();
        let words: Vec<_> = results.definitions.iter().map(|answer| answer.truth.name()).collect();
        assert_eq!(words, [expect; 3], "{values:?}");
    }
}

#[test]
fn verdicts_tell_what_is_there_from_what_is_not_for_the_client() {
    let Some(root) = conformance::corpora("oval") else { return };
    for (name, definitions, own, expect, thresholds) in [
        ("rhel8", "vendor", "derived", [82, 27, 20], 2096),
        ("photon3", "vendor", "derived", [0, 0, 222], 778),
        ("deb200", "debian-real", "debian-real", [18, 63, 119], 200),
        ("deb2000", "debian-real", "debian-real", [200, 503, 1297], 2000),
    ] {
        let text = fs::read_to_string(root.join(own).join(format!("{name}.sc.xml"))).unwrap();
        let path = root.join(definitions).join(format!("{name}.xml"));
        let (content, results) = evaluate(&path, &text, &Options::default()).unwrap();
        let count = |verdict| results.cells.iter().filter(|cell| cell.verdict == verdict).count();
        let found = [Verdict::Missing, Verdict::Installed, Verdict::NotApplicable].map(count);
        assert_eq!(found, expect, "{name}: Missing, Installed, NotApplicable");
        let found = content.tests.iter().filter(|test| test.is_threshold(&content)).count();
        assert_eq!(found, thresholds, "{name}: tests that compare versions");
    }
}
