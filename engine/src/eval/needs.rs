//! What updates need of a client, found once for it: prerequisites and whether they are there.
//!
//! Updates of one product need the same, so that most of a catalog is settled by a few answers.

use super::plan::Plan;
use super::program::Context;
use super::reference::prerequisite;
use super::slots::Slots;
use crate::compile::relations::NEEDS;
use crate::index::columns::{Column, NONE};
use crate::model::expr::{self, Operator, Reasons, Section};
use crate::model::options::Checksum;
use crate::model::truth::Truth;
use crate::model::verdict::Answer;

/// The answers about one client, by number; those of another client do not count.
#[derive(Debug, Default)]
pub(super) struct Needs {
    now: u32,
    /// By set of prerequisites.
    sets: Vec<(u32, Answer)>,
    /// By update.
    updates: Vec<(u32, Answer)>,
}

impl Needs {
    /// Begins the next client.
    pub(super) fn begin(&mut self, plan: &Plan<'_>) {
        let (sets, updates) = (plan.view.columns.prerequisites(), plan.view.updates());
        self.now = self.now.wrapping_add(1);
        if sets > 0 && (self.now == 0 || self.updates.len() != updates) {
            self.sets = vec![(0, Answer::NO_EVIDENCE); sets];
            self.updates = vec![(0, Answer::NO_EVIDENCE); updates];
            self.now = 1;
        }
    }

    /// Whether a set of prerequisites is there.
    pub(super) fn of(&mut self, number: u32, plan: &Plan<'_>, slots: &Slots<'_>, depth: usize) -> Answer {
        match self.sets.get(number as usize) {
            Some((now, answer)) if *now == self.now => return *answer,
            Some(_) if depth <= NEEDS => {}
            // Only damaged bytes lead here.
            _ => return Answer::UNSUPPORTED,
        }
        let columns = plan.view.columns;
        let combine = |operator, answers: [Answer; 2]| {
            expr::combine(operator, Reasons::Ranked, Section::Applicable, &answers)
        };
        let mut answer = Answer::TRUE;
        for clause in columns.prerequisite_clause_ends(number as usize) {
            let mut any = Answer::FALSE;
            for target in columns.clause_target_ends(clause) {
                let target = self.satisfied(columns.target.at(target), plan, slots, depth);
                any = combine(Operator::Or, [any, target]);
            }
            answer = combine(Operator::And, [answer, prerequisite(any)]);
            // All clauses that are False are so in the same words.
            if answer.truth == Truth::False {
                break;
            }
        }
        self.sets[number as usize] = (self.now, answer);
        answer
    }

    /// Whether an update that another needs is there, and itself has what it needs.
    fn satisfied(&mut self, update: u32, plan: &Plan<'_>, slots: &Slots<'_>, depth: usize) -> Answer {
        match self.updates.get(update as usize) {
            Some((now, answer)) if *now == self.now => return *answer,
            Some(_) => {}
            None => return Answer::NO_EVIDENCE,
        }
        let Some(decision) = plan.code.decision(update as usize) else { return Answer::NO_EVIDENCE };
        let needed = match decision.needs {
            NONE => Answer::TRUE,
            needs => self.of(needs, plan, slots, depth + 1),
        };
        let checksums = plan.options.checksum == Checksum::Off || {
            let language = plan.languages.get(decision.source as usize).copied().unwrap_or("");
            !crate::model::law::other_language(language, slots.language())
        };
        let context = Context::new(checksums, Section::Installed);
        let items = plan.code.items(decision);
        let installed: Vec<Answer> = items
            .iter()
            .map(|item| {
                // The rule may take the answer of its other one.
                let other = Context { section: Section::Applicable, ..context };
                let known = slots.run(item.applicable, other);
                slots.run(item.installed, Context { known, ..context })
            })
            .collect();
        let installed = match (decision.rule, installed.as_slice()) {
            (1, [only]) => *only,
            (3, all) => expr::combine(Operator::Or, Reasons::Ranked, Section::Installed, all),
            _ => Answer::NO_EVIDENCE,
        };
        let answer = expr::combine(Operator::And, Reasons::Ranked, Section::Applicable, &[needed, installed]);
        self.updates[update as usize] = (self.now, answer);
        answer
    }
}
