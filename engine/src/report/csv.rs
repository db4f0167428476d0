//! Tables as RFC 4180 has them: a header record, comma, quotes where needed, lines that end in CR LF.
//!
//! The notes around the rows are records whose first field begins with `#` and that are padded to the
//! width of the header; a field of data that begins so is quoted.

use std::io::Write;

use super::table::{Note, Pending, Says, Table};
use crate::error::Result;

/// What a line ends in.
pub(super) const END: &[u8] = b"\r\n";

/// Writes a table.
pub(super) fn write(table: &Table<'_>, out: &mut dyn Write) -> Result<()> {
    let mut pending = Pending::new(out);
    record(&mut pending.bytes, table.columns.iter().map(|column| column.name));
    for row in &table.rows {
        for (at, value) in row.iter().enumerate() {
            if at > 0 {
                pending.bytes.push(b',');
            }
            field(&value.data(), &mut pending.bytes);
        }
        pending.bytes.extend(END);
        pending.line()?;
    }
    for note in table.head.iter().chain(&table.foot) {
        write_note(note, table.columns.len(), &mut pending.bytes);
    }
    pending.finish()
}

fn write_note(note: &Note<'_>, columns: usize, out: &mut Vec<u8>) {
    match &note.says {
        Says::One(value) => remark(note.name, &value.data(), columns, out),
        Says::Counts(counts) => {
            for (name, count) in counts {
                remark(&format!("{} {name}", note.name), &count.to_string(), columns, out);
            }
        }
        Says::Records(records) => {
            for values in records {
                let words: Vec<_> = values.iter().map(|(_, value)| value.data()).collect();
                remark(note.name, words.join(" ").trim_end(), columns, out);
            }
        }
        Says::Advice(_) => {}
    }
}

/// Writes a record that is no row: `# NAME,VALUE`, padded to `columns` fields.
pub(super) fn remark(name: &str, value: &str, columns: usize, out: &mut Vec<u8>) {
    out.extend(b"# ");
    out.extend(name.as_bytes());
    out.push(b',');
    field(value, out);
    out.extend(std::iter::repeat_n(b',', columns.saturating_sub(2)));
    out.extend(END);
}

/// Writes a whole record.
pub(super) fn record<'t>(out: &mut Vec<u8>, fields: impl IntoIterator<Item = &'t str>) {
    for (at, text) in fields.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        field(text, out);
    }
    out.extend(END);
}

/// Writes one field.
pub(super) fn field(text: &str, out: &mut Vec<u8>) {
    let special = |byte: &u8| matches!(byte, b',' | b'"' | b'\r' | b'\n');
    if !text.starts_with('#') && !text.as_bytes().iter().any(special) {
        return out.extend(text.as_bytes());
    }
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_needed() {
        let check = |text: &str, expect: &str| {
            let mut out = Vec::new();
            field(text, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), expect);
        };
        check("", "");
        check("a b", "a b");
        check("a,b", "\"a,b\"");
        check("say \"a\"", "\"say \"\"a\"\"\"");
        check("a\nb", "\"a\nb\"");
        check("#a", "\"#a\"");
    }
}
