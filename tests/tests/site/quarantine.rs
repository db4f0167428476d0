//! Reports that cannot be taken: every row of the table of codes, and hostile names.

use std::ffi::OsStr;
use std::fs;

use conformance::site::{MOST, Sample, delta, full, full_at};

/// What is sent after a full report of client A, and the code that it gets.
fn check(name: &str, text: &[u8], code: &str, asks_again: bool) {
    let sample = Sample::new();
    sample.send("first.xml", &full("A", 5, &[("p1", 1)]));
    sample.scan();
    let (cells, kept) = (sample.cells(), sample.files("store"));
    fs::write(sample.path("spool/in").join(name), text).expect("is written");
    let scanned = sample.scan();
    assert_eq!(scanned.intake.quarantined, 1, "{code}");
    assert_eq!(sample.bad(), [(name.to_owned(), code.to_owned())]);
    assert_eq!(sample.resyncs().len(), usize::from(asks_again), "{code}");
    assert_eq!(sample.files("store"), kept, "{code}: what is kept is as before");
    let unmarked: Vec<String> = sample.cells().iter().map(|cell| cell.replace(" stale", "")).collect();
    assert_eq!(unmarked, cells, "{code}");
    assert_eq!(sample.files("spool/in"), [""; 0]);
    let reason = sample.files("spool/bad");
    assert_eq!(reason, [name.to_owned(), format!("{name}.reason.toml")]);
}

#[test]
fn s5_4_every_code_of_the_table() {
    let report = full("A", 6, &[("p1", 1)]);
    check("x.xml", report.replace("</inventory>", "").as_bytes(), "not-well-formed", true);
    check("x.xml", report.replace("/>\n", "</pkg>\n").as_bytes(), "not-well-formed", true);
    check("x.txt", b"Dear all,\n", "inventory-unknown-format", false);
    check("x.bin", &[0, 159, 146, 150], "inventory-unknown-format", false);
    check(
        "x.xml",
        report.replace("version=\"1\" c", "version=\"9\" c").as_bytes(),
        "inventory-unknown-format",
        false,
    );
    check("x.xml", report.replace(" client=\"A\"", "").as_bytes(), "no-client-id", false);
    check("x.xml", report.replace("serial=\"6\"", "serial=\"six\"").as_bytes(), "bad-value", true);
    check("x.xml", report.replace("2026-03-02T08", "2026-03-32T08").as_bytes(), "bad-value", true);
    check("x.xml", delta("A", 6, &[], &[]).replace(" serial=\"6\"", "").as_bytes(), "bad-value", true);
    let large = report.replace("</inv", &format!("<!--{}--></inv", " ".repeat(MOST as usize)));
    check("x.xml", large.as_bytes(), "too-large", true);
    check("x.xml", delta("B", 2, &[], &[]).as_bytes(), "delta-without-full", true);
    check("x.xml", delta("A", 9, &[], &[]).as_bytes(), "serial-gap", true);
    check("x.xml", full("A", 5, &[("p1", 2)]).as_bytes(), "serial-conflict", true);
    check("x.xml", full_at("A", 6, "2026-03-03T12:00:01Z", &[]).as_bytes(), "clock-ahead", false);
}

#[test]
fn a_clock_that_is_a_little_ahead_is_taken() {
    let sample = Sample::new();
    sample.send("1.xml", &full_at("A", 1, "2026-03-03T12:00:00Z", &[("p1", 1)]));
    assert_eq!(sample.scan().intake.loaded, 1);
}

#[test]
fn a_clock_that_jumps_back_harms_nothing() {
    let mut sample = Sample::new();
    sample.send("1.xml", &full("A", 1, &[("p1", 1)]));
    sample.scan();
    sample.desk.now = "2001-01-01T00:00:00Z".parse().expect("is a time");
    sample.send("2.xml", &full("A", 2, &[("p1", 2)]));
    sample.scan();
    assert_eq!(sample.bad(), [("2.xml".to_owned(), "clock-ahead".to_owned())]);
    sample.desk.now = "2026-03-02T12:00:00Z".parse().expect("is a time");
    sample.site().retry_bad(OsStr::new("2.xml")).expect("is there");
    sample.scan();
    assert_eq!(sample.cells()[0], "A linux:U-1 Installed package-current");
}

#[test]
fn a_broken_report_behind_a_whole_one_changes_nothing_of_it() {
    let sample = Sample::new();
    let broken = full("A", 2, &[("p2", 1)]).replace("</inventory>", "<");
    sample.send("1.xml", &full("A", 1, &[("p1", 1)]));
    sample.send("2.xml", &broken);
    let scanned = sample.scan();
    assert_eq!((scanned.intake.loaded, scanned.intake.quarantined), (1, 1));
    assert_eq!(sample.cells()[0], "A linux:U-1 Missing package-older stale");
    assert_eq!(sample.cells()[1], "A linux:U-2 NotApplicable package-absent stale");
}

#[test]
fn the_rest_of_the_reports_goes_on() {
    let sample = Sample::new();
    for number in 0..30 {
        let text = full(&format!("C{number:02}"), 1, &[("p1", 1)]);
        let text = if number % 3 == 0 { text.replace("</inv", "<") } else { text };
        sample.send(&format!("{number}.xml"), &text);
    }
    let scanned = sample.scan();
    assert_eq!((scanned.intake.loaded, scanned.intake.quarantined, scanned.clients), (20, 10, 30));
    assert_eq!(scanned.feeds[0].rows, 20, "a client without inventory has no row");
}

#[test]
fn reports_are_tried_again_or_dropped() {
    let sample = Sample::new();
    sample.send("a.xml", "<inventory");
    sample.send("b.xml", "<inventory");
    sample.scan();
    let site = sample.site();
    for name in ["none", "../../site.toml", "a.xml.reason.toml", ""] {
        assert!(site.retry_bad(OsStr::new(name)).is_err(), "{name}");
        assert!(site.drop_bad(OsStr::new(name)).is_err(), "{name}");
    }
    site.drop_bad(OsStr::new("a.xml")).expect("is there");
    site.retry_bad(OsStr::new("b.xml")).expect("is there");
    assert_eq!((sample.files("spool/bad"), sample.files("spool/in")), (vec![], vec!["b.xml".to_owned()]));
    assert_eq!(sample.files("spool/done"), ["dropped/a.xml"]);
    sample.scan();
    assert_eq!(sample.bad().len(), 1);
}

#[test]
fn hostile_names_lead_nowhere() {
    let sample = Sample::new();
    let longest = format!("{}.xml", "n".repeat(251));
    let ids = ["../../../escape", "a/b", ".", "..", "con", "a\u{202E}b", "ü ' \"", &"long".repeat(3000)];
    let escape = |id: &str| id.replace('"', "&quot;");
    for (number, id) in ids.iter().enumerate() {
        sample.send(&format!("{number}.xml"), &delta(&escape(id), 2, &[], &[]));
    }
    for name in [longest.as_str(), "-rf", "a\nb.xml", "$(touch x).xml", "x.reason.toml", "ü.xml"] {
        fs::write(sample.path("spool/in").join(name), "<").expect("is written");
    }
    let scanned = sample.scan();
    assert_eq!(scanned.intake.quarantined, ids.len() as u64 + 6);
    assert_eq!(sample.bad().len(), ids.len() + 6, "also what is called like a reason");
    assert_eq!(sample.resyncs().len(), ids.len());
    assert!(sample.resyncs().iter().all(|name| !name.contains('/') && name.len() < 200));
    assert!(!sample.path("../escape.toml").exists());
    for (number, id) in ids.iter().enumerate() {
        sample.send(&format!("{number}.xml"), &full(&escape(id), 1, &[("p1", 1)]));
    }
    let scanned = sample.scan();
    assert_eq!((scanned.feeds[0].rows, scanned.intake.requeued), (ids.len() as u64, ids.len() as u64));
    assert_eq!(sample.resyncs(), [""; 0]);
}

#[test]
fn links_and_folders_are_no_reports() {
    let sample = Sample::new();
    fs::create_dir(sample.path("spool/in/folder.xml")).expect("is made");
    std::os::unix::fs::symlink("/etc/passwd", sample.path("spool/in/link.xml")).expect("is made");
    let scanned = sample.scan();
    assert_eq!(scanned.intake, Default::default());
    assert!(sample.path("spool/in/link.xml").symlink_metadata().is_ok(), "nothing follows or removes it");
}

#[test]
fn a_report_of_several_clients_is_refused() {
    let sample = Sample::new();
    let two = format!("<inventories version=\"1\">{}{}</inventories>", full("A", 1, &[]), full("B", 1, &[]));
    sample.send("two.xml", &two);
    sample.scan();
    assert_eq!(sample.bad(), [("two.xml".to_owned(), "bad-value".to_owned())]);
}
