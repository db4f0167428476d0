//! A package as it was published: with its revision, its categories and the updates that it bundles.
//!
//! What only a server needs of it (files, sizes, folders) is passed over.

use std::io::BufRead;

use super::document::{PACKAGE, finish};
use super::package::{Package, Reader, attribute, id};
use crate::error::{Error, Result};
use crate::xml::cursor::Cursor;

/// What a publication says of its package.
#[derive(Debug, Default)]
struct Properties {
    revision: String,
    publisher: String,
    categories: Vec<String>,
    /// Id and revision.
    bundled: Vec<(String, String)>,
}

/// Reads a publication, at whose root the cursor stands; `take` gets its package, and the error where it
/// cannot be read.
///
/// # Errors
///
/// What stands around the package cannot be read.
pub(super) fn read<R: BufRead>(
    cursor: &mut Cursor<R>,
    reader: &mut Reader<'_>,
    take: &mut dyn FnMut(Package, Option<Error>),
) -> Result<()> {
    let mut properties = Properties::default();
    let mut package = None;
    while let Some(tag) = cursor.child(1)? {
        match tag.local() {
            PACKAGE => {
                let mut read = Package::default();
                if let Err(error) = reader.read(cursor, &mut read) {
                    take(read, Some(error));
                    return Ok(());
                }
                package = Some(read);
            }
            "UpdateServicesProperties" => {
                properties.revision = attribute(&tag, "RevisionNumber").trim().to_owned();
                properties.publisher = id(&attribute(&tag, "PublisherID"));
                properties.read(cursor)?;
            }
            _ => {}
        }
    }
    finish(cursor)?;
    if let Some(mut package) = package {
        package.revision = properties.revision;
        package.publisher = properties.publisher;
        package.categories = properties.categories;
        package.bundled.extend(properties.bundled);
        take(package, None);
    }
    Ok(())
}

impl Properties {
    fn read<R: BufRead>(&mut self, cursor: &mut Cursor<R>) -> Result<()> {
        let depth = cursor.depth();
        while let Some(tag) = cursor.child(depth)? {
            match tag.local() {
                "ProductCategoryUpdateID" => self.categories.push(id(cursor.text()?.text.trimmed())),
                "BundledUpdates" => {
                    let depth = cursor.depth();
                    while let Some(tag) = cursor.child(depth)? {
                        let revision = attribute(&tag, "RevisionNumber").trim().to_owned();
                        self.bundled.push((id(&attribute(&tag, "UpdateID")), revision));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}
