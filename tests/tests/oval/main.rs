//! OVAL: definitions, system characteristics, and what follows of both.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod pairs;
mod plain;
mod reading;
mod ways;
