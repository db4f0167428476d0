//! Finds the inventories of a native document.
//!
//! For a document of one inventory its start tag is enough. One of several is gone through to its end,
//! but without looking at any attribute of a fact.

use super::head;
use super::root;
use super::scope::Scope;
use std::ops::Range;

use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::inventory::{Found, Look, MAX_HEAD, Place, Unit};
use crate::xml::root::local_name;
use crate::xml::tags::{Tag, Tags, line_column};

/// Whether a document that begins with `text` has the root of a native one.
pub(super) fn recognises(text: &str) -> bool {
    matches!(local_name(text), Some("inventory" | "inventories"))
}

/// Finds the inventories of a document.
pub(super) fn find(text: &str, look: Look) -> Result<Found> {
    match (of_root(text), look) {
        (Ok(Some(unit)), _) => Ok(Found::Units(vec![unit])),
        // What is wrong with a beginning may be no more than that it ends.
        (Ok(None) | Err(_), Look::Beginning) => Ok(Found::NeedsAll),
        (Ok(None), Look::All) => several(text).map(Found::Units),
        (Err(error), Look::All) => Err(error),
    }
}

/// The inventory of a document whose root is one.
fn of_root(text: &str) -> Result<Option<Unit>> {
    let mut tags = Tags::new(text);
    let root = root(&mut tags)?;
    match root.local() {
        "inventory" => unit(text, &root, &mut Scope::default()).map(Some),
        "inventories" => Ok(None),
        name => {
            let message = format!("expected `<inventory>` or `<inventories>`, found `<{name}>`");
            Err(Error::new(Code::WrongFormat, message).at(line_column(text, root.offset())))
        }
    }
}

/// Goes through a document of several inventories.
///
/// What is not well-formed within an inventory is the problem of that one, and the last that is found;
/// between two of them it is the problem of an inventory without a name, so that it is told.
fn several(text: &str) -> Result<Vec<Unit>> {
    let mut tags = Tags::new(text);
    let mut scope = Scope::default();
    let root = root(&mut tags)?;
    let head = outer(text, &root, &mut scope)?;
    let mut units: Vec<Unit> = Vec::new();
    // Lines are counted from one inventory to the next.
    let (mut counted, mut start) = (0, Position::START);
    loop {
        let tag = match tags.child(&root) {
            Ok(Some(tag)) if tag.local() == "inventory" => tag,
            Ok(Some(_)) => continue,
            Ok(None) => {
                units.extend(tags.next().err().map(refused));
                break;
            }
            Err(error) => {
                units.push(refused(error));
                break;
            }
        };
        let mut unit = unit(text, &tag, &mut scope.clone()).unwrap_or_else(refused);
        start = start.after(&text.as_bytes()[counted..tag.offset()]);
        counted = tag.offset();
        let end = end_of(text, &tag, &mut tags);
        let body = tag.offset()..end.as_ref().map_or(text.len(), |end| *end);
        unit.place = Some(Place { head: head.clone(), body, start });
        let ended = end.is_err();
        unit.problem = unit.problem.or(end.err());
        units.push(unit);
        if ended {
            break;
        }
    }
    Ok(units)
}

/// Checks the element around several inventories; gives where its tag stands.
fn outer<'a>(text: &'a str, root: &Tag<'a>, scope: &mut Scope<'a>) -> Result<Range<usize>> {
    let mut version = None;
    for attribute in root.attributes() {
        match attribute.name() {
            "version" => version = Some(attribute.value()),
            name => _ = scope.declare(name, &attribute.value()),
        }
    }
    let refusal = scope.refusal(root.prefix()).or_else(|| head::check_version(version.as_deref()).err());
    if let Some(refusal) = refusal {
        return Err(refusal.at(line_column(text, root.offset())));
    }
    let place = root.offset()..end_of_tag(text, root);
    if place.len() > MAX_HEAD {
        return Err(Error::new(Code::TooLarge, format!("`<inventories>` has more than {MAX_HEAD} bytes")));
    }
    Ok(place)
}

/// Moves to the end of an element and says where it is.
fn end_of<'a>(text: &'a str, tag: &Tag<'a>, tags: &mut Tags<'a>) -> Result<usize> {
    if tag.is_empty() {
        return Ok(end_of_tag(text, tag));
    }
    while tags.child(tag)?.is_some() {}
    let close = tags.offset();
    Ok(close + text[close..].find('>').map_or(0, |end| end + 1))
}

/// Where a start tag ends: the `>` after its last value, since a value may hold one.
fn end_of_tag(text: &str, tag: &Tag<'_>) -> usize {
    let mut end = tag.offset();
    if let Some(last) = tag.attributes().iter().last() {
        end += last.offset() + last.name().len();
        end += text[end..].find(['"', '\'']).map_or(0, |quote| quote + 1 + last.raw().len());
    }
    end + text[end..].find('>').map_or(0, |end| end + 1)
}

/// An inventory of which no more is known than why it cannot be read.
fn refused(problem: Error) -> Unit {
    Unit { problem: Some(problem), ..Unit::default() }
}

/// What the start tag of an inventory says.
fn unit<'a>(text: &'a str, tag: &Tag<'a>, scope: &mut Scope<'a>) -> Result<Unit> {
    let at = |error: Error| error.at(line_column(text, tag.offset()));
    let head = head::read(tag.prefix(), tag.attributes(), scope).map_err(at)?;
    let header = head.header;
    let bad = head.findings.into_iter().find(|(code, _)| *code == Code::InventoryBadValue);
    let client = Some(header.client.into_owned()).filter(|client| !client.is_empty());
    let problem = head.refusal.or_else(|| {
        let missing = || Error::new(Code::NoClientId, "`inventory` has no `client`");
        client.is_none().then(missing)
    });
    Ok(Unit {
        client,
        serial: header.serial,
        collected: header.collected.map(|collected| collected.into_owned()),
        delta: header.delta,
        base: header.base,
        place: None,
        problem: problem.map(at),
        bad: bad.map(|(_, message)| message),
    })
}
