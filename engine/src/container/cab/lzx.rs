//! Expands LZX as cabinets have it: one stream whose window and trees live as long as the folder.
//!
//! The crate `lzxd` expands the stream; the header of the stream and the addresses of calls (E8) are
//! handled here, because that crate turns a call of address 0 into a wrong one.

use lzxd::{Lzxd, WindowSize};

/// Behind so many bytes addresses stay as they are.
const TRANSLATED: u64 = 1 << 30;

/// How much of a block's end is not searched for calls.
const TAIL: usize = 10;

/// The decoder of a folder.
pub(super) struct Lzx {
    decoder: Lzxd,
    stage: Stage,
    passed: u64,
}

/// What is known of the stream's header.
enum Stage {
    /// It was not read.
    Begin,
    /// Addresses are as they are.
    Plain,
    /// Addresses of calls are absolute in a file of so many bytes.
    Translated(i32),
}

impl Lzx {
    /// Makes a decoder with a window of so many bits, where cabinets may have it.
    pub(super) fn new(bits: u16) -> Option<Self> {
        let window = match bits {
            15 => WindowSize::KB32,
            16 => WindowSize::KB64,
            17 => WindowSize::KB128,
            18 => WindowSize::KB256,
            19 => WindowSize::KB512,
            20 => WindowSize::MB1,
            21 => WindowSize::MB2,
            _ => return None,
        };
        Some(Self { decoder: Lzxd::new(window), stage: Stage::Begin, passed: 0 })
    }

    /// Expands a block into exactly as many bytes as `block` has.
    pub(super) fn expand(&mut self, packed: &[u8], block: &mut [u8]) -> Result<(), String> {
        let headless;
        let packed = match self.stage {
            Stage::Begin => {
                headless = self.behead(packed)?;
                &headless
            }
            _ => packed,
        };
        let expanded = self.decoder.decompress_next(packed, block.len());
        let expanded = expanded.map_err(|error| format!("is no LZX: {error}"))?;
        block.copy_from_slice(expanded);
        if let Stage::Translated(size) = self.stage
            && self.passed < TRANSLATED
        {
            translate(block, self.passed as i32, size);
        }
        self.passed += block.len() as u64;
        Ok(())
    }

    /// Reads the header and gives the stream with one that says nothing.
    ///
    /// The header is a bit, and if that is set 32 more, the upper ones first. Bits are those of words
    /// of 16, the upper ones first, so that two words less leave all others where they were.
    fn behead(&mut self, packed: &[u8]) -> Result<Vec<u8>, String> {
        let word = |at: usize| Some(u16::from_le_bytes([*packed.get(at)?, *packed.get(at + 1)?]));
        let short = || "is too short".to_owned();
        if word(0).ok_or_else(short)? & 0x8000 == 0 {
            self.stage = Stage::Plain;
            return Ok(packed.to_owned());
        }
        let mut words = [word(0), word(2), word(4)].into_iter();
        let bits = words.try_fold(0, |bits, word| Some(bits << 16 | u64::from(word?))).ok_or_else(short)?;
        self.stage = Stage::Translated((bits >> 15) as u32 as i32);
        let mut headless = packed[4..].to_owned();
        headless[1] &= 0x7f;
        Ok(headless)
    }
}

/// Makes the addresses of calls relative again, in a block that begins at byte `passed`.
fn translate(block: &mut [u8], passed: i32, size: i32) {
    let end = block.len().saturating_sub(TAIL);
    let mut from = 0;
    while let Some(found) = block.get(from..end).and_then(|rest| memchr::memchr(0xe8, rest)) {
        let at = from + found;
        let call = passed + at as i32;
        if let Some(address) = block[at + 1..].first_chunk_mut::<4>() {
            let absolute = i32::from_le_bytes(*address);
            let relative = match absolute {
                0.. if absolute < size => absolute - call,
                ..0 if absolute >= -call && absolute < size => absolute.wrapping_add(size),
                _ => absolute,
            };
            *address = relative.to_le_bytes();
        }
        from = at + 5;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_made_relative() {
        let check = |absolute: i32, relative: i32| {
            let mut block = [0; 20];
            block[3] = 0xe8;
            block[4..8].copy_from_slice(&absolute.to_le_bytes());
            translate(&mut block, 100, 1000);
            assert_eq!(i32::from_le_bytes([block[4], block[5], block[6], block[7]]), relative, "{absolute}");
        };
        check(0, -103);
        check(500, 397);
        check(999, 896);
        check(1000, 1000);
        check(-1, 999);
        check(-103, 897);
        check(-104, -104);
        check(i32::MIN, i32::MIN);
    }

    #[test]
    fn calls_at_the_end_of_a_block_stay() {
        let mut block = [0xe8; 11];
        translate(&mut block, 0, 1);
        assert_eq!(block, [0xe8; 11]);
        block[1..5].fill(0);
        translate(&mut block, 7, 1);
        assert_eq!(block[1..5], (-7_i32).to_le_bytes());
        let mut short = [0xe8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        translate(&mut short, 7, 1);
        assert_eq!(short[1..5], [0; 4]);
    }
}
