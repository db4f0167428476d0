//! Inventories of the agents of GLPI, FusionInventory and OCS, as XML and as JSON.

use std::collections::BTreeSet;

use conformance::corpora;
use patchstate::diagnostic::Code;
use patchstate::ingest::{Import, Imported, Intake};
use patchstate::inventory::{MAX_TEXT, Scope, find};
use patchstate::model::fact::{Fact, Os, Package};
use patchstate::model::inventory::Inventory;

use super::{Place, code, complete, counts, hotfixes, ids, import, one, scan};

/// Reads the only client of a document of others.
fn real(name: &str, id: &str) -> Option<(Inventory, Imported)> {
    let intake = scan(corpora(&format!("inventory/{name}"))?);
    assert_eq!(ids(&intake), [id], "{name}");
    Some(import(&intake, id).unwrap())
}

fn packages(inventory: &Inventory) -> Vec<&Package<'static>> {
    let mut packages = Vec::new();
    for stated in &inventory.facts {
        if let Fact::Package(package) = &stated.fact {
            packages.push(package);
        }
    }
    packages
}

fn system(inventory: &Inventory) -> &Os<'static> {
    let os = inventory.facts.iter().find_map(|stated| match &stated.fact {
        Fact::Os(os) => Some(os),
        _ => None,
    });
    os.unwrap()
}

fn kernel(inventory: &Inventory) -> Option<&str> {
    inventory.facts.iter().find_map(|stated| match &stated.fact {
        Fact::Kernel(kernel) => Some(&*kernel.running),
        _ => None,
    })
}

#[test]
fn the_large_inventory_is_read_whole() {
    let id = "LF014-2017-02-20-12-19-56";
    let Some((inventory, imported)) = real("glpi-json/examples/computer_3.json.gz", id) else { return };
    let packages = packages(&inventory);
    assert_eq!(packages.len(), 3_033);
    let names: BTreeSet<&str> = packages.iter().map(|package| &*package.name).collect();
    let pairs: BTreeSet<_> =
        packages.iter().map(|package| (&*package.name, package.arch.as_deref())).collect();
    assert_eq!((names.len(), pairs.len()), (2_988, 3_016));
    let of_arch =
        |arch: &str| packages.iter().filter(|package| package.arch.as_deref() == Some(arch)).count();
    assert_eq!(["x86_64", "noarch", "i686", "(none)"].map(of_arch), [1_865, 1_128, 28, 12]);
    let of_name = |name: &str| packages.iter().filter(|package| package.name == name).count();
    assert_eq!(["gpg-pubkey", "kernel", "kernel-core", "kernel-modules"].map(of_name), [12, 3, 3, 3]);
    assert!(packages.iter().all(|package| package.epoch.is_none() && package.release.is_some()));
    assert_eq!(kernel(&inventory), Some("4.9.9-200.fc25.x86_64"));
    assert_eq!(complete(&imported), ["package"]);
    assert_eq!(imported.marks.names().collect::<Vec<_>>(), ["time-local", "epoch-unknown"]);
    assert_eq!((imported.without_epoch, imported.without_fact), (3_033, 0));
    assert!(imported.diagnostics.is_empty(), "{:?}", imported.diagnostics);
}

#[test]
fn json_samples_of_others() {
    let id = "glpixps-2018-07-09-09-07-13";
    let part = real("glpi-json/examples/computer_1_partial_softs.json", id);
    let Some((inventory, imported)) = part else { return };
    assert_eq!((packages(&inventory).len(), complete(&imported)), (6, vec![]));
    let (inventory, imported) = real("glpi-json/examples/computer_1.json", id).unwrap();
    assert_eq!((packages(&inventory).len(), complete(&imported)), (6, vec!["package"]));
    let (inventory, imported) =
        real("glpi-json/examples/computer_2.json", "acomputer-2021-01-26-14-32-36").unwrap();
    assert_eq!((inventory.facts.len(), complete(&imported)), (0, vec![]));
    let phone = "Mi9TPro-TéléphoneM-2019-12-18-14-30-16";
    let (inventory, imported) = real("glpi-json/examples/phone_1.json", phone).unwrap();
    assert_eq!((counts(&inventory)["product"], packages(&inventory).len()), (3, 0));
    assert!(complete(&imported).is_empty());
    assert_eq!(inventory.header.collected.as_deref(), Some("2019-12-18 14:30:16"));
}

#[test]
fn xml_samples_of_others() {
    let Some((inventory, imported)) = real("glpi-xml/1.xml", "LF014-2016-06-13-14-03-53") else { return };
    assert_eq!((packages(&inventory).len(), hotfixes(&inventory).len()), (42, 0));
    assert_eq!(kernel(&inventory), Some("4.11.3-200.fc25.x86_64"));
    assert_eq!(complete(&imported), ["package"]);

    for name in ["glpi-xml/2.xml", "glpi-xml/12.xml"] {
        let id = "pc-arg-23.cedre.local-2017-04-18-09-26-44";
        let (inventory, imported) = real(name, id).unwrap();
        let os = system(&inventory);
        assert_eq!(
            (os.version.as_deref(), os.build, os.arch.as_deref()),
            (Some("6.3.9600"), Some(9_600), Some("x64"))
        );
        assert_eq!((counts(&inventory)["product"], counts(&inventory)["msp"]), (7, 1), "{name}");
        assert_eq!(hotfixes(&inventory), ["KB2553140", "KB4019215"], "{name}");
        assert!(complete(&imported).is_empty());
    }

    let products = |name: &str| {
        let intake = scan(corpora(&format!("inventory/glpi-xml/{name}")).unwrap());
        let [client] = intake.clients() else { panic!("{name}") };
        let (inventory, imported) = import(&intake, &client.id).unwrap();
        assert!(hotfixes(&inventory).is_empty() && complete(&imported).is_empty(), "{name}");
        let family = system(&inventory).family.to_string();
        (family, counts(&inventory)["product"], imported.diagnostics.of(Code::FactDuplicate))
    };
    assert_eq!(products("3.xml"), ("macos".into(), 40, 0));
    assert_eq!(products("4.xml"), ("macos".into(), 7, 0));
    assert_eq!(products("13.xml"), ("linux".into(), 1, 0));
    assert_eq!(products("18.xml"), ("linux".into(), 310, 1));
}

#[test]
fn reports_of_others_that_are_no_inventory_make_no_client() {
    let Some(folder) = corpora("inventory/glpi-xml") else { return };
    let others = ["5.xml", "5-good.xml", "6.xml", "8.xml", "9.xml", "10.xml", "15.xml", "16.xml"];
    for name in others {
        let intake = scan(folder.join(name));
        assert!(intake.clients().is_empty(), "{name}");
        assert_eq!(intake.diagnostics().of(Code::GlpiNotInventory), 1, "{name}");
    }
    let whole = scan(folder);
    assert_eq!(whole.diagnostics().of(Code::GlpiNotInventory), others.len() as u64);
    assert_eq!(Import::of(&whole).skipped, others.len() as u64);
    // `2.xml` and `12.xml` are of one client.
    assert_eq!((whole.clients().len(), Import::of(&whole).duplicates), (6, 1));
}

#[test]
fn the_newest_whole_inventory_counts() {
    let document = |time: &str, package: &str| {
        format!(
            "{{\"deviceid\":\"a\",\"content\":{{\"accesslog\":{{\"logdate\":\"{time}\"}},\"softwares\":\
             [{{\"name\":\"{package}\",\"version\":\"1-1\",\"arch\":\"noarch\",\"from\":\"rpm\"}}]}}}}"
        )
    };
    let (new, old) = (document("2026-03-02 08:15:00", "new"), document("2025-03-02 08:15:00", "old"));
    let place = Place::of(&[("1.json", new.as_bytes()), ("2.json", old.as_bytes())]);
    let intake = place.scan();
    let (inventory, imported) = import(&intake, "a").unwrap();
    assert_eq!(packages(&inventory)[0].name, "new");
    assert_eq!(imported.diagnostics.of(Code::ClientDuplicate), 1);
    assert!(!find("glpi-json").unwrap().is_stream());
    assert_eq!(find("glpi-xml").unwrap().scope, Scope::Whole);
}

fn xml(query: &str, content: &str) -> String {
    format!("<REQUEST><CONTENT>{content}</CONTENT>{query}<DEVICEID>a</DEVICEID></REQUEST>")
}

fn software(fields: &str) -> String {
    xml("<QUERY>inventory</QUERY>", &format!("<SOFTWARES>{fields}</SOFTWARES>"))
}

#[test]
fn packages_are_complete_where_nothing_speaks_against_it() {
    let check = |text: &str, expect: &[&str]| {
        let (_, imported) = one(text).unwrap();
        assert_eq!(complete(&imported), expect, "{text}");
    };
    let rpm = "<NAME>a</NAME><VERSION>1-1</VERSION><FROM>rpm</FROM>";
    check(&software(rpm), &["package"]);
    check(&software("<NAME>a</NAME><VERSION>1:1-1</VERSION><FROM>DEB</FROM>"), &["package"]);
    check(&xml("", &format!("<SOFTWARES>{rpm}</SOFTWARES>")), &["package"]);
    check(&xml("<PARTIAL>1</PARTIAL>", &format!("<SOFTWARES>{rpm}</SOFTWARES>")), &[]);
    check(&xml("<PARTIAL>0</PARTIAL>", &format!("<SOFTWARES>{rpm}</SOFTWARES>")), &["package"]);
    check(&xml("", ""), &[]);
    check(&software("<NAME>a</NAME><VERSION>1</VERSION><FROM>snap</FROM>"), &[]);
    let bad = xml("", &format!("<SOFTWARES>{rpm}</SOFTWARES><SOFTWARES><FROM>rpm</FROM></SOFTWARES>"));
    check(&bad, &[]);
    let (_, imported) = one(&bad).unwrap();
    assert_eq!(imported.diagnostics.of(Code::PackageLine), 1);
}

#[test]
fn names_of_hotfixes_are_such_on_windows_only() {
    let found = |kernel: &str, fields: &str| {
        let system = format!("<OPERATINGSYSTEM><KERNEL_NAME>{kernel}</KERNEL_NAME></OPERATINGSYSTEM>");
        let text = xml("", &format!("<SOFTWARES>{fields}</SOFTWARES>{system}"));
        hotfixes(&one(&text).unwrap().0).join(" ")
    };
    assert_eq!(found("MSWin32", "<NAME>KB4019215</NAME>"), "KB4019215");
    assert_eq!(found("MSWin32", "<NAME>KB40192150</NAME>"), "");
    assert_eq!(found("MSWin32", "<NAME>KB4019215 x</NAME>"), "");
    assert_eq!(found("linux", "<NAME>KB4019215</NAME>"), "");
    assert_eq!(found("linux", "<NAME>KB4019215</NAME><FROM>WMI</FROM>"), "KB4019215");
    assert_eq!(found("", "<NAME>Fix (KB4019215)</NAME><RELEASE_TYPE>Hotfix</RELEASE_TYPE>"), "KB4019215");
    assert_eq!(found("MSWin32", "<NAME>Fix (KB4019215)</NAME><FROM>registry</FROM>"), "KB4019215");
    assert_eq!(found("MSWin32", "<NAME>Fix</NAME><GUID>KB4019215</GUID><FROM>registry</FROM>"), "KB4019215");
}

#[test]
fn a_family_that_is_not_known_is_none() {
    let family = |content: &str| {
        let (inventory, imported) = one(&xml("", content)).unwrap();
        let os = inventory.facts.iter().find(|stated| stated.fact.element() == "os");
        os.map_or_else(|| imported.without_fact.to_string(), |_| system(&inventory).family.to_string())
    };
    let old = |name: &str, comments: &str| {
        family(&format!("<HARDWARE><OSNAME>{name}</OSNAME><OSCOMMENTS>{comments}</OSCOMMENTS></HARDWARE>"))
    };
    let kernel =
        |name: &str| family(&format!("<OPERATINGSYSTEM><KERNEL_NAME>{name}</KERNEL_NAME></OPERATINGSYSTEM>"));
    assert_eq!(["MSWin32", "Linux", "darwin", "freebsd"].map(kernel), ["windows", "linux", "macos", "other"]);
    assert_eq!(old("Microsoft Windows 7", ""), "windows");
    assert_eq!(old("Mac OS X", "Darwin Kernel"), "macos");
    assert_eq!(old("Example 40", "#1 SMP"), "linux");
    assert_eq!(old("Example 40", ""), "1");
    assert_eq!(family(""), "0");
}

#[test]
fn what_cannot_be_read_is_an_error_of_its_client() {
    assert_eq!(code("<REQUEST><CONTENT>").0, Code::NotWellFormed);
    assert_eq!(code("<REQUEST><CONTENT>&x;</CONTENT></REQUEST>").0, Code::XmlEntity);
    let deep = format!("<REQUEST><CONTENT>{}", "<A>".repeat(70));
    assert_eq!(code(&deep).0, Code::TooLarge);
    let long = "x".repeat(MAX_TEXT + 1);
    assert_eq!(code(&software(&format!("<NAME>{long}</NAME>"))).0, Code::TooLarge);
    let json = |name: &str, value: &str| {
        format!("{{\"deviceid\":\"a\",\"content\":{{\"softwares\":[{{\"{name}\":{value}}}]}}}}")
    };
    assert_eq!(code(&json("name", &format!("\"{long}\""))).0, Code::TooLarge);
    assert_eq!(code(&json("x", &"[".repeat(70))).0, Code::TooLarge);
    assert_eq!(code("{\"deviceid\":\"a\",\n\"content\":1,}"), (Code::NotWellFormed, "2:13".to_owned()));
    assert_eq!(code("{\"deviceid\":\"a\",\"content\":1}"), (Code::WrongFormat, "1:1".to_owned()));
    // What is no text of an entry is as if it were not there.
    let (inventory, imported) = one(&json("name", "{}")).unwrap();
    assert_eq!((inventory.facts.len(), imported.without_fact), (0, 1));
}

#[test]
fn lines_are_clients_and_bad_ones_stop_none() {
    let line = |id: &str| format!("{{\"deviceid\":\"{id}\",\"content\":{{}}}}");
    let text = format!("{}\n{}\n\n{{\"deviceid\":\"x\"}}\n", line("b"), line("a"));
    let place = Place::of(&[("fleet.ndjson", text.as_bytes())]);
    let intake: Intake = place.scan();
    assert_eq!(ids(&intake), ["a", "b", "x"]);
    assert!(import(&intake, "a").is_ok() && import(&intake, "b").is_ok());
    let error = import(&intake, "x").unwrap_err();
    let file = place.path().join("fleet.ndjson");
    assert_eq!(error.to_string(), format!("{}:4:1: there is no object `content`", file.display()));
}
