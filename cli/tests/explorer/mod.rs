//! `report site --html` and `--html-file`: where a site is written, and what it does not touch.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use conformance::matrices::random;
use insta::assert_snapshot;

use super::{Place, shown};

/// The files below a folder with their bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(&at).expect("lists") {
            let path = entry.expect("lists").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("is below it").to_string_lossy().into_owned();
                found.insert(name, std::fs::read(path).expect("reads"));
            }
        }
    }
    found
}

#[test]
fn a_folder() {
    let place = Place::new();
    let output = place.run("report site fleet.matrix --now 2026-03-01 --html out");
    assert_snapshot!(shown(&output));
    assert!(place.path("out/index.html").is_file() && place.path("out/data/overview-0.js").is_file());
    let names = |folder: &str| files(&place.path(folder)).into_keys().collect::<Vec<_>>();
    let list = std::fs::read_to_string(place.path("out/files.txt")).expect("reads");
    let mut listed: Vec<&str> = list.lines().skip(1).chain(["files.txt"]).collect();
    listed.sort_unstable();
    assert_eq!(names("out"), listed);
    let left = std::fs::read_dir(place.path(".")).expect("lists");
    let left =
        left.filter(|entry| entry.as_ref().is_ok_and(|it| it.file_name().to_string_lossy().starts_with('.')));
    assert_eq!(left.count(), 0, "nothing temporary is left");
}

#[test]
fn an_older_one_is_replaced_and_another_folder_is_not() {
    let place = Place::new();
    assert!(place.run("report site fleet.matrix --html out").status.success());
    let before = files(&place.path("out"));
    assert!(place.run("report site fleet.matrix --html out").status.success());
    assert!(files(&place.path("out")) == before, "the same bytes again");
    assert!(place.run("report site fleet.matrix --now 2026-03-01 --html out").status.success());
    assert!(files(&place.path("out")) != before);
    std::fs::write(place.path("out/mine.txt"), "mine").expect("writes");
    let before = files(&place.path("out"));
    let refused = place.run("report site fleet.matrix --html out");
    assert_snapshot!(shown(&refused));
    assert!(files(&place.path("out")) == before);
}

#[test]
fn threads_change_no_byte() {
    let place = Place::new();
    let run = |threads: &str, out: &str| {
        let mut command = place.command(&format!("report site fleet.matrix --now 2026-03-01 --html {out}"));
        assert!(command.env("RAYON_NUM_THREADS", threads).status().expect("runs").success());
        files(&place.path(out))
    };
    assert!(run("1", "one") == run("8", "eight"));
}

#[test]
fn one_file() {
    let place = Place::new();
    let output = place.run("report site fleet.matrix --html-file one.html");
    assert_snapshot!(shown(&output));
    let page = std::fs::read_to_string(place.path("one.html")).expect("reads");
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
}

#[test]
fn what_does_not_go_together() {
    let place = Place::new();
    let said: Vec<String> = [
        "report site fleet.matrix fleet.matrix",
        "report site fleet.matrix fleet.matrix --html out",
        "report site fleet.matrix --html out --html-file one.html",
        "report site fleet.matrix --html out --format csv",
        "report site fleet.matrix --html catalog.xml",
        "report site fleet.matrix --html none/out",
        "report summary fleet.matrix --html out",
    ]
    .into_iter()
    .map(|words| format!("$ {words}\n{}", shown(&place.run(words))))
    .collect();
    assert_snapshot!(said.join("\n"));
    assert!(!place.path("out").exists() && !place.path("one.html").exists());
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_leaves_no_folder() {
    let place = Place::new();
    std::fs::write(place.path("large.matrix"), random(1, 2000, 100)).expect("writes");
    let mut child = place.command("report site large.matrix --html out").spawn().expect("runs");
    let unfinished = || {
        let names = std::fs::read_dir(place.path(".")).expect("lists");
        names.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with(".patchstate-"))
    };
    while !unfinished() {
        assert!(child.try_wait().expect("is known").is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().expect("runs").success());
    assert_eq!(child.wait().expect("ends").code(), Some(130));
    assert!(!unfinished() && !place.path("out").exists());
}
