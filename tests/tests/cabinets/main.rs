//! Cabinets: order, overlapping files, every method, damage of every kind, and what others make of them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod hostile;
mod members;
mod nested;
mod overlap;
mod peers;

use std::io::Cursor;

use conformance::cabinet::{Block, Folder};
use conformance::lzx::{self, Kind};
use patchstate::container::{Limits, Opened, Skipped, walk};
use patchstate::diagnostic::Code;
use patchstate::error::{Error, Result};

/// A member: its name and what its reader gave.
type Member = (String, std::result::Result<Vec<u8>, Error>);

/// What a visitor that reads everything and goes on after bad members sees.
fn walk_within(bytes: &[u8], limits: Limits) -> (Vec<Member>, Result<Skipped>) {
    let mut members = Vec::new();
    let opened = Opened::from_reader(Cursor::new(bytes.to_vec()), "x", limits);
    let result = opened.and_then(|opened| {
        walk(opened, &mut |name, member| {
            let mut content = Vec::new();
            let read = member.read_to_end(&mut content).map(|_| content).map_err(Error::from);
            members.push((name.to_owned(), read));
            Ok(())
        })
    });
    (members, result)
}

/// The members of a cabinet that has nothing wrong.
fn whole(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (members, result) = walk_within(bytes, Limits::STANDARD);
    assert_eq!(result.unwrap(), Skipped::default());
    members.into_iter().map(|(name, content)| (name, content.unwrap())).collect()
}

/// The members that cannot be read, with their errors.
fn bad(bytes: &[u8]) -> Vec<(String, Code, String)> {
    let (members, result) = walk_within(bytes, Limits::STANDARD);
    result.unwrap();
    let bad = members.into_iter().filter_map(|(name, content)| Some((name, content.err()?)));
    bad.map(|(name, error)| {
        assert!(error.hint().is_some(), "{error}");
        (name, error.code(), error.to_string())
    })
    .collect()
}

/// The error of a cabinet that cannot be read at all.
fn refused(bytes: &[u8], limits: Limits) -> Error {
    let error = walk_within(bytes, limits).1.unwrap_err();
    assert!(error.hint().is_some() && error.file().is_some_and(|file| file.starts_with('x')), "{error}");
    error
}

/// Numbers without order, the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % limit.max(1)
    }

    /// A number below one of several limits.
    fn below_any(&mut self, limits: &[usize]) -> usize {
        let limit = limits[self.below(limits.len())];
        self.below(limit)
    }

    /// Bytes with words that come again, noise, runs and calls.
    fn content(&mut self, size: usize) -> Vec<u8> {
        let mut content: Vec<u8> = Vec::with_capacity(size + 600);
        while content.len() < size {
            match self.below(8) {
                0 => content.extend((0..self.below(40)).map(|_| self.below(256) as u8)),
                1 => content.extend(std::iter::repeat_n(self.below(256) as u8, self.below(600))),
                2 => {
                    let target = self.below_any(&[1, size]) as i32 - content.len() as i32;
                    content.push(0xe8);
                    content.extend_from_slice(&target.to_le_bytes());
                }
                3 => {
                    let from = self.below(content.len());
                    let length = self.below(500).min(content.len() - from);
                    content.extend_from_within(from..from + length);
                }
                _ => content.extend_from_slice(format!("<Update Id=\"{}\"/>", self.below(500)).as_bytes()),
            }
        }
        content.truncate(size);
        content
    }
}

/// A folder compressed with MSZIP.
fn mszip(content: &[u8]) -> Folder {
    Folder::of(1, content, |before, part| {
        let mut deflate = flate2::Compress::new(flate2::Compression::best(), false);
        let dictionary = &before[before.len().saturating_sub(32 << 10)..];
        if !dictionary.is_empty() {
            deflate.set_dictionary(dictionary).unwrap();
        }
        let mut packed = Vec::with_capacity(part.len() + 100);
        deflate.compress_vec(part, &mut packed, flate2::FlushCompress::Finish).unwrap();
        [b"CK", &packed[..]].concat()
    })
}

/// An LZX stream that has all kinds of blocks, and addresses of calls.
fn all_of_lzx(window: u32) -> lzx::Options {
    let blocks = vec![
        (Kind::Verbatim, 50_000),
        (Kind::Uncompressed, 1001),
        (Kind::Aligned, 3000),
        (Kind::Uncompressed, 70_000),
        (Kind::Verbatim, 7),
    ];
    lzx::Options { window, blocks, calls: Some(12_000_000) }
}

/// A folder of every method.
fn every_method(content: &[u8]) -> [Folder; 3] {
    [Folder::stored(content), mszip(content), Folder::lzx(content, &all_of_lzx(17))]
}

/// Changes a block of a folder.
fn with_block(mut folder: Folder, number: usize, change: impl FnOnce(&mut Block)) -> Folder {
    change(&mut folder.blocks[number]);
    folder
}
