//! Variables: values that stand in a document, come with the client, or are computed from its items.
//!
//! Source of truth: `docs/oval.md`, "Variables".

use std::collections::BTreeMap;

use super::element::{Element, flag};
use super::entity::Reading;
use super::findings::Findings;
use super::function::{Arithmetic, TimeFormat};
use super::value::{Datatype, Operation};
use super::words::Operator;
use crate::diagnostic::Code;

/// A variable.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// The type of its values; `None` is a word that the standard does not have.
    pub datatype: Option<Datatype>,
    /// Where its values come from.
    pub source: Source,
}

/// Values of external variables, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables(BTreeMap<String, Vec<String>>);

impl Variables {
    /// The values of a variable.
    pub fn find(&self, id: &str) -> Option<&[String]> {
        self.0.get(id).map(Vec::as_slice)
    }

    /// Sets the values of a variable; gives those that it had.
    pub fn set(&mut self, id: &str, values: Vec<String>) -> Option<Vec<String>> {
        self.0.insert(id.to_owned(), values)
    }
}

/// Where the values of a variable come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The document.
    Constant(Vec<String>),
    /// Whoever evaluates; a value must be one of these where there are any.
    External(Vec<Possible>),
    /// They are computed.
    Local(Component),
}

/// What a value of an external variable may be.
#[derive(Clone, Debug, PartialEq)]
pub enum Possible {
    /// This value.
    Value(String),
    /// What these comparisons say, combined.
    Restriction {
        /// How they are combined; `None` is a word that the standard does not have.
        operator: Option<Operator>,
        /// The comparisons.
        tests: Vec<(Option<Operation>, String)>,
    },
}

/// What values are computed from.
#[derive(Clone, Debug, PartialEq)]
pub enum Component {
    /// A value.
    Literal {
        /// The type that it must have; `None` is a word that the standard does not have.
        datatype: Option<Datatype>,
        /// The value.
        text: String,
    },
    /// The values of a variable, by its id.
    Variable(String),
    /// Values of the items of an object.
    Object {
        /// The id of the object.
        object: String,
        /// The name of the values.
        field: String,
        /// The field of a record.
        record: Option<String>,
    },
    /// What a function makes of the values of components.
    Function(Function, Vec<Component>),
    /// Something that the standard does not have.
    Unknown,
}

/// A function, with what its attributes say.
#[derive(Clone, Debug, PartialEq)]
pub enum Function {
    /// Adds or multiplies; `None` is a word that the standard does not have.
    Arithmetic(Option<Arithmetic>),
    /// Sees that a value begins with this.
    Begin(String),
    /// Sees that a value ends with this.
    End(String),
    /// Puts one after the other.
    Concat,
    /// Escapes what is special in patterns.
    EscapeRegex,
    /// Cuts at this.
    Split(String),
    /// Takes a part: start from 1, length; `None` is no number.
    Substring(Option<i64>, Option<i64>),
    /// Seconds between two times; `None` is a word that the standard does not have.
    TimeDifference(Option<TimeFormat>, Option<TimeFormat>),
    /// The first group of a pattern.
    RegexCapture(String),
    /// Each value once.
    Unique,
    /// How many values there are.
    Count,
    /// A pattern that matches what a glob does; whether a backslash is itself.
    GlobToRegex(bool),
}

impl Variable {
    /// Reads a variable; `None` where the element is none.
    pub fn of(element: &Element, findings: &mut Findings) -> Option<Variable> {
        let mut reading = Reading { element, findings };
        let datatype = reading.word("datatype", Datatype::String, Datatype::find);
        let text = |value: &Element| of_type(value, datatype);
        let source = match element.name.as_str() {
            "constant_variable" => Source::Constant(element.all("value").map(text).collect()),
            "external_variable" => Source::External(possible(element, datatype, findings)),
            "local_variable" => {
                let component = element.children.iter().find(|child| child.name != "notes");
                Source::Local(component.map_or(Component::Unknown, |child| Component::of(child, findings)))
            }
            _ => return None,
        };
        Some(Variable { datatype, source })
    }
}

/// The text of an element as a value of a type.
fn of_type(element: &Element, datatype: Option<Datatype>) -> String {
    if datatype == Some(Datatype::String) { &element.text } else { element.trimmed() }.to_owned()
}

/// What the values of an external variable may be.
fn possible(element: &Element, datatype: Option<Datatype>, findings: &mut Findings) -> Vec<Possible> {
    let mut possible = Vec::new();
    for child in &element.children {
        match child.name.as_str() {
            "possible_value" => possible.push(Possible::Value(of_type(child, datatype))),
            "possible_restriction" => {
                let mut reading = Reading { element: child, findings };
                let operator = reading.word("operator", Operator::And, Operator::find);
                let tests = child.all("restriction").map(|test| {
                    let operation = Reading { element: test, findings }.word(
                        "operation",
                        Operation::Equals,
                        Operation::find,
                    );
                    (operation, of_type(test, datatype))
                });
                possible.push(Possible::Restriction { operator, tests: tests.collect() });
            }
            _ => {}
        }
    }
    possible
}

impl Component {
    /// Reads a component.
    fn of(element: &Element, findings: &mut Findings) -> Component {
        let owned = |name: &str| element.or_empty(name).to_owned();
        match element.name.as_str() {
            "literal_component" => {
                let mut reading = Reading { element, findings };
                let datatype = reading.word("datatype", Datatype::String, Datatype::find);
                Component::Literal { datatype, text: of_type(element, datatype) }
            }
            "variable_component" => Component::Variable(owned("var_ref")),
            "object_component" => Component::Object {
                object: owned("object_ref"),
                field: owned("item_field"),
                record: element.attribute("record_field").map(str::to_owned),
            },
            _ => match Function::of(element, findings) {
                Some(function) => {
                    let of = |child: &Element| Component::of(child, findings);
                    Component::Function(function, element.children.iter().map(of).collect())
                }
                None => {
                    let (position, name) = (element.position, &element.name);
                    findings.push(
                        Code::OvalBadEnum,
                        position,
                        name,
                        format_args!("`{name}` is no component"),
                    );
                    Component::Unknown
                }
            },
        }
    }

    /// The ids of the objects and variables that it names, its own and those of the components in it.
    pub fn names<'c>(&'c self, objects: &mut Vec<&'c str>, variables: &mut Vec<&'c str>) {
        match self {
            Component::Literal { .. } | Component::Unknown => {}
            Component::Variable(id) => variables.push(id),
            Component::Object { object, .. } => objects.push(object),
            Component::Function(_, parts) => parts.iter().for_each(|part| part.names(objects, variables)),
        }
    }
}

impl Function {
    fn of(element: &Element, findings: &mut Findings) -> Option<Function> {
        let owned = |name: &str| element.or_empty(name).to_owned();
        let number = |name: &str| element.or_empty(name).trim().parse().ok();
        let mut reading = Reading { element, findings };
        Some(match element.name.as_str() {
            "arithmetic" => {
                Function::Arithmetic(reading.word("arithmetic_operation", Arithmetic::Add, Arithmetic::find))
            }
            "begin" => Function::Begin(owned("character")),
            "end" => Function::End(owned("character")),
            "concat" => Function::Concat,
            "escape_regex" => Function::EscapeRegex,
            "split" => Function::Split(owned("delimiter")),
            "substring" => Function::Substring(number("substring_start"), number("substring_length")),
            "time_difference" => {
                let mut format = |name| reading.word(name, TimeFormat::YearMonthDay, TimeFormat::find);
                Function::TimeDifference(format("format_1"), format("format_2"))
            }
            "regex_capture" => Function::RegexCapture(owned("pattern")),
            "unique" => Function::Unique,
            "count" => Function::Count,
            "glob_to_regex" => {
                Function::GlobToRegex(element.attribute("glob_noescape").and_then(flag).unwrap_or(false))
            }
            _ => return None,
        })
    }
}
