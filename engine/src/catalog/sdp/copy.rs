//! Whether a document of many packages has them as their own files do: element by element, but for the
//! version of the format, name spaces and places.

use std::io::BufRead;

use sha2::{Digest, Sha256};

use super::document::{PACKAGE, limits};
use super::installer::attributes;
use super::package::{attribute, id};
use crate::diagnostic::Position;
use crate::error::Result;
use crate::xml::cursor::{Cursor, Event, Tag};

/// A package in a document: its id, what it holds as a digest, and its place.
#[derive(Debug)]
pub(super) struct Copy {
    pub(super) id: String,
    pub(super) digest: [u8; 32],
    pub(super) position: Position,
}

/// The packages of a document, in its order.
///
/// # Errors
///
/// The document is not well-formed.
pub(super) fn all(document: impl BufRead) -> Result<Vec<Copy>> {
    let mut cursor = Cursor::new(document, limits());
    let mut copies = Vec::new();
    let mut open: Option<Open> = None;
    loop {
        match cursor.next()? {
            Event::Open(tag) => match &mut open {
                Some(open) => open.element(&tag),
                None if tag.local() == PACKAGE => open = Some(Open::at(tag.position())),
                None => {}
            },
            Event::Text(text) => {
                open.iter_mut().for_each(|open| open.part("text", text.trimmed()));
            }
            Event::Close => match open.take() {
                Some(mut package) if package.below > 0 => {
                    package.below -= 1;
                    package.part("end", "end");
                    open = Some(package);
                }
                done => copies.extend(done.map(Open::close)),
            },
            Event::End => return Ok(copies),
        }
    }
}

/// A package that is being read.
struct Open {
    copy: Copy,
    digest: Sha256,
    /// How many elements below it are open.
    below: usize,
}

impl Open {
    fn at(position: Position) -> Self {
        Open { copy: Copy { id: String::new(), digest: [0; 32], position }, digest: Sha256::new(), below: 0 }
    }

    fn element(&mut self, tag: &Tag<'_>) {
        self.below += 1;
        if tag.local() == "Properties" && self.copy.id.is_empty() {
            self.copy.id = id(&attribute(tag, "PackageID"));
        }
        self.part("element", tag.local());
        let mut attributes = attributes(tag);
        attributes.sort_unstable();
        attributes.iter().for_each(|(name, value)| self.part(name, value));
    }

    /// Adds something with a name; white space alone is nothing.
    fn part(&mut self, name: &str, text: &str) {
        if name == "text" && text.is_empty() {
            return;
        }
        for text in [name, text] {
            self.digest.update((text.len() as u64).to_le_bytes());
            self.digest.update(text);
        }
    }

    fn close(self) -> Copy {
        Copy { digest: self.digest.finalize().into(), ..self.copy }
    }
}
