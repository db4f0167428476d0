//! `findings`: a row for each cell that is listed, by update and then by client.
//!
//! A matrix holds the cells of a client together. They are turned around for as many updates at a time
//! as there is room for, so that memory grows with neither clients nor updates.

use std::collections::HashMap;

use ::parquet::data_type::ByteArray;

use super::file::{Column, Holds, Table, Value};
use super::keys::Keys;
use crate::archive::output::Output;
use crate::error::Result;
use crate::matrix::Matrix;
use crate::model::flag::Flags;
use crate::model::verdict::Cell;
use crate::report::{Options, flags_of, naming};

pub(super) const COLUMNS: &[Column] = &[
    ("update_key", Holds::Sorted),
    ("client_key", Holds::Sorted),
    ("feed", Holds::Text),
    ("verdict", Holds::Int),
    ("verdict_name", Holds::Text),
    ("reason", Holds::Int),
    ("reason_name", Holds::Text),
    ("flags", Holds::Int),
    ("flag_names", Holds::Text),
    ("hidden", Holds::Truth),
];

/// How many cells are turned around at a time, unless there are more clients than a fourth of it.
const CELLS: usize = 1 << 22;

/// Fills the table.
pub(super) fn write(
    matrices: &[&Matrix<'_>],
    keys: &Keys<'_>,
    options: &Options,
    table: &mut Table<Output>,
) -> Result<()> {
    let mut names = Names::default();
    for (number, matrix) in matrices.iter().enumerate() {
        let clients: Vec<i32> =
            matrix.clients.iter().map(|client| keys.client(&client.id)).collect::<Result<_>>()?;
        let width = (CELLS / clients.len().max(1)).max(4);
        for start in (0..matrix.updates.len()).step_by(width) {
            let updates = start..matrix.updates.len().min(start + width);
            for (update, cells) in updates.clone().zip(turned(matrix, updates, options)) {
                let key = keys.update(number, update)?;
                let source = naming::source(matrix, &matrix.updates[update]);
                let feed = Value::text(source.map_or("", |source| &source.feed));
                for (client, cell) in cells {
                    let client = clients.get(client as usize).copied().unwrap_or_default();
                    let flags = flags_of(matrix, update, cell);
                    table.push(row([key, client], &feed, cell, flags, &mut names))?;
                }
            }
        }
    }
    Ok(())
}

/// The cells of some updates that are listed, of each update by client.
fn turned(matrix: &Matrix<'_>, updates: std::ops::Range<usize>, options: &Options) -> Vec<Vec<(u32, Cell)>> {
    let mut columns = vec![Vec::new(); updates.len()];
    for (number, client) in (0..matrix.clients.len()).zip(0u32..) {
        for (column, cell) in columns.iter_mut().zip(matrix.cells(number, updates.clone())) {
            if options.verdicts.contains(cell.verdict) {
                column.push((client, cell));
            }
        }
    }
    columns
}

fn row([update, client]: [i32; 2], feed: &Value, cell: Cell, flags: Flags, names: &mut Names) -> [Value; 10] {
    [
        Value::Int(update),
        Value::Int(client),
        feed.clone(),
        Value::Int(cell.verdict.code().into()),
        Value::Text(names.word(cell.verdict.name())),
        Value::Int(cell.reason.number().into()),
        Value::Text(names.word(cell.reason.name())),
        Value::Int(flags.bits().into()),
        Value::Text(names.flags(flags)),
        Value::Truth(flags.is_hidden()),
    ]
}

/// Names that many rows have, each copied once.
#[derive(Default)]
struct Names {
    words: HashMap<&'static str, ByteArray>,
    flags: HashMap<u16, ByteArray>,
}

impl Names {
    fn word(&mut self, word: &'static str) -> ByteArray {
        self.words.entry(word).or_insert_with(|| ByteArray::from(word)).clone()
    }

    fn flags(&mut self, flags: Flags) -> ByteArray {
        let name = || ByteArray::from(flags.to_string().into_bytes());
        self.flags.entry(flags.bits()).or_insert_with(name).clone()
    }
}
