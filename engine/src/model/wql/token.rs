//! Splits the text of a query into tokens.

use super::constant::{Constant, number};
use super::parse::Flawed;

/// A token of a query.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A text, a number.
    Constant(Constant),
    /// `=`, `<>`, `!=`, `<`, `<=`, `>`, `>=`.
    Operator(&'static str),
    /// `(`, `)`, `*`, `,`.
    Sign(char),
    /// A name or a word of the language.
    Word(String),
}

const OPERATORS: [&str; 7] = ["<=", ">=", "<>", "!=", "=", "<", ">"];

/// The tokens of a query with their places, and where odd escapes stand.
pub(super) struct Tokens {
    pub(super) list: Vec<(usize, Token)>,
    pub(super) odd_escapes: Vec<usize>,
}

/// Splits a query.
pub(super) fn split(query: &str) -> Result<Tokens, Flawed> {
    let mut tokens = Tokens { list: Vec::new(), odd_escapes: Vec::new() };
    let mut at = 0;
    loop {
        at += query[at..].len() - query[at..].trim_start().len();
        let rest = &query[at..];
        let Some(first) = rest.chars().next() else { return Ok(tokens) };
        let (token, length) = match first {
            '\'' | '"' => text(rest, first, at, &mut tokens.odd_escapes)?,
            '(' | ')' | '*' | ',' => (Token::Sign(first), 1),
            '-' | '0'..='9' => digits(rest).ok_or(Flawed::at(at, "a number without digits"))?,
            c if c.is_ascii_alphabetic() || c == '_' => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                (Token::Word(rest[..end].to_owned()), end)
            }
            _ => match OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
                Some(operator) => (Token::Operator(operator), operator.len()),
                None => return Err(Flawed::at(at, "a character that no query has")),
            },
        };
        tokens.list.push((at, token));
        at += length;
    }
}

/// A text up to the quotation mark that ends it.
fn text(rest: &str, quote: char, at: usize, odd: &mut Vec<usize>) -> Result<(Token, usize), Flawed> {
    let mut value = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((place, c)) = characters.next() {
        if c == quote {
            return Ok((Token::Constant(Constant::text(value)), place + 1));
        }
        if c != '\\' {
            value.push(c);
            continue;
        }
        match characters.peek().copied() {
            Some((_, escaped @ ('\\' | '\'' | '"'))) => {
                value.push(escaped);
                characters.next();
            }
            _ => {
                odd.push(at + place);
                value.push(c);
            }
        }
    }
    Err(Flawed::at(at, "a text without end"))
}

fn digits(rest: &str) -> Option<(Token, usize)> {
    let sign = usize::from(rest.starts_with('-'));
    let run = |from: usize| rest[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut end = sign + run(sign);
    if rest[end..].starts_with('.') && run(end + 1) > 0 {
        end += 1 + run(end + 1);
    }
    let written = &rest[..end];
    Some((Token::Constant(Constant::Number(written.to_owned(), number(written)?)), end))
}
