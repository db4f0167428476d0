//! What OpenSCAP 1.3.7 is known to decide otherwise, each by a condition on the documents.

use std::collections::BTreeSet;

use patchstate::model::oval::characteristics::{Characteristics, Collected, Item};
use patchstate::model::oval::object::Object;
use patchstate::model::oval::state::State;
use patchstate::model::oval::variable::Source;
use patchstate::model::oval::{Content, Named, Reference, Test};

/// The documents of a comparison.
pub(crate) struct Client<'c> {
    content: &'c Content,
    known: &'c Characteristics,
}

impl<'c> Client<'c> {
    pub(crate) fn new(content: &'c Content, known: &'c Characteristics) -> Self {
        Client { content, known }
    }

    fn object(&self, test: &Test) -> &'c Named<Object> {
        let Reference::To(object) = test.object else { panic!("{} has an object", test.id) };
        &self.content.objects[object as usize]
    }

    fn collected(&self, test: &Test) -> Vec<&'c Collected<'static>> {
        let id = &self.object(test).id;
        self.known.objects.iter().map(|(object, _)| object).filter(|object| object.object == **id).collect()
    }

    fn items(&self, test: &Test) -> Vec<&'c Item<'static>> {
        let ids: BTreeSet<&str> =
            self.collected(test).iter().flat_map(|object| &object.items).map(|id| id.as_ref()).collect();
        self.known.items.iter().map(|(item, _)| item).filter(|item| ids.contains(&*item.id)).collect()
    }

    fn states(&self, test: &Test) -> Vec<&'c Named<State>> {
        test.states.iter().map(|state| &self.content.states[state.unwrap() as usize]).collect()
    }

    /// The ids of all that a test needs.
    pub(crate) fn named_by(&self, test: &str) -> Vec<String> {
        let test = self.content.tests.iter().find(|known| known.id == test).unwrap();
        let mut names = vec![test.id.clone(), self.object(test).id.clone()];
        names.extend(self.items(test).iter().map(|item| item.id.to_string()));
        let mut variables: Vec<&str> = Vec::new();
        let mut objects: Vec<&str> = Vec::new();
        for state in self.states(test) {
            names.push(state.id.clone());
            variables.extend(state.content.variables());
        }
        for _ in 0..4 {
            for variable in self
                .content
                .variables
                .iter()
                .filter(|one| variables.contains(&one.id.as_str()))
                .collect::<Vec<_>>()
            {
                if let Source::Local(component) = &variable.content.source {
                    component.names(&mut objects, &mut variables);
                }
            }
        }
        names.extend(variables.into_iter().chain(objects).map(str::to_owned));
        names.sort();
        names.dedup();
        names
    }

    /// Why the results of a test may differ.
    pub(crate) fn difference(&self, _test: &Test, _ours: &str, _theirs: &str) -> Option<&'static str> {
        None
    }
}
