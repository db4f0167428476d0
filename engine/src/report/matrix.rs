//! `export matrix`: one line per cell, as CSV, TSV or JSON lines, by client and then update.
//!
//! Written without a table between: a line is a piece of the client, a piece of the update and a piece
//! of the cell, each escaped once.

use std::io::Write;

use super::table::Pending;
use super::{Export, Form, Options, Writer, csv, flags_of, json};
use crate::error::Result;
use crate::matrix::Matrix;
use crate::model::flag::Flags;
use crate::model::reason::Reason;
use crate::model::verdict::{Cell, Verdict};

pub(super) const EXPORT: Export = Export {
    name: "matrix",
    title: "every cell with reason and flags: client,update,verdict,reason,flags",
    forms: &[Form::Csv, Form::Tsv, Form::Ndjson],
    writer: Writer::Document(write),
};

const COLUMNS: [&str; 5] = ["client", "update", "verdict", "reason", "flags"];

fn write(matrix: &Matrix<'_>, form: Form, options: &Options, out: &mut dyn Write) -> Result<()> {
    let mut pending = Pending::new(out);
    match form {
        Form::Csv => csv::record(&mut pending.bytes, COLUMNS),
        Form::Tsv => pending.bytes.extend(format!("{}\n", COLUMNS.join("\t")).bytes()),
        Form::Ndjson | Form::Text | Form::Parquet | Form::Sarif => {}
    }
    let updates: Vec<Vec<u8>> = matrix.updates.iter().map(|update| piece(form, 1, &update.id)).collect();
    let endings = Endings::new(form);
    for (at, client) in matrix.clients.iter().enumerate() {
        let client = piece(form, 0, &client.id);
        for (number, (update, cell)) in updates.iter().zip(matrix.row(at)).enumerate() {
            if !options.verdicts.contains(cell.verdict) {
                continue;
            }
            pending.bytes.extend_from_slice(&client);
            pending.bytes.extend_from_slice(update);
            endings.write(cell, flags_of(matrix, number, cell), &mut pending.bytes);
            pending.line()?;
        }
    }
    pending.finish()
}

/// The bytes of a field that begins a line or follows another, with what separates it from the next.
fn piece(form: Form, column: usize, text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    match form {
        Form::Csv | Form::Text | Form::Parquet | Form::Sarif => {
            csv::field(text, &mut out);
            out.push(b',');
        }
        Form::Tsv => {
            escape_tsv(text, &mut out);
            out.push(b'\t');
        }
        Form::Ndjson => {
            out.push(if column == 0 { b'{' } else { b',' });
            json::string(COLUMNS[column], &mut out);
            out.push(b':');
            json::string(text, &mut out);
        }
    }
    out
}

/// Writes a field of a TSV line: tabs, line breaks and backslashes behind a backslash.
pub(super) fn escape_tsv(text: &str, out: &mut Vec<u8>) {
    for c in text.chars() {
        match c {
            '\t' => out.extend(b"\\t"),
            '\n' => out.extend(b"\\n"),
            '\r' => out.extend(b"\\r"),
            '\\' => out.extend(b"\\\\"),
            c => out.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
}

/// The ends of lines: verdict, reason and flags.
struct Endings {
    form: Form,
    /// Without flags, by reason number and verdict code.
    plain: Vec<Vec<u8>>,
}

impl Endings {
    fn new(form: Form) -> Self {
        let last = Reason::ALL.iter().map(|reason| usize::from(reason.number())).max().unwrap_or(0);
        let mut plain = vec![Vec::new(); (last + 1) * 4];
        for reason in Reason::ALL {
            for verdict in Verdict::ALL {
                let ending = ending(form, verdict, *reason, Flags::NONE);
                plain[Self::place(verdict, *reason)] = ending;
            }
        }
        Endings { form, plain }
    }

    fn place(verdict: Verdict, reason: Reason) -> usize {
        usize::from(reason.number()) * 4 + usize::from(verdict.code())
    }

    fn write(&self, cell: Cell, flags: Flags, out: &mut Vec<u8>) {
        if flags.is_empty() {
            out.extend_from_slice(&self.plain[Self::place(cell.verdict, cell.reason)]);
        } else {
            out.extend(ending(self.form, cell.verdict, cell.reason, flags));
        }
    }
}

fn ending(form: Form, verdict: Verdict, reason: Reason, flags: Flags) -> Vec<u8> {
    let text = match form {
        Form::Csv | Form::Text | Form::Parquet | Form::Sarif => format!("{verdict},{reason},{flags}\r\n"),
        Form::Tsv => format!("{verdict}\t{reason}\t{flags}\n"),
        Form::Ndjson => {
            let names: Vec<_> = flags.names().map(|name| format!("\"{name}\"")).collect();
            let flags = names.join(",");
            format!(",\"verdict\":\"{verdict}\",\"reason\":\"{reason}\",\"flags\":[{flags}]}}\n")
        }
    };
    text.into_bytes()
}
