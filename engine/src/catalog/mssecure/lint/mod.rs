//! Looks a whole document over for what is wrong or odd in it.
//!
//! Changes nothing: what follows from a finding is done where the document becomes updates. What shows
//! only while the text is read, while ids are indexed or while replacements are resolved is reported
//! there. Source of truth: `docs/mssecure.md`, "Diagnostics".

mod evidence;
mod patch;
mod product;
mod reference;

use super::findings::Findings;
use super::identity::Patches;
use super::records::Datastore;
use super::tables::Tables;

/// Reports everything that the records of a document show.
pub(super) fn look_over<'d>(
    document: &'d Datastore,
    tables: &Tables<'d>,
    patches: &Patches<'d>,
    findings: &mut Findings,
) {
    reference::look_over(document, tables, findings);
    patch::look_over(document, tables, findings);
    product::look_over(document, tables, findings);
    evidence::look_over(document, tables, patches, findings);
}
