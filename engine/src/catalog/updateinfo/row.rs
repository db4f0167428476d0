//! Turns the attributes of a `package` element into a row of a rule.
//!
//! Knows what makes a row unusable; knows nothing of where the attributes were read. What is not
//! stated stays empty: an empty architecture is `noarch` in one profile and any in the other, which
//! evaluation decides. Source of truth: `docs/updateinfo.md`, "Reading", hazards.

use std::borrow::Cow;

use crate::diagnostic::{Code, Position};
use crate::model::fact::PackageKind;
use crate::model::update::PackageRow;
use crate::version::evr::parse_epoch;

/// The attributes of a `package` element that a row is made of; empty where they are not there.
#[derive(Clone, Debug, Default)]
pub(super) struct Package<'t> {
    pub(super) name: Cow<'t, str>,
    pub(super) arch: Cow<'t, str>,
    pub(super) epoch: Cow<'t, str>,
    pub(super) version: Cow<'t, str>,
    pub(super) release: Cow<'t, str>,
}

/// Why a package gives no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) code: Code,
    pub(super) message: &'static str,
}

impl Package<'_> {
    /// Whether it is a source package, which no client has installed.
    pub(super) fn is_source(&self) -> bool {
        matches!(self.arch.as_ref(), "src" | "nosrc")
    }

    /// Makes a row of the collection with this number.
    ///
    /// # Errors
    ///
    /// It has no name or no version, or its epoch is no number.
    pub(super) fn into_row(self, collection: u32, position: Position) -> Result<PackageRow, Flaw> {
        let flaw = |code, message| Err(Flaw { code, message });
        if self.name.is_empty() {
            return flaw(Code::UpdateinfoBadRow, "a package without name");
        }
        let (epoch, version) = match self.version.split_once(':') {
            // Some catalogs write the epoch before the version, as rpm prints it.
            Some((epoch, version)) if self.epoch.is_empty() && is_number(epoch) => (epoch, version),
            _ => (self.epoch.as_ref(), self.version.as_ref()),
        };
        let Ok(epoch) = parse_epoch(epoch) else {
            return flaw(Code::UpdateinfoBadEpoch, "an epoch that is no number of 32 bits");
        };
        if version.is_empty() {
            return flaw(Code::UpdateinfoBadRow, "a package without version");
        }
        Ok(PackageRow {
            kind: PackageKind::Rpm,
            epoch,
            version: version.to_owned(),
            name: self.name.into_owned(),
            arch: self.arch.into_owned(),
            release: Some(self.release.into_owned()).filter(|release| !release.is_empty()),
            collection,
            position,
        })
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package<'t>(name: &'t str, epoch: &'t str, version: &'t str, release: &'t str) -> Package<'t> {
        let [name, epoch, version, release] = [name, epoch, version, release].map(Cow::Borrowed);
        Package { name, arch: Cow::Borrowed("noarch"), epoch, version, release }
    }

    #[test]
    fn hazards_are_read_as_the_format_says() {
        let check = |package: Package<'_>, expect: Result<(u32, &str, Option<&str>), Code>| {
            let row = package.clone().into_row(0, Position::default());
            let found = row.as_ref().map(|row| (row.epoch, row.version.as_str(), row.release.as_deref()));
            assert_eq!(found.map_err(|flaw| flaw.code), expect, "{package:?}");
        };
        check(package("a", "", "1", "2"), Ok((0, "1", Some("2"))));
        check(package("a", "0", "1", ""), Ok((0, "1", None)));
        check(package("a", "3", "1", "2"), Ok((3, "1", Some("2"))));
        check(package("a", "", "3:1", "2"), Ok((3, "1", Some("2"))));
        check(package("a", "0", "3:1", "2"), Ok((0, "3:1", Some("2"))));
        check(package("a", "", ":1", "2"), Ok((0, ":1", Some("2"))));
        check(package("a", "", "x3:1", "2"), Ok((0, "x3:1", Some("2"))));
        check(package("a", "(none)", "1", "2"), Err(Code::UpdateinfoBadEpoch));
        check(package("a", "-1", "1", "2"), Err(Code::UpdateinfoBadEpoch));
        check(package("a", "4294967296", "1", "2"), Err(Code::UpdateinfoBadEpoch));
        check(package("a", "", "4294967296:1", "2"), Err(Code::UpdateinfoBadEpoch));
        check(package("", "0", "1", "2"), Err(Code::UpdateinfoBadRow));
        check(package("a", "0", "", "2"), Err(Code::UpdateinfoBadRow));
        check(package("a", "", "3:", "2"), Err(Code::UpdateinfoBadRow));
    }
}
