//! The frame of the files that are ours, the index and the matrix: header, sections, checksum.
//!
//! Knows bytes and lengths; what a section means, its owner knows. The byte contract is
//! `docs/index-format.md`, "Frame".

use std::io::Write;

use xxhash_rust::xxh3::Xxh3Default;

use crate::diagnostic::Code;
use crate::error::{Error, Result};

pub mod map;
pub mod output;
pub mod record;

/// Length of the header before the section table.
const HEADER: usize = 64;
/// Length of one entry of the section table.
const ENTRY: usize = 24;
/// Where the checksum stands in the header; it counts as zero while it is computed.
const CHECKSUM: std::ops::Range<usize> = 32..40;
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
        sum.update(self.bytes.get(..CHECKSUM.start).unwrap_or_default());
        sum.update(&[0; CHECKSUM.end - CHECKSUM.start]);
        sum.update(self.bytes.get(CHECKSUM.end..).unwrap_or_default());
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

/// A part of a section: bytes that are there, or that are made when they are written.
pub trait Part {
    /// How many bytes it has.
    fn length(&self) -> u64;

    /// Writes them.
    ///
    /// # Errors
    ///
    /// Writing fails.
    fn write(&self, out: &mut dyn Write) -> Result<()>;
}

impl Part for [u8] {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn write(&self, out: &mut dyn Write) -> Result<()> {
        Ok(out.write_all(self)?)
    }
}

impl Part for Vec<u8> {
    fn length(&self) -> u64 {
        self.as_slice().length()
    }

    fn write(&self, out: &mut dyn Write) -> Result<()> {
        Part::write(self.as_slice(), out)
    }
}

/// Lays out a file of ours: header, section table, sections, each at its alignment.
///
/// The sections are written part by part so that nothing is held twice.
///
/// # Errors
///
/// Writing fails, or there are too many sections.
pub fn write<P: Part + ?Sized>(
    kind: FileKind,
    sections: &[(u32, &[&P])],
    out: &mut (impl Write + std::io::Seek),
) -> Result<u64> {
    if sections.len() > SECTIONS {
        return Err(Error::new(Code::TooLarge, "too many sections"));
    }
    let start = out.stream_position()?;
    let mut summed = Summed { sum: Sum::new(), out: &mut *out };
    summed.write_all(&head(kind, sections))?;
    for (_, parts) in sections {
        for part in *parts {
            part.write(&mut summed)?;
        }
        summed.write_all(&[0; ALIGNMENT][..padding(length(parts))])?;
    }
    let sum = summed.sum.finish();
    out.seek(std::io::SeekFrom::Start(start + CHECKSUM.start as u64))?;
    out.write_all(&sum.to_le_bytes())?;
    out.seek(std::io::SeekFrom::End(0))?;
    Ok(sum)
}

/// Writes on, and takes the checksum of what goes by.
struct Summed<W> {
    sum: Sum,
    out: W,
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

fn length<P: Part + ?Sized>(parts: &[&P]) -> u64 {
    parts.iter().map(|part| part.length()).sum()
}

/// Header and section table, with a zero in place of the checksum.
fn head<P: Part + ?Sized>(kind: FileKind, sections: &[(u32, &[&P])]) -> Vec<u8> {
    let table = HEADER + sections.len() * ENTRY;
    let mut at = table as u64 + padding(table as u64) as u64;
    let mut entries = Vec::with_capacity(sections.len() * ENTRY);
    for (id, parts) in sections {
        let length = length(parts);
        entries.extend(id.to_le_bytes());
        entries.extend([0; 4]);
        entries.extend(at.to_le_bytes());
        entries.extend(length.to_le_bytes());
        at += length + padding(length) as u64;
    }
    let mut head = Vec::with_capacity(table);
    head.extend(kind.magic);
    head.extend(kind.version.to_le_bytes());
    head.extend(BYTE_ORDER.to_le_bytes());
    head.extend(WIDTH.to_le_bytes());
    head.extend((sections.len() as u32).to_le_bytes());
    head.extend(at.to_le_bytes());
    head.resize(HEADER, 0);
    head.extend(entries);
    head.resize(head.len() + padding(head.len() as u64), 0);
    head
}

fn padding(length: u64) -> usize {
    (ALIGNMENT - (length % ALIGNMENT as u64) as usize) % ALIGNMENT
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
struct Sum(Xxh3Default);

impl Sum {
    fn new() -> Self {
        Sum(Xxh3Default::new())
    }

    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self) -> u64 {
        self.0.digest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: FileKind =
        FileKind { magic: *b"PSTESTS\n", version: 1, name: "test", renew: "write it again" };

    fn sample() -> Vec<u8> {
        let mut out = std::io::Cursor::new(Vec::new());
        let sections: [(u32, &[&[u8]]); 3] = [(1, &[b"abc", b"d"]), (7, &[b""]), (9, &[&[1; 40]])];
        write(KIND, &sections, &mut out).expect("writes to memory");
        out.into_inner()
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
