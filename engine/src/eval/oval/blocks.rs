//! What the tests of an object say of its items, remembered for all clients of a worker.

use ahash::HashMap;

use super::items::Items;
use super::program::Program;
use super::reference::alone::{Said, ask};
use crate::diagnostic::Diagnostics;
use crate::index::View;
use crate::model::options::Options;
use crate::model::oval::words::Flag;
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::Answer;

/// The most answers that are remembered.
const REMEMBERED: usize = 4 << 20;

/// Stands for an object that was not collected.
const ABSENT: u32 = u32::MAX;

/// What a test says of the items of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) result: (Truth, Reason),
    /// Whether there is anything that it could compare.
    pub(super) presence: (Truth, Reason),
}

/// What tests of objects said before.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// By object, flag and items: where its answers begin.
    starts: HashMap<Box<[u32]>, u32>,
    leaves: Vec<Leaf>,
    /// What is found by whoever makes a block anew, by where it begins.
    findings: HashMap<u32, Diagnostics>,
    key: Vec<u32>,
}

impl Blocks {
    /// Forgets everything, or too much, between two clients.
    pub(super) fn bound(&mut self, forget: bool) {
        if forget || self.leaves.len() > REMEMBERED {
            *self = Blocks::default();
        }
    }

    /// What the tests of an object say where it has this flag and these items; `None` where it was not collected.
    pub(super) fn of(
        &mut self,
        program: &Program,
        object: u32,
        collected: Option<(Flag, &[u32])>,
        items: &Items,
        context: (View<'_>, &Options),
    ) -> (&[Leaf], Option<&Diagnostics>) {
        let tests = program.tests_of(object);
        self.key.clear();
        self.key.extend([object, collected.map_or(ABSENT, |(flag, _)| u32::from(flag.number()))]);
        self.key.extend(collected.map_or(&[][..], |(_, items)| items));
        let start = match self.starts.get(self.key.as_slice()) {
            Some(start) => *start as usize,
            None => {
                let start = self.leaves.len();
                let own: Vec<_> = collected
                    .map_or(&[][..], |(_, items)| items)
                    .iter()
                    .map(|item| items.get(*item))
                    .collect();
                let collected = collected.map(|(flag, _)| (flag, own.as_slice()));
                let (view, options) = context;
                let mut found = Diagnostics::new();
                let asked = program.tests_at(tests.clone());
                let said = ask(view, program.source, asked, collected, options, &mut found);
                if !found.is_empty() {
                    self.findings.insert(start as u32, found);
                }
                self.leaves.extend(said.iter().map(Leaf::of));
                self.starts.insert(self.key.as_slice().into(), start as u32);
                start
            }
        };
        let leaves = self.leaves.get(start..start + tests.len()).unwrap_or_default();
        (leaves, self.findings.get(&(start as u32)))
    }
}

impl Leaf {
    fn of(said: &Said) -> Leaf {
        let pair = |answer: Answer| (answer.truth, answer.reason);
        Leaf { result: pair(said.result), presence: pair(said.presence) }
    }
}
