//! Which reports count: full and delta ones, parts, and results of other scanners.

use std::collections::BTreeSet;
use std::fs;

use conformance::site::{COLLECTED, MOST, Sample, delta, full, full_at};
use patchstate::diagnostic::Code;
use patchstate::site::scan::Request;

/// The serial that is kept of a client.
fn serial(sample: &Sample, client: &str) -> Option<u64> {
    let clients = sample.site().store().load().expect("is whole");
    clients.get(client)?.documents.first()?.serial
}

#[test]
fn i1_a_full_report_replaces_everything() {
    let sample = Sample::new();
    sample.send("1.xml", &full("A", 3, &[("p1", 1), ("p2", 1)]));
    sample.scan();
    let expected = [
        "A linux:U-1 Missing package-older",
        "A linux:U-2 Missing package-older",
        "A linux:U-3 NotApplicable package-absent",
    ];
    assert_eq!(sample.cells(), expected);
    sample.send("2.xml", &full("A", 7, &[("p1", 2), ("p3", 1)]));
    sample.scan();
    let expected = [
        "A linux:U-1 Installed package-current",
        "A linux:U-2 NotApplicable package-absent",
        "A linux:U-3 Missing package-older",
    ];
    assert_eq!(sample.cells(), expected, "a full report may start any serial");
    assert_eq!(serial(&sample, "A"), Some(7));
    assert_eq!(sample.files("store/documents").len(), 1, "what it replaced is gone");
}

#[test]
fn i1_an_agent_that_was_reset_begins_again() {
    let sample = Sample::new();
    sample.send("1.xml", &full("A", 9, &[("p1", 1)]));
    sample.scan();
    sample.send("2.xml", &full_at("A", 1, "2026-03-02T09:00:00Z", &[("p1", 2)]));
    sample.scan();
    assert_eq!(serial(&sample, "A"), Some(1), "its serial then counts");
    sample.send("3.xml", &full_at("A", 1, "2026-03-02T07:00:00Z", &[("p1", 3)]));
    sample.scan();
    assert_eq!(sample.cells()[0], "A linux:U-1 Installed package-current");
    assert_eq!(sample.files("spool/done/skipped"), ["3.xml"]);
}

#[test]
fn i1_without_a_serial_the_time_decides() {
    let sample = Sample::new();
    let report = |hour: u32, version: u32| {
        full_at("A", 1, &format!("2026-03-02T{hour:02}:00:00Z"), &[("p1", version)])
            .replace(" serial=\"1\"", "")
    };
    sample.send("1.xml", &report(8, 1));
    sample.scan();
    sample.send("2.xml", &report(7, 2));
    sample.scan();
    assert_eq!(sample.cells()[0], "A linux:U-1 Missing package-older");
    sample.send("3.xml", &report(9, 2));
    sample.scan();
    assert_eq!(sample.cells()[0], "A linux:U-1 Installed package-current");
}

#[test]
fn i2_a_delta_changes_what_it_names() {
    let sample = Sample::new();
    sample.send("1.xml", &full("A", 1, &[("p1", 1), ("p2", 1)]));
    sample.send("2.xml", &delta("A", 2, &[("p1", 2)], &[("p1", 1), ("p3", 9)]));
    let scanned = sample.scan();
    assert_eq!(scanned.intake.loaded, 2);
    let expected = [
        "A linux:U-1 Installed package-current",
        "A linux:U-2 Missing package-older",
        "A linux:U-3 NotApplicable package-absent",
    ];
    assert_eq!(sample.cells(), expected);
    assert_eq!(sample.desk.heard("delta-missing"), 1, "p3 was not there");
    assert_eq!(sample.files("store/documents").len(), 1, "what was made on the way is gone");
    assert_eq!(serial(&sample, "A"), Some(2));
}

#[test]
fn i2_a_delta_adds_to_what_is_complete() {
    let sample = Sample::new();
    sample.send("1.xml", &full("A", 1, &[]).replace(" complete=\"package\"", ""));
    sample.scan();
    assert_eq!(sample.cells()[0], "A linux:U-1 Unknown not-collected");
    sample.send("2.xml", &delta("A", 2, &[], &[]).replace("mode=", "complete=\"package\" mode="));
    sample.scan();
    assert_eq!(sample.cells()[0], "A linux:U-1 NotApplicable package-absent");
    sample.send("3.xml", &delta("A", 3, &[("p1", 1)], &[]));
    sample.scan();
    assert_eq!(
        sample.cells()[1],
        "A linux:U-2 NotApplicable package-absent",
        "only a full report withdraws one"
    );
}

#[test]
fn i2_a_chain_of_deltas_is_the_full_report() {
    let (chain, whole) = (Sample::new(), Sample::new());
    chain.send("1.xml", &full("A", 1, &[("p1", 1), ("p2", 2)]));
    chain.send("2.xml", &delta("A", 2, &[("p3", 1)], &[("p1", 1)]));
    chain.send("3.xml", &delta("A", 3, &[("p1", 2)], &[]));
    whole.send("3.xml", &full("A", 3, &[("p2", 2), ("p3", 1), ("p1", 2)]));
    [&chain, &whole].into_iter().for_each(|sample| _ = sample.scan());
    let row = |sample: &Sample| sample.look(|matrix| matrix.row(0).collect::<Vec<_>>());
    assert_eq!(row(&chain), row(&whole));
    let client = |sample: &Sample| {
        sample.look(|matrix| {
            let mut client = matrix.clients[0].clone();
            client.inventory = 0;
            Some(client)
        })
    };
    assert_eq!(client(&chain), client(&whole));
}

#[test]
fn i3_what_is_out_of_date_is_skipped() {
    let sample = Sample::new();
    sample.send("1.xml", &full("A", 5, &[("p1", 2)]));
    sample.scan();
    sample.send("2.xml", &full("A", 4, &[("p1", 1)]));
    sample.send("3.xml", &delta("A", 3, &[("p1", 1)], &[]));
    sample.send("4.xml", &full("A", 5, &[("p1", 2)]));
    let scanned = sample.scan();
    assert_eq!((scanned.intake.skipped, scanned.intake.quarantined), (3, 0), "that is no error");
    assert_eq!(sample.files("spool/done/skipped"), ["2.xml", "3.xml", "4.xml"]);
    let log = fs::read_to_string(sample.path("log/intake.jsonl")).expect("is there");
    let of = |reason: &str| log.matches(&format!("\"reason\":\"{reason}\"")).count();
    assert_eq!((of("out-of-date"), of("duplicate")), (2, 1), "{log}");
    assert_eq!(scanned.evaluated, 0);
}

#[test]
fn i3_one_serial_with_other_bytes_is_a_conflict() {
    let sample = Sample::new();
    sample.send("1.xml", &full("A", 5, &[("p1", 2)]));
    sample.scan();
    sample.send("2.xml", &full("A", 5, &[("p1", 1)]));
    sample.send("3.xml", &delta("A", 5, &[("p1", 1)], &[]));
    sample.scan();
    let conflict = |name: &str| (name.to_owned(), "serial-conflict".to_owned());
    assert_eq!(sample.bad(), [conflict("2.xml"), conflict("3.xml")]);
    assert_eq!(sample.cells()[0], "A linux:U-1 Installed package-current stale");
    assert_eq!(sample.resyncs(), ["A.toml"]);
}

#[test]
fn i4_a_gap_asks_for_a_full_report_and_closes_by_itself() {
    let sample = Sample::new();
    sample.send("1.xml", &full("A", 1, &[("p1", 1)]));
    sample.send("3.xml", &delta("A", 3, &[("p3", 1)], &[]));
    sample.scan();
    assert_eq!(sample.bad(), [("3.xml".to_owned(), "serial-gap".to_owned())]);
    let request = fs::read_to_string(sample.path("spool/resync/A.toml")).expect("is there");
    for line in ["client = \"A\"", "wanted = \"full\"", "reason = \"serial-gap\"", "last_good = \"1\""] {
        assert!(request.contains(line), "{line}: {request}");
    }
    assert_eq!(sample.cells()[0], "A linux:U-1 Missing package-older stale", "all its cells are stale");
    sample.send("2.xml", &delta("A", 2, &[("p2", 1)], &[]));
    let scanned = sample.scan();
    assert_eq!((scanned.intake.loaded, scanned.intake.requeued), (2, 1));
    assert_eq!((sample.bad(), sample.resyncs()), (vec![], vec![]));
    let missing = |update: usize| format!("A linux:U-{update} Missing package-older");
    assert_eq!(sample.cells(), [missing(1), missing(2), missing(3)]);
}

#[test]
fn i4_a_delta_before_any_full_report_waits() {
    let sample = Sample::new();
    sample.send("2.xml", &delta("A", 2, &[("p2", 1)], &[]));
    sample.scan();
    assert_eq!(sample.bad(), [("2.xml".to_owned(), "delta-without-full".to_owned())]);
    assert_eq!((sample.resyncs(), sample.cells()), (vec!["A.toml".to_owned()], vec![]));
    sample.send("9.xml", &full("A", 9, &[("p1", 1)]));
    let scanned = sample.scan();
    assert_eq!((scanned.intake.requeued, scanned.intake.skipped), (1, 1), "it is out of date now");
    assert_eq!((sample.bad(), sample.resyncs()), (vec![], vec![]));
    assert_eq!(sample.cells()[0], "A linux:U-1 Missing package-older");
}

#[test]
fn i5_a_loaded_report_is_kept_by_the_day() {
    let mut sample = Sample::new();
    sample.send("a.xml", &full("A", 1, &[]));
    sample.scan();
    sample.send("a.xml", &full("A", 2, &[("p1", 1)]));
    sample.scan();
    sample.desk.now = "2026-03-03T00:00:00Z".parse().expect("is a time");
    sample.send("a.xml", &full("A", 3, &[]));
    sample.scan();
    assert_eq!(sample.files("spool/done"), ["2026-03-02/a.xml", "2026-03-02/a.xml~2", "2026-03-03/a.xml"]);
    let second = fs::read_to_string(sample.path("spool/done/2026-03-02/a.xml~2")).expect("is there");
    assert_eq!(second, full("A", 2, &[("p1", 1)]), "nothing is deleted");
    assert_eq!(sample.files("spool/work"), [""; 0]);
}

#[test]
fn i5_many_reports_are_kept_in_the_folders_they_were_taken_in() {
    let sample = Sample::new();
    sample.send("late.xml", &full("C0007", 2, &[]));
    sample.scan();
    let send = |serial| {
        for client in 0..1080 {
            sample.send(&format!("{client:04}.xml"), &full(&format!("C{client:04}"), serial, &[]));
        }
    };
    send(1);
    sample.send("broken.xml", "<inventory");
    let scanned = sample.scan().intake;
    assert_eq!((scanned.loaded, scanned.skipped, scanned.quarantined), (1079, 1, 1));
    let mut done = sample.files("spool/done/2026-03-02");
    assert_eq!(done.pop().as_deref(), Some("late.xml"));
    assert_eq!((done.len(), done[0].as_str()), (1079, "120000-0000/0000.xml"));
    let folders: BTreeSet<&str> = done.iter().filter_map(|path| path.split('/').next()).collect();
    assert_eq!(folders.len(), 11);
    assert_eq!(sample.files("spool/done/skipped"), ["0007.xml"]);
    send(1);
    assert_eq!(sample.scan().intake.skipped, 1080);
    assert_eq!(sample.files("spool/done/skipped").len(), 1081);
    assert_eq!((sample.files("spool/work"), sample.files("spool/in")), (vec![], vec![]));
}

#[test]
fn i6_a_part_replaces_what_its_format_brought() {
    let sample = Sample::new();
    sample.send("a.xml", &full("web-01", 1, &[]).replace(" complete=\"package\"", ""));
    sample.send("web-01.rpm", "p1 0:1-1 noarch\np2 0:2-1 noarch\n");
    sample.scan();
    let expected = [
        "web-01 linux:U-1 Missing package-older",
        "web-01 linux:U-2 Installed package-current",
        "web-01 linux:U-3 NotApplicable package-absent",
    ];
    assert_eq!(sample.cells(), expected);
    sample.send("web-01.rpm", "p1 0:2-1 noarch\n");
    sample.scan();
    assert_eq!(sample.cells()[0], "web-01 linux:U-1 Installed package-current");
    assert_eq!(serial(&sample, "web-01"), Some(1), "the serial stays");
    sample.send("a.xml", &full("web-01", 2, &[]).replace(" complete=\"package\"", ""));
    sample.scan();
    assert_eq!(
        sample.cells()[0],
        "web-01 linux:U-1 Unknown not-collected",
        "a full report replaces everything"
    );
}

#[test]
fn i6_results_of_other_scanners_stay_until_they_are_old() {
    let mut sample = Sample::new();
    let results = |time: &str, state: &str| {
        format!(
            "<inventory version=\"1\" client=\"A\"><scan-result scanner=\"office-convert\" ref=\"900001\" \
             state=\"{state}\" time=\"{time}\"/></inventory>"
        )
    };
    let kept = |sample: &Sample| {
        let inventory = sample.kept("A");
        let is_result = |element: &str| element == "scan-result";
        let results = inventory.facts.iter().filter(|stated| is_result(stated.fact.element())).count();
        (results, inventory.facts.len() - results, inventory.diagnostics.of(Code::ImportTooOld))
    };
    sample.send("1.xml", &full("A", 1, &[("p1", 1)]));
    sample.send("2.xml", &results("2026-03-01T00:00:00Z", "missing"));
    sample.scan();
    assert_eq!(kept(&sample), (1, 1, 0), "results alone replace no inventory");
    sample.send("3.xml", &full("A", 2, &[("p1", 2), ("p2", 1)]));
    sample.scan();
    assert_eq!(kept(&sample), (1, 2, 0), "nor does a full report remove them");
    sample.send("4.xml", &full("A", 3, &[]).replace("</inv", "<scan-result scanner=\"office-convert\" ref=\"900002\" state=\"installed\" time=\"2026-03-01T00:00:00Z\"/></inv"));
    sample.scan();
    assert_eq!(kept(&sample), (1, 0, 0), "those of the same scanner are replaced");
    assert_eq!(serial(&sample, "A"), Some(3));
    sample.desk.now = "2026-05-15T00:00:00Z".parse().expect("is a time");
    assert_eq!(kept(&sample), (0, 0, 1), "they are older than 60 days");
}

#[test]
fn s5_1_reports_are_taken_by_client_and_serial() {
    let sample = Sample::new();
    // The last by name is the first by serial.
    sample.send("a.xml", &delta("A", 3, &[("p3", 1)], &[]));
    sample.send("b.xml", &delta("A", 2, &[("p2", 1)], &[]));
    sample.send("c.xml", &full("A", 1, &[("p1", 1)]));
    let scanned = sample.scan();
    assert_eq!((scanned.intake.loaded, scanned.intake.quarantined), (3, 0));
    fs::write(sample.path("spool/in/half.tmp"), "half").expect("is written");
    fs::write(sample.path("spool/in/.hidden"), "half").expect("is written");
    fs::create_dir(sample.path("spool/in/folder")).expect("is made");
    assert_eq!(sample.scan().intake, Default::default());
    assert_eq!(sample.files("spool/in").len(), 2);
}

#[test]
fn s5_2_the_header_carries_client_serial_and_time() {
    let sample = Sample::new();
    sample.send("1.xml", &full("GUID:1-2", u64::MAX, &[]));
    sample.scan();
    let clients = sample.site().store().load().expect("is whole");
    let record = clients.get("GUID:1-2").expect("is kept");
    assert_eq!((record.documents[0].serial, record.collected()), (Some(u64::MAX), Some(COLLECTED)));
    assert_eq!(sample.look(|matrix| matrix.clients[0].collected.clone()), COLLECTED);
}

#[test]
fn s5_5_a_report_that_was_loaded_and_not_moved_is_moved_on() {
    let sample = Sample::new();
    let text = full("A", 1, &[("p1", 1)]);
    sample.send("1.xml", &text);
    sample.scan();
    let before = sample.cells();
    // What a run leaves that ended between loading a report and moving it on.
    fs::create_dir_all(sample.path("spool/work/scan")).expect("is made");
    fs::write(sample.path("spool/work/scan/1.xml"), &text).expect("is written");
    let scanned = sample.scan();
    assert_eq!((scanned.intake.loaded, scanned.intake.skipped, scanned.evaluated), (0, 1, 0));
    assert_eq!(sample.desk.heard("recovered"), 1);
    assert_eq!((sample.cells(), sample.files("spool/work")), (before, vec![]));
}

#[test]
fn s5_5_documents_that_no_record_names_are_swept_away() {
    let sample = Sample::new();
    sample.send("1.xml", &full("A", 1, &[("p1", 1)]));
    sample.scan();
    let before = sample.files("store/documents");
    let stray = sample.path("store/documents").join(&before[0]).with_file_name("stray");
    fs::write(&stray, "left").expect("is written");
    fs::create_dir_all(sample.path("spool/work/scan")).expect("is made");
    fs::write(sample.path("spool/work/scan/2.xml"), full("B", 1, &[])).expect("is written");
    sample.scan();
    assert!(!stray.exists());
    assert_eq!(sample.files("store/documents").len(), 2);
}

#[test]
fn s5_5_a_document_that_somebody_changed_is_not_believed() {
    let sample = Sample::new();
    sample.send("1.xml", &full("A", 1, &[("p1", 1)]));
    sample.scan();
    let kept = sample.path("store/documents").join(&sample.files("store/documents")[0]);
    let changed = fs::read_to_string(&kept).expect("is there").replace("p1", "p9");
    fs::write(&kept, changed).expect("is written");
    sample.scan_as(Request { collection: None, all: true, most: MOST }).expect("nothing is in its way");
    assert_eq!(sample.cells()[0], "A linux:U-1 Unknown inventory-unreadable");
    sample.send("2.xml", &delta("A", 2, &[("p2", 1)], &[]));
    sample.scan();
    assert_eq!(sample.bad(), [("2.xml".to_owned(), "delta-without-full".to_owned())]);
    assert_eq!(sample.resyncs(), ["A.toml"]);
    sample.send("3.xml", &full("A", 3, &[("p1", 2)]));
    sample.scan();
    assert_eq!(sample.cells()[0], "A linux:U-1 Installed package-current");
    assert_eq!((sample.bad(), sample.resyncs()), (vec![], vec![]));
}

#[test]
fn s5_5_results_that_somebody_changed_begin_anew_with_a_full_report() {
    const RESULT: &str = "<scan-result scanner=\"office-convert\" ref=\"900001\" state=\"missing\" \
                          time=\"2026-03-01T00:00:00Z\"/></inv";
    let with_result = |report: String| report.replace("</inv", RESULT);
    let damaged = |sample: &Sample| {
        let read =
            |path: &str| fs::read_to_string(sample.path("store/documents").join(path)).expect("is there");
        let is_results = |path: &&String| read(path).contains("scan-result");
        let files = sample.files("store/documents");
        let kept = files.iter().find(is_results).expect("is kept");
        fs::write(sample.path("store/documents").join(kept), read(kept).replace("missing", "install"))
            .expect("is written");
        sample.scan_as(Request { collection: None, all: true, most: MOST }).expect("nothing is in its way");
        sample.cells()[0].clone()
    };
    let sample = Sample::new();
    sample.send("1.xml", &with_result(full("A", 1, &[("p1", 2)])));
    sample.scan();
    assert_eq!(damaged(&sample), "A linux:U-1 Unknown inventory-unreadable");
    sample.send("2.xml", &with_result(delta("A", 2, &[("p2", 1)], &[])));
    sample.scan();
    assert_eq!(sample.bad(), [("2.xml".to_owned(), "delta-without-full".to_owned())]);
    assert_eq!(sample.resyncs(), ["A.toml"]);
    sample.send("3.xml", &with_result(full("A", 3, &[("p1", 2)])));
    sample.scan();
    assert_eq!(sample.cells()[0], "A linux:U-1 Installed package-current");
    assert_eq!((sample.bad(), sample.resyncs()), (vec![], vec![]));
    assert_eq!((sample.kept("A").facts.len(), sample.desk.heard("inventory-unreadable")), (2, 1));
    assert_eq!(damaged(&sample), "A linux:U-1 Unknown inventory-unreadable");
    sample.send("4.xml", &full("A", 4, &[("p1", 2)]));
    sample.scan();
    assert_eq!(sample.cells()[0], "A linux:U-1 Installed package-current");
    assert_eq!((sample.kept("A").facts.len(), sample.desk.heard("inventory-unreadable")), (1, 2));
}

#[test]
fn s5_6_an_old_inventory_is_evaluated_and_stale() {
    let mut sample = Sample::new();
    sample.send("1.xml", &full("A", 1, &[("p1", 1)]));
    sample.scan();
    assert_eq!(sample.cells()[0], "A linux:U-1 Missing package-older");
    sample.desk.now = "2026-03-16T08:00:01Z".parse().expect("is a time");
    let scanned = sample.scan();
    assert_eq!((scanned.evaluated, scanned.feeds[0].is_new), (0, true), "only its mark is another one");
    assert_eq!(sample.cells()[0], "A linux:U-1 Missing package-older stale");
    let bytes = fs::read(sample.path("matrix/linux.matrix")).expect("is there");
    let matrix = patchstate::matrix::Matrix::open(&bytes).expect("is whole");
    assert!(matrix.cell(0, 0).flags.contains(patchstate::model::flag::Flags::STALE), "in the file, too");
}
