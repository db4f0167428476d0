//! The documents that hold packages: one alone, many in a catalog, or one as it was published.

use std::io::BufRead;

use super::package::{Package, Reader};
use super::published;
use crate::catalog::document::report_decoding;
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::xml::Limits;
use crate::xml::cursor::{Cursor, Event};

/// The element of a package.
pub(super) const PACKAGE: &str = "SoftwareDistributionPackage";
/// The element of a catalog of many.
const CATALOG: &str = "SystemsManagementCatalog";
/// The element of a package as it was published.
const PUBLISHED: &str = "UpdateServicesPackage";

/// The name spaces of packages and catalogs, by what stands before their last part.
const SPACES: [&str; 2] = [
    "http://schemas.microsoft.com/sms/2005/04/CorporatePublishing/",
    "http://schemas.microsoft.com/wsus/2005/04/CorporatePublishing/",
];

/// Elements may be nested so deeply; rules have a limit of their own.
const DEPTH: usize = 256;

/// The most bytes of one package.
pub(super) const MOST: u64 = 32 << 20;

/// The limits of documents.
pub(super) fn limits() -> Limits {
    Limits { depth: DEPTH, ..Limits::default() }
}

/// Whether a document with this root holds packages.
pub(super) fn is_root(name: &str, namespace: &str) -> bool {
    [PACKAGE, CATALOG, PUBLISHED].contains(&name) && SPACES.iter().any(|space| namespace.starts_with(space))
}

/// What a document turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Package,
    Catalog,
    Published,
}

/// Reads the packages of a document; `take` gets each, and the error of one that cannot be read, after
/// which nothing follows.
///
/// # Errors
///
/// It holds no packages.
pub(super) fn read(
    document: impl BufRead,
    reader: &mut Reader<'_>,
    take: &mut dyn FnMut(Package, Option<Error>),
) -> Result<Kind> {
    let mut cursor = Cursor::new(document, limits());
    let kind = packages(&mut cursor, reader, take);
    report_decoding(&mut cursor, &mut reader.rules.findings);
    kind
}

fn packages<R: BufRead>(
    cursor: &mut Cursor<R>,
    reader: &mut Reader<'_>,
    take: &mut dyn FnMut(Package, Option<Error>),
) -> Result<Kind> {
    let kind = root(cursor)?;
    let mut one = |cursor: &mut Cursor<R>| {
        let mut package = Package::default();
        let failed = reader.read(cursor, &mut package).err();
        let goes_on = failed.is_none();
        take(package, failed);
        goes_on
    };
    if kind == Kind::Package {
        if one(cursor) {
            finish(cursor)?;
        }
        return Ok(kind);
    }
    if kind == Kind::Published {
        return published::read(cursor, reader, take).map(|()| kind);
    }
    while let Some(tag) = cursor.child(1)? {
        if tag.local() == PACKAGE {
            cursor.limit(cursor.position().offset.saturating_add(MOST));
            if !one(cursor) {
                return Ok(kind);
            }
            cursor.limit(u64::MAX);
        }
    }
    finish(cursor)?;
    Ok(kind)
}

/// Reads the root element, which says what the document is.
fn root<R: BufRead>(cursor: &mut Cursor<R>) -> Result<Kind> {
    let root = cursor.root()?;
    let kind = match root.local() {
        _ if !is_root(root.local(), root.namespace().unwrap_or_default()) => {
            let message = format!("`<{}>` is no software distribution package", root.name());
            return Err(Error::new(Code::NotAnSdp, message)
                .at(root.position())
                .with_hint(format!("expected `<{PACKAGE}>` or `<{CATALOG}>` in their name space")));
        }
        PACKAGE => Kind::Package,
        CATALOG => Kind::Catalog,
        _ => Kind::Published,
    };
    refuse(cursor)?;
    Ok(kind)
}

fn refuse<R: BufRead>(cursor: &Cursor<R>) -> Result<()> {
    let Some(position) = cursor.beside_elements() else { return Ok(()) };
    let message = "packages have no document type and no processing instructions";
    Err(Error::new(Code::XmlDtd, message).at(position))
}

/// What follows the root element is part of the document too.
pub(super) fn finish<R: BufRead>(cursor: &mut Cursor<R>) -> Result<()> {
    while !matches!(cursor.next()?, Event::End) {}
    refuse(cursor)
}
