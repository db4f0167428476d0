//! Words, strings and marks of a management information file; `//` begins a comment.

use crate::diagnostic::Code;
use crate::error::Result;
use crate::inventory::MAX_TEXT;
use crate::inventory::sink::error;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A keyword, a name or a number.
    Word(&'a str),
    /// What stands between quotes; there are no escapes, so that `C:\` may stand there.
    Text(&'a str),
    /// One of `= , { } ( )`.
    Mark(u8),
}

impl Token<'_> {
    /// Whether it is a keyword, whatever its case.
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self, Token::Word(own) if own.eq_ignore_ascii_case(word))
    }
}

/// The tokens of a text, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Tokens { text, at: 0 }
    }

    /// The next token and where it begins; None at the end.
    ///
    /// # Errors
    ///
    /// A string does not end on its line, or a token is too long.
    pub(super) fn next(&mut self) -> Result<Option<(usize, Token<'a>)>> {
        self.pass_blanks();
        let (start, rest) = (self.at, &self.text[self.at..]);
        let Some(first) = rest.bytes().next() else { return Ok(None) };
        let token = match first {
            b'"' => {
                let end = rest[1..].find(['"', '\n']).filter(|end| rest.as_bytes()[1 + end] == b'"');
                let Some(end) = end else {
                    return Err(error(Code::NotWellFormed, start, "a string does not end on its line"));
                };
                self.at += end + 2;
                Token::Text(&rest[1..1 + end])
            }
            b'=' | b',' | b'{' | b'}' | b'(' | b')' => {
                self.at += 1;
                Token::Mark(first)
            }
            _ => {
                let ends = |c: char| c.is_whitespace() || c == '\0' || "\"=,{}()".contains(c);
                let end = rest.find(ends).unwrap_or(rest.len());
                // A word may be followed by a comment at once.
                let end = rest[..end].find("//").unwrap_or(end);
                self.at += end;
                Token::Word(&rest[..end])
            }
        };
        if self.at - start > MAX_TEXT {
            return Err(error(Code::TooLarge, start, format!("a value of more than {MAX_TEXT} bytes")));
        }
        Ok(Some((start, token)))
    }

    /// The next token, which stays the next.
    pub(super) fn peek(&self) -> Result<Option<Token<'a>>> {
        Ok(self.clone().next()?.map(|(_, token)| token))
    }

    /// Passes over white space, NULs and comments.
    fn pass_blanks(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let blank = rest.find(|c: char| !c.is_whitespace() && c != '\0').unwrap_or(rest.len());
            self.at += blank;
            if !rest[blank..].starts_with("//") {
                return;
            }
            self.at += rest[blank..].find('\n').unwrap_or(rest.len() - blank);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_a_line() {
        let all = |text: &'static str| {
            let (mut tokens, mut found) = (Tokens::of(text), Vec::new());
            loop {
                match tokens.next() {
                    Ok(Some((_, token))) => found.push(token),
                    Ok(None) => return (found, None),
                    Err(error) => return (found, Some(error.code())),
                }
            }
        };
        use Token::{Mark, Text, Word};
        let line = "Value = \"C:\\\"\"b\" // \"c\"\n{-5,}String(64)//x\0";
        let expect = [
            Word("Value"),
            Mark(b'='),
            Text("C:\\"),
            Text("b"),
            Mark(b'{'),
            Word("-5"),
            Mark(b','),
            Mark(b'}'),
            Word("String"),
            Mark(b'('),
            Word("64"),
            Mark(b')'),
        ];
        assert_eq!(all(line), (expect.to_vec(), None));
        assert_eq!(all("\"a\n\""), (Vec::new(), Some(Code::NotWellFormed)));
        assert_eq!(all("\"é"), (Vec::new(), Some(Code::NotWellFormed)));
        assert_eq!(all(""), (Vec::new(), None));
    }
}
