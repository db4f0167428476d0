//! The bytes of a file of ours: read into aligned memory, or mapped.
//!
//! The only module of the engine with `unsafe`: a mapping is as trustworthy as the promise that nobody
//! shortens the file.
#![allow(unsafe_code, reason = "mapping a file is unsafe, and this is the one module that does it")]

use std::fs::File;
use std::path::Path;

use rkyv::util::AlignedVec;

use super::ALIGNMENT;
use crate::error::{Error, Result};

/// The bytes of a file, at an address that is a multiple of [`ALIGNMENT`].
#[derive(Debug)]
pub struct Bytes(Held);

#[derive(Debug)]
enum Held {
    Read(AlignedVec<ALIGNMENT>),
    Mapped(memmap2::Mmap),
}

impl Bytes {
    /// Copies bytes to aligned memory.
    pub fn copy(bytes: &[u8]) -> Bytes {
        let mut aligned = AlignedVec::with_capacity(bytes.len());
        aligned.extend_from_slice(bytes);
        Bytes(Held::Read(aligned))
    }

    /// Reads a whole file.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn read(path: &Path) -> Result<Bytes> {
        let failed = |doing: &'static str| move |error| Error::io(path, doing, error);
        let mut file = File::open(path).map_err(failed("open"))?;
        let length = file.metadata().map_err(failed("look at"))?.len();
        let mut aligned = AlignedVec::with_capacity(usize::try_from(length).unwrap_or(0));
        aligned.extend_from_reader(&mut file).map_err(failed("read"))?;
        Ok(Bytes(Held::Read(aligned)))
    }

    /// Maps a whole file, whatever its size, in microseconds.
    ///
    /// # Errors
    ///
    /// The file cannot be opened or mapped.
    ///
    /// # Safety
    ///
    /// While the result lives, nobody may change or shorten the file. The files of this project are
    /// replaced by rename and never changed in place, so a file that only this project writes is safe.
    pub unsafe fn map(path: &Path) -> Result<Bytes> {
        let file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
        let length = file.metadata().map_err(|error| Error::io(path, "look at", error))?.len();
        if length == 0 {
            return Ok(Bytes::copy(&[]));
        }
        // SAFETY: the caller promises that the file does not change while it is mapped.
        let map = unsafe { memmap2::Mmap::map(&file) }.map_err(|error| Error::io(path, "map", error))?;
        Ok(Bytes(Held::Mapped(map)))
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        match &self.0 {
            Held::Read(bytes) => bytes,
            Held::Mapped(map) => map,
        }
    }
}
