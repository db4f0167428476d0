//! The subjects of all rules as columns: each once, in the order of their keys.

use std::collections::HashMap;

use super::count;
use super::numbers::{Number, Numbers};
use super::texts::Texts;
use crate::error::Result;
use crate::index::columns::{Columns, NONE};
use crate::index::probe::{self, Key, tag};
use crate::model::catalogs::Catalogs;
use crate::model::path;

/// Subjects while an index is made. Until they are sorted, a subject is named by its place in the
/// order in which they were first mentioned.
#[derive(Debug, Default)]
pub(super) struct Subjects<'c> {
    places: Numbers,
    keys: Vec<Key<'c>>,
    /// The number of each, by place.
    numbers: Vec<u32>,
}

impl<'c> Subjects<'c> {
    /// The place of a subject that may be new.
    pub(super) fn mention(&mut self, key: Key<'c>) -> Result<u32> {
        match self.places.add(&key, |place| self.keys[place as usize] == key) {
            Number::Known(place) => Ok(place),
            Number::New(place) => {
                self.keys.push(key);
                count(place as usize)
            }
        }
    }

    /// Numbers all subjects that were mentioned; gives the number of each, by place.
    pub(super) fn sort(&mut self) -> &[u32] {
        self.numbers = numbers_of(&self.order());
        &self.numbers
    }

    /// The places in the order of the keys.
    fn order(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.keys.len() as u32).collect();
        order.sort_unstable_by(|a, b| self.keys[*a as usize].cmp(&self.keys[*b as usize]));
        order
    }

    /// The number of a subject; NONE where it was not mentioned.
    pub(super) fn number(&self, key: &Key<'_>) -> u32 {
        let place = self.places.find(key, |place| self.keys[place as usize] == *key);
        place.and_then(|place| self.numbers.get(place as usize)).copied().unwrap_or(NONE)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Writes the columns that say what each subject is, and the table that finds it.
    pub(super) fn write(&self, catalogs: &Catalogs, texts: &mut Texts, columns: &mut Columns) {
        let products: HashMap<&str, u32> = catalogs.products.keys().map(String::as_str).zip(1u32..).collect();
        let mut hashes = Vec::with_capacity(self.keys.len());
        for (number, place) in (0u32..).zip(self.order()) {
            let (tag, text, name) = &self.keys[place as usize];
            columns.subject_tag.push(*tag);
            columns.subject_text.push(texts.number(text));
            columns.subject_name.push(match *tag {
                tag::PRODUCT => products.get(&**text).copied().unwrap_or(0),
                _ => texts.number(name),
            });
            hashes.push(probe::hash(*tag, text.as_bytes(), name.as_bytes()));
            if *tag == tag::FILE {
                write_token(text, number, texts, columns);
            }
        }
        columns.probe = probe::table(hashes.into_iter());
    }
}

/// Gives each place its number, of the places in the order of their numbers.
pub(super) fn numbers_of(order: &[u32]) -> Vec<u32> {
    let mut numbers = vec![0; order.len()];
    for (number, place) in (0u32..).zip(order) {
        numbers[*place as usize] = number;
    }
    numbers
}

/// Keeps which subjects lie below a path token; they stand together because subjects are sorted.
fn write_token(file: &str, number: u32, texts: &mut Texts, columns: &mut Columns) {
    let Some(token) = path::token(file) else { return };
    let token = texts.number(token);
    if columns.token_text.last() != Some(&token) {
        columns.token_text.push(token);
        columns.token_first.push(number);
        columns.token_end.push(number);
    }
    if let Some(end) = columns.token_end.last_mut() {
        *end = number + 1;
    }
}
