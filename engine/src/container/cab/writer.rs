//! Writes a cabinet of one folder in one pass: its files one after another, then the tables before them.
//!
//! Knows the layout that every reader expects: header, folder, files, data. Names are given beforehand, so
//! that the place of the data is known; what else the tables say is filled in at the end. Data is stored,
//! or packed with MSZIP, whose blocks look back at the one before. Does not know what is in a file.

use std::io::{self, Seek, SeekFrom, Write};

use flate2::{Compress, Compression, FlushCompress, Status};

use super::block::{BLOCK, checksum};

/// The sizes of the header, and of the entry of the one folder.
const HEADER: usize = 36;
const FOLDER: usize = 8;
/// The size of the entry of a file without its name.
const FILE: usize = 16;
/// The least bytes of a deflated block of which none can be packed: its mark and one stored block.
const SLACK: usize = 64;
/// The date of all files: a Tuesday in March.
const DATE: u16 = 46 << 9 | 3 << 5 | 3;

/// How the data of a cabinet is packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    #[default]
    Stored,
    /// With MSZIP.
    Mszip,
}

/// A cabinet that is being written: what is written to it belongs to the file begun last.
///
/// ```
/// use std::io::{Cursor, Write};
/// use patchstate::container::{CabinetWriter, Kind, Packing, recognise};
///
/// let mut cabinet = CabinetWriter::new(Cursor::new(Vec::new()), Packing::Mszip, &["a.txt", "b.txt"])?;
/// for text in ["first", "second"] {
///     cabinet.begin_file()?;
///     cabinet.write_all(text.as_bytes())?;
/// }
/// let bytes = cabinet.finish()?.into_inner();
/// assert_eq!(recognise(&bytes), Kind::Cab);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct CabinetWriter<W: Write + Seek> {
    out: W,
    /// Where in `out` the cabinet begins.
    start: u64,
    names: Vec<Vec<u8>>,
    /// Where the files begin in the folder.
    starts: Vec<u32>,
    /// The bytes of the folder so far, without those of `block`.
    folder: u64,
    blocks: u16,
    /// The bytes of the cabinet so far.
    size: u64,
    block: Vec<u8>,
    packer: Option<Packer>,
}

impl<W: Write + Seek> CabinetWriter<W> {
    /// Begins a cabinet where `out` stands.
    ///
    /// # Errors
    ///
    /// There are more names than a cabinet has files, one is too long, or writing fails.
    pub fn new(mut out: W, packing: Packing, names: &[impl AsRef<str>]) -> io::Result<Self> {
        let names: Vec<Vec<u8>> = names.iter().map(|name| name.as_ref().as_bytes().to_owned()).collect();
        if names.len() >= usize::from(u16::MAX)
            || names.iter().any(|name| name.is_empty() || name.len() > 255)
        {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "more or longer names than a cabinet has",
            ));
        }
        let tables = HEADER + FOLDER + names.iter().map(|name| FILE + name.len() + 1).sum::<usize>();
        let start = out.stream_position()?;
        out.write_all(&vec![0; tables])?;
        Ok(CabinetWriter {
            out,
            start,
            starts: Vec::with_capacity(names.len()),
            names,
            folder: 0,
            blocks: 0,
            size: tables as u64,
            block: Vec::with_capacity(BLOCK),
            packer: (packing == Packing::Mszip).then(Packer::default),
        })
    }

    /// Begins the next file, in the order of the names.
    ///
    /// # Errors
    ///
    /// All files were begun.
    pub fn begin_file(&mut self) -> io::Result<()> {
        if self.starts.len() == self.names.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "there is no name for another file"));
        }
        self.starts.push(self.position()?);
        Ok(())
    }

    /// Writes the tables and gives back what the cabinet was written to, which stands at its end.
    ///
    /// # Errors
    ///
    /// A file was not begun, the cabinet has become too large, or writing fails.
    pub fn finish(mut self) -> io::Result<W> {
        if self.starts.len() < self.names.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a file was not written"));
        }
        let end = self.position()?;
        self.write_block()?;
        let size = u32::try_from(self.size).map_err(|_| too_large())?;
        let tables = self.tables(size, end);
        self.out.seek(SeekFrom::Start(self.start))?;
        self.out.write_all(&tables)?;
        self.out.seek(SeekFrom::Start(self.start + self.size))?;
        Ok(self.out)
    }

    /// Where in the folder the next byte will stand.
    fn position(&self) -> io::Result<u32> {
        u32::try_from(self.folder + self.block.len() as u64).map_err(|_| too_large())
    }

    fn write_block(&mut self) -> io::Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        let data = match &mut self.packer {
            Some(packer) => packer.pack(&self.block)?,
            None => &self.block,
        };
        let size = |bytes: &[u8]| u16::try_from(bytes.len()).map_err(|_| too_large());
        let sizes = [size(data)?.to_le_bytes(), size(&self.block)?.to_le_bytes()].concat();
        let sum = checksum(data) ^ checksum(&sizes);
        self.out.write_all(&sum.to_le_bytes())?;
        self.out.write_all(&sizes)?;
        self.out.write_all(data)?;
        self.size += 8 + data.len() as u64;
        self.folder += self.block.len() as u64;
        self.blocks = self.blocks.checked_add(1).ok_or_else(too_large)?;
        self.block.clear();
        Ok(())
    }

    /// Header, folder and files.
    fn tables(&self, size: u32, end: u32) -> Vec<u8> {
        let files_at = (HEADER + FOLDER) as u32;
        let data_at = files_at as usize + self.names.iter().map(|name| FILE + name.len() + 1).sum::<usize>();
        let mut bytes = b"MSCF\0\0\0\0".to_vec();
        for number in [size, 0, files_at, 0] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend([3, 1]);
        for number in [1, self.names.len() as u16, 0, 0, 0] {
            bytes.extend(u16::to_le_bytes(number));
        }
        bytes.extend((data_at as u32).to_le_bytes());
        bytes.extend(self.blocks.to_le_bytes());
        bytes.extend(u16::from(self.packer.is_some()).to_le_bytes());
        let ends = self.starts.iter().skip(1).copied().chain([end]);
        for ((name, start), end) in self.names.iter().zip(&self.starts).zip(ends) {
            bytes.extend((end - start).to_le_bytes());
            bytes.extend(start.to_le_bytes());
            let attributes = if name.is_ascii() { 0x20 } else { 0xa0 };
            for number in [0, DATE, 0, attributes] {
                bytes.extend(u16::to_le_bytes(number));
            }
            bytes.extend(name);
            bytes.push(0);
        }
        bytes
    }
}

impl<W: Write + Seek> Write for CabinetWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.block.len() == BLOCK {
            self.write_block()?;
        }
        let count = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "more than a cabinet holds")
}

/// Packs blocks with MSZIP.
#[derive(Debug)]
struct Packer {
    deflate: Compress,
    /// The block before.
    before: Vec<u8>,
    packed: Vec<u8>,
}

impl Default for Packer {
    fn default() -> Self {
        Packer {
            deflate: Compress::new(Compression::new(4), false),
            before: Vec::with_capacity(BLOCK),
            packed: Vec::with_capacity(BLOCK + SLACK),
        }
    }
}

impl Packer {
    fn pack(&mut self, block: &[u8]) -> io::Result<&[u8]> {
        self.deflate.reset();
        if !self.before.is_empty() {
            self.deflate.set_dictionary(&self.before).map_err(io::Error::other)?;
        }
        self.packed.clear();
        self.packed.extend_from_slice(b"CK");
        match self.deflate.compress_vec(block, &mut self.packed, FlushCompress::Finish) {
            Ok(Status::StreamEnd) => {}
            Ok(_) => return Err(io::Error::other("a block does not fit")),
            Err(error) => return Err(io::Error::other(error)),
        }
        self.before.clear();
        self.before.extend_from_slice(block);
        Ok(&self.packed)
    }
}
