//! Reads the metadata of Windows updates: `wsusscn2.cab`, its unpacked folder, the documents in it, and
//! full update documents.
//!
//! `graph` reads `package.xml`, `fragment` what stands of one update in `c`, `x` and `l` or in a full
//! document, `place` knows which file of a cabinet or folder is what, `join` puts the parts together, and
//! `update` makes updates of them. A shard is read once, from its first byte to its last.
//! Source of truth: `docs/wsus.md`.

mod fragment;
mod graph;
mod handler;
mod join;
mod metadata;
mod place;
mod reading;
mod shards;
mod update;

use std::path::Path;

use super::{Format, Look, Settings};
use crate::error::Result;
use crate::model::update::Catalog;

/// The format `wsus`.
pub const FORMAT: Format = Format {
    name: "wsus",
    title: "metadata of Windows updates: wsusscn2.cab, its folder, fragments, full update documents",
    recognises,
    read,
};

/// The name space of full update documents.
const UPDATE: &str = "http://schemas.microsoft.com/msus/2002/12/Update";

fn recognises(look: &Look<'_>) -> bool {
    match look {
        Look::Directory(path) => place::is_folder(path),
        Look::Archive(members) => place::are_members(members),
        Look::Program(_) => false,
        Look::Document { root, namespace } => match *root {
            "OfflineSyncPackage" => true,
            "Update" => namespace.strip_suffix('/').unwrap_or(namespace) == UPDATE,
            "UpdateIdentity" | "Properties" | "ExtendedProperties" | "LocalizedProperties" | "Files" => {
                namespace.is_empty()
            }
            _ => false,
        },
    }
}

fn read(path: &Path, settings: &Settings, sink: &mut dyn FnMut(Result<Catalog>)) {
    sink(reading::read(path, settings).map_err(|error| error.in_file(path.to_string_lossy())));
}
