//! Turns Perl 5 regular expressions, as OVAL's `pattern match` uses them, into searches of bounded time.
//!
//! A pattern is parsed to a tree of constructs whose meaning is known, and the tree is given to one of two
//! engines: `regex-automata`, whose time is linear, or, where look-around, back-references or atomic groups
//! need it, `fancy-regex`, which backtracks and counts its steps. What is not known to mean the same there is
//! a [`Fault`], never a guess.
//!
//! The search is unanchored and without flags; `.` excludes the line feed alone, `$` matches at the end and
//! before a line feed that ends the text; `\d`, `\w`, `\s`, `\b` and the folding of case are ASCII.
//! Source of truth: perlre of Perl 5 and pcrepattern(3) of PCRE 8.

mod class;
mod emit;
mod escape;
mod group;
mod linear;
mod parse;
mod search;
mod set;
mod tree;

use std::fmt;
use std::sync::Arc;

use search::Engine;

/// The longest pattern, in bytes.
const MAX_PATTERN: usize = 64 * 1024;
/// How many nodes a pattern may have once its counts are written out.
const MAX_WEIGHT: u64 = 100_000;

/// Why a pattern cannot be used, with the byte offset of the construct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no regular expression.
    Malformed {
        /// What is wrong.
        what: &'static str,
        /// Where, in bytes.
        offset: usize,
    },
    /// It uses a construct that is not known to mean the same here.
    Unsupported {
        /// The construct.
        what: &'static str,
        /// Where, in bytes.
        offset: usize,
    },
    /// It is too long, too deeply nested, or too large once its counts are written out.
    TooLarge,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Malformed { what, offset } => write!(f, "malformed pattern at byte {offset}: {what}"),
            Fault::Unsupported { what, offset } => {
                write!(f, "unsupported in patterns, at byte {offset}: {what}")
            }
            Fault::TooLarge => f.write_str("the pattern is too large"),
        }
    }
}

impl std::error::Error for Fault {}

/// The search took more steps than are allowed; whether the text matches is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit;

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pattern took too many steps on this text")
    }
}

impl std::error::Error for Limit {}

/// A pattern that is ready to search.
///
/// ```
/// use patchstate::model::oval::pattern::Pattern;
///
/// let pattern = Pattern::new(r"^openssl-(\d+)(?!beta)$").unwrap();
/// assert_eq!(pattern.first_group("openssl-3"), Ok(Some("3")));
/// assert_eq!(pattern.is_match("openssl-3a"), Ok(false));
/// ```
#[derive(Clone)]
pub struct Pattern {
    source: Arc<str>,
    engine: Arc<Engine>,
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.source).finish()
    }
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// A [`Fault`] where it is malformed, unsupported or too large.
    pub fn new(pattern: &str) -> Result<Pattern, Fault> {
        if pattern.len() > MAX_PATTERN {
            return Err(Fault::TooLarge);
        }
        let parsed = parse::parse(pattern)?;
        let weight = parsed.node.measure().weight;
        if weight > MAX_WEIGHT {
            return Err(Fault::TooLarge);
        }
        let engine = Engine::new(&parsed, weight)?;
        Ok(Pattern { source: pattern.into(), engine: Arc::new(engine) })
    }

    /// Whether a text has a match.
    ///
    /// # Errors
    ///
    /// [`Limit`] where finding that out takes too many steps.
    pub fn is_match(&self, text: &str) -> Result<bool, Limit> {
        self.engine.is_match(text)
    }

    /// The text of the first group of the first match, empty where that group took no part.
    ///
    /// # Errors
    ///
    /// [`Limit`] where finding that out takes too many steps.
    pub fn first_group<'t>(&self, text: &'t str) -> Result<Option<&'t str>, Limit> {
        let groups = self.nth(text, 1)?;
        Ok(groups.map(|groups| groups.get(1).copied().flatten().unwrap_or("")))
    }

    /// The groups of the match of a number, from 1; group 0 is the whole match.
    ///
    /// Each search starts where the match before it ended, and one character later if that was empty. Each
    /// has the whole number of steps.
    ///
    /// # Errors
    ///
    /// [`Limit`] where finding that out takes too many steps.
    pub fn nth<'t>(&self, text: &'t str, instance: usize) -> Result<Option<Vec<Option<&'t str>>>, Limit> {
        let mut start = 0;
        for number in 1..=instance {
            let Some(spans) = self.engine.spans(text, start)? else { return Ok(None) };
            let Some((from, to)) = spans.first().copied().flatten() else { return Ok(None) };
            if number == instance {
                let cut = |span: Option<(usize, usize)>| span.and_then(|(from, to)| text.get(from..to));
                return Ok(Some(spans.into_iter().map(cut).collect()));
            }
            start = if from < to { to } else { to + text[to..].chars().next().map_or(1, char::len_utf8) };
            if start > text.len() {
                return Ok(None);
            }
        }
        Ok(None)
    }
}
