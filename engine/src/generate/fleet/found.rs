//! The products that an image has, where updates need them: those of its first update and few others.
//!
//! What an update needs names, clause by clause, categories and detectoids whose rules find a product. The
//! facts that these rules ask about are drawn until they hold; of other products nothing is stated, so
//! that a client has the updates of a handful of products and not of all.

use std::collections::{BTreeMap, BTreeSet};

use super::places::Width;
use super::rules::Rules;
use super::wanted::{self, Wanted};
use super::{evidence, installer};
use crate::generate::random::Random;
use crate::model::applicability::answer;
use crate::model::expr::{Question, Subject};
use crate::model::fact::Fact;
use crate::model::installer::Product;
use crate::model::system::System;
use crate::model::truth::Truth;
use crate::model::update::Rule;

/// How many products an image may have beside those of its first update.
const OTHERS: usize = 2;
/// How many draws are made for facts by which a product is found.
const DRAWS: usize = 60;
/// The most updates that are looked at for what one needs.
const DEEPEST: usize = 64;

/// What must hold of a thing.
type Asked = Vec<(Question, bool)>;

/// What must hold so that products are found.
#[derive(Debug, Default)]
pub(super) struct Found(BTreeMap<Subject, Asked>);

impl Rules<'_> {
    /// Collects what must hold so that what an update needs is there: one way through each clause, one that
    /// the system, where it is known, allows.
    pub(super) fn needs(
        &self,
        update: u32,
        system: Option<&System>,
        random: &mut Random,
        wanted: &mut Vec<Wanted>,
    ) {
        let (mut todo, mut seen) = (vec![update], BTreeSet::new());
        while let Some(update) = todo.pop() {
            for clause in self.view.prerequisites(update as usize) {
                let targets: Vec<u32> = clause.into_iter().flatten().collect();
                let is_possible = |target: &u32| match self.finds(*target) {
                    Some(rule) => wanted::decided(&rule, system) != Some(false),
                    None => true,
                };
                let possible: Vec<u32> = targets.iter().copied().filter(is_possible).collect();
                let target = random.pick(&possible).or_else(|| random.pick(&targets));
                let Some(target) = target.copied() else { continue };
                if seen.len() < DEEPEST && seen.insert(target) {
                    if let Some(rule) = self.finds(target) {
                        wanted::collect(&rule, true, system, random, wanted);
                    }
                    todo.push(target);
                }
            }
        }
    }

    /// The rule that says whether something that updates need is there.
    fn finds(&self, update: u32) -> Option<crate::model::expr::Expr> {
        match self.view.rule(update as usize) {
            Rule::Items(items) => items.into_iter().next().map(|item| item.installed),
            Rule::None | Rule::Tests { .. } | Rule::Packages { .. } | Rule::Definition(_) => None,
        }
    }

    /// What must hold so that the products of an image are there: `first` is what its first update wants, and
    /// `open` are the updates that may be for it.
    pub(super) fn found(
        &self,
        open: &[u32],
        first: &[Wanted],
        system: &System,
        random: &mut Random,
    ) -> Found {
        let mut found = Found::default();
        found.take(first);
        for _ in 0..random.below(OTHERS + 1) {
            let Some(update) = random.pick(open).copied() else { break };
            let mut wanted = Vec::new();
            self.needs(update, Some(system), random, &mut wanted);
            found.take(&wanted);
        }
        found
    }
}

impl Found {
    fn take(&mut self, wanted: &[Wanted]) {
        for (subject, question, holds) in wanted {
            let is_fact = matches!(
                subject,
                Subject::File(_) | Subject::RegistryValue { .. } | Subject::RegistryKey(_) | Subject::Msi(_)
            );
            if is_fact {
                let asked = self.0.entry(subject.clone()).or_default();
                if asked.iter().all(|(known, _)| known != question) {
                    asked.push((question.clone(), *holds));
                }
            }
        }
    }

    /// Whether something is wanted of a thing.
    pub(super) fn has(&self, subject: &Subject) -> bool {
        self.0.contains_key(subject)
    }

    /// Facts by which the products are found.
    pub(super) fn facts(&self, width: Width, random: &mut Random) -> Vec<Fact<'static>> {
        self.facts_about(&BTreeMap::new(), width, random)
    }

    /// The same, about what is asked of each thing besides.
    pub(super) fn facts_about(
        &self,
        asked: &BTreeMap<Subject, Vec<Question>>,
        width: Width,
        random: &mut Random,
    ) -> Vec<Fact<'static>> {
        let mut facts = Vec::new();
        for (subject, wanted) in &self.0 {
            let own: Vec<Question> = wanted.iter().map(|(question, _)| question.clone()).collect();
            let others = asked.get(subject).map(|others| draw(subject, others, wanted, width, random));
            let (mut drawn, mut holds) = others.unwrap_or_default();
            if !holds {
                (drawn, holds) = draw(subject, &own, wanted, width, random);
            }
            facts.extend(drawn.into_iter().filter(|_| holds));
        }
        facts
    }
}

/// Draws what is stated of a thing until all that is wanted holds; says whether it does.
fn draw(
    subject: &Subject,
    asked: &[Question],
    wanted: &Asked,
    width: Width,
    random: &mut Random,
) -> (Vec<Fact<'static>>, bool) {
    if wanted.iter().all(|(_, holds)| !holds) {
        return (Vec::new(), true);
    }
    for _ in 0..DRAWS {
        let facts = match subject {
            Subject::Msi(code) => installer::facts(code, asked, random),
            _ => evidence::fact(subject, asked, width, random).into_iter().collect(),
        };
        if wanted.iter().all(|(question, holds)| truth(&facts, question) == Truth::from(*holds)) {
            return (facts, true);
        }
    }
    (Vec::new(), false)
}

/// Whether the facts about a thing answer a question.
fn truth(facts: &[Fact<'static>], question: &Question) -> Truth {
    let asked = match question {
        Question::Exists => None,
        Question::Applicability(asked) => Some(asked.as_ref()),
        Question::Compare(..)
        | Question::Data(_)
        | Question::FileEvidence { .. }
        | Question::Level { .. } => return Truth::Unknown,
    };
    match (facts.first(), asked) {
        (None | Some(Fact::Absent(_)), _) => Truth::False,
        (Some(_), None) => Truth::True,
        (Some(Fact::RegistryValue(value)), Some(asked)) => {
            answer::registry_value(asked, value.kind.as_deref(), value.data.as_deref()).truth
        }
        (Some(Fact::File(file)), Some(asked)) => answer::File::of(file).answer(asked).truth,
        (Some(Fact::Msi(stated)), Some(asked)) => {
            let mut product = Product::new(stated, true);
            for fact in facts {
                match fact {
                    Fact::MsiPart(part) => product.take_part(part),
                    Fact::Msp(patch) => product.take_patch(patch),
                    _ => {}
                }
            }
            product.answer(asked).truth
        }
        _ => Truth::Unknown,
    }
}
