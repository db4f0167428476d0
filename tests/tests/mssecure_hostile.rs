//! MSSecure documents that are none, damaged, cut short or made to hurt.

use std::path::{Path, PathBuf};

use patchstate::catalog::mssecure::Limits;
use patchstate::catalog::{Settings, mssecure};
use patchstate::compile::merge::merge;
use patchstate::diagnostic::Code;
use patchstate::error::Result;
use patchstate::model::update::Catalog;

const REAL: &str = "mssecure/mssecure-1.0.1.148-2001-10-04.xml";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/mssecure").join(name)
}

fn fixtures() -> Vec<String> {
    let folder = std::fs::read_dir(fixture("")).expect("it is there");
    let names = folder.map(|entry| entry.expect("can be listed").file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.filter(|name| name.ends_with(".xml")).collect();
    names.sort();
    names
}

fn read(name: &str) -> Catalog {
    mssecure::read(&fixture(name), &Settings::default()).expect("the document is read")
}

fn read_bytes(bytes: &[u8]) -> Result<Catalog> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("mssecure.xml");
    std::fs::write(&path, bytes).expect("the folder is ours");
    mssecure::read(&path, &Settings::default())
}

fn compressed(text: &str) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text.as_bytes()).expect("into memory");
    encoder.finish().expect("into memory")
}

#[test]
fn what_is_no_such_document_is_an_error_with_its_place() {
    let check = |bytes: &[u8], code: Code, place: &str| {
        let error = read_bytes(bytes).expect_err("it is refused");
        let text = error.to_string();
        let place_found = text.split_once("mssecure.xml").map_or("", |(_, rest)| rest);
        assert!(error.code() == code && place_found.starts_with(place), "{text}");
    };
    check(b"", Code::NotWellFormed, ":1:1: ");
    check(b"   \n", Code::NotWellFormed, ":2:1: ");
    check(b"no markup", Code::NotWellFormed, ":1:1: ");
    check(b"\xff\xfe", Code::NotWellFormed, ":1:1: ");
    check(b"<updates/>", Code::WrongFormat, ":1:1: expected `<BulletinDatastore>`, found `<updates>`");
    check(b"<!-- a -->\n <BulletinDatastore xmlns='urn:x'/>", Code::WrongFormat, ":2:2: ");
    check(b"<BulletinDatastore>\n<Bulletins>\n</BulletinDatastore>", Code::NotWellFormed, ":3:1: ");
    check(b"<BulletinDatastore/><more/>", Code::NotWellFormed, ":1:21: ");
    check(b"<BulletinDatastore DataVersion='&x;'/>", Code::XmlEntity, ":1:");
    check(b"MSCF\0\0\0\0", Code::WrongFormat, ": is a cabinet, not a document");
    let deep = format!("<BulletinDatastore>{}", "<a>".repeat(100_000));
    check(deep.as_bytes(), Code::TooLarge, ":1:");
}

#[test]
fn the_encoding_does_not_matter() {
    let text = std::fs::read_to_string(fixture("plain.xml")).expect("it is there");
    let marked = |little: bool| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    let plain = read("plain.xml");
    let with_mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let compressed = compressed(&text);
    for bytes in [marked(true), marked(false), with_mark, compressed] {
        let catalog = read_bytes(&bytes).expect("it is read");
        assert_eq!(catalog.updates, plain.updates);
        assert_eq!(catalog.products, plain.products);
    }
}

#[test]
fn a_document_that_is_cut_short_is_an_error_wherever_it_is_cut() {
    let refuse = |bytes: &[u8], length: usize| {
        let error = read_bytes(&bytes[..length]).expect_err("it is cut short");
        assert!(matches!(error.code(), Code::NotWellFormed | Code::WrongFormat), "{length}: {error}");
        assert!(error.position().is_some(), "{length}: {error}");
    };
    let small = std::fs::read(fixture("names.xml")).expect("it is there");
    let end = small.iter().rposition(|byte| *byte == b'>').expect("it has tags");
    (0..end).for_each(|length| refuse(&small, length));
    let Some(path) = conformance::corpora(REAL) else { return };
    let real = std::fs::read(path).expect("it is there");
    (0..real.len()).step_by(997).for_each(|length| refuse(&real, length));
}

#[test]
fn damaged_documents_never_panic() {
    for name in fixtures() {
        let bytes = std::fs::read(fixture(&name)).expect("it is there");
        for (from, damage) in [b"".as_slice(), b"\"", b"<", b"\xff", b"0", b"</a>"].iter().enumerate() {
            for at in (from..bytes.len()).step_by(31) {
                let mut damaged = bytes.clone();
                damaged.splice(at..at + 1, damage.iter().copied());
                if let Ok(catalog) = read_bytes(&damaged) {
                    merge(vec![catalog], Vec::new()).expect("identities are distinct");
                }
            }
        }
    }
}

#[test]
fn records_that_take_too_much_memory_are_refused() {
    let limits = Limits { records: 1 << 20, ..Limits::default() };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("mssecure.xml");
    let read = |text: &str| {
        std::fs::write(&path, format!("<BulletinDatastore>{text}</BulletinDatastore>")).expect("it is ours");
        mssecure::read_within(&path, &Settings::default(), limits)
    };
    let check = |parts: &dyn Fn(usize) -> String| {
        let error = read(&parts(6000)).expect_err("it would take megabytes");
        assert!(error.code() == Code::TooLarge && error.position().is_some(), "{error}");
        assert!(error.to_string().contains("more than 1048576 bytes of memory"), "{error}");
        read(&parts(500)).expect("less of the same is read");
    };
    let patches = |patch: &str, count: usize| {
        let patches = patch.repeat(count);
        format!("<Bulletins><Bulletin BulletinID='a'><Patches>{patches}</Patches></Bulletin></Bulletins>")
    };
    check(&|count| patches("<Patch/>", count));
    check(&|count| patches("<AffectedProduct/>", count));
    check(&|count| format!("<Files>{}</Files>", "<File Name='a'/>".repeat(count)));
    check(&|count| format!("<Locations>{}</Locations>", "<Location/>".repeat(count)));
    check(&|count| format!("<Files>{}</Files>", "<a/>x".repeat(count)));
    check(&|count| {
        format!("<a>{}</a>", "<b c='d e f'>some text, and more of it, to be kept</b>".repeat(count * 2))
    });
    check(&|count| format!("<Files><File Name='{}'/></Files>", "x".repeat(count * 200)));
    check(&|count| format!("<Files a='{}'/>", "x".repeat(count * 100)));
}

#[test]
fn a_finding_does_not_repeat_a_long_value() {
    let long = "ü".repeat(1 << 20);
    let text = format!("<BulletinDatastore><Files><File Name='{long}'/></Files></BulletinDatastore>");
    let catalog = read_bytes(text.as_bytes()).expect("it is read");
    let finding = catalog.diagnostics.kept().iter().find(|finding| finding.code == Code::NonAsciiValue);
    assert!(finding.is_some_and(|finding| finding.message.len() < 5000 && finding.message.ends_with('…')));
}

#[test]
fn updates_that_take_too_much_memory_are_refused() {
    let limits = Limits { updates: 1 << 20, ..Limits::default() };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("mssecure.xml");
    let read = |count: usize| {
        let patches = "<Patch/>".repeat(count);
        let text = format!(
            "<BulletinDatastore><Bulletins><Bulletin BulletinID='a'><Patches>{patches}</Patches></Bulletin>\
             </Bulletins></BulletinDatastore>"
        );
        std::fs::write(&path, text).expect("the folder is ours");
        mssecure::read_within(&path, &Settings::default(), limits)
    };
    let error = read(10_000).expect_err("it would take megabytes");
    assert_eq!(error.code(), Code::TooLarge);
    assert!(
        error.to_string().ends_with(":1:31: its updates take more than 1048576 bytes of memory"),
        "{error}"
    );
    read(500).expect("less of the same is read");
}

#[test]
fn references_that_repeat_too_much_are_refused() {
    let limits = Limits { updates: 16 << 20, ..Limits::default() };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("mssecure.xml");
    let long = "x".repeat(16 << 10);
    let bulletin = |attributes: &str, patches: &str| {
        format!(
            "<Bulletins><Bulletin BulletinID='a' {attributes}><Patches>{patches}</Patches></Bulletin></Bulletins>"
        )
    };
    let targets = "<SupercededPatch PatchName='a'/>".repeat(1000);
    let check = |text: &str| {
        let read = |text: &str| {
            std::fs::write(&path, format!("<BulletinDatastore>{text}</BulletinDatastore>"))
                .expect("it is ours");
            mssecure::read_within(&path, &Settings::default(), limits).map(|_| ())
        };
        assert_eq!(read(text).expect_err("it would take twice as much").code(), Code::TooLarge);
        read(&text.replace(&long, "x").replace(&targets, "")).expect("what is repeated is what is refused");
    };
    check(&bulletin(&format!("Title='{long}'"), &"<Patch/>".repeat(2000)));
    check(&bulletin(&format!("Colour='{long}'"), &"<Patch/>".repeat(2000)));
    let severities = format!("<Severities><Severity SeverityID='1' Description='{long}'/></Severities>");
    check(&(bulletin("ImpactSeverityID='1'", &"<Patch/>".repeat(2000)) + &severities));
    check(
        &(bulletin("", &"<Patch SBID='1'/>".repeat(1000))
            + &format!(
                "<SupercededBys><SupercededBy SBID='1'><SupercededBulletins><SupercededBulletin>\
                 <SupercededPatches>{targets}</SupercededPatches>\
                 </SupercededBulletin></SupercededBulletins></SupercededBy></SupercededBys>"
            )),
    );
    let files = "<File LocationID='1'/>".repeat(2000);
    check(&format!("<Files>{files}</Files><Locations><Location LocationID='1' Path='{long}'/></Locations>"));
    let available = "<AvailableSP ServicePackID='1'/>".repeat(2000);
    check(&format!(
        "<Products><Product><AvailableSPs>{available}</AvailableSPs></Product></Products>\
         <ServicePacks><ServicePack ServicePackID='1' Name='{long}'/></ServicePacks>"
    ));
}

#[test]
fn a_small_document_that_expands_hugely_is_refused() {
    let bomb = compressed(&format!("<BulletinDatastore>{}</BulletinDatastore>", " ".repeat(32 << 20)));
    let error = read_bytes(&bomb).map(|_| ()).expect_err("it expands to more than 1000 times its size");
    assert_eq!(error.code(), Code::TooLarge);
}

#[test]
fn a_title_that_would_take_gigabytes_is_refused_as_it_is() {
    let (title, patches) = ("x".repeat(1 << 20), "<Patch/>".repeat(2100));
    let text = format!(
        "<BulletinDatastore><Bulletins><Bulletin BulletinID='a' Title='{title}'><Patches>{patches}</Patches>\
         </Bulletin></Bulletins></BulletinDatastore>"
    );
    let error = read_bytes(text.as_bytes()).map(|_| ()).expect_err("it would take more than 2 GiB");
    assert_eq!(error.code(), Code::TooLarge);
}
