//! Fixtures are described, and are ours.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::page::{Page, code_of, root, walk};

/// Fewer bytes than this may be equal by chance.
const TELLING: u64 = 64;

fn own() -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(&root().join("corpora"), &mut |path| found.push(path.to_owned()));
    assert!(found.len() > 20, "the fixtures are not where they should be");
    found
}

#[test]
fn no_fixture_is_a_copy_of_what_others_wrote() {
    let Some(shared) = conformance::corpora("") else { return };
    let mut by_size: BTreeMap<u64, Vec<PathBuf>> = BTreeMap::new();
    walk(&shared, &mut |path| {
        let size = fs::metadata(path).map_or(0, |about| about.len());
        by_size.entry(size).or_default().push(path.to_owned());
    });
    for path in own() {
        let bytes = fs::read(&path).expect("can be read");
        let size = bytes.len() as u64;
        let same = |other: &&PathBuf| fs::read(other).is_ok_and(|others| others == bytes);
        let copied = by_size.get(&size).into_iter().flatten().find(same).filter(|_| size >= TELLING);
        assert!(
            copied.is_none(),
            "{} is {}",
            path.display(),
            copied.map_or("".into(), |c| c.display().to_string())
        );
    }
}

/// Whether a name of a manifest stands for a file: `*` for anything, `folder/` for all in it.
fn stands_for(name: &str, file: &str) -> bool {
    if let Some(folder) = name.strip_suffix('/') {
        return file.starts_with(&format!("{folder}/"));
    }
    match name.split_once('*') {
        Some((head, tail)) => file.starts_with(head) && file.ends_with(tail),
        None => name == file,
    }
}

#[test]
fn every_fixture_is_described() {
    let top = root().join("corpora");
    let mut missing = BTreeSet::new();
    for path in own() {
        let below = path.strip_prefix(&top).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let Some((folder, file)) = below.split_once('/') else { continue };
        let described = described(&top, folder).iter().any(|name| stands_for(name, file));
        let describes = ["MANIFEST.md", "README.md"].contains(&file);
        if !described && !describes {
            missing.insert(below);
        }
    }
    assert!(missing.is_empty(), "corpora/MANIFEST.md, or that of the folder, lacks {missing:?}");
}

/// The names that stand as code in the first column of the tables about a folder.
fn described(top: &Path, folder: &str) -> Vec<String> {
    let own = ["MANIFEST.md", "README.md"].map(|name| top.join(folder).join(name));
    let own = own.iter().filter(|path| path.is_file()).flat_map(|path| Page::read(path).tables());
    let whole = Page::read(&top.join("MANIFEST.md")).tables();
    let whole = whole.into_iter().filter(|table| table.section == folder);
    let rows = own.chain(whole).flat_map(|table| table.rows);
    rows.flat_map(|row| code_of(&row[0])).collect()
}
