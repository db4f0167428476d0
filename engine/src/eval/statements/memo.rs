//! Statements of earlier clients, with what each means: what comes again is compared and not read.
//!
//! The clients of one site say nearly the same in nearly the same order. So what comes next in an earlier
//! client like the current one is tried first, or, where there is none, what followed the last statement
//! before, and only where that fails is one looked up. Statements are compared byte by byte, never by a hash alone.
//!
//! What a worker learns of a client becomes a [`Stretch`] that is never changed, and all workers of a run
//! have it from their next client on. While there is much room each statement is kept, then only those
//! that came before, so that what a single client says takes none of the rest; and all of them together
//! are bounded, because clients are not trusted: when there is no more room they stay as long as they
//! serve, and are forgotten when clients say other things. Knows nothing of what a statement means.
//!
//! Numbers in a statement may differ from client to client, as those that a collector gives to what it finds:
//! the statement is the same where all else is, and whoever follows it is told the numbers.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ahash::RandomState;

use super::extent::{LONGEST, first_statement};
use super::images::Images;
use super::pool::{Entry, Pool, Stretch};
use super::transcript::{Passed, Said, Transcript};
use crate::index::columns::NONE;
use crate::model::inventory::{Statement, Wording};
use crate::model::number;
use crate::xml::is_space;

/// Statements after which it is asked anew whether what is remembered serves.
const WINDOW: u64 = 1 << 16;

/// So many places of the image are tried before anything else is.
const LIKELY: usize = 3;

/// How many statements that came once are remembered by their hash.
const GLIMPSES: usize = 1 << 18;

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
    /// The entries of the statements that were followed last, and the numbers in them.
    followed: Vec<u32>,
    numbers: Vec<u64>,
    /// Where the first of them stands in the image, if they were followed there.
    from: Option<usize>,
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
            followed: Vec::new(),
            numbers: Vec::new(),
            from: None,
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
        let learned: Vec<u64> = self.own.0.iter().map(|entry| entry.hash).collect();
        if !learned.is_empty() {
            self.pool.publish(std::mem::take(&mut self.own), self.forgotten);
        }
        if self.known + self.unknown >= WINDOW {
            if self.pool.is_full() && self.unknown > self.known {
                self.pool.forget(self.forgotten);
            }
            (self.known, self.unknown) = (0, 0);
        }
        let forgot = self.adopt();
        let entry = |hash: &u64| self.table.get(hash).copied().filter(|entry| *entry != NONE);
        self.images.begin(|number| learned.get(number).and_then(entry));
        forgot
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

    /// How many numbers stand in a statement.
    pub(in crate::eval) fn number_count(&self, entry: u32) -> u32 {
        entry_at(&self.stretches, self.places[entry as usize]).numbers.len() as u32
    }

    /// Takes some of the statements that `text` begins with, as long as they are known and at most `most` of them; gives
    /// their bytes, which are none where the first one is not known.
    pub(in crate::eval) fn follow(&mut self, wording: Wording, text: &[u8], most: usize) -> usize {
        self.followed.clear();
        self.from = None;
        let number = match self.wordings.get(self.last_wording as usize) {
            Some(last) if *last == wording => self.last_wording,
            _ => wording_number(&mut self.wordings, wording),
        };
        self.last_wording = number;
        let mut expected = self.images.places();
        let bytes = self.follow_image(number, text, most, expected.by_ref().take(LIKELY));
        if bytes > 0 || most == 0 {
            return bytes;
        }
        let spaces = match wording.statement {
            Statement::Tag | Statement::Element(_) => text.iter().take_while(|byte| is_space(**byte)).count(),
            Statement::Line => 0,
        };
        let (space, statement) = text.split_at(spaces);
        if wording.statement != Statement::Line && !statement.starts_with(b"</") {
            self.images.note_space(space);
        }
        let other =
            self.images.other().and_then(|other| Some((other, self.begins(number, statement, other)?)));
        let (entry, bytes) = match other {
            Some(other) => {
                self.images.take_other(other.0);
                other
            }
            None => match self.follow_image(number, text, most, expected) {
                0 => {
                    let Some(found) = self.find(wording, statement) else { return 0 };
                    self.images.take(found.0);
                    found
                }
                bytes => return bytes,
            },
        };
        let Memo { images, stretches, places, words, wordings, .. } = self;
        images.transcribe(|entry| said(stretches, places, (words, wordings), entry));
        self.last = entry;
        self.known += 1;
        self.followed.push(entry);
        spaces + bytes
    }

    /// Takes the statements that a text begins with as the image of the client has them at the first of some places
    /// where it has any of them; gives their bytes.
    #[inline]
    fn follow_image(
        &mut self,
        wording: u16,
        text: &[u8],
        most: usize,
        places: impl Iterator<Item = usize>,
    ) -> usize {
        let Some(transcript) = self.images.transcript() else { return 0 };
        for at in places {
            let Passed { statements, bytes } = transcript.follow(at, wording, text, most, &mut self.numbers);
            if statements > 0 {
                self.followed.extend(self.images.pass(at, statements));
                self.from = Some(at);
                self.last = self.followed.last().copied().unwrap_or(self.last);
                self.known += statements as u64;
                return bytes;
            }
        }
        0
    }

    /// A number for the clients that are like the current one, as far as it was read; no others ever have it.
    pub(in crate::eval) fn image(&self) -> Option<u64> {
        self.images.number()
    }

    /// The image in which the statements stand that were followed last, and where the first of them stands there.
    #[inline]
    pub(in crate::eval) fn passage(&self) -> Option<(u64, usize)> {
        self.images.number().zip(self.from)
    }

    /// What that image says: the entry of each statement, and where it ends in the text of all of them without
    /// numbers, with the bytes of white space before it.
    pub(in crate::eval) fn image_statements(&self) -> impl Iterator<Item = (u32, (u32, u8))> {
        let ends = self.images.transcript().map(Transcript::ends).into_iter().flatten();
        self.images.entries().iter().copied().zip(ends)
    }

    /// The statements that were followed last.
    #[inline]
    pub(in crate::eval) fn followed(&self) -> &[u32] {
        &self.followed
    }

    /// The numbers in them.
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

    /// Finds the statement that a text begins with: its entry, and its bytes.
    fn find(&mut self, wording: Wording, text: &[u8]) -> Option<(u32, usize)> {
        // What a copy of an image says of its own followed nothing before.
        match self.images.is_lost() {
            false => self.look_up(wording, text),
            true => self.find_behind_last(wording, text),
        }
    }

    /// Finds it among those that followed the last one before.
    fn find_behind_last(&mut self, wording: Wording, text: &[u8]) -> Option<(u32, usize)> {
        let number = self.last_wording;
        let expected = self.next_of(self.last);
        for (way, other) in expected.into_iter().enumerate() {
            if let Some(bytes) = self.begins(number, text, other) {
                // One step at a time, so that what comes often stays ahead of what came last.
                if let Some(last) = self.places.get_mut(self.last as usize) {
                    last.next.swap(way, way.saturating_sub(1));
                }
                return Some((other, bytes));
            }
        }
        // The one that was expected may be missing, or stand changed before this one.
        let [second, ..] = self.next_of(expected[0]);
        let (found, bytes) = match self.begins(number, text, second) {
            Some(bytes) => (second, bytes),
            None => self.look_up(wording, text)?,
        };
        if let Some(last) = self.places.get_mut(self.last as usize) {
            let free = last.next.iter().position(|next| *next == NONE);
            last.next[free.unwrap_or(WAYS - 1)] = found;
        }
        Some((found, bytes))
    }

    /// Looks it up.
    fn look_up(&mut self, wording: Wording, text: &[u8]) -> Option<(u32, usize)> {
        let hash = self.pool.hash(wording, first_statement(wording.statement, text)?);
        let found = *self.table.get(&hash)?;
        Some((found, self.begins(self.last_wording, text, found)?))
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
        self.images.learn(self.own.0.len());
        self.own.0.push(Entry { text: statement.into(), numbers, hash, wording, bytes, means });
        self.pool.bytes.fetch_add(bytes as usize, Ordering::Relaxed);
    }
}

/// What the statement of an entry says.
fn said<'s, K>(
    stretches: &'s [Arc<Stretch<K>>],
    places: &[Place],
    (words, wordings): (&'s [Words], &[Wording]),
    entry: u32,
) -> Said<'s> {
    let Words { text, wording, .. } = &words[entry as usize];
    let is_line = wordings[*wording as usize].statement == Statement::Line;
    let numbers = &*entry_at(stretches, places[entry as usize]).numbers;
    Said { wording: *wording, is_line, text, numbers }
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::super::pool::BYTES;
    use super::*;

    const TAGS: Wording = Wording::anywhere(b'n', Statement::Tag);

    /// Takes a document as a reader and its collector do: follows what is known and remembers the rest.
    fn take(memo: &mut Memo<String>, statements: &[&str]) -> usize {
        memo.begin();
        let mut followed = 0;
        for (at, statement) in statements.iter().enumerate() {
            let rest = statements[at..].join("\n");
            let bytes = memo.follow(TAGS, rest.as_bytes(), 1);
            if bytes > 0 {
                let [entry] = *memo.followed() else { panic!("one is followed") };
                assert_eq!(memo.meaning(entry).as_str(), *statement);
                assert_eq!(rest[..bytes].trim_ascii_start(), *statement);
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
        let follow = |memo: &mut Memo<_>, wording, text: &[u8]| {
            let bytes = memo.follow(wording, text, 9);
            (bytes, memo.followed().to_vec())
        };
        let nothing = (0, Vec::new());
        assert_eq!(follow(&mut memo, one, b"a b\nc"), nothing, "it is known from the next client on");
        memo.begin();
        assert_eq!(follow(&mut memo, one, b"a b\nc"), (4, vec![0]));
        assert_eq!(follow(&mut memo, other, b"a b\nc"), nothing);
        memo.remember(other, b"a b\n", &[], "of b", 0);
        memo.begin();
        assert_eq!(follow(&mut memo, other, b"a b\nc"), (4, vec![1]));
        assert_eq!(follow(&mut memo, one, b"a b"), nothing);
        assert_eq!((*memo.meaning(0), *memo.meaning(1)), ("of a", "of b"));
    }

    /// Takes a text, and learns what is not known of it; gives how many bytes were.
    fn take_text(memo: &mut Memo<()>, wording: Wording, text: &str) -> usize {
        let (mut rest, mut followed) = (text.as_bytes(), 0);
        loop {
            let bytes = memo.follow(wording, rest, 9);
            followed += bytes;
            rest = &rest[bytes..];
            if bytes == 0 {
                let spaces = if wording == TAGS { rest.len() - rest.trim_ascii_start().len() } else { 0 };
                let Some(statement) = first_statement(wording.statement, &rest[spaces..]) else {
                    return followed;
                };
                if memo.wants(wording, statement) {
                    memo.remember(wording, statement, &[], (), 0);
                }
                rest = &rest[spaces + statement.len()..];
            }
        }
    }

    #[test]
    fn white_space_before_a_line_is_a_part_of_it() {
        const LINES: Wording = Wording::anywhere(b'l', Statement::Line);
        let mut memo = Memo::new(&Arc::default());
        let tags: String = (0..200).map(|number| format!("\n\t<a n='{number}'/>")).collect();
        let lines: String = (0..200).map(|number| format!("p{number} 1\n")).collect();
        for _ in 0..4 {
            for (wording, text) in [(TAGS, &tags), (LINES, &lines)] {
                memo.begin();
                take_text(&mut memo, wording, text);
            }
            memo.begin();
            take_text(&mut memo, TAGS, &tags);
            take_text(&mut memo, LINES, &lines);
        }
        for (before, own) in [(&tags[..0], "p100"), (&tags, "p150")] {
            memo.begin();
            assert_eq!(take_text(&mut memo, TAGS, before), before.len());
            // A line of its own may be known; the line behind it was never said.
            let mixed = lines.replace(own, &format!("\n\t{own}"));
            let known = take_text(&mut memo, LINES, &mixed);
            assert!((lines.len() - 7..=lines.len() - 6).contains(&known), "{known}");
        }
        memo.begin();
        assert_eq!(take_text(&mut memo, TAGS, &tags.replace("\n\t", " ")), tags.len() - 200);
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
            let bytes = memo.follow(ELEMENTS, text, 1);
            (bytes > 0).then(|| (bytes, memo.numbers().to_vec()))
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
