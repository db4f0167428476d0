//! Which update replaces which, and who says so.

use super::update::UpdateRef;
use crate::diagnostic::Position;

/// An edge from an update to one that replaces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The update that replaces the one this edge belongs to.
    pub by: UpdateRef,
    /// Who says so.
    pub source: Source,
    /// Where it is said.
    pub position: Position,
}

/// Who says that one update replaces another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Source {
    /// The catalog, at the update that is replaced.
    Declared = 0,
    /// The order of the versions of the packages of both.
    Versions = 1,
    /// The rollup of a month holds what is published apart for the same month.
    Twin = 2,
    /// The order of a table of releases.
    ReleaseTable = 3,
}

impl Source {
    /// The word that is printed.
    pub fn name(self) -> &'static str {
        match self {
            Source::Declared => "declared",
            Source::Versions => "versions",
            Source::Twin => "twin",
            Source::ReleaseTable => "release-table",
        }
    }

    /// The source of a stored number.
    pub fn from_number(number: u8) -> Option<Source> {
        [Source::Declared, Source::Versions, Source::Twin, Source::ReleaseTable]
            .into_iter()
            .find(|source| *source as u8 == number)
    }
}

/// By component, as [`components`] numbers them: whether it has several members, each of which leads to all others.
pub fn have_several(component: &[u32]) -> Vec<bool> {
    let mut members = vec![0u32; component.len()];
    component.iter().for_each(|component| members[*component as usize] += 1);
    members.into_iter().map(|members| members > 1).collect()
}

/// Numbers the strongly connected components from 0 without a gap.
///
/// Tarjan's algorithm with a stack of its own, so that a chain of any length is no depth of calls.
pub fn components<I: Iterator<Item = usize>>(count: usize, edges: &dyn Fn(usize) -> I) -> Vec<u32> {
    const FRESH: u32 = u32::MAX;
    let (mut order, mut low) = (vec![FRESH; count], vec![0u32; count]);
    let mut component = vec![FRESH; count];
    let mut open = Vec::new();
    let (mut next, mut found) = (0u32, 0u32);
    for root in 0..count {
        if order[root] != FRESH {
            continue;
        }
        let mut calls = vec![(root, edges(root))];
        (order[root], low[root]) = (next, next);
        next += 1;
        open.push(root);
        while let Some((at, rest)) = calls.last_mut() {
            let at = *at;
            if let Some(by) = rest.next() {
                if order[by] == FRESH {
                    (order[by], low[by]) = (next, next);
                    next += 1;
                    open.push(by);
                    calls.push((by, edges(by)));
                } else if component[by] == FRESH {
                    low[at] = low[at].min(order[by]);
                }
                continue;
            }
            calls.pop();
            if let Some((parent, _)) = calls.last() {
                low[*parent] = low[*parent].min(low[at]);
            }
            if low[at] == order[at] {
                while let Some(member) = open.pop() {
                    component[member] = found;
                    if member == at {
                        break;
                    }
                }
                found += 1;
            }
        }
    }
    component
}
