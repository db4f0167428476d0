//! Formats of other tools: how they are told apart, whose they are, and what exceeds a limit.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use conformance::facts::Dice;
use patchstate::diagnostic::{Code, Position};
use patchstate::error::Error;
use patchstate::ingest::{Buffer, Imported, Input, Intake, Settings};
use patchstate::inventory::{self, Deltas, Excerpt, Found, Look, MAX_FACTS, MAX_TEXT};
use patchstate::model::fact::{Fact, Kind, Kinds};
use patchstate::model::inventory::{Collector, Header, Inventory, Marks};
use patchstate::xml::encoding;

/// A client's id, and what was read of it.
type Client = (String, Result<(Inventory, Imported), Error>);

/// Writes one document and reads all its clients.
fn read(name: &str, bytes: &[u8], settings: Settings) -> Vec<Client> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let intake = Intake::scan(&[Input::from(path)], settings).unwrap();
    let one = |client| {
        let mut inventory = Inventory::default();
        let imported = intake.import(client, &mut Buffer::new(), &mut inventory);
        (client.id.clone(), imported.map(|imported| (inventory, imported)))
    };
    intake.clients().iter().map(one).collect()
}

fn clients(text: &str) -> Vec<(String, usize)> {
    let all = read("stem.txt", text.as_bytes(), Settings::default());
    all.into_iter().map(|(id, read)| (id, read.unwrap().0.facts.len())).collect()
}

fn error(text: &str) -> Error {
    let mut all = read("stem.txt", text.as_bytes(), Settings::default());
    assert_eq!(all.len(), 1);
    all.remove(0).1.map(|_| ()).unwrap_err()
}

/// The name of the format that recognises a text, or the code of the error.
fn recognised(text: &str) -> &'static str {
    inventory::recognise(text).map_or_else(|error| error.code().name(), |format| format.name)
}

#[test]
fn formats_are_told_apart_by_their_content() {
    let check = |text: &str, expect: &str| assert_eq!(recognised(text), expect, "{text:?}");
    check("<Objs Version=\"1.1.0.1\"", "clixml");
    check("<?xml version='1.0'?><Objects/>", "inventory-unknown-format");
    check("[{\"hotfix_id\": \"KB1\"}]", "osquery");
    check("{\"rpm_packages\": [{\"name\": \"a\", \"version\": \"1\", \"release\": \"1\"", "osquery");
    check("{\"name\":\"q\",\"hostIdentifier\":\"h\",\"decorations\":{},\"columns\":{\"a\":\"b\"", "osquery");
    check("{\"deviceid\": \"a\", \"content\": {\"softwares\": []}}", "glpi-json");
    check("{\"content\": {\"accesslog\": {\"logdate\": \"\"}, \"bios\": {", "glpi-json");
    check("{\"content\": {\"a\": 1}}", "inventory-unknown-format");
    check("{\"deviceid\": \"content\"}", "inventory-unknown-format");
    check("{\"package_list\": [\"a-1-1.noarch\"]}", "vmaas");
    check("[{\"package_list\": [\"a-1-1.noarch\"]}]", "inventory-unknown-format");
    check("<?xml version='1.0'?><REQUEST><CONTENT>", "glpi-xml");
    check("<REQUEST><QUERY>INVENTORY</QUERY>", "inventory-unknown-format");
    check("// of the site\r\nSTART\tcomponent\r\n", "mif");
    check("Start Group", "inventory-unknown-format");
    check("Host: a\nOS: b\nVersion: 10.0.17763 x\nType: x64-based PC\n", "systeminfo");
    check("Host: a\nOS: b\nVersion: 10.0.17763 x\nType: PC\n", "inventory-unknown-format");
    check("Host: a\nIP address: 10.0.17763.1\nType: x64-based PC\n", "inventory-unknown-format");
    check("HotFixID\nKB5034763\n", "qfe");
    check("Node,HotFixID\nA,KB5034763\n", "qfe");
    check("\r\n\r\nHotFixID=KB5034763\r\n", "qfe");
    check("\r\n", "qfe");
    check("\n", "inventory-unknown-format");
    check("KB5034763: an update (KB5034763)\n", "inventory-unknown-format");
    check("Windows Registry Editor Version 5.00\r\n", "reg");
    check("REGEDIT4\n\n[HKEY_LOCAL_MACHINE]\n\"Version\"=\"10.0.17763\"\n\"Type\"=\"x64-based\"\n", "reg");
    check("REGEDIT\n", "inventory-unknown-format");
}

#[test]
fn the_encoding_that_is_asked_for_goes_before_that_of_the_language() {
    let listing = b"Host: a\r\nOS: b\x99\r\nVersion: 10.0.17763\r\nType: x64-based\r\nLocale: zh-cn;x\r\n";
    let name = |encoding: Option<&str>| {
        let settings = Settings { encoding: encoding.map(str::to_owned), ..Settings::default() };
        let (_, read) = read("stem.txt", listing, settings).remove(0);
        let (inventory, imported) = read.unwrap();
        let Fact::Os(os) = &inventory.facts[0].fact else { panic!() };
        (os.name.as_deref().unwrap().to_owned(), imported.sources[0].encoding)
    };
    assert_eq!(name(Some("cp850")), ("bÖ".to_owned(), "CP850"));
    assert_eq!(name(Some("latin1")), ("b™".to_owned(), "windows-1252"));
    assert_eq!(name(None).1, "GBK");
}

#[test]
fn entries_of_several_clients_are_brought_together() {
    let client = |name: &str, facts| (name.to_owned(), facts);
    let rows = "Node,HotFixID\nA,KB5034763\nB,KB5034763\nA,KB5034765\n,KB5034767\n";
    assert_eq!(clients(rows), [client("A", 2), client("B", 1), client("stem", 1)]);
    let rows = "Node,HotFixID\nA,KB5034763\n,KB5034765\n";
    assert_eq!(clients(rows), [client("A", 2)]);
    let table = "Source  HotFixID   \n------  --------   \nA       KB5034763  \nB       KB5034763  \n";
    assert_eq!(clients(table), [client("A", 1), client("B", 1)]);
    let blocks = "CSName=A\nHotFixID=KB5034763\n\nCSName=B\nBuildNumber=1\n";
    assert_eq!(clients(blocks), [client("A", 1), client("B", 1)]);
}

#[test]
fn places_are_those_of_the_document() {
    let rows = "Node,HotFixID\nA,KB5034763\nB,none\nB,KB5034763\n";
    let all = read("stem.csv", rows.as_bytes(), Settings::default());
    let (inventory, imported) = all[1].1.as_ref().unwrap();
    assert_eq!(imported.diagnostics.kept()[0].position.to_string(), "3:1");
    assert_eq!(inventory.facts[0].position.offset, rows.rfind("B,").unwrap() as u64);
    let log = "{\"hostIdentifier\":\"A\",\"snapshot\":[{\"hotfix_id\":\"KB5034763\"}]}\n\
               {\"hostIdentifier\":\"B\",\"snapshot\":[{\"hotfix_id\":\"none\"},{\"hotfix_id\":\"KB5034763\"}]}\n";
    let all = read("stem.json", log.as_bytes(), Settings::default());
    let (inventory, imported) = all[1].1.as_ref().unwrap();
    assert_eq!(imported.diagnostics.kept()[0].position.to_string(), "2:35");
    assert_eq!(inventory.facts[0].position.offset, log.rfind("{\"hot").unwrap() as u64);
}

#[test]
fn only_a_snapshot_of_packages_is_complete() {
    let complete = |text: &str| {
        let all = read("stem.json", text.as_bytes(), Settings::default());
        let (_, imported) = all[0].1.as_ref().unwrap();
        imported.complete.contains(Kind::Package)
    };
    let row = "{\"name\":\"a\",\"version\":\"1\",\"release\":\"1\",\"arch\":\"noarch\"}";
    let log =
        |rows: &str| format!("{{\"hostIdentifier\":\"h\",\"name\":\"rpm_packages\",\"snapshot\":[{rows}]}}");
    assert!(complete(&log(row)));
    // A query that failed gives nothing.
    assert!(!complete(&log("")));
    assert!(!complete(&log(&format!("{row},{{\"name\":\"b\",\"version\":\"1\",\"release\":\"\"}}"))));
    assert!(!complete(&format!("[{row}]")));
    assert!(!complete(&format!("{{\"rpm_packages\":[{row}]}}")));
    let change = format!("{{\"hostIdentifier\":\"h\",\"action\":\"added\",\"columns\":{row}}}");
    assert!(!complete(&change));
}

#[test]
fn what_exceeds_a_limit_is_an_error_of_its_client() {
    let long = "x".repeat(MAX_TEXT + 1);
    let listing = format!("Host: a\nOS: b\nVersion: 10.0.17763\nType: x64-based\n{long}\n");
    for text in [
        listing,
        format!("Node,HotFixID\nA,KB5034763\n\"{long}\",KB5034763\n"),
        format!("Node      HotFixID\n{long}\n"),
        format!("HotFixID=KB5034763\nCaption={long}\n"),
        format!("[{{\"hotfix_id\":\"KB5034763\",\"csname\":\"{long}\"}}]"),
        format!("[{{\"hotfix_id\":\"KB5034763\",\"x\":{}}}]", "[".repeat(100)),
        format!("REGEDIT4\n[HKEY_LOCAL_MACHINE]\n\"a\"=\"{long}\"\n"),
        format!("REGEDIT4\n[HKEY_LOCAL_MACHINE]\n\"a\"=\"{}\n", long.repeat(5)),
        format!("<Objs><Obj><MS><S N=\"HotFixID\">{long}</S></MS></Obj></Objs>"),
        format!("<Objs>{}", "<Obj>".repeat(100)),
    ] {
        let found = error(&text);
        assert_eq!(found.code(), Code::TooLarge, "{found}");
        assert!(found.to_string().contains("stem.txt"), "{found}");
    }
}

/// Keeps nothing, because there is too much of it.
struct Nothing;

impl Collector for Nothing {
    fn header(&mut self, _: Header<'_>) {}
    fn fact(&mut self, _: Fact<'_>, _: Position) {}
    fn complete(&mut self, _: Kinds) {}
    fn incomplete(&mut self, _: Kinds) {}
    fn mark(&mut self, _: Marks) {}
    fn diagnostic(&mut self, _: Code, _: Position, _: &str) {}
}

#[test]
fn no_client_states_too_many_facts() {
    let text = format!("HotFixID\n{}", "KB5034763\n".repeat(MAX_FACTS as usize + 1));
    let format = inventory::find("qfe").unwrap();
    let found = format.read(text.as_str().into(), &inventory::Settings::default(), &mut Nothing).unwrap_err();
    assert_eq!((found.code(), found.position().unwrap().line), (Code::TooLarge, MAX_FACTS + 2));
}

#[test]
fn what_is_no_such_document_says_so_when_it_is_asked_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let check = |format: &str, text: &str, expect: Code| {
        let path = folder.path().join("stem.txt");
        std::fs::write(&path, text).unwrap();
        let settings = Settings { format: inventory::find(format), ..Settings::default() };
        let intake = Intake::scan(&[Input::from(Path::new(&path))], settings).unwrap();
        let read = intake.import(&intake.clients()[0], &mut Buffer::new(), &mut Inventory::default());
        assert_eq!(read.unwrap_err().code(), expect, "{format}");
    };
    check("systeminfo", "Dear all,\n", Code::WrongFormat);
    check("qfe", "Dear all,\n", Code::WrongFormat);
    check("reg", "Dear all,\n", Code::WrongFormat);
    check("clixml", "Dear all,\n", Code::NotWellFormed);
    check("osquery", "Dear all,\n", Code::NotWellFormed);
    check("osquery", "17\n", Code::WrongFormat);
    check("osquery", "{\"a\"}\n{\"b\"}\n", Code::NotWellFormed);
}

/// Reads whatever bytes as every format; only what it does not do matters.
fn read_as_all(bytes: &[u8]) {
    for format in inventory::FORMATS {
        let Ok(decoded) = encoding::decode(bytes, format.code_page(bytes)) else { return };
        let text = &*decoded.text;
        let Ok(Found::Units(units)) = format.units(text, Look::All) else { continue };
        for unit in units.into_iter().take(16) {
            let excerpt = unit.place.map_or(Excerpt::from(text), |place| Excerpt {
                head: &text[place.head],
                text: &text[place.body],
                start: place.start,
                written: None,
            });
            for deltas in [Deltas::Refuse, Deltas::AsFull, Deltas::Take] {
                let settings = inventory::Settings { deltas, ..inventory::Settings::default() };
                _ = format.read(excerpt, &settings, &mut Inventory::default());
            }
        }
    }
}

#[test]
fn damaged_documents_are_read_without_a_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/inventory");
    let mut dice = Dice(11);
    for entry in std::fs::read_dir(folder).unwrap() {
        let whole = std::fs::read(entry.unwrap().path()).unwrap();
        for _ in 0..if whole.len() > 8 << 10 { 1 } else { 12 } {
            let mut bytes = whole.clone();
            let mut below = |most: usize| dice.below(most.max(1));
            let (start, length) = (below(bytes.len()), below(64));
            let end = (start + length).min(bytes.len());
            match below(4) {
                0 => bytes.truncate(start),
                1 => bytes[start..end].fill(b"\"\\[]{}\n\0"[below(8)]),
                2 => _ = bytes.drain(start..end),
                _ => bytes.extend_from_slice(&whole[start..end]),
            }
            read_as_all(&bytes);
        }
    }
}
