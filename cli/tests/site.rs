//! The verbs of a site as they are typed: exit codes, what goes where, and processes that are killed.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use conformance::browser::look;
use conformance::site::{full, updates};

#[cfg(feature = "fetch")]
mod addresses;
#[cfg(feature = "parquet")]
mod analysts;
mod full_disk;
mod processes;
mod read_only;
mod threads;

/// A time for everything that asks for one.
const NOW: &str = "2026-03-02T12:00:00Z";

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_patchstate"))
}

fn run(words: &[&str]) -> Output {
    program().args(words).output().expect("the program starts")
}

/// The exit code of a command line.
fn code(words: &[&str]) -> Option<i32> {
    run(words).status.code()
}

/// A site of feeds, without any catalog yet, in a folder.
fn founded(folder: &Path, feeds: &[&str]) -> PathBuf {
    let site = folder.join("site");
    let name = site.to_string_lossy().into_owned();
    let named: Vec<_> = feeds.iter().map(|feed| format!("{feed}=updateinfo")).collect();
    let init = ["site", "init", &name, "--name", "Example", "--test-client", "TEST01", "--feeds"];
    assert_eq!(code(&[&init[..], &[&named.join(",")]].concat()), Some(0));
    site
}

/// A site with a catalog, in a folder.
fn site(folder: &Path) -> PathBuf {
    of_feeds(folder, &[("linux", &[1, 2, 3])])
}

/// A site of feeds, each with a catalog of these updates, in a folder.
fn of_feeds(folder: &Path, feeds: &[(&str, &[usize])]) -> PathBuf {
    let site = founded(folder, &feeds.iter().map(|(feed, _)| *feed).collect::<Vec<_>>());
    let name = site.to_string_lossy().into_owned();
    for (feed, numbers) in feeds {
        let drop = site.join("catalog").join(feed).join("drop/u.xml");
        fs::write(drop, updates(numbers)).expect("is written");
    }
    assert_eq!(code(&["site", "sync", "--site", &name, "--now", NOW]), Some(0));
    site
}

/// Changes the definition of a site.
fn define(site: &Path, change: impl FnOnce(String) -> String) {
    let path = site.join("site.toml");
    let text = fs::read_to_string(&path).expect("is there");
    fs::write(&path, change(text)).expect("is written");
}

/// What a run said on standard error.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A site that is like another one, in another folder.
fn copy(site: &Path, folder: &Path) -> PathBuf {
    fs::create_dir_all(folder).expect("is made");
    let copied = Command::new("cp").arg("-a").arg(site).arg(folder).status();
    assert!(copied.expect("there is a `cp`").success());
    folder.join("site")
}

fn send(site: &Path, name: &str, text: &str) {
    let path = site.join("spool/in").join(name);
    fs::write(path.with_extension("tmp"), text).expect("is written");
    fs::rename(path.with_extension("tmp"), path).expect("is renamed");
}

#[test]
fn exit_codes_say_what_kept_a_site_from_working() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = site(folder.path());
    let name = site.to_string_lossy().into_owned();
    let scan = ["site", "scan", "--site", &name, "--now", NOW];
    assert_eq!(code(&["site", "init", &name, "--name", "N", "--test-client", "C"]), Some(2));
    assert_eq!(code(&["site", "scan", "--site", folder.path().to_str().expect("is text")]), Some(2));
    send(&site, "1.xml", &full("A", 1, &[("p1", 1)]));
    assert_eq!(code(&scan), Some(0));
    let fail_on = |what| code(&[&scan[..], &["--fail-on", what]].concat());
    assert_eq!((fail_on("missing"), fail_on("unknown")), (Some(1), Some(1)));
    send(&site, "1.xml", &full("A", 2, &[("p1", 2)]));
    assert_eq!(fail_on("missing"), Some(0));
    send(&site, "2.xml", "<inventory");
    assert_eq!(code(&scan), Some(1), "something is in quarantine");
    let held = fs::OpenOptions::new().read(true).write(true).open(site.join("sync.lock")).expect("was made");
    held.lock().expect("nobody holds it");
    assert_eq!(code(&["site", "sync", "--site", &name]), Some(6));
    drop(held);
    let definition = site.join("site.toml");
    let text = fs::read_to_string(&definition).expect("is there");
    let this = gethostname::gethostname().to_string_lossy().into_owned();
    fs::write(&definition, text.replace(&format!("clients = [\"{this}\"]"), "clients = [\"NOWHERE\"]"))
        .expect("is written");
    assert_eq!(code(&["site", "sync", "--site", &name]), Some(7));
    fs::write(&definition, text.replace("every_days", "every_day")).expect("is written");
    let refused = run(&scan);
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2));
    assert!(message.contains("site.toml:") && message.contains("`every_day"), "{message}");
    assert!(refused.stdout.is_empty());
}

#[test]
fn reports_and_proofs_take_a_site_in_place_of_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = site(folder.path());
    let name = site.to_string_lossy().into_owned();
    send(&site, "1.xml", &full("A", 1, &[("p1", 1)]));
    assert_eq!(code(&["site", "scan", "--site", &name, "--now", NOW]), Some(0));
    let cases: [&[&str]; 9] = [
        &["report", "summary", "--format", "csv"],
        &["report", "client", "A"],
        &["report", "update", "U-1"],
        &["report", "site", "--now", NOW],
        &["report", "coverage", "--now", NOW, "--collection", "linux-production"],
        &["export", "matrix", "--verdict", "all", "--feed", "linux"],
        &["export", "patchstate"],
        &["explain", "--client", "A", "--update", "linux:U-1", "--now", NOW],
        &["site", "due", "--now", NOW],
    ];
    for words in cases {
        let there = run(&[words, &["--site", &name]].concat());
        assert_eq!(there.status.code(), Some(0), "{words:?}: {}", String::from_utf8_lossy(&there.stderr));
        assert!(!there.stdout.is_empty(), "{words:?}");
        let here = program().args(words).current_dir(&site).output().expect("the program starts");
        assert_eq!(
            String::from_utf8_lossy(&here.stdout),
            String::from_utf8_lossy(&there.stdout),
            "{words:?}"
        );
    }
    let explorer = folder.path().join("explorer");
    let explorer_name = explorer.to_string_lossy().into_owned();
    let page = run(&["report", "site", "--site", &name, "--now", NOW, "--html", &explorer_name]);
    assert_eq!(page.status.code(), Some(0), "{}", String::from_utf8_lossy(&page.stderr));
    assert!(explorer.join("index.html").is_file());
    let both = run(&["report", "site", "x.matrix", "--site", &name]);
    assert_eq!(both.status.code(), Some(2), "one or the other");
    let none = program().args(["report", "site"]).current_dir(folder.path()).output().expect("starts");
    assert!(String::from_utf8_lossy(&none.stderr).contains("no matrix is named, and this folder is no site"));
}

#[test]
fn a_site_knows_how_old_updates_are() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = site(folder.path());
    let name = site.to_string_lossy().into_owned();
    send(&site, "1.xml", &full("A", 1, &[("p1", 1)]));
    assert_eq!(code(&["site", "scan", "--site", &name, "--now", NOW]), Some(0));
    let said = |more: &[&str]| {
        let words = [&["report", "site", "--site", &name, "--format", "json"][..], more].concat();
        let said: serde_json::Value = serde_json::from_slice(&run(&words).stdout).expect("is JSON");
        let rows = said["rows"].as_array().expect("is a list").iter();
        let ages = rows.filter(|row| row["Group"] == "age");
        let ages: Vec<_> = ages.map(|row| row["Name"].as_str().expect("is text").to_owned()).collect();
        (said["now"].as_str().expect("is text").to_owned(), ages)
    };
    assert_eq!(said(&["--now", NOW]), (NOW.to_owned(), vec!["up to 30 days".to_owned()]));
    let (now, ages) = said(&[]);
    let now: jiff::Timestamp = now.parse().expect("is a time");
    assert!(now <= jiff::Timestamp::now() && ages.len() == 1, "{now} {ages:?}");
}

#[test]
fn a_log_of_sarif_has_a_run_for_each_feed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = of_feeds(folder.path(), &[("linux", &[1, 2]), ("extra", &[3])]);
    let name = site.to_string_lossy().into_owned();
    send(&site, "1.xml", &full("A", 1, &[("p1", 1), ("p3", 1)]));
    assert_eq!(code(&["site", "scan", "--site", &name, "--now", NOW]), Some(0));
    let runs = |more: &[&str]| {
        let output = run(&[&["export", "sarif", "--site", &name][..], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let log: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
        let runs = log["runs"].as_array().expect("is a list").iter();
        let texts = |run: &serde_json::Value| {
            [&run["automationDetails"]["id"], &run["results"][0]["ruleId"]]
                .map(|text| text.as_str().expect("is text").to_owned())
        };
        runs.map(texts).collect::<Vec<_>>()
    };
    let expect = [["linux/", "linux:U-1"], ["extra/", "extra:U-3"]];
    assert_eq!(runs(&[]), expect);
    assert_eq!(runs(&["--feed", "extra"]), expect[1..]);
}

#[test]
fn an_explorer_of_a_site_shows_what_proves_cells() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = of_feeds(folder.path(), &[("linux", &[1, 2]), ("extra", &[3])]);
    let name = site.to_string_lossy().into_owned();
    for (client, version) in [("A", 1), ("B", 1), ("C", 2)] {
        let more = if client == "A" { 2 } else { 1 };
        send(&site, client, &full(client, 1, &[("p1", version), ("p2", more), ("p3", 1)]));
    }
    assert_eq!(code(&["site", "scan", "--site", &name, "--now", NOW]), Some(0));
    let explorer = |evidence: &[&str], out: &str| {
        let out = folder.path().join(out);
        let place = ["--html", out.to_str().expect("is text")];
        let report = ["report", "site", "--site", &name, "--now", NOW];
        let said = run(&[&report[..], &place, evidence].concat());
        assert_eq!(said.status.code(), Some(0), "{}", String::from_utf8_lossy(&said.stderr));
        let files = fs::read_to_string(out.join("files.txt")).expect("is there");
        (out, files.lines().filter(|file| file.starts_with("data/evidence-")).count())
    };
    assert_eq!(explorer(&[], "none").1, 0);
    assert_eq!(explorer(&["--evidence", "2"], "two").1, 2);
    let (all, clients) = explorer(&["--evidence"], "all");
    assert_eq!(clients, 3);
    look(&all.join("index.html"));
    let overview = fs::read_to_string(all.join("data/overview-0.js")).expect("is there");
    let object = overview.trim_start_matches("patchstate(\"overview\", 0, ").trim_end_matches(");\n");
    let overview: serde_json::Value = serde_json::from_str(object).expect("is JSON");
    assert_eq!(overview["evidence"], serde_json::json!([1, 0, 2]), "B needs most, then A");
    fs::remove_dir_all(site.join("store/documents")).expect("is removed");
    let page = folder.path().join("page.html").to_string_lossy().into_owned();
    let unread = run(&["report", "site", "--site", &name, "--now", NOW, "--html-file", &page, "--evidence"]);
    assert_eq!(unread.status.code(), Some(0), "the page is whole but for the proofs");
    let said = String::from_utf8_lossy(&unread.stderr).into_owned();
    assert_eq!(said.matches("store/documents").count(), 3, "{said}");
    let refused = |words: &[&str]| code(&[&["report", "site"][..], words].concat());
    assert_eq!(refused(&["--site", &name, "--evidence"]), Some(2), "tables have no place for it");
    assert_eq!(refused(&["x.matrix", "--html", "x", "--evidence"]), Some(2), "a matrix has no inventories");
}

#[test]
fn a_watch_takes_what_arrives_and_ends_what_it_has_begun() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = site(folder.path());
    let name = site.to_string_lossy().into_owned();
    // Where the file system tells of new files nobody waits until it is time to look.
    let interval = if cfg!(target_os = "linux") { "600" } else { "1" };
    let mut watch = program()
        .args(["site", "watch", "--site", &name, "--interval", interval, "--log", "json", "--now", NOW])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    for number in 0..5 {
        send(&site, &format!("{number}.xml"), &full(&format!("C{number}"), 1, &[("p1", 1)]));
        wait_until(|| rows(&name) == number + 1, "the report is taken");
    }
    send(&site, "bad.xml", "<inventory");
    wait_until(|| site.join("spool/bad/bad.xml").exists(), "the report is in quarantine");
    terminate(&watch);
    let ended = watch.wait().expect("ends");
    assert_eq!(ended.code(), Some(1), "something is in quarantine");
    let mut log = String::new();
    std::io::Read::read_to_string(&mut watch.stderr.take().expect("is piped"), &mut log).expect("is text");
    for line in log.lines() {
        let event: BTreeMap<String, serde_json::Value> = serde_json::from_str(line).expect("is JSON");
        assert!(event.contains_key("time") && event.contains_key("event"), "{line}");
    }
    for event in ["watching", "scan", "quarantined", "stopped"] {
        assert!(log.contains(&format!("\"event\":\"{event}\"")), "{event}: {log}");
    }
    assert_eq!(fs::read_dir(site.join("spool/work/scan")).map(Iterator::count).unwrap_or(0), 0);
}

/// How many clients have rows.
fn rows(site: &str) -> usize {
    let out = run(&["export", "matrix", "--verdict", "all", "--site", site]).stdout;
    String::from_utf8_lossy(&out).lines().filter(|line| line.contains("linux:U-1")).count()
}

/// Waits for something that another process does.
fn wait_until(done: impl Fn() -> bool, what: &str) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn terminate(child: &Child) {
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(killed.expect("there is a `kill`").success());
}

#[cfg(feature = "parquet")]
#[test]
fn tables_have_the_collections_of_the_site() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = site(folder.path());
    let name = site.to_string_lossy().into_owned();
    send(&site, "1.xml", &full("A", 1, &[("p1", 1)]));
    assert_eq!(code(&["site", "scan", "--site", &name, "--now", NOW]), Some(0));
    let tables = folder.path().join("tables");
    let out = tables.to_string_lossy().into_owned();
    let exported = run(&["export", "parquet", "--site", &name, "-o", &out]);
    assert_eq!(exported.status.code(), Some(0), "{}", String::from_utf8_lossy(&exported.stderr));
    let states = fs::read(tables.join("client_state.parquet")).expect("is there");
    let holds = |word: &str| states.windows(word.len()).any(|found| found == word.as_bytes());
    assert!(holds("linux-preproduction") || holds("never-seen"), "collections are those of the site");
}
