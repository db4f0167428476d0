//! Tables as RFC 4180 has them: a header record, comma, quotes where needed, lines that end in CR LF.
//!
//! Rows only: the notes around them would be rows to every program that reads it, so that the caller
//! prints them elsewhere ([`Table::write_notes`]).

use std::io::Write;

use super::table::{Pending, Table};
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
    pending.finish()
}

/// Writes a whole record.
pub(crate) fn record<'t>(out: &mut Vec<u8>, fields: impl IntoIterator<Item = &'t str>) {
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
    if !text.as_bytes().iter().any(special) {
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
    }
}
