//! A state's value, read once and compared with the values of many items.

use crate::version::debian;

use super::address::Network;
use super::dotted::{IosVersion, compare_fileset_revisions, compare_versions};
use super::evr::{self, DebianEvr, Evr};
use super::numbers::{binary, boolean, compare_floats, compare_ints, float, int};
use super::{Datatype, Fault, Operation};
use crate::model::oval::pattern::Pattern;

/// A state's value with the datatype and the operation that are written beside it.
///
/// Values other than strings are without white space around them.
///
/// ```
/// use patchstate::model::oval::value::{Comparand, Datatype, Fault, Operation};
///
/// let fixed = Comparand::new(Datatype::EvrString, Operation::LessThan, "0:2.4.6-99.el8");
/// assert_eq!(fixed.compare("0:2.4.6-97.el8"), Ok(true));
/// assert_eq!(fixed.compare("1:2.4.6-97.el8"), Ok(false));
/// let number = Comparand::new(Datatype::Int, Operation::Equals, "1");
/// assert_eq!(number.compare("one"), Err(Fault::NotOfType));
/// ```
#[derive(Debug)]
pub struct Comparand {
    operation: Operation,
    value: Result<Value, Fault>,
}

/// The value in the form in which it is compared.
///
/// INVARIANT: the operation beside it is one that its datatype allows.
#[derive(Debug)]
enum Value {
    Text(Box<str>),
    Pattern(Box<Pattern>),
    Int(i128),
    Float(f64),
    Boolean(bool),
    Binary(Box<str>),
    Version(Box<str>),
    FilesetRevision(Box<str>),
    IosVersion(IosVersion<Box<str>>),
    Evr(Evr<Box<str>>),
    Debian(DebianEvr),
    Ipv4(Network),
    Ipv6(Network),
}

impl Comparand {
    /// Reads a state's value.
    ///
    /// A value that cannot be read makes every comparison a fault.
    pub fn new(datatype: Datatype, operation: Operation, value: &str) -> Comparand {
        Comparand { operation, value: Value::read(datatype, operation, value) }
    }

    /// Why nothing can be compared with the value.
    pub fn fault(&self) -> Option<&Fault> {
        self.value.as_ref().err()
    }

    /// Whether the operation holds of an item's value and this one.
    ///
    /// # Errors
    ///
    /// One of the values cannot be read, or the two have no order. The state's fault comes first.
    pub fn compare(&self, item: &str) -> Result<bool, Fault> {
        let operation = self.operation;
        let order = match self.value.as_ref().map_err(|fault| *fault)? {
            Value::Text(state) => return Ok(compare_texts(operation, item, state)),
            Value::Pattern(pattern) => return pattern.is_match(item).map_err(|_| Fault::PatternLimit),
            Value::Int(state) => return Ok(compare_ints(operation, int(item)?, *state)),
            Value::Ipv4(state) => return Network::parse_ipv4(item)?.compare(operation, state),
            Value::Ipv6(state) => return Network::parse_ipv6(item)?.compare(operation, state),
            Value::Binary(state) => {
                let is_equal = binary(item)?.eq_ignore_ascii_case(state);
                return Ok(is_equal == (operation == Operation::Equals));
            }
            Value::Float(state) => compare_floats(float(item)?, *state),
            Value::Boolean(state) => Some(boolean(item)?.cmp(state)),
            Value::Version(state) => Some(compare_versions(present(item)?, state)),
            Value::FilesetRevision(state) => Some(compare_fileset_revisions(present(item)?, state)),
            Value::IosVersion(state) => Some(IosVersion::parse(item)?.compare(state)?),
            Value::Evr(state) => Some(Evr::parse(item)?.compare(state)),
            Value::Debian(state) => Some(debian::Version::compare(&evr::debian(item)?, &state.version())),
        };
        Ok(operation.holds(order))
    }
}

impl Value {
    fn read(datatype: Datatype, operation: Operation, text: &str) -> Result<Value, Fault> {
        if !datatype.allows(operation) {
            return Err(Fault::Operation);
        }
        Ok(match datatype {
            Datatype::String if operation == Operation::PatternMatch => {
                Value::Pattern(Box::new(Pattern::new(text).map_err(|_| Fault::Pattern)?))
            }
            Datatype::String => Value::Text(text.into()),
            Datatype::Int => Value::Int(int(text)?),
            Datatype::Float => Value::Float(float(text)?),
            Datatype::Boolean => Value::Boolean(boolean(text)?),
            Datatype::Binary => Value::Binary(binary(text)?.into()),
            Datatype::Version => Value::Version(present(text)?.into()),
            Datatype::FilesetRevision => Value::FilesetRevision(present(text)?.into()),
            Datatype::IosVersion => Value::IosVersion(IosVersion::parse(text)?.into_owned()),
            Datatype::EvrString => Value::Evr(Evr::parse(text)?.into_owned()),
            Datatype::DebianEvrString => Value::Debian(DebianEvr::new(evr::debian(text)?)),
            Datatype::Ipv4Address => Value::Ipv4(Network::parse_ipv4(text)?),
            Datatype::Ipv6Address => Value::Ipv6(Network::parse_ipv6(text)?),
            // A record has fields, and no text of its own.
            Datatype::Record => return Err(Fault::Operation),
        })
    }
}

/// Whether a text is a value of the datatype; no text is a record.
///
/// ```
/// use patchstate::model::oval::value::{Datatype, fits};
///
/// assert!(fits(Datatype::Int, "-12"));
/// assert!(!fits(Datatype::Boolean, "yes"));
/// ```
pub fn fits(datatype: Datatype, text: &str) -> bool {
    Value::read(datatype, Operation::Equals, text).is_ok()
}

/// The text of a value that may be any text but none.
fn present(text: &str) -> Result<&str, Fault> {
    if text.is_empty() { Err(Fault::NotOfType) } else { Ok(text) }
}

fn compare_texts(operation: Operation, item: &str, state: &str) -> bool {
    let negative = matches!(operation, Operation::NotEqual | Operation::CaseInsensitiveNotEqual);
    let is_equal = if operation.is_textual() { item.eq_ignore_ascii_case(state) } else { item == state };
    is_equal != negative
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_by_datatype_and_operation() {
        use {Datatype as D, Fault as F, Operation as O};
        let rows = [
            (D::String, O::Equals, " a", "a", Ok(false)),
            (D::String, O::CaseInsensitiveEquals, "aÉ", "Aé", Ok(false)),
            (D::String, O::CaseInsensitiveNotEqual, "ab", "AB", Ok(false)),
            (D::String, O::PatternMatch, "xay", "a", Ok(true)),
            (D::String, O::PatternMatch, "(", "(", Err(F::Pattern)),
            (D::String, O::LessThan, "a", "b", Err(F::Operation)),
            (D::Int, O::LessThan, "9", "10", Ok(true)),
            (D::Int, O::BitwiseAnd, "7", "5", Ok(true)),
            (D::Int, O::BitwiseAnd, "5", "7", Ok(false)),
            (D::Int, O::BitwiseOr, "5", "7", Ok(true)),
            (D::Int, O::BitwiseOr, "7", "5", Ok(false)),
            (D::Int, O::Equals, &"9".repeat(40), "7", Err(F::IntRange)),
            (D::Int, O::PatternMatch, "7", "7", Err(F::Operation)),
            (D::Float, O::NotEqual, "NaN", "NaN", Ok(true)),
            (D::Float, O::GreaterThanOrEqual, "NaN", "1", Ok(false)),
            (D::Float, O::LessThan, "1", "1.0000000001", Ok(false)),
            (D::Boolean, O::Equals, "TRUE", "1", Ok(true)),
            (D::Boolean, O::NotEqual, "0", "yes", Err(F::NotOfType)),
            (D::Boolean, O::LessThan, "0", "1", Err(F::Operation)),
            (D::Binary, O::Equals, "0aFF", "0Aff", Ok(true)),
            (D::Binary, O::NotEqual, "0aFF", "0Aff", Ok(false)),
            (D::Binary, O::Equals, "0", "0", Err(F::NotOfType)),
            (D::Version, O::GreaterThan, "1.10", "1.9", Ok(true)),
            (D::Version, O::Equals, "", "0", Err(F::NotOfType)),
            (D::FilesetRevision, O::LessThanOrEqual, "B.11.23", "B.11.31", Ok(true)),
            (D::IosVersion, O::LessThan, "12.4(9)T", "12.4(10)T", Ok(true)),
            (D::EvrString, O::LessThan, "1-1", "0:1-1", Ok(true)),
            (D::DebianEvrString, O::Equals, "1-1", "0:1-1", Ok(true)),
            (D::DebianEvrString, O::LessThan, "1~rc1", "1", Ok(true)),
            (D::Ipv4Address, O::Equals, "1.2.3.4/24", "1.2.3.5/24", Ok(true)),
            (D::Ipv4Address, O::Equals, "1.2.3.4/24", "1.2.3.4", Ok(false)),
            (D::Ipv4Address, O::LessThan, "1.2.3.4/24", "1.2.3.4", Err(F::PrefixLengths)),
            (D::Ipv4Address, O::LessThan, "9.9.9.9", "10.0.0.0", Ok(true)),
            (D::Ipv4Address, O::SubsetOf, "1.2.3.4", "1.2.0.0/16", Ok(true)),
            (D::Ipv4Address, O::SupersetOf, "1.2.3.4", "1.2.0.0/16", Ok(false)),
            (D::Ipv4Address, O::SupersetOf, "0.0.0.0/0", "1.2.0.0/16", Ok(true)),
            (D::Ipv6Address, O::SubsetOf, "2001:db8::1", "2001:db8::/32", Ok(true)),
            (D::Ipv6Address, O::GreaterThan, "::2", "::1", Ok(true)),
            (D::Record, O::Equals, "", "", Err(F::Operation)),
        ];
        for (datatype, operation, item, state, expected) in rows {
            let result = Comparand::new(datatype, operation, state).compare(item);
            assert_eq!(result, expected, "{item} {} {state}", operation.name());
        }
    }

    #[test]
    fn no_text_is_too_strange() {
        let texts = ["", " ", "é", "\0", "-", ":", "(", "/", "١", "1(", "1.1(1)é", "::", "0:-", "(none):"];
        let long = [b'0', b'9', b'.', b':', b'-', b'~', b'a', b'/']
            .map(|byte| char::from(byte).to_string().repeat(1 << 12));
        let texts: Vec<&str> = texts.into_iter().chain(long.iter().map(String::as_str)).collect();
        for datatype in Datatype::ALL {
            for operation in
                Operation::ALL.into_iter().filter(|operation| *operation != Operation::PatternMatch)
            {
                for state in &texts {
                    let comparand = Comparand::new(datatype, operation, state);
                    for item in &texts {
                        let result = comparand.compare(item);
                        assert!(comparand.fault().is_none_or(|fault| result == Err(*fault)));
                    }
                }
            }
        }
    }
}
