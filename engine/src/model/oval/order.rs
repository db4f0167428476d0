//! The order in which things are evaluated: each after those that it needs.
//!
//! Chains of any length are no depth of calls, and what needs itself is known before. Source of truth:
//! `docs/oval.md`, "Order".

use ahash::HashMap;

use super::object::Object;
use super::variable::Source;
use super::{Content, Definition, Named};
use crate::model::supersedence::{components, have_several};

/// The order of the things of a catalog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The definitions, each after those that it extends; those of a circle in any order.
    pub definitions: Vec<u32>,
    /// The variables and objects, each after those that it needs, without those that need themselves.
    pub parts: Vec<Part>,
    circular_variables: Vec<bool>,
    circular_objects: Vec<bool>,
}

/// What others need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A variable, by number.
    Variable(u32),
    /// An object, by number.
    Object(u32),
}

impl Order {
    /// The order of the things of a catalog.
    pub fn of(content: &Content) -> Order {
        let extended: Vec<Vec<usize>> = content.definitions.iter().map(Definition::extends).collect();
        let component = components(extended.len(), &|at| extended[at].iter().copied());
        let mut definitions: Vec<u32> = (0..extended.len() as u32).collect();
        // Components are numbered from those that lead nowhere else.
        definitions.sort_by_key(|definition| component[*definition as usize]);
        let needs = needs(content);
        let component = components(needs.len(), &|at| needs[at].iter().copied());
        let several = have_several(&component);
        let is_circular = |at: usize| several[component[at] as usize] || needs[at].contains(&at);
        let mut numbers: Vec<usize> = (0..needs.len()).filter(|at| !is_circular(*at)).collect();
        numbers.sort_by_key(|at| component[*at]);
        let variables = content.variables.len();
        let part = |at: usize| match at.checked_sub(variables) {
            None => Part::Variable(at as u32),
            Some(object) => Part::Object(object as u32),
        };
        Order {
            definitions,
            parts: numbers.into_iter().map(part).collect(),
            circular_variables: (0..variables).map(is_circular).collect(),
            circular_objects: (variables..needs.len()).map(is_circular).collect(),
        }
    }

    /// Whether a variable needs its own values.
    pub fn is_circular_variable(&self, variable: u32) -> bool {
        self.circular_variables.get(variable as usize).copied().unwrap_or(false)
    }

    /// Whether an object needs its own items.
    pub fn is_circular_object(&self, object: u32) -> bool {
        self.circular_objects.get(object as usize).copied().unwrap_or(false)
    }
}

/// What variables, and behind them objects, need: numbers of the same list.
fn needs(content: &Content) -> Vec<Vec<usize>> {
    let variables = numbers(&content.variables);
    let objects = numbers(&content.objects);
    let states = numbers(content.states.iter().map(|state| &**state));
    let behind = content.variables.len();
    let list = |needed_objects: &[&str], needed_variables: &[&str]| -> Vec<usize> {
        let objects =
            needed_objects.iter().filter_map(|id| objects.get(id)).map(|object| behind + *object as usize);
        let variables =
            needed_variables.iter().filter_map(|id| variables.get(id)).map(|variable| *variable as usize);
        objects.chain(variables).collect()
    };
    let of_variable = |variable: &Named<super::variable::Variable>| {
        let (mut needed_objects, mut needed_variables) = (Vec::new(), Vec::new());
        if let Source::Local(component) = &variable.content.source {
            component.names(&mut needed_objects, &mut needed_variables);
        }
        list(&needed_objects, &needed_variables)
    };
    let of_object = |object: &Named<Object>| {
        let (needed_objects, needed_states, mut needed_variables) = object.content.names();
        for state in needed_states.iter().filter_map(|id| states.get(id)) {
            needed_variables.extend(content.states[*state as usize].content.variables());
        }
        list(&needed_objects, &needed_variables)
    };
    content.variables.iter().map(of_variable).chain(content.objects.iter().map(of_object)).collect()
}

/// The numbers of things by their ids, of several of one id that of the first, as evaluation finds them.
pub(crate) fn numbers<'n, T: 'n>(things: impl IntoIterator<Item = &'n Named<T>>) -> HashMap<&'n str, u32> {
    let mut numbers = HashMap::default();
    for (number, thing) in (0u32..).zip(things) {
        numbers.entry(thing.id.as_str()).or_insert(number);
    }
    numbers
}
