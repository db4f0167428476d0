//! Walks the nodes of an index over a client's slots.
//!
//! Equal to the reference, with two differences that change nothing: it stops where no further operand
//! can change the answer, and a node that lies too deep is Unknown instead of not there.

use rkyv::rend::u32_le;

use super::slots::Slots;
use crate::compile::rules::operator;
use crate::index::columns::{Column, NONE};
use crate::index::restore::rules::constant;
use crate::model::expr::{self, DEPTH, Operator, Reasons};
use crate::model::flag::Flags;
use crate::model::truth::Truth;
use crate::model::verdict::Answer;

/// What a node needs to know of the update that it is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// Whether checksums count for the update's source.
    pub(super) checksums: bool,
    /// A node whose answer is known already, so that a rule that contains another one does not ask it
    /// again; NONE when there is none.
    pub(super) known: (u32, Answer),
}

impl Context {
    /// Nothing is known already.
    pub(super) const fn new(checksums: bool) -> Context {
        Context { checksums, known: (NONE, Answer::NOT_COLLECTED) }
    }
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
            operator::AND => self.choose(node, AND, context, depth),
            operator::OR => self.choose(node, OR, context, depth),
            operator::NOT => expr::negate(self.node_at(a, context, depth)),
            operator::OTHERWISE => match self.node_at(a, context, depth) {
                Answer { truth: Truth::NotApplicable, .. } => self.node_at(b, context, depth),
                answer => answer,
            },
            number => {
                let operator = if number == operator::ONE { Operator::One } else { Operator::Xor };
                self.count(node, operator, context, depth)
            }
        }
    }

    /// The answer of AND or OR: that of the operand whose truth outranks the others'.
    fn choose(&self, node: u32, ranks: Ranks, context: Context, depth: usize) -> Answer {
        let reasons = self.reasons(node);
        let mut best: Option<(u8, u8, Answer)> = None;
        let mut flags = Flags::NONE;
        for operand in self.operands(node) {
            let answer = match operand.to_native() {
                known if known == context.known.0 => context.known.1,
                operand => self.node_at(operand, context, depth),
            };
            let (rank, weight) = (ranks.of(answer.truth), reasons.weight(answer.truth, answer.reason));
            if answer.truth == Truth::True {
                flags |= answer.flags;
            }
            if best.is_none_or(|(best, heavy, _)| (best, heavy) < (rank, weight)) {
                best = Some((rank, weight, answer));
            }
            if rank == Ranks::DECIDES && weight >= heaviest(reasons, answer.truth) {
                break;
            }
        }
        match best {
            None => expr::combine(Operator::And, reasons, &[]),
            // Of AND, every operand that holds is part of why it holds.
            Some((.., best)) if best.truth == Truth::True && ranks.0 == AND.0 => Answer { flags, ..best },
            Some((.., best)) => best,
        }
    }

    /// The answer of ONE or XOR, which ask how many operands hold.
    fn count(&self, node: u32, operator: Operator, context: Context, depth: usize) -> Answer {
        let operands = self.operands(node).iter();
        let answers: Vec<_> =
            operands.map(|operand| self.node_at(operand.to_native(), context, depth)).collect();
        expr::combine(operator, self.reasons(node), &answers)
    }

    fn operands(&self, node: u32) -> &[u32_le] {
        let columns = self.plan.view.columns;
        let (start, end) =
            (columns.node_a.at(node as usize) as usize, columns.node_b.at(node as usize) as usize);
        columns.operand.as_slice().get(start..end).unwrap_or_default()
    }

    fn reasons(&self, node: u32) -> Reasons {
        let strongest = self.plan.view.columns.node_reasons.at(node as usize) == 1;
        if strongest { Reasons::Strongest } else { Reasons::InOrder }
    }

    /// The answer of a predicate, from the state of its subject.
    fn predicate(&self, predicate: u32, context: Context) -> Answer {
        if predicate == NONE {
            return Answer::UNSUPPORTED;
        }
        self.answer(predicate as usize, context)
    }
}

/// Which truth wins where operands differ: the table of AND or of OR as an order, by truth number.
#[derive(Clone, Copy)]
struct Ranks([u8; 6]);

impl Ranks {
    /// The rank of the truth that no other operand can change.
    const DECIDES: u8 = 5;

    fn of(self, truth: Truth) -> u8 {
        self.0[truth as usize]
    }
}

/// AND: False before Error, Unknown, NotEvaluated, True; NotApplicable only where there is nothing else.
const AND: Ranks = Ranks([1, 5, 4, 3, 2, 0]);
/// OR: the same with True and False in each other's place.
const OR: Ranks = Ranks([5, 1, 4, 3, 2, 0]);

/// The greatest weight that a reason of this truth can have.
fn heaviest(reasons: Reasons, truth: Truth) -> u8 {
    match (reasons, truth) {
        (Reasons::InOrder, Truth::True) | (Reasons::Strongest, Truth::False) => 2,
        _ => 0,
    }
}
