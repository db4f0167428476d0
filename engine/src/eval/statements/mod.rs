//! What a statement of a client means to the rules of an index, so that the same words need not be read,
//! brought into normal form, looked up and compared for every client that says them.
//!
//! Whatever depends on the rest of an inventory is left open: in which folders a file lies is decided
//! once for all clients that state the same folders.

mod extent;
mod file;
mod images;
mod memo;
mod pool;
mod transcript;

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

pub(super) use extent::places_behind;
pub(super) use file::{KnownFile, Laying, Lays};
use memo::Memo;
use pool::Pool;

use super::packages::KnownPackage;
use super::plan::Plan;
use super::products::Resolved;
use super::slots::Slots;
use crate::model::fact::{Fact, HotfixState, Text};
use crate::model::inventory::{Followed, Wording};
use crate::model::oval::characteristics::{Collected, Item, Value};
use crate::model::registry::View;
use crate::model::verdict::Answer;

/// The statements that a worker remembers.
pub(super) type Statements = Memo<Meaning>;

/// What the workers of a run learn of clients, for all of them: what statements mean to one plan.
#[derive(Debug)]
pub struct Shared<'p> {
    pub(super) plan: &'p Plan<'p>,
    pub(super) statements: Arc<Pool<Meaning>>,
    pub(super) lays: Mutex<Lays>,
    /// What was declared around statements, by number.
    surroundings: Mutex<Vec<Box<str>>>,
}

impl<'p> Shared<'p> {
    /// Nothing is learned yet.
    pub fn new(plan: &'p Plan<'p>) -> Arc<Self> {
        Arc::new(Shared {
            plan,
            statements: Arc::default(),
            lays: Mutex::default(),
            surroundings: Mutex::default(),
        })
    }

    /// The number of what is declared around statements; there are only so many.
    pub(super) fn surroundings(&self, declared: &str) -> Option<u32> {
        const MOST: usize = 64;
        let mut known = self.surroundings.lock().unwrap_or_else(PoisonError::into_inner);
        let number = known.iter().position(|known| **known == *declared).or_else(|| {
            (known.len() < MOST).then(|| {
                known.push(declared.into());
                known.len() - 1
            })
        });
        number.map(|number| number as u32)
    }
}

/// What a statement means.
#[derive(Debug)]
pub(super) enum Meaning {
    /// Nothing that any rule asks about.
    Nothing,
    /// A file.
    File(KnownFile),
    /// The value of a registry entry: the subject, and the answers of its predicates.
    Value(u32, Box<[Answer]>),
    /// A hotfix: the subject, and its state.
    Hotfix(u32, HotfixState),
    /// A product at a service pack.
    Product(u32, Arc<Resolved>),
    /// An installed package.
    Package(Box<KnownPackage>),
    /// An object that was collected, without its items.
    Object(Arc<Collected<'static>>),
    /// An item without its id, and how many facts it states, itself among them.
    Item(Arc<Item<'static>>, u32),
}

impl Meaning {
    /// Bytes that it takes beside itself, about; answers of files are made later, and counted then.
    pub(super) fn bytes(&self) -> usize {
        /// What an allocation takes beyond its bytes.
        const ALLOCATION: usize = 16;
        let answers = |answers: &[Answer]| size_of_val(answers) + ALLOCATION;
        match self {
            Meaning::Nothing | Meaning::Hotfix(..) => 0,
            Meaning::Product(_, resolved) => resolved.bytes(),
            Meaning::File(file) => file.bytes() + ALLOCATION,
            Meaning::Value(_, known) => answers(known),
            Meaning::Package(known) => size_of::<KnownPackage>() + 4 * ALLOCATION + known.bytes(),
            Meaning::Object(object) => {
                let value = |(id, value): &(Text<'_>, Text<'_>)| id.len() + value.len() + 5 * ALLOCATION;
                let values: usize = object.values.iter().map(value).sum();
                size_of::<Collected>() + object.object.len() + 2 * ALLOCATION + values
            }
            Meaning::Item(item, _) => {
                size_of::<Item>() + 4 * ALLOCATION + item.entities.iter().map(bytes_of).sum::<usize>()
            }
        }
    }
}

/// Bytes that a value of an item takes, about.
fn bytes_of(value: &Value<'_>) -> usize {
    let fields: usize = value.fields.iter().map(bytes_of).sum();
    size_of::<Value>() + value.name.len() + value.text.len() + 32 + fields
}

impl Slots<'_> {
    /// Takes the statements that a text begins with, as long as they are known, and at most `most`.
    #[inline]
    pub(super) fn follow_statements(&mut self, wording: Wording, text: &str, most: u32) -> Followed {
        let (mut rest, mut facts) = (text.as_bytes(), 0);
        loop {
            let bytes = self.statements.follow(wording, rest, (most - facts) as usize);
            if bytes == 0 {
                return Followed { bytes: text.len() - rest.len(), facts };
            }
            rest = &rest[bytes..];
            for at in 0..self.statements.followed().len() {
                let entry = self.statements.followed()[at];
                facts += 1;
                self.facts += 1;
                self.take_known(entry);
            }
        }
    }

    /// Takes a fact of which the statement is known.
    #[inline]
    fn take_known(&mut self, entry: u32) {
        match self.statements.meaning(entry) {
            Meaning::Nothing | Meaning::Object(_) | Meaning::Item(..) => {}
            Meaning::File(_) => self.files.take_known(entry),
            Meaning::Package(_) => self.take_known_package(entry),
            Meaning::Hotfix(subject, state) => {
                let (subject, state) = (*subject as usize, *state);
                self.set_hotfix(subject, state);
            }
            Meaning::Product(subject, resolved) => {
                let (subject, resolved) = (*subject as usize, Arc::clone(resolved));
                self.set_product(subject, resolved);
            }
            Meaning::Value(subject, _) => {
                let subject = *subject as usize;
                self.set_value(subject, self.place_of_fact());
                let range = self.predicates(subject);
                let Meaning::Value(_, known) = self.statements.meaning(entry) else { return };
                put_all(&mut self.answers, range.clone(), known);
                put_all(&mut self.unchecked, range, known);
            }
        }
    }

    /// Takes a fact, and remembers its statement if that is wanted.
    pub(super) fn take_stated(&mut self, fact: Fact<'_>, wording: Wording, statement: &str) {
        let statement = statement.as_bytes();
        if !is_lasting(&fact, self.plan) || !self.statements.wants(wording, statement) {
            return self.take_fact(fact);
        }
        let meaning = match fact {
            Fact::File(file) => {
                let plan = self.plan;
                match self.take_file(&file) {
                    None => Meaning::Nothing,
                    // A file that may lie in a folder that a value names is kept for each client.
                    Some(path) if plan.below.holds(path) => return,
                    Some(path) => Meaning::File(KnownFile::new(path, &file, plan.asks_file_details)),
                }
            }
            Fact::RegistryValue(value) => match self.value(&value, View::Native, self.place_of_fact()) {
                // What it is at the sub-keys of a loop is not remembered.
                _ if self.kept_value => return,
                Some(subject) => {
                    Meaning::Value(subject as u32, self.answers[self.predicates(subject)].into())
                }
                None => Meaning::Nothing,
            },
            Fact::Hotfix(hotfix) => match self.find_hotfix(&hotfix) {
                Some(subject) => {
                    self.set_hotfix(subject, hotfix.state);
                    Meaning::Hotfix(subject as u32, hotfix.state)
                }
                None => Meaning::Nothing,
            },
            Fact::Product(product) => match self.product(&product) {
                Some((subject, resolved)) => Meaning::Product(subject as u32, resolved),
                None => Meaning::Nothing,
            },
            Fact::Package(package) => match self.package(&package) {
                Some(installed) => Meaning::Package(KnownPackage::new(&installed, &package).into()),
                // There was no room for it, which says nothing of other clients.
                None if self.package_subject(&package).is_some() => return,
                None => Meaning::Nothing,
            },
            _ => return self.take_fact(fact),
        };
        let bytes = meaning.bytes();
        self.statements.remember(wording, statement, &[], meaning, bytes);
    }
}

/// Puts the answers of a subject's predicates where they belong; `answers` is empty where none are kept.
#[inline]
pub(super) fn put_all(answers: &mut [Answer], predicates: Range<usize>, known: &[Answer]) {
    if let Some(answers) = answers.get_mut(predicates).filter(|answers| answers.len() == known.len()) {
        answers.copy_from_slice(known);
    }
}

/// Whether what a fact means depends on nothing but the index, or on folders alone.
fn is_lasting(fact: &Fact<'_>, plan: &Plan<'_>) -> bool {
    match fact {
        Fact::File(_) | Fact::Hotfix(_) | Fact::Package(_) => true,
        Fact::Product(_) => !plan.named.asks_releases(),
        Fact::RegistryValue(value) => value.view == View::Native && !plan.asks_keys && !plan.asks_narrow,
        _ => false,
    }
}

// All of them are gone through for every client.
const _: () = assert!(size_of::<Meaning>() <= 56);
