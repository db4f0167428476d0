//! The text columns while an index is made: every text once.

use super::numbers::{Number, Numbers};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::index::columns::Columns;

/// Numbers texts in the order in which they first come.
#[derive(Debug)]
pub(super) struct Texts {
    numbers: Numbers,
    bytes: Vec<u8>,
    ends: Vec<u64>,
}

impl Texts {
    /// Makes a set that holds the empty text as number 0.
    pub(super) fn new() -> Self {
        let mut texts = Texts { numbers: Numbers::default(), bytes: Vec::new(), ends: Vec::new() };
        texts.number("");
        texts
    }

    /// The number of a text.
    pub(super) fn number(&mut self, text: &str) -> u32 {
        if text.is_empty() && !self.ends.is_empty() {
            return 0;
        }
        let (bytes, ends) = (&self.bytes, &self.ends);
        match self.numbers.add(text, |number| of(bytes, ends, number) == text.as_bytes()) {
            Number::Known(number) => number,
            Number::New(number) => {
                self.bytes.extend_from_slice(text.as_bytes());
                self.ends.push(self.bytes.len() as u64);
                number
            }
        }
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

/// The bytes of a text.
fn of<'t>(bytes: &'t [u8], ends: &[u64], number: u32) -> &'t [u8] {
    let at = number as usize;
    let start = if at == 0 { 0 } else { ends[at - 1] as usize };
    &bytes[start..ends[at] as usize]
}
