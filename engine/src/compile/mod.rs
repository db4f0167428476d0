//! The compiler: what readers found in, one index file out.
//!
//! [`merge`] makes one set of all catalogs and resolves references; [`layout`] numbers, hash-conses and
//! writes the columns. Knows nothing of documents or inventories.

pub mod anchor;
pub(crate) mod definitions;
mod installs;
pub mod layout;
pub mod merge;
pub(crate) mod named;
mod nodes;
mod numbers;
mod packages;
mod predicates;
pub(crate) mod relations;
mod requirements;
pub(crate) mod rules;
mod subjects;
mod tally;
mod texts;
mod thresholds;

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::index::columns::NONE;
use crate::model::catalogs::Catalogs;
use crate::model::product::Detection;
use crate::model::update::Catalog;

/// Compiles catalogs into the columns of an index.
///
/// # Errors
///
/// Two catalogs give the same identity, or there is more than an index can number.
pub fn compile(catalogs: Vec<Catalog>, detections: Vec<Detection>) -> Result<Compiled> {
    let catalogs = merge::merge(catalogs, detections)?;
    let columns = layout::lay_out(&catalogs)?;
    Ok(Compiled { catalogs, columns })
}

/// What the compiler makes.
#[derive(Debug)]
pub struct Compiled {
    /// The catalogs as one.
    pub catalogs: Catalogs,
    /// The columns of the index.
    pub columns: crate::index::columns::Columns,
}

/// A number that fits the columns.
fn count(number: usize) -> Result<u32> {
    u32::try_from(number)
        .ok()
        .filter(|number| *number < NONE)
        .ok_or_else(|| Error::new(Code::TooLarge, "more than 4 billion entries in a column"))
}
