//! `report list`: rows of packages by view, filter and form, over a small catalog.

use std::collections::BTreeSet;

use conformance::compiled::{catalog, restored};
use patchstate::model::catalogs::Catalogs;
use patchstate::model::fact::{Kernel, Kind, Kinds, Package};
use patchstate::model::inventory::{Collector, Inventory};
use patchstate::model::options::{Options, Profile};
use patchstate::model::update::{
    Catalog, Collection, PackageRow, Reference, Rule, Update, UpdateId, Urgency,
};
use patchstate::report::listing::{Form, Listing, Naming, Query, View};
use patchstate::report::table::Form as Printed;

fn row(name: &str, arch: &str, epoch: u32, version: &str) -> PackageRow {
    let release = Some("1".to_owned());
    let [name, arch, version] = [name, arch, version].map(str::to_owned);
    PackageRow { name, arch, epoch, version, release, ..PackageRow::default() }
}

fn reference(kind: &str, id: &str, title: &str) -> Reference {
    let [kind, id, title] = [kind, id, title].map(str::to_owned);
    Reference { kind, id, title, ..Reference::default() }
}

fn update(id: &str, kind: &str, rows: Vec<PackageRow>) -> Update {
    let rule = Rule::Packages { collections: vec![Collection::default()], rows };
    Update {
        id: UpdateId::new([id]),
        bulletin: id.to_owned(),
        title: format!("Title of {id}"),
        kind: kind.to_owned(),
        posted: "2024-01-02".to_owned(),
        rule,
        ..Update::default()
    }
}

fn catalogs() -> Vec<Catalog> {
    let references = vec![
        reference("cve", "CVE-2024-0002", ""),
        reference("cve", "CVE-2024-0001", ""),
        reference("bugzilla", "77", "A bug"),
        reference("self", "A-1", ""),
    ];
    let security = Update {
        references,
        urgency: Some(Urgency::Important),
        description: "One line\nand another".to_owned(),
        revised: "2024-02-03".to_owned(),
        ..update("A-1", "security", vec![row("bash", "x86_64", 0, "2"), row("glibc", "x86_64", 1, "2")])
    };
    let newer = update("A-2", "bugfix", vec![row("bash", "x86_64", 0, "3")]);
    let other = update("A-3", "recommended", vec![row("data", "", 0, "2")]);
    let mut versions = [1, 2].map(|version| {
        let id = UpdateId::new(["zsh"]).with_revision(&version.to_string());
        Update {
            id,
            bulletin: "zsh".to_owned(),
            ..update("zsh", "security", vec![row("zsh", "x86_64", 0, "2")])
        }
    });
    versions[1].kind = "newpackage".to_owned();
    let retracted =
        Update { retracted: true, ..update("A-9", "bugfix", vec![row("bash", "x86_64", 0, "9")]) };
    let kernel = update("A-5", "enhancement", vec![row("kernel", "x86_64", 0, "5")]);
    let again = update("A-2", "bugfix", vec![row("bash", "x86_64", 0, "3")]);
    let [first, second] = versions;
    vec![
        catalog("one", vec![security, newer, other, first, second, retracted, kernel]),
        catalog("two", vec![again]),
    ]
}

fn client() -> Inventory {
    let kinds: Kinds = [Kind::Package, Kind::Module].into_iter().collect();
    let mut client = Inventory::new("host", kinds);
    let packages = [
        ("bash", Some(0), "2", "x86_64"),
        ("glibc", Some(1), "1", "x86_64"),
        ("data", Some(0), "1", "noarch"),
        ("zsh", Some(0), "1", "x86_64"),
        ("kernel", Some(0), "4", "x86_64"),
        ("kernel", Some(0), "5", "x86_64"),
    ];
    for (name, epoch, version, arch) in packages {
        let (name, version, arch) = (name.into(), version.into(), Some(arch.into()));
        let package = Package { name, epoch, version, release: Some("1".into()), arch, ..Package::default() };
        client.fact(package.into(), Default::default());
    }
    client.fact(Kernel { running: "4-1.x86_64".into(), ..Kernel::default() }.into(), Default::default());
    client
}

fn printed(catalogs: &Catalogs, options: &Options, query: &Query) -> String {
    let client = client();
    let mut out = Vec::new();
    Listing::new(catalogs, options, &client, query).write(&mut out).expect("writes to memory");
    String::from_utf8(out).expect("is UTF-8")
}

fn check(query: Query, expect: &str) {
    let catalogs = restored(catalogs(), Vec::new());
    let found = printed(&catalogs, &Options::default(), &query);
    assert_eq!(found, expect, "{query:?}");
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn each_view_lists_its_rows() {
    check(
        Query::default(),
        "A-2   bugfix         bash-3-1.x86_64\n\
         A-3   recommended    data-2-1.noarch\n\
         A-1   Important/Sec. glibc-1:2-1.x86_64\n\
         A-5   enhancement    kernel-5-1.x86_64\n\
         zsh-1 Unknown/Sec.   zsh-2-1.x86_64\n\
         zsh-2 newpackage     zsh-2-1.x86_64\n",
    );
    check(
        Query { view: View::Installed, ..Query::default() },
        "A-1 Important/Sec. bash-2-1.x86_64\nA-5 enhancement    kernel-5-1.x86_64\n",
    );
    check(
        Query { view: View::All, kinds: texts(&["security", "enhancement"]), ..Query::default() },
        "i A-1   Important/Sec. bash-2-1.x86_64\n\
         \x20 A-1   Important/Sec. glibc-1:2-1.x86_64\n\
         i A-5   enhancement    kernel-5-1.x86_64\n\
         \x20 zsh-1 Unknown/Sec.   zsh-2-1.x86_64\n",
    );
}

#[test]
fn filters_name_updates() {
    let glibc = "A-1 Important/Sec. glibc-1:2-1.x86_64\n";
    check(Query { cves: texts(&["CVE-2024-0001"]), ..Query::default() }, glibc);
    check(Query { bugs: texts(&["77"]), ..Query::default() }, glibc);
    check(Query { ids: texts(&["A-1"]), ..Query::default() }, glibc);
    check(Query { bugs: texts(&["CVE-2024-0001"]), ..Query::default() }, "");
    check(Query { ids: texts(&["A-9"]), ..Query::default() }, "");
    check(
        Query { kinds: texts(&["bugfix"]), ids: texts(&["A-3"]), ..Query::default() },
        "A-2 bugfix      bash-3-1.x86_64\nA-3 recommended data-2-1.noarch\n",
    );
}

#[test]
fn lines_are_named_after_references() {
    let lines = [
        "77            Important/Sec. glibc-1:2-1.x86_64\n",
        "CVE-2024-0001 Important/Sec. glibc-1:2-1.x86_64\n",
        "CVE-2024-0002 Important/Sec. glibc-1:2-1.x86_64\n",
    ];
    check(Query { naming: Naming::Both, ..Query::default() }, &lines.concat());
    check(Query { naming: Naming::Vulnerability, ..Query::default() }, &lines[1..].concat());
    check(Query { naming: Naming::Bug, ..Query::default() }, &lines[0].replace("77            ", "77 "));
}

#[test]
fn a_summary_counts_updates() {
    let form = Form::Summary;
    check(
        Query { form, ..Query::default() },
        "Updates Information Summary: available\n    \
         1 New Package notice(s)\n    2 Security notice(s)\n        1 Important Security notice(s)\n        \
         1 Unknown Security notice(s)\n    1 Bugfix notice(s)\n    1 Enhancement notice(s)\n    \
         1 other notice(s)\n",
    );
    check(
        Query { form, view: View::Installed, kinds: texts(&["enhancement"]), ..Query::default() },
        "Updates Information Summary: installed\n    1 Enhancement notice(s)\n",
    );
    check(Query { form, ids: texts(&["none"]), ..Query::default() }, "");
}

#[test]
fn info_says_what_the_catalog_says() {
    let rule = "=".repeat(79);
    let block = format!(
        "{rule}\n  Title of A-1\n{rule}\n  Update ID: A-1\n       Type: security\n    Updated: 2024-02-03\n       \
         Bugs: 77 - A bug\n       CVEs: CVE-2024-0001\n           : CVE-2024-0002\nDescription: One line\n           \
         : and another\n   Severity: Important\n"
    );
    check(Query { form: Form::Info, ids: texts(&["A-1"]), ..Query::default() }, &block);
    let catalogs = restored(catalogs(), Vec::new());
    let query = Query { form: Form::Info, view: View::All, ids: texts(&["A-2", "A-3"]), ..Query::default() };
    let text = printed(&catalogs, &Options::default(), &query);
    assert_eq!(text.matches("  Installed: false\n").count(), 2, "{text}");
    assert!(text.contains("\n\n====="), "{text}");
}

#[test]
fn options_change_what_is_listed() {
    let catalogs = restored(catalogs(), Vec::new());
    let lines = |options: &Options, query: &Query| -> BTreeSet<String> {
        printed(&catalogs, options, query).lines().map(str::to_owned).collect()
    };
    let suse = Options { profile: Some(Profile::Suse), ..Options::default() };
    let query = Query { kinds: texts(&["recommended", "enhancement"]), ..Query::default() };
    assert_eq!(lines(&suse, &query), BTreeSet::from(["A-3 recommended data-2-1".to_owned()]));
    let retracted = Options { include_retracted: true, ..Options::default() };
    let query = Query { ids: texts(&["A-9"]), ..Query::default() };
    assert_eq!(lines(&retracted, &query), BTreeSet::from(["A-9 bugfix bash-9-1.x86_64".to_owned()]));
}

#[test]
fn what_is_not_decided_is_counted_and_not_listed() {
    let catalogs = restored(catalogs(), Vec::new());
    let mut client = Inventory::new("host", Kinds::NONE);
    let package =
        Package { name: "bash".into(), version: "2".into(), release: Some("1".into()), ..Package::default() };
    client.fact(package.into(), Default::default());
    let (options, query) = (Options::default(), Query { view: View::All, ..Query::default() });
    let listing = Listing::new(&catalogs, &options, &client, &query);
    let mut out = Vec::new();
    listing.write(&mut out).expect("writes to memory");
    assert_eq!((String::from_utf8_lossy(&out).as_ref(), listing.updates()), ("", 0));
    assert_eq!(listing.undecided(), 8);
}

#[test]
fn the_lines_are_a_table_too() {
    let catalogs = restored(catalogs(), Vec::new());
    let (options, client) = (Options::default(), client());
    let query = Query { view: View::All, cves: texts(&["CVE-2024-0001"]), ..Query::default() };
    let mut out = Vec::new();
    let listing = Listing::new(&catalogs, &options, &client, &query);
    listing.table().write(&Printed::Csv, &mut out).expect("writes to memory");
    let text = String::from_utf8(out).expect("is UTF-8");
    assert!(
        text.starts_with(
            "id,type,package,installed\r\n\
             A-1,Important/Sec.,bash-2-1.x86_64,yes\r\nA-1,Important/Sec.,glibc-1:2-1.x86_64,no\r\n"
        ),
        "{text}"
    );
}
