//! Plain records inside a section: little-endian numbers and counted text, one after another.
//!
//! For the tables that reports read once from end to end; what is looked up by number is in columns.

use crate::diagnostic::Code;
use crate::error::{Error, Result};

/// Writes records.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// Makes an empty writer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a number of 8 bits.
    pub fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    /// Appends a number of 16 bits.
    pub fn u16(&mut self, value: u16) {
        self.0.extend(value.to_le_bytes());
    }

    /// Appends a number of 32 bits.
    pub fn u32(&mut self, value: u32) {
        self.0.extend(value.to_le_bytes());
    }

    /// Appends a number of 64 bits.
    pub fn u64(&mut self, value: u64) {
        self.0.extend(value.to_le_bytes());
    }

    /// Appends bytes without their count.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    /// Appends text with its count of bytes; text beyond 4 GiB is cut off.
    pub fn text(&mut self, text: &str) {
        let count = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.u32(count);
        self.0.extend(&text.as_bytes()[..count as usize]);
    }

    /// Appends a count and then each item.
    pub fn list<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        self.u32(u32::try_from(items.len()).unwrap_or(u32::MAX));
        items.iter().take(u32::MAX as usize).for_each(|value| item(self, value));
    }

    /// What was written.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// Begins anew.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// Reads records; everything is bounds-checked.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader(bytes)
    }

    /// Takes `count` bytes.
    ///
    /// # Errors
    ///
    /// There are fewer (as for all that follow).
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count).ok_or_else(cut_off)?;
        self.0 = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk().ok_or_else(cut_off)?;
        self.0 = rest;
        Ok(*head)
    }

    /// Takes a number of 8 bits.
    pub fn u8(&mut self) -> Result<u8> {
        self.array().map(u8::from_le_bytes)
    }

    /// Takes a number of 16 bits.
    pub fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_le_bytes)
    }

    /// Takes a number of 32 bits.
    pub fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// Takes a number of 64 bits.
    pub fn u64(&mut self) -> Result<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// Takes counted text.
    pub fn text(&mut self) -> Result<&'a str> {
        let count = self.u32()? as usize;
        std::str::from_utf8(self.bytes(count)?).map_err(|_| Error::new(Code::BadTable, "a text is not UTF-8"))
    }

    /// Passes over counted text.
    pub fn skip_text(&mut self) -> Result<()> {
        let count = self.u32()? as usize;
        self.bytes(count).map(|_| ())
    }

    /// Passes over a count and each item.
    pub fn skip_list(&mut self, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        let count = self.u32()?;
        (0..count).try_for_each(|_| if self.0.is_empty() { Err(cut_off()) } else { item(self) })
    }

    /// What is left.
    pub fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// Takes a count and then each item.
    pub fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let count = self.u32()? as usize;
        // A count is not trusted: memory grows with what is really there.
        let mut items = Vec::with_capacity(count.min(4096));
        for _ in 0..count {
            if self.0.is_empty() {
                return Err(cut_off());
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn cut_off() -> Error {
    Error::new(Code::BadTable, "a record is cut off")
}
