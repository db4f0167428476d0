//! Compares the versions that are numbers with separators: of anything, of filesets, of Cisco's IOS.
//!
//! Numbers have any length and are compared without being read.

use std::cmp::Ordering;

use crate::version::compare_numbers;

use super::Fault;

/// Compares two runs of decimal digits of any length as numbers; an empty run is 0.
pub(super) fn compare_digits(a: &str, b: &str) -> Ordering {
    compare_numbers(a.as_bytes(), b.as_bytes())
}

/// Compares two versions field by field; every single character that is no digit ends a field.
///
/// The shorter version is continued by zeros.
pub(super) fn compare_versions(a: &str, b: &str) -> Ordering {
    let fields = |text| str::split(text, |character: char| !character.is_ascii_digit());
    let (mut a, mut b) = (fields(a), fields(b));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => compare_digits(a.unwrap_or_default(), b.unwrap_or_default()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Compares two revisions of filesets: as versions, after a first field that may be letters.
///
/// Letters compare as text, and a revision without them comes before all that have them.
pub(super) fn compare_fileset_revisions(a: &str, b: &str) -> Ordering {
    let ((a_letters, a), (b_letters, b)) = (split_letters(a), split_letters(b));
    a_letters.cmp(b_letters).then_with(|| compare_versions(a, b))
}

/// Splits off the first field and its separator when the field is all letters.
fn split_letters(text: &str) -> (&str, &str) {
    let (letters, rest) = split_run(text, |byte| byte.is_ascii_alphabetic());
    match rest.chars().next() {
        _ if letters.is_empty() => ("", text),
        None => (letters, ""),
        // The digits belong to the field, so it is not one of letters.
        Some(digit) if digit.is_ascii_digit() => ("", text),
        Some(separator) => (letters, &rest[separator.len_utf8()..]),
    }
}

/// The version of an IOS: `12.4(24a)T3b`, in seven parts.
///
/// Major, minor, release and its letters, the train, the rebuild and its letters; the four last ones may
/// be empty.
#[derive(Debug)]
pub(super) struct IosVersion<T>([T; 7]);

impl<'a> IosVersion<&'a str> {
    /// Splits a version.
    pub(super) fn parse(text: &'a str) -> Result<Self, Fault> {
        let digits =
            |text| Some(split_run(text, |byte| byte.is_ascii_digit())).filter(|run| !run.0.is_empty());
        let letters = |text| split_run(text, |byte| byte.is_ascii_alphabetic());
        let split = || {
            let (major, rest) = digits(text)?;
            let (minor, rest) = digits(rest.strip_prefix('.')?)?;
            let (release, rest) = digits(rest.strip_prefix('(')?)?;
            let (release_letters, rest) = letters(rest);
            let (train, rest) = letters(rest.strip_prefix(')')?);
            let (rebuild, rest) = digits(rest).unwrap_or(("", rest));
            let (rebuild_letters, rest) = letters(rest);
            let parts = [major, minor, release, release_letters, train, rebuild, rebuild_letters];
            rest.is_empty().then_some(Self(parts))
        };
        split().ok_or(Fault::NotOfType)
    }

    /// Copies the parts.
    pub(super) fn into_owned(self) -> IosVersion<Box<str>> {
        IosVersion(self.0.map(Box::from))
    }

    /// Compares two versions of one train.
    pub(super) fn compare(&self, other: &IosVersion<Box<str>>) -> Result<Ordering, Fault> {
        let [major, minor, release, release_letters, train, rebuild, rebuild_letters] = self.0;
        let other = other.0.each_ref().map(AsRef::as_ref);
        if train != other[4] {
            return Err(Fault::Trains);
        }
        let order = compare_digits(major, other[0]);
        let order = order.then_with(|| compare_digits(minor, other[1]));
        let order = order.then_with(|| compare_digits(release, other[2]));
        let order = order.then_with(|| release_letters.cmp(other[3]));
        let order = order.then_with(|| compare_digits(rebuild, other[5]));
        Ok(order.then_with(|| rebuild_letters.cmp(other[6])))
    }
}

/// Splits off the longest beginning all of whose bytes are in a class of ASCII.
fn split_run(text: &str, class: impl Fn(&u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().take_while(class).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_field_by_field() {
        let rows = [
            ("1.0", "1", '='),
            ("1", "1.0.0.0", '='),
            ("1..1", "1.0.1", '='),
            ("1-2:3", "1.2.3", '='),
            ("1.2b3", "1.2.3", '='),
            ("1.x.2", "1.0.0.2", '='),
            ("01.002", "1.2", '='),
            ("a", "0", '='),
            ("1é2", "1.2", '='),
            ("1.9", "1.10", '<'),
            ("1.10", "1.10.1", '<'),
            ("4294967296", "1", '>'),
            ("18446744073709551616", "18446744073709551617", '<'),
        ];
        for (a, b, expected) in rows {
            assert_eq!(sign(compare_versions(a, b)), expected, "{a} {b}");
            assert_eq!(compare_versions(b, a), compare_versions(a, b).reverse());
        }
    }

    #[test]
    fn revisions_of_filesets_begin_with_letters() {
        let rows = [
            ("A.03.61.00", "A.3.61", '='),
            ("B.11.23", "B.11.31", '<'),
            ("A.99", "B.1", '<'),
            ("AB.1", "B.1", '<'),
            ("11.31", "A.1", '<'),
            ("B", "B.0", '='),
            ("B1.5", ".1.5", '='),
            ("", "0", '='),
        ];
        for (a, b, expected) in rows {
            assert_eq!(sign(compare_fileset_revisions(a, b)), expected, "{a} {b}");
        }
    }

    #[test]
    fn versions_of_ios_are_ordered_within_a_train() {
        let rows = [
            ("12.4(24)T", "12.4(24)T", Ok('=')),
            ("12.4(24)T3", "12.4(24)T4", Ok('<')),
            ("12.4(24)T3", "12.4(24)T3a", Ok('<')),
            ("12.4(9)T9", "12.4(10)T1", Ok('<')),
            ("12.3(9)", "12.3(9a)", Ok('<')),
            ("12.10(1)", "12.9(1)", Ok('>')),
            ("12.4(24)T", "12.4(24)S", Err(Fault::Trains)),
            ("12.4", "12.4(24)", Err(Fault::NotOfType)),
            ("12.4(24)T3-x", "12.4(24)T", Err(Fault::NotOfType)),
            ("", "12.4(24)", Err(Fault::NotOfType)),
            ("12.4(é)", "12.4(24)", Err(Fault::NotOfType)),
        ];
        for (a, b, expected) in rows {
            let b = IosVersion::parse(b).unwrap().into_owned();
            let order = IosVersion::parse(a).and_then(|a| a.compare(&b));
            assert_eq!(order.map(sign), expected, "{a}");
        }
    }

    fn sign(order: Ordering) -> char {
        match order {
            Ordering::Less => '<',
            Ordering::Equal => '=',
            Ordering::Greater => '>',
        }
    }
}
