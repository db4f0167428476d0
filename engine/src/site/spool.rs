//! The folders that reports pass through: `in`, `work`, and then `done` or `bad`.
//!
//! A report is moved by renaming, so that it stands in one place at any time. Reports that are taken together
//! lie in one folder, which moves on as a whole where most of what is in it has the same way to go. Names come
//! from outside and are kept, whatever they are; a name that is taken already gets a number. Knows nothing of
//! what is in a report.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use rayon::prelude::*;

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
pub(super) struct Finished {
    /// By the folder of the batch that they were taken in: their names, and where each is to be moved.
    batches: BTreeMap<PathBuf, Vec<(OsString, PathBuf)>>,
    reports: usize,
}

impl Finished {
    /// How many they may be: what is known of them takes memory.
    const MOST: usize = 1 << 16;

    /// From how many reports of a batch on that have the same way to go their folder goes with them.
    const TOGETHER: usize = 64;

    /// Lets a report wait to be moved into a folder; those of a batch come one after another.
    pub(super) fn push(&mut self, taken: Taken, to: PathBuf) -> Result<()> {
        let folder = taken.path.parent().unwrap_or(Path::new(""));
        if self.reports >= Self::MOST && !self.batches.contains_key(folder) {
            // Of the batches before, nothing comes any more.
            std::mem::take(self).settle()?;
        }
        self.reports += 1;
        self.batches.entry(folder.to_owned()).or_default().push((taken.name, to));
        Ok(())
    }

    /// Moves all to where they belong.
    pub(super) fn settle(self) -> Result<()> {
        self.batches.into_iter().try_for_each(|(folder, reports)| Self::settle_batch(&folder, &reports))
    }

    fn settle_batch(folder: &Path, reports: &[(OsString, PathBuf)]) -> Result<()> {
        let mut ways: BTreeMap<&Path, usize> = BTreeMap::new();
        reports.iter().for_each(|(_, to)| *ways.entry(to).or_default() += 1);
        let most = ways.into_iter().max_by_key(|(_, count)| *count);
        let together = most.filter(|(_, count)| *count >= Self::TOGETHER).map(|(to, _)| to);
        for (name, to) in reports.iter().filter(|(_, to)| Some(to.as_path()) != together) {
            move_into(&folder.join(name), to, name)?;
        }
        match together {
            Some(to) => move_into(folder, to, folder.file_name().unwrap_or_default()).map(|_| ()),
            None => remove_empty(folder),
        }
    }
}

/// Removes a folder in which nothing is left.
pub(super) fn remove_empty(folder: &Path) -> Result<()> {
    match fs::remove_dir(folder) {
        Ok(()) => Ok(()),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty) => {
            Ok(())
        }
        Err(error) => Err(Error::io(folder, "remove", error)),
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

    /// Where a worker keeps a batch of the reports that it took at a time.
    pub(super) fn batch(&self, worker: Worker, now: Timestamp, number: usize) -> PathBuf {
        self.work(worker).join(format!("{}-{number:04}", now.strftime("%H%M%S")))
    }

    /// Where a worker keeps all that it took.
    fn work(&self, worker: Worker) -> PathBuf {
        self.folder.join("work").join(match worker {
            Worker::Scan => "scan",
            Worker::Expedite => "expedite",
        })
    }

    /// Gives back what an interrupted run of the same worker took; how many reports that were.
    pub(super) fn recover(&self, worker: Worker) -> Result<u64> {
        let work = self.work(worker);
        let mut folders = vec![work.clone()];
        folders.extend(super::folder_names(&work)?.into_iter().map(|batch| work.join(batch)));
        let mut recovered = 0;
        for folder in folders {
            for name in super::file_names(&folder)? {
                move_into(&folder.join(&name), &self.incoming(), &name)?;
                recovered += 1;
            }
            remove_empty(&folder)?;
        }
        Ok(recovered)
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
        let look = |name: OsString| {
            let path = incoming.join(&name);
            match fs::symlink_metadata(&path) {
                Ok(about) => Some(Ok(Taken { name, path, about })),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => Some(Err(Error::io(path, "look at", error))),
            }
        };
        names.into_par_iter().filter_map(look).collect()
    }

    /// Takes a report that was looked at into the folder of a batch, so that no other worker does, and says
    /// whether it is still that one: it may be gone, or another one may have come by its name.
    pub(super) fn take(&self, batch: &Path, report: &mut Taken) -> Result<bool> {
        let path = batch.join(&report.name);
        match fs::rename(&report.path, &path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(Error::io(&report.path, &into(batch), error)),
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
        fs::rename(&taken.path, to).map_err(|error| Error::io(&taken.path, &into(&self.bad()), error))
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
        Err(error) => return Err(Error::io(from, &into(folder), error)),
    }
    super::make_folder(folder)?;
    fs::rename(from, &to).map_err(|error| Error::io(from, &into(folder), error))?;
    Ok(to)
}

/// What is said to be tried when a file is moved into a folder: either may be what is in the way.
fn into(folder: &Path) -> String {
    format!("move into `{}`", folder.display())
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
