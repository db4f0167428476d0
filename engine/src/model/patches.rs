//! What a client states of all products of Windows Installer, as rules about patches ask.
//!
//! Which products a patch is for its metadata says; what replaces it, the metadata of other patches in
//! the catalogs. Source of truth: `docs/rules.md`, "Windows Installer".

use std::collections::{BTreeMap, BTreeSet};

use super::applicability::Applicability;
use super::applicability::patch::{Patch, Target};
use super::expr::{self, Operator, Reasons, Section};
use super::installer::Product;
use super::msi::normal_code;
use super::reason::Reason;
use super::truth::Truth;
use super::verdict::Answer;

/// All products of Windows Installer that a client states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Installed {
    /// By code, in normal form.
    pub products: BTreeMap<String, Product>,
    /// Products that are proved to be absent.
    without: BTreeSet<String>,
    /// Whether products that are not stated are absent.
    pub all_products: bool,
}

/// The patches whose metadata catalogs have, by the codes that they are registered under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patches(BTreeMap<String, Vec<Patch>>);

impl Patches {
    /// The patches that catalogs have.
    pub fn new(patches: impl IntoIterator<Item = Patch>) -> Patches {
        let mut known = Patches::default();
        for patch in patches {
            for code in patch.codes() {
                known.0.entry(code.clone()).or_default().push(patch.clone());
            }
        }
        known
    }

    /// Those that are registered under a code.
    fn find(&self, code: &str) -> Option<&[Patch]> {
        self.0.get(code).map(Vec::as_slice)
    }
}

impl Installed {
    /// Takes the proof that a product is absent.
    pub fn take_absent(&mut self, code: &str) {
        self.without.insert(normal_code(code));
    }

    /// The answer of a leaf about a patch; `known` is what the catalogs have of patches.
    pub fn answer(&self, asked: &Applicability, known: &Patches) -> Answer {
        match asked {
            Applicability::MsiPatchInstalled(patch) => self.installed(patch),
            Applicability::MsiPatchInstallable(patch) => self.installable(patch),
            Applicability::MsiPatchSuperseded(patch) => {
                let replaced = |product: &Product| replaced(product, patch, known);
                self.on_some(patch, replaced).unwrap_or(Answer::FALSE)
            }
            _ => Answer::MALFORMED,
        }
    }

    fn installed(&self, patch: &Patch) -> Answer {
        let registered = |product: &Product| any(patch.codes().map(|code| product.has_patch(code)));
        self.on_some(patch, registered).unwrap_or(Answer::not(Reason::MspAbsent))
    }

    fn installable(&self, patch: &Patch) -> Answer {
        match self.on_some(patch, |_| Answer::TRUE) {
            None => Answer::not(Reason::MsiProductAbsent),
            Some(there) => all([there, expr::negate(self.installed(patch))]),
        }
    }

    /// Whether a product that a patch is for has something; `None` where no product can.
    fn on_some(&self, patch: &Patch, has: impl Fn(&Product) -> Answer) -> Option<Answer> {
        let mut answers = Vec::new();
        for target in &patch.targets {
            let mut take = |product: &Product| answers.push(all([product.is_target(target), has(product)]));
            match codes(patch, target) {
                None => {
                    self.products.values().for_each(take);
                    answers.extend((!self.all_products).then_some(Answer::NOT_COLLECTED));
                }
                Some(codes) => {
                    let mut open = false;
                    for code in codes {
                        match self.products.get(code) {
                            Some(product) => take(product),
                            None => open |= !self.all_products && !self.without.contains(code),
                        }
                    }
                    answers.extend(open.then_some(Answer::NOT_COLLECTED));
                }
            }
        }
        Some(any(answers)).filter(|answer| answer.truth != Truth::False)
    }

    /// The products that are there and may be ones that a patch is for, by code.
    pub fn targets<'i>(&'i self, patch: &'i Patch) -> impl Iterator<Item = &'i str> {
        let may_be = |code: &str, product: &Product| {
            patch.targets.iter().any(|target| {
                let is_meant =
                    codes(patch, target).is_none_or(|codes| codes.iter().any(|known| known == code));
                is_meant && product.is_target(target).truth != Truth::False
            })
        };
        self.products
            .iter()
            .filter(move |(code, product)| may_be(code, product))
            .map(|(code, _)| code.as_str())
    }
}

/// The codes that a product must have to be a target; `None` where any may.
fn codes<'p>(patch: &'p Patch, target: &'p Target) -> Option<&'p [String]> {
    match &target.product {
        Some(code) => Some(std::slice::from_ref(code)),
        None if target.is_open() => Some(&patch.listed),
        None => None,
    }
}

/// Whether a patch of a product replaces another one there.
fn replaced(product: &Product, patch: &Patch, known: &Patches) -> Answer {
    let mut answer = if product.all_patches { Answer::FALSE } else { Answer::NOT_COLLECTED };
    for code in product.registered() {
        match known.find(code) {
            None if answer == Answer::FALSE => answer = Answer::PART_NOT_COLLECTED,
            None => {}
            Some(same) if same.iter().any(|other| other.replaces(patch)) => return Answer::TRUE,
            Some(_) => {}
        }
    }
    answer
}

fn any(answers: impl IntoIterator<Item = Answer>) -> Answer {
    let answers: Vec<Answer> = answers.into_iter().chain([Answer::FALSE]).collect();
    expr::combine(Operator::Or, Reasons::Ranked, Section::Installed, &answers)
}

/// Both; a False one has no reason of its own.
fn all(answers: [Answer; 2]) -> Answer {
    let answer = expr::combine(Operator::And, Reasons::Ranked, Section::Installed, &answers);
    if answer.truth == Truth::False { Answer::FALSE } else { answer }
}
