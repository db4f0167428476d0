//! Turns files, compressed files, archives and folders into bytes, in one pass and within limits.
//!
//! Knows how things are packed; knows nothing of what is packed. Everything is recognised by its
//! first bytes, never by its name, and names of members are labels that are never used as paths.
//! Whatever the bytes are, nothing here takes more memory than the limits say, and what cannot be
//! read whole is an error, never a shorter document.
//! Source of truth: RFC 1952, RFC 8878, the xz file format, POSIX pax, PKWARE's APPNOTE,
//! Microsoft's Cabinet Format.

mod archive;
mod cab;
mod compression;
mod content;
pub mod directory;
mod limit;
mod tar;
mod zip;

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

pub use archive::walk;
pub use cab::writer::{CabinetWriter, Packing};
pub use limit::Limits;

use crate::error::{Error, Result};
use content::Content;

/// How many bytes [`recognise`] looks at.
pub const FIRST_BYTES: usize = 512;

/// What is read from a document at a time.
const BUFFER: usize = 128 << 10;

/// How something is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Not packed, or not in a way that is known here.
    Plain,
    /// Compressed with gzip.
    Gzip,
    /// Compressed with zstd.
    Zstd,
    /// Compressed with xz.
    Xz,
    /// Compressed with bzip2.
    Bzip2,
    /// A tar archive.
    Tar,
    /// A zip archive.
    Zip,
    /// A cabinet.
    Cab,
}

impl Kind {
    /// Whether it has members.
    pub fn is_archive(self) -> bool {
        matches!(self, Kind::Tar | Kind::Zip | Kind::Cab)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Plain => "plain",
            Kind::Gzip => "gzip",
            Kind::Zstd => "zstd",
            Kind::Xz => "xz",
            Kind::Bzip2 => "bzip2",
            Kind::Tar => "tar",
            Kind::Zip => "zip",
            Kind::Cab => "cab",
        })
    }
}

/// Recognises how something is packed by its first [`FIRST_BYTES`] bytes.
///
/// ```
/// use patchstate::container::{Kind, recognise};
///
/// assert_eq!(recognise(b"\x1f\x8b\x08\0"), Kind::Gzip);
/// assert_eq!(recognise(b"<updates/>"), Kind::Plain);
/// ```
pub fn recognise(first: &[u8]) -> Kind {
    const MAGIC: [(usize, &[u8], Kind); 8] = [
        (0, b"\x1f\x8b", Kind::Gzip),
        (0, b"\x28\xb5\x2f\xfd", Kind::Zstd),
        (0, b"\xfd7zXZ\0", Kind::Xz),
        (0, b"BZh", Kind::Bzip2),
        (0, b"PK\x03\x04", Kind::Zip),
        // An archive without members.
        (0, b"PK\x05\x06", Kind::Zip),
        (0, b"MSCF", Kind::Cab),
        (257, b"ustar", Kind::Tar),
    ];
    let found = MAGIC.iter().find(|(at, magic, _)| first.get(*at..).is_some_and(|b| b.starts_with(magic)));
    found.map_or(Kind::Plain, |(_, _, kind)| *kind)
}

/// A file that is open: a buffered reader of its expanded content, within limits.
///
/// Its errors are those of this crate, sent through `std::io`: `Error::from` has them back with
/// their code, the name of the file and a hint.
pub struct Opened {
    reader: BufReader<Content<Box<dyn Read + Send>>>,
    place: String,
    limits: Limits,
    // A zip archive is read from its end, which a stream does not have.
    file: Option<File>,
}

/// Opens a file within the standard limits.
///
/// ```
/// use patchstate::container::{Kind, open};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("updateinfo.xml");
/// std::fs::write(&path, "<updates/>")?;
/// let opened = open(&path)?;
/// assert_eq!(opened.kind(), Kind::Plain);
/// assert_eq!(opened.bytes()?, b"<updates/>");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The file cannot be read, or its compression is damaged from the start.
pub fn open(path: impl AsRef<Path>) -> Result<Opened> {
    open_within(path, Limits::STANDARD)
}

/// Opens a file within given limits.
///
/// # Errors
///
/// As [`open`].
pub fn open_within(path: impl AsRef<Path>, limits: Limits) -> Result<Opened> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
    let regular = file.metadata().is_ok_and(|metadata| metadata.is_file());
    let again = if regular { file.try_clone().ok() } else { None };
    let mut opened = Opened::from_reader(file, &printable(&path.to_string_lossy()), limits)?;
    opened.file = again.filter(|_| opened.kind() == Kind::Zip);
    Ok(opened)
}

impl Opened {
    /// Takes a stream, such as standard input, for a file; `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// The stream cannot be read, or its compression is damaged from the start.
    pub fn from_reader(source: impl Read + Send + 'static, name: &str, limits: Limits) -> Result<Self> {
        let source: Box<dyn Read + Send> = Box::new(source);
        let mut content = Content::new(source, name, limits.document, &limits)?;
        if matches!(content.kind(), Kind::Tar | Kind::Cab) {
            content.lift();
        }
        let reader = BufReader::with_capacity(BUFFER, content);
        Ok(Self { reader, place: name.to_owned(), limits, file: None })
    }

    /// What the file is.
    pub fn kind(&self) -> Kind {
        self.reader.get_ref().stored()
    }

    /// What the reader gives: [`Kind::Tar`], [`Kind::Zip`] or [`Kind::Cab`], also when it was compressed,
    /// or [`Kind::Plain`].
    pub fn content(&self) -> Kind {
        self.reader.get_ref().kind()
    }

    /// The name of the file, as errors call it.
    pub fn name(&self) -> &str {
        &self.place
    }

    /// Reads all of the content.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is damaged, or gives more than the limits allow.
    pub fn bytes(mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Read for Opened {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buf)
    }
}

impl BufRead for Opened {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.reader.consume(amount);
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("name", &self.place)
            .field("kind", &self.kind())
            .field("content", &self.content())
            .finish_non_exhaustive()
    }
}

/// Why a file or a member is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Its name begins with a dot.
    HiddenName,
    /// It is a symbolic link.
    SymbolicLink,
    /// It is neither a file nor a folder.
    NotRegular,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::HiddenName => "its name begins with a dot",
            Reason::SymbolicLink => "it is a symbolic link",
            Reason::NotRegular => "it is no regular file",
        })
    }
}

/// What was not read: every one counted, the first [`Skipped::KEPT`] kept with their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    kept: Vec<(String, Reason)>,
    count: u64,
}

impl Skipped {
    /// How many are kept with their names.
    pub const KEPT: usize = 1000;

    /// The first of them, in the order they were met.
    pub fn kept(&self) -> &[(String, Reason)] {
        &self.kept
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    fn push(&mut self, name: &str, reason: Reason) {
        self.count += 1;
        if self.kept.len() < Self::KEPT {
            self.kept.push((name.to_owned(), reason));
        }
    }
}

/// A name without control characters, which could forge lines of a report.
pub(crate) fn printable(name: &str) -> String {
    if !name.contains(char::is_control) {
        return name.to_owned();
    }
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    name.chars().map(escape).collect()
}
