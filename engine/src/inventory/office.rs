//! Reads what the converter of the Office Inventory Tool wrote: patches below the names of their states.
//!
//! Which elements stand around them was never published, so that nothing of it is recognised by its content.
//! What several entries of one article say is joined: the one that leaves the most to do counts. When the
//! tool looked is not said; the time of the file stands for it. Source of truth: `docs/office.md`, "Results".

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::fact::{Kinds, ScanResult};
use crate::model::hotfix;
use crate::model::inventory::{Collector, Header};
use crate::model::office::client::SCANNER;
use crate::xml::Roots;
use crate::xml::cursor::{Event, Tag};

use super::elements::{elements, offset};
use super::sink::{self, Sink};
use super::{Excerpt, Format, Found, Look, MAX_FACTS, Place, Scope, Settings, Unit};

/// Results that are read only where they are named.
pub(super) const FORMAT: Format = Format {
    name: SCANNER,
    title: "results of the Office Inventory Tool, as its `convert.exe` writes them",
    recognises: |_| false,
    scope: Scope::Part,
    vouches: Kinds::NONE,
    find: units,
    code_page: |_| None,
    read,
};

/// Attributes of elements that are a computer.
const COMPUTERS: [&str; 3] = ["NAME", "COMPUTER", "MACHINE"];

/// The names of states, with the word of inventories.
const STATES: [(&str, &str); 7] = [
    ("INSTALLED", "installed"),
    ("ADMINAPPLICABLE", "admin"),
    ("ERROR", "error"),
    ("APPLICABLE", "missing"),
    ("MISSING", "missing"),
    ("NOTINSTALLED", "missing"),
    ("AVAILABLE", "missing"),
];

/// The words of inventories, the one that leaves the most to do first.
const WORDS: [&str; 5] = ["missing", "admin", "error", "other", "installed"];

/// How many elements around a patch may say its state.
const AROUND: usize = 3;

/// An element that is open.
struct Open {
    name: String,
    /// The computer that it is.
    computer: Option<String>,
    start: usize,
    /// Whether a patch belongs to it and no computer in it.
    is_used: bool,
}

impl Open {
    fn of(tag: &Tag<'_>) -> Open {
        let is_computer = |name: &str| COMPUTERS.iter().any(|known| known.eq_ignore_ascii_case(name));
        let attributes = tag.attributes();
        let computer = attributes.iter().find(|one| is_computer(one.local()));
        let computer = computer.map(|one| one.value().trim().to_owned()).filter(|name| !name.is_empty());
        Open { name: tag.local().to_owned(), computer, start: offset(tag), is_used: false }
    }

    fn is_patch(&self) -> bool {
        self.name.eq_ignore_ascii_case("PATCH")
    }
}

/// The value of an attribute, whatever its case.
fn attribute(tag: &Tag<'_>, name: &str) -> Option<String> {
    let attributes = tag.attributes();
    let found = attributes.iter().find(|one| one.local().eq_ignore_ascii_case(name));
    found.map(|one| one.value().trim().to_owned())
}

fn units(text: &str, look: Look) -> Result<Found> {
    if look == Look::Beginning {
        return Ok(Found::NeedsAll);
    }
    computers(text).map_err(unreadable)
}

/// The error of a document that is none.
fn unreadable(error: Error) -> Error {
    match error.code() {
        Code::NotWellFormed | Code::WrongFormat => error.of_code(Code::ImportUnreadable),
        _ => error,
    }
}

fn computers(text: &str) -> Result<Found> {
    let mut units: Vec<Unit> = Vec::new();
    let (mut stack, mut is_nameless) = (Vec::<Open>::new(), false);
    let mut cursor = elements(text, Roots::One);
    loop {
        let opened = match cursor.next()? {
            Event::Open(tag) => Some(Open::of(&tag)),
            Event::Close => None,
            Event::Text(_) => continue,
            Event::End => break,
        };
        match opened {
            Some(open) => {
                if open.is_patch() {
                    match stack.iter_mut().rev().find(|open| open.computer.is_some()) {
                        Some(computer) => computer.is_used = true,
                        None => is_nameless = true,
                    }
                }
                stack.push(open);
            }
            None => {
                let close = usize::try_from(cursor.position().offset).unwrap_or(usize::MAX);
                let Some(open) = stack.pop().filter(|open| open.is_used) else { continue };
                if units.len() >= MAX_FACTS as usize {
                    let message = format!("more than {MAX_FACTS} computers in one document");
                    return Err(Error::new(Code::TooLarge, message));
                }
                units.push(unit(text, open.computer, open.start..close));
            }
        }
    }
    match (is_nameless, units.is_empty()) {
        (false, true) => Err(sink::error(Code::WrongFormat, 0, "holds no `PATCH`")),
        (true, true) => Ok(Found::Units(vec![Unit::default()])),
        (true, false) => {
            units.push(unit(text, None, 0..text.len()));
            Ok(Found::Units(units))
        }
        (false, false) => Ok(Found::Units(units)),
    }
}

/// The inventory of a computer whose element begins and closes there.
fn unit(text: &str, client: Option<String>, place: Range<usize>) -> Unit {
    let end = match place.end < text.len() {
        true => {
            text.get(place.end..).and_then(|rest| rest.find('>')).map_or(text.len(), |at| place.end + at + 1)
        }
        false => text.len(),
    };
    let body = place.start.min(end)..end;
    let passed = text.as_bytes().get(..body.start).unwrap_or_default();
    let start = crate::diagnostic::Position::START.after(passed);
    Unit { client, place: Some(Place { head: 0..0, body, start }), ..Unit::default() }
}

/// What the entries of one article say: the word, and where it stands.
type Results = BTreeMap<(u32, bool), (usize, usize)>;

fn read(excerpt: Excerpt<'_>, settings: &Settings, out: &mut dyn Collector) -> Result<u32> {
    let mut sink = Sink::new(excerpt, out);
    match state(excerpt, settings, &mut sink) {
        Ok(()) => Ok(sink.finish()),
        Err(error) => Err(sink.moved(unreadable(error))),
    }
}

fn state(
    excerpt: Excerpt<'_>,
    settings: &Settings,
    sink: &mut Sink<'_, '_, dyn Collector + '_>,
) -> Result<()> {
    let Excerpt { text, written, .. } = excerpt;
    let mut results = Results::new();
    let (mut stack, mut own) = (Vec::<Open>::new(), None);
    let mut cursor = elements(text, Roots::One);
    loop {
        match cursor.next()? {
            Event::Open(tag) => {
                let open = Open::of(&tag);
                if stack.is_empty() {
                    own = open.computer.clone();
                }
                let nearest = stack.iter().rposition(|open| open.computer.is_some());
                // A patch of a computer in this one is that one's.
                let is_own = open.is_patch() && nearest.is_none_or(|at| at == 0);
                if is_own {
                    entry(&tag, &stack, settings, &mut results, sink);
                }
                stack.push(open);
            }
            Event::Close => _ = stack.pop(),
            Event::Text(_) => {}
            Event::End => break,
        }
    }
    let client = own.unwrap_or_default().into();
    sink.header(Header { client, ..Header::default() }, 0);
    for ((article, expired), (weight, offset)) in results {
        let fact = ScanResult {
            scanner: SCANNER.into(),
            reference: article.to_string().into(),
            state: WORDS[weight].into(),
            expired,
            // The tool does not say when it looked.
            time: written.map(Into::into),
            ..ScanResult::default()
        };
        sink.fact(fact.into(), offset)?;
    }
    Ok(())
}

/// Takes what an entry says, unless another of its article leaves more to do.
fn entry(
    tag: &Tag<'_>,
    around: &[Open],
    settings: &Settings,
    results: &mut Results,
    sink: &mut Sink<'_, '_, dyn Collector + '_>,
) {
    let offset = offset(tag);
    let Some(number) = attribute(tag, "KB_NUMBER") else {
        return sink.diagnostic(Code::EntryWithoutFact, offset, "a patch without a number");
    };
    let Some(article) = hotfix::id(&number) else {
        let message = format!("`KB_NUMBER`: `{number}` is no article number, which has 5 to 7 digits");
        return sink.diagnostic(Code::InventoryBadValue, offset, &message);
    };
    let word = word(around, settings).unwrap_or_else(|name| {
        sink.diagnostic(Code::UnknownImportState, offset, &format!("`{name}`"));
        "other"
    });
    let expired = attribute(tag, "EXPIRED")
        .is_some_and(|text| ["true", "1", "yes"].iter().any(|word| word.eq_ignore_ascii_case(&text)));
    let weight = WORDS.iter().position(|known| *known == word).unwrap_or(0);
    let known = results.entry((article, expired)).or_insert((weight, offset));
    if weight < known.0 {
        *known = (weight, offset);
    }
}

/// The state that the elements around a patch give; else the name of the nearest.
fn word(around: &[Open], settings: &Settings) -> std::result::Result<&'static str, String> {
    let mut names =
        around.iter().rev().filter(|open| !open.is_patch()).map(|open| open.name.as_str()).take(AROUND);
    let nearest = names.clone().next().unwrap_or_default().to_owned();
    let known = names.find_map(|name| {
        let own = STATES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, word)| *word);
        let is_missing = settings.missing_elements.iter().any(|known| known.eq_ignore_ascii_case(name));
        own.or(is_missing.then_some("missing"))
    });
    known.ok_or(nearest)
}
