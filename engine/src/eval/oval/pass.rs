//! One pass over the criteria of a definition, which finds all that its cell needs.
//!
//! For the result, and for the one in which a threshold holds as soon as there is anything to compare. Reasons are
//! found only where they are asked for.

use ahash::HashMap;

use super::ERROR;
use super::blocks::Leaf;
use super::criteria::{Asks, Criteria, Step};
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
    /// By place: what tests say.
    pub(super) leaves: &'p [Leaf],
    /// By definition: its result, and why.
    pub(super) results: &'p mut Vec<(Truth, Reason)>,
    /// By definition.
    pub(super) cells: &'p mut Vec<Cell>,
    /// By object: the block of what its tests say.
    pub(super) starts: &'p [u32],
    pub(super) known: &'p mut Remembered,
}

/// What a definition came to: its result, why, and its cell.
type Came = ((Truth, Reason), Cell);

/// What definitions came to where tests said the same.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    /// By definition, blocks of its objects and results of those that it extends.
    known: HashMap<Box<[u32]>, Came>,
    bytes: usize,
    key: Vec<u32>,
    /// By image: the first client that was taken for one of it.
    firsts: HashMap<u64, First>,
}

/// What the first client that was taken for one of an image came to: of what is the same for another one nothing needs to be found.
#[derive(Debug)]
struct First {
    /// By object: the block.
    starts: Box<[u32]>,
    /// By definition.
    results: Box<[(Truth, Reason)]>,
    cells: Box<[Cell]>,
}

impl Remembered {
    /// The most bytes that are remembered of definitions, and of images.
    const MOST: usize = 8 << 20;
}

impl First {
    fn bytes(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.results) + size_of_val(&*self.cells)
    }
}

/// Which of the results of parts reasons are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Result,
    Relaxed,
}

impl Pass<'_> {
    /// Evaluates all definitions for a client, which is like those with the same image.
    pub(super) fn run(&mut self, image: Option<u64>) {
        self.cells.clear();
        self.cells.resize(self.program.order.len(), Cell::NO_EVIDENCE);
        self.results.clear();
        self.results.resize(self.program.order.len(), ERROR);
        let first = image.and_then(|image| self.known.firsts.remove(&image));
        for definition in &self.program.order {
            let at = *definition as usize;
            let (result, cell) = match (&self.program.criteria.criteria[at], &first) {
                (Criteria::Same(other), _) => (self.results[*other as usize], self.cells[*other as usize]),
                (_, Some(first)) if self.is_like(first, *definition) => (first.results[at], first.cells[at]),
                _ => self.remembered(*definition),
            };
            self.results[at] = result;
            self.cells[at] = cell;
        }
        let Some(image) = image else { return };
        let first = first.unwrap_or_else(|| First {
            starts: self.starts.into(),
            results: self.results.as_slice().into(),
            cells: self.cells.as_slice().into(),
        });
        if self.known.firsts.len() * first.bytes() > Remembered::MOST {
            self.known.firsts.clear();
        }
        self.known.firsts.insert(image, first);
    }

    /// Whether all that a definition depends on is as it was for another client.
    fn is_like(&self, first: &First, definition: u32) -> bool {
        let (objects, extended) = self.program.criteria.needs(definition);
        objects.iter().all(|object| self.starts[*object as usize] == first.starts[*object as usize])
            && extended
                .iter()
                .all(|other| self.results.get(*other as usize) == first.results.get(*other as usize))
    }

    /// What a definition comes to; looked up where tests said the same before.
    fn remembered(&mut self, definition: u32) -> Came {
        let (objects, extended) = self.program.criteria.needs(definition);
        let key = &mut self.known.key;
        key.clear();
        key.push(definition);
        key.extend(objects.iter().map(|object| self.starts[*object as usize]));
        key.extend(extended.iter().map(|other| {
            let (truth, reason) = self.results.get(*other as usize).copied().unwrap_or(ERROR);
            u32::from(reason.number()) << 8 | truth as u32
        }));
        if let Some(known) = self.known.known.get(key.as_slice()) {
            return *known;
        }
        let found = self.definition(definition);
        let known = &mut *self.known;
        if known.bytes > Remembered::MOST {
            known.known.clear();
            known.bytes = 0;
        }
        known.bytes += 4 * known.key.len() + 64;
        known.known.insert(known.key.as_slice().into(), found);
        found
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
            Asks::Test { place, threshold, of_package } => {
                let leaf = self.said(place);
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

    /// What the test at a place says.
    #[inline]
    fn said(&self, place: u32) -> &Leaf {
        self.leaves.get(place as usize).unwrap_or(&Leaf::ERROR)
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
            Asks::Test { place, threshold, .. } => match (threshold && wanted == Wanted::Relaxed, step.odd) {
                (true, true) => (Truth::False, Reason::RuleFalse),
                (true, false) => self.said(place).presence,
                (false, _) => self.said(place).result,
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
            Asks::Test { place, .. } if !step.odd && absent.contains(&self.program.object_at(place)) => {
                (Truth::True, Reason::RuleTrue)
            }
            Asks::Test { .. } | Asks::Definition(_) | Asks::All(..) => self.leaf(step, Wanted::Result),
        }
    }

    /// The objects of thresholds among steps of which there is nothing to compare.
    fn absent(&self, steps: std::ops::Range<u32>) -> Vec<u32> {
        let steps = &self.program.criteria.steps[steps.start as usize..steps.end as usize];
        let absent = steps.iter().filter_map(|step| match step.asks {
            Asks::Test { place, threshold: true, .. } => {
                (self.said(place).presence.0 == Truth::False).then(|| self.program.object_at(place))
            }
            Asks::Test { .. } | Asks::Definition(_) | Asks::All(..) => None,
        });
        absent.filter(|object| *object < self.program.object_count()).collect()
    }
}

fn combine(operator: Option<Operator>, tally: &Tally) -> Truth {
    operator.map_or(Truth::Error, |operator| operator.combine(tally))
}
