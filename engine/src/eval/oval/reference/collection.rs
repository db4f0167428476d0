//! The items of an object: as they were collected, or made of others by a set.
//!
//! Source of truth: `docs/oval.md`, "Objects and sets".

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Evaluation, FIRST, facts};
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::model::inventory::Inventory;
use crate::model::oval::characteristics::Item;
use crate::model::oval::object::{Filter, Object, Operand, Set};
use crate::model::oval::words::{Action, Flag, SetOperator, Status};
use crate::model::truth::Truth;
use crate::model::verdict::Answer;

/// The most instances of the variables of an object that are looked at, the lowest ones.
const INSTANCES: usize = 1000;

/// What is known of the items of an object.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Collection {
    pub(super) flag: Flag,
    /// The items, by number, each once, in the order in which they are named first.
    pub(super) items: Vec<usize>,
    /// What every test of the object gives, whatever its items.
    pub(super) open: Option<Answer>,
}

impl Collection {
    pub(super) fn of(flag: Flag) -> Collection {
        Collection { flag, items: Vec::new(), open: None }
    }

    /// That of an object that asks in a way that is not supported.
    pub(super) fn unsupported() -> Collection {
        Collection { open: Some(Answer::UNSUPPORTED), ..Collection::of(Flag::NotCollected) }
    }
}

/// What is known of a client.
#[derive(Debug)]
pub(super) struct Items<'e> {
    /// Whether it is known which objects were collected.
    pub(super) collected: bool,
    /// Those that were collected, and behind them those that are made.
    pub(super) all: RefCell<Vec<Rc<Cow<'e, Item<'e>>>>>,
    /// By object and instance.
    objects: BTreeMap<(&'e str, u32), Collection>,
    /// Values of variables that objects were collected with, by variable and instance.
    values: BTreeMap<(&'e str, u32), Vec<&'e str>>,
    /// The object that these values are of.
    sources: BTreeMap<(&'e str, u32), &'e str>,
    /// What inventories of other formats state, where nothing was collected.
    pub(super) stated: Option<facts::Stated<'e>>,
}

impl<'e> Items<'e> {
    pub(super) fn new(inventory: &'e Inventory, diagnostics: &mut Diagnostics) -> Items<'e> {
        let known = &inventory.characteristics;
        let mut items = Items {
            collected: known.collection,
            all: RefCell::new(known.items.iter().map(|(item, _)| Rc::new(Cow::Borrowed(item))).collect()),
            objects: BTreeMap::new(),
            values: BTreeMap::new(),
            sources: BTreeMap::new(),
            stated: (!known.collection && known.items.is_empty()).then(|| facts::Stated::new(inventory)),
        };
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        for (number, (item, _)) in known.items.iter().enumerate() {
            numbers.entry(&item.id).or_insert(number);
        }
        for (object, position) in &known.objects {
            let mut collection = Collection::of(object.flag);
            let mut found = Vec::with_capacity(object.items.len());
            for id in &object.items {
                match numbers.get(&**id) {
                    Some(number) => found.push(*number),
                    None => {
                        let message = format!("`{}` refers to item `{id}`", object.object);
                        diagnostics.push(Code::ScDanglingItem, *position, "", message);
                        if collection.flag == Flag::Complete {
                            collection.flag = Flag::Incomplete;
                        }
                    }
                }
            }
            unite(&mut collection.items, found);
            if object.flag == Flag::Complete && object.items.is_empty() {
                let message = format!("`{}`", object.object);
                diagnostics.push(Code::ScCompleteWithoutItems, *position, "", message);
            }
            items.add(&object.object, object.instance, collection, *position, diagnostics);
            for (id, value) in &object.values {
                let of = object.object.as_ref();
                items.add_value(id, object.instance, of, value);
            }
        }
        items
    }

    /// Sets what was collected of an object.
    pub(super) fn insert(&mut self, object: &'e str, collection: Collection) {
        self.objects.insert((object, FIRST), collection);
    }

    /// Adds what was collected of an object, to what is known of it already.
    fn add(
        &mut self,
        object: &'e str,
        instance: u32,
        collection: Collection,
        position: Position,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(known) = self.objects.get_mut(&(object, instance)) else {
            self.objects.insert((object, instance), collection);
            return;
        };
        diagnostics.push(Code::ScDuplicateObject, position, "", format!("`{object}`"));
        known.flag = SetOperator::Union.flag(known.flag, collection.flag);
        unite(&mut known.items, collection.items);
    }

    /// Adds a value that an object was collected with; another object says the same again.
    fn add_value(&mut self, variable: &'e str, instance: u32, object: &'e str, value: &'e str) {
        let first = self.sources.entry((variable, instance)).or_insert(object);
        if *first == object {
            self.values.entry((variable, instance)).or_default().push(value);
        }
    }

    /// The instances that an object was collected for.
    pub(super) fn instances(&self, object: &str) -> Vec<u32> {
        let objects: &BTreeMap<(&str, u32), Collection> = &self.objects;
        let own = objects.range((object, 0)..=(object, u32::MAX)).map(|((_, instance), _)| *instance);
        own.take(INSTANCES).collect()
    }

    /// Every instance that an object was collected for, and the first one.
    pub(super) fn all_instances(&self) -> Vec<u32> {
        let all: BTreeSet<u32> = self.objects.keys().map(|(_, instance)| *instance).chain([FIRST]).collect();
        all.into_iter().take(INSTANCES).collect()
    }

    /// The values that objects were collected with for a variable.
    pub(super) fn values<'s>(&'s self, variable: &'s str, instance: u32) -> Option<&'s [&'e str]> {
        let values: &BTreeMap<(&str, u32), Vec<&'e str>> = &self.values;
        values.get(&(variable, instance)).map(Vec::as_slice)
    }

    pub(super) fn item(&self, number: usize) -> Rc<Cow<'e, Item<'e>>> {
        Rc::clone(&self.all.borrow()[number])
    }

    pub(super) fn status(&self, number: usize) -> Status {
        self.all.borrow()[number].status
    }

    /// The number of an item that was made; one that says the same is the same.
    pub(super) fn add_made(&self, item: Item<'static>) -> usize {
        let mut all = self.all.borrow_mut();
        let same = |known: &Rc<Cow<'e, Item<'e>>>| {
            known.kind == item.kind && known.status == item.status && known.entities == item.entities
        };
        match all.iter().position(same) {
            Some(number) => number,
            None => push(&mut all, item),
        }
    }

    /// The number of an item that was made, and is like no other.
    pub(super) fn add_new(&self, item: Item<'static>) -> usize {
        push(&mut self.all.borrow_mut(), item)
    }

    /// The items of a type, by number.
    pub(super) fn of_type(&self, base: &str) -> Vec<usize> {
        let all = self.all.borrow();
        (0..all.len()).filter(|number| all[*number].kind.base() == base).collect()
    }
}

/// Adds an item that was made; gives its number.
fn push(all: &mut Vec<Rc<Cow<'_, Item<'_>>>>, item: Item<'static>) -> usize {
    let id = all.len().to_string().into();
    all.push(Rc::new(Cow::Owned(Item { id, ..item })));
    all.len() - 1
}

/// Adds items, each once.
fn unite(items: &mut Vec<usize>, more: Vec<usize>) {
    let mut known: BTreeSet<usize> = items.iter().copied().collect();
    items.extend(more.into_iter().filter(|item| known.insert(*item)));
}

impl Evaluation<'_> {
    /// What is known of the items of an object; `None` where it was not collected.
    pub(super) fn collection(&self, object: u32, instance: u32) -> Option<Collection> {
        if let Some(known) = self.collections.borrow().get(&(object, instance)) {
            return Some(known.clone());
        }
        let named = &self.content.objects[object as usize];
        if let Some(known) = self.items.objects.get(&(named.id.as_str(), instance)) {
            return Some(known.clone());
        }
        if self.items.collected && matches!(named.content, Object::Items { .. }) {
            return None;
        }
        if self.order.is_circular_object(object) {
            return Some(Collection::of(Flag::Error));
        }
        let made = match &named.content {
            Object::Set(set) => self.set(set, instance),
            Object::Items { .. } => self.found(object, instance),
        };
        self.collections.borrow_mut().insert((object, instance), made.clone());
        Some(made)
    }

    /// What is known of the items of an object that is named by its id, of the first instance where there is
    /// none of this one.
    pub(super) fn named(&self, id: &str, instance: u32) -> Collection {
        let known = |instance| self.items.objects.get(&(id, instance)).cloned();
        if let Some(known) = known(instance).or_else(|| known(FIRST)) {
            return known;
        }
        match self.names.objects.get(id) {
            Some(number) => {
                let found = self.collection(*number, instance);
                found.unwrap_or(Collection::of(Flag::NotCollected))
            }
            None => Collection::of(Flag::Error),
        }
    }

    /// The items of a set.
    fn set(&self, set: &Set, instance: u32) -> Collection {
        let operand = |operand: &Operand| {
            let mut found = match operand {
                Operand::Set(inner) => self.set(inner, instance),
                Operand::Object(id) => self.named(id, instance),
            };
            set.filters.iter().for_each(|filter| self.filter(&mut found, filter, instance));
            found
        };
        let mut operands = set.operands.iter().map(operand);
        let (first, second) = (operands.next(), operands.next());
        let (Some(operator), Some(mut first), None) = (set.operator, first, operands.next()) else {
            return Collection::of(Flag::Error);
        };
        if let Some(second) = second {
            let open = first.open.or(second.open);
            let mut items = first.items;
            match operator {
                SetOperator::Union => unite(&mut items, second.items),
                SetOperator::Intersection | SetOperator::Complement => {
                    let other: BTreeSet<usize> = second.items.into_iter().collect();
                    let wanted = operator == SetOperator::Intersection;
                    items.retain(|item| other.contains(item) == wanted);
                }
            }
            first = Collection { flag: operator.flag(first.flag, second.flag), items, open };
        }
        if first.flag == Flag::Complete && first.items.is_empty() {
            first.flag = Flag::DoesNotExist;
        }
        first
    }

    /// Lets items pass a filter.
    pub(super) fn filter(&self, collection: &mut Collection, filter: &Filter, instance: u32) {
        let state = self.names.states.get(filter.state.as_str()).copied();
        let (Some(action), Some(state)) = (filter.action, state) else {
            *collection = Collection::of(Flag::Error);
            return;
        };
        let mut is_open = false;
        collection.items.retain(|item| {
            let truth = match self.items.status(*item) {
                Status::Exists => self.state(state, *item, instance).truth,
                Status::DoesNotExist => Truth::False,
                Status::Error | Status::NotCollected => Truth::Error,
            };
            match truth {
                Truth::True => action == Action::Include,
                Truth::False => action == Action::Exclude,
                Truth::Error | Truth::Unknown | Truth::NotEvaluated | Truth::NotApplicable => {
                    is_open = true;
                    true
                }
            }
        });
        if is_open && collection.flag == Flag::Complete {
            collection.flag = Flag::Incomplete;
        }
    }
}
