//! Reads the versions of packages: of rpm with its absent parts, and of Debian.
//!
//! The orders themselves are those of the engine. Here, unlike in rpm, a part that only one of two
//! values has does count: the value without it comes first.

use std::cmp::Ordering;

use crate::version::{debian, evr::rpmvercmp, split_epoch};

use super::Fault;
use super::dotted::compare_digits;

/// An rpm package's `[EPOCH:]VERSION[-RELEASE]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Evr<T> {
    /// Digits of any number; none at all is an epoch of 0 that is present.
    epoch: Option<T>,
    version: T,
    release: Option<T>,
}

impl<'a> Evr<&'a str> {
    /// Splits at the first colon, if nothing but digits stands before it, and at the last hyphen.
    ///
    /// The `(none)` that rpm prints for an absent epoch is an epoch of 0.
    pub(super) fn parse(text: &'a str) -> Result<Self, Fault> {
        if text.is_empty() {
            return Err(Fault::NotOfType);
        }
        let (epoch, rest) = match (text.strip_prefix("(none):"), split_epoch(text)) {
            (Some(rest), _) => (Some("0"), rest),
            (None, Some((epoch, rest))) => (Some(epoch), rest),
            (None, None) => (None, text),
        };
        let (version, release) = match rest.rsplit_once('-') {
            Some((version, release)) => (version, Some(release)),
            None => (rest, None),
        };
        Ok(Self { epoch, version, release })
    }

    /// Copies the parts.
    pub(super) fn into_owned(self) -> Evr<Box<str>> {
        let Self { epoch, version, release } = self;
        Evr { epoch: epoch.map(Box::from), version: version.into(), release: release.map(Box::from) }
    }

    /// Compares epoch, version and release.
    pub(super) fn compare(&self, other: &Evr<Box<str>>) -> Ordering {
        let rpm = |a: &str, b: &str| rpmvercmp(a.as_bytes(), b.as_bytes());
        let order = compare_parts(self.epoch, other.epoch.as_deref(), compare_digits);
        let order = order.then_with(|| rpm(self.version, &other.version));
        order.then_with(|| compare_parts(self.release, other.release.as_deref(), rpm))
    }
}

/// Compares parts that may be absent; the absent one comes first.
fn compare_parts(a: Option<&str>, b: Option<&str>, order: impl Fn(&str, &str) -> Ordering) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => order(a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// A Debian package's version.
#[derive(Debug)]
pub(super) struct DebianEvr {
    epoch: u32,
    upstream: Box<str>,
    revision: Box<str>,
}

impl DebianEvr {
    /// Copies the parts of a version.
    pub(super) fn new(version: debian::Version<'_>) -> Self {
        let debian::Version { epoch, upstream, revision } = version;
        Self { epoch, upstream: upstream.into(), revision: revision.into() }
    }

    /// Borrows the parts of the version.
    pub(super) fn version(&self) -> debian::Version<'_> {
        debian::Version { epoch: self.epoch, upstream: &self.upstream, revision: &self.revision }
    }
}

/// Splits a Debian version; dpkg refuses an epoch above 31 bits, and so does this.
pub(super) fn debian(text: &str) -> Result<debian::Version<'_>, Fault> {
    let epoch = split_epoch(text).map_or("", |(epoch, _)| epoch);
    let readable = !text.is_empty() && (epoch.is_empty() || epoch.parse::<i32>().is_ok());
    if readable { Ok(debian::Version::parse(text)) } else { Err(Fault::NotOfType) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks that the texts are in this order, those of one row being equal.
    fn check(rows: &[&[&str]]) {
        let places =
            rows.iter().enumerate().flat_map(|(row, texts)| texts.iter().map(move |text| (row, *text)));
        let places: Vec<_> = places.collect();
        for (a_row, a) in &places {
            for (b_row, b) in &places {
                let order = Evr::parse(a).unwrap().compare(&Evr::parse(b).unwrap().into_owned());
                assert_eq!(order, a_row.cmp(b_row), "{a} {b}");
            }
        }
    }

    #[test]
    fn absent_parts_come_first() {
        check(&[
            &["-1"],
            &["a:1-1"],
            &["1"],
            &["1-"],
            &["1-1", "01-1"],
            &["1-2"],
            &["1.0~rc-1"],
            &["1.0-1"],
            &["1.0^g-1"],
            &["-1:1-1", "1-1-1", "+1:1-1"],
            &["2-1"],
            &["3-a:1"],
            &["0:-1"],
            &["0:1", "(none):1"],
            &["0:1-1", ":1-1", "00:1-1", "(none):1-1"],
            &["1:", "1:."],
            &["1:1-1", "1: 1-1"],
            &["1:1:1-1"],
            &["4294967296:1-1"],
            &["99999999999999999999999999:1-1"],
        ]);
        assert_eq!(Evr::parse(""), Err(Fault::NotOfType));
    }

    #[test]
    fn dpkg_refuses_great_epochs() {
        for (text, is_read) in
            [("2147483647:1", true), ("2147483648:1", false), (":1", true), ("x:1", true), ("", false)]
        {
            assert_eq!(debian(text).is_ok(), is_read, "{text}");
        }
    }
}
