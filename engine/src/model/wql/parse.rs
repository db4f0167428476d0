//! Reads queries by the grammar of their page; words and names are read without regard to case.

use super::constant::Constant;
use super::like::Pattern;
use super::token::{Token, Tokens, split};
use super::{Ask, Condition, DEPTH, Query, Test};
use crate::model::expr::Comparison;
use crate::model::path::fold_text;

/// Words that are no names.
const RESERVED: [&str; 9] = ["select", "from", "where", "and", "or", "not", "like", "is", "null"];

/// Why a text is no query that can be asked, and the byte at which that shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flawed {
    /// The byte.
    pub offset: usize,
    /// What stands there, in a few words.
    pub what: &'static str,
}

impl Flawed {
    pub(super) fn at(offset: usize, what: &'static str) -> Flawed {
        Flawed { offset, what }
    }
}

/// Reads a query.
///
/// ```
/// use patchstate::model::wql::parse;
///
/// assert_eq!(parse("SELECT Name FROM Win32_Product WHERE Name='x'").unwrap().class, "win32_product");
/// assert_eq!(parse("ASSOCIATORS OF {x}").unwrap_err().offset, 15);
/// ```
///
/// # Errors
///
/// It lies outside of what the rules may use.
pub fn parse(text: &str) -> Result<Query, Flawed> {
    let Tokens { list, odd_escapes } = split(text)?;
    let mut parser = Parser { tokens: list.into_iter().peekable(), end: text.len(), depth: 0 };
    parser.expect("select")?;
    if !parser.takes(&Token::Sign('*')) {
        parser.name()?;
        while parser.takes(&Token::Sign(',')) {
            parser.name()?;
        }
    }
    parser.expect("from")?;
    let class = parser.name()?;
    let condition = if parser.takes_word("where") { Some(parser.or()?) } else { None };
    match parser.tokens.next() {
        Some((offset, _)) => Err(Flawed::at(offset, "more than a query")),
        None => Ok(Query { class, condition, odd_escapes }),
    }
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<(usize, Token)>>,
    end: usize,
    depth: usize,
}

impl Parser {
    fn place(&mut self) -> usize {
        self.tokens.peek().map_or(self.end, |(offset, _)| *offset)
    }

    fn wrong<T>(&mut self, what: &'static str) -> Result<T, Flawed> {
        Err(Flawed::at(self.place(), what))
    }

    fn takes(&mut self, wanted: &Token) -> bool {
        self.tokens.next_if(|(_, token)| token == wanted).is_some()
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is_word =
            |(_, token): &(usize, Token)| matches!(token, Token::Word(own) if own.eq_ignore_ascii_case(word));
        self.tokens.next_if(is_word).is_some()
    }

    fn expect(&mut self, word: &str) -> Result<(), Flawed> {
        if self.takes_word(word) { Ok(()) } else { self.wrong("another word than the grammar asks for") }
    }

    /// A name, folded.
    fn name(&mut self) -> Result<String, Flawed> {
        let reserved = |word: &str| RESERVED.iter().any(|known| known.eq_ignore_ascii_case(word));
        match self.tokens.next_if(|(_, token)| matches!(token, Token::Word(word) if !reserved(word))) {
            Some((_, Token::Word(word))) => {
                let mut folded = String::with_capacity(word.len());
                fold_text(&word, &mut folded);
                Ok(folded)
            }
            _ => self.wrong("no name"),
        }
    }

    fn or(&mut self) -> Result<Condition, Flawed> {
        let mut operands = vec![self.and()?];
        while self.takes_word("or") {
            operands.push(self.and()?);
        }
        Ok(single(operands, Condition::Or))
    }

    fn and(&mut self) -> Result<Condition, Flawed> {
        let mut operands = vec![self.not()?];
        while self.takes_word("and") {
            operands.push(self.not()?);
        }
        Ok(single(operands, Condition::And))
    }

    fn not(&mut self) -> Result<Condition, Flawed> {
        self.depth += 1;
        if self.depth > DEPTH {
            return self.wrong("a condition nested too deeply");
        }
        let condition = if self.takes_word("not") {
            Condition::Not(Box::new(self.not()?))
        } else if self.takes(&Token::Sign('(')) {
            let inner = self.or()?;
            if !self.takes(&Token::Sign(')')) {
                return self.wrong("no closing parenthesis");
            }
            inner
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn comparison(&mut self) -> Result<Condition, Flawed> {
        if matches!(self.tokens.peek(), Some((_, Token::Constant(_)))) {
            let constant = self.constant()?;
            let comparison = mirrored(self.operator()?);
            return Ok(ask(self.name()?, Test::Compare(comparison, constant)));
        }
        let property = self.name()?;
        if self.takes_word("is") {
            let negated = self.takes_word("not");
            self.expect("null")?;
            return Ok(negate(negated, ask(property, Test::Null)));
        }
        let negated = self.takes_word("not");
        if self.takes_word("like") {
            let place = self.place();
            let Constant::Text(text, _) = self.constant()? else {
                return Err(Flawed::at(place, "a pattern that is no text"));
            };
            let pattern =
                Pattern::parse(&text).ok_or(Flawed::at(place, "a set of characters without end"))?;
            return Ok(negate(negated, ask(property, Test::Like(pattern))));
        }
        if negated {
            return self.wrong("`NOT` before something that is not `LIKE`");
        }
        let place = self.place();
        let comparison = self.operator()?;
        if !self.takes_word("null") {
            return Ok(ask(property, Test::Compare(comparison, self.constant()?)));
        }
        match comparison {
            Comparison::Eq => Ok(ask(property, Test::Null)),
            Comparison::Ne => Ok(negate(true, ask(property, Test::Null))),
            _ => Err(Flawed::at(place, "NULL has no order")),
        }
    }

    fn operator(&mut self) -> Result<Comparison, Flawed> {
        match self.tokens.next_if(|(_, token)| matches!(token, Token::Operator(_))) {
            Some((_, Token::Operator(operator))) => Ok(match operator {
                "=" => Comparison::Eq,
                "<" => Comparison::Lt,
                "<=" => Comparison::Le,
                ">" => Comparison::Gt,
                ">=" => Comparison::Ge,
                _ => Comparison::Ne,
            }),
            _ => self.wrong("no operator"),
        }
    }

    fn constant(&mut self) -> Result<Constant, Flawed> {
        match self.tokens.next_if(|(_, token)| matches!(token, Token::Constant(_))) {
            Some((_, Token::Constant(constant))) => Ok(constant),
            _ if self.takes_word("true") => Ok(Constant::Boolean(true)),
            _ if self.takes_word("false") => Ok(Constant::Boolean(false)),
            _ => self.wrong("no constant"),
        }
    }
}

fn ask(property: String, test: Test) -> Condition {
    Condition::Ask(Ask { property, test })
}

fn negate(negated: bool, condition: Condition) -> Condition {
    if negated { Condition::Not(Box::new(condition)) } else { condition }
}

/// The one operand, or all of them combined.
fn single(mut operands: Vec<Condition>, combine: fn(Vec<Condition>) -> Condition) -> Condition {
    match operands.pop() {
        Some(only) if operands.is_empty() => only,
        Some(last) => {
            operands.push(last);
            combine(operands)
        }
        None => combine(operands),
    }
}

/// The comparison with its sides changed.
fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Lt => Comparison::Gt,
        Comparison::Le => Comparison::Ge,
        Comparison::Gt => Comparison::Lt,
        Comparison::Ge => Comparison::Le,
        other => other,
    }
}
