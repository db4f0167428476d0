//! One pass over the criteria of a definition, which finds all that its cell needs.
//!
//! For the result, and for the one in which a threshold holds as soon as there is anything to compare. Reasons are
//! found only where they are asked for.

use ahash::HashMap;

use super::ERROR;
use super::blocks::{Blocks, Leaf};
use super::criteria::{Asks, Criteria, OfObject, Step};
use super::program::Program;
use super::verdict::{Decided, Found, decide, undecided};
use crate::model::oval::words::Operator;
use crate::model::reason::Reason;
use crate::model::truth::{Tally, Truth};
use crate::model::verdict::{Cell, Verdict};

/// What a part of criteria came to.
#[derive(Clone, Copy, Debug)]
struct Part {
    result: Truth,
    relaxed: Truth,
}

impl Part {
    fn of(result: Truth) -> Part {
        Part { result, relaxed: result }
    }
}

/// The definitions of a source over the answers of its tests.
pub(super) struct Pass<'p> {
    pub(super) program: &'p Program,
    pub(super) blocks: &'p Blocks,
    /// By object: the block of what its tests say.
    pub(super) starts: &'p [u32],
    /// By definition: its result, and why.
    pub(super) results: &'p mut Vec<(Truth, Reason)>,
    /// By definition.
    pub(super) cells: &'p mut Vec<Cell>,
}

/// What a definition came to: its result, why, and its cell.
type Came = ((Truth, Reason), Cell);

/// By image: what its copies come to.
#[derive(Debug, Default)]
pub(super) struct ByImage {
    usual: HashMap<u64, Usual>,
    /// By definition: whether it has to be evaluated for the current client.
    open: Vec<bool>,
}

/// What a client comes to of which tests say what they say of most copies of an image: another one only differs
/// where they say other things.
#[derive(Debug)]
struct Usual {
    /// By object: the block.
    starts: Vec<u32>,
    /// By definition.
    results: Vec<(Truth, Reason)>,
    cells: Vec<Cell>,
    /// The blocks of the second copy, until the third one comes.
    second: Option<Vec<u32>>,
    copies: u32,
}

impl ByImage {
    /// The most bytes that are remembered of images.
    const MOST: usize = 8 << 20;
}

impl Usual {
    fn bytes(&self) -> usize {
        2 * size_of_val(&*self.starts) + size_of_val(&*self.results) + size_of_val(&*self.cells)
    }
}

/// Which of the results of parts reasons are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Result,
    Relaxed,
}

impl Pass<'_> {
    /// Evaluates all definitions for a client, which is like those of the same image.
    pub(super) fn run(&mut self, image: Option<u64>, images: &mut ByImage) {
        let Some(image) = image else { return self.evaluate_all() };
        match images.usual.get_mut(&image) {
            Some(usual) => {
                self.evaluate_like(usual, &mut images.open);
                usual.copies += 1;
                match usual.copies {
                    2 => usual.second = Some(self.starts.to_vec()),
                    3 => self.settle(usual),
                    _ => {}
                }
            }
            None => {
                self.evaluate_all();
                let (results, cells) = (self.results.clone(), self.cells.clone());
                let usual = Usual { starts: self.starts.to_vec(), results, cells, second: None, copies: 1 };
                if images.usual.len() * usual.bytes() > ByImage::MOST {
                    images.usual.clear();
                }
                images.usual.insert(image, usual);
            }
        }
    }

    /// With the third copy it is known what is usual: what at least two of them have.
    fn settle(&self, usual: &mut Usual) {
        let Some(second) = usual.second.take() else { return };
        for ((usual, second), third) in usual.starts.iter_mut().zip(second).zip(self.starts) {
            if second == *third {
                *usual = second;
            }
        }
        let Usual { starts, results, cells, .. } = usual;
        Pass { program: self.program, blocks: self.blocks, starts, results, cells }.evaluate_all();
    }

    fn evaluate_all(&mut self) {
        self.cells.clear();
        self.cells.resize(self.program.order.len(), Cell::NO_EVIDENCE);
        self.results.clear();
        self.results.resize(self.program.order.len(), ERROR);
        self.evaluate(|_, _| true);
    }

    /// Evaluates what differs from the usual; `open` is used again for every client.
    fn evaluate_like(&mut self, usual: &Usual, open: &mut Vec<bool>) {
        self.cells.clone_from(&usual.cells);
        self.results.clone_from(&usual.results);
        open.clear();
        open.resize(self.cells.len(), false);
        let criteria = &self.program.criteria;
        for (object, (own, usual)) in (0u32..).zip(self.starts.iter().zip(&usual.starts)) {
            if own != usual {
                criteria.asking(object).iter().for_each(|asks| open[*asks as usize] = true);
            }
        }
        self.evaluate(|definition, results| {
            let is_other = |one: &u32| results.get(*one as usize) != usual.results.get(*one as usize);
            open[definition as usize] || criteria.extended(definition).iter().any(is_other)
        });
    }

    /// Evaluates the definitions that are `open` where the results before are these.
    fn evaluate(&mut self, is_open: impl Fn(u32, &[(Truth, Reason)]) -> bool) {
        for definition in &self.program.order {
            let at = *definition as usize;
            (self.results[at], self.cells[at]) = match &self.program.criteria.criteria[at] {
                Criteria::Same(other) => (self.results[*other as usize], self.cells[*other as usize]),
                _ if is_open(*definition, self.results) => self.definition(*definition),
                _ => continue,
            };
        }
    }

    fn definition(&self, number: u32) -> Came {
        let unknown = |(truth, reason)| Cell::new(Verdict::Unknown, undecided(truth, reason));
        let steps = match &self.program.criteria.criteria[number as usize] {
            Criteria::Circular => return (ERROR, unknown(ERROR)),
            Criteria::None | Criteria::Same(_) => {
                let nothing = (Truth::Unknown, Reason::NoEvidence);
                return (nothing, unknown(nothing));
            }
            Criteria::Steps(steps) => steps.clone(),
        };
        let mut found = Found::default();
        let mut at = steps.start as usize;
        let whole = self.part(&mut at, &mut found);
        (found.result, found.relaxed) = (whole.result, whole.relaxed);
        let why = |wanted| self.reason(steps.start, &|step| self.leaf(step, wanted));
        let granted = || {
            let absent = self.absent(steps.clone());
            self.reason(steps.start, &|step| self.granted(step, &absent)).0
        };
        match decide(&found, granted) {
            // Whoever extends it wants the reason of a result that is open alone.
            Decided::Cell(cell) => match found.result {
                Truth::Unknown | Truth::NotEvaluated => (why(Wanted::Result), cell),
                truth => ((truth, Reason::RuleFalse), cell),
            },
            Decided::ByResult => {
                let result = why(Wanted::Result);
                (result, unknown(result))
            }
            Decided::ByRelaxed => (why(Wanted::Result), unknown(why(Wanted::Relaxed))),
        }
    }

    /// What the part at a place came to; moves behind it.
    fn part(&self, at: &mut usize, found: &mut Found) -> Part {
        let step = &self.program.criteria.steps[*at];
        *at += 1;
        let mut came = match step.asks {
            Asks::Test { test, threshold, of_package } => {
                let leaf = self.said(test);
                let result = leaf.result.0;
                if threshold {
                    let holds = result == if step.odd { Truth::False } else { Truth::True };
                    found.thresholds = true;
                    found.holds |= holds;
                    found.holds_of_package |= holds && of_package;
                    found.present |= of_package && leaf.presence.0 == Truth::True;
                    let relaxed = if step.odd { Truth::False } else { leaf.presence.0 };
                    Part { result, relaxed }
                } else {
                    Part::of(result)
                }
            }
            Asks::Definition(definition) => Part::of(self.extended(definition).0),
            Asks::All(Some(Operator::And), below) => {
                let (result, relaxed) = self.occurring(at, below, found);
                let tables = &self.program.occurring;
                Part { result: tables.and(result), relaxed: tables.and(relaxed) }
            }
            Asks::All(Some(Operator::Or), below) => {
                let (result, relaxed) = self.occurring(at, below, found);
                let tables = &self.program.occurring;
                Part { result: tables.or(result), relaxed: tables.or(relaxed) }
            }
            Asks::All(operator, below) => {
                let (end, mut tallies) = (*at + below as usize, [Tally::default(); 2]);
                while *at < end {
                    let below = self.part(at, found);
                    tallies[0].add(below.result);
                    tallies[1].add(below.relaxed);
                }
                let [result, relaxed] = tallies.map(|tally| combine(operator, &tally));
                Part { result, relaxed }
            }
        };
        if step.negate {
            came = Part { result: !came.result, relaxed: !came.relaxed };
        }
        found.elsewhere |= step.says && came.result == Truth::False;
        came
    }

    /// Which truths occur among the parts of so many steps, a bit each: of results, and of relaxed ones.
    #[inline]
    fn occurring(&self, at: &mut usize, below: u32, found: &mut Found) -> (u8, u8) {
        let (end, mut result, mut relaxed) = (*at + below as usize, 0, 0);
        while *at < end {
            let below = self.part(at, found);
            result |= 1 << below.result as u8;
            relaxed |= 1 << below.relaxed as u8;
        }
        (result, relaxed)
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
    fn reason(&self, at: u32, leaf: &dyn Fn(&Step) -> (Truth, Reason)) -> (Truth, Reason) {
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
    fn leaf(&self, step: &Step, wanted: Wanted) -> (Truth, Reason) {
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
    fn granted(&self, step: &Step, absent: &[u32]) -> (Truth, Reason) {
        match step.asks {
            Asks::Test { threshold: true, .. } => (Truth::from(!step.odd), Reason::RuleTrue),
            Asks::Test { test, .. } if !step.odd && absent.contains(&test.object) => {
                (Truth::True, Reason::RuleTrue)
            }
            Asks::Test { .. } | Asks::Definition(_) | Asks::All(..) => self.leaf(step, Wanted::Result),
        }
    }

    /// The objects of thresholds among steps of which there is nothing to compare.
    fn absent(&self, steps: std::ops::Range<u32>) -> Vec<u32> {
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
