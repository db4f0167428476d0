//! Both readers see the same document, and quick-xml's own splitting of attributes sees it too.

use std::io::BufReader;

use patchstate::xml::Limits;
use patchstate::xml::cursor::{Cursor, Event};
use patchstate::xml::tags::{TagEvent, Tags};
use proptest::prelude::*;
use proptest::sample::select;

use super::{events, events_of, tags, told};

/// A start tag: where it begins, its name, its attributes with their values.
type Start = (usize, String, Vec<(String, String)>);

fn starts_of_cursor(document: &str) -> patchstate::error::Result<Vec<Start>> {
    let mut cursor = Cursor::new(document.as_bytes(), Limits::default());
    let mut starts = Vec::new();
    loop {
        match cursor.next()? {
            Event::Open(tag) => {
                let own = |one: patchstate::xml::attributes::Attribute<'_>| {
                    let place = tag.position_of(&one);
                    assert!(document[place.offset as usize..].starts_with(one.name()));
                    (one.name().to_owned(), one.value().into_owned())
                };
                let attributes = tag.attributes().iter().map(own).collect();
                starts.push((tag.position().offset as usize, tag.name().to_owned(), attributes));
            }
            Event::End => return Ok(starts),
            Event::Close | Event::Text(_) => {}
        }
    }
}

fn starts_of_tags(document: &str) -> patchstate::error::Result<Vec<Start>> {
    let mut tags = Tags::new(document);
    let mut starts = Vec::new();
    while let Some(event) = tags.next()? {
        if let TagEvent::Open(tag) = event {
            let attributes = tag.attributes().iter();
            let attributes =
                attributes.map(|one| (one.name().to_owned(), one.value().into_owned())).collect();
            starts.push((tag.offset(), tag.name().to_owned(), attributes));
        }
    }
    Ok(starts)
}

/// What quick-xml alone makes of a document; none when it refuses it.
fn starts_of_peer(document: &str) -> Option<Vec<Start>> {
    use quick_xml::events::Event;

    let mut reader = quick_xml::Reader::from_str(document);
    let mut starts = Vec::new();
    loop {
        let offset = reader.buffer_position() as usize;
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) => {
                let mut attributes = Vec::new();
                for one in tag.attributes() {
                    let one = one.ok()?;
                    let value = one.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()?;
                    attributes.push((String::from_utf8(one.key.as_ref().to_vec()).ok()?, value.into_owned()));
                }
                starts.push((offset, String::from_utf8(tag.name().as_ref().to_vec()).ok()?, attributes));
            }
            Event::Eof => return Some(starts),
            _ => {}
        }
    }
}

fn name() -> impl Strategy<Value = String> {
    select(vec!["a", "file", "b:c", "x-1", "é", "_", "名", "longer.name"]).prop_map(str::to_owned)
}

fn space() -> impl Strategy<Value = &'static str> {
    select(vec![" ", "\n", "\t", "\r\n", "  \n "])
}

/// One attribute with a quote of either kind.
fn attribute() -> impl Strategy<Value = String> {
    let part = select(vec![
        "x",
        "C:\\WINNT",
        "12345678",
        "a long value of many words ",
        "é",
        "𝄞",
        ">",
        "/>",
        "&amp;",
        "&#233;",
        "&#x1F600;",
        "&#10;",
        "&lt;",
        "\n",
        "\r\n",
        "\t",
        "other quote",
    ]);
    let equals = select(vec!["=", "=", "=", " =", "= ", "\n=\n"]);
    (name(), equals, prop::collection::vec(part, 0..5), select(vec!['"', '\''])).prop_map(
        |(name, equals, parts, quote)| {
            let other = if quote == '"' { "'" } else { "\"" };
            let value: String =
                parts.iter().map(|part| if part.starts_with("other") { other } else { part }).collect();
            format!("{name}{equals}{quote}{value}{quote}")
        },
    )
}

/// A start tag without its `>`, with attributes of different names.
fn tag() -> impl Strategy<Value = (String, String)> {
    (name(), prop::collection::vec((space(), attribute()), 0..8), select(vec!["", " ", "\n"])).prop_map(
        |(name, attributes, end)| {
            let mut names: Vec<String> = Vec::new();
            let mut tag = format!("<{name}");
            for (space, attribute) in attributes {
                let own = attribute.split(['=', ' ', '\n']).next().unwrap_or_default().to_owned();
                if !names.contains(&own) {
                    tag += &format!("{space}{attribute}");
                    names.push(own);
                }
            }
            (name, tag + end)
        },
    )
}

fn element() -> impl Strategy<Value = String> {
    let empty = tag().prop_map(|(_, tag)| format!("{tag}/>"));
    empty.prop_recursive(4, 32, 6, |inner| {
        let text = select(vec![
            "text",
            "\n  ",
            "a &amp; b",
            "&#65;",
            "<![CDATA[<x y='>'>]]>",
            "<!-- <a> -->",
            "<?p <b?>",
        ]);
        let content = prop_oneof![inner, text.prop_map(str::to_owned)];
        (tag(), prop::collection::vec(content, 0..6), select(vec!["", " ", "\n"]))
            .prop_map(|((name, tag), content, end)| format!("{tag}>{}</{name}{end}>", content.concat()))
    })
}

fn document() -> impl Strategy<Value = String> {
    let prolog =
        select(vec!["", "\n", "<?xml version=\"1.0\"?>", "<!DOCTYPE a [<!ENTITY x '>'>]>\n", "<!-- a -->"]);
    (prolog, element(), select(vec!["", "\n", "<!-- z -->\r\n"]))
        .prop_map(|(start, root, end)| format!("{start}{root}{end}"))
}

/// Something like a document, put together of pieces or cut out of one.
fn rubble() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "<",
        ">",
        "/>",
        "</",
        "</a>",
        "<a>",
        "<a ",
        "<b",
        "</b>",
        "a",
        "b",
        "=",
        "'",
        "\"",
        "b='1'",
        " c=\"2\"",
        " ",
        "\n",
        "\r",
        "&",
        "&amp;",
        "&x;",
        ";",
        "&#",
        "&#65;",
        "<!--",
        "-->",
        "--",
        "-",
        "<![CDATA[",
        "]]>",
        "]",
        "<?p",
        "?>",
        "<?xml version='1.0'?>",
        "<!DOCTYPE a",
        "[",
        "<!ENTITY",
        "\u{1}",
        "é",
        "\u{feff}",
        "\u{fffd}",
    ]);
    let pieces = prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat());
    let cut = (document(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), pieces.clone())
        .prop_map(|(document, from, to, piece)| {
            let at =
                |index: prop::sample::Index| document.floor_char_boundary(index.index(document.len() + 1));
            let (from, to) = (at(from).min(at(to)), at(from).max(at(to)));
            format!("{}{piece}{}", &document[..from], &document[to..])
        });
    prop_oneof![pieces.clone(), pieces.prop_map(|inner| format!("<a>{inner}</a>")), cut]
}

/// How reading a document with a buffer of `size` bytes ends.
fn through_buffer(document: &[u8], size: usize) -> std::result::Result<Vec<String>, String> {
    let mut cursor = Cursor::new(BufReader::with_capacity(size, document), Limits::default());
    events_of(&mut cursor).map_err(|error| told(&error))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn right_documents_are_read_alike(document in document()) {
        let starts = starts_of_tags(&document).unwrap();
        prop_assert_eq!(&starts_of_cursor(&document).unwrap(), &starts);
        prop_assert_eq!(starts_of_peer(&document).unwrap(), starts);
    }

    #[test]
    fn wrong_documents_are_refused_alike(document in rubble()) {
        // A byte order mark counts in the offsets of a text in memory, and not in those of a stream.
        let document = document.trim_start_matches('\u{feff}');
        let streamed = events(document.as_bytes()).map(|_| ()).map_err(|error| told(&error));
        prop_assert_eq!(&tags(document).map(|_| ()).map_err(|error| told(&error)), &streamed);
        if streamed.is_ok() {
            prop_assert_eq!(starts_of_peer(document).unwrap(), starts_of_tags(document).unwrap());
        }
    }

    #[test]
    fn buffers_make_no_difference(document in rubble(), size in 1_usize..20) {
        let whole = through_buffer(document.as_bytes(), 1 << 16);
        prop_assert_eq!(through_buffer(document.as_bytes(), size), whole.clone());
        let wide: Vec<u8> = document.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [&b"\xff\xfe"[..], &wide].concat();
        prop_assert_eq!(through_buffer(&marked, size), through_buffer(&marked, 1 << 16));
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), document in rubble()) {
        let _ = events(&bytes);
        let mixed = [document.as_bytes(), &bytes, document.as_bytes()].concat();
        let _ = events(&mixed);
        let _ = patchstate::xml::encoding::decode(&mixed, None);
        let _ = tags(&String::from_utf8_lossy(&mixed));
    }
}
