//! Turns the blocks of a folder into the bytes of its members, which may overlap.
//!
//! Members are asked for by ascending start, so that what stands before the start of the next one is
//! never needed again. What a later member needs of a block that is left behind goes to the history.

use std::io::{self, Read};

use super::block::Blocks;
use super::file::File;
use super::header::Entry;
use super::history::History;
use super::source::Source;
use crate::container::limit::{Budget, repeat};
use crate::diagnostic::Code;
use crate::error::{Error, Result};

/// A folder while its members are read.
pub(super) struct Folder<'p> {
    blocks: Blocks<'p>,
    block: Vec<u8>,
    /// Where in the folder the block begins.
    start: u64,
    /// What a later member needs first.
    needed: u64,
    history: History,
    budget: Budget,
    failed: Option<Error>,
}

impl<'p> Folder<'p> {
    /// The folder of a number, as the table has it, of the cabinet `place`.
    pub(super) fn new(number: u16, entry: Entry, reserve: u8, place: &'p str, budget: Budget) -> Self {
        Self {
            blocks: Blocks::new(number, entry, reserve, place),
            block: Vec::new(),
            start: 0,
            needed: 0,
            history: History::default(),
            budget,
            failed: None,
        }
    }

    /// What may come out of the cabinet.
    pub(super) fn budget(&self) -> &Budget {
        &self.budget
    }

    /// The bytes of a member, none of which stand before those of the last one; `next` is where the
    /// one after it begins.
    ///
    /// # Errors
    ///
    /// The folder cannot have that many bytes.
    pub(super) fn member<'a, 's>(
        &'a mut self,
        source: &'a mut Source<'s>,
        file: &File,
        next: u64,
        place: &'a str,
    ) -> Result<Member<'a, 'p, 's>> {
        let (position, end, most) = (u64::from(file.start), file.end(), self.blocks.most());
        if end > most {
            return Err(outside(end, self.blocks.folder(), most));
        }
        self.needed = next;
        if position >= self.start {
            self.history.forget();
        }
        Ok(Member { folder: self, source, place, position, end })
    }

    /// Compares the blocks that no member needed with their checksums.
    ///
    /// # Errors
    ///
    /// One differs, or is not there.
    pub(super) fn check_rest(&mut self, source: &mut Source<'_>) -> Result<()> {
        match self.failed {
            // That was told already, and there is no way to the next block.
            Some(_) => Ok(()),
            None => self.blocks.check_rest(source),
        }
    }

    /// Where in the folder the block ends.
    fn end(&self) -> u64 {
        self.start + self.block.len() as u64
    }

    /// Gives bytes from `position` on; none is the end.
    fn read_at(&mut self, source: &mut Source<'_>, position: u64, buf: &mut [u8]) -> Result<usize> {
        if let Some(error) = &self.failed {
            return Err(repeat(error));
        }
        let read = self.read(source, position, buf);
        // After a block that cannot be read there is no way to the next.
        self.failed = read.as_ref().err().map(repeat);
        read
    }

    fn read(&mut self, source: &mut Source<'_>, position: u64, buf: &mut [u8]) -> Result<usize> {
        while position >= self.end() {
            if !self.advance(source)? {
                return Ok(0);
            }
        }
        if let Some(behind) = self.start.checked_sub(position).filter(|behind| *behind > 0) {
            let most = usize::try_from(behind).unwrap_or(usize::MAX).min(buf.len());
            let count = self.history.read(position, &mut buf[..most])?;
            self.budget.spend(count as u64)?;
            return Ok(count);
        }
        let rest = &self.block[(position - self.start) as usize..];
        let count = rest.len().min(buf.len());
        buf[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    /// Goes to the next block and keeps of this one what is still needed.
    fn advance(&mut self, source: &mut Source<'_>) -> Result<bool> {
        let end = self.end();
        if self.needed >= self.start {
            self.history.forget();
        }
        if self.needed < end {
            let from = self.needed.max(self.start);
            self.history.keep(from, &self.block[(from - self.start) as usize..])?;
        }
        self.start = end;
        self.block.clear();
        let more = self.blocks.next(source, &mut self.block)?;
        self.budget.spend(self.block.len() as u64)?;
        Ok(more)
    }
}

/// The error of a member that reaches to `end` in a folder of `most` bytes.
fn outside(end: u64, folder: u16, most: u64) -> Error {
    let message = format!("reaches to byte {end} of folder {folder}, which has no more than {most}");
    Error::new(Code::CabBounds, message).with_hint("get or pack the cabinet again")
}

/// The bytes of a member.
pub(super) struct Member<'a, 'p, 's> {
    folder: &'a mut Folder<'p>,
    source: &'a mut Source<'s>,
    place: &'a str,
    position: u64,
    end: u64,
}

impl Read for Member<'_, '_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.position).unwrap_or(usize::MAX);
        let most = left.min(buf.len());
        if most == 0 {
            return Ok(0);
        }
        let read = self.folder.read_at(self.source, self.position, &mut buf[..most]);
        match read.map_err(|error| error.in_file(self.place))? {
            0 => {
                let error = outside(self.end, self.folder.blocks.folder(), self.folder.end());
                Err(error.in_file(self.place).into())
            }
            count => {
                self.position += count as u64;
                Ok(count)
            }
        }
    }
}
