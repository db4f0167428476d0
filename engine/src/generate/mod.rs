//! Makes catalogs and fleets out of nothing but numbers: for the demonstration, for benches, for tests.
//!
//! The same arguments give the same bytes, on any machine. Nothing is taken from a real catalog but its
//! ratios.

pub mod catalog;
pub mod fleet;
pub mod publication;
pub mod random;
