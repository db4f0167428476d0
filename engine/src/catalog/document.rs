//! Opens a catalog document: expanded, bounded, and digested while it is read.
//!
//! The digest is that of the bytes as they are stored, compressed or not, so that it names the very
//! file that a person has. Knows nothing of what the document says but its root element.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::container::{self, Kind, Limits, Opened};
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::error::{Error, Result};
use crate::xml;
use crate::xml::cursor::Cursor;

/// A catalog document that is open: a buffered reader of its expanded content, within limits.
///
/// Its errors travel through `std::io` and are those of this crate: `Error::from` has them back.
pub struct Document {
    opened: Opened,
    stored: Arc<Mutex<Stored>>,
}

/// Opens a catalog document, compressed or not.
///
/// ```
/// use std::io::Read;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("updates.xml");
/// std::fs::write(&path, "<updates/>")?;
///
/// let mut document = patchstate::catalog::document::open(&path)?;
/// let mut text = String::new();
/// document.read_to_string(&mut text)?;
/// assert_eq!(text, "<updates/>");
/// assert_eq!(document.finish()?[..3], [0xd7, 0x09, 0x0c]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The file cannot be read, its compression is damaged from the start, or it is an archive.
pub fn open(path: impl AsRef<Path>) -> Result<Document> {
    open_within(path, Limits::STANDARD)
}

/// Opens a catalog document within given limits.
///
/// # Errors
///
/// As [`open`].
pub fn open_within(path: impl AsRef<Path>, limits: Limits) -> Result<Document> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
    let stored = Arc::new(Mutex::new(Stored { file, digest: Sha256::new() }));
    let name = path.to_string_lossy();
    let opened = Opened::from_reader(Tee(Arc::clone(&stored)), &name, limits)?;
    let refused = match opened.content() {
        Kind::Cab => "is a cabinet, not a document",
        kind if kind.is_archive() => "is an archive, not a document",
        _ => return Ok(Document { opened, stored }),
    };
    Err(Error::new(Code::WrongFormat, refused)
        .in_file(name)
        .with_hint("unpack it and give the document that is in it"))
}

impl Document {
    /// The document as errors call it.
    pub fn name(&self) -> &str {
        self.opened.name()
    }

    /// Reads what is left, which may be damaged as well, and gives the SHA-256 of the stored bytes.
    ///
    /// # Errors
    ///
    /// What is left cannot be read or exceeds a limit.
    pub fn finish(mut self) -> Result<[u8; 32]> {
        let name = self.name().to_owned();
        let failed = |error| Error::from(error).in_file(&name);
        io::copy(&mut self.opened, &mut io::sink()).map_err(failed)?;
        // What a decoder left behind its last frame is part of the file.
        io::copy(&mut Tee(Arc::clone(&self.stored)), &mut io::sink()).map_err(failed)?;
        let stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(stored.digest.clone().finalize().into())
    }
}

impl Read for Document {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.opened.read(buf)
    }
}

impl BufRead for Document {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.opened.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.opened.consume(amount);
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("opened", &self.opened).finish_non_exhaustive()
    }
}

/// How many members of an archive are looked at to recognise it.
const MEMBERS: usize = 64;

/// Whether a file is an archive of documents.
///
/// # Errors
///
/// The file cannot be read, or its compression is damaged from the start.
pub fn is_archive(path: impl AsRef<Path>) -> Result<bool> {
    Ok(container::open(path)?.content().is_archive())
}

/// Whether a file is a program of Windows, told by its first bytes.
///
/// # Errors
///
/// The file cannot be read.
pub fn is_program(path: impl AsRef<Path>) -> Result<bool> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
    let mut first = Vec::new();
    file.take(2).read_to_end(&mut first).map_err(|error| Error::io(path, "read", error))?;
    Ok(first == b"MZ")
}

/// The names of the first members of an archive.
///
/// # Errors
///
/// The archive cannot be read.
pub fn members(path: impl AsRef<Path>) -> Result<Vec<String>> {
    let mut members = Vec::new();
    let walked = container::walk(container::open(path)?, &mut |name, _| {
        members.push(name.to_owned());
        // Enough is known, and an error is the one way to end a walk.
        if members.len() < MEMBERS { Ok(()) } else { Err(Error::new(Code::TooLarge, "enough")) }
    });
    // What is wrong further on is told when it is read.
    match walked {
        Err(error) if members.is_empty() => Err(error),
        _ => Ok(members),
    }
}

/// The root element of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Its local name.
    pub name: String,
    /// Its name space, empty when it has none.
    pub namespace: String,
    /// Where it stands.
    pub position: Position,
}

/// The root element of a document.
///
/// # Errors
///
/// As [`open`]; the document is not well-formed up to there.
pub fn root(path: impl AsRef<Path>) -> Result<Root> {
    let document = open(path)?;
    let name = document.name().to_owned();
    let mut cursor = Cursor::new(document, xml::Limits::default());
    let root = cursor.root().map_err(|error| error.in_file(name))?;
    Ok(Root {
        name: root.local().to_owned(),
        namespace: root.namespace().unwrap_or_default().to_owned(),
        position: root.position(),
    })
}

/// The SHA-256 of a file as it is stored.
pub(super) fn digest(path: &Path) -> Result<[u8; 32]> {
    let mut file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
    let mut digest = Sha256::new();
    let mut bytes = Digesting { reader: &mut file, digest: &mut digest };
    io::copy(&mut bytes, &mut io::sink()).map_err(|error| Error::io(path, "read", error))?;
    Ok(digest.finalize().into())
}

/// Reports bytes that had no meaning in the encoding of a document that was read.
pub(super) fn report_decoding<R: BufRead>(cursor: &mut Cursor<R>, findings: &mut Diagnostics) {
    let places = cursor.take_undecodable();
    findings.count(Code::NotUtf8, cursor.undecodable() - places.len() as u64);
    for position in places {
        findings.push(Code::NotUtf8, position, "", "");
    }
    let replaced = cursor.replaced();
    if replaced > 0 {
        let message = format!("{replaced} places are not {}", cursor.encoding().unwrap_or_default());
        findings.push(Code::TextUndecodable, Position::default(), "", message);
    }
}

/// Reads a file and digests what goes by.
pub(super) struct Digesting<'r> {
    pub(super) reader: &'r mut File,
    pub(super) digest: &'r mut Sha256,
}

impl Read for Digesting<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buf)?;
        self.digest.update(&buf[..count]);
        Ok(count)
    }
}

/// A file and the digest of what was read of it.
struct Stored {
    file: File,
    digest: Sha256,
}

/// Reads a file for the decoder above it, which owns its reader, and digests what goes by.
struct Tee(Arc<Mutex<Stored>>);

impl Read for Tee {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = stored.file.read(buf)?;
        stored.digest.update(&buf[..count]);
        Ok(count)
    }
}
