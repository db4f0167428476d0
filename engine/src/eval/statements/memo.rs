//! Statements of earlier clients, with what each means: what comes again is compared and not read.
//!
//! The clients of one site say nearly the same in nearly the same order. So what comes next in an earlier
//! client like the current one is tried first, then what followed the last statement before, and only where
//! that fails is one looked up. Statements are compared byte by byte, never by a hash alone.
//!
//! What a worker learns of a client becomes a [`Stretch`] that is never changed, and all workers of a run
//! have it from their next client on. While there is much room each statement is kept, then only those
//! that came before, so that what a single client says takes none of the rest; and all of them together
//! are bounded, because clients are not trusted: when there is no more room they stay as long as they
//! serve, and are forgotten when clients say other things. Knows nothing of what a statement means.
//!
//! Numbers in a statement may differ from client to client, as those that a collector gives to what it finds:
//! the statement is the same where all else is, and whoever follows it is told the numbers.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ahash::RandomState;

use super::images::Images;
use crate::index::columns::NONE;
use crate::model::inventory::{Statement, Wording};
use crate::model::number;
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
struct Stretch<K>(Vec<Entry<K>>);

#[derive(Debug)]
struct Entry<K> {
    text: Arc<[u8]>,
    /// Where numbers stand in the text.
    numbers: Box<[Range<u32>]>,
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
    fn hash(&self, wording: Wording, statement: &[u8]) -> u64 {
        let Statement::Element(before) = wording.statement else {
            return self.hasher.hash_one((wording, statement));
        };
        let (mut hasher, mut rest) = (self.hasher.build_hasher(), statement);
        wording.hash(&mut hasher);
        while let Some(at) = memchr::memmem::find(rest, before.as_bytes()) {
            let (known, behind) = rest.split_at(at + before.len());
            hasher.write(known);
            rest = &behind[behind.iter().take_while(|byte| byte.is_ascii_digit()).count()..];
        }
        hasher.write(rest);
        hasher.finish()
    }

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
        if !stretch.0.is_empty() {
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
    words: Vec<Words>,
    /// From the hash of a statement to its number; NONE while it is in `own` only.
    table: HashMap<u64, u32, RandomState>,
    /// The wordings of the entries, by number.
    wordings: Vec<Wording>,
    /// What is learned of the current client.
    own: Stretch<K>,
    /// The numbers of the statement that was followed last.
    numbers: Vec<u64>,
    /// Hashes of statements that came once; empty until the first one.
    glimpses: Vec<u32>,
    /// The entry that was taken last, and the wording that was asked for.
    last: u32,
    last_wording: u16,
    images: Images,
    /// Statements of late that were known, and those that were not.
    known: u64,
    unknown: u64,
}

/// What is asked of an entry for every client: small, because all of them are gone through.
#[derive(Debug)]
struct Words {
    text: Arc<[u8]>,
    /// Where the first number stands; nowhere where there is none, or where there are several.
    number: (u16, u16),
    several: bool,
    wording: u16,
}

/// Where an entry is.
#[derive(Clone, Copy, Debug)]
struct Place {
    stretch: u32,
    at: u32,
    /// The entries that followed this one, the likeliest first; NONE behind the last.
    next: [u32; WAYS],
}

/// How many entries are remembered that followed one: clients of a site are copies of a few images.
const WAYS: usize = 4;

impl<K> Memo<K> {
    /// The memory of a worker beside the others of a pool.
    pub(in crate::eval) fn new(pool: &Arc<Pool<K>>) -> Self {
        Memo {
            pool: Arc::clone(pool),
            version: 0,
            forgotten: 0,
            stretches: Vec::new(),
            places: Vec::new(),
            words: Vec::new(),
            table: HashMap::default(),
            wordings: Vec::new(),
            own: Stretch::default(),
            numbers: Vec::new(),
            glimpses: Vec::new(),
            last: 0,
            last_wording: 0,
            images: Images::default(),
            known: 0,
            unknown: 0,
        }
    }

    /// Begins a client: gives and takes what was learned meanwhile. Says whether everything was forgotten,
    /// so that numbers of entries from before mean nothing any more.
    pub(in crate::eval) fn begin(&mut self) -> bool {
        self.last = 0;
        self.images.begin();
        if !self.own.0.is_empty() {
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
            self.words.clear();
            self.table.clear();
            self.images.forget();
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
        for (at, entry) in self.stretches[stretch].0.iter().enumerate() {
            let wording = wording_number(&mut self.wordings, entry.wording);
            let number = self.places.len() as u32;
            let known = self.table.entry(entry.hash).or_insert(number);
            if *known == NONE {
                *known = number;
            }
            let mut next = [NONE; WAYS];
            next[0] = number + 1;
            self.places.push(Place { stretch: stretch as u32, at: at as u32, next });
            // A statement that is remembered is short.
            let (first, several) = match &*entry.numbers {
                [] => ((0, 0), false),
                [only] => ((only.start as u16, only.end as u16), false),
                _ => ((0, 0), true),
            };
            self.words.push(Words { text: Arc::clone(&entry.text), number: first, several, wording });
        }
    }

    /// What a statement means.
    #[inline]
    pub(in crate::eval) fn meaning(&self, entry: u32) -> &K {
        &entry_at(&self.stretches, self.places[entry as usize]).means
    }

    /// Takes the statement that `text` begins with, if it is a known one: its entry, and its bytes.
    #[inline]
    pub(in crate::eval) fn follow(&mut self, wording: Wording, text: &[u8]) -> Option<(u32, usize)> {
        let number = match self.wordings.get(self.last_wording as usize) {
            Some(last) if *last == wording => self.last_wording,
            _ => wording_number(&mut self.wordings, wording),
        };
        self.last_wording = number;
        let guesses = self.images.guesses();
        let (entry, bytes, guess) = match self.begins(number, text, guesses[0]) {
            Some(bytes) => (guesses[0], bytes, Some(0)),
            None => self.find(wording, text, guesses)?,
        };
        self.images.take(entry, guess);
        self.last = entry;
        self.known += 1;
        Some((entry, bytes))
    }

    /// A number for the clients that are like the current one, as far as it was read; no others ever have it.
    pub(in crate::eval) fn image(&self) -> Option<u64> {
        self.images.number()
    }

    /// The numbers of the statement that was followed last.
    #[inline]
    pub(in crate::eval) fn numbers(&self) -> &[u64] {
        &self.numbers
    }

    #[inline]
    fn next_of(&self, entry: u32) -> [u32; WAYS] {
        self.places.get(entry as usize).map_or([0, NONE, NONE, NONE], |place| place.next)
    }

    /// How many bytes the statement of an entry has, if a text begins with it.
    #[inline]
    fn begins(&mut self, wording: u16, text: &[u8], entry: u32) -> Option<usize> {
        let words = self.words.get(entry as usize).filter(|words| words.wording == wording)?;
        self.numbers.clear();
        let (start, end) = words.number;
        if words.several {
            return self.begins_with_numbers(text, entry);
        }
        if end == 0 {
            return text.starts_with(&words.text).then_some(words.text.len());
        }
        let rest = text.strip_prefix(&words.text[..start as usize])?;
        let (number, digits) = number::leading(rest)?;
        let behind = &words.text[end as usize..];
        self.numbers.push(number);
        rest[digits..].starts_with(behind).then_some(start as usize + digits + behind.len())
    }

    /// The same where there are several numbers in it.
    fn begins_with_numbers(&mut self, text: &[u8], entry: u32) -> Option<usize> {
        let known = entry_at(&self.stretches, self.places[entry as usize]);
        let (mut from, mut rest) = (0, text);
        for number in &known.numbers {
            rest = rest.strip_prefix(&known.text[from..number.start as usize])?;
            let (found, digits) = number::leading(rest)?;
            self.numbers.push(found);
            rest = &rest[digits..];
            from = number.end as usize;
        }
        let rest = rest.strip_prefix(&known.text[from..])?;
        Some(text.len() - rest.len())
    }

    /// Finds the statement that a text begins with where another one was expected.
    fn find(
        &mut self,
        wording: Wording,
        text: &[u8],
        guesses: [u32; 3],
    ) -> Option<(u32, usize, Option<usize>)> {
        let number = self.last_wording;
        for (guess, entry) in guesses.into_iter().enumerate().skip(1) {
            if let Some(bytes) = self.begins(number, text, entry) {
                return Some((entry, bytes, Some(guess)));
            }
        }
        let expected = self.next_of(self.last);
        for (way, other) in expected.into_iter().enumerate() {
            if let Some(bytes) = self.begins(number, text, other) {
                // One step at a time, so that what comes often stays ahead of what came last.
                if let Some(last) = self.places.get_mut(self.last as usize) {
                    last.next.swap(way, way.saturating_sub(1));
                }
                return Some((other, bytes, None));
            }
        }
        // The one that was expected may be missing, or stand changed before this one.
        let [second, ..] = self.next_of(expected[0]);
        let (found, bytes) = match self.begins(number, text, second) {
            Some(bytes) => (second, bytes),
            None => {
                let hash = self.pool.hash(wording, first_statement(wording.statement, text)?);
                let found = *self.table.get(&hash)?;
                (found, self.begins(number, text, found)?)
            }
        };
        if let Some(last) = self.places.get_mut(self.last as usize) {
            let free = last.next.iter().position(|next| *next == NONE);
            last.next[free.unwrap_or(WAYS - 1)] = found;
        }
        Some((found, bytes, None))
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
        let hash = self.pool.hash(wording, statement);
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

    /// Remembers a statement, with the places of its numbers, and what it means, which takes `bytes` beside
    /// itself, from the next client on.
    ///
    /// One that is not what [`first_statement`] finds where it stands is never looked up, which does no
    /// harm.
    pub(in crate::eval) fn remember(
        &mut self,
        wording: Wording,
        statement: &[u8],
        numbers: &[Range<usize>],
        means: K,
        bytes: usize,
    ) {
        debug_assert!(statement.len() <= LONGEST, "whoever remembers asks before");
        let hash = self.pool.hash(wording, statement);
        if self.table.contains_key(&hash) {
            return;
        }
        self.table.insert(hash, NONE);
        // Every worker has a place and an entry of its table for it; tables keep room free.
        let with_worker = size_of::<Place>() + size_of::<Words>() + 2 * size_of::<(u64, u32)>();
        let with_numbers = size_of_val(numbers) / 2 + 2 * size_of::<u64>();
        let bytes = statement.len() + bytes + with_numbers + size_of::<Entry<K>>() + with_worker;
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        // A statement that is remembered is short.
        let place = |number: &Range<usize>| number.start as u32..number.end as u32;
        let numbers = numbers.iter().map(place).collect();
        self.own.0.push(Entry { text: statement.into(), numbers, hash, wording, bytes, means });
        self.pool.bytes.fetch_add(bytes as usize, Ordering::Relaxed);
    }
}

fn entry_at<K>(stretches: &[Arc<Stretch<K>>], place: Place) -> &Entry<K> {
    &stretches[place.stretch as usize].0[place.at as usize]
}

/// The number of a wording; there are few.
fn wording_number(known: &mut Vec<Wording>, wording: Wording) -> u16 {
    let number = known.iter().position(|one| *one == wording).unwrap_or_else(|| {
        known.push(wording);
        known.len() - 1
    });
    number as u16
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
        Statement::Element(_) => {
            // None that is longer is remembered, and nobody is to look through a whole document for an end.
            let text = &text[..text.len().min(LONGEST)];
            let (_, tag) = (text.strip_prefix(b"<")?, memchr::memchr(b'>', text)?);
            if text[..tag].ends_with(b"/") {
                return Some(&text[..=tag]);
            }
            let name = text[1..tag].iter().take_while(|byte| !is_space(**byte)).count();
            let end_tag = [b"</", &text[1..=name], b">"].concat();
            let end = memchr::memmem::find(&text[tag..], &end_tag)?;
            Some(&text[..tag + end + end_tag.len()])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAGS: Wording = Wording::anywhere(b'n', Statement::Tag);

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
                memo.remember(TAGS, statement.as_bytes(), &[], (*statement).to_owned(), 0);
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
        let [one, other] = [b'a', b'b'].map(|format| Wording::anywhere(format, Statement::Line));
        memo.remember(one, b"a b\n", &[], "of a", 0);
        assert_eq!(memo.follow(one, b"a b\nc"), None, "it is known from the next client on");
        memo.begin();
        assert_eq!(memo.follow(one, b"a b\nc"), Some((0, 4)));
        assert_eq!(memo.follow(other, b"a b\nc"), None);
        memo.remember(other, b"a b\n", &[], "of b", 0);
        memo.begin();
        assert_eq!(memo.follow(other, b"a b\nc"), Some((1, 4)));
        assert_eq!(memo.follow(one, b"a b"), None);
        assert_eq!((*memo.meaning(0), *memo.meaning(1)), ("of a", "of b"));
    }

    #[test]
    fn numbers_may_differ_and_are_told() {
        const ELEMENTS: Wording = Wording::anywhere(b'o', Statement::Element("n=\""));
        let mut memo = Memo::new(&Arc::default());
        let text = b"<a n=\"12\" m=\"3\"><b n=\"4\"/>n=\"5</a>";
        // The number in the text is none of those that may differ.
        memo.remember(ELEMENTS, text, &[6..8, 22..23], "a", 0);
        memo.begin();
        let mut told = |text: &[u8]| {
            let followed = memo.follow(ELEMENTS, text);
            followed.map(|(_, bytes)| (bytes, memo.numbers().to_vec()))
        };
        assert_eq!(told(text), Some((text.len(), vec![12, 4])));
        assert_eq!(told(b"<a n=\"0\" m=\"3\"><b n=\"678\"/>n=\"5</a><a>"), Some((35, vec![0, 678])));
        let others =
            ["<a n=\"1\" m=\"4\"><b n=\"4\"/>n=\"5</a>", "<a n=\"01\" m=\"3\"><b n=\"4\"/>n=\"5</a>"];
        let more = [
            "<a n=\"\" m=\"3\"><b n=\"4\"/>n=\"5</a>",
            "<a n=\"1\" m=\"3\"><b n=\"4\"/>n=\"6</a>",
            "<a n=\"1",
        ];
        for other in others.iter().chain(&more) {
            assert_eq!(told(other.as_bytes()), None, "{other}");
        }
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
