//! Several processes at one site: one of a kind at a time, and readers see what was or what is.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use conformance::site::{contents, differing, full, full_at, updates};

use super::{NOW, code, copy, define, program, run, said, send, site, wait_until};

/// A process that is ended with the test, however that ends.
struct Started(Child);

impl Started {
    fn new(words: &[&str]) -> Started {
        let mut command = program();
        command.args(words).stdout(Stdio::null()).stderr(Stdio::null());
        Started(command.spawn().expect("the program starts"))
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.0.id().to_string()]).status();
        assert!(sent.expect("there is a `kill`").success());
    }

    /// Waits until it holds a lock.
    fn holds(&self, lock: &Path) {
        let id = self.0.id().to_string();
        wait_until(|| fs::read_to_string(lock).is_ok_and(|text| text.trim() == id), "the lock is held");
    }

    fn code(&mut self) -> Option<i32> {
        self.0.wait().expect("ends").code()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A list of clients that is being read until it is let go: whoever needs it waits. A scan needs it when the
/// reports were taken, and before it makes a matrix.
struct Gate {
    path: PathBuf,
    pipe: fs::File,
}

impl Gate {
    fn new(site: &Path) -> Gate {
        let path = site.join("all.txt");
        fs::remove_file(&path).expect("was there");
        assert!(Command::new("mkfifo").arg(&path).status().expect("there is a `mkfifo`").success());
        let pipe = fs::File::options().read(true).write(true).open(&path).expect("is there");
        Gate { path, pipe }
    }

    fn open(mut self) {
        let whole = self.path.with_extension("tmp");
        fs::write(&whole, "A\n").expect("is written");
        fs::rename(whole, &self.path).expect("is renamed");
        self.pipe.write_all(b"A\n").expect("is written");
    }
}

/// A site of which a list of clients is part of the definition, with a client that was scanned.
fn with_list(folder: &Path) -> PathBuf {
    let site = site(folder);
    define(&site, |text| text.replace("[\"*\"]", "[\"*\", \"@all.txt\"]"));
    fs::write(site.join("all.txt"), "A\n").expect("is written");
    send(&site, "A.xml", &full("A", 1, &[("p1", 1)]));
    assert_eq!(code(&["site", "scan", "--site", &site.to_string_lossy(), "--now", NOW]), Some(0));
    site
}

/// The files of a site that say who is at work.
fn locks(site: &Path) -> Vec<String> {
    let names = ["sync.lock", "scan.lock", "expedite.lock", "store/lock"];
    let held = names.map(|name| fs::read_to_string(site.join(name)).unwrap_or_default());
    held.into_iter().filter(|text| !text.is_empty()).collect()
}

#[test]
fn a_second_scan_ends_and_everything_else_goes_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = with_list(folder.path());
    let name = site.to_string_lossy().into_owned();
    let scan = ["site", "scan", "--site", &name, "--now", NOW];
    let cells = ["export", "matrix", "--verdict", "all", "--site", &name];
    for number in 0..100 {
        send(&site, &format!("{number}.xml"), &full(&format!("C{number:03}"), 1, &[("p1", 1 + number % 2)]));
    }
    let calm = copy(&site, &folder.path().join("calm"));
    assert_eq!(code(&["site", "scan", "--site", &calm.to_string_lossy(), "--now", NOW]), Some(0));

    let before = run(&cells).stdout;
    let gate = Gate::new(&site);
    let mut first = Started::new(&scan);
    first.holds(&site.join("scan.lock"));
    let second = run(&scan);
    assert_eq!(second.status.code(), Some(6), "{}", said(&second));
    let process = format!("another `scan` is at work (process {})", first.0.id());
    assert!(said(&second).contains(&process) && said(&second).contains("scan.lock"), "{}", said(&second));
    assert!(run(&cells).stdout == before, "what was scanned before is read");
    assert_eq!(code(&["site", "sync", "--site", &name, "--now", NOW]), Some(0), "another kind of run");
    gate.open();
    assert_eq!((first.code(), locks(&site)), (Some(0), vec![]));
    let kept = ["store", "matrix", "index"];
    assert!(differing(&contents(&site, &kept), &contents(&calm, &kept)).is_empty());

    // One that is gone without a word is taken over from.
    send(&site, "A.xml", &full("A", 2, &[("p1", 2)]));
    let mut gone = Started::new(&["site", "watch", "--site", &name, "--now", NOW, "--interval", "1"]);
    wait_until(|| !site.join("spool/in/A.xml").exists(), "the report is taken");
    wait_until(
        || run(&scan).status.code() == Some(0),
        "between two scans of the other there is time for one",
    );
    gone.signal("-KILL");
    assert_eq!(gone.code(), None);
    assert_eq!((code(&scan), locks(&site)), (Some(0), vec![]));
}

#[test]
fn of_scans_that_start_at_once_one_works_and_no_report_is_taken_twice() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = site(folder.path());
    let name = site.to_string_lossy().into_owned();
    let scan = ["site", "scan", "--site", &name, "--now", NOW];
    let mut sent = 0;
    for round in 1..6 {
        for client in 0..30 {
            send(
                &site,
                &format!("{round}-{client}.xml"),
                &full(&format!("C{client:02}"), round, &[("p1", 1)]),
            );
            sent += 1;
        }
        let mut scans: Vec<_> = (0..3).map(|_| Started::new(&scan)).collect();
        let codes: BTreeSet<_> = scans.iter_mut().map(Started::code).collect();
        assert!(codes.contains(&Some(0)) && codes.is_subset(&[Some(0), Some(6)].into()), "{codes:?}");
        assert_eq!(locks(&site), [""; 0]);
    }
    assert_eq!(code(&scan), Some(0));
    let log = fs::read_to_string(site.join("log/scan.jsonl")).expect("is there");
    let loaded = log.lines().map(|line| {
        let event: serde_json::Value = serde_json::from_str(line).expect("lines of processes do not mix");
        event["loaded"].as_u64().unwrap_or_default()
    });
    assert_eq!((loaded.sum::<u64>(), contents(&site, &["spool/done"]).len()), (sent, sent as usize));
}

#[test]
fn a_client_is_expedited_while_scans_are_at_work() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = site(folder.path());
    let name = site.to_string_lossy().into_owned();
    let file = folder.path().join("report.xml").to_string_lossy().into_owned();
    let scan = ["site", "scan", "--site", &name, "--now", NOW];
    let expedite = ["site", "expedite", "TEST01", "--file", &file, "--site", &name, "--now", NOW];
    send(&site, "TEST01.xml", &full("TEST01", 1, &[("p1", 1)]));
    assert_eq!(code(&scan), Some(0));
    for round in 1..6 {
        for client in 0..40 {
            send(&site, &format!("{client}.xml"), &full(&format!("C{client:02}"), round, &[("p1", 1)]));
        }
        // Of what the scan takes and what comes from elsewhere meanwhile the later one counts.
        send(&site, "TEST01.xml", &full("TEST01", 2 * round, &[("p3", 1)]));
        let (version, verdict) = if round % 2 == 0 { (1, "Missing") } else { (2, "Installed") };
        fs::write(&file, full("TEST01", 2 * round + 1, &[("p1", version)])).expect("is written");
        let mut scanning = Started::new(&scan);
        let ahead = run(&expedite);
        assert_eq!((ahead.status.code(), scanning.code()), (Some(0), Some(0)), "{}", said(&ahead));
        assert_eq!(code(&scan), Some(0), "what was given back is taken now");
        let cells = run(&["export", "matrix", "--verdict", "all", "--site", &name]).stdout;
        let cells = String::from_utf8_lossy(&cells).into_owned();
        for cell in [format!("TEST01,linux:U-1,{verdict},"), "TEST01,linux:U-3,NotApplicable,".to_owned()] {
            assert!(cells.contains(&cell), "{round}: {cell}: {cells}");
        }
        let left = contents(&site, &["matrix/overlay", "spool/in", "spool/work", "spool/bad"]);
        assert_eq!((left.len(), locks(&site)), (0, vec![]), "{round}: {:?}", left.keys());
    }
}

#[test]
fn a_second_expedited_run_waits_for_the_first() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = with_list(folder.path());
    let name = site.to_string_lossy().into_owned();
    let words =
        |client| ["site", "expedite", client, "--allow-production-expedited", "--site", &name, "--now", NOW];
    for client in ["B", "C"] {
        send(&site, &format!("{client}.xml"), &full(client, 1, &[("p1", 1)]));
    }
    let gate = Gate::new(&site);
    let mut first = Started::new(&words("B"));
    first.holds(&site.join("expedite.lock"));
    let mut second = Started::new(&words("C"));
    assert_eq!(super::rows(&name), 1, "readers go on");
    assert!(second.0.try_wait().expect("is a child").is_none(), "it waits");
    gate.open();
    assert_eq!((first.code(), second.code(), locks(&site)), (Some(0), Some(0), vec![]));
    assert_eq!(code(&["site", "scan", "--site", &name, "--now", NOW]), Some(0));
    assert_eq!(super::rows(&name), 3);
}

#[test]
fn a_second_sync_ends_and_the_first_is_not_disturbed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = site(folder.path());
    let name = site.to_string_lossy().into_owned();
    let sync = ["site", "sync", "--site", &name, "--now", NOW];
    fs::write(site.join("catalog/linux/drop/u.xml"), updates(&[1, 2, 3, 4])).expect("is written");
    let mut first = Started::new(&sync);
    first.holds(&site.join("sync.lock"));
    first.signal("-STOP");
    let second = run(&sync);
    assert_eq!(second.status.code(), Some(6), "{}", said(&second));
    assert!(said(&second).contains("another `sync` is at work"), "{}", said(&second));
    let rollback = run(&["site", "rollback", "linux", "1", "--site", &name]);
    assert_eq!(rollback.status.code(), Some(6), "it changes what is current, too: {}", said(&rollback));
    first.signal("-CONT");
    assert_eq!((first.code(), locks(&site)), (Some(0), vec![]));
    let current = fs::read_to_string(site.join("index/current")).expect("is there");
    assert!(current.contains('2'), "{current}");
    // One that is gone while it fetched left nothing that counts.
    fs::write(site.join("catalog/linux/drop/u.xml"), updates(&[1, 2, 3, 4, 5])).expect("is written");
    let mut gone = Started::new(&sync);
    gone.holds(&site.join("sync.lock"));
    gone.signal("-KILL");
    assert_eq!(gone.code(), None);
    assert_eq!(fs::read_to_string(site.join("index/current")).expect("is there"), current);
    let next = run(&sync);
    assert_eq!((next.status.code(), locks(&site)), (Some(0), vec![]), "{}", said(&next));
    let taken_over = format!("stale-lock: lock sync, process {}", gone.0.id());
    assert!(said(&next).contains(&taken_over) && said(&next).contains("revision 3"), "{}", said(&next));
}

#[test]
fn readers_see_what_was_or_what_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = site(folder.path());
    let name = site.to_string_lossy().into_owned();
    fs::write(site.join("catalog/linux/drop/u.xml"), updates(&[1, 4, 5])).expect("is written");
    assert_eq!(code(&["site", "sync", "--site", &name, "--now", NOW]), Some(0));
    let (cells, proof) = (
        ["export", "matrix", "--verdict", "all", "--site", &name],
        ["explain", "--client", "A", "--update", "linux:U-1", "--now", NOW, "--site", &name],
    );
    let report = |version: u32| {
        let collected = format!("2026-03-02T0{version}:00:00Z");
        send(&site, "A.xml", &full_at("A", u64::from(version), &collected, &[("p1", version), ("p4", 1)]));
    };
    let scan = || assert_eq!(code(&["site", "scan", "--site", &name, "--now", NOW]), Some(0));
    let turn = |revision: &str| {
        let rollback = ["site", "rollback", "linux", revision, "--site", &name, "--now", NOW];
        assert_eq!(code(&rollback), Some(0));
    };
    // Every state that there is, by revision and report.
    let mut known = BTreeSet::new();
    for (version, revision) in [(1, "2"), (1, "1"), (2, "1"), (2, "2")] {
        report(version);
        turn(revision);
        scan();
        known.insert(run(&cells).stdout);
    }
    assert_eq!(known.len(), 4);
    // A reader of the store and the index sees one of two proofs, whichever the revision.
    let proofs = ["package-current", "package-older"];
    let ends = AtomicBool::new(false);
    thread::scope(|scope| {
        let read = || {
            let (mut read, mut seen) = (0, BTreeSet::new());
            while !ends.load(Ordering::Relaxed) || read < 3 {
                let found = run(&cells);
                assert!(found.status.success(), "{}", said(&found));
                assert!(known.contains(&found.stdout), "{}", String::from_utf8_lossy(&found.stdout));
                seen.insert(found.stdout);
                let found = run(&proof);
                let text = String::from_utf8_lossy(&found.stdout);
                let is_one = proofs.iter().filter(|reason| text.contains(**reason)).count() == 1;
                assert!(found.status.success() && is_one, "{} {text}", said(&found));
                read += 1;
            }
            seen.len()
        };
        let readers = [scope.spawn(read), scope.spawn(read)];
        for round in 0..8 {
            turn(if round % 2 == 0 { "1" } else { "2" });
            // Serials begin anew and the time decides, so that the client changes back and forth.
            let hour = 10 + round / 2;
            let version = 1 + round / 2 % 2;
            let collected = format!("2026-03-02T{hour}:{}0:00Z", round % 2);
            send(&site, "A.xml", &full_at("A", 1, &collected, &[("p1", version), ("p4", 1)]));
            // Laid over the matrix, and in it after the scan.
            let words =
                ["site", "expedite", "A", "--allow-production-expedited", "--site", &name, "--now", NOW];
            assert_eq!(code(&words), Some(0));
            scan();
        }
        ends.store(true, Ordering::Relaxed);
        let seen: usize = readers.into_iter().map(|reader| reader.join().expect("sees nothing else")).sum();
        assert!(seen > 2, "something changed under the readers");
    });
}
