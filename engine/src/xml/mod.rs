//! Turns XML bytes into elements, attributes and text; the only user of quick-xml.
//!
//! Two readers. [`cursor::Cursor`] streams a document of any size and encoding and is what catalogs are
//! read with. [`tags::Tags`] walks a document that is in memory as text, copies nothing, and is what
//! inventories of flat elements are read with. quick-xml finds where a token ends; splitting tags,
//! resolving references, matching tags and all limits are ours, because its own splitting of
//! attributes costs as much as all the rest. Both readers hold the same rules:
//!
//! * well-formedness of XML 1.0 (5th edition) without validation: one root unless [`Roots::Many`] is
//!   asked for, matching tags, whole and distinct attributes, no character that XML forbids (the
//!   non-characters U+FFFE and U+FFFF excepted, which nothing downstream minds);
//! * a document type declaration is skipped, and no entity of it is ever read or expanded;
//! * nothing is buffered or nested beyond [`Limits`].
//!
//! Knows nothing of any catalog or inventory, and nothing of files.
//! Source of truth: <https://www.w3.org/TR/xml/> and <https://www.w3.org/TR/xml-names/>.

pub mod attributes;
mod characters;
mod code_page;
pub mod cursor;
pub mod encoding;
mod fault;
mod meter;
mod opening;
mod outline;
mod path;
mod reference;
pub mod root;
mod scope;
mod source;
mod stream;
mod tag;
pub mod tags;
pub mod text;
mod token;

pub use characters::is_space;

use crate::diagnostic::Code;
use crate::error::Error;

/// Whether the limit that a document exceeds is that of elements inside each other, and not of bytes.
pub fn is_too_deep(error: &Error) -> bool {
    error.code() == Code::TooLarge && error.message().starts_with(fault::TOO_DEEP)
}

/// How much of a document may stand in one place; beyond it reading ends with `too-large`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Elements inside each other.
    pub depth: usize,
    /// Bytes of one tag, comment, processing instruction or document type declaration.
    pub tag_bytes: usize,
    /// Bytes of one text, all its parts together.
    pub text_bytes: usize,
    /// Bytes of the document, as decoded to UTF-8.
    pub total_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 64, tag_bytes: 4 << 20, text_bytes: 16 << 20, total_bytes: 4 << 30 }
    }
}

/// How many root elements a document has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Roots {
    /// One, as XML has it.
    #[default]
    One,
    /// One or more: the fragments of update catalogs, and documents put one after the other.
    Many,
}
