//! Turns a bracketed class, `[..]`, into the set of its characters.
//!
//! A hyphen that stands beside a class such as `\d`, at an end or after a range is itself; an unknown escape
//! is an error. Source of truth: perlrecharclass and pcrepattern(3).

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::Fault;
use super::parse::Parser;
use super::set;

/// What one item of a class adds.
enum Item {
    Char(char),
    Set(ClassUnicode),
}

impl Parser<'_> {
    /// Reads a class, after its opening bracket.
    pub(super) fn class(&mut self) -> Result<ClassUnicode, Fault> {
        let open = self.offset - 1;
        if let Some(end) = self.posix_end()
            && self.rest()[end..].starts_with(']')
        {
            return Err(self.unsupported_at(open, "a POSIX class outside brackets"));
        }
        let negated = self.eat("^");
        let mut class = ClassUnicode::empty();
        let mut first = true;
        loop {
            if self.quoted {
                if self.eat("\\E") {
                    self.quoted = false;
                    continue;
                }
            } else if self.eat("\\E") {
                continue;
            } else if self.eat("\\Q") {
                self.quoted = true;
                continue;
            } else if !first && self.eat("]") {
                break;
            }
            self.class_item(open, &mut class)?;
            first = false;
        }
        if self.flags.fold {
            set::fold(&mut class);
        }
        Ok(if negated { set::not(class) } else { class })
    }

    /// Reads an item, or a range of two.
    fn class_item(&mut self, open: usize, class: &mut ClassUnicode) -> Result<(), Fault> {
        let start = self.offset;
        let low = match self.item(open)? {
            Item::Set(set) => {
                class.union(&set);
                // Its hyphen is itself: a range cannot start with a class.
                if !self.quoted && self.rest().starts_with('-') && !self.rest().starts_with("-]") {
                    self.offset += 1;
                    class.union(&set::one('-'));
                }
                return Ok(());
            }
            Item::Char(char) => char,
        };
        let is_range = !self.quoted && self.rest().starts_with('-') && !self.rest().starts_with("-]");
        if !is_range {
            class.union(&set::one(low));
            return Ok(());
        }
        self.offset += 1;
        if self.rest().starts_with("\\Q") || self.rest().starts_with("\\E") {
            return Err(self.unsupported("quoting at the end of a range"));
        }
        match self.item(open)? {
            Item::Set(set) => {
                class.union(&set);
                class.union(&set::of(&[(low, low), ('-', '-')]));
            }
            Item::Char(high) if high < low => return Err(self.malformed_at(start, "range out of order")),
            Item::Char(high) => class.push(ClassUnicodeRange::new(low, high)),
        }
        Ok(())
    }

    fn item(&mut self, open: usize) -> Result<Item, Fault> {
        let start = self.offset;
        let Some(char) = self.take() else {
            return Err(self.malformed_at(open, "unclosed class"));
        };
        if self.quoted {
            return Ok(Item::Char(char));
        }
        match char {
            '[' => self.posix(start),
            '\\' => self.class_escape(start),
            _ => Ok(Item::Char(char)),
        }
    }

    /// Where `:]` would end a POSIX class whose bracket was just read, as an offset into the rest.
    fn posix_end(&self) -> Option<usize> {
        let rest = self.rest();
        let mark = rest.chars().next().filter(|char| matches!(char, ':' | '.' | '='))?;
        let body = &rest[1..];
        let length =
            body.find(|char: char| !(char.is_ascii_alphanumeric() || matches!(char, '^' | '-' | ' ')))?;
        let closed = body[length..].starts_with(mark) && body[length + 1..].starts_with(']');
        closed.then_some(length + 2)
    }

    fn posix(&mut self, start: usize) -> Result<Item, Fault> {
        let Some(end) = self.posix_end() else {
            return Ok(Item::Char('['));
        };
        let body = self.rest();
        let body = &body[..end - 1];
        let Some(name) = body.strip_prefix(':') else {
            return Err(self.malformed_at(start, "collating element"));
        };
        let (negated, name) = name.strip_prefix('^').map_or((false, name), |name| (true, name));
        let Some(found) = set::posix(name, self.flags.fold) else {
            return Err(self.malformed_at(start, "unknown POSIX class"));
        };
        self.offset += end + 1;
        Ok(Item::Set(if negated { set::not(found) } else { found }))
    }

    fn class_escape(&mut self, start: usize) -> Result<Item, Fault> {
        let Some(letter) = self.take() else {
            return Err(self.malformed_at(start, "trailing backslash"));
        };
        if letter == 'b' {
            return Ok(Item::Char('\x08'));
        }
        if let Some(found) = set::escape(letter) {
            return Ok(Item::Set(found));
        }
        if matches!(letter, '0'..='7') {
            self.offset -= 1;
            return Ok(Item::Char(self.octal(3)?));
        }
        Ok(Item::Char(self.char_escape(start, letter)?))
    }
}
