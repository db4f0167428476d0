//! Plans of real rules: after their updates are installed nothing that a plan covers is Missing.
//!
//! Installing an update sets the facts that its rules ask for; the client is evaluated again.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use conformance::install::install_update;
use conformance::{corpora, run, skipped};
use patchstate::catalog::{self, Settings};
use patchstate::compile::{Compiled, compile};
use patchstate::eval::plan::Plan as Run;
use patchstate::generate::fleet::{Fleet, Settings as Wanted};
use patchstate::matrix::Matrix;
use patchstate::model::inventory::Inventory;
use patchstate::model::options::Options;
use patchstate::model::verdict::Verdict;
use patchstate::plan::{Because, Part, Plan, Planner};

/// How many plans with steps, how many steps, how many updates were covered by those that were installed, and how
/// many steps no fact could install.
#[derive(Debug, Default)]
struct Counts {
    plans: usize,
    steps: usize,
    covered: usize,
    impossible: usize,
}

/// Compiles the catalog at a path.
fn compiled(path: &Path) -> Compiled {
    let format = catalog::recognise(path).unwrap();
    let mut catalogs = Vec::new();
    let settings = Settings { keep_going: true, ..Settings::default() };
    (format.read)(path, &settings, &mut |catalog| catalogs.extend(catalog.ok()));
    compile(catalogs, Vec::new()).unwrap()
}

/// Makes the plans of generated clients, installs them, and looks at what they cover.
fn hold(path: &Path, clients: usize, counts: &mut Counts) {
    let compiled = compiled(path);
    let index = run::open(&compiled.columns);
    let view = index.view().unwrap();
    let options = Options::default();
    let plan = Run::new(view, &options, None);
    let fleet = Fleet::new(view, Wanted { facts: 80, images: clients, deviation: 20, seed: 3 });
    let clients: Vec<Inventory> = (0..clients).map(|number| fleet.client(number)).collect();
    let bytes = run::matrix_bytes(&plan, &run::rows(&plan, &clients));
    let matrix = Matrix::open(&bytes).unwrap();
    let planner = Planner::new(&matrix, view).unwrap();
    let mut worker = planner.worker();
    for (at, client) in clients.iter().enumerate() {
        let plan = worker.plan(at);
        counts.plans += usize::from(!plan.steps.is_empty());
        installed(&compiled, client, &plan, counts);
    }
}

fn installed(compiled: &Compiled, client: &Inventory, plan: &Plan, counts: &mut Counts) {
    let updates = &compiled.catalogs.updates;
    let mut after = client.clone();
    let mut covered = BTreeSet::new();
    let mut parts = Vec::new();
    for step in &plan.steps {
        counts.steps += 1;
        let mut install =
            |part: &Part| install_update(&updates[part.update as usize].update.rule, &mut after);
        if !step.parts.iter().all(&mut install) {
            // A rule asks what no installer changes; what others replace is covered all the same.
            counts.impossible += 1;
            continue;
        }
        covered.insert(step.update);
        let of = |because: Because| {
            let covers = step.covers.iter().filter(move |(_, of)| *of == because);
            covers.map(|(update, _)| *update)
        };
        covered.extend(of(Because::Replaced));
        parts.extend(of(Because::Part));
    }
    if counts.impossible == 0 {
        covered.extend(parts);
    }
    counts.covered += covered.len();
    let cells = run::reference(&compiled.catalogs, &Options::default(), &after);
    for update in covered {
        let update = update as usize;
        let identity = &updates[update].identity;
        assert_ne!(cells[update].verdict, Verdict::Missing, "{}: {identity}", client.client());
    }
}

#[test]
fn plans_of_our_own_packages_leave_nothing_missing() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/sdp");
    let mut counts = Counts::default();
    // Not those of operators, whose rules want one file to be of several versions at once.
    for name in ["catalog", "package.sdp", "rules.sdp", "relations.xml", "patches.xml", "published"] {
        hold(&corpora.join(name), 40, &mut counts);
    }
    assert!(counts.plans > 60 && counts.covered > 60, "{counts:?}");
}

#[test]
fn plans_of_a_generated_publication_leave_nothing_missing() {
    use patchstate::generate::publication::{self, Settings as Publication};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("updates.cab");
    let settings = Publication { updates: 400, shards: 2, seed: 5, manifest: 20_000 };
    publication::write(&settings, std::fs::File::create(&path).unwrap()).unwrap();
    let mut counts = Counts::default();
    hold(&path, 20, &mut counts);
    assert!(counts.plans > 0 && counts.covered > 0, "{counts:?}");
}

#[test]
fn plans_of_a_real_catalog_leave_nothing_missing() {
    let Some(corpora) = corpora("sdp") else { return skipped("plans of a real catalog of packages") };
    let mut counts = Counts::default();
    hold(&corpora.join("scup_catalog/HpCatalogForSms.latest_V2.zip"), 10, &mut counts);
    assert!(counts.plans > 2 && counts.covered > 10, "{counts:?}");
}
