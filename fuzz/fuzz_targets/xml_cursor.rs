//! Walks any bytes with the streaming cursor, and with the tags in memory where they are text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchstate::xml::cursor::{Cursor, Event};
use patchstate::xml::tags::{TagEvent, Tags};
use patchstate::xml::{Limits, encoding};

fuzz_target!(|bytes: &[u8]| {
    let mut cursor = Cursor::new(bytes, Limits::default());
    loop {
        match cursor.next() {
            Ok(Event::Open(tag)) => {
                for attribute in tag.attributes().iter() {
                    std::hint::black_box(attribute.value());
                }
            }
            Ok(Event::End) | Err(_) => break,
            Ok(_) => {}
        }
    }
    let Ok(decoded) = encoding::decode(bytes, None) else { return };
    let mut tags = Tags::new(&decoded.text);
    while let Ok(Some(event)) = tags.next() {
        if let TagEvent::Open(tag) = event {
            for attribute in tag.attributes().iter() {
                std::hint::black_box(attribute.value());
            }
        }
    }
});
