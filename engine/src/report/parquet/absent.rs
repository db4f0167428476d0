//! `export parquet` in a build without the feature `parquet`: says so, and how to have it.

use std::path::Path;

use super::{Export, Form, Options, Writer};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::matrix::Matrix;
pub use collection::{Collection, Member, State, everybody};

#[path = "collection.rs"]
mod collection;

pub(super) const EXPORT: Export = Export {
    name: "parquet",
    title: "four Parquet tables for analysts, in builds with the feature `parquet`",
    forms: &[Form::Parquet],
    writer: Writer::Folder(|matrix, options, folder| write(&[matrix], &[], options, folder)),
};

/// Writes nothing.
///
/// # Errors
///
/// Always.
pub fn write(_: &[&Matrix<'_>], _: &[Collection], _: &Options, _: &Path) -> Result<()> {
    let error = Error::new(Code::WrongFormat, "this build writes no Parquet");
    let hint = "`cargo build --release --features parquet` makes one that does; it needs a C compiler";
    Err(error.with_hint(hint))
}
