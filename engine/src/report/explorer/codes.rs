//! Numbers for the cells of a grid: the few pairs of verdict, reason and flags that occur.
//!
//! 0 is no cell. The numbers rise with verdict, reason and flags, so that they do not depend on which cell
//! was seen first.

use rayon::prelude::*;

use crate::matrix::Matrix;
use crate::model::flag::Flags;
use crate::model::reason::Reason;
use crate::model::verdict::{Cell, Verdict};

/// The cells that occur, by number.
pub(super) struct Codes {
    /// The cell of the number that is one more than its place.
    pub(super) cells: Vec<Cell>,
    /// By verdict and place of the reason: the flags that occur, rising, with the number of the cell.
    numbers: Vec<Vec<(Flags, u32)>>,
}

/// How many clients one worker looks at before what it saw is added.
const CLIENTS: usize = 4096;
/// Bits of a set of flags.
const FLAGS: usize = 1 << 16;

impl Codes {
    /// The number of a place where no cell is.
    pub(super) const NONE: u32 = 0;

    /// Finds the cells that occur in matrices.
    pub(super) fn of(matrices: &[&Matrix<'_>]) -> Codes {
        let mut seen = vec![0u64; kinds() * FLAGS / 64];
        for matrix in matrices {
            let starts: Vec<usize> = (0..matrix.clients.len()).step_by(CLIENTS).collect();
            let nothing = || vec![0u64; kinds() * FLAGS / 64];
            let found = starts.into_par_iter().map(|start| {
                let mut seen = nothing();
                for client in start..matrix.clients.len().min(start + CLIENTS) {
                    for cell in matrix.row(client) {
                        let bit = kind(cell) * FLAGS + usize::from(cell.flags.bits());
                        seen[bit / 64] |= 1 << (bit % 64);
                    }
                }
                seen
            });
            let found = found.reduce(nothing, |mut all, part| {
                all.iter_mut().zip(part).for_each(|(all, part)| *all |= part);
                all
            });
            seen.iter_mut().zip(found).for_each(|(all, part)| *all |= part);
        }
        Codes::of_bits(&seen)
    }

    fn of_bits(seen: &[u64]) -> Codes {
        let mut codes = Codes { cells: Vec::new(), numbers: vec![Vec::new(); kinds()] };
        let reasons = Reason::ALL.len();
        for bit in (0..seen.len() * 64).filter(|bit| seen[bit / 64] >> (bit % 64) & 1 == 1) {
            let (kind, flags) = (bit / FLAGS, Flags::from_bits((bit % FLAGS) as u16));
            let verdict = Verdict::from_code((kind / reasons) as u8);
            codes.cells.push(Cell { verdict, reason: Reason::ALL[kind % reasons], flags });
            codes.numbers[kind].push((flags, codes.cells.len() as u32));
        }
        codes
    }

    /// The number of a cell.
    pub(super) fn number(&self, cell: Cell) -> u32 {
        let flags = &self.numbers[kind(cell)];
        let found = flags.binary_search_by_key(&cell.flags, |(flags, _)| *flags);
        found.map_or(Codes::NONE, |at| flags[at].1)
    }

    /// How many bytes a number takes.
    pub(super) fn width(&self) -> usize {
        match self.cells.len() {
            0..=0xff => 1,
            0x100..=0xffff => 2,
            _ => 3,
        }
    }

    /// Appends numbers, the lowest byte first.
    pub(super) fn write(&self, numbers: impl Iterator<Item = u32>, out: &mut Vec<u8>) {
        match self.width() {
            1 => out.extend(numbers.map(|number| number as u8)),
            width => numbers.for_each(|number| out.extend(&number.to_le_bytes()[..width])),
        }
    }
}

/// How many pairs of a verdict and a reason there are.
fn kinds() -> usize {
    Verdict::ALL.len() * Reason::ALL.len()
}

/// The place of a cell's verdict and reason among these.
fn kind(cell: Cell) -> usize {
    let reason = Reason::ALL.binary_search(&cell.reason).unwrap_or(0);
    usize::from(cell.verdict.code()) * Reason::ALL.len() + reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_cell_has_a_place_of_its_own() {
        let mut seen = vec![0u64; kinds() * FLAGS / 64];
        let cells: Vec<Cell> = Verdict::ALL
            .into_iter()
            .flat_map(|verdict| Reason::ALL.iter().map(move |reason| Cell::new(verdict, *reason)))
            .flat_map(|cell| [Flags::NONE, Flags::IMPORTED, Flags::STALE].map(|flags| Cell { flags, ..cell }))
            .collect();
        for cell in &cells {
            let bit = kind(*cell) * FLAGS + usize::from(cell.flags.bits());
            seen[bit / 64] |= 1 << (bit % 64);
        }
        let codes = Codes::of_bits(&seen);
        assert_eq!(codes.cells.len(), cells.len());
        let back = |cell: Cell| codes.cells[codes.number(cell) as usize - 1];
        assert!(cells.iter().all(|cell| back(*cell) == *cell));
        assert_eq!(codes.width(), 2);
        let mut out = Vec::new();
        codes.write([1, 0x102].into_iter(), &mut out);
        assert_eq!(out, [1, 0, 2, 1]);
    }
}
