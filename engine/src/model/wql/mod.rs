//! The part of the WMI query language that applicability rules use: queries read, and asked of instances.
//!
//! What lies outside of it is refused with its place, never guessed. [`Query::holds`] is the definition;
//! the evaluator asks many queries at once, and must give the same.
//! Source of truth: `docs/rules.md`, "Queries".

mod constant;
mod instance;
mod like;
mod parse;
mod token;

pub use constant::Constant;
pub use instance::{DEFAULT_NAMESPACE, Instance, Value, class_key, write_class_key};
pub use like::Pattern;
pub use parse::{Flawed, parse};

use super::expr::Comparison;
use super::truth::{Tally, Truth};

/// How deeply conditions may be nested.
pub const DEPTH: usize = 64;

/// A query: whether a class has an instance that meets a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The class, folded.
    pub class: String,
    /// The condition; none holds for every instance.
    pub condition: Option<Condition>,
    /// Where a backslash stands before a character that it does not escape.
    pub odd_escapes: Vec<usize>,
}

/// A condition on one instance.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Any of these.
    Or(Vec<Condition>),
    /// All of these.
    And(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// A question about one property.
    Ask(Ask),
}

/// A question about one property of an instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// The property, folded.
    pub property: String,
    /// What is asked.
    pub test: Test,
}

/// What is asked of the value of a property.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Is it NULL?
    Null,
    /// Does its text match a pattern?
    Like(Pattern),
    /// How does it compare?
    Compare(Comparison, Constant),
}

impl Query {
    /// Whether some instance meets the condition; none at all do not.
    ///
    /// ```
    /// use patchstate::model::truth::Truth;
    /// use patchstate::model::wql::{Instance, parse};
    ///
    /// let query = parse(r"select * from Win32_BaseBoard where Product like '%21_2%'").unwrap();
    /// let board = |product: &str| Instance::from_iter([("Product", Some(product), None)]);
    /// assert_eq!(query.holds(&[board("212B"), board("1998")]), Truth::False);
    /// assert_eq!(query.holds(&[board("x 2112 y")]), Truth::True);
    /// assert_eq!(query.holds(&[Instance::default()]), Truth::Unknown);
    /// ```
    pub fn holds(&self, instances: &[Instance]) -> Truth {
        let met = |instance| self.condition.as_ref().map_or(Truth::True, |one| one.holds(instance));
        any(instances.iter().map(met))
    }
}

impl Condition {
    /// Whether one instance meets it.
    pub fn holds(&self, instance: &Instance) -> Truth {
        match self {
            Condition::Or(operands) => any(operands.iter().map(|operand| operand.holds(instance))),
            Condition::And(operands) => !any(operands.iter().map(|operand| !operand.holds(instance))),
            Condition::Not(operand) => !operand.holds(instance),
            Condition::Ask(ask) => ask.test.holds(instance.get(&ask.property)),
        }
    }

    /// Visits every question.
    pub fn asks<'c>(&'c self, visit: &mut dyn FnMut(&'c Ask)) {
        match self {
            Condition::Or(operands) | Condition::And(operands) => {
                operands.iter().for_each(|operand| operand.asks(visit));
            }
            Condition::Not(operand) => operand.asks(visit),
            Condition::Ask(ask) => visit(ask),
        }
    }
}

impl Test {
    /// Whether the value of a property meets it; a property that is not stated is Unknown.
    pub fn holds(&self, value: Option<&Value>) -> Truth {
        match (self, value) {
            (_, None) => Truth::Unknown,
            (Test::Null, Some(value)) => Truth::from(*value == Value::Null),
            (_, Some(Value::Null)) => Truth::False,
            (_, Some(Value::Other)) => Truth::Unknown,
            (Test::Like(pattern), Some(value)) => Truth::from(pattern.matches(&value.text())),
            (Test::Compare(comparison, constant), Some(value)) => constant.compare(*comparison, value),
        }
    }
}

/// OR, where nothing at all is False.
fn any(truths: impl Iterator<Item = Truth>) -> Truth {
    let tally: Tally = truths.chain([Truth::False]).collect();
    tally.or()
}
