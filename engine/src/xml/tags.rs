//! Walks the tags of a document that is in memory as text, and copies nothing of it.
//!
//! Made for documents of flat elements with attributes only: names and values are borrowed from the
//! text, no tag allocates, and lines are counted only when a position is asked for. What is not a tag
//! is checked and passed over. Knows nothing of encodings, name spaces and what any element means.

use std::borrow::Cow;
use std::rc::Rc;

use super::attributes::{Attributes, Span, element_name, split};
use super::characters::{is_space, split_name};
use super::fault::{self, Fault, START, quote};
use super::outline::Outline;
use super::token::{self, Token};
use super::{Limits, Roots, reference};
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};

/// A tag.
#[derive(Clone, Debug)]
pub enum TagEvent<'a> {
    /// A start tag; after an empty one (`<a/>`) no end tag comes.
    Open(Tag<'a>),
    /// An end tag, with its name.
    Close(&'a str),
}

/// A start tag.
#[derive(Clone, Debug)]
pub struct Tag<'a> {
    /// All of it, `<` to `>`.
    text: &'a str,
    name: &'a str,
    offset: usize,
    /// How many elements are open with this one.
    depth: usize,
    content: Content,
    /// Shared with the reader, which writes the next list elsewhere as long as a tag keeps this one.
    spans: Rc<Vec<Span>>,
}

/// Whether an element has an end tag of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Some,
    None,
}

impl<'a> Tag<'a> {
    /// The name as written, with its prefix.
    #[inline]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The name without prefix.
    #[inline]
    pub fn local(&self) -> &'a str {
        split_name(self.name).1
    }

    /// The prefix.
    pub fn prefix(&self) -> Option<&'a str> {
        split_name(self.name).0
    }

    /// Whether it ends in `/>`, so that no end tag comes.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.content == Content::None
    }

    /// All of it as written, `<` to `>`.
    #[inline]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// All attributes, name space declarations among them.
    #[inline]
    pub fn attributes(&self) -> Attributes<'_, 'a> {
        Attributes::new(self.text, &self.spans)
    }

    /// The value of the attribute with this local name; one without a prefix goes before one with.
    pub fn attribute(&self, local: &str) -> Option<Cow<'a, str>> {
        self.attributes().find(local).map(|found| found.value())
    }

    /// Bytes of the text before the tag.
    #[inline]
    pub fn offset(&self) -> usize {
        self.offset
    }
}

/// Reads the tags of a text from its start to its end.
///
/// ```
/// use patchstate::xml::tags::{TagEvent, Tags};
///
/// let text = "<host>\n<file path='C:\\a.dll' version='1.0'/>\n</host>";
/// let mut tags = Tags::new(text);
/// let Some(TagEvent::Open(root)) = tags.next()? else { panic!("no root") };
/// while let Some(file) = tags.child(&root)? {
///     let version = file.attributes().iter().find(|one| one.name() == "version");
///     assert_eq!(version.map(|one| one.value()).as_deref(), Some("1.0"));
///     assert_eq!(file.offset(), 7);
/// }
/// assert!(tags.next()?.is_none());
/// # Ok::<(), patchstate::error::Error>(())
/// ```
pub struct Tags<'a> {
    text: &'a str,
    reader: quick_xml::Reader<&'a [u8]>,
    outline: Outline,
    /// Names of the open elements, and how many there may be.
    open: Vec<&'a str>,
    most: usize,
    /// Where the last tag begins.
    offset: usize,
    spans: Rc<Vec<Span>>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Reading,
    Failed,
}

impl<'a> Tags<'a> {
    /// Reads a text with one root element.
    pub fn new(text: &'a str) -> Self {
        Self::with_limits(text, Limits::default(), Roots::One)
    }

    /// Reads a text with as many root elements as `roots` says; of the limits only the depth matters,
    /// since the text is there already.
    pub fn with_limits(text: &'a str, limits: Limits, roots: Roots) -> Self {
        let body = text.trim_start_matches('\u{feff}');
        let mut reader = quick_xml::Reader::from_reader(body.as_bytes());
        // Names of end tags are compared here, where the open elements are known.
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        // White space before a tag is then no event of its own.
        reader.config_mut().trim_text_start = true;
        Self {
            text,
            reader,
            outline: Outline::new(roots),
            open: Vec::new(),
            most: limits.depth,
            offset: 0,
            spans: Rc::default(),
            state: State::Reading,
        }
    }

    /// Moves to the next tag; none is the end of the document.
    ///
    /// # Errors
    ///
    /// The document is not well-formed, is nested too deep, or uses an entity; no tag comes after an
    /// error.
    #[allow(clippy::should_implement_trait, reason = "each step can fail, and `?` reads better on it")]
    #[inline]
    pub fn next(&mut self) -> Result<Option<TagEvent<'a>>> {
        if self.state == State::Failed {
            return Err(Error::new(Code::NotWellFormed, "reading ended with an earlier error"));
        }
        loop {
            let start = self.pass_space();
            let token = match self.reader.read_event() {
                Ok(event) => Token::of(&event),
                Err(error) => return Err(self.failed(start, fault::of_token(error))),
            };
            let raw = self.text.get(start..self.at()).unwrap_or_default();
            let event = match token {
                Token::Open | Token::Empty => self.open(token, start, raw).map(TagEvent::Open),
                Token::Close => self.close(start, raw).map(TagEvent::Close),
                Token::End => {
                    return self.end().map(|()| None).map_err(|fault| self.failed(start, Ok(fault)));
                }
                _ => match self.pass(token, raw) {
                    Ok(()) => continue,
                    Err(fault) => Err(fault),
                },
            };
            return event.map(Some).map_err(|fault| self.failed(start, Ok(fault)));
        }
    }

    /// Moves to the next child of an element that is open; what was not read of an earlier child is
    /// passed over. None is the end of that element.
    ///
    /// # Errors
    ///
    /// As [`Tags::next`].
    #[inline]
    pub fn child(&mut self, parent: &Tag<'_>) -> Result<Option<Tag<'a>>> {
        if parent.is_empty() {
            return Ok(None);
        }
        while self.open.len() >= parent.depth {
            match self.next()? {
                Some(TagEvent::Open(tag)) if tag.depth == parent.depth + 1 => return Ok(Some(tag)),
                Some(_) => {}
                None => break,
            }
        }
        Ok(None)
    }

    /// Whether `element` is the innermost one that is open.
    #[inline]
    pub fn is_in(&self, element: &Tag<'_>) -> bool {
        !element.is_empty() && self.open.len() == element.depth
    }

    /// What follows the last tag.
    #[inline]
    pub fn rest(&self) -> &'a str {
        &self.text[self.at()..]
    }

    /// Passes over so many bytes of the rest: whole elements and white space around them, which
    /// the caller knows to be well-formed.
    #[inline]
    pub fn pass_known(&mut self, bytes: usize) {
        let rest = self.reader.get_mut();
        *rest = rest.get(bytes..).unwrap_or_default();
    }

    /// Where the last tag begins, in bytes of the text.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// How many elements are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Where the next token begins, behind the white space that quick-xml passes over.
    #[inline]
    fn pass_space(&mut self) -> usize {
        let from = self.at();
        let rest = *self.reader.get_ref();
        let spaces = rest.iter().take_while(|byte| is_space(**byte)).count();
        if spaces > 0 && self.open.is_empty() {
            self.outline.other();
        }
        from + spaces
    }

    /// Bytes of the text that were read.
    #[inline]
    fn at(&self) -> usize {
        self.text.len() - self.reader.get_ref().len()
    }

    #[inline]
    fn open(&mut self, token: Token, start: usize, raw: &'a str) -> std::result::Result<Tag<'a>, Fault> {
        if self.open.is_empty() {
            self.outline.root()?;
        }
        if self.open.len() >= self.most {
            return Err(Fault::too_large(0, format!("elements are nested deeper than {}", self.most)));
        }
        let content = if token == Token::Empty { Content::None } else { Content::Some };
        let end = raw.len() - if token == Token::Empty { 2 } else { 1 };
        let name_end = element_name(raw.as_bytes())?;
        split(raw.as_bytes(), name_end, end, Rc::make_mut(&mut self.spans))?;
        let name = &raw[1..name_end];
        if content == Content::Some {
            self.open.push(name);
        }
        self.offset = start;
        let depth = self.open.len() + usize::from(content == Content::None);
        Ok(Tag { text: raw, name, offset: start, depth, content, spans: Rc::clone(&self.spans) })
    }

    #[inline]
    fn close(&mut self, start: usize, raw: &str) -> std::result::Result<&'a str, Fault> {
        let name = self.open.pop();
        token::check_close(raw.as_bytes(), name)?;
        self.offset = start;
        Ok(name.unwrap_or_default())
    }

    /// Checks what is not a tag.
    #[inline]
    fn pass(&mut self, token: Token, raw: &str) -> std::result::Result<(), Fault> {
        let raw = raw.as_bytes();
        match token {
            Token::Text | Token::Reference | Token::Cdata if self.open.is_empty() => {
                token::check_outside(raw, &mut self.outline)
            }
            Token::Text => token::check_text(raw),
            Token::Reference => reference::resolve(raw, 0).map(|_| ()),
            Token::Cdata => token::check_cdata(raw),
            _ => token::check_passed(token, raw, self.open.len(), &mut self.outline),
        }
    }

    fn end(&self) -> std::result::Result<(), Fault> {
        match self.open.last() {
            Some(name) => {
                let name = quote(name.as_bytes());
                Err(Fault::new(0, format!("the document ends inside of `<{name}>`; is it cut short?")))
            }
            None => self.outline.end(),
        }
    }

    #[cold]
    fn failed(&mut self, start: usize, fault: std::result::Result<Fault, Error>) -> Error {
        self.state = State::Failed;
        match fault {
            Ok(fault) => {
                let place = line_column(self.text, start + fault.at);
                fault.at(place)
            }
            Err(error) => error,
        }
    }
}

impl std::fmt::Debug for Tags<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tags").field("offset", &self.offset).field("open", &self.open).finish_non_exhaustive()
    }
}

/// The line and column of a byte of a text; counts all lines before it.
///
/// ```
/// use patchstate::xml::tags::line_column;
/// assert_eq!(line_column("<a>\n <b/>", 5).to_string(), "2:2");
/// ```
pub fn line_column(text: &str, offset: usize) -> Position {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    fault::advance(START, before)
}
