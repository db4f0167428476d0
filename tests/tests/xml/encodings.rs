//! Documents in other encodings than UTF-8, and documents that only claim to be in one.

use std::io::BufReader;
use std::path::Path;

use conformance::corpora;
use patchstate::diagnostic::Code;
use patchstate::xml::Limits;
use patchstate::xml::cursor::{Cursor, Event};
use patchstate::xml::encoding::decode;

use super::{events, events_of, told};

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn every_form_of_unicode_gives_the_same_events() {
    let text = "<?xml version='1.0' encoding='utf-8'?>\n<a é='ü&#233;'>𝄞<b/>€</a>";
    let expect = events(text.as_bytes()).unwrap();
    let (little, big) = (utf16(text, u16::to_le_bytes), utf16(text, u16::to_be_bytes));
    let forms: [(&str, Vec<u8>); 5] = [
        ("UTF-8", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("UTF-16LE", [b"\xff\xfe", &little[..]].concat()),
        ("UTF-16BE", [b"\xfe\xff", &big[..]].concat()),
        ("UTF-16LE", little),
        ("UTF-16BE", big),
    ];
    for (encoding, bytes) in &forms {
        for size in [1, 3, 4096] {
            let mut cursor = Cursor::new(BufReader::with_capacity(size, &bytes[..]), Limits::default());
            assert_eq!(events_of(&mut cursor).unwrap(), expect, "{encoding}");
            assert_eq!((cursor.encoding(), cursor.position().to_string()), (Some(*encoding), "2:33".into()));
        }
        let decoded = decode(bytes, None).unwrap();
        assert_eq!((&*decoded.text, decoded.encoding), (text, *encoding));
    }
}

#[test]
fn labels_decide_where_no_mark_does() {
    let check =
        |document: &[u8], expect: &[&str]| assert_eq!(events(document).unwrap(), expect, "{document:?}");
    check(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9\x80</a>", &["<a", "\"é€\"", ">"]);
    check(b"<?xml version='1.0' encoding='windows-1251' ?><a b='\xc0'/>", &["<a b=\"А\"", ">"]);
    check(b"<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a>\x83\x5c</a>", &["<a", "\"ソ\"", ">"]);
    // The label was left behind when the document was saved as UTF-8.
    check("<?xml version='1.0' encoding='UTF-16'?><a>é</a>".as_bytes(), &["<a", "\"é\"", ">"]);
    let error = events(b"<?xml version='1.0' encoding='x-nonsense'?><a/>").unwrap_err();
    assert_eq!(told(&error), "not-well-formed: 1:1: the document's encoding `x-nonsense` is not known");
    let error = events(b"<\0\0\0a\0\0\0/\0\0\0>\0\0\0").unwrap_err();
    assert_eq!(told(&error), "not-well-formed: 1:1: the document is UTF-32, which is not read");
}

#[test]
fn single_values_that_are_not_utf8_are_read_as_windows_1252() {
    let document =
        b"<a b='1'\n  c='caf\xe9' d='\xc3\xa9' e='\x80'>\n \xc3\xa9<b/>na\xefve<![CDATA[\xff]]></a>";
    let mut cursor = Cursor::new(&document[..], Limits::default());
    let expect = ["<a b=\"1\" c=\"café\" d=\"é\" e=\"€\"", "\"\\n é\"", "<b", ">", "\"naïveÿ\"", ">"];
    assert_eq!(events_of(&mut cursor).unwrap(), expect);
    let places: Vec<_> = cursor.take_undecodable().iter().map(|place| place.to_string()).collect();
    assert_eq!(places, ["2:6", "2:22", "3:8", "3:13"]);
    assert_eq!((cursor.take_undecodable(), cursor.undecodable(), cursor.replaced()), (vec![], 4, 0));
}

#[test]
fn names_that_are_not_utf8_are_refused() {
    for document in [&b"<a\xe9/>"[..], b"<a \xe9='1'/>", b"<a></\xe9>"] {
        assert_eq!(events(document).unwrap_err().code(), Code::NotWellFormed, "{document:?}");
    }
}

#[test]
fn many_bad_values_are_counted_and_few_kept() {
    let document = [b"<r>".to_vec(), b"<a b='\xe9' c='\xe9'/>\n\xe9".repeat(2000), b"</r>".to_vec()].concat();
    let mut cursor = Cursor::new(&document[..], Limits::default());
    events_of(&mut cursor).unwrap();
    assert_eq!(cursor.undecodable(), 6000);
    assert_eq!(cursor.take_undecodable().len(), 1000);
    // All in one tag: their places are not counted anew from its start.
    let list: Vec<u8> =
        (0..200_000).flat_map(|index| [format!(" a{index}='").as_bytes(), b"\xe9'"].concat()).collect();
    let document = [b"<r", &list[..], b"/>"].concat();
    let mut cursor = Cursor::new(&document[..], Limits::default());
    events_of(&mut cursor).unwrap();
    assert_eq!((cursor.undecodable(), cursor.take_undecodable().len()), (200_000, 1000));
}

#[test]
fn what_an_encoding_does_not_have_is_replaced_and_counted() {
    let mut cursor = Cursor::new(&b"\xff\xfe<\0a\0/\0>\0\x00\xd8"[..], Limits::default());
    assert!(events_of(&mut cursor).is_err());
    assert_eq!(cursor.replaced(), 1);
}

/// The documents of the corpus are generated: one element with all characters of an encoding in two
/// attributes, and a third without quotes, which is not well-formed.
#[test]
fn corpus_of_encodings() {
    let Some(folder) = corpora("xml-encodings") else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 40);
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let stem = file.file_stem().unwrap().to_str().unwrap();
        if stem.starts_with("utf") {
            let name = stem.trim_end_matches("-bom").replace("utf", "utf-").to_uppercase();
            let mut cursor = Cursor::new(&bytes[..], Limits::default());
            let expect = ["<project name=\"project-name\"", "\"\\n\"", ">"];
            assert_eq!(events_of(&mut cursor).unwrap(), expect, "{stem}");
            assert_eq!(cursor.encoding(), Some(&*name));
        } else {
            check_generated(&file, stem, &bytes);
        }
    }
}

fn check_generated(file: &Path, encoding: &str, bytes: &[u8]) {
    let error = events(bytes).unwrap_err().in_file(file.to_string_lossy());
    assert_eq!(error.code(), Code::NotWellFormed);
    assert!(error.message().ends_with("has a value that is not in quotes"), "{error}");
    assert!(error.message().len() < 300, "{error}");

    let cut = bytes.windows(8).position(|window| window == b"\n      :").unwrap();
    let repaired = [&bytes[..cut], b"/>"].concat();
    let mut cursor = Cursor::new(&repaired[..], Limits::default());
    let Event::Open(tag) = cursor.next().unwrap() else { panic!("{encoding}") };
    let raw: Vec<_> = tag.attributes().iter().map(|one| one.raw().to_owned()).collect();
    assert_eq!(raw.len(), 2);
    assert_eq!(raw[0].replace(['\'', '"'], ""), raw[1].replace(['\'', '"'], ""), "{encoding}");
    assert_eq!((cursor.encoding(), cursor.replaced(), cursor.undecodable()), (Some(encoding), 0, 0));

    let decoded = decode(&repaired, None).unwrap();
    assert_eq!(decoded.undecodable, 0, "{encoding}");
    if encoding == "ISO-2022-JP" {
        // All its bytes are ASCII, so that in memory it passes for UTF-8.
        assert_eq!(decoded.encoding, "UTF-8");
    } else {
        assert_eq!(decoded.encoding, encoding);
        assert!(decoded.text.contains(&raw[0]) && decoded.text.contains(&raw[1]), "{encoding}");
    }
}
