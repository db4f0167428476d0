//! Reads hotfix lists of Windows: tables, comma-separated rows and blocks of `Key=Value`.
//!
//! `wmic qfe` writes all three, `Get-HotFix` the second, and tools that dump an instance of a management
//! class the last; what an instance states is the matter of `management`. Lists of one client are whole
//! documents; of several, rows that follow each other and are of one client are one inventory. None is
//! ever complete: the class lacks what Windows Installer installed. Source of truth:
//! `docs/inventories.md`, "Hotfix lists".

mod block;
mod columns;
mod separated;

use std::ops::Range;

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::fact::{Kinds, Text};
use crate::model::inventory::{Collector, Header};

use super::lines::{check_length, lines, shown};
use super::management::{Property, Record};
use super::sink::Sink;
use super::stretches::Stretches;
use super::{Excerpt, Format, Found, Look, Scope, Settings};

/// Hotfix lists.
pub(super) const FORMAT: Format = Format {
    name: "qfe",
    title: "hotfix list of `wmic qfe` or `Get-HotFix`, or a dump of an operating system's properties",
    recognises: |head| Layout::of(head).is_some(),
    scope: Scope::Part,
    vouches: Kinds::NONE,
    find: units,
    code_page: |_| Some("cp850"),
    read,
};

/// Lines in which a header or a first property stands, if it is a list.
const SAMPLE: usize = 32;

/// One instance, or why there is none.
struct Entry<'a> {
    place: Range<usize>,
    record: std::result::Result<Record<'a>, &'a str>,
}

/// How a list writes its instances.
#[derive(Debug)]
enum Layout {
    /// Nothing is listed.
    Empty,
    Columns(columns::Columns),
    Separated(separated::Columns),
    Blocks,
}

impl Layout {
    /// The layout of a list, and where its instances begin.
    fn of(text: &str) -> Option<(Self, usize)> {
        if text.trim().is_empty() {
            return text.contains("\r\n").then_some((Layout::Empty, text.len()));
        }
        for (offset, line) in lines(text).filter(|(_, line)| !line.trim().is_empty()).take(SAMPLE) {
            let end = (offset + line.len()).min(text.len());
            if let Some(columns) = separated::Columns::of(line) {
                return Some((Layout::Separated(columns), end));
            }
            if let Some(columns) = columns::Columns::of(line) {
                return Some((Layout::Columns(columns), end));
            }
        }
        block::recognises(text).then_some((Layout::Blocks, 0))
    }

    /// The next instance at or behind `from`.
    fn next<'a>(&self, text: &'a str, from: usize) -> Result<Option<Entry<'a>>> {
        match self {
            Layout::Empty => Ok(None),
            Layout::Columns(columns) => columns.next(text, from),
            Layout::Separated(columns) => columns.next(text, from),
            Layout::Blocks => block::next(text, from),
        }
    }
}

/// The layout of a list that is to be read.
fn layout(text: &str) -> Result<(Layout, usize)> {
    Layout::of(text).ok_or_else(|| {
        let message = "no line names the column or the property `HotFixID`";
        Error::new(Code::WrongFormat, message)
    })
}

/// Finds the clients of a list.
fn units(text: &str, look: Look) -> Result<Found> {
    if look == Look::Beginning {
        return Ok(Found::NeedsAll);
    }
    let (layout, start) = layout(text)?;
    let mut stretches = Stretches::default();
    let mut from = start;
    while let Some(Entry { place, record }) = layout.next(text, from)? {
        from = place.end;
        match record {
            Ok(record) if record.is_hotfix() || record.is_system() => stretches.push(record.client(), place),
            Ok(_) | Err(_) => stretches.push_other(place),
        }?;
    }
    stretches.units(0..start, text).map(Found::Units)
}

fn read(excerpt: Excerpt<'_>, _: &Settings, out: &mut dyn Collector) -> Result<u32> {
    let mut sink = Sink::new(excerpt, out);
    match state(excerpt, &mut sink) {
        Ok(()) => Ok(sink.finish()),
        Err(error) => Err(sink.moved(error)),
    }
}

/// Hands over what the instances of one client state.
fn state<'a>(excerpt: Excerpt<'a>, sink: &mut Sink<'a, '_, dyn Collector + '_>) -> Result<()> {
    let Excerpt { head, text, .. } = excerpt;
    let (layout, mut from) = match head {
        "" => layout(text)?,
        head => (layout(head)?.0, 0),
    };
    let mut named = false;
    while let Some(Entry { place, record }) = layout.next(text, from)? {
        from = place.end;
        let record = match record {
            Ok(record) => record,
            Err(line) => {
                sink.diagnostic(Code::InventoryBadValue, place.start, shown(line));
                continue;
            }
        };
        if let Some(client) = record.client().filter(|_| !named) {
            named = true;
            sink.header(Header { client: Text::Borrowed(client), ..Header::default() }, place.start);
        }
        record.state(sink, place.start)?;
    }
    if !named {
        sink.header(Header::default(), 0);
    }
    Ok(())
}
