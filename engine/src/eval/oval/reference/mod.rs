//! The definition of what definitions say about a client: slow, obvious, over the model.
//!
//! `collection` finds the items of an object, `values` the values of a variable, `comparison` what a state
//! says of an item, `facts` makes items of what inventories of other formats state, and `verdict` makes cells
//! of results. Source of truth: `docs/oval.md`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use ahash::HashMap;

use crate::diagnostic::{Code, Diagnostics, Position};
use crate::model::flag::Flags;
use crate::model::inventory::Inventory;
use crate::model::options::Options;
use crate::model::oval::findings::shown;
use crate::model::oval::order::{Order, Part, numbers};
use crate::model::oval::tables::Presence;
use crate::model::oval::words::{Check, Existence, Flag, Status};
use crate::model::oval::{Content, Criteria, Question, Reference, Test};
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::{Answer, Cell};

pub(super) mod alone;
mod collection;
mod comparison;
mod facts;
pub(super) mod patterns;
pub mod trace;
mod values;
mod verdict;

use collection::{Collection, Items};
use patterns::Patterns;
use values::Values;

/// What the definitions of one catalog say about a client.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// By definition: its result.
    pub definitions: Vec<Answer>,
    /// By test: its result for each instance of the variables of its object.
    pub tests: Vec<Vec<(u32, Answer)>>,
    /// By definition: its cell.
    pub cells: Vec<Cell>,
    /// What was found on the way.
    pub diagnostics: Diagnostics,
}

/// Evaluates all definitions of a catalog.
pub fn evaluate(content: &Content, inventory: &Inventory, options: &Options) -> Results {
    let patterns = Patterns::default();
    let order = Order::of(content);
    let mut evaluation = Evaluation::new(content, &order, inventory, options, &patterns);
    evaluation.evaluate();
    let mut results = Results::default();
    for test in 0..content.tests.len() {
        let instances = evaluation.instances(test);
        let answers = instances.into_iter().map(|instance| (instance, evaluation.test(test, instance)));
        results.tests.push(answers.collect());
    }
    results.definitions =
        evaluation.definitions.iter().map(|done| done.unwrap_or(Answer::RULE_ERROR)).collect();
    results.cells = (0..content.definitions.len()).map(|at| evaluation.cell(at)).collect();
    results.diagnostics = evaluation.diagnostics.into_inner();
    results
}

/// An evaluation of one client.
struct Evaluation<'e> {
    content: &'e Content,
    options: &'e Options,
    patterns: &'e Patterns,
    order: &'e Order,
    names: Names<'e>,
    items: Items<'e>,
    /// When the client was looked at, in seconds since 1970.
    clock: Option<i64>,
    /// By definition: its result, once it is known.
    definitions: Vec<Option<Answer>>,
    tests: RefCell<BTreeMap<(usize, u32), Answer>>,
    collections: RefCell<BTreeMap<(u32, u32), Collection>>,
    values: RefCell<BTreeMap<(u32, u32), Values>>,
    diagnostics: RefCell<Diagnostics>,
}

/// The numbers of things by their ids; of several of one id the first counts.
struct Names<'e> {
    objects: HashMap<&'e str, u32>,
    states: HashMap<&'e str, u32>,
    variables: HashMap<&'e str, u32>,
}

impl<'e> Names<'e> {
    fn of(content: &'e Content) -> Names<'e> {
        Names {
            objects: numbers(&content.objects),
            states: numbers(content.states.iter().map(|state| &**state)),
            variables: numbers(&content.variables),
        }
    }
}

/// The instance that definitions are about.
const FIRST: u32 = 1;

impl<'e> Evaluation<'e> {
    fn new(
        content: &'e Content,
        order: &'e Order,
        inventory: &'e Inventory,
        options: &'e Options,
        patterns: &'e Patterns,
    ) -> Self {
        let mut diagnostics = Diagnostics::new();
        let clock = options.now.or_else(|| {
            let collected = inventory.header.collected.as_deref()?;
            crate::model::instant::Instant::parse(collected).map(|instant| instant.seconds())
        });
        Evaluation {
            content,
            options,
            patterns,
            order,
            names: Names::of(content),
            items: Items::new(inventory, &mut diagnostics),
            clock,
            definitions: vec![None; content.definitions.len()],
            tests: RefCell::default(),
            collections: RefCell::default(),
            values: RefCell::default(),
            diagnostics: RefCell::new(diagnostics),
        }
    }

    /// Finds variables and objects, each after those that it needs, so that no chain of them is a depth of
    /// calls.
    fn prepare(&self, instance: u32) {
        for part in &self.order.parts {
            match part {
                Part::Variable(variable) => {
                    _ = self.variable(&self.content.variables[*variable as usize].id, instance)
                }
                Part::Object(object) => _ = self.collection(*object, instance),
            }
        }
    }

    /// Evaluates all definitions, each after those that it extends.
    fn evaluate(&mut self) {
        for instance in self.items.all_instances() {
            self.prepare(instance);
        }
        for at in 0..self.order.definitions.len() {
            let definition = self.order.definitions[at];
            self.definitions[definition as usize] = Some(self.definition(definition));
        }
    }

    fn note(&self, code: Code, message: &str) {
        self.diagnostics.borrow_mut().push(code, Position::default(), "", shown(message));
    }

    /// The instances that a test is evaluated for.
    fn instances(&self, test: usize) -> Vec<u32> {
        let object = match self.content.tests[test].object {
            Reference::To(object) => self.content.objects.get(object as usize),
            Reference::None | Reference::Dangling => None,
        };
        let collected = object.map(|object| self.items.instances(&object.id)).unwrap_or_default();
        if collected.is_empty() { vec![FIRST] } else { collected }
    }

    /// The result of a definition; those that it extends are done.
    fn definition(&self, number: u32) -> Answer {
        let definition = &self.content.definitions[number as usize];
        match &definition.criteria {
            _ if definition.circular => Answer::RULE_ERROR,
            None => Answer::NO_EVIDENCE,
            Some(criteria) => self.criteria(criteria, &mut |leaf| self.leaf(leaf)),
        }
    }

    /// The result of a part of a definition, of which `leaf` gives that of tests and definitions.
    fn criteria(&self, criteria: &Criteria, leaf: &mut dyn FnMut(&Criteria) -> Answer) -> Answer {
        let answer = match &criteria.question {
            Question::All(None, _) => Answer::RULE_ERROR,
            Question::All(Some(operator), parts) => {
                let answers: Vec<Answer> = parts.iter().map(|part| self.criteria(part, leaf)).collect();
                combine(&answers, |tally| operator.combine(tally))
            }
            Question::Test(_) | Question::Definition(_) => leaf(criteria),
        };
        negated(answer, criteria.negate)
    }

    /// The result of a test or of another definition.
    fn leaf(&self, leaf: &Criteria) -> Answer {
        match leaf.question {
            Question::Test(Some(test)) => self.test(test as usize, FIRST),
            Question::Definition(Some(other)) => {
                let done = self.definitions.get(other as usize).copied().flatten();
                done.unwrap_or(Answer::RULE_ERROR)
            }
            Question::Test(None) | Question::Definition(None) | Question::All(..) => Answer::RULE_ERROR,
        }
    }

    /// The result of a test for one instance of the variables of its object.
    fn test(&self, number: usize, instance: u32) -> Answer {
        if let Some(known) = self.tests.borrow().get(&(number, instance)) {
            return *known;
        }
        let answer = self.look(&self.content.tests[number], instance);
        self.tests.borrow_mut().insert((number, instance), answer);
        answer
    }

    fn look(&self, test: &Test, instance: u32) -> Answer {
        let (Some(check), Some(existence), Some(_)) = (test.check, test.existence, test.operator) else {
            return Answer::RULE_ERROR;
        };
        if test.kind.base() == "unknown" {
            return Answer::NO_EVIDENCE;
        }
        let object = match test.object {
            Reference::None => return Answer::NO_EVIDENCE,
            Reference::Dangling => return Answer::RULE_ERROR,
            Reference::To(object) => object,
        };
        if test.states.iter().any(Option::is_none) {
            return Answer::RULE_ERROR;
        }
        let Some(collection) = self.collection(object, instance) else { return Answer::NOT_COLLECTED };
        if let Some(answer) = collection.open {
            return answer;
        }
        let presence: Presence = collection.items.iter().map(|item| self.items.status(*item)).collect();
        // The check of old documents says how many items there are, and nothing of their states.
        let (existence, states) = match check {
            Check::NoneExist => (Existence::NoneExist, &[][..]),
            _ => (existence, &test.states[..]),
        };
        match collection.flag {
            Flag::Error => Answer::RULE_ERROR,
            Flag::NotCollected => Answer::NOT_COLLECTED,
            Flag::NotApplicable => Answer::new(Truth::NotApplicable, Reason::PlatformDiffers),
            Flag::DoesNotExist => {
                Answer::from_truth(matches!(existence, Existence::NoneExist | Existence::AnyExist).into())
            }
            Flag::Complete => match existence.judge(&presence) {
                Truth::True if states.is_empty() => Answer::TRUE,
                Truth::True => self.items_of(test, &collection, check, instance),
                Truth::Unknown => Answer::NOT_COLLECTED,
                decided => Answer::from_truth(decided),
            },
            Flag::Incomplete => self.incomplete(test, &collection, check, existence, &presence, instance),
        }
    }

    /// The result of a test of which only a part of the items is known.
    fn incomplete(
        &self,
        test: &Test,
        collection: &Collection,
        check: Check,
        existence: Existence,
        presence: &Presence,
        instance: u32,
    ) -> Answer {
        let exist = presence.of(Status::Exists);
        match existence {
            Existence::NoneExist if exist >= 1 => return Answer::FALSE,
            Existence::OnlyOneExists if exist > 1 => return Answer::FALSE,
            Existence::AnyExist => {}
            Existence::AtLeastOneExists if exist >= 1 => {}
            Existence::AllExist
            | Existence::AtLeastOneExists
            | Existence::NoneExist
            | Existence::OnlyOneExists => return Answer::NOT_COLLECTED,
        }
        if test.states.is_empty() {
            return Answer::TRUE;
        }
        let answer = self.items_of(test, collection, check, instance);
        match answer.truth {
            Truth::False => answer,
            Truth::True if check == Check::AtLeastOne => answer,
            _ => Answer::NOT_COLLECTED,
        }
    }

    /// What the states of a test say of the items, combined.
    fn items_of(&self, test: &Test, collection: &Collection, check: Check, instance: u32) -> Answer {
        let answers: Vec<Answer> =
            collection.items.iter().map(|item| self.item(test, *item, instance)).collect();
        combine(&answers, |tally| check.combine(tally))
    }

    /// What the states of a test say of an item.
    fn item(&self, test: &Test, item: usize, instance: u32) -> Answer {
        let Some(operator) = test.operator else { return Answer::RULE_ERROR };
        match self.items.status(item) {
            Status::DoesNotExist => Answer::FALSE,
            Status::Error | Status::NotCollected => Answer::RULE_ERROR,
            Status::Exists => {
                let states = test.states.iter().flatten();
                let answers: Vec<Answer> = states.map(|state| self.state(*state, item, instance)).collect();
                combine(&answers, |tally| operator.combine(tally))
            }
        }
    }
}

/// Combines answers; the reason is that of the first one that has the truth of the result.
fn combine(answers: &[Answer], table: impl Fn(&crate::model::truth::Tally) -> Truth) -> Answer {
    let truth = table(&answers.iter().map(|answer| answer.truth).collect());
    let first = answers.iter().find(|answer| answer.truth == truth);
    let flags = answers.iter().fold(Flags::NONE, |flags, answer| flags | answer.flags);
    Answer { flags, ..first.copied().unwrap_or(Answer::from_truth(truth)) }
}

fn negated(answer: Answer, negate: bool) -> Answer {
    match negate {
        true => Answer { truth: !answer.truth, ..answer },
        false => answer,
    }
}
