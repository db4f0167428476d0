//! Turns a pattern's text into its tree.
//!
//! The whitelist: a construct that no case names is an error, never a guess. It reads a pattern twice, as
//! only the number of groups tells `\10` the group from `\10` the backspace, and a name may stand before
//! its group. Source of truth: perlre and pcrepattern(3) of PCRE 8.

use std::collections::BTreeMap;

use super::Fault;
use super::set;
use super::tree::{Node, Place};

/// How deep groups may nest; the parser and the engines recurse over them.
const MAX_DEPTH: usize = 200;
/// The most repeats that can be asked for, as in PCRE.
const MAX_COUNT: u32 = 65_535;

/// A pattern's tree and the number of its groups.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) node: Node,
    pub(super) groups: u32,
}

/// The flags that hold at a place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    /// `i`: ASCII letters match both cases.
    pub(super) fold: bool,
    /// `m`: `^` and `$` match at lines.
    pub(super) lines: bool,
    /// `s`: `.` matches a line feed.
    pub(super) all: bool,
    /// `x`: white space and comments are ignored.
    pub(super) spaced: bool,
}

/// The state of reading a pattern.
#[derive(Debug)]
pub(super) struct Parser<'p> {
    pub(super) pattern: &'p str,
    pub(super) offset: usize,
    pub(super) flags: Flags,
    /// Whether this is after `\Q` and before its `\E`.
    pub(super) quoted: bool,
    /// How many groups were opened so far.
    pub(super) groups: u32,
    /// How many groups the pattern has; without a bound while they are counted.
    pub(super) total: u32,
    /// Whether this is the reading that counts the groups.
    pub(super) counting: bool,
    /// The names that the counting found.
    pub(super) known: BTreeMap<&'p str, u32>,
    pub(super) names: BTreeMap<&'p str, u32>,
    /// The numbers of the groups that are not closed yet.
    pub(super) open: Vec<u32>,
    pub(super) depth: usize,
}

/// Reads a pattern.
pub(super) fn parse(pattern: &str) -> Result<Parsed, Fault> {
    let mut counter = Parser::new(pattern, u32::MAX, BTreeMap::new());
    counter.counting = true;
    counter.whole()?;
    let mut parser = Parser::new(pattern, counter.groups, counter.names);
    let node = parser.whole()?;
    Ok(Parsed { node, groups: parser.groups })
}

impl<'p> Parser<'p> {
    fn new(pattern: &'p str, total: u32, known: BTreeMap<&'p str, u32>) -> Self {
        Parser {
            pattern,
            offset: 0,
            flags: Flags::default(),
            quoted: false,
            groups: 0,
            total,
            counting: false,
            known,
            names: BTreeMap::new(),
            open: Vec::new(),
            depth: 0,
        }
    }

    fn whole(&mut self) -> Result<Node, Fault> {
        let node = self.alternation()?;
        if self.rest().is_empty() { Ok(node) } else { Err(self.malformed("unmatched closing parenthesis")) }
    }

    /// Reads alternatives up to a closing parenthesis or the end.
    pub(super) fn alternation(&mut self) -> Result<Node, Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::TooLarge);
        }
        let mut nodes = vec![self.sequence()?];
        while self.eat("|") {
            nodes.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Alternate(nodes) })
    }

    fn sequence(&mut self) -> Result<Node, Fault> {
        let mut nodes = Vec::new();
        loop {
            self.skip_nothing()?;
            let start = self.offset;
            let Some(node) = self.atom()? else { break };
            let Some(node) = node else { continue };
            nodes.push(self.quantified(start, node)?);
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.remove(0),
            _ => Node::Concat(nodes),
        })
    }

    /// Reads what a quantifier can follow: `None` at the end of a sequence, `Some(None)` for flags.
    fn atom(&mut self) -> Result<Option<Option<Node>>, Fault> {
        let start = self.offset;
        if !self.quoted && (self.rest().starts_with('|') || self.rest().starts_with(')')) {
            return Ok(None);
        }
        let Some(char) = self.take() else { return Ok(None) };
        if self.quoted {
            return Ok(Some(Some(self.letter(char))));
        }
        let node = match char {
            '(' => return Ok(Some(self.group()?)),
            '[' => Node::Set(self.class()?),
            '\\' => self.escape()?,
            '.' if self.flags.all => Node::Set(set::of(&[('\0', char::MAX)])),
            '.' => Node::Set(set::no_line_feed()),
            '^' => Node::Place(if self.flags.lines { Place::LineStart } else { Place::Start }),
            '$' => Node::Place(if self.flags.lines { Place::LineEnd } else { Place::FinalEnd }),
            '*' | '+' | '?' => return Err(self.malformed_at(start, "quantifier on nothing")),
            '{' => {
                self.offset = start;
                if self.count_ahead().is_some() {
                    return Err(self.malformed("quantifier on nothing"));
                }
                self.offset = start + 1;
                self.letter('{')
            }
            _ => self.letter(char),
        };
        Ok(Some(Some(node)))
    }

    /// A character that stands for itself.
    pub(super) fn letter(&self, char: char) -> Node {
        let mut class = set::one(char);
        if self.flags.fold {
            set::fold(&mut class);
        }
        Node::Set(class)
    }

    /// Skips what is no part of the tree: comments, the ends of quoting and, under `x`, white space.
    fn skip_nothing(&mut self) -> Result<(), Fault> {
        loop {
            if self.quoted {
                if !self.eat("\\E") {
                    return Ok(());
                }
                self.quoted = false;
            } else if self.eat("\\Q") {
                self.quoted = true;
            } else if self.rest().starts_with("(?#") {
                let Some(end) = self.rest().find(')') else {
                    return Err(self.malformed("unclosed comment"));
                };
                self.offset += end + 1;
            } else if !self.eat("\\E") && !self.skip_space()? {
                return Ok(());
            }
        }
    }

    /// Skips one white space or comment of `(?x)`.
    fn skip_space(&mut self) -> Result<bool, Fault> {
        if !self.flags.spaced {
            return Ok(false);
        }
        match self.rest().chars().next() {
            Some('\t'..='\r' | ' ') => self.offset += 1,
            Some('#') => self.offset += self.rest().find('\n').unwrap_or(self.rest().len()),
            // Perl ignores these and PCRE does not.
            Some('\u{85}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}') => {
                return Err(self.unsupported("white space beyond ASCII under (?x)"));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Reads the quantifier of a part, if it has one.
    fn quantified(&mut self, start: usize, node: Node) -> Result<Node, Fault> {
        self.skip_nothing()?;
        if self.quoted {
            return Ok(node);
        }
        let Some((min, max)) = self.count()? else { return Ok(node) };
        let greedy = !self.eat("?");
        let possessive = greedy && self.eat("+");
        let end = self.offset;
        self.skip_nothing()?;
        let another = matches!(self.rest().as_bytes().first(), Some(b'*' | b'+' | b'?'));
        if !self.quoted && (another || self.count_ahead().is_some()) {
            // Perl takes `a+ ?` under `x` for `a+?`, and PCRE does not.
            return Err(match end == self.offset {
                true => self.malformed("nested quantifier"),
                false => self.unsupported("a quantifier after a gap"),
            });
        }
        let node = self.repeat(start, node, (min, max), greedy)?;
        Ok(if possessive { Node::Atomic(Box::new(node)) } else { node })
    }

    /// Reads a quantifier's bounds; a brace that only looks like one is left to be a letter.
    fn count(&mut self) -> Result<Option<(u32, Option<u32>)>, Fault> {
        for (sign, bounds) in [("*", (0, None)), ("+", (1, None)), ("?", (0, Some(1)))] {
            if self.eat(sign) {
                return Ok(Some(bounds));
            }
        }
        let Some((length, min, max)) = self.count_ahead() else { return Ok(None) };
        let bound = |digits: &str| digits.parse::<u32>().ok().filter(|count| *count <= MAX_COUNT);
        let Some(min) = bound(min) else {
            return Err(self.malformed("too large a repeat"));
        };
        let max = match max {
            None => Some(min),
            Some("") => None,
            Some(digits) => match bound(digits) {
                Some(max) if max < min => return Err(self.malformed("repeat out of order")),
                Some(max) => Some(max),
                None => return Err(self.malformed("too large a repeat")),
            },
        };
        self.offset += length;
        Ok(Some((min, max)))
    }

    /// The length, the least and the most of a count that comes next, if one does.
    pub(super) fn count_ahead(&self) -> Option<(usize, &'p str, Option<&'p str>)> {
        let body = self.rest().strip_prefix('{')?;
        let (body, _) = body.split_once('}')?;
        let (min, max) = body.split_once(',').map_or((body, None), |(min, max)| (min, Some(max)));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        (!min.is_empty() && digits(min) && max.is_none_or(digits)).then_some((body.len() + 2, min, max))
    }

    /// Builds a repeat; one of a part without width is that part once, or nothing.
    fn repeat(
        &self,
        start: usize,
        node: Node,
        (min, max): (u32, Option<u32>),
        greedy: bool,
    ) -> Result<Node, Fault> {
        let node = if node.measure().most == Some(0) && max != Some(0) {
            let refers = |node: &Node| matches!(node, Node::Backreference { .. });
            let captures = node.any(&|node| matches!(node, Node::Capture(_)));
            match (min, captures) {
                _ if node.any(&refers) => {
                    return Err(self.unsupported_at(start, "repeating a look-around with a back-reference"));
                }
                (0, true) => Node::Repeat { min: 0, max: Some(1), greedy, node: Box::new(node) },
                (0, false) => Node::Empty,
                (_, _) => node,
            }
        } else {
            Node::Repeat { min, max, greedy, node: Box::new(node) }
        };
        Ok(node)
    }

    /// What is not read yet.
    pub(super) fn rest(&self) -> &'p str {
        &self.pattern[self.offset..]
    }

    /// Steps over one character.
    pub(super) fn take(&mut self) -> Option<char> {
        let char = self.rest().chars().next()?;
        self.offset += char.len_utf8();
        Some(char)
    }

    /// Steps over a text that comes next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.offset += text.len();
        }
        found
    }

    pub(super) fn malformed(&self, what: &'static str) -> Fault {
        self.malformed_at(self.offset, what)
    }

    pub(super) fn malformed_at(&self, offset: usize, what: &'static str) -> Fault {
        Fault::Malformed { what, offset }
    }

    pub(super) fn unsupported(&self, what: &'static str) -> Fault {
        self.unsupported_at(self.offset, what)
    }

    pub(super) fn unsupported_at(&self, offset: usize, what: &'static str) -> Fault {
        Fault::Unsupported { what, offset }
    }
}
