//! Files that appear whole or not at all; and which files and folders of this process are unfinished.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use tempfile::TempPath;

use crate::diagnostic::Code;
use crate::error::{Error, Result};

/// The files and folders of this process that are being written. A signal ends a process without running any
/// destructor, so what is unfinished has to be known to whoever handles signals.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

pub(super) fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes all files and folders that are being written, for a process that is about to be ended by a signal.
///
/// While the result lives no other thread can begin a file or put one in place, so it is to be kept
/// until the process ends.
#[must_use = "files can be begun again once it is dropped"]
pub fn abandon() -> Abandoned {
    let paths = unfinished();
    for path in paths.iter() {
        // One that cannot be removed is left: nothing better can be done while the process ends.
        let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    }
    Abandoned { _held: paths }
}

/// What the names of files that are being written begin with.
const PREFIX: &str = ".patchstate-";

/// Removes what a process left in a folder that ended without putting it in place; nobody else may be writing
/// there.
///
/// # Errors
///
/// The folder cannot be listed, or a file not be removed.
pub fn sweep(folder: &Path) -> Result<()> {
    let listed = |error| Error::io(folder, "list", error);
    for entry in std::fs::read_dir(folder).map_err(listed)? {
        let path = entry.map_err(listed)?.path();
        let name = path.file_name().unwrap_or_default();
        if name.as_encoded_bytes().starts_with(PREFIX.as_bytes()) {
            std::fs::remove_file(&path).map_err(|error| Error::io(&path, "remove", error))?;
        }
    }
    Ok(())
}

/// Keeps files from being begun or put in place.
#[derive(Debug)]
pub struct Abandoned {
    _held: MutexGuard<'static, Vec<PathBuf>>,
}

/// A file being written beside its destination; [`Output::finish`] puts it in place by one rename.
///
/// Dropped before that, it leaves nothing behind, and what stood at the destination stays.
#[derive(Debug)]
pub struct Output {
    path: PathBuf,
    temporary: TempPath,
    file: BufWriter<File>,
    /// Bytes that were written since some were last sent to the disk.
    unsent: usize,
    /// Sends them there meanwhile.
    sending: Option<JoinHandle<io::Result<()>>>,
    known: Known,
}

/// Bytes that are gathered before they are sent to the disk while more are written, so that little is
/// left to wait for at the end.
const SEND: usize = 4 << 20;

/// What is waited for before a file is put in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    Disk,
    Nothing,
}

/// The entry of a file or folder among those that are unfinished.
#[derive(Debug)]
pub(super) struct Known(PathBuf);

impl Known {
    /// Enters what is at `path` among those that are held.
    pub(super) fn new(path: &Path, held: &mut Vec<PathBuf>) -> Known {
        held.push(path.to_owned());
        Known(path.to_owned())
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        unfinished().retain(|path| *path != self.0);
    }
}

impl Output {
    /// Makes sure that a file may appear at `path`, before the work that it is to hold is done.
    ///
    /// # Errors
    ///
    /// The folder is not there, or what stands at `path` is no ordinary file.
    pub fn check(path: &Path) -> Result<()> {
        destination(path).map(|_| ())
    }

    /// Begins a file that will appear at `path`.
    ///
    /// # Errors
    ///
    /// The folder is not there or cannot be written, or what stands at `path` is no ordinary file.
    pub fn create(path: &Path) -> Result<Output> {
        let path = &destination(path)?;
        let folder = folder(path);
        let mut paths = unfinished();
        let file = builder().prefix(PREFIX).tempfile_in(folder);
        let file = file.map_err(|error| Error::io(path, "create", error))?;
        let known = Known::new(file.path(), &mut paths);
        let (file, temporary) = file.into_parts();
        let (path, file) = (path.to_owned(), BufWriter::with_capacity(1 << 20, file));
        Ok(Output { path, temporary, file, unsent: 0, sending: None, known })
    }

    /// Sends what was written to the disk, unless something is being sent.
    fn send(&mut self) -> io::Result<()> {
        if self.sending.as_ref().is_some_and(|sending| !sending.is_finished()) {
            return Ok(());
        }
        self.sent()?;
        self.unsent = 0;
        // Where no file or thread can be had for it, everything is sent at the end.
        let file = self.file.get_ref().try_clone().ok();
        self.sending = file.and_then(|file| thread::Builder::new().spawn(move || file.sync_data()).ok());
        Ok(())
    }

    /// Names the file in a failure; what has only to be tried again stays as it is.
    fn failed(&self, error: io::Error) -> io::Error {
        match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => Error::io(&self.path, "write", error).into(),
        }
    }

    /// Waits for what is being sent. Its failure is told once and to nobody else, so it must not be lost.
    fn sent(&mut self) -> io::Result<()> {
        match self.sending.take().map(JoinHandle::join) {
            Some(Ok(sent)) => sent,
            Some(Err(_)) => Err(io::Error::other("sending to the disk failed")),
            None => Ok(()),
        }
    }

    /// Where the file lies until it is put in place; all that was written can be read there.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn written(&mut self) -> Result<&Path> {
        self.flush()?;
        Ok(&self.temporary)
    }

    /// Writes everything to the disk and puts the file in place.
    ///
    /// # Errors
    ///
    /// Writing or renaming fails; the destination is as before.
    pub fn finish(self) -> Result<()> {
        self.put(Wait::Disk)
    }

    /// Puts the file in place without waiting for what is not being sent to the disk: for many small files
    /// that are easily made again.
    ///
    /// # Errors
    ///
    /// As [`Output::finish`].
    pub fn finish_unsynced(self) -> Result<()> {
        self.put(Wait::Nothing)
    }

    fn put(mut self, wait: Wait) -> Result<()> {
        self.sent().map_err(|error| self.failed(error))?;
        let path = self.path;
        let file = self.file.into_inner().map_err(|error| Error::io(&path, "write", error.into_error()))?;
        if wait == Wait::Disk {
            file.sync_all().map_err(|error| Error::io(&path, "write", error))?;
        }
        {
            let _held = unfinished();
            self.temporary.persist(&path).map_err(|error| Error::io(&path, "put in place", error.error))?;
        }
        // Only here, because the entry takes itself off the list that was held.
        drop(self.known);
        Ok(())
    }
}

/// The file that is to be replaced: what a link leads to, and never a device or a pipe, because a rename
/// would put the file in its place for everyone and for good.
fn destination(path: &Path) -> Result<PathBuf> {
    let is_link = std::fs::symlink_metadata(path).is_ok_and(|known| known.is_symlink());
    let target = if is_link { std::fs::canonicalize(path).ok() } else { None };
    let target = target.unwrap_or_else(|| path.to_owned());
    let refused = |message: String| Err(Error::new(Code::Io, message).in_file(path.to_string_lossy()));
    if std::fs::metadata(&target).is_ok_and(|known| !known.is_file()) {
        return refused("is there and is no ordinary file, so it is not replaced".to_owned());
    }
    let folder = folder(&target);
    if !folder.is_dir() {
        return refused(format!("there is no folder `{}`", folder.display()));
    }
    Ok(target)
}

/// The folder that a file stands in.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// What makes files with the permissions of ordinary new ones, which the process may narrow, instead of
/// private ones.
#[cfg(unix)]
fn builder<'a>() -> tempfile::Builder<'a, 'a> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = tempfile::Builder::new();
    builder.permissions(std::fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn builder<'a>() -> tempfile::Builder<'a, 'a> {
    tempfile::Builder::new()
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.unsent >= SEND {
            self.send().map_err(|error| self.failed(error))?;
        }
        let written = self.file.write(bytes).map_err(|error| self.failed(error))?;
        self.unsent += written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush().map_err(|error| self.failed(error))
    }
}

impl Seek for Output {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to).map_err(|error| self.failed(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<std::ffi::OsString> {
        let entries = std::fs::read_dir(folder).expect("can be listed");
        entries.map(|entry| entry.expect("can be listed").file_name()).collect()
    }

    #[test]
    fn what_is_sent_in_pieces_comes_out_whole() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("large");
        let numbers: Vec<u8> = (0..SEND as u32).flat_map(u32::to_le_bytes).collect();
        let mut output = Output::create(&path).expect("can be created");
        let (mut sends, mut at) = (0, 0);
        for piece in numbers.chunks(1 << 19) {
            output.write_all(piece).expect("is written");
            sends += usize::from(output.unsent < at);
            at = output.unsent;
        }
        assert!(sends > 0, "something was sent meanwhile");
        assert_eq!(names(folder.path()).len(), 1, "nothing is in place yet");
        assert!(!path.exists());
        output.seek(SeekFrom::Start(3)).expect("is a file");
        output.write_all(b"!").expect("is written");
        output.finish().expect("is put in place");
        let found = std::fs::read(&path).expect("is there");
        assert!(found[..3] == numbers[..3] && found[3] == b'!' && found[4..] == numbers[4..]);
        assert_eq!(names(folder.path()), ["large"]);
    }

    #[test]
    fn what_is_dropped_leaves_the_destination_as_it_was() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("kept");
        std::fs::write(&path, "before").expect("is written");
        let mut output = Output::create(&path).expect("can be created");
        output.write_all(&vec![7; 2 * SEND]).expect("is written");
        drop(output);
        assert_eq!(std::fs::read(&path).expect("is there"), b"before");
        assert_eq!(names(folder.path()), ["kept"]);
    }
}
