//! The values of a variable.
//!
//! Source of truth: `docs/oval.md`, "Variables".

use std::collections::BTreeSet;

use super::Evaluation;
use crate::diagnostic::Code;
use crate::model::oval::characteristics::Value;
use crate::model::oval::function;
use crate::model::oval::pattern::Pattern;
use crate::model::oval::value::{Datatype, fits};
use crate::model::oval::variable::{Component, Function, Possible, Source, Variable};
use crate::model::oval::words::{Flag, Status};
use crate::model::path;
use crate::model::truth::{Tally, Truth};

/// The most values of a variable, and the most bytes of all of them.
const MOST: (usize, usize) = (100_000, 16 << 20);

/// The values of a variable.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Values {
    pub(super) flag: Flag,
    pub(super) values: Vec<String>,
    /// Their type; `None` is a word that the standard does not have.
    pub(super) datatype: Option<Datatype>,
}

impl Values {
    fn of(flag: Flag) -> Values {
        Values { flag, values: Vec::new(), datatype: None }
    }
}

/// A value with its type.
type Typed = (Datatype, String);

/// What makes a value of one of each component.
type Make<'m> = dyn Fn(&[(Datatype, &str)]) -> Option<Typed> + 'm;

/// The values of a component.
type Made = (Flag, Vec<Typed>);

fn failed() -> Made {
    (Flag::Error, Vec::new())
}

impl Evaluation<'_> {
    /// The values of a variable that is named by its id.
    pub(super) fn variable(&self, id: &str, instance: u32) -> Values {
        let Some(number) = self.names.variables.get(id).copied() else { return Values::of(Flag::Error) };
        if let Some(known) = self.values.borrow().get(&(number, instance)) {
            return known.clone();
        }
        if self.order.is_circular_variable(number) {
            return Values::of(Flag::Error);
        }
        let named = &self.content.variables[number as usize];
        let mut values = self.make(&named.id, &named.content, instance);
        if values.values.len() > MOST.0 || values.values.iter().map(String::len).sum::<usize>() > MOST.1 {
            self.note(Code::OvalTooManyValues, id);
            values = Values::of(Flag::Error);
        }
        self.values.borrow_mut().insert((number, instance), values.clone());
        values
    }

    fn make(&self, id: &str, variable: &Variable, instance: u32) -> Values {
        let Some(datatype) = variable.datatype else { return Values::of(Flag::Error) };
        let (flag, values) = match &variable.source {
            Source::Constant(values) => (Flag::Complete, values.clone()),
            Source::External(possible) => self.external(id, datatype, possible, instance),
            Source::Local(component) => {
                let (flag, values) = self.component(component, instance);
                (flag, values.into_iter().map(|(_, text)| text).collect())
            }
        };
        let checked = !matches!(variable.source, Source::Local(_));
        let values: Vec<String> = values.into_iter().map(|value| read(datatype, value)).collect();
        if checked && values.iter().any(|value| !fits(datatype, value)) {
            return Values::of(Flag::Error);
        }
        Values { flag, values, datatype: Some(datatype) }
    }

    /// The values that whoever evaluates gives, or the objects were collected with.
    fn external(
        &self,
        id: &str,
        datatype: Datatype,
        possible: &[Possible],
        instance: u32,
    ) -> (Flag, Vec<String>) {
        let given = self.options.variables.find(id).map(|values| values.to_vec());
        let collected = || {
            let values = self.items.values(id, instance)?;
            Some(values.iter().map(|value| (*value).to_owned()).collect())
        };
        let Some(values) = given.or_else(collected) else { return (Flag::Error, Vec::new()) };
        let allowed = |value: &String| {
            possible.is_empty() || possible.iter().any(|possible| self.allows(possible, datatype, value))
        };
        match values.iter().all(allowed) {
            true => (Flag::Complete, values),
            false => (Flag::Error, Vec::new()),
        }
    }

    /// Whether a value is one of those that are possible.
    fn allows(&self, possible: &Possible, datatype: Datatype, value: &str) -> bool {
        match possible {
            Possible::Value(known) => known == value,
            Possible::Restriction { operator: None, .. } => false,
            Possible::Restriction { operator: Some(operator), tests } => {
                let truth = |(operation, text): &(Option<_>, String)| match operation {
                    Some(operation) => self.against(datatype, *operation, text, value).truth,
                    None => Truth::Error,
                };
                operator.combine(&tests.iter().map(truth).collect::<Tally>()) == Truth::True
            }
        }
    }

    fn component(&self, component: &Component, instance: u32) -> Made {
        match component {
            Component::Unknown => failed(),
            Component::Literal { datatype, text } => {
                match datatype.filter(|datatype| fits(*datatype, text)) {
                    Some(datatype) => (Flag::Complete, vec![(datatype, text.clone())]),
                    None => failed(),
                }
            }
            Component::Variable(id) => {
                let known = self.variable(id, instance);
                let datatype = known.datatype.unwrap_or(Datatype::String);
                (known.flag, known.values.into_iter().map(|text| (datatype, text)).collect())
            }
            Component::Object { object, field, record } => {
                self.object_values(object, field, record.as_deref(), instance)
            }
            Component::Function(function, parts) => self.function(function, parts, instance),
        }
    }

    /// Values of the items of an object.
    fn object_values(&self, object: &str, field: &str, record: Option<&str>, instance: u32) -> Made {
        let collection = self.named(object, instance);
        match collection.flag {
            _ if collection.open.is_some() => return (Flag::NotCollected, Vec::new()),
            Flag::Complete | Flag::Incomplete => {}
            other => return (other, Vec::new()),
        }
        let items: Vec<_> = collection.items.iter().map(|item| self.items.item(*item)).collect();
        let there = items.iter().filter(|item| item.status == Status::Exists);
        let entities = there.flat_map(|item| item.entities.iter()).filter(|value| value.name == field);
        let mut values = Vec::new();
        for value in entities.filter(|value| value.status == Status::Exists) {
            match record {
                None => values.push(typed(value)),
                Some(record) => {
                    let fields = value.fields.iter().filter(|field| field.name == record);
                    values.extend(fields.filter(|field| field.status == Status::Exists).map(typed));
                }
            }
        }
        if values.is_empty() { failed() } else { (collection.flag, values) }
    }

    fn function(&self, function: &Function, parts: &[Component], instance: u32) -> Made {
        let made: Vec<Made> = parts.iter().map(|part| self.component(part, instance)).collect();
        let flag = Flag::worst(made.iter().map(|(flag, _)| *flag));
        if !matches!(flag, Flag::Complete | Flag::Incomplete) {
            return (flag, Vec::new());
        }
        let lists: Vec<Vec<Typed>> = made.into_iter().map(|(_, values)| values).collect();
        match self.apply(function, &lists) {
            Some(values) => (flag, values),
            None => failed(),
        }
    }

    /// What a function makes of the values of its components; `None` where it cannot.
    fn apply(&self, function: &Function, lists: &[Vec<Typed>]) -> Option<Vec<Typed>> {
        let texts = || lists.iter().flatten().map(|(_, text)| text.as_str());
        let each = |make: &dyn Fn(&str) -> Option<String>| -> Option<Vec<Typed>> {
            texts().map(|text| Some((Datatype::String, make(text)?))).collect()
        };
        match function {
            Function::Count => Some(vec![(Datatype::Int, texts().count().to_string())]),
            Function::Unique => {
                let mut seen = BTreeSet::new();
                Some(lists.iter().flatten().filter(|(_, text)| seen.insert(text)).cloned().collect())
            }
            Function::Begin(characters) => each(&|value| Some(function::begin(value, characters))),
            Function::End(characters) => each(&|value| Some(function::end(value, characters))),
            Function::EscapeRegex => each(&|value| Some(function::escape_regex(value))),
            Function::Split(delimiter) => {
                let pieces = texts().flat_map(|text| function::split(text, delimiter));
                Some(pieces.map(|piece| (Datatype::String, piece)).collect())
            }
            Function::Substring(start, length) => {
                let (start, length) = ((*start)?, (*length)?);
                each(&|value| function::substring(value, start, length).ok())
            }
            Function::RegexCapture(pattern) => {
                let pattern = match Pattern::new(pattern) {
                    Ok(pattern) => pattern,
                    Err(fault) => {
                        self.note(Code::OvalBadPattern, &format!("`regex_capture`: {fault}"));
                        return None;
                    }
                };
                each(&|value| {
                    let captured = function::regex_capture(&pattern, value).ok();
                    if captured.is_none() {
                        self.note(Code::OvalPatternLimit, "regex_capture");
                    }
                    captured
                })
            }
            Function::GlobToRegex(noescape) => each(&|value| function::glob_to_regex(value, *noescape).ok()),
            Function::Concat => self.product(lists, &|values| {
                let texts: Vec<&str> = values.iter().map(|(_, text)| *text).collect();
                Some((Datatype::String, texts.concat()))
            }),
            Function::Arithmetic(operation) => {
                let operation = (*operation)?;
                (lists.len() >= 2).then_some(())?;
                self.product(lists, &|values| {
                    let result = function::arithmetic(operation, values).ok()?;
                    let is_whole = result.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
                    Some((if is_whole { Datatype::Int } else { Datatype::Float }, result))
                })
            }
            Function::TimeDifference(first, second) => {
                let (first, second) = ((*first)?, (*second)?);
                match lists {
                    [values] => values
                        .iter()
                        .map(|(_, text)| Some(seconds(self.clock?, function::seconds(text, second).ok()?)))
                        .collect(),
                    [_, _] => self.product(lists, &|values| {
                        let [(_, a), (_, b)] = values else { return None };
                        Some(seconds(function::seconds(a, first).ok()?, function::seconds(b, second).ok()?))
                    }),
                    _ => None,
                }
            }
        }
    }

    /// What a function makes of every choice of one value of each list, the last list changing fastest.
    fn product(&self, lists: &[Vec<Typed>], make: &Make<'_>) -> Option<Vec<Typed>> {
        let count = lists.iter().try_fold(1usize, |count, list| count.checked_mul(list.len()));
        let Some(count) = count.filter(|count| *count <= MOST.0) else {
            self.note(Code::OvalTooManyValues, "more combinations of values than the limit");
            return None;
        };
        let (mut values, mut bytes) = (Vec::with_capacity(count), 0);
        for number in 0..count {
            let mut rest = number;
            let mut chosen: Vec<(Datatype, &str)> = Vec::with_capacity(lists.len());
            for list in lists.iter().rev() {
                let (datatype, text) = &list[rest % list.len()];
                chosen.push((*datatype, text));
                rest /= list.len();
            }
            chosen.reverse();
            let value = make(&chosen)?;
            bytes += value.1.len();
            if bytes > MOST.1 {
                self.note(Code::OvalTooManyValues, "more bytes of values than the limit");
                return None;
            }
            values.push(value);
        }
        Some(values)
    }
}

/// The text of a value of a type: of all but text without the white space around it.
fn read(datatype: Datatype, text: String) -> String {
    match datatype {
        Datatype::String => text,
        _ => path::trimmed(&text).to_owned(),
    }
}

/// A difference of times.
fn seconds(first: i64, second: i64) -> Typed {
    (Datatype::Int, function::time_difference(first, second).to_string())
}

/// A value of an item, which is text where its type is none.
fn typed(value: &Value<'_>) -> Typed {
    (value.datatype.unwrap_or(Datatype::String), value.text.to_string())
}
