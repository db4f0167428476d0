//! Turns a folder into the list of its files.
//!
//! Knows names and kinds of entries; opens no file. The order is that of the bytes of the paths, the
//! same on every machine.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use super::{Reason, Skipped, printable};
use crate::error::{Error, Result};

/// The files of a folder and of the folders in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The regular files, in the order of the bytes of their paths.
    pub files: Vec<PathBuf>,
    /// What was passed over, in the same order.
    pub skipped: Skipped,
}

/// Lists the regular files below `root`.
///
/// Names that begin with a dot, whether of files or of folders, symbolic links, and what is neither
/// file nor folder are skipped. `root` itself may be called anything and may be a link.
///
/// ```
/// use patchstate::container::{Reason, directory};
///
/// let root = tempfile::tempdir()?;
/// for name in ["b.xml", "a.xml", ".hidden"] {
///     std::fs::write(root.path().join(name), "")?;
/// }
/// let listing = directory::list(root.path())?;
/// assert_eq!(listing.files, [root.path().join("a.xml"), root.path().join("b.xml")]);
/// assert_eq!(listing.skipped.kept()[0].1, Reason::HiddenName);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// A folder cannot be listed: what it holds would be missing without a word.
pub fn list(root: impl AsRef<Path>) -> Result<Listing> {
    let mut listing = Listing::default();
    let mut passed_over = Vec::new();
    let mut folders = vec![root.as_ref().to_owned()];
    while let Some(folder) = folders.pop() {
        let failed =
            |error| Error::io(&folder, "list", error).with_hint("make the folder readable, or leave it out");
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            match sort_out(&entry).map_err(failed)? {
                Sort::Folder => folders.push(entry.path()),
                Sort::File => listing.files.push(entry.path()),
                Sort::Skipped(reason) => passed_over.push((entry.path(), reason)),
            }
        }
    }
    listing.files.sort_unstable_by(|a, b| bytes(a).cmp(bytes(b)));
    passed_over.sort_unstable_by(|a, b| bytes(&a.0).cmp(bytes(&b.0)));
    for (path, reason) in passed_over {
        listing.skipped.push(&printable(&path.to_string_lossy()), reason);
    }
    Ok(listing)
}

/// What is to be done with an entry.
enum Sort {
    File,
    Folder,
    Skipped(Reason),
}

fn sort_out(entry: &DirEntry) -> std::io::Result<Sort> {
    // This is the type of the entry itself, not of what a link leads to.
    let kind = entry.file_type()?;
    Ok(match () {
        () if entry.file_name().as_encoded_bytes().starts_with(b".") => Sort::Skipped(Reason::HiddenName),
        () if kind.is_symlink() => Sort::Skipped(Reason::SymbolicLink),
        () if kind.is_dir() => Sort::Folder,
        () if kind.is_file() => Sort::File,
        () => Sort::Skipped(Reason::NotRegular),
    })
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}
