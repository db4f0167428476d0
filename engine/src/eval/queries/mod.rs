//! Queries about instances of management classes: the definition, and many of them at once.
//!
//! What a value says to all queries about its property is remembered from client to client, because the
//! devices of one client are those of others.

mod class;

use std::collections::HashMap;

use class::{Class, Form, Says};

use super::known::{State, wmi_class};
use super::plan::Plan;
use super::slots::Slots;
use crate::index::View;
use crate::index::columns::Column;
use crate::index::probe::tag;
use crate::model::applicability::Applicability;
use crate::model::fact::Wmi;
use crate::model::truth::Truth;
use crate::model::verdict::Answer;
use crate::model::wql::{self, Instance, Value};

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
    /// The subjects of the classes, rising, and what is asked of each.
    classes: Vec<(usize, Class)>,
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
            (subject, Class::new(predicates.filter_map(query).collect()))
        };
        Queries { classes: (0..view.subjects()).filter(is_class).map(class).collect() }
    }
}

/// The instances of a client, and what values of earlier ones say.
#[derive(Debug)]
pub(super) struct Instances {
    /// By class, in the order of the queries.
    stated: Vec<Vec<Instance>>,
    /// By class and property.
    known: Vec<Vec<HashMap<Value, Says, ahash::RandomState>>>,
    /// Bytes that `known` takes, about.
    bytes: usize,
    /// The truth of each atom for one instance, and of each plain query for all of them.
    atoms: Vec<Truth>,
    plain: Vec<Truth>,
    /// By property of the class: whether an instance does not state it.
    open: Vec<bool>,
}

impl Instances {
    /// The most bytes of values that are remembered.
    const BYTES: usize = 16 << 20;

    pub(super) fn new(plan: &Plan<'_>) -> Instances {
        let classes = &plan.queries.classes;
        let stated = classes.iter().map(|_| Vec::new()).collect();
        let of_class =
            |(_, class): &(usize, Class)| class.properties.iter().map(|_| HashMap::default()).collect();
        let known = classes.iter().map(of_class).collect();
        Instances { stated, known, bytes: 0, atoms: Vec::new(), plain: Vec::new(), open: Vec::new() }
    }

    /// Forgets the client.
    pub(super) fn clear(&mut self) {
        self.stated.iter_mut().for_each(Vec::clear);
    }

    /// Finds the truth of every plain query, and of every atom about the last instance.
    fn look(&mut self, number: usize, class: &Class, instance: &Instance) {
        if self.bytes > Self::BYTES {
            self.known.iter_mut().flatten().for_each(HashMap::clear);
            self.bytes = 0;
        }
        // Of all others the truth is never asked.
        class.whole_atoms.iter().for_each(|atom| self.atoms[*atom as usize] = Truth::False);
        let Instances { known, atoms, plain, open, bytes, .. } = self;
        for (at, (property, known)) in class.properties.iter().zip(&mut known[number]).enumerate() {
            let Some(value) = instance.get(&property.name) else {
                open[at] = true;
                property.whole.iter().for_each(|atom| atoms[*atom as usize] = Truth::Unknown);
                continue;
            };
            let says = match known.get(value) {
                Some(says) => says,
                None => {
                    let says = property.says(value);
                    *bytes += size_of::<(Value, Says)>() * 2
                        + value.text().len()
                        + size_of_val(says.holds.as_slice())
                        + size_of_val(says.unknown.as_slice());
                    known.entry(value.clone()).or_insert(says)
                }
            };
            for (found, truth) in [(&says.unknown, Truth::Unknown), (&says.holds, Truth::True)] {
                for atom in found {
                    atoms[*atom as usize] = truth;
                    class.plain_of(*atom).iter().for_each(|query| may_be(&mut plain[*query as usize], truth));
                }
            }
        }
    }
}

/// Notes what an instance says of a query that holds where any does.
fn may_be(truth: &mut Truth, said: Truth) {
    *truth = if *truth == Truth::True { Truth::True } else { said };
}

impl Slots<'_> {
    /// Takes an instance of a class that rules ask about.
    pub(super) fn take_instance(&mut self, stated: &Wmi<'_>) {
        let key = wmi_class(stated);
        let Some(subject) = self.plan.view.find(tag::WMI, key.as_bytes(), &[]) else { return };
        let classes = &self.plan.queries.classes;
        if let Ok(at) = classes.binary_search_by_key(&subject, |(subject, _)| *subject) {
            self.instances.stated[at].push(Instance::of(stated));
        }
    }

    /// Answers the queries about all classes of which there are instances.
    pub(super) fn finish_queries(&mut self) {
        let plan = self.plan;
        for (number, (subject, class)) in plan.queries.classes.iter().enumerate() {
            let stated = std::mem::take(&mut self.instances.stated[number]);
            if !stated.is_empty() {
                self.set(*subject, State::Known);
                self.exists_or_refused(*subject);
                self.answer_class(number, class, &stated);
            }
            self.instances.stated[number] = stated;
        }
    }

    /// Answers what is asked of a class beside queries.
    fn exists_or_refused(&mut self, subject: usize) {
        for predicate in self.predicates(subject) {
            let exists =
                self.plan.view.columns.predicate_question.at(predicate) == super::slots::question::EXISTS;
            self.put(predicate, if exists { Answer::TRUE } else { Answer::MALFORMED });
        }
    }

    fn answer_class(&mut self, number: usize, class: &Class, stated: &[Instance]) {
        self.instances.plain.clear();
        self.instances.plain.resize(class.queries.len(), Truth::False);
        self.instances.atoms.resize(class.atoms(), Truth::False);
        self.instances.open.clear();
        self.instances.open.resize(class.properties.len(), false);
        for instance in stated {
            self.instances.look(number, class, instance);
            let Instances { atoms, plain, .. } = &mut self.instances;
            for at in &class.whole {
                let Form::Whole(node) = &class.queries[*at].1 else { continue };
                let truth = &mut plain[*at];
                if *truth != Truth::True {
                    match node.truth(&|atom| atoms[atom as usize]) {
                        Truth::False => {}
                        found => *truth = found,
                    }
                }
            }
        }
        let Instances { plain, open, .. } = &mut self.instances;
        for (property, _) in class.properties.iter().zip(open).filter(|(_, open)| **open) {
            property.plain().iter().for_each(|query| may_be(&mut plain[*query as usize], Truth::Unknown));
        }
        for (at, (predicate, form)) in class.queries.iter().enumerate() {
            let answer = match form {
                Form::Unsupported => Answer::UNSUPPORTED,
                Form::Exists => Answer::TRUE,
                Form::Plain | Form::Whole(_) => of_truth(self.instances.plain[at]),
            };
            self.put(*predicate, answer);
        }
    }
}
