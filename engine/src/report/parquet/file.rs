//! One table as one Parquet file: rows in, row groups of a bounded size out.
//!
//! The same rows give the same bytes: no clock, and the writer that is named is this program and its
//! version. Every column is required, dictionary-encoded where that pays, and compressed with zstd.

use std::io::Write;
use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int32Type, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::{KeyValue, SortingColumn};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::Type;

use crate::diagnostic::Code;
use crate::error::{Error, Result};

/// How many rows a row group has at most: few enough to be held, many enough for dictionaries to pay.
const ROWS: usize = 122_880;
/// How many bytes of text wait at most before a row group is written.
const TEXT: usize = 16 << 20;
/// The version of the tables; it grows when a column changes its meaning.
const VERSION: &str = "1";
/// What readers are told made the file, in the form in which they look for a version.
const CREATED_BY: &str = concat!("patchstate version ", env!("CARGO_PKG_VERSION"));

/// A column: its name and what it holds.
pub(super) type Column = (&'static str, Holds);

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// A number.
    Int,
    /// A number by which the rows are sorted, in the order of such columns.
    Sorted,
    /// A large number.
    Long,
    /// Yes or no.
    Truth,
    /// Text; empty where nothing is known.
    Text,
}

/// One value of a row.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Int(i32),
    Long(i64),
    Truth(bool),
    Text(ByteArray),
}

impl Value {
    /// Text that is copied.
    pub(super) fn text(text: impl Into<String>) -> Value {
        Value::Text(ByteArray::from(text.into().into_bytes()))
    }
}

/// Values of a column that wait to be written.
enum Waiting {
    Int(Vec<i32>),
    Long(Vec<i64>),
    Truth(Vec<bool>),
    Text(Vec<ByteArray>),
}

/// A table that is being written.
pub(super) struct Table<W: Write> {
    writer: SerializedFileWriter<W>,
    waiting: Vec<Waiting>,
    rows: usize,
    /// Bytes of text that wait.
    text: usize,
}

impl<W: Write + Send> Table<W> {
    /// Begins a table.
    pub(super) fn new(out: W, columns: &[Column]) -> Result<Self> {
        let fields = columns.iter().map(field).collect::<Result<Vec<_>>>()?;
        let schema = Type::group_type_builder("schema").with_fields(fields).build().map_err(failed)?;
        let writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties(columns)));
        let waiting = columns.iter().map(|(_, holds)| match holds {
            Holds::Int | Holds::Sorted => Waiting::Int(Vec::new()),
            Holds::Long => Waiting::Long(Vec::new()),
            Holds::Truth => Waiting::Truth(Vec::new()),
            Holds::Text => Waiting::Text(Vec::new()),
        });
        Ok(Table { writer: writer.map_err(failed)?, waiting: waiting.collect(), rows: 0, text: 0 })
    }

    /// Appends a row.
    pub(super) fn push<const N: usize>(&mut self, row: [Value; N]) -> Result<()> {
        debug_assert_eq!(N, self.waiting.len(), "a row has another width");
        for (column, value) in self.waiting.iter_mut().zip(row) {
            match (column, value) {
                (Waiting::Int(values), Value::Int(value)) => values.push(value),
                (Waiting::Long(values), Value::Long(value)) => values.push(value),
                (Waiting::Truth(values), Value::Truth(value)) => values.push(value),
                (Waiting::Text(values), Value::Text(value)) => {
                    self.text += value.len();
                    values.push(value);
                }
                _ => debug_assert!(false, "a value is of another kind than its column"),
            }
        }
        self.rows += 1;
        if self.rows >= ROWS || self.text >= TEXT { self.write_group() } else { Ok(()) }
    }

    /// Writes what waits as a row group.
    fn write_group(&mut self) -> Result<()> {
        let mut group = self.writer.next_row_group().map_err(failed)?;
        for column in &mut self.waiting {
            let Some(mut writer) = group.next_column().map_err(failed)? else { break };
            column.write(&mut writer).and_then(|()| writer.close()).map_err(failed)?;
        }
        group.close().map_err(failed)?;
        (self.rows, self.text) = (0, 0);
        Ok(())
    }

    /// Writes what waits and the end of the file; gives back what it was written into.
    pub(super) fn finish(mut self) -> Result<W> {
        if self.rows > 0 {
            self.write_group()?;
        }
        self.writer.into_inner().map_err(failed)
    }
}

impl Waiting {
    /// Writes the values and keeps none.
    fn write(&mut self, out: &mut SerializedColumnWriter<'_>) -> std::result::Result<(), ParquetError> {
        match self {
            Waiting::Int(values) => {
                out.typed::<Int32Type>().write_batch(values, None, None)?;
                values.clear();
            }
            Waiting::Long(values) => {
                out.typed::<Int64Type>().write_batch(values, None, None)?;
                values.clear();
            }
            Waiting::Truth(values) => {
                out.typed::<BoolType>().write_batch(values, None, None)?;
                values.clear();
            }
            Waiting::Text(values) => {
                out.typed::<ByteArrayType>().write_batch(values, None, None)?;
                values.clear();
            }
        }
        Ok(())
    }
}

fn field((name, holds): &Column) -> Result<Arc<Type>> {
    let (physical, logical) = match holds {
        Holds::Int | Holds::Sorted => (Physical::INT32, None),
        Holds::Long => (Physical::INT64, None),
        Holds::Truth => (Physical::BOOLEAN, None),
        Holds::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let builder = Type::primitive_type_builder(name, physical).with_repetition(Repetition::REQUIRED);
    builder.with_logical_type(logical).build().map(Arc::new).map_err(failed)
}

fn properties(columns: &[Column]) -> WriterProperties {
    let sorted = (0..).zip(columns).filter(|(_, (_, holds))| *holds == Holds::Sorted);
    let sorted: Vec<_> = sorted
        .map(|(column_idx, _)| SortingColumn { column_idx, descending: false, nulls_first: false })
        .collect();
    let version = KeyValue::new("patchstate.version".to_owned(), VERSION.to_owned());
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by(CREATED_BY.to_owned())
        .set_key_value_metadata(Some(vec![version]))
        .set_sorting_columns((!sorted.is_empty()).then_some(sorted))
        .build()
}

/// What went wrong, as what writes the file says it where it was that.
fn failed(error: ParquetError) -> Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<std::io::Error>() {
            Ok(cause) => (*cause).into(),
            Err(cause) => Error::new(Code::Io, cause.to_string()),
        },
        error => Error::new(Code::Io, error.to_string()),
    }
}
