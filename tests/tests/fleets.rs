//! Generated fleets for indexes of security bulletins and of Office: clients have what their rules ask
//! about, at each deviation, and are evaluated as the reference does.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use conformance::compiled;
use patchstate::catalog::{self, Settings, detection};
use patchstate::eval::reference::Evaluator;
use patchstate::generate::fleet::{self, Fleet};
use patchstate::index::Index;
use patchstate::model::fact::{Fact, Kind};
use patchstate::model::options::{Options, Supersedence};
use patchstate::model::reason::Reason;
use patchstate::model::update::Catalog;
use patchstate::model::verdict::{Cell, Verdict};

const DEVIATIONS: [u32; 4] = [0, 2, 20, 100];
const ALL: [Verdict; 4] = [Verdict::Installed, Verdict::Missing, Verdict::NotApplicable, Verdict::Unknown];

fn own(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora").join(file)
}

fn read(path: &Path, rules: &[PathBuf]) -> Catalog {
    let settings = Settings { office_rules: rules.to_vec(), ..Settings::default() };
    let mut catalogs = Vec::new();
    (catalog::recognise(path).unwrap().read)(path, &settings, &mut |read| catalogs.push(read.unwrap()));
    catalogs.remove(0)
}

/// The index that the program makes of these: with the table by which products are detected.
fn index(catalogs: Vec<Catalog>) -> Index {
    compiled::index(catalogs, detection::built_in())
}

fn office() -> Catalog {
    read(&own("office/patchdata.xml"), &[own("office/rules.xml")])
}

/// The cells of a fleet, which are those of the reference.
fn cells(index: &Index, settings: fleet::Settings, clients: usize) -> Vec<Vec<Cell>> {
    let view = index.view().unwrap();
    let fleet = Fleet::new(view, settings);
    let catalogs = view.restore().unwrap();
    let options = Options { supersedence: Supersedence::Off, ..Options::default() };
    let of = |number: usize| {
        let client = fleet.client(number);
        let reference = Evaluator::new(&catalogs, &options, &client).evaluate();
        let cells = compiled::cells(index, &options, &client);
        let same = cells.into_iter().map(|(update, cell)| {
            assert_eq!(cell, reference[update], "client {number}, update {update}, {settings:?}");
            cell
        });
        same.collect()
    };
    (0..clients).map(of).collect()
}

/// Holds that a fleet has these verdicts at each deviation, each at least so often.
#[track_caller]
fn check(index: &Index, expected: &[Verdict], least: usize) {
    for deviation in DEVIATIONS {
        let settings = fleet::Settings { deviation, facts: 400, ..Default::default() };
        let all: Vec<Cell> = cells(index, settings, 60).concat();
        for verdict in expected {
            let count = all.iter().filter(|cell| cell.verdict == *verdict).count();
            assert!(count >= least, "deviation {deviation}: {count} of {verdict}, {} cells", all.len());
        }
    }
}

#[test]
fn clients_of_the_real_bulletins_have_every_verdict() {
    let Some(path) = conformance::corpora("mssecure/mssecure-1.0.1.148-2001-10-04.xml") else { return };
    check(&index(vec![read(&path, &[])]), &ALL, 60);
}

#[test]
fn clients_of_our_bulletins_have_every_verdict() {
    check(&index(vec![read(&own("mssecure/plain.xml"), &[])]), &ALL[..3], 1);
}

#[test]
fn clients_of_bulletins_for_no_product_have_their_evidence() {
    let index = index(vec![read(&own("mssecure/evidence.xml"), &[])]);
    let settings = fleet::Settings { deviation: 0, facts: 60, ..Default::default() };
    let fleet = Fleet::new(index.view().unwrap(), settings);
    let mut seen = BTreeSet::new();
    for number in 0..30 {
        for stated in &fleet.client(number).facts {
            match &stated.fact {
                Fact::File(file) if file.path.ends_with(r"\a.dll") => _ = seen.insert("a file"),
                Fact::RegistryValue(value) if value.name == "installedversion" => _ = seen.insert("a value"),
                Fact::Hotfix(hotfix) if hotfix.id == "KB300001" => _ = seen.insert("a hotfix"),
                _ => {}
            }
        }
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["a file", "a hotfix", "a value"]);
    // The updates are for no product, so that nobody can know more.
    let cells = cells(&index, settings, 30).concat();
    assert!(cells.iter().all(|cell| cell.verdict == Verdict::Unknown));
}

#[test]
fn some_clients_do_not_state_products_that_are_detected() {
    let index = index(vec![read(&own("mssecure/references.xml"), &[])]);
    let Some(path) = conformance::corpora("mssecure/mssecure-1.0.1.148-2001-10-04.xml") else { return };
    let real = self::index(vec![read(&path, &[])]);
    let settings = fleet::Settings { deviation: 0, images: 60, ..Default::default() };
    for index in [&index, &real] {
        let fleet = Fleet::new(index.view().unwrap(), settings);
        let count = |number: usize| {
            let client = fleet.client(number);
            let stated = client.facts.iter().filter(|stated| matches!(stated.fact, Fact::Product(_)));
            (client.header.complete.contains(Kind::Product), stated.count())
        };
        let counts: Vec<_> = (0..60).map(count).collect();
        let all = counts.iter().map(|(_, stated)| *stated).max();
        let detected = counts.iter().filter(|(is_complete, _)| !is_complete).count();
        assert!((1..30).contains(&detected), "{detected} clients do not state all products");
        for (is_complete, stated) in counts {
            assert_eq!(is_complete, Some(stated) == all, "{stated} products are stated");
        }
    }
    // What is not stated is found all the same: such clients have updates that are installed.
    let fleet = Fleet::new(real.view().unwrap(), settings);
    let found = (0..60).filter(|number| {
        let client = fleet.client(*number);
        let cells = compiled::cells(&real, &Options::default(), &client);
        let is_detected = !client.header.complete.contains(Kind::Product);
        is_detected && cells.iter().any(|(_, cell)| cell.verdict == Verdict::Installed)
    });
    assert!(found.count() > 2);
}

#[test]
fn clients_of_office_have_every_verdict() {
    check(&index(vec![office()]), &ALL, 5);
}

#[test]
fn clients_of_office_have_products_patches_files_and_results() {
    let index = index(vec![office()]);
    let settings = fleet::Settings { images: 90, facts: 60, ..Default::default() };
    let fleet = Fleet::new(index.view().unwrap(), settings);
    let (mut seen, mut states) = (BTreeSet::new(), BTreeSet::new());
    for number in 0..90 {
        let client = fleet.client(number);
        assert!(client.facts.len() <= 70, "client {number} has {} facts", client.facts.len());
        for stated in &client.facts {
            match &stated.fact {
                Fact::Msi(product) => {
                    seen.insert("product");
                    let parts = [
                        ("version", product.version.is_none()),
                        ("language", product.language.is_none()),
                        ("upgrade code", product.upgrade_code.is_none()),
                        ("image", product.admin_image == Some(true)),
                    ];
                    seen.extend(parts.into_iter().filter(|(_, holds)| *holds).map(|(part, _)| part));
                }
                Fact::Msp(patch) => _ = states.insert(patch.state.as_deref().unwrap().to_owned()),
                Fact::ScanResult(result) => _ = states.insert(result.state.to_string()),
                Fact::File(file) if file.path.ends_with("winword.exe") => _ = seen.insert("file"),
                _ => {}
            }
        }
        let kinds = [Kind::Msi, Kind::Msp].map(|kind| client.header.complete.contains(kind));
        seen.extend(kinds.contains(&false).then_some("incomplete"));
    }
    let expected = ["file", "image", "incomplete", "language", "product", "upgrade code", "version"];
    assert_eq!(seen, expected.into());
    let expected = ["admin", "applied", "error", "installed", "missing", "obsoleted", "other", "superseded"];
    assert_eq!(states.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    let cells: Vec<Cell> = cells(&index, settings, 90).concat();
    let reasons: BTreeSet<Reason> = cells.iter().map(|cell| cell.reason).collect();
    for reason in [
        Reason::MsiProductAbsent,
        Reason::BuildOlder,
        Reason::BuildCurrent,
        Reason::PlatformDiffers,
        Reason::MspAbsent,
        Reason::FileNewer,
        Reason::PartNotCollected,
        Reason::NotCollected,
        Reason::RuleError,
    ] {
        assert!(reasons.contains(&reason), "no cell is {reason}: {reasons:?}");
    }
}

#[test]
fn clients_of_bulletins_and_of_office_have_both() {
    let index = index(vec![read(&own("mssecure/plain.xml"), &[]), office()]);
    let fleet = Fleet::new(index.view().unwrap(), fleet::Settings { facts: 100, ..Default::default() });
    let both = (0..30).filter(|number| {
        let client = fleet.client(*number);
        let has = |is: fn(&Fact<'_>) -> bool| client.facts.iter().any(|stated| is(&stated.fact));
        has(|fact| matches!(fact, Fact::Product(_))) && has(|fact| matches!(fact, Fact::Msi(_)))
    });
    assert!(both.count() > 10);
    check(&index, &ALL, 20);
}

#[test]
fn clients_of_office_and_of_rules_are_of_both_kinds() {
    let path = own("sdp/operators.xml");
    let index = index(vec![office(), read(&path, &[])]);
    check(&index, &ALL, 5);
}
