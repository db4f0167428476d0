//! The products of a client, over slots: stated ones, detected ones, and their service packs.

use std::collections::HashMap;
use std::sync::Arc;

use super::known::State;
use super::program::Context;
use super::slots::{Slots, question};
use crate::index::columns::{Column, NONE};
use crate::index::probe::tag;
use crate::matrix::tables::OldServicePack;
use crate::model::expr::{Question, Section};
use crate::model::fact::{self, Kind};
use crate::model::law::{self, Levels};
use crate::model::options::Detect;
use crate::model::product::{self, folded};
use crate::model::truth::Truth;
use crate::model::update::ProductRow;
use crate::model::verdict::Answer;

/// The most service packs that a worker remembers; clients are not trusted to state few.
const REMEMBERED: usize = 1 << 14;

/// The order of a product that no detection is asked about any more.
const SETTLED: u32 = 1;

/// What a product and a statement of its service pack answer.
#[derive(Debug)]
pub(super) struct Resolved {
    levels: Levels,
    /// Whether that is older than the product's current service pack.
    old: bool,
    /// The answers of the subject's predicates, in order.
    answers: Vec<Answer>,
}

impl Resolved {
    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        let names = match &self.levels {
            Levels::Candidates(names) => names.iter().map(|name| name.len() + size_of::<String>()).sum(),
            Levels::Unstated | Levels::NoCandidate => 0,
        };
        size_of::<Resolved>() + size_of_val(self.answers.as_slice()) + names
    }
}

/// The products of a client, and what was resolved for earlier ones.
#[derive(Debug, Default)]
pub(super) struct Products {
    there: Vec<(u32, Arc<Resolved>)>,
    stated: HashMap<(u32, Option<String>), Arc<Resolved>, ahash::RandomState>,
}

impl Products {
    /// Forgets the client and keeps what was resolved.
    pub(super) fn clear(&mut self) {
        self.there.clear();
        if self.stated.len() > REMEMBERED {
            self.stated.clear();
        }
    }

    fn levels(&self, subject: u32) -> Option<&Levels> {
        self.there.iter().rev().find(|(of, _)| *of == subject).map(|(_, resolved)| &resolved.levels)
    }
}

impl Slots<'_> {
    /// Takes a product that the inventory states; gives what it is to the index.
    pub(super) fn product(&mut self, stated: &fact::Product<'_>) -> Option<(usize, Arc<Resolved>)> {
        let mut name = String::new();
        product::write_folded(&stated.name, &mut name);
        let subject = self.plan.view.find(tag::PRODUCT, name.as_bytes(), &[])?;
        let key = (subject as u32, stated.sp.as_deref().map(str::to_owned));
        let resolved = match self.products.stated.get(&key) {
            Some(resolved) => Arc::clone(resolved),
            None => {
                let levels = law::levels(key.1.as_deref(), &self.known_levels(subject));
                let resolved = Arc::new(self.resolve(subject, levels));
                self.products.stated.insert(key, Arc::clone(&resolved));
                resolved
            }
        };
        self.set_product(subject, Arc::clone(&resolved));
        Some((subject, resolved))
    }

    /// Notes a product as there.
    pub(super) fn set_product(&mut self, subject: usize, resolved: Arc<Resolved>) {
        self.set(subject, State::Known);
        for (predicate, answer) in self.predicates(subject).zip(&resolved.answers) {
            self.put(predicate, *answer);
        }
        self.products.there.push((subject as u32, resolved));
        self.set_order(subject, SETTLED);
    }

    /// The service packs that catalogs use with a product.
    fn known_levels(&self, subject: usize) -> Vec<String> {
        let view = self.plan.view;
        let columns = view.columns;
        let levels = self.product_number(subject).map(|product| columns.product_level_ends(product));
        let text = |level| view.text(columns.product_level.at(level)).to_owned();
        levels.unwrap_or_default().map(text).collect()
    }

    fn product_number(&self, subject: usize) -> Option<usize> {
        (self.plan.view.columns.subject_name.at(subject) as usize).checked_sub(1)
    }

    /// Answers every question about a product at certain levels.
    fn resolve(&self, subject: usize, levels: Levels) -> Resolved {
        let view = self.plan.view;
        let columns = view.columns;
        let available = self.product_number(subject).map(|product| columns.product_available_ends(product));
        let available: Vec<String> = available
            .unwrap_or_default()
            .map(|level| view.text(columns.product_available.at(level)).to_owned())
            .collect();
        let answer = |predicate: usize| match columns.predicate_question.at(predicate) {
            question::EXISTS => Answer::TRUE,
            question::LEVEL => match view.predicate(predicate) {
                Some((_, Question::Level { affected, fixed })) => {
                    law::level(&levels, &affected, fixed.as_deref(), &available)
                }
                _ => Answer::RULE_ERROR,
            },
            _ => Answer::RULE_ERROR,
        };
        let answers = self.predicates(subject).map(answer).collect();
        let current =
            self.product_number(subject).map(|product| view.text(columns.product_current.at(product)));
        let old = current.is_some_and(|current| law::is_old(&levels, current, &available));
        Resolved { levels, old, answers }
    }

    /// Runs the detection tables, unless the client's products are complete.
    pub(super) fn finish_products(&mut self) {
        let run = match self.plan.options.detect {
            Detect::Auto => !self.complete_kinds().contains(Kind::Product),
            Detect::Always => true,
            Detect::Never => false,
        };
        let count = if run { self.plan.view.columns.detection_name.len() } else { 0 };
        for detection in 0..count {
            let subject = self.plan.view.columns.detection_subject.at(detection) as usize;
            if subject < self.plan.view.subjects() && !self.is_settled(subject) {
                self.detect(detection, subject);
            }
        }
    }

    /// Whether a product is stated, or an earlier detection decided about it.
    fn is_settled(&self, subject: usize) -> bool {
        self.is_stamped(subject) && self.order(subject) == SETTLED
    }

    fn detect(&mut self, detection: usize, subject: usize) {
        let context = Context::new(true, Section::Installed);
        let when = self.plan.code.detections.get(detection).copied().unwrap_or(NONE);
        match self.run(when, context).truth {
            Truth::True => {
                let levels = self.detect_level(detection, context);
                let resolved = Arc::new(self.resolve(subject, levels));
                self.set_product(subject, resolved);
            }
            Truth::False | Truth::NotApplicable => {
                self.set(subject, State::Absent);
                self.set_order(subject, SETTLED);
            }
            Truth::Error | Truth::Unknown | Truth::NotEvaluated => {}
        }
    }

    /// Finds the service pack of a detected product.
    fn detect_level(&self, detection: usize, context: Context) -> Levels {
        let view = self.plan.view;
        let columns = view.columns;
        for step in columns.detection_level_ends(detection) {
            let test = self.plan.code.levels.get(step).copied().unwrap_or(NONE);
            let truth = if test == NONE { Truth::True } else { self.run(test, context).truth };
            match truth {
                Truth::True => {
                    let names = columns.step_name_ends(step);
                    let mut names: Vec<_> =
                        names.map(|name| folded(view.text(columns.step_name.at(name)))).collect();
                    names.sort_unstable();
                    names.dedup();
                    return Levels::Candidates(names);
                }
                Truth::False | Truth::NotApplicable => {}
                Truth::Error | Truth::Unknown | Truth::NotEvaluated => return Levels::Unstated,
            }
        }
        let inherited = columns.detection_inherit_ends(detection).find_map(|name| {
            let name = folded(view.text(columns.inherit_name.at(name)));
            let subject = view.find(tag::PRODUCT, name.as_bytes(), &[])?;
            self.products.levels(subject as u32).cloned()
        });
        inherited.unwrap_or(Levels::Unstated)
    }

    /// The products that are there, as catalogs name them, with the service packs each may be at.
    pub fn product_rows(&self) -> Vec<ProductRow> {
        let view = self.plan.view;
        let row = |(product, resolved): (usize, &Resolved)| {
            let levels = match &resolved.levels {
                Levels::Candidates(candidates) => self.display_levels(product, candidates),
                Levels::Unstated | Levels::NoCandidate => Vec::new(),
            };
            ProductRow { product: view.text(view.columns.product_name.at(product)).to_owned(), levels }
        };
        let mut rows: Vec<ProductRow> = self.resolved_products().map(row).collect();
        rows.sort_unstable_by(|a, b| a.product.cmp(&b.product));
        // They wait in memory until all clients are evaluated.
        rows.shrink_to_fit();
        rows
    }

    /// The products whose service pack is older than the current one.
    pub fn old_service_packs(&self) -> Vec<OldServicePack> {
        let view = self.plan.view;
        let columns = view.columns;
        let old = self.resolved_products().filter(|(_, resolved)| resolved.old);
        let mut rows: Vec<OldServicePack> = old
            .map(|(product, _)| OldServicePack {
                product: view.text(columns.product_name.at(product)).to_owned(),
                current: view.text(columns.product_current.at(product)).to_owned(),
            })
            .collect();
        rows.sort_unstable_by(|a, b| a.product.cmp(&b.product));
        rows
    }

    /// The products that are there, by number, each with what was said of it last.
    fn resolved_products(&self) -> impl Iterator<Item = (usize, &Resolved)> {
        let there = &self.products.there;
        there.iter().enumerate().filter_map(move |(at, (subject, resolved))| {
            let later = there[at + 1..].iter().any(|(of, _)| of == subject);
            let product = self.product_number(*subject as usize).filter(|_| !later)?;
            Some((product, resolved.as_ref()))
        })
    }

    /// Service packs as the catalogs write them.
    fn display_levels(&self, product: usize, candidates: &[String]) -> Vec<String> {
        let view = self.plan.view;
        let columns = view.columns;
        let written = |candidate: &String| {
            let known = columns.product_level_ends(product);
            let mut texts = known.map(|level| view.text(columns.product_level.at(level)));
            texts.find(|text| folded(text) == *candidate).unwrap_or(candidate).to_owned()
        };
        candidates.iter().map(written).collect()
    }
}
