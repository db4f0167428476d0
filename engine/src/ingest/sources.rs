//! Turns what a person names into the documents that may hold inventories.
//!
//! Knows files, folders, archives and standard input; knows nothing of formats. What can be read only
//! once, members of archives and standard input, is spooled here, so that everything after this step
//! can be read in any order and again.

use std::path::{Path, PathBuf};

use super::document::{Document, LIMITS, Source};
use super::spool::Spool;
use crate::container::{self, Opened, Skipped, directory, printable};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Position};
use crate::error::{Error, Result};

/// Something that a person names as holding inventories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file, an archive or a folder.
    Path(PathBuf),
    /// Standard input.
    Stdin,
}

impl From<PathBuf> for Input {
    /// `-` is standard input.
    fn from(path: PathBuf) -> Self {
        if path == Path::new("-") { Input::Stdin } else { Input::Path(path) }
    }
}

impl From<&Path> for Input {
    fn from(path: &Path) -> Self {
        path.to_owned().into()
    }
}

/// What standard input is called in messages, and the id of a client that comes from there without one.
const STDIN: &str = "stdin";

/// A stream of documents, before it is looked into.
#[derive(Debug)]
pub(super) enum Origin {
    /// A regular file.
    File(PathBuf),
    /// A pipe or a device, which can be read only once.
    Stream(PathBuf),
    /// Standard input.
    Stdin,
}

/// Lists the files that the inputs name; folders in the order of the bytes of the paths.
///
/// # Errors
///
/// An input is not there, or a folder cannot be listed.
pub(super) fn list(inputs: &[Input], diagnostics: &mut Diagnostics) -> Result<Vec<Origin>> {
    let mut origins = Vec::new();
    for input in inputs {
        let Input::Path(path) = input else {
            origins.push(Origin::Stdin);
            continue;
        };
        let metadata = std::fs::metadata(path).map_err(|error| Error::io(path, "open", error))?;
        if metadata.is_file() {
            origins.push(Origin::File(path.clone()));
            continue;
        }
        if !metadata.is_dir() {
            origins.push(Origin::Stream(path.clone()));
            continue;
        }
        let listing = directory::list(path)?;
        note_skipped(&listing.skipped, "", diagnostics);
        origins.extend(listing.files.into_iter().map(Origin::File));
    }
    Ok(origins)
}

/// A document, or an archive of some.
pub(super) enum Opening {
    /// A document that can be read whenever it is needed.
    Plain(Document),
    /// The same, to be expanded.
    Packed(Document),
    /// Documents that must be spooled first.
    Archive(PathBuf),
}

/// Looks at how a file is packed.
pub(super) fn open(path: PathBuf, beginning: &[u8]) -> Result<Opening> {
    let kind = container::recognise(beginning);
    let name = printable(&path.to_string_lossy());
    let document = |source| Document::new(name.clone(), &path.to_string_lossy(), source);
    match kind {
        container::Kind::Plain => Ok(Opening::Plain(document(Source::File { path: path.clone(), skip: 0 }))),
        kind if kind.is_archive() => Ok(Opening::Archive(path)),
        _ if container::open_within(&path, LIMITS)?.content().is_archive() => Ok(Opening::Archive(path)),
        _ => Ok(Opening::Packed(document(Source::Packed { path: path.clone() }))),
    }
}

/// Documents that were spooled; one that could not be read comes with its error.
pub(super) type Spooled = Vec<(Document, Option<Error>)>;

/// Spools the members of an archive.
///
/// # Errors
///
/// The temporary file takes no more; what is wrong with the archive is told of its documents.
pub(super) fn spool_archive(path: &Path, spool: &mut Spool, skipped: &mut Diagnostics) -> Result<Spooled> {
    let name = printable(&path.to_string_lossy());
    take(container::open_within(path, LIMITS), &name, spool, skipped)
}

/// Spools standard input, or its members where it is an archive.
///
/// # Errors
///
/// As [`spool_archive`].
pub(super) fn spool_stdin(spool: &mut Spool, skipped: &mut Diagnostics) -> Result<Spooled> {
    take(Opened::from_reader(std::io::stdin(), STDIN, LIMITS), STDIN, spool, skipped)
}

fn take(opened: Result<Opened>, name: &str, spool: &mut Spool, skipped: &mut Diagnostics) -> Result<Spooled> {
    let mut spooled = Spooled::new();
    let mut full = None;
    let walked = opened.and_then(|opened| {
        container::walk(opened, &mut |member, content| {
            let taken = spool.take(content).inspect_err(|error| full = Some(error.clone()))?;
            let (source, problem) = match taken {
                Ok(range) => (Source::Spool(range), None),
                Err(error) => (Source::Lost, Some(error)),
            };
            let (shown, stem) = match member {
                "" => (name.to_owned(), name),
                member => (format!("{name}!{}", printable(member)), member),
            };
            spooled.push((Document::new(shown, stem, source), problem));
            Ok(())
        })
    });
    match (walked, full) {
        (_, Some(full)) => return Err(full),
        (Ok(passed_over), None) => note_skipped(&passed_over, &format!("{name}!"), skipped),
        (Err(error), None) => spooled.push((Document::new(name.to_owned(), name, Source::Lost), Some(error))),
    }
    Ok(spooled)
}

/// Counts what was passed over.
fn note_skipped(skipped: &Skipped, before: &str, diagnostics: &mut Diagnostics) {
    for (name, reason) in skipped.kept() {
        let (file, message) = (format!("{before}{name}"), reason.to_string());
        let (position, element) = (Position::default(), String::new());
        diagnostics.add(Diagnostic { code: Code::InventorySkipped, file, position, element, message });
    }
    diagnostics.count(Code::InventorySkipped, skipped.count() - skipped.kept().len() as u64);
}
