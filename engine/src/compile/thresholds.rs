//! The versions that rules compare with: each once below its subject, in order.

use std::cmp::Ordering;
use std::ops::Range;

use super::count;
use crate::error::Result;
use crate::index::columns::{Columns, NONE};

/// Thresholds while an index is made.
#[derive(Debug, Default)]
pub(super) struct Thresholds {
    /// Their keys as they came, and where each stands with its subject; empty once they are sorted.
    came: Vec<u8>,
    list: Vec<(u32, Range<usize>)>,
    /// Their keys in order, where each ends, and where those of each subject end.
    bytes: Vec<u8>,
    ends: Vec<u64>,
    subject_ends: Vec<u32>,
}

impl Thresholds {
    /// Adds a threshold of the subject that was mentioned as `place`.
    pub(super) fn add(&mut self, place: u32, key: &[u8]) {
        let start = self.came.len();
        self.came.extend_from_slice(key);
        self.list.push((place, start..self.came.len()));
    }

    /// Sorts them below their subjects, whose numbers are given by place.
    pub(super) fn sort(&mut self, numbers: &[u32]) -> Result<()> {
        let (came, mut list) = (std::mem::take(&mut self.came), std::mem::take(&mut self.list));
        list.iter_mut().for_each(|(subject, _)| *subject = numbers[*subject as usize]);
        let key = |range: &Range<usize>| &came[range.clone()];
        list.sort_unstable_by(|(a, at), (b, bt)| a.cmp(b).then_with(|| key(at).cmp(key(bt))));
        list.dedup_by(|(a, at), (b, bt)| a == b && key(at) == key(bt));
        let mut sorted = list.iter().peekable();
        for subject in 0..count(numbers.len())? {
            while let Some((_, range)) = sorted.next_if(|(of, _)| *of == subject) {
                self.bytes.extend_from_slice(key(range));
                self.ends.push(self.bytes.len() as u64);
            }
            self.subject_ends.push(count(self.ends.len())?);
        }
        Ok(())
    }

    /// The place of a threshold among those of its subject.
    pub(super) fn rank(&self, subject: u32, key: &[u8]) -> u32 {
        let end = |at: usize| self.subject_ends.get(at).map_or(0, |end| *end as usize);
        let own = (subject as usize).checked_sub(1).map_or(0, end)..end(subject as usize);
        let (mut low, mut high) = (own.start, own.end);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.key(middle).cmp(key) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return (middle - own.start) as u32,
            }
        }
        NONE
    }

    fn key(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).map_or(0, |last| self.ends[last] as usize);
        &self.bytes[start..self.ends[at] as usize]
    }

    /// Moves them into their columns.
    pub(super) fn finish(self, columns: &mut Columns) {
        columns.threshold_bytes = self.bytes;
        columns.threshold_ends = self.ends;
        columns.subject_threshold_ends = self.subject_ends;
    }
}
