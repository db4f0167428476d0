//! Statements of earlier clients, with what each means: what comes again is compared and not read.
//!
//! The clients of one site say nearly the same in nearly the same order. So the statement that followed
//! the last one before is tried first, and only where that fails is one looked up. Statements are
//! compared byte by byte, never by a hash alone.
//!
//! What a worker learns of a client becomes a [`Stretch`] that is never changed, and all workers of a run
//! have it from their next client on. While there is much room each statement is kept, then only those
//! that came before, so that what a single client says takes none of the rest; and all of them together
//! are bounded, because clients are not trusted: when there is no more room they stay as long as they
//! serve, and are forgotten when clients say other things. Knows nothing of what a statement means.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ahash::RandomState;

use crate::index::columns::NONE;
use crate::model::inventory::{Statement, Wording};
use crate::xml::is_space;

/// The most bytes that statements may take together, with what they mean: some 50,000 of native files.
const BYTES: usize = 24 << 20;

/// Statements after which it is asked anew whether what is remembered serves.
const WINDOW: u64 = 1 << 16;

/// The most bytes that a statement has that is remembered; a usual one has some hundred.
const LONGEST: usize = 4 << 10;

/// How many statements that came once are remembered by their hash.
const GLIMPSES: usize = 1 << 18;

/// The statements that the workers of a run have together.
#[derive(Debug)]
pub(in crate::eval) struct Pool<K> {
    hasher: RandomState,
    /// Grows with every change of `learned`, so that most clients need no lock.
    version: AtomicU64,
    learned: Mutex<Learned<K>>,
    /// Bytes that all statements take, and the most that they may.
    bytes: AtomicUsize,
    most: usize,
}

#[derive(Debug)]
struct Learned<K> {
    /// How often everything was forgotten.
    forgotten: u64,
    stretches: Vec<Arc<Stretch<K>>>,
    /// The hashes of all statements, because two workers may learn the same at a time.
    hashes: HashSet<u64, RandomState>,
}

/// What was learned of one client.
#[derive(Debug)]
struct Stretch<K> {
    texts: Vec<u8>,
    entries: Vec<Entry<K>>,
}

#[derive(Debug)]
struct Entry<K> {
    start: u32,
    end: u32,
    hash: u64,
    wording: Wording,
    /// Bytes that it takes with everything.
    bytes: u32,
    means: K,
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
        Stretch { texts: Vec::new(), entries: Vec::new() }
    }
}

impl<K> Stretch<K> {
    /// Keeps the entries that are wanted, in no more memory than they need; gives the bytes of the others.
    fn retain(&mut self, mut wanted: impl FnMut(&Entry<K>) -> bool) -> usize {
        let (mut texts, mut dropped) = (Vec::with_capacity(self.texts.len()), 0);
        self.entries.retain_mut(|entry| {
            let keeps = wanted(entry);
            if keeps {
                let start = texts.len() as u32;
                texts.extend_from_slice(&self.texts[entry.start as usize..entry.end as usize]);
                (entry.start, entry.end) = (start, texts.len() as u32);
            } else {
                dropped += entry.bytes as usize;
            }
            keeps
        });
        texts.shrink_to_fit();
        self.texts = texts;
        self.entries.shrink_to_fit();
        dropped
    }
}

impl<K> Pool<K> {
    // Whoever panics leaves it right: it changes in one step.
    fn lock(&self) -> MutexGuard<'_, Learned<K>> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_full(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) >= self.most
    }

    fn has_much_room(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) < self.most / 8 * 7
    }

    /// Lets all workers have what is new of a stretch, unless everything was forgotten since it was begun.
    fn publish(&self, mut stretch: Stretch<K>, forgotten: u64) {
        let mut learned = self.lock();
        if learned.forgotten != forgotten {
            return;
        }
        let is_new = |entry: &Entry<K>| learned.hashes.insert(entry.hash);
        self.bytes.fetch_sub(stretch.retain(is_new), Ordering::Relaxed);
        if !stretch.entries.is_empty() {
            learned.stretches.push(Arc::new(stretch));
            self.version.fetch_add(1, Ordering::Release);
        }
    }

    /// Forgets everything, unless somebody did already.
    fn forget(&self, forgotten: u64) {
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

/// The statements as one worker follows them.
#[derive(Debug)]
pub(in crate::eval) struct Memo<K> {
    pool: Arc<Pool<K>>,
    /// The version of the pool that is known here, and how often everything had been forgotten then.
    version: u64,
    forgotten: u64,
    stretches: Vec<Arc<Stretch<K>>>,
    /// Every entry of the stretches, by its number.
    places: Vec<Place>,
    /// From the hash of a statement to its number; NONE while it is in `own` only.
    table: HashMap<u64, u32, RandomState>,
    /// What is learned of the current client.
    own: Stretch<K>,
    /// Hashes of statements that came once; empty until the first one.
    glimpses: Vec<u32>,
    /// The entry that was taken last.
    last: u32,
    /// Statements of late that were known, and those that were not.
    known: u64,
    unknown: u64,
}

/// Where an entry is.
#[derive(Clone, Copy, Debug)]
struct Place {
    stretch: u32,
    at: u32,
    /// The entry that followed this one last time.
    next: u32,
}

impl<K> Memo<K> {
    /// The memory of a worker beside the others of a pool.
    pub(in crate::eval) fn new(pool: &Arc<Pool<K>>) -> Self {
        Memo {
            pool: Arc::clone(pool),
            version: 0,
            forgotten: 0,
            stretches: Vec::new(),
            places: Vec::new(),
            table: HashMap::default(),
            own: Stretch::default(),
            glimpses: Vec::new(),
            last: 0,
            known: 0,
            unknown: 0,
        }
    }

    /// Begins a client: gives and takes what was learned meanwhile. Says whether everything was forgotten,
    /// so that numbers of entries from before mean nothing any more.
    pub(in crate::eval) fn begin(&mut self) -> bool {
        self.last = 0;
        if !self.own.entries.is_empty() {
            self.pool.publish(std::mem::take(&mut self.own), self.forgotten);
        }
        if self.known + self.unknown >= WINDOW {
            if self.pool.is_full() && self.unknown > self.known {
                self.pool.forget(self.forgotten);
            }
            (self.known, self.unknown) = (0, 0);
        }
        self.adopt()
    }

    /// Takes what the pool has and this has not.
    fn adopt(&mut self) -> bool {
        if self.pool.version.load(Ordering::Acquire) == self.version {
            return false;
        }
        let pool = Arc::clone(&self.pool);
        let learned = pool.lock();
        self.version = pool.version.load(Ordering::Acquire);
        let forgot = learned.forgotten != self.forgotten;
        if forgot {
            self.forgotten = learned.forgotten;
            self.stretches.clear();
            self.places.clear();
            self.table.clear();
        }
        let first = self.stretches.len();
        self.stretches.extend(learned.stretches[first..].iter().map(Arc::clone));
        drop(learned);
        for stretch in first..self.stretches.len() {
            self.number(stretch);
        }
        forgot
    }

    /// Numbers the entries of a stretch: each leads to the next.
    fn number(&mut self, stretch: usize) {
        for (at, entry) in self.stretches[stretch].entries.iter().enumerate() {
            let number = self.places.len() as u32;
            let known = self.table.entry(entry.hash).or_insert(number);
            if *known == NONE {
                *known = number;
            }
            self.places.push(Place { stretch: stretch as u32, at: at as u32, next: number + 1 });
        }
    }

    /// What a statement means.
    #[inline]
    pub(in crate::eval) fn meaning(&self, entry: u32) -> &K {
        let Place { stretch, at, .. } = self.places[entry as usize];
        &self.stretches[stretch as usize].entries[at as usize].means
    }

    /// Takes the statement that `text` begins with, if it is a known one: its entry, and its bytes.
    #[inline]
    pub(in crate::eval) fn follow(&mut self, wording: Wording, text: &[u8]) -> Option<(u32, usize)> {
        let expected = self.next_of(self.last);
        let (entry, bytes) = match self.begins(wording, text, expected) {
            Some(bytes) => (expected, bytes),
            None => self.find(wording, text, expected)?,
        };
        self.last = entry;
        self.known += 1;
        Some((entry, bytes))
    }

    fn next_of(&self, entry: u32) -> u32 {
        self.places.get(entry as usize).map_or(0, |place| place.next)
    }

    /// How many bytes the statement of an entry has, if a text begins with it.
    #[inline]
    fn begins(&self, wording: Wording, text: &[u8], entry: u32) -> Option<usize> {
        let Place { stretch, at, .. } = *self.places.get(entry as usize)?;
        let stretch = &self.stretches[stretch as usize];
        let entry = &stretch.entries[at as usize];
        let statement = &stretch.texts[entry.start as usize..entry.end as usize];
        (text.starts_with(statement) && entry.wording == wording).then_some(statement.len())
    }

    /// Finds the statement that a text begins with where another one was expected.
    fn find(&mut self, wording: Wording, text: &[u8], expected: u32) -> Option<(u32, usize)> {
        // The one that was expected may be missing, or stand changed before this one.
        let second = self.next_of(expected);
        if let Some(bytes) = self.begins(wording, text, second) {
            return Some((second, bytes));
        }
        let hash = self.pool.hasher.hash_one((wording, first_statement(wording.statement, text)?));
        let found = *self.table.get(&hash)?;
        let bytes = self.begins(wording, text, found)?;
        if let Some(last) = self.places.get_mut(self.last as usize) {
            last.next = found;
        }
        Some((found, bytes))
    }

    /// Whether a statement that is not known should be: until little of the room is left, and then where
    /// it came before.
    pub(in crate::eval) fn wants(&mut self, wording: Wording, statement: &[u8]) -> bool {
        self.unknown += 1;
        if statement.len() > LONGEST || self.pool.is_full() {
            return false;
        }
        if self.pool.has_much_room() {
            return true;
        }
        let hash = self.pool.hasher.hash_one((wording, statement));
        if self.glimpses.is_empty() {
            self.glimpses = vec![0; GLIMPSES];
        }
        let (place, part) = (hash as usize % GLIMPSES, (hash >> 32) as u32);
        std::mem::replace(&mut self.glimpses[place], part) == part
    }

    /// Counts bytes that the meaning of a statement takes, found out since it was remembered.
    pub(in crate::eval) fn count(&self, bytes: usize) {
        self.pool.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Remembers a statement and what it means, which takes `bytes` beside itself, from the next client on.
    ///
    /// One that is not what [`first_statement`] finds where it stands is never looked up, which does no
    /// harm.
    pub(in crate::eval) fn remember(&mut self, wording: Wording, statement: &[u8], means: K, bytes: usize) {
        let hash = self.pool.hasher.hash_one((wording, statement));
        if self.table.contains_key(&hash) {
            return;
        }
        self.table.insert(hash, NONE);
        // Bounded by the room for all of them, but for the last one.
        let start = self.own.texts.len() as u32;
        self.own.texts.extend_from_slice(statement);
        let end = self.own.texts.len() as u32;
        // Every worker has a place and an entry of its table for it; tables keep room free.
        let with_worker = size_of::<Place>() + 2 * size_of::<(u64, u32)>();
        let bytes = statement.len() + bytes + size_of::<Entry<K>>() + with_worker;
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.own.entries.push(Entry { start, end, hash, wording, bytes, means });
        self.pool.bytes.fetch_add(bytes as usize, Ordering::Relaxed);
    }
}

/// The statement that a text begins with. That of a tag ends before the next `<`, since no tag holds
/// one, without the white space there.
fn first_statement(statement: Statement, text: &[u8]) -> Option<&[u8]> {
    match statement {
        Statement::Line => memchr::memchr(b'\n', text).map(|end| &text[..=end]),
        Statement::Tag => {
            let rest = text.strip_prefix(b"<")?;
            let length = memchr::memchr(b'<', rest).map_or(text.len(), |next| next + 1);
            let spaces = text[..length].iter().rev().take_while(|byte| is_space(**byte)).count();
            Some(&text[..length - spaces])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAGS: Wording = Wording { format: b'n', statement: Statement::Tag };

    /// Takes a document as a reader and its collector do: follows what is known and remembers the rest.
    fn take(memo: &mut Memo<String>, statements: &[&str]) -> usize {
        memo.begin();
        let mut followed = 0;
        for (at, statement) in statements.iter().enumerate() {
            let rest = statements[at..].join("\n");
            if let Some((entry, bytes)) = memo.follow(TAGS, rest.as_bytes()) {
                assert_eq!((memo.meaning(entry).as_str(), bytes), (*statement, statement.len()));
                followed += 1;
            } else if memo.wants(TAGS, statement.as_bytes()) {
                memo.remember(TAGS, statement.as_bytes(), (*statement).to_owned(), 0);
            }
        }
        followed
    }

    fn memo(most: usize, bytes: usize) -> Memo<String> {
        Memo::new(&Arc::new(Pool { most, bytes: AtomicUsize::new(bytes), ..Pool::default() }))
    }

    #[test]
    fn a_statement_is_known_when_it_comes_again_and_later_when_it_came_twice() {
        let document = ["<a/>", "<a b='1'/>", "<c/>"];
        let times = |mut memo: Memo<String>| [(); 4].map(|()| take(&mut memo, &document));
        assert_eq!(times(memo(BYTES, 0)), [0, 3, 3, 3]);
        assert_eq!(times(memo(BYTES, BYTES / 8 * 7)), [0, 0, 3, 3]);
    }

    #[test]
    fn what_is_missing_changed_or_added_does_not_lose_the_rest() {
        let mut memo = memo(BYTES, BYTES / 8 * 7);
        let document = ["<a/>", "<b/>", "<c/>", "<d/>"];
        (0..3).for_each(|_| _ = take(&mut memo, &document));
        assert_eq!(take(&mut memo, &["<a/>", "<c/>", "<d/>"]), 3);
        assert_eq!(take(&mut memo, &["<a/>", "<x/>", "<c/>", "<d/>"]), 3);
        assert_eq!(take(&mut memo, &["<a/>", "<y/>", "<b/>", "<c/>", "<d/>"]), 4);
        assert_eq!(take(&mut memo, &["<d/>", "<c/>", "<b/>", "<a/>"]), 4);
        assert_eq!(take(&mut memo, &["<ab/>", "<a", "<a/ >"]), 0);
    }

    #[test]
    fn the_same_line_of_two_formats_is_two_statements() {
        let mut memo = Memo::new(&Arc::default());
        let [one, other] = [b'a', b'b'].map(|format| Wording { format, statement: Statement::Line });
        memo.remember(one, b"a b\n", "of a", 0);
        assert_eq!(memo.follow(one, b"a b\nc"), None, "it is known from the next client on");
        memo.begin();
        assert_eq!(memo.follow(one, b"a b\nc"), Some((0, 4)));
        assert_eq!(memo.follow(other, b"a b\nc"), None);
        memo.remember(other, b"a b\n", "of b", 0);
        memo.begin();
        assert_eq!(memo.follow(other, b"a b\nc"), Some((1, 4)));
        assert_eq!(memo.follow(one, b"a b"), None);
        assert_eq!((*memo.meaning(0), *memo.meaning(1)), ("of a", "of b"));
    }

    #[test]
    fn what_one_worker_learns_the_others_know() {
        let pool = Arc::default();
        let (mut one, mut other) = (Memo::new(&pool), Memo::new(&pool));
        let [first, second] = [["<a/>", "<b/>"], ["<c/>", "<d/>"]];
        assert_eq!((take(&mut one, &first), take(&mut other, &second)), (0, 0));
        let room = pool.bytes.load(Ordering::Relaxed);
        assert_eq!((take(&mut one, &first), take(&mut other, &second)), (2, 2));
        assert_eq!((take(&mut one, &second), take(&mut other, &first)), (2, 2));
        let both = ["<e/>", "<f/>"];
        assert_eq!((take(&mut one, &both), take(&mut other, &both)), (0, 0));
        assert!(!one.begin() && !other.begin());
        assert_eq!(pool.bytes.load(Ordering::Relaxed), room / 2 * 3, "what both learned is there once");
        pool.forget(0);
        pool.forget(0);
        assert!(one.begin() && !one.begin(), "everything is forgotten once");
        assert_eq!((take(&mut one, &second), take(&mut other, &first)), (0, 0));
    }

    #[test]
    fn a_client_takes_no_more_than_the_room_and_nothing_with_long_statements() {
        let most = 5000;
        let mut bounded = memo(most, 0);
        let statements: Vec<String> = (0..1000).map(|at| format!("<a{at}/>")).collect();
        let document: Vec<&str> = statements.iter().map(String::as_str).collect();
        for _ in 0..3 {
            take(&mut bounded, &document);
            let taken = bounded.pool.bytes.load(Ordering::Relaxed);
            assert!((most / 2..most + 500).contains(&taken), "{taken}");
        }
        let long = format!("<a b='{}'/>", "x".repeat(LONGEST));
        let mut memo = memo(BYTES, 0);
        assert_eq!([(); 3].map(|()| take(&mut memo, &["<b/>", &long, "<c/>"])), [0, 2, 2]);
    }

    #[test]
    fn what_fills_the_room_stays_as_long_as_it_serves() {
        let mut memo = memo(5000, 0);
        let names = |letter: char| -> Vec<String> { (0..100).map(|at| format!("<{letter}{at}/>")).collect() };
        let [first, second] = ['a', 'b'].map(names);
        let take = |memo: &mut Memo<String>, names: &[String]| {
            take(memo, &names.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let times = 2 * WINDOW as usize / 100;
        let room = (0..times).map(|_| take(&mut memo, &first)).last().expect("was taken");
        assert!((20..90).contains(&room) && memo.places.len() == room, "{room}");
        assert_eq!(take(&mut memo, &second), 0);
        assert_eq!(take(&mut memo, &first), room);
        let other = (0..2 * times).map(|_| take(&mut memo, &second)).last().expect("was taken");
        assert!(other > 20, "{other}");
        assert_eq!(take(&mut memo, &first), 0);
    }
}
