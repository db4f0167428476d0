//! Packages of component based servicing, as applicability rules ask about them.
//!
//! A later package of the same name stands for an earlier one, because servicing replaces it.
//! Source of truth: `docs/rules.md`, "Component based servicing".

use std::collections::BTreeMap;
use std::fmt;

use super::applicability::read::version;
use super::fact::Cbs;
use super::flag::Flags;
use super::path::fold_text;
use super::reason::Reason;
use super::verdict::Answer;
use crate::version::dotted::Version;

/// What a package is: everything of its identity but its version, and the version.
///
/// ```
/// use patchstate::model::servicing::Identity;
///
/// let text = "Package_for_KB5026368~31bf3856ad364e35~amd64~~22000.1936.1.9";
/// let identity = Identity::parse(text).unwrap();
/// assert_eq!(identity.to_string(), text.to_ascii_lowercase());
/// assert_eq!(Identity::parse("Package_for_KB5026368"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Name, token, architecture and language, folded and joined by `~`; neutral languages are empty.
    pub name: String,
    /// Version.
    pub version: Version,
}

impl Identity {
    /// Reads `name~token~arch~lang~version`.
    pub fn parse(text: &str) -> Option<Identity> {
        let parts: Vec<&str> = text.trim().split('~').collect();
        let [name, token, arch, language, number] = parts.as_slice() else { return None };
        Identity::new([name, token, arch, language], number)
    }

    /// Puts an identity together of name, token, architecture and language, and its version.
    pub fn new([name, token, arch, language]: [&str; 4], number: &str) -> Option<Identity> {
        let mut folded = String::new();
        let language = if language.eq_ignore_ascii_case("neutral") { "" } else { language };
        fold_text(&[name, token, arch, language].join("~"), &mut folded);
        Some(Identity { name: folded, version: version(number)? })
    }

    /// The parts of the name: name, token, architecture, language.
    fn parts(&self) -> impl Iterator<Item = &str> {
        self.name.split('~')
    }

    /// The number that Windows gives its architecture; none where every system has it.
    pub fn architecture(&self) -> Option<Option<u32>> {
        match self.parts().nth(2)? {
            "neutral" | "msil" | "wow64" => Some(None),
            "amd64" => Some(Some(9)),
            arch => super::system::architecture(arch).map(Some),
        }
    }

    /// Build and revision, where it is the cumulative update of a system.
    pub fn rollup(&self) -> Option<(u32, u32)> {
        let is_rollup = self.parts().next() == Some("package_for_rollupfix");
        is_rollup.then_some((self.version.0[0], self.version.0[1]))
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}", self.name, self.version)
    }
}

/// How a package stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// There, or replaced by a later one that is.
    There,
    /// There after a restart.
    Pending,
    /// Anything else.
    Other,
}

/// The packages of a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Servicing {
    /// By everything but the version, then by version.
    packages: BTreeMap<String, BTreeMap<Version, State>>,
    /// Packages that are proved to be absent.
    absent: Vec<Identity>,
    /// Whether what is not stated is absent.
    pub closed: bool,
}

impl Servicing {
    /// Takes a package.
    pub fn take(&mut self, stated: &Cbs<'_>) {
        let Some(identity) = Identity::parse(&stated.identity) else { return };
        let state = match stated.state.as_deref() {
            None | Some("installed" | "superseded") => State::There,
            Some("install-pending" | "staged") => State::Pending,
            Some(_) => State::Other,
        };
        self.packages.entry(identity.name).or_default().insert(identity.version, state);
    }

    /// Takes the proof that a package is absent.
    pub fn take_absent(&mut self, reference: &str) {
        self.absent.extend(Identity::parse(reference));
    }

    /// Whether exactly this package is there.
    pub fn exact(&self, wanted: &Identity) -> Answer {
        match self.packages.get(&wanted.name).and_then(|versions| versions.get(&wanted.version)) {
            Some(State::There) => Answer::TRUE,
            Some(State::Pending) => {
                Answer { flags: Flags::REBOOT_PENDING, ..Answer::not(Reason::PackageAbsent) }
            }
            Some(State::Other) => Answer::not(Reason::PackageAbsent),
            None if self.closed || self.absent.contains(wanted) => Answer::not(Reason::PackageAbsent),
            None => Answer::NOT_COLLECTED,
        }
    }

    /// Whether this package or a later one of its name is there.
    pub fn installed(&self, wanted: &Identity) -> Answer {
        let versions = self.packages.get(&wanted.name);
        let is_there = |(_, state): (&Version, &State)| *state == State::There;
        let newer = versions.is_some_and(|versions| versions.range(wanted.version..).any(is_there));
        let older = versions.is_some_and(|versions| versions.range(..wanted.version).any(is_there));
        match (newer, older) {
            (true, _) => Answer::TRUE,
            (false, true) if self.closed => Answer::not(Reason::PackageOlder),
            (false, false) if self.closed => Answer::not(Reason::PackageAbsent),
            _ => Answer::NOT_COLLECTED,
        }
    }
}
