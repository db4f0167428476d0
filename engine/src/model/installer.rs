//! What a client states of a Windows Installer product, as applicability rules ask about it.
//!
//! Source of truth: `docs/rules.md`, "Windows Installer".

use std::collections::{BTreeMap, BTreeSet};

use super::applicability::patch::Target;
use super::applicability::{Applicability, Range};
use super::fact::{Msi, MsiPart, Msp};
use super::msi::normal_code;
use super::path::fold_text;
use super::reason::Reason;
use super::truth::{Tally, Truth};
use super::verdict::Answer;
use crate::version::dotted::Version;

/// A product that is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    /// What is stated of its version.
    stated: Option<String>,
    language: Option<u32>,
    /// In normal form.
    upgrade: Option<String>,
    /// Folded; `None` where they were not collected.
    features: Option<BTreeSet<String>>,
    /// In normal form; a product with any has all.
    components: BTreeSet<String>,
    /// Whether each patch counts as installed, by code in normal form.
    patches: BTreeMap<String, bool>,
    /// Patches that are proved to be absent.
    without: BTreeSet<String>,
    /// Whether patches that are not stated are absent.
    pub(super) all_patches: bool,
}

impl Product {
    /// A product; `all_patches` says that what is not stated of its patches is absent.
    pub fn new(stated: &Msi<'_>, all_patches: bool) -> Product {
        let features = stated.features.as_deref();
        Product {
            stated: stated.version.as_deref().map(str::to_owned),
            language: stated.language,
            upgrade: stated.upgrade_code.as_deref().map(normal_code),
            features: features.map(|names| names.split_whitespace().map(folded).collect()),
            all_patches,
            ..Product::default()
        }
    }

    /// Takes a component of it.
    pub fn take_part(&mut self, stated: &MsiPart<'_>) {
        self.components.insert(normal_code(&stated.component));
    }

    /// Takes a patch of it.
    pub fn take_patch(&mut self, stated: &Msp<'_>) {
        let installed = matches!(stated.state.as_deref(), None | Some("applied" | "superseded"));
        self.patches.insert(normal_code(&stated.patch), installed);
    }

    /// Takes the proof that a patch of it is absent.
    pub fn take_absent_patch(&mut self, code: &str) {
        self.without.insert(normal_code(code));
    }

    /// What is stated of its version.
    pub fn version(&self) -> Option<&str> {
        self.stated.as_deref()
    }

    /// The answer of a leaf about the product.
    pub fn answer(&self, asked: &Applicability) -> Answer {
        match asked {
            Applicability::MsiProductInstalled(range) => match self.is_in(range) {
                Truth::True => Answer::TRUE,
                Truth::False => Answer::FALSE,
                _ => Answer::PART_NOT_COLLECTED,
            },
            Applicability::MsiFeature(name) => {
                has(self.features.as_ref().map(|features| features.contains(name)))
            }
            Applicability::MsiComponent(code) => {
                let collected = !self.components.is_empty();
                has(collected.then(|| self.components.contains(code)))
            }
            Applicability::MsiPatch(patch, range) => self.patch(patch, range),
            _ => Answer::MALFORMED,
        }
    }

    /// Whether it is a product that a patch is for, as far as that compares anything.
    pub(super) fn is_target(&self, target: &Target) -> Answer {
        let version = target.version.map(|asked| {
            self.parsed_version().map_or(Truth::Unknown, |version| Truth::from(asked.holds(version)))
        });
        let language = target
            .language
            .map(|asked| self.language.map_or(Truth::Unknown, |language| Truth::from(language == asked)));
        let upgrade = target.upgrade.as_ref().map(|asked| {
            self.upgrade.as_ref().map_or(Truth::Unknown, |upgrade| Truth::from(upgrade == asked))
        });
        let truths = [version, language, upgrade].into_iter().flatten().chain([Truth::True]);
        match truths.collect::<Tally>().and() {
            Truth::True => Answer::TRUE,
            Truth::False => Answer::FALSE,
            _ => Answer::PART_NOT_COLLECTED,
        }
    }

    /// Whether a patch counts as installed on it.
    pub(super) fn has_patch(&self, code: &str) -> Answer {
        match self.patch_state(code) {
            Some(true) => Answer::TRUE,
            Some(false) => Answer::not(Reason::MspAbsent),
            None => Answer::NOT_COLLECTED,
        }
    }

    /// The codes of the patches that count as installed on it.
    pub(super) fn registered(&self) -> impl Iterator<Item = &str> {
        self.patches.iter().filter(|(_, installed)| **installed).map(|(code, _)| code.as_str())
    }

    fn patch_state(&self, code: &str) -> Option<bool> {
        match self.patches.get(code) {
            Some(installed) => Some(*installed),
            None => (self.all_patches || self.without.contains(code)).then_some(false),
        }
    }

    fn parsed_version(&self) -> Option<Version> {
        self.stated.as_deref().and_then(super::applicability::read::version)
    }

    fn is_in(&self, range: &Range) -> Truth {
        let version = self.parsed_version();
        let mut tally = Tally::default();
        tally.add(Truth::True);
        let holds = |holds: &dyn Fn(Version) -> bool| {
            version.map_or(Truth::Unknown, |version| Truth::from(holds(version)))
        };
        if let Some((least, left_out)) = range.least {
            tally.add(holds(&|version| version > least || version == least && !left_out));
        }
        if let Some((most, left_out)) = range.most {
            tally.add(holds(&|version| version < most || version == most && !left_out));
        }
        if let Some(language) = range.language {
            tally.add(self.language.map_or(Truth::Unknown, |found| Truth::from(found == language)));
        }
        tally.and()
    }

    fn patch(&self, code: &str, range: &Range) -> Answer {
        let patch = self.patch_state(code);
        let stated = patch.map_or(Truth::Unknown, Truth::from);
        let tally: Tally = [self.is_in(range), stated].into_iter().collect();
        match (tally.and(), patch) {
            (Truth::True, _) => Answer::TRUE,
            (Truth::False, _) => Answer::not(Reason::MspAbsent),
            (_, None) => Answer::NOT_COLLECTED,
            (_, Some(_)) => Answer::PART_NOT_COLLECTED,
        }
    }
}

/// The answer about a part of a product; one that is not there is as if its product were not.
fn has(part: Option<bool>) -> Answer {
    match part {
        Some(true) => Answer::TRUE,
        Some(false) => Answer::not(Reason::MsiProductAbsent),
        None => Answer::PART_NOT_COLLECTED,
    }
}

fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_text(text, &mut out);
    out
}
