//! Runs the rules of an index over a client's slots.
//!
//! Equal to the reference, with two differences that change nothing: it stops where no further operand
//! can change the answer, and a rule that is too deep or too large is Unknown instead of not there.

use super::code::{Step, own};
use super::loops::key_at;
use super::slots::Slots;
use crate::compile::rules::operator;
use crate::index::restore::rules::{constant, loop_of};
use crate::model::evidence;
use crate::model::expr::{self, MOST_RANKED, Operator, Reasons, Section};
use crate::model::flag::Flags;
use crate::model::truth::Truth;
use crate::model::verdict::Answer;

/// What a rule needs to know of the update that it is run for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'k> {
    /// Whether checksums count for the update's source.
    pub(super) checksums: bool,
    /// Which of the update's rules is run.
    pub(super) section: Section,
    /// The answer of the update's other rule, so that one that contains it does not run it again.
    pub(super) known: Answer,
    /// The sub-key that a loop is at.
    pub(super) sub_key: Option<&'k str>,
}

impl Context<'_> {
    /// Nothing is known already.
    pub(super) const fn new(checksums: bool, section: Section) -> Self {
        Context { checksums, section, known: Answer::UNSUPPORTED, sub_key: None }
    }
}

impl Slots<'_> {
    /// The answer of the rule that stands at a place of the code.
    // INVARIANT: only rules of bounded depth are written, so that this ends.
    pub(super) fn run(&self, place: u32, context: Context<'_>) -> Answer {
        self.run_at(place as usize, context)
    }

    fn step(&self, at: usize) -> Step {
        self.plan.code.steps.get(at).copied().unwrap_or(Step::UNSUPPORTED)
    }

    fn run_at(&self, at: usize, context: Context<'_>) -> Answer {
        let step = self.step(at);
        match step.operator {
            operator::TEST => {
                match context.sub_key.and_then(|sub_key| self.answer_below(step.b, step.a, sub_key)) {
                    Some(answer) => answer,
                    None => self.answer(&step, context),
                }
            }
            operator::AND => self.choose(at, step, AND, context),
            operator::OR => self.choose(at, step, OR, context),
            own::KNOWN => context.known,
            operator::CONSTANT => constant(step.a, step.b),
            operator::NOT => expr::negate(self.run_at(at + 1, context)),
            operator::OTHERWISE => match self.run_at(at + 1, context) {
                Answer { truth: Truth::NotApplicable, .. } => {
                    self.run_at(at + 1 + self.step(at + 1).length as usize, context)
                }
                answer => answer,
            },
            own::CALL => self.run_at(step.a as usize, context),
            operator::LOOP => {
                let key = key_at(self.plan.view.text(step.a), context.sub_key);
                let truth =
                    |sub_key: &str| self.run_at(at + 1, Context { sub_key: Some(sub_key), ..context }).truth;
                self.go_through(&key, loop_of(step.b as u8), truth)
            }
            operator::EVIDENCE => self.weigh(at, step, context),
            operator::ONE => self.count(at, step, Operator::One, context),
            _ => self.count(at, step, Operator::Xor, context),
        }
    }

    /// Where the operands of a step stand.
    fn operands(&self, at: usize, step: Step) -> impl Iterator<Item = usize> {
        let end = at + step.length as usize;
        let mut next = at + 1;
        std::iter::from_fn(move || {
            let operand = next;
            (operand < end).then(|| {
                next += self.step(operand).length as usize;
                operand
            })
        })
    }

    /// The answer of AND or OR: that of the operand whose truth outranks the others'.
    fn choose(&self, at: usize, step: Step, ranks: Ranks, context: Context<'_>) -> Answer {
        let mut best: Option<(u8, u8, Answer)> = None;
        let mut flags = Flags::NONE;
        for operand in self.operands(at, step) {
            let answer = self.run_at(operand, context);
            let weight = step.reasons.weight(context.section, answer.truth, answer.reason);
            let rank = ranks.of(answer.truth);
            if answer.truth == Truth::True {
                flags |= answer.flags;
            }
            if best.is_none_or(|(best, heavy, _)| (best, heavy) < (rank, weight)) {
                best = Some((rank, weight, answer));
            }
            if rank == Ranks::DECIDES && weight >= heaviest(step.reasons, answer.truth) {
                break;
            }
        }
        match best {
            None => expr::combine(Operator::And, step.reasons, context.section, &[]),
            // Of AND, every operand that holds is part of why it holds.
            Some((.., best)) if best.truth == Truth::True && ranks.0 == AND.0 => Answer { flags, ..best },
            Some((.., best)) => best,
        }
    }

    /// The answer of lists and a build; most updates are not for a client and not listed by it.
    fn weigh(&self, at: usize, step: Step, context: Context<'_>) -> Answer {
        let mut places = [None; evidence::PARTS];
        places.iter_mut().zip(self.operands(at, step)).for_each(|(place, operand)| *place = Some(operand));
        let part =
            |place: usize| places[place].map_or(evidence::NOTHING, |operand| self.run_at(operand, context));
        let (listed, applicable) = (part(0), part(evidence::APPLICABLE));
        let answers = if evidence::is_settled(listed, applicable) {
            [listed, evidence::NOTHING, evidence::NOTHING, evidence::NOTHING, applicable]
        } else {
            [listed, part(1), part(2), part(3), applicable]
        };
        evidence::weigh(answers, self.plan.options.into())
    }

    /// The answer of ONE or XOR, which ask how many operands hold.
    fn count(&self, at: usize, step: Step, operator: Operator, context: Context<'_>) -> Answer {
        let answers: Vec<_> = self.operands(at, step).map(|operand| self.run_at(operand, context)).collect();
        expr::combine(operator, step.reasons, context.section, &answers)
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
        (Reasons::InOrder, Truth::True) => 2,
        (Reasons::Strongest, Truth::False) => 3,
        (Reasons::Ranked, Truth::False) => MOST_RANKED,
        _ => 0,
    }
}
