//! Opens the files that are ours, and makes sure that they are whole before anything trusts them;
//! begins new ones, of which an interrupted run leaves nothing.

use std::path::Path;

use patchstate::archive::Archive;
use patchstate::archive::folder::Folder;
use patchstate::archive::map::Bytes;
use patchstate::archive::output::Output;
use patchstate::diagnostic::Code;
use patchstate::error::{Error, Result};
use patchstate::index::{self, Index};
use patchstate::matrix::{self, Matrix};
use patchstate::model::catalogs::Catalogs;

use crate::signals;

/// Maps a file, or reads it where it cannot be mapped (a pipe).
pub(crate) fn open(path: &Path) -> Result<Bytes> {
    let kind = std::fs::metadata(path).map_err(|error| Error::io(path, "open", error))?.file_type();
    if kind.is_dir() {
        return Err(Error::new(Code::WrongFormat, "is a directory").in_file(path.to_string_lossy()));
    }
    if !kind.is_file() {
        return Bytes::read(path);
    }
    map(path)
}

#[allow(unsafe_code, reason = "the one place where the program maps a file")]
fn map(path: &Path) -> Result<Bytes> {
    // SAFETY: the files of this project are opened read-only here and replaced by rename wherever they
    // are written, so nobody changes or shortens the mapped one; length and checksum are compared
    // before anything else is read from it.
    unsafe { Bytes::map(path) }
}

/// What a file of ours is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Index,
    Matrix,
}

/// What a file says it is.
pub(crate) fn kind(path: &Path, bytes: &Bytes) -> Result<Kind> {
    match bytes.as_ref().get(..8) {
        Some(magic) if magic == index::KIND.magic => Ok(Kind::Index),
        Some(magic) if magic == matrix::KIND.magic => Ok(Kind::Matrix),
        _ => {
            let error = Error::new(Code::WrongFormat, "neither an index nor a matrix");
            Err(error.in_file(path.to_string_lossy()))
        }
    }
}

/// Opens an index whose bytes are what was written.
pub(crate) fn index(path: &Path) -> Result<Index> {
    let named = |error: Error| {
        let error = error.in_file(path.to_string_lossy());
        let foreign = error.code() == Code::WrongFormat && error.hint().is_none();
        if foreign { error.with_hint("`patchstate compile` makes an index") } else { error }
    };
    let bytes = open(path)?;
    // The checksum first: a damaged file is to be called so, whatever else it looks like.
    Archive::open(index::KIND, bytes.as_ref()).and_then(|archive| archive.check()).map_err(named)?;
    Index::open(bytes).map_err(named)
}

/// Opens an index and gives back what was compiled into it.
pub(crate) fn catalogs(path: &Path) -> Result<Catalogs> {
    let restored = index(path)?.view()?.restore();
    restored.map_err(|error| error.in_file(path.to_string_lossy()))
}

/// Opens a matrix whose bytes are what was written.
pub(crate) fn matrix<'b>(path: &Path, bytes: &'b Bytes) -> Result<Matrix<'b>> {
    let named = |error: Error| {
        let error = error.in_file(path.to_string_lossy());
        let foreign = error.code() == Code::WrongFormat && error.hint().is_none();
        if foreign { error.with_hint("`patchstate evaluate` makes a matrix") } else { error }
    };
    Matrix::check(bytes.as_ref()).map_err(named)?;
    Matrix::open(bytes.as_ref()).map_err(named)
}

/// Makes sure that a file may appear at `path`, before the work that it is to hold is done.
pub(crate) fn check(path: &Path) -> Result<()> {
    Output::check(path)
}

/// Begins a file that appears at `path` when it is finished, and not at all when the program is
/// interrupted.
pub(crate) fn create(path: &Path) -> Result<Output> {
    signals::leave_nothing_behind();
    Output::create(path)
}

/// Begins a folder, in the same way.
pub(crate) fn create_folder(path: &Path, mark: &'static str) -> Result<Folder> {
    signals::leave_nothing_behind();
    Folder::create(path, mark)
}
