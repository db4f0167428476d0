//! Turns a repository's `modules.yaml` into the default streams of its modules.
//!
//! Knows the documents `modulemd-defaults` and three fields of them; every other document is walked
//! over. No alias is followed, and nothing is kept but names. Where documents name different streams
//! of one module, the one that was modified last counts; where that decides nothing the module has no
//! default, as for libmodulemd. Source of truth: `docs/updateinfo.md`, "Modules".

use std::borrow::Cow;
use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser};

use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};

/// Mappings and sequences inside each other.
const DEPTH: usize = 64;

/// The greatest number of bytes of such a file, expanded; it is held in memory while it is read.
pub(super) const BYTES: u64 = 256 << 20;

/// Reads the default streams, as (module, stream), sorted.
///
/// # Errors
///
/// The text is no YAML, or is nested too deeply.
pub(super) fn defaults(text: &str) -> Result<Vec<(String, String)>> {
    // The parser takes it for the end of the text, and what follows would be lost.
    if let Some(offset) = text.find('\0') {
        let error = Error::new(Code::NotWellFormed, "a character that YAML forbids");
        return Err(error.at(position(text, offset)));
    }
    let mut defaults = Defaults::default();
    let mut document = Document::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            Error::new(Code::NotWellFormed, error.info()).at(marked(text, error.marker()))
        })?;
        match event {
            Event::DocumentStart(_) => document = Document::default(),
            Event::DocumentEnd => defaults.add(&document),
            Event::MappingStart(..) => document.nests.push(Nest::Key),
            Event::SequenceStart(..) => document.nests.push(Nest::Sequence),
            Event::MappingEnd | Event::SequenceEnd => document.close(),
            Event::Scalar(value, ..) => document.scalar(value),
            Event::Alias(_) => document.end_node(None),
            Event::Nothing | Event::StreamStart | Event::StreamEnd => {}
        }
        if document.nests.len() > DEPTH {
            let message = format!("more than {DEPTH} levels inside each other");
            return Err(Error::new(Code::TooLarge, message).at(marked(text, &span.start)));
        }
    }
    Ok(defaults.streams())
}

/// The place of a marker, which counts characters.
fn marked(text: &str, marker: &Marker) -> Position {
    let offset = text.char_indices().nth(marker.index()).map_or(text.len(), |(offset, _)| offset);
    position(text, offset)
}

fn position(text: &str, offset: usize) -> Position {
    let before = &text.as_bytes()[..offset];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    let small = |number| u32::try_from(number).unwrap_or(u32::MAX);
    Position { offset: offset as u64, line: small(line), column: small(column) }
}

/// A mapping or a sequence that is open.
#[derive(Clone, Debug)]
enum Nest<'t> {
    Sequence,
    /// A mapping whose next node is a key.
    Key,
    /// A mapping whose next node is the value of this key; `None` is a key that is no text.
    Value(Option<Cow<'t, str>>),
}

/// What is known of a document so far.
#[derive(Clone, Debug, Default)]
struct Document<'t> {
    nests: Vec<Nest<'t>>,
    kind: Cow<'t, str>,
    module: Cow<'t, str>,
    stream: Cow<'t, str>,
    modified: u64,
}

impl<'t> Document<'t> {
    fn close(&mut self) {
        self.nests.pop();
        self.end_node(None);
    }

    fn scalar(&mut self, text: Cow<'t, str>) {
        match self.nests.as_slice() {
            [Nest::Value(Some(key))] if key == "document" => self.kind = text.clone(),
            [Nest::Value(Some(outer)), Nest::Value(Some(key))] if outer == "data" => match key.as_ref() {
                "module" => self.module = text.clone(),
                "stream" => self.stream = text.clone(),
                "modified" => self.modified = text.parse().unwrap_or(0),
                _ => {}
            },
            _ => {}
        }
        self.end_node(Some(text));
    }

    /// Goes on behind a key, a value or an item.
    fn end_node(&mut self, text: Option<Cow<'t, str>>) {
        let Some(nest) = self.nests.last_mut() else { return };
        match nest {
            Nest::Sequence => {}
            Nest::Key => *nest = Nest::Value(text),
            Nest::Value(_) => *nest = Nest::Key,
        }
    }
}

/// The default streams so far: module to stream, with when it was modified; an empty stream is none.
#[derive(Debug, Default)]
struct Defaults(BTreeMap<String, (u64, String)>);

impl Defaults {
    fn add(&mut self, document: &Document<'_>) {
        let Document { kind, module, stream, modified, .. } = document;
        // A document may give a module profiles and no stream.
        if kind != "modulemd-defaults" || module.is_empty() || stream.is_empty() {
            return;
        }
        let new = || (*modified, stream.clone().into_owned());
        let known = self.0.entry(module.clone().into_owned()).or_insert_with(new);
        if *modified > known.0 {
            *known = new();
        } else if *modified == known.0 && known.1 != *stream {
            known.1.clear();
        }
    }

    fn streams(self) -> Vec<(String, String)> {
        let named = self.0.into_iter().filter(|(_, (_, stream))| !stream.is_empty());
        named.map(|(module, (_, stream))| (module, stream)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(fields: &str) -> String {
        format!("---\ndocument: modulemd-defaults\nversion: 1\ndata:\n{fields}\n...\n")
    }

    #[test]
    fn only_default_streams_are_read() {
        let check = |text: &str, expect: &[(&str, &str)]| {
            let found = defaults(text).unwrap();
            let found: Vec<_> = found.iter().map(|(m, s)| (m.as_str(), s.as_str())).collect();
            assert_eq!(found, expect, "{text}");
        };
        check("", &[]);
        check(&document("  module: perl\n  stream: 5.26"), &[("perl", "5.26")]);
        check(&document("  stream: '1'\n  module: \"a b\""), &[("a b", "1")]);
        check(&document("  module: perl\n  profiles: {'5.26': [module, stream]}"), &[]);
        check(&document("  module: perl\n  x: {stream: 1}\n  stream: [2]"), &[]);
        check(&document("  {module: perl, ? [stream] : 3, stream: 4}"), &[("perl", "4")]);
        check(&document("  module: &a perl\n  stream: *a"), &[]);
        check("---\ndocument: modulemd\ndata: {module: perl, stream: 1}\n", &[]);
        check("--- {data: {module: perl, stream: 1}, document: modulemd-defaults}", &[("perl", "1")]);
        let two = [document("  module: b\n  stream: 1"), document("  module: a\n  stream: 2")].concat();
        check(&two, &[("a", "2"), ("b", "1")]);
    }

    #[test]
    fn the_stream_modified_last_counts() {
        let check = |modified: [u64; 2], expect: Option<&str>| {
            let text = [("1", modified[0]), ("2", modified[1])].map(|(stream, modified)| {
                document(&format!("  module: m\n  stream: {stream}\n  modified: {modified}"))
            });
            let found = defaults(&text.concat()).unwrap();
            assert_eq!(found.first().map(|(_, stream)| stream.as_str()), expect, "{modified:?}");
        };
        check([2, 1], Some("1"));
        check([1, 2], Some("2"));
        check([1, 1], None);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_with_its_place() {
        let check = |text: &str, code: Code, line: u32, column: u32| {
            let error = defaults(text).unwrap_err();
            let position = error.position().unwrap_or_default();
            assert_eq!((error.code(), position.line, position.column), (code, line, column), "{error}");
        };
        check("a: b\nc: \"d", Code::NotWellFormed, 2, 4);
        check("a: é\n\0", Code::NotWellFormed, 2, 1);
        check(&"[".repeat(65), Code::TooLarge, 1, 65);
        let nested: String = (0..100).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        check(&nested, Code::TooLarge, 65, 65);
    }
}
