//! Statements of earlier clients, with what each means: what comes again is compared and not read.
//!
//! The clients of one site say nearly the same in nearly the same order. So the statement that followed
//! the last one before is tried first, and only where that fails is one looked up. Statements are
//! compared byte by byte, never by a hash alone. While there is much room each is kept, then only those
//! that came before, so that what a single client says takes none of the rest; and all of them together
//! are bounded, because clients are not trusted: when there is no more room they stay as long as they
//! serve, and are forgotten when clients say other things. Knows nothing of what a statement means.

use std::collections::HashMap;

use ahash::RandomState;

use crate::model::inventory::{Statement, Wording};

/// The most bytes that statements may take together, with what they mean: some 50,000 of native files.
const BYTES: usize = 20 << 20;

/// Statements after which it is asked anew whether what is remembered serves.
const WINDOW: u64 = 1 << 16;

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
    /// Bytes that all statements take, and the most that they may.
    bytes: usize,
    most: usize,
    /// Statements of late that were known, and those that were not.
    known: u64,
    unknown: u64,
}

#[derive(Debug)]
struct Entry<K> {
    start: u32,
    end: u32,
    /// The entry that followed this one last time.
    next: u32,
    wording: Wording,
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
            bytes: 0,
            most: BYTES,
            known: 0,
            unknown: 0,
        }
    }
}

impl<K> Memo<K> {
    /// Begins a client; forgets all statements if there is no room for more and clients say others.
    pub(super) fn begin(&mut self) {
        self.last = 0;
        if self.known + self.unknown < WINDOW {
            return;
        }
        if self.is_full() && self.unknown > self.known / 4 {
            self.texts.clear();
            self.entries.clear();
            self.table.clear();
            self.bytes = 0;
        }
        (self.known, self.unknown) = (0, 0);
    }

    fn is_full(&self) -> bool {
        self.bytes >= self.most
    }

    /// What a statement means.
    #[inline]
    pub(super) fn meaning(&self, entry: u32) -> &K {
        &self.entries[entry as usize].means
    }

    /// What a statement means, to find out more of it.
    #[inline]
    pub(super) fn means(&mut self, entry: u32) -> &mut K {
        &mut self.entries[entry as usize].means
    }

    /// Takes the statement that `text` begins with, if it is a known one: its entry, and its bytes.
    #[inline]
    pub(super) fn follow(&mut self, wording: Wording, text: &[u8]) -> Option<(u32, usize)> {
        let expected = self.next_of(self.last);
        let entry =
            if self.begins(wording, text, expected) { expected } else { self.find(wording, text, expected)? };
        self.last = entry;
        self.known += 1;
        let Entry { start, end, .. } = self.entries[entry as usize];
        Some((entry, (end - start) as usize))
    }

    fn next_of(&self, entry: u32) -> u32 {
        self.entries.get(entry as usize).map_or(0, |entry| entry.next)
    }

    /// Whether a text begins with the statement of an entry.
    #[inline]
    fn begins(&self, wording: Wording, text: &[u8], entry: u32) -> bool {
        let Some(entry) = self.entries.get(entry as usize) else { return false };
        text.starts_with(&self.texts[entry.start as usize..entry.end as usize]) && entry.wording == wording
    }

    /// Finds the statement that a text begins with where another one was expected.
    fn find(&mut self, wording: Wording, text: &[u8], expected: u32) -> Option<u32> {
        // The one that was expected may be missing, or stand changed before this one.
        let second = self.next_of(expected);
        if self.begins(wording, text, second) {
            return Some(second);
        }
        let hash = self.hasher.hash_one((wording, first_statement(wording.statement, text)?));
        let found = *self.table.get(&hash)?;
        if !self.begins(wording, text, found) {
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

    /// Whether a statement that is not known should be: until little of the room is left, and then where
    /// it came before.
    pub(super) fn wants(&mut self, wording: Wording, statement: &[u8]) -> bool {
        self.unknown += 1;
        if self.bytes < self.most / 8 * 7 {
            return true;
        }
        if self.is_full() {
            return false;
        }
        let hash = self.hasher.hash_one((wording, statement));
        if self.glimpses.is_empty() {
            self.glimpses = vec![0; GLIMPSES];
        }
        let (place, part) = (hash as usize % GLIMPSES, (hash >> 32) as u32);
        std::mem::replace(&mut self.glimpses[place], part) == part
    }

    /// Remembers a statement and what it means, which takes `bytes` beside itself.
    ///
    /// One that is not what [`first_statement`] finds where it stands is never found again, which does no
    /// harm.
    pub(super) fn remember(&mut self, wording: Wording, statement: &[u8], means: K, bytes: usize) {
        let hash = self.hasher.hash_one((wording, statement));
        let Ok(entry) = u32::try_from(self.entries.len()) else { return };
        if self.table.contains_key(&hash) {
            return;
        }
        // Bounded by the room for all of them, but for the last one.
        let start = self.texts.len() as u32;
        self.texts.extend_from_slice(statement);
        // The table has an entry of its own, with the room that a table keeps free.
        self.bytes += statement.len() + bytes + size_of::<Entry<K>>() + 2 * size_of::<(u64, u32)>();
        let next = self.next_of(self.last);
        self.entries.push(Entry { start, end: self.texts.len() as u32, next, wording, means });
        self.table.insert(hash, entry);
        self.lead_to(entry);
        self.last = entry;
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
            Some(text[..length].trim_ascii_end())
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
                assert_eq!((memo.means(entry).as_str(), bytes), (*statement, statement.len()));
                followed += 1;
            } else if memo.wants(TAGS, statement.as_bytes()) {
                memo.remember(TAGS, statement.as_bytes(), (*statement).to_owned(), 0);
            }
        }
        followed
    }

    #[test]
    fn a_statement_is_known_when_it_comes_again_and_later_when_it_came_twice() {
        let document = ["<a/>", "<a b='1'/>", "<c/>"];
        let times = |mut memo: Memo<String>| [(); 4].map(|()| take(&mut memo, &document));
        assert_eq!(times(Memo::default()), [0, 3, 3, 3]);
        assert_eq!(times(Memo { bytes: BYTES / 8 * 7, ..Memo::default() }), [0, 0, 3, 3]);
    }

    #[test]
    fn what_is_missing_changed_or_added_does_not_lose_the_rest() {
        let mut memo = Memo::default();
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
        let mut memo = Memo::default();
        let [one, other] = [b'a', b'b'].map(|format| Wording { format, statement: Statement::Line });
        memo.remember(one, b"a b\n", "of a", 0);
        assert_eq!(memo.follow(one, b"a b\nc"), Some((0, 4)));
        assert_eq!(memo.follow(other, b"a b\nc"), None);
        memo.remember(other, b"a b\n", "of b", 0);
        assert_eq!(memo.follow(other, b"a b\nc"), Some((1, 4)));
        assert_eq!(memo.follow(one, b"a b"), None);
        assert_eq!((*memo.meaning(0), *memo.meaning(1)), ("of a", "of b"));
    }

    #[test]
    fn what_fills_the_room_stays_as_long_as_it_serves() {
        let mut memo = Memo { most: 5000, ..Memo::default() };
        let names = |letter: char| -> Vec<String> { (0..100).map(|at| format!("<{letter}{at}/>")).collect() };
        let [first, second] = ['a', 'b'].map(names);
        let take = |memo: &mut Memo<String>, names: &[String]| {
            take(memo, &names.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let times = 2 * WINDOW as usize / 100;
        let room = (0..times).map(|_| take(&mut memo, &first)).last().expect("was taken");
        assert!((20..90).contains(&room) && memo.entries.len() == room, "{room}");
        assert_eq!(take(&mut memo, &second), 0);
        assert_eq!(take(&mut memo, &first), room);
        let other = (0..2 * times).map(|_| take(&mut memo, &second)).last().expect("was taken");
        assert!(other > 20, "{other}");
        assert_eq!(take(&mut memo, &first), 0);
    }
}
