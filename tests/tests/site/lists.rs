//! Lists: what is authorized, ignored, and a baseline.

use std::fs;

use conformance::site::{MOST, Sample, full};
use patchstate::report::table::Form;
use patchstate::report::{self, Baseline, Options, SiteFacts};
use patchstate::site::scan::Request;

#[test]
fn s7_1_an_authorization_is_data_and_changes_no_verdict() {
    let sample = Sample::new();
    sample.send("A.xml", &full("A", 1, &[("p1", 1), ("p2", 2)]));
    sample.scan();
    let before = sample.cells();
    let made = sample.site().authorize_missing("march", "linux-production", &sample.desk).expect("is made");
    let updates: Vec<&str> = made.list.entries.iter().map(|entry| entry.update.as_str()).collect();
    assert_eq!((updates, made.unlisted), (vec!["linux:U-1"], vec![]));
    let again = sample.site().authorize_missing("march", "linux-production", &sample.desk);
    assert!(again.is_err_and(|error| error.to_string().contains("is there already")));
    for bad in ["", "../x", "a b", "a.b"] {
        assert!(sample.site().authorize_missing(bad, "linux-production", &sample.desk).is_err(), "{bad}");
    }
    let path = sample.path("lists/authorize/march.toml");
    let text = fs::read_to_string(&path).expect("is there");
    fs::write(
        &path,
        text + "\n[[entry]]\nupdate = \"U-9\"\ntime_authorized = \"2026-03-01T00:00:00Z\"\nnote = \"n\"\n",
    )
    .expect("is written");
    sample.scan();
    assert_eq!(sample.cells(), before);
    let (authorized, unmatched) =
        sample.look(|matrix| sample.site().authorized(matrix).ok().unwrap_or_default());
    assert_eq!(unmatched, ["`U-9`"], "it is kept");
    assert_eq!((authorized["linux:U-1"].name.as_str(), authorized.len()), ("march", 1));
    fs::write(&path, "name = \"x\"\ncreated = 3\n").expect("is written");
    let error = sample.site().authorizations().expect_err("is no text").to_string();
    assert!(error.contains("march.toml:2:11: `created` must be text"), "{error}");
}

#[test]
fn s7_2_what_is_ignored_is_marked() {
    let sample = Sample::new();
    sample.send("A.xml", &full("A", 1, &[("p1", 1)]));
    sample.scan();
    fs::write(sample.path("lists/ignore/known.txt"), "# words\nU-1  # more\nU-99\n").expect("is written");
    let scanned = sample.scan();
    assert_eq!((scanned.evaluated, scanned.feeds[0].is_new), (0, true), "no client is asked again");
    assert_eq!(sample.cells()[0], "A linux:U-1 Missing package-older ignored");
    fs::remove_file(sample.path("lists/ignore/known.txt")).expect("is removed");
    sample.scan();
    assert_eq!(sample.cells()[0], "A linux:U-1 Missing package-older");
}

#[test]
fn s7_2_a_list_that_cannot_be_read_keeps_no_report_waiting() {
    let sample = Sample::new();
    for number in 0..99 {
        sample.send(&format!("{number}.xml"), &full(&format!("A{number}"), 1, &[("p1", 1)]));
    }
    let list = sample.path("lists/ignore/known.txt");
    fs::write(&list, b"U-1\nU-\xff\n").expect("is written");
    let request = Request { collection: None, all: false, most: MOST };
    let error = sample.scan_as(request).expect_err("is no text").to_string();
    assert!(error.contains("known.txt"), "{error}");
    assert!(sample.files("spool/in").is_empty() && !sample.path("matrix/linux.matrix").exists());
    fs::write(&list, "U-1\n").expect("is written");
    assert_eq!(sample.scan().evaluated, 99);
    assert_eq!(sample.cells()[0], "A0 linux:U-1 Missing package-older ignored");
}

#[test]
fn s7_3_compliance_is_nothing_missing_and_nothing_unknown() {
    let sample = Sample::new();
    sample.send("A.xml", &full("A", 1, &[("p1", 2), ("p2", 1)]));
    sample.send("B.xml", &full("B", 1, &[("p1", 1)]));
    sample.send("C.xml", &full("C", 1, &[]).replace(" complete=\"package\"", ""));
    sample.scan();
    fs::write(sample.path("lists/baseline/must.txt"), "# words\nU-1\nU-77\n").expect("is written");
    sample.look(|matrix| {
        let (baselines, unmatched) = sample.site().baselines(matrix).expect("can be read");
        assert_eq!(baselines, [Baseline { name: "must".to_owned(), updates: vec![0] }]);
        assert!(unmatched.len() == 1 && unmatched[0].ends_with("must.txt:3: `U-77`"), "{unmatched:?}");
        let site = SiteFacts { baselines, ..SiteFacts::default() };
        let report = report::find("site").expect("is there");
        let table = (report.table)(matrix, "", &Options { site, ..Options::default() }).expect("is made");
        let mut out = Vec::new();
        table.write(&Form::Json, &mut out).expect("writes to memory");
        let table: serde_json::Value = serde_json::from_slice(&out).expect("is JSON");
        let must = &table["baselines"][0];
        assert_eq!(must["compliant"], "33.3 % (1 of 3)");
        assert_eq!(
            (&must["not compliant"], &must["not proved"]),
            (&"33.3 % (1 of 3)".into(), &"33.3 % (1 of 3)".into())
        );
    });
}
