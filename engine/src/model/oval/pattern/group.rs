//! Turns what opens with a parenthesis into its part of the tree, or into flags.
//!
//! Recursion, conditions, branch resets, callouts and verbs are errors. Source of truth: perlre and
//! pcrepattern(3).

use super::Fault;
use super::parse::{Flags, Parser};
use super::tree::{Around, Node};

/// How many characters a look-behind may span, as in Perl 5.30 and PCRE2.
const MAX_BEHIND: u64 = 255;
/// How long a group's name may be, as in PCRE.
const MAX_NAME: usize = 32;

impl<'p> Parser<'p> {
    /// Reads a group after its opening parenthesis; `None` for flags, which are no part of the tree.
    pub(super) fn group(&mut self) -> Result<Option<Node>, Fault> {
        let open = self.offset - 1;
        if self.rest().starts_with('*') {
            return Err(self.unsupported_at(open, "a verb"));
        }
        if !self.eat("?") {
            return self.capture(open, None).map(Some);
        }
        let arounds = [
            ("<=", Around::Behind),
            ("<!", Around::NotBehind),
            ("=", Around::Ahead),
            ("!", Around::NotAhead),
        ];
        for (sign, around) in arounds {
            if self.eat(sign) {
                let node = self.inner(open)?;
                return self.around(open, around, node).map(Some);
            }
        }
        if self.eat(">") {
            return Ok(Some(Node::Atomic(Box::new(self.inner(open)?))));
        }
        if self.eat("P=") {
            let name = self.name(open, ')')?;
            return self.named_backreference(open, name).map(Some);
        }
        for (sign, close) in [("P<", '>'), ("<", '>'), ("'", '\'')] {
            if self.eat(sign) {
                let name = self.name(open, close)?;
                return self.capture(open, Some(name)).map(Some);
            }
        }
        self.flag_group(open)
    }

    /// Reads the rest of a group and restores the flags that held before it.
    fn inner(&mut self, open: usize) -> Result<Node, Fault> {
        let flags = self.flags;
        let node = self.alternation()?;
        self.flags = flags;
        if !self.eat(")") {
            return Err(self.malformed_at(open, "unclosed group"));
        }
        Ok(node)
    }

    fn capture(&mut self, open: usize, name: Option<&'p str>) -> Result<Node, Fault> {
        self.groups += 1;
        if let Some(name) = name
            && self.names.insert(name, self.groups).is_some()
        {
            return Err(self.unsupported_at(open, "two groups of one name"));
        }
        self.open.push(self.groups);
        let node = self.inner(open)?;
        self.open.pop();
        Ok(Node::Capture(Box::new(node)))
    }

    /// Reads a name and what closes it.
    pub(super) fn name(&mut self, start: usize, close: char) -> Result<&'p str, Fault> {
        let Some(end) = self.rest().find(close) else {
            return Err(self.malformed_at(start, "unclosed group name"));
        };
        let name = &self.rest()[..end];
        self.offset += end + 1;
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let starts_well = !name.is_empty() && !name.starts_with(|char: char| char.is_ascii_digit());
        match name.len() <= MAX_NAME && starts_well && name.bytes().all(is_word) {
            true => Ok(name),
            false => Err(self.malformed_at(start, "invalid group name")),
        }
    }

    /// Reads `(?flags)` or `(?flags:..)`.
    fn flag_group(&mut self, open: usize) -> Result<Option<Node>, Fault> {
        let outer = self.flags;
        let mut flags = self.flags;
        if self.eat("^") {
            flags = Flags::default();
        }
        let mut value = true;
        loop {
            match self.take() {
                Some(')') => {
                    self.flags = flags;
                    return Ok(None);
                }
                Some(':') => {
                    self.flags = flags;
                    let node = self.inner(open)?;
                    self.flags = outer;
                    return Ok(Some(node));
                }
                Some('-') if value => value = false,
                Some('i') => flags.fold = value,
                Some('m') => flags.lines = value,
                Some('s') => flags.all = value,
                Some('x') if self.rest().starts_with('x') => {
                    return Err(self.unsupported_at(open, "the flag xx"));
                }
                Some('x') => flags.spaced = value,
                Some(_) => return Err(self.unsupported_at(open, "a construct in parentheses")),
                None => return Err(self.malformed_at(open, "unclosed group")),
            }
        }
    }

    /// Builds a look-around; a look-behind must have one width in each of its alternatives.
    fn around(&self, open: usize, around: Around, node: Node) -> Result<Node, Fault> {
        if matches!(around, Around::Ahead | Around::NotAhead) {
            return Ok(Node::Around(around, Box::new(node)));
        }
        let nodes = match node {
            Node::Alternate(nodes) => nodes,
            other => vec![other],
        };
        for node in &nodes {
            let measure = node.measure();
            if measure.most != Some(measure.least) || measure.least > MAX_BEHIND {
                return Err(self.unsupported_at(open, "a look-behind without a fixed width up to 255"));
            }
        }
        let mut parts: Vec<Node> =
            nodes.into_iter().map(|node| Node::Around(around, Box::new(node))).collect();
        Ok(match around {
            _ if parts.len() == 1 => parts.remove(0),
            Around::NotBehind => Node::Concat(parts),
            _ => Node::Alternate(parts),
        })
    }
}
