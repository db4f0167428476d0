//! OVAL: definitions, system characteristics, and what follows of both.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod documents;
mod pairs;
