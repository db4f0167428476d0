//! What the readers of XML make of documents: right ones, wrong ones, hostile ones.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agreement;
mod encodings;
mod events;
mod helpers;
mod limits;

use std::io::BufRead;

use patchstate::diagnostic::Code;
use patchstate::error::{Error, Result};
use patchstate::xml::cursor::{Cursor, Event};
use patchstate::xml::tags::{TagEvent, Tags};
use patchstate::xml::{Limits, Roots};

/// All events of a cursor, written down: `<name attribute='value'`, `>`, `"text"`.
fn events_of<R: BufRead>(cursor: &mut Cursor<R>) -> Result<Vec<String>> {
    let mut events = Vec::new();
    loop {
        events.push(match cursor.next()? {
            Event::Open(tag) => tag.attributes().iter().fold(format!("<{}", tag.name()), |mut line, one| {
                line += &format!(" {}={:?}", one.name(), one.value());
                line
            }),
            Event::Close => ">".to_owned(),
            Event::Text(text) => format!("{:?}", text.value()),
            Event::End => return Ok(events),
        });
    }
}

fn events(document: &[u8]) -> Result<Vec<String>> {
    events_of(&mut Cursor::new(document, Limits::default()))
}

/// Reads all tags of a text; says where the last one began.
fn tags(document: &str) -> Result<usize> {
    tags_of(Tags::with_limits(document, Limits::default(), Roots::One))
}

fn tags_of(mut tags: Tags<'_>) -> Result<usize> {
    while let Some(event) = tags.next()? {
        match event {
            TagEvent::Open(tag) => assert_eq!(tag.offset(), tags.offset()),
            TagEvent::Close(name) => assert!(!name.is_empty()),
        }
    }
    Ok(tags.offset())
}

/// What an error is and where, as one line.
fn told(error: &Error) -> String {
    format!("{}: {error}", error.code())
}

/// Both readers refuse a document with the same words at the same place.
fn check_refused(document: &str, code: Code, expect: &str) {
    let expect = format!("{code}: {expect}");
    assert_eq!(told(&events(document.as_bytes()).unwrap_err()), expect, "{document:?}");
    assert_eq!(told(&tags(document).unwrap_err()), expect, "{document:?}");
}
