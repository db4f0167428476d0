//! Feeds of vendors over package lists: the verdicts that characteristics of the same packages give.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use conformance::oval::{catalog, characteristics, content, inventory_of};
use patchstate::eval::oval::reference;
use patchstate::model::fact::{Fact, Package};
use patchstate::model::flag::Flags;
use patchstate::model::inventory::Inventory;
use patchstate::model::options::Options;
use patchstate::model::oval::Content;
use patchstate::model::reason::Reason;
use patchstate::model::verdict::{Cell, Verdict};

/// The packages that characteristics state.
fn packages(inventory: &Inventory) -> Vec<&Package<'static>> {
    let facts = inventory.facts.iter();
    facts
        .filter_map(|stated| if let Fact::Package(package) = &stated.fact { Some(package) } else { None })
        .collect()
}

fn rpm_list(inventory: &Inventory, head: &str) -> String {
    let line = |package: &&Package<'_>| {
        let epoch = package.epoch.map_or("(none)".into(), |epoch| epoch.to_string());
        let release = package.release.as_deref().unwrap();
        format!(
            "{} {epoch}:{}-{release} {}\n",
            package.name,
            package.version,
            package.arch.as_deref().unwrap()
        )
    };
    let lines: BTreeSet<String> = packages(inventory).iter().map(line).collect();
    format!("{head}{}", lines.into_iter().collect::<String>())
}

fn dpkg_list(inventory: &Inventory, head: &str) -> String {
    let line = |package: &&Package<'_>| {
        let epoch = package.epoch.filter(|epoch| *epoch > 0).map(|epoch| format!("{epoch}:"));
        let (epoch, arch) = (epoch.unwrap_or_default(), package.arch.as_deref().unwrap_or("amd64"));
        format!("{}\t{epoch}{}\t{arch}\tii \n", package.name, package.version)
    };
    let lines: BTreeSet<String> = packages(inventory).iter().map(line).collect();
    format!("{head}{}", lines.into_iter().collect::<String>())
}

fn pair(definitions: &Path, own: &Path) -> (Content, Inventory) {
    let text = fs::read_to_string(own).unwrap();
    (content(catalog(definitions).unwrap()), characteristics(&text).unwrap())
}

fn counts(cells: &[Cell]) -> [usize; 4] {
    [Verdict::Missing, Verdict::Installed, Verdict::NotApplicable, Verdict::Unknown]
        .map(|verdict| cells.iter().filter(|cell| cell.verdict == verdict).count())
}

/// The definitions of which the cells differ.
fn differing(content: &Content, ours: &[Cell], theirs: &[Cell]) -> Vec<String> {
    let both = content.definitions.iter().zip(ours.iter().zip(theirs));
    let without_flags = |cell: &Cell| Cell { flags: Flags::NONE, ..*cell };
    let differing = both.filter(|(_, (a, b))| without_flags(a) != without_flags(b));
    differing.map(|(definition, (a, b))| format!("{}: {a:?}, {b:?}", definition.id)).collect()
}

#[test]
fn a_list_of_rpm_packages_gives_what_characteristics_give() {
    let Some(root) = conformance::corpora("oval") else { return };
    let (content, own) = pair(&root.join("vendor/rhel8.xml"), &root.join("derived/rhel8.sc.xml"));
    let collected = reference::evaluate(&content, &own, &Options::default()).cells;
    let head = "# os-name: Red Hat Enterprise Linux\n# os-version: 8.0\n# arch: x86_64\n\
                # kernel: 4.18.0-80.7.1.el8_0.x86_64\nredhat-release 0:8.0-0.44.el8 x86_64\n";
    let list = inventory_of("rpm", &rpm_list(&own, head));
    let cells = reference::evaluate(&content, &list, &Options::default()).cells;
    assert_eq!((counts(&cells), counts(&collected)), ([82, 27, 18, 2], [82, 27, 20, 0]));
    // What the boot loader starts next no list says. Of two updates of the kernel it decides; of a third one,
    // none of whose packages is older, it decides only why it is not for the client.
    let unknown = |cell: &&Cell| cell.verdict == Verdict::Unknown;
    assert!(cells.iter().filter(unknown).all(|cell| cell.reason == Reason::UnsupportedRule));
    let found = differing(&content, &cells, &collected);
    let kernel =
        ["20191167", "20191479", "20191959"].map(|number| format!("oval:com.redhat.rhsa:def:{number}"));
    let ids: Vec<&str> = found.iter().map(|row| row.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(ids, kernel, "{}", found.join("\n"));
    for cell in cells.iter().filter(|cell| cell.verdict == Verdict::Missing) {
        assert_eq!(cell.flags, Flags::ASSUMED_SIGNATURE);
    }
}

#[test]
fn lists_of_debian_packages_give_what_characteristics_give() {
    let Some(root) = conformance::corpora("oval/debian-real") else { return };
    for (name, expect) in [("deb200", [18, 63, 119, 0]), ("deb2000", [200, 503, 1297, 0])] {
        let (content, own) = pair(&root.join(format!("{name}.xml")), &root.join(format!("{name}.sc.xml")));
        let collected = reference::evaluate(&content, &own, &Options::default()).cells;
        let head = "# os-name: Debian GNU/Linux\n# os-version: 12\n# arch: x86_64\n";
        let list = inventory_of("dpkg", &dpkg_list(&own, head));
        let cells = reference::evaluate(&content, &list, &Options::default()).cells;
        assert_eq!((counts(&cells), counts(&collected)), (expect, expect), "{name}");
        let found = differing(&content, &cells, &collected);
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
