//! What a client states of its operating system, as applicability rules ask about it.
//!
//! Numbers that every system has are never absent: one that is not stated was not collected, whatever is
//! complete. Only flags and lists (interface languages, cluster, device attributes) can be absent.
//! Source of truth: `docs/rules.md`, "The operating system".

use std::collections::{BTreeMap, BTreeSet};

use super::applicability::{Applicability, DeviceAttribute, DeviceValue, Processor, WindowsVersion};
use super::expr::Comparison;
use super::fact::{Os, Trait};
use super::patches::{Installed, Patches};
use super::path::fold_text;
use super::reason::Reason;
use super::servicing::Servicing;
use super::truth::{Tally, Truth};
use super::verdict::Answer;
use crate::version::dotted::Version;

/// An operating system, as rules compare it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct System {
    windows: Option<bool>,
    /// Major and minor version, major and minor service pack.
    version: [Option<u32>; 4],
    build: Option<u32>,
    ubr: Option<u32>,
    /// Folded.
    installation: Option<String>,
    product_type: Option<u32>,
    suites: Option<u32>,
    architecture: Option<u32>,
    sku: Option<u32>,
    /// Folded tag, and whether it is whole: a number may stand for a language alone.
    language: Option<(String, bool)>,
    /// Traits by folded group and name.
    traits: BTreeMap<(String, String), String>,
    /// Groups, and traits as `group:name`, that are proved to be absent; folded.
    absent: BTreeSet<String>,
    /// Whether what is not stated of flags and lists is absent.
    closed: bool,
    /// Packages of component based servicing.
    pub servicing: Servicing,
    /// Products of Windows Installer.
    pub installer: Installed,
    /// Versions of products by folded name; none where a version is not stated or is none.
    releases: BTreeMap<String, Vec<Option<Version>>>,
    /// Products that are proved to be absent, folded.
    without: BTreeSet<String>,
    /// Whether products that are not stated are absent.
    pub all_releases: bool,
}

impl System {
    /// A system of which nothing but its traits is stated yet; `closed` says that all flags and lists
    /// are.
    pub fn new(os: Option<&Os<'_>>, closed: bool) -> System {
        let mut system = System { closed, ..System::default() };
        let Some(os) = os else { return system };
        let version = os.version.as_deref().and_then(Version::parse_leading);
        let parts = os.version.as_deref().map_or(0, |text| text.split('.').count());
        let part = |at: usize| version.filter(|_| at < parts).map(|version| version.0[at]);
        system.windows = (!os.family.is_empty()).then(|| os.family.eq_ignore_ascii_case("windows"));
        let sp = os.sp.as_deref().and_then(service_pack);
        system.version = [part(0), part(1), sp, os.sp_minor];
        system.build = os.build.or(part(2));
        system.ubr = os.ubr.or(part(3));
        system.product_type = os.product_type.as_deref().and_then(product_type);
        system.suites = os.suite;
        system.architecture = os.arch.as_deref().and_then(architecture);
        system.installation = os.installation.as_deref().map(|stated| folded(stated.trim()));
        system.sku = os.sku;
        system.language = os.language.as_deref().map(language);
        system
    }

    /// Takes a trait.
    pub fn take(&mut self, stated: &Trait<'_>) {
        let key = (folded(&stated.group), folded(&stated.name));
        self.traits.insert(key, stated.value.clone().into_owned());
    }

    /// Takes the proof that a group of traits, or one trait as `group:name`, is absent.
    pub fn take_absent(&mut self, reference: &str) {
        self.absent.insert(folded(reference.trim()));
    }

    /// The answer of a leaf about the system; `patches` is what the catalogs know of patches.
    pub fn answer(&self, asked: &Applicability, patches: &Patches) -> Answer {
        match asked {
            Applicability::WindowsVersion(asked) => self.windows_version(asked),
            Applicability::WindowsProduct(asked) => self.windows_product(asked),
            Applicability::WindowsProductPossible(asked) => self.windows_product_possible(asked),
            Applicability::WindowsOther(known) => self.windows_other(known),
            Applicability::WindowsRevision(asked) => self.windows_revision(asked),
            Applicability::Platform => differs(self.windows.map(Truth::from)),
            Applicability::WindowsLanguage(language) => self.only_language(language),
            Applicability::MuiInstalled => differs(self.has_interfaces()),
            Applicability::MuiLanguageInstalled(language) => self.interface_language(language),
            Applicability::SystemMetric(index, comparison, value) => {
                let metric = self.stated("metric", &index.to_string()).and_then(|text| text.parse().ok());
                compared(metric, *comparison, *value)
            }
            Applicability::Processor(asked) => self.processor(asked),
            Applicability::NumberOfProcessors(comparison, number) => {
                compared(self.number("processor", "count"), *comparison, *number)
            }
            Applicability::ClusteredOs => differs(match self.stated("cluster", "member") {
                Some("true") => Some(Truth::True),
                Some(_) => Some(Truth::False),
                None => self.is_absent("cluster", "member").then_some(Truth::False),
            }),
            Applicability::LicenseDword(name, comparison, data) => {
                compared(self.number("license", &folded(name)), *comparison, *data)
            }
            Applicability::DeviceAttribute(asked) => self.device_attribute(asked),
            Applicability::ProductReleaseInstalled(name, version) => self.release_installed(name, version),
            Applicability::ProductReleaseVersion(name, comparison, version) => {
                self.release_version(name, *comparison, version)
            }
            Applicability::CbsPackageInstalledByIdentity(identity) => self.servicing.exact(identity),
            Applicability::CbsPackageInstalled(identity) => self.package_installed(identity),
            Applicability::CbsPackageInstallable(identity) => self.package_installable(identity),
            _ => self.installer.answer(asked, patches),
        }
    }

    fn stated(&self, group: &str, name: &str) -> Option<&str> {
        let value = self.traits.get(&(group.to_owned(), name.to_owned()));
        value.map(|value| value.trim())
    }

    fn number(&self, group: &str, name: &str) -> Option<u32> {
        self.stated(group, name).and_then(|text| u32::try_from(super::registry::number(text)?).ok())
    }

    /// Whether a trait that is not stated is proved to be absent.
    fn is_absent(&self, group: &str, name: &str) -> bool {
        self.closed || self.absent.contains(group) || self.absent.contains(&format!("{group}:{name}"))
    }

    fn windows_version(&self, asked: &WindowsVersion) -> Answer {
        let mut tally = Tally::default();
        if asked.version.iter().any(Option::is_some) {
            let parts = asked.version.into_iter().zip(self.version);
            let given = parts.filter_map(|(rule, observed)| Some((rule?, observed)));
            tally.add(lexicographic(asked.comparison, given));
        }
        for (rule, observed, comparison) in [
            (asked.build, self.build, asked.comparison),
            (asked.product_type, self.product_type, Comparison::Eq),
        ] {
            rule.iter().for_each(|rule| tally.add(lexicographic(comparison, [(*rule, observed)])));
        }
        if let Some(mask) = asked.suites {
            tally.add(self.suites.map_or(Truth::Unknown, |suites| {
                let common = suites & mask;
                Truth::from(if asked.all_suites { common == mask } else { common != 0 || mask == 0 })
            }));
        }
        differs(Some(tally.and()))
    }

    fn processor(&self, asked: &Processor) -> Answer {
        let parts = [
            (Some(asked.architecture), self.architecture),
            (asked.level, self.number("processor", "level")),
            (asked.revision, self.number("processor", "revision")),
        ];
        let equal = |(rule, observed): (Option<u32>, Option<u32>)| {
            rule.map(|rule| lexicographic(Comparison::Eq, [(rule, observed)]))
        };
        let tally: Tally = parts.into_iter().filter_map(equal).collect();
        differs(Some(tally.and()))
    }

    /// The tags of the interface languages that are installed.
    fn interfaces(&self) -> impl Iterator<Item = &str> {
        let from = ("mui".to_owned(), String::new());
        let group = self.traits.range(from..).take_while(|((group, _), _)| group == "mui");
        group.filter(|(_, value)| value.trim() == "installed").map(|((_, name), _)| name.as_str())
    }

    /// Whether there are interface languages; `None` where that was not collected.
    fn has_interfaces(&self) -> Option<Truth> {
        if self.interfaces().next().is_some() {
            return Some(Truth::True);
        }
        (self.closed || self.absent.contains("mui")).then_some(Truth::False)
    }

    fn interface_language(&self, wanted: &str) -> Answer {
        if self.interfaces().any(|found| is_language(wanted, found)) {
            return Answer::TRUE;
        }
        let absent = self.closed || self.absent.contains("mui") || self.is_absent("mui", wanted);
        differs(absent.then_some(Truth::False))
    }

    fn only_language(&self, wanted: &str) -> Answer {
        let same = self.language.as_ref().and_then(|(found, whole)| match is_language(wanted, found) {
            false if !whole && is_language(found, wanted) => None,
            same => Some(Truth::from(same)),
        });
        let others = self.has_interfaces().map(|others| !others);
        let tally: Tally = [same, others].into_iter().map(|truth| truth.unwrap_or(Truth::Unknown)).collect();
        differs(Some(tally.and()))
    }

    fn device_attribute(&self, asked: &DeviceAttribute) -> Answer {
        let number = |number: Option<u32>| number.map(|number| number.to_string());
        let own = match asked.name.as_str() {
            "osskuid" | "sku" => Some(number(self.sku)),
            "producttype" => Some(self.product_type.and_then(product_type_name).map(folded)),
            "osversion" => return self.os_version(asked),
            _ => None,
        };
        if let Some(own) = own {
            return own.map_or(Answer::NOT_COLLECTED, |text| device_value(asked, &text));
        }
        match self.stated("device", &asked.name) {
            Some(text) => device_value(asked, text),
            None => differs(self.is_absent("device", &asked.name).then_some(Truth::False)),
        }
    }

    /// The version with build and revision; without the revision, what the other parts decide.
    fn os_version(&self, asked: &DeviceAttribute) -> Answer {
        let [Some(major), Some(minor), ..] = self.version else { return Answer::NOT_COLLECTED };
        let Some(build) = self.build else { return Answer::NOT_COLLECTED };
        let at = |ubr: u32| device_value(asked, &format!("{major}.{minor}.{build}.{ubr}"));
        match self.ubr {
            Some(ubr) => at(ubr),
            None => match (at(0), at(u32::MAX)) {
                (lowest, highest) if lowest == highest && decides(asked, [major, minor, build]) => lowest,
                _ => Answer::PART_NOT_COLLECTED,
            },
        }
    }
}

mod bulletin;
mod release;

/// Whether three parts of a version decide whatever the fourth is.
fn decides(asked: &DeviceAttribute, parts: [u32; 3]) -> bool {
    match &asked.value {
        DeviceValue::Version(version) => version.0[..3] != parts,
        DeviceValue::Text(_) => false,
    }
}

fn device_value(asked: &DeviceAttribute, observed: &str) -> Answer {
    match &asked.value {
        DeviceValue::Text(text) => differs(Some(Truth::from(folded(observed) == *text))),
        DeviceValue::Version(rule) => match super::applicability::read::version(observed) {
            Some(observed) => differs(Some(Truth::from(asked.comparison.holds(observed.cmp(rule))))),
            None => Answer::MALFORMED,
        },
    }
}

/// Compares numbers one after another: the first that differs decides, and one that is not known does
/// unless an earlier one differs.
fn lexicographic(comparison: Comparison, parts: impl IntoIterator<Item = (u32, Option<u32>)>) -> Truth {
    for (rule, observed) in parts {
        match observed {
            None => return Truth::Unknown,
            Some(observed) if observed != rule => return Truth::from(comparison.holds(observed.cmp(&rule))),
            Some(_) => {}
        }
    }
    Truth::from(comparison.holds(std::cmp::Ordering::Equal))
}

fn compared<T: Ord>(observed: Option<T>, comparison: Comparison, rule: T) -> Answer {
    differs(observed.map(|observed| Truth::from(comparison.holds(observed.cmp(&rule)))))
}

/// The answer of a leaf about the system; `None` and Unknown are what was not collected.
fn differs(truth: Option<Truth>) -> Answer {
    match truth {
        Some(Truth::True) => Answer::TRUE,
        Some(Truth::False) => Answer::not(Reason::PlatformDiffers),
        _ => Answer::NOT_COLLECTED,
    }
}

/// Whether the language that a rule names is that of a client, or one that it is a form of.
fn is_language(rule: &str, observed: &str) -> bool {
    let mut observed = observed.split('-');
    rule.split('-').all(|part| observed.next().is_some_and(|other| other.eq_ignore_ascii_case(part)))
}

/// The language tag of what a client states, and whether it is whole; a number gives its first part.
fn language(stated: &str) -> (String, bool) {
    let stated = stated.trim();
    match stated.parse().ok().and_then(super::law::primary_language) {
        Some(first) => (first.to_owned(), false),
        None => (folded(stated), true),
    }
}

/// The number of a service pack that is stated as a number or as text that ends in one.
fn service_pack(stated: &str) -> Option<u32> {
    let stated = stated.trim();
    let digits = stated.len() - stated.bytes().rev().take_while(u8::is_ascii_digit).count();
    stated[digits..].parse().ok()
}

fn product_type(stated: &str) -> Option<u32> {
    match stated.trim() {
        "workstation" => Some(1),
        "domain-controller" => Some(2),
        "server" => Some(3),
        _ => None,
    }
}

fn product_type_name(number: u32) -> Option<&'static str> {
    ["WinNT", "LanmanNT", "ServerNT"].get(number.checked_sub(1)? as usize).copied()
}

/// The number that Windows gives the architecture that a client states.
pub fn architecture(stated: &str) -> Option<u32> {
    const NUMBERS: [(&str, u32); 5] = [("x86", 0), ("arm", 5), ("ia64", 6), ("x64", 9), ("arm64", 12)];
    const SPELLINGS: [(&str, &str); 14] = [
        ("i386", "x86"),
        ("i486", "x86"),
        ("i586", "x86"),
        ("i686", "x86"),
        ("x86-based", "x86"),
        ("32 bits", "x86"),
        ("32-bit", "x86"),
        ("amd64", "x64"),
        ("x86_64", "x64"),
        ("x64-based", "x64"),
        ("64-bit", "x64"),
        ("itanium", "ia64"),
        ("aarch64", "arm64"),
        ("armv7l", "arm"),
    ];
    let stated = folded(stated.trim());
    let spelling = SPELLINGS.iter().find(|(spelling, _)| *spelling == stated);
    let name = spelling.map_or(stated.as_str(), |(_, name)| name);
    NUMBERS.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
}

fn folded(text: impl AsRef<str>) -> String {
    let mut out = String::new();
    fold_text(text.as_ref(), &mut out);
    out
}
