//! The queries about one management class, made so that an instance's values answer all of them at once.
//!
//! Every question about a property is an atom, kept once. What a value says to all atoms of its property is
//! found with one pass over its text; most queries ask whether any of their atoms holds, and then each
//! atom that does answers the queries that contain it.

use std::cmp::Reverse;
use std::collections::HashMap;

use aho_corasick::AhoCorasick;

use crate::model::truth::Truth;
use crate::model::wql::{Ask, Condition, Pattern, Query, Test, Value};

/// Texts of fewer bytes are in many values.
const SHORT: usize = 4;

/// The queries about one class.
#[derive(Debug)]
pub(super) struct Class {
    /// The properties that are asked about, folded, sorted.
    pub(super) properties: Vec<Property>,
    /// Of each atom: the plain queries that contain it.
    plain_of: Vec<Vec<u32>>,
    /// The queries, each with the predicate that it answers.
    pub(super) queries: Vec<(usize, Form)>,
    /// Those of them that need the truth of atoms one by one, and these atoms.
    pub(super) whole: Vec<usize>,
    pub(super) whole_atoms: Vec<u32>,
}

/// What is asked of one property.
#[derive(Debug)]
pub(super) struct Property {
    pub(super) name: String,
    /// The atoms: number and test.
    atoms: Vec<(u32, Test)>,
    /// Finds the texts that patterns must contain.
    texts: Option<AhoCorasick>,
    /// By text: the places of the atoms that need it.
    of_text: Vec<Vec<u32>>,
    /// The places of the atoms that need none.
    always: Vec<u32>,
    /// The plain queries that ask about it.
    plain: Vec<u32>,
    /// Its atoms of which the truth is asked one by one.
    pub(super) whole: Vec<u32>,
}

/// How a query is answered.
#[derive(Debug)]
pub(super) enum Form {
    /// It cannot be asked.
    Unsupported,
    /// It holds where there is an instance.
    Exists,
    /// It holds where any of its atoms does, which are all about one property.
    Plain,
    /// Anything else.
    Whole(Node),
}

/// A condition over atoms.
#[derive(Debug)]
pub(super) enum Node {
    Or(Vec<Node>),
    And(Vec<Node>),
    Not(Box<Node>),
    Atom(u32),
}

/// What a value says to what is asked of its property, True or Unknown; all else is False.
#[derive(Debug)]
pub(super) struct Says {
    /// To the plain queries.
    pub(super) queries: Box<[(u32, Truth)]>,
    /// To the atoms of which the truth is asked one by one.
    pub(super) atoms: Box<[(u32, Truth)]>,
}

impl Node {
    /// Lists its atoms.
    fn list(&self, atoms: &mut Vec<u32>) {
        match self {
            Node::Atom(atom) => atoms.push(*atom),
            Node::Not(operand) => operand.list(atoms),
            Node::Or(operands) | Node::And(operands) => {
                operands.iter().for_each(|operand| operand.list(atoms));
            }
        }
    }

    /// Its truth, given that of the atoms.
    pub(super) fn truth(&self, of: &impl Fn(u32) -> Truth) -> Truth {
        match self {
            Node::Atom(atom) => of(*atom),
            Node::Not(operand) => !operand.truth(of),
            Node::Or(operands) => decided(operands, Truth::True, of),
            Node::And(operands) => decided(operands, Truth::False, of),
        }
    }
}

/// The first truth that decides, else Unknown where any operand is, else the other one.
fn decided(operands: &[Node], deciding: Truth, of: &impl Fn(u32) -> Truth) -> Truth {
    let mut truth = !deciding;
    for operand in operands {
        match operand.truth(of) {
            found if found == deciding => return deciding,
            Truth::Unknown => truth = Truth::Unknown,
            _ => {}
        }
    }
    truth
}

impl Class {
    /// Prepares queries, each with its predicate; one that cannot be asked is none.
    pub(super) fn new(asked: Vec<(usize, Option<Query>)>) -> Class {
        let mut atoms = Atoms::default();
        let mut queries = Vec::with_capacity(asked.len());
        let mut plain: Vec<Vec<u32>> = Vec::new();
        for (number, (predicate, query)) in (0u32..).zip(asked) {
            let form = match query {
                None => Form::Unsupported,
                Some(Query { condition: None, .. }) => Form::Exists,
                Some(Query { condition: Some(condition), .. }) => {
                    let node = atoms.node(&condition);
                    match atoms.plain(&node) {
                        Some(property) => {
                            plain.resize(plain.len().max(property + 1), Vec::new());
                            plain[property].push(number);
                            atoms.contain(&node, number);
                            Form::Plain
                        }
                        None => Form::Whole(node),
                    }
                }
            };
            queries.push((predicate, form));
        }
        plain.resize(atoms.properties.len(), Vec::new());
        let properties = atoms.properties.into_iter().zip(plain);
        let properties = properties.map(|((name, atoms), plain)| Property::new(name, atoms, plain));
        let mut properties: Vec<Property> = properties.collect();
        let is_whole = |at: &usize| matches!(queries[*at].1, Form::Whole(_));
        let whole: Vec<usize> = (0..queries.len()).filter(is_whole).collect();
        let mut whole_atoms = Vec::new();
        for (_, form) in &queries {
            if let Form::Whole(node) = form {
                node.list(&mut whole_atoms);
            }
        }
        whole_atoms.sort_unstable();
        whole_atoms.dedup();
        for property in &mut properties {
            let is_whole = |atom: &u32| whole_atoms.binary_search(atom).is_ok();
            property.whole = property.atoms.iter().map(|(atom, _)| *atom).filter(is_whole).collect();
        }
        Class { properties, plain_of: atoms.plain_of, queries, whole, whole_atoms }
    }

    /// How many atoms there are.
    pub(super) fn atoms(&self) -> usize {
        self.plain_of.len()
    }

    /// What a value of a property says.
    pub(super) fn says(&self, property: &Property, value: &Value) -> Says {
        let found = property.found(value);
        let of_atom = |(atom, truth): &(u32, Truth)| {
            let truth = *truth;
            self.plain_of[*atom as usize].iter().map(move |query| (*query, truth))
        };
        let mut queries: Vec<(u32, Truth)> = found.iter().flat_map(of_atom).collect();
        // A query holds where any of its atoms does.
        queries.sort_unstable_by_key(|(query, truth)| (*query, *truth != Truth::True));
        queries.dedup_by_key(|(query, _)| *query);
        let is_whole = |(atom, _): &(u32, Truth)| self.whole_atoms.binary_search(atom).is_ok();
        Says { queries: queries.into(), atoms: found.into_iter().filter(is_whole).collect() }
    }
}

impl Property {
    fn new(name: String, atoms: Vec<(u32, Test)>, plain: Vec<u32>) -> Property {
        let mut needing: HashMap<&str, usize> = HashMap::new();
        for text in atoms.iter().flat_map(|(_, test)| needed_texts(test)) {
            *needing.entry(text).or_default() += 1;
        }
        // Of the texts that a pattern needs, the one that it shares with the fewest tells the most: of
        // `pci\ven_8086&dev_5904` not the vendor but the device. Short ones are found by chance.
        let telling = |text: &&str| (text.len() < SHORT, needing[text], Reverse(text.len()));
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let (mut texts, mut of_text, mut always) = (Vec::new(), Vec::new(), Vec::new());
        for (place, (_, test)) in (0u32..).zip(&atoms) {
            let Some(needed) = needed_texts(test).min_by_key(telling) else {
                always.push(place);
                continue;
            };
            let number = *numbers.entry(needed).or_insert_with(|| {
                texts.push(needed);
                of_text.push(Vec::new());
                texts.len() - 1
            });
            of_text[number].push(place);
        }
        // Without an automaton, every pattern is tried.
        let automaton = AhoCorasick::new(&texts).ok();
        if automaton.is_none() {
            always = (0..atoms.len() as u32).collect();
        }
        Property { name, texts: automaton, of_text, always, plain, atoms, whole: Vec::new() }
    }

    /// The plain queries that ask about it.
    pub(super) fn plain(&self) -> &[u32] {
        &self.plain
    }

    /// Its atoms to which a value says True or Unknown.
    fn found(&self, value: &Value) -> Vec<(u32, Truth)> {
        // What a pattern says of an array is not known, whatever texts it must contain.
        let mut tried = match value {
            Value::Other => (0..self.atoms.len() as u32).collect(),
            _ => self.always.clone(),
        };
        let text = value.text();
        if let Some(texts) = &self.texts {
            let found = texts.find_overlapping_iter(text.as_ref());
            tried.extend(found.flat_map(|found| &self.of_text[found.pattern().as_usize()]));
        }
        tried.sort_unstable();
        tried.dedup();
        let tried = tried.into_iter().map(|place| &self.atoms[place as usize]);
        let found = tried.map(|(number, test)| (*number, test.holds(Some(value))));
        found.filter(|(_, truth)| *truth != Truth::False).collect()
    }
}

/// The texts that a value must contain for a test to hold.
fn needed_texts(test: &Test) -> impl Iterator<Item = &str> {
    let pattern = match test {
        Test::Like(pattern) => Some(pattern),
        Test::Null | Test::Compare(..) => None,
    };
    pattern.into_iter().flat_map(Pattern::texts)
}

/// The atoms of a class while its queries are read.
#[derive(Default)]
struct Atoms {
    /// By property: name, and its atoms with their numbers.
    properties: Vec<(String, Vec<(u32, Test)>)>,
    places: HashMap<String, usize>,
    /// Atoms by property and what they ask, as written.
    known: HashMap<(usize, String), u32>,
    /// The property of each atom.
    property_of: Vec<usize>,
    plain_of: Vec<Vec<u32>>,
}

impl Atoms {
    fn node(&mut self, condition: &Condition) -> Node {
        match condition {
            Condition::Or(operands) => Node::Or(operands.iter().map(|one| self.node(one)).collect()),
            Condition::And(operands) => Node::And(operands.iter().map(|one| self.node(one)).collect()),
            Condition::Not(operand) => Node::Not(Box::new(self.node(operand))),
            Condition::Ask(ask) => Node::Atom(self.atom(ask)),
        }
    }

    fn atom(&mut self, ask: &Ask) -> u32 {
        let property = match self.places.get(&ask.property) {
            Some(property) => *property,
            None => {
                self.properties.push((ask.property.clone(), Vec::new()));
                self.places.insert(ask.property.clone(), self.properties.len() - 1);
                self.properties.len() - 1
            }
        };
        let next = self.plain_of.len() as u32;
        let number = *self.known.entry((property, format!("{:?}", ask.test))).or_insert(next);
        if number == next {
            self.properties[property].1.push((number, ask.test.clone()));
            self.property_of.push(property);
            self.plain_of.push(Vec::new());
        }
        number
    }

    /// The property that a condition asks about, where it holds if any of its atoms does.
    fn plain(&self, node: &Node) -> Option<usize> {
        let of = |atom: &u32| self.property_of[*atom as usize];
        match node {
            Node::Atom(atom) => Some(of(atom)),
            Node::Or(operands) => {
                let mut properties = operands.iter().map(|operand| self.plain(operand));
                let first = properties.next()??;
                properties.all(|other| other == Some(first)).then_some(first)
            }
            Node::And(_) | Node::Not(_) => None,
        }
    }

    /// Notes that a plain query contains the atoms of its condition.
    fn contain(&mut self, node: &Node, query: u32) {
        match node {
            Node::Atom(atom) => self.plain_of[*atom as usize].push(query),
            Node::Or(operands) | Node::And(operands) => {
                operands.iter().for_each(|operand| self.contain(operand, query));
            }
            Node::Not(operand) => self.contain(operand, query),
        }
    }
}
