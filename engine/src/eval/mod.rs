//! Evaluation: what an index and a client's facts say about every update.
//!
//! [`mod@reference`] is the definition: slow, obvious, over the model. [`batch`] is the fast path over the
//! index, equal to it on everything; the property tests and a fuzz target hold that.
//! [`crate::model::law`] holds what a single question means, which both use. Nothing here knows a format
//! or a report.

pub mod batch;
mod below;
mod code;
mod files;
mod imports;
pub(crate) mod in_order;
mod installer;
pub mod known;
mod loops;
mod names;
mod needs;
mod network;
pub mod oval;
mod packages;
pub mod plan;
mod products;
mod program;
mod queries;
pub mod reference;
mod registry;
mod renamed;
pub mod rows;
pub mod run;
pub mod slots;
pub mod statements;
mod system;
