//! Turns dotted file versions into four numbers.
//!
//! Knows the notations that Windows and its catalogs use, `5.1.2600.1` and `5,1,2600,1`; knows
//! nothing of version words such as `Build 6000`. Text that is no version gives none, never a guess.

use std::fmt;

/// A version of up to four numbers; missing ones are 0.
///
/// ```
/// use patchstate::version::dotted::Version;
///
/// let fixed = Version::parse("10.0.17134.471").unwrap();
/// let found = Version::parse_leading("10.0.17134.1 (WinBuild.160101.0800)").unwrap();
/// assert!(found < fixed);
/// assert!(found.key() < fixed.key());
/// assert_eq!(found.to_string(), "10.0.17134.1");
/// assert_eq!(Version::parse("4,0"), Some(Version([4, 0, 0, 0])));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub [u32; 4]);

impl Version {
    /// Reads text that is nothing but a version, white space around it aside.
    ///
    /// None for anything else, five parts, or a part above 32 bits.
    pub fn parse(text: &str) -> Option<Self> {
        let (version, rest) = split(text.trim())?;
        rest.is_empty().then_some(version)
    }

    /// Reads the version that a text begins with, as in `10.0.17134.1 (WinBuild.160101.0800)`.
    ///
    /// The words after it must be set off by white space and must not go on with the version: what
    /// `5, 1, 2600, 0` means is not for this reader to say.
    pub fn parse_leading(text: &str) -> Option<Self> {
        let (version, rest) = split(text.trim())?;
        let words = rest.trim_start();
        let set_off = rest.is_empty() || words.len() < rest.len();
        let goes_on = words.starts_with(|first: char| first.is_ascii_digit() || is_separator(first));
        (set_off && !goes_on).then_some(version)
    }

    /// The bytes whose order is the order of versions.
    pub fn key(self) -> [u8; 16] {
        let mut key = [0; 16];
        for (bytes, part) in key.chunks_exact_mut(4).zip(self.0) {
            bytes.copy_from_slice(&part.to_be_bytes());
        }
        key
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d] = self.0;
        write!(f, "{a}.{b}.{c}.{d}")
    }
}

/// Splits a text into the version it begins with and the rest, which begins with no digit.
fn split(text: &str) -> Option<(Version, &str)> {
    let mut version = Version::default();
    let mut rest = text;
    for (index, part) in version.0.iter_mut().enumerate() {
        let digits = match index {
            0 => rest,
            _ => match rest.strip_prefix(is_separator) {
                Some(digits) => digits,
                None => break,
            },
        };
        let end = digits.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
        *part = digits[..end].parse().ok()?;
        rest = &digits[end..];
    }
    Some((version, rest))
}

/// Whether a character may stand between two parts.
fn is_separator(character: char) -> bool {
    matches!(character, '.' | ',')
}
