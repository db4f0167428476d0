//! The functions of OVAL's variables, from texts to text.
//!
//! Each takes one combination of values; what several values, flags and the clock are is known
//! elsewhere. Source of truth: the functions of the OVAL Language 5.11.2, and OpenSCAP 1.3.7 where it is
//! silent.

use std::fmt;

mod arithmetic;
mod glob;
mod text;
mod time;

pub use arithmetic::{Arithmetic, arithmetic};
pub use glob::glob_to_regex;
pub use text::{begin, end, escape_regex, regex_capture, split, substring};
pub use time::{TimeFormat, seconds, time_difference};

/// Why a function has no value; each gives the variable the flag error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// An operand is no number, or there is no operand.
    NotANumber,
    /// An integer has more than 128 bits.
    IntRange,
    /// A substring is to start after the end of its text.
    SubstringStart,
    /// Matching the pattern took too many steps.
    PatternLimit,
    /// A bracket of a glob is not closed.
    Bracket,
    /// A text is no date and time of the format, or there is no such day or hour.
    Time,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::NotANumber => "the operand is no number",
            Fault::IntRange => "the integer has more than 128 bits",
            Fault::SubstringStart => "the substring starts after the end of the text",
            Fault::PatternLimit => "matching the pattern takes too many steps",
            Fault::Bracket => "the bracket is not closed",
            Fault::Time => "the text is no date and time of the format",
        })
    }
}

impl std::error::Error for Fault {}
