//! What may stand where outside of elements: declaration, document type, root, and nothing else.
//!
//! Knows the order of a document's outermost parts and nothing of what is inside of the root.

use super::Roots;
use super::fault::Fault;

/// How far a document has come, seen from outside of its elements.
#[derive(Debug)]
pub(super) struct Outline {
    roots: Roots,
    seen: Seen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    Nothing,
    /// Something that may stand before a document type.
    Prolog,
    DocumentType,
    Root,
}

impl Outline {
    pub(super) fn new(roots: Roots) -> Self {
        Self { roots, seen: Seen::Nothing }
    }

    /// A comment, a processing instruction or white space.
    pub(super) fn other(&mut self) {
        self.seen = self.seen.max(Seen::Prolog);
    }

    /// An XML declaration, outside or inside of elements.
    pub(super) fn declaration(&mut self, depth: usize) -> Result<(), Fault> {
        let another = self.roots == Roots::Many && self.seen == Seen::Root;
        if depth > 0 || (self.seen != Seen::Nothing && !another) {
            return Err(Fault::new(0, "an XML declaration that is not at the start of the document"));
        }
        self.seen = Seen::Prolog;
        Ok(())
    }

    /// A document type declaration.
    pub(super) fn document_type(&mut self, depth: usize) -> Result<(), Fault> {
        if depth > 0 || self.seen >= Seen::DocumentType {
            return Err(Fault::new(0, "a DOCTYPE that does not stand, once, before the root element"));
        }
        self.seen = Seen::DocumentType;
        Ok(())
    }

    /// The start of an element that is in no other.
    pub(super) fn root(&mut self) -> Result<(), Fault> {
        if self.seen == Seen::Root && self.roots == Roots::One {
            return Err(Fault::new(0, "a second root element; a document has one"));
        }
        self.seen = Seen::Root;
        Ok(())
    }

    /// Text outside of elements that is more than white space.
    pub(super) fn text(&self) -> Fault {
        match self.seen {
            Seen::Root => Fault::new(0, "text after the root element"),
            _ => Fault::new(0, "text before the root element; is this XML?"),
        }
    }

    /// The end of the document, outside of elements.
    pub(super) fn end(&self) -> Result<(), Fault> {
        match self.seen {
            Seen::Root => Ok(()),
            Seen::Nothing => Err(Fault::new(0, "the document is empty")),
            Seen::Prolog | Seen::DocumentType => Err(Fault::new(0, "the document has no root element")),
        }
    }
}
