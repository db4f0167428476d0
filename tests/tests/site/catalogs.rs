//! Fetching catalogs: revisions, what is current, and everything that leaves it as it was.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use patchstate::diagnostic::Code;
use patchstate::error::{Error, Result};
use patchstate::site::catalogs::{Fetched, Request, Synced, Validators};
use patchstate::site::host::Host;

use conformance::site::{Desk, Sample, full, updates};

const ALL: Request<'_> = Request { feeds: &[], from: None, force: false, any_host: false };

/// What became of the one feed.
fn result(sample: &Sample, request: Request<'_>) -> Result<Synced> {
    sample.sync_as(request).map(|fed| fed[0].result)
}

/// Everything of the site that says what is current.
fn state(sample: &Sample) -> (Vec<String>, String, Vec<String>) {
    let current = fs::read_to_string(sample.path("index/current")).unwrap_or_default();
    (sample.files("catalog/linux/rev"), current, sample.files("index"))
}

#[test]
fn s1_only_the_host_of_the_feed_fetches() {
    let mut sample = Sample::defined(|text| text);
    sample.drop_catalog("a.xml", &updates(&[1]));
    sample.desk.name = "ELSEWHERE".to_owned();
    assert_eq!(result(&sample, ALL).map_err(|error| error.code()), Err(Code::NotSyncHost));
    assert_eq!(result(&sample, Request { any_host: true, ..ALL }).ok(), Some(Synced::Revision(1)));
    sample.desk.name = "sitesrv".to_owned();
    assert_eq!(result(&sample, ALL).ok(), Some(Synced::Unchanged), "names have no case");
}

#[test]
fn s2_sources_are_asked_in_their_order() {
    let sample = Sample::defined(|text| {
        text.replace("source = [\"drop\"]", "source = [\"mirror\", \"one.xml\", \"drop\"]")
    });
    sample.drop_catalog("z.xml", &updates(&[1]));
    assert_eq!(result(&sample, ALL).ok(), Some(Synced::Revision(1)), "the last one has one");
    assert_eq!(sample.desk.heard("source-failed"), 2);
    fs::write(sample.path("one.xml"), updates(&[1, 2])).expect("is written");
    assert_eq!(result(&sample, ALL).ok(), Some(Synced::Revision(2)), "a file");
    fs::create_dir(sample.path("mirror")).expect("is made");
    fs::write(sample.path("mirror/b.xml"), updates(&[1, 2, 3])).expect("is written");
    fs::write(sample.path("mirror/c.xml.part"), "half").expect("is written");
    fs::write(sample.path("mirror/.hidden"), "half").expect("is written");
    assert_eq!(result(&sample, ALL).ok(), Some(Synced::Revision(3)), "the newest file of a folder");
    let from = sample.path("one.xml");
    let by_hand = Request { from: Some(&from), force: true, ..ALL };
    assert_eq!(
        result(&sample, by_hand).ok(),
        Some(Synced::Revision(2)),
        "by hand, and a revision that is kept"
    );
    let nothing = Sample::defined(|text| text);
    assert!(nothing.sync().is_err(), "no source gives a catalog");
}

#[test]
fn s2_the_newest_file_counts_and_then_the_name() {
    let sample = Sample::defined(|text| text);
    for (name, update) in [("b.xml", 2), ("a.xml", 1)] {
        sample.drop_catalog(name, &updates(&[update]));
    }
    let same = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let touch = |name: &str, time| {
        let file = fs::File::options().write(true).open(sample.path("catalog/linux/drop").join(name));
        file.and_then(|file| file.set_modified(time)).expect("has a time");
    };
    ["a.xml", "b.xml"].iter().for_each(|name| touch(name, same));
    sample.sync().expect("is fetched");
    assert!(sample.files("catalog/linux/rev").contains(&"000001/b.xml".to_owned()));
    touch("a.xml", same + std::time::Duration::from_secs(1));
    sample.sync().expect("is fetched");
    assert!(sample.files("catalog/linux/rev").contains(&"000002/a.xml".to_owned()));
}

#[test]
fn s2_an_address_is_asked_for_changes_and_failures_change_nothing() {
    let mut sample = Sample::defined(|text| {
        text.replace("source = [\"drop\"]", "source = [\"https://me:secret@example.org/u/updateinfo.xml?x\"]")
    });
    sample.desk.fetch = Some(Box::new(|transfer| {
        assert_eq!(transfer.most, 2048 << 20);
        if transfer.validators.etag.as_deref() == Some("\"1\"") {
            return Ok(Fetched::Unchanged);
        }
        fs::write(transfer.to, updates(&[1])).expect("is written");
        Ok(Fetched::Complete(Validators { etag: Some("\"1\"".to_owned()), last_modified: None }))
    }));
    assert_eq!(result(&sample, ALL).ok(), Some(Synced::Revision(1)));
    let about = fs::read_to_string(sample.path("catalog/linux/rev/000001/meta.toml")).expect("is there");
    assert!(about.contains("source = \"https://example.org/u/updateinfo.xml?x\""), "{about}");
    assert!(sample.files("catalog/linux/rev").contains(&"000001/updateinfo.xml".to_owned()));
    assert_eq!(result(&sample, ALL).ok(), Some(Synced::Unchanged), "it was asked for changes");
    let before = state(&sample);
    sample.desk.fetch = Some(Box::new(|_| Err(Error::new(Code::Io, "the server answered 500"))));
    assert!(sample.sync().is_err_and(|error| error.to_string().contains("500")));
    assert_eq!(state(&sample), before);
    let log = fs::read_to_string(sample.path("log/sync.jsonl")).expect("is there");
    assert!(log.contains("source-failed") && !log.contains("secret"), "{log}");
}

#[test]
fn s2_another_digest_is_refused() {
    let sample =
        Sample::defined(|text| text.replace("digest = \"\"", &format!("digest = \"{}\"", "ab".repeat(32))));
    sample.drop_catalog("a.xml", &updates(&[1]));
    let error = sample.sync().expect_err("has another digest").to_string();
    assert!(error.contains("SHA-256"), "{error}");
    assert_eq!(state(&sample), (vec![], String::new(), vec![]));
}

#[test]
fn s3_the_same_bytes_are_not_compiled_again() {
    let sample = Sample::new();
    let before = state(&sample);
    sample.drop_catalog("same.xml", &updates(&[1, 2, 3]));
    assert_eq!(result(&sample, ALL).ok(), Some(Synced::Unchanged));
    assert_eq!(state(&sample), before);
    assert_eq!(result(&sample, Request { force: true, ..ALL }).ok(), Some(Synced::Revision(1)));
    assert_ne!(state(&sample).1, before.1, "another index was made");
    assert_eq!(state(&sample).0, before.0, "of the same revision");
}

#[test]
fn s4_a_file_that_grows_is_left_alone() {
    let mut sample = Sample::new();
    let before = state(&sample);
    sample.drop_catalog("next.xml", &updates(&[1]));
    let path = sample.path("catalog/linux/drop/next.xml");
    sample.desk.meanwhile = Some(Box::new(move || {
        let text = fs::read_to_string(&path).expect("is there");
        fs::write(&path, text + " ").expect("is written");
    }));
    assert_eq!(result(&sample, ALL).map_err(|error| error.code()), Err(Code::StillBeingWritten));
    assert_eq!(state(&sample), before);
    sample.desk.meanwhile = None;
    assert_eq!(result(&sample, ALL).ok(), Some(Synced::Revision(2)));
}

#[test]
fn s5_a_catalog_that_cannot_be_compiled_is_put_aside() {
    let sample = Sample::new();
    sample.send("1.xml", &full("A", 1, &[("p1", 1)]));
    sample.scan();
    let (before, cells) = (state(&sample), sample.cells());
    sample.drop_catalog("broken.xml", "<updates><update></updates>");
    let error = sample.sync().expect_err("is not well-formed");
    assert_eq!(error.code(), Code::NotWellFormed);
    assert_eq!(state(&sample), before);
    assert_eq!(sample.files("catalog/linux/bad"), ["broken.xml", "broken.xml.reason.txt"]);
    let reason =
        fs::read_to_string(sample.path("catalog/linux/bad/broken.xml.reason.txt")).expect("is there");
    assert!(reason.contains("incoming:1:"), "{reason}");
    assert_eq!(sample.scan().evaluated, 0, "the old index answers");
    assert_eq!(sample.cells(), cells);
}

#[test]
fn s5_readers_keep_the_index_that_they_opened() {
    let sample = Sample::new();
    let site = sample.site();
    let index = site.index().expect("is whole").expect("is there");
    for last in 4..7 {
        sample.drop_catalog("updateinfo.xml", &updates(&(1..=last).collect::<Vec<_>>()));
        sample.sync().expect("is fetched");
        let now = site.index().expect("is whole").expect("is there");
        assert_eq!(now.view().expect("opens").updates(), last);
    }
    assert_eq!(index.view().expect("opens").updates(), 3);
    assert_eq!(sample.files("index").len(), 4, "current, previous, and the two that they name");
}

#[test]
fn s6_so_many_revisions_are_kept_and_always_the_current_one() {
    let sample = Sample::defined(|text| text.replace("keep_revisions = 8", "keep_revisions = 2"));
    for last in 1..=4 {
        sample.drop_catalog("u.xml", &updates(&(1..=last).collect::<Vec<_>>()));
        sample.sync().expect("is fetched");
    }
    let numbers = |sample: &Sample| -> Vec<u64> {
        sample.site().revisions("linux").expect("are read").iter().map(|revision| revision.number).collect()
    };
    assert_eq!(numbers(&sample), [3, 4]);
    let site = sample.site();
    site.rollback("linux", Some(3), &sample.desk).expect("is kept");
    for last in 5..=8 {
        // What was rolled back to is the current one until another one comes.
        sample.drop_catalog("u.xml", &updates(&(1..=last).collect::<Vec<_>>()));
        sample.sync().expect("is fetched");
    }
    assert_eq!(numbers(&sample), [7, 8]);
    let about = &site.revisions("linux").expect("are read")[1];
    assert_eq!((about.file.as_str(), about.taken.as_str()), ("u.xml", "2026-03-02T12:00:00Z"));
    let kept = fs::read_to_string(sample.path("catalog/linux/rev/000008/u.xml")).expect("is there");
    assert_eq!(
        (about.bytes, kept),
        (updates(&[1, 2, 3, 4, 5, 6, 7, 8]).len() as u64, updates(&[1, 2, 3, 4, 5, 6, 7, 8]))
    );
    let all = Sample::defined(|text| text.replace("keep_revisions = 8", "keep_revisions = 0"));
    for last in 1..=4 {
        all.drop_catalog("u.xml", &updates(&(1..=last).collect::<Vec<_>>()));
        all.sync().expect("is fetched");
    }
    assert_eq!(numbers(&all), [1, 2, 3, 4]);
}

#[test]
fn s7_what_is_older_is_taken_only_by_force() {
    let sample = Sample::defined(|text| text.replace("format = \"updateinfo\"", "format = \"mssecure\""));
    let version = |version: &str| {
        format!(
            "<BulletinDatastore DataVersion=\"{version}\" LastDataUpdate=\"1/31/2002\"><Bulletins/></BulletinDatastore>"
        )
    };
    sample.drop_catalog("a.xml", &version("1.0.1.10"));
    sample.sync().expect("is fetched");
    let before = state(&sample);
    sample.drop_catalog("a.xml", &version("1.0.1.9"));
    assert_eq!(result(&sample, ALL).map_err(|error| error.code()), Err(Code::OlderCatalog));
    assert_eq!(state(&sample), before);
    assert_eq!(result(&sample, Request { force: true, ..ALL }).ok(), Some(Synced::Revision(2)));
    assert_eq!(sample.desk.heard("older-catalog"), 2);
}

#[test]
fn s8_an_earlier_revision_becomes_current_again() {
    let sample = Sample::new();
    sample.send("1.xml", &full("A", 1, &[("p1", 1)]));
    sample.scan();
    let before = sample.cells();
    sample.drop_catalog("updateinfo.xml", &updates(&[1]));
    sample.sync().expect("is fetched");
    sample.scan();
    assert_eq!(sample.cells(), before[..1]);
    let site = sample.site();
    assert_eq!(site.rollback("linux", None, &sample.desk).ok(), Some(1));
    sample.scan();
    assert_eq!(sample.cells(), before);
    assert_eq!(site.current().expect("is whole").expect("is there").revisions["linux"], 1);
    assert!(site.rollback("linux", None, &sample.desk).is_err(), "there is none before the first");
    assert!(site.rollback("linux", Some(9), &sample.desk).is_err());
    assert_eq!(site.rollback("linux", Some(2), &sample.desk).ok(), Some(2));
}

#[test]
fn s9_what_is_due_is_listed_and_fetching_comes_first() {
    let mut sample = Sample::new();
    let due = |sample: &Sample, now: &str| -> Vec<String> {
        let due = sample.site().due(now.parse().expect("is a time")).expect("is read");
        due.into_iter().map(|due| due.advertisement).collect()
    };
    assert_eq!(due(&sample, "2026-03-02T12:00:00Z"), ["linux-scan"]);
    sample.desk.now = "2026-03-03T12:00:00Z".parse().expect("is a time");
    sample.scan();
    assert_eq!(due(&sample, "2026-03-09T12:00:00Z"), [""; 0]);
    assert_eq!(due(&sample, "2026-03-09T12:00:01Z"), ["linux-sync"]);
    assert_eq!(due(&sample, "2026-03-10T12:00:01Z"), ["linux-sync", "linux-scan"]);
    assert!(sample.site().definition.warnings.is_empty());
    let often = Sample::defined(|text| text.replacen("every_days = 7", "every_days = 3", 1));
    assert!(often.site().definition.warnings[0].contains("scanned every 3 days and fetched every 7"));
}

#[test]
fn s10_a_second_run_waits_for_nobody() {
    let sample = Sample::new();
    let path = sample.path("sync.lock");
    let held = fs::OpenOptions::new().read(true).write(true).open(&path).expect("was made");
    held.lock().expect("nobody holds it");
    fs::write(&path, "12345\n").expect("is written");
    let refused = sample.sync().expect_err("somebody is at work");
    assert_eq!(refused.code(), Code::SiteLocked);
    assert!(refused.to_string().contains("process 12345"), "{refused}");
    drop(held);
    sample.sync().expect("whoever held it is gone");
    assert_eq!(sample.desk.heard("stale-lock"), 1, "and did not give it back");
    sample.sync().expect("nobody holds it");
    assert_eq!(sample.desk.heard("stale-lock"), 1);
}

#[test]
fn s11_every_run_is_a_line_of_the_log() {
    let sample = Sample::new();
    sample.sync().expect("is fetched");
    sample.drop_catalog("broken.xml", "<");
    assert!(sample.sync().is_err());
    let log = fs::read_to_string(sample.path("log/sync.jsonl")).expect("is there");
    let lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["result"], "current");
    assert_eq!((&lines[0]["feed"], &lines[0]["revision"]), (&"linux".into(), &1.into()));
    assert_eq!(lines[0]["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(lines[1]["result"], "unchanged");
    assert_eq!((&lines[2]["event"], &lines[2]["code"]), (&"sync-failed".into(), &"not-well-formed".into()));
}

#[test]
fn two_feeds_are_one_index_and_two_matrices() {
    let sample = Sample::defined(|text| {
        let feed = text.split_once("\n[[feed]]").expect("has a feed").1;
        let other = format!("\n[[feed]]{feed}").replace("linux", "more");
        format!("{text}{other}").replacen("options = []", "options = [\"--include-retracted\"]", 1)
    });
    fs::create_dir_all(sample.path("catalog/more/drop")).expect("is made");
    fs::create_dir_all(sample.path("catalog/more/rev")).expect("is made");
    sample.drop_catalog("a.xml", &updates(&[1, 2]));
    assert!(sample.sync().is_err(), "the other feed has none yet");
    sample.sync_as(Request { feeds: &["linux".to_owned()], ..ALL }).expect("is fetched");
    fs::write(sample.path("catalog/more/drop/b.xml"), updates(&[3])).expect("is written");
    sample.sync_as(Request { feeds: &["more".to_owned()], ..ALL }).expect("is fetched");
    sample.send("1.xml", &full("A", 1, &[("p1", 1), ("p3", 1)]));
    let scanned = sample.scan();
    let feeds: Vec<_> = scanned.feeds.iter().map(|feed| (feed.feed.as_str(), feed.totals)).collect();
    assert_eq!(feeds, [("linux", [0, 1, 1, 0]), ("more", [0, 0, 1, 0])]);
    let site = sample.site();
    let clients = site.store().load().expect("is whole");
    let views = site.views(&["more".to_owned()], None).expect("are whole");
    let matrix = views[0].open(&site, &clients, sample.desk.now()).expect("is whole").expect("is there");
    assert_eq!(matrix.updates[0].id, "more:U-3");
    assert_eq!((matrix.run.sources.len(), matrix.updates[0].source), (1, 0));
    matrix.verify().expect("means something");
}

#[test]
fn nothing_waits_where_nothing_came_from_here() {
    static WAITS: AtomicUsize = AtomicUsize::new(0);
    let mut sample = Sample::defined(|text| text.replace("[\"drop\"]", "[\"http://example.org/\"]"));
    sample.desk = Desk {
        fetch: Some(Box::new(|transfer| {
            fs::write(transfer.to, updates(&[1])).expect("is written");
            Ok(Fetched::Complete(Validators::default()))
        })),
        meanwhile: Some(Box::new(|| _ = WAITS.fetch_add(1, Ordering::Relaxed))),
        ..Desk::at(conformance::site::NOW)
    };
    sample.sync().expect("is fetched");
    assert_eq!(WAITS.load(Ordering::Relaxed), 0);
    assert!(sample.files("catalog/linux/rev").contains(&"000001/catalog".to_owned()));
}
