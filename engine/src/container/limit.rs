//! Turns a reader into one that gives a bounded number of bytes.
//!
//! Knows sizes and ratios; knows nothing of what the bytes are. A limit that is exceeded is an error
//! of code `too-large`, never a shorter document: it travels through `std::io` as our own error.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::diagnostic::Code;
use crate::error::{Error, Result};

/// How much may come out of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The greatest number of bytes of a document, expanded.
    pub document: u64,
    /// The greatest number of bytes of one member of an archive, expanded.
    pub member: u64,
    /// The greatest number of members of an archive, those of the archives in it included.
    pub members: u64,
    /// How many archives may stand in each other; 1 is an archive without archives in it.
    pub depth: u32,
    /// The greatest number of bytes that may come out for each byte that went in.
    pub ratio: u64,
    /// The number of bytes up to which the ratio does not matter.
    pub ratio_above: u64,
}

impl Limits {
    /// What holds unless the caller says otherwise.
    pub const STANDARD: Limits = Limits {
        document: 4 << 30,
        member: 1 << 30,
        members: 10_000_000,
        depth: 2,
        ratio: 1000,
        ratio_above: 16 << 20,
    };

    /// The standard limits with a document of at most `bytes`.
    pub const fn of_document(bytes: u64) -> Limits {
        Limits { document: bytes, ..Limits::STANDARD }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits::STANDARD
    }
}

/// What is known of a stream of bytes: how many there were, and why it failed.
///
/// Clones are the same meter. The failure is kept because decoders wrap the errors of their source
/// into their own, out of which ours could not be had back.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter(Arc<Reading>);

#[derive(Debug, Default)]
struct Reading {
    bytes: AtomicU64,
    failure: Mutex<Option<io::Error>>,
}

impl Meter {
    /// The meter of a stream whose length is known beforehand.
    pub(super) fn of(bytes: u64) -> Self {
        let meter = Meter::default();
        meter.add(bytes);
        meter
    }

    /// How many bytes there were.
    pub(super) fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// Counts bytes and gives the new count.
    pub(super) fn add(&self, bytes: u64) -> u64 {
        self.0.bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes)
    }

    /// Takes the failure out, where there was one.
    pub(super) fn take_failure(&self) -> Option<io::Error> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn fail(&self, failure: io::Error) {
        *self.0.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
    }
}

/// A reader whose bytes and failure a meter sees.
#[derive(Debug)]
pub(super) struct Metered<R> {
    inner: R,
    meter: Meter,
}

impl<R> Metered<R> {
    pub(super) fn new(inner: R, meter: Meter) -> Self {
        Self { inner, meter }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buf) {
            Ok(count) => {
                self.meter.add(count as u64);
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.meter.fail(error);
                Err(io::Error::other("the source failed"))
            }
        }
    }
}

/// How many bytes may come out for those that went in; clones share both counts.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    input: Meter,
    output: Meter,
    ratio: u64,
    above: u64,
}

impl Budget {
    /// The budget that `limits` give to what comes out of `input`.
    pub(super) fn new(input: Meter, limits: &Limits) -> Self {
        Self { input, output: Meter::default(), ratio: limits.ratio, above: limits.ratio_above }
    }

    /// Counts bytes that came out.
    ///
    /// # Errors
    ///
    /// They are too many.
    pub(super) fn spend(&self, bytes: u64) -> Result<()> {
        let output = self.output.add(bytes);
        if output <= self.above || output <= self.input.bytes().saturating_mul(self.ratio) {
            return Ok(());
        }
        let message = format!("expands to more than {} times its size", self.ratio);
        Err(Error::new(Code::TooLarge, message).with_hint("if it is no bomb, expand it first"))
    }
}

/// A reader that fails once too many bytes came out of it, and then stays failed.
#[derive(Debug)]
pub(super) struct Limited<R> {
    inner: R,
    place: String,
    given: u64,
    most: u64,
    budget: Budget,
    failed: Option<Error>,
}

impl<R: Read> Limited<R> {
    /// Limits what `place` gives to `most` bytes and to the `budget`.
    pub(super) fn new(inner: R, place: &str, most: u64, budget: Budget) -> Self {
        Self { inner, place: place.to_owned(), given: 0, most, budget, failed: None }
    }

    /// Lifts the limit of bytes; the budget stays.
    pub(super) fn lift(&mut self) {
        self.most = u64::MAX;
    }

    fn read_some(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        // One byte more than is left tells a document of exactly this size from a greater one.
        let left = self.most.saturating_sub(self.given).saturating_add(1);
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(buf.len());
        let count = self.inner.read(&mut buf[..length])?;
        self.given = self.given.saturating_add(count as u64);
        if self.given > self.most {
            return Err(larger_than(self.most).into());
        }
        self.budget.spend(count as u64)?;
        Ok(count)
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = &self.failed {
            return Err(repeat(error).into());
        }
        match self.read_some(buf) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                let error = Error::from(error).in_file(&self.place);
                self.failed = Some(repeat(&error));
                Err(error.into())
            }
            result => result,
        }
    }
}

/// A reader that gives nothing but one error, as often as it is asked.
#[derive(Debug)]
pub(super) struct Failed(pub(super) Error);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(repeat(&self.0).into())
    }
}

/// The error of something that has more than `most` bytes.
pub(super) fn larger_than(most: u64) -> Error {
    let message = format!("has more than {most} bytes, which is the limit");
    Error::new(Code::TooLarge, message).with_hint("split it, or leave out what is not needed")
}

/// The same error once more; only the source of an operating system's error is left out.
pub(super) fn repeat(error: &Error) -> Error {
    let mut again = Error::new(error.code(), error.message());
    if let Some(file) = error.file() {
        again = again.in_file(file);
    }
    if let Some(position) = error.position() {
        again = again.at(position);
    }
    match error.hint() {
        Some(hint) => again.with_hint(hint),
        None => again,
    }
}
