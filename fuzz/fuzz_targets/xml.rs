//! Reads whatever bytes as XML, by both readers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchstate::xml::cursor::{Cursor, Event};
use patchstate::xml::tags::{TagEvent, Tags};
use patchstate::xml::{Limits, Roots};

const LIMITS: Limits = Limits { depth: 16, tag_bytes: 1 << 10, text_bytes: 1 << 10, total_bytes: 1 << 16 };

fn stream(bytes: &[u8], roots: Roots) {
    let mut cursor = Cursor::with_roots(bytes, LIMITS, roots);
    loop {
        match cursor.next() {
            Ok(Event::Open(tag)) => {
                for attribute in tag.attributes().iter() {
                    std::hint::black_box((attribute.name(), attribute.value()));
                }
            }
            Ok(Event::Text(text)) => _ = std::hint::black_box(text.value()),
            Ok(Event::Close) => {}
            Ok(Event::End) | Err(_) => break,
        }
        std::hint::black_box((cursor.position(), cursor.path(), cursor.depth()));
    }
    cursor.take_undecodable();
}

fn walk(text: &str, roots: Roots) {
    let mut tags = Tags::with_limits(text, LIMITS, roots);
    while let Ok(Some(event)) = tags.next() {
        let TagEvent::Open(tag) = event else { continue };
        for attribute in tag.attributes().iter() {
            std::hint::black_box((attribute.name(), attribute.value()));
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    for roots in [Roots::One, Roots::Many] {
        stream(bytes, roots);
        if let Ok(text) = std::str::from_utf8(bytes) {
            walk(text, roots);
        }
    }
});
