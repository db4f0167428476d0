//! What the tests of an object say of its items, remembered for all clients of a worker.

use ahash::HashMap;

use super::known::Known;
use super::program::Program;
use super::reference::alone::{Alone, Said, States, ask, part};
use super::reference::patterns::Patterns;
use crate::diagnostic::Diagnostics;
use crate::index::View;
use crate::index::columns::NONE;
use crate::model::options::Options;
use crate::model::oval::characteristics::Item;
use crate::model::oval::words::Flag;
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::Answer;

/// The most answers that are remembered, together with what else is kept of each, in numbers.
const REMEMBERED: usize = 2 << 20;

/// The most different answers of the tests of an object that are told from others.
const KINDS: usize = 16;

/// How many numbers a finding counts for.
const FINDING: usize = 64;

/// The most tests that are kept as the model has them.
const TESTS: usize = 4 << 10;

/// How many flags there are, with the one of an object that was not collected.
const FLAGS: usize = Flag::ALL.len() + 1;

/// The flag of an object that was not collected.
const ABSENT: u32 = Flag::ALL.len() as u32;

/// What a test says of the items of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) result: (Truth, Reason),
    /// Whether there is anything that it could compare.
    pub(super) presence: (Truth, Reason),
}

impl Leaf {
    /// What is said where there is no test.
    pub(super) const ERROR: Leaf = Leaf { result: super::ERROR, presence: super::ERROR };
}

/// What tests of objects said before.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// By object and flag, where there is no item: where its answers begin, or NONE.
    bare: Vec<[u32; FLAGS]>,
    /// By item, where it is the only one: the object and flag that it was asked for last, and where the answers
    /// begin. An item is hardly ever one of several objects.
    last: Vec<(u32, u32, u32)>,
    /// By object, flag and the one item.
    single: HashMap<(u32, u32, u32), u32>,
    /// By object, flag and several items.
    many: HashMap<Box<[u32]>, u32>,
    /// How many numbers the keys and findings are together, about.
    key_numbers: usize,
    leaves: Vec<Leaf>,
    /// By object: where different answers of all its tests begin, so that whoever compares clients sees what is the
    /// same by where it begins.
    kinds: HashMap<u32, Vec<u32>>,
    /// What is found by whoever makes a block anew, by where it begins.
    findings: HashMap<u32, Diagnostics>,
    patterns: Patterns,
    /// By object: its tests, as the model has them, and how many these are together.
    tests: HashMap<u32, Alone>,
    test_count: usize,
    /// The states that they name.
    states: States,
    key: Vec<u32>,
}

/// What a block is asked about: an object with its flag and items; no flag where it was not collected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) object: u32,
    pub(super) flag: Option<Flag>,
    pub(super) items: &'a [u32],
}

impl Asked<'_> {
    /// The number of the flag, of [`FLAGS`].
    fn flag(self) -> u32 {
        self.flag.map_or(ABSENT, |flag| u32::from(flag.number()))
    }
}

/// What answers are made of: the tests, the items by their numbers, and the options.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asking<'a> {
    pub(super) program: &'a Program,
    pub(super) items: &'a Known<Item<'static>>,
    pub(super) view: View<'a>,
    pub(super) options: &'a Options,
}

impl Blocks {
    /// The block of an object without tests.
    pub(super) const OF_NONE: u32 = NONE - 1;

    /// Whether there are too many of them.
    pub(super) fn is_full(&self) -> bool {
        self.leaves.len() + self.key_numbers > REMEMBERED
    }

    /// Where the answers of the tests of an object begin.
    #[inline]
    pub(super) fn find(&mut self, asked: Asked<'_>, asking: Asking<'_>) -> u32 {
        let (Asked { object, items: own, .. }, flag) = (asked, asked.flag());
        let known = match own {
            [] => self.bare.get(object as usize).map_or(NONE, |starts| starts[flag as usize]),
            [item] => match self.last.get(*item as usize) {
                Some((of, with, start)) if (*of, *with) == (object, flag) => *start,
                _ => NONE,
            },
            _ => NONE,
        };
        match known {
            NONE => self.find_slowly(asked, asking),
            start => start,
        }
    }

    /// The same where it is not at hand.
    #[cold]
    fn find_slowly(&mut self, asked: Asked<'_>, asking: Asking<'_>) -> u32 {
        let (Asked { object, items: own, .. }, flag) = (asked, asked.flag());
        match own {
            [] => {
                let start = self.ask(asked, asking);
                if self.bare.len() <= object as usize {
                    self.bare.resize(object as usize + 1, [NONE; FLAGS]);
                }
                self.bare[object as usize][flag as usize] = start;
                start
            }
            [item] => {
                let key = (object, flag, *item);
                let known = self.single.get(&key).copied();
                let start = known.unwrap_or_else(|| self.ask(asked, asking));
                if known.is_none() {
                    self.key_numbers += 3;
                    self.single.insert(key, start);
                }
                if self.last.len() <= *item as usize {
                    self.last.resize(*item as usize + 1, (NONE, NONE, NONE));
                }
                self.last[*item as usize] = (object, flag, start);
                start
            }
            several => {
                self.key.clear();
                self.key.extend([object, flag]);
                self.key.extend(several);
                if let Some(start) = self.many.get(self.key.as_slice()) {
                    return *start;
                }
                let start = self.ask(asked, asking);
                self.key_numbers += self.key.len();
                self.many.insert(self.key.as_slice().into(), start);
                start
            }
        }
    }

    fn ask(&mut self, asked: Asked<'_>, asking: Asking<'_>) -> u32 {
        let Asking { program, items, view, options } = asking;
        let start = self.leaves.len() as u32;
        let own: Vec<&Item<'static>> = asked.items.iter().map(|item| &**items.get(*item)).collect();
        let collected = asked.flag.map(|flag| (flag, own.as_slice()));
        let tests = program.tests_at(program.tests_of(asked.object));
        if self.test_count > TESTS {
            self.tests.clear();
            self.test_count = 0;
        }
        let alone = self.tests.entry(asked.object).or_insert_with(|| {
            self.test_count += tests.len() + 1;
            part(view, program.source, tests, &mut self.states)
        });
        let mut found = Diagnostics::new();
        let said = ask(alone, collected, options, &self.patterns, &mut found);
        let kinds = self.kinds.entry(asked.object).or_default();
        let is_alike = |start: &&u32| {
            self.leaves[**start as usize..].iter().copied().take(said.len()).eq(said.iter().map(Leaf::of))
        };
        if !found.is_empty() {
            self.key_numbers += found.kept().len() * FINDING;
            self.findings.insert(start, found);
        } else if let Some(alike) = kinds.iter().find(is_alike) {
            return *alike;
        } else if kinds.len() < KINDS {
            kinds.push(start);
        }
        self.leaves.extend(said.iter().map(Leaf::of));
        start
    }

    /// The answer of a test of a block, by its place there.
    #[inline]
    pub(super) fn leaf(&self, start: u32, place: u32) -> &Leaf {
        let at = (start as usize).checked_add(place as usize);
        at.and_then(|at| self.leaves.get(at)).unwrap_or(&Leaf::ERROR)
    }

    /// What was found by whoever made one of the blocks; there is hardly ever anything.
    pub(super) fn findings<'s>(&'s self, starts: &'s [u32]) -> impl Iterator<Item = &'s Diagnostics> {
        let starts = if self.findings.is_empty() { &[] } else { starts };
        starts.iter().filter_map(|start| self.findings.get(start))
    }
}

impl Leaf {
    fn of(said: &Said) -> Leaf {
        let pair = |answer: Answer| (answer.truth, answer.reason);
        Leaf { result: pair(said.result), presence: pair(said.presence) }
    }
}
