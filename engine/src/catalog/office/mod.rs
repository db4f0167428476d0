//! Reads the database of the Office Inventory Tool for Updates: what is public of it, and rules of our own.
//!
//! `document` reads `patchdata.xml`, `rules` the file that says which products a bundle is for and what
//! proves it, `language` knows the abbreviations of languages, `container` finds the document in what it is
//! shipped in, and `update` makes updates of bundles. The database's own rules were never published, and
//! nothing here guesses them. Source of truth: `docs/office.md`.
//!
//! ```
//! use patchstate::catalog::{self, Settings};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("patchdata.xml");
//! let text = r#"<PatchData><BUNDLE OFFICEVER="3" KB_NUMBER="100001" EXPIRED="False"/></PatchData>"#;
//! std::fs::write(&path, text)?;
//!
//! let format = catalog::recognise(&path)?;
//! assert_eq!(format.name, "office");
//! let mut catalogs = Vec::new();
//! (format.read)(&path, &Settings::default(), &mut |catalog| catalogs.push(catalog));
//! assert_eq!(catalogs.remove(0)?.updates[0].id.as_str(), "3/100001/0");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod container;
mod document;
pub mod language;
mod rules;
mod update;

use std::path::Path;

use super::{Format, Look, Settings};
use crate::error::Result;
use crate::model::update::{Catalog, Source};

/// The format `office`.
pub const FORMAT: Format = Format {
    name: "office",
    title: "the Office update database: patchdata.xml, alone or in its package",
    recognises,
    read: |path, settings, sink| sink(read(path, settings).map_err(|error| named(error, path))),
};

/// The format `office-rules`.
pub const RULES: Format = Format {
    name: "office-rules",
    title: "rules for Office updates without their database",
    recognises: |look| matches!(look, Look::Document { root: rules::ROOT, .. }),
    read: |path, settings, sink| sink(read_rules(path, settings).map_err(|error| named(error, path))),
};

/// The type of updates of Office.
pub const KIND: &str = "Office";

/// The document of the database.
const DOCUMENT: &str = "patchdata.xml";

fn recognises(look: &Look<'_>) -> bool {
    match look {
        Look::Directory(path) => container::is_folder(path),
        Look::Archive(members) => members.iter().any(|member| container::is_document(member)),
        Look::Program(path) => container::carries_document(path),
        Look::Document { root, .. } => {
            ["patchdata", "bundles", "bundle"].iter().any(|name| root.eq_ignore_ascii_case(name))
        }
    }
}

fn named(error: crate::error::Error, path: &Path) -> crate::error::Error {
    error.in_file(path.to_string_lossy())
}

fn source(settings: &Settings, format: &Format, path: &Path, sha256: [u8; 32]) -> Source {
    Source {
        format: format.name.to_owned(),
        path: path.to_string_lossy().into_owned(),
        sha256,
        ..settings.source(FORMAT.name)
    }
}

fn read(path: &Path, settings: &Settings) -> Result<Catalog> {
    let mut entries = rules::Entries::default();
    settings.office_rules.iter().try_for_each(|path| entries.read(path).map(|_| ()))?;
    let container::Read { document, sha256, skipped } = container::read(path)?;
    let mut catalog = update::catalog(document, entries);
    catalog.source = source(settings, &FORMAT, path, sha256);
    skipped.into_iter().for_each(|skipped| catalog.diagnostics.add(skipped));
    Ok(catalog)
}

fn read_rules(path: &Path, settings: &Settings) -> Result<Catalog> {
    let mut entries = rules::Entries::default();
    let sha256 = entries.read(path)?;
    settings.office_rules.iter().try_for_each(|path| entries.read(path).map(|_| ()))?;
    let mut catalog = update::of_rules(entries);
    catalog.source = source(settings, &RULES, path, sha256);
    Ok(catalog)
}
