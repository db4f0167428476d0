//! Memory does not grow with the largest manifest of a publication: alone in its file, because what a
//! process had at most is what is measured.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use patchstate::catalog::{Settings, find};
use patchstate::generate::publication::{self, Settings as Publication};

/// How much more may be taken for manifests of forty times the size, in kilobytes.
const MORE: u64 = 6 << 10;

/// What this process had at most so far, in kilobytes.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Makes and reads a publication whose largest manifests have so many bytes; gives the size of the cabinet.
fn pass(path: &Path, manifest: u64) -> u64 {
    let settings = Publication { updates: 300, shards: 2, seed: 1, manifest };
    let out = BufWriter::new(File::create(path).unwrap());
    publication::write(&settings, out).unwrap().flush().unwrap();
    let mut updates = 0;
    (find("wsus").unwrap().read)(path, &Settings::default(), &mut |catalog| {
        updates += catalog.unwrap().updates.len();
    });
    assert_eq!(updates, 300);
    fs::metadata(path).unwrap().len()
}

#[test]
fn memory_does_not_grow_with_the_largest_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("updates.cab");
    let small = pass(&path, 1 << 20);
    let before = peak();
    let large = pass(&path, 40 << 20);
    assert!(large > small + (4 << 20), "{small} and {large} bytes");
    assert!(peak() < before + MORE, "{before} kB, then {} kB", peak());
}
