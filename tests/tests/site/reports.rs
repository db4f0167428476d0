//! Reports over a site: coverage, times, and the totals that must add up.

use conformance::site::{Sample, delta, full, full_at};
use patchstate::report::{self, Form, Options, SiteFacts};

#[test]
fn s6_1_times_of_detection_and_application_are_kept() {
    let mut sample = Sample::new();
    sample.send("A.xml", &full("A", 1, &[("p1", 1), ("p2", 2)]));
    sample.scan();
    sample.desk.now = "2026-03-03T12:00:00Z".parse().expect("is a time");
    sample.send("A.xml", &full_at("A", 2, "2026-03-03T08:00:00Z", &[("p1", 2), ("p2", 2)]));
    sample.scan();
    sample.scan();
    let site = sample.site();
    let lines = sample.look(|matrix| {
        let ids = matrix.updates.iter().map(|update| update.id.as_str());
        let times = site.times("linux").expect("is whole").of_updates(ids);
        let (authorized, _) = site.authorized(matrix).expect("are whole");
        let options =
            Options { site: SiteFacts { times, authorized, ..SiteFacts::default() }, ..Options::default() };
        let mut out = Vec::new();
        let export = report::find_export("patchstate").expect("is there");
        export.write(matrix, Form::Csv, &options, &mut out).expect("writes to memory");
        let mut rows = csv::Reader::from_reader(&out[..]);
        let rows: Vec<csv::StringRecord> = rows.records().map(|row| row.expect("is a row")).collect();
        rows.iter().map(|row| [&row[2], &row[10], &row[18], &row[19]].map(str::to_owned)).collect::<Vec<_>>()
    });
    let row = |texts: [&str; 4]| texts.map(str::to_owned);
    assert_eq!(lines[0], row(["U-1", "Installed", "2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z"]));
    assert_eq!(lines[1], row(["U-2", "Installed", "", ""]), "it was never missing here");
}

#[test]
fn s6_2_the_four_counts_add_up() {
    let sample = Sample::new();
    for number in 0..7 {
        sample.send(&format!("{number}.xml"), &full(&format!("C{number}"), 1, &[("p1", number % 3)]));
    }
    sample.scan();
    sample.look(|matrix| {
        let report = report::find("summary").expect("is there");
        let table = (report.table)(matrix, "", &Options::default()).expect("is made");
        let place =
            |name: &str| table.columns.iter().position(|column| column.name == name).expect("is there");
        let counts = ["Counts", "InstalledCounts", "UnknownCounts", "NotApplicableCounts"].map(place);
        for row in &table.rows {
            let sum: u64 = counts.iter().map(|at| row[*at].data().parse::<u64>().expect("is a number")).sum();
            assert_eq!(sum, matrix.clients.len() as u64);
        }
        assert_eq!(table.rows.len(), 3);
    });
}

#[test]
fn s6_3_coverage_counts_those_of_whom_nothing_is_known() {
    let mut sample = Sample::defined(|text| text.replacen("[\"*\"]", "[\"@all.txt\"]", 1));
    std::fs::write(sample.path("all.txt"), "# all\nA\nb\nC\nD\nE\n").expect("is written");
    sample.drop_catalog("u.xml", &conformance::site::updates(&[1]));
    sample.sync().expect("is fetched");
    sample.send("A.xml", &full("A", 1, &[]));
    sample.send("B.xml", &full_at("B", 1, "2026-02-01T00:00:00Z", &[]));
    sample.send("C.xml", &delta("C", 2, &[], &[]));
    sample.send("X.xml", &full("X", 1, &[]));
    sample.scan();
    let site = sample.site();
    let clients = site.store().load().expect("is whole");
    let (coverage, unassigned) = site.coverage(&clients, sample.desk.now).expect("is counted");
    let production = &coverage[0];
    assert_eq!(
        (production.named, production.with_inventory, production.recent, production.stale),
        (5, 2, 1, 1)
    );
    assert_eq!((production.never_seen, production.resync, production.quarantined), (Some(3), 1, 1));
    assert_eq!(production.evaluated, 2);
    assert_eq!(unassigned, ["X"]);
    let table = site.coverage_table(&clients, sample.desk.now).expect("is made");
    let mut out = Vec::new();
    table.write(&report::table::Form::Csv, &mut out).expect("writes to memory");
    let text = String::from_utf8(out).expect("is text");
    assert!(text.contains("linux-production,with inventory,2,5,40.0 % (2 of 5)"), "{text}");
    sample.desk.now = "2026-04-02T12:00:00Z".parse().expect("is a time");
    let (coverage, _) = site.coverage(&clients, sample.desk.now).expect("is counted");
    assert_eq!((coverage[0].recent, coverage[0].stale), (0, 2));
    let open = Sample::new();
    let clients = open.site().store().load().expect("is whole");
    let (coverage, _) = open.site().coverage(&clients, open.desk.now).expect("is counted");
    assert_eq!(coverage[0].never_seen, None, "nobody is named one by one");
}

#[test]
fn s6_4_views_show_what_is_kept() {
    let sample = Sample::new();
    sample.send("A.xml", &full("A", 1, &[("p1", 1)]));
    sample.send("TEST01.xml", &full("TEST01", 1, &[("p1", 2)]));
    sample.scan();
    let site = sample.site();
    let clients = site.store().load().expect("is whole");
    let views = site.views(&["linux".to_owned()], Some("linux-preproduction")).expect("are whole");
    let matrix = views[0].open(&site, &clients, sample.desk.now).expect("is whole").expect("is there");
    assert_eq!((matrix.clients.len(), matrix.totals()), (1, [0, 2, 0, 1]));
    matrix.verify().expect_err("rows were left out of what is in the file");
    assert!(site.views(&["none".to_owned()], None).is_err());
    assert!(site.read_kept_of(&clients, "nobody", sample.desk.now).is_err());
}
