//! Reads and writes the native inventory format, `urn:patchstate:inventory:1`.
//!
//! One element is one fact. Reading is a single pass that allocates nothing per fact; what elements and
//! attributes there are stands once, in the table of `dialect`. Knows nothing of how facts are
//! compared. Source of truth: `docs/inventories.md`, "Native format", and `inventory-1.xsd`.

mod codec;
mod dialect;
mod element;
mod head;
mod read;
mod scope;
mod units;
mod write;

use super::{Format, Scope};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::fact::Kinds;
use crate::xml::tags::{Tag, TagEvent, Tags};

pub use read::read;
pub use write::{Writer, write};

/// The name space.
pub const NAMESPACE: &str = "urn:patchstate:inventory:1";

/// What the name spaces of all versions begin with.
const NAMESPACE_FAMILY: &str = "urn:patchstate:inventory:";

/// The version that is read and written.
pub const VERSION: u64 = 1;

/// Moves to the root element.
fn root<'a>(tags: &mut Tags<'a>) -> Result<Tag<'a>> {
    match tags.next()? {
        Some(TagEvent::Open(root)) => Ok(root),
        Some(TagEvent::Close(_)) | None => Err(Error::new(Code::NotWellFormed, "there is no root element")),
    }
}

/// The format itself, for who writes it.
pub fn format() -> &'static Format {
    const { &FORMAT }
}

/// The row of the native format.
pub(super) const FORMAT: Format = Format {
    name: "native",
    title: "native inventory, one client or several",
    recognises: units::recognises,
    scope: Scope::Whole,
    vouches: Kinds::ALL,
    find: units::find,
    code_page: |_| None,
    read: |excerpt, settings, mut out| read(excerpt, settings, &mut out),
};
