//! Where the row of each client lies in a matrix file.

use super::{EXCEPTION, row, section};
use crate::archive::Archive;
use crate::diagnostic::Code;
use crate::error::{Error, Result};

/// The sections that hold rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planes<'a> {
    verdicts: &'a [u8],
    ends: &'a [u8],
    exceptions: &'a [u8],
}

/// The bytes of a client's row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stored<'a> {
    /// Its packed verdicts.
    pub(super) verdicts: &'a [u8],
    /// Its packed exceptions.
    pub(super) exceptions: &'a [u8],
}

impl<'a> Planes<'a> {
    /// Finds the sections of so many clients and updates.
    ///
    /// # Errors
    ///
    /// A section is not there or has another size.
    pub(super) fn open(archive: &Archive<'a>, clients: usize, updates: usize) -> Result<Self> {
        let planes = Planes {
            verdicts: archive.section(section::VERDICTS)?,
            ends: archive.section(section::EXCEPTION_ENDS)?,
            exceptions: archive.section(section::EXCEPTIONS)?,
        };
        let bad = |message: &str| Err(Error::new(Code::BadTable, message));
        if planes.verdicts.len() != clients.saturating_mul(row::width(updates)) {
            return bad("the verdict plane has another size than clients and updates give");
        }
        if planes.ends.len() != clients * 8 || !planes.exceptions.len().is_multiple_of(EXCEPTION) {
            return bad("the exceptions have another size than the clients give");
        }
        Ok(planes)
    }

    /// The row of each client, of so many updates.
    pub(super) fn rows(self, updates: usize) -> impl Iterator<Item = Stored<'a>> {
        let width = row::width(updates);
        let range = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).saturating_mul(EXCEPTION);
        let mut before = 0;
        (0..self.ends.len() / 8).map(move |client| {
            let start = client.saturating_mul(width);
            let verdicts = self.verdicts.get(start..start.saturating_add(width)).unwrap_or_default();
            let end = range(self.end(client));
            let exceptions = self.exceptions.get(before..end).unwrap_or_default();
            before = end;
            Stored { verdicts, exceptions }
        })
    }

    /// Where the exceptions of a client end in the file, counted in exceptions; at 0 beyond the last client.
    pub(super) fn end(self, client: usize) -> u64 {
        let (ends, _) = self.ends.as_chunks();
        ends.get(client).map_or(0, |end| u64::from_le_bytes(*end))
    }

    /// How many exceptions there are.
    pub(super) fn exceptions(self) -> u64 {
        (self.exceptions.len() / EXCEPTION) as u64
    }
}
