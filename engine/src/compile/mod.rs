//! The compiler: what readers found in, one index file out.
//!
//! [`merge`] makes one set of all catalogs and resolves references; [`layout`] numbers, hash-conses and
//! writes the columns. Knows nothing of documents or inventories.

pub mod anchor;
pub mod layout;
pub mod merge;
mod packages;
pub(crate) mod rules;
mod texts;

use crate::error::Result;
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
