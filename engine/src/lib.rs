//! Evaluates vendors' update catalogs against client inventories on the server side.
//!
//! Data moves one way: catalogs are read into the [`model`], compiled into one index file,
//! and inventories are evaluated against it into a matrix of verdicts. `ARCHITECTURE.md` at the top
//! of the repository shows the floors; each module says in its first lines what it turns into what.
#![warn(missing_docs)]

pub mod archive;
pub mod catalog;
pub mod compile;
pub mod container;
pub mod diagnostic;
pub mod error;
pub mod eval;
pub mod explain;
pub mod generate;
pub mod index;
pub mod ingest;
pub mod inventory;
pub mod matrix;
pub mod model;
pub mod plan;
pub mod render;
pub mod report;
pub mod site;
pub mod version;
pub mod xml;
