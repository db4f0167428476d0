//! Reads Microsoft's monthly security documents, and what others made of them.
//!
//! [`reading`] reads a document of CVRF 1.1: `product_tree`, `vulnerability` and `remediation` its parts,
//! `kb`, `build`, `name` and `date` its values. [`wesng`] reads the flattened form of the wesng project.
//! Both give a [`document::Document`] of [`row`]s, and [`feed`] unites documents. [`products`] says which
//! system or component a name is, and [`releases`] which build an article brings; [`evidence`] is what a
//! row can be decided by then. `closure` follows what replaces what, `rule` and `updates` make updates of
//! it all, and `inputs` brings documents together. Nothing here looks at a client. Source of truth:
//! `docs/cvrf.md`.

pub mod build;
mod closure;
mod date;
pub mod document;
pub mod evidence;
pub mod feed;
mod inputs;
pub mod kb;
pub mod name;
mod product_tree;
pub mod products;
pub mod reading;
pub mod releases;
mod remediation;
pub mod row;
mod rule;
mod updates;
mod vulnerability;
pub mod wesng;

use std::path::Path;
use std::sync::Arc;

use self::inputs::Form;
use self::products::Products;
use self::releases::Releases;
use super::{Format, Look, Settings};
use crate::error::Result;
use crate::model::update::Catalog;

/// The format `cvrf`.
pub const FORMAT: Format = Format {
    name: "cvrf",
    title: "Microsoft's monthly security documents (CVRF 1.1), one or a folder of months",
    recognises: |look| match look {
        Look::Directory(path) => inputs::is_folder(path),
        Look::Archive(_) | Look::Program(_) => false,
        Look::Document { root, namespace } => reading::is_root(root, namespace),
    },
    read: |path, settings, give| inputs::read(&[path], Form::Months, settings, give),
};

/// The format `wesng`.
pub const WESNG: Format = Format {
    name: "wesng",
    title: "the definitions of wesng, Microsoft's security documents as tables in a zip",
    recognises: |look| matches!(look, Look::Archive(members) if wesng::are_members(members)),
    read: |path, settings, give| inputs::read(&[path], Form::Definitions, settings, give),
};

/// Reads documents of one feed as one catalog; `None` where the format has catalogs of their own.
pub(super) fn together(
    format: &Format,
    paths: &[&Path],
    settings: &Settings,
    give: &mut dyn FnMut(Result<Catalog>),
) -> Option<()> {
    let form = match format.name {
        name if name == FORMAT.name => Form::Months,
        name if name == WESNG.name => Form::Definitions,
        _ => return None,
    };
    inputs::read(paths, form, settings, give);
    Some(())
}

/// What a person who compiles decides about bulletins.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// The table of products; the built-in one unless one is given.
    pub products: Option<Arc<Products>>,
    /// The table of releases.
    pub releases: Option<Arc<Releases>>,
    /// Which updates there are.
    pub scope: Scope,
}

/// Which updates there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All.
    #[default]
    All,
    /// Those that have a product that a table names.
    Mapped,
}
