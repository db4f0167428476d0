//! The fast way over an index gives what the reference gives over the model, and an index gives back what it was
//! made of.

use std::fs;
use std::path::{Path, PathBuf};

use conformance::compiled::index;
use conformance::oval::fleet::copies;
use conformance::oval::random::Pair;
use conformance::oval::ways::{compare, compare_pair};
use conformance::oval::{catalog, catalog_of, characteristics};
use conformance::random::bytes_of_seed;
use patchstate::model::inventory::Inventory;
use patchstate::model::options::Options;

/// The pairs of the shared corpora: definitions and characteristics.
fn pairs(root: &Path) -> Vec<(PathBuf, PathBuf)> {
    let mut pairs = vec![];
    for (name, definitions, own) in [
        ("rhel8", "vendor", "derived"),
        ("photon3", "vendor", "derived"),
        ("deb200", "debian-real", "debian-real"),
        ("deb2000", "debian-real", "debian-real"),
    ] {
        let definitions = root.join(definitions).join(format!("{name}.xml"));
        pairs.push((definitions, root.join(own).join(format!("{name}.sc.xml"))));
    }
    let folder = root.join("mitre-conformance");
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix(".syschar.xml") {
            pairs.push((folder.join(format!("{name}.xml")), path));
        }
    }
    pairs
}

#[test]
fn both_ways_give_the_same_cells() {
    let Some(root) = conformance::corpora("oval") else { return };
    let mut compared = 0;
    for (definitions, own) in pairs(&root) {
        let inventory = characteristics(&fs::read_to_string(&own).unwrap()).unwrap();
        let nothing = Inventory::new("nothing", Default::default());
        let what = definitions.display().to_string();
        let catalog = catalog(&definitions).unwrap();
        let found = compare(catalog, &[&inventory, &nothing, &inventory], &Options::default());
        compared += found.unwrap_or_else(|difference| panic!("{what}: {difference}"));
    }
    assert!(compared > 7_000, "{compared} cells");
}

#[test]
fn both_ways_give_the_same_cells_of_generated_pairs() {
    let mut compared = 0;
    for seed in 0..400 {
        let pair = Pair::from_bytes(&bytes_of_seed(seed, 2000));
        let found = compare_pair(&pair);
        compared += found.unwrap_or_else(|difference| {
            panic!(
                "seed {seed}: {difference}\n{}\n{}",
                pair.parts.definitions_file(),
                pair.parts.characteristics()
            )
        });
    }
    assert!(compared > 2_000, "{compared} cells");
}

#[test]
fn an_index_gives_back_what_a_definitions_file_says() {
    let Some(root) = conformance::corpora("oval") else { return };
    for folder in ["mitre-conformance", "openscap-unittests", "modsic/oval_definitions", "vendor"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let Ok(catalog) = catalog(&path) else { continue };
            let expect = catalog.oval.clone().unwrap();
            let index = index(vec![catalog], Vec::new());
            assert!(index.view().unwrap().content(0) == Some(expect), "{}", path.display());
        }
    }
}

#[test]
fn definitions_that_ask_the_same_have_the_same_cells() {
    let Some(root) = conformance::corpora("oval") else { return };
    let text = copies(&fs::read_to_string(root.join("vendor/rhel8.xml")).unwrap(), 3);
    let inventory = characteristics(&fs::read_to_string(root.join("derived/rhel8.sc.xml")).unwrap()).unwrap();
    let compared = compare(catalog_of(&text), &[&inventory], &Options::default());
    assert_eq!(compared, Ok(3 * 129));
}
