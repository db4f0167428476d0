//! The fast way over an index gives what the reference gives over the model, and an index gives back what it was
//! made of.

use std::fs;
use std::path::{Path, PathBuf};

use conformance::compiled::{cells, index};
use conformance::oval::{catalog, characteristics};
use patchstate::eval::reference::Evaluator;
use patchstate::model::inventory::Inventory;
use patchstate::model::options::Options;
use patchstate::model::update::Catalog;

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

/// The same catalog with all its definitions as vulnerabilities, so that each has a cell.
fn with_cells(mut catalog: Catalog) -> Catalog {
    use patchstate::model::update::{Rule, Update, UpdateId};
    let content = catalog.oval.as_ref().unwrap();
    let update = |(number, definition): (u32, &patchstate::model::oval::Definition)| Update {
        id: UpdateId::new([definition.id.as_str()]),
        rule: Rule::Definition(number),
        ..Update::default()
    };
    catalog.updates = (0u32..).zip(&content.definitions).map(update).collect();
    catalog
}

fn compare(catalog: Catalog, inventories: &[&Inventory], options: &Options, what: &str) -> usize {
    let index = index(vec![with_cells(catalog)], Vec::new());
    index.verify().unwrap_or_else(|error| panic!("{what}: {error}"));
    let catalogs = index.view().unwrap().restore().unwrap();
    let mut compared = 0;
    for inventory in inventories {
        let expect = Evaluator::new(&catalogs, options, inventory).evaluate();
        for (update, cell) in cells(&index, options, inventory) {
            let id = &catalogs.updates[update].identity;
            assert_eq!(cell, expect[update], "{what}: {id}");
            compared += 1;
        }
    }
    compared
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
        compared += compare(catalog, &[&inventory, &nothing, &inventory], &Options::default(), &what);
    }
    assert!(compared > 7_000, "{compared} cells");
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
