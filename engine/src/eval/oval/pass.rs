//! One pass over the definitions of a source, each after those that it extends.
//!
//! Copies of an image differ little, so of each image what they usually come to is kept, and only what depends on tests
//! that say something else is evaluated.

use ahash::HashMap;

use super::ERROR;
use super::blocks::Blocks;
use super::criteria::{Asking, Criteria};
use super::parts::{self, Part, Parts, Steps, Wanted};
use super::program::Program;
use super::verdict::{Decided, decide, undecided};
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::{Cell, Verdict};

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
    /// How many parts are kept of all of them.
    parts: usize,
    /// By definition: whether it has to be evaluated for the current client.
    open: Vec<bool>,
    /// Tests of the current client that say something else than usual.
    others: Steps,
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
    /// By step: what the parts come to that have steps below; none where there was no room.
    parts: Vec<Part>,
    /// The blocks of the second copy, until the third one comes.
    second: Option<Vec<u32>>,
    copies: u32,
}

impl ByImage {
    /// The most bytes that are remembered of images, and the most parts.
    const MOST: usize = 8 << 20;
    const PARTS: usize = 1 << 18;
}

impl Usual {
    fn bytes(&self) -> usize {
        2 * size_of_val(&*self.starts) + size_of_val(&*self.results) + size_of_val(&*self.cells)
    }
}

impl Pass<'_> {
    /// Evaluates all definitions for a client, which is like those of the same image.
    pub(super) fn run(&mut self, image: Option<u64>, images: &mut ByImage) {
        let Some(image) = image else { return self.evaluate_all() };
        match images.usual.get_mut(&image) {
            Some(usual) => {
                self.evaluate_like(usual, &mut images.open, &mut images.others);
                usual.copies += 1;
                match usual.copies {
                    2 => usual.second = Some(self.starts.to_vec()),
                    3 => {
                        let steps = self.program.criteria.steps.len();
                        self.settle(usual, images.parts + steps <= ByImage::PARTS);
                        images.parts += usual.parts.len();
                    }
                    _ => {}
                }
            }
            None => {
                self.evaluate_all();
                let (results, cells) = (self.results.clone(), self.cells.clone());
                let (starts, parts) = (self.starts.to_vec(), Vec::new());
                let usual = Usual { starts, results, cells, parts, second: None, copies: 1 };
                if images.usual.len() * usual.bytes() > ByImage::MOST {
                    images.usual.clear();
                    images.parts = 0;
                }
                images.usual.insert(image, usual);
            }
        }
    }

    /// With the third copy it is known what is usual: what at least two of them have; of parts, too, where there is room
    /// for them.
    fn settle(&self, usual: &mut Usual, has_room: bool) {
        let Some(second) = usual.second.take() else { return };
        for ((usual, second), third) in usual.starts.iter_mut().zip(second).zip(self.starts) {
            if second == *third {
                *usual = second;
            }
        }
        let Usual { starts, results, cells, .. } = usual;
        let mut pass = Pass { program: self.program, blocks: self.blocks, starts, results, cells };
        pass.evaluate_all();
        if has_room {
            usual.parts = pass.parts(None).all();
        }
    }

    /// The parts of criteria over what is known so far, and what is usual of them.
    fn parts<'s>(&'s self, usual: Option<parts::Usual<'s>>) -> Parts<'s> {
        Parts {
            program: self.program,
            blocks: self.blocks,
            starts: self.starts,
            results: self.results,
            usual,
        }
    }

    fn evaluate_all(&mut self) {
        self.cells.clear();
        self.cells.resize(self.program.order.len(), Cell::NO_EVIDENCE);
        self.results.clear();
        self.results.resize(self.program.order.len(), ERROR);
        self.evaluate(|_, _| Some(None));
    }

    /// Evaluates what differs from the usual; `open` and `others` are used again for every client.
    fn evaluate_like(&mut self, usual: &Usual, open: &mut Vec<bool>, others: &mut Steps) {
        self.cells.clone_from(&usual.cells);
        self.results.clone_from(&usual.results);
        open.clear();
        open.resize(self.cells.len(), false);
        let criteria = &self.program.criteria;
        others.clear(criteria.steps.len());
        let starts = (0u32..).zip(self.starts.iter().zip(&usual.starts));
        for (object, (own, usual)) in starts.filter(|(_, (own, usual))| own != usual) {
            let says = |start: u32, asks: &Asking| self.blocks.leaf(start, asks.place);
            let is_other = |asks: &&Asking| says(*own, asks) != says(*usual, asks);
            for asks in criteria.asking(object).iter().filter(is_other) {
                others.add(asks.step);
                open[asks.definition as usize] = true;
            }
        }
        let known = parts::Usual { parts: &usual.parts, others };
        let known = Some(known).filter(|known| !known.parts.is_empty());
        self.evaluate(|definition, results| {
            let is_other = |one: &u32| results.get(*one as usize) != usual.results.get(*one as usize);
            match criteria.extended(definition).iter().any(is_other) {
                true => Some(None),
                false => open[definition as usize].then_some(known),
            }
        });
    }

    /// Evaluates the definitions of which `open` says that they are to be where the results before are these, and what is
    /// usual of their parts.
    fn evaluate<'u>(&mut self, open: impl Fn(u32, &[(Truth, Reason)]) -> Option<Option<parts::Usual<'u>>>) {
        for definition in &self.program.order {
            let at = *definition as usize;
            (self.results[at], self.cells[at]) = match &self.program.criteria.criteria[at] {
                Criteria::Same(other) => (self.results[*other as usize], self.cells[*other as usize]),
                _ => match open(*definition, self.results) {
                    Some(usual) => definition_of(&self.parts(usual), *definition),
                    None => continue,
                },
            };
        }
    }
}

/// What a definition comes to.
fn definition_of(parts: &Parts<'_>, number: u32) -> Came {
    let unknown = |(truth, reason)| Cell::new(Verdict::Unknown, undecided(truth, reason));
    let steps = match &parts.program.criteria.criteria[number as usize] {
        Criteria::Circular => return (ERROR, unknown(ERROR)),
        Criteria::None | Criteria::Same(_) => {
            let nothing = (Truth::Unknown, Reason::NoEvidence);
            return (nothing, unknown(nothing));
        }
        Criteria::Steps(steps) => steps.clone(),
    };
    let found = parts.part(&mut (steps.start as usize)).found();
    let why = |wanted| parts.reason(steps.start, &|step| parts.leaf(step, wanted));
    let granted = || {
        let absent = parts.absent(steps.clone());
        parts.reason(steps.start, &|step| parts.granted(step, &absent)).0
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
