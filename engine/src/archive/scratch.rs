//! A folder for files that one run makes and nobody keeps.

use std::path::PathBuf;

use tempfile::TempDir;

use super::output::{Known, unfinished};
use crate::error::{Error, Result};

/// A folder that is removed with everything in it when it is dropped, or when the process is interrupted.
///
/// ```
/// use patchstate::archive::scratch::Scratch;
///
/// let scratch = Scratch::new()?;
/// let path = scratch.path("a.idx");
/// std::fs::write(&path, "text")?;
/// drop(scratch);
/// assert!(!path.exists());
/// # Ok::<(), patchstate::error::Error>(())
/// ```
#[derive(Debug)]
pub struct Scratch {
    folder: TempDir,
    _known: Known,
}

impl Scratch {
    /// Makes one where the system keeps temporary files.
    ///
    /// # Errors
    ///
    /// Nothing can be made there.
    pub fn new() -> Result<Scratch> {
        let mut held = unfinished();
        let folder = tempfile::Builder::new().prefix("patchstate-").tempdir();
        let folder = folder.map_err(|error| Error::io(std::env::temp_dir(), "make a folder in", error))?;
        let known = Known::new(folder.path(), &mut held);
        Ok(Scratch { folder, _known: known })
    }

    /// A file of it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
