//! The values of variables.

use patchstate::model::oval::characteristics::{Item, Value};
use patchstate::model::oval::function;
use patchstate::model::oval::pattern::Pattern;
use patchstate::model::oval::value::{Datatype, Operation, fits};
use patchstate::model::oval::variable::{Component, Function, Possible, Source};
use patchstate::model::oval::words::{Flag, Status};
use patchstate::model::truth::Truth;

use super::Difference::*;
use super::Peer;
use super::states::against;

/// The values of a variable.
pub(super) struct Values {
    pub(super) flag: Flag,
    pub(super) values: Vec<String>,
    pub(super) datatype: Datatype,
}

/// Values with their types; an error is the flag of a component that has none.
type Made = Result<(Flag, Vec<(Datatype, String)>), Flag>;

impl Peer<'_> {
    pub(super) fn variable(&self, id: &str) -> Values {
        let variable = self.content.variables.iter().find(|variable| variable.id == id).unwrap();
        let datatype = variable.content.datatype.unwrap();
        let made = match &variable.content.source {
            Source::Constant(values) if self.is(N28) => Ok((Flag::Complete, values.clone())),
            Source::Constant(values) => of_type(datatype, values.clone()),
            Source::External(possible) => self.external(id, datatype, possible),
            Source::Local(component) => match self.component(component, None) {
                Ok((_, values)) if self.is(N25) && values.iter().any(|(own, _)| *own != datatype) => {
                    Err(Flag::Error)
                }
                Ok((flag, values)) => Ok((flag, values.into_iter().map(|(_, text)| text).collect())),
                Err(flag) => Err(flag),
            },
        };
        match made {
            Ok((flag, values)) => Values { flag, values, datatype },
            Err(flag) => Values { flag, values: Vec::new(), datatype },
        }
    }

    fn external(
        &self,
        id: &str,
        datatype: Datatype,
        possible: &[Possible],
    ) -> Result<(Flag, Vec<String>), Flag> {
        let given = self.options.variables.find(id).map(<[String]>::to_vec);
        let collected = || {
            let mut objects = self.known.objects.iter().map(|(object, _)| object);
            let of = |object: &patchstate::model::oval::characteristics::Collected<'_>| -> Vec<String> {
                let own = object.values.iter().filter(|(known, _)| *known == *id);
                own.map(|(_, value)| value.to_string()).collect()
            };
            objects.find_map(|object| {
                Some(of(object)).filter(|values| object.instance == 1 && !values.is_empty())
            })
        };
        let values = given.or_else(|| collected().filter(|_| !self.is(N23))).ok_or(Flag::Error)?;
        let allowed = |value: &String| {
            possible.is_empty()
                || possible.iter().any(|possible| match possible {
                    Possible::Value(known) => known == value,
                    Possible::Restriction { operator, tests } => {
                        let truth = |(operation, text): &(Option<Operation>, String)| {
                            against(datatype, operation.unwrap(), text, value)
                        };
                        operator.unwrap().combine(&tests.iter().map(truth).collect()) == Truth::True
                    }
                })
        };
        if !values.iter().all(allowed) {
            return Err(Flag::Error);
        }
        of_type(datatype, values)
    }

    fn component(&self, component: &Component, within: Option<&Function>) -> Made {
        match component {
            Component::Unknown => Err(Flag::Error),
            Component::Literal { datatype, text } => match fits(datatype.unwrap(), text) {
                true => Ok((Flag::Complete, vec![(datatype.unwrap(), text.clone())])),
                false => Err(Flag::Error),
            },
            Component::Variable(id) => {
                let known = self.variable(id);
                match known.flag {
                    Flag::Complete | Flag::Incomplete => {
                        let typed = known.values.into_iter().map(|text| (known.datatype, text));
                        Ok((known.flag, typed.collect()))
                    }
                    other => Err(other),
                }
            }
            Component::Object { object, field, .. } => {
                let found = self.object(object).ok_or(Flag::NotCollected)?;
                if !matches!(found.flag, Flag::Complete | Flag::Incomplete) {
                    return Err(found.flag);
                }
                let is_in_concat = matches!(within, Some(Function::Concat));
                if self.is(N26) && is_in_concat && found.items.is_empty() {
                    return Ok((found.flag, Vec::new()));
                }
                let lacks = |item: &Item<'_>| item.entities.iter().all(|value| value.name != *field);
                let is_in_capture = matches!(within, Some(Function::RegexCapture(_)));
                if self.is(N24) && !is_in_capture && found.items.iter().any(|item| lacks(item)) {
                    return Err(Flag::Error);
                }
                let there = found.items.iter().filter(|item| item.status == Status::Exists);
                let own = there.flat_map(|item| &item.entities).filter(|value| value.name == *field);
                let counted = own.filter(|value| value.status == Status::Exists || self.is(N20));
                let typed = |value: &Value<'_>| (value.datatype.unwrap(), value.text.to_string());
                let values: Vec<_> = counted.map(typed).collect();
                if values.is_empty() { Err(Flag::Error) } else { Ok((found.flag, values)) }
            }
            Component::Function(function, parts) => self.function(function, parts),
        }
    }

    fn function(&self, function: &Function, parts: &[Component]) -> Made {
        let made: Vec<Made> = parts.iter().map(|part| self.component(part, Some(function))).collect();
        let flag_of = |made: &Made| made.as_ref().map_or_else(|flag| *flag, |(flag, _)| *flag);
        let flags: Vec<Flag> = made.iter().map(flag_of).collect();
        let worst =
            [Flag::Error, Flag::NotApplicable, Flag::NotCollected, Flag::DoesNotExist, Flag::Incomplete];
        let flag = worst.into_iter().find(|flag| flags.contains(flag)).unwrap_or(Flag::Complete);
        let mut lists: Vec<Vec<(Datatype, String)>> = made
            .into_iter()
            .map(|made| made.map(|(_, values)| values).map_err(|_| flag))
            .collect::<Result<_, _>>()?;
        if self.is(N26) && matches!(function, Function::Concat) {
            lists.retain(|list| !list.is_empty());
            if lists.is_empty() {
                return Ok((flag, Vec::new()));
            }
        }
        apply(function, &lists).map(|values| (flag, values)).ok_or(Flag::Error)
    }
}

fn of_type(datatype: Datatype, values: Vec<String>) -> Result<(Flag, Vec<String>), Flag> {
    match values.iter().all(|value| fits(datatype, value)) {
        true => Ok((Flag::Complete, values)),
        false => Err(Flag::Error),
    }
}

/// What a function makes of the values of its components.
fn apply(function: &Function, lists: &[Vec<(Datatype, String)>]) -> Option<Vec<(Datatype, String)>> {
    let texts: Vec<&str> = lists.iter().flatten().map(|(_, text)| text.as_str()).collect();
    let text = |text: String| (Datatype::String, text);
    let made: Option<Vec<String>> = match function {
        Function::Count => return Some(vec![(Datatype::Int, texts.len().to_string())]),
        Function::Unique => {
            let first = |at: &usize| !texts[..*at].contains(&texts[*at]);
            return Some(
                (0..texts.len())
                    .filter(first)
                    .map(|at| lists.iter().flatten().nth(at).cloned().unwrap())
                    .collect(),
            );
        }
        Function::Arithmetic(operation) => {
            let values = choices(lists).into_iter().map(|chosen| {
                let result = function::arithmetic(operation.unwrap(), &chosen).ok()?;
                let is_whole = result.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
                Some((if is_whole { Datatype::Int } else { Datatype::Float }, result))
            });
            return values.collect();
        }
        Function::Begin(characters) => {
            Some(texts.iter().map(|one| function::begin(one, characters)).collect())
        }
        Function::End(characters) => Some(texts.iter().map(|one| function::end(one, characters)).collect()),
        Function::EscapeRegex => Some(texts.iter().map(|one| function::escape_regex(one)).collect()),
        Function::Split(delimiter) => {
            Some(texts.iter().flat_map(|one| function::split(one, delimiter)).collect())
        }
        Function::Substring(start, length) => {
            texts.iter().map(|one| function::substring(one, start.unwrap(), length.unwrap()).ok()).collect()
        }
        Function::RegexCapture(pattern) => {
            let pattern = Pattern::new(pattern).unwrap();
            texts.iter().map(|one| function::regex_capture(&pattern, one).ok()).collect()
        }
        Function::GlobToRegex(noescape) => {
            texts.iter().map(|one| function::glob_to_regex(one, *noescape).ok()).collect()
        }
        Function::Concat => {
            let join = |chosen: Vec<(Datatype, &str)>| chosen.into_iter().map(|(_, one)| one).collect();
            Some(choices(lists).into_iter().map(join).collect())
        }
        Function::TimeDifference(..) => panic!("no clock is drawn"),
    };
    made.map(|values| values.into_iter().map(text).collect())
}

/// Every choice of one value of each list, the last changing fastest.
fn choices(lists: &[Vec<(Datatype, String)>]) -> Vec<Vec<(Datatype, &str)>> {
    let mut all: Vec<Vec<(Datatype, &str)>> = vec![Vec::new()];
    for list in lists {
        let mut longer = Vec::new();
        for start in &all {
            longer.extend(list.iter().map(|(datatype, text)| [&start[..], &[(*datatype, text)]].concat()));
        }
        all = longer;
    }
    all
}
