//! What a cursor does for its reader: children, texts, paths, name spaces.

use patchstate::xml::Limits;
use patchstate::xml::cursor::{Cursor, Event};
use patchstate::xml::tags::{TagEvent, Tags};

fn cursor(document: &str) -> Cursor<&[u8]> {
    Cursor::new(document.as_bytes(), Limits::default())
}

#[test]
fn children_are_found_whatever_was_read_of_the_one_before() {
    let document = "<r>t<a><x/><y>z</y></a>u<b/><c><a/></c></r>";
    for read in 0..4 {
        let mut cursor = cursor(document);
        let mut names = Vec::new();
        cursor.root().unwrap();
        while let Some(child) = cursor.child(1).unwrap() {
            names.push(child.name().to_owned());
            match read {
                0 => {}
                1 => cursor.skip().unwrap(),
                2 => assert!(cursor.text().is_ok()),
                _ => while cursor.child(2).unwrap().is_some() {},
            }
        }
        assert_eq!(names, ["a", "b", "c"], "{read}");
        assert!(matches!(cursor.next().unwrap(), Event::End));
    }
}

#[test]
fn tags_find_the_same_children() {
    let document = "<r>t<a><x/><y>z</y></a>u<b/><c><a/></c></r>";
    for read in 0..2 {
        let mut tags = Tags::new(document);
        let Ok(Some(TagEvent::Open(root))) = tags.next() else { panic!() };
        let mut names = Vec::new();
        while let Some(child) = tags.child(&root).unwrap() {
            names.push(child.name());
            while read == 1
                && let Some(inner) = tags.child(&child).unwrap()
            {
                names.push(inner.name());
            }
        }
        let expect = if read == 0 { vec!["a", "b", "c"] } else { vec!["a", "x", "y", "b", "c", "a"] };
        assert_eq!(names, expect);
        assert!(tags.child(&root).unwrap().is_none());
        assert!(tags.next().unwrap().is_none());
    }
    let mut tags = Tags::new("<r/>");
    let Ok(Some(TagEvent::Open(root))) = tags.next() else { panic!() };
    assert!(root.is_empty() && tags.child(&root).unwrap().is_none());
}

#[test]
fn the_text_of_an_element_is_read_at_once() {
    let check = |document: &str, value: &str, cdata: Option<&str>, children: usize| {
        let mut cursor = cursor(document);
        cursor.root().unwrap();
        let content = cursor.text().unwrap();
        assert_eq!((content.text.value(), content.text.only_cdata()), (value, cdata), "{document}");
        assert_eq!(content.children, children, "{document}");
        assert!(matches!(cursor.next().unwrap(), Event::End));
    };
    check("<a/>", "", None, 0);
    check("<a> x </a>", " x ", None, 0);
    check("<a>x<b>y<c/></b>z</a>", "xz", None, 1);
    check("<a>\n<![CDATA[ x&amp; ]]>\n </a>", "\n x&amp; \n ", Some(" x&amp; "), 0);
    check("<a><!-- c --><![CDATA[x]]>&#32;</a>", "x ", Some("x"), 0);
    check("<a><![CDATA[x]]><![CDATA[y]]></a>", "xy", None, 0);
    check("<a><![CDATA[x]]>y</a>", "xy", None, 0);
    let mut cursor = cursor("<a> \n x \t</a>");
    cursor.root().unwrap();
    assert_eq!(cursor.text().unwrap().text.trimmed(), "x");
}

#[test]
fn paths_name_the_open_elements() {
    let mut cursor = cursor("<r><u:b n='1'><c>x</c></u:b></r>");
    let mut paths = Vec::new();
    loop {
        let end = matches!(cursor.next().unwrap(), Event::End);
        paths.push((cursor.path().to_owned(), cursor.path_in_root().to_owned(), cursor.depth()));
        if end {
            break;
        }
    }
    let paths: Vec<_> = paths.iter().map(|(all, inner, depth)| (&**all, &**inner, *depth)).collect();
    let (b, c) = (("r/u:b", "u:b", 2), ("r/u:b/c", "u:b/c", 3));
    assert_eq!(paths, [("r", "", 1), b, c, c, c, b, ("r", "", 1), ("", "", 0)]);
}

#[test]
fn prefixes_mean_what_the_open_elements_declare() {
    let document = "<r xmlns='d' xmlns:p='1'><p:a p:b='' xml:lang='' b=''/><p:a xmlns:p='2' xmlns=''>\
                    <b/></p:a><p:a/><q:a/><c xmlns:e='&amp;'/><e:a/></r>";
    let mut cursor = cursor(document);
    let mut found = Vec::new();
    loop {
        match cursor.next().unwrap() {
            Event::Open(tag) => {
                found.push(format!("{} {}", tag.local(), tag.namespace().unwrap_or("-")));
                for one in tag.attributes().iter().filter(|one| !one.declares_namespace()) {
                    found.push(format!("@{} {}", one.local(), tag.namespace_of(&one).unwrap_or("-")));
                }
                if tag.local() == "c" {
                    assert_eq!((tag.resolve("e"), tag.resolve("")), (Some("&"), Some("d")));
                }
            }
            Event::End => break,
            _ => {}
        }
    }
    let xml = "@lang http://www.w3.org/XML/1998/namespace";
    let expect = ["r d", "a 1", "@b 1", xml, "@b -", "a 2", "b -", "a 1", "a -", "c d", "a -"];
    assert_eq!(found, expect);
}

#[test]
fn attributes_are_found_by_local_name() {
    let mut cursor = cursor("<a xmlns:id='u' xsi:nil='1' x:id='2' id='3' v='a\n&lt;'/>");
    let tag = cursor.root().unwrap();
    let find = |name| tag.attribute(name).map(|value| value.into_owned());
    assert_eq!(find("id").as_deref(), Some("3"));
    assert_eq!(find("nil").as_deref(), Some("1"));
    assert_eq!(find("v").as_deref(), Some("a <"));
    assert_eq!(find("x:id").as_deref(), Some("2"));
    assert_eq!(find("none"), None);
    assert_eq!(tag.attributes().find("v").map(|one| one.raw()), Some("a\n&lt;"));
    assert_eq!(tag.attributes().len(), 5);
}

#[test]
fn a_document_type_is_seen() {
    let mut with = cursor("\n<!DOCTYPE a><a/>");
    assert_eq!(with.document_type(), None);
    with.root().unwrap();
    assert_eq!(with.document_type().map(|place| place.to_string()).as_deref(), Some("2:1"));
    let mut without = cursor("<a/>");
    without.root().unwrap();
    assert_eq!(without.document_type(), None);
}
