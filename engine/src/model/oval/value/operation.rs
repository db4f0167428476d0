//! The operations of OVAL. Their direction is: the item's value, the operation, the state's value.

use std::cmp::Ordering;

/// What is asked of an item's value in view of a state's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// The values are equal.
    Equals,
    /// The values are not equal.
    NotEqual,
    /// The texts are equal, the case of ASCII letters aside.
    CaseInsensitiveEquals,
    /// The texts are not equal, the case of ASCII letters aside.
    CaseInsensitiveNotEqual,
    /// The item's value is the greater one.
    GreaterThan,
    /// The item's value is the lesser one.
    LessThan,
    /// The item's value is not the lesser one.
    GreaterThanOrEqual,
    /// The item's value is not the greater one.
    LessThanOrEqual,
    /// The item's value has all the bits of the state's value.
    BitwiseAnd,
    /// The item's value has no bit that the state's value has not.
    BitwiseOr,
    /// The state's value is a pattern that matches in the item's value.
    PatternMatch,
    /// The item's network lies in the state's network.
    SubsetOf,
    /// The state's network lies in the item's network.
    SupersetOf,
}

impl Operation {
    /// All of them, in the order of their declaration.
    pub const ALL: [Operation; 13] = [
        Operation::Equals,
        Operation::NotEqual,
        Operation::CaseInsensitiveEquals,
        Operation::CaseInsensitiveNotEqual,
        Operation::GreaterThan,
        Operation::LessThan,
        Operation::GreaterThanOrEqual,
        Operation::LessThanOrEqual,
        Operation::BitwiseAnd,
        Operation::BitwiseOr,
        Operation::PatternMatch,
        Operation::SubsetOf,
        Operation::SupersetOf,
    ];

    /// The words of the standard.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Equals => "equals",
            Operation::NotEqual => "not equal",
            Operation::CaseInsensitiveEquals => "case insensitive equals",
            Operation::CaseInsensitiveNotEqual => "case insensitive not equal",
            Operation::GreaterThan => "greater than",
            Operation::LessThan => "less than",
            Operation::GreaterThanOrEqual => "greater than or equal",
            Operation::LessThanOrEqual => "less than or equal",
            Operation::BitwiseAnd => "bitwise and",
            Operation::BitwiseOr => "bitwise or",
            Operation::PatternMatch => "pattern match",
            Operation::SubsetOf => "subset of",
            Operation::SupersetOf => "superset of",
        }
    }

    /// Finds the operation of the words of the standard.
    pub fn find(name: &str) -> Option<Operation> {
        Operation::ALL.into_iter().find(|operation| operation.name() == name)
    }

    /// Whether it asks which of two values comes first.
    pub fn is_ordering(self) -> bool {
        matches!(
            self,
            Operation::GreaterThan
                | Operation::LessThan
                | Operation::GreaterThanOrEqual
                | Operation::LessThanOrEqual
        )
    }

    /// Whether it is for texts only.
    pub(super) fn is_textual(self) -> bool {
        matches!(
            self,
            Operation::CaseInsensitiveEquals | Operation::CaseInsensitiveNotEqual | Operation::PatternMatch
        )
    }

    /// Whether it looks at the bits of integers.
    pub(super) fn is_bitwise(self) -> bool {
        matches!(self, Operation::BitwiseAnd | Operation::BitwiseOr)
    }

    /// Whether it asks which of two networks holds the other.
    pub(super) fn is_containment(self) -> bool {
        matches!(self, Operation::SubsetOf | Operation::SupersetOf)
    }

    /// Whether it holds of values of which the item's is `order` than the state's.
    ///
    /// Values that are in no order are not equal, and nothing else holds of them; nor does an
    /// operation that does not ask for an order.
    pub(super) fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Operation::Equals => order == Some(Ordering::Equal),
            Operation::NotEqual => order != Some(Ordering::Equal),
            Operation::GreaterThan => order.is_some_and(Ordering::is_gt),
            Operation::LessThan => order.is_some_and(Ordering::is_lt),
            Operation::GreaterThanOrEqual => order.is_some_and(Ordering::is_ge),
            Operation::LessThanOrEqual => order.is_some_and(Ordering::is_le),
            Operation::CaseInsensitiveEquals
            | Operation::CaseInsensitiveNotEqual
            | Operation::BitwiseAnd
            | Operation::BitwiseOr
            | Operation::PatternMatch
            | Operation::SubsetOf
            | Operation::SupersetOf => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_find_their_operation() {
        for operation in Operation::ALL {
            assert_eq!(Operation::find(operation.name()), Some(operation));
        }
        assert_eq!(Operation::find("less-than"), None);
    }

    #[test]
    fn values_in_no_order_are_only_unequal() {
        let holding = Operation::ALL.into_iter().filter(|operation| operation.holds(None));
        assert_eq!(holding.collect::<Vec<_>>(), [Operation::NotEqual]);
    }
}
