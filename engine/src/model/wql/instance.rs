//! Instances of management classes, as queries ask about them.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use super::constant::number;
use crate::model::fact::Wmi;
use crate::model::path::fold_text;

/// The value of a property.
#[derive(Clone, Debug)]
pub enum Value {
    /// NULL.
    Null,
    /// Text, folded.
    Text(String),
    /// A number: its text, folded, and its value.
    Number(String, f64),
    /// True or false.
    Boolean(bool),
    /// An array or an object.
    Other,
}

// A number is what its text says, which is one of those that are equal to themselves.
impl Eq for Value {}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) | (Value::Other, Value::Other) => true,
            (Value::Text(a), Value::Text(b)) | (Value::Number(a, _), Value::Number(b, _)) => a == b,
            (Value::Boolean(a), Value::Boolean(b)) => a == b,
            _ => false,
        }
    }
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        self.text().hash(state);
    }
}

impl Value {
    /// A value as an inventory states it, its text in memory that is given; one that is not of the type that
    /// is stated is text.
    pub fn stated(value: Option<&str>, kind: Option<&str>, mut folded: String) -> Value {
        let Some(text) = value else { return Value::Null };
        folded.clear();
        fold_text(text, &mut folded);
        match kind {
            Some("other") => Value::Other,
            Some("number") => match number(folded.trim()) {
                Some(value) => Value::Number(folded, value),
                None => Value::Text(folded),
            },
            Some("boolean") => match folded.trim() {
                "true" | "1" => Value::Boolean(true),
                "false" | "0" => Value::Boolean(false),
                _ => Value::Text(folded),
            },
            _ => Value::Text(folded),
        }
    }

    /// The memory of its text.
    pub fn into_memory(self) -> String {
        match self {
            Value::Text(text) | Value::Number(text, _) => text,
            Value::Null | Value::Boolean(_) | Value::Other => String::new(),
        }
    }

    /// What a pattern is held against; folded.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Value::Text(text) | Value::Number(text, _) => Cow::Borrowed(text),
            Value::Boolean(true) => Cow::Borrowed("true"),
            Value::Boolean(false) => Cow::Borrowed("false"),
            Value::Null | Value::Other => Cow::Borrowed(""),
        }
    }
}

/// An instance of a class: its properties by folded name. What it lacks was not collected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Instance(Vec<(String, Value)>);

impl Instance {
    /// An instance that an inventory states.
    pub fn of(stated: &Wmi<'_>) -> Instance {
        let properties = stated.properties.iter();
        properties.map(|one| (one.name.as_ref(), one.value.as_deref(), one.kind.as_deref())).collect()
    }

    /// The value of a property; of one that is stated twice the last.
    pub fn get(&self, property: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(name, _)| name == property).map(|(_, value)| value)
    }

    /// The properties, in order.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl<'p> FromIterator<(&'p str, Option<&'p str>, Option<&'p str>)> for Instance {
    /// Takes the name, the value and the type of each property, as inventories state them.
    fn from_iter<T: IntoIterator<Item = (&'p str, Option<&'p str>, Option<&'p str>)>>(stated: T) -> Self {
        let property = |(name, value, kind): (&str, Option<&str>, Option<&str>)| {
            let mut folded = String::with_capacity(name.len());
            fold_text(name, &mut folded);
            (folded, Value::stated(value, kind, String::new()))
        };
        Instance(stated.into_iter().map(property).collect())
    }
}

/// The name space of a class that is named without one.
pub const DEFAULT_NAMESPACE: &str = r"root\cimv2";

/// The name of a class with its name space, in the form in which clients and rules are compared.
pub fn class_key(namespace: &str, class: &str) -> String {
    let mut key = String::with_capacity(namespace.len() + class.len() + 1);
    write_class_key(namespace, class, &mut key);
    key
}

/// Appends the same to `out`.
pub fn write_class_key(namespace: &str, class: &str, out: &mut String) {
    if namespace.contains('/') {
        fold_text(&namespace.replace('/', "\\"), out);
    } else {
        fold_text(namespace, out);
    }
    out.push(':');
    fold_text(class, out);
}
