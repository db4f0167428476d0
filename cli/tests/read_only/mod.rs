//! Folders that may not be written: the run ends with an error that names what it was refused, what was there
//! stays, and the next run that may write ends as if nothing had been in its way.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use conformance::site::{contents, delta, differing, full, updates};

use super::{NOW, code, copy, said, send, site};

/// What is kept and what is made of it.
const ALL: [&str; 4] = ["store", "matrix", "index", "spool/resync"];

/// Runs a program whom permissions bind, which they do not bind the superuser.
fn bound(program: &str, words: &[&str]) -> Option<Output> {
    let id = Command::new("id").arg("-u").output().expect("there is an `id`");
    let mut command = if id.stdout.trim_ascii() == b"0" {
        let mut command = Command::new("setpriv");
        command.args(["--bounding-set", "-dac_override,-dac_read_search", program]);
        command
    } else {
        Command::new(program)
    };
    command.args(words).output().ok()
}

fn permit(folder: &Path, mode: &str) {
    let changed = Command::new("chmod").args(["-R", mode]).arg(folder).status();
    assert!(changed.expect("there is a `chmod`").success());
}

/// Whether permissions bind anybody here, or one printed line.
fn binds(folder: &Path) -> bool {
    fs::create_dir(folder).expect("is made");
    permit(folder, "a-w");
    let path = folder.join("file").to_string_lossy().into_owned();
    let refused = bound("touch", &[&path]).is_some_and(|output| said(&output).contains("Permission denied"));
    if !refused {
        conformance::skipped("nobody is bound by permissions here");
    }
    refused
}

#[test]
fn folders_that_may_not_be_written_are_named_and_nothing_is_changed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    if !binds(&folder.path().join("probe")) {
        return;
    }
    let prepared = site(folder.path());
    let run = |site: &Path, verb: &str| {
        bound(
            env!("CARGO_BIN_EXE_patchstate"),
            &["site", verb, "--site", &site.to_string_lossy(), "--now", NOW],
        )
        .expect("the program starts")
    };
    send(&prepared, "1.xml", &full("A", 1, &[("p1", 1)]));
    assert_eq!(run(&prepared, "scan").status.code(), Some(0));
    send(&prepared, "2.xml", &delta("A", 2, &[("p1", 2)], &[("p1", 1)]));
    send(&prepared, "3.xml", &full("B", 1, &[("p2", 1)]));
    send(&prepared, "4.xml", &delta("C", 7, &[("p2", 1)], &[]));
    fs::write(prepared.join("catalog/linux/drop/u.xml"), updates(&[1, 2, 3, 4])).expect("is written");
    let calm = copy(&prepared, &folder.path().join("calm"));
    assert_eq!(run(&calm, "scan").status.code(), Some(1), "a report is in quarantine");
    let fetched = copy(&calm, &folder.path().join("fetched"));
    assert_eq!(run(&fetched, "sync").status.code(), Some(0));

    // The folder, the verb, and whether reports count by then.
    for (part, verb, loads) in [
        ("spool/in", "scan", false),
        ("spool/bad", "scan", true),
        ("spool/resync", "scan", true),
        ("store", "scan", false),
        ("matrix", "scan", true),
        ("log", "scan", true),
        ("index", "sync", false),
        ("catalog/linux", "sync", false),
    ] {
        let site = copy(if verb == "scan" { &prepared } else { &calm }, &folder.path().join(part));
        let after = if verb == "scan" { &calm } else { &fetched };
        let before = contents(&site, &ALL);
        permit(&site.join(part), "a-w");
        let output = run(&site, verb);
        permit(&site.join(part), "u+w");
        assert_eq!(output.status.code(), Some(2), "{part}: {}", said(&output));
        let named = site.join(part).to_string_lossy().into_owned();
        let is_clear = said(&output).contains(&named) && said(&output).contains("Permission denied");
        assert!(is_clear && output.stdout.is_empty(), "{part}: {}", said(&output));
        let differ = differing(&contents(&site, &ALL), &before);
        if loads {
            assert!(differ.contains(&"store/clients".to_owned()), "{part}: {differ:?}");
            let differ = differing(&contents(&site, &["store"]), &contents(&calm, &["store"]));
            assert!(differ.is_empty(), "{part}: {differ:?}");
        } else {
            assert!(differ.is_empty(), "{part}: {differ:?}");
        }
        assert!(run(&site, verb).status.code().is_some_and(|code| code <= 1), "{part}: may be written again");
        let differ = differing(&contents(&site, &ALL), &contents(after, &ALL));
        assert!(differ.is_empty(), "{part}: {differ:?}");
    }
}

#[test]
fn what_stands_where_a_folder_belongs_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let prepared = site(folder.path());
    send(&prepared, "1.xml", &full("A", 1, &[("p1", 1)]));
    for (part, loads) in [("matrix", true), ("spool/work", false), ("spool/in", false), ("store", false)] {
        let site = copy(&prepared, &folder.path().join(part));
        let (name, path) = (site.to_string_lossy().into_owned(), site.join(part));
        let kept = site.join("kept");
        fs::rename(&path, &kept).expect("is moved");
        fs::write(&path, "no folder").expect("is written");
        let scan = ["site", "scan", "--site", &name, "--now", NOW];
        let output = super::run(&scan);
        assert_eq!(output.status.code(), Some(2), "{part}: {}", said(&output));
        assert!(said(&output).contains(&format!("{name}/{part}")), "{part}: {}", said(&output));
        fs::remove_file(&path).expect("is removed");
        fs::rename(&kept, &path).expect("is moved");
        assert_eq!(site.join("store/clients").exists(), loads, "{part}");
        assert_eq!(code(&scan), Some(0), "{part}: the report was not lost");
        assert_eq!(super::rows(&name), 1, "{part}");
    }
}
