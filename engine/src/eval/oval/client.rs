//! What was collected of one client: its objects and items, as numbers of known ones.

use std::ops::Range;

use ahash::HashMap;

use super::Entry;
use super::images::{Images, Passage};
use super::known::Known;
use crate::diagnostic::Position;
use crate::index::columns::NONE;
use crate::model::fact::Text;
use crate::model::number;
use crate::model::oval::characteristics::{Characteristics, Collected, Item};

/// An id of an item: a number that is written as numbers are, or with this bit the number of another text.
const TEXT: u64 = 1 << 63;

/// What was collected of one client, in the order of its document: passages of images, and what stands between them.
#[derive(Debug, Default)]
pub(super) struct Client {
    /// Whether it is known which objects were collected.
    pub(super) collection: bool,
    passages: Vec<PassageOf>,
    /// The numbers of the passages.
    numbers: Vec<u64>,
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

/// A passage of an image that a client says.
#[derive(Clone, Copy, Debug)]
struct PassageOf {
    passage: Passage,
    /// Whether it states items; otherwise it states objects.
    items: bool,
    /// Where its numbers end.
    numbers_end: u32,
    /// How many objects and items stand before it that are in no passage.
    objects_before: u32,
    items_before: u32,
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
        self.passages.clear();
        self.numbers.clear();
        self.objects.clear();
        self.ids.clear();
        self.items.clear();
        self.texts.clear();
        self.text_numbers.clear();
    }

    /// Adds a passage of an image with its numbers.
    pub(super) fn passage(&mut self, passage: Passage, numbers: &[u64], images: &Images) {
        self.numbers.extend_from_slice(numbers);
        self.passages.push(PassageOf {
            passage,
            items: images.get(passage.image).is_item(passage.from),
            numbers_end: self.numbers.len() as u32,
            objects_before: self.objects.len() as u32,
            items_before: self.items.len() as u32,
        });
    }

    /// The passages, each with its numbers.
    fn passages(&self) -> impl Iterator<Item = (&PassageOf, &[u64])> {
        let mut from = 0;
        self.passages.iter().map(move |one| {
            let numbers = from..one.numbers_end as usize;
            from = numbers.end;
            (one, &self.numbers[numbers])
        })
    }

    /// The passages that state objects, each with its numbers.
    pub(super) fn passages_of_objects(&self) -> impl Iterator<Item = (Passage, &[u64])> {
        self.passages().filter(|(one, _)| !one.items).map(|(one, numbers)| (one.passage, numbers))
    }

    /// Keeps all that passages state as if it stood between them.
    pub(super) fn expand(&mut self, images: &Images) {
        if self.passages.is_empty() {
            return;
        }
        let mut whole = Client::default();
        let (mut objects, mut items) = (0, 0);
        for (one, numbers) in self.passages() {
            let before = (one.objects_before as usize, one.items_before as usize);
            whole.copy(self, objects..before.0, items..before.1);
            (objects, items) = before;
            for (entry, own, offset) in images.get(one.passage.image).statements(one.passage, numbers) {
                let position = Position { offset, line: 0, column: 0 };
                match entry {
                    Entry::Object(number, _) => whole.object(number, own.iter().copied(), position),
                    Entry::Item(number, _) => own.iter().for_each(|id| whole.item(number, *id)),
                    Entry::New => {}
                }
            }
        }
        whole.copy(self, objects..self.objects.len(), items..self.items.len());
        self.passages.clear();
        self.numbers.clear();
        (self.objects, self.ids, self.items) = (whole.objects, whole.ids, whole.items);
    }

    /// Adds objects and items of another that stand in no passage.
    fn copy(&mut self, other: &Client, objects: Range<usize>, items: Range<usize>) {
        for place in objects {
            let ObjectOf { number, position, .. } = other.objects[place];
            self.object(number, other.ids(place).iter().copied(), position);
        }
        self.items.extend_from_slice(&other.items[items]);
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

    /// The ids of the items of an object that is in no passage, by its place.
    pub(super) fn ids(&self, place: usize) -> &[u64] {
        let start = place.checked_sub(1).map_or(0, |before| self.objects[before].ids_end);
        &self.ids[start as usize..self.objects[place].ids_end as usize]
    }

    /// Gets ready for [`Client::find`], once all items are there.
    pub(super) fn index(&mut self, images: &Images) {
        self.table.clear();
        self.places.clear();
        let (mut lowest, mut highest, mut count) = (u64::MAX, 0, 0);
        self.each_item(images, |id, _| {
            (lowest, highest, count) = (lowest.min(id), highest.max(id), count + 1);
        });
        if count == 0 {
            return;
        }
        // Of two items with one id the first counts; where passages stand among them is not known here.
        if highest - lowest < 4 * count {
            self.lowest = lowest;
            let (mut table, mut repeats) = (std::mem::take(&mut self.table), false);
            table.resize((highest - lowest) as usize + 1, NONE);
            self.each_item(images, |id, number| {
                let place = &mut table[(id - lowest) as usize];
                repeats |= *place != NONE;
                *place = number;
            });
            self.table = table;
            if !repeats {
                return;
            }
            self.expand(images);
            for item in self.items.iter().rev() {
                self.table[(item.id - lowest) as usize] = item.number;
            }
        } else {
            self.expand(images);
            self.places.extend(self.items.iter().rev().map(|item| (item.id, item.number)));
        }
    }

    /// Gives the id of every item and its number among known ones, those of passages last.
    #[inline]
    fn each_item(&self, images: &Images, mut take: impl FnMut(u64, u32)) {
        self.items.iter().for_each(|item| take(item.id, item.number));
        for (PassageOf { passage, .. }, ids) in self.passages().filter(|(one, _)| one.items) {
            let known = images.get(passage.image).known(*passage);
            ids.iter().zip(known).for_each(|(id, number)| take(*id, *number));
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

    /// All of it, as the model has it, but for the places of items, of which nothing is found; nothing may stand in
    /// passages.
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
