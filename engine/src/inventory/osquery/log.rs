//! Entries of the log of results: whose they are, of which query, and which of them still hold.
//!
//! A log goes on: a snapshot is replaced by the next one of its query, and a row that was added may be
//! removed below.

use ahash::AHashMap;
use twox_hash::XxHash3_128;

use super::check_length;
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::inventory::MAX_FACTS;
use crate::inventory::json::Value;
use crate::model::fact::Text;

/// An entry of the log.
#[derive(Debug, Default)]
pub(super) struct Entry<'a> {
    /// The name of the query.
    pub(super) name: Option<Text<'a>>,
    host: Option<Text<'a>>,
    action: Option<Text<'a>>,
    /// Seconds since 1970.
    time: Option<i64>,
    /// What the query gave; absent where it is no entry of a log.
    pub(super) rows: Option<Rows<'a>>,
}

/// What an entry says of the rows of a query.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rows<'a> {
    /// These are all.
    Snapshot(Value<'a>),
    /// This one came or went.
    Change(Value<'a>),
}

impl<'a> Entry<'a> {
    /// Takes the members of an object that entries have.
    pub(super) fn of(value: Value<'a>) -> Result<Self> {
        let mut entry = Entry::default();
        let text = |field: &mut Option<Text<'a>>, value: Value<'a>| {
            *field = value.scalar();
            field.as_deref().map_or(Ok(()), |text| check_length(text, 0))
        };
        value.members(|name, value| {
            match name {
                "name" => text(&mut entry.name, value)?,
                "hostIdentifier" => text(&mut entry.host, value)?,
                "action" => text(&mut entry.action, value)?,
                "unixTime" => entry.time = value.scalar().and_then(|time| time.parse().ok()),
                "snapshot" if value.is_array() => entry.rows = Some(Rows::Snapshot(value)),
                "columns" if value.is_object() => entry.rows = Some(Rows::Change(value)),
                _ => {}
            }
            Ok(())
        })?;
        Ok(entry)
    }
}

/// The host of a document: what a log calls it, or what a row of patches does.
pub(super) fn host(value: Value<'_>) -> Result<Option<Text<'_>>> {
    if !value.is_object() {
        return if value.is_array() { of_first_row(value) } else { Ok(None) };
    }
    let host = Entry::of(value)?.host.filter(|host| !host.is_empty());
    if host.is_some() {
        return Ok(host);
    }
    let mut found = None;
    value.members(|_, rows| {
        if found.is_none() && rows.is_array() {
            found = of_first_row(rows)?;
        }
        Ok(())
    })?;
    Ok(found)
}

/// The name of the computer in the first row that has one.
fn of_first_row(rows: Value<'_>) -> Result<Option<Text<'_>>> {
    let mut found = None;
    rows.elements(|row| {
        if found.is_some() || !row.is_object() {
            return Ok(());
        }
        row.members(|column, value| {
            if column == "csname" {
                found = value.scalar().filter(|name| !name.is_empty());
            }
            Ok(())
        })
    })?;
    Ok(found)
}

/// What a log says in the end.
#[derive(Debug, Default)]
pub(super) struct History<'a> {
    pub(super) host: Option<Text<'a>>,
    time: Option<i64>,
    /// The last snapshot of each query, by where it stands in memory.
    snapshots: AHashMap<u128, usize>,
    /// Whether each row that came or went is there in the end.
    rows: AHashMap<u128, Presence>,
}

/// Whether a row is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    There,
    Gone,
}

impl<'a> History<'a> {
    /// Takes an entry, in the order of the log.
    pub(super) fn note(&mut self, value: Value<'a>) -> Result<()> {
        self.host = match self.host.take() {
            Some(host) => Some(host),
            None => host(value)?,
        };
        if !value.is_object() {
            return Ok(());
        }
        let entry = Entry::of(value)?;
        self.time = self.time.max(entry.time);
        match entry.rows {
            Some(Rows::Snapshot(_)) => _ = self.snapshots.insert(of_query(&entry), value.place()),
            Some(Rows::Change(row)) => {
                let removed = entry.action.as_deref() == Some("removed");
                let presence = if removed { Presence::Gone } else { Presence::There };
                self.rows.insert(of_row(&entry, row), presence);
            }
            None => {}
        }
        if self.snapshots.len() + self.rows.len() > MAX_FACTS as usize {
            let message = format!("more than {MAX_FACTS} rows that come and go");
            return Err(Error::new(Code::TooLarge, message));
        }
        Ok(())
    }

    /// Whether no later snapshot replaces this one.
    pub(super) fn is_last(&self, entry: &Entry<'_>, value: Value<'_>) -> bool {
        self.snapshots.get(&of_query(entry)) == Some(&value.place())
    }

    /// Whether a row came and did not go.
    pub(super) fn is_there(&self, entry: &Entry<'_>, row: Value<'_>) -> bool {
        let came = entry.action.as_deref() != Some("removed");
        came && self.rows.get(&of_row(entry, row)) == Some(&Presence::There)
    }

    /// When the last entry was written.
    pub(super) fn collected(&self) -> Option<String> {
        jiff::Timestamp::from_second(self.time?).ok().map(|time| time.to_string())
    }
}

fn of_query(entry: &Entry<'_>) -> u128 {
    XxHash3_128::oneshot(entry.name.as_deref().unwrap_or_default().as_bytes())
}

/// A row is told by what is written of it, because osquery writes its columns in one order.
fn of_row(entry: &Entry<'_>, row: Value<'_>) -> u128 {
    let mut hash = XxHash3_128::new();
    hash.write(entry.name.as_deref().unwrap_or_default().as_bytes());
    hash.write(&[0]);
    hash.write(row.text().as_bytes());
    hash.finish_128()
}
