//! Reads `updateinfo.xml`, alone or out of the repositories that it belongs to.
//!
//! [`FORMAT`] is the only way in. `repository` finds repositories on disk, `repomd` reads their index,
//! `reading` opens their files and `checksum` compares them with the index; `advisory` and `packages`
//! read the document, `row`, `date` and `suggestion` its values; `reference` completes and `identity`
//! names and unites updates; `modules` reads the default streams of modules. Nothing here knows how a
//! row is compared with what a client has: what a document does not state, such as an architecture,
//! stays empty. Source of truth: `docs/updateinfo.md`.
//!
//! ```
//! use patchstate::catalog::{self, Settings};
//! use patchstate::model::update::Rule;
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("updateinfo.xml");
//! let text = "<update from='updates@example.org' type='security' version='2'><id>EX-2024-1</id>
//!   <pkglist><collection><package name='bash' version='5.2' release='3' arch='x86_64'/></collection>
//!   </pkglist></update>";
//! std::fs::write(&path, text)?;
//!
//! let format = catalog::recognise(&path)?;
//! assert_eq!(format.name, "updateinfo");
//! let mut catalogs = Vec::new();
//! (format.read)(&path, &Settings::default(), &mut |catalog| catalogs.push(catalog));
//! let catalog = catalogs.remove(0)?;
//! assert_eq!(catalog.updates[0].id.as_str(), "EX-2024-1");
//! assert!(matches!(&catalog.updates[0].rule, Rule::Packages { rows, .. } if rows[0].name == "bash"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod advisory;
mod checksum;
mod date;
mod findings;
mod identity;
mod modules;
mod packages;
mod reading;
mod reference;
mod repomd;
mod repository;
mod row;
mod suggestion;

use std::path::Path;

use super::{Format, Look, Settings, document};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::update::Catalog;
use repository::Repository;

/// The format `updateinfo`.
pub const FORMAT: Format = Format {
    name: "updateinfo",
    title: "updateinfo.xml, alone, in an rpm repository or in a tree of repositories",
    recognises,
    read,
};

/// Where the name spaces of formats with elements of the same names begin.
const OTHERS: &str = "http://schemas.microsoft.com/";

fn recognises(look: &Look<'_>) -> bool {
    match look {
        Look::Directory(path) => repository::is_one(path),
        Look::Archive(_) | Look::Program(_) => false,
        Look::Document { root, namespace } => match *root {
            "updates" | "update" | "repomd" => !namespace.starts_with(OTHERS),
            _ => false,
        },
    }
}

fn read(path: &Path, settings: &Settings, sink: &mut dyn FnMut(Result<Catalog>)) {
    if !path.is_dir() {
        return sink(file(path, settings));
    }
    let repositories: Vec<_> = match repository::find(path) {
        Ok(found) => found.collect(),
        Err(error) => return sink(Err(error)),
    };
    if repositories.is_empty() {
        let error = Error::new(Code::WrongFormat, "no `repodata/repomd.xml` in it or below it");
        return sink(Err(error.in_file(path.to_string_lossy())));
    }
    let several = repositories.len() > 1;
    for repository in repositories {
        sink(repository.and_then(|repository| {
            let name = several.then_some(repository.name.as_str());
            reading::repository(&repository, name, settings)
        }));
    }
}

/// Reads a file: a document of updates, or the index of a repository.
fn file(path: &Path, settings: &Settings) -> Result<Catalog> {
    if document::root(path)?.name == "repomd" {
        return reading::repository(&Repository::of_index(path)?, None, settings);
    }
    reading::document(path, settings)
}
