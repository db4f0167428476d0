//! Opens the files that are ours, and makes sure that they are whole before anything trusts them.

use std::path::Path;

use patchstate::archive::map::Bytes;
use patchstate::diagnostic::Code;
use patchstate::error::{Error, Result};
use patchstate::matrix::Matrix;

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
