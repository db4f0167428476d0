//! What a client was found to have, each different item once for all clients of a worker.
//!
//! Items of a fleet are few different ones, so that what tests say of one is remembered by its number.

use ahash::HashMap;

use crate::diagnostic::Position;
use crate::model::fact::Text;
use crate::model::oval::characteristics::{Characteristics, Collected, Item, Value};

/// The most bytes of different items that are remembered from client to client.
const REMEMBERED: usize = 16 << 20;

/// Every different item that clients had.
#[derive(Debug, Default)]
pub(super) struct Items {
    numbers: HashMap<Box<[u8]>, u32>,
    all: Vec<Item<'static>>,
    bytes: usize,
    key: Vec<u8>,
}

impl Items {
    /// The number of an item, whatever its id.
    pub(super) fn number(&mut self, item: &Item<'_>) -> u32 {
        self.key.clear();
        write_key(item, &mut self.key);
        if let Some(number) = self.numbers.get(self.key.as_slice()) {
            return *number;
        }
        let number = self.all.len() as u32;
        self.bytes += 3 * self.key.len() + 256;
        self.numbers.insert(self.key.as_slice().into(), number);
        self.all.push(Item { id: Text::Borrowed(""), ..item.clone() }.into_owned());
        number
    }

    pub(super) fn get(&self, number: u32) -> &Item<'static> {
        &self.all[number as usize]
    }

    /// Forgets all items where there are too many of them, between two clients; says whether it did.
    pub(super) fn bound(&mut self) -> bool {
        let is_full = self.bytes > REMEMBERED;
        if is_full {
            *self = Items::default();
        }
        is_full
    }
}

/// Writes what makes an item the same as another.
fn write_key(item: &Item<'_>, key: &mut Vec<u8>) {
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

fn write_text(text: &str, key: &mut Vec<u8>) {
    key.extend((text.len() as u32).to_le_bytes());
    key.extend(text.bytes());
}

/// What was collected of one client, in the order of its document.
#[derive(Debug, Default)]
pub(super) struct Client {
    /// Whether it is known which objects were collected.
    pub(super) collection: bool,
    pub(super) objects: Vec<(Collected<'static>, Position)>,
    /// By item: its id, and its number among those of all clients.
    pub(super) items: Vec<(Text<'static>, u32, Position)>,
}

impl Client {
    pub(super) fn clear(&mut self) {
        self.collection = false;
        self.objects.clear();
        self.items.clear();
    }

    /// All of it, as the model has it.
    pub(super) fn characteristics(&self, items: &Items) -> Characteristics {
        let with_id = |(id, number, position): &(Text<'static>, u32, Position)| {
            (Item { id: id.clone(), ..items.get(*number).clone() }, *position)
        };
        Characteristics {
            document: 0,
            collection: self.collection,
            objects: self.objects.clone(),
            items: self.items.iter().map(with_id).collect(),
        }
    }
}
