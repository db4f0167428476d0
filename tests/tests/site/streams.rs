//! SCCM at a site: reports of hardware and of software are a stream each, and discovery says who is there.

use std::fs;

use conformance::bulletins::{bulletin, fix};
use conformance::sccm::{hotfix, instance, report};
use conformance::site::Sample;
use patchstate::model::fact::Fact;

/// A site with a catalog of two hotfixes.
fn site() -> Sample {
    let sample = Sample::defined(|text| text.replace("format = \"updateinfo\"", "format = \"cvrf\""));
    let fixes = fix("5000001", "", "", &[0]) + &fix("5000002", "", "", &[0]);
    sample.drop_catalog("month.xml", &bulletin(&["Windows Server 2016"], &fixes));
    sample.sync().expect("is fetched");
    sample
}

fn hardware(kind: &str, serial: u64, instances: &[String]) -> String {
    report("01", kind, &serial.to_string(), &instances.concat())
}

fn software(kind: &str, serial: u64, instances: &[String]) -> String {
    report("02", kind, &serial.to_string(), &instances.concat())
}

/// The system that the catalog is for.
fn system() -> String {
    let properties = "<BuildNumber>14393</BuildNumber><Version>10.0.14393</Version><ProductType>3</ProductType>\
                      <OSArchitecture>64-bit</OSArchitecture><OperatingSystemSKU>7</OperatingSystemSKU>";
    instance("", "Win32_OperatingSystem", properties)
}

fn file(content: &str, name: &str) -> String {
    let properties = format!("<Path>C:\\a</Path><Name>{name}</Name><FileVersion>1.2</FileVersion>");
    instance(content, "FileSystemFile", &properties)
}

/// What the cells say of the two hotfixes, and the files that are known: all that either stream states.
fn known(sample: &Sample) -> (Vec<String>, Vec<String>) {
    let inventory = sample.kept("GUID:1");
    let path = |fact: &Fact<'_>| match fact {
        Fact::File(file) => Some(file.path.to_string()),
        _ => None,
    };
    let files = inventory.facts.iter().filter_map(|stated| path(&stated.fact)).collect();
    let cell = |line: String| line.split_once("linux:").map(|(_, cell)| cell.to_owned());
    (sample.cells().into_iter().filter_map(cell).collect(), files)
}

/// The serials that were taken of each stream.
fn serials(sample: &Sample) -> Vec<(String, Option<u64>)> {
    let clients = sample.site().store().load().expect("is whole");
    let record = clients.get("GUID:1").expect("is kept");
    let stream = |stream| match stream {
        patchstate::site::store::Stream::Part(name) => name.to_owned(),
        other => format!("{other:?}"),
    };
    record.documents.iter().map(|stored| (stream(stored.stream), stored.serial)).collect()
}

fn installed(kb: &str) -> String {
    format!("kb/{kb} Installed hotfix-listed")
}

fn unknown(kb: &str) -> String {
    format!("kb/{kb} Unknown not-collected")
}

#[test]
fn each_stream_replaces_and_changes_what_it_brought() {
    let sample = site();
    let step = |name: &str, text: &str, cells: [String; 2], files: &[&str]| {
        sample.send(name, text);
        let scanned = sample.scan();
        assert_eq!((scanned.intake.loaded, scanned.intake.quarantined), (1, 0), "{name}");
        let files = files.iter().map(|file| format!("C:\\a\\{file}")).collect();
        assert_eq!(known(&sample), (cells.to_vec(), files), "{name}");
    };
    let [first, second] = ["5000001", "5000002"];
    step(
        "hardware-7.xml",
        &hardware("Full", 7, &[system(), hotfix("", "KB5000001")]),
        [installed(first), unknown(second)],
        &[],
    );
    step(
        "software-3.xml",
        &software("Full", 3, &[file("", "b.dll"), file("", "c.dll")]),
        [installed(first), unknown(second)],
        &["b.dll", "c.dll"],
    );
    step(
        "hardware-8.xml",
        &hardware("Delta", 8, &[hotfix("New", "KB5000002"), hotfix("Delete", "KB5000001")]),
        [unknown(first), installed(second)],
        &["b.dll", "c.dll"],
    );
    step(
        "software-4.xml",
        &software("Delta", 4, &[file("Delete", "b.dll"), file("New", "d.dll")]),
        [unknown(first), installed(second)],
        &["c.dll", "d.dll"],
    );
    step(
        "hardware-9.xml",
        &hardware("Full", 9, &[system(), hotfix("", "KB5000001")]),
        [installed(first), unknown(second)],
        &["c.dll", "d.dll"],
    );
    step(
        "discovery.xml",
        &report("03", "Full", "99", ""),
        [installed(first), unknown(second)],
        &["c.dll", "d.dll"],
    );
    let streams = [("sccm-discovery", None), ("sccm-hardware", Some(9)), ("sccm-software", Some(4))];
    assert_eq!(serials(&sample), streams.map(|(name, serial)| (name.to_owned(), serial)));
    sample.send("old.xml", &hardware("Delta", 8, &[hotfix("New", "KB5000002")]));
    assert_eq!(sample.scan().intake.skipped, 1, "8 of hardware is out of date, whatever software has");
    assert_eq!((sample.bad(), sample.resyncs()), (vec![], vec![]));
}

#[test]
fn a_gap_of_a_stream_closes_when_what_is_missing_comes() {
    let sample = site();
    sample.send("h1.xml", &hardware("Full", 1, &[system()]));
    sample.send("s1.xml", &software("Full", 1, &[file("", "b.dll")]));
    sample.scan();
    sample.send("h3.xml", &hardware("Delta", 3, &[hotfix("New", "KB5000002")]));
    sample.scan();
    assert_eq!(sample.bad(), [("h3.xml".to_owned(), "serial-gap".to_owned())]);
    let request = fs::read_to_string(sample.path("spool/resync/GUID%3A1.toml")).expect("is there");
    assert!(request.contains("client = \"GUID:1\"") && request.contains("last_good = \"1\""), "{request}");
    let stale = |kb: &str| unknown(kb) + " stale";
    assert_eq!(known(&sample).0, [stale("5000001"), stale("5000002")]);
    sample.send("h2.xml", &hardware("Delta", 2, &[hotfix("New", "KB5000001")]));
    let scanned = sample.scan();
    assert_eq!((scanned.intake.loaded, scanned.intake.requeued), (2, 1));
    assert_eq!(known(&sample).0, [installed("5000001"), installed("5000002")]);
    assert_eq!((sample.bad(), sample.resyncs()), (vec![], vec![]));
}

#[test]
fn a_full_report_answers_the_request_of_its_stream() {
    for (name, kind) in [("serial-gap", true), ("delta-without-full", false)] {
        let sample = site();
        if kind {
            sample.send("h1.xml", &hardware("Full", 1, &[system()]));
        }
        sample.send("h5.xml", &hardware("Delta", 5, &[hotfix("New", "KB5000001")]));
        sample.scan();
        assert_eq!(sample.bad(), [("h5.xml".to_owned(), name.to_owned())]);
        assert_eq!(sample.resyncs(), ["GUID%3A1.toml"]);
        sample.send("h6.xml", &hardware("Full", 6, &[system(), hotfix("", "KB5000002")]));
        sample.scan();
        assert_eq!((sample.bad(), sample.resyncs()), (vec![], vec![]), "{name}");
        assert_eq!(known(&sample).0, [unknown("5000001"), installed("5000002")], "{name}");
    }
}

#[test]
fn a_request_of_one_stream_is_not_answered_by_the_other() {
    let sample = site();
    sample.send("h1.xml", &hardware("Full", 1, &[system()]));
    sample.send("s1.xml", &software("Full", 1, &[file("", "b.dll")]));
    sample.send("h3.xml", &hardware("Delta", 3, &[hotfix("New", "KB5000002")]));
    sample.scan();
    assert_eq!(sample.resyncs(), ["GUID%3A1.toml"]);
    sample.send("s2.xml", &software("Delta", 2, &[file("New", "c.dll")]));
    sample.scan();
    assert_eq!(known(&sample).1, ["C:\\a\\b.dll", "C:\\a\\c.dll"], "the other stream goes on");
    assert_eq!(sample.resyncs(), ["GUID%3A1.toml"], "after a delta");
    sample.send("s9.xml", &software("Full", 9, &[file("", "b.dll")]));
    sample.scan();
    assert_eq!(sample.resyncs(), ["GUID%3A1.toml"], "after a full report");
    assert_eq!(sample.bad().len(), 1);
    assert!(known(&sample).0.iter().all(|cell| cell.ends_with(" stale")));
}
