//! Documents that are too deep, too long or endless: refused with little memory and in little time.

use std::io::{BufRead, BufReader, Read, repeat};

use patchstate::diagnostic::Code;
use patchstate::error::Result;
use patchstate::xml::cursor::Cursor;
use patchstate::xml::tags::Tags;
use patchstate::xml::{Limits, Roots};

use super::{events_of, tags_of, told};

const SMALL: Limits = Limits { depth: 3, tag_bytes: 20, text_bytes: 10, total_bytes: 100 };

fn read(document: impl BufRead, limits: Limits) -> Result<Vec<String>> {
    events_of(&mut Cursor::new(document, limits))
}

/// A document that begins with `start` and never ends.
fn endless(start: &'static str, rest: &'static str) -> impl BufRead {
    struct Cycle(&'static [u8], usize);
    impl Read for Cycle {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            for byte in &mut *into {
                *byte = self.0[self.1 % self.0.len()];
                self.1 += 1;
            }
            Ok(into.len())
        }
    }
    start.as_bytes().chain(BufReader::new(Cycle(rest.as_bytes(), 0)))
}

#[test]
fn endless_documents_end_with_an_error() {
    const KIB: usize = 1 << 10;
    let limits =
        Limits { tag_bytes: 64 * KIB, text_bytes: 128 * KIB, total_bytes: 2 << 20, ..Limits::default() };
    let check = |start, rest, expect: &str| {
        let error = read(endless(start, rest), limits).unwrap_err();
        assert_eq!(told(&error), format!("too-large: {expect}"), "{start} {rest}");
    };
    let tag = "a tag or comment is longer than 65536 bytes";
    let text = "a text is longer than 131072 bytes";
    check("", " ", &format!("1:1: {text}"));
    check("<a>", "x", &format!("1:4: {text}"));
    check("<a>", "&amp;", &format!("1:{}: {text}", 4 + 5 * 128 * KIB));
    check("<a>", "x<!---->", &format!("1:{}: {text}", 4 + 8 * 128 * KIB));
    check("<a>\n<![CDATA[", "x", &format!("2:1: {text}"));
    check("<a>\n<", "b", &format!("2:1: {tag}"));
    check("<a b='", "x", &format!("1:1: {tag}"));
    check("<a", " b='1'", &format!("1:1: {tag}"));
    check("<a></a", " ", &format!("1:4: {tag}"));
    check("<a>x</a", " ", &format!("1:5: {tag}"));
    check("<!--", "x", &format!("1:1: {tag}"));
    check("<?xml ", " ", &format!("1:1: {tag}"));
    check("<?p", "x", &format!("1:1: {tag}"));
    check("<!DOCTYPE a [", "<!ENTITY b 'c'>", &format!("1:1: {tag}"));
    check("<a>&", "b", &format!("1:4: {tag}"));
    check("<a>", "<b/>", "1:2097152: the document is longer than 2097152 bytes");
    check("<a>", "<b>", "1:193: elements are nested deeper than 64");
    let zeros = read(BufReader::new(repeat(0)), limits).unwrap_err();
    assert_eq!(zeros.code(), Code::TooLarge);
}

#[test]
fn limits_are_exact() {
    let check = |document: &str, expect: Option<&str>| {
        for size in [1, 2, 3, 7, 4096] {
            let error = read(BufReader::with_capacity(size, document.as_bytes()), SMALL).err();
            assert_eq!(error.map(|error| told(&error)).as_deref(), expect, "{document} {size}");
        }
    };
    check("<a>1234567890</a>", None);
    check("<a>12345678901</a>", Some("too-large: 1:4: a text is longer than 10 bytes"));
    check("<a>12345&amp;7890</a>", None);
    check("<a>12345&amp;78901</a>", Some("too-large: 1:14: a text is longer than 10 bytes"));
    check("<a>123<!-- -->4567890</a>", None);
    check("<a><![CDATA[1234567890]]></a>", None);
    check("<a><![CDATA[12345678901]]></a>", Some("too-large: 1:4: a text is longer than 10 bytes"));
    check("<a>1<![CDATA[234567890]]></a>", None);
    check("<a>1234567890&amp;</a>", Some("too-large: 1:14: a text is longer than 10 bytes"));
    check("<abcdefghi jkl='mn'/>", Some("too-large: 1:1: a tag or comment is longer than 20 bytes"));
    check("<abcdefghi jk='mn'/>", None);
    check("<a><b><c/></b></a>", None);
    check("<a><b><c><d/></c></b></a>", Some("too-large: 1:10: elements are nested deeper than 3"));
    let long = format!("<a>{}</a>", "<b/>".repeat(24));
    check(&long, Some("too-large: 1:100: the document is longer than 100 bytes"));
    check(&format!("<a>{} </a>", "<b/>".repeat(23)), None);
}

#[test]
fn depth_is_bounded_in_memory_too() {
    let deep = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
    let expect = "too-large: 1:193: elements are nested deeper than 64";
    assert_eq!(told(&read(deep.as_bytes(), Limits::default()).unwrap_err()), expect);
    assert_eq!(told(&tags_of(Tags::new(&deep)).unwrap_err()), expect);
    let limits = Limits { depth: 100_000, ..Limits::default() };
    assert_eq!(read(deep.as_bytes(), limits).unwrap().len(), 200_000);
    assert_eq!(tags_of(Tags::with_limits(&deep, limits, Roots::One)).unwrap(), deep.len() - 4);
}

#[test]
fn a_long_attribute_is_read_where_it_may_be() {
    let value = "x".repeat(10_000_000);
    let document = format!("<a><b c='{value}'/></a>");
    let error = read(document.as_bytes(), Limits::default()).unwrap_err();
    assert_eq!(told(&error), "too-large: 1:4: a tag or comment is longer than 4194304 bytes");
    let mut cursor = Cursor::new(document.as_bytes(), Limits { tag_bytes: 11_000_000, ..Limits::default() });
    cursor.root().unwrap();
    let tag = cursor.child(1).unwrap().unwrap();
    assert!(tag.attribute("c").as_deref() == Some(&value));
    assert!(tags_of(Tags::new(&document)).is_ok());
}

#[test]
fn a_million_attributes_are_read_and_a_repeated_one_is_found() {
    let list: String = (0..1_000_000).map(|index| format!(" a{index}='{index}'")).collect();
    let limits = Limits { tag_bytes: 64 << 20, ..Limits::default() };
    let document = format!("<r{list}/>");
    let mut cursor = Cursor::new(document.as_bytes(), limits);
    let tag = cursor.root().unwrap();
    assert_eq!(tag.attributes().len(), 1_000_000);
    assert_eq!(tag.attribute("a999999").as_deref(), Some("999999"));

    let document = format!("<r{list}\na500000=''/>");
    let expect = "not-well-formed: 2:1: attribute `a500000` is given twice";
    assert_eq!(told(&read(document.as_bytes(), limits).unwrap_err()), expect);
    assert_eq!(told(&tags_of(Tags::new(&document)).unwrap_err()), expect);
}

#[test]
fn name_spaces_are_bounded() {
    let list: String = (0..2000).map(|index| format!(" xmlns:p{index}='u{index}'")).collect();
    let error = read(format!("<r{list}/>").as_bytes(), Limits::default()).unwrap_err();
    assert!(told(&error).starts_with("too-large: 1:"), "{error}");
    // Declared anew on every element, as one vendor does, they do not add up.
    let list: String = (0..20).map(|index| format!(" xmlns:p{index}='u{index}'")).collect();
    let document = format!("<r{list}>{}</r>", format!("<a{list}><b{list}/></a>").repeat(1000));
    assert_eq!(read(document.as_bytes(), Limits::default()).unwrap().len(), 4002);
}

#[test]
fn names_of_elements_are_bounded() {
    let document = format!("<{}/>", "n".repeat(5000));
    let expect = "too-large: 1:2: the name of an element is longer than 4096 bytes";
    assert_eq!(told(&read(document.as_bytes(), Limits::default()).unwrap_err()), expect);
    assert_eq!(told(&tags_of(Tags::new(&document)).unwrap_err()), expect);
}

#[test]
fn an_error_of_the_source_is_kept() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let document = "<a>".as_bytes().chain(BufReader::new(Broken));
    let error = read(document, Limits::default()).unwrap_err();
    assert!(error.is_io() && error.message() == "the disk is gone", "{error:?}");
}
