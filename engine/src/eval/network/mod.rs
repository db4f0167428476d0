//! Rules of ranked reasons as a network: every part that rules share is found once for a client.
//!
//! A catalog of packages has some ten thousand different parts of rules, and every client is asked for
//! all of them. An answer is one byte here ([`codes`]), and parts of one shape stand side by side behind
//! their operands, so that a pass without branches finds all of them. A client with an answer that has no
//! such byte is left to the rules as they are written out.
//!
//! Clients of one system agree in most rules. What those are to the first of them is remembered, and of
//! others only the updates are looked at of which a rule has another answer.

mod codes;

use std::ops::Range;

use codes::{Code, Codebook, NO_CODE, UNKNOWN};

use super::slots::{Slots, question};
use crate::compile::rules::operator;
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::index::nodes::operands;
use crate::index::probe::tag;
use crate::index::restore::rules::constant;
use crate::model::expr::{Reasons, Section};
use crate::model::truth::Truth;
use crate::model::verdict::Answer;

/// The sections, in the order in which their parts are kept.
const SECTIONS: [Section; 2] = [Section::Installed, Section::Applicable];

/// The parts of the rules of an index.
#[derive(Debug)]
pub(super) struct Network {
    /// By node: whether it is a part.
    is_part: Vec<bool>,
    /// By predicate: the places of its tests in both sections; behind all parts where none is asked, and
    /// where it is one about the system.
    tests: Vec<[u32; 2]>,
    /// By section.
    halves: [Half; 2],
}

/// The parts of the rules of one section.
#[derive(Debug)]
struct Half {
    book: Codebook,
    /// By node: the place of its code, tests and constants first, then each part behind its operands; NONE
    /// where it is none that is asked.
    places: Vec<u32>,
    /// How many parts there are; behind their codes stands one that nothing asks for.
    count: usize,
    /// The parts with operands.
    groups: Vec<Group>,
    /// The places of the operands, part by part.
    operands: Vec<u32>,
    /// The predicates that are asked, but for the system, with the places of their tests, both rising.
    tests: Vec<(usize, u32)>,
    /// The predicates about the system, with their subjects and the places of their tests: what they answer
    /// is the same for many clients, and contained in most rules.
    system: Vec<(usize, u32, u32)>,
    /// The parts that are always the same.
    constants: Vec<(u32, Answer)>,
    /// The rules by their updates: for each 64 updates the place of each rule, and which of them has it.
    rules: Vec<(usize, Vec<(u32, u32)>)>,
}

/// Parts of one operator and one number of operands, none of which contains another.
#[derive(Debug)]
struct Group {
    operator: u8,
    /// The place of the first.
    first: usize,
    /// How many operands each has, at least one.
    arity: usize,
    operands: Range<usize>,
}

impl Network {
    /// The network of the rules of updates: each rule that says that something is there, and the one that
    /// says that it is for the client.
    pub(super) fn new(view: View<'_>, rules: &[(u32, [u32; 2])]) -> Network {
        let books = SECTIONS.map(Codebook::new);
        let mut is_part = vec![false; if rules.is_empty() { 0 } else { view.columns.nodes() }];
        for node in 0..is_part.len() {
            is_part[node] = can_be_part(view, &books, &is_part, node);
        }
        let mut sections = SECTIONS.into_iter();
        let half = |book: Codebook| {
            let place = sections.next().unwrap_or(Section::Installed) as usize;
            let rules = rules.iter().map(|(update, roots)| (roots[place], *update)).collect();
            Half::new(view, book, &is_part, rules)
        };
        let halves = books.map(half);
        let mut tests = vec![[0, 1].map(|at: usize| halves[at].count as u32); view.columns.predicates()];
        for (at, half) in halves.iter().enumerate() {
            half.tests.iter().for_each(|(predicate, place)| tests[*predicate][at] = *place);
        }
        Network { halves, tests, is_part }
    }

    /// Whether the rule of a root is a part.
    pub(super) fn has(&self, root: u32) -> bool {
        self.is_part.get(root as usize).copied().unwrap_or(false)
    }

    /// Writes what the defaults of a client depend on: which kinds are complete, and what its system answers,
    /// where all of that has codes.
    pub(super) fn write_key(&self, slots: &Slots<'_>, key: &mut Vec<u8>) {
        key.clear();
        key.extend(slots.complete_kinds().bits().to_le_bytes());
        let start = key.len();
        for half in &self.halves {
            let system = half.system.iter();
            key.extend(system.map(|(predicate, of, _)| half.book.code(slots.answer_of(*predicate, *of))));
        }
        if key[start..].contains(&NO_CODE) {
            key.truncate(start);
        }
    }

    /// What tests and constants are to the client of the slots where nothing is stated but its system; `None`
    /// where some answer has no code.
    pub(super) fn defaults(&self, slots: &Slots<'_>) -> Option<Codes> {
        let [installed, applicable] = &self.halves;
        Some([installed.defaults(slots)?, applicable.defaults(slots)?])
    }
}

/// Whether a node, of whose operands this is known, has answers that all have codes.
fn can_be_part(view: View<'_>, books: &[Codebook; 2], is_part: &[bool], node: usize) -> bool {
    let columns = view.columns;
    match columns.node_operator.at(node) {
        operator::CONSTANT | operator::UNREAD => {
            let answer = constant_at(view, node);
            books.iter().all(|book| book.code(answer) != NO_CODE)
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
        operator @ (operator::AND | operator::OR | operator::NOT) => {
            let ranked = columns.node_reasons.at(node) == Reasons::Ranked as u8;
            let mut below = operands(columns, node);
            let is_part = |below: u32| (below as usize) < node && is_part[below as usize];
            (ranked || operator == operator::NOT) && below.next().is_some_and(is_part) && below.all(is_part)
        }
        _ => false,
    }
}

/// Whether a part has no operands.
fn is_input(view: View<'_>, node: usize) -> bool {
    matches!(view.columns.node_operator.at(node), operator::CONSTANT | operator::UNREAD | operator::TEST)
}

/// The answer of a node that is always the same.
fn constant_at(view: View<'_>, node: usize) -> Answer {
    let columns = view.columns;
    let (a, b) = (columns.node_a.at(node), columns.node_b.at(node));
    match columns.node_operator.at(node) {
        operator::UNREAD => Answer::new(Truth::Unknown, constant(0, b).reason),
        _ => constant(a, b),
    }
}

impl Half {
    fn new(view: View<'_>, book: Codebook, is_part: &[bool], mut rules: Vec<(u32, u32)>) -> Half {
        let columns = view.columns;
        let mut asked = vec![false; is_part.len()];
        rules.retain(|(root, _)| is_part.get(*root as usize).is_some_and(|is_part| *is_part));
        rules.iter().for_each(|(root, _)| asked[*root as usize] = true);
        for node in (0..asked.len()).rev() {
            if asked[node] {
                operands(columns, node).for_each(|below| asked[below as usize] = true);
            }
        }
        let mut half = Half {
            book,
            places: vec![NONE; asked.len()],
            count: 0,
            groups: Vec::new(),
            operands: Vec::new(),
            tests: Vec::new(),
            system: Vec::new(),
            constants: Vec::new(),
            rules: Vec::new(),
        };
        let asked = (0..asked.len()).filter(|node| asked[*node]);
        let (mut inputs, mut parts): (Vec<_>, Vec<_>) = asked.partition(|node| is_input(view, *node));
        // Tests in the order of what they ask, so that those about one subject stand side by side.
        inputs.sort_by_key(|node| {
            (columns.node_operator.at(*node) != operator::TEST, columns.node_a.at(*node))
        });
        inputs.iter().for_each(|node| half.add_input(view, *node));
        // What stands on a level contains nothing of it.
        let mut levels = vec![0u32; is_part.len()];
        for node in &parts {
            let below = operands(columns, *node).map(|below| levels[below as usize]);
            levels[*node] = below.max().unwrap_or(0) + 1;
        }
        let shape =
            |node: usize| (levels[node], columns.node_operator.at(node), operands(columns, node).count());
        parts.sort_by_key(|node| shape(*node));
        half.count = inputs.len() + parts.len();
        for (place, node) in (inputs.len() as u32..).zip(&parts) {
            half.places[*node] = place;
        }
        for group in parts.chunk_by(|a, b| shape(*a) == shape(*b)) {
            half.add_group(view, group);
        }
        rules.sort_unstable_by_key(|(root, update)| (*update, *root));
        rules.dedup();
        let rule = |(root, update): &(u32, u32)| (half.places[*root as usize], update % 64);
        half.rules = rules
            .chunk_by(|a, b| a.1 / 64 == b.1 / 64)
            .map(|rules| (rules[0].1 as usize / 64, rules.iter().map(rule).collect()))
            .collect();
        half
    }

    /// Adds a node without operands.
    fn add_input(&mut self, view: View<'_>, node: usize) {
        let columns = view.columns;
        let place = self.count as u32;
        if columns.node_operator.at(node) == operator::TEST {
            let predicate = columns.node_a.at(node) as usize;
            let subject = columns.predicate_subject.at(predicate);
            if matches!(columns.subject_tag.at(subject as usize), tag::OS | tag::SYSTEM) {
                self.system.push((predicate, subject, place));
            } else {
                self.tests.push((predicate, place));
            }
        } else {
            self.constants.push((place, constant_at(view, node)));
        }
        self.places[node] = place;
        self.count += 1;
    }

    /// Adds parts of one shape, whose places are known.
    fn add_group(&mut self, view: View<'_>, nodes: &[usize]) {
        let columns = view.columns;
        let start = self.operands.len();
        for node in nodes {
            self.operands.extend(operands(columns, *node).map(|below| self.places[below as usize]));
        }
        self.groups.push(Group {
            operator: columns.node_operator.at(nodes[0]),
            first: self.places[nodes[0]] as usize,
            arity: (self.operands.len() - start) / nodes.len(),
            operands: start..self.operands.len(),
        });
    }

    /// What tests and constants are to the client of the slots where nothing is stated but its system; `None`
    /// where some answer has no code.
    fn defaults(&self, slots: &Slots<'_>) -> Option<Vec<Code>> {
        let columns = slots.plan.view.columns;
        let mut codes = vec![UNKNOWN; self.count + 1];
        for (place, answer) in &self.constants {
            codes[*place as usize] = self.book.code(*answer);
        }
        for (predicate, place) in &self.tests {
            let answer = slots.default_of(*predicate, columns.predicate_subject.at(*predicate));
            codes[*place as usize] = self.book.code(answer);
        }
        for (predicate, subject, place) in &self.system {
            codes[*place as usize] = self.book.code(slots.answer_of(*predicate, *subject));
        }
        (!codes.contains(&NO_CODE)).then_some(codes)
    }

    /// Finds the parts with operands.
    fn run(&self, codes: &mut [Code]) {
        let book = &self.book;
        for group in &self.groups {
            let (below, parts) = codes.split_at_mut(group.first);
            let operands = &self.operands[group.operands.clone()];
            match group.arity {
                1 => run(book, group.operator, below, parts.iter_mut().zip(operands.as_chunks::<1>().0)),
                2 => run(book, group.operator, below, parts.iter_mut().zip(operands.as_chunks::<2>().0)),
                3 => run(book, group.operator, below, parts.iter_mut().zip(operands.as_chunks::<3>().0)),
                4 => run(book, group.operator, below, parts.iter_mut().zip(operands.as_chunks::<4>().0)),
                many => run(book, group.operator, below, parts.iter_mut().zip(operands.chunks_exact(many))),
            }
        }
    }
}

/// Finds parts of one operator, each given with the places of its operands.
#[inline]
fn run<'p, O: AsRef<[u32]> + 'p>(
    book: &Codebook,
    operator: u8,
    below: &[Code],
    parts: impl Iterator<Item = (&'p mut Code, O)>,
) {
    let of = |operand: &u32| below[*operand as usize];
    let held = |operand: &u32| book.held[usize::from(of(operand))];
    let greatest = |operands: O| operands.as_ref().iter().map(of).max().unwrap_or(UNKNOWN);
    let greatest_held = |operands: O| operands.as_ref().iter().map(held).max().unwrap_or(UNKNOWN);
    match operator {
        operator::AND => parts.for_each(|(part, operands)| *part = greatest(operands)),
        operator::OR => {
            parts.for_each(|(part, operands)| *part = book.of_held[usize::from(greatest_held(operands))]);
        }
        _ => parts.for_each(|(part, operands)| *part = book.opposite[usize::from(greatest(operands))]),
    }
}

/// The codes of all parts, by section and place.
pub(super) type Codes = [Vec<Code>; 2];

/// The codes of all parts about one client.
#[derive(Debug, Default)]
pub(super) struct Found {
    codes: Codes,
    /// Whether they are those of the client.
    is_whole: bool,
}

impl Found {
    /// The answer of a rule in a section; `None` where the rules are to be run as they are written out.
    #[inline]
    pub(super) fn answer(&self, network: &Network, section: Section, node: u32) -> Option<Answer> {
        let half = &network.halves[section as usize];
        let place = *half.places.get(node as usize).filter(|_| self.is_whole)?;
        self.codes[section as usize].get(place as usize).map(|code| half.book.answer(*code))
    }

    /// Begins with the codes of defaults.
    fn begin(&mut self, defaults: &Codes) {
        for (codes, defaults) in self.codes.iter_mut().zip(defaults) {
            codes.clone_from(defaults);
        }
        self.is_whole = true;
    }

    /// Finds the answers about the client of the slots, or about one that states nothing where not all of its
    /// own have codes; gives the codes of all parts.
    pub(super) fn learn(&mut self, slots: &Slots<'_>, defaults: &Codes) -> Codes {
        let network = &slots.plan.network;
        self.begin(defaults);
        if !self.state(network, slots) {
            self.begin(defaults);
        }
        network.halves.iter().zip(&mut self.codes).for_each(|(half, codes)| half.run(codes));
        self.codes.clone()
    }

    /// Leaves the client to the rules as they are written out, and says that nothing was found.
    pub(super) fn leave(&mut self) -> bool {
        self.is_whole = false;
        false
    }

    /// Finds the answers about the client of the slots, and marks the updates of which a rule has another
    /// one than the first client had; says whether all answers have codes.
    pub(super) fn find(
        &mut self,
        slots: &Slots<'_>,
        defaults: &Codes,
        first: &Codes,
        reached: &mut [u64],
    ) -> bool {
        self.begin(defaults);
        let network = &slots.plan.network;
        self.is_whole = self.state(network, slots);
        if !self.is_whole {
            return false;
        }
        for ((half, codes), first) in network.halves.iter().zip(&mut self.codes).zip(first) {
            half.run(codes);
            for (word, rules) in &half.rules {
                let differs = |place: u32| u64::from(codes[place as usize] != first[place as usize]);
                reached[*word] |= rules.iter().fold(0, |bits, (place, bit)| bits | differs(*place) << bit);
            }
        }
        true
    }

    /// Puts the answers of tests where something is stated; says whether all have codes.
    fn state(&mut self, network: &Network, slots: &Slots<'_>) -> bool {
        let mut is_whole = true;
        let [one, other] = &mut self.codes;
        let mut put = |half: &Half, answer, place: u32, codes: &mut [Code]| {
            let code = half.book.code(answer);
            is_whole &= code != NO_CODE || place as usize == half.count;
            codes[place as usize] = code;
        };
        for subject in &slots.touched {
            slots.each_answer(*subject, |predicate, answer| {
                let [place, other_place] = network.tests[predicate];
                put(&network.halves[0], answer, place, one);
                put(&network.halves[1], answer, other_place, other);
            });
        }
        is_whole
    }
}
