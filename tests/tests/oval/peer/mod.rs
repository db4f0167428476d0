//! The rules of `docs/oval.md` once more, each with what OpenSCAP 1.3.7 decides otherwise, as a switch.
//!
//! Without a switch this is a second evaluator of ours, over collected objects only; with all of them it gives
//! what OpenSCAP gives. So a difference is explained by the switches that make it, and by nothing else.
//! `states` compares items, `values` finds the values of variables.

use std::collections::BTreeSet;

use patchstate::model::options::Options;
use patchstate::model::oval::characteristics::{Characteristics, Collected, Item};
use patchstate::model::oval::object::{Object, Operand, Set};
use patchstate::model::oval::tables::Presence;
use patchstate::model::oval::words::{Action, Check, Existence, Flag, SetOperator, Status};
use patchstate::model::oval::{Content, Reference, Test};
use patchstate::model::truth::Truth;

mod differences;
mod states;
mod values;

use Difference::*;
pub(crate) use differences::Difference;

/// An evaluator of the documents of a pair.
pub(crate) struct Peer<'c> {
    content: &'c Content,
    known: &'c Characteristics,
    options: &'c Options,
    /// What is decided as OpenSCAP does.
    switched: BTreeSet<Difference>,
}

/// The items of an object.
#[derive(Clone, Debug)]
struct Found<'c> {
    flag: Flag,
    items: Vec<&'c Item<'static>>,
}

impl<'c> Peer<'c> {
    pub(crate) fn new(content: &'c Content, known: &'c Characteristics, options: &'c Options) -> Self {
        Peer { content, known, options, switched: BTreeSet::new() }
    }

    /// The result of a test with these differences.
    pub(crate) fn test_with(&mut self, test: &Test, switched: BTreeSet<Difference>) -> Truth {
        self.switched = switched;
        self.test(test)
    }

    /// Whether this is decided as OpenSCAP does.
    fn is(&self, difference: Difference) -> bool {
        self.switched.contains(&difference)
    }

    fn test(&self, test: &Test) -> Truth {
        let Reference::To(object) = test.object else { panic!("{} has an object", test.id) };
        let Some(found) = self.object(&self.content.objects[object as usize].id) else {
            return Truth::Unknown;
        };
        let (mut check, mut existence) = (test.check.unwrap(), test.existence.unwrap());
        let mut states: Vec<u32> = test.states.iter().map(|state| state.unwrap()).collect();
        if check == Check::NoneExist {
            existence = Existence::NoneExist;
            match self.is(N14) {
                true => check = Check::NoneSatisfy,
                false => states.clear(),
            }
        }
        let by_states = || {
            let first = |at: &usize| found.items[..*at].iter().all(|item| item.id != found.items[*at].id);
            let items =
                (0..found.items.len()).filter(first).map(|at| self.item(test, found.items[at], &states));
            self.check(check, items)
        };
        let proves_nothing = existence == Existence::AnyExist && states.is_empty();
        match found.flag {
            Flag::Error | Flag::NotCollected | Flag::NotApplicable if proves_nothing && self.is(D1) => {
                Truth::True
            }
            Flag::Error => Truth::Error,
            Flag::NotCollected => Truth::Unknown,
            Flag::NotApplicable => Truth::NotApplicable,
            Flag::DoesNotExist => matches!(existence, Existence::NoneExist | Existence::AnyExist).into(),
            Flag::Complete => match self.judge(existence, &found) {
                Truth::True if states.is_empty() => Truth::True,
                Truth::True => by_states(),
                decided => decided,
            },
            Flag::Incomplete => {
                let exist = found.items.iter().filter(|item| item.status == Status::Exists).count();
                match existence {
                    Existence::NoneExist if exist >= 1 => Truth::False,
                    Existence::OnlyOneExists if exist > 1 => Truth::False,
                    Existence::AtLeastOneExists if exist == 0 => Truth::Unknown,
                    Existence::AnyExist | Existence::AtLeastOneExists if states.is_empty() => Truth::True,
                    Existence::AnyExist | Existence::AtLeastOneExists => match by_states() {
                        Truth::False => Truth::False,
                        Truth::True if check == Check::AtLeastOne => Truth::True,
                        _ => Truth::Unknown,
                    },
                    _ => Truth::Unknown,
                }
            }
        }
    }

    /// Whether as many items exist as there must be.
    fn judge(&self, existence: Existence, found: &Found<'_>) -> Truth {
        let counts = |item: &&&Item<'_>| match item.status {
            Status::NotCollected => !self.is(D2),
            Status::DoesNotExist => existence != Existence::AllExist || !self.is(D3),
            Status::Exists | Status::Error => true,
        };
        let presence: Presence = found.items.iter().filter(counts).map(|item| item.status).collect();
        match existence {
            Existence::NoneExist if self.is(N22) && presence.of(Status::Error) > 0 => Truth::Error,
            _ => existence.judge(&presence),
        }
    }

    /// Combines the results of several things of one sort.
    fn check(&self, check: Check, results: impl Iterator<Item = Truth>) -> Truth {
        let results: Vec<Truth> = results.collect();
        let truth = check.combine(&results.iter().copied().collect());
        let is_mixed = truth == Truth::Unknown && results.contains(&Truth::False);
        if self.is(N21) && check == Check::AtLeastOne && is_mixed { Truth::Error } else { truth }
    }

    /// What was collected of an object, or what a set gives; `None` where nothing is known.
    fn object(&self, id: &str) -> Option<Found<'c>> {
        let all: Vec<&'c Collected<'static>> = self
            .known
            .objects
            .iter()
            .map(|(object, _)| object)
            .filter(|object| object.object == *id)
            .collect();
        if all.is_empty() {
            let object = self.content.objects.iter().find(|object| object.id == id).unwrap();
            return match &object.content {
                Object::Set(set) if !self.is(N13) => Some(self.set(set)),
                _ => None,
            };
        }
        let mut found = Found { flag: Flag::Complete, items: Vec::new() };
        for object in all.iter().filter(|object| object.instance == 1 || self.is(N12)) {
            found.flag = object.flag;
            for id in &object.items {
                let item = self.known.items.iter().map(|(item, _)| item).find(|item| item.id == *id).unwrap();
                if self.is(N11) || !found.items.iter().any(|known| known.id == item.id) {
                    found.items.push(item);
                }
            }
        }
        Some(found)
    }

    fn set(&self, set: &Set) -> Found<'c> {
        let mut operands = set.operands.iter().map(|operand| {
            let mut found = match operand {
                Operand::Set(inner) => self.set(inner),
                Operand::Object(id) => {
                    self.object(id).unwrap_or(Found { flag: Flag::NotCollected, items: Vec::new() })
                }
            };
            for filter in &set.filters {
                let state = self.content.states.iter().position(|state| state.id == filter.state).unwrap();
                let mut open = false;
                found.items.retain(|item| match self.item_of(item, &[state as u32]) {
                    Truth::True => filter.action == Some(Action::Include),
                    Truth::False => filter.action == Some(Action::Exclude),
                    _ => {
                        open = true;
                        true
                    }
                });
                if open && found.flag == Flag::Complete {
                    found.flag = Flag::Incomplete;
                }
            }
            found
        });
        let mut first = operands.next().unwrap();
        if let Some(second) = operands.next() {
            let has = |item: &Item<'_>| second.items.iter().any(|other| other.id == item.id);
            match set.operator.unwrap() {
                SetOperator::Union => {
                    let first_ids: BTreeSet<&str> = first.items.iter().map(|item| &*item.id).collect();
                    let more = second.items.iter().filter(|item| !first_ids.contains(&*item.id));
                    first.items.extend(more.copied());
                }
                SetOperator::Intersection => first.items.retain(|item| has(item)),
                SetOperator::Complement => first.items.retain(|item| !has(item)),
            }
            first.flag = set.operator.unwrap().flag(first.flag, second.flag);
        }
        if first.flag == Flag::Complete && first.items.is_empty() {
            first.flag = Flag::DoesNotExist;
        }
        first
    }
}
