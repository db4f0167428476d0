//! Tables as one page of HTML that needs nothing else: no script, no network, no other file.
//!
//! Light or dark as the reader's system is, and made to be printed. A verdict is a word with a mark, and
//! its colour only repeats it. Names come from clients and catalogs: everything that is not ours is
//! escaped, characters that turn the direction of writing are replaced, and a policy in the page forbids
//! whatever might still get through to load or run anything.

use std::borrow::Cow;
use std::io::Write;

use super::table::{Note, Pending, Says, Table, Value};
use super::{Columns, grouped};
use crate::error::Result;
use crate::model::verdict::Verdict;
use crate::render::clean;

/// The looks. Colours have a contrast of at least 4.5 to 1 on both grounds.
const STYLE: &str = include_str!("html.css");

/// Writes a table.
pub(super) fn write(table: &Table<'_>, columns: Columns, out: &mut dyn Write) -> Result<()> {
    let mut pending = Pending::new(out);
    let heading = heading(table);
    let page = &mut pending.bytes;
    page.extend(b"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.extend(b"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.extend(
        b"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    );
    element("title", &format!("{heading} - patchstate"), page);
    page.extend(format!("<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n").bytes());
    element("h1", &heading, page);
    write_notes(&table.head, page);
    if table.rows.is_empty() {
        page.extend(b"<p>There are no rows.</p>\n");
    } else {
        write_table(table, columns, &mut pending)?;
    }
    write_notes(&table.foot, &mut pending.bytes);
    pending.bytes.extend(b"</main>\n</body>\n</html>\n");
    pending.finish()
}

/// What the table is about: its name, and the one thing that its first note names where it has that name.
fn heading(table: &Table<'_>) -> String {
    match table.head.first() {
        Some(Note { name, says: Says::One(value) }) if *name == table.name => {
            format!("{name} {}", value.shown())
        }
        _ => table.name.to_owned(),
    }
}

/// What the table says, and how many rows it has.
fn caption(table: &Table<'_>) -> String {
    let title = super::find(table.name).map_or(table.name, |report| report.title);
    match table.rows.len() {
        1 => format!("{title} (1 row)"),
        rows => format!("{title} ({} rows)", grouped(rows as u64)),
    }
}

fn write_table(table: &Table<'_>, columns: Columns, pending: &mut Pending<'_>) -> Result<()> {
    // Whoever has no pointer scrolls what has the focus.
    pending.bytes.extend(b"<div class=\"scroll\" role=\"region\" aria-labelledby=\"says\" tabindex=\"0\">\n");
    pending.bytes.extend(b"<table>\n<caption id=\"says\">");
    escape(&caption(table), &mut pending.bytes);
    pending.bytes.extend(b"</caption>\n<thead>\n<tr>");
    let seen: Vec<_> = table.seen(columns).map(|(at, column)| (at, column, class(table, at))).collect();
    for (_, column, class) in &seen {
        pending.bytes.extend(format!("<th scope=\"col\"{class}>").bytes());
        escape(column.heading, &mut pending.bytes);
        pending.bytes.extend(b"</th>");
    }
    pending.bytes.extend(b"</tr>\n</thead>\n<tbody>\n");
    for row in &table.rows {
        pending.bytes.extend(b"<tr>");
        let mut named = false;
        for (at, _, class) in &seen {
            let value = row.get(*at).unwrap_or(&Value::Empty);
            // The first that is no verdict names the row.
            let names = !named && !matches!(value, Value::Verdict(_));
            let (begin, end) = if names { ("th scope=\"row\"", "th") } else { ("td", "td") };
            pending.bytes.extend(format!("<{begin}{class}>").bytes());
            write_value(value, &mut pending.bytes);
            pending.bytes.extend(format!("</{end}>").bytes());
            named |= names;
        }
        pending.bytes.extend(b"</tr>\n");
        pending.line()?;
    }
    pending.bytes.extend(b"</tbody>\n</table>\n</div>\n");
    Ok(())
}

/// How many characters a value has at least for its column to be given room.
const LONG: usize = 40;

/// The class of the cells of a column: numbers stand below each other, long texts are given room.
fn class(table: &Table<'_>, column: usize) -> &'static str {
    let is_long = |value: &Value<'_>| value.shown().chars().nth(LONG - 1).is_some();
    match table.is_numbers(column) {
        true => " class=\"n\"",
        false if table.rows.iter().filter_map(|row| row.get(column)).any(is_long) => " class=\"long\"",
        false => "",
    }
}

fn write_value(value: &Value<'_>, out: &mut Vec<u8>) {
    let Value::Verdict(verdict) = value else { return escape(&value.shown(), out) };
    let (class, mark) = match verdict {
        Verdict::Missing => ("missing", "\u{2717}"),
        Verdict::Unknown => ("unknown", "?"),
        Verdict::Installed => ("installed", "\u{2713}"),
        Verdict::NotApplicable => ("faint", "\u{2013}"),
    };
    out.extend(format!("<span class=\"verdict {class}\"><span aria-hidden=\"true\">{mark}</span> ").bytes());
    out.extend(format!("{}</span>", verdict.name()).bytes());
}

/// Writes notes as names and what they say, and advice as sentences.
fn write_notes(notes: &[Note<'_>], out: &mut Vec<u8>) {
    let (advice, named): (Vec<_>, Vec<_>) =
        notes.iter().partition(|note| matches!(note.says, Says::Advice(_)));
    let mut words = Vec::new();
    named.into_iter().for_each(|note| write_note(note, &mut words));
    if !words.is_empty() {
        out.extend(b"<dl>\n");
        out.extend(words);
        out.extend(b"</dl>\n");
    }
    for note in advice {
        if let Says::Advice(sentence) = &note.says {
            out.extend(b"<p class=\"faint\">");
            escape(sentence, out);
            out.extend(b"</p>\n");
        }
    }
}

/// Writes a note; one that says nothing is left out.
fn write_note(note: &Note<'_>, out: &mut Vec<u8>) {
    let items: Vec<String> = match &note.says {
        Says::One(value) => vec![value.shown().into_owned()],
        Says::Counts(counts) => {
            vec![
                counts
                    .iter()
                    .map(|(name, count)| format!("{} {name}", grouped(*count)))
                    .collect::<Vec<_>>()
                    .join(", "),
            ]
        }
        Says::Records(records) | Says::Cards(records) => {
            records.iter().map(|record| in_words(record)).collect()
        }
        Says::Advice(_) => return,
    };
    if items.iter().all(String::is_empty) {
        return;
    }
    out.extend(b"<div><dt>");
    escape(note.name, out);
    out.extend(b"</dt>");
    items.iter().for_each(|item| element("dd", item, out));
    out.extend(b"</div>\n");
}

/// The fields of a record that say something, each with its name.
fn in_words(record: &[(&str, Value<'_>)]) -> String {
    let said = record.iter().filter(|(_, value)| !value.is_empty());
    said.map(|(name, value)| format!("{name}: {}", value.shown())).collect::<Vec<_>>().join("; ")
}

/// Writes an element that holds text.
fn element(name: &str, text: &str, out: &mut Vec<u8>) {
    out.extend(format!("<{name}>").bytes());
    escape(text, out);
    out.extend(format!("</{name}>\n").bytes());
}

/// Writes text so that none of it is markup, in an element or between quotes.
fn escape(text: &str, out: &mut Vec<u8>) {
    for byte in clean(Cow::Borrowed(text)).bytes() {
        match byte {
            b'&' => out.extend(b"&amp;"),
            b'<' => out.extend(b"&lt;"),
            b'>' => out.extend(b"&gt;"),
            b'"' => out.extend(b"&quot;"),
            b'\'' => out.extend(b"&#39;"),
            byte => out.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::Column;

    #[test]
    fn names_are_text_and_never_markup() {
        let hostile = "</td><script>alert('1')</script>\" onload=x \u{202e}&amp;";
        let mut table = Table::new("client", vec![Column::text("Status"), Column::text(hostile)]);
        table.head = vec![Note::one("client", hostile)];
        table.foot = vec![Note::advice(hostile)];
        table.push(vec![Value::Verdict(Verdict::Missing), Value::from(hostile)]);
        let mut out = Vec::new();
        write(&table, Columns::Usual, &mut out).expect("writes to memory");
        let page = String::from_utf8(out).expect("is UTF-8");
        let escaped =
            "&lt;/td&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot; onload=x \u{fffd}&amp;amp;";
        // The title, the heading, the note, the head of the column, the cell, the advice.
        assert_eq!(page.matches(escaped).count(), 6, "{page}");
        assert!(!page.contains("<script") && !page.contains('\u{202e}'), "{page}");
        assert!(page.contains(&format!("<th scope=\"row\" class=\"long\">{escaped}</th>")), "{page}");
    }
}
