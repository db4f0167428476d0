//! The value of an attribute, which takes no memory of its own where it is short, as nearly all are.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// Bytes of a value that are kept where it stands.
const SHORT: usize = 22;

/// Text; it is used as a `&str`.
#[derive(Clone)]
pub(super) enum Value {
    Short([u8; SHORT], u8),
    Long(Box<str>),
}

impl Value {
    #[inline]
    pub(super) fn as_str(&self) -> &str {
        match self {
            Value::Short(bytes, length) => {
                std::str::from_utf8(&bytes[..usize::from(*length)]).unwrap_or_default()
            }
            Value::Long(text) => text,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Value::Short(_, 0))
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Value::Short(_, length) => usize::from(*length),
            Value::Long(text) => text.len(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        let mut bytes = [0; SHORT];
        match bytes.get_mut(..text.len()) {
            Some(start) => {
                start.copy_from_slice(text.as_bytes());
                Value::Short(bytes, text.len() as u8)
            }
            None => Value::Long(text.into()),
        }
    }
}

impl Default for Value {
    fn default() -> Self {
        Value::Short([0; SHORT], 0)
    }
}

impl Deref for Value {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Short(a, a_length), Value::Short(b, b_length)) => a == b && a_length == b_length,
            (Value::Long(a), Value::Long(b)) => a == b,
            (Value::Short(..), Value::Long(_)) | (Value::Long(_), Value::Short(..)) => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Borrow<str> for Value {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_any_length_are_the_text_that_they_are_made_of() {
        assert_eq!(size_of::<Value>(), size_of::<String>());
        for length in 0..100 {
            for part in ["a", "é", "語", "𝄞"] {
                let text = part.repeat(length);
                let value = Value::from(text.as_str());
                assert_eq!((value.as_str(), value.len()), (text.as_str(), text.len()));
                assert_eq!(value.is_empty(), length == 0);
                assert!(value == value.clone() && value != Value::from([&text, "b"].concat().as_str()));
            }
        }
        assert_eq!(Value::default(), Value::from(""));
        let table =
            ahash::HashMap::from_iter([(Value::from("id"), 1), (Value::from("long ".repeat(9).as_str()), 2)]);
        assert_eq!(
            (table.get("id"), table.get("long ".repeat(9).as_str()), table.get("i")),
            (Some(&1), Some(&2), None)
        );
    }
}
