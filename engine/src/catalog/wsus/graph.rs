//! Reads `package.xml`: every revision with its relations, as a stream.

use std::io::BufRead;

use crate::catalog::document::report_decoding;
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::error::{Error, Result};
use crate::xml::Limits;
use crate::xml::cursor::{Cursor, Event, Tag};

/// What the document says of itself.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) package: String,
    pub(super) created: String,
}

/// A revision of an update.
#[derive(Debug, Default)]
pub(super) struct Revision {
    /// Its number in this publication.
    pub(super) number: u64,
    /// Id of the update, lower case without braces.
    pub(super) update: String,
    pub(super) revision: u32,
    pub(super) created: String,
    pub(super) language: String,
    pub(super) is_software: bool,
    pub(super) is_bundle: bool,
    pub(super) is_leaf: bool,
    /// `Bundle` or `Evaluate`.
    pub(super) action: String,
    /// Digests of what is downloaded, in base 64.
    pub(super) payload: Vec<String>,
    pub(super) prerequisites: Vec<String>,
    pub(super) bundled_by: Vec<u64>,
    pub(super) superseded_by: Vec<u64>,
    /// Type and id of each category.
    pub(super) categories: Vec<(String, String)>,
}

/// The most bytes of one revision.
const MOST: u64 = 4 << 20;

/// The name of the root element.
pub(super) const ROOT: &str = "OfflineSyncPackage";

/// Reads a graph and reports what cannot be decoded; `take` gets each revision, `location` the address of each digest.
///
/// # Errors
///
/// The document is not well-formed or no such graph, or a revision lacks its number or id, or is too large.
pub(super) fn read(
    document: impl BufRead,
    take: &mut dyn FnMut(Revision) -> Result<()>,
    location: &mut dyn FnMut(String, String),
    findings: &mut Diagnostics,
) -> Result<Head> {
    let limits = Limits { total_bytes: u64::MAX, ..Limits::default() };
    let mut cursor = Cursor::new(document, limits);
    let read = whole(&mut cursor, take, location);
    report_decoding(&mut cursor, findings);
    read
}

fn whole<R: BufRead>(
    cursor: &mut Cursor<R>,
    take: &mut dyn FnMut(Revision) -> Result<()>,
    location: &mut dyn FnMut(String, String),
) -> Result<Head> {
    let root = cursor.root()?;
    if root.local() != ROOT {
        let message = format!("expected `<{ROOT}>`, found `<{}>`", root.name());
        return Err(Error::new(Code::WrongFormat, message).at(root.position()));
    }
    let head = Head { package: value(&root, "PackageId"), created: value(&root, "CreationDate") };
    no_document_type(cursor)?;
    while let Some(part) = cursor.child(1)? {
        match part.local() {
            "Updates" => {
                while let Some(tag) = cursor.child(2)? {
                    if tag.local() == "Update" {
                        let (revision, position) = (revision(&tag)?, tag.position());
                        cursor.limit(position.offset.saturating_add(MOST));
                        let read = relations(cursor, revision);
                        cursor.limit(u64::MAX);
                        take(read.map_err(|error| too_large(error, position))?)?;
                    }
                }
            }
            "FileLocations" => {
                while let Some(tag) = cursor.child(2)? {
                    location(value(&tag, "Id"), value(&tag, "Url"));
                }
            }
            _ => {}
        }
    }
    while !matches!(cursor.next()?, Event::End) {}
    Ok(head)
}

/// The error of a revision that begins at `position`, called by its name where it is the limit.
fn too_large(error: Error, position: Position) -> Error {
    match error.code() {
        Code::TooLarge => {
            Error::new(Code::UpdateTooLarge, format!("an `Update` of more than {MOST} bytes")).at(position)
        }
        _ => error,
    }
}

fn revision(tag: &Tag<'_>) -> Result<Revision> {
    let number = |name: &str| {
        value(tag, name).trim().parse::<u64>().map_err(|_| {
            let message = format!("`{name}` of an update is `{}`", value(tag, name));
            Error::new(Code::BadValue, message).at(tag.position())
        })
    };
    Ok(Revision {
        number: number("RevisionId")?,
        update: id(&value(tag, "UpdateId")),
        revision: u32::try_from(number("RevisionNumber")?).unwrap_or(u32::MAX),
        created: value(tag, "CreationDate"),
        language: value(tag, "DefaultLanguage"),
        is_bundle: matches!(value(tag, "IsBundle").trim(), "true" | "1"),
        is_leaf: matches!(value(tag, "IsLeaf").trim(), "true" | "1"),
        is_software: !matches!(value(tag, "IsSoftware").trim(), "false" | "0"),
        action: value(tag, "DeploymentAction"),
        ..Revision::default()
    })
}

fn relations<R: BufRead>(cursor: &mut Cursor<R>, mut of: Revision) -> Result<Revision> {
    while let Some(part) = cursor.child(3)? {
        let name = part.local().to_owned();
        let mut open = 1;
        while open > 0 {
            match cursor.next()? {
                Event::Open(tag) => {
                    open += 1;
                    match name.as_str() {
                        "PayloadFiles" => of.payload.push(value(&tag, "Id")),
                        "Prerequisites" if tag.local() == "UpdateId" => {
                            of.prerequisites.push(id(&value(&tag, "Id")))
                        }
                        "BundledBy" => of.bundled_by.extend(value(&tag, "Id").trim().parse::<u64>()),
                        "SupersededBy" => of.superseded_by.extend(value(&tag, "Id").trim().parse::<u64>()),
                        "Categories" => of.categories.push((value(&tag, "Type"), id(&value(&tag, "Id")))),
                        _ => {}
                    }
                }
                Event::Close => open -= 1,
                Event::Text(_) => {}
                Event::End => return Ok(of),
            }
        }
    }
    Ok(of)
}

/// A document of this kind has no document type and no processing instructions.
///
/// # Errors
///
/// It has.
pub(super) fn no_document_type<R: BufRead>(cursor: &Cursor<R>) -> Result<()> {
    let message = "metadata has no document type and no processing instructions";
    match cursor.beside_elements() {
        Some(position) => Err(Error::new(Code::XmlDtd, message).at(position)),
        None => Ok(()),
    }
}

/// The value of an attribute; empty when it is not there.
pub(super) fn value(tag: &Tag<'_>, name: &str) -> String {
    tag.attribute(name).unwrap_or_default().into_owned()
}

/// An id in the form in which updates are named.
pub(super) fn id(text: &str) -> String {
    text.trim().trim_start_matches('{').trim_end_matches('}').to_ascii_lowercase()
}
