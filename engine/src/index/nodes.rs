//! How much each node of an index stands for, found in one pass from the first to the last.
//!
//! Nodes are shared, so that few of them may stand for a rule of any size: whoever walks a rule down to
//! its leaves asks here first.

use super::columns::{ArchivedColumns, Column};
use crate::compile::rules::operator;
use crate::model::expr::{DEPTH, NODES};

/// What a node stands for, when everything below it is written out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    /// The nodes from it down to the deepest one.
    pub(crate) depth: u64,
    /// All nodes, shared ones as often as they stand.
    pub(crate) nodes: u64,
    /// The tests among them.
    pub(crate) leaves: u64,
}

impl Extent {
    /// What a node with an operand that does not come before it stands for.
    const ENDLESS: Extent = Extent { depth: u64::MAX, nodes: u64::MAX, leaves: u64::MAX };

    /// Whether it is a rule that may be walked.
    pub(crate) fn is_bounded(&self) -> bool {
        self.depth <= DEPTH as u64 && self.nodes <= NODES as u64
    }

    fn above(self, operand: Extent) -> Extent {
        Extent {
            depth: self.depth.max(operand.depth.saturating_add(1)),
            nodes: self.nodes.saturating_add(operand.nodes),
            leaves: self.leaves.saturating_add(operand.leaves),
        }
    }
}

/// The operands of a node, as they are stored.
pub(crate) fn operands(columns: &ArchivedColumns, node: usize) -> impl Iterator<Item = u32> {
    let (a, b) = (columns.node_a.at(node), columns.node_b.at(node));
    let (direct, listed) = match columns.node_operator.at(node) {
        operator::CONSTANT | operator::TEST | operator::UNREAD => ([None; 2], 0..0),
        operator::NOT => ([Some(a), None], 0..0),
        operator::LOOP => ([Some(b), None], 0..0),
        operator::OTHERWISE => ([Some(a), Some(b)], 0..0),
        _ => ([None; 2], a as usize..b as usize),
    };
    let listed = columns.operand.as_slice().get(listed).unwrap_or_default();
    direct.into_iter().flatten().chain(listed.iter().map(|operand| operand.to_native()))
}

/// What every node stands for.
pub(crate) fn extents(columns: &ArchivedColumns) -> Vec<Extent> {
    let mut extents: Vec<Extent> = Vec::with_capacity(columns.nodes());
    for node in 0..columns.nodes() {
        let leaves = u64::from(columns.node_operator.at(node) == operator::TEST);
        let alone = Extent { depth: 1, nodes: 1, leaves };
        let below = |operand: u32| extents.get(operand as usize).copied().unwrap_or(Extent::ENDLESS);
        extents.push(operands(columns, node).map(below).fold(alone, Extent::above));
    }
    extents
}
