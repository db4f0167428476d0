//! Documents wherever they lie: how each is found again and read into a reused buffer.
//!
//! Knows places, sizes and limits; knows nothing of formats. Files that are not packed are opened when
//! they are needed and not before; what can be read only once lies in the [`Spool`].

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use twox_hash::XxHash3_128;

use super::budget::{Budget, Share};
use super::spool::{Spool, read_at};
use crate::container::{self, Limits};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::inventory::{Format, Look};

/// How many bytes one document may have, expanded.
pub const MAX_DOCUMENT: u64 = 1 << 30;

/// The limits of containers, with that of a document.
pub(super) const LIMITS: Limits = Limits::of_document(MAX_DOCUMENT);

/// What a packed document is first taken to expand to, as a multiple of its size and at least.
const GUESS: (u64, u64) = (12, 1 << 20);

/// How much of a file is read at a time where only its digest is asked for.
const PART: usize = 128 << 10;

/// The greatest buffer that a worker keeps for its next document.
const KEPT: usize = 64 << 20;

/// One document that may hold inventories.
#[derive(Debug)]
pub struct Document {
    pub(super) name: String,
    pub(super) stem: String,
    pub(super) source: Source,
    pub(super) format: Option<&'static Format>,
    /// The name of the encoding that the first look found.
    pub(super) encoding: &'static str,
    /// What stands before the first of several inventories and speaks of all.
    pub(super) head: String,
    /// When its file was written, where that is asked for and known.
    pub(super) written: Option<String>,
    /// The first time of results of other scanners that count, where it holds any.
    pub(super) since: Option<jiff::Timestamp>,
    /// The digest that its bytes must have, expanded.
    pub(super) digest: Option<u128>,
}

impl Source {
    /// When the file was written, in RFC 3339 to the second; `None` of what is no file.
    pub(super) fn written(&self) -> Option<String> {
        match self {
            Source::File { path, .. } | Source::Packed { path } => {
                let time = std::fs::metadata(path).and_then(|about| about.modified()).ok()?;
                let seconds = jiff::Timestamp::try_from(time).ok()?.as_second();
                Some(jiff::Timestamp::from_second(seconds).ok()?.to_string())
            }
            Source::Spool(_) | Source::Text(_) | Source::Lost => None,
        }
    }
}

impl Document {
    pub(super) fn new(name: String, stem: &str, source: Source) -> Self {
        Self {
            name,
            stem: client_stem(stem).to_owned(),
            source,
            format: None,
            encoding: "",
            head: String::new(),
            written: None,
            since: None,
            digest: None,
        }
    }

    /// Whether its bytes are those that were kept.
    ///
    /// # Errors
    ///
    /// Somebody changed them.
    pub(super) fn verify(&self, bytes: &[u8]) -> Result<()> {
        if self.digest.is_none_or(|digest| digest == XxHash3_128::oneshot(bytes)) {
            return Ok(());
        }
        let error = Error::new(Code::InventoryUnreadable, "was changed since it was kept");
        Err(error.with_hint("let the client report in full"))
    }

    /// What it is called in messages: a path, and after `!` the member of an archive.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its format, where one recognises it.
    pub fn format(&self) -> Option<&'static Format> {
        self.format
    }
}

/// Where a document lies.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A file as it is. The text begins after `skip` bytes if it is to be read in ranges.
    File { path: PathBuf, skip: u64 },
    /// A file that is compressed.
    Packed { path: PathBuf },
    /// Bytes of the spool.
    Spool(Range<u64>),
    /// Text that is decoded already, in the spool.
    Text(Range<u64>),
    /// Nowhere: what went wrong is told beside it.
    Lost,
}

/// The memory that one worker reads into, used again for every document.
#[derive(Debug, Default)]
pub struct Buffer {
    pub(super) bytes: Vec<u8>,
}

impl Buffer {
    /// An empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    fn prepare(&mut self, bytes: u64) {
        if self.bytes.capacity() > KEPT && bytes <= KEPT as u64 {
            self.bytes = Vec::new();
        }
    }
}

/// What documents are read with.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) spool: Spool,
    pub(super) budget: Budget,
}

impl Store {
    /// Reads the first bytes of a source and says whether they are all.
    pub(super) fn beginning(&self, source: &Source, most: usize, bytes: &mut Vec<u8>) -> Result<Look> {
        bytes.clear();
        let one_more = most as u64 + 1;
        match source {
            Source::File { path, .. } => {
                fill(&mut open(path)?, one_more as usize, bytes).map_err(reading(path))?;
            }
            Source::Packed { path } => {
                container::open_within(path, LIMITS)?.take(one_more).read_to_end(bytes)?;
            }
            Source::Spool(range) | Source::Text(range) => {
                let end = range.end.min(range.start + one_more);
                self.spool.read(range.start..end, bytes)?;
            }
            Source::Lost => {}
        }
        let look = if bytes.len() <= most { Look::All } else { Look::Beginning };
        bytes.truncate(most);
        Ok(look)
    }

    /// Reads all of a source within the budget; the share is to be held while the bytes are used.
    pub(super) fn all(&self, source: &Source, buffer: &mut Buffer) -> Result<Share<'_>> {
        match source {
            Source::File { path, .. } => self.file(path, buffer),
            Source::Packed { path } => self.packed(path, buffer),
            Source::Spool(range) | Source::Text(range) => self.spooled(range.clone(), buffer),
            Source::Lost => Ok(self.budget.acquire(0)),
        }
    }

    /// The digest of all bytes of a source, which are not kept: a file is read by parts that stay close at hand.
    pub(super) fn digest(&self, source: &Source, buffer: &mut Buffer) -> Result<u128> {
        let Source::File { path, .. } = source else {
            let _share = self.all(source, buffer)?;
            return Ok(XxHash3_128::oneshot(&buffer.bytes));
        };
        let _share = self.budget.acquire(PART as u64);
        buffer.bytes.resize(PART, 0);
        let (mut file, mut digest, mut left) = (open(path)?, XxHash3_128::new(), MAX_DOCUMENT);
        loop {
            match file.read(&mut buffer.bytes) {
                Ok(0) => return Ok(digest.finish_128()),
                Ok(count) => {
                    left = left.checked_sub(count as u64).ok_or_else(|| too_large(path))?;
                    digest.write(&buffer.bytes[..count]);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(reading(path)(error)),
            }
        }
    }

    /// Reads a range of a source that is text as it lies there.
    pub(super) fn range(
        &self,
        source: &Source,
        range: Range<usize>,
        buffer: &mut Buffer,
    ) -> Result<Share<'_>> {
        let (start, length) = (range.start as u64, range.len() as u64);
        match source {
            Source::File { path, skip } => {
                let share = self.budget.acquire(length);
                buffer.prepare(length);
                buffer.bytes.resize(range.len(), 0);
                read_at(&open(path)?, &mut buffer.bytes, skip + start).map_err(reading(path))?;
                Ok(share)
            }
            Source::Spool(all) | Source::Text(all) => {
                self.spooled(all.start + start..all.start + start + length, buffer)
            }
            Source::Packed { .. } | Source::Lost => self.all(source, buffer),
        }
    }

    fn spooled(&self, range: Range<u64>, buffer: &mut Buffer) -> Result<Share<'_>> {
        let length = range.end - range.start;
        let share = self.budget.acquire(length);
        buffer.prepare(length);
        self.spool.read(range, &mut buffer.bytes)?;
        Ok(share)
    }

    fn file(&self, path: &Path, buffer: &mut Buffer) -> Result<Share<'_>> {
        let mut file = open(path)?;
        let length = file.metadata().map_err(reading(path))?.len();
        if length > MAX_DOCUMENT {
            return Err(too_large(path));
        }
        let share = self.budget.acquire(length);
        buffer.prepare(length);
        // A file may grow while it is read; what was not there at first is not read.
        fill(&mut file, length as usize, &mut buffer.bytes).map_err(reading(path))?;
        Ok(share)
    }

    /// Expands a file into the share that its size makes likely; if that is not enough, once more into
    /// the greatest. Growing a share while it is held could wait for itself.
    fn packed(&self, path: &Path, buffer: &mut Buffer) -> Result<Share<'_>> {
        let stored = std::fs::metadata(path).map_err(reading(path))?.len();
        let guess = stored.saturating_mul(GUESS.0).max(GUESS.1);
        for bytes in [guess, MAX_DOCUMENT] {
            let share = self.budget.acquire(bytes.min(MAX_DOCUMENT));
            buffer.prepare(bytes);
            buffer.bytes.clear();
            let mut opened = container::open_within(path, LIMITS)?;
            opened.by_ref().take(bytes).read_to_end(&mut buffer.bytes)?;
            if (buffer.bytes.len() as u64) < bytes || opened.read(&mut [0])? == 0 {
                return Ok(share);
            }
        }
        Err(too_large(path))
    }
}

/// Reads so many bytes at most, in as few pieces as there are; what a buffer held is not cleared before.
fn fill(file: &mut File, most: usize, bytes: &mut Vec<u8>) -> std::io::Result<()> {
    bytes.resize(most, 0);
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read(&mut bytes[filled..]) {
            Ok(0) => bytes.truncate(filled),
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| Error::io(path, "open", error))
}

fn reading(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    move |error| Error::io(path, "read", error)
}

fn too_large(path: &Path) -> Error {
    let message = format!("has more than {MAX_DOCUMENT} bytes, which is the limit");
    Error::new(Code::TooLarge, message).in_file(path.to_string_lossy()).with_hint("split it by client")
}

/// The client's id that a file name gives: the last name of the path without what formats append.
///
/// ```
/// use patchstate::ingest::client_stem;
///
/// assert_eq!(client_stem("lists/WS-1_systeminfo.txt"), "WS-1");
/// assert_eq!(client_stem("web-01.rpm.gz"), "web-01");
/// assert_eq!(client_stem("db.example.com.xml"), "db.example.com");
/// assert_eq!(client_stem(".xml"), ".xml");
/// ```
pub fn client_stem(name: &str) -> &str {
    const PACKED: [&str; 6] = [".gz", ".xz", ".zst", ".bz2", ".tgz", ".txz"];
    const SUFFIXES: [&str; 4] = ["_systeminfo", "_qfe", ".rpm", ".dpkg"];
    let last = name.rsplit(['/', '\\', '!']).next().unwrap_or(name);
    let kept = |stem: &'_ str| !stem.is_empty();
    let without =
        |name, suffixes: &[&str]| suffixes.iter().find_map(|suffix| cut_suffix(name, suffix)).unwrap_or(name);
    let name = without(last, &PACKED);
    let stem = match name.rsplit_once('.') {
        Some((stem, _)) if kept(stem) => stem,
        _ => name,
    };
    without(stem, &SUFFIXES)
}

/// The name without a suffix, whatever its case, if something is left.
fn cut_suffix<'a>(name: &'a str, suffix: &str) -> Option<&'a str> {
    let start = name.len().checked_sub(suffix.len()).filter(|start| *start > 0)?;
    let (stem, end) = name.split_at_checked(start)?;
    end.eq_ignore_ascii_case(suffix).then_some(stem)
}
