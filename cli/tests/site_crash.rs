//! A site whose process is killed at any moment ends as one that was left in peace.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use conformance::site::{contents, delta, differing, full, full_at, updates};

const NOW: &str = "2026-03-02T12:00:00Z";

/// How many reports are sent, and how often the process is killed.
const REPORTS: usize = 5_000;
const KILLS: usize = 200;

fn program(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_patchstate"));
    command.args(words).stderr(Stdio::null()).stdout(Stdio::null());
    command
}

fn code(words: &[&str]) -> Option<i32> {
    program(words).status().expect("the program starts").code()
}

/// Numbers that look like chance and are the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// A site with a catalog, to which all reports were sent.
fn site(root: &Path) {
    let name = root.to_string_lossy().into_owned();
    let init = [
        "site",
        "init",
        &name,
        "--name",
        "Example",
        "--test-client",
        "TEST01",
        "--feeds",
        "linux=updateinfo",
    ];
    assert_eq!(code(&init), Some(0));
    fs::write(root.join("catalog/linux/drop/u.xml"), updates(&[1, 2, 3, 4, 5])).expect("is written");
    assert_eq!(code(&["site", "sync", "--site", &name, "--now", NOW]), Some(0));
    for (number, report) in reports().into_iter().enumerate() {
        fs::write(root.join("spool/in").join(format!("{number:05}.xml")), report).expect("is written");
    }
}

/// Full reports and deltas in any order, some again, some out of date, some never sent, some broken.
fn reports() -> Vec<String> {
    let mut chance = Chance(7);
    let mut reports = Vec::new();
    let mut client = 0;
    while reports.len() < REPORTS {
        client += 1;
        let id = format!("C{client:05}");
        let mut chain = Vec::new();
        let packages = [("p1", 1), ("p2", 1 + chance.below(2) as u32)];
        chain.push(full(&id, 1, &packages));
        for serial in 2..2 + chance.below(8) {
            let name = ["p1", "p2", "p3", "p4", "p5"][chance.below(5) as usize];
            chain.push(match chance.below(10) {
                0 => full_at(&id, serial, "2026-03-02T09:00:00Z", &[(name, 1), ("p5", 2)]),
                1 => full(&id, 1, &[("p9", 9)]),
                _ => delta(&id, serial, &[(name, 2)], &[(name, 1)]),
            });
        }
        for report in chain {
            match chance.below(100) {
                0..3 => reports.push(report.replace("</inventory>", "<")),
                3..6 => {}
                6..9 => reports.extend([report.clone(), report]),
                _ => reports.push(report),
            }
        }
    }
    reports.truncate(REPORTS);
    // In any order.
    for at in (1..reports.len()).rev() {
        reports.swap(at, chance.below(at as u64 + 1) as usize);
    }
    reports
}

/// How many reports lie anywhere in the spool.
fn count(site: &Path) -> usize {
    let files = contents(site, &["spool/in", "spool/work", "spool/done", "spool/bad"]);
    files.keys().filter(|name| !name.ends_with(".reason.toml")).count()
}

#[test]
fn a_site_that_is_killed_again_and_again_ends_like_one_that_is_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (calm, killed) = (folder.path().join("calm"), folder.path().join("killed"));
    [&calm, &killed].into_iter().for_each(|root| site(root));
    let name = |root: &Path| root.to_string_lossy().into_owned();
    let scan = |root: &Path| code(&["site", "scan", "--site", &name(root), "--now", NOW]);
    assert_eq!(scan(&calm), Some(1), "some reports are in quarantine");

    let mut chance = Chance(11);
    let killed_name = name(&killed);
    let mut ended = 0;
    for _ in 0..KILLS {
        let words = ["site", "scan", "--site", &killed_name, "--now", NOW];
        let mut child = program(&words).spawn().expect("the program starts");
        std::thread::sleep(Duration::from_micros(chance.below(400_000)));
        ended += usize::from(child.try_wait().expect("is a child").is_some());
        child.kill().expect("is a child");
        child.wait().expect("is a child");
    }
    assert!(ended < KILLS, "some were killed at work");
    assert!(scan(&killed).is_some_and(|code| code <= 1));

    let kept = ["store", "matrix", "spool/resync"];
    let differ = differing(&contents(&calm, &kept), &contents(&killed, &kept));
    assert!(differ.is_empty(), "{differ:?} have other bytes, or only one of the sites has them");
    assert_eq!((count(&killed), count(&calm)), (REPORTS, REPORTS), "no report is lost");
}
