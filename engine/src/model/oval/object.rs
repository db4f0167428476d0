//! Objects: which items a test is about.
//!
//! Source of truth: `docs/oval.md`, "Objects and sets".

use super::element::Element;
use super::entity::{Entity, Reading};
use super::findings::Findings;
use super::state::is_foreign;
use super::words::{Action, SetOperator};

/// Which items a test is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Object {
    /// Those that match all entities and pass all filters.
    Items {
        /// What they match.
        entities: Vec<Entity>,
        /// How they are looked for: name and value.
        behaviors: Vec<(String, String)>,
        /// The filters, in document order.
        filters: Vec<Filter>,
    },
    /// Those of a set.
    Set(Set),
}

/// A set of items, made of other ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Set {
    /// How two operands are combined; `None` is a word that the standard does not have.
    pub operator: Option<SetOperator>,
    /// One or two operands.
    pub operands: Vec<Operand>,
    /// What each operand passes through, in document order.
    pub filters: Vec<Filter>,
}

/// An operand of a set.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// Another set.
    Set(Set),
    /// The items of an object, by its id.
    Object(String),
}

/// Drops items that satisfy a state, or keeps only them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Which of both; `None` is a word that the standard does not have.
    pub action: Option<Action>,
    /// The id of the state.
    pub state: String,
}

impl Object {
    /// Reads an object.
    pub fn of(element: &Element, findings: &mut Findings) -> Object {
        Reading { element, findings }.unknown(&["id", "version", "comment", "deprecated"]);
        if let Some(set) = element.child("set") {
            return Object::Set(Set::of(set, findings));
        }
        let (mut entities, mut behaviors, mut filters) = (Vec::new(), Vec::new(), Vec::new());
        for child in element.children.iter().filter(|child| !is_foreign(child)) {
            match child.name.as_str() {
                "behaviors" => behaviors.extend(child.attributes.iter().cloned()),
                "filter" => filters.push(Filter::of(child, findings)),
                _ => entities.push(Entity::of(child, findings)),
            }
        }
        Object::Items { entities, behaviors, filters }
    }
}

impl Set {
    fn of(element: &Element, findings: &mut Findings) -> Set {
        let operator =
            Reading { element, findings }.word("set_operator", SetOperator::Union, SetOperator::find);
        let mut set = Set { operator, operands: Vec::new(), filters: Vec::new() };
        for child in &element.children {
            match child.name.as_str() {
                "set" => set.operands.push(Operand::Set(Set::of(child, findings))),
                "object_reference" => set.operands.push(Operand::Object(child.trimmed().to_owned())),
                "filter" => set.filters.push(Filter::of(child, findings)),
                name => findings.unknown(format!("set/{name}"), child.position),
            }
        }
        set
    }

    /// The ids of the objects and states that it names, its own and those of the sets in it.
    fn names<'s>(&'s self, objects: &mut Vec<&'s str>, states: &mut Vec<&'s str>) {
        states.extend(self.filters.iter().map(|filter| filter.state.as_str()));
        for operand in &self.operands {
            match operand {
                Operand::Set(set) => set.names(objects, states),
                Operand::Object(id) => objects.push(id),
            }
        }
    }
}

impl Object {
    /// The ids of the objects, states and variables that it names.
    pub fn names(&self) -> (Vec<&str>, Vec<&str>, Vec<&str>) {
        let (mut objects, mut states, mut variables) = (Vec::new(), Vec::new(), Vec::new());
        match self {
            Object::Set(set) => set.names(&mut objects, &mut states),
            Object::Items { entities, filters, .. } => {
                states.extend(filters.iter().map(|filter| filter.state.as_str()));
                variables.extend(entities.iter().filter_map(|entity| entity.variable.as_deref()));
                // An object of values of a variable names it so.
                let named = entities.iter().filter(|entity| entity.name == "var_ref");
                variables.extend(named.map(|entity| entity.value.trim()));
            }
        }
        (objects, states, variables)
    }
}

impl Filter {
    fn of(element: &Element, findings: &mut Findings) -> Filter {
        let action = Reading { element, findings }.word("action", Action::Exclude, Action::find);
        Filter { action, state: element.trimmed().to_owned() }
    }
}
