//! Instances of management classes that queries find, or nearly find.

use std::collections::BTreeMap;

use super::text;
use crate::generate::random::Random;
use crate::model::expr::Comparison;
use crate::model::fact::{Absent, Fact, Kind, Property, Wmi};
use crate::model::truth::Truth;
use crate::model::wql::{Ask, Condition, Constant, Instance, Query, Test};

/// Of 1,000 classes, how many have an instance without a property, with one that is NULL or an array.
const FLAWED: u32 = 40;
/// Of 1,000 conditions to be met, how many are missed by their last inequality alone.
const MISSED: u32 = 350;
/// Of 1,000 queries, how many an instance is made for.
const FOUND: u32 = 600;
/// What a property says that no query asks for.
const OTHER: &str = "Generated";
/// The ends of the names of classes that a client has one instance of.
const SINGLE: [&str; 6] =
    ["computersystem", "computersystemproduct", "baseboard", "bios", "operatingsystem", "systemenclosure"];
/// How many instances of other classes no query asks for.
const OTHERS: usize = 20;

/// What all rules ask about a class.
#[derive(Clone, Debug, Default)]
pub(super) struct Class {
    /// The properties that queries name, folded.
    properties: std::collections::BTreeSet<String>,
    /// The queries.
    pub(super) queries: Vec<Query>,
}

impl Class {
    /// Takes a query.
    pub(super) fn take(&mut self, query: Query) {
        if let Some(condition) = &query.condition {
            condition.asks(&mut |ask| _ = self.properties.insert(ask.property.clone()));
        }
        self.queries.push(query);
    }
}

/// Whether a client has one instance of a class, told by the end of its name.
pub(super) fn is_single(key: &str) -> bool {
    SINGLE.iter().any(|end| key.ends_with(end))
}

/// A property: its value, if it is not NULL, and its type.
type Value = (Option<String>, Option<&'static str>);

/// What is to hold of each property.
type Tests<'q> = BTreeMap<&'q str, Vec<(&'q Test, bool)>>;

/// The one instance of a class, which meets queries and misses others.
pub(super) fn single(
    key: &str,
    class: &Class,
    wanted: &[(Query, bool)],
    random: &mut Random,
) -> Vec<Fact<'static>> {
    let mut tests = Tests::new();
    let mut values = BTreeMap::new();
    for (query, holds) in wanted {
        let met = query.holds(&[instance(&values)]) == Truth::from(*holds);
        if let (false, Some(condition)) = (met, &query.condition) {
            collect(condition, *holds, random, &mut tests);
            values = meet(class, &tests, random);
        }
    }
    if wanted.is_empty() {
        values = meet(class, &tests, random);
    }
    flaw(&mut values, random);
    vec![fact(key, values)]
}

/// The instances of a class: some that queries find, some that they nearly find, and others.
pub(super) fn several(key: &str, class: &Class, asked: &[Query], random: &mut Random) -> Vec<Fact<'static>> {
    let mut all: Vec<BTreeMap<String, Value>> = Vec::new();
    for query in asked {
        if !random.chance(FOUND) {
            continue;
        }
        let mut tests = Tests::new();
        if let Some(condition) = &query.condition {
            collect(condition, true, random, &mut tests);
        }
        if random.chance(MISSED) {
            miss(&mut tests);
        }
        all.push(meet(class, &tests, random));
    }
    for number in 0..random.below(OTHERS) {
        let other = |name: &String| (name.clone(), (Some(format!("{OTHER} {number:03}")), None));
        all.push(class.properties.iter().map(other).collect());
    }
    if let Some(last) = all.last_mut() {
        flaw(last, random);
    }
    match all.is_empty() {
        true => vec![absent(key)],
        false => all.into_iter().map(|values| fact(key, values)).collect(),
    }
}

/// The proof that a class has no instance.
pub(super) fn absent(key: &str) -> Fact<'static> {
    Fact::Absent(Absent { kind: Some(Kind::Wmi), reference: text(key), ..Absent::default() })
}

/// Collects what is to hold of properties so that a condition is met, or is not.
fn collect<'q>(condition: &'q Condition, holds: bool, random: &mut Random, tests: &mut Tests<'q>) {
    match condition {
        Condition::Not(operand) => collect(operand, !holds, random, tests),
        Condition::Ask(Ask { property, test }) => tests.entry(property).or_default().push((test, holds)),
        Condition::And(operands) | Condition::Or(operands) => {
            let all = matches!(condition, Condition::And(_)) == holds;
            let one = random.below(operands.len());
            let chosen = operands.iter().enumerate().filter(|(at, _)| all || *at == one);
            chosen.for_each(|(_, operand)| collect(operand, holds, random, tests));
        }
    }
}

/// Turns the last inequality around.
fn miss(tests: &mut Tests<'_>) {
    let is_inequality = |test: &Test| matches!(test, Test::Compare(comparison, _) if !matches!(comparison, Comparison::Eq | Comparison::Ne));
    let last = tests.values_mut().flatten().rfind(|(test, _)| is_inequality(test));
    if let Some((_, holds)) = last {
        *holds = !*holds;
    }
}

/// Gives every property of a class a value, of which as much as can be holds.
fn meet(class: &Class, tests: &Tests<'_>, random: &mut Random) -> BTreeMap<String, Value> {
    let value = |name: &String| {
        let tests = tests.get(name.as_str()).map_or(&[][..], Vec::as_slice);
        let mut candidates: Vec<Value> = tests.iter().flat_map(|(test, _)| about(test, random)).collect();
        random.shuffle(&mut candidates);
        candidates.push((Some(OTHER.to_owned()), None));
        let fits = |(value, kind): &Value| {
            let instance = Instance::from_iter([(name.as_str(), value.as_deref(), *kind)]);
            tests.iter().all(|(test, holds)| test.holds(instance.get(name)) == Truth::from(*holds))
        };
        let found = candidates.iter().position(fits).unwrap_or(0);
        (name.clone(), candidates.swap_remove(found))
    };
    class.properties.iter().map(value).collect()
}

/// Values at what a test compares with, and about it.
fn about(test: &Test, random: &mut Random) -> Vec<Value> {
    match test {
        Test::Null => vec![(None, None)],
        Test::Like(pattern) => {
            let example = pattern.example(&mut |limit| random.below(limit)).to_ascii_uppercase();
            vec![(Some(example), None)]
        }
        Test::Compare(_, Constant::Text(written, _)) => {
            // A date of management classes goes on after the day.
            let is_day = written.len() == 8 && written.bytes().all(|byte| byte.is_ascii_digit());
            let end = if is_day { "000000.000000+000" } else { "" };
            let texts = [written.clone(), above(written), below(written)];
            texts.into_iter().map(|text| (Some(text + end), None)).collect()
        }
        Test::Compare(_, Constant::Number(_, number)) => {
            let texts = [*number, number + 1.0, number - 1.0];
            texts.into_iter().map(|number| (Some(number.to_string()), Some("number"))).collect()
        }
        Test::Compare(_, Constant::Boolean(_)) => {
            ["true", "false"].into_iter().map(|word| (Some(word.to_owned()), Some("boolean"))).collect()
        }
    }
}

/// A text that stands behind another one.
fn above(text: &str) -> String {
    match text.chars().next_back() {
        Some(last @ '0'..='8') => text[..text.len() - 1].to_owned() + &((last as u8 + 1) as char).to_string(),
        _ => format!("{text}1"),
    }
}

/// A text that stands before another one.
fn below(text: &str) -> String {
    match text.chars().next_back() {
        Some(last @ '1'..='9') => text[..text.len() - 1].to_owned() + &((last as u8 - 1) as char).to_string(),
        Some(last) => text[..text.len() - last.len_utf8()].to_owned(),
        None => String::new(),
    }
}

/// Leaves out a property now and then, or states NULL or an array.
fn flaw(values: &mut BTreeMap<String, Value>, random: &mut Random) {
    let names: Vec<String> = values.keys().cloned().collect();
    let Some(name) = random.pick(&names).filter(|_| random.chance(FLAWED)) else { return };
    match random.below(3) {
        0 => _ = values.remove(name),
        1 => _ = values.insert(name.clone(), (None, None)),
        _ => _ = values.insert(name.clone(), (Some("2 values".to_owned()), Some("other"))),
    }
}

fn instance(values: &BTreeMap<String, Value>) -> Instance {
    values.iter().map(|(name, (value, kind))| (name.as_str(), value.as_deref(), *kind)).collect()
}

fn fact(key: &str, values: BTreeMap<String, Value>) -> Fact<'static> {
    let (namespace, class) = key.rsplit_once(':').unwrap_or(("", key));
    let property = |(name, (value, kind)): (String, Value)| Property {
        name: text(name),
        value: value.map(text),
        kind: kind.map(text),
    };
    Fact::Wmi(Wmi {
        class: text(class),
        namespace: Some(text(namespace)),
        properties: values.into_iter().map(property).collect(),
        ..Wmi::default()
    })
}
