//! OVAL: definitions, what they ask, and what was collected on a client.
//!
//! [`Content`] is what a definitions file says; [`characteristics`] what a client says. Nothing here knows a
//! document or how tests are evaluated. Source of truth: `docs/oval.md`.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::diagnostic::Position;
use crate::model::fact::Text;

pub mod characteristics;
pub mod element;
pub mod entity;
pub mod findings;
pub mod function;
pub mod object;
pub mod order;
pub mod pattern;
pub mod state;
pub mod tables;
pub mod value;
pub mod variable;
pub mod words;

use object::Object;
use state::State;
use variable::Variable;
use words::{Check, Class, Existence, Operator};

/// What a definitions file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    /// The version of the language, as the file writes it.
    pub schema_version: String,
    /// The definitions, in document order.
    pub definitions: Vec<Definition>,
    /// The tests.
    pub tests: Vec<Test>,
    /// The objects.
    pub objects: Vec<Named<Object>>,
    /// The states, which whoever asks a few tests shares.
    pub states: Vec<Arc<Named<State>>>,
    /// The variables.
    pub variables: Vec<Named<Variable>>,
}

/// The type of a test, an object, a state or an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Type<'a> {
    /// The part of the standard that it belongs to: `linux`, `windows`; empty where it is not said.
    pub schema: Text<'a>,
    /// Its name in full: `rpminfo_test`, `rpminfo_item`.
    pub name: Text<'a>,
}

impl Type<'_> {
    /// Its name without `_test`, `_object`, `_state` or `_item`.
    pub fn base(&self) -> &str {
        self.name.rsplit_once('_').map_or(&*self.name, |(base, _)| base)
    }

    /// The same type, independent of the document.
    pub fn into_owned(self) -> Type<'static> {
        Type { schema: Cow::Owned(self.schema.into_owned()), name: Cow::Owned(self.name.into_owned()) }
    }
}

impl fmt::Display for Type<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.schema.is_empty() {
            true => f.write_str(&self.name),
            false => write!(f, "{}:{}", self.schema, self.name),
        }
    }
}

/// Something that others name by its id.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<T> {
    /// The id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its type.
    pub kind: Type<'static>,
    /// What it says.
    pub content: T,
    /// The text that an index keeps of it.
    pub text: String,
    /// Where it stands.
    pub position: Position,
}

/// A definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// What it is about; `None` is a word that the standard does not have.
    pub class: Option<Class>,
    /// Whether it is not to be used any more.
    pub deprecated: bool,
    /// Its title.
    pub title: String,
    /// What it asks; nothing gives Unknown.
    pub criteria: Option<Criteria>,
    /// Whether it is on a circle of definitions that extend each other.
    pub circular: bool,
    /// Where it stands.
    pub position: Position,
}

impl Definition {
    /// The definitions that it extends, by number.
    pub fn extends(&self) -> Vec<usize> {
        let mut found = Vec::new();
        if let Some(criteria) = &self.criteria {
            criteria.each(&mut |part| {
                if let Question::Definition(Some(number)) = part.question {
                    found.push(number as usize);
                }
            });
        }
        found
    }
}

impl Criteria {
    /// Visits this part and all parts in it, in document order.
    pub fn each<'c>(&'c self, visit: &mut dyn FnMut(&'c Criteria)) {
        visit(self);
        if let Question::All(_, parts) = &self.question {
            parts.iter().for_each(|part| part.each(visit));
        }
    }
}

/// A part of what a definition asks.
#[derive(Clone, Debug, PartialEq)]
pub struct Criteria {
    /// What it asks.
    pub question: Question,
    /// Whether its result is turned around.
    pub negate: bool,
    /// Whether it says that the definition is for the client.
    pub applicability: bool,
}

/// What a part of a definition asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// Several parts, combined; `None` is a word that the standard does not have.
    All(Option<Operator>, Vec<Criteria>),
    /// A test, by number; `None` is one that the file has not.
    Test(Option<u32>),
    /// Another definition, by number; `None` is one that the file has not.
    Definition(Option<u32>),
}

/// A test: which items there are to be, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its type.
    pub kind: Type<'static>,
    /// How the results of its items are combined; `None` is a word that the standard does not have.
    pub check: Option<Check>,
    /// How many items there must be; `None` as for `check`.
    pub existence: Option<Existence>,
    /// How the results of its states are combined; `None` as for `check`.
    pub operator: Option<Operator>,
    /// The object.
    pub object: Reference,
    /// The states; `None` is one that the file has not.
    pub states: Vec<Option<u32>>,
    /// Where it stands.
    pub position: Position,
}

/// What a test says of its object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reference {
    /// Nothing.
    #[default]
    None,
    /// One that the file has not.
    Dangling,
    /// This one, by number.
    To(u32),
}

impl Content {
    /// The name of the values of items that an entity of a state of this type is about.
    ///
    /// From version 5.4 on a line of a file is compared with what the item calls its text.
    pub fn value_name<'n>(&self, state: &Type<'_>, entity: &'n str) -> &'n str {
        let is_line = entity == "line" && state.name == "textfilecontent_state";
        if is_line && self.is_from(5, 4) { "text" } else { entity }
    }

    /// Whether the version of the language is this one or a later one.
    fn is_from(&self, major: u32, minor: u32) -> bool {
        let mut parts = self.schema_version.trim().split('.').map(|part| part.parse().unwrap_or(0));
        let (own_major, own_minor) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        (own_major, own_minor) >= (major, minor)
    }
}

/// Whether tests of a type of this name are about installed packages.
pub fn is_of_package(name: &str) -> bool {
    matches!(name, "rpminfo_test" | "dpkginfo_test" | "rpmverifyfile_test" | "rpmverify_test")
}

impl Test {
    /// Whether it is about installed packages.
    pub fn is_of_package(&self) -> bool {
        is_of_package(&self.kind.name)
    }

    /// Whether one of its states compares versions by their order.
    pub fn is_threshold(&self, content: &Content) -> bool {
        let states = self.states.iter().flatten().filter_map(|state| content.states.get(*state as usize));
        states.into_iter().any(|state| state.content.is_threshold())
    }
}
