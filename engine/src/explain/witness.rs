//! The facts that a proof speaks of: what the client wrote, and where.
//!
//! Readers of inventories keep the byte at which a fact stands; the line that a person looks for is
//! counted here, from the document, and only for the facts of a proof.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Ask, Because, Explainer, Node, Proof, Rules};
use crate::diagnostic::Position;
use crate::model::fact::Fact;

/// A fact that a proof speaks of.
#[derive(Clone, Debug)]
pub struct Witness<'m> {
    /// The fact.
    pub fact: &'m Fact<'static>,
    /// The document it stands in; empty where the inventory names none.
    pub document: &'m str,
    /// Where in the document.
    pub position: Position,
}

impl<'m> Explainer<'m> {
    /// All facts that a proof speaks of.
    pub(super) fn witnesses(&self, proof: &Proof<'m>) -> BTreeMap<usize, Witness<'m>> {
        let mut numbers = Vec::new();
        match &proof.rules {
            Rules::Retracted | Rules::Deprecated | Rules::None | Rules::Definition(..) => {}
            Rules::Tests { .. } | Rules::Items(_) => {
                proof.rules.trees().into_iter().for_each(|(_, _, tree)| gather(tree, &mut numbers));
            }
            Rules::Packages { rows, .. } => {
                numbers.extend(self.evaluator.known().kernel.map(|kernel| kernel.stated));
                for row in rows {
                    numbers.extend(row.because.fact());
                    numbers.extend(row.installed.iter().map(|installed| installed.seen.stated));
                    for module in &row.modules {
                        numbers.extend(module.because.fact());
                        numbers.extend(&module.facts);
                    }
                }
            }
        }
        for product in &proof.products {
            numbers.extend(product.because.fact());
            numbers.extend(product.fact);
            for detected in &product.detections {
                gather(&detected.when, &mut numbers);
                let tests = detected.steps.iter().filter_map(|step| step.test.as_ref());
                tests.for_each(|test| gather(test, &mut numbers));
            }
        }
        numbers.into_iter().filter_map(|number| Some((number, self.witness(number)?))).collect()
    }

    fn witness(&self, number: usize) -> Option<Witness<'m>> {
        let stated = self.inventory.facts.get(number)?;
        let document = self.inventory.documents.get(stated.document as usize);
        let document = document.map_or("", String::as_str);
        Some(Witness { fact: &stated.fact, document, position: stated.position })
    }
}

fn gather(node: &Node<'_>, numbers: &mut Vec<usize>) {
    if let Ask::Leaf(leaf) = &node.ask {
        numbers.extend(&leaf.facts);
    }
    node.below.iter().for_each(|node| gather(node, numbers));
}

impl Proof<'_> {
    /// Finds line and column of the facts of which only the byte is known.
    ///
    /// `read` gives the text of a document as its reader decoded it; a document that it does not give
    /// keeps its facts at bytes.
    pub fn locate(&mut self, read: &mut dyn FnMut(&str) -> Option<Rc<str>>) {
        let mut wanted: BTreeMap<&str, Vec<&mut Position>> = BTreeMap::new();
        for witness in self.witnesses.values_mut().filter(|witness| witness.position.line == 0) {
            wanted.entry(witness.document).or_default().push(&mut witness.position);
        }
        if let Rules::Definition(_, Some(trace)) = &mut self.rules {
            let characteristics = &self.inventory.characteristics;
            let document = self.inventory.documents.get(characteristics.document as usize);
            let wanted = wanted.entry(document.map_or("", String::as_str)).or_default();
            trace.each_position(&mut |position| wanted.push(position));
        }
        for (document, mut positions) in wanted {
            let Some(text) = read(document) else { continue };
            positions.sort_unstable_by_key(|position| position.offset);
            count_lines(text.as_bytes(), positions);
        }
    }
}

/// Fills lines and columns of rising offsets into a text.
fn count_lines(text: &[u8], positions: Vec<&mut Position>) {
    let (mut passed, mut line, mut begin) = (0, 1u32, 0);
    for position in positions {
        let Ok(offset) = usize::try_from(position.offset) else { continue };
        let Some(part) = text.get(passed..offset) else { continue };
        let breaks = memchr::memchr_iter(b'\n', part).count();
        line = line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        if let Some(last) = memchr::memrchr(b'\n', part) {
            begin = passed + last + 1;
        }
        passed = offset;
        position.line = line;
        position.column = u32::try_from(offset - begin + 1).unwrap_or(u32::MAX);
    }
}

impl Because {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Because::Stated => "stated",
            Because::Detected(_) => "detected",
            Because::RuledOut(_) => "ruled-out",
            Because::ProvedAbsent(_) => "proved-absent",
            Because::Covered { .. } => "covered",
            Because::Complete(_) => "complete",
            Because::TokenUnknown(_) => "token-unknown",
            Because::Undeclared(_) => "undeclared",
            Because::Ignored => "ignored",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_bytes() {
        let text = b"one\ntwo\n\nfour";
        let mut positions = [0, 4, 6, 8, 9, 13, 14].map(|offset| Position { offset, line: 0, column: 0 });
        count_lines(text, positions.iter_mut().collect());
        let found = positions.map(|position| (position.line, position.column));
        assert_eq!(found, [(1, 1), (2, 1), (2, 3), (3, 1), (4, 1), (4, 5), (0, 0)]);
    }
}
