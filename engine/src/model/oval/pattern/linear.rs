//! Turns a tree without look-around, back-references and atomic groups into a program of linear time.
//!
//! `$` needs a look-ahead that this engine lacks. Where nothing follows it, `(\n?)\z` does instead: the
//! group, numbered after the pattern's own, marks where the match really ends.

use regex_syntax::hir::{Capture, Class, ClassUnicode, Hir, Look, Repetition};

use super::tree::{Node, Place};

/// What is known of the place of a part.
#[derive(Clone, Copy)]
struct Position {
    /// Whether the match ends where this part ends.
    last: bool,
    /// Whether at least one character follows this part.
    followed: bool,
}

/// A translation in progress.
struct Translation {
    /// The number of the next group of the pattern.
    group: u32,
    /// The number of the next marking group.
    marker: u32,
}

/// Translates a tree of `groups` groups; `None` where the linear engine cannot say the same.
pub(super) fn translate(node: &Node, groups: u32) -> Option<Hir> {
    let mut translation = Translation { group: 1, marker: groups + 1 };
    translation.node(node, Position { last: true, followed: false })
}

impl Translation {
    fn node(&mut self, node: &Node, position: Position) -> Option<Hir> {
        match node {
            Node::Empty => Some(Hir::empty()),
            Node::Set(set) => Some(class(set)),
            Node::Place(place) => self.place(*place, position),
            Node::Concat(nodes) => {
                let hirs: Option<Vec<Hir>> =
                    (0..nodes.len()).map(|at| self.part(nodes, at, position)).collect();
                hirs.map(Hir::concat)
            }
            Node::Alternate(nodes) => {
                let hirs: Option<Vec<Hir>> = nodes.iter().map(|node| self.node(node, position)).collect();
                hirs.map(Hir::alternation)
            }
            Node::Capture(node) => {
                let index = self.group;
                self.group += 1;
                let sub = Box::new(self.node(node, position)?);
                Some(Hir::capture(Capture { index, name: None, sub }))
            }
            Node::Repeat { min, max, greedy, node } => {
                // What follows one iteration may be another, or nothing.
                let sub = Box::new(self.node(node, Position { last: false, followed: false })?);
                Some(Hir::repetition(Repetition { min: *min, max: *max, greedy: *greedy, sub }))
            }
            Node::Around(..) | Node::Atomic(_) | Node::Backreference { .. } => None,
        }
    }

    /// Translates one part of a sequence, which knows what stands after it.
    fn part(&mut self, nodes: &[Node], at: usize, position: Position) -> Option<Hir> {
        let last = position.last && at + 1 == nodes.len();
        let followed = position.followed || nodes[at + 1..].iter().any(|node| node.measure().least > 0);
        self.node(&nodes[at], Position { last, followed })
    }

    fn place(&mut self, place: Place, position: Position) -> Option<Hir> {
        Some(Hir::look(match place {
            Place::Start => Look::Start,
            Place::End => Look::End,
            Place::LineEnd => Look::EndLF,
            Place::Word => Look::WordAscii,
            Place::NotWord => Look::WordAsciiNegate,
            // They differ after a line feed that ends the text, where nothing can follow.
            Place::LineStart if position.followed => Look::StartLF,
            Place::LineStart => return None,
            Place::FinalEnd if position.last => return Some(self.final_end()),
            Place::FinalEnd => return None,
        }))
    }

    fn final_end(&mut self) -> Hir {
        let feed = Box::new(Hir::literal([b'\n']));
        let sub = Box::new(Hir::repetition(Repetition { min: 0, max: Some(1), greedy: true, sub: feed }));
        let index = self.marker;
        self.marker += 1;
        Hir::concat(vec![Hir::capture(Capture { index, name: None, sub }), Hir::look(Look::End)])
    }
}

fn class(set: &ClassUnicode) -> Hir {
    Hir::class(Class::Unicode(set.clone()))
}
