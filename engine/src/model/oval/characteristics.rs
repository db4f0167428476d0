//! System characteristics: the objects that were collected on a client, and the items that they found.
//!
//! An item is generic: a type and a list of named values, so that every type of the standard, and any that
//! comes later, is read alike. Source of truth: `docs/oval.md`, "System characteristics".

use std::borrow::Cow;

use super::Type;
use super::value::Datatype;
use super::words::{Flag, Status};
use crate::diagnostic::Position;
use crate::model::fact::Text;

/// A part of system characteristics, as a reader hands it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// They say which objects were collected; this comes before the first of them.
    Collection,
    /// An object that was collected.
    Object(Collected<'a>),
    /// An item.
    Item(Item<'a>),
}

/// An object that was collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected<'a> {
    /// The id of the object.
    pub object: Text<'a>,
    /// Which of several sets of values of its variables it was collected with, from 1.
    pub instance: u32,
    /// How well it was collected.
    pub flag: Flag,
    /// The ids of its items.
    pub items: Vec<Text<'a>>,
    /// The values of variables that it was collected with: id and value.
    pub values: Vec<(Text<'a>, Text<'a>)>,
}

/// Something that was found on a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// Its id within the document.
    pub id: Text<'a>,
    /// What it is.
    pub kind: Type<'a>,
    /// Whether it is there.
    pub status: Status,
    /// Its values, in order.
    pub entities: Vec<Value<'a>>,
}

/// A value of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value<'a> {
    /// Its name.
    pub name: Text<'a>,
    /// The value.
    pub text: Text<'a>,
    /// The type that the collector gave it; `None` is a word that the standard does not have.
    pub datatype: Option<Datatype>,
    /// Whether it is there.
    pub status: Status,
    /// Whether it says that it has no value.
    pub nil: bool,
    /// The fields of a record.
    pub fields: Vec<Value<'a>>,
}

fn own(text: Text<'_>) -> Text<'static> {
    Cow::Owned(text.into_owned())
}

impl Part<'_> {
    /// The same part, independent of the document.
    pub fn into_owned(self) -> Part<'static> {
        match self {
            Part::Collection => Part::Collection,
            Part::Object(object) => Part::Object(object.into_owned()),
            Part::Item(item) => Part::Item(item.into_owned()),
        }
    }
}

impl Collected<'_> {
    /// The same object, independent of the document.
    pub fn into_owned(self) -> Collected<'static> {
        Collected {
            object: own(self.object),
            instance: self.instance,
            flag: self.flag,
            items: self.items.into_iter().map(own).collect(),
            values: self.values.into_iter().map(|(id, value)| (own(id), own(value))).collect(),
        }
    }
}

impl Item<'_> {
    /// The same item, independent of the document.
    pub fn into_owned(self) -> Item<'static> {
        Item {
            id: own(self.id),
            kind: Type { schema: own(self.kind.schema), name: own(self.kind.name) },
            status: self.status,
            entities: self.entities.into_iter().map(Value::into_owned).collect(),
        }
    }
}

impl Value<'_> {
    /// The same value, independent of the document.
    pub fn into_owned(self) -> Value<'static> {
        Value {
            name: own(self.name),
            text: own(self.text),
            datatype: self.datatype,
            status: self.status,
            nil: self.nil,
            fields: self.fields.into_iter().map(Value::into_owned).collect(),
        }
    }
}

/// What is known of a client in the terms of OVAL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Characteristics {
    /// The document that they stand in, a number in [`crate::model::inventory::Inventory::documents`].
    pub document: u32,
    /// Whether it is known which objects were collected.
    pub collection: bool,
    /// The objects that were collected, in document order, with their places.
    pub objects: Vec<(Collected<'static>, Position)>,
    /// The items, in document order, with their places.
    pub items: Vec<(Item<'static>, Position)>,
}

impl Characteristics {
    /// Adds a part.
    pub fn add(&mut self, part: Part<'_>, position: Position) {
        match part.into_owned() {
            Part::Collection => self.collection = true,
            Part::Object(object) => self.objects.push((object, position)),
            Part::Item(item) => self.items.push((item, position)),
        }
    }
}
