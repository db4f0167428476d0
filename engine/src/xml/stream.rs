//! Takes one step after the other through a document: what is there, not yet handed to anyone.
//!
//! Keeps what a step needs (the tokens, the open elements, their name spaces, the place) so that
//! [`super::cursor::Cursor`] only has to lend it out. Knows nothing of what any element means.

use std::io::BufRead;
use std::mem;

use super::fault::{self, Fault, START};
use super::meter::Meter;
use super::opening::Opening;
use super::outline::Outline;
use super::path::Path;
use super::scope::Scope;
use super::source::Source;
use super::text::{Builder, Decoding};
use super::token::{self, Token};
use super::{Limits, Roots, reference};
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};

/// How many places of bytes that are not UTF-8 are kept until they are taken.
const KEPT: usize = 1000;

/// A document that is being read.
pub(super) struct Stream<R> {
    reader: quick_xml::Reader<Meter<R>>,
    pub(super) limits: Limits,
    /// Bytes of the token that was read last.
    pub(super) raw: Vec<u8>,
    /// The start tag, after [`Step::Open`].
    pub(super) opening: Opening,
    /// The text, after [`Step::Text`].
    pub(super) text: Builder,
    pub(super) path: Path,
    pub(super) scope: Scope,
    outline: Outline,
    /// Where the last step begins.
    pub(super) position: Position,
    ahead: Ahead,
    /// How far an element may reach, and whether the last step went beyond that.
    until: u64,
    is_beyond: bool,
    /// Whether the innermost element ended and is left with the next step.
    leaving: bool,
    pub(super) document_type: Option<Position>,
    /// Where the first processing instruction stands that is not the declaration.
    pub(super) instruction: Option<Position>,
    /// Places of bytes that are not UTF-8, the first [`KEPT`], and how many there were.
    pub(super) undecodable: Vec<Position>,
    pub(super) undecodable_count: u64,
}

/// What is known of the next step before it is taken.
#[derive(Clone, Copy, Debug)]
enum Ahead {
    /// Nothing: it must be read.
    Unread,
    /// The token after a text, and where it begins; its bytes are there.
    Token(Token, Position),
    /// The end of an element without content.
    Close,
    End,
    /// There was an error.
    Failed,
}

/// An event without what it carries.
pub(super) enum Step {
    Open,
    Close,
    Text,
    End,
}

impl<R: BufRead> Stream<R> {
    pub(super) fn new(reader: R, limits: Limits, roots: Roots) -> Self {
        let mut reader = quick_xml::Reader::from_reader(Meter::new(reader, limits));
        // Names of end tags are compared here, where the path knows them.
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        Self {
            reader,
            limits,
            raw: Vec::new(),
            opening: Opening::default(),
            text: Builder::default(),
            path: Path::default(),
            scope: Scope::default(),
            outline: Outline::new(roots),
            position: START,
            ahead: Ahead::Unread,
            until: u64::MAX,
            is_beyond: false,
            leaving: false,
            document_type: None,
            instruction: None,
            undecodable: Vec::new(),
            undecodable_count: 0,
        }
    }

    pub(super) fn source(&self) -> &Source<R> {
        self.reader.get_ref().source()
    }

    /// Lets what is read from here on reach so far and no further; tokens are bounded by themselves.
    pub(super) fn limit(&mut self, offset: u64) {
        self.reader.get_mut().unlimit();
        self.until = offset;
    }

    /// How many elements are open, not counting one that just ended.
    pub(super) fn open_depth(&self) -> usize {
        self.path.depth() - usize::from(self.leaving)
    }

    /// Moves on.
    pub(super) fn step(&mut self) -> Result<Step> {
        let step = self.advance();
        match &step {
            // An end is the end of what is too long.
            Ok(Step::Open | Step::Text) => self.check_reach()?,
            Ok(Step::Close | Step::End) => {}
            // What was read up to a limit for an element is whole, so that reading may go on.
            Err(_) if mem::take(&mut self.is_beyond) => {}
            Err(_) => self.ahead = Ahead::Failed,
        }
        step
    }

    /// Refuses what reaches further than it may.
    #[inline]
    fn check_reach(&self) -> Result<()> {
        if self.reader.get_ref().offset() <= self.until { Ok(()) } else { Err(self.beyond()) }
    }

    #[cold]
    fn beyond(&self) -> Error {
        Fault::too_large(0, format!("reaches beyond byte {}, which is the limit", self.until))
            .at(self.position)
    }

    fn advance(&mut self) -> Result<Step> {
        if mem::take(&mut self.leaving) {
            self.path.leave();
            self.scope.leave(self.path.depth());
        }
        match mem::replace(&mut self.ahead, Ahead::Unread) {
            Ahead::Unread => self.read(),
            Ahead::Token(token, begin) => self.deliver(token, begin),
            Ahead::Close => Ok(self.close()),
            Ahead::End => {
                self.ahead = Ahead::End;
                Ok(Step::End)
            }
            Ahead::Failed => Err(Error::new(Code::NotWellFormed, "reading ended with an earlier error")),
        }
    }

    /// Reads up to the next tag; a text before it comes first.
    fn read(&mut self) -> Result<Step> {
        self.text.clear();
        self.is_beyond = false;
        loop {
            if let Err(error) = self.check_reach() {
                self.is_beyond = true;
                return Err(error);
            }
            let room = self.limits.text_bytes.saturating_sub(self.text.len());
            let begin = self.reader.get_mut().begin(room);
            let token = self.token(begin)?;
            match token {
                Token::Text | Token::Cdata | Token::Reference => {
                    self.take_text(token, begin).map_err(|fault| self.error(fault, begin))?;
                }
                Token::Declaration | Token::DocumentType | Token::Comment | Token::Instruction => {
                    self.pass(token, begin).map_err(|fault| self.error(fault, begin))?;
                }
                Token::Open | Token::Empty | Token::Close | Token::End if self.text.is_empty() => {
                    return self.deliver(token, begin);
                }
                Token::Open | Token::Empty | Token::Close | Token::End => {
                    self.ahead = Ahead::Token(token, begin);
                    return Ok(Step::Text);
                }
            }
        }
    }

    /// Reads one token into `raw`.
    fn token(&mut self, begin: Position) -> Result<Token> {
        self.raw.clear();
        match self.reader.read_event_into(&mut self.raw) {
            Ok(event) => Ok(Token::of(&event)),
            Err(error) => {
                Err(fault::of_token(error).map_or_else(|other| other.at(begin), |found| found.at(begin)))
            }
        }
    }

    /// Whether nothing can be read any more.
    pub(super) fn has_failed(&self) -> bool {
        matches!(self.ahead, Ahead::Failed)
    }

    /// The error of a fault in the token that is in `raw`.
    fn error(&self, fault: Fault, begin: Position) -> Error {
        let before = self.raw.get(..fault.at).unwrap_or(&self.raw);
        let place = fault::advance(begin, before);
        fault.at(place)
    }

    fn long_text(&self) -> Fault {
        Fault::too_large(0, format!("a text is longer than {} bytes", self.limits.text_bytes))
    }

    /// Adds the token in `raw` to the text.
    fn take_text(&mut self, token: Token, begin: Position) -> std::result::Result<(), Fault> {
        let raw = &self.raw[..];
        if self.path.depth() == 0 {
            return token::check_outside(raw, &mut self.outline);
        }
        if self.text.is_empty() {
            self.position = begin;
        }
        let decoding = match token {
            Token::Reference => {
                self.text.reference(reference::resolve(raw, 0)?.0);
                Decoding::Right
            }
            Token::Cdata => {
                token::check_cdata(raw)?;
                self.text.section(token::cdata(raw))
            }
            _ => {
                token::check_text(raw)?;
                self.text.characters(raw)
            }
        };
        if decoding == Decoding::Substituted {
            self.note_undecodable(begin);
        }
        if self.text.len() > self.limits.text_bytes {
            return Err(self.long_text());
        }
        Ok(())
    }

    /// Checks the token in `raw`, which nobody reads.
    fn pass(&mut self, token: Token, begin: Position) -> std::result::Result<(), Fault> {
        token::check_passed(token, &self.raw, self.path.depth(), &mut self.outline)?;
        if token == Token::DocumentType {
            self.document_type = Some(begin);
        }
        if token == Token::Instruction {
            self.instruction.get_or_insert(begin);
        }
        Ok(())
    }

    /// Makes the tag in `raw` the event.
    fn deliver(&mut self, token: Token, begin: Position) -> Result<Step> {
        self.position = begin;
        match token {
            Token::Close => {
                let open = (self.path.depth() > 0).then(|| self.path.name());
                token::check_close(&self.raw, open).map_err(|fault| self.error(fault, begin))?;
                Ok(self.close())
            }
            Token::Open | Token::Empty => {
                self.open()?;
                if token == Token::Empty {
                    self.ahead = Ahead::Close;
                }
                Ok(Step::Open)
            }
            _ => self.end().map_err(|fault| fault.at(begin)),
        }
    }

    fn open(&mut self) -> Result<()> {
        let (depth, begin) = (self.path.depth(), self.position);
        if depth == 0 {
            self.outline.root().map_err(|fault| fault.at(begin))?;
        }
        if depth >= self.limits.depth {
            let message = format!("{} than {}", fault::TOO_DEEP, self.limits.depth);
            return Err(Fault::too_large(0, message).at(begin));
        }
        self.opening.read(&mut self.raw).map_err(|fault| self.error(fault, begin))?;
        self.path.enter(self.opening.name());
        self.scope.enter(depth + 1, self.opening.attributes()).map_err(|fault| {
            let source = self.opening.source(&self.raw);
            let place = fault::advance(begin, source.get(..fault.at).unwrap_or(source));
            fault.at(place)
        })?;
        if !self.opening.substituted().is_empty() {
            self.note_values();
        }
        Ok(())
    }

    /// Notes the values of the start tag that are not UTF-8.
    #[cold]
    fn note_values(&mut self) {
        let values = self.opening.substituted();
        let source = self.opening.source(&self.raw);
        let (mut place, mut before) = (self.position, 0);
        for at in values.iter().take(KEPT.saturating_sub(self.undecodable.len())) {
            // From one to the next, so that many in one tag do not count its lines again and again.
            place = fault::advance(place, source.get(before..*at).unwrap_or_default());
            before = *at;
            self.undecodable.push(place);
        }
        self.undecodable_count += values.len() as u64;
    }

    fn close(&mut self) -> Step {
        self.leaving = true;
        Step::Close
    }

    fn end(&mut self) -> std::result::Result<Step, Fault> {
        if self.path.depth() > 0 {
            let name = fault::quote(self.path.name().as_bytes());
            return Err(Fault::new(0, format!("the document ends inside of `<{name}>`; is it cut short?")));
        }
        self.outline.end()?;
        self.ahead = Ahead::End;
        Ok(Step::End)
    }

    #[cold]
    fn note_undecodable(&mut self, place: Position) {
        self.undecodable_count += 1;
        if self.undecodable.len() < KEPT {
            self.undecodable.push(place);
        }
    }

    /// Refuses what a reader put together of several texts.
    pub(super) fn refuse_long_text(&mut self) -> Error {
        self.ahead = Ahead::Failed;
        self.long_text().at(self.position)
    }
}
