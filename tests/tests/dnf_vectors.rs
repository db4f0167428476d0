//! Package rows as dnf 4, zypper and libsolv judge them: recorded scenarios and one large host.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use conformance::{compiled, corpora};
use patchstate::catalog::{Settings, updateinfo};
use patchstate::eval::reference::Evaluator;
use patchstate::index::Index;
use patchstate::inventory;
use patchstate::model::fact::{Kernel, Kind, Kinds, Module, ModuleState};
use patchstate::model::inventory::{Collector, Inventory};
use patchstate::model::options::{Options, Profile};
use patchstate::model::update::{Catalog, Collection, PackageRow, Rule, Update, UpdateId};
use patchstate::model::verdict::Verdict;
use patchstate::report::listing::{Form, Listing, Naming, Query, View};
use serde_json::Value;

fn read(path: &Path, feed: &str) -> Catalog {
    let settings =
        Settings { feed: Some(feed.to_owned()), profile: Some(Profile::Dnf), ..Settings::default() };
    let mut catalogs = Vec::new();
    (updateinfo::FORMAT.read)(path, &settings, &mut |catalog| catalogs.push(catalog.unwrap()));
    catalogs.pop().unwrap()
}

/// A client of which packages and modules are complete.
fn client(packages: &str) -> Inventory {
    let mut client = Inventory::new("host", Kinds::NONE);
    let format = inventory::find("rpm").unwrap();
    format.read(packages.into(), &inventory::Settings::default(), &mut client).unwrap();
    client.complete([Kind::Package, Kind::Module].into_iter().collect());
    client
}

/// A line without what only aligns it.
fn folded(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn lines(text: &str) -> BTreeSet<String> {
    text.lines().map(folded).filter(|line| !line.is_empty()).collect()
}

fn list(index: &Index, options: &Options, client: &Inventory, query: &Query) -> String {
    let catalogs = index.view().unwrap().restore().unwrap();
    let listing = Listing::new(&catalogs, options, client, query);
    assert_eq!(listing.undecided(), 0);
    let mut out = Vec::new();
    listing.write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What the arguments of a dnf command ask for.
fn query(args: &str) -> Query {
    let mut query = Query::default();
    let mut args = args.split_whitespace().skip_while(|word| *word == "updateinfo");
    while let Some(word) = args.next() {
        match word.trim_start_matches("--") {
            "list" => query.form = Form::List,
            "summary" => query.form = Form::Summary,
            "info" => query.form = Form::Info,
            // What the repositories hold is not looked at, so that these are what is available.
            "available" | "updates" => query.view = View::Available,
            "installed" => query.view = View::Installed,
            "all" => query.view = View::All,
            "with-cve" => query.naming = Naming::Vulnerability,
            "with-bz" => query.naming = Naming::Bug,
            "cve" => query.cves.extend(args.next().map(str::to_owned)),
            "bz" => query.bugs.extend(args.next().map(str::to_owned)),
            kind @ ("security" | "bugfix" | "enhancement" | "newpackage") => {
                query.kinds.push(kind.to_owned())
            }
            id => query.ids.push(id.to_owned()),
        }
    }
    query
}

/// The module facts that scenarios with modules need: (name, stream, context, state).
fn modules(source: &str, line: u64) -> &'static [(&'static str, &'static str, &'static str, ModuleState)] {
    use ModuleState::{Default, Enabled};
    match (source.starts_with("module/"), line) {
        (true, 32) => &[("postgresql", "6", "", Enabled)],
        (true, 66) => &[("postgresql", "9.6", "", Enabled), ("nodejs", "8", "", Default)],
        (true, 99) => &[("perl", "5.24", "", Enabled), ("perl-DBI", "master", "hhhhhhhhhh", Enabled)],
        _ => &[],
    }
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// The lines of a scenario that are compared: of long text only ids and types.
fn compared(text: &str, form: Form) -> BTreeSet<String> {
    let counts =
        |line: &String| form != Form::Info || line.starts_with("Update ID: ") || line.starts_with("Type: ");
    lines(text).into_iter().filter(counts).collect()
}

#[test]
fn recorded_scenarios_of_dnf() {
    let Some(folder) = corpora("updateinfo") else { return };
    let vectors: Value =
        serde_json::from_slice(&fs::read(folder.join("dnf4-vectors.json")).unwrap()).unwrap();
    let (mut same, mut nothing) = (0, 0);
    for vector in vectors.as_array().unwrap() {
        let (source, line) = (vector["source"].as_str().unwrap(), vector["line"].as_u64().unwrap());
        let args = vector["args"].as_str().unwrap();
        let mut client = client(&texts(&vector["installed"]).join("\n"));
        for (name, stream, context, state) in modules(source, line) {
            let context = Some(*context).filter(|context| !context.is_empty()).map(Into::into);
            let (name, stream, state) = ((*name).into(), (*stream).into(), *state);
            client.fact(
                Module { name, stream, context, state, ..Module::default() }.into(),
                Default::default(),
            );
        }
        let repositories = texts(&vector["repos"]).into_iter().filter_map(|name| {
            let path = folder.join("ci-dnf-stack/fixtures/specs").join(name).join("updateinfo.xml");
            path.exists().then(|| read(&path, name))
        });
        let index = compiled::index(repositories.collect(), Vec::new());
        let query = query(args);
        let found = compared(&list(&index, &Options::default(), &client, &query), query.form);
        if matches!(line, 943 | 985) {
            assert!(found.is_empty(), "{source}:{line}: {found:?}");
            nothing += 1;
            continue;
        }
        let expected = compared(&texts(&vector["expected"]).join("\n"), query.form);
        assert_eq!(found, expected, "{source}:{line}: {args}");
        same += 1;
    }
    assert_eq!((same, nothing), (17, 2));
}

/// The row `kernel 4.19.15-300.fc29` for a client with these packages and this kernel running.
fn kernel(packages: &str, running: Option<&str>) -> BTreeSet<String> {
    let row = PackageRow {
        name: "kernel".to_owned(),
        arch: "x86_64".to_owned(),
        version: "4.19.15".to_owned(),
        release: Some("300.fc29".to_owned()),
        ..PackageRow::default()
    };
    let update = Update {
        id: UpdateId::new(["FEDORA-2019-2e38e7d2f9"]),
        bulletin: "FEDORA-2019-2e38e7d2f9".to_owned(),
        kind: "bugfix".to_owned(),
        rule: Rule::Packages { collections: vec![Collection::default()], rows: vec![row] },
        ..Update::default()
    };
    let index = compiled::index(vec![compiled::catalog("kernel", vec![update])], Vec::new());
    let mut client = client(packages);
    if let Some(running) = running {
        client.fact(
            Kernel { running: running.to_owned().into(), ..Kernel::default() }.into(),
            Default::default(),
        );
    }
    lines(&list(&index, &Options::default(), &client, &Query::default()))
}

#[test]
fn an_old_kernel_that_runs_needs_the_update_although_the_new_one_is_there() {
    const OLD: &str = "kernel 0:4.18.16-300.fc29 x86_64\n";
    const BOTH: &str = "kernel 0:4.18.16-300.fc29 x86_64\nkernel 0:4.19.15-300.fc29 x86_64\n";
    let needed = lines("FEDORA-2019-2e38e7d2f9 bugfix kernel-4.19.15-300.fc29.x86_64");
    let nothing = BTreeSet::new();
    assert_eq!(kernel(OLD, Some("4.18.16-300.fc29.x86_64")), needed);
    assert_eq!(kernel(BOTH, Some("4.18.16-300.fc29.x86_64")), needed);
    assert_eq!(kernel(BOTH, Some("4.19.15-300.fc29.x86_64")), nothing);
    assert_eq!(kernel(BOTH, None), nothing);
}

/// The large host, its catalog and where the recorded answers are.
fn host() -> Option<(Index, Inventory, std::path::PathBuf)> {
    let folder = corpora("updateinfo/host1")?;
    let catalog = read(&corpora("updateinfo/fedora19-updates-2013.updateinfo.xml.gz")?, "fedora");
    let client = client(&fs::read_to_string(folder.join("host1.inv")).unwrap());
    Some((compiled::index(vec![catalog], Vec::new()), client, folder))
}

/// The verdict of every update by its id, in which both evaluators agree.
fn verdicts(index: &Index, client: &Inventory, profile: Profile) -> BTreeMap<String, Verdict> {
    let options = Options { profile: Some(profile), ..Options::default() };
    let catalogs = index.view().unwrap().restore().unwrap();
    let reference = Evaluator::new(&catalogs, &options, client).evaluate();
    let fast = compiled::cells(index, &options, client);
    assert_eq!(fast, reference.iter().copied().enumerate().collect::<Vec<_>>());
    let ids = catalogs.updates.iter().map(|entry| entry.update.bulletin.clone());
    ids.zip(reference).map(|(id, cell)| (id, cell.verdict)).collect()
}

fn ids(verdicts: &BTreeMap<String, Verdict>, wanted: Verdict) -> BTreeSet<&str> {
    let hits = verdicts.iter().filter(|(_, verdict)| **verdict == wanted);
    hits.map(|(id, _)| id.as_str()).collect()
}

fn first_words(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(|line| line.split_whitespace().next()).collect()
}

#[test]
fn a_large_host_as_dnf_lists_it() {
    let Some((index, client, folder)) = host() else { return };
    let recorded = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let options = Options { profile: Some(Profile::Dnf), ..Options::default() };
    let check = |view: View, file: &str, rows: usize, updates: usize| {
        let query = Query { view, ..Query::default() };
        let printed = list(&index, &options, &client, &query);
        assert_eq!(printed, recorded(file), "{file}");
        assert_eq!((printed.lines().count(), first_words(&printed).len()), (rows, updates), "{file}");
    };
    check(View::Available, "avail.txt", 713, 348);
    check(View::Installed, "installed.txt", 580, 286);
    let query = Query { view: View::All, ..Query::default() };
    assert_eq!(list(&index, &options, &client, &query), recorded("all.txt"));

    let verdicts = verdicts(&index, &client, Profile::Dnf);
    let (needed, installed) = (recorded("avail.txt"), recorded("installed.txt"));
    let needed = first_words(&needed);
    assert_eq!(ids(&verdicts, Verdict::Missing), needed);
    let current = first_words(&installed).difference(&needed).copied().collect();
    assert_eq!(ids(&verdicts, Verdict::Installed), current);
    assert!(ids(&verdicts, Verdict::Unknown).is_empty());
    assert_eq!(needed, first_words(&recorded("solv-needed.txt")));
}

#[test]
fn a_large_host_as_zypper_lists_it() {
    let Some((index, client, folder)) = host() else { return };
    let verdicts = verdicts(&index, &client, Profile::Suse);
    let count = |verdict| ids(&verdicts, verdict).len();
    let counts = [Verdict::Missing, Verdict::Installed, Verdict::NotApplicable, Verdict::Unknown].map(count);
    assert_eq!(counts, [348, 199, 1866, 0]);

    let recorded: Value =
        serde_json::from_slice(&fs::read(folder.join("host1.zypper-status.json")).unwrap()).unwrap();
    let mut words: BTreeMap<&str, u64> = BTreeMap::new();
    for (id, entries) in recorded.as_object().unwrap() {
        for entry in entries.as_array().unwrap() {
            let status = entry[1].as_str().unwrap();
            let expected = match status {
                "needed" | "optional" => Verdict::Missing,
                "applied" => Verdict::Installed,
                "not-needed" => Verdict::NotApplicable,
                other => panic!("{id}: {other}"),
            };
            *words.entry(status).or_default() += 1;
            assert_eq!(verdicts.get(id), Some(&expected), "{id}");
        }
    }
    let expected = [("applied", 206), ("needed", 283), ("not-needed", 1925), ("optional", 80)];
    assert_eq!(words, BTreeMap::from(expected));
}
