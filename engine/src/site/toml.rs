//! Reads the small TOML files of a site: tables whose every key is known, with the place of what is wrong.
//!
//! A key that nobody asked for is an error, so that a slip of the pen is told and not passed over. Knows
//! nothing of what the keys mean.

use std::path::Path;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::render;

/// The greatest file that is read.
const MOST: u64 = 16 << 20;

/// Reads a file.
pub(super) fn read_file(path: &Path) -> Result<String> {
    let failed = |error| Error::io(path, "read", error);
    if std::fs::metadata(path).map_err(failed)?.len() > MOST {
        let message = format!("has more than {MOST} bytes");
        return Err(Error::new(Code::TooLarge, message).in_file(path.to_string_lossy()));
    }
    std::fs::read_to_string(path).map_err(failed)
}

/// A text as a value of TOML.
pub(super) fn quoted(text: &str) -> String {
    // The escapes of JSON are escapes of TOML.
    let mut out = Vec::new();
    render::string(text, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// A document and what it is called in messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Document<'t> {
    file: &'t str,
    text: &'t str,
}

impl<'t> Document<'t> {
    /// A document, `file` in messages.
    pub(super) fn new(file: &'t str, text: &'t str) -> Self {
        Document { file, text }
    }

    /// Its outermost table.
    pub(super) fn read(self) -> Result<Table<'t>> {
        let table = DeTable::parse(self.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            self.error(offset, error.message().replace('\n', " "))
        })?;
        let offset = table.span().start;
        Ok(Table::new(self, offset, table.into_inner()))
    }

    /// An error at a place of the document.
    pub(super) fn error(self, offset: usize, message: impl Into<String>) -> Error {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        Error::new(Code::BadTable, message).at(Position::START.after(before)).in_file(self.file)
    }
}

/// A table: keys with their values, taken out one by one.
#[derive(Debug)]
pub(super) struct Table<'t> {
    document: Document<'t>,
    offset: usize,
    entries: Vec<Entry<'t>>,
}

#[derive(Debug)]
struct Entry<'t> {
    key: String,
    /// Where the key stands.
    offset: usize,
    value: Spanned<DeValue<'t>>,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) offset: usize,
}

impl<'t> Table<'t> {
    fn new(document: Document<'t>, offset: usize, table: DeTable<'t>) -> Self {
        let entries = table.into_iter().map(|(key, value)| {
            let offset = key.span().start;
            Entry { key: key.into_inner().into_owned(), offset, value }
        });
        Table { document, offset, entries: entries.collect() }
    }

    /// An error at the table itself.
    pub(super) fn error(&self, message: impl Into<String>) -> Error {
        self.document.error(self.offset, message)
    }

    fn take(&mut self, key: &str) -> Option<Spanned<DeValue<'t>>> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.swap_remove(at).value)
    }

    /// The value of a key as `read` understands it, which names what it expects otherwise.
    fn value<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(DeValue<'t>) -> std::result::Result<T, &'static str>,
    ) -> Result<Option<At<T>>> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let offset = value.span().start;
        let value = read(value.into_inner())
            .map_err(|expected| self.document.error(offset, format!("`{key}` must be {expected}")))?;
        Ok(Some(At { value, offset }))
    }

    /// A text, where there is one.
    pub(super) fn text(&mut self, key: &str) -> Result<Option<At<String>>> {
        self.value(key, |value| match value {
            DeValue::String(text) => Ok(text.into_owned()),
            _ => Err("text in quotes"),
        })
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, key: &str) -> Result<At<String>> {
        let found = self.text(key)?;
        found.ok_or_else(|| self.error(format!("`{key}` is missing")))
    }

    /// A whole number from 0 up, where there is one.
    pub(super) fn number(&mut self, key: &str) -> Result<Option<At<u64>>> {
        self.value(key, |value| match value {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
                .map_err(|_| "a whole number from 0 to 18446744073709551615"),
            _ => Err("a whole number"),
        })
    }

    /// A list of texts; empty where there is none.
    pub(super) fn texts(&mut self, key: &str) -> Result<Vec<At<String>>> {
        let Some(list) = self.list(key)? else { return Ok(Vec::new()) };
        let document = self.document;
        let text = |item: Spanned<DeValue<'t>>| {
            let offset = item.span().start;
            match item.into_inner() {
                DeValue::String(text) => Ok(At { value: text.into_owned(), offset }),
                _ => Err(document.error(offset, format!("`{key}` must be a list of texts in quotes"))),
            }
        };
        list.into_iter().map(text).collect()
    }

    /// A list of tables, `[[key]]`; empty where there is none.
    pub(super) fn tables(&mut self, key: &str) -> Result<Vec<Table<'t>>> {
        let Some(list) = self.list(key)? else { return Ok(Vec::new()) };
        let document = self.document;
        let table = |item: Spanned<DeValue<'t>>| {
            let offset = item.span().start;
            match item.into_inner() {
                DeValue::Table(table) => Ok(Table::new(document, offset, table)),
                _ => Err(document.error(offset, format!("`{key}` must be written [[{key}]]"))),
            }
        };
        list.into_iter().map(table).collect()
    }

    fn list(&mut self, key: &str) -> Result<Option<Vec<Spanned<DeValue<'t>>>>> {
        let found = self.value(key, |value| match value {
            DeValue::Array(list) => Ok(list.into_iter().collect::<Vec<_>>()),
            _ => Err("a list"),
        })?;
        Ok(found.map(|found| found.value))
    }

    /// A table, `[key]`, that must be there.
    pub(super) fn table(&mut self, key: &str) -> Result<Table<'t>> {
        let found = self.value(key, |value| match value {
            DeValue::Table(table) => Ok(table),
            _ => Err("a table"),
        })?;
        match found {
            Some(At { value, offset }) => Ok(Table::new(self.document, offset, value)),
            None => Err(self.error(format!("[{key}] is missing"))),
        }
    }

    /// Every number of the table by its key, for tables whose keys are names.
    pub(super) fn numbers(self) -> Result<Vec<(String, At<u64>)>> {
        self.entries_as("a whole number", |value| match value {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        })
    }

    /// Every text of the table by its key.
    pub(super) fn names(self) -> Result<Vec<(String, At<String>)>> {
        self.entries_as("text in quotes", |value| match value {
            DeValue::String(text) => Some(text.into_owned()),
            _ => None,
        })
    }

    fn entries_as<T>(
        self,
        expected: &str,
        read: impl Fn(DeValue<'t>) -> Option<T>,
    ) -> Result<Vec<(String, At<T>)>> {
        let document = self.document;
        let entry = |entry: Entry<'t>| {
            let offset = entry.value.span().start;
            match read(entry.value.into_inner()) {
                Some(value) => Ok((entry.key, At { value, offset })),
                None => Err(document.error(offset, format!("`{}` must be {expected}", entry.key))),
            }
        };
        self.entries.into_iter().map(entry).collect()
    }

    /// Makes sure that every key was asked for.
    ///
    /// # Errors
    ///
    /// One was not: the first of them.
    pub(super) fn finish(self) -> Result<()> {
        match self.entries.iter().min_by_key(|entry| entry.offset) {
            None => Ok(()),
            Some(entry) => Err(self.document.error(entry.offset, format!("unknown key `{}`", entry.key))),
        }
    }
}
