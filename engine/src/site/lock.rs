//! Files that only one process holds at a time.
//!
//! The operating system holds them, so that one whose process is gone is free, however that ended; the file
//! says which process it was, for people and for the log.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A file that this process holds, until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    /// The process that held it last and did not give it back.
    pub stale: Option<u32>,
}

/// What became of trying to hold a file.
#[derive(Debug)]
pub enum Held {
    /// This process holds it.
    Here(Lock),
    /// Another one does, whose number is known where it could be read.
    Elsewhere(Option<u32>),
}

impl Lock {
    /// Holds a file, or says who does.
    ///
    /// # Errors
    ///
    /// The file cannot be made.
    pub fn attempt(path: &Path) -> Result<Held> {
        let mut file = open(path)?;
        match file.try_lock() {
            Ok(()) => Lock::take(file, path).map(Held::Here),
            Err(TryLockError::WouldBlock) => Ok(Held::Elsewhere(process(&mut file))),
            Err(TryLockError::Error(error)) => Err(Error::io(path, "lock", error)),
        }
    }

    /// Holds a file as soon as nobody else does.
    ///
    /// # Errors
    ///
    /// The file cannot be made.
    pub fn wait(path: &Path) -> Result<Lock> {
        let file = open(path)?;
        file.lock().map_err(|error| Error::io(path, "lock", error))?;
        Lock::take(file, path)
    }

    fn take(mut file: File, path: &Path) -> Result<Lock> {
        let stale = process(&mut file);
        let mut lock = Lock { file, stale };
        lock.write(&format!("{}\n", std::process::id())).map_err(|error| Error::io(path, "write", error))?;
        Ok(lock)
    }

    fn write(&mut self, text: &str) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(text.as_bytes())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A number that stays is taken for that of a process that is gone, which is what it then is.
        let _ = self.write("");
    }
}

fn open(path: &Path) -> Result<File> {
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    opened.map_err(|error| Error::io(PathBuf::from(path), "open", error))
}

/// The process that a file names.
fn process(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
