//! Generated publications of Windows updates: they are what they say, and are read without a finding.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Cursor;

use conformance::random::Case;
use conformance::run;
use patchstate::catalog::{self, Settings};
use patchstate::compile::compile;
use patchstate::container;
use patchstate::generate::fleet::{self, Fleet};
use patchstate::generate::publication::{self, Settings as Publication};
use patchstate::model::options::Options;
use patchstate::model::update::{Catalog, Rule};
use patchstate::model::verdict::Verdict;
use sha2::{Digest, Sha256};

const SMALL: Publication = Publication { updates: 700, shards: 3, seed: 1, manifest: 60_000 };

fn bytes(settings: &Publication) -> Vec<u8> {
    publication::write(settings, Cursor::new(Vec::new())).unwrap().into_inner()
}

fn read(bytes: &[u8]) -> Catalog {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("updates.cab");
    std::fs::write(&path, bytes).unwrap();
    let format = catalog::recognise(&path).unwrap();
    assert_eq!(format.name, "wsus");
    let mut catalogs = Vec::new();
    (format.read)(&path, &Settings::default(), &mut |catalog| catalogs.push(catalog));
    catalogs.remove(0).unwrap()
}

#[test]
fn a_seed_gives_the_same_bytes_everywhere_and_for_ever() {
    let digest = |seed| {
        let digest = Sha256::digest(bytes(&Publication { seed, updates: 120, ..SMALL }));
        digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    assert_eq!(digest(1), digest(1));
    assert_ne!(digest(1), digest(2));
}

#[test]
fn the_cabinet_has_the_layout_of_a_publication() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("updates.cab");
    std::fs::write(&path, bytes(&SMALL)).unwrap();
    let mut names = Vec::new();
    container::walk(container::open(&path).unwrap(), &mut |name, _| {
        names.push(name.to_owned());
        Ok(())
    })
    .unwrap();
    assert_eq!(names[..2], ["index.xml", "package.cab!package.xml"]);
    let of = |start: &str| names.iter().filter(|name| name.starts_with(start)).count();
    for shard in ["package2.cab", "package3.cab", "package4.cab"] {
        let fragments = of(&format!("{shard}!c\\"));
        assert!((200..300).contains(&fragments), "{shard}: {fragments}");
        for kind in ["x\\", "l\\en\\"] {
            assert_eq!(of(&format!("{shard}!{kind}")), fragments, "{shard}: {kind}");
        }
        assert!(of(&format!("{shard}!l\\de\\")) > 10);
        assert!(of(&format!("{shard}!e\\")) > 3);
    }
}

#[test]
fn a_publication_is_read_without_a_finding() {
    let catalog = read(&bytes(&SMALL));
    assert_eq!(catalog.updates.len(), SMALL.updates);
    assert!(catalog.diagnostics.is_empty(), "{:?}", catalog.diagnostics.kept());
    let count = |name: &str| catalog.source.statistics.iter().find(|(known, _)| known == name).unwrap().1;
    for name in ["revisions", "fragments_core", "fragments_extended", "fragments_localized"] {
        assert_eq!(count(name), SMALL.updates as u64, "{name}");
    }
    assert_eq!(count("revisions_without_core"), 0);
    let compiled = compile(vec![catalog], Vec::new()).unwrap();
    let sources = &compiled.catalogs.sources;
    assert!(sources.iter().all(|source| source.diagnostics.is_empty()));
    let having = |has: fn(&patchstate::model::catalogs::Entry) -> bool| {
        compiled.catalogs.updates.iter().filter(|entry| has(entry)).count()
    };
    assert!(having(|entry| !entry.children.is_empty()) > 100, "bundles");
    assert!(having(|entry| !entry.replaced_by.is_empty()) > 100, "replaced");
    assert!(having(|entry| !entry.prerequisites.is_empty()) > 600, "with prerequisites");
    assert!(having(|entry| matches!(entry.update.rule, Rule::Items(_))) > 300, "with rules");
}

#[test]
fn clients_of_a_publication_get_all_verdicts_and_both_evaluators_agree() {
    let catalog = read(&bytes(&SMALL));
    let index = conformance::compiled::index(vec![catalog.clone()], Vec::new());
    let fleet = Fleet::new(index.view().unwrap(), fleet::Settings { facts: 300, ..Default::default() });
    let inventories: Vec<_> = (0..30).map(|number| fleet.client(number)).collect();
    let case = Case { catalogs: vec![catalog], inventories, ..Case::default() };
    run::compare(&case).unwrap_or_else(|difference| panic!("{difference}"));
    let compiled = compile(case.catalogs, Vec::new()).unwrap();
    let mut counts = [0; 4];
    for inventory in &case.inventories {
        for cell in run::reference(&compiled.catalogs, &case.options, inventory) {
            counts[usize::from(cell.verdict.code())] += 1;
        }
    }
    for verdict in [Verdict::Installed, Verdict::Missing, Verdict::NotApplicable, Verdict::Unknown] {
        assert!(counts[usize::from(verdict.code())] > 30, "{verdict:?}: {counts:?}");
    }
}

#[test]
fn clients_of_a_publication_have_a_handful_of_its_products() {
    let publication = Publication { updates: 4000, shards: 2, seed: 3, manifest: 2000 };
    let index = conformance::compiled::index(vec![read(&bytes(&publication))], Vec::new());
    let fleet = Fleet::new(index.view().unwrap(), fleet::Settings::default());
    let options = Options::default();
    let count = |number: usize| {
        let cells = conformance::compiled::cells(&index, &options, &fleet.client(number));
        assert!(cells.len() > 3500);
        let installed = cells.iter().filter(|(_, cell)| cell.verdict == Verdict::Installed);
        let missing = cells.iter().filter(|(_, cell)| cell.verdict == Verdict::Missing);
        (installed.count(), missing.count())
    };
    let mut counts: Vec<_> = (0..30).map(count).collect();
    counts.sort_unstable();
    let [few, middle, most] = [5, 15, 29].map(|at| counts[at].0);
    assert!(few > 0 && middle > 50 && middle < 400 && most < 900, "{counts:?}");
    assert!(counts.iter().filter(|(_, missing)| *missing > 0).count() > 20, "{counts:?}");
}
