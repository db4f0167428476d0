//! OVAL: definitions, system characteristics, and what follows of both.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a comparison with a peer says what it allowed, and how often")]

mod documents;
mod following;
mod functions;
mod oscap;
mod pairs;
mod patterns;
mod peer;
mod plain;
mod reading;
mod tables;
mod values;
mod ways;
