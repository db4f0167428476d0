//! Turns a zip archive into its members.
//!
//! Knows the archive's directory, one entry at a time, and members that are stored or deflated;
//! refuses all others by name. Knows nothing of what is in a member.

use std::io::{self, Read, Seek};

use ::zip::CompressionMethod;
use ::zip::read::{ArchiveOffset, Config, ZipFileEntry, ZipReadOptions};
use ::zip::result::ZipError;
use ::zip::unstable::read::ZipIterable;

use super::archive::{Stop, Walk, Walked, Within};
use super::compression::explain;
use super::limit::{Budget, Limited, Meter};
use super::{Kind, Reason};
use crate::diagnostic::Code;
use crate::error::Error;

/// Gives every member to `walk`, in the order of the archive's directory.
pub(super) fn walk<R: Read + Seek>(source: R, within: Within<'_>, walk: &mut Walk<'_>) -> Walked {
    let place = walk.place(within.archive);
    let archive = |error| Stop::Archive(explain(io_error(error), Kind::Zip, &place));
    // Told where the archive begins, the crate does not look for it: that takes minutes and gigabytes in
    // a file that is made of nothing but signatures.
    let config = Config { archive_offset: ArchiveOffset::Known(0) };
    let mut iterable = ZipIterable::try_new(source, config).map_err(archive)?;
    let entries = iterable.files().map_err(archive)?;
    while let Some(entry) = entries.next() {
        let entry = entry.map_err(archive)?;
        walk.count()?;
        member(entry, entries.reader_mut(), within, walk)?;
    }
    Ok(())
}

/// Shows one member.
fn member<R: Read + Seek>(
    entry: ZipFileEntry<'_>,
    source: &mut R,
    within: Within<'_>,
    walk: &mut Walk<'_>,
) -> Walked {
    let name = entry
        .name()
        .map_or_else(|_| String::from_utf8_lossy(entry.name_raw()).into_owned(), |name| name.into_owned());
    let label = within.label(&name);
    if entry.is_dir() {
        return Ok(());
    }
    if entry.is_symlink() {
        walk.skip(&label, Reason::SymbolicLink);
        return Ok(());
    }
    if let Some(error) = refusal(&entry) {
        return walk.fail(&label, error);
    }
    let (size, packed) = (entry.size(), entry.compressed_size());
    let place = walk.place(&label);
    let file = match entry.with_reader(source, ZipReadOptions::new()) {
        Ok(file) => file,
        Err(error) => return walk.fail(&label, explain(io_error(error), Kind::Zip, &place)),
    };
    let budget = Budget::new(Meter::of(packed), &walk.limits);
    let named = Named { file, place: &place };
    let mut limited = Limited::new(named, &place, walk.limits.member, budget);
    walk.member(&label, size, within.depth, &mut limited)
}

/// Why a member cannot be read, where that is known beforehand.
fn refusal(entry: &ZipFileEntry<'_>) -> Option<Error> {
    let wrong = |message| Error::new(Code::WrongFormat, message);
    if entry.encrypted() {
        return Some(wrong("is encrypted".to_owned()).with_hint("pack it without a password"));
    }
    match entry.compression() {
        CompressionMethod::Stored | CompressionMethod::Deflated => None,
        other => {
            let message = format!("is compressed with method {other}, which is not supported");
            Some(wrong(message).with_hint("pack it with deflate"))
        }
    }
}

fn io_error(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, other),
    }
}

/// The bytes of one member whose errors name it.
struct Named<'a, R> {
    file: R,
    place: &'a str,
}

impl<R: Read> Read for Named<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.file.read(buf) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                Err(explain(error, Kind::Zip, self.place).into())
            }
            result => result,
        }
    }
}
