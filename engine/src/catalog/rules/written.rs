//! How many rules a catalog has, as they are written: elements, leaves, sections, queries.
//!
//! Two are the same when name, attributes, text and what stands below are; each is known by a digest.

use std::collections::{BTreeMap, HashSet};

use sha2::{Digest, Sha256};

use super::element::Element;
use crate::model::expr::Comparison;
use crate::model::wql::{self, Condition, Test};

/// The digest of something that is written.
type Same = [u8; 16];

/// Operators, which are no leaves.
const LOGIC: [&str; 5] = ["And", "Or", "Not", "True", "False"];

/// Counts of the rules of a catalog.
#[derive(Debug, Default)]
pub struct Written {
    sections: u64,
    distinct_sections: HashSet<Same>,
    nodes: u64,
    distinct_nodes: HashSet<Same>,
    leaves: u64,
    distinct_leaves: HashSet<Same>,
    deepest: u64,
    queries: u64,
    unparsed: u64,
    distinct_queries: HashSet<Same>,
    /// Of different queries: characters of all, and of the longest.
    query_characters: (u64, u64),
    /// Of different queries.
    operators: BTreeMap<&'static str, u64>,
    classes: BTreeMap<String, u64>,
    /// Elements of the rules of the update that is being read, and the most of any.
    of_update: (u64, u64),
}

impl Written {
    /// Begins the rules of the next update.
    pub fn begin_update(&mut self) {
        self.of_update.0 = 0;
    }

    /// Begins a section.
    pub(super) fn section() -> Sha256 {
        Sha256::new()
    }

    /// Ends a section.
    pub(super) fn end_section(&mut self, whole: Sha256) {
        self.sections += 1;
        self.distinct_sections.insert(same(whole));
        self.of_update.1 = self.of_update.1.max(self.of_update.0);
    }

    /// Counts an element and all that stand below it.
    pub(super) fn count(&mut self, element: &Element, whole: &mut Sha256) {
        whole.update(self.element(element, 1));
    }

    fn element(&mut self, element: &Element, depth: u64) -> Same {
        let mut digest = Sha256::new();
        let mut part = |text: &str| {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        };
        part(&element.name);
        let mut attributes: Vec<_> = element.given.iter().collect();
        attributes.sort_unstable();
        for (name, value) in attributes {
            part(name);
            part(value);
        }
        part(&element.text);
        for below in &element.below {
            digest.update(self.element(below, depth + 1));
        }
        let digest = same(digest);
        self.nodes += 1;
        self.of_update.0 += 1;
        self.deepest = self.deepest.max(depth);
        self.distinct_nodes.insert(digest);
        if !LOGIC.contains(&element.name.as_str()) {
            self.leaves += 1;
            self.distinct_leaves.insert(digest);
        }
        if element.name == "WmiQuery" {
            self.query(element.given.get("WqlQuery").unwrap_or(""));
        }
        digest
    }

    fn query(&mut self, text: &str) {
        self.queries += 1;
        let Ok(query) = wql::parse(text) else {
            self.unparsed += 1;
            return;
        };
        *self.classes.entry(query.class).or_default() += 1;
        if self.distinct_queries.insert(same(Sha256::new().chain_update(text))) {
            let count = text.chars().count() as u64;
            let (all, longest) = self.query_characters;
            self.query_characters = (all + count, longest.max(count));
            query.condition.iter().for_each(|condition| self.condition(condition));
        }
    }

    fn condition(&mut self, condition: &Condition) {
        let operator = match condition {
            Condition::Or(operands) | Condition::And(operands) => {
                return operands.iter().for_each(|operand| self.condition(operand));
            }
            Condition::Not(operand) => {
                self.condition(operand);
                "not"
            }
            Condition::Ask(ask) => match &ask.test {
                Test::Null => "null",
                Test::Like(_) => "like",
                Test::Compare(Comparison::Eq, _) => "=",
                Test::Compare(Comparison::Ne, _) => "<>",
                Test::Compare(Comparison::Ge, _) => ">=",
                Test::Compare(Comparison::Gt, _) => ">",
                Test::Compare(Comparison::Le, _) => "<=",
                Test::Compare(Comparison::Lt, _) => "<",
                Test::Compare(Comparison::Contains, _) => "contains",
            },
        };
        *self.operators.entry(operator).or_default() += 1;
    }

    /// All counts, by name.
    pub fn counts(&self) -> Vec<(String, u64)> {
        let named = [
            ("sections", self.sections),
            ("distinct_sections", self.distinct_sections.len() as u64),
            ("leaf_predicates", self.leaves),
            ("distinct_predicates", self.distinct_leaves.len() as u64),
            ("nodes", self.nodes),
            ("distinct_nodes", self.distinct_nodes.len() as u64),
            ("deepest_rule", self.deepest),
            ("most_nodes", self.of_update.1),
            ("wql_uses", self.queries),
            ("wql_distinct", self.distinct_queries.len() as u64),
            ("wql_unparsed", self.unparsed),
            ("wql_characters", self.query_characters.0),
            ("wql_longest", self.query_characters.1),
        ];
        let named = named.into_iter().map(|(name, count)| (name.to_owned(), count));
        let classes = self.classes.iter().map(|(class, count)| (format!("wql_class:{class}"), *count));
        let operators = self.operators.iter().map(|(name, count)| (format!("wql_operator:{name}"), *count));
        named.chain(classes).chain(operators).collect()
    }
}

fn same(digest: Sha256) -> Same {
    let digest: [u8; 32] = digest.finalize().into();
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    short
}
