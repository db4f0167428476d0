//! The operating system over slots: everything that is asked of it as a whole.

use super::known::State;
use super::slots::{Slots, question};
use crate::index::columns::Column;
use crate::model::fact::{Kind, Os};
use crate::model::system::System;
use crate::model::verdict::Answer;

impl Slots<'_> {
    /// Answers the questions about the system, which answers for what is not stated of it.
    pub(super) fn finish_system(&mut self, os: Option<&Os<'_>>) {
        let Some(subject) = self.plan.system else { return };
        let mut system = System::new(os, self.complete_kinds().contains(Kind::Os));
        self.files.traits.iter().for_each(|stated| system.take(stated));
        let absent = self.absent.iter().filter(|stated| stated.kind == Some(Kind::Os));
        absent.for_each(|stated| system.take_absent(&stated.reference));
        self.set(subject, State::Known);
        for predicate in self.predicates(subject) {
            let answer = match self.plan.view.columns.predicate_question.at(predicate) {
                question::EXISTS => Answer::TRUE,
                question::APPLICABILITY => {
                    self.plan.applicability(predicate).map_or(Answer::MALFORMED, |asked| system.answer(asked))
                }
                _ => Answer::RULE_ERROR,
            };
            self.put(predicate, answer);
        }
    }
}
