//! Definitions and characteristics from arbitrary choices: pairs of small documents that meet often.
//!
//! `definitions` draws definitions and tests, `states` what items are compared with, `objects` what was
//! collected, `variables` values, and `values` has the universe of them all. Left out is what OpenSCAP dies of:
//! an absent value of another datatype than text, and operations that addresses do not have.

use super::xml::Parts;
use crate::random::Choices;

mod definitions;
mod objects;
mod states;
mod values;
mod variables;

use values::Kind;

/// Things of one sort in a pair, at the most: ids of several pairs differ by this.
const MOST: usize = 100;

/// A definitions file and the characteristics of one client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pair {
    /// What both documents say.
    pub parts: Parts,
    /// Values that external variables are given: id, datatype and values.
    pub variables: Vec<(String, String, Vec<String>)>,
}

impl Pair {
    /// Draws a pair; the ids in pairs of different numbers differ.
    ///
    /// ```
    /// use conformance::oval::random::Pair;
    /// use conformance::random::{Choices, bytes_of_seed};
    ///
    /// let bytes = bytes_of_seed(1, 2000);
    /// let pair = Pair::draw(&mut Choices::new(&bytes), 0);
    /// assert!(pair.parts.definitions_file().contains("oval:x:def:1"));
    /// assert_eq!(pair, Pair::draw(&mut Choices::new(&bytes), 0));
    /// ```
    pub fn draw(choices: &mut Choices<'_>, number: usize) -> Pair {
        let kinds = [Kind::draw(choices), Kind::draw(choices), Kind::draw(choices)];
        let mut draft = Draft { first: number * MOST, kinds, variables: Vec::new(), pair: Pair::default() };
        let sizes = Sizes {
            variables: choices.below(4),
            states: 1 + choices.below(3),
            objects: 2 + choices.below(2),
            sets: choices.below(3),
            items: 1 + choices.below(4),
            tests: 1 + choices.below(4),
            definitions: 1 + choices.below(3),
        };
        draft.variables(choices, &sizes);
        draft.states(choices, &sizes);
        draft.items(choices, &sizes);
        draft.objects(choices, &sizes);
        draft.tests(choices, &sizes);
        draft.definitions(choices, &sizes);
        draft.pair
    }

    /// The pair that bytes stand for.
    pub fn from_bytes(bytes: &[u8]) -> Pair {
        Pair::draw(&mut Choices::new(bytes), 0)
    }
}

/// How many things of each sort there are.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    variables: usize,
    states: usize,
    objects: usize,
    sets: usize,
    items: usize,
    tests: usize,
    definitions: usize,
}

/// A pair that is being drawn.
struct Draft {
    /// What the numbers in its ids count from.
    first: usize,
    /// The values that its states and items have, mostly.
    kinds: [Kind; 3],
    /// By variable: the kind of its values.
    variables: Vec<Kind>,
    pair: Pair,
}

impl Draft {
    /// The id of a thing, by its number from 0.
    fn id(&self, sort: &str, number: usize) -> String {
        format!("oval:x:{sort}:{}", self.first + number + 1)
    }

    /// A kind, mostly one that is met elsewhere.
    fn kind(&self, choices: &mut Choices<'_>) -> Kind {
        if choices.odds(1, 10) { Kind::draw(choices) } else { choices.one(&self.kinds) }
    }
}

/// An attribute, or nothing where it says what goes without saying.
fn attribute(name: &str, word: &str, or: &str) -> String {
    if word == or { String::new() } else { format!(" {name}=\"{word}\"") }
}

/// A word of which the first is what goes without saying, and is drawn half of the time.
fn word(choices: &mut Choices<'_>, words: &[&'static str]) -> &'static str {
    choices.maybe(|choices| choices.one(words)).unwrap_or(words[0])
}

const CHECKS: [&str; 4] = ["all", "at least one", "only one", "none satisfy"];

const EXISTENCES: [&str; 5] =
    ["at_least_one_exists", "all_exist", "any_exist", "none_exist", "only_one_exists"];

const OPERATORS: [&str; 4] = ["AND", "OR", "ONE", "XOR"];
