//! Folders that appear whole or not at all, and that replace only what was written in the same way.
//!
//! A folder keeps a list of its files, with a mark of what it is in the first line. One of which every file
//! stands in its list, and whose mark is the same, is an older one of the same kind and may be replaced;
//! anything else is somebody's, and stays.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::output::{Known, folder, unfinished};
use crate::diagnostic::Code;
use crate::error::{Error, Result};

/// The name of the list of files, which does not name itself.
const LIST: &str = "files.txt";
/// The most bytes of a list that is read, and the most files of a folder that are looked at.
const MOST: usize = 64 << 20;
/// How deep folders may lie in each other.
const DEPTH: usize = 8;

/// A folder that is being written beside its destination; [`Folder::finish`] puts it in place.
///
/// Dropped before that, it leaves nothing behind, and what stood at the destination stays.
#[derive(Debug)]
pub struct Folder {
    /// As it was called, for messages.
    called: PathBuf,
    path: PathBuf,
    mark: &'static str,
    temporary: TempDir,
    names: BTreeSet<String>,
    known: Known,
}

impl Folder {
    /// Makes sure that a folder with this mark may appear at `path`, before the work that it is to hold is
    /// done.
    ///
    /// # Errors
    ///
    /// The folder around it is not there, or what stands at `path` is neither empty nor an older folder of
    /// the same mark with nothing else in it.
    pub fn check(path: &Path, mark: &str) -> Result<()> {
        destination(path).and_then(|target| replaceable(&target, path, mark)).map(|_| ())
    }

    /// Begins a folder that will appear at `path`.
    ///
    /// # Errors
    ///
    /// As [`Folder::check`], or nothing can be written beside it.
    pub fn create(path: &Path, mark: &'static str) -> Result<Folder> {
        let called = path.to_owned();
        let path = destination(path)?;
        replaceable(&path, &called, mark)?;
        let mut held = unfinished();
        let temporary = beside(&path, &called)?;
        let known = Known::new(temporary.path(), &mut held);
        Ok(Folder { called, path, mark, temporary, names: BTreeSet::new(), known })
    }

    /// Writes a file, named by its path with `/` below the folder.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let at = self.temporary.path().join(name);
        // Held, so that nothing is begun in a folder that is being removed because the process ends.
        let _held = unfinished();
        let around = folder(&at);
        fs::create_dir_all(around).map_err(|error| Error::io(&self.called, "create", error))?;
        fs::write(&at, bytes).map_err(|error| Error::io(self.called.join(name), "write", error))?;
        self.names.insert(name.to_owned());
        Ok(())
    }

    /// Puts the folder in place; an older one goes with the files of its list.
    ///
    /// # Errors
    ///
    /// Writing or renaming fails, or what stands there changed meanwhile; the destination is as before.
    pub fn finish(mut self) -> Result<()> {
        let mut list = format!("{}\n", self.mark).into_bytes();
        self.names.iter().for_each(|name| list.extend(format!("{name}\n").bytes()));
        self.put(LIST, &list)?;
        let held = unfinished();
        let path = self.path;
        let older = replaceable(&path, &self.called, self.mark)?;
        let failed = |error| Error::io(&self.called, "put in place", error);
        let aside = beside(&path, &self.called)?;
        let old = aside.path().join("old");
        if older.is_some() {
            fs::rename(&path, &old).map_err(failed)?;
        }
        if let Err(error) = fs::rename(self.temporary.path(), &path) {
            if older.is_some() {
                fs::rename(&old, &path).map_err(failed)?;
            }
            return Err(failed(error));
        }
        // It is at its place now, where nothing removes it.
        let _gone = self.temporary.keep();
        if let Some(names) = older {
            remove(&old, &names).map_err(|error| {
                let kept = aside.keep();
                Error::io(&kept, "remove what was replaced, which is now", error)
            })?;
        }
        // First this, because the entry takes itself off the list that was held.
        drop(held);
        drop(self.known);
        Ok(())
    }
}

/// The folder that is to be replaced: what a link leads to.
fn destination(path: &Path) -> Result<PathBuf> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let around = folder(&target);
    if !around.is_dir() {
        let message = format!("there is no folder `{}`", around.display());
        return Err(Error::new(Code::Io, message).in_file(path.to_string_lossy()));
    }
    Ok(target)
}

/// A new folder beside another one.
fn beside(path: &Path, called: &Path) -> Result<TempDir> {
    let made = builder().prefix(".patchstate-").tempdir_in(folder(path));
    made.map_err(|error| Error::io(called, "create", error))
}

/// What makes folders with the permissions of ordinary new ones, instead of private ones.
#[cfg(unix)]
fn builder<'a>() -> tempfile::Builder<'a, 'a> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = tempfile::Builder::new();
    builder.permissions(fs::Permissions::from_mode(0o777));
    builder
}

#[cfg(not(unix))]
fn builder<'a>() -> tempfile::Builder<'a, 'a> {
    tempfile::Builder::new()
}

/// The files of what stands at `path`, where all of them are of this mark; `None` where nothing is there.
fn replaceable(path: &Path, called: &Path, mark: &str) -> Result<Option<BTreeSet<String>>> {
    let refused = |message: String| {
        let error = Error::new(Code::BadValue, message).in_file(called.to_string_lossy());
        Err(error.with_hint("name another folder; nothing in this one was changed"))
    };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io(called, "open", error)),
        Ok(known) if !known.is_dir() => return refused("is there and is no folder".to_owned()),
        Ok(_) => {}
    }
    let mut found = BTreeSet::new();
    if let Some(large) = walk(path, "", 0, &mut found).map_err(|error| Error::io(called, "list", error))? {
        return refused(format!("holds `{large}`, which is too deep or one of too many files"));
    }
    if found.is_empty() {
        return Ok(Some(found));
    }
    let names = listed(path, mark);
    match found.iter().find(|name| !names.contains(*name)) {
        Some(foreign) => refused(format!("holds `{foreign}`, which is no file of a {mark}")),
        None => Ok(Some(found)),
    }
}

/// The files that the list of a folder names, and the list itself; none where it has another mark.
fn listed(path: &Path, mark: &str) -> BTreeSet<String> {
    let list = path.join(LIST);
    let is_short = fs::metadata(&list).is_ok_and(|known| known.len() <= MOST as u64);
    let text = if is_short { fs::read_to_string(&list).unwrap_or_default() } else { String::new() };
    let mut lines = text.lines();
    if lines.next() != Some(mark) {
        return BTreeSet::new();
    }
    lines.chain([LIST]).map(str::to_owned).collect()
}

/// Finds the files below a folder, and empty folders; gives one that lies too deep, or is one too many.
fn walk(
    path: &Path,
    prefix: &str,
    depth: usize,
    found: &mut BTreeSet<String>,
) -> std::io::Result<Option<String>> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if depth >= DEPTH || found.len() >= MOST / 64 {
            return Ok(Some(name));
        }
        let before = found.len();
        if entry.file_type()?.is_dir() {
            if let Some(large) = walk(&entry.path(), &format!("{name}/"), depth + 1, found)? {
                return Ok(Some(large));
            }
            if found.len() == before {
                found.insert(format!("{name}/"));
            }
        } else {
            found.insert(name);
        }
    }
    Ok(None)
}

/// Removes these files and the folders around them, and nothing else.
fn remove(path: &Path, names: &BTreeSet<String>) -> std::io::Result<()> {
    let mut folders = BTreeSet::from([path.to_owned()]);
    for name in names {
        let at = path.join(name);
        fs::remove_file(&at)?;
        let around = at.ancestors().skip(1).take_while(|around| *around != path);
        folders.extend(around.map(Path::to_owned));
    }
    // The deepest last in order, so first to go.
    folders.iter().rev().try_for_each(fs::remove_dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = "example";

    fn names(path: &Path) -> Vec<String> {
        let mut found = BTreeSet::new();
        assert_eq!(walk(path, "", 0, &mut found).expect("can be listed"), None);
        found.into_iter().collect()
    }

    fn make(path: &Path, names: &[&str]) -> Result<()> {
        let mut folder = Folder::create(path, MARK)?;
        names.iter().try_for_each(|name| folder.put(name, name.as_bytes()))?;
        folder.finish()
    }

    #[test]
    fn an_older_one_is_replaced() {
        let around = tempfile::tempdir().expect("a temporary folder");
        let path = around.path().join("out");
        make(&path, &["a", "data/1", "data/2"]).expect("is made");
        assert_eq!(names(&path), ["a", "data/1", "data/2", "files.txt"]);
        make(&path, &["a", "b/c/d"]).expect("is replaced");
        assert_eq!(names(around.path()), ["out/a", "out/b/c/d", "out/files.txt"]);
        assert_eq!(fs::read_to_string(path.join(LIST)).expect("reads"), "example\na\nb/c/d\n");
    }

    #[test]
    fn what_is_dropped_leaves_everything_as_it_was() {
        let around = tempfile::tempdir().expect("a temporary folder");
        let path = around.path().join("out");
        make(&path, &["a"]).expect("is made");
        let mut folder = Folder::create(&path, MARK).expect("begins");
        folder.put("b", b"b").expect("is written");
        assert_eq!(fs::read_dir(around.path()).expect("lists").count(), 2);
        drop(folder);
        assert_eq!(names(around.path()), ["out/a", "out/files.txt"]);
    }

    #[test]
    fn what_is_foreign_stays() {
        let around = tempfile::tempdir().expect("a temporary folder");
        let path = around.path().join("out");
        make(&path, &["a"]).expect("is made");
        let refused = |words: &str| {
            let before = names(around.path());
            let error = make(&path, &["b"]).expect_err("is refused").to_string();
            assert!(error.contains(words), "{error}");
            assert_eq!(names(around.path()), before);
        };
        fs::write(path.join("mine"), "mine").expect("is written");
        refused("holds `mine`");
        fs::remove_file(path.join("mine")).expect("is removed");
        fs::create_dir_all(path.join("empty/one")).expect("is made");
        refused("holds `empty/one/`");
        fs::remove_dir_all(path.join("empty")).expect("is removed");
        fs::write(path.join(LIST), "other\na\n").expect("is written");
        refused("holds `a`");
        fs::remove_dir_all(&path).expect("is removed");
        fs::write(&path, "a file").expect("is written");
        refused("is no folder");
    }

    #[test]
    fn what_came_meanwhile_stays_too() {
        let around = tempfile::tempdir().expect("a temporary folder");
        let path = around.path().join("out");
        make(&path, &["a"]).expect("is made");
        let mut folder = Folder::create(&path, MARK).expect("begins");
        folder.put("b", b"b").expect("is written");
        fs::write(path.join("mine"), "mine").expect("is written");
        let error = folder.finish().expect_err("is refused").to_string();
        assert!(error.contains("holds `mine`"), "{error}");
        assert_eq!(names(around.path()), ["out/a", "out/files.txt", "out/mine"]);
    }

    #[test]
    fn an_empty_folder_is_taken() {
        let around = tempfile::tempdir().expect("a temporary folder");
        make(around.path(), &["a"]).expect("is made");
        assert_eq!(names(around.path()), ["a", "files.txt"]);
    }
}
