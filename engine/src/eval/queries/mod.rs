//! Queries about instances of management classes: the definition, and many of them at once.
//!
//! What a value says to all queries about its property is remembered from client to client, because the
//! devices of one client are those of others.

mod class;

use std::collections::HashMap;

use class::{Class, Form, Says};

use super::known::State;
use super::plan::Plan;
use super::slots::{Slots, question};
use super::statements::put_all;
use crate::index::View;
use crate::index::columns::Column;
use crate::index::probe::tag;
use crate::model::applicability::Applicability;
use crate::model::fact::Wmi;
use crate::model::path;
use crate::model::truth::Truth;
use crate::model::verdict::Answer;
use crate::model::wql::{self, DEFAULT_NAMESPACE, Instance, Value};

/// The answer of a query about a class that was enumerated.
pub(super) fn answer(asked: &Applicability, instances: &[Instance]) -> Answer {
    let Applicability::WmiQuery(text) = asked else { return Answer::MALFORMED };
    let Ok(query) = wql::parse(text) else { return Answer::UNSUPPORTED };
    of_truth(query.holds(instances))
}

fn of_truth(truth: Truth) -> Answer {
    match truth {
        Truth::True => Answer::TRUE,
        Truth::False => Answer::FALSE,
        _ => Answer::PART_NOT_COLLECTED,
    }
}

/// The queries of an index by class, ready to be asked.
#[derive(Debug, Default)]
pub(super) struct Queries {
    /// By subject, rising.
    classes: Vec<Asked>,
}

/// What is asked of a class.
#[derive(Debug)]
struct Asked {
    subject: usize,
    class: Class,
    /// The answers of the subject's predicates where there are instances, and none is one that is asked for.
    answers: Box<[Answer]>,
}

impl Queries {
    /// Prepares the queries of an index; `asked` gives the leaf of a predicate.
    pub(super) fn new<'a>(view: View<'_>, asked: impl Fn(usize) -> Option<&'a Applicability>) -> Queries {
        let is_class = |subject: &usize| view.columns.subject_tag.at(*subject) == tag::WMI;
        let query = |predicate: usize| match asked(predicate) {
            Some(Applicability::WmiQuery(text)) => Some((predicate, wql::parse(text).ok())),
            _ => None,
        };
        let class = |subject: usize| {
            let predicates = view.columns.subject_predicate_ends(subject);
            let exists = |predicate| view.columns.predicate_question.at(predicate) == question::EXISTS;
            let beside = |predicate| if exists(predicate) { Answer::TRUE } else { Answer::MALFORMED };
            let mut answers: Box<[Answer]> = predicates.clone().map(beside).collect();
            let class = Class::new(predicates.clone().filter_map(query).collect());
            for (predicate, form) in &class.queries {
                answers[predicate - predicates.start] = match form {
                    Form::Unsupported => Answer::UNSUPPORTED,
                    Form::Exists => Answer::TRUE,
                    Form::Plain | Form::Whole(_) => Answer::FALSE,
                };
            }
            Asked { subject, class, answers }
        };
        Queries { classes: (0..view.subjects()).filter(is_class).map(class).collect() }
    }
}

/// What the instances of a client say, and values of earlier ones.
#[derive(Debug)]
pub(super) struct Instances {
    /// By class, in the order of the queries.
    said: Vec<Said>,
    /// By class and property.
    known: Vec<Vec<HashMap<Value, Says, ahash::RandomState>>>,
    /// Bytes that `known` takes, about.
    bytes: usize,
    /// The truth of each atom for one instance.
    atoms: Vec<Truth>,
    /// The memory of the text of a value.
    text: String,
}

/// What the instances of a class say that were taken.
#[derive(Debug)]
struct Said {
    /// Whether there are any.
    is_stated: bool,
    /// The truth of each query that is about values, and the queries of which it is not False.
    queries: Vec<Truth>,
    found: Vec<u32>,
    /// By property of the class: whether an instance does not state it.
    open: Vec<bool>,
}

impl Said {
    /// Notes what an instance says of a query that holds where any does; not that it is False.
    fn add(&mut self, query: u32, truth: Truth) {
        let known = &mut self.queries[query as usize];
        match *known {
            Truth::True => {}
            Truth::False => {
                *known = truth;
                self.found.push(query);
            }
            _ => *known = truth,
        }
    }
}

impl Instances {
    /// The most bytes of values that are remembered.
    const BYTES: usize = 16 << 20;

    pub(super) fn new(plan: &Plan<'_>) -> Instances {
        let classes = || plan.queries.classes.iter().map(|asked| &asked.class);
        let nothing = |class: &Class| Said {
            is_stated: false,
            queries: vec![Truth::False; class.queries.len()],
            found: Vec::new(),
            open: vec![false; class.properties.len()],
        };
        let known = |class: &Class| class.properties.iter().map(|_| HashMap::default()).collect();
        Instances {
            said: classes().map(nothing).collect(),
            known: classes().map(known).collect(),
            bytes: 0,
            atoms: vec![Truth::False; classes().map(Class::atoms).max().unwrap_or(0)],
            text: String::new(),
        }
    }

    /// Forgets the client.
    pub(super) fn clear(&mut self) {
        for said in self.said.iter_mut().filter(|said| said.is_stated) {
            said.is_stated = false;
            said.found.drain(..).for_each(|query| said.queries[query as usize] = Truth::False);
            said.open.fill(false);
        }
    }

    /// Takes an instance of a class.
    fn take(&mut self, number: usize, class: &Class, instance: &Wmi<'_>) {
        self.look(number, class, instance);
        let said = &mut self.said[number];
        said.is_stated = true;
        for at in &class.whole {
            let Form::Whole(node) = &class.queries[*at].1 else { continue };
            if said.queries[*at] != Truth::True {
                match node.truth(&|atom| self.atoms[atom as usize]) {
                    Truth::False => {}
                    found => said.add(*at as u32, found),
                }
            }
        }
    }

    /// Finds the truth of every plain query, and of every atom about an instance.
    fn look(&mut self, number: usize, class: &Class, instance: &Wmi<'_>) {
        if self.bytes > Self::BYTES {
            self.known.iter_mut().flatten().for_each(HashMap::clear);
            self.bytes = 0;
        }
        // Of all others the truth is never asked.
        class.whole_atoms.iter().for_each(|atom| self.atoms[*atom as usize] = Truth::False);
        let Instances { said, known, atoms, bytes, text, .. } = self;
        let said = &mut said[number];
        for (at, (property, known)) in class.properties.iter().zip(&mut known[number]).enumerate() {
            // Of one that is stated twice the last counts.
            let mut stated = instance.properties.iter().rev();
            let Some(stated) = stated.find(|stated| path::folds_to(&stated.name, &property.name)) else {
                said.open[at] = true;
                property.whole.iter().for_each(|atom| atoms[*atom as usize] = Truth::Unknown);
                continue;
            };
            let value = Value::stated(stated.value.as_deref(), stated.kind.as_deref(), std::mem::take(text));
            let says = match known.get(&value) {
                Some(says) => says,
                None => {
                    let says = class.says(property, &value);
                    *bytes += size_of::<(Value, Says)>() * 2
                        + value.text().len()
                        + size_of_val(&*says.queries)
                        + size_of_val(&*says.atoms);
                    known.entry(value.clone()).or_insert(says)
                }
            };
            says.queries.iter().for_each(|(query, truth)| said.add(*query, *truth));
            says.atoms.iter().for_each(|(atom, truth)| atoms[*atom as usize] = *truth);
            *text = value.into_memory();
        }
    }
}

impl Slots<'_> {
    /// Takes an instance of a class that rules ask about.
    pub(super) fn take_instance(&mut self, stated: &Wmi<'_>) {
        self.text.clear();
        let namespace = stated.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE);
        wql::write_class_key(namespace, &stated.class, &mut self.text);
        let Some(subject) = self.plan.view.find(tag::WMI, self.text.as_bytes(), &[]) else { return };
        let classes = &self.plan.queries.classes;
        if let Ok(at) = classes.binary_search_by_key(&subject, |asked| asked.subject) {
            self.instances.take(at, &classes[at].class, stated);
        }
    }

    /// Answers what is asked of all classes of which there are instances.
    pub(super) fn finish_queries(&mut self) {
        let plan = self.plan;
        for (number, Asked { subject, class, answers }) in plan.queries.classes.iter().enumerate() {
            if !self.instances.said[number].is_stated {
                continue;
            }
            self.set(*subject, State::Known);
            let predicates = self.predicates(*subject);
            put_all(&mut self.answers, predicates.clone(), answers);
            put_all(&mut self.unchecked, predicates, answers);
            let said = &mut self.instances.said[number];
            for (at, property) in class.properties.iter().enumerate() {
                if said.open[at] {
                    property.plain().iter().for_each(|query| said.add(*query, Truth::Unknown));
                }
            }
            for at in 0..self.instances.said[number].found.len() {
                let said = &self.instances.said[number];
                let query = said.found[at] as usize;
                self.put(class.queries[query].0, of_truth(said.queries[query]));
            }
        }
    }
}
