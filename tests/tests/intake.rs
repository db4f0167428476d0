//! From files, folders, archives and standard input to clients.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write;
use std::path::Path;

use patchstate::diagnostic::Code;
use patchstate::error::Result;
use patchstate::ingest::{Buffer, Import, Input, Intake, Settings};
use patchstate::inventory;
use patchstate::model::fact::{Kind, Kinds};
use patchstate::model::inventory::Inventory;
use rayon::prelude::*;

/// A folder with some files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn scan(path: &Path) -> Intake {
    scan_with(path, Settings::default())
}

fn scan_with(path: &Path, settings: Settings) -> Intake {
    Intake::scan(&[Input::from(path)], settings).unwrap()
}

/// What each client gives: its id with its number of facts, or the code of its error.
fn shown(intake: &Intake) -> String {
    let one = |client: &patchstate::ingest::Client| {
        let mut inventory = Inventory::default();
        match intake.read(client, &mut Buffer::new(), &mut inventory) {
            Ok(report) => format!("{}:{}", client.id, report.facts),
            Err(error) => format!("{}:{}", client.id, error.code()),
        }
    };
    intake.clients().iter().map(one).collect::<Vec<_>>().join(" ")
}

fn read(intake: &Intake, id: &str) -> Result<Inventory> {
    let mut inventory = Inventory::default();
    let client = intake.client(id).unwrap_or_else(|| panic!("no client {id}"));
    intake.read(client, &mut Buffer::new(), &mut inventory).map(|_| inventory)
}

/// A native inventory with so many facts.
fn native(client: &str, more: &str, facts: usize) -> String {
    let facts = (0..facts).map(|n| format!("<tag name=\"{n}\"/>\n")).collect::<String>();
    format!("<inventory version=\"1\" client=\"{client}\" {more}>\n{facts}</inventory>\n")
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, name, *content).unwrap();
    }
    archive.into_inner().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

const RPM: &[u8] = b"bash 0:5.2.26-3.fc40 x86_64\n";

#[test]
fn a_folder_is_read_in_the_order_of_ids() {
    let folder = folder(&[
        ("z.xml", native("a", "", 1).as_bytes()),
        ("sub/y.xml", native("c", "", 2).as_bytes()),
        ("b.rpm", RPM),
        ("B.rpm", RPM),
        (".hidden.xml", native("h", "", 1).as_bytes()),
        (".git/config.xml", native("h", "", 1).as_bytes()),
    ]);
    let intake = scan(folder.path());
    assert_eq!(shown(&intake), "B:1 a:1 b:1 c:2");
    assert_eq!(intake.diagnostics().of(Code::InventorySkipped), 2);
    assert!(intake.diagnostics().kept().iter().all(|finding| finding.file.contains(".")));
}

#[test]
fn nothing_gives_no_clients() {
    let folder = folder(&[]);
    assert!(scan(folder.path()).clients().is_empty());
    let missing = Intake::scan(&[folder.path().join("missing").into()], Settings::default()).unwrap_err();
    assert!(missing.is_io() && missing.to_string().contains("missing"), "{missing}");
}

#[test]
fn every_packing_gives_the_same() {
    let (one, many) = (native("a", "", 3), several(&[("b", 1), ("c", 2)]));
    let members: &[(&str, &[u8])] =
        &[("x/one.xml", one.as_bytes()), ("many.xml", many.as_bytes()), ("d.rpm", RPM)];
    let packed: Vec<(&str, &[u8])> = members.to_vec();
    let inner = tar(members);
    let check = |name: &str, content: &[u8]| {
        let folder = folder(&[(name, content)]);
        let intake = scan(folder.path());
        assert_eq!(shown(&intake), "a:3 b:1 c:2 d:1", "{name}");
        // Twice, since everything can be read again.
        assert_eq!(shown(&intake), "a:3 b:1 c:2 d:1", "{name}");
    };
    check("all.tar", &inner);
    check("all.tgz", &gzip(&inner));
    check("all.zip", &zip(&packed));
    let backslash: Vec<_> =
        members.iter().map(|(name, content)| (name.replace('/', "\\"), *content)).collect();
    let backslash: Vec<_> = backslash.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    let cabinet = conformance::cabinet::Cabinet::stored(&backslash).bytes();
    check("all.cab", &cabinet);
    check("nested.zip", &zip(&[("inner.cab", &cabinet)]));
    check("nested.zip", &zip(&[("inner.tar.gz", &gzip(&inner))]));
    let compressed: Vec<_> =
        members.iter().map(|(name, content)| (format!("{name}.gz"), gzip(content))).collect();
    let compressed: Vec<_> = compressed.iter().map(|(name, content)| (name.as_str(), &content[..])).collect();
    check("compressed.tar", &tar(&compressed));

    let flat: Vec<_> =
        compressed.iter().map(|(name, content)| (name.trim_start_matches("../"), *content)).collect();
    let folder = folder(&flat);
    assert_eq!(shown(&scan(folder.path())), "a:3 b:1 c:2 d:1");
}

fn several(clients: &[(&str, usize)]) -> String {
    let inside: String = clients.iter().map(|(client, facts)| native(client, "", *facts)).collect();
    format!("<?xml version=\"1.0\"?>\n<inventories version=\"1\">\n{inside}</inventories>\n")
}

#[test]
fn names_show_the_way_to_a_member() {
    let folder =
        folder(&[("all.tar", &tar(&[("x/bad\u{1b}.xml", b"<inventory version=\"1\" client=\"a\"><os>")]))]);
    let intake = scan(folder.path());
    let error = read(&intake, "a").unwrap_err().to_string();
    assert!(error.contains(r"all.tar!x/bad\u{1b}.xml:1:"), "{error}");
    assert!(!error.contains('\u{1b}'));
}

#[test]
fn encodings_make_no_difference() {
    let text = several(&[("grün", 1), ("日本", 2)]);
    let declared =
        text.replace("version=\"1.0\"", "version=\"1.0\" encoding=\"shift_jis\"").replace("ü", "u");
    let wide = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.iter().copied().chain(text.encode_utf16().flat_map(bytes)).collect()
    };
    let check = |bytes: &[u8], expect: &str| {
        for content in [bytes.to_vec(), gzip(bytes)] {
            let folder = folder(&[("a.xml", &content)]);
            assert_eq!(shown(&scan(folder.path())), expect);
        }
    };
    check(text.as_bytes(), "grün:1 日本:2");
    check(&[b"\xef\xbb\xbf", text.as_bytes()].concat(), "grün:1 日本:2");
    check(&wide(b"\xff\xfe", u16::to_le_bytes), "grün:1 日本:2");
    check(&wide(b"\xfe\xff", u16::to_be_bytes), "grün:1 日本:2");
    check(&wide(b"", u16::to_le_bytes), "grün:1 日本:2");
    check(&encoding_rs::SHIFT_JIS.encode(&declared).0, "grun:1 日本:2");
}

#[test]
fn a_long_document_is_looked_at_in_part_only() {
    // The beginning that is looked at ends inside of a character.
    for pad in 0..4 {
        let text = native("a", &format!("group=\"{}\"", "x".repeat(pad)), 1)
            .replace("</inventory>", &format!("{}</inventory>", "<tag name=\"日本日本日本\"/>".repeat(2000)));
        let folder = folder(&[("a.xml", text.as_bytes())]);
        assert_eq!(shown(&scan(folder.path())), "a:2001");
    }
    // The first tag is longer than that beginning.
    let text = native("a", &format!("group=\"{}\"", "x".repeat(100_000)), 1);
    let folder =
        folder(&[("a.xml", text.as_bytes()), ("b.xml.gz", &gzip(text.replace("\"a\"", "\"b\"").as_bytes()))]);
    assert_eq!(shown(&scan(folder.path())), "a:1 b:1");
}

#[test]
fn the_id_is_in_the_content_or_given_or_the_name() {
    let folder = folder(&[("web-01.example.rpm", RPM), ("x.txt", b"# client: named\nbash 0:1-1 noarch\n")]);
    assert_eq!(shown(&scan(folder.path())), "named:1 web-01.example:1");
    let given = Settings { client: Some("given".into()), ..Settings::default() };
    assert_eq!(shown(&scan_with(folder.path(), given.clone())), "given:1 named:1");

    let bare = b"<inventory version=\"1\"><tag name=\"1\"/></inventory>";
    let folder = self::folder(&[("a.xml", bare)]);
    assert_eq!(shown(&scan(folder.path())), "a:no-client-id");
    assert_eq!(shown(&scan_with(folder.path(), given)), "given:1");
}

#[test]
fn parts_are_merged_into_the_whole() {
    let folder = folder(&[
        ("0.rpm", b"# client: a\nbash 0:1-1 noarch\n"),
        ("5.xml", native("a", r#"complete="os""#, 2).as_bytes()),
        ("9.dpkg", b"# client: a\nvim\t1-1\n"),
    ]);
    let intake = scan(folder.path());
    let inventory = read(&intake, "a").unwrap();
    assert_eq!(inventory.documents.len(), 3);
    assert!(inventory.documents[0].ends_with("5.xml") && inventory.documents[2].ends_with("9.dpkg"));
    assert_eq!(inventory.facts.len(), 4);
    let mut complete = Kinds::NONE;
    complete.insert(Kind::Os);
    complete.insert(Kind::Package);
    assert_eq!(inventory.header.complete, complete);
    assert_eq!(inventory.facts[3].document, 2);
    assert_eq!(intake.clients()[0].documents().collect::<Vec<_>>(), [1, 0, 2]);
}

#[test]
fn of_several_whole_inventories_the_newest_counts() {
    let check = |heads: &[&str], expect: usize| {
        let files: Vec<_> = heads
            .iter()
            .enumerate()
            .map(|(at, head)| (format!("{at}.xml"), native("a", head, at + 1)))
            .collect();
        let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
        let folder = folder(&files);
        let intake = scan(folder.path());
        assert_eq!(shown(&intake), format!("a:{expect}"), "{heads:?}");
        let duplicates =
            intake.clients()[0].findings().iter().filter(|one| one.code == Code::ClientDuplicate);
        assert_eq!(duplicates.count(), heads.len() - 1);
        assert_eq!(Import::of(&intake).duplicates, heads.len() as u64 - 1);
    };
    check(&["", "", ""], 3);
    check(&["serial=\"9\"", "serial=\"10\"", "serial=\"8\""], 2);
    check(&["serial=\"1\"", "collected=\"2030-01-01T00:00:00Z\""], 1);
    check(&["collected=\"2026-01-01T12:00:00+02:00\"", "collected=\"2026-01-01T09:59:59Z\""], 1);
    check(
        &[
            "serial=\"3\" collected=\"2026-01-02T00:00:00Z\"",
            "serial=\"3\" collected=\"2026-01-01T00:00:00Z\"",
        ],
        1,
    );
    let text =
        format!("<inventories version=\"1\">{}{}</inventories>", native("a", "", 1), native("a", "", 2));
    let folder = folder(&[("a.xml", text.as_bytes())]);
    assert_eq!(shown(&scan(folder.path())), "a:2");
}

#[test]
fn one_bad_client_never_stops_the_others() {
    let folder = folder(&[
        ("a.xml", native("a", "", 1).as_bytes()),
        ("b.xml", b"<inventory version=\"1\" client=\"b\"><os family=\"linux\"/></inv"),
        ("c.xml", b"<inventory version=\"9\" client=\"see\"/>"),
        ("d.txt", b"Dear all,\n"),
        ("e.xml", b"<inventory version=\"1\" client=\"x"),
        ("f.xml.gz", &gzip(native("f", "", 1).as_bytes())[..40]),
        ("g.tar", &tar(&[("g1.xml", native("gee", "", 1).as_bytes())])[..560]),
        ("h.xml", native("h", "mode=\"delta\" serial=\"2\"", 1).as_bytes()),
    ]);
    let intake = scan(folder.path());
    let shown = shown(&intake);
    for expect in [
        "a:1",
        "b:not-well-formed",
        "see:wrong-version",
        "d:inventory-unknown-format",
        "e:not-well-formed",
        "f:",
        "g1:",
        "h:delta-without-full",
    ] {
        assert!(shown.contains(expect), "{expect} in {shown}");
    }
    for client in intake.clients().iter().filter(|client| client.id != "a") {
        let error = read(&intake, &client.id).unwrap_err();
        assert!(error.file().is_some_and(|file| file.contains(['.'])), "{error}");
    }
    let mut import = Import::of(&intake);
    for client in intake.clients() {
        import.add(&intake.import(client, &mut Buffer::new(), &mut Inventory::default()));
    }
    assert_eq!((import.read, import.failed + 1), (1, intake.clients().len() as u64));

    let settings = Settings {
        reading: inventory::Settings { deltas: inventory::Deltas::AsFull, ..Default::default() },
        ..Settings::default()
    };
    assert!(self::shown(&scan_with(folder.path(), settings)).contains("h:1"));
}

#[test]
fn a_stray_document_does_not_spoil_its_neighbour() {
    let folder = folder(&[("a.xml", native("a", "", 1).as_bytes()), ("a.log", b"Dear all,\n")]);
    let intake = scan(folder.path());
    assert_eq!(shown(&intake), "a:1");
    assert_eq!(intake.clients()[0].findings()[0].code, Code::InventoryUnknownFormat);
}

#[test]
fn places_are_found_again() {
    let text = several(&[("a", 2), ("b", 3)]);
    for (name, content) in [("x.xml", text.clone().into_bytes()), ("x.xml.gz", gzip(text.as_bytes()))] {
        let folder = folder(&[(name, &content)]);
        let intake = scan(folder.path());
        let inventory = read(&intake, "b").unwrap();
        let document = intake.client("b").unwrap().documents().next().unwrap();
        let last = inventory.facts.last().unwrap().position.offset;
        let line = text[..usize::try_from(last).unwrap()].lines().count();
        let place = intake.locate(document, last).unwrap();
        assert_eq!((place.offset, place.line as usize, place.column), (last, line + 1, 1));
    }
}

#[test]
fn kinds_may_be_assumed_complete() {
    let mut assume = Kinds::NONE;
    assume.insert(Kind::Package);
    assume.insert(Kind::Hotfix);
    let folder = folder(&[("a.rpm", b"bash 0:1-1 noarch\nnot a package\n"), ("b.rpm", RPM)]);
    let intake = scan_with(folder.path(), Settings { assume_complete: assume, ..Settings::default() });
    let import = |id| {
        let client = intake.client(id).unwrap();
        intake.import(client, &mut Buffer::new(), &mut Inventory::default()).unwrap()
    };
    let (a, b) = (import("a"), import("b"));
    assert_eq!((a.complete, a.assumed), (assume, assume));
    assert_eq!(b.assumed.iter().collect::<Vec<_>>(), [Kind::Hotfix]);
    assert_eq!(read(&intake, "a").unwrap().header.complete, assume);
}

#[test]
fn an_import_says_what_it_found() {
    let text =
        b"# collected: 2026-01-01T00:00:00Z\nbash 1-1 noarch\nbash 1-1 noarch\nzsh 0:1-1 noarch\n???\n";
    let folder =
        folder(&[("a.rpm", text), ("b.dpkg", b"# client: a\nvim\t1-1\tamd64\trc \nvim\t1-2\tamd64\tii \n")]);
    let intake = scan(folder.path());
    let [client] = intake.clients() else { panic!() };
    let found = intake.import(client, &mut Buffer::new(), &mut Inventory::default()).unwrap();
    assert_eq!(found.sources.iter().map(|source| source.format).collect::<Vec<_>>(), ["rpm", "dpkg"]);
    assert_eq!(found.sources[0].encoding, "UTF-8");
    assert_eq!((found.of(Kind::Package), found.of(Kind::Os), found.other_facts), (4, 0, 0));
    assert_eq!((found.without_epoch, found.without_fact), (2, 1));
    assert_eq!(found.marks.names().collect::<Vec<_>>(), ["epoch-unknown"]);
    assert_eq!(found.diagnostics.of(Code::FactDuplicate), 1);
    let [duplicate, line, entry] = found.diagnostics.kept() else { panic!("{:?}", found.diagnostics) };
    assert!(
        duplicate.file.ends_with("a.rpm") && line.file.ends_with("a.rpm") && entry.file.ends_with("b.dpkg")
    );
    assert_eq!((line.code, line.position.line), (Code::PackageLine, 5));
    assert_eq!(found.read.documents, 2);
    assert_eq!(found.read.bytes as usize, text.len() + 48);
    // The second document is complete, whatever the first is.
    assert!(found.complete.contains(Kind::Package));
}

#[test]
fn workers_share_a_small_budget() {
    let files: Vec<_> = (0..40)
        .map(|n| (format!("{n:02}.xml"), native(&format!("{n:02}"), "", 1 + 50 * (n % 7)).into_bytes()))
        .collect();
    let packed: Vec<_> = files.iter().map(|(name, text)| (format!("{name}.gz"), gzip(text))).collect();
    let members: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), &text[..])).collect();
    let archive = tar(&members);
    let compressed: Vec<_> = packed.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    for files in [&members[..], &compressed[..], &[("all.tar", &archive[..])]] {
        let folder = folder(files);
        let intake = scan_with(folder.path(), Settings { budget: 2000, ..Settings::default() });
        assert_eq!(intake.clients().len(), 40);
        let facts: Vec<u32> = intake
            .clients()
            .par_iter()
            .map_init(Buffer::new, |buffer, client| {
                intake.read(client, buffer, &mut Inventory::default()).unwrap().facts
            })
            .collect();
        let expect: Vec<u32> = (0..40).map(|n| 1 + 50 * (n % 7)).collect();
        assert_eq!(facts, expect);
    }
}

#[test]
fn a_forced_format_is_not_questioned() {
    let folder = folder(&[("a.txt", b"at\tamd64\t3.1.12-1\t220\tadmin\n")]);
    assert_eq!(shown(&scan(folder.path())), "a:inventory-unknown-format");
    let settings = Settings { format: inventory::find("agent-dpkg"), ..Settings::default() };
    assert_eq!(shown(&scan_with(folder.path(), settings)), "a:1");
    let settings = Settings { format: inventory::find("native"), ..Settings::default() };
    assert_eq!(shown(&scan_with(folder.path(), settings)), "a:not-well-formed");
}

#[cfg(unix)]
#[test]
fn links_are_passed_over() {
    let folder = folder(&[("a.xml", native("a", "", 1).as_bytes())]);
    std::os::unix::fs::symlink(folder.path().join("a.xml"), folder.path().join("b.xml")).unwrap();
    let intake = scan(folder.path());
    assert_eq!(shown(&intake), "a:1");
    assert_eq!(intake.diagnostics().of(Code::InventorySkipped), 1);
    // Named by a person it is read.
    assert_eq!(shown(&scan(&folder.path().join("b.xml"))), "a:1");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_once() {
    let folder = folder(&[]);
    let path = folder.path().join("clients");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    if !made.is_ok_and(|status| status.success()) {
        conformance::skipped("there is no mkfifo");
        return;
    }
    let text = gzip(several(&[("a", 1), ("b", 2)]).as_bytes());
    let writer = std::thread::spawn({
        let path = path.clone();
        move || fs::write(path, text)
    });
    let intake = scan(&path);
    writer.join().unwrap().unwrap();
    assert_eq!(shown(&intake), "a:1 b:2");
    assert_eq!(shown(&intake), "a:1 b:2");
}
