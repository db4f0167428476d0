//! A temporary file without a name, for what can be read only once.
//!
//! Knows bytes and where they lie; knows nothing of what they are. The file is gone when the last
//! handle is closed, however the program ends.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// The file, made when it is needed first.
#[derive(Debug, Default)]
pub(super) struct Spool {
    file: OnceLock<File>,
    length: AtomicU64,
}

/// How much is copied at a time.
const CHUNK: usize = 128 << 10;

impl Spool {
    /// Appends all that `source` gives and says where it lies.
    ///
    /// The inner error is that of a source that fails; it leaves bytes behind that nothing refers to.
    pub(super) fn take(&mut self, source: &mut dyn Read) -> Result<Result<Range<u64>>> {
        let start = *self.length.get_mut();
        let mut chunk = vec![0; CHUNK];
        loop {
            let count = match source.read(&mut chunk) {
                Ok(0) => return Ok(Ok(start..*self.length.get_mut())),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Ok(Err(Error::from(error))),
            };
            self.append(&chunk[..count])?;
        }
    }

    /// Appends bytes and says where they lie; may be called from several threads at once.
    pub(super) fn append(&self, bytes: &[u8]) -> Result<Range<u64>> {
        let start = self.length.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.file()
            .and_then(|file| write_at(file, bytes, start))
            .map_err(|error| Error::io("temporary file", "write", error))?;
        Ok(start..start + bytes.len() as u64)
    }

    /// Reads what lies at `range` into `buffer`, in place of what was there.
    pub(super) fn read(&self, range: Range<u64>, buffer: &mut Vec<u8>) -> Result<()> {
        buffer.resize(usize::try_from(range.end - range.start).unwrap_or(usize::MAX), 0);
        self.file()
            .and_then(|file| read_at(file, buffer, range.start))
            .map_err(|error| Error::io("temporary file", "read", error))
    }

    fn file(&self) -> io::Result<&File> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let file = tempfile::tempfile()?;
        Ok(self.file.get_or_init(|| file))
    }
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

/// Reads exactly as many bytes as `buffer` has.
#[cfg(unix)]
pub(super) fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, at)
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = std::os::windows::fs::FileExt::seek_write(file, bytes, at)?;
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[count..];
        at += count as u64;
    }
    Ok(())
}

/// Reads exactly as many bytes as `buffer` has.
#[cfg(windows)]
pub(super) fn read_at(file: &File, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        let count = std::os::windows::fs::FileExt::seek_read(file, buffer, at)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer = &mut buffer[count..];
        at += count as u64;
    }
    Ok(())
}
