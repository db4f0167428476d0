//! Rows of a table with columns of fixed width: each begins where its word in the header does.

use std::ops::Range;

use super::{Entry, Property, Record, check_length};
use crate::error::Result;
use crate::model::fact::Text;

/// The columns that facts are made of, with their places in a row, counted in characters.
#[derive(Debug)]
pub(super) struct Columns(Vec<(Property, Range<usize>)>);

impl Columns {
    /// The columns of a header.
    ///
    /// Windows XP writes its header behind a sentence that it did not end with a line; the places count
    /// from where the header itself begins.
    pub(super) fn of(line: &str) -> Option<Self> {
        let sentence = line.rfind(|c: char| !is_of_name(c) && c != ' ');
        let header = sentence.map_or(line, |end| line[end..].trim_start_matches(|c: char| !is_of_name(c)));
        let mut columns: Vec<(Property, Range<usize>)> = Vec::new();
        let mut at = 0;
        for word in header.split(' ') {
            let start = at;
            at += word.len() + 1;
            match word.as_bytes().first() {
                None => continue,
                Some(first) if first.is_ascii_uppercase() || *first == b'_' => {}
                Some(_) => return None,
            }
            if let Some((_, column)) = columns.last_mut() {
                column.end = column.end.min(start);
            }
            let known = |(known, _): &(Property, Range<usize>), property| *known == property;
            if let Some(property) = Property::find(word)
                && !columns.iter().any(|column| known(column, property))
            {
                columns.push((property, start..usize::MAX));
            }
        }
        columns.iter().any(|(property, _)| *property == Property::HotFixId).then_some(Columns(columns))
    }

    /// The next row that is not blank.
    pub(super) fn next<'a>(&self, text: &'a str, from: usize) -> Result<Option<Entry<'a>>> {
        let mut start = from;
        while start < text.len() {
            let rest = &text[start..];
            let end = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |end| end + 1);
            let line = rest[..end].trim_end_matches(['\r', '\n']);
            check_length((start, line))?;
            let place = start..start + end;
            start = place.end;
            // `Get-HotFix` draws a line below the header.
            if !line.trim_matches([' ', '-']).is_empty() {
                return Ok(Some(Entry { place, record: Ok(self.record(line)) }));
            }
        }
        Ok(None)
    }

    fn record<'a>(&self, line: &'a str) -> Record<'a> {
        let mut record = Record::default();
        for (property, place) in &self.0 {
            record.set(*property, Text::Borrowed(cell(line, place.clone())));
        }
        record
    }
}

/// Whether a character can be one of a column's name.
fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The characters of a row in a column.
fn cell(line: &str, place: Range<usize>) -> &str {
    if line.is_ascii() {
        return line.get(place.start..place.end.min(line.len())).unwrap_or_default();
    }
    let at = |character: usize| line.char_indices().nth(character).map_or(line.len(), |(at, _)| at);
    &line[at(place.start)..at(place.end)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_begin_where_their_words_do() {
        let columns =
            Columns::of("Bitte warten.CSName  HotFixID    InstalledBy  InstalledOn  ").expect("columns");
        let row = "A-1     KB1         Jürgen       5/22/2015";
        let cells: Vec<_> = columns.0.iter().map(|(_, place)| cell(row, place.clone()).trim()).collect();
        assert_eq!(cells, ["A-1", "KB1", "5/22/2015"]);
        assert!(Columns::of("HotFixID  ").is_some());
        assert!(Columns::of("the HotFixID column").is_none());
        assert!(Columns::of("Description  FixComments").is_none());
    }
}
