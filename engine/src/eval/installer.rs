//! Windows Installer products over slots: what is stated of each brought together once the client is whole.
//!
//! A product's patches and components may stand before it, so all wait.

use std::collections::{BTreeMap, BTreeSet};

use super::known::State;
use super::slots::{Slots, question};
use crate::index::columns::Column;
use crate::index::probe::tag;
use crate::model::applicability::Applicability;
use crate::model::fact::{Kind, Msi, MsiPart, Msp, ScanResult};
use crate::model::hotfix;
use crate::model::installer::Product;
use crate::model::msi::normal_code;
use crate::model::office::Asked;
use crate::model::office::client::{Client, SCANNER};
use crate::model::reason::Reason;
use crate::model::verdict::Answer;

/// What a client states of Windows Installer.
#[derive(Debug, Default)]
pub(super) struct Installer {
    products: Vec<Msi<'static>>,
    patches: Vec<Msp<'static>>,
    parts: Vec<MsiPart<'static>>,
    results: Vec<ScanResult<'static>>,
    /// The languages of the products that rules about Office mean.
    languages: BTreeSet<u32>,
}

impl Installer {
    /// Forgets the client.
    pub(super) fn clear(&mut self) {
        self.products.clear();
        self.patches.clear();
        self.parts.clear();
        self.results.clear();
        self.languages.clear();
    }

    pub(super) fn take(&mut self, stated: Msi<'_>) {
        self.products.push(stated.into_owned());
    }

    pub(super) fn take_patch(&mut self, stated: Msp<'_>) {
        self.patches.push(stated.into_owned());
    }

    pub(super) fn take_result(&mut self, stated: ScanResult<'_>) {
        self.results.push(stated.into_owned());
    }

    pub(super) fn results(&self) -> &[ScanResult<'static>] {
        &self.results
    }

    /// The articles of which the scanner of Office said something.
    pub(super) fn articles(&self) -> BTreeSet<u32> {
        let of_office = self.results.iter().filter(|result| result.scanner == SCANNER);
        of_office.filter_map(|result| hotfix::id(&result.reference)).collect()
    }

    pub(super) fn take_part(&mut self, stated: MsiPart<'_>) {
        self.parts.push(stated.into_owned());
    }
}

impl Slots<'_> {
    /// Answers the questions about all products.
    pub(super) fn finish_installer(&mut self) {
        for (subject, product) in self.stated_products(|code| self.product_of(code)) {
            self.installed(subject, &product);
        }
    }

    /// The products that are there by what a code is to the caller, each with all that is stated of it.
    pub(super) fn stated_products<K: Ord>(&self, of: impl Fn(&str) -> Option<K>) -> BTreeMap<K, Product> {
        let installer = &self.installer;
        let all_patches = self.complete_kinds().contains(Kind::Msp);
        let mut products: BTreeMap<K, Product> = BTreeMap::new();
        for stated in &installer.products {
            if let Some(key) = of(&stated.product) {
                products.insert(key, Product::new(stated, all_patches));
            }
        }
        let mut take = |code: &str, take: &dyn Fn(&mut Product)| {
            let product = of(code).and_then(|key| products.get_mut(&key));
            product.into_iter().for_each(take);
        };
        for stated in &installer.patches {
            take(&stated.product, &|product| product.take_patch(stated));
        }
        for stated in &installer.parts {
            take(&stated.product, &|product| product.take_part(stated));
        }
        for stated in self.absent.iter().filter(|stated| stated.kind == Some(Kind::Msp)) {
            let Some((code, patch)) = stated.reference.split_once("::") else { continue };
            take(code, &|product| product.take_absent_patch(patch));
        }
        products
    }

    /// Answers the questions about all products together.
    pub(super) fn finish_office(&mut self) {
        let Some(subject) = self.plan.installer else { return };
        let mut client = Client::new(self.complete_kinds());
        self.installer.products.iter().for_each(|stated| client.take(stated, 0));
        self.installer.patches.iter().for_each(|stated| client.take_patch(stated));
        self.installer.results.iter().for_each(|stated| client.take_result(stated, 0));
        for stated in &self.absent {
            match stated.kind {
                Some(Kind::Msi) => client.take_absent(&stated.reference),
                Some(Kind::Msp) => client.take_absent_patch(&stated.reference),
                _ => {}
            }
        }
        self.set(subject, State::Known);
        let mut languages = BTreeSet::new();
        for predicate in self.predicates(subject) {
            if let Some(Applicability::Office(asked)) = self.plan.applicability(predicate)
                && let Asked::Installed(evidence) = asked.as_ref()
            {
                client.add_languages(&evidence.products, &mut languages);
            }
            let answer = match self.plan.view.columns.predicate_question.at(predicate) {
                question::EXISTS => Answer::TRUE,
                question::APPLICABILITY => match self.plan.applicability(predicate) {
                    Some(Applicability::Office(asked)) => client.answer(asked),
                    _ => Answer::MALFORMED,
                },
                _ => Answer::RULE_ERROR,
            };
            self.put(predicate, answer);
        }
        self.installer.languages = languages;
    }

    /// The languages of the products of Office, rising; none where no product states its own.
    pub(super) fn office_languages(&self) -> Vec<u32> {
        self.installer.languages.iter().copied().collect()
    }

    /// The product that rules ask about by a code.
    fn product_of(&self, code: &str) -> Option<usize> {
        self.plan.view.find(tag::MSI, normal_code(code).as_bytes(), &[])
    }

    /// Answers the questions about a product that is there.
    fn installed(&mut self, subject: usize, product: &Product) {
        self.set(subject, State::Known);
        self.compare_text(subject, product.version(), Reason::RuleFalse);
        for predicate in self.predicates(subject) {
            if self.plan.view.columns.predicate_question.at(predicate) == question::APPLICABILITY {
                let answer = self.plan.applicability(predicate).map(|asked| product.answer(asked));
                self.put(predicate, answer.unwrap_or(Answer::MALFORMED));
            }
        }
    }
}
