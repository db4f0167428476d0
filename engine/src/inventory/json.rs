//! Takes JSON documents apart without keeping them: members and elements as text, each with its place.
//!
//! Knows JSON and its limits, and nothing of what any member means. Source of truth: RFC 8259.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde_core::Deserializer as _;
use serde_core::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::sink::error;
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::fact::Text;

/// How deep arrays and objects may stand in each other.
const DEPTH: usize = 64;

/// A value that is well-formed, as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'a>(&'a str);

impl<'a> Value<'a> {
    /// Checks that a text is one value; places in errors are offsets into the text.
    pub(super) fn parse(text: &'a str) -> Result<Self> {
        check_depth(text)?;
        let value: &RawValue = serde_json::from_str(text).map_err(|error| failed(text, &error))?;
        Ok(Value(value.get()))
    }

    /// The value as written.
    pub(super) fn text(self) -> &'a str {
        self.0
    }

    /// Where it stands in `whole`, the text that it was taken from.
    pub(super) fn offset(self, whole: &str) -> usize {
        self.place().saturating_sub(whole.as_ptr() as usize)
    }

    /// Where it stands in memory, which tells it from equal ones of the same document.
    pub(super) fn place(self) -> usize {
        self.0.as_ptr() as usize
    }

    /// Whether it is an object.
    pub(super) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// Whether it is an array.
    pub(super) fn is_array(self) -> bool {
        self.0.starts_with('[')
    }

    /// The value as the text of a fact: a string as what it stands for, a number or a truth as written.
    pub(super) fn scalar(self) -> Option<Text<'a>> {
        match self.0.as_bytes().first()? {
            b'"' => {
                let inner = self.0.get(1..self.0.len() - 1)?;
                match memchr::memchr(b'\\', inner.as_bytes()) {
                    None => Some(Cow::Borrowed(inner)),
                    Some(_) => serde_json::from_str(self.0).ok().map(Cow::Owned),
                }
            }
            b'{' | b'[' | b'n' => None,
            _ => Some(Cow::Borrowed(self.0)),
        }
    }

    /// Gives every member of an object to `take`, in order.
    pub(super) fn members(self, mut take: impl FnMut(&str, Value<'a>) -> Result<()>) -> Result<()> {
        let mut failure = None;
        let each = |name: &str, value| take(name, value).map_err(|error| failure = Some(error)).is_ok();
        let read = serde_json::Deserializer::from_str(self.0).deserialize_map(Members(each, PhantomData));
        failure.map_or_else(|| read.map_err(|error| failed(self.0, &error)), Err)
    }

    /// Gives every element of an array to `take`, in order.
    pub(super) fn elements(self, mut take: impl FnMut(Value<'a>) -> Result<()>) -> Result<()> {
        let mut failure = None;
        let each = |value| take(value).map_err(|error| failure = Some(error)).is_ok();
        let read = serde_json::Deserializer::from_str(self.0).deserialize_seq(Elements(each, PhantomData));
        failure.map_or_else(|| read.map_err(|error| failed(self.0, &error)), Err)
    }
}

struct Members<'a, F>(F, PhantomData<&'a str>);

impl<'a, F: FnMut(&str, Value<'a>) -> bool> Visitor<'a> for Members<'a, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> std::result::Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<'_, str>>()? {
            let value: &RawValue = map.next_value()?;
            if !(self.0)(&name, Value(value.get())) {
                return Err(A::Error::custom("refused"));
            }
        }
        Ok(())
    }
}

struct Elements<'a, F>(F, PhantomData<&'a str>);

impl<'a, F: FnMut(Value<'a>) -> bool> Visitor<'a> for Elements<'a, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'a>>(mut self, mut elements: A) -> std::result::Result<(), A::Error> {
        while let Some(value) = elements.next_element::<&RawValue>()? {
            if !(self.0)(Value(value.get())) {
                return Err(A::Error::custom("refused"));
            }
        }
        Ok(())
    }
}

/// Refuses what is nested deeper than any inventory is; strings are passed over.
fn check_depth(text: &str) -> Result<()> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0usize, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => at = end_of_string(bytes, at + 1),
            _ => {}
        }
        if depth > DEPTH {
            let message = format!("arrays and objects are nested deeper than {DEPTH}");
            return Err(error(Code::TooLarge, at, message));
        }
        at += 1;
    }
    Ok(())
}

/// The names of members in a text that may end anywhere, as they are written, each with the number of arrays
/// and objects that it stands in.
pub(super) fn names(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0usize, 0);
    std::iter::from_fn(move || {
        while let Some(byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b'"' => {
                    let start = at;
                    let end = end_of_string(bytes, start);
                    at = end + 1;
                    let mut behind = bytes.iter().skip(at).filter(|byte| !byte.is_ascii_whitespace());
                    if behind.next() == Some(&b':') {
                        return Some((depth, text.get(start..end)?));
                    }
                }
                _ => {}
            }
        }
        None
    })
}

/// Where the quote stands that ends a string.
fn end_of_string(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        match bytes[at + next] {
            b'"' => return at + next,
            _ => at += next + 2,
        }
    }
    bytes.len()
}

/// The error of the parser, with its place as an offset into `text`.
#[cold]
fn failed(text: &str, failure: &serde_json::Error) -> Error {
    let line = failure.line().saturating_sub(1);
    let start = match line {
        0 => 0,
        line => memchr::memchr_iter(b'\n', text.as_bytes()).nth(line - 1).map_or(0, |end| end + 1),
    };
    let offset = (start + failure.column().saturating_sub(1)).min(text.len());
    let message = failure.to_string();
    // The place that it names is counted from where this value begins.
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    error(Code::NotWellFormed, offset, format!("this is no JSON: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_places() {
        let text = r#" {"a": [1, "b\u0041", null], "c\n": {"d": true}} "#;
        let (mut names, mut scalars) = (Vec::new(), Vec::new());
        let value = Value::parse(text).unwrap();
        assert!(value.is_object() && !value.is_array());
        let read = value.members(|name, value| {
            names.push((name.to_owned(), value.offset(text)));
            if value.is_array() {
                value.elements(|element| {
                    scalars.push((element.scalar(), element.offset(text)));
                    Ok(())
                })?;
            }
            Ok(())
        });
        assert!(read.is_ok());
        assert_eq!(names, [("a".to_owned(), 7), ("c\n".to_owned(), 36)]);
        let scalar = |text: &str| Some(Cow::Owned(text.to_owned()));
        assert_eq!(scalars, [(scalar("1"), 8), (scalar("bA"), 11), (None, 22)]);
    }

    #[test]
    fn names_are_found_in_a_beginning() {
        let found: Vec<_> = names(r#"{"a": ["b", {"c" :"d:"}], "e\"": {"f": "g"#).collect();
        assert_eq!(found, [(1, "a"), (3, "c"), (1, "e\\\""), (2, "f")]);
        assert_eq!(names("no JSON at all").next(), None);
        assert_eq!(names(r#"{"a"#).next(), None);
    }

    #[test]
    fn what_is_no_value_is_an_error_with_a_place() {
        let check = |text: &str, place: u64, message: &str| {
            let error = Value::parse(text).unwrap_err();
            let found = (error.position().map(|place| place.offset), error.message().to_owned());
            assert_eq!(found, (Some(place), message.to_owned()), "{text}");
        };
        check("{\"a\": 1,\n \"b\": }", 15, "this is no JSON: expected value");
        check("[1] x", 4, "this is no JSON: trailing characters");
        check(&"[".repeat(65), 64, "arrays and objects are nested deeper than 64");
        check("", 0, "this is no JSON: EOF while parsing a value");
        assert!(Value::parse(&format!("{}{}", "[".repeat(64), "]".repeat(64))).is_ok());
        assert!(Value::parse(&format!("{:?}", "[".repeat(65))).is_ok());
    }
}
