//! Rules as they are run: for each update one stretch of steps, and those of one anchor side by side.
//!
//! An index keeps each rule once, as columns of nodes. Whoever walks it waits for memory at every node
//! and for every field of it. So a run first writes the rules out in the order in which clients reach
//! them, with everything that a step needs beside it. A rule that several contain stands in its place
//! where it is small, and is called where it is not; and so is the rule of an update where many updates
//! have one large rule. The code grows with the index and with nothing else.

use std::collections::HashMap;

use crate::compile::rules::operator;
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::index::nodes::{self, Extent, operands};
use crate::index::restore::{rules::reasons, unpack};
use crate::model::expr::Reasons;
use crate::model::flag::Flags;
use crate::model::truth::Truth;
use crate::model::verdict::Cell;

/// Up to so many nodes a rule stands in its place.
const SMALL: u64 = 32;

/// The code has at most so many steps for each node and operand of the index, and so many in all, before
/// rules are called wherever they may be.
const FOLD: usize = 4;
const STEPS: usize = 1 << 24;

/// Operators of steps that no node has.
pub(super) mod own {
    /// The rule that stands at `a`.
    pub(in crate::eval) const CALL: u8 = 254;
    /// The update's other rule, whose answer is known already.
    pub(in crate::eval) const KNOWN: u8 = 255;
}

/// One step of a rule; its operands follow it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) operator: u8,
    pub(super) reasons: Reasons,
    /// Of a test: what it asks, of what kind of subject.
    pub(super) question: u8,
    pub(super) tag: u8,
    /// How many steps it is with all of its operands.
    pub(super) length: u32,
    /// Of a constant its truth, of a test its predicate, of a call the place.
    pub(super) a: u32,
    /// Of a constant its reason and flags, of a test its subject.
    pub(super) b: u32,
}

impl Step {
    /// What cannot be asked.
    pub(super) const UNSUPPORTED: Step = Step {
        operator: operator::TEST,
        reasons: Reasons::InOrder,
        question: 0,
        tag: 0,
        length: 1,
        a: NONE,
        b: NONE,
    };
}

/// What decides about an update, and what its cell is by default.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decision {
    /// How it is decided: 0 not at all, 1 by tests, 2 by packages.
    pub(super) rule: u8,
    pub(super) flags: Flags,
    pub(super) source: u32,
    /// Which of the items are its own.
    pub(super) items: (u32, u32),
    /// What it needs; NONE when nothing.
    pub(super) needs: u32,
    /// The cell where its anchors are absent.
    pub(super) absent: Cell,
    /// The cell where they were not collected.
    pub(super) not_collected: Cell,
}

/// Where the rules of one part of an update stand; NONE where there is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    pub(super) applicable: u32,
    pub(super) installed: u32,
    pub(super) superseded: u32,
    pub(super) imported: u32,
    /// The nodes of the first two rules.
    pub(super) installed_node: u32,
    pub(super) applicable_node: u32,
}

/// The rules of an index, ready to run.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) steps: Vec<Step>,
    /// The parts that updates consist of.
    items: Vec<Places>,
    /// In the order of their rules.
    decisions: Vec<Decision>,
    /// By update: its place among the decisions.
    places: Vec<u32>,
    /// By detection: where the rule stands that holds where the product is there.
    pub(super) detections: Vec<u32>,
    /// By step of a detection: where its test stands; NONE where it always holds.
    pub(super) levels: Vec<u32>,
}

impl Code {
    /// Writes the rules of an index out.
    pub(super) fn new(view: View<'_>) -> Code {
        let columns = view.columns;
        let mut writer = Writer::new(view);
        let mut items = Vec::new();
        let mut decisions = Vec::with_capacity(view.updates());
        let mut places = vec![NONE; view.updates()];
        let anchored = columns.anchor_update.iter().map(|update| update.to_native() as usize);
        for update in anchored.chain(0..view.updates()) {
            let Some(place) = places.get_mut(update).filter(|place| **place == NONE) else { continue };
            *place = decisions.len() as u32;
            let mut decision = decision(view, update);
            let first = items.len() as u32;
            match decision.rule {
                1 => {
                    let (applicable, installed) = (&columns.update_applicable, &columns.update_installed);
                    items.push(writer.item(applicable.at(update), installed.at(update), [NONE; 2]));
                }
                3 => items.extend(columns.update_item_ends(update).map(|item| {
                    let (applicable, installed) = (&columns.item_applicable, &columns.item_installed);
                    let others = [columns.item_superseded.at(item), columns.item_imported.at(item)];
                    writer.item(applicable.at(item), installed.at(item), others)
                })),
                _ => {}
            }
            decision.items = (first, items.len() as u32);
            decisions.push(decision);
        }
        let detections = columns.detection_when.iter().map(|when| writer.root(when.to_native(), NONE));
        let detections = detections.collect();
        let levels = columns.step_test.iter().map(|test| match test.to_native() {
            NONE => NONE,
            test => writer.root(test, NONE),
        });
        let levels = levels.collect();
        Code { steps: writer.finish(), items, decisions, places, detections, levels }
    }

    /// What decides about an update.
    #[inline]
    pub(super) fn decision(&self, update: usize) -> Option<&Decision> {
        self.decisions.get(*self.places.get(update)? as usize)
    }

    /// The parts of an update.
    #[inline]
    pub(super) fn items(&self, decision: &Decision) -> &[Places] {
        self.items.get(decision.items.0 as usize..decision.items.1 as usize).unwrap_or_default()
    }
}

fn decision(view: View<'_>, update: usize) -> Decision {
    let columns = view.columns;
    Decision {
        rule: columns.update_rule.at(update),
        flags: view.flags(update),
        source: columns.update_source.at(update),
        items: (0, 0),
        needs: columns.update_prerequisite.at(update),
        absent: unpack(columns.update_absent.at(update)),
        not_collected: match columns.update_not_collected.at(update) {
            NONE => Cell::NO_EVIDENCE,
            cell => unpack(cell),
        },
    }
}

struct Writer<'i> {
    view: View<'i>,
    /// So many steps are written before everything that may be called is.
    most: usize,
    extents: Vec<Extent>,
    steps: Vec<Step>,
    /// Where the rules stand that are called, by node.
    called: HashMap<u32, u32, ahash::RandomState>,
    /// Rules that are called and not written yet.
    todo: Vec<(u32, u32)>,
}

impl<'i> Writer<'i> {
    fn new(view: View<'i>) -> Self {
        let (steps, called, todo) = (Vec::new(), HashMap::default(), Vec::new());
        let nodes = view.columns.nodes() + view.columns.operand.len();
        let most = nodes.saturating_mul(FOLD).min(STEPS);
        Writer { view, most, extents: nodes::extents(view.columns), steps, called, todo }
    }

    /// Writes the rules of one part of an update.
    fn item(&mut self, applicable: u32, installed: u32, others: [u32; 2]) -> Places {
        // A reason that is chosen by rank differs from rule to rule.
        let ranked = self.view.columns.node_reasons.at(applicable as usize) == Reasons::Ranked as u8;
        Places {
            applicable: self.root(applicable, NONE),
            installed: self.root(installed, if ranked { NONE } else { applicable }),
            superseded: self.other(others[0]),
            imported: self.other(others[1]),
            installed_node: installed,
            applicable_node: applicable,
        }
    }

    /// Writes a rule that a part may have besides; NONE where it has none.
    fn other(&mut self, node: u32) -> u32 {
        if node == NONE { NONE } else { self.root(node, NONE) }
    }

    /// Writes the rule of a node, in which `known` is answered already; gives where it stands.
    fn root(&mut self, node: u32, known: u32) -> u32 {
        let place = self.steps.len() as u32;
        if node == known {
            self.steps.push(Step { operator: own::KNOWN, ..Step::UNSUPPORTED });
        } else if self.steps.len() > self.most && self.has_operands(node) {
            self.call(node);
        } else {
            self.write(node, known);
        }
        place
    }

    /// Whether a node does not stand in its place below another.
    fn is_called(&self, node: u32) -> bool {
        let large = self.extents.get(node as usize).is_some_and(|extent| extent.nodes > SMALL);
        large || self.steps.len() > self.most && self.has_operands(node)
    }

    fn has_operands(&self, node: u32) -> bool {
        self.extents.get(node as usize).is_some_and(|extent| extent.nodes > 1)
    }

    /// Writes a node and its operands.
    fn write(&mut self, node: u32, known: u32) {
        let bounded = self.extents.get(node as usize).is_some_and(Extent::is_bounded);
        // Only damaged bytes have a node that is not, or more than fits.
        if !bounded || self.steps.len() >= (NONE / 2) as usize {
            return self.steps.push(Step::UNSUPPORTED);
        }
        let place = self.steps.len();
        self.steps.push(self.step(node as usize));
        // What is known of the update's other rule is not known at each sub-key.
        let known = if self.steps[place].operator == operator::LOOP { NONE } else { known };
        let below: Vec<u32> = operands(self.view.columns, node as usize).collect();
        for operand in below {
            if operand == known {
                self.steps.push(Step { operator: own::KNOWN, ..Step::UNSUPPORTED });
            } else if self.is_called(operand) {
                self.call(operand);
            } else {
                self.write(operand, known);
            }
        }
        self.steps[place].length = (self.steps.len() - place) as u32;
    }

    /// The step of a node without its operands.
    fn step(&self, node: usize) -> Step {
        let columns = self.view.columns;
        let step = Step {
            // A number that no operator has, in damaged bytes, is taken as the last kind that is left.
            operator: match columns.node_operator.at(node) {
                number if number > operator::EVIDENCE => operator::XOR,
                operator::UNREAD => operator::CONSTANT,
                number => number,
            },
            reasons: reasons(columns.node_reasons.at(node)),
            a: match columns.node_operator.at(node) {
                operator::UNREAD => Truth::Unknown as u32,
                _ => columns.node_a.at(node),
            },
            b: columns.node_b.at(node),
            ..Step::UNSUPPORTED
        };
        if step.operator == operator::LOOP {
            return Step { b: u32::from(columns.node_reasons.at(node)), ..step };
        }
        if step.operator != operator::TEST {
            return step;
        }
        let predicate = step.a as usize;
        let subject = columns.predicate_subject.at(predicate);
        let (question, tag) =
            (columns.predicate_question.at(predicate), columns.subject_tag.at(subject as usize));
        Step { question, tag, b: subject, ..step }
    }

    /// Writes the call of a rule, which follows once where no other one is being written.
    fn call(&mut self, node: u32) {
        let place = self.steps.len() as u32;
        self.steps.push(Step { operator: own::CALL, ..Step::UNSUPPORTED });
        self.todo.push((node, place));
    }

    /// Writes what is called.
    fn finish(mut self) -> Vec<Step> {
        while let Some((node, from)) = self.todo.pop() {
            let place = match self.called.get(&node) {
                Some(place) => *place,
                None => {
                    let place = self.steps.len() as u32;
                    self.called.insert(node, place);
                    self.write(node, NONE);
                    place
                }
            };
            self.steps[from as usize].a = place;
        }
        self.steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::map::Bytes;
    use crate::diagnostic::Position;
    use crate::index::{self, Index};
    use crate::model::expr::{Expr, Question, Subject};
    use crate::model::update::{Catalog, Rule, Update, UpdateId};

    /// An index of updates that all have one rule of so many tests.
    fn index(updates: usize, tests: usize) -> Index {
        let file = |number| Subject::File(format!(r"c:\{number}"));
        let test = |number| Expr::test(file(number), Question::Exists, Position::default());
        let rule = Expr::all((0..tests).map(test).collect());
        let update = |number: usize| Update {
            id: UpdateId::from_text(number.to_string()),
            rule: Rule::Tests { installed: rule.clone(), applicable: Expr::Not(Box::new(rule.clone())) },
            ..Update::default()
        };
        let catalog = Catalog { updates: (0..updates).map(update).collect(), ..Catalog::default() };
        let compiled = crate::compile::compile(vec![catalog], Vec::new()).expect("compiles");
        let mut file = std::io::Cursor::new(Vec::new());
        index::write(&compiled.columns, &mut file).expect("writes to memory");
        Index::open(Bytes::copy(file.get_ref())).expect("opens")
    }

    #[test]
    fn many_updates_of_one_large_rule_share_it() {
        for (updates, tests) in [(2, 5), (300, 500), (1000, 200)] {
            let index = index(updates, tests);
            let view = index.view().expect("opens");
            let steps = Code::new(view).steps.len();
            let nodes = view.columns.nodes() + view.columns.operand.len();
            let most = (FOLD + 2) * nodes + 3 * updates;
            assert!(steps <= most, "{updates} updates of {tests} tests: {steps} steps, at most {most}");
        }
    }

    #[test]
    fn no_number_of_a_damaged_index_is_an_operator_of_steps() {
        let index = index(2, 5);
        let operators = index.view().expect("opens").columns.node_operator.to_vec();
        let mut bytes = index.bytes().to_vec();
        let place = bytes.windows(operators.len()).position(|part| part == operators);
        let place = place.expect("the column stands in the file");
        for number in [own::CALL, own::KNOWN] {
            bytes[place..place + operators.len()].fill(number);
            let damaged = Index::open(Bytes::copy(&bytes)).expect("opens without its checksum");
            let code = Code::new(damaged.view().expect("opens"));
            assert!(code.steps.iter().all(|step| step.operator != own::CALL));
            let roots = code.items.iter().map(|item| item.applicable as usize);
            assert!(roots.into_iter().all(|root| code.steps[root].operator != own::KNOWN));
        }
    }
}
