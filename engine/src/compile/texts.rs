//! The text columns while an index is made: every text once.

use std::collections::HashMap;

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::index::columns::Columns;

/// Numbers texts in the order in which they first come.
#[derive(Debug)]
pub(super) struct Texts {
    numbers: HashMap<Box<str>, u32, ahash::RandomState>,
    bytes: Vec<u8>,
    ends: Vec<u64>,
}

impl Texts {
    /// Makes a set that holds the empty text as number 0.
    pub(super) fn new() -> Self {
        let mut texts = Texts { numbers: HashMap::default(), bytes: Vec::new(), ends: Vec::new() };
        texts.number("");
        texts
    }

    /// The number of a text.
    pub(super) fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len() as u64);
        self.numbers.insert(text.into(), number);
        number
    }

    /// Moves the texts into their columns.
    pub(super) fn finish(self, columns: &mut Columns) -> Result<()> {
        if self.ends.len() >= u32::MAX as usize {
            return Err(Error::new(Code::TooLarge, "more than 4 billion texts"));
        }
        columns.text_bytes = self.bytes;
        columns.text_ends = self.ends;
        Ok(())
    }
}
