//! Tests of one object, apart from all else: what they say of given items.
//!
//! For whoever remembers what tests say of items. Only tests whose states name no variables can be asked so.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use ahash::HashMap;

use super::Evaluation;
use super::collection::Collection;
use super::patterns::Patterns;
use crate::diagnostic::Diagnostics;
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::model::inventory::Inventory;
use crate::model::options::Options;
use crate::model::oval::characteristics::Item;
use crate::model::oval::order::Order;
use crate::model::oval::state::State;
use crate::model::oval::words::Flag;
use crate::model::oval::{Content, Named, Reference};
use crate::model::verdict::Answer;

/// What a test says, and whether there is anything that it could compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) result: Answer,
    pub(crate) presence: Answer,
}

/// Tests of one object, with what they name.
#[derive(Debug)]
pub(crate) struct Alone {
    content: Content,
    order: Order,
}

/// What tests of one object, as [`part`] has them, say where it has this flag and these items; `None` where it was
/// not collected.
pub(crate) fn ask(
    tests: &Alone,
    collected: Option<(Flag, &[&Item<'static>])>,
    options: &Options,
    patterns: &Patterns,
    diagnostics: &mut Diagnostics,
) -> Vec<Said> {
    let (Alone { content, order }, nobody) = (tests, Inventory::default());
    let mut evaluation = Evaluation::new(content, order, &nobody, options, patterns);
    if let Some((flag, items)) = collected {
        *evaluation.items.all.borrow_mut() = items.iter().map(|item| Rc::new(Cow::Borrowed(*item))).collect();
        let items = (0..items.len()).collect();
        let collection = Collection { items, ..Collection::of(flag) };
        if let Some(object) = content.objects.first() {
            evaluation.items.insert(&object.id, collection);
        }
    }
    evaluation.items.collected = true;
    let said = |test: &crate::model::oval::Test| Said {
        result: evaluation.look(test, super::FIRST),
        presence: evaluation.presence(test),
    };
    let said = content.tests.iter().map(said).collect();
    diagnostics.append(evaluation.diagnostics.into_inner());
    said
}

/// States of tests that are kept, by number in the index: tests of many objects name the same.
#[derive(Debug, Default)]
pub(crate) struct States(HashMap<u32, Weak<Named<State>>>);

impl States {
    /// The most that are remembered.
    const MOST: usize = 1 << 10;

    fn of(&mut self, state: u32, view: View<'_>) -> Arc<Named<State>> {
        if self.0.len() >= States::MOST {
            self.0.clear();
        }
        let known = self.0.entry(state).or_default();
        known.upgrade().unwrap_or_else(|| {
            let restored = Arc::new(view.state(state as usize));
            *known = Arc::downgrade(&restored);
            restored
        })
    }
}

/// Some tests of a source, all of one object.
pub(crate) fn part(view: View<'_>, source: usize, tests: &[u32], known: &mut States) -> Alone {
    let columns = view.columns;
    let mut content = Content { schema_version: view.schema_version(source), ..Content::default() };
    let mut states = Vec::new();
    for test in tests {
        let at = *test as usize;
        let mut kept = view.test(source, at);
        let object = columns.test_object.at(at);
        if object != NONE {
            kept.object = Reference::To(0);
            if content.objects.is_empty() {
                content.objects.push(view.object(object as usize));
            }
        }
        let own = columns.test_state_ends(at).map(|state| columns.test_state.at(state));
        kept.states = own
            .map(|state| {
                (state != NONE).then(|| match states.iter().position(|known| *known == state) {
                    Some(number) => number as u32,
                    None => {
                        states.push(state);
                        states.len() as u32 - 1
                    }
                })
            })
            .collect();
        content.tests.push(kept);
    }
    content.states = states.into_iter().map(|state| known.of(state, view)).collect();
    let order = Order::of(&content);
    Alone { content, order }
}
