//! The frame of the files that are ours, the index and the matrix: header, sections, checksum.
//!
//! Knows bytes and lengths; what a section means, its owner knows. The byte contract is
//! `docs/index-format.md`, "Frame".

use std::hash::Hasher;
use std::io::{Seek, SeekFrom, Write};
use std::ops::Range;

use twox_hash::XxHash3_64;

use crate::diagnostic::Code;
use crate::error::{Error, Result};

pub mod folder;
pub mod map;
pub mod output;
pub mod record;
pub mod scratch;

/// Length of the header before the section table.
const HEADER: usize = 64;
/// Length of one entry of the section table.
const ENTRY: usize = 24;
/// Where the checksum stands in the header; it counts as zero while it is computed, and the header last,
/// because it is written last.
const CHECKSUM: Range<usize> = 32..40;
/// Says that numbers are little-endian.
const BYTE_ORDER: u32 = 0x0403_0201;
/// Says that offsets have 64 bits.
const WIDTH: u32 = 64;
/// The most sections that a file may have.
const SECTIONS: usize = 64;

/// Every section begins at a multiple of this.
pub const ALIGNMENT: usize = 16;

/// A kind of file: its magic bytes, its version, its name in messages.
#[derive(Clone, Copy, Debug)]
pub struct FileKind {
    /// The first eight bytes.
    pub magic: [u8; 8],
    /// The format version that this build reads and writes.
    pub version: u32,
    /// What it is called: `index`, `matrix`.
    pub name: &'static str,
    /// What to do about a file of another version.
    pub renew: &'static str,
}

/// A file of ours in memory or mapped: its sections, found and bounded.
#[derive(Clone, Copy, Debug)]
pub struct Archive<'a> {
    bytes: &'a [u8],
    sections: usize,
}

impl<'a> Archive<'a> {
    /// Reads header and section table.
    ///
    /// # Errors
    ///
    /// The bytes are not a file of `kind`, of another version, cut off, or a section leaves the file.
    pub fn open(kind: FileKind, bytes: &'a [u8]) -> Result<Self> {
        let magic = bytes.get(..8).unwrap_or_default();
        if magic != kind.magic {
            return Err(Error::new(Code::WrongFormat, format!("not a patchstate {}", kind.name)));
        }
        let short = || Error::new(Code::BadTable, format!("the {} is cut off", kind.name));
        let header = bytes.get(..HEADER).ok_or_else(short)?;
        let version = number(header, 8);
        if version != kind.version {
            let message =
                format!("{} has format version {version}, this build reads {}", kind.name, kind.version);
            return Err(Error::new(Code::WrongVersion, message).with_hint(kind.renew));
        }
        if number(header, 12) != BYTE_ORDER || number(header, 16) != WIDTH {
            return Err(Error::new(Code::BadTable, "another byte order or width than this build reads"));
        }
        let length = wide(header, 24);
        if length != bytes.len() as u64 {
            let message = format!("the {} says {length} bytes and has {}", kind.name, bytes.len());
            return Err(Error::new(Code::BadTable, message).with_hint("the file was cut off or added to"));
        }
        let archive = Archive { bytes, sections: number(header, 20) as usize };
        archive.check_sections()?;
        Ok(archive)
    }

    fn check_sections(&self) -> Result<()> {
        let bad = |message: &str| Err(Error::new(Code::BadTable, message));
        if self.sections > SECTIONS || self.bytes.len() < HEADER + self.sections * ENTRY {
            return bad("the section table is cut off");
        }
        let (mut free, mut last) = ((HEADER + self.sections * ENTRY) as u64, None);
        for entry in self.entries() {
            let (id, offset, length) = (number(entry, 0), wide(entry, 8), wide(entry, 16));
            let end = offset.checked_add(length).filter(|end| *end <= self.bytes.len() as u64);
            let Some(end) = end.filter(|_| offset.is_multiple_of(ALIGNMENT as u64)) else {
                return bad(&format!("section {id} leaves the file or its place"));
            };
            if offset < free || last >= Some(id) {
                return bad(&format!("section {id} is out of order"));
            }
            (free, last) = (end, Some(id));
        }
        Ok(())
    }

    fn entries(&self) -> impl Iterator<Item = &'a [u8]> {
        let table = self.bytes.get(HEADER..HEADER + self.sections * ENTRY).unwrap_or_default();
        table.chunks_exact(ENTRY)
    }

    /// The bytes of section `id`.
    ///
    /// # Errors
    ///
    /// There is no such section.
    pub fn section(&self, id: u32) -> Result<&'a [u8]> {
        let missing = || Error::new(Code::BadTable, format!("section {id} is missing"));
        let entry = self.entries().find(|entry| number(entry, 0) == id).ok_or_else(missing)?;
        let start = usize::try_from(wide(entry, 8)).map_err(|_| missing())?;
        let length = usize::try_from(wide(entry, 16)).map_err(|_| missing())?;
        self.bytes.get(start..start.saturating_add(length)).ok_or_else(missing)
    }

    /// The length of the file.
    pub fn bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The ids and lengths of all sections.
    pub fn sections(&self) -> impl Iterator<Item = (u32, u64)> {
        self.entries().map(|entry| (number(entry, 0), wide(entry, 16)))
    }

    /// Compares the stored checksum with the one of the bytes.
    ///
    /// # Errors
    ///
    /// They differ: the file was damaged.
    pub fn check(&self) -> Result<()> {
        let stored = wide(self.bytes, CHECKSUM.start);
        let mut sum = Sum::new();
        let (head, sections) =
            self.bytes.split_at_checked(HEADER + self.sections * ENTRY).unwrap_or((self.bytes, &[]));
        sum.update(sections);
        sum.update(head.get(..CHECKSUM.start).unwrap_or_default());
        sum.update(&[0; CHECKSUM.end - CHECKSUM.start]);
        sum.update(head.get(CHECKSUM.end..).unwrap_or_default());
        if sum.finish() == stored {
            return Ok(());
        }
        Err(Error::new(Code::BadTable, "the checksum does not fit the bytes")
            .with_hint("the file was damaged; write it again"))
    }

    /// The stored checksum, which identifies the contents.
    pub fn checksum(&self) -> u64 {
        wide(self.bytes, CHECKSUM.start)
    }
}

/// Writes a file of ours: the sections one after another, each at its alignment, and then the header
/// before them.
///
/// What is written goes on at once, so that nothing is held.
#[derive(Debug)]
pub struct Writer<W> {
    kind: FileKind,
    /// The sections that there are to be.
    ids: &'static [u32],
    /// Where those stand that were begun.
    places: Vec<Range<u64>>,
    /// Where the file begins, and how much of it there is.
    start: u64,
    length: u64,
    sum: Sum,
    out: W,
}

impl<W: Write + Seek> Writer<W> {
    /// Begins a file that will have these sections, at most 64, by rising ids.
    ///
    /// # Errors
    ///
    /// Writing fails, as for all that follow.
    pub fn new(kind: FileKind, ids: &'static [u32], mut out: W) -> Result<Self> {
        let start = out.stream_position()?;
        let head = HEADER + ids.len() * ENTRY;
        out.write_all(&vec![0; head])?;
        let (places, sum) = (Vec::with_capacity(ids.len()), Sum::new());
        Ok(Writer { kind, ids, places, start, length: head as u64, sum, out })
    }

    /// Ends a section and begins the next one, which must be `id`; its bytes are then written.
    ///
    /// # Errors
    ///
    /// Another one is the next.
    pub fn section(&mut self, id: u32) -> Result<()> {
        if self.ids.get(self.places.len()) != Some(&id) {
            return Err(Error::new(Code::BadTable, format!("section {id} is written out of order")));
        }
        self.end_section()?;
        self.places.push(self.length..self.length);
        Ok(())
    }

    fn end_section(&mut self) -> Result<()> {
        if let Some(last) = self.places.last_mut() {
            last.end = self.length;
        }
        let padding = self.length.next_multiple_of(ALIGNMENT as u64) - self.length;
        Ok(self.write_all(&[0; ALIGNMENT][..padding as usize])?)
    }

    /// Ends the last section and writes the header; gives the checksum, and what was written into.
    ///
    /// # Errors
    ///
    /// A section is missing.
    pub fn finish(mut self) -> Result<(u64, W)> {
        if let Some(id) = self.ids.get(self.places.len()) {
            return Err(Error::new(Code::BadTable, format!("section {id} was not written")));
        }
        self.end_section()?;
        let mut head = self.head();
        self.sum.update(&head);
        let sum = self.sum.finish();
        head[CHECKSUM].copy_from_slice(&sum.to_le_bytes());
        self.out.seek(SeekFrom::Start(self.start))?;
        self.out.write_all(&head)?;
        self.out.seek(SeekFrom::Start(self.start + self.length))?;
        Ok((sum, self.out))
    }

    /// Header and section table, with a zero in place of the checksum.
    fn head(&self) -> Vec<u8> {
        let mut head = Vec::with_capacity(HEADER + self.ids.len() * ENTRY);
        head.extend(self.kind.magic);
        head.extend(self.kind.version.to_le_bytes());
        head.extend(BYTE_ORDER.to_le_bytes());
        head.extend(WIDTH.to_le_bytes());
        head.extend((self.ids.len() as u32).to_le_bytes());
        head.extend(self.length.to_le_bytes());
        head.resize(HEADER, 0);
        for (id, place) in self.ids.iter().zip(&self.places) {
            head.extend(id.to_le_bytes());
            head.extend([0; 4]);
            head.extend(place.start.to_le_bytes());
            head.extend((place.end - place.start).to_le_bytes());
        }
        head
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.sum.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// The little-endian number of 32 bits at `at`; 0 beyond the end.
fn number(bytes: &[u8], at: usize) -> u32 {
    let bytes = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, u32::from_le_bytes)
}

/// The little-endian number of 64 bits at `at`; 0 beyond the end.
fn wide(bytes: &[u8], at: usize) -> u64 {
    let bytes = bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, u64::from_le_bytes)
}

/// The checksum of our files: XXH3 of 64 bits.
struct Sum(XxHash3_64);

impl std::fmt::Debug for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sum({:x})", self.0.finish())
    }
}

impl Sum {
    fn new() -> Self {
        Sum(XxHash3_64::new())
    }

    fn update(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    fn finish(self) -> u64 {
        self.0.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: FileKind =
        FileKind { magic: *b"PSTESTS\n", version: 1, name: "test", renew: "write it again" };

    fn sample() -> Vec<u8> {
        let mut out = std::io::Cursor::new(Vec::new());
        let mut writer = Writer::new(KIND, &[1, 7, 9], &mut out).expect("writes to memory");
        for (id, bytes) in [(1, &b"abcd"[..]), (7, b""), (9, &[1; 40])] {
            writer.section(id).expect("is the next one");
            writer.write_all(bytes).expect("writes to memory");
        }
        writer.finish().expect("writes to memory");
        out.into_inner()
    }

    #[test]
    fn sections_are_written_in_their_order_and_all_of_them() {
        let writer =
            || Writer::new(KIND, &[1, 7], std::io::Cursor::new(Vec::new())).expect("writes to memory");
        let mut skips = writer();
        assert!(skips.section(7).is_err());
        skips.section(1).expect("is the next one");
        assert!(skips.section(1).is_err());
        assert!(skips.finish().is_err());
    }

    #[test]
    fn sections_come_back() {
        let bytes = sample();
        let archive = Archive::open(KIND, &bytes).expect("opens");
        archive.check().expect("is whole");
        assert_eq!(archive.section(1).expect("is there"), b"abcd");
        assert_eq!(archive.section(7).expect("is there"), b"");
        assert_eq!(archive.section(9).expect("is there"), [1; 40]);
        assert!(archive.section(2).is_err());
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let bytes = sample();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            assert!(
                Archive::open(KIND, &damaged).and_then(|archive| archive.check()).is_err(),
                "flip at {at}"
            );
            assert!(Archive::open(KIND, &bytes[..at]).is_err(), "cut at {at}");
        }
    }
}
