//! One client's row of cells, packed as the file holds it.

use std::ops::Range;

use super::EXCEPTION;
use crate::model::flag::Flags;
use crate::model::reason::Reason;
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

/// The lower bit of every verdict of a word.
const LOWER: u64 = 0x5555_5555_5555_5555;

/// How many of the first `updates` verdicts of a packed row have each code.
pub fn totals(plane: &[u8], updates: usize) -> [u64; 4] {
    let mut totals = [0; 4];
    let mut count = |word: u64| {
        let (low, high) = (word & LOWER, word >> 1 & LOWER);
        for (total, bits) in totals[1..].iter_mut().zip([low & !high, high & !low, low & high]) {
            *total += u64::from(bits.count_ones());
        }
    };
    let whole = updates / 4;
    let (words, rest) = plane.get(..whole).unwrap_or(plane).as_chunks();
    words.iter().for_each(|word| count(u64::from_le_bytes(*word)));
    count(last_word(rest));
    // Behind the last update stands what is of none.
    let last = plane.get(whole).copied().unwrap_or(0);
    count(u64::from(last & ((1 << (updates % 4 * 2)) - 1)));
    totals[0] = (updates as u64).saturating_sub(totals[1..].iter().sum());
    totals
}

/// The updates of a verdict in the packed verdicts of so many updates, rising.
pub(super) fn all(verdicts: &[u8], updates: usize, verdict: Verdict) -> impl Iterator<Item = u32> + '_ {
    let other = !(LOWER * u64::from(verdict.code()));
    let updates = u32::try_from(updates).unwrap_or(u32::MAX);
    let words = verdicts.chunks(8).zip((0..).step_by(32));
    let of_word = move |(bytes, first): (&[u8], u32)| {
        // Both bits of a verdict are set where it is this one.
        let same = last_word(bytes) ^ other;
        let mut found = same & same >> 1 & LOWER;
        std::iter::from_fn(move || {
            let place = (found != 0).then(|| found.trailing_zeros() / 2)?;
            found &= found - 1;
            Some(first + place)
        })
    };
    // Behind the last update stands what is of none.
    words.flat_map(of_word).take_while(move |update| *update < updates)
}

/// Counts of each verdict together, by verdict code.
pub(crate) fn sum(counts: impl Iterator<Item = [u64; 4]>) -> [u64; 4] {
    counts.fold([0; 4], |sums, counts| std::array::from_fn(|verdict| sums[verdict] + counts[verdict]))
}

/// The word of a row's last bytes.
fn last_word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(word)
}

/// One client's cells: verdicts, and the reason and flags of those that nothing implies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    verdicts: Box<[u8]>,
    totals: [u64; 4],
    exceptions: Box<[u8]>,
}

impl Row {
    /// Makes a row of the packed verdicts of so many updates, and of `exceptions` by rising update number.
    pub fn new(
        verdicts: Box<[u8]>,
        updates: usize,
        exceptions: impl ExactSizeIterator<Item = (u32, Cell)>,
    ) -> Row {
        let totals = totals(&verdicts, updates);
        Row { verdicts, totals, exceptions: pack(exceptions) }
    }

    /// The row of so many updates that is stored as packed verdicts and exceptions.
    pub fn stored_as(verdicts: &[u8], updates: usize, exceptions: &[u8]) -> Row {
        let totals = totals(verdicts, updates);
        Row { verdicts: verdicts.into(), totals, exceptions: exceptions.into() }
    }

    /// The cells of some updates that follow each other, as a row of those alone.
    ///
    /// ```
    /// use patchstate::matrix::row::{Row, set, width};
    /// use patchstate::model::verdict::Verdict;
    ///
    /// let mut verdicts = vec![0; width(6)];
    /// set(&mut verdicts, 5, Verdict::Missing);
    /// let row = Row::new(verdicts.into(), 6, std::iter::empty());
    /// assert_eq!(row.part(3..6).totals(), [2, 0, 1, 0]);
    /// ```
    pub fn part(&self, updates: Range<usize>) -> Row {
        let mut verdicts = vec![0; width(updates.len())];
        for (to, from) in updates.clone().enumerate() {
            set(&mut verdicts, to, get(&self.verdicts, from));
        }
        let first = u32::try_from(updates.start).unwrap_or(u32::MAX);
        let mut exceptions = Vec::new();
        for exception in self.exceptions.as_chunks::<EXCEPTION>().0 {
            let number = number(exception);
            if updates.contains(&(number as usize)) {
                exceptions.extend((number - first).to_le_bytes());
                exceptions.extend_from_slice(&exception[4..]);
            }
        }
        Row::stored_as(&verdicts, updates.len(), &exceptions)
    }

    /// The row of a client whose inventory could not be read.
    pub fn unreadable(updates: usize) -> Row {
        Row::new(vec![0; width(updates)].into(), updates, std::iter::empty())
    }

    /// Makes a row of the cells that may differ from those of another one, by rising update number, each with
    /// whether its verdict does not imply it.
    pub fn like(other: &Row, cells: impl Iterator<Item = (u32, Cell, bool)>) -> Row {
        let (mut verdicts, mut totals) = (other.verdicts.clone(), other.totals);
        let most = cells.size_hint().1.unwrap_or(0);
        let mut exceptions = Vec::with_capacity(other.exceptions.len() + EXCEPTION * most);
        let mut rest = other.exceptions.as_chunks::<EXCEPTION>().0;
        for (update, cell, is_exception) in cells {
            let before = get(&verdicts, update as usize);
            if before != cell.verdict {
                set(&mut verdicts, update as usize, cell.verdict);
                totals[usize::from(before.code())] -= 1;
                totals[usize::from(cell.verdict.code())] += 1;
            }
            let below = rest.iter().take_while(|other| number(other) < update).count();
            exceptions.extend_from_slice(rest[..below].as_flattened());
            rest = &rest[below..];
            if rest.first().is_some_and(|other| number(other) == update) {
                rest = &rest[1..];
            }
            if is_exception {
                write(&mut exceptions, update, cell);
            }
        }
        exceptions.extend_from_slice(rest.as_flattened());
        Row { verdicts, totals, exceptions: exceptions.into() }
    }

    /// The packed verdicts.
    pub fn verdicts(&self) -> &[u8] {
        &self.verdicts
    }

    /// How many cells of each verdict there are, by verdict code.
    pub fn totals(&self) -> [u64; 4] {
        self.totals
    }

    /// How many updates it is of.
    pub fn updates(&self) -> usize {
        usize::try_from(self.totals.iter().sum::<u64>()).unwrap_or(usize::MAX)
    }

    /// The updates of a verdict, rising.
    ///
    /// ```
    /// use patchstate::matrix::row::{Row, set, width};
    /// use patchstate::model::verdict::Verdict;
    ///
    /// let mut verdicts = vec![0; width(100)];
    /// [3, 31, 32, 99].map(|update| set(&mut verdicts, update, Verdict::Missing));
    /// set(&mut verdicts, 50, Verdict::Installed);
    /// let row = Row::new(verdicts.into(), 100, std::iter::empty());
    /// assert_eq!(row.all(Verdict::Missing).collect::<Vec<_>>(), [3, 31, 32, 99]);
    /// assert_eq!(row.all(Verdict::Unknown).count(), 95);
    /// ```
    pub fn all(&self, verdict: Verdict) -> impl Iterator<Item = u32> + '_ {
        all(&self.verdicts, self.updates(), verdict)
    }

    /// The packed exceptions.
    pub fn exceptions(&self) -> &[u8] {
        &self.exceptions
    }

    /// The reasons and flags that are stored, by rising update number.
    pub fn stored(&self) -> impl Iterator<Item = (u32, Reason, Flags)> + '_ {
        self.exceptions.chunks_exact(EXCEPTION).map(super::decode)
    }
}

fn pack(exceptions: impl ExactSizeIterator<Item = (u32, Cell)>) -> Box<[u8]> {
    let mut bytes = Vec::with_capacity(exceptions.len() * EXCEPTION);
    exceptions.for_each(|(update, cell)| write(&mut bytes, update, cell));
    bytes.into()
}

/// Appends an exception.
fn write(bytes: &mut Vec<u8>, update: u32, cell: Cell) {
    bytes.extend(update.to_le_bytes());
    bytes.extend(cell.reason.number().to_le_bytes());
    bytes.extend(cell.flags.bits().to_le_bytes());
}

/// The update of a packed exception.
fn number(exception: &[u8; EXCEPTION]) -> u32 {
    exception.first_chunk().map_or(0, |number| u32::from_le_bytes(*number))
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
