//! Scans: who is evaluated again, and that nothing half-made is seen.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use conformance::site::{MOST, Sample, contents, delta, differing, full, updates};
use patchstate::diagnostic::Code;
use patchstate::site::host::Host;
use patchstate::site::scan::Request;

const ALL: Request<'_> = Request { collection: None, all: false, most: MOST };

#[test]
fn s4_1_only_what_changed_is_evaluated() {
    let sample = Sample::new();
    for client in ["A", "B", "C"] {
        sample.send(&format!("{client}.xml"), &full(client, 1, &[("p1", 1)]));
    }
    assert_eq!(sample.scan().evaluated, 3);
    let first = fs::read(sample.path("matrix/linux.matrix")).expect("is there");
    let again = sample.scan();
    assert_eq!((again.evaluated, again.feeds[0].is_new, again.feeds[0].rows), (0, false, 3));
    sample.send("B.xml", &full("B", 2, &[("p1", 2)]));
    let one = sample.scan();
    assert_eq!((one.evaluated, one.feeds[0].evaluated, one.feeds[0].rows), (1, 1, 3));
    let all = sample.scan_as(Request { all: true, ..ALL }).expect("nothing is in its way");
    assert_eq!(all.evaluated, 3);
    assert_ne!(fs::read(sample.path("matrix/linux.matrix")).expect("is there"), first);
}

#[test]
fn s4_1_a_collection_is_scanned_alone() {
    let sample = Sample::new();
    for client in ["TEST01", "A"] {
        sample.send(&format!("{client}.xml"), &full(client, 1, &[("p1", 1)]));
    }
    sample.scan();
    for client in ["TEST01", "A"] {
        sample.send(&format!("{client}.xml"), &full(client, 2, &[("p1", 2)]));
    }
    let request = Request { collection: Some("linux-preproduction"), ..ALL };
    assert_eq!(sample.scan_as(request).expect("nothing is in its way").evaluated, 1);
    let cells = sample.cells();
    assert_eq!(cells[0], "A linux:U-1 Missing package-older", "as it was");
    assert_eq!(cells[3], "TEST01 linux:U-1 Installed package-current");
    assert_eq!(sample.scan().evaluated, 1);
    assert!(sample.scan_as(Request { collection: Some("none"), ..ALL }).is_err());
}

/// The matrices of a site and the times of their cells.
fn made(sample: &Sample) -> BTreeMap<String, Vec<u8>> {
    contents(sample.folder.path(), &["matrix"])
}

#[test]
fn s4_1_rows_of_many_reports_are_those_of_what_is_kept() {
    // Of each second client only the first feed has a row.
    let some = "clients = [\"*1\", \"*3\", \"*5\", \"*7\", \"*9\"]";
    let sample = Sample::of_feeds(&[("one", "updateinfo"), ("two", "updateinfo")], |text| {
        let (one, two) = text.split_at(text.find("id = \"two-production\"").expect("is there"));
        format!("{one}{}", two.replacen("clients = [\"*\"]", some, 1))
    });
    sample.drop_catalog_of("one", "u.xml", &updates(&[1, 2, 3]));
    sample.drop_catalog_of("two", "u.xml", &updates(&[3, 4]));
    sample.sync().expect("is fetched");
    let client = |number: u32| format!("C{number:03}");
    let packages = |number: u32| [("p1", number % 3), ("p3", number % 5), ("p4", 1 + number % 2)];
    // What is scanned now is what all that is kept is evaluated to.
    let check = |evaluated: u64, rows: [u64; 2]| {
        let scanned = sample.scan();
        assert_eq!(scanned.evaluated, evaluated);
        assert_eq!([0, 1].map(|feed| scanned.feeds[feed].rows), rows);
        let ahead = made(&sample);
        let all = sample.scan_as(Request { all: true, ..ALL }).expect("nothing is in its way");
        let (feeds, again) = (scanned.feeds, all.feeds);
        assert!(feeds.iter().zip(&again).all(|(one, other)| one.totals == other.totals));
        assert_eq!(differing(&ahead, &made(&sample)), [""; 0]);
    };

    // Everybody for the first time.
    for number in (0..300).step_by(2) {
        sample.send(&format!("{number}.xml"), &full(&client(number), 1, &packages(number)));
        sample.send(&format!("{number}-1.xml"), &full(&client(number + 1), 1, &packages(number)));
    }
    check(300, [300, 150]);
    // Some of them again, and others between them; of broken ones nothing changes.
    for number in (100..400).step_by(3) {
        sample.send(&format!("{number}.xml"), &full(&client(number), 2, &packages(number + 1)));
    }
    sample.send("broken.xml", "<inventory version=\"1\" client=\"C150\"");
    check(100, [333, 167]);
    // Reports that wait for others: those are evaluated as they are loaded, and then it is their turn.
    for number in 100..200 {
        sample.send(&format!("{number}.xml"), &delta(&client(number), 4, &[("p1", 2)], &[]));
    }
    assert_eq!(sample.scan().intake.quarantined, 100);
    for number in 100..250 {
        sample.send(&format!("{number}.xml"), &full(&client(number), 3, &packages(number)));
    }
    check(150, [333, 167]);
}

/// Somebody who wants an end after some reports.
struct Hasty<'s> {
    sample: &'s Sample,
    reports: AtomicUsize,
}

impl Host for Hasty<'_> {
    fn now(&self) -> jiff::Timestamp {
        self.sample.desk.now
    }

    fn evaluated(&self, _bytes: u64) {
        self.reports.fetch_add(1, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.reports.load(Ordering::Relaxed) >= 130
    }
}

#[test]
fn s4_1_what_is_not_begun_when_the_end_is_wanted_waits_on() {
    let sample = Sample::new();
    for number in 0..300 {
        sample.send(&format!("{number}.xml"), &full(&format!("C{number:03}"), 1, &[("p1", 1)]));
    }
    let hasty = Hasty { sample: &sample, reports: AtomicUsize::new(0) };
    let scanned = sample.site().scan(&ALL, &hasty).expect("nothing is in its way");
    let loaded = scanned.intake.loaded;
    assert!((130..300).contains(&loaded), "{loaded} were loaded");
    assert_eq!(scanned.feeds[0].rows, loaded);
    assert_eq!(sample.files("spool/in").len() as u64, 300 - loaded);
    assert_eq!(sample.files("spool/work"), [""; 0], "what was taken and not begun is given back");
    assert_eq!(sample.scan().intake.loaded, 300 - loaded);
    assert_eq!(sample.files("spool/in"), [""; 0]);
}

#[test]
fn s4_1_without_an_index_reports_are_taken() {
    let sample = Sample::defined(|text| text);
    sample.send("A.xml", &full("A", 1, &[("p1", 1)]));
    let scanned = sample.scan();
    assert_eq!((scanned.intake.loaded, scanned.evaluated, scanned.has_index), (1, 0, false));
    sample.drop_catalog("u.xml", &updates(&[1]));
    sample.sync().expect("is fetched");
    assert_eq!(sample.scan().evaluated, 1);
    assert_eq!(sample.cells(), ["A linux:U-1 Missing package-older"]);
}

#[test]
fn s4_3_a_client_without_inventory_has_no_row() {
    let sample = Sample::new();
    sample.send("A.xml", &delta("A", 2, &[], &[]));
    let scanned = sample.scan();
    assert_eq!((scanned.clients, scanned.feeds[0].rows), (1, 0));
}

#[test]
fn s4_4_another_catalog_evaluates_everybody() {
    let sample = Sample::new();
    for client in ["A", "B"] {
        sample.send(&format!("{client}.xml"), &full(client, 1, &[("p4", 1)]));
    }
    sample.scan();
    sample.drop_catalog("updateinfo.xml", &updates(&[1, 4]));
    sample.sync().expect("is fetched");
    assert_eq!(sample.scan().evaluated, 2);
    assert_eq!(sample.cells()[1], "A linux:U-4 Missing package-older");
    let text = fs::read_to_string(sample.path("site.toml")).expect("is there");
    let text = text.replacen("options = []", "options = [\"--include-retracted\"]", 1);
    fs::write(sample.path("site.toml"), text).expect("is written");
    assert_eq!(sample.scan().evaluated, 2, "other options, too");
}

#[test]
fn two_scans_do_not_work_at_once() {
    let sample = Sample::new();
    let held = fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(sample.path("scan.lock"));
    let held = held.expect("can be made");
    held.lock().expect("nobody holds it");
    assert_eq!(sample.scan_as(ALL).map_err(|error| error.code()).err(), Some(Code::SiteLocked));
    drop(held);
    assert!(sample.scan_as(ALL).is_ok(), "no lock is left");
}

#[test]
fn a_reader_sees_the_matrix_before_or_after() {
    let sample = Sample::new();
    sample.send("A.xml", &full("A", 1, &[("p1", 1)]));
    sample.scan();
    let bytes = patchstate::archive::map::Bytes::read(&sample.path("matrix/linux.matrix")).expect("is there");
    let before = patchstate::matrix::Matrix::open(bytes.as_ref()).expect("is whole");
    sample.send("A.xml", &full("A", 2, &[("p1", 2)]));
    sample.scan();
    assert_eq!(before.totals(), [0, 2, 1, 0], "what was opened stays");
    assert_eq!(sample.look(|matrix| matrix.totals()), [0, 2, 0, 1]);
}

#[test]
fn matrices_are_the_same_on_any_number_of_threads() {
    let matrix = |threads: usize| {
        let sample = Sample::new();
        for number in 0..50 {
            sample.send(&format!("{number}.xml"), &full(&format!("C{number:02}"), 1, &[("p1", number % 3)]));
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| sample.scan());
        ["matrix/linux.matrix", "store/clients"].map(|name| fs::read(sample.path(name)).expect("is there"))
    };
    assert_eq!(matrix(1), matrix(8));
}

#[test]
fn a_damaged_store_is_told_and_nothing_is_written_over_it() {
    let sample = Sample::new();
    sample.send("A.xml", &full("A", 1, &[("p1", 1)]));
    sample.scan();
    let path = sample.path("store/clients");
    let mut bytes = fs::read(&path).expect("is there");
    *bytes.last_mut().expect("is not empty") ^= 1;
    fs::write(&path, &bytes).expect("is written");
    sample.send("B.xml", &full("B", 1, &[]));
    let error = sample.scan_as(ALL).expect_err("is damaged").to_string();
    assert!(error.contains("store/clients"), "{error}");
    assert_eq!(fs::read(&path).expect("is there"), bytes);
    assert_eq!(sample.files("spool/in"), ["B.xml"], "nothing is lost");
}
