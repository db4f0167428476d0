//! Rules of ranked reasons as a network: every part that rules share is found once for a client.
//!
//! A catalog of packages has some ten thousand different parts of rules, and every client is asked for
//! all of them. An answer is one byte here, in such an order that the answer of an operator is the
//! greatest of its operands': truth first, then the weight of the reason in the section that is asked. A
//! client with an answer that has no such byte is left to the rules as they are written out.

use std::collections::HashMap;

use super::slots::{Slots, question};
use crate::compile::rules::operator;
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::index::nodes::operands;
use crate::index::probe::tag;
use crate::index::restore::rules::constant;
use crate::model::expr::{Reasons, Section};
use crate::model::flag::Flags;
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::Answer;

/// An answer: 0 is True, from [`UNKNOWN`] Unknown and from [`FALSE`] False, with the weight of the reason.
type Code = u8;

const TRUE: Code = 0;
const UNKNOWN: Code = 0x20;
const FALSE: Code = 0x40;
/// The bits of a weight.
const WEIGHT: Code = 0x1f;
/// True where the greatest of operands that may hold is looked for.
const HOLDS: Code = 0x60;

/// The sections, in the order in which their parts are kept.
const SECTIONS: [Section; 2] = [Section::Installed, Section::Applicable];

/// A part of a rule with operands.
#[derive(Clone, Copy, Debug)]
struct Part {
    operator: u8,
    /// Its own number.
    number: u32,
    /// Where its operands begin and end.
    operands: (u32, u32),
}

/// The parts of the rules of an index.
#[derive(Debug, Default)]
pub(super) struct Network {
    /// By node: whether it is a part.
    is_part: Vec<bool>,
    /// By section: the parts with operands that are asked there, each after its operands.
    parts: [Vec<Part>; 2],
    operands: Vec<u32>,
    /// By predicate: the part that tests it; NONE where none does.
    test: Vec<u32>,
    /// The parts that are always the same.
    constants: Vec<(u32, Answer)>,
    /// The code of an opposite, by section and code.
    opposite: [Vec<Code>; 2],
    /// The code of an answer without flags, by section, truth and reason; [`NO_CODE`] where it has none.
    codes: [Vec<Code>; 2],
}

impl Network {
    /// The network of the rules of these roots: those that say that something is there, and those that say
    /// that it is for the client.
    pub(super) fn new(view: View<'_>, roots: &[[u32; 2]]) -> Network {
        let columns = view.columns;
        let mut network = Network {
            is_part: vec![false; columns.nodes()],
            test: vec![NONE; columns.predicates()],
            opposite: SECTIONS.map(opposites),
            codes: SECTIONS.map(codes),
            ..Network::default()
        };
        if roots.is_empty() {
            return network;
        }
        for node in 0..columns.nodes() {
            network.is_part[node] = network.can_be_part(view, node);
        }
        for section in 0..SECTIONS.len() {
            let mut asked = vec![false; columns.nodes()];
            let of_section = roots.iter().map(|roots| roots[section] as usize);
            of_section.for_each(|root| asked.get_mut(root).into_iter().for_each(|asked| *asked = true));
            for node in (0..columns.nodes()).rev().filter(|node| network.is_part[*node]) {
                if asked[node] {
                    operands(columns, node).for_each(|below| asked[below as usize] = true);
                }
            }
            for node in (0..columns.nodes()).filter(|node| asked[*node]) {
                if network.is_part[node] {
                    network.add(view, node, section);
                }
            }
        }
        network
    }

    /// Whether a node, of whose operands this is known, has answers that all have codes.
    fn can_be_part(&self, view: View<'_>, node: usize) -> bool {
        let columns = view.columns;
        let mut below = operands(columns, node);
        match columns.node_operator.at(node) {
            operator::CONSTANT => {
                let answer = constant(columns.node_a.at(node), columns.node_b.at(node));
                SECTIONS.iter().all(|section| code(*section, answer).is_some())
            }
            operator::TEST => {
                let predicate = columns.node_a.at(node) as usize;
                if predicate >= columns.predicates() {
                    return false;
                }
                let subject = columns.predicate_subject.at(predicate) as usize;
                let asks = columns.predicate_question.at(predicate);
                matches!(asks, question::EXISTS | question::APPLICABILITY)
                    && !matches!(columns.subject_tag.at(subject), tag::HOTFIX | tag::INSTALLER)
            }
            operator::AND | operator::OR => {
                let ranked = columns.node_reasons.at(node) == Reasons::Ranked as u8;
                let first = below.next();
                let is_part = |below: u32| (below as usize) < node && self.is_part[below as usize];
                ranked && first.is_some_and(is_part) && below.all(is_part)
            }
            operator::NOT | operator::UNREAD => {
                below.all(|below| (below as usize) < node && self.is_part[below as usize])
            }
            _ => false,
        }
    }

    fn add(&mut self, view: View<'_>, node: usize, section: usize) {
        let columns = view.columns;
        let number = node as u32;
        match columns.node_operator.at(node) {
            operator::CONSTANT => {
                let answer = constant(columns.node_a.at(node), columns.node_b.at(node));
                self.constants.push((number, answer));
            }
            operator::UNREAD => {
                let reason = constant(0, columns.node_b.at(node)).reason;
                self.constants.push((number, Answer::new(Truth::Unknown, reason)));
            }
            operator::TEST => self.test[columns.node_a.at(node) as usize] = number,
            operator => {
                let start = self.operands.len() as u32;
                self.operands.extend(operands(columns, node));
                let operands = (start, self.operands.len() as u32);
                self.parts[section].push(Part { operator, number, operands });
            }
        }
    }

    /// Whether the rules of these roots are parts.
    pub(super) fn has(&self, root: u32) -> bool {
        self.is_part.get(root as usize).copied().unwrap_or(false)
    }

    /// The code of an answer; [`NO_CODE`] where it has none.
    #[inline]
    fn code(&self, place: usize, answer: Answer) -> Code {
        if answer.flags != Flags::NONE {
            return NO_CODE;
        }
        let at = answer.truth as usize * REASONS + usize::from(answer.reason.number());
        self.codes[place].get(at).copied().unwrap_or(NO_CODE)
    }

    /// Whether there is nothing to find.
    pub(super) fn is_empty(&self) -> bool {
        self.parts.iter().all(Vec::is_empty)
    }
}

/// The code of an answer; `None` where it has none.
fn code(section: Section, answer: Answer) -> Option<Code> {
    let weight = Reasons::Ranked.weight(section, answer.truth, answer.reason);
    if answer.flags != Flags::NONE {
        return None;
    }
    match answer.truth {
        Truth::True if answer.reason == Reason::RuleTrue => Some(TRUE),
        Truth::Unknown if weight > 0 => Some(UNKNOWN | weight),
        Truth::False if weight > 0 => Some(FALSE | weight),
        _ => None,
    }
}

/// The most sets of complete kinds whose defaults are remembered.
const REMEMBERED: usize = 64;

/// In place of a code: there is none.
const NO_CODE: Code = u8::MAX;
/// More than any number of a reason.
const REASONS: usize = 128;

/// The codes of all answers without flags, by truth and reason.
fn codes(section: Section) -> Vec<Code> {
    let mut codes = vec![NO_CODE; Truth::ALL.len() * REASONS];
    for truth in Truth::ALL {
        for reason in Reason::ALL {
            if let Some(code) = code(section, Answer::new(truth, *reason)) {
                codes[truth as usize * REASONS + usize::from(reason.number())] = code;
            }
        }
    }
    codes
}

/// The codes of the opposites of all codes.
fn opposites(section: Section) -> Vec<Code> {
    let no = code(section, Answer::FALSE).unwrap_or(FALSE);
    (0..=u8::MAX)
        .map(|code| match code {
            TRUE => no,
            FALSE.. => TRUE,
            unknown => unknown,
        })
        .collect()
}

/// The answer of a code.
fn answer(section: Section, code: Code) -> Answer {
    let truth = match code {
        TRUE => return Answer::TRUE,
        FALSE.. => Truth::False,
        _ => Truth::Unknown,
    };
    let fits = |reason: &&Reason| Reasons::Ranked.weight(section, truth, **reason) == code & WEIGHT;
    let reason = Reason::ALL.iter().find(fits);
    Answer::new(truth, reason.copied().unwrap_or(Reason::RuleError))
}

/// The answers of all parts about one client.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By section and node.
    codes: [Vec<Code>; 2],
    /// By kinds that are complete, and by section: what they are where nothing is stated.
    defaults: HashMap<u16, [Vec<Code>; 2], ahash::RandomState>,
    /// By section and code.
    answers: [Vec<Answer>; 2],
    /// Whether they are those of the client.
    is_whole: bool,
}

impl Found {
    /// The answer of a part in a section; `None` where the rules are to be run as they are written out.
    #[inline]
    pub(super) fn answer(&self, section: Section, node: u32) -> Option<Answer> {
        let place = section as usize;
        let code = self.codes[place].get(node as usize).filter(|_| self.is_whole)?;
        self.answers[place].get(usize::from(*code)).copied()
    }

    /// Finds the answers about the client of the slots.
    pub(super) fn find(&mut self, slots: &Slots<'_>) {
        let network = &slots.plan.network;
        self.is_whole = !network.is_empty();
        if !self.is_whole {
            return;
        }
        let complete = slots.complete_kinds().bits();
        if self.answers[0].is_empty() {
            self.answers = SECTIONS.map(|section| (0..=u8::MAX).map(|code| answer(section, code)).collect());
        }
        if self.defaults.len() >= REMEMBERED {
            self.defaults.clear();
        }
        let find = || SECTIONS.map(|section| defaults(section, network, slots));
        let defaults = self.defaults.entry(complete).or_insert_with(find);
        for (codes, defaults) in self.codes.iter_mut().zip(defaults) {
            codes.clone_from(defaults);
        }
        for place in 0..SECTIONS.len() {
            self.is_whole &= self.state(place, network, slots);
        }
        if self.is_whole {
            for (place, codes) in self.codes.iter_mut().enumerate() {
                run(network, place, codes);
            }
        }
    }

    /// Puts the answers of tests where something is stated; says whether all have codes.
    fn state(&mut self, place: usize, network: &Network, slots: &Slots<'_>) -> bool {
        let codes = &mut self.codes[place];
        for subject in &slots.touched {
            for predicate in slots.predicates(*subject as usize) {
                let test = network.test[predicate];
                if test == NONE {
                    continue;
                }
                let code = network.code(place, slots.answer_of(predicate, *subject));
                if code == NO_CODE {
                    return false;
                }
                codes[test as usize] = code;
            }
        }
        true
    }
}

/// What parts are where nothing is stated.
fn defaults(section: Section, network: &Network, slots: &Slots<'_>) -> Vec<Code> {
    let mut codes = vec![TRUE; network.is_part.len()];
    for (number, constant) in &network.constants {
        codes[*number as usize] = code(section, *constant).unwrap_or(UNKNOWN);
    }
    let columns = slots.plan.view.columns;
    for (predicate, test) in network.test.iter().enumerate().filter(|(_, test)| **test != NONE) {
        let answer = slots.default_of(predicate, columns.predicate_subject.at(predicate));
        codes[*test as usize] = code(section, answer).unwrap_or(UNKNOWN);
    }
    codes
}

/// Finds the answers of parts from those of their operands.
fn run(network: &Network, place: usize, codes: &mut [Code]) {
    for part in &network.parts[place] {
        let operands = &network.operands[part.operands.0 as usize..part.operands.1 as usize];
        let below = operands.iter().map(|operand| codes[*operand as usize]);
        codes[part.number as usize] = match part.operator {
            operator::AND => below.max().unwrap_or(UNKNOWN),
            operator::OR => {
                let greatest = below.map(may_hold).max().unwrap_or(UNKNOWN);
                match greatest {
                    HOLDS => TRUE,
                    unknown if unknown >= UNKNOWN => unknown,
                    weight => FALSE | weight,
                }
            }
            _ => network.opposite[place][usize::from(below.max().unwrap_or(UNKNOWN))],
        };
    }
}

/// A code in the order of OR: True before Unknown before False.
#[inline]
fn may_hold(code: Code) -> Code {
    match code {
        TRUE => HOLDS,
        FALSE.. => code & WEIGHT,
        unknown => unknown,
    }
}
