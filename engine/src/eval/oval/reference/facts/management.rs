//! Items of queries of management classes: one item a query, with a result for each instance.
//!
//! Of the query language only the form is read that the page names; any other query is unsupported.

use super::super::Evaluation;
use super::super::collection::Collection;
use super::sort::Sort;
use super::{Asked, Stated, in_part, literal, made, named};
use crate::eval::known::State;
use crate::model::expr::Subject;
use crate::model::fact::{Fact, Wmi};
use crate::model::oval::characteristics::Value;
use crate::model::oval::value::Datatype;
use crate::model::oval::words::{Flag, Status};
use crate::model::path::fold_text;
use crate::model::truth::Truth;
use crate::model::wql::{Condition, DEFAULT_NAMESPACE, Instance, Query, Test, class_key, parse};

impl Evaluation<'_> {
    pub(super) fn management(&self, stated: &Stated<'_>, sort: Sort, asked: &Asked<'_>) -> Collection {
        let namespace = match named(asked, "namespace") {
            None => Some(DEFAULT_NAMESPACE),
            Some(entity) => literal(entity),
        };
        let text = named(asked, "wql").and_then(literal);
        let (Some(namespace), Some(text), 1..=2) = (namespace, text, asked.entities.len()) else {
            return Collection::unsupported();
        };
        let namespace = if namespace.is_empty() { DEFAULT_NAMESPACE } else { namespace };
        let Some((query, properties)) = read(text) else { return Collection::unsupported() };
        if sort == Sort::OldManagement && properties.len() != 1 {
            return Collection::unsupported();
        }
        let class = class_key(namespace, &query.class);
        let (mut results, mut is_open) = (Vec::new(), false);
        for record in stated.instances(&class) {
            match query.condition.as_ref().map_or(Truth::True, |one| one.holds(&Instance::of(record))) {
                Truth::True => results.push(result(record, &properties, sort)),
                Truth::False => {}
                _ => is_open = true,
            }
        }
        let flag = match (stated.known.state(&Subject::Wmi(class)), results.is_empty()) {
            (State::NotCollected, _) => Flag::NotCollected,
            (State::Known | State::Absent, true) => Flag::DoesNotExist,
            (State::Known | State::Absent, false) => Flag::Complete,
        };
        let mut collection = Collection::of(if is_open { in_part(flag) } else { flag });
        if !results.is_empty() {
            let mut entities = vec![made::text("namespace", namespace), made::text("wql", text)];
            entities.extend(results);
            let base = if sort == Sort::OldManagement { "wmi" } else { "wmi57" };
            collection.items.push(self.items.add_made(made::item("windows", base, entities)));
        }
        collection
    }
}

impl<'e> Stated<'e> {
    /// The instances of a class.
    fn instances(&self, class: &str) -> Vec<&'e Wmi<'static>> {
        let statements = self.known.instances.get(class).map_or(&[][..], |(_, statements)| statements);
        let record = |stated: &usize| match &self.inventory.facts[*stated].fact {
            Fact::Wmi(record) => Some(record),
            _ => None,
        };
        statements.iter().filter_map(record).collect()
    }
}

/// A query of the form that is read, and the properties that it selects, in lower case.
fn read(text: &str) -> Option<(Query, Vec<String>)> {
    let query = parse(text).ok()?;
    let is_plain = |condition: &Condition| match condition {
        Condition::Ask(ask) => ask.test != Test::Null,
        Condition::Or(_) | Condition::And(_) | Condition::Not(_) => false,
    };
    let is_read = match &query.condition {
        None => true,
        Some(Condition::And(operands)) => operands.iter().all(is_plain),
        Some(condition) => is_plain(condition),
    };
    let mut words = text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    let is_select = words.next().is_some_and(|word| word.eq_ignore_ascii_case("select"));
    let selected = words.take_while(|word| !word.eq_ignore_ascii_case("from"));
    let properties: Vec<String> = selected.map(folded).collect();
    let all_named = properties.iter().all(|name| !name.contains('*'));
    (is_read && is_select && all_named).then_some((query, properties))
}

fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_text(text, &mut folded);
    folded
}

/// The result of a query for an instance: a record, or the one value.
fn result(record: &Wmi<'_>, properties: &[String], sort: Sort) -> Value<'static> {
    let mut fields = properties.iter().map(|name| property(record, name));
    match (sort, fields.next()) {
        (Sort::OldManagement, Some(only)) => Value { name: "result".into(), ..only },
        (_, first) => {
            let fields = first.into_iter().chain(fields).collect();
            Value { fields, ..made::value("result", Datatype::Record, "") }
        }
    }
}

/// The value of a property; NULL is one that is not there.
fn property(record: &Wmi<'_>, name: &str) -> Value<'static> {
    let stated = record.properties.iter().rfind(|property| folded(&property.name) == name);
    match stated.map(|property| (property.value.as_deref(), property.kind.as_deref())) {
        None | Some((Some(_), Some("other"))) => made::of_status(name, Status::NotCollected),
        Some((None, _)) => made::of_status(name, Status::DoesNotExist),
        Some((Some(text), Some("boolean"))) => made::value(name, Datatype::Boolean, text),
        Some((Some(text), _)) => made::text(name, text),
    }
}
