//! Mutations of index and matrix files.
//!
//! Knows the frame as `docs/index-format.md` has it, and of the sections only what its callers say.

use std::ops::Range;

use conformance::damage::{CHECKSUM, LENGTH, seal};
use patchstate::archive::{Archive, FileKind};

use crate::random::Random;

/// Numbers of one width that stand one after another in a file.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// Where they stand.
    pub place: Range<usize>,
    /// Bytes of each.
    pub width: usize,
}

/// A file that mutations begin with, and the way to its numbers.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// The kind of the file.
    pub kind: FileKind,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Finds the numbers of a file; nothing where it is too damaged to have any.
    pub numbers: fn(&[u8]) -> Vec<Numbers>,
}

/// Changes a file of `size` bytes at the start of `data`, which has room for `limit`; gives its new size.
///
/// What is no file of this kind becomes the sample first. `any` changes bytes without knowing them.
pub fn mutate(
    data: &mut [u8],
    size: usize,
    limit: usize,
    seed: u32,
    sample: Sample<'_>,
    any: impl Fn(&mut [u8], usize, usize) -> usize,
) -> usize {
    let mut random = Random::new(seed);
    let (mut size, limit) = (size.min(data.len()), limit.min(data.len()));
    if Archive::open(sample.kind, &data[..size]).is_err() && sample.bytes.len() <= limit {
        size = sample.bytes.len();
        data[..size].copy_from_slice(sample.bytes);
    }
    let numbers = (sample.numbers)(&data[..size]);
    if numbers.is_empty() || random.below(8) == 0 {
        // Growing would move everything that is found by its distance; mostly it stays in place.
        let room = if random.below(4) == 0 { limit } else { size };
        size = any(data, size, room).min(limit);
    } else {
        for _ in 0..=random.below(3) {
            change(&mut data[..size], &numbers, &mut random);
        }
    }
    repair(&mut data[..size], sample.kind);
    size
}

/// Changes one number.
fn change(bytes: &mut [u8], numbers: &[Numbers], random: &mut Random) {
    let Some(Numbers { place, width }) = numbers.get(random.below(numbers.len())) else { return };
    let count = place.len() / width;
    let entry = |at: usize| place.start + at * width..place.start + (at + 1) * width;
    let (at, other) = (random.below(count), random.below(count));
    let read = |bytes: &[u8], at| {
        let bytes: &[u8] = bytes.get(entry(at)).unwrap_or_default();
        bytes.iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte))
    };
    let value = read(bytes, at);
    let value = match random.below(9) {
        0 => 0,
        1 => u64::MAX,
        2 => value.wrapping_add(1),
        3 => value.wrapping_sub(1),
        4 => value ^ 1 << random.below(8 * width),
        5 => count as u64,
        6 => random.wide(),
        7 => random.below(64) as u64,
        _ => read(bytes, other),
    };
    if let Some(bytes) = bytes.get_mut(entry(at)) {
        bytes.copy_from_slice(&value.to_le_bytes()[..*width]);
    }
}

/// Makes a frame say what is so: magic, version, byte order, width, length, checksum.
pub fn repair(bytes: &mut [u8], kind: FileKind) {
    if bytes.len() < 64 {
        return;
    }
    bytes[..8].copy_from_slice(&kind.magic);
    bytes[8..12].copy_from_slice(&kind.version.to_le_bytes());
    bytes[12..16].copy_from_slice(&0x0403_0201u32.to_le_bytes());
    bytes[16..20].copy_from_slice(&64u32.to_le_bytes());
    let length = bytes.len() as u64;
    bytes[LENGTH].copy_from_slice(&length.to_le_bytes());
    debug_assert_eq!(LENGTH.end, CHECKSUM.start);
    seal(bytes);
}
