//! The XML form: the document twice, first for what it says of itself and of its system, then for its
//! software, because it may say the first behind the second.

use crate::diagnostic::Code;
use crate::error::Result;
use crate::inventory::elements::{Elements, elements, offset};
use crate::inventory::sink::{Sink, error, located};
use crate::inventory::{Excerpt, Found, Look, Settings};
use crate::model::fact::Text;
use crate::model::inventory::Collector;
use crate::xml::{Roots, root};

use super::software::Software;
use super::{Head, List, Section};

const ROOT: &str = "REQUEST";

/// Whether a document begins with the root of one and has a content.
pub(super) fn recognises(head: &str) -> bool {
    root::local_name(head) == Some(ROOT) && head.contains("<CONTENT")
}

pub(super) fn find(text: &str, look: Look) -> Result<Found> {
    match look {
        // Who the client is may stand at the end.
        Look::Beginning => Ok(Found::NeedsAll),
        Look::All => {
            let head = head(text).map_err(|error| located(text, error))?;
            Ok(Found::Units(vec![head.unit()]))
        }
    }
}

pub(super) fn read(excerpt: Excerpt<'_>, _: &Settings, out: &mut dyn Collector) -> Result<u32> {
    let mut sink = Sink::new(excerpt, out);
    match state(excerpt.text, &mut sink) {
        Ok(()) => Ok(sink.finish()),
        Err(error) => Err(sink.moved(error)),
    }
}

fn state(text: &str, sink: &mut Sink<'_, '_, dyn Collector + '_>) -> Result<()> {
    let head = head(text)?;
    head.refusal().map_or(Ok(()), Err)?;
    head.state(sink)?;
    let (mut list, mut document) = (List::default(), elements(text, Roots::One));
    document.root()?;
    while let Some(tag) = document.child(1)? {
        if tag.local() != "CONTENT" {
            continue;
        }
        while let Some(tag) = document.child(2)? {
            if tag.local() != "SOFTWARES" {
                continue;
            }
            let (offset, mut software) = (offset(&tag), Software::default());
            values(&mut document, 3, |name, value| software.set(name, value, offset))?;
            list.entry(&software, &head.system, sink, offset)?;
        }
    }
    list.finish(&head, sink);
    Ok(())
}

/// What a document says of itself.
fn head(text: &str) -> Result<Head<'static>> {
    let (mut head, mut document) = (Head::default(), elements(text, Roots::One));
    let root = document.root()?;
    if root.local() != ROOT {
        let message = format!("expected `<{ROOT}>`, found `<{}>`", root.name());
        return Err(error(Code::WrongFormat, offset(&root), message));
    }
    while let Some(tag) = document.child(1)? {
        let name = tag.local().to_owned();
        if name != "CONTENT" {
            let value = document.text()?.text.value().to_owned();
            head.set(Section::Document, &name, value.into());
            continue;
        }
        while let Some(tag) = document.child(2)? {
            match Section::find(tag.local()) {
                Some(section) => {
                    if section == Section::System || section == Section::Hardware {
                        head.system.offset = offset(&tag);
                    }
                    values(&mut document, 3, |name, value| {
                        head.set(section, name, value);
                        Ok(())
                    })?;
                }
                None if tag.local() == "VERSIONCLIENT" => {
                    let value = document.text()?.text.value().to_owned();
                    head.set(Section::Content, "VERSIONCLIENT", value.into());
                }
                None => {}
            }
        }
    }
    Ok(head)
}

/// Gives the children of the `depth`th open element to `take`: names and texts.
fn values(
    document: &mut Elements<'_>,
    depth: usize,
    mut take: impl FnMut(&str, Text<'static>) -> Result<()>,
) -> Result<()> {
    while let Some(tag) = document.child(depth)? {
        let name = tag.local().to_owned();
        let value = document.text()?.text.value().to_owned();
        take(&name, Text::Owned(value))?;
    }
    Ok(())
}
