//! Turns what follows a backslash into a character, a set, a place or a back-reference.
//!
//! A letter that no case names is an error, although Perl takes it for itself: it may be a construct that we
//! do not know. Source of truth: perlrebackslash and pcrepattern(3).

use super::Fault;
use super::parse::Parser;
use super::set;
use super::tree::{Node, Place};

impl Parser<'_> {
    /// Reads an escape outside a class, after its backslash.
    pub(super) fn escape(&mut self) -> Result<Node, Fault> {
        let start = self.offset - 1;
        let Some(letter) = self.take() else {
            return Err(self.malformed_at(start, "trailing backslash"));
        };
        if let Some(found) = set::escape(letter) {
            return Ok(Node::Set(found));
        }
        match letter {
            'A' => Ok(Node::Place(Place::Start)),
            'z' => Ok(Node::Place(Place::End)),
            'Z' => Ok(Node::Place(Place::FinalEnd)),
            'b' | 'B' if self.rest().starts_with('{') => {
                Err(self.unsupported_at(start, "a word boundary with a brace"))
            }
            'b' => Ok(Node::Place(Place::Word)),
            'B' => Ok(Node::Place(Place::NotWord)),
            'N' if self.rest().starts_with('{') && self.count_ahead().is_none() => {
                Err(self.unsupported_at(start, "a named character"))
            }
            'N' => Ok(Node::Set(set::no_line_feed())),
            'R' => Ok(line_break()),
            '0' => {
                self.offset -= 1;
                Ok(self.letter_of(|parser| parser.octal(3))?)
            }
            '1'..='9' => self.number(start),
            'g' => self.group_escape(start),
            'k' => self.name_escape(start),
            _ => self.letter_of(|parser| parser.char_escape(start, letter)),
        }
    }

    fn letter_of(&mut self, read: impl FnOnce(&mut Self) -> Result<char, Fault>) -> Result<Node, Fault> {
        let char = read(self)?;
        Ok(self.letter(char))
    }

    /// The character of an escape that means the same inside and outside a class.
    pub(super) fn char_escape(&mut self, start: usize, letter: char) -> Result<char, Fault> {
        match letter {
            'a' => Ok('\x07'),
            'e' => Ok('\x1B'),
            'f' => Ok('\x0C'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'c' => self.control(start),
            'x' => self.hexadecimal(start),
            _ if letter.is_ascii_alphanumeric() => Err(self.unsupported_at(start, "an escape")),
            _ => Ok(letter),
        }
    }

    fn control(&mut self, start: usize) -> Result<char, Fault> {
        match self.take() {
            None => Err(self.malformed_at(start, "control character without a letter")),
            Some('?') => Ok('\x7F'),
            Some(letter) if letter.is_ascii_alphabetic() || matches!(letter, '@' | '[' | ']' | '^' | '_') => {
                Ok(char::from(letter.to_ascii_uppercase() as u8 ^ 0x40))
            }
            Some(_) => Err(self.unsupported_at(start, "a control character")),
        }
    }

    fn hexadecimal(&mut self, start: usize) -> Result<char, Fault> {
        let digits = if self.eat("{") {
            let Some(end) = self.rest().find('}') else {
                return Err(self.malformed_at(start, "unclosed hexadecimal number"));
            };
            let digits = &self.rest()[..end];
            self.offset += end + 1;
            digits
        } else {
            let is_digit = |byte: &&u8| byte.is_ascii_hexdigit();
            let end = self.rest().as_bytes().iter().take(2).take_while(is_digit).count();
            let digits = &self.rest()[..end];
            self.offset += end;
            // Perl and PCRE both take `\x` alone for NUL.
            if digits.is_empty() { "0" } else { digits }
        };
        let plain = !digits.starts_with('+') && digits.len() <= 8;
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| plain);
        let char = number.and_then(char::from_u32);
        char.ok_or_else(|| self.unsupported_at(start, "a hexadecimal number that is no character"))
    }

    /// Reads up to `most` octal digits.
    pub(super) fn octal(&mut self, most: usize) -> Result<char, Fault> {
        let start = self.offset;
        let is_digit = |byte: &&u8| matches!(byte, b'0'..=b'7');
        let end = self.rest().as_bytes().iter().take(most).take_while(is_digit).count();
        let number = u32::from_str_radix(&self.rest()[..end], 8).ok();
        self.offset += end;
        let char = number.and_then(char::from_u32);
        char.ok_or_else(|| self.unsupported_at(start, "an octal number that is no character"))
    }

    /// Reads `\1` and its like: from 10 on it is a character unless that many groups exist.
    fn number(&mut self, start: usize) -> Result<Node, Fault> {
        let digits = self.digits_ahead();
        self.offset -= 1;
        let length = digits + 1;
        let number = self.rest()[..length].parse::<u32>().ok();
        match number {
            Some(number) if number < 10 || number <= self.total => {
                self.offset += length;
                self.backreference(start, number)
            }
            _ if matches!(self.rest().as_bytes().first(), Some(b'8' | b'9')) => {
                Err(self.unsupported_at(start, "a number that is neither a group nor octal"))
            }
            _ => self.letter_of(|parser| parser.octal(3)),
        }
    }

    /// How many decimal digits come next.
    fn digits_ahead(&self) -> usize {
        self.rest().bytes().take_while(u8::is_ascii_digit).count()
    }

    fn group_escape(&mut self, start: usize) -> Result<Node, Fault> {
        let text = if self.eat("{") {
            let Some(end) = self.rest().find('}') else {
                return Err(self.malformed_at(start, "unclosed group reference"));
            };
            let text = &self.rest()[..end];
            self.offset += end + 1;
            text
        } else if matches!(self.rest().chars().next(), Some('<' | '\'')) {
            return Err(self.unsupported_at(start, "a subroutine call"));
        } else {
            let sign = usize::from(self.rest().starts_with('-'));
            let end = sign + self.rest()[sign..].bytes().take_while(u8::is_ascii_digit).count();
            let text = &self.rest()[..end];
            self.offset += end;
            text
        };
        if text.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_') {
            return self.named_backreference(start, text);
        }
        let (back, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let Some(number) = digits.parse::<u32>().ok().filter(|_| plain) else {
            return Err(self.malformed_at(start, "group reference without a number"));
        };
        let number = if back { (self.groups + 1).saturating_sub(number) } else { number };
        self.backreference(start, number)
    }

    fn name_escape(&mut self, start: usize) -> Result<Node, Fault> {
        let close = match self.take() {
            Some('<') => '>',
            Some('\'') => '\'',
            Some('{') => '}',
            _ => return Err(self.malformed_at(start, "group reference without a name")),
        };
        let name = self.name(start, close)?;
        self.named_backreference(start, name)
    }

    /// Refers to a group; groups that do not exist are reported once their number is known.
    fn backreference(&mut self, start: usize, group: u32) -> Result<Node, Fault> {
        if group == 0 || group > self.total {
            return Err(self.malformed_at(start, "reference to a group that does not exist"));
        }
        if self.open.contains(&group) {
            // Perl and PCRE differ: PCRE makes such a group atomic.
            return Err(self.unsupported_at(start, "a back-reference within its own group"));
        }
        Ok(Node::Backreference { group, fold: self.flags.fold })
    }

    /// Refers to a group by its name.
    pub(super) fn named_backreference(&mut self, start: usize, name: &str) -> Result<Node, Fault> {
        match self.known.get(name).copied() {
            Some(group) => self.backreference(start, group),
            // The first of two readings only counts groups and gathers their names.
            None if self.counting => Ok(Node::Empty),
            None => Err(self.malformed_at(start, "reference to a name that does not exist")),
        }
    }
}

/// `\R`: it never gives back the line feed of a pair.
fn line_break() -> Node {
    let pair = Node::Concat(vec![Node::Set(set::one('\r')), Node::Set(set::one('\n'))]);
    Node::Atomic(Box::new(Node::Alternate(vec![pair, Node::Set(set::of(set::VERTICAL))])))
}
