//! Why a definition has its result: its parts with theirs, tests with their items and what states say of each.

use super::patterns::Patterns;
use super::{Evaluation, FIRST, negated};
use crate::diagnostic::Position;
use crate::model::inventory::Inventory;
use crate::model::options::Options;
use crate::model::oval::characteristics::Item;
use crate::model::oval::object::Object;
use crate::model::oval::order::Order;
use crate::model::oval::state::State;
use crate::model::oval::words::Flag;
use crate::model::oval::{Content, Criteria, Definition, Named, Question, Reference, Test};
use crate::model::verdict::Answer;

/// The most items of a test that are kept.
const ITEMS: usize = 100;

/// A part of what a definition asks, and what came out.
#[derive(Clone, Debug)]
pub struct Trace<'m> {
    /// The part.
    pub part: &'m Criteria,
    /// Its result, turned around where it says so.
    pub answer: Answer,
    /// What was looked at, where it is a test.
    pub test: Option<Looked<'m>>,
    /// The definition that it extends.
    pub extended: Option<&'m Definition>,
    /// The parts in it.
    pub below: Vec<Trace<'m>>,
}

/// What a test looked at.
#[derive(Clone, Debug)]
pub struct Looked<'m> {
    /// The test.
    pub test: &'m Test,
    /// Whether it compares versions by their order.
    pub threshold: bool,
    /// Its object.
    pub object: Option<&'m Named<Object>>,
    /// How well that was collected; `None` where nothing is known of it.
    pub flag: Option<Flag>,
    /// Its items, and how many more there are.
    pub items: Vec<Seen<'m>>,
    /// How many items are left out.
    pub more: usize,
}

/// An item, and what states say of it.
#[derive(Clone, Debug)]
pub struct Seen<'m> {
    /// The item.
    pub item: Item<'static>,
    /// Where it stands in the characteristics; `None` where it was made of a fact.
    pub position: Option<Position>,
    /// What each state says of it.
    pub states: Vec<(&'m Named<State>, Answer)>,
}

impl Trace<'_> {
    /// Visits where items stand of which only the byte is known.
    pub fn each_position<'t>(&'t mut self, visit: &mut dyn FnMut(&'t mut Position)) {
        let items = self.test.iter_mut().flat_map(|looked| looked.items.iter_mut());
        let positions = items.filter_map(|seen| seen.position.as_mut());
        positions.filter(|position| position.line == 0).for_each(&mut *visit);
        self.below.iter_mut().for_each(|below| below.each_position(visit));
    }
}

/// Why the definition of a number has its result; `None` where it asks nothing.
pub fn trace<'m>(
    content: &'m Content,
    inventory: &Inventory,
    options: &Options,
    definition: u32,
) -> Option<Trace<'m>> {
    let criteria = content.definitions.get(definition as usize)?.criteria.as_ref()?;
    let patterns = Patterns::default();
    let order = Order::of(content);
    let mut evaluation = Evaluation::new(content, &order, inventory, options, &patterns);
    evaluation.evaluate();
    Some(evaluation.traced(content, inventory, criteria))
}

impl Evaluation<'_> {
    fn traced<'m>(&self, content: &'m Content, inventory: &Inventory, part: &'m Criteria) -> Trace<'m> {
        let below = match &part.question {
            Question::All(_, parts) => {
                parts.iter().map(|part| self.traced(content, inventory, part)).collect()
            }
            Question::Test(_) | Question::Definition(_) => Vec::new(),
        };
        let answer = match &part.question {
            Question::All(None, _) => Answer::RULE_ERROR,
            Question::All(Some(operator), _) => {
                let answers: Vec<Answer> = below.iter().map(|part| part.answer).collect();
                super::combine(&answers, |tally| operator.combine(tally))
            }
            Question::Test(_) | Question::Definition(_) => self.leaf(part),
        };
        let (test, extended) = match part.question {
            Question::Test(Some(test)) => (content.tests.get(test as usize), None),
            Question::Definition(Some(other)) => (None, content.definitions.get(other as usize)),
            Question::Test(None) | Question::Definition(None) | Question::All(..) => (None, None),
        };
        Trace {
            part,
            answer: negated(answer, part.negate),
            test: test.map(|test| self.looked(content, inventory, test)),
            extended,
            below,
        }
    }

    fn looked<'m>(&self, content: &'m Content, inventory: &Inventory, test: &'m Test) -> Looked<'m> {
        let threshold = test.is_threshold(content);
        let mut looked = Looked { test, threshold, object: None, flag: None, items: Vec::new(), more: 0 };
        let Reference::To(object) = test.object else { return looked };
        looked.object = content.objects.get(object as usize);
        let Some(collection) = self.collection(object, FIRST).filter(|found| found.open.is_none()) else {
            return looked;
        };
        looked.flag = Some(collection.flag);
        looked.more = collection.items.len().saturating_sub(ITEMS);
        looked.items = collection
            .items
            .iter()
            .take(ITEMS)
            .map(|number| {
                let states = test.states.iter().flatten().filter_map(|state| {
                    let named = &**content.states.get(*state as usize)?;
                    Some((named, self.state(*state, *number, FIRST)))
                });
                Seen {
                    item: Item::clone(&self.items.item(*number)).into_owned(),
                    position: inventory.characteristics.items.get(*number).map(|(_, position)| *position),
                    states: states.collect(),
                }
            })
            .collect();
        looked
    }
}
