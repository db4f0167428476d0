//! Turns the package lists of an update into collections and rows.
//!
//! Every collection stands on its own: its modules activate its rows and no others. Source of truth:
//! `docs/updateinfo.md`, "Reading".

use std::io::BufRead;

use super::advisory::{Reader, value};
use super::identity::Advisory;
use super::row::{Flaw, Package};
use super::suggestion::{Suggested, Suggestion};
use crate::diagnostic::Code;
use crate::error::Result;
use crate::model::update::{Collection, ModuleStream, PackageRow};
use crate::xml::cursor::Tag;

/// What a `package` element gives.
enum Read {
    Row(PackageRow),
    Source,
    Flaw(Flaw),
}

impl<R: BufRead> Reader<R> {
    /// Reads the package list whose tag the cursor stands at.
    pub(super) fn packages(&mut self, advisory: &mut Advisory) -> Result<()> {
        let depth = self.cursor.depth();
        let mut loose = None;
        while let Some(part) = self.cursor.child(depth)? {
            match part.local() {
                "collection" => {
                    let name = value(&part, "short").into_owned();
                    self.collection(name, advisory)?;
                }
                "package" => {
                    let collection = *loose.get_or_insert_with(|| next(advisory, Collection::default()));
                    let read = read(&part, collection);
                    self.package(read, advisory)?;
                }
                _ => self.unknown(),
            }
        }
        if loose.is_some() {
            let (position, element) = (self.cursor.position(), self.cursor.path());
            self.feed.findings.push(Code::UpdateinfoNoCollection, position, element, "");
        }
        Ok(())
    }

    /// Reads the collection whose tag the cursor stands at; `short` is its name unless it has a longer
    /// one.
    fn collection(&mut self, short: String, advisory: &mut Advisory) -> Result<()> {
        let depth = self.cursor.depth();
        let number = next(advisory, Collection::default());
        let mut collection = Collection { name: String::new(), modules: Vec::new() };
        while let Some(part) = self.cursor.child(depth)? {
            match part.local() {
                "name" => collection.name = self.cursor.text()?.text.trimmed().to_owned(),
                "module" => collection.modules.push(module(&part)),
                "package" => {
                    let read = read(&part, number);
                    self.package(read, advisory)?;
                }
                _ => self.unknown(),
            }
        }
        if collection.name.is_empty() {
            collection.name = short;
        }
        advisory.collections[number as usize] = collection;
        Ok(())
    }

    /// Takes over what a package gives, and reads what stands inside of it.
    fn package(&mut self, read: Read, advisory: &mut Advisory) -> Result<()> {
        let (position, element) = (self.cursor.position(), self.cursor.path());
        match read {
            Read::Row(row) => advisory.rows.push(row),
            Read::Source => self.feed.findings.source(element, position),
            Read::Flaw(flaw) => {
                advisory.is_cut = true;
                self.feed.findings.push(flaw.code, position, element, flaw.message);
            }
        }
        let depth = self.cursor.depth();
        while let Some(part) = self.cursor.child(depth)? {
            if !matches!(part.local(), "filename" | "sum") {
                let flag = Suggestion::find(part.local());
                self.suggestion(flag, &mut advisory.suggested)?;
            }
        }
        Ok(())
    }

    /// Reads what may be a flag at whose tag the cursor stands; any other element is unknown.
    pub(super) fn suggestion(&mut self, flag: Option<Suggestion>, to: &mut Suggested) -> Result<()> {
        let Some(flag) = flag else {
            self.unknown();
            return Ok(());
        };
        let content = self.cursor.text()?;
        let text = content.text.trimmed();
        if !["0", "false", "no"].iter().any(|no| text.eq_ignore_ascii_case(no)) {
            to.add(flag);
        }
        Ok(())
    }
}

/// Adds a collection and gives its number.
fn next(advisory: &mut Advisory, collection: Collection) -> u32 {
    advisory.collections.push(collection);
    // INVARIANT: a document of at most 4 GiB has fewer than 2^32 elements.
    u32::try_from(advisory.collections.len() - 1).unwrap_or(u32::MAX)
}

fn module(tag: &Tag<'_>) -> ModuleStream {
    ModuleStream {
        name: value(tag, "name").into_owned(),
        stream: value(tag, "stream").into_owned(),
        context: value(tag, "context").into_owned(),
        arch: value(tag, "arch").into_owned(),
    }
}

fn read(tag: &Tag<'_>, collection: u32) -> Read {
    let package = Package {
        name: value(tag, "name"),
        arch: value(tag, "arch"),
        epoch: value(tag, "epoch"),
        version: value(tag, "version"),
        release: value(tag, "release"),
    };
    if package.is_source() {
        return Read::Source;
    }
    match package.into_row(collection, tag.position()) {
        Ok(row) => Read::Row(row),
        Err(flaw) => Read::Flaw(flaw),
    }
}
