//! Reads `patchdata.xml`: bundles with their variants and addresses, wherever they stand.
//!
//! Which elements stand around them was never published, so only the names count. Follows `docs/office.md`,
//! "patchdata.xml".

use std::collections::BTreeMap;
use std::io::BufRead;

use crate::catalog::document::report_decoding;
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::error::{Error, Result};
use crate::xml::Limits;
use crate::xml::cursor::{Cursor, Event, Tag};

/// The most different unknown names that are told one by one.
const NAMES: usize = 1000;

/// A bundle as the document has it.
#[derive(Debug, Default)]
pub(super) struct Bundle {
    pub(super) version: String,
    pub(super) article: String,
    pub(super) expired: Option<String>,
    pub(super) variants: Vec<Variant>,
    /// Addresses that belong to no variant.
    pub(super) addresses: Vec<(String, Position)>,
    pub(super) extra: Vec<(String, String)>,
    pub(super) position: Position,
}

/// A variant of a bundle for a language.
#[derive(Debug, Default)]
pub(super) struct Variant {
    pub(super) language: String,
    pub(super) addresses: Vec<(String, Position)>,
    pub(super) position: Position,
}

/// What a document holds.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) bundles: Vec<Bundle>,
    /// Text that stands in no bundle.
    pub(super) extra: Vec<(String, String)>,
    pub(super) findings: Diagnostics,
}

/// An element that is open.
#[derive(Debug)]
enum Open {
    Bundle(Box<Bundle>),
    /// A variant of the innermost bundle, by number.
    Local(usize),
    Binary(Position, String),
    Other(String, String),
}

/// Reads a document.
pub(super) fn read(document: impl BufRead) -> Result<Document> {
    let mut reading = Reading::default();
    let mut cursor = Cursor::new(document, Limits::default());
    loop {
        match cursor.next()? {
            Event::Open(tag) => reading.open(&tag),
            Event::Text(text) => {
                if let Some(Open::Binary(_, known) | Open::Other(_, known)) = reading.stack.last_mut() {
                    known.push_str(text.trimmed());
                }
            }
            Event::Close => reading.close(),
            Event::End => break,
        }
    }
    if reading.done.bundles.is_empty() && !reading.seen {
        return Err(Error::new(Code::WrongFormat, "holds no `BUNDLE`").at(Position::START));
    }
    let mut done = reading.finish();
    report_decoding(&mut cursor, &mut done.findings);
    Ok(done)
}

#[derive(Debug, Default)]
struct Reading {
    stack: Vec<Open>,
    done: Document,
    /// Whether the root has a name of a database.
    seen: bool,
    /// Unknown elements and attributes: how often, and where first.
    unknown: BTreeMap<(Code, String), (u64, Position)>,
}

impl Reading {
    fn open(&mut self, tag: &Tag<'_>) {
        let name = tag.local().to_ascii_lowercase();
        let position = tag.position();
        self.seen |= self.stack.is_empty() && name == "patchdata";
        let open = match name.as_str() {
            "bundle" => self.bundle(tag),
            "local" if self.innermost().is_some() => self.local(tag),
            "dlbinary" if self.innermost().is_some() => Open::Binary(position, String::new()),
            _ => Open::Other(tag.local().to_owned(), String::new()),
        };
        if let Open::Other(name, _) = &open {
            let name = name.clone();
            self.note(Code::UnknownElement, &name, position);
        }
        if !matches!(open, Open::Bundle(_) | Open::Local(_)) {
            let attributes = tag.attributes().iter().filter(|one| !one.declares_namespace());
            for attribute in attributes {
                let name = format!("{}/@{}", tag.local(), attribute.local());
                self.keep(Code::UnknownAttribute, name, attribute.value().trim().to_owned(), position);
            }
        }
        self.stack.push(open);
    }

    /// The innermost bundle that is open.
    fn innermost(&mut self) -> Option<&mut Bundle> {
        self.stack.iter_mut().rev().find_map(|open| match open {
            Open::Bundle(bundle) => Some(&mut **bundle),
            _ => None,
        })
    }

    fn bundle(&mut self, tag: &Tag<'_>) -> Open {
        let mut bundle = Bundle { position: tag.position(), ..Bundle::default() };
        for attribute in tag.attributes().iter().filter(|one| !one.declares_namespace()) {
            let value = attribute.value().trim().to_owned();
            match attribute.local().to_ascii_uppercase().as_str() {
                "OFFICEVER" => bundle.version = value,
                "KB_NUMBER" => bundle.article = value,
                "EXPIRED" => bundle.expired = Some(value),
                _ => {
                    self.note(Code::UnknownAttribute, attribute.local(), tag.position());
                    bundle.extra.push((attribute.local().to_owned(), value));
                }
            }
        }
        Open::Bundle(Box::new(bundle))
    }

    fn local(&mut self, tag: &Tag<'_>) -> Open {
        let mut variant = Variant { position: tag.position(), ..Variant::default() };
        for attribute in tag.attributes().iter().filter(|one| !one.declares_namespace()) {
            let value = attribute.value().trim().to_owned();
            match attribute.local().eq_ignore_ascii_case("LANGNAME") {
                true => variant.language = value,
                false => {
                    let name = format!("LOCAL/@{}", attribute.local());
                    self.keep(Code::UnknownAttribute, name, value, tag.position());
                }
            }
        }
        let number = self.innermost().map_or(0, |bundle| {
            bundle.variants.push(variant);
            bundle.variants.len() - 1
        });
        Open::Local(number)
    }

    fn note(&mut self, code: Code, name: &str, position: Position) {
        let key = (code, name.to_owned());
        if self.unknown.len() >= NAMES && !self.unknown.contains_key(&key) {
            return self.done.findings.count(code, 1);
        }
        self.unknown.entry(key).or_insert((0, position)).0 += 1;
    }

    /// Keeps what is not known, with the bundle that it stands in.
    fn keep(&mut self, code: Code, name: String, text: String, position: Position) {
        self.note(code, &name, position);
        self.store(name, text);
    }

    fn store(&mut self, name: String, text: String) {
        match self.innermost() {
            Some(bundle) => bundle.extra.push((name, text)),
            None => self.done.extra.push((name, text)),
        }
    }

    fn close(&mut self) {
        let Some(closed) = self.stack.pop() else { return };
        match closed {
            Open::Bundle(bundle) => self.done.bundles.push(*bundle),
            Open::Binary(position, address) => {
                let variant = self.stack.iter().rev().find_map(|open| match open {
                    Open::Local(number) => Some(Some(*number)),
                    Open::Bundle(_) => Some(None),
                    Open::Binary(..) | Open::Other(..) => None,
                });
                let Some(bundle) = self.innermost() else { return };
                match variant.flatten().and_then(|number| bundle.variants.get_mut(number)) {
                    Some(variant) => variant.addresses.push((address, position)),
                    None => bundle.addresses.push((address, position)),
                }
            }
            Open::Other(name, text) if !text.is_empty() => self.store(name, text),
            Open::Local(_) | Open::Other(..) => {}
        }
    }

    fn finish(mut self) -> Document {
        self.done.bundles.sort_by_key(|bundle| bundle.position.offset);
        for ((code, name), (times, position)) in std::mem::take(&mut self.unknown) {
            self.done.findings.push(code, position, "", format_args!("`{name}`, {times} times"));
        }
        self.done
    }
}
