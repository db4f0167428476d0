//! Reads OVAL system characteristics, alone and in results: the objects that were collected on a client, the
//! items that they found, and what these state in the terms of other catalogs.
//!
//! `document` finds who the client is, `items` reads what was collected, `facts` turns items into facts. No
//! kind is ever complete: a document holds what one definitions file asked for. Source of truth:
//! `docs/oval.md`, "System characteristics".

mod document;
mod facts;
mod items;
mod names;
mod texts;

use super::{Format, Scope};
use crate::model::fact::Kinds;
use crate::xml::root;

/// The root of system characteristics.
const ROOT: &str = "oval_system_characteristics";

/// The root of results, which hold them.
const RESULTS: &str = "oval_results";

/// System characteristics.
pub(super) const FORMAT: Format = Format {
    name: "oval-sc",
    title: "OVAL system characteristics, alone or in OVAL results",
    recognises: |head| root::local_name(head).is_some_and(|name| [ROOT, RESULTS].contains(&name)),
    scope: Scope::Part,
    vouches: Kinds::NONE,
    find: document::find,
    code_page: |_| None,
    read: items::read,
};
