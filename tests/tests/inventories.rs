//! Inventories: what the readers make of documents, ours and those of the corpora.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use conformance::facts::{Dice, ELEMENTS, fact};
use conformance::skipped;
use patchstate::diagnostic::{Code, Position};
use patchstate::error::{Error, Result};
use patchstate::inventory::{self, Deltas, Excerpt, Found, Look, Settings, native};
use patchstate::model::fact::*;
use patchstate::model::inventory::{Collector, Header, Inventory, Marks};
use proptest::prelude::*;

/// The inventories of a document, read as intake reads them: found first, then each on its own.
fn read_all(format: &str, text: &str, settings: &Settings) -> Result<Vec<Inventory>> {
    let format = inventory::find(format).expect("a format of the table");
    let Found::Units(units) = format.units(text, Look::All)? else { panic!("all was there") };
    let mut inventories = Vec::new();
    for unit in units {
        if let Some(problem) = unit.problem {
            return Err(problem);
        }
        let excerpt = match &unit.place {
            None => Excerpt::from(text),
            Some(place) => {
                let (head, text) = (&text[place.head.clone()], &text[place.body.clone()]);
                Excerpt { head, text, start: place.start, written: None }
            }
        };
        let mut inventory = Inventory::default();
        inventory.document("it");
        format.read(excerpt, settings, &mut inventory)?;
        inventories.push(inventory);
    }
    Ok(inventories)
}

fn read_one(format: &str, text: &str) -> Result<Inventory> {
    let mut all = read_all(format, text, &Settings::default())?;
    assert_eq!(all.len(), 1, "{text}");
    Ok(all.remove(0))
}

fn native(text: &str) -> Inventory {
    read_one("native", text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A document of one client around some elements.
fn around(attributes: &str, elements: &str) -> String {
    format!(r#"<inventory version="1" client="c" {attributes}>{elements}</inventory>"#)
}

fn refused(text: &str) -> Error {
    match read_all("native", text, &Settings::default()) {
        Ok(_) => panic!("read: {text}"),
        Err(error) => error,
    }
}

fn example(name: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/spec/examples").join(name);
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        skipped(&format!("spec/examples/{name} is not there"));
    }
    text
}

fn kinds(inventory: &Inventory) -> String {
    inventory.header.complete.iter().map(Kind::name).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_windows_example_states_every_element() {
    let Some(text) = example("windows-client.xml") else { return };
    let inventory = native(&text);
    assert_eq!(inventory.client(), "WS-0417");
    assert_eq!(inventory.header.group.as_deref(), Some("site-a/workstations"));
    assert_eq!((inventory.header.serial, inventory.header.delta), (Some(12), false));
    assert_eq!(kinds(&inventory), "os msi msp hotfix");
    assert!(inventory.diagnostics.is_empty(), "{:?}", inventory.diagnostics);
    let elements: Vec<_> = inventory.facts.iter().map(|stated| stated.fact.element()).collect();
    assert_eq!(
        elements.join(" "),
        "os file file reg reg reg reg key coverage coverage msi msp hotfix hotfix cbs wmi wmi product \
         trait trait trait scan-result tag absent absent"
    );
    for stated in &inventory.facts {
        let at = usize::try_from(stated.position.offset).unwrap();
        assert!(text[at..].starts_with(&format!("<{}", stated.fact.element())), "{stated:?}");
    }
    let Fact::Wmi(wmi) = &inventory.facts[16].fact else { panic!() };
    assert_eq!(wmi.properties.len(), 3);
    assert_eq!(
        (wmi.properties[2].value.as_deref(), wmi.properties[2].kind.as_deref()),
        (None, Some("other"))
    );
    let Fact::File(file) = &inventory.facts[2].fact else { panic!() };
    assert_eq!(file.checksum, Some(0x3_A5F1));
}

#[test]
fn the_linux_example_holds_two_clients() {
    let Some(text) = example("linux-clients.xml") else { return };
    let refused = read_all("native", &text, &Settings::default()).unwrap_err();
    assert_eq!(refused.code(), Code::DeltaWithoutFull);

    let settings = Settings { deltas: Deltas::AsFull, ..Settings::default() };
    let all = read_all("native", &text, &settings).unwrap();
    assert_eq!(all.iter().map(Inventory::client).collect::<Vec<_>>(), ["web-01", "db-01"]);
    assert_eq!((all[0].facts.len(), kinds(&all[0])), (9, "os package module".into()));
    assert_eq!(all[0].marks, Marks::EPOCH_UNKNOWN);
    assert_eq!((all[1].facts.len(), kinds(&all[1])), (1, String::new()));
    assert_eq!(all[1].diagnostics.of(Code::CoverageRefused), 1);
    for stated in all.iter().flat_map(|inventory| &inventory.facts) {
        let at = usize::try_from(stated.position.offset).unwrap();
        assert!(text[at..].starts_with(&format!("<{}", stated.fact.element())), "{stated:?}");
    }

    let settings = Settings { deltas: Deltas::Take, ..Settings::default() };
    let all = read_all("native", &text, &settings).unwrap();
    assert_eq!((all[1].facts.len(), all[1].removals.len()), (1, 1));
    assert_eq!((all[1].header.serial, all[1].header.base, all[1].header.delta), (Some(8), Some(7), true));
    assert_eq!(kinds(&all[1]), "package");
}

/// An inventory with a fact of each of some elements.
fn made(client: &str, seed: u64, elements: impl Iterator<Item = usize>) -> Inventory {
    let mut dice = Dice(seed);
    let mut inventory = Inventory::default();
    inventory.header(Header {
        client: Text::Owned(client.to_owned()),
        name: Some(Text::Borrowed("a \"name\" & more")),
        collected: Some(Text::Borrowed("2026-03-02T08:15:00Z")),
        complete: Kinds::from_bits(seed as u16),
        serial: Some(seed),
        ..Header::default()
    });
    for element in elements {
        inventory.fact(fact(element, &mut dice), Position::default());
    }
    inventory
}

fn facts(inventory: &Inventory) -> Vec<&Fact<'static>> {
    inventory.facts.iter().map(|stated| &stated.fact).collect()
}

#[track_caller]
fn assert_same(read: &Inventory, made: &Inventory) {
    assert_eq!(facts(read), facts(made));
    assert_eq!(read.header, made.header);
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
}

#[test]
fn every_element_reads_as_it_was_written() {
    for element in 0..ELEMENTS {
        for seed in 0..40 {
            let made = made("c", seed, [element; 3].into_iter());
            let mut text = Vec::new();
            native::write(&made, &mut text).unwrap();
            assert_same(&native(std::str::from_utf8(&text).unwrap()), &made);
        }
    }
}

proptest! {
    #[test]
    fn several_inventories_read_as_they_were_written(seeds in proptest::collection::vec(any::<u64>(), 0..5)) {
        let made: Vec<_> =
            seeds.iter().enumerate().map(|(at, seed)| made(&format!("c{at}"), *seed, 0..ELEMENTS)).collect();
        let mut writer = native::Writer::new(Vec::new()).unwrap();
        made.iter().for_each(|inventory| writer.inventory(inventory).unwrap());
        let text = String::from_utf8(writer.finish().unwrap()).unwrap();
        let read = read_all("native", &text, &Settings::default()).unwrap();
        prop_assert_eq!(read.len(), made.len());
        for (read, made) in read.iter().zip(&made) {
            assert_same(read, made);
        }
    }

    #[test]
    fn text_survives_writing(value in "\\PC*") {
        let mut made = Inventory::new("c", Kinds::NONE);
        let name = Text::Owned(format!("x{value}"));
        made.fact(Tag { name, ..Tag::default() }.into(), Position::default());
        let mut text = Vec::new();
        native::write(&made, &mut text).unwrap();
        assert_same(&native(std::str::from_utf8(&text).unwrap()), &made);
    }

    #[test]
    fn no_bytes_make_a_reader_panic(text in "\\PC{0,200}", seed: u64, cut: prop::sample::Index) {
        for format in inventory::FORMATS {
            _ = (format.recognises)(&text);
            _ = format.units(&text, Look::Beginning);
            _ = read_all(format.name, &text, &Settings::default());
        }
        let mut bytes = Vec::new();
        native::write(&made("c", seed, 0..ELEMENTS), &mut bytes).unwrap();
        let document = String::from_utf8(bytes).unwrap();
        let at = cut.index(document.len());
        let Some((before, after)) = document.split_at_checked(at) else { return Ok(()) };
        _ = read_all("native", &format!("{before}{text}{after}"), &Settings::default());
    }
}

#[test]
fn characters_that_xml_cannot_hold_are_replaced() {
    let mut made = Inventory::new("c", Kinds::NONE);
    let value = Some(Text::Borrowed("a\0b\u{1b}c\u{ffff}d"));
    made.fact(Tag { name: Text::Borrowed("n"), value, ..Tag::default() }.into(), Position::default());
    let mut text = Vec::new();
    native::write(&made, &mut text).unwrap();
    let read = native(std::str::from_utf8(&text).unwrap());
    let Fact::Tag(tag) = &read.facts[0].fact else { panic!() };
    assert_eq!(tag.value.as_deref(), Some("a\u{fffd}b\u{fffd}c\u{fffd}d"));
}

#[test]
fn an_inventory_without_client_is_not_written() {
    let error = native::write(&Inventory::default(), &mut Vec::new()).unwrap_err();
    assert_eq!(error.code(), Code::NoClientId);
}

#[test]
fn versions_and_name_spaces_that_are_not_ours_are_refused() {
    let check = |text: &str, code: Code, words: &str| {
        let error = refused(text);
        assert!(error.code() == code && error.to_string().contains(words), "{text}: {error:?}");
    };
    check(r#"<inventory client="c"/>"#, Code::BadValue, "`version` is missing");
    check(r#"<inventory client="c" version="x"/>"#, Code::BadValue, "`x` is no version");
    check(r#"<inventory client="c" version="0"/>"#, Code::BadValue, "`0` is no version");
    check(
        r#"<inventory client="c" version="2"/>"#,
        Code::WrongVersion,
        "format version 2, this build reads 1",
    );
    check(r#"<inventories version="7"/>"#, Code::WrongVersion, "format version 7");
    check(r#"<inventory version="1"/>"#, Code::NoClientId, "no `client`");
    check(r#"<inventory version="1" client=""/>"#, Code::NoClientId, "no `client`");
    let other = "urn:patchstate:inventory:3";
    check(
        &format!(r#"<inventory xmlns="{other}" version="1" client="c"/>"#),
        Code::WrongVersion,
        "version 3",
    );
    check(
        &format!(r#"<p:inventory xmlns:p="{other}" version="1" client="c"/>"#),
        Code::WrongVersion,
        "version 3",
    );
    check(&format!(r#"<inventories xmlns="{other}" version="1"/>"#), Code::WrongVersion, "version 3");
    check(r#"<inventory xmlns="urn:x" version="1" client="c"/>"#, Code::WrongFormat, "`urn:x`");
    check(r#"<updates/>"#, Code::WrongFormat, "found `<updates>`");
    check(r#"<inventory version="1" client="c">"#, Code::NotWellFormed, "");
    check(r#"<inventory version="1" client="c"></inventori>"#, Code::NotWellFormed, "");
    check(r#"<inventory version="1" client="c"/><x/>"#, Code::NotWellFormed, "");
    check(r#"<inventory version="1" client="c" client="d"/>"#, Code::NotWellFormed, "twice");
}

#[test]
fn prefixes_are_resolved() {
    let ours = native::NAMESPACE;
    let read = native(&format!(
        r#"<p:inventory xmlns:p="{ours}" xmlns="urn:x" xmlns:q="{ours}" version="1" client="c">
             <p:hotfix id="KB1"/><q:hotfix id="KB2"/><hotfix id="KB3"/>
             <y:hotfix xmlns:y="urn:y" id="KB4"/><hotfix xmlns="{ours}" id="KB5"/>
           </p:inventory>"#
    ));
    let ids: Vec<_> = read
        .facts
        .iter()
        .map(|stated| match &stated.fact {
            Fact::Hotfix(hotfix) => hotfix.id.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ids, ["KB1", "KB2", "KB5"]);
    assert_eq!(read.diagnostics.of(Code::InventoryUnknownPart), 2);

    // A prefix that the element around all inventories declares means the same in each.
    let all = read_all(
        "native",
        &format!(
            r#"<inventories xmlns="{ours}" xmlns:x="urn:x" version="1">
                 <inventory version="1" client="c"><x:hotfix id="KB1"/><hotfix id="KB2"/></inventory>
               </inventories>"#
        ),
        &Settings::default(),
    )
    .unwrap();
    assert_eq!(all[0].facts.len(), 1);
}

#[test]
fn values_that_are_none_are_not_collected() {
    let check = |element: &str, expect: &str, lost: &str| {
        let read =
            native(&around(r#"complete="os file registry msi msp hotfix package module cbs""#, element));
        let shown: Vec<_> = read.facts.iter().map(|stated| stated.fact.element()).collect();
        assert_eq!(shown.join(" "), expect, "{element}");
        let kept: Vec<_> = kinds(&read).split(' ').map(str::to_owned).collect();
        let gone = "os file registry msi msp hotfix package module cbs".split(' ');
        let gone: Vec<_> = gone.filter(|kind| !kept.iter().any(|kept| kept == kind)).collect();
        assert_eq!(gone.join(" "), lost, "{element}");
        assert_eq!(read.diagnostics.of(Code::InventoryBadValue), 1, "{element}: {:?}", read.diagnostics);
        assert_eq!(read.diagnostics.of(Code::CoverageRefused), u64::from(!lost.is_empty()), "{element}");
    };
    check(r#"<file path="a" size="x"/>"#, "file", "");
    check(r#"<file path="a" size="-1"/>"#, "file", "");
    check(r#"<file path="a" size="+1"/>"#, "file", "");
    check(r#"<file path="a" version="Build 6000"/>"#, "file", "");
    check(r#"<file path="a" sha1="abc"/>"#, "file", "");
    check(r#"<file path="a" checksum="0xg"/>"#, "file", "");
    check(r#"<file path=""/>"#, "", "file");
    check(r#"<file/>"#, "", "file");
    check(r#"<reg key="HKLM\A"/>"#, "", "registry");
    check(r#"<reg key="HKLM\A" name="" type="word"/>"#, "reg", "");
    check(r#"<reg key="HKLM\A" name="" view="16"/>"#, "", "registry");
    check(r#"<os family="beos"/>"#, "", "os");
    check(r#"<os family="windows" build="7601x"/>"#, "os", "");
    check(r#"<hotfix id="KB1" state="gone"/>"#, "", "hotfix");
    check(r#"<pkg name="a"/>"#, "", "package");
    check(r#"<pkg name="a" version="1" type="apk"/>"#, "", "package");
    check(r#"<pkg name="a" version="1" epoch="x"/>"#, "pkg", "");
    check(r#"<msi product="{A}"/>"#, "", "msi");
    check(r#"<trait group="mui" name="en-US"/>"#, "", "os");
    check(r#"<absent kind="disk" ref="a"/>"#, "", "");
    check(r#"<coverage kind="msi" under="a"/>"#, "", "");
    check(r#"<file path="a" op="del"/>"#, "", "");
    check(r#"<file path="a" op="add"/>"#, "", "file");
    check(r#"<wmi class="c"><p v="1"/></wmi>"#, "wmi", "");
}

#[test]
fn an_empty_file_version_is_an_error() {
    let error = refused(&around("", "\n<file path=\"a\" version=\"\"/>"));
    assert_eq!(error.code(), Code::BadValue);
    assert_eq!(error.position().map(|place| (place.line, place.column)), Some((2, 1)));
}

#[test]
fn every_form_of_a_file_version() {
    let check = |version: &str, expect: FileVersion| {
        let read = native(&around("", &format!(r#"<file path="a" {version}/>"#)));
        let Fact::File(file) = &read.facts[0].fact else { panic!() };
        assert_eq!(file.version, expect, "{version}");
    };
    let known = |parts| FileVersion::Known(patchstate::version::dotted::Version(parts));
    check("", FileVersion::NotCollected);
    check(r#"version="none""#, FileVersion::NoResource);
    check(r#"version="5.1""#, known([5, 1, 0, 0]));
    check(r#"version="10.0.17134.1 (WinBuild.160101.0800)""#, known([10, 0, 17134, 1]));
    check(r#"version="beta""#, FileVersion::NotCollected);
}

#[test]
fn what_the_format_does_not_name_is_counted() {
    let read = native(&around(
        r#"xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="x" shape="round""#,
        r#"<disk size="1"><file path="not read"/></disk><file path="a" colour="red" xml:lang="en"/>
           <wmi class="c"><q/><p n="a" u="1"/></wmi><!-- <file/> --><![CDATA[<file/>]]>text"#,
    ));
    assert_eq!(read.diagnostics.of(Code::InventoryUnknownPart), 5, "{:?}", read.diagnostics);
    assert_eq!(read.facts.len(), 2);
}

#[test]
fn heads_with_values_that_are_none() {
    let read = native(&around(
        r#"serial="x" base="-" mode="half" complete="os disk" collected="soon""#,
        r#"<os family="linux"/>"#,
    ));
    assert_eq!(read.diagnostics.of(Code::InventoryBadValue), 5, "{:?}", read.diagnostics);
    assert_eq!((kinds(&read).as_str(), read.header.serial, read.header.delta), ("os", None, false));
    assert_eq!(read.header.collected, None);

    let read = native(&around(r#"collected="2026-03-02T08:15:00""#, ""));
    assert_eq!(read.marks, Marks::TIME_LOCAL);
    assert!(read.diagnostics.is_empty());
}

#[test]
fn limits_are_errors() {
    let check = |text: String, code: Code| assert_eq!(refused(&text).code(), code, "{:.200}", text);
    let long = "x".repeat(inventory::MAX_TEXT + 1);
    check(around("", &format!(r#"<tag name="{long}"/>"#)), Code::TooLarge);
    check(around("", &format!(r#"<tag name="{}"/>"#, "x".repeat(10 << 20))), Code::TooLarge);
    check(around(&format!(r#"group="{long}""#), ""), Code::TooLarge);
    check(around("", &format!("{}{}", "<a>".repeat(100), "</a>".repeat(100))), Code::TooLarge);
    check(around("", &r#"<tag name="a"/>"#.repeat(inventory::MAX_FACTS as usize + 1)), Code::TooLarge);
    native(&around("", &format!(r#"<tag name="{}"/>"#, &long[1..])));

    let bomb = r#"<!DOCTYPE inventory [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>"#;
    let error = refused(&format!("{bomb}{}", around("", r#"<tag name="&b;"/>"#)));
    assert_eq!(error.code(), Code::XmlEntity);
    let outside = r#"<!DOCTYPE inventory [<!ENTITY f SYSTEM "file:///etc/passwd">]>"#;
    assert_eq!(refused(&format!("{outside}{}", around("", r#"<tag name="&f;"/>"#))).code(), Code::XmlEntity);
    native(&format!("{bomb}{}", around("", r#"<tag name="&lt;"/>"#)));
    // Also where the root itself has one, so that it cannot be read as a tag.
    let text = format!(r#"{bomb}<inventory version="1" client="&b;"/>"#);
    assert_eq!(inventory::recognise(&text).map(|format| format.name).unwrap_or_default(), "native");
    assert_eq!(refused(&text).code(), Code::XmlEntity);
}

#[test]
fn a_document_cut_anywhere_is_refused() {
    let mut whole = Vec::new();
    native::write(&made("c", 7, 0..ELEMENTS), &mut whole).unwrap();
    let whole = String::from_utf8(whole).unwrap();
    let end = whole.trim_end().len();
    for at in (0..end).filter(|at| whole.is_char_boundary(*at)) {
        let read = read_all("native", &whole[..at], &Settings::default());
        assert!(read.is_err(), "{at}");
        if let Ok(Found::Units(units)) =
            inventory::find("native").unwrap().units(&whole[..at], Look::Beginning)
        {
            assert_eq!(units[0].client.as_deref(), Some("c"));
        }
    }
}

#[test]
fn one_bad_inventory_of_several_leaves_those_before_it() {
    let units = |text: &str| match inventory::find("native").unwrap().units(text, Look::All).unwrap() {
        Found::Units(units) => units
            .iter()
            .map(|unit| {
                let problem = unit.problem.as_ref().map_or("", |problem| problem.code().name());
                format!("{}:{problem}", unit.client.as_deref().unwrap_or("?"))
            })
            .collect::<Vec<_>>()
            .join(" "),
        Found::NeedsAll => panic!(),
    };
    let (a, b) = (r#"<inventory version="1" client="a"/>"#, r#"<inventory version="9" client="b"/>"#);
    let (c, bad) = (r#"<inventory version="1"/>"#, r#"<inventory version="1" client="d"><os></inventory>"#);
    let around = |inside: &str| format!(r#"<inventories version="1">{inside}</inventories>"#);
    assert_eq!(units(&around(a)), "a:");
    assert_eq!(units(&around(&format!("{a}{b}{c}{a}"))), "a: b:wrong-version ?:no-client-id a:");
    assert_eq!(units(&around(&format!("{a}{bad}{a}"))), "a: d:not-well-formed");
    assert_eq!(units(&around(&format!("{a}<x><y></x>"))), "a: ?:not-well-formed");
    assert_eq!(units(&format!("{}<x/>", around(a))), "a: ?:not-well-formed");
    assert_eq!(units(&around("")), "");
    let read = read_all("native", &around(&format!("{a}{bad}{a}")), &Settings::default());
    assert_eq!(read.unwrap_err().code(), Code::NotWellFormed);
}

#[test]
fn a_beginning_is_enough_for_one_client() {
    let format = inventory::find("native").unwrap();
    let units = |text: &str| format.units(text, Look::Beginning).unwrap();
    let head = r#"<?xml version="1.0"?><!-- a --><inventory version="1" client="c" serial="3">"#;
    for end in ["", "<os", "<os family='", "<os/> text &am"] {
        let Found::Units(found) = units(&format!("{head}{end}")) else { panic!("{end}") };
        assert_eq!((found[0].client.as_deref(), found[0].serial), (Some("c"), Some(3)));
        assert_eq!(found[0].place, None);
    }
    assert!(matches!(units(&head[..head.len() - 5]), Found::NeedsAll));
    assert!(matches!(units(r#"<inventories version="1"><inventory"#), Found::NeedsAll));
}

#[test]
fn errors_stand_where_they_are_in_the_whole_document() {
    let place = |inside: &str| {
        let text = format!(
            "<inventories version=\"1\">\n<inventory version=\"1\" client=\"a\"/>\n{inside}\n</inventories>"
        );
        let error = read_all("native", &text, &Settings::default()).unwrap_err();
        let position = error.position().unwrap();
        assert_eq!(position, Position::START.after(&text.as_bytes()[..position.offset as usize]), "{error}");
        position.to_string()
    };
    let client = |inside: &str| format!("  <inventory version=\"1\" client=\"b\">\n {inside}</inventory>");
    assert_eq!(place(&client("<file path=\"a\" version=\"\"/>")), "4:2");
    assert_eq!(place(&client("<file path=\"&x;\"/>")), "4:14");
    assert_eq!(place(&client("</os>")), "4:2");
    assert_eq!(place(&client(&r#"<tag name="a"/>"#.repeat(inventory::MAX_FACTS as usize + 1))), "4:30000002");
    assert_eq!(place("  <inventory version=\"1\" client=\"b\" mode=\"delta\"/>"), "3:3");
    assert_eq!(place("  <inventory version=\"2\" client=\"b\"/>"), "3:3");
    assert_eq!(place("  <inventory version=\"1\"/>"), "3:3");
    assert_eq!(place("<"), "3:1");
}
