//! One pass over the criteria of a definition, which finds all that its cell needs.
//!
//! Combinations depend on how often each truth occurs alone, so that operands are tallied as they are met, for the
//! result and for the one in which a threshold holds as soon as there is anything to compare. Reasons are found only
//! where they are asked for.

use super::blocks::Leaf;
use super::program::{Program, is_circular};
use super::verdict::{Decided, Found, decide, undecided};
use crate::compile::definitions::{part, question};
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::model::oval::words::{Class, Operator};
use crate::model::reason::Reason;
use crate::model::truth::{Tally, Truth};
use crate::model::verdict::{Cell, Verdict};

/// What a part of criteria came to.
#[derive(Clone, Copy, Debug)]
struct Part {
    result: Truth,
    relaxed: Truth,
}

/// The definitions of a source over the answers of its tests.
pub(super) struct Pass<'p> {
    pub(super) view: View<'p>,
    pub(super) program: &'p Program,
    /// By place: what tests say.
    pub(super) leaves: &'p [Leaf],
    /// By definition: its result, and why.
    pub(super) results: &'p mut Vec<(Truth, Reason)>,
}

/// Which of the results of parts reasons are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Result,
    Relaxed,
}

const ERROR: (Truth, Reason) = (Truth::Error, Reason::RuleError);

impl Pass<'_> {
    /// Evaluates all definitions and gives their cells, by definition, to `give`.
    pub(super) fn run(&mut self, give: &mut dyn FnMut(u32, Cell)) {
        self.results.clear();
        self.results.resize(self.program.order.len(), ERROR);
        for definition in &self.program.order {
            let (result, cell) = self.definition(*definition);
            self.results[*definition as usize] = result;
            give(*definition, cell);
        }
    }

    fn definition(&self, number: u32) -> ((Truth, Reason), Cell) {
        let columns = self.view.columns;
        let at = columns.source_definition_ends(self.program.source).start + number as usize;
        let unknown = |(truth, reason)| Cell::new(Verdict::Unknown, undecided(truth, reason));
        let parts = columns.definition_part_ends(at);
        let result = match (is_circular(self.view, at), parts.is_empty()) {
            (true, _) => ERROR,
            (false, true) => (Truth::Unknown, Reason::NoEvidence),
            (false, false) => {
                let mut found = Found {
                    result: Truth::Unknown,
                    relaxed: Truth::Unknown,
                    thresholds: false,
                    holds: false,
                    holds_of_package: false,
                    present: false,
                    elsewhere: false,
                };
                let (whole, _) = self.part(parts.start, false, &mut found);
                (found.result, found.relaxed) = (whole.result, whole.relaxed);
                let reason = |wanted| self.reason(parts.start, false, wanted).0;
                let granted = || self.granted(parts.start, false, &self.absent(parts.clone())).0;
                return match decide(&found, granted) {
                    // Whoever extends it wants the reason of a result that is open alone.
                    Decided::Cell(cell) => match found.result {
                        Truth::Unknown | Truth::NotEvaluated => (reason(Wanted::Result), cell),
                        truth => ((truth, Reason::RuleFalse), cell),
                    },
                    Decided::ByResult => {
                        let result = reason(Wanted::Result);
                        (result, unknown(result))
                    }
                    Decided::ByRelaxed => (reason(Wanted::Result), unknown(reason(Wanted::Relaxed))),
                };
            }
        };
        (result, unknown(result))
    }

    /// What a part came to, and where the next one stands.
    fn part(&self, at: usize, odd: bool, found: &mut Found) -> (Part, usize) {
        let columns = self.view.columns;
        let (marks, target) = (columns.part_marks.at(at), columns.part_target.at(at));
        let negate = marks & part::NEGATE != 0;
        let odd = odd != negate;
        let mut next = at + 1;
        let mut says = marks & part::APPLICABILITY != 0;
        let mut came = match columns.part_question.at(at) {
            question::TEST => self.test(target, odd, found),
            question::DEFINITION => {
                says |= self.is_inventory(target);
                let result = self.extended(target).0;
                Part { result, relaxed: result }
            }
            operator => {
                let end = (at + 1).saturating_add(target as usize).min(columns.parts());
                let mut tallies = [Tally::default(); 2];
                while next < end {
                    let (below, behind) = self.part(next, odd, found);
                    tallies[0].add(below.result);
                    tallies[1].add(below.relaxed);
                    next = behind;
                }
                let combine = |tally: &Tally| {
                    Operator::from_number(operator).map_or(Truth::Error, |operator| operator.combine(tally))
                };
                Part { result: combine(&tallies[0]), relaxed: combine(&tallies[1]) }
            }
        };
        if negate {
            came = Part { result: !came.result, relaxed: !came.relaxed };
        }
        found.elsewhere |= says && came.result == Truth::False;
        (came, next)
    }

    /// What a test says, and its place; `None` where there is no such test.
    fn leaf(&self, test: u32) -> Option<(&Leaf, usize)> {
        let place = self.program.place(test)?;
        Some((self.leaves.get(place)?, place))
    }

    fn test(&self, test: u32, odd: bool, found: &mut Found) -> Part {
        let Some((leaf, place)) = self.leaf(test) else {
            return Part { result: Truth::Error, relaxed: Truth::Error };
        };
        let result = leaf.result.0;
        let (threshold, of_package) = self.program.thresholds.get(place).copied().unwrap_or_default();
        if !threshold {
            return Part { result, relaxed: result };
        }
        let holds = result == if odd { Truth::False } else { Truth::True };
        found.thresholds = true;
        found.holds |= holds;
        found.holds_of_package |= holds && of_package;
        found.present |= of_package && leaf.presence.0 == Truth::True;
        match odd {
            true => Part { result, relaxed: Truth::False },
            false => Part { result, relaxed: leaf.presence.0 },
        }
    }

    /// The objects of thresholds among parts of which there is nothing to compare.
    fn absent(&self, parts: std::ops::Range<usize>) -> Vec<u32> {
        let columns = self.view.columns;
        let tests = parts.filter(|at| columns.part_question.at(*at) == question::TEST);
        let absent = tests.filter_map(|at| {
            let test = columns.part_target.at(at);
            let (leaf, place) = self.leaf(test)?;
            let is_threshold = self.program.thresholds.get(place).is_some_and(|(threshold, _)| *threshold);
            (is_threshold && leaf.presence.0 == Truth::False).then(|| columns.test_object.at(test as usize))
        });
        absent.filter(|object| *object != NONE).collect()
    }

    /// The truth of a part where every threshold says the best that it could, and so does every other test of
    /// `absent` objects; and where the next part stands.
    fn granted(&self, at: usize, odd: bool, absent: &[u32]) -> (Truth, usize) {
        let columns = self.view.columns;
        let (marks, target) = (columns.part_marks.at(at), columns.part_target.at(at));
        let negate = marks & part::NEGATE != 0;
        let odd = odd != negate;
        let mut next = at + 1;
        let truth = match columns.part_question.at(at) {
            question::TEST => {
                let threshold =
                    self.program.place(target).and_then(|place| self.program.thresholds.get(place));
                match (threshold.is_some_and(|(threshold, _)| *threshold), odd) {
                    (true, odd) => Truth::from(!odd),
                    (false, false)
                        if target != NONE && absent.contains(&columns.test_object.at(target as usize)) =>
                    {
                        Truth::True
                    }
                    (false, _) => self.test_reason(target, odd, Wanted::Result).0,
                }
            }
            question::DEFINITION => self.extended(target).0,
            operator => {
                let end = (at + 1).saturating_add(target as usize).min(columns.parts());
                let mut tally = Tally::default();
                while next < end {
                    let (below, behind) = self.granted(next, odd, absent);
                    tally.add(below);
                    next = behind;
                }
                Operator::from_number(operator).map_or(Truth::Error, |operator| operator.combine(&tally))
            }
        };
        (if negate { !truth } else { truth }, next)
    }

    fn is_inventory(&self, definition: u32) -> bool {
        let class = self.view.columns.definition_class.at(definition as usize);
        definition != NONE && Class::from_number(class) == Some(Class::Inventory)
    }

    fn extended(&self, definition: u32) -> (Truth, Reason) {
        let first = self.view.columns.source_definition_ends(self.program.source).start;
        let own = (definition as usize).checked_sub(first).filter(|_| definition != NONE);
        own.and_then(|own| self.results.get(own)).copied().unwrap_or(ERROR)
    }

    /// The truth of a part and the reason of it, that of the first part below with the same truth; and where the
    /// next part stands.
    fn reason(&self, at: usize, odd: bool, wanted: Wanted) -> ((Truth, Reason), usize) {
        let columns = self.view.columns;
        let (marks, target) = (columns.part_marks.at(at), columns.part_target.at(at));
        let negate = marks & part::NEGATE != 0;
        let odd = odd != negate;
        let mut next = at + 1;
        let (truth, reason) = match columns.part_question.at(at) {
            question::TEST => self.test_reason(target, odd, wanted),
            question::DEFINITION => self.extended(target),
            operator => {
                let end = (at + 1).saturating_add(target as usize).min(columns.parts());
                let (mut tally, mut below) = (Tally::default(), Vec::new());
                while next < end {
                    let (came, behind) = self.reason(next, odd, wanted);
                    tally.add(came.0);
                    below.push(came);
                    next = behind;
                }
                match Operator::from_number(operator) {
                    None => ERROR,
                    Some(operator) => {
                        let truth = operator.combine(&tally);
                        let first = below.iter().find(|came| came.0 == truth);
                        first.copied().unwrap_or((truth, Reason::NoEvidence))
                    }
                }
            }
        };
        ((if negate { !truth } else { truth }, reason), next)
    }

    fn test_reason(&self, test: u32, odd: bool, wanted: Wanted) -> (Truth, Reason) {
        let Some((leaf, place)) = self.leaf(test) else {
            return ERROR;
        };
        let threshold = self.program.thresholds.get(place).is_some_and(|(threshold, _)| *threshold);
        match (threshold && wanted == Wanted::Relaxed, odd) {
            (true, true) => (Truth::False, Reason::RuleFalse),
            (true, false) => leaf.presence,
            (false, _) => leaf.result,
        }
    }
}
