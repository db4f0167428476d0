//! Releases of products and cumulative updates: what the version of a system decides.
//!
//! A name such as `Client.OS.RS2.amd64` is that of the system itself. Releases of different builds are
//! different products, so that only the revision of one build is compared.

use super::{System, differs, lexicographic};
use crate::model::expr::Comparison;
use crate::model::fact::Product;
use crate::model::reason::Reason;
use crate::model::servicing::Identity;
use crate::model::truth::{Tally, Truth};
use crate::model::verdict::Answer;
use crate::version::dotted::Version;

/// The name of a release of a system: whether it is one of clients, and its architecture.
struct OsRelease {
    client: bool,
    architecture: u32,
}

impl OsRelease {
    /// Reads a folded name.
    fn parse(name: &str) -> Option<OsRelease> {
        let parts: Vec<&str> = name.split('.').collect();
        let (class, arch) = match parts.as_slice() {
            [class, "os", arch] | [class, "os", _, arch] => (*class, *arch),
            _ => return None,
        };
        let client = match class {
            "client" => true,
            "server" => false,
            _ => return None,
        };
        Some(OsRelease { client, architecture: super::architecture(arch)? })
    }
}

impl System {
    /// Takes a product, which may be asked for as a release.
    pub fn take_product(&mut self, stated: &Product<'_>) {
        let version = stated.version.as_deref().and_then(crate::model::applicability::read::version);
        self.releases.entry(super::folded(stated.name.trim())).or_default().push(version);
    }

    /// Takes the proof that a product is absent.
    pub fn take_absent_product(&mut self, name: &str) {
        self.without.insert(super::folded(name.trim()));
    }

    /// Whether a release or a later one is there.
    pub(super) fn release_installed(&self, name: &str, wanted: &Version) -> Answer {
        if self.releases.contains_key(name) {
            return self.stated_release(name, Comparison::Ge, wanted);
        }
        let Some(release) = OsRelease::parse(name) else { return self.no_release(name) };
        let class = self.is_of(&release);
        if class == Truth::False {
            return Answer::not(Reason::ProductAbsent);
        }
        let [major, minor, ..] = self.version;
        let parts = [(wanted.0[0], major), (wanted.0[1], minor), (wanted.0[2], self.build)];
        let same: Tally =
            parts.into_iter().map(|(rule, found)| lexicographic(Comparison::Eq, [(rule, found)])).collect();
        let newer = self.ubr.map(|ubr| Truth::from(ubr >= wanted.0[3]));
        match (class, same.and(), newer) {
            (_, Truth::False, _) => Answer::not(Reason::PlatformDiffers),
            (Truth::True, Truth::True, Some(Truth::True)) => Answer::TRUE,
            (_, _, Some(Truth::False)) => Answer::not(Reason::BuildOlder),
            (Truth::True, Truth::True, None) => Answer::PART_NOT_COLLECTED,
            _ => Answer::NOT_COLLECTED,
        }
    }

    /// How the version of a release compares.
    pub(super) fn release_version(&self, name: &str, comparison: Comparison, wanted: &Version) -> Answer {
        if self.releases.contains_key(name) {
            return self.stated_release(name, comparison, wanted);
        }
        let Some(release) = OsRelease::parse(name) else { return self.no_release(name) };
        let class = self.is_of(&release);
        if class == Truth::False {
            return Answer::not(Reason::ProductAbsent);
        }
        let [major, minor, ..] = self.version;
        let observed = [major, minor, self.build, self.ubr];
        let compared = match ordered(comparison, wanted, observed) {
            Truth::True if class == Truth::True => return Answer::TRUE,
            Truth::False => return Answer::not(Reason::BuildOlder),
            other => other,
        };
        let only_ubr = class == Truth::True && compared == Truth::Unknown && self.build.is_some();
        if only_ubr { Answer::PART_NOT_COLLECTED } else { Answer::NOT_COLLECTED }
    }

    /// Whether a release of the system is one of this class and architecture.
    fn is_of(&self, release: &OsRelease) -> Truth {
        let class =
            self.product_type.map_or(Truth::Unknown, |kind| Truth::from((kind == 1) == release.client));
        let arch = lexicographic(Comparison::Eq, [(release.architecture, self.architecture)]);
        let tally: Tally = [class, arch].into_iter().collect();
        tally.and()
    }

    fn stated_release(&self, name: &str, comparison: Comparison, wanted: &Version) -> Answer {
        let versions = self.releases.get(name).map_or(&[] as &[Option<Version>], Vec::as_slice);
        let holds = |version: &Option<Version>| {
            version.map_or(Truth::Unknown, |version| Truth::from(comparison.holds(version.cmp(wanted))))
        };
        let tally: Tally = versions.iter().map(holds).collect();
        match tally.or() {
            Truth::True => Answer::TRUE,
            Truth::False => Answer::not(Reason::BuildOlder),
            _ => Answer::PART_NOT_COLLECTED,
        }
    }

    fn no_release(&self, name: &str) -> Answer {
        let absent = self.all_releases || self.without.contains(name);
        if absent { Answer::not(Reason::ProductAbsent) } else { Answer::NOT_COLLECTED }
    }

    /// Whether a package is there; a cumulative update is where the revision of its build is reached.
    pub(super) fn package_installed(&self, wanted: &Identity) -> Answer {
        let listed = self.servicing.installed(wanted);
        let Some((build, revision)) = wanted.rollup().filter(|_| listed.truth == Truth::Unknown) else {
            return listed;
        };
        if self.is_for(wanted) == Truth::False {
            return Answer::not(Reason::PlatformDiffers);
        }
        match (self.build, self.ubr) {
            (Some(own), _) if own != build => Answer::not(Reason::PlatformDiffers),
            (Some(_), Some(own)) if own >= revision && self.is_for(wanted) == Truth::True => Answer::TRUE,
            (Some(_), Some(own)) if own >= revision => Answer::NOT_COLLECTED,
            (Some(_), Some(_)) => Answer::not(Reason::BuildOlder),
            _ => listed,
        }
    }

    /// Whether a cumulative update is for the system: for its build, and beyond its revision.
    pub(super) fn package_installable(&self, wanted: &Identity) -> Answer {
        let Some((build, revision)) = wanted.rollup() else { return Answer::UNSUPPORTED };
        let same = lexicographic(Comparison::Eq, [(build, self.build)]);
        let tally: Tally = [self.is_for(wanted), same].into_iter().collect();
        match (tally.and(), self.ubr) {
            (Truth::False, _) => Answer::not(Reason::PlatformDiffers),
            (_, Some(own)) if own >= revision => Answer::not(Reason::BuildCurrent),
            (Truth::True, Some(_)) => Answer::TRUE,
            (Truth::True, None) => Answer::PART_NOT_COLLECTED,
            _ => Answer::NOT_COLLECTED,
        }
    }

    /// Whether a package is of the architecture of the system.
    fn is_for(&self, wanted: &Identity) -> Truth {
        match wanted.architecture() {
            Some(Some(number)) => lexicographic(Comparison::Eq, [(number, self.architecture)]),
            Some(None) => Truth::True,
            None => differs(None).truth,
        }
    }
}

/// Compares four parts, of which some may not be known: decided where what they may be decides.
fn ordered(comparison: Comparison, wanted: &Version, observed: [Option<u32>; 4]) -> Truth {
    let at = |unknown: u32| {
        let parts = observed.map(|part| part.unwrap_or(unknown));
        comparison.holds(Version(parts).cmp(wanted))
    };
    let first_unknown = observed.iter().position(Option::is_none);
    let differs_before = first_unknown
        .is_some_and(|end| observed[..end].iter().zip(wanted.0).any(|(part, rule)| *part != Some(rule)));
    match first_unknown {
        None => Truth::from(at(0)),
        Some(_) if differs_before => Truth::from(at(0)),
        // Both ends hold or neither does where the order is all that counts.
        Some(_) if comparison != Comparison::Eq && at(0) == at(u32::MAX) => Truth::from(at(0)),
        Some(_) => Truth::Unknown,
    }
}
