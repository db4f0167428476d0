//! What of a folder was expanded and is still needed, because members of it overlap.
//!
//! Holds one stretch of bytes, the first [`MEMORY`] in memory and all in a file without a name when
//! they are more. A folder has at most 65,535 blocks, so that it never holds 2 GiB.

use std::io::{self, Read, Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;

/// How much is held in memory.
const MEMORY: usize = 1 << 20;

/// A stretch of a folder's bytes.
#[derive(Default)]
pub(super) struct History {
    spool: Option<SpooledTempFile>,
    base: u64,
    length: u64,
}

impl History {
    /// Keeps bytes that begin at `position`; what is kept already ends there.
    pub(super) fn keep(&mut self, position: u64, bytes: &[u8]) -> io::Result<()> {
        if self.length == 0 {
            self.base = position;
        }
        // INVARIANT: the stretch has no hole.
        debug_assert_eq!(self.base + self.length, position);
        let spool = self.spool.get_or_insert_with(|| SpooledTempFile::new(MEMORY));
        spool.seek(SeekFrom::Start(self.length))?;
        spool.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Forgets everything.
    pub(super) fn forget(&mut self) {
        self.length = 0;
    }

    /// Reads what is kept at `position`.
    pub(super) fn read(&mut self, position: u64, buf: &mut [u8]) -> io::Result<usize> {
        let at = position.checked_sub(self.base).filter(|at| *at < self.length);
        // INVARIANT: a folder keeps what it still has to give.
        let (Some(at), Some(spool)) = (at, &mut self.spool) else {
            return Err(io::Error::other("bytes of a folder were not kept"));
        };
        let most = usize::try_from(self.length - at).unwrap_or(usize::MAX).min(buf.len());
        spool.seek(SeekFrom::Start(at))?;
        spool.read(&mut buf[..most])
    }
}
