//! Constants of queries, and how the value of a property compares with one.
//!
//! The type of the property decides: text compares as text, unit by unit in UTF-16 and without case, so
//! that `9.1` stands behind `21.20`.

use std::cmp::Ordering;

use super::Value;
use crate::model::expr::Comparison;
use crate::model::path::fold_text;
use crate::model::truth::Truth;

/// A constant of a query.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// Text: as written, and folded.
    Text(String, String),
    /// A number: as written, and its value.
    Number(String, f64),
    /// True or false.
    Boolean(bool),
}

impl Constant {
    /// A text.
    pub fn text(text: String) -> Constant {
        let mut folded = String::with_capacity(text.len());
        fold_text(&text, &mut folded);
        Constant::Text(text, folded)
    }

    /// The text that it is beside a property of that type, folded.
    fn folded(&self) -> &str {
        match self {
            Constant::Text(_, folded) => folded,
            Constant::Number(written, _) => written,
            Constant::Boolean(true) => "true",
            Constant::Boolean(false) => "false",
        }
    }

    /// Whether a value that is not NULL stands so to it.
    pub(super) fn compare(&self, comparison: Comparison, value: &Value) -> Truth {
        match value {
            Value::Text(text) => Truth::from(comparison.holds(in_text_order(text, self.folded()))),
            Value::Number(_, number) => {
                let order = self.number().and_then(|own| number.partial_cmp(&own));
                order.map_or(Truth::Unknown, |order| Truth::from(comparison.holds(order)))
            }
            Value::Boolean(value) if matches!(comparison, Comparison::Eq | Comparison::Ne) => {
                let own = self.boolean();
                own.map_or(Truth::Unknown, |own| {
                    Truth::from(comparison.holds(f64::from(u8::from(*value)).total_cmp(&own)))
                })
            }
            Value::Boolean(_) | Value::Other | Value::Null => Truth::Unknown,
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Constant::Text(text, _) => number(text.trim()),
            Constant::Number(_, value) => Some(*value),
            Constant::Boolean(value) => Some(f64::from(u8::from(*value))),
        }
    }

    /// What it is beside a property that is true or false: 1, 0 or another whole number.
    fn boolean(&self) -> Option<f64> {
        match self {
            Constant::Text(_, folded) => match folded.as_str() {
                "true" => Some(1.0),
                "false" => Some(0.0),
                _ => None,
            },
            Constant::Number(written, value) => (!written.contains('.')).then_some(*value),
            Constant::Boolean(value) => Some(f64::from(u8::from(*value))),
        }
    }
}

/// Reads a decimal number: digits with a sign and a fraction, nothing else.
pub(super) fn number(text: &str) -> Option<f64> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.strip_prefix('-').unwrap_or(text).split_once('.').unzip();
    let is_number = match (whole, fraction) {
        (Some(whole), Some(fraction)) => digits(whole) && digits(fraction),
        _ => digits(text.strip_prefix('-').unwrap_or(text)),
    };
    is_number.then(|| text.parse().ok()).flatten()
}

/// Compares two folded texts by their UTF-16 units.
fn in_text_order(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}
