//! Catalog readers: documents and repositories in, [`Catalog`]s out.
//!
//! Each format is one file or folder here and one row of [`FORMATS`]; readers know their documents and
//! nothing of each other, of compiling or of evaluating. What a document is, its content decides,
//! never its name.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::options::Profile;
use crate::model::update::{Catalog, Source};

pub mod cvrf;
pub mod detection;
pub mod document;
mod folder;
pub mod mssecure;
mod node;
pub mod office;
pub mod oval;
pub mod previous;
pub mod rules;
pub mod sdp;
pub mod updateinfo;
pub mod wsus;

/// Every catalog format that can be read, in the order in which they are tried.
pub const FORMATS: &[Format] = &[
    mssecure::FORMAT,
    updateinfo::FORMAT,
    wsus::FORMAT,
    cvrf::FORMAT,
    cvrf::WESNG,
    sdp::FORMAT,
    office::FORMAT,
    office::RULES,
    oval::FORMAT,
];

/// A catalog format: its name, how it is recognised, how it is read.
#[derive(Debug)]
pub struct Format {
    /// The name used by options and as the default feed.
    pub name: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Whether an input is of this format.
    pub recognises: fn(&Look<'_>) -> bool,
    /// Reads an input, which may hold several catalogs (a tree of repositories), and hands each over as
    /// it is done; one that cannot be read is an error of its own.
    pub read: fn(&Path, &Settings, &mut dyn FnMut(Result<Catalog>)),
}

/// What is looked at to recognise a format.
#[derive(Debug)]
pub enum Look<'a> {
    /// A directory.
    Directory(&'a Path),
    /// An archive with these members, or its first ones.
    Archive(&'a [String]),
    /// A program, which may carry an archive.
    Program(&'a Path),
    /// An XML document whose root element has this local name and name space.
    Document {
        /// Local name of the root element.
        root: &'a str,
        /// Its name space, empty when it has none.
        namespace: &'a str,
    },
}

/// What the person who compiles decides about an input.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Name space of identities; the format's name unless one is given.
    pub feed: Option<String>,
    /// Language of the feed; `en` unless one is given.
    pub language: Option<String>,
    /// Profile of package rows; decided by the content unless one is given.
    pub profile: Option<Profile>,
    /// Whether a checksum of a repository that does not fit is a warning instead of an error.
    pub verify: Verify,
    /// Whether upper and lower case differ where rules compare text of the registry.
    pub exact_text: bool,
    /// Files of rules that go with a catalog of Office updates.
    pub office_rules: Vec<std::path::PathBuf>,
    /// What is decided about security bulletins.
    pub bulletins: cvrf::Tables,
    /// Whether what a catalog has twice, alone and with others, is compared.
    pub check_duplicates: bool,
    /// Whether a part of a catalog that cannot be read (a cabinet, a package) is left out and counted.
    pub keep_going: bool,
    /// What an earlier compile read, of which what is unchanged is taken over.
    pub previous: Option<Arc<previous::Previous>>,
}

impl Settings {
    /// The source that a catalog of a format begins with: what was decided about its feed and language.
    fn source(&self, format: &str) -> Source {
        let or = |given: &Option<String>, default: &str| given.clone().unwrap_or_else(|| default.to_owned());
        Source {
            feed: or(&self.feed, format),
            format: format.to_owned(),
            language: or(&self.language, "en"),
            ..Source::default()
        }
    }
}

/// What a checksum of a repository that does not fit means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// The repository is refused.
    #[default]
    Refuse,
    /// A warning.
    Warn,
}

/// Reads inputs of one format and one feed; where the format has one catalog for all of them, as one.
pub fn read(
    format: &Format,
    paths: &[&Path],
    settings: &Settings,
    give: &mut dyn FnMut(&Path, Result<Catalog>),
) {
    let Some(first) = paths.first() else { return };
    if cvrf::together(format, paths, settings, &mut |catalog| give(first, catalog)).is_none() {
        paths.iter().for_each(|path| (format.read)(path, settings, &mut |catalog| give(path, catalog)));
    }
}

/// Finds a format by its name.
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Finds the format of an input by its content.
///
/// # Errors
///
/// The input cannot be read, is not well-formed, or no format recognises it.
pub fn recognise(path: &Path) -> Result<&'static Format> {
    let fits = |look: Look<'_>| FORMATS.iter().find(|format| (format.recognises)(&look));
    let unknown = |error: Error| {
        let names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
        let hint = format!("readable formats: {}; force one with `--input-format`", names.join(", "));
        error.in_file(path.to_string_lossy()).with_hint(hint)
    };
    if path.is_dir() {
        return fits(Look::Directory(path)).ok_or_else(|| {
            unknown(Error::new(Code::UnknownCatalog, "is a folder in which no catalog reader finds its own"))
        });
    }
    if document::is_archive(path)? {
        let members = document::members(path)?;
        return fits(Look::Archive(&members)).ok_or_else(|| {
            unknown(Error::new(
                Code::UnknownCatalog,
                "is an archive in which no catalog reader finds its own",
            ))
        });
    }
    if document::is_program(path)? {
        return fits(Look::Program(path)).ok_or_else(|| {
            let message = "is a program in which no catalog reader finds its own";
            Error::new(Code::UnknownCatalog, message)
                .in_file(path.to_string_lossy())
                .with_hint("unpack it first; programs of the Office Inventory Tool with /T /C")
        });
    }
    let root = document::root(path)?;
    fits(Look::Document { root: &root.name, namespace: &root.namespace }).ok_or_else(|| {
        let message = format!("no catalog reader recognises `<{}>`", root.name);
        unknown(Error::new(Code::UnknownCatalog, message).at(root.position))
    })
}
