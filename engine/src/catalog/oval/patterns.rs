//! Tells of patterns of a definitions file that cannot be used.
//!
//! Knows those that stand in the file; those of values that a client brings are found when it is evaluated.
//! Source of truth: `docs/oval.md`, "Patterns".

use ahash::HashMap;

use crate::diagnostic::{Code, Position};
use crate::model::oval::Content;
use crate::model::oval::entity::Entity;
use crate::model::oval::findings::{Findings, shown};
use crate::model::oval::object::Object;
use crate::model::oval::pattern::{Fault, Pattern};
use crate::model::oval::value::{Datatype, Operation};
use crate::model::oval::variable::{Component, Function, Possible, Source};

/// Tells of each thing with a pattern that cannot be used.
pub(super) fn report(content: &Content, findings: &mut Findings) {
    let mut patterns = Patterns { known: HashMap::default(), findings };
    for object in &content.objects {
        if let Object::Items { entities, .. } = &object.content {
            entities.iter().for_each(|entity| patterns.entity(entity, object.position, "object", &object.id));
        }
    }
    for state in &content.states {
        for entity in state.content.entities_and_fields() {
            patterns.entity(entity, state.position, "state", &state.id);
        }
    }
    for variable in &content.variables {
        let mut check = |pattern: &str| patterns.check(pattern, variable.position, "variable", &variable.id);
        match &variable.content.source {
            Source::Constant(_) => {}
            Source::External(possible) if variable.content.datatype == Some(Datatype::String) => {
                for possible in possible {
                    let Possible::Restriction { tests, .. } = possible else { continue };
                    let matches = |(operation, _): &&(Option<Operation>, String)| {
                        *operation == Some(Operation::PatternMatch)
                    };
                    tests.iter().filter(matches).for_each(|(_, pattern)| check(pattern));
                }
            }
            Source::External(_) => {}
            Source::Local(component) => captures(component, &mut check),
        }
    }
}

/// Visits the patterns of a component and of those in it.
fn captures(component: &Component, visit: &mut dyn FnMut(&str)) {
    let Component::Function(function, parts) = component else { return };
    if let Function::RegexCapture(pattern) = function {
        visit(pattern);
    }
    parts.iter().for_each(|part| captures(part, visit));
}

/// Patterns that were looked at; most stand in many places.
struct Patterns<'f> {
    known: HashMap<String, Option<Fault>>,
    findings: &'f mut Findings,
}

impl Patterns<'_> {
    fn entity(&mut self, entity: &Entity, position: Position, sort: &str, id: &str) {
        let matches =
            (entity.datatype, entity.operation) == (Some(Datatype::String), Some(Operation::PatternMatch));
        if matches && entity.variable.is_none() && !entity.nil {
            self.check(&entity.value, position, sort, id);
        }
    }

    fn check(&mut self, pattern: &str, position: Position, sort: &str, id: &str) {
        let fault = match self.known.get(pattern) {
            Some(known) => *known,
            None => {
                let fault = Pattern::new(pattern).err();
                self.known.insert(pattern.to_owned(), fault);
                fault
            }
        };
        if let Some(fault) = fault {
            let message = format_args!("`{}`: {fault}", shown(id));
            self.findings.push(Code::OvalBadPattern, position, sort, message);
        }
    }
}
