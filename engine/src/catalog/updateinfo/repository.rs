//! Finds repositories and their files on disk.
//!
//! Knows where a repository keeps its index and that nothing may lead out of what was given; knows
//! nothing of what is in any file. Source of truth: `docs/updateinfo.md`, "Finding the file".

use std::fs::{self, DirEntry};
use std::path::{Component, Path, PathBuf};

use super::findings::shown;
use super::repomd::Part;
use crate::diagnostic::Code;
use crate::error::{Error, Result};

/// The index of a repository, below it.
const INDEX: &str = "repodata/repomd.xml";

/// How many folders of a tree are looked at.
const FOLDERS: usize = 1_000_000;

/// A repository on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repository {
    /// Its path below what was given, parts joined by `/`; empty where it is what was given.
    pub(super) name: String,
    /// The index.
    pub(super) index: PathBuf,
    /// The folder that locations are relative to.
    folder: PathBuf,
    /// What nothing may lead out of, without symbolic links.
    root: PathBuf,
}

impl Repository {
    /// The repository that an index belongs to.
    ///
    /// # Errors
    ///
    /// There is no folder above the index.
    pub(super) fn of_index(index: &Path) -> Result<Self> {
        let folder = above(&above(index));
        let root = canonical(&folder)?;
        Ok(Repository { name: String::new(), index: index.to_owned(), folder, root })
    }

    /// The path of a file that the index names.
    ///
    /// # Errors
    ///
    /// The location or a symbolic link leads out of what was given, or leads to no file.
    pub(super) fn locate(&self, part: &Part) -> Result<PathBuf> {
        let location = part.location.as_str();
        let refuse = |why: &str| {
            let message = format!("the location `{}` {why}", shown(location));
            let error = Error::new(Code::BadReference, message).in_file(self.index.to_string_lossy());
            Err(error.at(part.position))
        };
        if location.is_empty() || location.contains('\0') {
            return refuse("names no file");
        }
        if is_absolute(location) {
            return refuse("is absolute");
        }
        if leads_up(Path::new(location)) {
            return refuse("leads out of the repository");
        }
        let path = self.folder.join(location);
        if !canonical(&path)?.starts_with(&self.root) {
            return refuse("leads out of the repository by a symbolic link");
        }
        if !path.is_file() {
            return refuse("is no regular file");
        }
        Ok(path)
    }
}

/// Whether a folder is a repository, the folder of its index, or a tree of repositories.
pub(super) fn is_one(path: &Path) -> bool {
    // What cannot be listed is nothing that is recognised.
    find(path).is_ok_and(|mut found| found.any(|found| found.is_ok()))
}

/// Finds the repositories of a folder, in the order of their names; one that cannot be used is an
/// error of its own.
///
/// A folder that is a repository is not looked into, names that begin with a dot are passed over, and
/// no symbolic link is followed: what it leads to is found where it is, or is not part of the tree.
///
/// # Errors
///
/// The path leads nowhere.
pub(super) fn find(path: &Path) -> Result<impl Iterator<Item = Result<Repository>>> {
    let index = path.join("repomd.xml");
    let alone = if index.is_file() && !has_index(path) { Some(Repository::of_index(&index)) } else { None };
    let folders = if alone.is_some() { Vec::new() } else { vec![path.to_owned()] };
    let walk = Walk { given: path.to_owned(), root: canonical(path)?, folders, seen: 0 };
    Ok(alone.into_iter().chain(walk))
}

/// A walk over a tree of repositories.
struct Walk {
    given: PathBuf,
    root: PathBuf,
    /// What is still to be looked at, the next one last.
    folders: Vec<PathBuf>,
    seen: usize,
}

impl Iterator for Walk {
    type Item = Result<Repository>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(folder) = self.folders.pop() {
            self.seen += 1;
            if self.seen > FOLDERS {
                self.folders.clear();
                let message = format!("has more than {FOLDERS} folders");
                let error = Error::new(Code::TooLarge, message).in_file(self.given.to_string_lossy());
                return Some(Err(error.with_hint("give the folder of each repository")));
            }
            if has_index(&folder) {
                return Some(self.repository(folder));
            }
            if let Err(error) = self.list(&folder) {
                return Some(Err(Error::io(&folder, "list", error)));
            }
        }
        None
    }
}

impl Walk {
    /// Puts the folders in a folder where they are looked at next.
    fn list(&mut self, folder: &Path) -> std::io::Result<()> {
        let mut below = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if self.is_part(&entry)? {
                below.push(entry.path());
            }
        }
        below.sort_unstable_by(|a, b| b.cmp(a));
        self.folders.extend(below);
        Ok(())
    }

    /// Whether an entry is a folder of the tree, or a link that must be spoken of.
    fn is_part(&self, entry: &DirEntry) -> std::io::Result<bool> {
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            return Ok(false);
        }
        let kind = entry.file_type()?;
        if !kind.is_symlink() {
            return Ok(kind.is_dir());
        }
        // A repository outside of the tree becomes an error; all else is found elsewhere or is nothing.
        let leads_out = || canonical(&entry.path()).is_ok_and(|target| !target.starts_with(&self.root));
        Ok(has_index(&entry.path()) && leads_out())
    }

    fn repository(&self, folder: PathBuf) -> Result<Repository> {
        let index = folder.join(INDEX);
        if !canonical(&index)?.starts_with(&self.root) {
            let message = "the repository is outside of the tree, behind a symbolic link";
            return Err(Error::new(Code::BadReference, message)
                .in_file(index.to_string_lossy())
                .with_hint("give its own folder as a catalog"));
        }
        let parts = folder.strip_prefix(&self.given).unwrap_or(&folder).components();
        let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
        Ok(Repository { name: parts.join("/"), index, folder, root: self.root.clone() })
    }
}

fn has_index(folder: &Path) -> bool {
    folder.join(INDEX).is_file()
}

/// The folder that a path is in.
fn above(path: &Path) -> PathBuf {
    match (path.file_name(), path.parent()) {
        (Some(_), Some(parent)) if parent.as_os_str().is_empty() => PathBuf::from("."),
        (Some(_), Some(parent)) => parent.to_owned(),
        // It ends in `.` or `..`.
        _ => path.join(".."),
    }
}

fn canonical(path: &Path) -> Result<PathBuf> {
    fs::canonicalize(path).map_err(|error| Error::io(path, "open", error))
}

/// Whether a location is no path below its repository: rooted, or an address.
pub(super) fn is_absolute(location: &str) -> bool {
    let scheme = location.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    });
    scheme || location.starts_with(['/', '\\']) || Path::new(location).is_absolute()
}

/// Whether a relative path leads above where it begins.
fn leads_up(path: &Path) -> bool {
    let mut depth = 0_u32;
    for component in path.components() {
        match component {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => depth -= 1,
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return true,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_that_lead_away_are_seen() {
        let check = |location: &str, absolute: bool, up: bool| {
            assert_eq!((is_absolute(location), leads_up(Path::new(location))), (absolute, up), "{location}");
        };
        check("repodata/updateinfo.xml.gz", false, false);
        check("./repodata/../repodata/u.xml", false, false);
        check("repodata/../../u.xml", false, true);
        check("..", false, true);
        check("/etc/passwd", true, true);
        check("\\\\host\\share", true, cfg!(windows));
        check("file:///etc/passwd", true, false);
        check("http://example.org/u.xml", true, false);
        check("repodata/a:b.xml", false, false);
    }

    #[test]
    fn the_folder_above_is_found_from_anywhere() {
        let check =
            |path: &str, expect: &str| assert_eq!(above(Path::new(path)), Path::new(expect), "{path}");
        check("a/b", "a");
        check("a", ".");
        check(".", "./..");
        check("..", "../..");
        check("/a", "/");
    }
}
