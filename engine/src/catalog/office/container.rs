//! Finds `patchdata.xml` in what it is shipped in: a folder, an archive, or a program that carries a cabinet.

use std::fs::File;
use std::io::{BufReader, Cursor, Read as _};
use std::path::Path;

use super::DOCUMENT;
use super::document::{self, Document};
use crate::catalog;
use crate::container::{self, Limits, Opened, directory};
use crate::diagnostic::{Code, Diagnostic, Position};
use crate::error::{Error, Result};

/// The greatest program that is searched for a cabinet.
const MOST: u64 = 64 << 20;
/// The most places that are tried for a cabinet.
const PLACES: usize = 16;
/// What a cabinet begins with.
const CABINET: &[u8] = b"MSCF\0\0\0\0";

/// What was read.
pub(super) struct Read {
    pub(super) document: Document,
    pub(super) sha256: [u8; 32],
    /// The files beside it that are not read.
    pub(super) skipped: Vec<Diagnostic>,
}

/// The name of a file in a folder or an archive.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\', '!']).next().unwrap_or(path)
}

/// Whether a file is the document, by its name.
pub(super) fn is_document(path: &str) -> bool {
    file_name(path).eq_ignore_ascii_case(DOCUMENT)
}

/// Whether a folder holds the document.
pub(super) fn is_folder(path: &Path) -> bool {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| is_document(&entry.file_name().to_string_lossy()))
}

fn skipped(name: &str) -> Diagnostic {
    Diagnostic {
        code: Code::OfficeFileSkipped,
        file: String::new(),
        position: Position::default(),
        element: String::new(),
        message: format!("`{name}` is not read"),
    }
}

fn absent() -> Error {
    Error::new(Code::WrongFormat, format!("holds no {DOCUMENT}"))
}

/// Reads the document wherever it is.
pub(super) fn read(path: &Path) -> Result<Read> {
    if path.is_dir() {
        return folder(path);
    }
    if catalog::document::is_program(path)? {
        return program(path);
    }
    if catalog::document::is_archive(path)? {
        let mut found = Found::default();
        found.walk(container::open(path)?)?;
        let sha256 = catalog::document::digest(path)?;
        return found.finish(sha256);
    }
    let mut opened = catalog::document::open(path)?;
    let document = document::read(&mut opened)?;
    Ok(Read { document, sha256: opened.finish()?, skipped: Vec::new() })
}

fn folder(path: &Path) -> Result<Read> {
    let (mut document, mut others) = (None, Vec::new());
    for file in directory::list(path)?.files {
        let name = file.strip_prefix(path).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        match is_document(&name) && document.is_none() {
            true => document = Some(file.clone()),
            false => others.push(skipped(&name)),
        }
    }
    let read = read(&document.ok_or_else(absent)?)?;
    Ok(Read { skipped: others, ..read })
}

/// What was found in an archive.
#[derive(Default)]
struct Found {
    document: Option<Document>,
    skipped: Vec<Diagnostic>,
}

impl Found {
    fn walk(&mut self, opened: Opened) -> Result<()> {
        container::walk(opened, &mut |name, member| {
            match is_document(name) && self.document.is_none() {
                true => self.document = Some(document::read(BufReader::new(member))?),
                false => self.skipped.push(skipped(name)),
            }
            Ok(())
        })?;
        Ok(())
    }

    fn finish(self, sha256: [u8; 32]) -> Result<Read> {
        Ok(Read { document: self.document.ok_or_else(absent)?, sha256, skipped: self.skipped })
    }
}

/// The cabinets that a program may carry: what follows each place that looks like the beginning of one.
fn cabinets(path: &Path) -> Result<impl Iterator<Item = Result<Opened>>> {
    let file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes).map_err(|error| Error::io(path, "read", error))?;
    let places: Vec<usize> = memchr::memmem::find_iter(&bytes, CABINET).take(PLACES).collect();
    let name = path.to_string_lossy().into_owned();
    Ok(places.into_iter().map(move |place| {
        let content = Cursor::new(bytes[place..].to_vec());
        Opened::from_reader(content, &name, Limits::STANDARD)
    }))
}

/// Whether a program carries a cabinet with the document.
pub(super) fn carries_document(path: &Path) -> bool {
    let has_document = |opened: Result<Opened>| {
        let mut is_found = false;
        let walked = opened.and_then(|opened| {
            container::walk(opened, &mut |name, _| {
                is_found |= is_document(name);
                Ok(())
            })
        });
        walked.is_ok() && is_found
    };
    cabinets(path).is_ok_and(|mut cabinets| cabinets.any(has_document))
}

/// Reads the cabinet that a program carries.
fn program(path: &Path) -> Result<Read> {
    for opened in cabinets(path)? {
        let mut found = Found::default();
        let walked = opened.and_then(|opened| found.walk(opened));
        match (walked, found.document.is_some()) {
            (Ok(()), true) => return found.finish(catalog::document::digest(path)?),
            (Err(error), _) if error.code() == Code::NotWellFormed => return Err(error),
            _ => {}
        }
    }
    let message = "is a program in which no cabinet with the database is found";
    Err(Error::new(Code::WrongFormat, message).with_hint("unpack it with /T /C first"))
}
