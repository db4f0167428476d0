//! The index: everything that was compiled, in one file that is mapped and read by everyone.
//!
//! Opening checks header, lengths and bounds and takes microseconds at any size; the checksum and the
//! meaning are checked apart ([`Index::check`], [`Index::verify`]). No bytes can do more than give a
//! wrong answer: every access is bounds-checked. The byte contract is `docs/index-format.md`.

use std::io::{self, Write};

use rkyv::rancor;
use rkyv::ser::writer::IoWriter;

use crate::archive::map::Bytes;
use crate::archive::{ALIGNMENT, Archive, FileKind, Writer};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::flag::Flags;
use crate::model::office;

pub mod columns;
pub(crate) mod nodes;
pub mod probe;
pub mod restore;
mod verify;

use columns::{ArchivedColumns, Column, Columns};

/// The kind of file that an index is.
pub const KIND: FileKind = FileKind {
    magic: *b"PSINDEX\n",
    version: 1,
    name: "index",
    renew: "recompile the catalogs with `patchstate compile`",
};

/// The sections of an index file.
mod section {
    /// The columns, one rkyv archive.
    pub(super) const COLUMNS: u32 = 1;
    /// SHA-256 of every source, 32 bytes each.
    pub(super) const DIGESTS: u32 = 2;
    /// How subjects are hashed: hash id u32, 0 u32, seed u64.
    pub(super) const HASH: u32 = 3;

    /// What a section is called.
    pub(super) fn name(id: u32) -> &'static str {
        match id {
            COLUMNS => "columns",
            DIGESTS => "digests",
            HASH => "hash",
            _ => "unknown",
        }
    }
}

/// An index, owning its bytes.
#[derive(Debug)]
pub struct Index {
    bytes: Bytes,
}

impl Index {
    /// Takes the bytes of an index file and checks header, lengths and bounds.
    ///
    /// # Errors
    ///
    /// The bytes are no index of this version or leave their bounds.
    pub fn open(bytes: Bytes) -> Result<Index> {
        let index = Index { bytes };
        index.view()?;
        Ok(index)
    }

    /// A view of the columns.
    ///
    /// # Errors
    ///
    /// As for [`Index::open`]; after that succeeded, never.
    pub fn view(&self) -> Result<View<'_>> {
        View::open(self.bytes.as_ref())
    }

    /// Compares the stored checksum with the one of the bytes.
    ///
    /// # Errors
    ///
    /// They differ.
    pub fn check(&self) -> Result<()> {
        Archive::open(KIND, self.bytes.as_ref())?.check()
    }

    /// Checks what the bytes mean: text is UTF-8, numbers are in range, orders hold, rules are bounded.
    ///
    /// # Errors
    ///
    /// Something makes no sense.
    pub fn verify(&self) -> Result<()> {
        let digests = Archive::open(KIND, self.bytes.as_ref())?.section(section::DIGESTS)?;
        let view = self.view()?;
        if digests != view.columns.source_sha256.as_slice() {
            return Err(Error::new(Code::BadTable, "section 2 and the column `source_sha256` differ"));
        }
        verify::verify(view)
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }
}

/// Writes an index file from its columns.
///
/// # Errors
///
/// Writing fails.
pub fn write(columns: &Columns, out: &mut (impl Write + std::io::Seek)) -> Result<u64> {
    let mut file = Writer::new(KIND, &[section::COLUMNS, section::DIGESTS, section::HASH], out)?;
    file.section(section::COLUMNS)?;
    lay(columns, &mut file)?;
    file.section(section::DIGESTS)?;
    file.write_all(&columns.source_sha256)?;
    file.section(section::HASH)?;
    file.write_all(&probe::HASH.to_le_bytes())?;
    file.write_all(&0u32.to_le_bytes())?;
    file.write_all(&probe::SEED.to_le_bytes())?;
    file.finish().map(|(checksum, _)| checksum)
}

/// Writes columns as an rkyv archive, which is never held as a whole.
fn lay(columns: &Columns, out: &mut dyn Write) -> Result<()> {
    let mut kept = Kept { out, failure: None };
    let laid = rkyv::api::high::to_bytes_in::<_, rancor::Error>(columns, IoWriter::new(&mut kept));
    match (laid.map(|_| ()), kept.failure) {
        (_, Some(failure)) => Err(failure.into()),
        (Err(error), None) => {
            Err(Error::new(Code::TooLarge, format!("the index cannot be laid out: {error}")))
        }
        (Ok(()), None) => Ok(()),
    }
}

/// Writes on, and keeps the failure, which rkyv would only repeat as text.
struct Kept<'o> {
    out: &'o mut dyn Write,
    failure: Option<io::Error>,
}

impl Write for Kept<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes).map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                self.failure = Some(error);
            }
            kind.into()
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The columns of an index, with the look-ups that everyone needs.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The columns.
    pub columns: &'a ArchivedColumns,
    checksum: u64,
    archive: Archive<'a>,
}

impl std::fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "View({} updates, {} subjects)", self.updates(), self.subjects())
    }
}

impl<'a> View<'a> {
    /// Looks into the bytes of an index file, which must stand at a multiple of
    /// [`crate::archive::ALIGNMENT`].
    ///
    /// # Errors
    ///
    /// The bytes are no index of this version or leave their bounds.
    pub fn open(bytes: &'a [u8]) -> Result<Self> {
        let archive = Archive::open(KIND, bytes)?;
        if !bytes.as_ptr().addr().is_multiple_of(ALIGNMENT) {
            let message = format!("the index stands in memory at no multiple of {ALIGNMENT}");
            return Err(Error::new(Code::BadTable, message)
                .with_hint("copy the bytes to `patchstate::archive::map::Bytes`"));
        }
        let hash = archive.section(section::HASH)?;
        let expected: Vec<u8> =
            [&probe::HASH.to_le_bytes()[..], &[0; 4], &probe::SEED.to_le_bytes()].concat();
        if hash != expected {
            return Err(Error::new(Code::WrongVersion, "the index uses another hash").with_hint(KIND.renew));
        }
        let columns = archive.section(section::COLUMNS)?;
        let columns = rkyv::access::<ArchivedColumns, rancor::Error>(columns).map_err(|error| {
            Error::new(Code::BadTable, format!("the columns leave their bounds: {error}"))
        })?;
        Ok(View { columns, checksum: archive.checksum(), archive })
    }

    /// Identifies the contents.
    pub fn checksum(&self) -> u64 {
        self.checksum
    }

    /// The name and the length in bytes of every section, in the order of the file.
    pub fn sections(&self) -> Vec<(&'static str, u64)> {
        self.archive.sections().map(|(id, length)| (section::name(id), length)).collect()
    }

    /// The length of the file in bytes.
    pub fn bytes(&self) -> u64 {
        self.archive.bytes()
    }

    /// How many updates there are.
    pub fn updates(&self) -> usize {
        self.columns.updates()
    }

    /// How many subjects there are.
    pub fn subjects(&self) -> usize {
        self.columns.subjects()
    }

    /// How many sources there are.
    pub fn sources(&self) -> usize {
        self.columns.sources()
    }

    /// The bytes of a text; empty beyond the end.
    #[inline]
    pub fn text_bytes(&self, text: u32) -> &'a [u8] {
        let at = text as usize;
        let start = if at == 0 { 0 } else { self.columns.text_ends.at(at - 1) };
        let range = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let end = range(self.columns.text_ends.at(at));
        self.columns.text_bytes.as_slice().get(range(start)..end).unwrap_or_default()
    }

    /// A text; empty beyond the end or when it is not UTF-8, which `verify` refuses.
    pub fn text(&self, text: u32) -> &'a str {
        std::str::from_utf8(self.text_bytes(text)).unwrap_or_default()
    }

    /// The bytes of a threshold; empty beyond the end.
    #[inline]
    pub fn threshold(&self, at: usize) -> &'a [u8] {
        let start = if at == 0 { 0 } else { self.columns.threshold_ends.at(at - 1) };
        let range = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let end = range(self.columns.threshold_ends.at(at));
        self.columns.threshold_bytes.as_slice().get(range(start)..end).unwrap_or_default()
    }

    /// The thresholds of a subject.
    #[inline]
    pub fn thresholds(&self, subject: usize) -> std::ops::Range<usize> {
        self.columns.subject_threshold_ends(subject)
    }

    /// Where a key stands among the thresholds of a subject: `2 n` between threshold n-1 and n, `2 n + 1`
    /// at threshold n. A threshold of rank r is met from code `2 r + 1` on.
    #[inline]
    pub fn code(&self, subject: usize, key: &[u8]) -> u32 {
        let thresholds = self.thresholds(subject);
        let place = |at: usize| ((at - thresholds.start) as u32).saturating_mul(2);
        let (mut low, mut high) = (thresholds.start, thresholds.end);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.threshold(middle).cmp(key) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return place(middle).saturating_add(1),
            }
        }
        place(low)
    }

    /// The number of an update by its full identity.
    pub fn find_update(&self, identity: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.updates());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.text_bytes(self.columns.update_identity.at(middle)).cmp(identity.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// The numbers of the updates that `text` names: a whole identity, an identity without feed or
    /// revision, a bulletin, or an article number, of which a withdrawn bundle of Office only where none is
    /// current.
    pub fn find_named(&self, text: &str) -> Vec<u32> {
        let columns = self.columns;
        let updates = || 0..u32::try_from(self.updates()).unwrap_or(u32::MAX);
        let by_identity = |update: &u32| {
            let identity = self.text(columns.update_identity.at(*update as usize));
            let id = identity.split_once(':').map_or(identity, |(_, id)| id);
            let bare = |text: &str| text.split_once('#').map_or(text.len(), |(bare, _)| bare.len());
            [identity, id, &identity[..bare(identity)], &id[..bare(id)]].contains(&text)
        };
        let exact: Vec<u32> = updates().filter(by_identity).collect();
        if !exact.is_empty() {
            return exact;
        }
        let article = crate::model::hotfix::id(text);
        let by_name = |update: &u32| {
            let at = *update as usize;
            let bulletin = self.text(columns.update_bulletin.at(at));
            let has =
                |wanted: u32| columns.update_article_ends(at).any(|one| columns.article.at(one) == wanted);
            !bulletin.is_empty() && bulletin.eq_ignore_ascii_case(text) || article.is_some_and(has)
        };
        let expired = |update: &u32| self.flags(*update as usize).contains(Flags::EXPIRED);
        let identity = |update: &u32| self.text(columns.update_identity.at(*update as usize));
        office::answering(updates().filter(by_name).collect(), identity, expired)
    }
}
