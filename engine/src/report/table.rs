//! The neutral table that every report makes: columns, rows, notes above and below them.
//!
//! Knows nothing of what the columns mean; the forms it is printed in are modules of their own. Values
//! borrow from the matrix, so a table costs little beside it.

use std::borrow::Cow;
use std::io::Write;

use super::{Columns, csv, grouped, html, json, text};
use crate::error::Result;
use crate::model::flag::Flags;
use crate::model::verdict::Verdict;

/// A report that is ready to be printed.
///
/// ```
/// use patchstate::report::table::{Column, Form, Table, Value};
///
/// let mut table = Table::new("example", vec![Column::text("Name"), Column::text("Count")]);
/// table.push(vec![Value::from("a, b"), Value::Count(1200)]);
/// let mut out = Vec::new();
/// table.write(&Form::Csv, &mut out).expect("writes to memory");
/// assert_eq!(out, b"Name,Count\r\n\"a, b\",1200\r\n");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Table<'m> {
    /// The report's name.
    pub name: &'static str,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each with one value per column.
    pub rows: Vec<Vec<Value<'m>>>,
    /// What stands above the rows.
    pub head: Vec<Note<'m>>,
    /// What stands below the rows.
    pub foot: Vec<Note<'m>>,
}

/// The form in which a table is printed.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// For people.
    Text(text::Look),
    /// Comma-separated values as RFC 4180 has them, without the notes.
    Csv,
    /// One JSON object.
    Json,
    /// A page of HTML that needs nothing else.
    Html(Columns),
}

/// A column: its name, and where it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name for programs.
    pub name: &'static str,
    /// The heading for people, where the name is not one.
    pub heading: &'static str,
    /// Where it is printed.
    pub place: Place,
}

/// Where a column is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In every form.
    Everywhere,
    /// In every form; as text it is shortened where the line is too long.
    Shortened,
    /// Not as text, unless wide columns are asked for.
    Data,
}

impl Column {
    /// A column of every form.
    pub const fn text(name: &'static str) -> Self {
        Column { name, heading: name, place: Place::Everywhere }
    }

    /// A column of every form that is shortened where the line is too long.
    pub const fn long(name: &'static str) -> Self {
        Column { name, heading: name, place: Place::Shortened }
    }

    /// A column that people see only when they ask for wide columns.
    pub const fn data(name: &'static str) -> Self {
        Column { name, heading: name, place: Place::Data }
    }

    /// The same column with a heading that people understand.
    pub const fn headed(self, heading: &'static str) -> Self {
        Column { heading, ..self }
    }
}

/// One value of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value<'m> {
    /// Nothing is known.
    #[default]
    Empty,
    /// Text.
    Text(Cow<'m, str>),
    /// Several texts, joined by `;` outside JSON.
    List(Vec<Cow<'m, str>>),
    /// A number of things.
    Count(u64),
    /// A number that is a name.
    Number(u64),
    /// A verdict.
    Verdict(Verdict),
    /// Numbers by name.
    Counts(Vec<(&'m str, u64)>),
}

impl Value<'_> {
    /// The value as data: numbers without separators.
    pub fn data(&self) -> Cow<'_, str> {
        match self {
            Value::Empty => Cow::Borrowed(""),
            Value::Text(text) => Cow::Borrowed(text),
            Value::List(items) => Cow::Owned(items.join(";")),
            Value::Count(number) | Value::Number(number) => Cow::Owned(number.to_string()),
            Value::Verdict(verdict) => Cow::Borrowed(verdict.name()),
            Value::Counts(counts) => {
                let words: Vec<_> = counts.iter().map(|(name, count)| format!("{name}={count}")).collect();
                Cow::Owned(words.join(";"))
            }
        }
    }

    /// The value for people: numbers with separators.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Value::Count(count) => Cow::Owned(grouped(*count)),
            Value::List(items) => Cow::Owned(items.join(", ")),
            Value::Counts(counts) => {
                let words: Vec<_> =
                    counts.iter().map(|(name, count)| format!("{name} {}", grouped(*count))).collect();
                Cow::Owned(words.join(", "))
            }
            Value::Empty | Value::Text(_) | Value::Number(_) | Value::Verdict(_) => self.data(),
        }
    }

    /// Whether there is nothing to print.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Empty => true,
            Value::Text(text) => text.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Counts(counts) => counts.is_empty(),
            Value::Count(_) | Value::Number(_) | Value::Verdict(_) => false,
        }
    }
}

impl<'m> From<&'m str> for Value<'m> {
    fn from(text: &'m str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl<'m> From<&'m String> for Value<'m> {
    fn from(text: &'m String) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }
}

impl From<Cow<'static, str>> for Value<'_> {
    fn from(text: Cow<'static, str>) -> Self {
        Value::Text(text)
    }
}

impl From<Flags> for Value<'_> {
    fn from(flags: Flags) -> Self {
        Value::List(flags.names().map(Cow::Borrowed).collect())
    }
}

impl<'m> FromIterator<&'m str> for Value<'m> {
    fn from_iter<T: IntoIterator<Item = &'m str>>(items: T) -> Self {
        Value::List(items.into_iter().map(Cow::Borrowed).collect())
    }
}

/// A line above or below the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note<'m> {
    /// What it is about, in words.
    pub name: &'static str,
    /// What it says.
    pub says: Says<'m>,
}

/// What a note says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says<'m> {
    /// One value.
    One(Value<'m>),
    /// Numbers by name.
    Counts(Vec<(&'static str, u64)>),
    /// Several things, each with the same fields; for people, each in some words.
    Records(Vec<Vec<(&'static str, Value<'m>)>>),
    /// The same; for people, each field on a line.
    Cards(Vec<Vec<(&'static str, Value<'m>)>>),
    /// A sentence for people; programs do not get it.
    Advice(String),
}

impl<'m> Note<'m> {
    /// A note of one value.
    pub fn one(name: &'static str, value: impl Into<Value<'m>>) -> Self {
        Note { name, says: Says::One(value.into()) }
    }

    /// A note of one number.
    pub fn count(name: &'static str, count: u64) -> Self {
        Note { name, says: Says::One(Value::Count(count)) }
    }

    /// A note of numbers by name.
    pub fn counts(name: &'static str, counts: impl IntoIterator<Item = (&'static str, u64)>) -> Self {
        Note { name, says: Says::Counts(counts.into_iter().collect()) }
    }

    /// A sentence for people.
    pub fn advice(text: impl Into<String>) -> Self {
        Note { name: "", says: Says::Advice(text.into()) }
    }
}

impl<'m> Table<'m> {
    /// A table without rows.
    pub fn new(name: &'static str, columns: Vec<Column>) -> Self {
        Table { name, columns, ..Table::default() }
    }

    /// Appends a row.
    pub fn push(&mut self, row: Vec<Value<'m>>) {
        debug_assert_eq!(row.len(), self.columns.len(), "a row of `{}` has another width", self.name);
        self.rows.push(row);
    }

    /// Prints the table.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn write(&self, form: &Form, out: &mut dyn Write) -> Result<()> {
        match form {
            Form::Text(look) => text::write(self, look, out),
            Form::Csv => csv::write(self, out),
            Form::Json => json::write(self, out),
            Form::Html(columns) => html::write(self, *columns, out),
        }
    }

    /// The columns that people see, by number: not those that are data for programs, unless asked for, and
    /// none in which nothing stands.
    pub(super) fn seen(&self, columns: Columns) -> impl Iterator<Item = (usize, &Column)> {
        let says_something =
            |at: usize| self.rows.iter().any(|row| row.get(at).is_some_and(|value| !value.is_empty()));
        let shown = move |column: &Column| column.place != Place::Data || columns == Columns::Wide;
        self.columns.iter().enumerate().filter(move |(at, column)| shown(column) && says_something(*at))
    }

    /// Whether a column holds numbers of things, which stand one below the other by their last digits.
    pub(super) fn is_numbers(&self, column: usize) -> bool {
        let mut values = self.rows.iter().filter_map(|row| row.get(column));
        values.all(|value| matches!(value, Value::Count(_) | Value::Empty))
    }

    /// Prints only the notes above and below the rows, for people: a CSV has no place for them.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn write_notes(&self, look: &text::Look, out: &mut dyn Write) -> Result<()> {
        let mut bytes = Vec::new();
        self.head.iter().chain(&self.foot).for_each(|note| text::write_note(note, look, &mut bytes));
        Ok(out.write_all(&bytes)?)
    }
}

/// Bytes that wait to be written in large pieces.
pub(crate) struct Pending<'w> {
    /// Where lines are put together.
    pub(crate) bytes: Vec<u8>,
    out: &'w mut dyn Write,
}

impl<'w> Pending<'w> {
    /// How much is put together before it is written.
    const FULL: usize = 1 << 16;

    pub(crate) fn new(out: &'w mut dyn Write) -> Self {
        Pending { bytes: Vec::with_capacity(Self::FULL * 2), out }
    }

    /// Ends a line: writes what waits when it is much.
    pub(crate) fn line(&mut self) -> Result<()> {
        if self.bytes.len() < Self::FULL { Ok(()) } else { self.finish() }
    }

    /// Writes what waits.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.out.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}
