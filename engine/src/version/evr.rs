//! Turns rpm's `epoch:version-release` into its order and into sort keys.
//!
//! Knows the order of rpm 4.15 and later, with `~` and `^`; knows nothing of package names, of
//! `(none):`, or of packages whose epoch is unknown.
//! Source of truth: `rpmvercmp` and `parseEVR` of rpm.

use std::cmp::Ordering;
use std::fmt;

use super::{compare_numbers, split_epoch, split_run, take_digits, write_number};

/// The tags of a key's segments; their order is the order of what can stand at one place.
mod tag {
    pub(super) const TILDE: u8 = 1;
    pub(super) const END: u8 = 2;
    pub(super) const CARET: u8 = 3;
    pub(super) const LETTERS: u8 = 4;
    pub(super) const DIGITS: u8 = 5;
    /// Below every letter, so that a word sorts before the words it begins.
    pub(super) const END_OF_LETTERS: u8 = 0;
}

/// Compares two versions, or two releases, as rpm does.
///
/// Bytes that are no ASCII letter or digit, `~` or `^` only separate, however many there are.
///
/// ```
/// use patchstate::version::evr::rpmvercmp;
///
/// assert!(rpmvercmp(b"1.0~rc1", b"1.0").is_lt());
/// assert!(rpmvercmp(b"1.0^git1", b"1.0").is_gt());
/// assert!(rpmvercmp(b"1.10", b"1.9").is_gt());
/// assert!(rpmvercmp(b"1.0", b"1_00").is_eq());
/// ```
pub fn rpmvercmp(a: &[u8], b: &[u8]) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let (mut a, mut b) = (a, b);
    loop {
        a = split_run(a, is_separator).1;
        b = split_run(b, is_separator).1;
        let order = match (a.first(), b.first()) {
            (Some(b'~'), Some(b'~')) | (Some(b'^'), Some(b'^')) => {
                (a, b) = (&a[1..], &b[1..]);
                continue;
            }
            (Some(b'~'), _) => Ordering::Less,
            (_, Some(b'~')) => Ordering::Greater,
            // A caret is newer than the end and older than anything else.
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(b'^'), _) => Ordering::Less,
            (_, Some(b'^')) => Ordering::Greater,
            _ => compare_runs(&mut a, &mut b),
        };
        if order.is_ne() || (a.is_empty() && b.is_empty()) {
            return order;
        }
    }
}

/// Compares the runs that `a` and `b` begin with, and takes them off.
fn compare_runs(a: &mut &[u8], b: &mut &[u8]) -> Ordering {
    let numeric = |text: &[u8]| text.first().is_some_and(u8::is_ascii_digit);
    match (numeric(a), numeric(b)) {
        (true, true) => compare_numbers(take_digits(a), take_digits(b)),
        (false, false) => take_letters(a).cmp(take_letters(b)),
        (a_is_numeric, b_is_numeric) => a_is_numeric.cmp(&b_is_numeric),
    }
}

/// A package's epoch, version and release, borrowed from its text.
///
/// ```
/// use patchstate::version::evr::Evr;
///
/// let evr = Evr::parse("1:2.4.6-3.fc40")?;
/// assert_eq!(evr, Evr { epoch: 1, version: "2.4.6", release: Some("3.fc40") });
/// assert!(evr.compare(&Evr::parse("9-1")?).is_gt());
/// # Ok::<(), patchstate::version::evr::EpochError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Evr<'a> {
    /// The epoch; 0 when none is written.
    pub epoch: u32,
    /// The version.
    pub version: &'a str,
    /// The release; an empty one counts as none.
    pub release: Option<&'a str>,
}

impl<'a> Evr<'a> {
    /// Splits `[epoch:]version[-release]`, the release after the last `-`.
    ///
    /// Where the text before the first colon is not all digits, the colon belongs to the version.
    ///
    /// # Errors
    ///
    /// The epoch has more than 32 bits.
    pub fn parse(text: &'a str) -> Result<Self, EpochError> {
        let (epoch, rest) = split_epoch(text).unwrap_or(("", text));
        let (version, release) = match rest.rsplit_once('-') {
            Some((version, release)) => (version, Some(release).filter(|release| !release.is_empty())),
            None => (rest, None),
        };
        Ok(Self { epoch: parse_epoch(epoch)?, version, release })
    }

    /// Compares epoch, version and, if both have one, release.
    ///
    /// Values without a release are therefore in no order with the others: `1-1`, `1`, `1-2` are
    /// equal, equal, and not equal. Ask [`Evr::is_ranked`] before a value is sorted or given a key.
    pub fn compare(&self, other: &Evr<'_>) -> Ordering {
        let order = self.epoch.cmp(&other.epoch);
        let order = order.then_with(|| rpmvercmp(self.version.as_bytes(), other.version.as_bytes()));
        match (self.ranked_release(), other.ranked_release()) {
            (Some(a), Some(b)) => order.then_with(|| rpmvercmp(a.as_bytes(), b.as_bytes())),
            _ => order,
        }
    }

    /// Whether it has a release, so that it can be ordered by a key.
    pub fn is_ranked(&self) -> bool {
        self.ranked_release().is_some()
    }

    fn ranked_release(&self) -> Option<&'a str> {
        self.release.filter(|release| !release.is_empty())
    }
}

/// Reads an epoch: decimal digits, or nothing for 0.
///
/// # Errors
///
/// The text is not all digits, or the number has more than 32 bits.
pub fn parse_epoch(text: &str) -> Result<u32, EpochError> {
    match text {
        "" => Ok(0),
        // `str::parse` would take a sign.
        _ if !text.bytes().all(|byte| byte.is_ascii_digit()) => Err(EpochError),
        _ => text.parse().map_err(|_| EpochError),
    }
}

/// An epoch that is no number of 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochError;

impl fmt::Display for EpochError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the epoch is no number of 32 bits")
    }
}

impl std::error::Error for EpochError {}

/// Appends the key of a package to `out`: keys compare, as bytes, as [`Evr::compare`] does.
///
/// Only for packages that have a release. No key is the beginning of another one.
///
/// ```
/// use patchstate::version::evr::write_key;
///
/// let (mut old, mut new) = (Vec::new(), Vec::new());
/// write_key(0, "1.9", "4.fc40", &mut old);
/// write_key(0, "1.10", "1.fc40", &mut new);
/// assert!(old < new);
/// ```
pub fn write_key(epoch: u32, version: &str, release: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(&epoch.to_be_bytes());
    write_part(version.as_bytes(), out);
    write_part(release.as_bytes(), out);
}

fn write_part(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let [first, after @ ..] = rest {
        match first {
            b'~' => {
                out.push(tag::TILDE);
                rest = after;
            }
            b'^' => {
                out.push(tag::CARET);
                rest = after;
            }
            b'0'..=b'9' => {
                out.push(tag::DIGITS);
                write_number(take_digits(&mut rest), out);
            }
            b'a'..=b'z' | b'A'..=b'Z' => {
                out.push(tag::LETTERS);
                out.extend_from_slice(take_letters(&mut rest));
                out.push(tag::END_OF_LETTERS);
            }
            _ => rest = after,
        }
    }
    out.push(tag::END);
}

fn take_letters<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let (letters, rest) = split_run(text, |byte| byte.is_ascii_alphabetic());
    *text = rest;
    letters
}

fn is_separator(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric() && !matches!(byte, b'~' | b'^')
}
