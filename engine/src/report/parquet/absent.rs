//! `export parquet` in a build without the feature `parquet`: says so, and how to have it.

use super::{Export, Form, Writer};
use crate::diagnostic::Code;
use crate::error::Error;

pub(super) const EXPORT: Export = Export {
    name: "parquet",
    title: "four Parquet tables for analysts, in builds with the feature `parquet`",
    forms: &[Form::Parquet],
    writer: Writer::Folder(|_, _, _| {
        let error = Error::new(Code::WrongFormat, "this build writes no Parquet");
        Err(error.with_hint(
            "`cargo build --release --features parquet` makes one that does; it needs a C compiler",
        ))
    }),
};
