//! Reads the table of a cabinet's files.
//!
//! Knows names in UTF-8, which are marked, and takes all others for windows-1252: the format does not
//! say what they are, and ASCII is the same in both.

use std::io;

use encoding_rs::WINDOWS_1252;

use super::header::Header;
use super::source::{Source, u16_at, u32_at};
use crate::container::printable;
use crate::diagnostic::Code;
use crate::error::Error;

/// The attribute of a name in UTF-8.
const UTF_8: u16 = 0x80;

/// From this number on a folder is none, but says that a file continues in another cabinet.
const CONTINUED: u16 = 0xfffd;

/// A file as the table has it.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: String,
    /// Its bytes.
    pub(super) size: u32,
    /// Where in its folder they begin.
    pub(super) start: u32,
    /// The number of its folder.
    pub(super) folder: u16,
}

impl File {
    /// Where in its folder its bytes end.
    pub(super) fn end(&self) -> u64 {
        u64::from(self.start) + u64::from(self.size)
    }
}

/// Reads the table, all of it: its order is not the one in which files are read.
pub(super) fn read(source: &mut Source<'_>, header: &Header) -> io::Result<Vec<File>> {
    (0..header.files).map(|_| file(source)).collect()
}

fn file(source: &mut Source<'_>) -> io::Result<File> {
    let mut fixed = [0; 16];
    source.fill(&mut fixed)?;
    let name = source.name()?;
    let name = match u16_at(&fixed, 14) & UTF_8 {
        0 => WINDOWS_1252.decode_without_bom_handling(&name).0.into_owned(),
        _ => String::from_utf8_lossy(&name).into_owned(),
    };
    if name.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a file has no name"));
    }
    let folder = u16_at(&fixed, 8);
    if folder >= CONTINUED {
        let message = format!("is one of several cabinets: `{}` continues in another one", printable(&name));
        let hint = "join the cabinets, or unpack them and give what is in them";
        return Err(Error::new(Code::CabMultipart, message).with_hint(hint).into());
    }
    Ok(File { name, size: u32_at(&fixed, 0), start: u32_at(&fixed, 4), folder })
}
