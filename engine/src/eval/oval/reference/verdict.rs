//! Cells of results: whether an update that is not missing is there, or not for the client.
//!
//! OVAL's false means both. What tells them apart is found by the structure of a definition alone: its
//! *thresholds*, tests that compare versions by their order. Source of truth: `docs/oval.md`, "Verdicts".

use super::super::verdict::{Decided, Found, decide, undecided};
use super::{Evaluation, FIRST, negated};
use crate::model::oval::words::{Class, Flag, Status};
use crate::model::oval::{Criteria, Question, Reference, Test};
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::{Answer, Cell, Verdict};

/// What takes the place of the result of a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relaxed<'a> {
    /// Whether there is anything to compare.
    Present,
    /// The best that could be, also of other tests of these objects, of which there is nothing.
    Granted(&'a [u32]),
}

impl Relaxed<'_> {
    /// Whether a test that is no threshold takes part in what is granted: who signed a package is asked
    /// beside its version, and is as false where there is no package.
    fn grants(self, test: &Test) -> bool {
        match (self, test.object) {
            (Relaxed::Granted(absent), Reference::To(object)) => absent.contains(&object),
            (Relaxed::Granted(_), Reference::None | Reference::Dangling) | (Relaxed::Present, _) => false,
        }
    }
}

impl Evaluation<'_> {
    /// The cell of a definition.
    pub(super) fn cell(&self, number: usize) -> Cell {
        let definition = &self.content.definitions[number];
        let result = self.definitions[number].unwrap_or(Answer::RULE_ERROR);
        let unknown = |answer: Answer| Cell::new(Verdict::Unknown, undecided(answer.truth, answer.reason));
        let Some(criteria) = definition.criteria.as_ref().filter(|_| !definition.circular) else {
            return unknown(result);
        };
        let relaxed = self.relaxed(criteria, Relaxed::Present);
        let thresholds = self.thresholds(criteria);
        let holding: Vec<_> = thresholds.iter().filter(|one| self.holds(one)).collect();
        let granted = || self.relaxed(criteria, Relaxed::Granted(&self.absent(&thresholds))).truth;
        let found = Found {
            result: result.truth,
            relaxed: relaxed.truth,
            thresholds: !thresholds.is_empty(),
            holds: !holding.is_empty(),
            holds_of_package: holding.iter().any(|one| one.test.is_of_package()),
            present: thresholds.iter().any(|one| one.test.is_of_package() && self.is_present(one.test)),
            elsewhere: self.is_elsewhere(criteria),
        };
        match decide(&found, granted) {
            Decided::Cell(cell) if matches!(cell.verdict, Verdict::Missing | Verdict::Installed) => {
                Cell { flags: result.flags, ..cell }
            }
            Decided::Cell(cell) => cell,
            Decided::ByResult => unknown(result),
            Decided::ByRelaxed => unknown(relaxed),
        }
    }

    /// Whether a part that says for whom the definition is does not hold.
    fn is_elsewhere(&self, criteria: &Criteria) -> bool {
        let mut found = false;
        criteria.each(&mut |part| {
            let says = part.applicability || self.extends_inventory(part);
            found |= says && self.part(part).truth == Truth::False;
        });
        found
    }

    fn part(&self, part: &Criteria) -> Answer {
        self.criteria(part, &mut |leaf| self.leaf(leaf))
    }

    fn extends_inventory(&self, part: &Criteria) -> bool {
        let Question::Definition(Some(other)) = part.question else { return false };
        self.content
            .definitions
            .get(other as usize)
            .is_some_and(|other| other.class == Some(Class::Inventory))
    }

    /// The thresholds of a definition, and whether each stands under an odd number of negations.
    fn thresholds<'c>(&'c self, criteria: &'c Criteria) -> Vec<Threshold<'c>> {
        let mut found = Vec::new();
        self.collect(criteria, false, &mut found);
        found
    }

    fn collect<'c>(&'c self, part: &'c Criteria, negated: bool, found: &mut Vec<Threshold<'c>>) {
        let negated = negated != part.negate;
        match &part.question {
            Question::All(_, parts) => parts.iter().for_each(|part| self.collect(part, negated, found)),
            Question::Test(Some(number)) => {
                let test = &self.content.tests[*number as usize];
                if test.is_threshold(self.content) {
                    found.push(Threshold { test, number: *number as usize, negated });
                }
            }
            Question::Test(None) | Question::Definition(_) => {}
        }
    }

    /// Whether a threshold says that the definition holds.
    fn holds(&self, threshold: &Threshold<'_>) -> bool {
        let answer = negated(self.test(threshold.number, FIRST), threshold.negated);
        answer.truth == Truth::True
    }

    /// The result with every threshold replaced.
    fn relaxed(&self, criteria: &Criteria, by: Relaxed<'_>) -> Answer {
        self.relaxed_part(criteria, false, by)
    }

    fn relaxed_part(&self, part: &Criteria, negated_above: bool, by: Relaxed<'_>) -> Answer {
        let odd = negated_above != part.negate;
        let answer = match &part.question {
            Question::All(None, _) => Answer::RULE_ERROR,
            Question::All(Some(operator), parts) => {
                let answers: Vec<Answer> =
                    parts.iter().map(|part| self.relaxed_part(part, odd, by)).collect();
                super::combine(&answers, |tally| operator.combine(tally))
            }
            Question::Test(Some(number))
                if self.content.tests[*number as usize].is_threshold(self.content) =>
            {
                match (odd, by) {
                    (true, _) => Answer::FALSE,
                    (false, Relaxed::Granted(_)) => Answer::TRUE,
                    (false, Relaxed::Present) => self.presence(&self.content.tests[*number as usize]),
                }
            }
            Question::Test(Some(number)) if !odd && by.grants(&self.content.tests[*number as usize]) => {
                Answer::TRUE
            }
            Question::Test(_) | Question::Definition(_) => self.leaf(part),
        };
        negated(answer, part.negate)
    }

    /// The objects of thresholds of which there is nothing to compare.
    fn absent(&self, thresholds: &[Threshold<'_>]) -> Vec<u32> {
        let is_absent = |one: &&Threshold<'_>| self.presence(one.test).truth == Truth::False;
        let object = |one: &Threshold<'_>| match one.test.object {
            Reference::To(object) => Some(object),
            Reference::None | Reference::Dangling => None,
        };
        thresholds.iter().filter(is_absent).filter_map(object).collect()
    }

    fn is_present(&self, test: &Test) -> bool {
        self.presence(test).truth == Truth::True
    }

    /// Whether there is an item that a test could compare.
    pub(super) fn presence(&self, test: &Test) -> Answer {
        let object = match test.object {
            Reference::None => return Answer::NO_EVIDENCE,
            Reference::Dangling => return Answer::RULE_ERROR,
            Reference::To(object) => object,
        };
        let Some(collection) = self.collection(object, FIRST) else { return Answer::NOT_COLLECTED };
        if let Some(open) = collection.open {
            return open;
        }
        let exists = collection.items.iter().any(|item| self.items.status(*item) == Status::Exists);
        match collection.flag {
            Flag::Error => Answer::RULE_ERROR,
            Flag::NotApplicable => Answer::from_truth(Truth::NotApplicable),
            Flag::NotCollected => Answer::NOT_COLLECTED,
            Flag::Complete | Flag::Incomplete if exists => Answer::TRUE,
            Flag::Incomplete => Answer::NOT_COLLECTED,
            Flag::Complete | Flag::DoesNotExist => Answer::not(Reason::PackageAbsent),
        }
    }
}

/// A test of a definition that compares versions by their order.
struct Threshold<'c> {
    test: &'c Test,
    number: usize,
    negated: bool,
}
