//! What replaces an article, directly or through others.
//!
//! Knows edges and nothing of what they are for. Source of truth: `docs/cvrf.md`, "Supersedence".

use std::collections::{BTreeMap, BTreeSet};

use super::kb::Kb;
use super::row::Edges;
use crate::diagnostic::Code;
use crate::error::{Error, Result};

/// The most pairs of an article and one that replaces it, directly or not; all real ones are 90,000.
const PAIRS: usize = 4_000_000;

/// What directly replaces each article.
#[derive(Debug)]
pub(super) struct Closure {
    direct: BTreeMap<Kb, Vec<Kb>>,
    left: usize,
}

impl Closure {
    pub(super) fn new(edges: &Edges) -> Closure {
        let mut direct: BTreeMap<Kb, Vec<Kb>> = BTreeMap::new();
        edges.keys().for_each(|edge| direct.entry(edge.old).or_default().push(edge.new));
        Closure { direct, left: PAIRS }
    }

    /// All articles that replace one, in order and never itself; cycles end.
    ///
    /// # Errors
    ///
    /// The articles of all calls so far have too many.
    pub(super) fn of(&mut self, kb: Kb) -> Result<Vec<Kb>> {
        let mut seen = BTreeSet::from([kb]);
        let mut todo = vec![kb];
        while let Some(at) = todo.pop() {
            for by in self.direct.get(&at).into_iter().flatten() {
                if seen.insert(*by) {
                    todo.push(*by);
                    self.left = self.left.checked_sub(1).ok_or_else(|| {
                        let message = format!("more than {PAIRS} pairs of an article and what replaces it");
                        Error::new(Code::TooLarge, message)
                    })?;
                }
            }
        }
        seen.remove(&kb);
        Ok(seen.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::cvrf::row::Edge;

    fn kb(number: u32) -> Kb {
        Kb::parse(&number.to_string()).expect("is an article")
    }

    fn edges(pairs: impl IntoIterator<Item = (u32, u32)>) -> Edges {
        let edge = |(old, new)| (Edge { old: kb(old), new: kb(new) }, BTreeSet::new());
        pairs.into_iter().map(edge).collect()
    }

    #[test]
    fn chains_and_cycles_are_followed_to_their_end() {
        let mut closure = Closure::new(&edges([(10_001, 10_002), (10_002, 10_003), (10_003, 10_001)]));
        assert_eq!(closure.of(kb(10_001)).expect("is small"), [kb(10_002), kb(10_003)]);
        assert_eq!(closure.of(kb(10_009)).expect("is small"), []);
    }

    #[test]
    fn long_chains_are_refused_before_they_fill_memory() {
        let mut closure = Closure::new(&edges((10_000..14_000).map(|old| (old, old + 1))));
        let all: Result<Vec<_>> = (10_000..14_000).map(|old| closure.of(kb(old))).collect();
        assert_eq!(all.expect_err("is too much").code(), Code::TooLarge);
    }
}
