//! The text of elements.

use std::borrow::Cow;

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::inventory::MAX_TEXT;
use crate::inventory::elements::elements;
use crate::inventory::sink::error;
use crate::model::fact::Text;
use crate::xml::Roots;
use crate::xml::tags::{Tag, Tags};

/// The text of an element of a document, of which the tag was read; moves to its end.
pub(super) fn text_of<'a>(document: &'a str, tags: &mut Tags<'a>, tag: &Tag<'a>) -> Result<Text<'a>> {
    if tag.is_empty() {
        return Ok(Cow::Borrowed(""));
    }
    let start = tag.offset() + tag.text().len();
    while tags.child(tag)?.is_some() {}
    let raw = document.get(start..tags.offset()).unwrap_or_default();
    if raw.len() > MAX_TEXT {
        let message = format!("a text is longer than {MAX_TEXT} bytes");
        return Err(error(Code::TooLarge, start, message));
    }
    match memchr::memchr3(b'&', b'<', b'\r', raw.as_bytes()) {
        None => Ok(Cow::Borrowed(raw)),
        Some(_) => resolved(raw).map(Cow::Owned).map_err(|found| moved(found, start)),
    }
}

/// Text with references, comments or sections in it, as a reader of text has it.
fn resolved(raw: &str) -> Result<String> {
    let around = format!("<t>{raw}</t>");
    let mut document = elements(&around, Roots::One);
    document.root()?;
    let content = document.text()?;
    Ok(content.text.only_cdata().unwrap_or(content.text.value()).to_owned())
}

/// An error in text that begins at an offset, behind a tag of three bytes.
fn moved(found: Error, start: usize) -> Error {
    let at = found.position().map_or(0, |place| place.offset.saturating_sub(3));
    let offset = start.saturating_add(usize::try_from(at).unwrap_or(usize::MAX));
    error(found.code(), offset, found.message().to_owned())
}
