//! The tree of a parsed pattern, and what can be measured on it.
//!
//! Knows nothing of Perl's spelling nor of the engines. Flags are resolved: a letter under `(?i)` is already
//! a set of two, and `.`, `^` and `$` are already what their flags make them.

use regex_syntax::hir::ClassUnicode;

/// A part of a pattern.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// Matches the empty string.
    Empty,
    /// Matches one character of a set; the empty set never matches.
    Set(ClassUnicode),
    /// Matches a place.
    Place(Place),
    /// One after another.
    Concat(Vec<Node>),
    /// The first that leads to a match.
    Alternate(Vec<Node>),
    /// The group of a number, from 1.
    Capture(Box<Node>),
    /// Looks ahead or behind and consumes nothing.
    Around(Around, Box<Node>),
    /// Gives up no choice once it has matched: `(?>..)`, and possessive quantifiers.
    Atomic(Box<Node>),
    /// Repeats from `min` to `max` times.
    Repeat { min: u32, max: Option<u32>, greedy: bool, node: Box<Node> },
    /// What a group matched last; `fold` ignores the case of ASCII letters.
    Backreference { group: u32, fold: bool },
}

/// A place between characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The start of the text.
    Start,
    /// The end of the text.
    End,
    /// The end of the text, or before a line feed that ends it.
    FinalEnd,
    /// The start of the text, or after a line feed that does not end it.
    LineStart,
    /// The end of the text, or before any line feed.
    LineEnd,
    /// Between an ASCII word character and another, or none.
    Word,
    /// Not [`Place::Word`].
    NotWord,
}

/// The direction and the sign of a look-around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Around {
    Ahead,
    NotAhead,
    Behind,
    NotBehind,
}

/// How many characters a part can match, and how large it is once its repeats are written out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    /// The fewest characters.
    pub(super) least: u64,
    /// The most characters; `None` where there is no bound, or none is known.
    pub(super) most: Option<u64>,
    /// How many nodes it has once every count is written out.
    pub(super) weight: u64,
}

impl Node {
    /// Measures a part; counts stop at the top of their range instead of wrapping.
    pub(super) fn measure(&self) -> Measure {
        match self {
            Node::Empty | Node::Place(_) => Measure { least: 0, most: Some(0), weight: 1 },
            Node::Set(_) => Measure { least: 1, most: Some(1), weight: 1 },
            Node::Concat(nodes) => nodes.iter().fold(Node::Empty.measure(), |all, node| {
                let one = node.measure();
                let most = all.most.zip(one.most).map(|(a, b)| a.saturating_add(b));
                let weight = all.weight.saturating_add(one.weight);
                Measure { least: all.least.saturating_add(one.least), most, weight }
            }),
            Node::Alternate(nodes) => {
                let parts = nodes.iter().map(Node::measure);
                parts.reduce(Measure::or).unwrap_or(Measure { least: 0, most: Some(0), weight: 1 })
            }
            Node::Capture(node) | Node::Atomic(node) => node.measure().heavier(),
            Node::Around(_, node) => Measure { least: 0, most: Some(0), ..node.measure().heavier() },
            Node::Repeat { min, max, node, .. } => node.measure().repeated(*min, *max).heavier(),
            Node::Backreference { .. } => Measure { least: 0, most: None, weight: 1 },
        }
    }

    /// Whether it repeats a part that can match nothing: engines differ in what such a part matches last.
    pub(super) fn has_empty_turns(&self) -> bool {
        self.any(&|node| match node {
            Node::Repeat { max, node, .. } => max.is_none_or(|max| max > 1) && node.measure().least == 0,
            _ => false,
        })
    }

    /// Whether `test` holds for this part or for any within it.
    pub(super) fn any(&self, test: &dyn Fn(&Node) -> bool) -> bool {
        test(self)
            || match self {
                Node::Empty | Node::Set(_) | Node::Place(_) | Node::Backreference { .. } => false,
                Node::Concat(nodes) | Node::Alternate(nodes) => nodes.iter().any(|node| node.any(test)),
                Node::Capture(node) | Node::Atomic(node) | Node::Around(_, node) => node.any(test),
                Node::Repeat { node, .. } => node.any(test),
            }
    }
}

impl Measure {
    fn or(self, other: Measure) -> Measure {
        let most = self.most.zip(other.most).map(|(a, b)| a.max(b));
        let weight = self.weight.saturating_add(other.weight);
        Measure { least: self.least.min(other.least), most, weight }
    }

    fn heavier(self) -> Measure {
        Measure { weight: self.weight.saturating_add(1), ..self }
    }

    fn repeated(self, min: u32, max: Option<u32>) -> Measure {
        let most = match (self.most, max) {
            (Some(0), _) | (_, Some(0)) => Some(0),
            (Some(most), Some(max)) => Some(most.saturating_mul(u64::from(max))),
            _ => None,
        };
        let copies = u64::from(max.unwrap_or(min).max(1));
        Measure {
            least: self.least.saturating_mul(u64::from(min)),
            most,
            weight: self.weight.saturating_mul(copies),
        }
    }
}
