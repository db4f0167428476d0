//! `export parquet`: matrices as four tables for analysts, each a Parquet file of one folder.
//!
//! `dim_update` and `dim_client` name what the numbers of `findings` and `client_state` stand for.
//! `client_state` says which clients of which collection were looked at, so that nobody takes a client
//! without findings for a clean one. Every number is a signed integer, because not every program that
//! reads Parquet knows others. Knows no site: what only a site knows is handed in as [`Collection`]s.
//! Source of truth: `docs/parquet.md`.

use std::path::Path;

use super::{Export, Form, Options, Writer};
use crate::archive::output::Output;
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::matrix::Matrix;
pub use collection::{Collection, Member, State, everybody};
use file::Table;
use keys::Keys;

mod collection;
mod dimensions;
mod file;
mod findings;
mod keys;
mod states;

pub(super) const EXPORT: Export = Export {
    name: "parquet",
    title: "four Parquet tables for analysts, in builds with the feature `parquet`",
    forms: &[Form::Parquet],
    writer: Writer::Folder(|matrix, options, folder| {
        write(&[matrix], &everybody(&[matrix]), options, folder)
    }),
};

/// The tables, each with its columns.
const TABLES: [(&str, &[file::Column]); 4] = [
    ("client_state", states::COLUMNS),
    ("findings", findings::COLUMNS),
    ("dim_update", dimensions::UPDATES),
    ("dim_client", dimensions::CLIENTS),
];

/// The names of the tables and of the columns of each.
pub fn names() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    TABLES.into_iter().map(|(table, columns)| (table, columns.iter().map(|(name, _)| *name).collect()))
}

/// Writes the tables of matrices, of which each has feeds of its own, into a folder, which is made where it
/// is not there.
///
/// Each file appears by rename when all of them are written, so that a reader finds the tables of one
/// export or of the other, but for the moment of the four renames.
///
/// # Errors
///
/// A file cannot be written, or there are more clients or updates than signed integers of 32 bits count.
pub fn write(
    matrices: &[&Matrix<'_>],
    collections: &[Collection],
    options: &Options,
    folder: &Path,
) -> Result<()> {
    let keys = Keys::new(matrices, collections)?;
    std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, "create", error))?;
    let fills: [Fill<'_>; 4] = [
        &|table| states::write(matrices, collections, &keys, table),
        &|table| findings::write(matrices, &keys, options, table),
        &|table| dimensions::updates(matrices, &keys, table),
        &|table| dimensions::clients(matrices, &keys, table),
    ];
    let paths = TABLES.map(|(name, _)| folder.join(format!("{name}.parquet")));
    paths.iter().try_for_each(|path| Output::check(path))?;
    let mut outputs = Vec::new();
    for (((_, columns), path), fill) in TABLES.into_iter().zip(paths).zip(fills) {
        let output = Output::create(&path)?;
        let written = Table::new(output, columns).and_then(|mut table| {
            fill(&mut table)?;
            table.finish()
        });
        outputs.push(written.map_err(|error| error.in_file(path.to_string_lossy()))?);
    }
    outputs.into_iter().try_for_each(Output::finish)
}

/// What fills a table.
type Fill<'t> = &'t dyn Fn(&mut Table<Output>) -> Result<()>;

/// A number as tables hold it.
fn number(number: usize) -> Result<i32> {
    let too_many = |_| Error::new(Code::TooLarge, "tables hold at most 2,147,483,647 clients and updates");
    i32::try_from(number).map_err(too_many)
}
