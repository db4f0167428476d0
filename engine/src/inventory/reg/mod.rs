//! Reads exports of the registry, `.reg` files.
//!
//! An export has everything below the keys that it begins with, so that these are covered: what is not
//! listed below them is not there. A file that takes keys or values away is none, nor is one of which a
//! line cannot be read, and such a file covers nothing. Below `Uninstall` keys products and hotfixes are
//! found, besides. Source of truth: `docs/inventories.md`, "Registry exports".

mod value;

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::fact::{Coverage, Kind, Kinds, RegistryKey, RegistryValue};
use crate::model::inventory::{Collector, Header};

use super::lines::shown;
use super::sink::{Sink, error};
use super::uninstall::Entry;
use super::{Excerpt, Format, Found, Look, MAX_TEXT, Scope, Settings, Unit};
use value::{Dialect, Line};

/// Exports of the registry.
pub(super) const FORMAT: Format = Format {
    name: "reg",
    title: "export of the registry, `.reg`",
    recognises: |head| dialect(head).is_some(),
    scope: Scope::Part,
    // What is covered is a part of the kind.
    vouches: Kinds::NONE,
    find: |_, _: Look| Ok(Found::Units(vec![Unit::default()])),
    code_page: |_| None,
    read,
};

/// Which editor wrote a file, and where its keys begin.
fn dialect(text: &str) -> Option<(Dialect, usize)> {
    let text_start = text.len() - text.trim_start().len();
    let line = text[text_start..].split('\n').next().unwrap_or_default();
    let dialect = match line.trim_end() {
        "Windows Registry Editor Version 5.00" => Dialect::Wide,
        "REGEDIT4" => Dialect::Narrow,
        _ => return None,
    };
    Some((dialect, text_start + line.len()))
}

fn read(excerpt: Excerpt<'_>, _: &Settings, out: &mut dyn Collector) -> Result<u32> {
    let Some((dialect, start)) = dialect(excerpt.text) else {
        let message = "the first line is not `Windows Registry Editor Version 5.00` or `REGEDIT4`";
        return Err(Error::new(Code::WrongFormat, message));
    };
    let mut sink = Sink::new(excerpt, out);
    sink.header(Header::default(), 0);
    let reader = Reader { text: excerpt.text, at: start, dialect, key: None, roots: Vec::new(), lost: None };
    match reader.state(&mut sink) {
        Ok(()) => Ok(sink.finish()),
        Err(error) => Err(sink.moved(error)),
    }
}

struct Reader<'a> {
    text: &'a str,
    /// How far it is read.
    at: usize,
    dialect: Dialect,
    key: Option<Key<'a>>,
    /// The keys that are exported with all that is below them.
    roots: Vec<(&'a str, usize)>,
    /// Why nothing is covered, and where that shows.
    lost: Option<(&'static str, usize)>,
}

/// The key that values stand below.
struct Key<'a> {
    name: &'a str,
    offset: usize,
    /// Whether a value stated it.
    stated: bool,
    entry: Option<Entry<'a>>,
}

impl<'a> Reader<'a> {
    fn state(mut self, sink: &mut Sink<'a, '_, dyn Collector + '_>) -> Result<()> {
        while let Some((offset, line)) = self.line()? {
            match Line::of(line, self.dialect) {
                Line::Nothing => {}
                Line::Key(name) => {
                    self.end_key(sink)?;
                    self.begin_key(name, offset);
                }
                Line::Removal => {
                    self.lost.get_or_insert(("it takes something away, which no export does", offset));
                    sink.diagnostic(Code::EntryWithoutFact, offset, shown(line));
                }
                Line::RemovedKey => {
                    self.end_key(sink)?;
                    self.lost.get_or_insert(("it takes something away, which no export does", offset));
                    sink.diagnostic(Code::EntryWithoutFact, offset, shown(line));
                }
                Line::Value(value) => self.value(value, offset, sink)?,
                Line::Unreadable => self.unreadable(line, offset, sink),
            }
        }
        self.end_key(sink)?;
        self.cover(sink)
    }

    fn unreadable(&mut self, line: &str, offset: usize, sink: &mut Sink<'a, '_, dyn Collector + '_>) {
        self.lost.get_or_insert(("a line could not be read", offset));
        sink.diagnostic(Code::InventoryBadValue, offset, shown(line));
    }

    fn value(
        &mut self,
        value: value::Value<'a>,
        offset: usize,
        sink: &mut Sink<'a, '_, dyn Collector + '_>,
    ) -> Result<()> {
        let Some(key) = &mut self.key else {
            self.unreadable("a value without a key", offset, sink);
            return Ok(());
        };
        key.stated = true;
        let value::Value { name, kind, data } = value;
        if data.as_ref().is_some_and(|data| data.len() > MAX_TEXT) || name.len() > MAX_TEXT {
            return Err(too_long(offset));
        }
        if let Some(entry) = &mut key.entry {
            entry.take(&name, data.as_ref());
        }
        let (key, kind) = (key.name.into(), Some(kind.into()));
        sink.fact(RegistryValue { key, name, kind, data, ..RegistryValue::default() }.into(), offset)
    }

    fn begin_key(&mut self, name: &'a str, offset: usize) {
        if !self.roots.last().is_some_and(|(root, _)| is_at_or_below(name, root)) {
            self.roots.push((name, offset));
        }
        self.key = Some(Key { name, offset, stated: false, entry: Entry::of(name) });
    }

    /// Ends a key: one without values is stated by itself, and one of a product states that.
    fn end_key(&mut self, sink: &mut Sink<'a, '_, dyn Collector + '_>) -> Result<()> {
        let Some(Key { name, offset, stated, entry }) = self.key.take() else { return Ok(()) };
        if !stated {
            sink.fact(RegistryKey { key: name.into(), ..RegistryKey::default() }.into(), offset)?;
        }
        entry.map_or(Ok(()), |entry| entry.facts(|fact| sink.fact(fact, offset)))
    }

    /// States what is covered, unless something shows that it is not.
    fn cover(self, sink: &mut Sink<'a, '_, dyn Collector + '_>) -> Result<()> {
        if let Some((why, offset)) = self.lost {
            sink.refuse([Kind::Registry].into_iter().collect(), offset, why);
            return Ok(());
        }
        for (root, offset) in self.roots {
            let (kind, under) = (Some(Kind::Registry), root.into());
            sink.fact(Coverage { kind, under, ..Coverage::default() }.into(), offset)?;
        }
        Ok(())
    }

    /// The next line; strings may hold line breaks, and lists of bytes go on behind a backslash.
    fn line(&mut self) -> Result<Option<(usize, &'a str)>> {
        let start = self.at;
        if start >= self.text.len() {
            return Ok(None);
        }
        let end = start + value::end_of_line(&self.text[start..]);
        let line = self.text[start..end].trim_end_matches(['\r', '\n']);
        // Every byte of a value takes three characters, and a line break now and then.
        if line.len() > 4 * MAX_TEXT {
            return Err(too_long(start));
        }
        self.at = end;
        Ok(Some((start, line)))
    }
}

/// Whether a key is another one or stands below it.
fn is_at_or_below(key: &str, root: &str) -> bool {
    key.get(..root.len()).is_some_and(|head| head.eq_ignore_ascii_case(root))
        && (key.len() == root.len() || key.as_bytes()[root.len()] == b'\\')
}

/// The error of a value that is too long.
fn too_long(offset: usize) -> Error {
    error(Code::TooLarge, offset, format!("a value of more than {MAX_TEXT} bytes"))
}
