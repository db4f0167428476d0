//! The bytes of a cabinet with their offsets: a stream that goes forwards only, or a temporary file.
//!
//! Knows where it stands; knows nothing of what the bytes are.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use crate::container::limit::Meter;
use crate::error::Result;

/// What is read from a stream at a time.
const BUFFER: usize = 64 << 10;

/// The greatest length of a name, without the zero byte at its end.
const NAME: u64 = 255;

/// Something that can be read in any order.
pub(super) trait Spool: Read + Seek {}

impl<T: Read + Seek> Spool for T {}

/// The bytes of a cabinet.
pub(super) struct Source<'a> {
    input: Input<'a>,
    position: u64,
    meter: Meter,
}

enum Input<'a> {
    Stream(BufReader<&'a mut dyn Read>),
    /// All of the cabinet from `base` on; `end` is where the stream ended, signature and all.
    Spool {
        spool: Box<dyn Spool>,
        base: u64,
        end: u64,
    },
}

impl<'a> Source<'a> {
    pub(super) fn new(stream: &'a mut dyn Read) -> Self {
        let input = Input::Stream(BufReader::with_capacity(BUFFER, stream));
        Self { input, position: 0, meter: Meter::default() }
    }

    /// Reads what is left of a cabinet of `size` bytes into a spool, and drops what follows it.
    pub(super) fn spool<S: Spool + 'static>(
        mut self,
        size: u64,
        make: impl FnOnce(&mut dyn Read) -> Result<S>,
    ) -> io::Result<Self> {
        let base = self.position;
        let mut spool = make(&mut (&mut self).take(size.saturating_sub(base)))?;
        let length = spool.seek(SeekFrom::End(0))?;
        spool.seek(SeekFrom::Start(0))?;
        let rest = io::copy(&mut self, &mut io::sink())?;
        let end = base + length + rest;
        Ok(Self {
            input: Input::Spool { spool: Box::new(spool), base, end },
            position: base,
            meter: self.meter,
        })
    }

    /// Where it stands.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// What counts the bytes that went in.
    pub(super) fn meter(&self) -> Meter {
        self.meter.clone()
    }

    /// Goes to an offset of the cabinet.
    pub(super) fn go_to(&mut self, offset: u64) -> io::Result<()> {
        let ahead = offset.checked_sub(self.position);
        match (&mut self.input, ahead) {
            (Input::Spool { spool, base, .. }, _) if offset >= *base => {
                spool.seek(SeekFrom::Start(offset - *base))?;
                self.position = offset;
                Ok(())
            }
            (Input::Stream(_), Some(ahead)) => self.skip(ahead),
            _ => Err(overlap(offset)),
        }
    }

    /// Passes over bytes, which must be there.
    pub(super) fn skip(&mut self, count: u64) -> io::Result<()> {
        match io::copy(&mut self.take(count), &mut io::sink())? {
            passed if passed < count => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// Reads as many bytes as `buf` has.
    pub(super) fn fill(&mut self, buf: &mut [u8]) -> io::Result<()> {
        self.read_exact(buf)
    }

    /// Reads a name up to its zero byte.
    pub(super) fn name(&mut self) -> io::Result<Vec<u8>> {
        let mut name = Vec::new();
        let mut byte = [0];
        loop {
            self.fill(&mut byte)?;
            match byte[0] {
                0 => return Ok(name),
                _ if name.len() as u64 == NAME => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "a name is too long"));
                }
                byte => name.push(byte),
            }
        }
    }

    /// Reads to the end, which a cabinet of `size` bytes may not have before.
    pub(super) fn finish(mut self, size: u64) -> io::Result<()> {
        let end = match self.input {
            Input::Spool { end, .. } => end,
            Input::Stream(_) => {
                io::copy(&mut self, &mut io::sink())?;
                self.position
            }
        };
        if end < size { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.input {
            Input::Stream(stream) => {
                let count = stream.read(buf)?;
                self.meter.add(count as u64);
                count
            }
            Input::Spool { spool, .. } => spool.read(buf)?,
        };
        self.position += count as u64;
        Ok(count)
    }
}

/// The error of a cabinet of which two parts have the same bytes.
pub(super) fn overlap(offset: u64) -> io::Error {
    let message = format!("what begins at byte {offset} overlaps what is before it");
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// The number at `at`, least byte first.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// The number at `at`, least byte first.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}
