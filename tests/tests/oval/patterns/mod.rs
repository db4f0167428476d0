//! Patterns: by hand, against Perl, and under hostile input.

mod bounds;
mod grammar;
mod perl;
mod table;
