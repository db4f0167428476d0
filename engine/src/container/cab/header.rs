//! Reads the header of a cabinet and the table of its folders.
//!
//! Knows the fields and the areas that are reserved for others, which are passed over.

use std::io;

use super::source::{Source, u16_at, u32_at};

/// Flags of a header: a cabinet before it, one after it, and areas of its own.
const PREVIOUS: u16 = 1;
const NEXT: u16 = 2;
const RESERVE: u16 = 4;

/// What a cabinet says of itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    /// Its bytes, without what follows it.
    pub(super) size: u32,
    /// Where the table of files begins.
    pub(super) files_at: u32,
    /// How many files the table has.
    pub(super) files: u16,
    /// Reserved bytes of each block.
    pub(super) data_reserve: u8,
}

/// A folder as the table has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// Where its first block begins.
    pub(super) at: u32,
    /// How many blocks it has.
    pub(super) blocks: u16,
    /// How it is compressed.
    pub(super) method: u16,
}

/// Reads the header and the folders behind it.
pub(super) fn read(source: &mut Source<'_>) -> io::Result<(Header, Vec<Entry>)> {
    let mut fixed = [0; 36];
    source.fill(&mut fixed)?;
    // The first four bytes brought us here.
    if fixed[25] != 1 {
        let message = format!("version {}.{} is not known", fixed[25], fixed[24]);
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    let flags = u16_at(&fixed, 30);
    let mut reserves = [0; 4];
    if flags & RESERVE != 0 {
        source.fill(&mut reserves)?;
        source.skip(u16_at(&reserves, 0).into())?;
    }
    let names = 2 * u32::from(flags & PREVIOUS != 0) + 2 * u32::from(flags & NEXT != 0);
    for _ in 0..names {
        source.name()?;
    }
    let header = Header {
        size: u32_at(&fixed, 8),
        files_at: u32_at(&fixed, 16),
        files: u16_at(&fixed, 28),
        data_reserve: reserves[3],
    };
    let folders = (0..u16_at(&fixed, 26)).map(|_| entry(source, reserves[2]));
    Ok((header, folders.collect::<io::Result<_>>()?))
}

fn entry(source: &mut Source<'_>, reserve: u8) -> io::Result<Entry> {
    let mut fixed = [0; 8];
    source.fill(&mut fixed)?;
    source.skip(reserve.into())?;
    Ok(Entry { at: u32_at(&fixed, 0), blocks: u16_at(&fixed, 4), method: u16_at(&fixed, 6) })
}
