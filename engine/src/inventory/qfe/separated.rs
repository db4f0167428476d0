//! Rows of values between commas, semicolons or tabs, in quotes or not.

use super::{Entry, Property, Record, check_length};
use crate::error::Result;
use crate::model::fact::Text;

/// What stands between the values, and which of them facts are made of.
#[derive(Debug)]
pub(super) struct Columns {
    separator: u8,
    /// The columns of the header, those included that no fact is made of.
    columns: Vec<Option<Property>>,
}

impl Columns {
    /// The columns of a header.
    pub(super) fn of(line: &str) -> Option<Self> {
        let separator = *line.as_bytes().iter().find(|byte| matches!(byte, b',' | b';' | b'\t'))?;
        let mut columns = Vec::new();
        let (mut at, mut more) = (0, true);
        while more {
            let (value, end) = value(line, at, separator);
            columns.push(Property::find(value.trim()));
            more = line.as_bytes().get(end) == Some(&separator);
            at = end + 1;
        }
        let known = [Property::HotFixId, Property::BuildNumber];
        let is_header = columns.iter().flatten().any(|property| known.contains(property));
        is_header.then_some(Columns { separator, columns })
    }

    /// The next row that is not blank.
    pub(super) fn next<'a>(&self, text: &'a str, from: usize) -> Result<Option<Entry<'a>>> {
        let bytes = text.as_bytes();
        let start = first_value(text, from);
        if start >= text.len() {
            return Ok(None);
        }
        let (mut record, mut count, mut at) = (Record::default(), 0, start);
        let end = loop {
            let (value, end) = value(text, at, self.separator);
            check_length((at, &value))?;
            if let Some(Some(property)) = self.columns.get(count) {
                record.set(*property, value);
            }
            count += 1;
            match bytes.get(end) {
                Some(next) if *next == self.separator => at = end + 1,
                // What stands behind a quote and is no separator is passed over with the line.
                _ => break memchr::memchr(b'\n', &bytes[end..]).map_or(text.len(), |line| end + line + 1),
            }
        };
        let line = text[start..end].trim_end();
        // wmic does not quote: a value with a comma moves all that follow it.
        let record = if count == self.columns.len() { Ok(record) } else { Err(line) };
        Ok(Some(Entry { place: start..end, record }))
    }
}

/// Where the next row begins, behind blank lines and those that say of which type the rows are.
fn first_value(text: &str, from: usize) -> usize {
    let mut start = from;
    loop {
        let rest = &text[start..];
        start = text.len() - rest.trim_start_matches(['\r', '\n', ' ']).len();
        if !text[start..].starts_with('#') {
            return start;
        }
        start += memchr::memchr(b'\n', &text.as_bytes()[start..]).unwrap_or(text.len() - start);
    }
}

/// The value that begins at `at`, and where it ends.
fn value(text: &str, at: usize, separator: u8) -> (Text<'_>, usize) {
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'"') {
        let ends = |byte: &u8| *byte == separator || *byte == b'\n';
        let end = bytes[at..].iter().position(ends).map_or(text.len(), |end| at + end);
        let value = Text::Borrowed(text[at..end].trim_end_matches('\r'));
        return (value, end);
    }
    let (start, mut at) = (at + 1, at + 1);
    loop {
        let Some(quote) = memchr::memchr(b'"', &bytes[at..]).map(|quote| at + quote) else {
            return (Text::Borrowed(&text[start..]), text.len());
        };
        if bytes.get(quote + 1) != Some(&b'"') {
            let value = &text[start..quote];
            let value = match value.contains('"') {
                true => Text::Owned(value.replace("\"\"", "\"")),
                false => Text::Borrowed(value),
            };
            return (value, quote + 1);
        }
        at = quote + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<String> {
        let (header, _) = text.split_once('\n').expect("a header");
        let columns = Columns::of(header.trim_end()).expect("columns");
        let (mut rows, mut from) = (Vec::new(), header.len());
        while let Some(entry) = columns.next(text, from).expect("short") {
            from = entry.place.end;
            let client = |record: Record<'_>| record.client().unwrap_or("-").to_owned();
            rows.push(entry.record.map_or_else(|line| format!("bad: {line}"), client));
        }
        rows
    }

    #[test]
    fn values_may_be_quoted() {
        let text = "\"Node\",\"HotFixID\"\r\n\"A, \"\"1\"\"\",\"KB1\"\r\n\r\nB,KB2\r\r\n\"C\nD\",x\n#E,F\n\nG,\"open";
        assert_eq!(rows(text), ["A, \"1\"", "B", "C\nD", "G"]);
        assert_eq!(rows("Node;HotFixID\nA;1;2\nB\n;3\n"), ["bad: A;1;2", "bad: B", "-"]);
    }

    #[test]
    fn a_header_names_a_known_column() {
        assert!(Columns::of("Node,Caption").is_none());
        assert!(Columns::of("HotFixID").is_none());
        assert!(Columns::of("node\thotfixid").is_some());
    }
}
