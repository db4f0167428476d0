//! Reads catalogs of software distribution packages: what other publishers than Microsoft give for
//! Windows Update and Configuration Manager.
//!
//! `package` reads one package, `document` the documents that hold one or many, `published` what a
//! publication says besides, `container` folders and archives of them, `copy` compares what stands in both,
//! and `update` makes updates of packages. Nothing is installed and nothing fetched.
//! Source of truth: `docs/sdp.md`.
//!
//! ```
//! use patchstate::catalog::{self, Settings};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("driver.sdp");
//! let text = r#"<SoftwareDistributionPackage SchemaVersion="1.0"
//!   xmlns="http://schemas.microsoft.com/wsus/2005/04/CorporatePublishing/SoftwareDistributionPackage.xsd">
//!   <Properties PackageID="0a000000-0000-0000-0000-00000000000b" CreationDate="2026-01-01T00:00:00Z"/>
//!   <LocalizedProperties><Language>en</Language><Title>A driver</Title></LocalizedProperties>
//!   <UpdateSpecificData UpdateClassification="Updates"/></SoftwareDistributionPackage>"#;
//! std::fs::write(&path, text)?;
//!
//! let format = catalog::recognise(&path)?;
//! assert_eq!(format.name, "sdp");
//! let mut catalogs = Vec::new();
//! (format.read)(&path, &Settings::default(), &mut |catalog| catalogs.push(catalog));
//! let catalog = catalogs.remove(0)?;
//! assert_eq!(catalog.updates[0].id.as_str(), "0a000000-0000-0000-0000-00000000000b");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod container;
mod copy;
mod counts;
mod document;
mod installer;
mod manifest;
mod package;
mod published;
mod reading;
mod update;

use std::path::Path;

use super::{Format, Look, Settings};
use crate::error::Result;
use crate::model::update::Catalog;

/// The format `sdp`.
pub const FORMAT: Format = Format {
    name: "sdp",
    title: "software distribution packages (SDP), alone, in a catalog document, a folder, a cab or a zip",
    recognises,
    read,
};

fn recognises(look: &Look<'_>) -> bool {
    match look {
        Look::Directory(path) => container::is_folder(path),
        Look::Archive(members) => container::are_members(members),
        Look::Program(_) => false,
        Look::Document { root, namespace } => document::is_root(root, namespace),
    }
}

fn read(path: &Path, settings: &Settings, sink: &mut dyn FnMut(Result<Catalog>)) {
    sink(reading::read(path, settings).map_err(|error| error.in_file(path.to_string_lossy())));
}
