//! How many cells of an update, or of a client, have each verdict.

use rayon::prelude::*;

use super::flags_of;
use crate::matrix::Matrix;
use crate::model::flag::Flags;
use crate::model::verdict::{Cell, Verdict};

/// The order of the columns that count: `Counts`, `InstalledCounts`, `UnknownCounts`,
/// `NotApplicableCounts`.
pub(super) const ORDER: [Verdict; 4] =
    [Verdict::Missing, Verdict::Installed, Verdict::Unknown, Verdict::NotApplicable];

/// Cells of one update or of one client, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Cells by the code of their verdict; they add up to the clients.
    pub(super) verdicts: [u64; 4],
    /// Cells that are Missing although a replacement is Missing too.
    pub(super) superseded: u64,
    /// Cells from inventories that are old.
    pub(super) stale: u64,
    /// Cells that are Missing and that lists show.
    pub(super) listed: u64,
}

impl Counts {
    /// The number of cells with `verdict`.
    pub(super) fn of(&self, verdict: Verdict) -> u64 {
        self.verdicts[usize::from(verdict.code())]
    }

    /// Counts a cell, whose flags with those of its update are `flags`.
    pub(super) fn take(&mut self, cell: Cell, flags: Flags) {
        self.verdicts[usize::from(cell.verdict.code())] += 1;
        if cell.verdict == Verdict::Missing {
            self.superseded += u64::from(flags.contains(Flags::SUPERSEDED));
            self.listed += u64::from(!flags.is_hidden());
        }
        self.stale += u64::from(cell.flags.contains(Flags::STALE));
    }

    /// Adds other cells.
    pub(super) fn add(&mut self, other: &Counts) {
        for (sum, count) in self.verdicts.iter_mut().zip(other.verdicts) {
            *sum += count;
        }
        self.superseded += other.superseded;
        self.stale += other.stale;
        self.listed += other.listed;
    }
}

/// How many clients one worker counts before its result is added.
const CLIENTS: usize = 4096;

/// Counts the cells of every update, on all threads.
pub(super) fn by_update(matrix: &Matrix<'_>) -> Vec<Counts> {
    let starts: Vec<usize> = (0..matrix.clients.len()).step_by(CLIENTS).collect();
    let parts = starts.into_par_iter().map(|start| {
        let mut counts = vec![Counts::default(); matrix.updates.len()];
        let end = matrix.clients.len().min(start + CLIENTS);
        (start..end).for_each(|client| count(matrix, client, &mut counts));
        counts
    });
    let nothing = || vec![Counts::default(); matrix.updates.len()];
    parts.reduce(nothing, |mut sums, part| {
        sums.iter_mut().zip(&part).for_each(|(sum, counts)| sum.add(counts));
        sums
    })
}

fn count(matrix: &Matrix<'_>, client: usize, counts: &mut [Counts]) {
    for ((at, cell), counts) in matrix.row(client).enumerate().zip(counts) {
        counts.take(cell, flags_of(matrix, at, cell));
    }
}
