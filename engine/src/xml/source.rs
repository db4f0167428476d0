//! Turns the bytes of a document that is being read into UTF-8, as much as is asked for.
//!
//! UTF-8 is passed on as it is, right or wrong, because a single wrong value must not cost the
//! document; every other encoding is decoded block by block.

use std::io::{BufRead, Error as IoError, ErrorKind, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

use super::encoding::{HEAD, REPLACEMENT, by_label, declared, mark};
use crate::error::Result;

/// Bytes that are decoded at a time.
const BLOCK: usize = 32 << 10;

/// The bytes of a document, decoded.
#[derive(Debug)]
pub(super) struct Source<R> {
    reader: R,
    /// The first bytes, which were read to learn the encoding, and how many of them were used.
    head: Vec<u8>,
    used: usize,
    /// The encoding, once the head was read.
    encoding: Option<&'static Encoding>,
    transcoder: Option<Transcoder>,
}

impl<R: BufRead> Source<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, head: Vec::new(), used: 0, encoding: None, transcoder: None }
    }

    /// The name of the encoding, once something was read.
    pub(super) fn encoding(&self) -> Option<&'static str> {
        self.encoding.map(Encoding::name)
    }

    /// In how many places bytes had no meaning in the encoding and became U+FFFD.
    pub(super) fn replaced(&self) -> u64 {
        self.transcoder.as_ref().map_or(0, |transcoder| transcoder.replaced)
    }

    /// Reads the head and decides the encoding.
    fn begin(&mut self) -> Result<()> {
        self.reader.by_ref().take(HEAD as u64).read_to_end(&mut self.head)?;
        let (length, encoding) = match (mark(&self.head)?, declared(&self.head)) {
            (Some(found), _) => found,
            (None, Some(label)) => (0, by_label(label.as_bytes())?),
            (None, None) => (0, UTF_8),
        };
        self.used = length;
        self.encoding = Some(encoding);
        self.transcoder = (encoding != UTF_8).then(|| Transcoder::new(encoding));
        Ok(())
    }

    fn fill_raw(&mut self) -> std::io::Result<&[u8]> {
        if self.used < self.head.len() {
            return Ok(&self.head[self.used..]);
        }
        self.reader.fill_buf()
    }

    fn consume_raw(&mut self, bytes: usize) {
        if self.used < self.head.len() {
            self.used += bytes;
        } else {
            self.reader.consume(bytes);
        }
    }

    /// The decoded bytes that are there; empty only at the end of the document.
    pub(super) fn fill(&mut self) -> std::io::Result<&[u8]> {
        if self.encoding.is_none() {
            self.begin().map_err(IoError::from)?;
        }
        let Some(mut transcoder) = self.transcoder.take() else { return self.fill_raw() };
        let filled = self.decode(&mut transcoder);
        let transcoder = self.transcoder.insert(transcoder);
        filled?;
        Ok(&transcoder.block[transcoder.from..transcoder.to])
    }

    /// Takes decoded bytes away.
    pub(super) fn consume(&mut self, bytes: usize) {
        match &mut self.transcoder {
            Some(transcoder) => transcoder.from += bytes,
            None => self.consume_raw(bytes),
        }
    }

    /// Decodes until there is something or nothing is left.
    fn decode(&mut self, transcoder: &mut Transcoder) -> std::io::Result<()> {
        while transcoder.from == transcoder.to && !transcoder.done {
            let input = match self.fill_raw() {
                Ok(input) => input,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let read = transcoder.step(input);
            self.consume_raw(read);
        }
        Ok(())
    }
}

/// A decoder with the block it writes to.
struct Transcoder {
    decoder: Decoder,
    block: Vec<u8>,
    from: usize,
    to: usize,
    done: bool,
    replaced: u64,
}

impl Transcoder {
    fn new(encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_without_bom_handling();
        Self { decoder, block: vec![0; BLOCK], from: 0, to: 0, done: false, replaced: 0 }
    }

    /// Decodes some of `input`, which is empty at the end; says how much it took.
    fn step(&mut self, input: &[u8]) -> usize {
        let last = input.is_empty();
        let room = self.block.len() - REPLACEMENT.len();
        let block = &mut self.block[..room];
        let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(input, block, last);
        (self.from, self.to) = (0, written);
        match result {
            DecoderResult::Malformed(..) => {
                self.replaced += 1;
                self.block[written..written + REPLACEMENT.len()].copy_from_slice(REPLACEMENT);
                self.to += REPLACEMENT.len();
            }
            DecoderResult::InputEmpty => self.done = last,
            DecoderResult::OutputFull => {}
        }
        read
    }
}

impl std::fmt::Debug for Transcoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transcoder")
            .field("encoding", &self.decoder.encoding().name())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// Reads all of a document through buffers of `size` bytes.
    fn all(bytes: &[u8], size: usize) -> (Vec<u8>, u64) {
        let mut source = Source::new(BufReader::with_capacity(size, bytes));
        let mut text = Vec::new();
        loop {
            let block = source.fill().unwrap();
            if block.is_empty() {
                return (text, source.replaced());
            }
            let taken = block.len().min(size);
            text.extend_from_slice(&block[..taken]);
            source.consume(taken);
        }
    }

    #[test]
    fn buffers_of_any_size_give_the_same_text() {
        let long = "<é>𝄞</é>\r\n".repeat(20_000);
        let little: Vec<u8> = long.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = long.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for size in [1, 3, 1000, 1 << 20] {
            assert_eq!(all(long.as_bytes(), size), (long.clone().into_bytes(), 0));
            assert!(all(&little, size) == (long.clone().into_bytes(), 0), "{size}");
            assert!(all(&big, size) == (long.clone().into_bytes(), 0), "{size}");
        }
    }

    #[test]
    fn what_cannot_be_decoded_is_replaced_and_counted() {
        let text = b"<?xml version='1.0' encoding='Shift_JIS'?>\xff\x82\xa0\x82".to_vec();
        let (text, replaced) = all(&text, 5);
        assert!(text.ends_with("\u{fffd}あ\u{fffd}".as_bytes()));
        assert_eq!(replaced, 2);
        let wrong = [b"\xff\xfe".to_vec(), b"\x00\xd8".repeat(100_000)].concat();
        assert_eq!(all(&wrong, 4096), ("\u{fffd}".repeat(100_000).into_bytes(), 100_000));
    }
}
