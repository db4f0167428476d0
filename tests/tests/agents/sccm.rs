//! Reports of clients of SMS and SCCM: envelopes, instances, deltas.

use std::collections::BTreeMap;

use conformance::sccm::{hotfix, instance, report};
use patchstate::diagnostic::Code;
use patchstate::error::Error;
use patchstate::ingest::{self, Input, Intake};
use patchstate::inventory::{self, Deltas, Look, MAX_TEXT, Settings, find, native, recognise};
use patchstate::model::fact::Fact;
use patchstate::model::inventory::Inventory;

use super::{Place, code, complete, counts, hotfixes, ids, import, one};

/// Reads a text as a report of hardware.
fn read(text: &str, deltas: Deltas) -> Result<Inventory, Error> {
    let mut inventory = Inventory::default();
    let settings = Settings { deltas, ..Settings::default() };
    find("sccm-hardware").unwrap().read(text.into(), &settings, &mut inventory).map(|_| inventory)
}

#[test]
fn the_action_tells_what_a_report_is_about() {
    let name = |text: &str| recognise(text).map_or_else(|error| error.code().name(), |format| format.name);
    assert_eq!(name(&report("01", "Full", "1", "")), "sccm-hardware");
    assert_eq!(name(&report("02", "Full", "1", "")), "sccm-software");
    for action in ["03", "10", "11"] {
        assert_eq!(name(&report(action, "Full", "1", "")), "sccm-discovery", "{action}");
    }
    let file = instance("", "FileSystemFile", "<Name>a</Name>");
    assert_eq!(name(&report("77", "Full", "1", &file)), "sccm-software");
    assert_eq!(name(&report("77", "Full", "1", &hotfix("", "KB1"))), "sccm-hardware");
    let other = report("01", "Full", "1", "").replace("Inventory Data", "Status");
    assert_eq!(name(&other), "inventory-unknown-format");
    // The beginning of a document need not reach further than its header.
    let text = report("01", "Full", "1", &hotfix("", "KB5000001").repeat(9));
    let body = text.find("<ReportBody>").unwrap();
    assert_eq!(name(&text[..body]), "sccm-hardware");
}

#[test]
fn the_envelope_says_whose_a_report_is() {
    let units = |text: &str, look| find("sccm-hardware").unwrap().units(text, look);
    let text = report("01", "Delta", "8", &hotfix("New", "KB5000001"));
    for look in [Look::Beginning, Look::All] {
        let Ok(inventory::Found::Units(units)) = units(&text, look) else { panic!() };
        let [unit] = &units[..] else { panic!() };
        assert_eq!((unit.client.as_deref(), unit.serial, unit.delta), (Some("GUID:1"), Some(8), true));
        assert_eq!(unit.collected.as_deref(), Some("2026-03-02T08:15:00Z"));
    }
    let body = text.find("<ReportBody>").unwrap();
    assert!(matches!(units(&text[..body + 20], Look::Beginning), Ok(inventory::Found::Units(_))));
    assert!(matches!(units(&text[..60], Look::Beginning), Ok(inventory::Found::NeedsAll)));
    let streams = inventory::FORMATS.iter().filter(|format| format.is_stream()).map(|format| format.name);
    assert_eq!(streams.collect::<Vec<_>>(), ["native", "sccm-hardware", "sccm-software"]);
}

#[test]
fn reports_are_read_in_any_encoding() {
    // Longer than what is looked at first.
    let rooms = instance("", "Site_Room", "<Name>Büro</Name>").repeat(300);
    let text = report("01", "Full", "1", &rooms);
    let units: Vec<u16> = text.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let marked = |mark: [u8; 2], bytes: &[u8]| [&mark, bytes].concat();
    // The declaration says UTF-16 in all of them.
    let utf8 = text.clone().into_bytes();
    for bytes in
        [little.clone(), big.clone(), marked([0xff, 0xfe], &little), marked([0xfe, 0xff], &big), utf8]
    {
        let place = Place::of(&[("a.xml", &bytes)]);
        let (inventory, imported) = import(&place.scan(), "GUID:1").unwrap();
        let Fact::Wmi(room) = &inventory.facts[0].fact else { panic!() };
        assert_eq!((room.properties[0].value.as_deref(), inventory.facts.len()), (Some("Büro"), 300));
        assert_eq!((imported.sources[0].format, inventory.header.serial), ("sccm-hardware", Some(1)));
    }
}

#[test]
fn a_delta_needs_what_it_changes() {
    let delta = report("01", "Delta", "8", &hotfix("New", "KB5000001"));
    let place = Place::of(&[("a.xml", delta.as_bytes())]);
    let error = import(&place.scan(), "GUID:1").unwrap_err();
    assert_eq!(error.code(), Code::DeltaWithoutFull);
    assert!(error.hint().is_some_and(|hint| hint.contains("--delta-as-full")));
}

#[test]
fn a_delta_as_a_full_one_has_nothing_complete() {
    let instances = [
        hotfix("New", "KB5000001"),
        hotfix("Delete", "KB5000002"),
        instance("Update", "Win32_BIOS", "<SerialNumber>1</SerialNumber>"),
    ];
    let inventory = read(&report("01", "Delta", "8", &instances.concat()), Deltas::AsFull).unwrap();
    // A class of which one instance is stated would be one that was listed whole.
    assert_eq!(counts(&inventory).into_iter().collect::<Vec<_>>(), [("hotfix", 1)]);
    assert!(!inventory.header.delta && inventory.removals.is_empty());
    assert_eq!(inventory.header.complete.iter().count(), 0);
    assert_eq!(inventory.diagnostics.of(Code::CoverageRefused), 1);
}

#[test]
fn a_delta_sets_and_withdraws_by_key() {
    let product = |version: &str| {
        format!(
            "<ProdID>{{0A000000-0000-0000-0000-0000000000E1}}</ProdID><DisplayName>E</DisplayName>{version}"
        )
    };
    let instances = [
        hotfix("New", "KB5000001"),
        hotfix("Delete", "KB5000002"),
        instance("Delete", "Win32_QuickFixEngineering", "<HotFixID>File 1</HotFixID>"),
        instance("Update", "Win32Reg_AddRemovePrograms64", &product("<Version>2</Version>")),
        instance("Delete", "Win32Reg_AddRemovePrograms", "<ProdID>KB5000003</ProdID>"),
        instance("Delete", "FileSystemFile", r"<Path>C:\a\</Path><Name>b.dll</Name>"),
        instance("Update", "Site_Room", "<Name>4</Name>"),
        instance("New", "Site_Room", "<Name>5</Name>"),
        instance("Delete", "Win32_OperatingSystem", "<Caption>x</Caption>"),
    ];
    let inventory = read(&report("01", "Delta", "8", &instances.concat()), Deltas::Take).unwrap();
    assert_eq!(
        (inventory.header.delta, inventory.header.serial, inventory.header.base),
        (true, Some(8), None)
    );
    let set: Vec<_> = counts(&inventory).into_iter().collect();
    assert_eq!(set, [("hotfix", 1), ("msi", 1), ("product", 1), ("wmi", 3)]);
    let withdrawn = |fact: &Fact<'_>| match fact {
        Fact::Hotfix(hotfix) => hotfix.id.to_string(),
        Fact::File(file) => file.path.to_string(),
        Fact::Wmi(instance) => {
            assert!(instance.properties.is_empty());
            format!("{} {}", instance.class, instance.key.as_deref().unwrap())
        }
        other => panic!("{other:?}"),
    };
    let withdrawn: Vec<_> = inventory.removals.iter().map(|stated| withdrawn(&stated.fact)).collect();
    let expect = [
        "KB5000002",
        "Win32_QuickFixEngineering HotFixID=KB5000002",
        "Win32_QuickFixEngineering HotFixID=File 1",
        "KB5000003",
        "Win32Reg_AddRemovePrograms ProdID=KB5000003",
        r"C:\a\b.dll",
        r"FileSystemFile Path=C:\a\,Name=b.dll",
    ];
    assert_eq!(withdrawn, expect);
    // The product before the update, that of the entry that goes, and the room that was 4 before.
    assert_eq!(inventory.diagnostics.of(Code::DeltaUnresolved), 3);

    // It becomes a native delta, and reads back as the same.
    let mut out = Vec::new();
    native::write(&inventory, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let mut again = Inventory::default();
    let settings = Settings { deltas: Deltas::Take, ..Settings::default() };
    native::read(text.as_str().into(), &settings, &mut again).unwrap();
    assert_eq!(again.header, inventory.header);
    let facts = |all: &[patchstate::model::inventory::Stated]| {
        all.iter().map(|one| one.fact.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        (facts(&again.facts), facts(&again.removals)),
        (facts(&inventory.facts), facts(&inventory.removals))
    );
}

/// The facts of an inventory by their keys.
fn by_key(inventory: &Inventory, known: BTreeMap<String, Fact<'static>>) -> BTreeMap<String, Fact<'static>> {
    let key = |fact: &Fact<'_>| {
        let mut key = String::new();
        assert!(fact.write_key(&mut key), "{fact:?}");
        key
    };
    let mut known = known;
    inventory.removals.iter().for_each(|gone| _ = known.remove(&key(&gone.fact)).unwrap());
    known.extend(inventory.facts.iter().map(|stated| (key(&stated.fact), stated.fact.clone())));
    known
}

#[test]
fn a_delta_on_a_full_report_is_the_full_report_after_it() {
    let disk = |content, free| {
        instance(
            content,
            "Win32_LogicalDisk",
            &format!("<DeviceID>C:</DeviceID><FreeSpace>{free}</FreeSpace>"),
        )
    };
    let file = |content| instance(content, "FileSystemFile", r"<Path>C:\a</Path><Name>b.dll</Name>");
    let product = |content| {
        let code = "{0A000000-0000-0000-0000-0000000000E1}";
        let properties = format!("<ProdID>{code}</ProdID><DisplayName>E</DisplayName><Version>1</Version>");
        instance(content, "Win32Reg_AddRemovePrograms64", &properties)
    };
    let full =
        |instances: &[String]| read(&report("01", "Full", "1", &instances.concat()), Deltas::Take).unwrap();
    let before =
        full(&[hotfix("", "KB5000001"), hotfix("", "KB5000002"), disk("", 7), file(""), product("")]);
    let after = full(&[hotfix("", "KB5000001"), disk("", 6), hotfix("", "KB5000003")]);
    let changes = [
        hotfix("New", "KB5000003"),
        hotfix("Delete", "KB5000002"),
        disk("Update", 6),
        file("Delete"),
        product("Delete"),
    ];
    let delta = read(&report("01", "Delta", "2", &changes.concat()), Deltas::Take).unwrap();
    assert!(delta.diagnostics.is_empty(), "{:?}", delta.diagnostics);
    assert_eq!(by_key(&delta, by_key(&before, BTreeMap::new())), by_key(&after, BTreeMap::new()));
}

#[test]
fn of_each_stream_the_newest_report_counts() {
    let file =
        instance("", "FileSystemFile", r"<Path>C:\a</Path><Name>b.dll</Name><FileVersion>1.2</FileVersion>");
    let documents = [
        ("1.xml", report("01", "Full", "9", &hotfix("", "KB5000009"))),
        ("2.xml", report("01", "Full", "10", &hotfix("", "KB5000010"))),
        ("3.xml", report("02", "Full", "2", &file)),
        ("4.xml", report("03", "Full", "99", "")),
        ("5.xml", report("01", "Full", "8", &hotfix("", "KB5000008"))),
    ];
    let documents: Vec<(&str, &[u8])> =
        documents.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let place = Place::of(&documents);
    let intake = place.scan();
    assert_eq!(ids(&intake), ["GUID:1"]);
    let (inventory, imported) = import(&intake, "GUID:1").unwrap();
    assert_eq!((hotfixes(&inventory), counts(&inventory)["file"]), (vec!["KB5000010"], 1));
    assert_eq!(imported.diagnostics.of(Code::ClientDuplicate), 2);
    let formats: Vec<_> = imported.sources.iter().map(|source| source.format).collect();
    assert_eq!(formats, ["sccm-hardware", "sccm-software", "sccm-discovery"]);

    // One that is newer and a delta counts, so that nobody takes what is old for what is there.
    let delta = report("01", "Delta", "11", &hotfix("New", "KB5000011"));
    let mut documents = documents;
    documents.push(("6.xml", delta.as_bytes()));
    let error = import(&Place::of(&documents).scan(), "GUID:1").unwrap_err();
    assert_eq!(error.code(), Code::DeltaWithoutFull);
}

#[test]
fn signs_of_life_state_nothing() {
    let (inventory, imported) = one(&report("03", "Delta", "x", &hotfix("", "KB5000001"))).unwrap();
    assert!(inventory.facts.is_empty() && !inventory.header.delta && inventory.header.serial.is_none());
    assert_eq!((imported.without_fact, inventory.header.name.as_deref()), (1, Some("WS-1")));
}

#[test]
fn the_patch_state_of_another_scanner_is_no_evidence() {
    let states = ["Win32_PatchState", "Win32_PatchState_Extended"]
        .map(|class| instance("", class, "<ID>KB5000001</ID><Status>Installed</Status>"));
    let (inventory, imported) = one(&report("01", "Full", "1", &states.concat())).unwrap();
    assert_eq!(counts(&inventory).into_iter().collect::<Vec<_>>(), [("wmi", 2)]);
    assert!(complete(&imported).is_empty());
}

#[test]
fn hostile_reports_are_errors_of_their_client() {
    let whole = report("01", "Full", "1", "");
    assert_eq!(code(&whole.replace("</Report>", "")).0, Code::NotWellFormed);
    assert_eq!(code(&report("01", "Full", "1", "&x;")).0, Code::XmlEntity);
    assert_eq!(code(&report("01", "Full", "1", &"<A>".repeat(70))).0, Code::TooLarge);
    assert_eq!(code(&report("01", "", "1", "")).0, Code::BadValue);
    let long = format!("<A>{}</A>", "x".repeat(MAX_TEXT + 1));
    assert_eq!(code(&report("01", "Full", "1", &instance("", "B", &long))).0, Code::TooLarge);
    let many: String = (0..10_001).map(|number| format!("<P{number}>1</P{number}>")).collect();
    assert_eq!(code(&report("01", "Full", "1", &instance("", "B", &many))).0, Code::TooLarge);
    assert_eq!(code(&report("01", "Full", "1", "\0\0")).0, Code::NotWellFormed);
    // A document type is passed over.
    let typed =
        whole.replace("<Report>", "<!DOCTYPE Report [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><Report>");
    assert!(one(&typed).is_ok());
}

#[test]
fn properties_count_once_and_empty_ones_not_at_all() {
    let text = instance("", "Site_Room", "<A>1</A><B/><a>2</a><C>  </C><D><E>x</E></D>");
    let (inventory, imported) = one(&report("01", "Full", "1", &text)).unwrap();
    let Fact::Wmi(room) = &inventory.facts[0].fact else { panic!() };
    let shown: Vec<_> =
        room.properties.iter().map(|one| (&*one.name, one.value.as_deref(), one.kind.as_deref())).collect();
    assert_eq!(shown, [("A", Some("2"), None), ("D", Some(""), Some("other"))]);
    assert_eq!(imported.diagnostics.of(Code::FactDuplicate), 1);
    assert_eq!((room.namespace.as_deref(), room.key.as_deref()), (Some(r"root\cimv2"), None));
}

#[test]
fn a_bad_number_is_told() {
    for serial in ["99999999999999999999", "-1", "1.0", "one"] {
        let (inventory, imported) = one(&report("01", "Full", serial, "")).unwrap();
        assert_eq!(
            (inventory.header.serial, imported.diagnostics.of(Code::InventoryBadValue)),
            (None, 1),
            "{serial}"
        );
    }
    let bad_time = report("01", "Full", "1", "").replace("20260302091500", "20261302091500");
    let (inventory, imported) = one(&bad_time).unwrap();
    assert_eq!((inventory.header.collected, imported.diagnostics.of(Code::InventoryBadValue)), (None, 1));
}

#[test]
fn the_option_takes_reports_by_name() {
    let place = Place::of(&[("a.xml", report("02", "Full", "1", &hotfix("", "KB5000001")).as_bytes())]);
    let settings = ingest::Settings { format: find("sccm-hardware"), ..ingest::Settings::default() };
    let intake = Intake::scan(&[Input::from(place.path())], settings).unwrap();
    assert_eq!(hotfixes(&import(&intake, "GUID:1").unwrap().0), ["KB5000001"]);
}
