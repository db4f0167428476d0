//! Reads what clients of SMS and System Center Configuration Manager report: instances of management classes
//! in an envelope of XML.
//!
//! A report of hardware and one of software are a stream each: numbered, whole or a delta of the one before.
//! Reports of other actions say who a client is and are no stream, so that a sign of life replaces nothing.
//! What an instance states is the matter of [`body`], what the envelope says that of [`header`]. Nothing is
//! complete as a kind: hotfixes lack what Windows Installer brought, and files are those that the site asked
//! for. Source of truth: `docs/inventories.md`, "SCCM reports".

mod body;
mod header;
mod key;

use crate::error::Result;
use crate::model::fact::Kinds;
use crate::model::inventory::Collector;
use crate::xml::root;

use super::sink::{Sink, located};
use super::{Excerpt, Format, Found, Look, Scope, Settings, Unit};
use header::Header;

/// Reports of hardware.
pub(super) const HARDWARE: Format = Format {
    name: "sccm-hardware",
    title: "hardware inventory of SMS or SCCM, whole or a delta",
    recognises: |head| content(head) == Some(Content::Hardware),
    scope: Scope::Part,
    vouches: Kinds::NONE,
    find: |text, look| envelope(text, look, Header::unit),
    code_page: |_| None,
    read: |excerpt, settings, out| read(body::Instances::Facts, excerpt, settings, out),
};

/// Reports of software.
pub(super) const SOFTWARE: Format = Format {
    name: "sccm-software",
    title: "software inventory of SMS or SCCM: files, whole or a delta",
    recognises: |head| content(head) == Some(Content::Software),
    ..HARDWARE
};

/// Reports of other actions.
pub(super) const DISCOVERY: Format = Format {
    name: "sccm-discovery",
    title: "discovery, file collection or IDMIF report of SCCM: only who the client is",
    recognises: |head| content(head) == Some(Content::Other),
    find: |text, look| envelope(text, look, Header::identity),
    read: |excerpt, settings, out| read(body::Instances::Counted, excerpt, settings, out),
    ..HARDWARE
};

/// Whether a format of that name is a stream of reports.
pub(super) fn is_stream(name: &str) -> bool {
    name == HARDWARE.name || name == SOFTWARE.name
}

const ROOT: &str = "Report";

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Hardware,
    Software,
    Other,
}

/// What the report is about that begins with `head`; the action tells, else the first instances.
fn content(head: &str) -> Option<Content> {
    if root::local_name(head) != Some(ROOT) {
        return None;
    }
    // A header that ends early is told by what came before.
    let header = header::seen(head);
    if !header.content.as_deref()?.eq_ignore_ascii_case("Inventory Data") {
        return None;
    }
    Some(match header.action() {
        Some(1) => Content::Hardware,
        Some(2) => Content::Software,
        Some(3 | 10 | 11) => Content::Other,
        _ if head.contains("<FileSystemFile") => Content::Software,
        _ => Content::Hardware,
    })
}

/// The envelope says whose a report is before its body begins.
fn envelope(text: &str, look: Look, unit: fn(Header) -> Unit) -> Result<Found> {
    match (header::read(text), look) {
        (Ok(header), _) => {
            let unit = unit(header);
            let problem = unit.problem.map(|problem| located(text, problem));
            Ok(Found::Units(vec![Unit { problem, ..unit }]))
        }
        (Err(_), Look::Beginning) => Ok(Found::NeedsAll),
        (Err(error), Look::All) => Err(located(text, error)),
    }
}

fn read(
    instances: body::Instances,
    excerpt: Excerpt<'_>,
    settings: &Settings,
    out: &mut dyn Collector,
) -> Result<u32> {
    let mut sink = Sink::new(excerpt, out);
    match header::read(excerpt.text)
        .and_then(|header| body::state(excerpt.text, &header, instances, settings, &mut sink))
    {
        Ok(()) => Ok(sink.finish()),
        Err(error) => Err(sink.moved(error)),
    }
}
