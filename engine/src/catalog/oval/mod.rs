//! Reads OVAL definitions files: definitions of patches and vulnerabilities are updates.
//!
//! `document` walks a file, `definition` and `test` read its elements, `ids` resolves what they name, and
//! `update` makes updates of definitions. What an element of an object, a state or a variable says is
//! [`crate::model::oval`]'s. Source of truth: `docs/oval.md`, "Definitions files".
//!
//! ```
//! use patchstate::catalog::{self, Settings};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("oval.xml");
//! std::fs::write(
//!     &path,
//!     r#"<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5">
//!          <definitions><definition id="oval:org.example:def:1" version="3" class="patch">
//!            <metadata><title>bash is old</title></metadata>
//!          </definition></definitions>
//!        </oval_definitions>"#,
//! )?;
//! let format = catalog::recognise(&path)?;
//! assert_eq!(format.name, "oval");
//! let mut catalogs = Vec::new();
//! (format.read)(&path, &Settings::default(), &mut |catalog| catalogs.push(catalog));
//! assert_eq!(catalogs.remove(0)?.updates[0].id.as_str(), "oval:org.example:def:1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod date;
mod definition;
mod document;
mod ids;
mod patterns;
mod test;
mod update;
pub mod variables;

use std::path::Path;

use super::document as file;
use super::{Format, Look, Settings};
use crate::error::Result;
use crate::model::update::{Catalog, Source};

/// The format `oval`.
pub const FORMAT: Format = Format {
    name: "oval",
    title: "OVAL definitions of patches and vulnerabilities",
    recognises: |look| matches!(look, Look::Document { root: document::ROOT, .. }),
    read: |path, settings, give| give(read(path, settings)),
};

fn read(path: &Path, settings: &Settings) -> Result<Catalog> {
    let mut opened = file::open(path)?;
    let name = opened.name().to_owned();
    let document = document::read(&mut opened).map_err(|error| error.in_file(&name))?;
    let sha256 = opened.finish()?;
    let mut catalog = document.catalog();
    catalog.source = Source {
        path: path.to_string_lossy().into_owned(),
        sha256,
        revision: std::mem::take(&mut catalog.source.revision),
        ..settings.source(FORMAT.name)
    };
    Ok(catalog)
}
