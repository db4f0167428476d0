//! Reads what osquery returns: rows of tables, alone, by table, or in its log of results.
//!
//! Knows how rows are brought; what a row states is the matter of [`row`]. A log holds one JSON object a
//! line, and lines of one host that follow each other are one inventory. A list of packages is complete
//! where the log says that it is a snapshot; nothing else is. Source of truth: `docs/inventories.md`,
//! "osquery".

mod log;
mod row;

use crate::diagnostic::Code;
use crate::error::Result;
use crate::model::fact::{Kind, Kinds, Text};
use crate::model::inventory::{Collector, Header};

use super::json::Value;
use super::lines::shown;
use super::ndjson::{filled, is_one_value, moved};
use super::sink::{Sink, error, located};
use super::stretches::Stretches;
use super::{Excerpt, Format, Found, Look, MAX_TEXT, Scope, Settings, Unit};
use log::{Entry, History, Rows};
use row::{Row, State, Table};

/// Results of osquery.
pub(super) const FORMAT: Format = Format {
    name: "osquery",
    title: "rows of osquery as JSON, or its log of results",
    recognises,
    scope: Scope::Part,
    vouches: Kinds::from_bits(1 << Kind::Package as u16),
    find: units,
    code_page: |_| None,
    read,
};

/// Whether a document begins with an object or array whose first row is of a table.
fn recognises(head: &str) -> bool {
    let text = head.trim_start();
    if !text.starts_with(['{', '[']) {
        return false;
    }
    let names = |name: &str| memchr::memmem::find(text.as_bytes(), format!("\"{name}\"").as_bytes());
    if names("hostIdentifier").is_some() && (names("snapshot").is_some() || names("columns").is_some()) {
        return true;
    }
    // Rows are flat: the first one ends where the first object does.
    let first = &text[..text.find('}').unwrap_or(text.len())];
    let row = &first[first.rfind('{').unwrap_or(0)..];
    Table::of(|column| memchr::memmem::find(row.as_bytes(), format!("\"{column}\"").as_bytes()).is_some())
        .is_some()
}

/// Finds the hosts of a document.
fn units(text: &str, look: Look) -> Result<Found> {
    if look == Look::Beginning {
        return Ok(Found::NeedsAll);
    }
    if is_one_value(text) {
        let value = Value::parse(text).map_err(|error| located(text, error))?;
        let client = log::host(value)?.map(|host| host.into_owned());
        return Ok(Found::Units(vec![Unit { client, ..Unit::default() }]));
    }
    let (mut stretches, mut failure, mut readable) = (Stretches::default(), None, false);
    for (offset, line) in filled(text) {
        let place = offset..offset + line.len();
        match Value::parse(line).and_then(log::host) {
            Ok(host) => {
                readable = true;
                stretches.push(host.as_deref(), place)?;
            }
            Err(error) => {
                failure.get_or_insert_with(|| located(text, moved(error, offset)));
                stretches.push_other(place)?;
            }
        }
    }
    match failure {
        Some(failure) if !readable => Err(failure),
        Some(_) | None => stretches.units(0..0, text).map(Found::Units),
    }
}

fn read(excerpt: Excerpt<'_>, _: &Settings, out: &mut dyn Collector) -> Result<u32> {
    let mut sink = Sink::new(excerpt, out);
    let reader = Reader { text: excerpt.text, history: History::default(), vouched: None, lost: None };
    match reader.state(&mut sink) {
        Ok(()) => Ok(sink.finish()),
        Err(error) => Err(sink.moved(error)),
    }
}

struct Reader<'a> {
    text: &'a str,
    history: History<'a>,
    /// Where a snapshot lists packages.
    vouched: Option<usize>,
    /// Why the packages are not complete, and where that shows.
    lost: Option<(&'static str, usize)>,
}

impl<'a> Reader<'a> {
    fn state(mut self, sink: &mut Sink<'a, '_, dyn Collector + '_>) -> Result<()> {
        if is_one_value(self.text) {
            let value = Value::parse(self.text)?;
            self.history.note(value)?;
            self.header(sink);
            self.document(value, sink)?;
        } else {
            for (offset, line) in filled(self.text) {
                match Value::parse(line) {
                    Ok(value) => self.history.note(value).map_err(|error| moved(error, offset))?,
                    Err(error) if error.code() == Code::NotWellFormed => {}
                    Err(error) => return Err(moved(error, offset)),
                }
            }
            self.header(sink);
            for (offset, line) in filled(self.text) {
                self.line(line, offset, sink)?;
            }
        }
        let packages = [Kind::Package].into_iter().collect();
        match (self.vouched, self.lost) {
            (Some(_), None) => sink.complete(packages),
            (Some(_), Some((why, offset))) => sink.refuse(packages, offset, why),
            (None, _) => {}
        }
        Ok(())
    }

    fn header(&self, sink: &mut Sink<'a, '_, dyn Collector + '_>) {
        let client = self.history.host.clone().unwrap_or_default();
        let collected = self.history.collected().map(Text::Owned);
        sink.header(Header { client, collected, ..Header::default() }, 0);
    }

    fn line(
        &mut self,
        line: &'a str,
        offset: usize,
        sink: &mut Sink<'a, '_, dyn Collector + '_>,
    ) -> Result<()> {
        match Value::parse(line) {
            Ok(value) => self.document(value, sink),
            Err(_) => {
                self.lost.get_or_insert(("a line could not be read", offset));
                sink.diagnostic(Code::InventoryBadValue, offset, shown(line));
                Ok(())
            }
        }
    }

    /// Reads a whole document: rows, rows by table, or an entry of a log.
    fn document(&mut self, value: Value<'a>, sink: &mut Sink<'a, '_, dyn Collector + '_>) -> Result<()> {
        if value.is_array() {
            return value.elements(|row| self.row(row, None, sink));
        }
        let offset = value.offset(self.text);
        if !value.is_object() {
            return Err(error(Code::WrongFormat, offset, "neither an object nor an array"));
        }
        let entry = Entry::of(value)?;
        let Some(rows) = &entry.rows else {
            return value.members(|name, rows| self.table(name, rows, sink));
        };
        let table = entry.name.as_deref().and_then(Table::find);
        match rows {
            Rows::Snapshot(rows) if self.history.is_last(&entry, value) => {
                rows.elements(|row| self.row(row, Some((table, Source::Snapshot)), sink))
            }
            Rows::Snapshot(_) => {
                sink.diagnostic(Code::EntryWithoutFact, offset, "a later snapshot stands below");
                Ok(())
            }
            Rows::Change(row) if self.history.is_there(&entry, *row) => {
                self.row(*row, Some((table, Source::Rows)), sink)
            }
            Rows::Change(_) => {
                sink.diagnostic(Code::EntryWithoutFact, offset, "a row that was removed");
                Ok(())
            }
        }
    }

    /// Reads the rows of a table by its name; what holds no rows is passed over.
    fn table(
        &mut self,
        name: &str,
        rows: Value<'a>,
        sink: &mut Sink<'a, '_, dyn Collector + '_>,
    ) -> Result<()> {
        if rows.is_array() {
            let table = Table::find(name);
            return rows.elements(|row| self.row(row, Some((table, Source::Rows)), sink));
        }
        if rows.is_object() {
            sink.diagnostic(Code::EntryWithoutFact, rows.offset(self.text), shown(name));
        }
        Ok(())
    }

    /// Hands over what a row states; its columns say of which table it is where its name does not.
    fn row(
        &mut self,
        value: Value<'a>,
        named: Option<(Option<Table>, Source)>,
        sink: &mut Sink<'a, '_, dyn Collector + '_>,
    ) -> Result<()> {
        let offset = value.offset(self.text);
        let (table, source) = named.unwrap_or((None, Source::Rows));
        let row = if value.is_object() { Row::of(value, offset)? } else { Row::default() };
        let Some(table) = Table::of(|column| row.has(column)).or(table) else {
            sink.diagnostic(Code::EntryWithoutFact, offset, "a row of no table that states facts");
            return Ok(());
        };
        let is_packages = matches!(table, Table::RpmPackages | Table::DebPackages);
        if is_packages && source == Source::Snapshot {
            self.vouched.get_or_insert(offset);
        }
        match row.state(table, sink, offset)? {
            State::Stated => {}
            State::Nothing(why) => sink.diagnostic(Code::EntryWithoutFact, offset, why),
            State::Unreadable(why) => {
                if is_packages {
                    self.lost.get_or_insert(("a package could not be read", offset));
                }
                sink.diagnostic(Code::InventoryBadValue, offset, why);
            }
        }
        Ok(())
    }
}

/// How rows were brought.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// All rows that there were.
    Snapshot,
    /// Some rows.
    Rows,
}

/// Refuses a value that is too long.
fn check_length(value: &str, offset: usize) -> Result<()> {
    if value.len() > MAX_TEXT {
        return Err(error(Code::TooLarge, offset, format!("a value of more than {MAX_TEXT} bytes")));
    }
    Ok(())
}
