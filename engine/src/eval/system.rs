//! The operating system over slots: everything that is asked of it as a whole.

use std::collections::HashSet;

use super::known::State;
use super::slots::{Slots, question};
use crate::diagnostic::{Code, Position};
use crate::index::columns::Column;
use crate::model::applicability::Applicability;
use crate::model::fact::{Cbs, Kind, Os, Product};
use crate::model::msi::normal_code;
use crate::model::path::fold_text;
use crate::model::servicing::Identity;
use crate::model::system::System;
use crate::model::verdict::Answer;

/// The names that rules ask of a system for: releases of products, and packages without their versions.
#[derive(Debug, Default)]
pub(super) struct Named {
    releases: HashSet<String, ahash::RandomState>,
    packages: HashSet<String, ahash::RandomState>,
    /// Whether any patch is asked for with its metadata.
    patches: bool,
}

impl Named {
    /// The names that leaves ask for.
    pub(super) fn of<'a>(asked: impl Iterator<Item = &'a Applicability>) -> Named {
        let mut named = Named::default();
        for asked in asked {
            match asked {
                Applicability::ProductReleaseInstalled(name, _)
                | Applicability::ProductReleaseVersion(name, ..) => {
                    named.releases.insert(name.clone());
                }
                Applicability::CbsPackageInstalledByIdentity(identity)
                | Applicability::CbsPackageInstalled(identity)
                | Applicability::CbsPackageInstallable(identity) => {
                    named.packages.insert(identity.name.clone());
                }
                Applicability::MsiPatchInstalled(_)
                | Applicability::MsiPatchInstallable(_)
                | Applicability::MsiPatchSuperseded(_) => named.patches = true,
                _ => {}
            }
        }
        named
    }

    /// Whether products may be asked for as releases.
    pub(super) fn asks_releases(&self) -> bool {
        !self.releases.is_empty()
    }

    /// Whether patches are asked for that any product may have.
    pub(super) fn asks_patches(&self) -> bool {
        self.patches
    }

    /// Whether a product is asked for as a release.
    fn is_release(&self, stated: &Product<'_>) -> bool {
        let mut name = String::with_capacity(stated.name.len());
        fold_text(stated.name.trim(), &mut name);
        self.releases.contains(&name)
    }

    fn is_package(&self, stated: &Cbs<'_>) -> bool {
        Identity::parse(&stated.identity).is_some_and(|identity| self.packages.contains(&identity.name))
    }
}

impl Slots<'_> {
    /// Takes a product that may be asked for as a release.
    pub(super) fn take_release(&mut self, stated: &Product<'_>) {
        if self.plan.named.is_release(stated) {
            self.releases.push(stated.clone().into_owned());
        }
    }

    /// Takes a package of component based servicing.
    pub(super) fn take_servicing(&mut self, stated: Cbs<'_>) {
        if self.plan.named.is_package(&stated) {
            self.servicing.push(stated.into_owned());
        }
    }

    /// Answers the questions about the system, which answers for what is not stated of it.
    pub(super) fn finish_system(&mut self, os: Option<&Os<'_>>) {
        let Some(subject) = self.plan.system else { return };
        let mut system = System::new(os, self.complete_kinds().contains(Kind::Os));
        let complete = self.complete_kinds();
        system.all_releases = complete.contains(Kind::Product);
        system.servicing.closed = complete.contains(Kind::Cbs);
        self.files.traits.iter().for_each(|stated| system.take(stated));
        self.releases.iter().for_each(|stated| system.take_product(stated));
        self.servicing.iter().for_each(|stated| system.servicing.take(stated));
        for stated in &self.absent {
            match stated.kind {
                Some(Kind::Os) => system.take_absent(&stated.reference),
                Some(Kind::Product) => system.take_absent_product(&stated.reference),
                Some(Kind::Cbs) => system.servicing.take_absent(&stated.reference),
                Some(Kind::Msi) => system.installer.take_absent(&stated.reference),
                _ => {}
            }
        }
        if self.plan.named.asks_patches() {
            system.installer.all_products = complete.contains(Kind::Msi);
            system.installer.products = self.stated_products(|code| Some(normal_code(code)));
        }
        self.set(subject, State::Known);
        for predicate in self.predicates(subject) {
            let answer = match self.plan.view.columns.predicate_question.at(predicate) {
                question::EXISTS => Answer::TRUE,
                question::APPLICABILITY => {
                    let plan = self.plan;
                    let asked = plan.applicability(predicate);
                    let answer = asked.map_or(Answer::MALFORMED, |asked| system.answer(asked, &plan.patches));
                    let is_other = matches!(asked, Some(Applicability::WindowsOther(_)));
                    if is_other && answer == Answer::UNSUPPORTED {
                        self.diagnostics.push(Code::ClientNoProduct, Position::default(), "os", "");
                    }
                    answer
                }
                _ => Answer::RULE_ERROR,
            };
            self.put(predicate, answer);
        }
    }
}
