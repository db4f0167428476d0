//! Tables for people: aligned columns, verdicts in colour, long titles shortened to the line.
//!
//! Colours are what the [`Palette`] says, and the plain one has none; what a terminal can do, the
//! caller knows. Names come from clients and catalogs, so that characters which steer a terminal or
//! turn the direction of writing are replaced.

use std::borrow::Cow;
use std::io::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub use crate::render::{Palette, clean};

use super::Columns;
use super::table::{Column, Note, Pending, Place, Says, Table, Value};
use crate::error::Result;
use crate::model::verdict::Verdict;

/// How text is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// How many columns a line may have; `None` shortens nothing.
    pub width: Option<usize>,
    /// The colours.
    pub palette: Palette,
    /// Whether columns that are data for programs are printed too.
    pub columns: Columns,
}

impl Look {
    /// Without colours and without an end of the line.
    pub const PLAIN: Look = Look { width: None, palette: Palette::PLAIN, columns: Columns::Usual };
}

impl Palette {
    /// The colour of a value.
    fn of(&self, value: &Value<'_>) -> &'static str {
        match value {
            Value::Verdict(Verdict::Missing) => self.missing,
            Value::Verdict(Verdict::Unknown) => self.unknown,
            Value::Verdict(Verdict::Installed) => self.installed,
            Value::Verdict(Verdict::NotApplicable) => self.faint,
            Value::Empty | Value::Text(_) | Value::List(_) => "",
            Value::Count(_) | Value::Number(_) | Value::Counts(_) => "",
        }
    }
}

/// The least width to which a column is shortened.
const LEAST: usize = 12;
/// How far a column that may be shortened moves the next one where nothing is shortened, as in a file:
/// one title of thousands of characters is no reason to set every row that far apart.
const FAR: usize = 120;
/// Blanks between columns.
const GAP: usize = 2;

/// Writes a table.
pub(super) fn write(table: &Table<'_>, look: &Look, out: &mut dyn Write) -> Result<()> {
    let mut pending = Pending::new(out);
    for note in &table.head {
        write_note(note, look, &mut pending.bytes);
    }
    if !table.head.is_empty() {
        pending.bytes.push(b'\n');
    }
    if table.rows.is_empty() {
        piece("no rows", look.palette.faint, look.palette.reset, &mut pending.bytes);
        pending.bytes.push(b'\n');
    } else {
        write_rows(table, look, &mut pending)?;
    }
    if !table.foot.is_empty() {
        pending.bytes.push(b'\n');
    }
    for note in &table.foot {
        write_note(note, look, &mut pending.bytes);
    }
    pending.finish()
}

/// A column that is printed: its number, its width, on which side its values stand.
struct Printed {
    at: usize,
    column: Column,
    width: usize,
    numbers: bool,
    /// Whether values that are wider than the column are cut.
    cuts: bool,
}

impl Printed {
    /// Lets single long values stand out of a column instead of widening it.
    fn narrow(&mut self) {
        if self.column.place == Place::Shortened && self.width > FAR {
            (self.width, self.cuts) = (FAR, false);
        }
    }
}

fn write_rows(table: &Table<'_>, look: &Look, pending: &mut Pending<'_>) -> Result<()> {
    let mut columns = measure(table, look);
    match look.width {
        Some(width) => shorten(&mut columns, width),
        None => columns.iter_mut().for_each(Printed::narrow),
    }
    let reset = look.palette.reset;
    for (place, column) in columns.iter().enumerate() {
        let last = place + 1 == columns.len();
        aligned(column.column.heading, column, last, (look.palette.heading, reset), &mut pending.bytes);
    }
    pending.bytes.push(b'\n');
    for row in &table.rows {
        for (place, column) in columns.iter().enumerate() {
            let Some(value) = row.get(column.at) else { continue };
            let last = place + 1 == columns.len();
            let text = clean(value.shown());
            aligned(&text, column, last, (look.palette.of(value), reset), &mut pending.bytes);
        }
        while pending.bytes.last() == Some(&b' ') {
            pending.bytes.pop();
        }
        pending.bytes.push(b'\n');
        pending.line()?;
    }
    Ok(())
}

/// Finds the columns that are printed and how wide their values are.
fn measure(table: &Table<'_>, look: &Look) -> Vec<Printed> {
    let measured = table.seen(look.columns).map(|(at, column)| {
        let values = || table.rows.iter().filter_map(|row| row.get(at));
        let widest = values().map(|value| clean(value.shown()).width()).max().unwrap_or(0);
        let width = widest.max(column.heading.width());
        Printed { at, column: *column, width, numbers: table.is_numbers(at), cuts: true }
    });
    measured.collect()
}

/// Shortens the columns that may be until the line fits, the widest first.
fn shorten(columns: &mut [Printed], line: usize) {
    let needed = |columns: &[Printed]| {
        let gaps = columns.len().saturating_sub(1) * GAP;
        columns.iter().map(|column| column.width).sum::<usize>() + gaps
    };
    let mut excess = needed(columns).saturating_sub(line);
    while excess > 0 {
        let may = |column: &&mut Printed| column.column.place == Place::Shortened && column.width > LEAST;
        let Some(widest) = columns.iter_mut().filter(may).max_by_key(|column| column.width) else { return };
        let less = excess.min(widest.width - LEAST);
        widest.width -= less;
        excess -= less;
    }
}

fn aligned(text: &str, column: &Printed, last: bool, paint: (&str, &str), out: &mut Vec<u8>) {
    let text = if column.cuts { cut(text, column.width) } else { Cow::Borrowed(text) };
    let blanks = column.width - text.width().min(column.width);
    if column.numbers {
        out.extend(std::iter::repeat_n(b' ', blanks));
    }
    piece(&text, paint.0, paint.1, out);
    if last {
        return;
    }
    let behind = if column.numbers { GAP } else { blanks + GAP };
    out.extend(std::iter::repeat_n(b' ', behind));
}

fn piece(text: &str, before: &str, after: &str, out: &mut Vec<u8>) {
    if before.is_empty() {
        return out.extend(text.as_bytes());
    }
    for part in [before, text, after] {
        out.extend(part.as_bytes());
    }
}

/// Cuts text to a width, with `…` in place of what is left out.
fn cut(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let mut used = 1;
    let end = text.char_indices().find(|(_, c)| {
        used += c.width().unwrap_or(0);
        used > width
    });
    let head = end.map_or(text, |(at, _)| &text[..at]);
    Cow::Owned(format!("{}…", head.trim_end()))
}

/// Writes a note as a line `name: what it says`; one that says nothing is left out.
pub(super) fn write_note(note: &Note<'_>, look: &Look, out: &mut Vec<u8>) {
    let words = match &note.says {
        Says::One(value) => value.shown().into_owned(),
        Says::Counts(counts) => {
            let words = counts.iter().map(|(name, count)| format!("{} {name}", super::grouped(*count)));
            words.collect::<Vec<_>>().join(", ")
        }
        Says::Records(records) => {
            let words = records.iter().map(|values| in_words(values));
            words.collect::<Vec<_>>().join("; ")
        }
        Says::Cards(cards) => return write_cards(cards, look, out),
        Says::Advice(words) => {
            piece(&clean(Cow::Borrowed(words)), look.palette.faint, look.palette.reset, out);
            return out.push(b'\n');
        }
    };
    write_named(note.name, words, look, out);
}

fn write_named(name: &str, words: String, look: &Look, out: &mut Vec<u8>) {
    if words.is_empty() {
        return;
    }
    piece(&format!("{name}:"), look.palette.faint, look.palette.reset, out);
    out.push(b' ');
    out.extend(clean(Cow::Owned(words)).as_bytes());
    out.push(b'\n');
}

/// The fields of a record, one after another, without those that only repeat the one before.
fn in_words(values: &[(&str, Value<'_>)]) -> String {
    let mut words: Vec<_> = values.iter().map(|(_, value)| value.shown()).collect();
    words.retain(|word| !word.is_empty());
    words.dedup();
    words.join(" ")
}

/// Writes each field on a line, and an empty line between two cards.
fn write_cards(cards: &[Vec<(&str, Value<'_>)>], look: &Look, out: &mut Vec<u8>) {
    for (at, card) in cards.iter().enumerate() {
        if at > 0 {
            out.push(b'\n');
        }
        for (name, value) in card {
            write_named(name, value.shown().into_owned(), look, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_in_a_file_does_not_move_other_rows() {
        let mut table =
            Table::new("sample", vec![Column::text("ID"), Column::long("Title"), Column::text("Why")]);
        let long = "x".repeat(FAR + 50);
        for title in ["short", &long] {
            table.push(["a", title, "because"].map(|text| Value::Text(text.to_owned().into())).to_vec());
        }
        let mut out = Vec::new();
        write(&table, &Look::PLAIN, &mut out).expect("writes to memory");
        let text = String::from_utf8(out).expect("is UTF-8");
        let rows: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(rows[0], format!("a   short{}  because", " ".repeat(FAR - "short".len())));
        assert_eq!(rows[1], format!("a   {long}  because"));
    }

    #[test]
    fn text_is_cut_by_width() {
        let check = |text: &str, width: usize, expect: &str| assert_eq!(cut(text, width), expect);
        check("abc", 3, "abc");
        check("abcd", 3, "ab…");
        check("ab cd", 4, "ab…");
        check("日本語", 4, "日…");
        check("äöüß", 3, "äö…");
    }
}
