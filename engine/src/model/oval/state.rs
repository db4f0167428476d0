//! States: what items are compared with.
//!
//! Source of truth: `docs/oval.md`, "Entities".

use super::element::Element;
use super::entity::{Entity, Reading};
use super::findings::Findings;
use super::words::Operator;

/// What an item is compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// How the results of its entities are combined; `None` is a word that the standard does not have.
    pub operator: Option<Operator>,
    /// Its entities.
    pub entities: Vec<Entity>,
}

impl State {
    /// Reads a state.
    pub fn of(element: &Element, findings: &mut Findings) -> State {
        let mut reading = Reading { element, findings };
        let operator = reading.word("operator", Operator::And, Operator::find);
        reading.unknown(&["id", "version", "operator", "comment", "deprecated"]);
        let entities = element.children.iter().filter(|child| !is_foreign(child));
        State { operator, entities: entities.map(|child| Entity::of(child, reading.findings)).collect() }
    }

    /// Its entities and the fields of those that are records.
    pub fn entities_and_fields(&self) -> impl Iterator<Item = &Entity> {
        self.entities.iter().flat_map(|entity| entity.fields.iter().chain([entity]))
    }

    /// The ids of the variables that it names.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.entities_and_fields().filter_map(|entity| entity.variable.as_deref())
    }

    /// Whether it compares versions by their order, which is what tells an update that is there from one that
    /// is not.
    pub fn is_threshold(&self) -> bool {
        self.entities_and_fields().any(|entity| {
            entity.datatype.is_some_and(|datatype| datatype.is_version())
                && entity.operation.is_some_and(|operation| operation.is_ordering())
        })
    }
}

/// Whether a child of an object or a state is no entity.
pub(super) fn is_foreign(child: &Element) -> bool {
    matches!(child.name.as_str(), "notes" | "Signature")
}
