//! Reads what `systeminfo` prints, in any language.
//!
//! Knows the layout of the listing and none of its labels: they are in the language of the system, and
//! nothing is decided by them. The tool cuts its list of hotfixes off and knows no updates of Windows
//! Installer, so that nothing of a listing is ever complete. Source of truth: `docs/inventories.md`,
//! "System listings".

mod code_page;
mod hotfixes;
mod layout;

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::fact::{Hotfix, Kinds, Os, Text};
use crate::model::inventory::{Collector, Header, Marks};

use super::lines::{check_length, lines, shown};
use super::sink::Sink;
use super::{Excerpt, Format, Found, Look, Scope, Settings, Unit};
use hotfixes::{Entry, List};
use layout::{Listing, architecture, value, version};

/// Listings of `systeminfo`.
pub(super) const FORMAT: Format = Format {
    name: "systeminfo",
    title: "what `systeminfo` prints, in any language",
    recognises,
    scope: Scope::Part,
    vouches: Kinds::NONE,
    find: units,
    code_page: |bytes| Some(code_page::of(bytes)),
    read,
};

/// Lines in which the version of the system stands, if it is a listing.
const SAMPLE: usize = 16;

/// Whether a label with the version of a system behind it stands near the beginning, and the type of
/// the system somewhere below.
fn recognises(head: &str) -> bool {
    let is_version = |(_, line): (usize, &str)| {
        line.starts_with(char::is_alphabetic)
            && value(line).is_some_and(|value| version(value).is_some_and(|found| found.start == 0))
    };
    lines(head).take(SAMPLE).any(is_version) && lines(head).any(|(_, line)| architecture(line).is_some())
}

fn units(text: &str, look: Look) -> Result<Found> {
    let listing = Listing::of(text);
    // The host stands above the version; a version that is cut off may be none.
    if look == Look::Beginning && listing.system.is_none_or(|(_, end)| end >= text.len()) {
        return Ok(Found::NeedsAll);
    }
    let client = listing.host.map(str::to_owned);
    Ok(Found::Units(vec![Unit { client, ..Unit::default() }]))
}

fn read(excerpt: Excerpt<'_>, _: &Settings, out: &mut dyn Collector) -> Result<u32> {
    let mut sink = Sink::new(excerpt, out);
    match state(excerpt.text, &mut sink) {
        Ok(()) => Ok(sink.finish()),
        Err(error) => Err(sink.moved(error)),
    }
}

/// Hands over what a listing states.
fn state<'a>(text: &'a str, sink: &mut Sink<'a, '_, dyn Collector + '_>) -> Result<()> {
    lines(text).try_for_each(check_length)?;
    let listing = Listing::of(text);
    let Some((offset, _)) = listing.system else {
        let message = "no line has the version of a system, such as 10.0.17763";
        return Err(Error::new(Code::WrongFormat, message));
    };
    let client = Text::Borrowed(listing.host.unwrap_or_default());
    sink.header(Header { client, ..Header::default() }, 0);
    sink.fact(system(&listing).into(), offset)?;
    let Some(list) = List::find(text)? else { return Ok(()) };
    list.entries.iter().try_for_each(|(offset, entry)| self::entry(*entry, *offset, sink))?;
    if list.is_truncated() {
        sink.mark(Marks::HOTFIX_LIST_TRUNCATED);
        let (declared, listed) = (list.declared.unwrap_or_default(), list.entries.len());
        let message = format!("{declared} declared, {listed} listed");
        sink.diagnostic(Code::HotfixListTruncated, list.offset, &message);
    }
    Ok(())
}

/// Hands over what an entry of the list of hotfixes states.
fn entry(entry: Entry<'_>, offset: usize, sink: &mut Sink<'_, '_, dyn Collector + '_>) -> Result<()> {
    match entry {
        Entry::Id(id) => sink.fact(Hotfix { id: id.into(), ..Hotfix::default() }.into(), offset),
        Entry::Nameless => {
            sink.mark(Marks::HOTFIX_UNNAMED);
            sink.diagnostic(Code::EntryWithoutFact, offset, "no id");
            Ok(())
        }
        Entry::Other(text) => {
            sink.diagnostic(Code::EntryWithoutFact, offset, shown(text));
            Ok(())
        }
    }
}

fn system<'a>(listing: &Listing<'a>) -> Os<'a> {
    let is_server = listing.name.is_some_and(|name| name.contains("Server"));
    Os {
        family: "windows".into(),
        name: listing.name.map(Text::Borrowed),
        version: listing.version.map(Text::Borrowed),
        build: listing.version.and_then(|version| version.rsplit('.').next()?.parse().ok()),
        sp: Some(listing.service_pack.unwrap_or("0").into()),
        arch: listing.arch.map(Text::Borrowed),
        // A domain controller is a server to this tool.
        product_type: (!is_server && listing.name.is_some())
            .then_some("workstation")
            .or(is_server.then_some("server"))
            .map(Text::Borrowed),
        windir: listing.windir.map(Text::Borrowed),
        ..Os::default()
    }
}
