//! Turns Debian's `epoch:upstream-revision` into its order and into sort keys.
//!
//! Knows the order of dpkg; knows nothing of what dpkg refuses in a version: every text has a place
//! in the order, and those that dpkg accepts have the place that dpkg gives them.
//! Source of truth: `dpkg_version_compare` and `verrevcmp` of dpkg.

use std::cmp::Ordering;

use super::{compare_numbers, split_epoch, split_run, take_digits, write_number};

/// Where a part without digits ends: after `~`, before everything else.
const END: u16 = 2;

/// Compares two versions as dpkg does.
///
/// ```
/// use patchstate::version::debian::compare;
///
/// assert!(compare("1.2.3-1~deb7u1", "1.2.3-1").is_lt());
/// assert!(compare("1:0.9", "2.0-1").is_gt());
/// assert!(compare("1.0", "0:1.0-0").is_eq());
/// ```
pub fn compare(a: &str, b: &str) -> Ordering {
    Version::parse(a).compare(&Version::parse(b))
}

/// Appends the key of a version to `out`: keys compare, as bytes, as [`compare`] does.
///
/// No key is the beginning of another one.
///
/// ```
/// use patchstate::version::debian::write_key;
///
/// let (mut old, mut new) = (Vec::new(), Vec::new());
/// write_key("2.4.2-6", &mut old);
/// write_key("2.4.2-6+lenny1", &mut new);
/// assert!(old < new);
/// ```
pub fn write_key(text: &str, out: &mut Vec<u8>) {
    Version::parse(text).write_key(out);
}

/// A version in its three parts, borrowed from its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version<'a> {
    /// The epoch; 0 when none is written.
    pub epoch: u32,
    /// The version that the authors of the program gave.
    pub upstream: &'a str,
    /// The revision that the distribution gave; an empty one is equal to `0`.
    pub revision: &'a str,
}

impl<'a> Version<'a> {
    /// Splits `[epoch:]upstream[-revision]`, the revision after the last `-`.
    ///
    /// Where the text before the first colon is not all digits, the colon belongs to the upstream
    /// version. An epoch above 32 bits, which dpkg refuses, counts as the greatest one.
    pub fn parse(text: &'a str) -> Self {
        let (epoch, rest) = split_epoch(text).unwrap_or(("", text));
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
        let epoch = match epoch {
            "" => 0,
            digits => digits.parse().unwrap_or(u32::MAX),
        };
        Self { epoch, upstream, revision }
    }

    /// Splits `upstream[-revision]` whose epoch is known apart.
    pub fn of_epoch(epoch: u32, text: &'a str) -> Self {
        let (upstream, revision) = text.rsplit_once('-').unwrap_or((text, ""));
        Self { epoch, upstream, revision }
    }

    /// Compares epoch, upstream version and revision.
    pub fn compare(&self, other: &Version<'_>) -> Ordering {
        let order = self.epoch.cmp(&other.epoch);
        let order = order.then_with(|| verrevcmp(self.upstream.as_bytes(), other.upstream.as_bytes()));
        order.then_with(|| verrevcmp(self.revision.as_bytes(), other.revision.as_bytes()))
    }

    /// Appends the key of the version to `out`, as [`write_key`] does.
    pub fn write_key(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.epoch.to_be_bytes());
        write_part(self.upstream.as_bytes(), out);
        write_part(self.revision.as_bytes(), out);
    }
}

/// Compares two upstream versions or two revisions.
fn verrevcmp(a: &[u8], b: &[u8]) -> Ordering {
    let (mut a, mut b) = (a, b);
    while !(a.is_empty() && b.is_empty()) {
        let order = compare_words(take_word(&mut a), take_word(&mut b));
        let order = order.then_with(|| compare_numbers(take_digits(&mut a), take_digits(&mut b)));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

/// Compares two runs without digits; the end of one is a place of its own in the order.
fn compare_words(a: &[u8], b: &[u8]) -> Ordering {
    let weights = |word: &[u8], at: usize| word.get(at).map_or(END, |byte| weight(*byte));
    let differs = (0..a.len().max(b.len())).find(|at| weights(a, *at) != weights(b, *at));
    differs.map_or(Ordering::Equal, |at| weights(a, at).cmp(&weights(b, at)))
}

/// A part is words and numbers by turns; there is always one of each, so `` is equal to `0`.
fn write_part(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    loop {
        for byte in take_word(&mut rest) {
            out.extend_from_slice(&weight(*byte).to_be_bytes());
        }
        out.extend_from_slice(&END.to_be_bytes());
        write_number(take_digits(&mut rest), out);
        if rest.is_empty() {
            break;
        }
    }
    out.extend_from_slice(&END.to_be_bytes());
}

/// The place of a byte that is no digit: `~`, the end, letters, all others.
fn weight(byte: u8) -> u16 {
    match byte {
        b'~' => 1,
        b'a'..=b'z' | b'A'..=b'Z' => u16::from(byte) + END,
        _ => u16::from(byte) + 256 + END,
    }
}

fn take_word<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let (word, rest) = split_run(text, |byte| !byte.is_ascii_digit());
    *text = rest;
    word
}
