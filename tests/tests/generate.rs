//! Generated catalogs and fleets: their shapes, their hazards, and that the same arguments give the same
//! bytes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use conformance::compiled;
use patchstate::catalog::{self, mssecure, sdp, updateinfo};
use patchstate::diagnostic::{Code, Severity};
use patchstate::eval::reference::Evaluator;
use patchstate::generate::catalog::{Cleanliness, Settings, Shape, hazards, write};
use patchstate::generate::fleet::{self, Fleet};
use patchstate::index::Index;
use patchstate::inventory::native;
use patchstate::model::expr::{Question, Subject};
use patchstate::model::fact::{Fact, FileVersion, Kind, Property};
use patchstate::model::inventory::Inventory;
use patchstate::model::options::{Options, Supersedence};
use patchstate::model::reason::Reason;
use patchstate::model::registry::View;
use patchstate::model::update::{Catalog, Rule, Update};
use patchstate::model::verdict::Verdict;
use sha2::{Digest, Sha256};

/// The updates of the real file.
const REAL: usize = 393;
const SEEDS: [u64; 4] = [1, 2, 3, 4];

/// How often the real file has each finding.
const HAZARDS: [(Code, usize); 33] = [
    (Code::MisplacedElement, 1),
    (Code::DuplicateId, 27),
    (Code::DuplicateFilePath, 6),
    (Code::PatchNamesDifferByCase, 36),
    (Code::DanglingParentReference, 52),
    (Code::SupersedenceTargetByCase, 1),
    (Code::SupersedenceTargetUnresolved, 1),
    (Code::SupersedenceRecordEmpty, 1),
    (Code::SupersedenceBackwards, 1),
    (Code::SupersedenceRecordUnused, 7),
    (Code::ValueTrimmed, 196),
    (Code::NewlineInAttribute, 43),
    (Code::NonAsciiValue, 10),
    (Code::IrregularQNumber, 16),
    (Code::SqNumberNotInBulletin, 29),
    (Code::AffectedSpNotAvailable, 109),
    (Code::FixedInSpNotAvailable, 15),
    (Code::AffectedProductWithoutSp, 5),
    (Code::ProductSpNotAvailable, 9),
    (Code::ProductWithoutSpList, 41),
    (Code::SpOrderDisagrees, 3),
    (Code::PatchWithoutEvidence, 171),
    (Code::PlaceholderPatch, 8),
    (Code::OptionalFilesOnly, 13),
    (Code::UnsupportedFilesOnly, 2),
    (Code::UnsupportedCommand, 6),
    (Code::FileWithoutVersion, 13),
    (Code::Unreferenced, 601),
    (Code::PatchLocationNotUrl, 2),
    (Code::RegistryPathIrregular, 1),
    (Code::HotfixKeyDiffers, 3),
    (Code::BulletinNotSupported, 1),
    (Code::ChecksumConflict, 18),
];

fn settings(updates: usize, seed: u64, shape: Shape, cleanliness: Cleanliness) -> Settings {
    Settings { updates, seed, shape, cleanliness }
}

fn document(settings: Settings) -> Vec<u8> {
    let mut document = Vec::new();
    write(&settings, &mut document).unwrap();
    document
}

fn generated(settings: Settings) -> Catalog {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mssecure.xml");
    std::fs::write(&path, document(settings)).unwrap();
    mssecure::read(&path, &catalog::Settings::default()).unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn xml(inventory: &Inventory) -> Vec<u8> {
    let mut document = Vec::new();
    native::write(inventory, &mut document).unwrap();
    document
}

/// Holds that `value` is `expected` within so many percent.
#[track_caller]
fn check_near(what: &str, value: usize, expected: usize, percent: usize) {
    let off = value.abs_diff(expected) * 100;
    assert!(off <= expected * percent, "{what}: {value}, expected about {expected}");
}

#[test]
fn a_dirty_catalog_has_every_finding_of_the_real_file_at_its_rate() {
    for seed in SEEDS {
        check_rates(settings(REAL, seed, Shape::MsSecure, Cleanliness::Dirty));
    }
    check_rates(settings(4 * REAL, 1, Shape::MsSecure, Cleanliness::Dirty));
}

#[test]
fn the_generator_knows_the_rates_of_the_real_file() {
    let known: BTreeMap<Code, usize> = hazards().collect();
    let mut expected = BTreeMap::from(HAZARDS);
    // That is in clean catalogs too.
    expected.remove(&Code::PatchWithoutEvidence);
    assert_eq!(known, expected);
}

fn check_rates(settings: Settings) {
    let catalog = generated(settings);
    let counts: BTreeMap<Code, u64> = catalog.diagnostics.counts().collect();
    for (code, real) in HAZARDS {
        let expected = (real * settings.updates / REAL) as u64;
        let count = counts.get(&code).copied().unwrap_or(0);
        let near = count * 2 >= expected && count <= expected * 2;
        assert!(count > 0 && near, "{} with {settings:?}: {count}, not about {expected}", code.name());
    }
    let known = HAZARDS.map(|(code, _)| code);
    let others: Vec<_> = counts.keys().filter(|code| !known.contains(code)).collect();
    assert!(others.is_empty(), "{settings:?}: {others:?} are not in the real file");
    let groups = names_by_case(&catalog);
    let patches: usize = groups.iter().sum();
    check_near("patches in groups by case", patches, 78 * settings.updates / REAL, 20);
}

/// The sizes of the groups of patches whose names differ in case only.
fn names_by_case(catalog: &Catalog) -> Vec<usize> {
    let mut groups: BTreeMap<String, usize> = BTreeMap::new();
    for update in &catalog.updates {
        *groups.entry(update.id.as_str().to_lowercase()).or_default() += 1;
    }
    groups.into_values().filter(|size| *size > 1).collect()
}

#[test]
fn a_dirty_catalog_of_the_fleet_shape_has_every_finding_too() {
    let catalog = generated(settings(1000, 1, Shape::Fleet, Cleanliness::Dirty));
    let counts: BTreeMap<Code, u64> = catalog.diagnostics.counts().collect();
    assert_eq!(counts.keys().copied().collect::<BTreeSet<_>>(), HAZARDS.map(|(code, _)| code).into());
}

#[test]
fn a_clean_catalog_has_no_warning_whatever_its_size() {
    for shape in [Shape::Fleet, Shape::MsSecure] {
        for updates in [0, 1, 2, 10, 100, REAL] {
            let catalog = generated(settings(updates, 5, shape, Cleanliness::Clean));
            assert_eq!(catalog.updates.len(), updates);
            for (code, count) in catalog.diagnostics.counts() {
                assert_eq!(code.severity(), Severity::Note, "{shape:?} {updates}: {count} {}", code.name());
                // In a catalog of the real size every product has an update.
                let expected = code == Code::PatchWithoutEvidence || code == Code::Unreferenced;
                let expected = expected && (updates < REAL || code == Code::PatchWithoutEvidence);
                assert!(expected, "{shape:?} {updates}: {count} {}", code.name());
            }
            let dirty = generated(settings(updates, 5, shape, Cleanliness::Dirty));
            assert_eq!(dirty.updates.len(), updates, "hazards add no updates and lose none");
        }
    }
}

/// What evidence an update has: files and registry values.
fn evidence(update: &Update) -> (BTreeSet<(Subject, String)>, usize) {
    let (mut files, mut values) = (BTreeSet::new(), 0);
    if let Rule::Tests { installed, .. } = &update.rule {
        installed.leaves(&mut |subject, question, _| match question {
            Question::FileEvidence { .. } => {
                files.insert((subject.clone(), format!("{question:?}")));
            }
            Question::Data(_) => values += 1,
            Question::Exists
            | Question::Compare(..)
            | Question::Level { .. }
            | Question::Applicability(_) => {}
        });
    }
    (files, values)
}

#[test]
fn catalogs_like_mssecure_have_the_ratios_of_the_real_file() {
    for seed in SEEDS {
        check_ratios(&generated(settings(REAL, seed, Shape::MsSecure, Cleanliness::Clean)), 1);
    }
    check_ratios(&generated(settings(4 * REAL, 1, Shape::MsSecure, Cleanliness::Clean)), 4);
}

fn check_ratios(catalog: &Catalog, times: usize) {
    let check = |what: &str, value: usize, real: usize| check_near(what, value, real * times, 10);
    let updates = &catalog.updates;
    let evidence: Vec<_> = updates.iter().map(evidence).collect();
    let count = |files: bool, values: bool| {
        evidence.iter().filter(|(f, v)| f.is_empty() != files && (*v == 0) != values).count()
    };
    check("bulletins", updates.iter().map(|update| &update.bulletin).collect::<BTreeSet<_>>().len(), 231);
    check("registry and files", count(true, true), 176);
    check("files only", count(true, false), 35);
    check("registry only", count(false, true), 11);
    check("no evidence", count(false, false), 171);
    let files: Vec<_> = evidence.into_iter().flat_map(|(files, _)| files).collect();
    check("file references", files.len(), 757);
    check("distinct files", files.into_iter().collect::<BTreeSet<_>>().len(), 706);
    let rows = || updates.iter().flat_map(|update| &update.products);
    check("product rows", rows().count(), 815);
    check("level rows", rows().map(|row| row.levels.len()).sum(), 1385);
    let pairs = rows().flat_map(|row| row.levels.iter().map(|level| (&row.product, level)));
    check("pairs of product and level", pairs.collect::<BTreeSet<_>>().len(), 218);
    check("products", catalog.products.len(), 104);
    let replaced = updates.iter().filter(|update| update.extra.iter().any(|(name, _)| name == "SBID"));
    check("updates that are replaced", replaced.count(), 106);
    // The depth does not grow with the catalog.
    check_near("greatest depth of replacements", depth(catalog), 10, 10);
}

/// The longest way from an update over those that replace it.
fn depth(catalog: &Catalog) -> usize {
    let places: BTreeMap<_, _> =
        catalog.updates.iter().enumerate().map(|(place, update)| (&update.id, place)).collect();
    let mut depths = vec![0; catalog.updates.len()];
    // Updates are replaced by later ones, so those are done first.
    for (place, update) in catalog.updates.iter().enumerate().rev() {
        let by = update.replacements.iter().map(|by| places[&by.by]);
        depths[place] = by.inspect(|by| assert!(*by > place)).map(|by| depths[by] + 1).max().unwrap_or(0);
    }
    depths.into_iter().max().unwrap_or(0)
}

/// A catalog of the fleet workload at a tenth of its size.
fn workload() -> Catalog {
    generated(settings(2000, 1, Shape::Fleet, Cleanliness::Clean))
}

#[test]
fn the_fleet_workload_has_its_subjects_and_questions() {
    let catalog = workload();
    let of = |update: &Update| {
        let mut questions = BTreeSet::new();
        if let Rule::Tests { installed, .. } = &update.rule {
            installed.leaves(&mut |subject, question, _| {
                questions.insert(format!("{subject:?} {question:?}"));
            });
        }
        // The list of hotfixes is asked only where nothing else says anything.
        questions.retain(|question| !question.starts_with("Hotfix"));
        questions.len()
    };
    let questions: usize = catalog.updates.iter().map(of).sum();
    check_near("questions of 10 updates", questions / 200, 30, 10);
    let index = compiled::index(vec![catalog], vec![]);
    let view = index.view().unwrap();
    check_near("subjects", view.subjects(), 1500, 10);
    check_near("predicates", view.columns.predicate_subject.len(), 6000, 15);
}

#[test]
fn clients_of_the_fleet_workload_have_its_size() {
    let index = compiled::index(vec![workload()], vec![]);
    let fleet = Fleet::new(index.view().unwrap(), fleet::Settings::default());
    for number in 0..60 {
        let client = fleet.client(number);
        check_near("facts", client.facts.len(), 1500, 10);
        check_near("bytes", xml(&client).len(), 315_000, 10);
    }
}

#[test]
fn clients_are_copies_of_thirty_images() {
    let index = compiled::index(vec![workload()], vec![]);
    let settings = fleet::Settings { deviation: 0, facts: 200, ..Default::default() };
    let fleet = Fleet::new(index.view().unwrap(), settings);
    let clients: Vec<_> = (0..60).map(|number| fleet.client(number)).collect();
    let facts: BTreeSet<_> = clients.iter().map(|client| format!("{:?}", client.facts)).collect();
    assert_eq!(facts.len(), 30);
    for (one, other) in clients.iter().zip(&clients[30..]) {
        assert_eq!((&one.facts, &one.header.group), (&other.facts, &other.header.group));
        assert_ne!(one.client(), other.client());
    }
}

#[test]
fn clients_have_something_of_every_verdict() {
    let index =
        compiled::index(vec![generated(settings(400, 1, Shape::MsSecure, Cleanliness::Clean))], vec![]);
    check_verdicts(&index, &[Verdict::Installed, Verdict::Missing, Verdict::NotApplicable, Verdict::Unknown]);
    let index = compiled::index(vec![workload()], vec![]);
    check_verdicts(&index, &[Verdict::Installed, Verdict::Missing, Verdict::NotApplicable]);
}

/// Holds that a fleet of an index has cells of these verdicts, and that each image has some Missing.
fn check_verdicts(index: &Index, expected: &[Verdict]) {
    let fleet = Fleet::new(index.view().unwrap(), fleet::Settings { facts: 300, ..Default::default() });
    let mut found = BTreeMap::new();
    for number in 0..6 {
        for (_, cell) in compiled::cells(index, &Options::default(), &fleet.client(number)) {
            *found.entry(cell.verdict.code()).or_insert(0) += 1;
        }
    }
    for verdict in expected {
        let count = found.get(&verdict.code()).copied().unwrap_or(0);
        assert!(count >= 12, "{verdict:?}: {count} of {found:?}");
    }
}

/// The facts of a client by what they are about.
fn facts(inventory: &Inventory) -> BTreeMap<String, &Fact<'static>> {
    let key = |fact: &Fact<'static>| match fact {
        Fact::File(file) => format!("file {}", file.path),
        Fact::RegistryValue(value) => format!("value {} {}", value.key, value.name),
        Fact::Product(product) => format!("product {}", product.name),
        Fact::Package(package) => format!("package {} {:?}", package.name, package.arch),
        Fact::Hotfix(hotfix) => format!("hotfix {}", hotfix.id),
        other => format!("system {other:?}"),
    };
    inventory.facts.iter().map(|stated| (key(&stated.fact), &stated.fact)).collect()
}

#[test]
fn deviation_is_the_share_of_facts_that_differ_from_the_image() {
    let index = compiled::index(vec![workload()], vec![]);
    let of = |deviation: u32| {
        let settings = fleet::Settings { deviation, images: 2, ..Default::default() };
        Fleet::new(index.view().unwrap(), settings)
    };
    let image = of(0);
    assert_eq!(facts(&image.client(0)), facts(&image.client(2)), "without deviation clients are copies");
    assert_ne!(facts(&image.client(0)), facts(&image.client(1)), "of different images");
    for (deviation, percent) in [(2, 25), (20, 10), (100, 0)] {
        let fleet = of(deviation);
        let (mut all, mut differing) = (0, 0);
        for number in 0..4 {
            let (image, client) = (image.client(number), fleet.client(number));
            let (image, client) = (facts(&image), facts(&client));
            assert!(client.keys().all(|key| image.contains_key(key)), "nothing is added");
            let can_differ = image.iter().filter(|(key, _)| !key.starts_with("system"));
            for (key, fact) in can_differ {
                all += 1;
                differing += usize::from(client.get(key) != Some(fact));
            }
        }
        check_near("differing facts", differing, all * deviation as usize / 100, percent);
    }
}

/// An updateinfo catalog with so many advisories, every tenth of a module.
fn advisories(count: usize) -> Catalog {
    let mut text = String::from("<updates>");
    for number in 0..count {
        let module = match number % 10 {
            0 => format!(r#"<module name="m{}" stream="1"/>"#, number / 10),
            _ => String::new(),
        };
        let name = if number == 1 { "kernel".to_owned() } else { format!("p{}", number / 2) };
        write!(
            text,
            r#"<update type="security"><id>EX-{number}</id><pkglist><collection>{module}<package name="{name}"
            version="1.{number}" release="3.ex9" arch="x86_64"/></collection></pkglist></update>"#
        )
        .unwrap();
    }
    text.push_str("</updates>");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("updateinfo.xml");
    std::fs::write(&path, text).unwrap();
    let mut catalogs = Vec::new();
    (updateinfo::FORMAT.read)(&path, &catalog::Settings::default(), &mut |catalog| catalogs.push(catalog));
    catalogs.remove(0).unwrap()
}

#[test]
fn fleets_of_a_package_index_have_packages_about_its_versions() {
    let index = compiled::index(vec![advisories(600)], vec![]);
    let settings = fleet::Settings { facts: 200, images: 3, ..Default::default() };
    let fleet = Fleet::new(index.view().unwrap(), settings);
    check_verdicts(&index, &[Verdict::Installed, Verdict::Missing, Verdict::NotApplicable]);
    for number in 0..3 {
        let client = fleet.client(number);
        check_near("facts", client.facts.len(), 200, 25);
        assert!(
            client.header.complete.contains(Kind::Package) && client.header.complete.contains(Kind::Module)
        );
        let kinds: BTreeSet<_> = client.facts.iter().filter_map(|stated| stated.fact.kind()).collect();
        assert_eq!(kinds, BTreeSet::from([Kind::Os, Kind::Package, Kind::Module]));
    }
}

#[test]
fn fleets_of_a_mixed_index_have_clients_of_both_kinds() {
    let windows = generated(settings(200, 1, Shape::Fleet, Cleanliness::Clean));
    let index = compiled::index(vec![windows, advisories(200)], vec![]);
    let fleet = Fleet::new(index.view().unwrap(), fleet::Settings { facts: 300, ..Default::default() });
    check_verdicts(&index, &[Verdict::Installed, Verdict::Missing, Verdict::NotApplicable]);
    for number in 0..4 {
        let client = fleet.client(number);
        let is = |fact: &Fact<'_>| matches!(fact, Fact::Package(_));
        let packages = client.facts.iter().filter(|stated| is(&stated.fact)).count();
        assert_eq!(packages > 0, number % 2 == 1, "client {number} has {packages} packages");
        let cells = compiled::cells(&index, &Options::default(), &client);
        assert!(cells.iter().any(|(_, cell)| cell.verdict == Verdict::Missing), "client {number}");
    }
}

/// The index of a catalog in which every operator of the Windows rule language decides something.
fn operators() -> Index {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/sdp/operators.xml");
    let mut catalogs = Vec::new();
    (sdp::FORMAT.read)(&path, &catalog::Settings::default(), &mut |catalog| catalogs.push(catalog.unwrap()));
    compiled::index(catalogs, vec![])
}

#[test]
fn fleets_of_rules_have_clients_about_what_they_compare() {
    let index = operators();
    check_verdicts(&index, &[Verdict::Installed, Verdict::Missing, Verdict::NotApplicable, Verdict::Unknown]);
    let settings = fleet::Settings { images: 60, facts: 150, ..Default::default() };
    let fleet = Fleet::new(index.view().unwrap(), settings);
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for number in 0..60 {
        let client = fleet.client(number);
        check_near("facts", client.facts.len(), 150, 10);
        seen.extend(client.facts.iter().flat_map(|stated| states(&stated.fact)));
        let kinds = [Kind::Os, Kind::File, Kind::Registry, Kind::Msi, Kind::Msp, Kind::Wmi];
        let complete = kinds.iter().filter(|kind| client.header.complete.contains(**kind)).count();
        seen.insert(if complete == kinds.len() { "complete" } else { "incomplete" });
    }
    let expected = [
        "32 bits",
        "64 bits",
        "absent file",
        "absent msi",
        "absent msp",
        "absent os",
        "absent registry",
        "absent wmi",
        "complete",
        "features not stated",
        "file version not stated",
        "incomplete",
        "no file version",
        "property NULL",
        "property of an array",
        "value of 32 bits",
        "value without data",
        "value without type",
    ];
    assert_eq!(seen, expected.into());
}

/// The states of facts that are less than whole, and the width of the system.
fn states(fact: &Fact<'static>) -> Vec<&'static str> {
    match fact {
        Fact::Os(os) if os.arch.as_deref() == Some("x86") => vec!["32 bits"],
        Fact::Os(_) => vec!["64 bits"],
        Fact::File(file) => match file.version {
            FileVersion::NotCollected => vec!["file version not stated"],
            FileVersion::NoResource => vec!["no file version"],
            FileVersion::Known(_) => vec![],
        },
        Fact::RegistryValue(value) => {
            let states = [
                ("value without type", value.kind.is_none()),
                ("value without data", value.kind.is_some() && value.data.is_none()),
                ("value of 32 bits", value.view == View::Narrow),
            ];
            states.into_iter().filter(|(_, holds)| *holds).map(|(state, _)| state).collect()
        }
        Fact::Msi(product) if product.features.is_none() => vec!["features not stated"],
        Fact::Wmi(instance) => {
            let of = |property: &Property<'_>| match (&property.value, property.kind.as_deref()) {
                (None, _) => Some("property NULL"),
                (_, Some("other")) => Some("property of an array"),
                _ => None,
            };
            instance.properties.iter().filter_map(of).collect()
        }
        Fact::Absent(absent) => match absent.kind {
            Some(Kind::File) => vec!["absent file"],
            Some(Kind::Msi) => vec!["absent msi"],
            Some(Kind::Msp) => vec!["absent msp"],
            Some(Kind::Os) => vec!["absent os"],
            Some(Kind::Registry) => vec!["absent registry"],
            Some(Kind::Wmi) => vec!["absent wmi"],
            _ => vec![],
        },
        _ => vec![],
    }
}

#[test]
fn generated_clients_of_rules_are_evaluated_as_the_reference_does() {
    let index = operators();
    let catalogs = index.view().unwrap().restore().unwrap();
    let options = Options { supersedence: Supersedence::Off, ..Options::default() };
    let settings = fleet::Settings { images: 40, facts: 120, deviation: 5, ..Default::default() };
    let fleet = Fleet::new(index.view().unwrap(), settings);
    for number in 0..80 {
        let client = fleet.client(number);
        let reference = Evaluator::new(&catalogs, &options, &client).evaluate();
        for (update, cell) in compiled::cells(&index, &options, &client) {
            assert_eq!(cell, reference[update], "client {number}, update {update}");
        }
    }
}

#[test]
fn generated_clients_have_the_patches_that_metadata_speaks_of() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/sdp/patches.xml");
    let mut catalogs = Vec::new();
    (sdp::FORMAT.read)(&path, &catalog::Settings::default(), &mut |catalog| catalogs.push(catalog.unwrap()));
    let index = compiled::index(catalogs, vec![]);
    index.verify().unwrap();
    let catalogs = index.view().unwrap().restore().unwrap();
    let options = Options { supersedence: Supersedence::Off, ..Options::default() };
    let settings = fleet::Settings { images: 100, facts: 60, ..Default::default() };
    let fleet = Fleet::new(index.view().unwrap(), settings);
    let mut seen: BTreeSet<(usize, &str)> = BTreeSet::new();
    for number in 0..100 {
        let client = fleet.client(number);
        let reference = Evaluator::new(&catalogs, &options, &client).evaluate();
        for (update, cell) in compiled::cells(&index, &options, &client) {
            assert_eq!(cell, reference[update], "client {number}, update {update}");
            let superseded = cell.reason == Reason::SupersededOnClient;
            seen.insert((update, if superseded { "superseded" } else { cell.verdict.name() }));
        }
    }
    // Whether the last one is superseded is not asked, so that it is never Missing.
    for update in 0..4 {
        for state in ["Installed", "Missing", "Unknown"] {
            assert!(seen.contains(&(update, state)), "update {update} is never {state}");
        }
    }
    assert!(seen.contains(&(0, "superseded")) && seen.contains(&(4, "Installed")));
    let asked = patchstate::report::facts::table(index.view().unwrap());
    let asked: Vec<_> = asked.rows.iter().map(|row| format!("{row:?}")).collect();
    for wanted in ["5A3D0000-0000-0000-0000-0000000000A0", "5A3D0000-0000-0000-0000-0000000000D4"] {
        assert!(asked.iter().any(|row| row.contains(wanted)), "{wanted}: {asked:#?}");
    }
}

#[test]
fn fleets_of_an_empty_index_have_clients_all_the_same() {
    let index = compiled::index(vec![], vec![]);
    let fleet = Fleet::new(index.view().unwrap(), fleet::Settings { facts: 50, ..Default::default() });
    check_near("facts", fleet.client(0).facts.len(), 50, 10);
    let none = fleet::Settings { facts: 0, images: 0, deviation: u32::MAX, seed: u64::MAX };
    assert!(!Fleet::new(index.view().unwrap(), none).client(usize::MAX).facts.is_empty());
}

/// What the same arguments have given since these were written down; a change to what is generated
/// changes them on purpose.
#[test]
fn the_same_arguments_give_the_same_bytes_for_ever() {
    let check = |shape: Shape, cleanliness: Cleanliness, expected: &str| {
        let settings = settings(40, 7, shape, cleanliness);
        let bytes = document(settings);
        assert_eq!(bytes, document(settings));
        assert_ne!(bytes, document(Settings { seed: 8, ..settings }));
        assert_eq!(sha256(&bytes), expected, "{shape:?} {cleanliness:?}");
    };
    check(
        Shape::Fleet,
        Cleanliness::Clean,
        "13b88f1208138b14467c7f3efddd8c0abf778f0c1a1e012ce09decfa93aba62d",
    );
    check(
        Shape::Fleet,
        Cleanliness::Dirty,
        "bcf921c42d4f4627281f848922236753f1c53cecd3480509d4d4dfc9fcca4ed8",
    );
    check(
        Shape::MsSecure,
        Cleanliness::Clean,
        "e52c660489681952e20a14a030ff19319fdaac225ade3f8962093c7c80b6ae6d",
    );
    check(
        Shape::MsSecure,
        Cleanliness::Dirty,
        "7f0ef61eb8c623ba2617f8cbd381ce08ee4990c882c47bcce946ff589221ee25",
    );
}

#[test]
fn the_same_arguments_give_the_same_clients_for_ever() {
    let windows = generated(settings(40, 7, Shape::Fleet, Cleanliness::Clean));
    let index = compiled::index(vec![windows, advisories(40)], vec![]);
    let of = |seed| fleet::Settings { facts: 60, seed, ..Default::default() };
    let fleet = Fleet::new(index.view().unwrap(), of(7));
    let check = |number: usize, expected: &str| {
        let bytes = xml(&fleet.client(number));
        assert_eq!(bytes, xml(&Fleet::new(index.view().unwrap(), of(7)).client(number)));
        assert_ne!(bytes, xml(&Fleet::new(index.view().unwrap(), of(8)).client(number)));
        assert_eq!(sha256(&bytes), expected, "client {number}");
    };
    check(0, "7d4b7bea66e00b926335420cff4bc88ba39bc03ce73352a086cef023cd356df4");
    check(1, "5bcc71b7700a55d396ba4afdcf3156b552cf35c1778e7494e170f754c1f99b30");
    check(30, "70748825c79f384322092c25c5caf4e265a2e4ff679c1d4c3a9a39c65ff792b1");
}

#[test]
fn the_same_arguments_give_the_same_clients_of_rules_for_ever() {
    let index = operators();
    let of = |seed| fleet::Settings { facts: 100, images: 2, seed, ..Default::default() };
    let expected = [
        "fad00925d1a1636765dc32beb9f8753dd6ff29b299de1dae9368dfe8e74d0e33",
        "9948ff5c0e1038843fa22dfc7281adbc4c2a98e5894eb8eceb29e41f2945845d",
    ];
    for (number, expected) in expected.into_iter().enumerate() {
        let client = |seed| xml(&Fleet::new(index.view().unwrap(), of(seed)).client(number));
        assert_eq!(client(7), client(7));
        assert_ne!(client(7), client(8));
        assert_eq!(sha256(&client(7)), expected, "client {number}");
    }
}
