//! Reads a document of one month, in one pass.
//!
//! Knows the document's frame: header, products, vulnerabilities. One vulnerability is held at a time, and
//! a document that is not well-formed gives nothing at all. Source of truth: `docs/cvrf.md`, "Documents".

use std::collections::BTreeSet;
use std::io::BufRead;
use std::path::Path;

use super::date;
use super::document::{Document, Header};
use super::name::reduced;
use super::product_tree::Products;
use crate::catalog::document;
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::xml::Limits;
use crate::xml::cursor::{Cursor, Event, Tag};

/// The name space of the document's frame.
const FRAME: &str = "http://www.icasi.org/CVRF/schema/cvrf/1.1";
/// The name space of products.
const PRODUCT: &str = "http://www.icasi.org/CVRF/schema/prod/1.1";
/// The name space of vulnerabilities.
const VULNERABILITY: &str = "http://www.icasi.org/CVRF/schema/vuln/1.1";

/// The name of the root element.
const ROOT: &str = "cvrfdoc";

/// The greatest number of bytes of one vulnerability, which is held.
const VULNERABILITY_BYTES: u64 = 16 << 20;

/// The greatest number of pairs of an article with a product or with what it replaces; a real month has some
/// ten thousand.
const STATEMENTS: u64 = 500_000;

/// The family of an element: which of the three schemas it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Frame,
    Product,
    Vulnerability,
    Other,
}

/// The family of an element.
pub(super) fn family(tag: &Tag<'_>) -> Family {
    match tag.namespace() {
        Some(FRAME) => Family::Frame,
        Some(PRODUCT) => Family::Product,
        Some(VULNERABILITY) => Family::Vulnerability,
        _ => Family::Other,
    }
}

/// Whether an element of this local name and name space is the root of such a document.
pub(super) fn is_root(name: &str, namespace: &str) -> bool {
    (name, namespace) == (ROOT, FRAME)
}

/// Reads a document of Microsoft's, compressed or not.
///
/// # Errors
///
/// It cannot be read, is not well-formed, is no such document, has a document type, or exceeds a limit.
pub fn read(path: &Path) -> Result<Document> {
    let mut opened = document::open(path)?;
    let name = opened.name().to_owned();
    let mut read = read_from(&mut opened).map_err(|error| error.in_file(name))?;
    read.sha256 = opened.finish()?;
    Ok(read)
}

/// Reads a document from its bytes, expanded.
///
/// # Errors
///
/// As [`read`].
pub fn read_from(reader: impl BufRead) -> Result<Document> {
    let limits = Limits { depth: 64, text_bytes: 16 << 20, ..Limits::default() };
    let mut reader = Reader {
        cursor: Cursor::new(reader, limits),
        document: Document::of_at_most(STATEMENTS),
        products: Products::default(),
        day: None,
        start: None,
        undefined: BTreeSet::new(),
    };
    reader.frame()?;
    document::report_decoding(&mut reader.cursor, &mut reader.document.diagnostics);
    Ok(reader.document)
}

/// A document that is being read.
pub(super) struct Reader<R> {
    pub(super) cursor: Cursor<R>,
    pub(super) document: Document,
    pub(super) products: Products,
    /// The day on which the document was first published.
    pub(super) day: Option<String>,
    /// Where the vulnerability that is read begins.
    pub(super) start: Option<Position>,
    /// Ids of products that are not in the tree and were told.
    pub(super) undefined: BTreeSet<String>,
}

impl<R: BufRead> Reader<R> {
    /// Reads everything.
    fn frame(&mut self) -> Result<()> {
        let root = self.cursor.root()?;
        if (family(&root), root.local()) != (Family::Frame, ROOT) {
            let message = format!("expected `<cvrfdoc>` of CVRF 1.1, found `<{}>`", root.local());
            return Err(Error::new(Code::WrongFormat, message).at(root.position()));
        }
        if let Some(position) = self.cursor.document_type() {
            let error = Error::new(Code::WrongFormat, "has a document type, which is refused");
            return Err(error.at(position).with_hint("no document of Microsoft's has one"));
        }
        while let Some(part) = self.cursor.child(1)? {
            match (family(&part), part.local()) {
                (Family::Frame, "DocumentTitle") => self.document.header.title = self.text()?,
                (Family::Frame, "DocumentType") => self.document.header.kind = self.text()?,
                (Family::Frame, "DocumentPublisher") => {
                    let kind = part.attribute("Type").unwrap_or_default();
                    self.document.header.publisher = reduced(&kind);
                }
                (Family::Frame, "DocumentTracking") => self.tracking()?,
                (Family::Product, "ProductTree") => self.product_tree()?,
                (Family::Vulnerability, "Vulnerability") => self.vulnerability()?,
                _ => {}
            }
        }
        while !matches!(self.cursor.next()?, Event::End) {}
        Ok(())
    }

    /// Reads the `DocumentTracking` whose tag the cursor stands at: all its parts have names of their own.
    fn tracking(&mut self) -> Result<()> {
        let depth = self.cursor.depth();
        let mut header = std::mem::take(&mut self.document.header);
        while let Some(part) = self.cursor.child(depth)? {
            match part.local() {
                "Identification" => self.identification(&mut header)?,
                "RevisionHistory" => header.revision = self.revisions()?,
                "Status" => header.status = self.text()?,
                "Version" => header.version = self.text()?,
                "InitialReleaseDate" => header.initial = self.text()?,
                "CurrentReleaseDate" => header.current = self.text()?,
                _ => {}
            }
        }
        self.day = date::of_time(&header.initial);
        self.document.header = header;
        Ok(())
    }

    fn identification(&mut self, header: &mut Header) -> Result<()> {
        let depth = self.cursor.depth();
        while let Some(part) = self.cursor.child(depth)? {
            match part.local() {
                "ID" => header.id = self.text()?,
                "Alias" => header.alias = self.text()?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads a history: the number and the date of its last revision.
    pub(super) fn revisions(&mut self) -> Result<(String, String)> {
        let depth = self.cursor.depth();
        let mut last = (String::new(), String::new());
        while self.cursor.child(depth)?.is_some() {
            let mut revision = (String::new(), String::new());
            let inner = self.cursor.depth();
            while let Some(part) = self.cursor.child(inner)? {
                match part.local() {
                    "Number" => revision.0 = self.text()?,
                    "Date" => revision.1 = self.text()?,
                    _ => {}
                }
            }
            if revision.1 >= last.1 {
                last = revision;
            }
        }
        Ok(last)
    }

    /// The text of the element whose tag the cursor stands at, white space reduced.
    pub(super) fn text(&mut self) -> Result<String> {
        let text = reduced(self.cursor.text()?.text.value());
        self.bound()?;
        Ok(text)
    }

    /// Refuses a vulnerability that is larger than what is held.
    pub(super) fn bound(&self) -> Result<()> {
        let Some(start) = self.start else { return Ok(()) };
        if self.cursor.position().offset - start.offset <= VULNERABILITY_BYTES {
            return Ok(());
        }
        let message = format!("a vulnerability has more than {VULNERABILITY_BYTES} bytes");
        Err(Error::new(Code::TooLarge, message).at(start))
    }
}
