//! Reads real metadata of Windows updates, and evaluates it against clients of which the answers are
//! known; both evaluators must give them.

use std::path::PathBuf;

use conformance::random::Case;
use conformance::{corpora, run, skipped};
use patchstate::catalog::{self, Settings};
use patchstate::compile::compile;
use patchstate::diagnostic::Code;
use patchstate::inventory;
use patchstate::model::inventory::Inventory;
use patchstate::model::reason::Reason;
use patchstate::model::update::Catalog;
use patchstate::model::verdict::Verdict;

/// A file of the corpora; says what is skipped where they are not there.
fn file(name: &str) -> Option<PathBuf> {
    let found = corpora("wsus").map(|folder| folder.join(name));
    if found.is_none() {
        skipped("the metadata of Windows updates");
    }
    found
}

fn read(name: &str) -> Option<Catalog> {
    let path = file(name)?;
    let format = catalog::recognise(&path).expect("is recognised");
    assert_eq!(format.name, "wsus", "{name}");
    let mut catalogs = Vec::new();
    (format.read)(&path, &Settings::default(), &mut |catalog| catalogs.push(catalog));
    Some(catalogs.remove(0).expect("can be read"))
}

fn count(catalog: &Catalog, name: &str) -> u64 {
    let found = catalog.source.statistics.iter().find(|(known, _)| known == name);
    found.unwrap_or_else(|| panic!("`{name}` is not counted")).1
}

/// The verdict and the reason of an update on a client, after both evaluators agreed on everything.
fn cell(mut catalog: Catalog, client: &str, update: &str) -> (Verdict, Reason) {
    catalog.source.assumes_needed = true;
    let text = format!(r#"<inventory version="1" client="c" {client}</inventory>"#);
    let mut facts = Inventory::default();
    let format = inventory::find("native").expect("is a format");
    format.read(text.as_str().into(), &inventory::Settings::default(), &mut facts).expect("is an inventory");
    let case = Case { catalogs: vec![catalog], inventories: vec![facts], ..Case::default() };
    run::compare(&case).unwrap_or_else(|difference| panic!("{difference}"));
    let compiled = compile(case.catalogs, Vec::new()).expect("compiles");
    let cells = run::reference(&compiled.catalogs, &case.options, &case.inventories[0]);
    let at = compiled.catalogs.find_updates(update);
    let [at] = at.as_slice() else { panic!("`{update}` is {at:?}") };
    (cells[*at].verdict, cells[*at].reason)
}

#[test]
fn the_cabinet_and_its_folder_are_read_alike() {
    let (Some(cabinet), Some(folder)) =
        (read("wsusscn2/vuls_fixture_wsusscn2.cab"), read("wsusscn2/extracted"))
    else {
        return;
    };
    assert_eq!(cabinet.updates, folder.updates);
    let counts = [
        ("revisions", 4),
        ("fragments_core", 3),
        ("fragments_extended", 5),
        ("fragments_localized", 3),
        ("revisions_without_core", 1),
    ];
    for (name, expected) in counts {
        assert_eq!(count(&cabinet, name), expected, "{name}");
    }
    let superseded: Vec<_> = cabinet.updates.iter().map(|update| update.replaces.len()).collect();
    assert_eq!(superseded.iter().sum::<usize>(), 199);
    // What is of a revision that the graph lacks is counted and not used.
    assert_eq!(cabinet.diagnostics.of(Code::IgnoredContent), 2);
    let chain: Vec<_> = cabinet.updates.iter().map(|update| update.replacements.len()).collect();
    assert_eq!(chain.iter().sum::<usize>(), 2);
    let compiled = compile(vec![cabinet], Vec::new()).expect("compiles");
    let case = Case { inventories: vec![Inventory::new("c", Default::default())], ..Case::default() };
    let cells = run::reference(&compiled.catalogs, &case.options, &case.inventories[0]);
    let without = compiled.catalogs.updates.iter().position(|entry| entry.update.title.is_empty());
    let cell = cells[without.expect("one has no fragment")];
    assert_eq!((cell.verdict, cell.reason), (Verdict::Unknown, Reason::NoEvidence));
}

#[test]
fn a_slice_of_the_real_graph_has_its_relations() {
    let Some(catalog) = read("wsusscn2/real_slice/package_subset.xml") else { return };
    let counts = [
        ("revisions", 7),
        ("bundles", 4),
        ("leaves", 1),
        ("revisions_not_software", 2),
        ("superseded_by", 22),
        ("bundled_by", 1),
        ("prerequisites", 20),
        ("payload_digests", 16),
    ];
    for (name, expected) in counts {
        assert_eq!(count(&catalog, name), expected, "{name}");
    }
    assert_eq!(catalog.diagnostics.of(Code::DanglingSupersededBy), 22);
    assert_eq!(catalog.diagnostics.of(Code::DanglingBundledBy), 1);
}

#[test]
fn an_update_of_the_system_is_installed_from_its_revision_on() {
    let os = |build: u32, ubr: u32, complete: &str| {
        format!(
            r#"complete="{complete}"><os family="windows" version="10.0.{build}" build="{build}" ubr="{ubr}"
               arch="x64" product-type="server"/>"#
        )
    };
    let update = "wsus:8d06a0ee-d9e0-478b-b168-5f0a514b78a6#100";
    for (client, expected) in [
        (os(26100, 4349, "os"), (Verdict::Installed, Reason::RuleTrue)),
        (os(26100, 4350, "os"), (Verdict::Installed, Reason::RuleTrue)),
        (os(26100, 1742, "os"), (Verdict::Missing, Reason::BuildOlder)),
        (os(20348, 5000, "os"), (Verdict::NotApplicable, Reason::PlatformDiffers)),
        (os(26100, 1742, ""), (Verdict::Unknown, Reason::NotCollected)),
    ] {
        let Some(catalog) = read("wsusscn2/real_slice") else { return };
        assert_eq!(cell(catalog, &client, update), expected, "{client}");
    }
}

#[test]
fn a_cumulative_update_is_its_revision() {
    let client = |build: u32, ubr: u32, complete: &str, more: &str| {
        format!(
            r#"complete="{complete}"><os family="windows" version="10.0.{build}" build="{build}" ubr="{ubr}"
               arch="arm64" product-type="workstation"/>{more}"#
        )
    };
    let key = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing";
    let reoffer = format!(r#"<reg key="{key}" name="LCUReoffer" type="dword" data="1"/>"#);
    let update = "wsus:267dd2b4-f9fa-4bcd-bba7-1cb00e0e59d9#200";
    for (client, verdict) in [
        (client(22000, 1936, "registry", ""), Verdict::Installed),
        (client(22000, 1936, "registry", &reoffer), Verdict::NotApplicable),
        (client(22000, 1817, "registry", ""), Verdict::Missing),
        (client(22631, 1936, "registry", ""), Verdict::NotApplicable),
        // Whether it is there is not known, but that it is not for the client is.
        (client(22000, 1936, "", ""), Verdict::NotApplicable),
    ] {
        let Some(catalog) = read("wsus_fragments/real_core/cbs-rollupfix-core-reduced.xml") else { return };
        assert_eq!(cell(catalog, &client, update).0, verdict, "{client}");
    }
}

#[test]
fn detectoids_ask_what_they_ask() {
    let Some(catalog) = read("wsus_fragments/real_core/detectoids.txt") else { return };
    assert_eq!(catalog.updates.len(), 11);
    assert_eq!(count(&catalog, "leaf_predicates"), 26);
    assert!(catalog.updates.iter().all(|update| update.detectoid));
    let Some(installer) = read("wsus_fragments/real_core/osinstaller-core.xml") else { return };
    assert_eq!(count(&installer, "leaf_predicates"), 21);
}
