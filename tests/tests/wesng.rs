//! The definitions of wesng: how they are read, and that the answers are those that wesng gives.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use conformance::wesng::{Row, answer, archive, fixture};
use patchstate::catalog::cvrf::wesng::definitions::Definitions;
use patchstate::catalog::cvrf::wesng::{Entry, read};
use patchstate::diagnostic::{Code, Position};
use patchstate::error::Error;
use serde_json::Value;

/// Collects what is asked for of every row.
fn rows<T>(path: &Path, mut of: impl FnMut(&Entry<'_>) -> T) -> Vec<T> {
    let mut rows = Vec::new();
    read(path, &mut |entry| {
        rows.push(of(entry));
        Ok(())
    })
    .expect("the definitions are read");
    rows
}

fn row(entry: &Entry<'_>) -> Row {
    let [a, b, c, d] = [entry.product, entry.kb, entry.cve, entry.supersedes].map(str::to_owned);
    (a, b, c, d)
}

#[test]
fn rows_are_handed_over_as_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = fixture(folder.path());
    let found = rows(&path, |entry| {
        format!(
            "{} {} {:?} {:?} {:?} {:?} {} {} {:?} {}",
            entry.posted,
            entry.cve,
            entry.kb,
            entry.title,
            entry.product,
            entry.component,
            entry.severity,
            entry.impact,
            entry.supersedes,
            entry.exploits
        )
    });
    assert_eq!(found.len(), 14);
    assert_eq!(
        found[10],
        "20230411 CVE-2023-90007 \"\" \"Commas, \\\"quotes\\\" and\\na second line\\n\" \"windows example\" \
         \"Part\"   \"2.41.0\" https://example.org/exploit"
    );
    assert_eq!(
        found[13],
        "20220101 SPEX2 \"SPEX2\" \"Windows Example R2 Update\" \"Windows Example R2\" \"\" Critical \
         No more updates \"5000098;SPEX1\" "
    );
    let places = rows(&path, |entry| entry.position.to_string());
    assert_eq!(places[10..], ["14:1", "18:1", "4:1", "5:1"]);
}

/// Every set of some of the articles, and of what is none.
fn sets<'a>(articles: &[&'a str]) -> Vec<Vec<&'a str>> {
    let number = |set: u32| (0..articles.len()).filter(move |bit| set >> bit & 1 == 1);
    (0..1 << articles.len()).map(|set| number(set).map(|bit| articles[bit]).collect()).collect()
}

#[test]
fn answers_are_those_of_the_obvious_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = fixture(folder.path());
    let (definitions, rows) = (Definitions::load(&path).unwrap(), rows(&path, row));
    assert_eq!(definitions.rows(), rows.len());
    let articles = ["", "5000101", "5000102", "5000103", "5000104", "Release Notes", "5000105;5000098", "1"];
    let filters = ["", "Windows Example", "Windows Example R2", "Windows Example Service Pack 1", "Example"];
    let filters = filters.into_iter().chain(["windows example", "Service Pack", "Nothing", "Example Office"]);
    for filter in filters {
        for hotfixes in sets(&articles) {
            let found = definitions.answer(filter, &hotfixes);
            let missing: Vec<_> = found.missing_kbs.iter().map(|kb| (*kb).to_owned()).collect();
            let found = (found.applicable_rows, found.found_rows, missing, found.cves);
            assert_eq!(found, answer(&rows, filter, &hotfixes), "{filter:?} {hotfixes:?}");
        }
    }
}

fn refused(members: &[(&str, &[u8])]) -> Error {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("definitions.zip");
    std::fs::write(&path, archive(members)).unwrap();
    Definitions::load(&path).expect_err("is refused")
}

#[test]
fn what_is_no_archive_of_definitions_is_refused() {
    const HEADER: &str = "DatePosted,CVE,BulletinKB,Title,AffectedProduct,AffectedComponent,Severity,Impact,Supersedes,Exploits\n";
    let check = |members: &[(&str, &[u8])], code: Code, words: &str| {
        let error = refused(members);
        let said = error.to_string();
        let said = said.rsplit_once("definitions.zip").map_or("", |(_, said)| said);
        assert_eq!((error.code(), said), (code, words));
    };
    let short = format!("{HEADER}1,2,3\n");
    let broken = format!("{HEADER}1,2,3,4,5,6,7,8,\"9\"x,10\n");
    let [header, short, broken] = [HEADER, &short, &broken].map(str::as_bytes);
    check(&[("CVEs_1.csv", header)], Code::WrongFormat, ": has no table `Custom_<date>.csv`");
    check(
        &[("CVEs_1.csv", header), ("CVEs_2.csv", header)],
        Code::WrongFormat,
        "!CVEs_2.csv: is a second table `CVEs`",
    );
    check(&[("CVEs_1.csv", b"")], Code::WrongFormat, "!CVEs_1.csv: has no header");
    check(&[("CVEs_1.csv", b"DatePosted\n")], Code::WrongFormat, "!CVEs_1.csv:1:1: has no column `CVE`");
    let fields = "!CVEs_1.csv:2:1: a row of 3 fields below a header of 10";
    check(&[("CVEs_1.csv", short)], Code::NotWellFormed, fields);
    let quote = "!CVEs_1.csv:2:20: text between a closing quote and the next comma";
    check(&[("CVEs_1.csv", broken)], Code::NotWellFormed, quote);
}

/// The recorded answers of wesng 1.06 for real machines: everything is equal.
#[test]
fn answers_are_those_that_wesng_gave() {
    let Some(folder) = conformance::corpora("wesng") else { return };
    let definitions = Definitions::load(&folder.join("definitions.zip")).unwrap();
    let text = std::fs::read(folder.join("wesng_1.06_expected.json")).unwrap();
    let expected: Value = serde_json::from_slice(&text).unwrap();
    let clients = expected["clients"].as_object().unwrap();
    let mut compared = 0;
    for (name, client) in clients.iter().filter(|(_, client)| client["error"].is_null()) {
        let texts = |key: &str| -> Vec<&str> {
            client[key].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
        };
        let filter = client["productfilter"].as_str().unwrap();
        let found = definitions.answer(filter, &texts("hotfixes"));
        let numbers = [found.applicable_rows, found.found_rows, found.cves];
        let expect = ["applicable_rows", "found_rows", "cves"].map(|key| client[key].as_u64().unwrap());
        assert_eq!(numbers, expect, "{name}");
        assert_eq!(found.missing_kbs, texts("missing_kbs"), "{name}");
        compared += 1;
    }
    assert_eq!(compared, 33);
}

/// An article by its number: five to eight digits.
fn article(text: &str) -> Option<u32> {
    let digits = (5..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// Which articles are said to replace which: what is replaced, and what it is replaced by.
#[derive(Default)]
struct Replaced<T>(BTreeSet<(T, String)>);

impl<T: Ord + Clone + ToString> Replaced<T> {
    /// How many pairs there are, how many articles are replaced, and how many of them have no row.
    fn numbers(&self, kbs: &BTreeMap<String, u32>) -> [usize; 3] {
        let targets: BTreeSet<&T> = self.0.iter().map(|(old, _)| old).collect();
        let unnamed = targets.iter().filter(|old| !kbs.contains_key(&old.to_string())).count();
        [self.0.len(), targets.len(), unnamed]
    }
}

/// Which row is the first of a second table.
fn begins_anew(places: &[Position]) -> Option<usize> {
    places.windows(2).position(|pair| pair[1] < pair[0]).map(|last| last + 1)
}

/// What was counted in the vendor's table of 2026-06-28 by other programs.
#[test]
fn the_real_definitions_have_the_numbers_that_were_counted() {
    const VENDOR: usize = 608_740;
    let Some(path) = conformance::corpora("wesng/definitions.zip") else { return };
    let (mut cves, mut dates) = (BTreeSet::new(), BTreeSet::new());
    let mut kbs = BTreeMap::<String, u32>::new();
    let (mut pieces, mut edges) = (Replaced::default(), Replaced::default());
    let (mut pairs, mut selves) = (BTreeMap::<(String, u32), [bool; 2]>::new(), BTreeSet::new());
    let [mut number, mut numeric] = [0; 2];
    let places = rows(&path, |entry| {
        number += 1;
        if number > VENDOR {
            return entry.position;
        }
        cves.insert(entry.cve.to_owned());
        *kbs.entry(entry.kb.to_owned()).or_default() += 1;
        dates.insert(entry.posted.to_owned());
        let old = || entry.supersedes.split(';').map(str::trim).filter(|piece| !piece.is_empty());
        pieces.0.extend(old().map(|old| (old.to_owned(), entry.kb.to_owned())));
        if let Some(kb) = article(entry.kb) {
            numeric += 1;
            let filled = usize::from(!entry.supersedes.is_empty());
            pairs.entry((entry.product.to_owned(), kb)).or_default()[filled] = true;
            edges.0.extend(old().filter_map(article).map(|old| (old, entry.kb.to_owned())));
            selves.extend(old().filter_map(article).filter(|old| *old == kb));
        }
        entry.position
    });
    assert_eq!((places.len(), begins_anew(&places)), (VENDOR + 160, Some(VENDOR)));
    let odd = kbs.keys().filter(|kb| article(kb).is_none()).count();
    assert_eq!((cves.len(), kbs.len(), odd), (22_134, 7_951, 392));
    let both = pairs.values().filter(|filled| **filled == [true; 2]).count();
    assert_eq!((numeric, pairs.len(), both), (438_161, 34_243, 4_606));
    // What stands in the lists, and what of it is an article.
    assert_eq!(pieces.numbers(&kbs), [5_993, 5_202, 468]);
    assert_eq!(edges.numbers(&kbs), [5_983, 5_195, 461]);
    assert_eq!(Vec::from_iter(selves), [975_337, 2_636_927, 2_687_497, 3_062_577, 5_002_191, 5_077_469]);
    assert_eq!(["", "Release Notes", "Click to Run"].map(|text| kbs[text]), [128_851, 6_274, 3_619]);
    assert_eq!((dates.first().unwrap().as_str(), dates.last().unwrap().as_str()), ("20081111", "20260626"));
}
