//! Documents of Microsoft's and definitions of wesng as rows: our own fixtures, and what is expected of real
//! documents.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use patchstate::catalog::cvrf::document::Document;
use patchstate::catalog::cvrf::evidence::{self, Source};
use patchstate::catalog::cvrf::feed::Feed;
use patchstate::catalog::cvrf::products::Products;
use patchstate::catalog::cvrf::reading::{read, read_from};
use patchstate::catalog::cvrf::releases::Releases;
use patchstate::catalog::cvrf::row::{Key, Origin, Tally};
use patchstate::catalog::cvrf::wesng;
use patchstate::diagnostic::{Code, Diagnostics};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/cvrf").join(name)
}

/// The fixes of a document: each key with the number of its rows.
fn fixes(document: &Document) -> Vec<String> {
    document.fixes.iter().map(|(key, fix)| format!("{key} {}", fix.rows.len())).collect()
}

fn edges(document: &Document) -> Vec<String> {
    document.edges.keys().map(ToString::to_string).collect()
}

fn codes(found: &Diagnostics) -> Vec<(&'static str, u64)> {
    found.counts().map(|(code, count)| (code.name(), count)).collect()
}

/// All documents of a feed, with what each product can be decided by, a line a product.
fn decided(feed: &Feed, releases: Option<&Releases>, findings: &mut Diagnostics) -> Vec<String> {
    let products = Products::built_in();
    let mut lines = Vec::new();
    for entry in &feed.fixes {
        for (product, evidence) in evidence::of(entry, &products, releases, findings) {
            let system = evidence.target.system().map_or("-".to_owned(), |system| system.version.to_string());
            let threshold = match evidence.system {
                None => "-".to_owned(),
                Some((build, Source::Document)) => build.to_string(),
                Some((build, Source::ReleaseTable)) => format!("{build} by the table"),
            };
            let list = |items: Vec<String>| if items.is_empty() { "-".to_owned() } else { items.join(" ") };
            let parts = list(evidence.components.iter().map(ToString::to_string).collect());
            let aliases = list(evidence.aliases.iter().map(ToString::to_string).collect());
            lines.push(format!("{} | {product} | {system} | {threshold} | {parts} | {aliases}", entry.0));
        }
    }
    lines
}

#[test]
fn every_part_of_a_document_is_read() {
    let document = read(&fixture("whole.xml")).unwrap();
    let header = &document.header;
    assert_eq!((header.id.as_str(), header.title.as_str()), ("2023-May", "May 2023 Example Updates"));
    assert_eq!((header.publisher.as_str(), header.status.as_str()), ("Vendor", "Final"));
    assert_eq!(header.revision, ("2".to_owned(), "2023-05-12T07:00:00Z".to_owned()));
    assert_eq!(header.current, "2023-05-12T07:00:00Z");
    let browser = "build/example browser/108.0.1462.83 1";
    assert_eq!(fixes(&document), ["kb/5000201 2", "kb/5000202 1", browser]);
    assert_eq!(edges(&document), ["5000101→5000201", "5000102→5000201", "5000202→5000201"]);
    let origins: Vec<_> = document.edges.values().map(|origins| *origins.first().unwrap()).collect();
    assert_eq!(origins, [Origin::Stated, Origin::Stated, Origin::Twin]);
    assert_eq!(document.tally, Tally { rows: 4, without_evidence: 0, linux: 0 });
    assert!(document.diagnostics.is_empty(), "{:?}", document.diagnostics);
    let [advisory] = document.advisories.as_slice() else { panic!("{:?}", document.advisories) };
    assert_eq!(advisory.weaknesses, ["CWE-400"]);
    assert_eq!(advisory.notes, [("Description".to_owned(), "What it is.".to_owned())]);
    assert_eq!(advisory.exploits, ["Exploited:No"]);
    assert_eq!(advisory.scores[0].join(" "), "7.5 6.7 AV:N 1");
    assert_eq!((advisory.remedies[0].kind.as_str(), advisory.remedies.len()), ("Mitigation", 1));
    let (_, fix) = document.fixes.first_key_value().unwrap();
    assert_eq!(fix.severity.map(|severity| severity.name()), Some("Important"));
    assert_eq!(fix.references, BTreeSet::from(["CVE-2023-90001".into()]));
    assert_eq!(fix.impacts, BTreeSet::from(["Spoofing".to_owned()]));
    assert_eq!((fix.first.as_deref(), fix.last.as_deref()), (Some("2023-05-09"), Some("2023-05-09")));
}

#[test]
fn rows_say_what_they_are_decided_by() {
    let mut feed = Feed::default();
    feed.add(read(&fixture("whole.xml")).unwrap());
    let mut findings = Diagnostics::new();
    let table = "os\tbuild\tkind\trevision\tkb\nWindows Server 2016\t14393\tsecurityOnly\t5427\t5000202\n";
    let releases = Releases::parse(table).unwrap();
    assert_eq!(
        decided(&feed, Some(&releases), &mut findings),
        [
            "kb/5000201 | example part 2 on windows server 2016 | 10.0.14393 | 10.0.14393.5501 | 4.8.4584.8 | 5000299",
            "kb/5000201 | windows server 2016 | 10.0.14393 | 10.0.14393.5501 | 4.8.4584.8 | 5000299",
            "kb/5000202 | windows server 2016 | 10.0.14393 | 10.0.14393.5427 by the table | - | -",
            "build/example browser/108.0.1462.83 | example browser | - | - | 108.0.1462.83 | -",
        ]
    );
    assert!(findings.is_empty());
}

#[test]
fn what_is_odd_is_reported_and_the_rest_is_read() {
    let document = read(&fixture("odd.xml")).unwrap();
    assert_eq!(fixes(&document), ["kb/5000301 2"]);
    assert_eq!(edges(&document), ["5000201→5000301"]);
    assert_eq!(document.tally, Tally { rows: 3, without_evidence: 2, linux: 1 });
    assert_eq!(document.tally.pairs(), 6);
    assert!(document.fixes.values().all(|fix| fix.references.is_empty()));
    assert_eq!(document.advisories[0].remedies.len(), 3);
    let (mut feed, mut findings) = (Feed::default(), Diagnostics::new());
    feed.add(document);
    feed.report_dangling();
    evidence::report_unmapped(&mut feed, &Products::built_in());
    assert_eq!(
        decided(&feed, None, &mut findings),
        [
            "kb/5000301 | 77 | - | - | 10.0.14393.6000 | -",
            "kb/5000301 | windows server 2016 | 10.0.14393 | 10.0.14393.6000 | - | -",
        ]
    );
    assert_eq!(codes(&findings), [("cvrf-fixedbuild-conflict", 1)]);
    assert_eq!(
        codes(&feed.diagnostics),
        [
            ("cvrf-product-undefined", 1),
            ("cvrf-product-conflict", 1),
            ("cvrf-odd-id", 1),
            ("cvrf-remediation-type", 1),
            ("cvrf-no-evidence", 2),
            ("cvrf-linux", 1),
            ("cvrf-supersedes-token", 2),
            ("cvrf-fixedbuild", 1),
            ("cvrf-product-unmapped", 1),
            ("dangling-supersedes", 1),
            ("supersedence-self", 1),
        ]
    );
}

#[test]
fn rows_of_several_documents_are_united() {
    let mut feed = Feed::default();
    for name in ["whole.xml", "odd.xml", "whole.xml"] {
        feed.add(read(&fixture(name)).unwrap());
    }
    let rows: BTreeMap<String, usize> =
        feed.fixes.iter().map(|(key, fix)| (key.to_string(), fix.rows.len())).collect();
    assert_eq!(rows["kb/5000201"], 4);
    assert_eq!(feed.tally.pairs(), 14);
    let dangling: Vec<u32> = feed.dangling().into_iter().map(|kb| kb.number()).collect();
    assert_eq!(dangling, [5_000_101, 5_000_102]);
}

fn refused(text: &str) -> (Code, String) {
    let error = read_from(text.as_bytes()).expect_err("is refused");
    (error.code(), error.to_string())
}

const OPEN: &str = "<c:cvrfdoc xmlns:c='http://www.icasi.org/CVRF/schema/cvrf/1.1' \
    xmlns:p='http://www.icasi.org/CVRF/schema/prod/1.1' xmlns='http://www.icasi.org/CVRF/schema/vuln/1.1'>";

#[test]
fn what_is_no_document_or_made_to_hurt_is_refused() {
    let error = read(&fixture("document-type.xml")).expect_err("is refused");
    let said = error.to_string();
    assert!(said.ends_with("document-type.xml:1:1: has a document type, which is refused"), "{said}");
    assert_eq!(refused("<updates/>").0, Code::WrongFormat);
    assert_eq!(refused("<cvrfdoc/>").0, Code::WrongFormat);
    let (code, said) = refused(&format!("{OPEN}\n<Vulnerability><CVE>CVE-2023-90001</CV></Vulnerability>"));
    assert!(code == Code::NotWellFormed && said.starts_with("2:"), "{said}");
    let deep = format!("{OPEN}<p:ProductTree>{}", "<p:Branch>".repeat(80));
    assert_eq!(refused(&deep).0, Code::TooLarge);
    let text = "<Note Type='Tag'>".to_owned() + &"a".repeat(1 << 20) + "</Note>";
    let large =
        format!("{OPEN}<Vulnerability><Notes>{}</Notes></Vulnerability></c:cvrfdoc>", text.repeat(17));
    let (code, said) = refused(&large);
    assert!(code == Code::TooLarge && said.contains("a vulnerability"), "{said}");
    let small = format!(
        "{OPEN}{}</c:cvrfdoc>",
        format!("<Vulnerability><Notes>{}</Notes></Vulnerability>", text.repeat(9)).repeat(2)
    );
    assert_eq!(read_from(small.as_bytes()).unwrap().advisories.len(), 2);
}

#[test]
fn pairs_of_products_and_articles_are_bounded() {
    let articles: String = (0..3000).map(|number| format!("{} ", 10_000 + number)).collect();
    let products: String = (0..3000).map(|number| format!("<ProductID>{number}</ProductID>")).collect();
    let fix = format!("<Remediation Type='2'><Description>{articles}</Description>{products}</Remediation>");
    let text = format!("{OPEN}<Vulnerability><Remediations>{fix}</Remediations></Vulnerability></c:cvrfdoc>");
    let (code, said) = refused(&text);
    assert!(code == Code::TooLarge && said.contains("pairs of articles and products"), "{said}");
}

/// A document cut off anywhere is an error, and nothing panics, whichever byte is changed.
#[test]
fn damaged_documents_are_refused_or_read() {
    let whole = std::fs::read(fixture("odd.xml")).unwrap();
    for length in 0..whole.len() - 1 {
        assert!(read_from(&whole[..length]).is_err(), "{length}");
    }
    for at in 0..whole.len() {
        for byte in [b'<', b'&', b'"', 0, 0xff, b'9', b' '] {
            let mut damaged = whole.clone();
            damaged[at] = byte;
            let _either = read_from(damaged.as_slice());
        }
    }
}

fn real(part: &str) -> Option<PathBuf> {
    Some(conformance::corpora("cvrf/vuls-data-update")?.join(part))
}

fn month(name: &str) -> Option<Document> {
    Some(read(&real("fetch-testdata/fixtures/happy/cvrf")?.join(name)).unwrap())
}

#[test]
fn real_documents_give_the_rows_that_were_counted() {
    let Some(document) = month("2016-Apr") else { return };
    assert_eq!(fixes(&document), ["kb/3135456 5", "kb/3147461 1"]);
    assert_eq!(edges(&document), ["3087088→3135456", "3140745→3147461"]);
    assert_eq!(document.tally, Tally { rows: 6, without_evidence: 0, linux: 0 });
    assert_eq!(document.advisories[0].remedies.len(), 1);
    assert!(document.diagnostics.is_empty(), "{:?}", document.diagnostics);
    let mut feed = Feed::default();
    feed.add(document);
    let found = decided(&feed, None, &mut Diagnostics::new());
    assert_eq!(found[0], "kb/3135456 | windows 8.1 for x64-based systems | 6.3.9600 | - | - | -");
    assert_eq!(found[5], "kb/3147461 | windows 10 for x64-based systems | 10.0.10240 | - | - | -");
    let Some(document) = month("2024-Mar") else { return };
    let visual = |version: &str, build: &str| {
        format!("build/microsoft visual studio 2022 version {version}/{build} 1")
    };
    let mut expect = vec!["kb/5036451 1".to_owned(), "kb/5036452 1".to_owned()];
    let versions = [("17.4", "17.4.17"), ("17.6", "17.6.13"), ("17.8", "17.8.8"), ("17.9", "17.9.3")];
    expect.extend(versions.map(|(version, build)| visual(version, build)));
    assert_eq!((fixes(&document), document.edges.len()), (expect, 0));
    feed.add(document);
    let found = decided(&feed, None, &mut Diagnostics::new());
    assert_eq!(
        found[6..8],
        ["kb/5036451 | .net 7.0 | - | - | 7.0.17 | -", "kb/5036452 | .net 8.0 | - | - | 8.0.3 | -"]
    );
    assert!(feed.diagnostics.is_empty(), "{:?}", feed.diagnostics);
}

fn converted(name: &str) -> Option<Document> {
    let bytes = std::fs::read(real("extract-testdata/fixtures")?.join(name)).unwrap();
    let text = conformance::cvrf::document(&serde_json::from_slice(&bytes).unwrap());
    Some(read_from(text.as_bytes()).unwrap())
}

#[test]
fn converted_documents_give_the_rows_that_were_counted() {
    let check = |name: &str, rows: &[&str], expect: &[&str], found: &[(&str, u64)]| {
        let Some(document) = converted(name) else { return };
        assert_eq!(fixes(&document), rows, "{name}");
        assert_eq!(edges(&document), expect, "{name}");
        assert_eq!(codes(&document.diagnostics), found, "{name}");
    };
    check("2018-Jun/2018/CVE-2018-8234.json", &["kb/4284819 1"], &["4103727→4284819"], &[]);
    check("2020-Sep/1999/CVE-1999-0236.json", &[], &[], &[("cvrf-linux", 4)]);
    check("2025-Jan/2024/CVE-2024-12084.json", &[], &[], &[("cvrf-linux", 4)]);
    for name in [
        "2021-Apr/2021/CVE-2021-21202.json",
        "2022-Jun/others/ADV220002.json",
        "2022-Nov/2022/CVE-2022-37966.json",
    ] {
        check(name, &[], &[], &[]);
    }
    check("2021-Jan/2021/CVE-2021-21118.json", &[], &[], &[("cvrf-no-evidence", 1)]);
    check(
        "2022-Nov/2022/CVE-2022-41064.json",
        &["kb/5019964 4", "kb/5020687 3"],
        &["5017500→5020687", "5018411→5019964", "5018545→5020687", "5018858→5020687"],
        &[],
    );
    let edge = "build/microsoft edge (chromium-based) extended stable/108.0.1462.83 1";
    check("2023-Jan/2023/CVE-2023-21796.json", &[edge], &[], &[]);
    let two = ["kb/5027536 5", "kb/5027543 4"];
    check("2023-Jun/2023/CVE-2023-29326.json", &two, &["5022734→5027543", "5022782→5027536"], &[]);
    let odd = "2023-Oct/2023/CVE-2023-38039 mariner - do not use this one.json";
    check(odd, &[], &[], &[("cvrf-odd-id", 1), ("cvrf-linux", 2)]);
}

#[test]
fn converted_documents_have_the_builds_and_aliases_that_were_counted() {
    let Some(document) = converted("2022-Nov/2022/CVE-2022-41064.json") else { return };
    let mut feed = Feed::default();
    feed.add(document);
    feed.add(converted("2023-Jun/2023/CVE-2023-29326.json").unwrap());
    let lines = decided(&feed, None, &mut feed.diagnostics.clone());
    let of = |key: &str| -> BTreeSet<String> {
        let lines = lines.iter().filter(|line| line.starts_with(key));
        lines.map(|line| line.split(" | ").skip(3).collect::<Vec<_>>().join(" | ")).collect()
    };
    assert_eq!(of("kb/5019964"), BTreeSet::from(["10.0.14393.5501 | - | -".to_owned()]));
    assert_eq!(of("kb/5020687"), BTreeSet::from(["- | 4.8.4584.8 | 5020613".to_owned()]));
    assert_eq!(of("kb/5027536"), BTreeSet::from(["- | 4.8.4644.0 | 5027124".to_owned()]));
    assert_eq!(of("kb/5027543"), BTreeSet::from(["- | 2.0.50727.8970 3.0.6920.8954 | 5027139".to_owned()]));
    let exploits: Vec<_> = feed.advisories.iter().flat_map(|advisory| &advisory.exploits).collect();
    assert!(exploits.iter().all(|text| !text.is_empty()));
}

#[test]
fn the_real_release_table_is_read() {
    let Some(path) = conformance::corpora("cvrf/windows_releases.tsv") else { return };
    let releases = Releases::read(&path).unwrap();
    assert_eq!(releases.len(), (43, 3678));
    let mut feed = Feed::default();
    feed.add_releases(&releases);
    assert!(feed.edges.values().all(|origins| origins.contains(&Origin::ReleaseTable)));
    assert!(feed.edges.len() > 1000, "{}", feed.edges.len());
}

#[test]
fn definitions_of_wesng_are_rows() {
    let folder = tempfile::tempdir().unwrap();
    let document = wesng::document::document(&conformance::wesng::fixture(folder.path())).unwrap();
    assert_eq!(
        fixes(&document),
        ["kb/5000098 1", "kb/5000101 1", "kb/5000102 2", "kb/5000103 2", "kb/5000104 1", "kb/5000105 1"]
    );
    let expect = "5000099→5000103 5000101→5000102 5000102→5000103 5000104→5000103 5000106→5000105";
    assert_eq!(edges(&document).join(" "), expect);
    assert_eq!(document.tally, Tally { rows: 10, without_evidence: 4, linux: 0 });
    let expect = [("cvrf-odd-id", 2), ("cvrf-no-evidence", 4), ("supersedence-self", 1)];
    assert_eq!(codes(&document.diagnostics), expect);
}

/// The longest way along edges, over what does not stand in a circle.
fn longest(edges: &[(u32, u32)]) -> usize {
    let mut after: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut waits: BTreeMap<u32, usize> = BTreeMap::new();
    for (old, new) in edges {
        after.entry(*old).or_default().push(*new);
        *waits.entry(*new).or_default() += 1;
        waits.entry(*old).or_default();
    }
    let mut ready: Vec<u32> = waits.iter().filter(|(_, count)| **count == 0).map(|(kb, _)| *kb).collect();
    let mut lengths: BTreeMap<u32, usize> = BTreeMap::new();
    while let Some(kb) = ready.pop() {
        let length = lengths.get(&kb).copied().unwrap_or(0);
        for new in after.get(&kb).into_iter().flatten() {
            let known = lengths.entry(*new).or_default();
            *known = (*known).max(length + 1);
            let left = waits.get_mut(new).unwrap();
            *left -= 1;
            if *left == 0 {
                ready.push(*new);
            }
        }
    }
    lengths.values().copied().max().unwrap_or(0)
}

#[test]
fn the_real_definitions_of_wesng_are_the_rows_that_were_counted() {
    let Some(path) = conformance::corpora("wesng/definitions.zip") else { return };
    let document = wesng::document::document(&path).unwrap();
    assert_eq!(document.tally.pairs(), 608_900);
    let is_article = |key: &Key| matches!(key, Key::Kb(_));
    assert!(document.fixes.keys().all(is_article));
    let stated: Vec<(u32, u32)> =
        document.edges.keys().map(|edge| (edge.old.number(), edge.new.number())).collect();
    assert_eq!(document.diagnostics.of(Code::SupersedenceSelf), 6);
    assert_eq!((stated.len(), longest(&stated)), (5_983, 89));
    let mut feed = Feed::default();
    feed.add(document);
    evidence::report_unmapped(&mut feed, &Products::built_in());
    let rows: usize = feed.fixes.values().map(|fix| fix.rows.len()).sum();
    assert_eq!((rows, feed.fixes.len(), feed.dangling().len()), (34_226, 7_589, 462));
    let expect = [
        ("cvrf-odd-id", 43),
        ("cvrf-no-evidence", 112_020),
        ("cvrf-linux", 58_564),
        ("cvrf-supersedes-token", 24),
        ("cvrf-product-unmapped", 1_380),
        ("supersedence-self", 6),
    ];
    assert_eq!(codes(&feed.diagnostics), expect);
}
