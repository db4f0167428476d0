//! Evaluates the real MSSecure catalog for one simulated client per product and service pack, by the
//! reference evaluator, and compares the totals with those of an independent program.

use std::collections::{BTreeMap, BTreeSet};

use patchstate::catalog::{Settings, mssecure};
use patchstate::compile::merge::merge;
use patchstate::eval::reference::Evaluator;
use patchstate::model::expr::{Data, Presence, Question, Subject};
use patchstate::model::fact::{Fact, File, FileVersion, Kind, Product, RegistryValue, Trait};
use patchstate::model::flag::Flags;
use patchstate::model::inventory::{Collector, Inventory};
use patchstate::model::options::{Checksum, Options};
use patchstate::model::path;
use patchstate::model::update::{Catalog, Rule, Update};
use patchstate::model::verdict::{Cell, Verdict};
use patchstate::version::dotted::Version;

/// What a client has of files and registry values.
#[derive(Default)]
struct Host {
    files: BTreeMap<String, (Option<Version>, u64)>,
    values: BTreeMap<(String, String), String>,
}

impl Host {
    fn install(&mut self, update: &Update) {
        let Rule::Tests { installed, .. } = &update.rule else { return };
        installed.leaves(&mut |subject, question, _| match (subject, question) {
            (Subject::RegistryValue { key, name }, Question::Data(data)) => {
                let data = match data {
                    Data::Any => String::new(),
                    Data::Number(number) => number.to_string(),
                    Data::Text(text) => text.clone(),
                    Data::AtLeast(version) => version.to_string(),
                };
                self.values.insert((key.clone(), name.clone()), data);
            }
            (Subject::File(path), Question::FileEvidence { presence: Presence::Removed, .. }) => {
                self.files.remove(path);
            }
            (Subject::File(path), Question::FileEvidence { version, checksum, .. }) => {
                let new = (*version, checksum.unwrap_or(0));
                let old = self.files.entry(path.clone()).or_insert(new);
                if new.0 >= old.0 {
                    *old = new;
                }
            }
            _ => {}
        });
    }

    fn inventory(&self, product: &str, level: &str, tokens: &BTreeSet<String>) -> Inventory {
        let complete = Kind::ALL.iter().copied().collect();
        let mut inventory = Inventory::new(&format!("{product}|{level}"), complete);
        let mut fact = |fact: Fact<'_>| inventory.fact(fact, Default::default());
        for token in tokens {
            let (name, value) = (token.trim_matches('%').into(), format!(r"C:\{token}").into());
            fact(Fact::Trait(Trait { group: "env".into(), name, value, ..Trait::default() }));
        }
        let (name, sp) = (product.into(), Some(level.into()));
        fact(Fact::Product(Product { name, sp, ..Product::default() }));
        for (path, (version, checksum)) in &self.files {
            let version = version.map_or(FileVersion::NoResource, FileVersion::Known);
            let (path, checksum) = (path.as_str().into(), Some(*checksum));
            fact(Fact::File(File { path, version, checksum, ..File::default() }));
        }
        for ((key, name), data) in &self.values {
            let (key, name, data) = (key.as_str().into(), name.as_str().into(), Some(data.as_str().into()));
            fact(Fact::RegistryValue(RegistryValue { key, name, data, ..RegistryValue::default() }));
        }
        inventory
    }
}

/// The `%names%` that the catalog's files stand below.
fn tokens(catalog: &Catalog) -> BTreeSet<String> {
    let mut tokens = BTreeSet::new();
    for update in &catalog.updates {
        let Rule::Tests { installed, .. } = &update.rule else { continue };
        installed.leaves(&mut |subject, _, _| {
            if let Subject::File(file) = subject {
                tokens.extend(path::token(file).map(str::to_owned));
            }
        });
    }
    tokens
}

/// The updates for each product and service pack, in the order in which they are installed.
fn pairs(catalog: &Catalog) -> BTreeMap<(&str, &str), Vec<&Update>> {
    let mut pairs: BTreeMap<(&str, &str), Vec<&Update>> = BTreeMap::new();
    for update in &catalog.updates {
        for row in &update.products {
            for level in &row.levels {
                pairs.entry((&row.product, level)).or_default().push(update);
            }
        }
    }
    for updates in pairs.values_mut() {
        updates.sort_by_key(|update| (&update.posted, &update.bulletin));
    }
    pairs
}

/// Installed, Missing, Unknown, NotApplicable, and Missing with the flag `superseded`.
type Totals = [u32; 5];

fn count(cells: &[Cell], totals: &mut Totals) {
    for cell in cells {
        totals[match cell.verdict {
            Verdict::Installed => 0,
            Verdict::Missing => 1,
            Verdict::Unknown => 2,
            Verdict::NotApplicable => 3,
        }] += 1;
        totals[4] += u32::from(cell.flags.contains(Flags::SUPERSEDED));
    }
}

/// The totals of the rules alone, those after supersedence, and how often each reason stands then.
fn totals(
    catalog: &Catalog,
    installs: fn(&Update) -> bool,
    options: &Options,
) -> (Totals, Totals, BTreeMap<String, u32>) {
    let all = merge(vec![catalog.clone()], Vec::new()).expect("one catalog has no conflicts");
    let tokens = tokens(catalog);
    let (mut alone, mut after, mut reasons) = (Totals::default(), Totals::default(), BTreeMap::new());
    for ((product, level), updates) in pairs(catalog) {
        let mut host = Host::default();
        updates.into_iter().filter(|update| installs(update)).for_each(|update| host.install(update));
        let inventory = host.inventory(product, level, &tokens);
        let evaluator = Evaluator::new(&all, options, &inventory);
        let raw: Vec<Cell> = all.updates.iter().map(|entry| evaluator.raw(entry)).collect();
        let folded: Vec<Cell> = (0..raw.len()).map(|update| evaluator.fold(&raw, update)).collect();
        count(&raw, &mut alone);
        count(&folded, &mut after);
        for cell in folded {
            *reasons.entry(format!("{} {}", cell.verdict, cell.reason)).or_insert(0) += 1;
        }
    }
    (alone, after, reasons)
}

/// How many cells have each reason, with checksums ignored and supersedence folded.
type Reasons<'r> = &'r [(&'r str, u32)];

const ALL: Reasons<'_> = &[("Installed file-newer", 200), ("Installed rule-true", 673)];
const NONE: Reasons<'_> = &[("Missing file-absent", 54), ("Missing registry-missing", 696)];
const CURRENT: Reasons<'_> = &[
    ("Installed file-newer", 43),
    ("Installed replaced-by-installed", 164),
    ("Installed rule-true", 525),
    ("Missing file-absent", 20),
    ("Missing registry-missing", 121),
];
const NOT_APPLICABLE: Reasons<'_> = &[
    ("NotApplicable fixed-in-service-pack", 329),
    ("NotApplicable product-absent", 83_102),
    ("NotApplicable service-pack-out-of-range", 848),
];

/// The numbers of the table in `docs/mssecure.md`, "Golden tables".
#[test]
fn simulated_clients_have_the_totals_of_the_oracle() {
    let Some(path) = conformance::corpora("mssecure/mssecure-1.0.1.148-2001-10-04.xml") else { return };
    let catalog = mssecure::read(&path, &Settings::default()).expect("the real file is read");
    assert_eq!(pairs(&catalog).len(), 218);
    let all: fn(&Update) -> bool = |_| true;
    let none: fn(&Update) -> bool = |_| false;
    let current: fn(&Update) -> bool = |update| !update.extra.iter().any(|(name, _)| name == "SBID");
    let not_applicable = 84_279;
    for (installs, checksum, raw, folded, reasons) in [
        (all, Checksum::Strict, [842, 31, 522], [844, 29, 522, 18], None),
        (all, Checksum::Off, [873, 0, 522], [873, 0, 522, 0], Some(ALL)),
        (none, Checksum::Strict, [0, 750, 645], [0, 750, 645, 189], None),
        (none, Checksum::Off, [0, 750, 645], [0, 750, 645, 189], Some(NONE)),
        (current, Checksum::Strict, [565, 308, 522], [658, 215, 522, 91], None),
        (current, Checksum::Off, [568, 305, 522], [732, 141, 522, 20], Some(CURRENT)),
    ] {
        let options = Options { checksum, ..Options::default() };
        let (alone, after, found) = totals(&catalog, installs, &options);
        assert_eq!(alone, [raw[0], raw[1], raw[2], not_applicable, 0]);
        assert_eq!(after, [folded[0], folded[1], folded[2], not_applicable, folded[3]]);
        let Some(reasons) = reasons else { continue };
        let mut expect: BTreeMap<String, u32> = reasons
            .iter()
            .chain(NOT_APPLICABLE)
            .map(|(reason, count)| ((*reason).to_owned(), *count))
            .collect();
        expect.insert("Unknown unsupported-rule".to_owned(), 15);
        expect.insert("Unknown no-evidence".to_owned(), folded[2] - 15);
        assert_eq!(found, expect);
    }
}
