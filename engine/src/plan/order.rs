//! In which order updates are installed, and which of them in one go.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::install::Impact;
use crate::model::update::Reboot;

/// An update to be put in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub(super) update: u32,
    pub(super) impact: Impact,
    pub(super) restart: Reboot,
    /// The entries, by number, that must be installed before it.
    pub(super) after: BTreeSet<usize>,
}

impl Entry {
    /// What goes first of those that may: what is installed alone, then what needs no restart.
    fn rank(&self) -> (bool, u8, u32) {
        let restart = match self.restart {
            Reboot::Never => 0,
            Reboot::Possible => 1,
            Reboot::Always => 2,
        };
        (self.impact != Impact::Exclusive, restart, self.update)
    }
}

/// The entries by number in the order of installation, each with the number of its go, from 1.
///
/// What must come before another does, unless that leads in a circle, where the order among the
/// entries of the circle is that of what may go first.
pub(super) fn order(entries: &[Entry]) -> Vec<(usize, u32)> {
    let mut waiting: BTreeMap<usize, BTreeSet<usize>> =
        entries.iter().enumerate().map(|(at, entry)| (at, entry.after.clone())).collect();
    let mut order = Vec::with_capacity(entries.len());
    let mut goes = Goes::default();
    while !waiting.is_empty() {
        let ready = waiting.iter().filter(|(_, after)| after.is_empty()).map(|(at, _)| *at);
        let next = ready.min_by_key(|at| entries[*at].rank());
        let next = next.or_else(|| waiting.keys().copied().min_by_key(|at| entries[*at].rank()));
        let Some(next) = next else { break };
        waiting.remove(&next);
        waiting.values_mut().for_each(|after| _ = after.remove(&next));
        order.push((next, goes.of(next, &entries[next])));
    }
    order
}

/// What is installed in one go.
#[derive(Debug, Default)]
struct Goes {
    number: u32,
    is_alone: bool,
    /// The entries of this go after which a restart always follows.
    restarting: BTreeSet<usize>,
}

impl Goes {
    fn of(&mut self, number: usize, entry: &Entry) -> u32 {
        let is_alone = entry.impact == Impact::Exclusive;
        let waits = entry.after.iter().any(|before| self.restarting.contains(before));
        if self.number == 0 || is_alone || self.is_alone || waits {
            *self = Goes { number: self.number + 1, is_alone, restarting: BTreeSet::new() };
        }
        if entry.restart == Reboot::Always {
            self.restarting.insert(number);
        }
        self.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(impact: Impact, restart: Reboot, after: &[usize]) -> Entry {
        Entry { update: 0, impact, restart, after: after.iter().copied().collect() }
    }

    #[test]
    fn what_needs_no_restart_goes_first_and_what_is_alone_before_all() {
        let (normal, alone) = (Impact::Normal, Impact::Exclusive);
        let check = |entries: &[Entry], expect: &[(usize, u32)]| assert_eq!(order(entries), expect);
        let plain = |restart, after| entry(normal, restart, after);
        check(&[], &[]);
        check(&[plain(Reboot::Always, &[]), plain(Reboot::Never, &[])], &[(1, 1), (0, 1)]);
        check(
            &[plain(Reboot::Never, &[]), entry(alone, Reboot::Always, &[]), entry(alone, Reboot::Never, &[])],
            &[(2, 1), (1, 2), (0, 3)],
        );
        check(&[plain(Reboot::Never, &[1]), plain(Reboot::Always, &[])], &[(1, 1), (0, 2)]);
        check(&[plain(Reboot::Never, &[1]), plain(Reboot::Possible, &[])], &[(1, 1), (0, 1)]);
        check(&[plain(Reboot::Always, &[1]), plain(Reboot::Never, &[0])], &[(1, 1), (0, 1)]);
    }
}
