//! What clients were found to have, each different thing once for all clients of a worker.
//!
//! Items of a fleet are few different ones, so that what tests say of one is remembered by its number. Objects are
//! kept apart from their items, which differ from client to client.

use std::sync::Arc;

use ahash::HashMap;

use crate::model::oval::characteristics::{Collected, Item, Value};

/// The most bytes of different things of a sort that are remembered from client to client.
const REMEMBERED: usize = 8 << 20;

/// Every different thing of a sort, by number.
#[derive(Debug)]
pub(super) struct Known<T> {
    numbers: HashMap<Box<[u8]>, u32>,
    all: Vec<Arc<T>>,
    bytes: usize,
    key: Vec<u8>,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Known { numbers: HashMap::default(), all: Vec::new(), bytes: 0, key: Vec::new() }
    }
}

impl<T> Known<T> {
    /// The number of the thing whose key `write` writes; `own` makes it, where it is a new one.
    fn number(&mut self, write: impl FnOnce(&mut Vec<u8>), own: impl FnOnce() -> Arc<T>) -> u32 {
        self.key.clear();
        write(&mut self.key);
        if let Some(number) = self.numbers.get(self.key.as_slice()) {
            return *number;
        }
        let number = self.all.len() as u32;
        self.bytes += 3 * self.key.len() + 256;
        self.numbers.insert(self.key.as_slice().into(), number);
        self.all.push(own());
        number
    }

    pub(super) fn get(&self, number: u32) -> &Arc<T> {
        &self.all[number as usize]
    }

    /// Whether there are too many of them.
    pub(super) fn is_full(&self) -> bool {
        self.bytes > REMEMBERED
    }
}

impl Known<Item<'static>> {
    /// The number of an item, whatever its id.
    pub(super) fn of_item(&mut self, item: &Item<'_>) -> u32 {
        self.number(|key| write_item(item, key), || Arc::new(without_id(item)))
    }

    /// The same of one that is kept without its id already.
    pub(super) fn of_kept_item(&mut self, item: &Arc<Item<'static>>) -> u32 {
        self.number(|key| write_item(item, key), || Arc::clone(item))
    }
}

impl Known<Collected<'static>> {
    /// The number of an object, whatever its items.
    pub(super) fn of_object(&mut self, object: &Collected<'_>) -> u32 {
        self.number(|key| write_object(object, key), || Arc::new(without_items(object)))
    }

    /// The same of one that is kept without its items already.
    pub(super) fn of_kept_object(&mut self, object: &Arc<Collected<'static>>) -> u32 {
        self.number(|key| write_object(object, key), || Arc::clone(object))
    }
}

/// An item as it is kept.
fn without_id(item: &Item<'_>) -> Item<'static> {
    let item = item.clone().into_owned();
    Item { id: "".into(), ..item }
}

/// An object as it is kept.
fn without_items(object: &Collected<'_>) -> Collected<'static> {
    let object = Collected { items: Vec::new(), ..object.clone() };
    object.into_owned()
}

/// Writes what makes an item the same as another.
fn write_item(item: &Item<'_>, key: &mut Vec<u8>) {
    write_text(&item.kind.schema, key);
    write_text(&item.kind.name, key);
    key.push(item.status.number());
    item.entities.iter().for_each(|value| write_value(value, key));
}

fn write_value(value: &Value<'_>, key: &mut Vec<u8>) {
    write_text(&value.name, key);
    write_text(&value.text, key);
    let datatype = value.datatype.map_or(u8::MAX, |datatype| datatype as u8);
    key.extend([datatype, value.status.number(), u8::from(value.nil)]);
    key.extend((value.fields.len() as u32).to_le_bytes());
    value.fields.iter().for_each(|field| write_value(field, key));
}

/// Writes what makes an object the same as another.
fn write_object(object: &Collected<'_>, key: &mut Vec<u8>) {
    write_text(&object.object, key);
    key.extend(object.instance.to_le_bytes());
    key.push(object.flag.number());
    for (variable, value) in &object.values {
        write_text(variable, key);
        write_text(value, key);
    }
}

fn write_text(text: &str, key: &mut Vec<u8>) {
    key.extend((text.len() as u32).to_le_bytes());
    key.extend(text.bytes());
}
