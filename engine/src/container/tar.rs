//! Turns a tar archive into its members.
//!
//! Knows the headers of POSIX ustar and pax, and of GNU with long names; knows nothing of what is in a
//! member. Works on blocks itself, with the `tar` crate for the fields of a header, because that
//! crate's own walk reads long names of any length into memory and takes an archive that was cut
//! between two members for a whole one.

use std::io::{self, Read};

use ::tar::{EntryType, Header};

use super::archive::{Stop, Walk, Walked, Within};
use super::compression::explain;
use super::{Kind, Reason};
use crate::diagnostic::Code;
use crate::error::Error;

const BLOCK: usize = 512;

/// The greatest size of a long name or of the pax records of one member.
const RECORDS: u64 = 1 << 20;

/// Gives every member to `walk`.
pub(super) fn walk(source: &mut dyn Read, within: Within<'_>, walk: &mut Walk<'_>) -> Walked {
    let place = walk.place(within.archive);
    let archive = |error| Stop::Archive(explain(error, Kind::Tar, &place));
    let mut ended = false;
    let mut told = Told::default();
    // Archives may be put one behind the other, so the end mark of one is not the end of all.
    while let Some(header) = next_header(source, &mut ended).map_err(archive)? {
        let told_size = told.size.filter(|_| !is_about_next(header.entry_type()));
        let size = told_size.map_or_else(|| header.entry_size(), Ok).map_err(archive)?;
        let mut data = Data { source: &mut *source, left: size };
        if is_about_next(header.entry_type()) {
            told.read(header.entry_type(), &mut data).map_err(archive)?;
        } else {
            walk.count()?;
            member(&header, std::mem::take(&mut told), &mut data, within, walk)?;
        }
        data.skip().map_err(archive)?;
        let padding = size.next_multiple_of(BLOCK as u64) - size;
        Data { source: &mut *source, left: padding }.skip().map_err(archive)?;
    }
    match ended && told.is_nothing() {
        true => Ok(()),
        false => Err(archive(io::ErrorKind::UnexpectedEof.into())),
    }
}

/// Shows one member that is no header about another.
fn member(
    header: &Header,
    told: Told,
    data: &mut Data<'_>,
    within: Within<'_>,
    walk: &mut Walk<'_>,
) -> Walked {
    let name = told.name.unwrap_or_else(|| header.path_bytes().into_owned());
    let label = within.label(&String::from_utf8_lossy(&name));
    let is_sparse = told.sparse;
    match header.entry_type() {
        EntryType::Directory => Ok(()),
        // So did tar mark folders before there was a type for them.
        EntryType::Regular if name.ends_with(b"/") => Ok(()),
        EntryType::GNUSparse => walk.fail(&label, sparse()),
        EntryType::Regular | EntryType::Continuous if is_sparse => walk.fail(&label, sparse()),
        EntryType::Regular | EntryType::Continuous => {
            let size = data.left;
            let place = walk.place(&label);
            let mut named = Named { data, place: &place };
            walk.member(&label, size, within.depth, &mut named)
        }
        EntryType::Symlink => {
            walk.skip(&label, Reason::SymbolicLink);
            Ok(())
        }
        _ => {
            walk.skip(&label, Reason::NotRegular);
            Ok(())
        }
    }
}

fn sparse() -> Error {
    Error::new(Code::WrongFormat, "is stored as a sparse file, which is not supported")
        .with_hint("pack it without `--sparse`")
}

/// Reads the next header that is not empty; `ended` says whether the last block was.
fn next_header(source: &mut dyn Read, ended: &mut bool) -> io::Result<Option<Header>> {
    let mut header = Header::new_old();
    loop {
        let block = header.as_mut_bytes();
        match read_block(source, block)? {
            0 => return Ok(None),
            BLOCK if block.iter().all(|byte| *byte == 0) => *ended = true,
            BLOCK => break,
            _ => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
    *ended = false;
    let bytes = header.as_bytes();
    // The checksum is made with blanks in its own place.
    let sum: u32 = bytes[..148].iter().chain(&bytes[156..]).map(|byte| u32::from(*byte)).sum();
    if header.cksum()? != sum + 8 * u32::from(b' ') {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum of a header does not fit"));
    }
    Ok(Some(header))
}

/// Fills `block` as far as the source goes.
fn read_block(source: &mut dyn Read, block: &mut [u8; BLOCK]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < BLOCK {
        match source.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Whether an entry only says something about others.
fn is_about_next(kind: EntryType) -> bool {
    matches!(
        kind,
        EntryType::GNULongName | EntryType::GNULongLink | EntryType::XHeader | EntryType::XGlobalHeader
    )
}

/// What headers of their own told about the next member.
#[derive(Default)]
struct Told {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
    any: bool,
}

impl Told {
    fn is_nothing(&self) -> bool {
        !self.any
    }

    fn read(&mut self, kind: EntryType, data: &mut Data<'_>) -> io::Result<()> {
        // A global header says nothing that is used here, and need not be followed by a member.
        if kind == EntryType::XGlobalHeader {
            return Ok(());
        }
        self.any = true;
        if kind == EntryType::GNULongLink {
            return Ok(());
        }
        if data.left > RECORDS {
            let message = format!("a name or the records of a member have more than {RECORDS} bytes");
            return Err(Error::new(Code::TooLarge, message).with_hint("pack it again").into());
        }
        let mut bytes = Vec::new();
        data.read_to_end(&mut bytes)?;
        if kind == EntryType::XHeader {
            return self.read_records(&bytes);
        }
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        bytes.truncate(end);
        self.name = Some(bytes);
        Ok(())
    }

    /// Reads pax records: `LENGTH KEY=VALUE` and a line feed, the length being that of all of it.
    fn read_records(&mut self, records: &[u8]) -> io::Result<()> {
        let mut rest = records;
        while !rest.is_empty() {
            let damaged = || io::Error::new(io::ErrorKind::InvalidData, "a pax record is malformed");
            let (record, after) = split_record(rest).ok_or_else(damaged)?;
            let equals = record.iter().position(|byte| *byte == b'=').ok_or_else(damaged)?;
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"path" => self.name = Some(value.to_vec()),
                b"size" => self.size = Some(decimal(value).ok_or_else(damaged)?),
                key if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
            rest = after;
        }
        Ok(())
    }
}

/// Splits off the first record, without its length and line feed.
fn split_record(records: &[u8]) -> Option<(&[u8], &[u8])> {
    let blank = records.iter().position(|byte| *byte == b' ')?;
    let length = usize::try_from(decimal(&records[..blank])?).ok()?;
    let record = records.get(..length)?.strip_suffix(b"\n")?.get(blank + 1..)?;
    Some((record, &records[length..]))
}

fn decimal(text: &[u8]) -> Option<u64> {
    let digits = text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| digits)?.parse().ok()
}

/// The bytes of one member; an archive that ends before them is cut short.
struct Data<'a> {
    source: &'a mut dyn Read,
    left: u64,
}

impl Data<'_> {
    /// Reads what was not asked for.
    fn skip(&mut self) -> io::Result<()> {
        io::copy(self, &mut io::sink()).map(|_| ())
    }
}

impl Read for Data<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(buf.len());
        if length == 0 {
            return Ok(0);
        }
        match self.source.read(&mut buf[..length])? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                self.left -= count as u64;
                Ok(count)
            }
        }
    }
}

/// The bytes of one member whose errors name it.
struct Named<'a, 'd> {
    data: &'a mut Data<'d>,
    place: &'a str,
}

impl Read for Named<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.data.read(buf) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                Err(explain(error, Kind::Tar, self.place).into())
            }
            result => result,
        }
    }
}
