//! Walks the elements of an inventory that is in memory as text.
//!
//! Knows the limits of inventories and nothing of what any element means.

use std::io::{Chain, Read};

use super::MAX_TEXT;
use crate::xml::cursor::{Cursor, Tag};
use crate::xml::{Limits, Roots};

/// The elements of a text.
pub(super) type Elements<'t> = Cursor<Chain<&'static [u8], &'t [u8]>>;

/// The elements of a text with as many roots as `roots` says.
pub(super) fn elements(text: &str, roots: Roots) -> Elements<'_> {
    let limits = Limits { text_bytes: MAX_TEXT, ..Limits::default() };
    // The text is decoded already, whatever its declaration says.
    Cursor::with_roots("\u{feff}".as_bytes().chain(text.as_bytes()), limits, roots)
}

/// Bytes of the text before a tag.
pub(super) fn offset(tag: &Tag<'_>) -> usize {
    usize::try_from(tag.position().offset).unwrap_or(usize::MAX)
}
