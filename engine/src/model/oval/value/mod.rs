//! Turns an item's value, an operation and a state's value into whether the operation holds.
//!
//! Values are texts; the datatype says how they are read. Knows nothing of entities, of several
//! values, of checks, or of what was collected; records are compared by field, elsewhere.
//! Source of truth: the datatypes of the OVAL Language 5.11.2, and OpenSCAP 1.3.7 where it is silent.

use std::fmt;

mod address;
mod comparand;
mod datatype;
mod dotted;
mod evr;
pub(crate) mod numbers;
mod operation;

pub use comparand::{Comparand, fits};
pub use datatype::Datatype;
pub use operation::Operation;

/// Why two values cannot be compared; each makes the result Error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// A text cannot be read as a value of the datatype.
    NotOfType,
    /// An integer has more than 128 bits.
    IntRange,
    /// The operation is not defined for the datatype.
    Operation,
    /// The state's value is no pattern.
    Pattern,
    /// Matching the pattern took too many steps.
    PatternLimit,
    /// Networks of different prefix lengths have no order.
    PrefixLengths,
    /// IOS versions of different trains have no order.
    Trains,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::NotOfType => "the value is not of the datatype",
            Fault::IntRange => "the integer has more than 128 bits",
            Fault::Operation => "the operation is not defined for the datatype",
            Fault::Pattern => "the value is no pattern",
            Fault::PatternLimit => "matching the pattern takes too many steps",
            Fault::PrefixLengths => "networks of different prefix lengths have no order",
            Fault::Trains => "versions of different trains have no order",
        })
    }
}

impl std::error::Error for Fault {}
