//! What parts of criteria come to, over the answers of tests and the results of definitions before.
//!
//! For the result, and for the one in which a threshold holds as soon as there is anything to compare. Reasons are
//! found only where they are asked for.

use std::ops::Range;

use super::ERROR;
use super::blocks::{Blocks, Leaf};
use super::criteria::{Asks, OfObject, Step};
use super::program::Program;
use super::verdict::Found;
use crate::model::oval::words::Operator;
use crate::model::reason::Reason;
use crate::model::truth::{Tally, Truth};

/// What a part of criteria came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) result: Truth,
    pub(super) relaxed: Truth,
    /// What was found in it, a bit each.
    marks: u8,
}

/// What of [`Found`] is found in parts.
mod mark {
    pub(super) const THRESHOLDS: u8 = 1;
    pub(super) const HOLDS: u8 = 2;
    pub(super) const HOLDS_OF_PACKAGE: u8 = 4;
    pub(super) const PRESENT: u8 = 8;
    pub(super) const ELSEWHERE: u8 = 16;
}

impl Part {
    const ERROR: Part = Part { result: Truth::Error, relaxed: Truth::Error, marks: 0 };

    fn of(result: Truth) -> Part {
        Part { result, relaxed: result, marks: 0 }
    }

    /// What was found of a definition that is this part.
    pub(super) fn found(self) -> Found {
        let has = |mark: u8| self.marks & mark != 0;
        Found {
            result: self.result,
            relaxed: self.relaxed,
            thresholds: has(mark::THRESHOLDS),
            holds: has(mark::HOLDS),
            holds_of_package: has(mark::HOLDS_OF_PACKAGE),
            present: has(mark::PRESENT),
            elsewhere: has(mark::ELSEWHERE),
        }
    }
}

/// The criteria of a source over what is known of a client.
#[derive(Clone, Copy)]
pub(super) struct Parts<'p> {
    pub(super) program: &'p Program,
    pub(super) blocks: &'p Blocks,
    /// By object: the block of what its tests say.
    pub(super) starts: &'p [u32],
    /// By definition: its result, and why.
    pub(super) results: &'p [(Truth, Reason)],
    /// What is known of parts already.
    pub(super) usual: Option<Usual<'p>>,
}

/// What parts usually come to, which they do where no test says something else.
#[derive(Clone, Copy)]
pub(super) struct Usual<'p> {
    /// By step; only of those with steps below.
    pub(super) parts: &'p [Part],
    pub(super) others: &'p Steps,
}

/// A set of steps.
#[derive(Debug, Default)]
pub(super) struct Steps(Vec<u64>);

impl Steps {
    /// Empties it, for so many steps.
    pub(super) fn clear(&mut self, count: usize) {
        self.0.clear();
        self.0.resize(count.div_ceil(64), 0);
    }

    pub(super) fn add(&mut self, step: u32) {
        self.0[step as usize / 64] |= 1 << (step % 64);
    }

    /// Whether one of a range is among them.
    #[inline]
    fn has_any(&self, steps: Range<usize>) -> bool {
        let (first, last) = (steps.start / 64, steps.end.saturating_sub(1) / 64);
        let from = u64::MAX << (steps.start % 64);
        let to = u64::MAX >> (63 - steps.end.saturating_sub(1) % 64);
        match self.0.get(first..=last) {
            _ if steps.is_empty() => false,
            Some([word]) => word & from & to != 0,
            Some([word, between @ .., behind]) => {
                word & from != 0 || behind & to != 0 || between.iter().any(|word| *word != 0)
            }
            Some([]) | None => false,
        }
    }
}

/// Which of the results of parts reasons are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Result,
    Relaxed,
}

impl Parts<'_> {
    /// What all parts come to that have steps below, by step.
    pub(super) fn all(&self) -> Vec<Part> {
        let steps = &self.program.criteria.steps;
        let (mut parts, none) = (vec![Part::ERROR; steps.len()], Steps::default());
        // Those below a part are known before it.
        for at in (0..steps.len()).rev() {
            if matches!(steps[at].asks, Asks::All(..)) {
                let below = Parts { usual: Some(Usual { parts: &parts, others: &none }), ..*self };
                parts[at] = below.evaluate(&mut { at });
            }
        }
        parts
    }

    /// What the part at a place comes to; moves behind it.
    pub(super) fn part(&self, at: &mut usize) -> Part {
        if let (Some(usual), Asks::All(_, below)) = (self.usual, self.program.criteria.steps[*at].asks) {
            let behind = *at + 1 + below as usize;
            if !usual.others.has_any(*at + 1..behind) {
                return usual.parts[std::mem::replace(at, behind)];
            }
        }
        self.evaluate(at)
    }

    /// The same, whatever is usual.
    fn evaluate(&self, at: &mut usize) -> Part {
        let step = &self.program.criteria.steps[*at];
        *at += 1;
        let mut came = match step.asks {
            Asks::Test { test, threshold, of_package } => {
                let leaf = self.said(test);
                let result = leaf.result.0;
                if threshold {
                    let holds = result == if step.odd { Truth::False } else { Truth::True };
                    let present = of_package && leaf.presence.0 == Truth::True;
                    let marks = mark::THRESHOLDS
                        | if holds { mark::HOLDS } else { 0 }
                        | if holds && of_package { mark::HOLDS_OF_PACKAGE } else { 0 }
                        | if present { mark::PRESENT } else { 0 };
                    let relaxed = if step.odd { Truth::False } else { leaf.presence.0 };
                    Part { result, relaxed, marks }
                } else {
                    Part::of(result)
                }
            }
            Asks::Definition(definition) => Part::of(self.extended(definition).0),
            Asks::All(Some(Operator::And), below) => {
                let (result, relaxed, marks) = self.occurring(at, below);
                let tables = &self.program.occurring;
                Part { result: tables.and(result), relaxed: tables.and(relaxed), marks }
            }
            Asks::All(Some(Operator::Or), below) => {
                let (result, relaxed, marks) = self.occurring(at, below);
                let tables = &self.program.occurring;
                Part { result: tables.or(result), relaxed: tables.or(relaxed), marks }
            }
            Asks::All(operator, below) => {
                let (end, mut tallies, mut marks) = (*at + below as usize, [Tally::default(); 2], 0);
                while *at < end {
                    let below = self.part(at);
                    tallies[0].add(below.result);
                    tallies[1].add(below.relaxed);
                    marks |= below.marks;
                }
                let [result, relaxed] = tallies.map(|tally| combine(operator, &tally));
                Part { result, relaxed, marks }
            }
        };
        if step.negate {
            came = Part { result: !came.result, relaxed: !came.relaxed, ..came };
        }
        if step.says && came.result == Truth::False {
            came.marks |= mark::ELSEWHERE;
        }
        came
    }

    /// Which truths occur among the parts of so many steps, a bit each: of results, and of relaxed ones; and what is
    /// found in them.
    #[inline]
    fn occurring(&self, at: &mut usize, below: u32) -> (u8, u8, u8) {
        let (end, mut result, mut relaxed, mut marks) = (*at + below as usize, 0, 0, 0);
        while *at < end {
            let below = self.part(at);
            result |= 1 << below.result as u8;
            relaxed |= 1 << below.relaxed as u8;
            marks |= below.marks;
        }
        (result, relaxed, marks)
    }

    /// What a test says.
    #[inline]
    fn said(&self, test: OfObject) -> &Leaf {
        self.starts
            .get(test.object as usize)
            .map_or(&Leaf::ERROR, |start| self.blocks.leaf(*start, test.place))
    }

    fn extended(&self, definition: u32) -> (Truth, Reason) {
        self.results.get(definition as usize).copied().unwrap_or(ERROR)
    }

    /// The truth of the part at a place and the reason of it, that of the first part below with the same truth,
    /// where `leaf` says what the parts are that have none below.
    pub(super) fn reason(&self, at: u32, leaf: &dyn Fn(&Step) -> (Truth, Reason)) -> (Truth, Reason) {
        self.walk(&mut (at as usize), leaf)
    }

    fn walk(&self, at: &mut usize, leaf: &dyn Fn(&Step) -> (Truth, Reason)) -> (Truth, Reason) {
        let step = &self.program.criteria.steps[*at];
        *at += 1;
        let (truth, reason) = match step.asks {
            Asks::All(operator, below) => {
                let end = *at + below as usize;
                let (mut tally, mut first) = (Tally::default(), [None; Truth::ALL.len()]);
                while *at < end {
                    let (truth, reason) = self.walk(at, leaf);
                    tally.add(truth);
                    first[truth as usize].get_or_insert(reason);
                }
                let truth = combine(operator, &tally);
                let reason = if operator.is_some() { Reason::NoEvidence } else { Reason::RuleError };
                (truth, first[truth as usize].filter(|_| operator.is_some()).unwrap_or(reason))
            }
            Asks::Test { .. } | Asks::Definition(_) => leaf(step),
        };
        (if step.negate { !truth } else { truth }, reason)
    }

    /// What a part is that has none below.
    pub(super) fn leaf(&self, step: &Step, wanted: Wanted) -> (Truth, Reason) {
        match step.asks {
            Asks::Test { test, threshold, .. } => match (threshold && wanted == Wanted::Relaxed, step.odd) {
                (true, true) => (Truth::False, Reason::RuleFalse),
                (true, false) => self.said(test).presence,
                (false, _) => self.said(test).result,
            },
            Asks::Definition(definition) => self.extended(definition),
            Asks::All(..) => ERROR,
        }
    }

    /// The same where every threshold says the best that it could, and so does every other test of `absent`
    /// objects.
    pub(super) fn granted(&self, step: &Step, absent: &[u32]) -> (Truth, Reason) {
        match step.asks {
            Asks::Test { threshold: true, .. } => (Truth::from(!step.odd), Reason::RuleTrue),
            Asks::Test { test, .. } if !step.odd && absent.contains(&test.object) => {
                (Truth::True, Reason::RuleTrue)
            }
            Asks::Test { .. } | Asks::Definition(_) | Asks::All(..) => self.leaf(step, Wanted::Result),
        }
    }

    /// The objects of thresholds among steps of which there is nothing to compare.
    pub(super) fn absent(&self, steps: std::ops::Range<u32>) -> Vec<u32> {
        let steps = &self.program.criteria.steps[steps.start as usize..steps.end as usize];
        let absent = steps.iter().filter_map(|step| match step.asks {
            Asks::Test { test, threshold: true, .. } => {
                (self.said(test).presence.0 == Truth::False).then_some(test.object)
            }
            Asks::Test { .. } | Asks::Definition(_) | Asks::All(..) => None,
        });
        absent.filter(|object| *object < self.program.object_count()).collect()
    }
}

fn combine(operator: Option<Operator>, tally: &Tally) -> Truth {
    operator.map_or(Truth::Error, |operator| operator.combine(tally))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_steps_knows_whether_one_of_a_range_is_in_it() {
        let mut steps = Steps::default();
        assert!(!steps.has_any(0..1000));
        for at in [0u32, 1, 63, 64, 127, 128, 200, 299] {
            steps.clear(300);
            steps.add(at);
            for from in 0..300 {
                for to in from..=300 {
                    assert_eq!(
                        steps.has_any(from..to),
                        (from..to).contains(&(at as usize)),
                        "{at} {from}..{to}"
                    );
                }
            }
        }
    }
}
