//! The folders that reports pass through: `in`, `work`, and then `done` or `bad`.
//!
//! A report is moved by renaming, so that it stands in one place at any time. Names come from outside and are
//! kept, whatever they are; a name that is taken already gets a number. Knows nothing of what is in a report.

use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::{Error, Result};

/// Who works on reports: each has a folder of its own for those that it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worker {
    Scan,
    Expedite,
}

/// The folders of the spool.
#[derive(Clone, Debug)]
pub(super) struct Spool {
    folder: PathBuf,
}

/// A report that waits or was taken.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) name: OsString,
    /// Where it is now.
    pub(super) path: PathBuf,
    about: Metadata,
}

impl Taken {
    /// Its length in bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.about.len()
    }

    /// When it was written.
    pub(super) fn modified(&self) -> SystemTime {
        self.about.modified().unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

/// Reports that are done with and have not been moved yet.
#[derive(Debug, Default)]
pub(super) struct Finished(Vec<(Taken, PathBuf)>);

impl Finished {
    /// How many they may be: what is known of them takes memory.
    const MOST: usize = 1 << 16;

    /// Lets a report wait to be moved into a folder, or moves all that wait.
    pub(super) fn push(&mut self, taken: Taken, folder: PathBuf) -> Result<()> {
        self.0.push((taken, folder));
        if self.0.len() < Self::MOST { Ok(()) } else { std::mem::take(self).settle() }
    }

    /// Moves all to where they belong.
    pub(super) fn settle(self) -> Result<()> {
        self.0.iter().try_for_each(|(taken, folder)| move_into(&taken.path, folder, &taken.name).map(|_| ()))
    }
}

/// Whether two looks were at one file with one content, as far as that can be told without reading it.
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if (one.dev(), one.ino()) != (other.dev(), other.ino()) {
            return false;
        }
    }
    one.len() == other.len() && one.modified().ok() == other.modified().ok()
}

/// The greatest length of a file's name.
const LONGEST: usize = 255;

impl Spool {
    pub(super) fn new(folder: PathBuf) -> Spool {
        Spool { folder }
    }

    pub(super) fn incoming(&self) -> PathBuf {
        self.folder.join("in")
    }

    pub(super) fn bad(&self) -> PathBuf {
        self.folder.join("bad")
    }

    pub(super) fn resync(&self) -> PathBuf {
        self.folder.join("resync")
    }

    /// Where a worker keeps the reports that it took.
    pub(super) fn work(&self, worker: Worker) -> PathBuf {
        self.folder.join("work").join(match worker {
            Worker::Scan => "scan",
            Worker::Expedite => "expedite",
        })
    }

    /// Gives back what an interrupted run of the same worker took; how many reports that were.
    pub(super) fn recover(&self, worker: Worker) -> Result<u64> {
        let (work, incoming) = (self.work(worker), self.incoming());
        let names = super::file_names(&work)?;
        for name in &names {
            move_into(&work.join(name), &incoming, name)?;
        }
        Ok(names.len() as u64)
    }

    /// The names of reports that wait, in the order of their bytes.
    ///
    /// A name that begins with a dot or ends in `.tmp` is of a file that is still being written. Folders and
    /// links are no reports.
    pub(super) fn waiting(&self) -> Result<Vec<OsString>> {
        let mut names = super::file_names(&self.incoming())?;
        names.retain(|name| {
            let bytes = name.as_encoded_bytes();
            !bytes.starts_with(b".") && !bytes.ends_with(b".tmp")
        });
        Ok(names)
    }

    /// Looks at reports that wait; one that is gone is none.
    pub(super) fn look(&self, names: Vec<OsString>) -> Result<Vec<Taken>> {
        let incoming = self.incoming();
        let mut found = Vec::with_capacity(names.len());
        for name in names {
            let path = incoming.join(&name);
            match fs::symlink_metadata(&path) {
                Ok(about) => found.push(Taken { name, path, about }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(Error::io(path, "look at", error)),
            }
        }
        Ok(found)
    }

    /// Makes the folder of a worker.
    pub(super) fn prepare(&self, worker: Worker) -> Result<()> {
        let work = self.work(worker);
        fs::create_dir_all(&work).map_err(|error| Error::io(&work, "create", error))
    }

    /// Takes a report that was looked at, so that no other worker does, and says whether it is still that one:
    /// it may be gone, or another one may have come by its name.
    pub(super) fn take(&self, worker: Worker, report: &mut Taken) -> Result<bool> {
        let path = self.work(worker).join(&report.name);
        match fs::rename(&report.path, &path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(Error::io(&report.path, "move", error)),
        }
        let about = fs::symlink_metadata(&path).map_err(|error| Error::io(&path, "look at", error))?;
        if !is_same(&about, &report.about) {
            self.give_back(&path, &report.name)?;
            return Ok(false);
        }
        report.path = path;
        Ok(true)
    }

    /// Where reports belong that were loaded on a day.
    pub(super) fn done(&self, day: &str) -> PathBuf {
        self.folder.join("done").join(day)
    }

    /// Where reports belong that do not count.
    pub(super) fn skipped(&self) -> PathBuf {
        self.done("skipped")
    }

    /// Where a report that is broken is to be moved.
    pub(super) fn quarantine_path(&self, taken: &Taken) -> PathBuf {
        let mut name = taken.name.clone();
        // So that it is not taken for what is said of another one.
        if name.as_encoded_bytes().ends_with(b".reason.toml") {
            name.push(".report");
        }
        free_path(&self.bad(), &name)
    }

    /// Moves a report that is broken to where it is to be.
    pub(super) fn quarantine(&self, taken: &Taken, to: &Path) -> Result<()> {
        fs::rename(&taken.path, to).map_err(|error| Error::io(&taken.path, "move", error))
    }

    /// Lets a report wait again.
    pub(super) fn give_back(&self, path: &Path, name: &OsStr) -> Result<PathBuf> {
        move_into(path, &self.incoming(), name)
    }

    /// Moves a report that nobody wants to try again.
    pub(super) fn dropped(&self, path: &Path, name: &OsStr) -> Result<PathBuf> {
        move_into(path, &self.folder.join("done").join("dropped"), name)
    }
}

/// Moves a file into a folder, by its name or, where that is taken, with a number behind it.
fn move_into(from: &Path, folder: &Path, name: &OsStr) -> Result<PathBuf> {
    let to = free_path(folder, name);
    match fs::rename(from, &to) {
        Ok(()) => return Ok(to),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !folder.is_dir() => {}
        Err(error) => return Err(Error::io(from, "move", error)),
    }
    fs::create_dir_all(folder).map_err(|error| Error::io(folder, "create", error))?;
    fs::rename(from, &to).map_err(|error| Error::io(from, "move", error))?;
    Ok(to)
}

/// A path in a folder that is not taken: of the name itself, or of one with a number behind it.
fn free_path(folder: &Path, name: &OsStr) -> PathBuf {
    let mut path = folder.join(name);
    let mut number = 1u32;
    while path.symlink_metadata().is_ok() {
        number += 1;
        path = folder.join(numbered(name, number));
    }
    path
}

/// A name with a number behind it, of which the end is cut off where that is too long.
fn numbered(name: &OsStr, number: u32) -> OsString {
    let end = format!("~{number}");
    let bytes = name.as_encoded_bytes();
    if bytes.len() + end.len() <= LONGEST {
        let mut longer = name.to_owned();
        longer.push(end);
        return longer;
    }
    let text = name.to_string_lossy();
    let cut = text.floor_char_boundary(LONGEST.saturating_sub(end.len()).min(text.len()));
    OsString::from(format!("{}{end}", &text[..cut]))
}
