//! Counts the nodes of the rules of each source, all and different ones.

use std::collections::HashSet;

use ahash::RandomState;

/// Per source: tests, different ones, nodes, different nodes.
#[derive(Debug)]
pub(super) struct Tally {
    counts: Vec<[u64; 4]>,
    /// The source that each node was visited for last. Almost always it is the only one.
    latest: Vec<u32>,
    /// The sources and nodes of all visits, of those nodes that several sources have.
    shared: HashSet<(u32, u32), RandomState>,
}

impl Tally {
    pub(super) fn new(sources: usize) -> Self {
        Tally { counts: vec![[0; 4]; sources], latest: Vec::new(), shared: HashSet::default() }
    }

    /// Counts a node of a rule of `source`.
    pub(super) fn visit(&mut self, source: u32, node: u32, is_test: bool) {
        let is_first = self.is_first(source, node);
        let counts = &mut self.counts[source as usize];
        counts[2] += 1;
        counts[3] += u64::from(is_first);
        if is_test {
            counts[0] += 1;
            counts[1] += u64::from(is_first);
        }
    }

    fn is_first(&mut self, source: u32, node: u32) -> bool {
        // Nodes are numbered when they are first visited.
        let Some(latest) = self.latest.get_mut(node as usize) else {
            self.latest.push(source);
            return true;
        };
        let before = std::mem::replace(latest, source);
        if before == source {
            return false;
        }
        self.shared.insert((before, node));
        self.shared.insert((source, node))
    }

    pub(super) fn counts(self) -> Vec<[u64; 4]> {
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_count_once_for_each_source() {
        let mut tally = Tally::new(3);
        for (source, node, is_test) in [
            (0, 0, true),
            (0, 1, false),
            (1, 0, true),
            (0, 0, true),
            (1, 1, false),
            (1, 2, true),
            (0, 0, true),
        ] {
            tally.visit(source, node, is_test);
        }
        assert_eq!(tally.counts(), [[3, 1, 4, 2], [2, 2, 3, 3], [0; 4]]);
    }
}
