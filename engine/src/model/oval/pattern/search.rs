//! Searches a text with the engine that a pattern needs.
//!
//! Knows the engines' limits: the size of a program, the steps of a search, and the product of program and
//! text where the time of a linear search grows with both.

use fancy_regex::{Regex as Backtracking, RegexBuilder};
use regex_automata::Input;
use regex_automata::meta::{Config, Regex as Linear};
use regex_automata::util::captures::Captures;

use super::parse::Parsed;
use super::tree::Node;
use super::{Fault, Limit, emit, linear};

/// How many steps a search that backtracks may take.
const STEPS: usize = 1_000_000;
/// How many nodes of a pattern may meet how many bytes of a text: the worst case of a linear search visits
/// each node at each byte.
const VISITS: u64 = 1 << 29;
/// The most memory that one compiled program may take, in bytes.
const PROGRAM: usize = 4 << 20;
/// The most instructions of a backtracking program.
const INSTRUCTIONS: usize = 200_000;

/// Where the groups of a match start and end, the whole match first.
pub(super) type Spans = Vec<Option<(usize, usize)>>;

/// A compiled pattern.
pub(super) struct Engine {
    kind: Kind,
    groups: usize,
    weight: u64,
}

enum Kind {
    /// Linear, and backtracking for the groups where the linear engine would set others.
    Linear(Box<Linear>, Option<Box<Backtracking>>),
    Backtracking(Box<Backtracking>),
}

impl Engine {
    /// Compiles a pattern of a known weight.
    pub(super) fn new(parsed: &Parsed, weight: u64) -> Result<Engine, Fault> {
        let kind = match linear::translate(&parsed.node, parsed.groups) {
            Some(hir) => {
                let config = Config::new().nfa_size_limit(Some(PROGRAM)).utf8_empty(true);
                let built = Linear::builder().configure(config).build_from_hir(&hir);
                let built = Box::new(built.map_err(|_| Fault::TooLarge)?);
                let exact = match parsed.node.has_empty_turns() {
                    true => Some(Box::new(backtracking(&parsed.node)?)),
                    false => None,
                };
                Kind::Linear(built, exact)
            }
            None => Kind::Backtracking(Box::new(backtracking(&parsed.node)?)),
        };
        let groups = usize::try_from(parsed.groups).map_err(|_| Fault::TooLarge)?;
        Ok(Engine { kind, groups, weight })
    }

    pub(super) fn is_match(&self, text: &str) -> Result<bool, Limit> {
        match &self.kind {
            Kind::Linear(regex, _) => {
                self.check_size(text)?;
                Ok(regex.is_match(text))
            }
            Kind::Backtracking(regex) => regex.is_match(text).map_err(|_| Limit),
        }
    }

    /// The groups of the first match that starts at `start` or later.
    pub(super) fn spans(&self, text: &str, start: usize) -> Result<Option<Spans>, Limit> {
        match &self.kind {
            Kind::Linear(regex, None) => {
                self.check_size(text)?;
                let mut captures = regex.create_captures();
                regex.search_captures(&Input::new(text).range(start..), &mut captures);
                Ok(captures.is_match().then(|| self.unmarked(&captures)))
            }
            Kind::Linear(regex, Some(exact)) => {
                self.check_size(text)?;
                // Both engines agree on where a match starts, if there is one.
                let Some(found) = regex.find(Input::new(text).range(start..)) else { return Ok(None) };
                self.backtrack(exact, text, found.start())
            }
            Kind::Backtracking(regex) => self.backtrack(regex, text, start),
        }
    }

    fn backtrack(&self, regex: &Backtracking, text: &str, start: usize) -> Result<Option<Spans>, Limit> {
        let found = regex.captures_from_pos(text, start).map_err(|_| Limit)?;
        let Some(found) = found else { return Ok(None) };
        let span = |group| found.get(group).map(|found| (found.start(), found.end()));
        Ok(Some((0..=self.groups).map(span).collect()))
    }

    fn check_size(&self, text: &str) -> Result<(), Limit> {
        match self.weight.saturating_mul(text.len() as u64) > VISITS {
            true => Err(Limit),
            false => Ok(()),
        }
    }

    /// Takes the line feed off that a match only read to see that it ends the text.
    fn unmarked(&self, captures: &Captures) -> Spans {
        let marker = (self.groups + 1..captures.group_len()).find_map(|group| captures.get_group(group));
        let end = marker.map_or(usize::MAX, |marker| marker.start);
        let span = |group| captures.get_group(group).map(|span| (span.start.min(end), span.end.min(end)));
        (0..=self.groups).map(span).collect()
    }
}

fn backtracking(node: &Node) -> Result<Backtracking, Fault> {
    let text = emit::emit(node);
    let mut builder = RegexBuilder::new(&text);
    // The optimizer rewrites nested repeats; the tree already is what is meant.
    builder.optimize(false).backtrack_limit(STEPS).delegate_size_limit(PROGRAM).max_prog_size(INSTRUCTIONS);
    builder.build().map_err(|error| match error {
        fancy_regex::Error::ParseError(_, fancy_regex::ParseError::RecursionExceeded) => Fault::TooLarge,
        fancy_regex::Error::CompileError(error) if is_size(&error) => Fault::TooLarge,
        _ => Fault::Unsupported { what: "a construct that the backtracking engine refuses", offset: 0 },
    })
}

fn is_size(error: &fancy_regex::CompileError) -> bool {
    matches!(error, fancy_regex::CompileError::PatternTooComplex | fancy_regex::CompileError::InnerError(_))
}
