//! What was collected of one client: its objects and items, as numbers of known ones.

use ahash::HashMap;

use super::known::Known;
use crate::diagnostic::Position;
use crate::index::columns::NONE;
use crate::model::fact::Text;
use crate::model::number;
use crate::model::oval::characteristics::{Characteristics, Collected, Item};

/// An id of an item: a number that is written as numbers are, or with this bit the number of another text.
const TEXT: u64 = 1 << 63;

/// What was collected of one client, in the order of its document.
#[derive(Debug, Default)]
pub(super) struct Client {
    /// Whether it is known which objects were collected.
    pub(super) collection: bool,
    pub(super) objects: Vec<ObjectOf>,
    /// The items of the objects, object by object.
    ids: Vec<u64>,
    items: Vec<ItemOf>,
    /// Ids that are no numbers.
    texts: Vec<Box<str>>,
    text_numbers: HashMap<Box<str>, u64>,
    /// Where items are, by id less the lowest one; empty where they are not looked for by table.
    table: Vec<u32>,
    lowest: u64,
    /// Where items are, by id, where they have ids far apart.
    places: HashMap<u64, u32>,
}

/// An object of a client.
#[derive(Clone, Copy, Debug)]
pub(super) struct ObjectOf {
    /// Its number among known ones.
    pub(super) number: u32,
    /// Where its ids end.
    ids_end: u32,
    position: Position,
}

/// An item of a client.
#[derive(Clone, Copy, Debug)]
struct ItemOf {
    id: u64,
    /// Its number among known ones.
    number: u32,
}

impl Client {
    pub(super) fn clear(&mut self) {
        self.collection = false;
        self.objects.clear();
        self.ids.clear();
        self.items.clear();
        self.texts.clear();
        self.text_numbers.clear();
    }

    /// Adds an object whose number among known ones is given.
    pub(super) fn object(&mut self, number: u32, ids: impl Iterator<Item = u64>, position: Position) {
        self.ids.extend(ids);
        self.objects.push(ObjectOf { number, ids_end: self.ids.len() as u32, position });
    }

    /// Adds an item whose number among known ones is given.
    pub(super) fn item(&mut self, number: u32, id: u64) {
        self.items.push(ItemOf { id, number });
    }

    /// The number that stands for an id.
    pub(super) fn id(&mut self, text: &str) -> u64 {
        if let Some(number) = number::whole(text) {
            return number;
        }
        if let Some(number) = self.text_numbers.get(text) {
            return *number;
        }
        let number = TEXT | self.texts.len() as u64;
        self.texts.push(text.into());
        self.text_numbers.insert(text.into(), number);
        number
    }

    fn text(&self, id: u64) -> Text<'static> {
        match id & TEXT {
            0 => Text::Owned(id.to_string()),
            _ => Text::Owned(self.texts[(id & !TEXT) as usize].to_string()),
        }
    }

    /// The ids of the items of an object, by its place.
    pub(super) fn ids(&self, place: usize) -> &[u64] {
        let start = place.checked_sub(1).map_or(0, |before| self.objects[before].ids_end);
        &self.ids[start as usize..self.objects[place].ids_end as usize]
    }

    /// Gets ready for [`Client::find`], once all items are there.
    pub(super) fn index(&mut self) {
        self.table.clear();
        self.places.clear();
        let ids = || self.items.iter().map(|item| item.id);
        let (Some(lowest), Some(highest)) = (ids().min(), ids().max()) else { return };
        // Of two items with one id the first counts.
        if highest - lowest < 4 * self.items.len() as u64 {
            self.lowest = lowest;
            self.table.resize((highest - lowest) as usize + 1, NONE);
            for item in self.items.iter().rev() {
                self.table[(item.id - lowest) as usize] = item.number;
            }
        } else {
            self.places.extend(self.items.iter().rev().map(|item| (item.id, item.number)));
        }
    }

    /// The number among known ones of the item with an id.
    #[inline]
    pub(super) fn find(&self, id: u64) -> Option<u32> {
        if self.table.is_empty() {
            return self.places.get(&id).copied();
        }
        let place = usize::try_from(id.checked_sub(self.lowest)?).ok()?;
        self.table.get(place).copied().filter(|number| *number != NONE)
    }

    /// All of it, as the model has it, but for the places of items, of which nothing is found.
    pub(super) fn characteristics(
        &self,
        objects: &Known<Collected<'static>>,
        items: &Known<Item<'static>>,
    ) -> Characteristics {
        let object = |(place, object): (usize, &ObjectOf)| {
            let own = self.ids(place).iter().map(|id| self.text(*id)).collect();
            (Collected { items: own, ..(**objects.get(object.number)).clone() }, object.position)
        };
        let item = |item: &ItemOf| {
            (Item { id: self.text(item.id), ..(**items.get(item.number)).clone() }, Position::default())
        };
        Characteristics {
            document: 0,
            collection: self.collection,
            objects: self.objects.iter().enumerate().map(object).collect(),
            items: self.items.iter().map(item).collect(),
        }
    }
}
