//! Statements of earlier clients, with what each means: what comes again is compared and not read.
//!
//! The clients of one site say nearly the same in nearly the same order. So the statement that followed
//! the last one before is tried first, and only where that fails is one looked up. Statements are
//! compared byte by byte, never by a hash alone. One is only kept when it came before, so that what a
//! single client says takes no room; and all of them together are bounded, because clients are not
//! trusted. Knows nothing of what a statement means.

use std::collections::HashMap;

use ahash::RandomState;

/// The most bytes that statements may have together; beyond, all are forgotten.
const BYTES: usize = 32 << 20;

/// How many statements that came once are remembered by their hash.
const GLIMPSES: usize = 1 << 18;

/// Statements, each with what it means.
#[derive(Debug)]
pub(super) struct Memo<K> {
    texts: Vec<u8>,
    entries: Vec<Entry<K>>,
    /// From the hash of a statement to its entry.
    table: HashMap<u64, u32, RandomState>,
    /// Hashes of statements that came once; empty until the first one.
    glimpses: Vec<u32>,
    hasher: RandomState,
    /// The entry that was taken last.
    last: u32,
}

#[derive(Debug)]
struct Entry<K> {
    start: usize,
    end: usize,
    /// The entry that followed this one last time.
    next: u32,
    means: K,
}

impl<K> Default for Memo<K> {
    fn default() -> Self {
        Memo {
            texts: Vec::new(),
            entries: Vec::new(),
            table: HashMap::default(),
            glimpses: Vec::new(),
            hasher: RandomState::new(),
            last: 0,
        }
    }
}

impl<K> Memo<K> {
    /// Begins a client; forgets all statements if they have become too many.
    pub(super) fn begin(&mut self) {
        self.last = 0;
        if self.is_full() {
            self.texts.clear();
            self.entries.clear();
            self.table.clear();
        }
    }

    fn is_full(&self) -> bool {
        self.texts.len() + self.entries.len() * size_of::<Entry<K>>() > BYTES
    }

    /// What a statement means.
    #[inline]
    pub(super) fn means(&mut self, entry: u32) -> &mut K {
        &mut self.entries[entry as usize].means
    }

    /// Takes the statement that `text` begins with, if it is a known one: its entry, and its bytes.
    #[inline]
    pub(super) fn follow(&mut self, text: &[u8]) -> Option<(u32, usize)> {
        let expected = self.next_of(self.last);
        let entry = if self.begins(text, expected) { expected } else { self.find(text, expected)? };
        self.last = entry;
        let Entry { start, end, .. } = self.entries[entry as usize];
        Some((entry, end - start))
    }

    fn next_of(&self, entry: u32) -> u32 {
        self.entries.get(entry as usize).map_or(0, |entry| entry.next)
    }

    /// Whether a text begins with the statement of an entry.
    #[inline]
    fn begins(&self, text: &[u8], entry: u32) -> bool {
        let Some(Entry { start, end, .. }) = self.entries.get(entry as usize) else { return false };
        text.starts_with(&self.texts[*start..*end])
    }

    /// Finds the statement that a text begins with where another one was expected.
    fn find(&mut self, text: &[u8], expected: u32) -> Option<u32> {
        // The one that was expected may be missing, or stand changed before this one.
        let second = self.next_of(expected);
        if self.begins(text, second) {
            return Some(second);
        }
        let hash = self.hasher.hash_one(first_statement(text)?);
        let found = *self.table.get(&hash)?;
        if !self.begins(text, found) {
            return None;
        }
        self.lead_to(found);
        Some(found)
    }

    /// Notes that an entry follows the one that was taken last.
    fn lead_to(&mut self, entry: u32) {
        if let Some(last) = self.entries.get_mut(self.last as usize) {
            last.next = entry;
        }
    }

    /// Whether a statement that is not known should be: whether it came before.
    pub(super) fn wants(&mut self, statement: &[u8]) -> bool {
        let hash = self.hasher.hash_one(statement);
        if self.glimpses.is_empty() {
            self.glimpses = vec![0; GLIMPSES];
        }
        let (place, part) = (hash as usize % GLIMPSES, (hash >> 32) as u32);
        std::mem::replace(&mut self.glimpses[place], part) == part && !self.is_full()
    }

    /// Remembers a statement and what it means.
    ///
    /// One that is not what [`first_statement`] finds where it stands is never found again, which does no
    /// harm.
    pub(super) fn remember(&mut self, statement: &[u8], means: K) {
        let hash = self.hasher.hash_one(statement);
        let Ok(entry) = u32::try_from(self.entries.len()) else { return };
        if self.table.contains_key(&hash) {
            return;
        }
        let start = self.texts.len();
        self.texts.extend_from_slice(statement);
        let next = self.next_of(self.last);
        self.entries.push(Entry { start, end: self.texts.len(), next, means });
        self.table.insert(hash, entry);
        self.lead_to(entry);
        self.last = entry;
    }
}

/// The statement that a text begins with: one tag, since no tag holds a `<`; without the white space
/// that stands before the next.
fn first_statement(text: &[u8]) -> Option<&[u8]> {
    let rest = text.strip_prefix(b"<")?;
    let length = memchr::memchr(b'<', rest).map_or(text.len(), |next| next + 1);
    Some(text[..length].trim_ascii_end())
}
