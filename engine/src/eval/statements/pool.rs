//! What the workers of a run have learned of clients together.
//!
//! What is learned of one client is a [`Stretch`] that is never changed; all of them together are bounded. Knows
//! nothing of what a statement means.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ahash::RandomState;

use super::extent::places_behind;
use crate::model::inventory::{Statement, Wording};

/// The most bytes that statements may take together, with what they mean: some 50,000 of native files.
pub(super) const BYTES: usize = 24 << 20;

/// The statements that the workers of a run have together.
#[derive(Debug)]
pub(in crate::eval) struct Pool<K> {
    pub(super) hasher: RandomState,
    /// Grows with every change of `learned`, so that most clients need no lock.
    pub(super) version: AtomicU64,
    pub(super) learned: Mutex<Learned<K>>,
    /// Bytes that all statements take, and the most that they may.
    pub(super) bytes: AtomicUsize,
    pub(super) most: usize,
}

/// What was learned of all clients.
#[derive(Debug)]
pub(super) struct Learned<K> {
    /// How often everything was forgotten.
    pub(super) forgotten: u64,
    pub(super) stretches: Vec<Arc<Stretch<K>>>,
    /// The hashes of all statements, because two workers may learn the same at a time.
    hashes: HashSet<u64, RandomState>,
}

/// What was learned of one client.
#[derive(Debug)]
pub(super) struct Stretch<K>(pub(super) Vec<Entry<K>>);

/// A statement, and what it means.
#[derive(Debug)]
pub(super) struct Entry<K> {
    pub(super) text: Arc<[u8]>,
    /// Where numbers stand in the text.
    pub(super) numbers: Box<[Range<u32>]>,
    pub(super) hash: u64,
    pub(super) wording: Wording,
    /// Bytes that it takes with everything.
    pub(super) bytes: u32,
    pub(super) means: K,
}

impl<K> Default for Pool<K> {
    fn default() -> Self {
        Pool {
            hasher: RandomState::new(),
            version: AtomicU64::new(0),
            learned: Mutex::new(Learned { forgotten: 0, stretches: Vec::new(), hashes: HashSet::default() }),
            bytes: AtomicUsize::new(0),
            most: BYTES,
        }
    }
}

impl<K> Default for Stretch<K> {
    fn default() -> Self {
        Stretch(Vec::new())
    }
}

impl<K> Stretch<K> {
    /// Keeps the entries that are wanted, in no more memory than they need; gives the bytes of the others.
    fn retain(&mut self, mut wanted: impl FnMut(&Entry<K>) -> bool) -> usize {
        let mut dropped = 0;
        self.0.retain(|entry| {
            let keeps = wanted(entry);
            dropped += if keeps { 0 } else { entry.bytes as usize };
            keeps
        });
        self.0.shrink_to_fit();
        dropped
    }
}

impl<K> Pool<K> {
    /// The hash of a statement, whatever its numbers are.
    pub(super) fn hash(&self, wording: Wording, statement: &[u8]) -> u64 {
        let Statement::Element(before) = wording.statement else {
            return self.hasher.hash_one((wording, statement));
        };
        let (mut hasher, mut from) = (self.hasher.build_hasher(), 0);
        wording.hash(&mut hasher);
        for number in places_behind(statement, before) {
            hasher.write(statement.get(from..number).unwrap_or_default());
            let digits = statement[number..].iter().take_while(|byte| byte.is_ascii_digit());
            from = number + digits.count();
        }
        hasher.write(&statement[from..]);
        hasher.finish()
    }

    // Whoever panics leaves it right: it changes in one step.
    pub(super) fn lock(&self) -> MutexGuard<'_, Learned<K>> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) >= self.most
    }

    pub(super) fn has_much_room(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) < self.most / 8 * 7
    }

    /// Lets all workers have what is new of a stretch, unless everything was forgotten since it was begun.
    pub(super) fn publish(&self, mut stretch: Stretch<K>, forgotten: u64) {
        let mut learned = self.lock();
        if learned.forgotten != forgotten {
            return;
        }
        let is_new = |entry: &Entry<K>| learned.hashes.insert(entry.hash);
        self.bytes.fetch_sub(stretch.retain(is_new), Ordering::Relaxed);
        if !stretch.0.is_empty() {
            learned.stretches.push(Arc::new(stretch));
            self.version.fetch_add(1, Ordering::Release);
        }
    }

    /// Forgets everything, unless somebody did already.
    pub(super) fn forget(&self, forgotten: u64) {
        let mut learned = self.lock();
        if learned.forgotten == forgotten {
            learned.forgotten += 1;
            learned.stretches.clear();
            learned.hashes.clear();
            self.bytes.store(0, Ordering::Relaxed);
            self.version.fetch_add(1, Ordering::Release);
        }
    }
}
