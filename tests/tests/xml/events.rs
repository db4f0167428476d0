//! Well-formed and not well-formed documents, and where things stand in them.

use patchstate::diagnostic::Code;
use patchstate::xml::cursor::{Cursor, Event};
use patchstate::xml::tags::{Tags, line_column};
use patchstate::xml::{Limits, Roots};

use super::{check_refused, events, events_of, tags, tags_of, told};

#[test]
fn documents_become_events() {
    let check = |document: &str, expect: &[&str]| {
        assert_eq!(events(document.as_bytes()).unwrap(), expect, "{document}");
        tags(document).unwrap();
    };
    check("<a/>", &["<a", ">"]);
    check("<?xml version='1.0'?>\n<!-- c --><!DOCTYPE a>\n<?p q?><a></a>\n<!-- d -->\n", &["<a", ">"]);
    check("<a b='1' c=\"2\"><d/> e </a >", &["<a b=\"1\" c=\"2\"", "<d", ">", "\" e \"", ">"]);
    check("<a>x<!-- y -->z<?p?>w</a>", &["<a", "\"xzw\"", ">"]);
    check("<a>a &amp; b</a>", &["<a", "\"a & b\"", ">"]);
    check("<a>&lt;&#65;&#x42;&gt;</a>", &["<a", "\"<AB>\"", ">"]);
    check("<a>x<![CDATA[<&>]]>y<![CDATA[]]></a>", &["<a", "\"x<&>y\"", ">"]);
    check("<a>1\r\n2\r3&#13;</a>", &["<a", "\"1\\n2\\n3\\r\"", ">"]);
    check("<a b='1\r\n2\r3\n4\t5&#10;6'/>", &["<a b=\"1 2 3 4 5\\n6\"", ">"]);
    check("<x:a xmlns:x='u' x:b='>'/>", &["<x:a xmlns:x=\"u\" x:b=\">\"", ">"]);
    check("<名前 é='ü'>ß</名前>", &["<名前 é=\"ü\"", "\"ß\"", ">"]);
    check("<a> <b> </b> </a>", &["<a", "\" \"", "<b", "\" \"", ">", "\" \"", ">"]);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let check = |document: &str, expect: &str| check_refused(document, Code::NotWellFormed, expect);
    check("", "1:1: the document is empty");
    check(" \n ", "2:2: the document has no root element");
    check("<?xml version='1.0'?>", "1:22: the document has no root element");
    check("text", "1:1: text before the root element; is this XML?");
    check("\n  MZ<a/>", "2:3: text before the root element; is this XML?");
    check("<a/>\n text", "2:2: text after the root element");
    check("<a/>&amp;", "1:5: text after the root element");
    check("<a/>\n<b/>", "2:1: a second root element; a document has one");
    check("\n<?xml version='1.0'?><a/>", "2:1: an XML declaration that is not at the start of the document");
    check("<a/><!DOCTYPE a>", "1:5: a DOCTYPE that does not stand, once, before the root element");
    check("<!doctype a><a/>", "1:1: `<!DOCTYPE` that is not in capitals");
    check("<a>\n</b>", "2:1: `</b>` where `</a>` must stand");
    check("</a>", "1:1: `</a>` ends an element that did not begin");
    check("<a></a></a>", "1:8: `</a>` ends an element that did not begin");
    check("<a></a b='1'>", "1:8: more than the name in the end tag `</a>`");
    check("<a>\n<b></b>\n", "3:1: the document ends inside of `<a>`; is it cut short?");
    check(
        "<a>\n<b c='",
        "2:1: a tag with an open attribute value begins here and does not end; is the document cut short?",
    );
    check("<a><!-- ", "1:4: a comment begins here and does not end; is the document cut short?");
    check("<a>1 < 2</a>", "1:6: `<` begins no name of an element");
    check("<a>1 & 2</a>", "1:6: `&` begins no reference");
    check("<a>&amp 2;</a>", "1:4: `&` begins no reference");
    check("<a>x]]></a>", "1:5: `]]>` in a text");
    check("<a>\n\u{1b}[0m</a>", "2:1: control character U+001B, which XML forbids");
    check("<a><![CDATA[\n\0]]></a>", "2:1: control character U+0000, which XML forbids");
    check("<a>&#0;</a>", "1:4: `&#0;` names no character of XML");
    check("<!-- a -- b --><a/>", "1:8: `--` in a comment");
    check("<!x><a/>", "1:1: `<!` begins no comment, CDATA section or DOCTYPE");
}

#[test]
fn faults_of_attributes_stand_where_they_are() {
    let check = |document: &str, expect: &str| check_refused(document, Code::NotWellFormed, expect);
    check("<a\n  b='1'\n  c='2'\n  b='3'/>", "4:3: attribute `b` is given twice");
    check("<a\n  b='1'c='2'/>", "2:8: white space is missing before an attribute");
    check("<a>\n<b\n  c=d/></a>", "3:3: attribute `c` has a value that is not in quotes");
    check("<a b/>", "1:4: attribute `b` has no value");
    check("<a b='x\ny<z'/>", "2:2: `<` in an attribute value");
    check("<a b='x\ny&z'/>", "2:2: `&` begins no reference");
    check("<a b='\u{7}'/>", "1:7: control character U+0007, which XML forbids");
    check("<a 1b='x'/>", "1:4: `1b` is no name of an attribute");
    check("<a =\"x\"/>", "1:4: `=` where an attribute should begin");
}

#[test]
fn entities_are_never_expanded() {
    let check = |document: &str, expect: &str| check_refused(document, Code::XmlEntity, expect);
    check("<a>\n&nbsp;</a>", "2:1: entity `&nbsp;` is not one of the five of XML");
    check("<a\nb='x&copy;'/>", "2:5: entity `&copy;` is not one of the five of XML");
    let levels: String = (1..10)
        .map(|level| format!("<!ENTITY l{level} '{}'>", format!("&l{};", level - 1).repeat(10)))
        .collect();
    let bomb = format!("<!DOCTYPE a [<!ENTITY l0 'lol'>{levels}]>\n<a>&l9;</a>");
    check(&bomb, "2:4: entity `&l9;` is not one of the five of XML");
    let external = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'> ]>\n<a b='&x;'/>";
    check(external, "2:7: entity `&x;` is not one of the five of XML");
    // A redeclared `amp` is not looked at either, and parameter entities only stand in the DOCTYPE.
    let document = "<!DOCTYPE a PUBLIC \"]>\" '[' [<!ENTITY % p '<!ENTITY amp \"x\">'> %p; ]><a>&amp;</a>";
    assert_eq!(events(document.as_bytes()).unwrap(), ["<a", "\"&\"", ">"]);
    tags(document).unwrap();
}

#[test]
fn every_prefix_of_a_document_is_refused() {
    let document = "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><!-- x -->\n\
                    <a b='1' c=\"&amp;é\"><d/>t&#65;<![CDATA[u]]><?p?><e>v</e>\n</a>";
    tags(document).unwrap();
    events(document.as_bytes()).unwrap();
    for end in 0..document.len() {
        let error = events(&document.as_bytes()[..end]).unwrap_err();
        assert!(error.code() == Code::NotWellFormed && error.position().is_some(), "{end}: {error}");
        if let Some(prefix) = document.get(..end) {
            assert_eq!(told(&tags(prefix).unwrap_err()), told(&error), "{end}");
        }
    }
    let wide: Vec<u8> = document.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for end in 0..wide.len() {
        assert!(events(&wide[..end]).is_err(), "{end}");
    }
}

#[test]
fn positions_stay_right_behind_tags_of_many_lines() {
    let document = "<a\r\n  é='1\n2'\n  c='3'\n>\n\n t<b\n/><!--\n\n--><c>&#10;\n</c></a>\n";
    let mut cursor = Cursor::new(document.as_bytes(), Limits::default());
    let mut places = Vec::new();
    loop {
        match cursor.next().unwrap() {
            Event::Open(tag) => {
                let own = tag.attributes().iter().map(|one| tag.position_of(&one).to_string());
                places.push([vec![tag.position().to_string()], own.collect()].concat().join(" "));
            }
            Event::Close | Event::Text(_) => places.push(cursor.position().to_string()),
            Event::End => break,
        }
    }
    assert_eq!(places, ["1:1 2:3 4:3", "5:2", "7:3", "7:3", "10:4", "10:7", "11:1", "11:5"]);
    assert_eq!(
        (cursor.position().to_string(), cursor.position().offset),
        ("12:1".into(), document.len() as u64)
    );

    let mut tags = Tags::new(document);
    let mut places = Vec::new();
    while tags.next().unwrap().is_some() {
        places.push(line_column(document, tags.offset()).to_string());
    }
    assert_eq!(places, ["1:1", "7:3", "10:4", "11:1", "11:5"]);
}

#[test]
fn several_roots_are_read_when_asked_for() {
    let check = |document: &str, expect: &[&str]| {
        let mut cursor = Cursor::with_roots(document.as_bytes(), Limits::default(), Roots::Many);
        assert_eq!(events_of(&mut cursor).unwrap(), expect, "{document}");
        tags_of(Tags::with_limits(document, Limits::default(), Roots::Many)).unwrap();
    };
    check("<a/>", &["<a", ">"]);
    check("<a/>\n<b>x</b><lar:And/>", &["<a", ">", "<b", "\"x\"", ">", "<lar:And", ">"]);
    check("<?xml version='1.0'?><a/>\n<?xml version='1.0'?>\n<b/>", &["<a", ">", "<b", ">"]);
    let refused = |document: &str| {
        let mut cursor = Cursor::with_roots(document.as_bytes(), Limits::default(), Roots::Many);
        told(&events_of(&mut cursor).unwrap_err())
    };
    assert_eq!(refused(" "), "not-well-formed: 1:2: the document has no root element");
    assert_eq!(refused("<a/>x<b/>"), "not-well-formed: 1:5: text after the root element");
    assert_eq!(
        refused("<a/><b>"),
        "not-well-formed: 1:8: the document ends inside of `<b>`; is it cut short?"
    );
}

#[test]
fn nothing_comes_after_an_error() {
    let mut cursor = Cursor::new(&b"<a>&x;<b/></a>"[..], Limits::default());
    assert!(cursor.root().is_ok());
    for _ in 0..3 {
        assert!(cursor.next().is_err());
    }
    let mut tags = Tags::new("<a>&x;<b/></a>");
    assert!(tags.next().is_ok());
    for _ in 0..3 {
        assert!(tags.next().is_err());
    }
    let mut cursor = Cursor::new(&b"<a/>"[..], Limits::default());
    assert_eq!(events_of(&mut cursor).unwrap().len(), 2);
    assert!(matches!(cursor.next(), Ok(Event::End)));
}
