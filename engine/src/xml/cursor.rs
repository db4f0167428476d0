//! Streams a document: elements, attributes and text, one after the other, in bounded memory.
//!
//! Knows how the parts of a document follow each other, which elements are open, and where everything
//! stands. Knows nothing of what any element means. The rules of the module are in [`crate::xml`].

use std::io::BufRead;
use std::mem;

use super::stream::{Step, Stream};
pub use super::tag::Tag;
use super::text::{Builder, Text};
use super::{Limits, Roots};
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};

/// What comes next in a document.
#[derive(Clone, Debug)]
pub enum Event<'c> {
    /// An element begins; one without content (`<a/>`) begins and ends.
    Open(Tag<'c>),
    /// The innermost element ends.
    Close,
    /// The text up to the next tag; never two of them in a row, and none outside of the root.
    Text(Text<'c>),
    /// The document is over.
    End,
}

/// The text of an element with everything inside of it that is not text left out.
#[derive(Clone, Debug)]
pub struct Content<'c> {
    /// The text.
    pub text: Text<'c>,
    /// How many elements inside of it were skipped.
    pub children: usize,
}

/// Reads a document from its start to its end.
///
/// The encoding is decided first: a byte order mark, UTF-16 by its NUL bytes, the XML declaration, and
/// else UTF-8. In a document that is UTF-8 by this, a value or a stretch of text that is not is read as
/// windows-1252, and its place is remembered ([`Cursor::take_undecodable`]).
///
/// Offsets, lines and columns are those of the document as decoded to UTF-8, without byte order mark.
///
/// ```
/// use patchstate::xml::Limits;
/// use patchstate::xml::cursor::{Cursor, Event};
///
/// let text = "<updates>\n  <update type='bugfix'>a &amp; b</update>\n</updates>";
/// let mut cursor = Cursor::new(text.as_bytes(), Limits::default());
/// assert_eq!(cursor.root()?.local(), "updates");
/// while let Some(update) = cursor.child(1)? {
///     assert_eq!(update.attribute("type").as_deref(), Some("bugfix"));
///     assert_eq!(update.position().to_string(), "2:3");
///     assert_eq!(cursor.text()?.text.value(), "a & b");
/// }
/// assert!(matches!(cursor.next()?, Event::End));
/// # Ok::<(), patchstate::error::Error>(())
/// ```
pub struct Cursor<R> {
    stream: Stream<R>,
    /// The text of an element that [`Cursor::text`] collects.
    content: Builder,
}

impl<R: BufRead> Cursor<R> {
    /// Reads a document with one root element; nothing is read before the first event is asked for.
    pub fn new(reader: R, limits: Limits) -> Self {
        Self::with_roots(reader, limits, Roots::One)
    }

    /// Reads a document with as many root elements as `roots` says.
    pub fn with_roots(reader: R, limits: Limits, roots: Roots) -> Self {
        Self { stream: Stream::new(reader, limits, roots), content: Builder::default() }
    }

    /// Moves on and says what is there.
    ///
    /// # Errors
    ///
    /// The document is not well-formed, exceeds a limit, uses an entity, or cannot be read; no event
    /// comes after an error, but for that of [`Cursor::limit`] ([`Cursor::has_failed`]).
    #[allow(
        clippy::should_implement_trait,
        reason = "an event borrows the cursor, which no iterator can say"
    )]
    pub fn next(&mut self) -> Result<Event<'_>> {
        Ok(match self.stream.step()? {
            Step::Open => Event::Open(self.tag()),
            Step::Close => Event::Close,
            Step::Text => Event::Text(self.stream.text.text()),
            Step::End => Event::End,
        })
    }

    /// Moves to the root element; called first.
    ///
    /// # Errors
    ///
    /// As [`Cursor::next`].
    pub fn root(&mut self) -> Result<Tag<'_>> {
        match self.stream.step()? {
            Step::Open => Ok(self.tag()),
            Step::Close | Step::Text | Step::End => {
                Err(Error::new(Code::NotWellFormed, "the root element is read already")
                    .at(self.stream.position))
            }
        }
    }

    /// Moves to the next child of the element that is the `depth`th of the open ones, the root being
    /// the first. Text, and whatever was not read of an earlier child, is passed over.
    ///
    /// None is the end of that element.
    ///
    /// # Errors
    ///
    /// As [`Cursor::next`].
    pub fn child(&mut self, depth: usize) -> Result<Option<Tag<'_>>> {
        loop {
            match self.stream.step()? {
                Step::Open if self.stream.path.depth() == depth + 1 => return Ok(Some(self.tag())),
                Step::Close if self.stream.path.depth() <= depth => return Ok(None),
                Step::End => return Ok(None),
                Step::Open | Step::Close | Step::Text => {}
            }
        }
    }

    /// Passes over what is left of the element that is the `depth`th of the open ones (with 0, of the
    /// document), whatever there is of it; for one that was too long to be read.
    ///
    /// # Errors
    ///
    /// What is left is not well-formed, or reading ended.
    pub fn leave(&mut self, depth: usize) -> Result<()> {
        self.limit(u64::MAX);
        while self.child(depth)?.is_some() {}
        Ok(())
    }

    /// Whether nothing comes any more after an error.
    pub fn has_failed(&self) -> bool {
        self.stream.has_failed()
    }

    /// Moves to the end of the innermost open element.
    ///
    /// # Errors
    ///
    /// As [`Cursor::next`].
    pub fn skip(&mut self) -> Result<()> {
        let depth = self.stream.open_depth();
        loop {
            match self.stream.step()? {
                Step::Close if self.stream.path.depth() <= depth => return Ok(()),
                Step::End => return Ok(()),
                Step::Open | Step::Close | Step::Text => {}
            }
        }
    }

    /// Moves to the end of the innermost open element and gives its text from here on.
    ///
    /// # Errors
    ///
    /// As [`Cursor::next`].
    pub fn text(&mut self) -> Result<Content<'_>> {
        self.content.clear();
        let mut children = 0;
        loop {
            match self.stream.step()? {
                Step::Text => {
                    self.content.append(&self.stream.text);
                    if self.content.len() > self.stream.limits.text_bytes {
                        return Err(self.stream.refuse_long_text());
                    }
                }
                Step::Open => {
                    children += 1;
                    self.skip()?;
                }
                Step::Close | Step::End => return Ok(Content { text: self.content.text(), children }),
            }
        }
    }

    /// Lets the document reach no further than to this offset, in place of the limit of its bytes: for an
    /// element that may have only so many. What is read already stays. Of what reaches further the next event
    /// is an error; behind it reading goes on where a further limit is set.
    ///
    /// ```
    /// use patchstate::diagnostic::Code;
    /// use patchstate::xml::Limits;
    /// use patchstate::xml::cursor::Cursor;
    ///
    /// let mut cursor = Cursor::new(&b"<updates><update>long</update></updates>"[..], Limits::default());
    /// cursor.root()?;
    /// cursor.child(1)?;
    /// cursor.limit(20);
    /// assert_eq!(cursor.skip().unwrap_err().code(), Code::TooLarge);
    /// cursor.limit(u64::MAX);
    /// assert!(cursor.child(1)?.is_none());
    /// # Ok::<(), patchstate::error::Error>(())
    /// ```
    pub fn limit(&mut self, offset: u64) {
        self.stream.limit(offset);
    }

    /// Where the last event begins: the `<` of a tag, the first part of a text.
    pub fn position(&self) -> Position {
        self.stream.position
    }

    /// The names of the open elements from the root down, such as `updates/update/title`. An element is
    /// among them from its [`Event::Open`] to its [`Event::Close`], both included.
    pub fn path(&self) -> &str {
        self.stream.path.whole()
    }

    /// The same without the root: `update/title`.
    pub fn path_in_root(&self) -> &str {
        self.stream.path.in_root()
    }

    /// How many names the path has.
    pub fn depth(&self) -> usize {
        self.stream.path.depth()
    }

    /// The last name of the path, with its prefix.
    pub fn name(&self) -> &str {
        self.stream.path.name()
    }

    /// Where the document type declaration stands, if one was passed; some formats refuse them.
    pub fn document_type(&self) -> Option<Position> {
        self.stream.document_type
    }

    /// Where the first of what some formats refuse stands that was read: a document type, or a processing
    /// instruction other than the declaration.
    pub fn beside_elements(&self) -> Option<Position> {
        self.stream.document_type.or(self.stream.instruction)
    }

    /// The name of the encoding, once an event was read.
    pub fn encoding(&self) -> Option<&'static str> {
        self.stream.source().encoding()
    }

    /// In how many places so far bytes had no meaning in that encoding and became U+FFFD; always 0 in
    /// UTF-8.
    pub fn replaced(&self) -> u64 {
        self.stream.source().replaced()
    }

    /// Takes the places, since it was last called, of values and stretches of text that are not UTF-8
    /// and were read as windows-1252; the first 1,000 of them.
    pub fn take_undecodable(&mut self) -> Vec<Position> {
        mem::take(&mut self.stream.undecodable)
    }

    /// How many such places there were so far.
    pub fn undecodable(&self) -> u64 {
        self.stream.undecodable_count
    }

    fn tag(&self) -> Tag<'_> {
        Tag {
            name: self.stream.opening.name(),
            attributes: self.stream.opening.attributes(),
            source: self.stream.opening.source(&self.stream.raw),
            position: self.stream.position,
            scope: &self.stream.scope,
        }
    }
}

impl<R> std::fmt::Debug for Cursor<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cursor")
            .field("position", &self.stream.position)
            .field("path", &self.stream.path.whole())
            .finish_non_exhaustive()
    }
}
