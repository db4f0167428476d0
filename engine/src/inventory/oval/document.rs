//! What a document says of its client, and where the characteristics of each of several stand.
//!
//! Source of truth: `docs/oval.md`, "System characteristics".

use std::io::BufRead;

use super::texts::text_of;
use super::{RESULTS, ROOT};
use crate::diagnostic::{Code, Position};
use crate::error::Result;
use crate::inventory::elements::{elements, offset};
use crate::inventory::sink::{error, located};
use crate::inventory::{Found, Look, MAX_FACTS, Place, Unit};
use crate::model::fact::{Os, Text};
use crate::model::inventory::Header;
use crate::xml::Roots;
use crate::xml::cursor::Cursor;
use crate::xml::tags::{Tag, TagEvent, Tags};

/// Finds the characteristics of a document.
pub(super) fn find(text: &str, look: Look) -> Result<Found> {
    let found = units(text, look);
    match look {
        // The beginning may end anywhere.
        Look::Beginning => Ok(found.unwrap_or(Found::NeedsAll)),
        Look::All => found.map_err(|error| located(text, error)),
    }
}

fn units(text: &str, look: Look) -> Result<Found> {
    let mut tags = Tags::new(text);
    let Some(TagEvent::Open(root)) = tags.next()? else {
        return Err(error(Code::WrongFormat, 0, format!("expected `<{ROOT}>` or `<{RESULTS}>`")));
    };
    match root.local() {
        ROOT => {
            let mut head = Head::default();
            while let Some(section) = tags.child(&root)? {
                if head.names(section.local()) {
                    head.read(text, &mut tags, &section)?;
                } else if head.is_known() {
                    break;
                }
            }
            Ok(Found::Units(vec![head.unit(None)]))
        }
        RESULTS if look == Look::Beginning => Ok(Found::NeedsAll),
        RESULTS => systems(text),
        other => {
            let message = format!("expected `<{ROOT}>` or `<{RESULTS}>`, found `<{other}>`");
            Err(error(Code::WrongFormat, root.offset(), message))
        }
    }
}

/// The characteristics in a document of results, one of each system.
fn systems(text: &str) -> Result<Found> {
    let mut document = elements(text, Roots::One);
    let root = document.root()?;
    let head_end = offset(&root) + root.length();
    let (mut units, mut counted, mut start) = (Vec::new(), 0, Position::START);
    while let Some(results) = document.child(1)? {
        if results.local() != "results" {
            continue;
        }
        while let Some(system) = document.child(2)? {
            if system.local() != "system" {
                continue;
            }
            while let Some(tag) = document.child(3)? {
                if tag.local() != ROOT {
                    continue;
                }
                let (from, open_end) = (offset(&tag), offset(&tag) + tag.length());
                let mut head = Head::default();
                while let Some(section) = document.child(4)? {
                    let name = section.local().to_owned();
                    head.take(&name, &mut document, 5)?;
                }
                let close = usize::try_from(document.position().offset).unwrap_or(usize::MAX);
                let end = text.get(close.max(open_end - 1)..).and_then(|rest| rest.find('>'));
                let end = end.map_or(text.len(), |at| close.max(open_end - 1) + at + 1);
                start = start.after(text.as_bytes().get(counted..from).unwrap_or_default());
                counted = from;
                if units.len() >= MAX_FACTS as usize {
                    let message = format!("more than {MAX_FACTS} systems in one document");
                    return Err(error(Code::TooLarge, from, message));
                }
                units.push(head.unit(Some(Place { head: 0..head_end, body: from..end, start })));
            }
        }
    }
    if units.is_empty() {
        return Err(error(Code::WrongFormat, 0, format!("holds no `{ROOT}`")));
    }
    Ok(Found::Units(units))
}

/// What a document says of its client before it says what was collected.
#[derive(Debug, Default)]
pub(super) struct Head {
    host: String,
    os_name: String,
    os_version: String,
    architecture: String,
    collector: String,
    timestamp: String,
    has_system: bool,
}

impl Head {
    /// Reads a section if it is one of the head; its children are those of the `depth`th open element.
    fn take<R: BufRead>(&mut self, section: &str, document: &mut Cursor<R>, depth: usize) -> Result<bool> {
        if !self.names(section) {
            return Ok(false);
        }
        self.enter(section);
        while let Some(child) = document.child(depth)? {
            let name = child.local().to_owned();
            let content = document.text()?;
            self.set(section, &name, content.text.trimmed());
        }
        Ok(true)
    }

    /// Reads a section of the head, of which the tag was read.
    pub(super) fn read<'a>(
        &mut self,
        document: &'a str,
        tags: &mut Tags<'a>,
        section: &Tag<'a>,
    ) -> Result<()> {
        self.enter(section.local());
        while let Some(child) = tags.child(section)? {
            let text = text_of(document, tags, &child)?;
            self.set(section.local(), child.local(), &text);
        }
        Ok(())
    }

    /// Whether a section is one of the head.
    pub(super) fn names(&self, section: &str) -> bool {
        matches!(section, "generator" | "system_info")
    }

    /// Begins a section of the head.
    fn enter(&mut self, section: &str) {
        self.has_system |= section == "system_info";
    }

    /// Takes a value of a section.
    fn set(&mut self, section: &str, name: &str, text: &str) {
        let place = match (section, name) {
            ("generator", "product_name") => &mut self.collector,
            ("generator", "timestamp") => &mut self.timestamp,
            ("system_info", "primary_host_name") => &mut self.host,
            ("system_info", "os_name") => &mut self.os_name,
            ("system_info", "os_version") => &mut self.os_version,
            ("system_info", "architecture") => &mut self.architecture,
            _ => return,
        };
        text.trim().clone_into(place);
    }

    /// Whether the system was described.
    fn is_known(&self) -> bool {
        self.has_system
    }

    fn unit(self, place: Option<Place>) -> Unit {
        let filled = |text: String| Some(text).filter(|text| !text.is_empty());
        Unit { client: filled(self.host), collected: filled(self.timestamp), place, ..Unit::default() }
    }

    /// The head of the inventory.
    pub(super) fn header(&self) -> Header<'_> {
        Header {
            client: Text::Borrowed(&self.host),
            collector: filled(&self.collector),
            collected: filled(&self.timestamp),
            ..Header::default()
        }
    }

    /// The operating system.
    pub(super) fn os(&self) -> Option<Os<'_>> {
        let family = family(&self.os_name)?;
        Some(Os {
            family: Text::Borrowed(family),
            name: filled(&self.os_name),
            version: filled(&self.os_version),
            arch: filled(&self.architecture),
            ..Os::default()
        })
    }
}

fn filled(text: &str) -> Option<Text<'_>> {
    Some(Text::Borrowed(text)).filter(|text| !text.is_empty())
}

/// The family of an operating system, by words of its name; none where it has no name.
fn family(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let known = [("windows", "windows"), ("linux", "linux"), ("mac os", "macos"), ("macos", "macos")];
    if name.is_empty() {
        return None;
    }
    Some(known.into_iter().find(|(word, _)| name.contains(word)).map_or("other", |(_, family)| family))
}
