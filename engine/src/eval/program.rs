//! Walks the nodes of an index over a client's slots.
//!
//! Equal to the reference, with two differences that change nothing: it stops where no further operand
//! can change the answer, and a node that lies too deep is Unknown instead of not there.

use super::slots::Slots;
use crate::compile::rules::operator;
use crate::index::columns::{Column, NONE};
use crate::index::restore::rules::constant;
use crate::model::expr::{self, DEPTH, Operator, Reasons};
use crate::model::flag::Flags;
use crate::model::reason::Reason;
use crate::model::truth::{Tally, Truth};
use crate::model::verdict::Answer;

/// What a node needs to know of the update that it is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// Whether checksums count for the update's source.
    pub(super) checksums: bool,
}

impl Slots<'_> {
    /// The answer of a node.
    pub(super) fn node(&self, node: u32, context: Context) -> Answer {
        // Empty unless the bytes are damaged.
        if self.plan.endless.binary_search(&node).is_ok() {
            return Answer::UNSUPPORTED;
        }
        self.node_at(node, context, DEPTH)
    }

    fn node_at(&self, node: u32, context: Context, depth: usize) -> Answer {
        let columns = self.plan.view.columns;
        let at = node as usize;
        let Some(depth) = depth.checked_sub(1).filter(|_| at < columns.node_operator.len()) else {
            return Answer::UNSUPPORTED;
        };
        let (a, b) = (columns.node_a.at(at), columns.node_b.at(at));
        match columns.node_operator.at(at) {
            operator::CONSTANT => constant(a, b),
            operator::TEST => self.predicate(a, context),
            operator::AND => self.combine(node, Operator::And, context, depth),
            operator::OR => self.combine(node, Operator::Or, context, depth),
            operator::NOT => expr::negate(self.node_at(a, context, depth)),
            operator::OTHERWISE => match self.node_at(a, context, depth) {
                Answer { truth: Truth::NotApplicable, .. } => self.node_at(b, context, depth),
                answer => answer,
            },
            number => {
                let operator = if number == operator::ONE { Operator::One } else { Operator::Xor };
                self.combine(node, operator, context, depth)
            }
        }
    }

    fn combine(&self, node: u32, operator: Operator, context: Context, depth: usize) -> Answer {
        let columns = self.plan.view.columns;
        let at = node as usize;
        let reasons = if columns.node_reasons.at(at) == 1 { Reasons::Strongest } else { Reasons::InOrder };
        let (start, end) = (columns.node_a.at(at) as usize, columns.node_b.at(at) as usize);
        let operands = columns.operand.as_slice().get(start..end).unwrap_or_default();
        let mut state = Combining::new(operator, reasons);
        for operand in operands {
            if state.take(self.node_at(operand.to_native(), context, depth)) {
                break;
            }
        }
        state.finish()
    }

    /// The answer of a predicate, from the state of its subject.
    fn predicate(&self, predicate: u32, context: Context) -> Answer {
        if predicate == NONE {
            return Answer::UNSUPPORTED;
        }
        self.answer(predicate as usize, context)
    }
}

/// Combines operands one by one, without keeping them.
struct Combining {
    operator: Operator,
    reasons: Reasons,
    tally: Tally,
    /// Per truth: the operand whose reason wins so far.
    best: [Option<Answer>; 6],
    flags: Flags,
}

impl Combining {
    fn new(operator: Operator, reasons: Reasons) -> Self {
        Combining { operator, reasons, tally: Tally::default(), best: [None; 6], flags: Flags::NONE }
    }

    /// Takes an operand; says whether no further one can change the answer.
    #[inline]
    fn take(&mut self, answer: Answer) -> bool {
        self.tally.add(answer.truth);
        let weight = |answer: Answer| self.reasons.weight(answer.truth, answer.reason);
        let best = &mut self.best[answer.truth as usize];
        if best.is_none_or(|best| weight(best) < weight(answer)) {
            *best = Some(answer);
        }
        if answer.truth == Truth::True {
            self.flags |= answer.flags;
        }
        let dominant = match self.operator {
            Operator::And => Truth::False,
            Operator::Or => Truth::True,
            Operator::One | Operator::Xor => return false,
        };
        answer.truth == dominant && weight(answer) >= heaviest(self.reasons, dominant)
    }

    fn finish(self) -> Answer {
        let truth = match self.operator {
            Operator::And => self.tally.and(),
            Operator::Or => self.tally.or(),
            Operator::One => self.tally.one(),
            Operator::Xor => self.tally.xor(),
        };
        match self.best[truth as usize] {
            Some(best) if self.operator == Operator::And && truth == Truth::True => {
                Answer { flags: best.flags | self.flags, ..best }
            }
            Some(best) => best,
            // No operand has this truth: let the definition say what that gives.
            None => expr::combine(self.operator, self.reasons, &self.representatives()),
        }
    }

    /// Operands with the same counts as those taken.
    fn representatives(&self) -> Vec<Answer> {
        let of = |truth: Truth| {
            let answer = self.best[truth as usize].unwrap_or(Answer::new(truth, Reason::NoEvidence));
            std::iter::repeat_n(answer, self.tally.of(truth) as usize)
        };
        Truth::ALL.into_iter().flat_map(of).collect()
    }
}

/// The greatest weight that a reason of this truth can have.
fn heaviest(reasons: Reasons, truth: Truth) -> u8 {
    match (reasons, truth) {
        (Reasons::InOrder, Truth::True) => 1,
        (Reasons::Strongest, Truth::False) => 2,
        _ => 0,
    }
}
