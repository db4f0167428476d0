//! The files of a folder that is one catalog: read one after another, and digested with their names.
//!
//! Knows nothing of what they are.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::document::Digesting;
use crate::container::directory;
use crate::error::{Error, Result};

/// The files of a folder, in the order of their paths.
#[derive(Debug)]
pub(super) struct Folder {
    /// Path in the folder, with `/` between its parts, and path.
    files: Vec<(String, PathBuf)>,
}

/// What takes a file: its path in the folder, its path, and its bytes, of which it may leave some.
pub(super) type Take<'t> = &'t mut dyn FnMut(&str, &Path, &mut dyn Read) -> Result<()>;

impl Folder {
    /// Lists the files below a folder.
    ///
    /// # Errors
    ///
    /// A folder cannot be listed.
    pub(super) fn list(root: &Path) -> Result<Folder> {
        let name = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let files = directory::list(root)?.files;
        Ok(Folder { files: files.into_iter().map(|path| (name(&path), path)).collect() })
    }

    /// Leaves out the files of which `counts` says no, by their path in the folder.
    pub(super) fn retain(&mut self, counts: impl Fn(&str) -> bool) {
        self.files.retain(|(name, _)| counts(name));
    }

    /// The paths in the folder.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(name, _)| name.as_str())
    }

    /// The path of a file.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        let file = self.files.iter().find(|(known, _)| known == name);
        file.map_or_else(|| name.into(), |(_, path)| path.clone())
    }

    /// Hands every file over; gives the digest of names and contents, also of what was not read.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or `take` fails.
    pub(super) fn read(&self, take: Take<'_>) -> Result<[u8; 32]> {
        let mut digest = Sha256::new();
        for (name, path) in &self.files {
            let mut file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
            digest.update(name.as_bytes());
            let mut bytes = Digesting { reader: &mut file, digest: &mut digest };
            take(name, path, &mut bytes)?;
            io::copy(&mut bytes, &mut io::sink()).map_err(|error| Error::io(path, "read", error))?;
        }
        Ok(digest.finalize().into())
    }

    /// The digest of names and contents.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub(super) fn digest(&self) -> Result<[u8; 32]> {
        self.read(&mut |_, _, _| Ok(()))
    }
}
