//! Clients ahead of all others: their rows count until a scan has them.

use std::sync::atomic::{AtomicBool, Ordering};

use conformance::site::{MOST, Sample, delta, full};
use patchstate::diagnostic::Code;
use patchstate::site::expedite::Request;
use patchstate::site::host::Host;
use patchstate::site::store::Change;

#[test]
fn s4_2_an_expedited_client_is_answered_at_once() {
    let sample = Sample::new();
    for client in ["TEST01", "A"] {
        sample.send(&format!("{client}.xml"), &full(client, 1, &[("p1", 1)]));
    }
    sample.scan();
    for client in ["TEST01", "A"] {
        sample.send(&format!("{client}-2.xml"), &full(client, 2, &[("p1", 2)]));
    }
    let expedited = sample.expedite(&["test01"], None).expect("may be");
    assert_eq!((expedited.intake.loaded, expedited.evaluated), (1, vec!["TEST01".to_owned()]));
    assert_eq!(sample.files("spool/in"), ["A-2.xml"], "the others wait");
    assert_eq!(sample.files("matrix/overlay"), ["linux/TEST01.matrix"]);
    let cells = sample.cells();
    assert_eq!(cells[0], "A linux:U-1 Missing package-older");
    assert_eq!(cells[3], "TEST01 linux:U-1 Installed package-current");
    let scanned = sample.scan();
    assert_eq!(scanned.evaluated, 2);
    assert_eq!(sample.files("matrix/overlay"), [""; 0], "a scan folds it in");
    assert_eq!(sample.cells()[3], cells[3]);
}

#[test]
fn s4_2_a_file_by_hand_is_taken_ahead() {
    let sample = Sample::new();
    let file = sample.path("by-hand.xml");
    std::fs::write(&file, full("TEST01", 1, &[("p1", 1)])).expect("is written");
    sample.send("by-hand.xml", &full("A", 1, &[]));
    let expedited = sample.expedite(&["TEST01"], Some(&file)).expect("may be");
    assert_eq!(expedited.evaluated, ["TEST01"]);
    assert_eq!(sample.files("spool/in"), ["by-hand.xml"], "the one of another client waits");
    assert!(file.exists());
    sample.scan();
    let cells = sample.cells();
    assert_eq!(cells[3], "TEST01 linux:U-1 Missing package-older");
}

#[test]
fn s4_2_it_is_not_for_production_nor_for_many() {
    let sample = Sample::new();
    sample.send("A.xml", &full("A", 1, &[]));
    assert_eq!(sample.expedite(&["A"], None).map_err(|error| error.code()).err(), Some(Code::BadValue));
    let many = ["TEST01"; 17];
    assert_eq!(sample.expedite(&many, None).map_err(|error| error.code()).err(), Some(Code::BadValue));
    assert_eq!(sample.files("spool/in"), ["A.xml"]);
    let nobody = sample.expedite(&["TEST01"], None).expect("may be");
    assert_eq!(nobody.unknown, ["TEST01"]);
}

#[test]
fn s4_2_it_does_not_wait_for_a_scan_that_is_at_work() {
    let sample = Sample::new();
    sample.send("TEST01.xml", &full("TEST01", 1, &[("p1", 1)]));
    sample.scan();
    let held =
        std::fs::OpenOptions::new().read(true).write(true).open(sample.path("scan.lock")).expect("is there");
    held.lock().expect("nobody holds it");
    sample.send("TEST01.xml", &full("TEST01", 2, &[("p1", 2)]));
    sample.expedite(&["TEST01"], None).expect("does not wait");
    assert_eq!(sample.cells()[0], "TEST01 linux:U-1 Installed package-current");
}

/// Somebody who does something at the site as soon as a report was taken.
struct Meddler<'s> {
    sample: &'s Sample,
    meddle: fn(&Sample),
    has_meddled: AtomicBool,
}

impl<'s> Meddler<'s> {
    fn new(sample: &'s Sample, meddle: fn(&Sample)) -> Meddler<'s> {
        Meddler { sample, meddle, has_meddled: AtomicBool::new(false) }
    }
}

impl Host for Meddler<'_> {
    fn now(&self) -> jiff::Timestamp {
        self.sample.desk.now
    }

    fn evaluated(&self, _bytes: u64) {
        if !self.has_meddled.swap(true, Ordering::Relaxed) {
            (self.meddle)(self.sample);
        }
    }
}

/// Keeps something else of the client.
fn replace(sample: &Sample) {
    let store = sample.site().store();
    let before = store.load().expect("is whole").get("TEST01").expect("is kept").clone();
    let mut after = before.clone();
    after.documents[0].serial = Some(2);
    store.commit(vec![Change { before: Some(before), after }]).expect("is written");
}

/// Looks at the client ahead of all others, by a later report.
fn expedite(sample: &Sample) {
    let file = sample.path("by-hand.xml");
    std::fs::write(&file, full("TEST01", 3, &[("p1", 2)])).expect("is written");
    sample.expedite(&["TEST01"], Some(&file)).expect("does not wait");
}

#[test]
fn s4_2_a_report_is_decided_again_when_a_scan_was_first() {
    let sample = Sample::new();
    sample.send("TEST01.xml", &full("TEST01", 1, &[("p1", 1)]));
    sample.scan();
    sample.send("TEST01.xml", &full("TEST01", 3, &[("p1", 2)]));
    let clients = ["TEST01".to_owned()];
    let request = Request { clients: &clients, file: None, any_collection: false, max: 16, most: MOST };
    let meddler = Meddler::new(&sample, replace);
    let expedited = sample.site().expedite(&request, &meddler).expect("may be");
    assert!(meddler.has_meddled.into_inner());
    assert_eq!((expedited.intake.loaded, expedited.intake.given_back), (1, 0));
    assert_eq!(sample.files("spool/in"), [""; 0], "it is not left for the scan");
    assert_eq!(sample.cells()[0], "TEST01 linux:U-1 Installed package-current");
}

#[test]
fn s4_2_what_a_scan_is_to_change_may_be_replaced_meanwhile() {
    let sample = Sample::new();
    sample.send("TEST01.xml", &full("TEST01", 1, &[("p1", 1)]));
    sample.scan();
    sample.send("delta.xml", &delta("TEST01", 2, &[("p3", 1)], &[]));
    sample.send("Z.xml", &full("Z", 1, &[("p1", 1)]));
    let meddler = Meddler::new(&sample, expedite);
    let request = patchstate::site::scan::Request { collection: None, all: false, most: MOST };
    let scanned = sample.site().scan(&request, &meddler);
    assert!(meddler.has_meddled.into_inner());
    assert!(scanned.is_ok(), "{scanned:?}");
    sample.scan();
    assert_eq!(sample.cells()[0], "TEST01 linux:U-1 Installed package-current");
    assert_eq!((sample.files("spool/in"), sample.bad()), (vec![], vec![]));
    assert_eq!(sample.cells()[3], "Z linux:U-1 Missing package-older", "the others are taken as ever");
}

#[test]
fn s4_2_clients_are_answered_before_the_first_scan() {
    let sample = Sample::new();
    for client in ["TEST01", "A"] {
        sample.send(&format!("{client}.xml"), &full(client, 1, &[("p1", 1)]));
        let clients = [client.to_owned()];
        let request = Request { clients: &clients, file: None, any_collection: true, max: 16, most: MOST };
        sample.site().expedite(&request, &sample.desk).expect("may be");
        assert_eq!(
            sample.cells().last().map(String::as_str),
            Some("TEST01 linux:U-3 NotApplicable package-absent")
        );
    }
    let cells = sample.cells();
    assert_eq!((cells.len(), cells[0].as_str()), (6, "A linux:U-1 Missing package-older"));
    sample.scan();
    assert_eq!((sample.cells(), sample.files("matrix/overlay")), (cells, vec![]));
}

#[test]
fn s4_2_a_row_that_is_being_written_is_no_row() {
    let sample = Sample::new();
    sample.send("TEST01.xml", &full("TEST01", 1, &[("p1", 1)]));
    sample.scan();
    std::fs::create_dir_all(sample.path("matrix/overlay/linux")).expect("is made");
    std::fs::write(sample.path("matrix/overlay/linux/.patchstate-a1b2c3"), "PS").expect("is written");
    assert_eq!(sample.cells()[0], "TEST01 linux:U-1 Missing package-older");
    sample.scan();
}

#[test]
fn without_an_index_nothing_can_be_said() {
    let sample = Sample::defined(|text| text);
    assert_eq!(
        sample.expedite(&["TEST01"], None).map_err(|error| error.code()).err(),
        Some(Code::BadReference)
    );
}
