//! One client's row of cells, packed as the file holds it.

use std::io::Write;
use std::sync::Arc;

use super::EXCEPTION;
use crate::archive::Part;
use crate::error::Result;
use crate::model::verdict::{Cell, Verdict};

/// Bytes of a row of `updates` verdicts.
pub fn width(updates: usize) -> usize {
    updates.div_ceil(4)
}

/// The cell that a verdict implies when no reason is stored for it: the default of the update whose
/// verdict it is, the one of a proved absence first.
pub fn implied(verdict: Verdict, absent: Cell, not_collected: Cell) -> Cell {
    let default = if verdict == absent.verdict { absent } else { not_collected };
    Cell { verdict, ..default }
}

/// How many of the first `updates` verdicts of a packed row have each code.
pub fn totals(plane: &[u8], updates: usize) -> [u64; 4] {
    let mut bytes = [0u64; 256];
    let whole = updates / 4;
    for byte in plane.iter().take(whole) {
        bytes[usize::from(*byte)] += 1;
    }
    let mut totals = [0; 4];
    for (byte, count) in bytes.iter().enumerate() {
        for place in 0..4 {
            totals[byte >> (place * 2) & 3] += count;
        }
    }
    let last = plane.get(whole).copied().unwrap_or(0);
    for place in 0..updates % 4 {
        totals[usize::from(last >> (place * 2) & 3)] += 1;
    }
    totals
}

/// A row that many clients' rows are close to.
#[derive(Debug, PartialEq, Eq)]
pub struct Base {
    verdicts: Box<[u8]>,
    totals: [u64; 4],
}

impl Base {
    /// The base of packed verdicts of so many updates.
    pub fn new(verdicts: Box<[u8]>, updates: usize) -> Arc<Base> {
        let totals = totals(&verdicts, updates);
        Arc::new(Base { verdicts, totals })
    }
}

/// Bytes of a change: the number of the update, and the code of its verdict.
const CHANGE: usize = 5;

/// One client's cells: verdicts, and the reason and flags of those that nothing implies.
///
/// Held as what differs from a base, because the rows of all clients wait in memory until they are
/// written. Written, as a [`Part`] of a file, it is its packed verdicts.
#[derive(Clone, Debug)]
pub struct Row {
    base: Arc<Base>,
    changes: Box<[u8]>,
    exceptions: Box<[u8]>,
}

impl Row {
    /// Makes a row of the verdicts that may differ from the base, and of `exceptions`, both by rising
    /// update number.
    pub fn new(
        base: &Arc<Base>,
        verdicts: impl Iterator<Item = (u32, Verdict)>,
        exceptions: impl ExactSizeIterator<Item = (u32, Cell)>,
    ) -> Row {
        let mut changes = Vec::new();
        for (update, verdict) in verdicts {
            if get(&base.verdicts, update as usize) != verdict {
                changes.extend(update.to_le_bytes());
                changes.push(verdict.code());
            }
        }
        let mut bytes = Vec::with_capacity(exceptions.len() * EXCEPTION);
        for (update, cell) in exceptions {
            bytes.extend(update.to_le_bytes());
            bytes.extend(cell.reason.number().to_le_bytes());
            bytes.extend(cell.flags.bits().to_le_bytes());
        }
        Row { base: Arc::clone(base), changes: changes.into(), exceptions: bytes.into() }
    }

    /// The row of a client whose inventory could not be read.
    pub fn unreadable(updates: usize) -> Row {
        let base = Base::new(vec![0; width(updates)].into(), updates);
        Row { base, changes: Box::default(), exceptions: Box::default() }
    }

    /// The packed verdicts.
    pub fn verdicts(&self) -> Vec<u8> {
        let mut verdicts = self.base.verdicts.to_vec();
        self.changes().for_each(|(update, verdict)| set(&mut verdicts, update as usize, verdict));
        verdicts
    }

    /// How many cells of each verdict there are, by verdict code.
    pub fn totals(&self) -> [u64; 4] {
        let mut totals = self.base.totals;
        for (update, verdict) in self.changes() {
            totals[usize::from(get(&self.base.verdicts, update as usize).code())] -= 1;
            totals[usize::from(verdict.code())] += 1;
        }
        totals
    }

    fn changes(&self) -> impl Iterator<Item = (u32, Verdict)> + '_ {
        let (changes, _) = self.changes.as_chunks::<CHANGE>();
        changes
            .iter()
            .map(|[a, b, c, d, code]| (u32::from_le_bytes([*a, *b, *c, *d]), Verdict::from_code(*code)))
    }

    /// The packed exceptions.
    pub fn exceptions(&self) -> &[u8] {
        &self.exceptions
    }
}

impl PartialEq for Row {
    /// Whether both have the same cells, whatever they are held against.
    fn eq(&self, other: &Row) -> bool {
        self.exceptions == other.exceptions && self.verdicts() == other.verdicts()
    }
}

impl Eq for Row {}

impl Part for Row {
    fn length(&self) -> u64 {
        self.base.verdicts.len() as u64
    }

    fn write(&self, out: &mut dyn Write) -> Result<()> {
        Ok(out.write_all(&self.verdicts())?)
    }
}

/// Writes the verdict of `update` into a packed row.
pub fn set(verdicts: &mut [u8], update: usize, verdict: Verdict) {
    if let Some(byte) = verdicts.get_mut(update / 4) {
        let shift = update % 4 * 2;
        *byte = *byte & !(3 << shift) | verdict.code() << shift;
    }
}

/// Reads the verdict of `update` from a packed row; Unknown beyond its end.
pub fn get(verdicts: &[u8], update: usize) -> Verdict {
    Verdict::from_code(verdicts.get(update / 4).copied().unwrap_or(0) >> (update % 4 * 2))
}
