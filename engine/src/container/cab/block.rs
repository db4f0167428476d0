//! Turns the blocks of a folder into its bytes, one block after the other.
//!
//! Knows the header of a block, its checksum and which method expands it; the methods know their own
//! trade. Errors name the cabinet, the folder, the block and the offset.

use std::io;

use super::header::Entry;
use super::lzx::Lzx;
use super::mszip::Mszip;
use super::source::{Source, u16_at, u32_at};
use crate::container::Kind;
use crate::container::compression::explain;
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};

/// The greatest number of bytes that come out of a block.
pub(super) const BLOCK: usize = 32 << 10;

/// The size of a block's header without what is reserved in it.
const HEADER: usize = 8;

/// How a folder is compressed, with what is carried from block to block.
enum Method {
    Stored,
    Mszip(Box<Mszip>),
    Lzx(Box<Lzx>),
}

impl Method {
    fn new(method: u16, folder: u16) -> Result<Self> {
        let refused = |code, what: String| Err(Error::new(code, what).with_hint("pack it with MSZIP or LZX"));
        match (method & 0xf, method >> 8 & 0x1f) {
            (0, _) => Ok(Method::Stored),
            (1, _) => Ok(Method::Mszip(Box::default())),
            (2, _) => refused(
                Code::CabQuantum,
                format!("folder {folder} is compressed with Quantum, which is not supported"),
            ),
            (3, window) => match Lzx::new(window) {
                Some(lzx) => Ok(Method::Lzx(Box::new(lzx))),
                None => refused(
                    Code::WrongFormat,
                    format!(
                        "folder {folder} has an LZX window of {window} bits; those of cabinets have 15 to 21"
                    ),
                ),
            },
            (other, _) => refused(
                Code::WrongFormat,
                format!("folder {folder} is compressed with method {other}, which is not known"),
            ),
        }
    }

    /// Expands a block into exactly as many bytes as `block` has.
    fn expand(&mut self, packed: &[u8], block: &mut [u8]) -> std::result::Result<(), String> {
        match self {
            Method::Stored if packed.len() != block.len() => Err("has two sizes, but is stored".to_owned()),
            Method::Stored => {
                block.copy_from_slice(packed);
                Ok(())
            }
            Method::Mszip(mszip) => mszip.expand(packed, block),
            Method::Lzx(lzx) => lzx.expand(packed, block),
        }
    }
}

/// The blocks of a folder, in their order.
pub(super) struct Blocks<'p> {
    place: &'p str,
    folder: u16,
    entry: Entry,
    // Made with the first block, because it may take megabytes.
    method: Option<Method>,
    next: u16,
    header: Vec<u8>,
    packed: Vec<u8>,
}

impl<'p> Blocks<'p> {
    /// The blocks of folder number `folder` of the cabinet `place`, each with so many reserved bytes.
    pub(super) fn new(folder: u16, entry: Entry, reserve: u8, place: &'p str) -> Self {
        let header = vec![0; HEADER + usize::from(reserve)];
        Self { place, folder, entry, method: None, next: 0, header, packed: Vec::new() }
    }

    /// The number of the folder.
    pub(super) fn folder(&self) -> u16 {
        self.folder
    }

    /// The greatest number of bytes that the folder can have.
    pub(super) fn most(&self) -> u64 {
        u64::from(self.entry.blocks) * BLOCK as u64
    }

    /// Expands the next block into `block`, in place of what was there; `false` is the end.
    pub(super) fn next(&mut self, source: &mut Source<'_>, block: &mut Vec<u8>) -> Result<bool> {
        let offset = source.position();
        self.read(source, block).map_err(|error| {
            let position = Position { offset, ..Position::default() };
            explain(error, Kind::Cab, self.place).at(position)
        })
    }

    /// Compares the blocks that are left with their checksums, and expands none of them.
    pub(super) fn check_rest(&mut self, source: &mut Source<'_>) -> Result<()> {
        loop {
            let offset = source.position();
            let checked = self.take(source).map_err(|error| {
                let position = Position { offset, ..Position::default() };
                explain(error, Kind::Cab, self.place).at(position)
            });
            if checked?.is_none() {
                return Ok(());
            }
            self.next += 1;
        }
    }

    /// Reads the next block as it is packed, and compares it with its checksum; gives how many bytes it has
    /// packed and expanded. None is the end.
    fn take(&mut self, source: &mut Source<'_>) -> io::Result<Option<(usize, usize)>> {
        if self.next == self.entry.blocks {
            return Ok(None);
        }
        source.fill(&mut self.header)?;
        let (packed, size) = (u16_at(&self.header, 4).into(), u16_at(&self.header, 6).into());
        self.packed.resize(packed, 0);
        source.fill(&mut self.packed)?;
        self.check()?;
        if size > BLOCK {
            return Err(self.damaged("has more than 32768 bytes"));
        }
        Ok(Some((packed, size)))
    }

    fn read(&mut self, source: &mut Source<'_>, block: &mut Vec<u8>) -> io::Result<bool> {
        let Some((packed, size)) = self.take(source)? else { return Ok(false) };
        block.resize(size, 0);
        match (packed, size) {
            (1.., 0) => return Err(self.continued().into()),
            (0, 0) => {}
            _ => {
                let method = match &mut self.method {
                    Some(method) => method,
                    none => none.insert(Method::new(self.entry.method, self.folder)?),
                };
                method.expand(&self.packed, block).map_err(|what| self.damaged(&what))?;
            }
        }
        self.next += 1;
        Ok(true)
    }

    /// Compares a block with the checksum that it states.
    fn check(&self) -> io::Result<()> {
        let stated = u32_at(&self.header, 0);
        let data = checksum(&self.packed);
        // Writers do not agree on whether what is reserved counts.
        let sums = [HEADER, self.header.len()].map(|end| data ^ checksum(&self.header[4..end]));
        if stated == 0 || sums.contains(&stated) {
            return Ok(());
        }
        let message =
            format!("block {} of folder {} has another checksum than it states", self.next, self.folder);
        Err(Error::new(Code::CabChecksum, message).with_hint("get the cabinet again").into())
    }

    fn damaged(&self, what: &str) -> io::Error {
        let message = format!("block {} of folder {} {what}", self.next, self.folder);
        io::Error::new(io::ErrorKind::InvalidData, message)
    }

    /// A block of which a part is in another cabinet states that nothing comes out of it here.
    fn continued(&self) -> Error {
        let message = format!("block {} of folder {} continues in another cabinet", self.next, self.folder);
        let hint = "join the cabinets, or unpack them and give what is in them";
        Error::new(Code::CabMultipart, message).with_hint(hint)
    }
}

/// The format's checksum: words of four bytes over each other, what is left at the end turned around.
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    let (words, rest) = bytes.as_chunks::<4>();
    let sum = words.iter().fold(0, |sum, word| sum ^ u32::from_le_bytes(*word));
    rest.iter().fold(0, |last, byte| last << 8 | u32::from(*byte)) ^ sum
}
