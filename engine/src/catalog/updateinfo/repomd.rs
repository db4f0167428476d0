//! Turns the index of a repository, `repomd.xml`, into the two files that matter here.
//!
//! Knows the elements of the format by their local names and nothing of where the files are. Source of
//! truth: `docs/updateinfo.md`, "Finding the file".

use std::io::BufRead;

use super::checksum::Stated;
use super::findings::shown;
use super::repository::is_absolute;
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::error::{Error, Result};
use crate::xml::Limits;
use crate::xml::cursor::{Cursor, Event, Tag};

/// The greatest number of bytes of an index, expanded; those of real repositories have some thousand.
const BYTES: u64 = 64 << 20;

/// What an index says.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Its revision, as written.
    pub(super) revision: String,
    /// The file of updates.
    pub(super) updateinfo: Option<Part>,
    /// The file of modules.
    pub(super) modules: Option<Part>,
    /// What is wrong with it.
    pub(super) diagnostics: Diagnostics,
}

/// A file of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// Where it is, below the repository; empty where the index does not say.
    pub(super) location: String,
    /// What the index says of the file.
    pub(super) stored: Stated,
    /// What the index says of what the file holds, expanded.
    pub(super) content: Stated,
    /// Where in the index it stands.
    pub(super) position: Position,
}

/// Reads an index to its end.
///
/// # Errors
///
/// It is not well-formed, is no such document, exceeds a limit, or cannot be read.
pub(super) fn read(reader: impl BufRead) -> Result<Index> {
    let limits = Limits { total_bytes: BYTES, ..Limits::default() };
    let mut cursor = Cursor::new(reader, limits);
    let root = cursor.root()?;
    if root.local() != "repomd" {
        let message = format!("expected `<repomd>`, found `<{}>`", shown(root.local()));
        return Err(Error::new(Code::WrongFormat, message).at(root.position()));
    }
    let mut index = Index::default();
    while let Some(part) = cursor.child(1)? {
        match part.local() {
            "revision" => index.revision = cursor.text()?.text.trimmed().to_owned(),
            "data" => {
                let kind = part.attribute("type").unwrap_or_default().into_owned();
                index.data(&kind, &mut cursor)?;
            }
            _ => {}
        }
    }
    while !matches!(cursor.next()?, Event::End) {}
    Ok(index)
}

impl Index {
    /// Reads the `data` element whose tag the cursor stands at.
    fn data(&mut self, kind: &str, cursor: &mut Cursor<impl BufRead>) -> Result<()> {
        let place = match kind {
            "updateinfo" => &mut self.updateinfo,
            "modules" => &mut self.modules,
            _ => return Ok(()),
        };
        let (position, element) = (cursor.position(), cursor.path().to_owned());
        let part = part(cursor, &mut self.diagnostics)?;
        if place.replace(part).is_some() {
            let message = format!("another `{kind}` stands before");
            self.diagnostics.push(Code::RepomdDuplicate, position, &element, message);
        }
        Ok(())
    }
}

fn part(cursor: &mut Cursor<impl BufRead>, diagnostics: &mut Diagnostics) -> Result<Part> {
    let depth = cursor.depth();
    let mut part = Part { position: cursor.position(), ..Part::default() };
    while let Some(field) = cursor.child(depth)? {
        let stated = match field.local() {
            "checksum" | "size" => &mut part.stored,
            "open-checksum" | "open-size" => &mut part.content,
            "location" => {
                if has_absolute_base(&field) {
                    diagnostics.push(Code::RepomdBase, field.position(), "repomd/data/location", "");
                }
                part.location = location(&field);
                continue;
            }
            _ => continue,
        };
        if matches!(field.local(), "size" | "open-size") {
            stated.size = cursor.text()?.text.trimmed().to_owned();
        } else {
            stated.kind = field.attribute("type").unwrap_or_default().into_owned();
            stated.checksum = cursor.text()?.text.trimmed().to_owned();
        }
    }
    Ok(part)
}

fn base(tag: &Tag<'_>) -> Option<String> {
    tag.attribute("base").map(|base| base.trim().to_owned()).filter(|base| !base.is_empty())
}

/// A base elsewhere is where the publisher has the files; here they lie beside their index.
fn has_absolute_base(tag: &Tag<'_>) -> bool {
    base(tag).is_some_and(|base| is_absolute(&base))
}

/// The path below the repository, below a base that is relative as well.
fn location(tag: &Tag<'_>) -> String {
    let path = tag.attribute("href").unwrap_or_default();
    match base(tag).filter(|base| !is_absolute(base)) {
        Some(base) => format!("{}/{path}", base.trim_end_matches('/')),
        None => path.into_owned(),
    }
}
