//! Turns one element of a native inventory into a fact.
//!
//! Made from the table of the dialect; whatever is wrong with an element is noted, and none of it is
//! looked at twice unless something is.

use super::codec;
use super::dialect::dialect;
use super::head::{check_length, is_silent};
use super::scope::is_own;
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::fact::*;
use crate::xml::attributes::Attributes;

/// What an element says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// It states or withdraws a fact, which was handed over.
    Something,
    /// Nothing that can be trusted; why stands in the notes. The kind of what it would have stated.
    Broken(Option<Kind>),
    /// It is none of the format's elements.
    Foreign,
}

/// Takes the fact of an element.
///
/// A fact is large, so that it is handed over from where it was made and not returned.
pub(super) trait Taker<'a> {
    /// Takes a fact that is stated, and what is wrong with its element all the same.
    fn fact(&mut self, fact: Fact<'a>, notes: &[Note<'a>]) -> Result<()>;
    /// Takes a fact that is withdrawn.
    fn removal(&mut self, fact: Fact<'a>);
}

/// What is wrong with an element.
#[derive(Clone, Copy)]
pub(super) enum Note<'a> {
    /// An attribute that the format does not name.
    Unknown(&'a str),
    /// An attribute whose value is none.
    Bad(&'a str),
    /// An attribute that must be there.
    Missing(&'static str),
}

/// What was seen of an element's attributes.
#[derive(Default)]
struct Seen {
    /// Attributes of the weight `key`.
    keys: u32,
    /// Attributes of the weight `need`.
    needs: u32,
    removal: bool,
    broken: bool,
    foreign: bool,
}

impl Seen {
    /// Takes an attribute that is none of the element's own.
    #[cold]
    fn other<'a>(&mut self, name: &'a str, value: &str, notes: &mut Vec<Note<'a>>) {
        match (name, value) {
            ("op", "set") => {}
            ("op", "del") => self.removal = true,
            ("op", _) => {
                self.broken = true;
                notes.push(Note::Bad(name));
            }
            ("xmlns", uri) => self.foreign |= !is_own(uri),
            (name, _) if is_silent(name) => {}
            _ => notes.push(Note::Unknown(name)),
        }
    }

    /// Hands the fact over, if all attributes together state one.
    #[inline]
    fn decide<'a>(
        self,
        fact: Fact<'a>,
        required: Required,
        attributes: Attributes<'_, 'a>,
        notes: &mut Vec<Note<'a>>,
        taker: &mut impl Taker<'a>,
    ) -> Result<Said> {
        let plain = !(self.broken | self.removal | self.foreign);
        if plain && self.keys == required.keys && self.needs == required.needs {
            taker.fact(fact, notes)?;
            return Ok(Said::Something);
        }
        let said = self.explain(fact.kind(), required, attributes, notes);
        if said == Said::Something {
            taker.removal(fact);
        }
        Ok(said)
    }

    /// Says what an element says that does not simply state a fact.
    #[cold]
    fn explain<'a>(
        self,
        kind: Option<Kind>,
        required: Required,
        attributes: Attributes<'_, 'a>,
        notes: &mut Vec<Note<'a>>,
    ) -> Said {
        if self.foreign {
            notes.clear();
            return Said::Foreign;
        }
        if self.removal && !self.broken && self.keys == required.keys {
            return Said::Something;
        }
        let demanded = |demand| demand == Demand::Always || (demand == Demand::ToState && !self.removal);
        let given = |name: &str| attributes.iter().any(|attribute| attribute.name() == name);
        let missing = required.names.iter().filter(|(name, how)| demanded(*how) && !given(name));
        notes.extend(missing.map(|(name, _)| Note::Missing(name)));
        Said::Broken(kind)
    }

    /// Takes an attribute without whose value the fact cannot be trusted.
    #[cold]
    fn break_at<'a>(&mut self, name: &'static str, notes: &mut Vec<Note<'a>>) {
        self.broken = true;
        notes.push(Note::Bad(name));
    }
}

/// How much a fact needs an attribute.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Demand {
    /// To be stated and to be withdrawn.
    Always,
    /// To be stated.
    ToState,
    /// Not at all.
    Never,
}

/// What must be there for an element to state something.
#[derive(Clone, Copy)]
struct Required {
    keys: u32,
    needs: u32,
    names: &'static [(&'static str, Demand)],
}

impl Required {
    const fn of(names: &'static [(&'static str, Demand)]) -> Self {
        let (mut keys, mut needs, mut at) = (0, 0, 0);
        while at < names.len() {
            match names[at].1 {
                Demand::Always => keys += 1,
                Demand::ToState => needs += 1,
                Demand::Never => {}
            }
            at += 1;
        }
        Required { keys, needs, names }
    }
}

/// A record that an element states.
trait Element<'a> {
    fn read(
        attributes: Attributes<'_, 'a>,
        notes: &mut Vec<Note<'a>>,
        taker: &mut impl Taker<'a>,
    ) -> Result<Said>;
}

/// Takes the value of an attribute by its weight.
macro_rules! weigh {
    (key $read:path, $field:expr, $value:ident, $seen:ident, $name:literal, $notes:ident) => {
        match $read(&mut $field, $value) {
            true => $seen.keys += 1,
            false => $seen.break_at($name, $notes),
        }
    };
    (need $read:path, $field:expr, $value:ident, $seen:ident, $name:literal, $notes:ident) => {
        match $read(&mut $field, $value) {
            true => $seen.needs += 1,
            false => $seen.break_at($name, $notes),
        }
    };
    (must $read:path, $field:expr, $value:ident, $seen:ident, $name:literal, $notes:ident) => {
        if !$read(&mut $field, $value) {
            $seen.break_at($name, $notes);
        }
    };
    (part $read:path, $field:expr, $value:ident, $seen:ident, $name:literal, $notes:ident) => {
        if !$read(&mut $field, $value) {
            $notes.push(Note::Bad($name));
        }
    };
    (told $read:path, $field:expr, $value:ident, $seen:ident, $name:literal, $notes:ident) => {
        if $value.is_empty() {
            return Err(empty($name));
        } else if !$read(&mut $field, $value) {
            $notes.push(Note::Bad($name));
        }
    };
}

/// How much a fact needs an attribute of a weight.
macro_rules! demand {
    (key) => {
        Demand::Always
    };
    (need) => {
        Demand::ToState
    };
    ($other:ident) => {
        Demand::Never
    };
}

macro_rules! readers {
    ($($element:literal $record:ident { $($weight:ident $name:literal $field:ident: $codec:ident;)* })*) => {
        $(
            impl<'a> Element<'a> for $record<'a> {
                fn read(
                    attributes: Attributes<'_, 'a>,
                    notes: &mut Vec<Note<'a>>,
                    taker: &mut impl Taker<'a>,
                ) -> Result<Said> {
                    const REQUIRED: Required = Required::of(&[$(($name, demand!($weight)),)*]);
                    // Made where it is handed over from: the record is not moved into the fact.
                    let mut whole = Fact::$record($record::default());
                    let mut seen = Seen::default();
                    if let Fact::$record(fact) = &mut whole {
                        for attribute in attributes {
                            let (name, value) = (attribute.name(), attribute.value());
                            check_length(name, &value)?;
                            match name {
                                $($name => {
                                    weigh!($weight codec::$codec::read, fact.$field, value, seen, $name, notes);
                                })*
                                name => seen.other(name, &value, notes),
                            }
                        }
                    }
                    seen.decide(whole, REQUIRED, attributes, notes, taker)
                }
            }
        )*

        /// Reads an element by its local name.
        #[inline]
        pub(super) fn read<'a>(
            element: &str,
            attributes: Attributes<'_, 'a>,
            notes: &mut Vec<Note<'a>>,
            taker: &mut impl Taker<'a>,
        ) -> Result<Said> {
            match element {
                $($element => <$record<'a> as Element<'a>>::read(attributes, notes, taker),)*
                _ => Ok(Said::Foreign),
            }
        }
    };
}

dialect!(readers);

/// Reads a property of an instance of a management class: the element `p`.
pub(super) fn property<'a>(
    attributes: Attributes<'_, 'a>,
    notes: &mut Vec<Note<'a>>,
) -> Result<Option<Property<'a>>> {
    let mut property = Property::default();
    for attribute in attributes {
        let (name, value) = (attribute.name(), attribute.value());
        check_length(name, &value)?;
        match name {
            "n" => property.name = value,
            "v" => property.value = Some(value),
            "t" if codec::property_type::read(&mut property.kind, value) => {}
            "t" => notes.push(Note::Bad("t")),
            name => notes.push(Note::Unknown(name)),
        }
    }
    if property.name.is_empty() {
        notes.push(Note::Missing("n"));
        return Ok(None);
    }
    Ok(Some(property))
}

/// The error of a value that must not be empty.
#[cold]
fn empty(attribute: &str) -> Error {
    Error::new(Code::BadValue, format!("`file`: `{attribute}` is empty"))
        .with_hint("leave it out if it is not known; write `none` if the file has none")
}
