//! Numbers things that are kept elsewhere: a hash table of nothing but numbers.
//!
//! Whoever asks keeps the things and says which of them is the one that is looked for, so that nothing
//! is held twice and nothing is copied to be looked up.

use std::hash::Hash;

use ahash::RandomState;

/// The numbers of different things, from 0 in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    hasher: RandomState,
    /// Upper half of a hash, and the number + 1; 0 is empty. A power of two of them, or none.
    places: Vec<u64>,
    count: u32,
}

/// What a thing is among those that are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// One of them.
    Known(u32),
    /// The next one, which is to be kept.
    New(u32),
}

impl Numbers {
    /// The number of a thing that may be new; `is` says whether the thing of a number equals it.
    pub(super) fn add(&mut self, thing: &(impl Hash + ?Sized), is: impl Fn(u32) -> bool) -> Number {
        if self.places.len() <= self.count as usize * 4 / 3 {
            self.grow();
        }
        let hash = self.hasher.hash_one(thing);
        match self.place(hash, is) {
            Place::Taken(number) => Number::Known(number),
            Place::Free(at) => {
                let number = self.count;
                // Whoever keeps so many things refuses them.
                if let Some(next) = number.checked_add(1) {
                    self.places[at] = hash & UPPER | u64::from(next);
                    self.count = next;
                }
                Number::New(number)
            }
        }
    }

    /// The number of a thing, if it has one.
    pub(super) fn find(&self, thing: &(impl Hash + ?Sized), is: impl Fn(u32) -> bool) -> Option<u32> {
        if self.places.is_empty() {
            return None;
        }
        match self.place(self.hasher.hash_one(thing), is) {
            Place::Taken(number) => Some(number),
            Place::Free(_) => None,
        }
    }

    /// Finds the place of a thing; one place at least is empty.
    fn place(&self, hash: u64, is: impl Fn(u32) -> bool) -> Place {
        let mask = self.places.len() - 1;
        let mut at = first(hash, mask);
        loop {
            match self.places[at] {
                0 => return Place::Free(at),
                entry if (entry ^ hash) & UPPER == 0 && is(entry as u32 - 1) => {
                    return Place::Taken(entry as u32 - 1);
                }
                _ => at = (at + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        let mut places = vec![0; (self.places.len() * 2).max(16)];
        let mask = places.len() - 1;
        for entry in self.places.iter().filter(|entry| **entry != 0) {
            let mut at = first(*entry, mask);
            while places[at] != 0 {
                at = (at + 1) & mask;
            }
            places[at] = *entry;
        }
        self.places = places;
    }
}

const UPPER: u64 = 0xffff_ffff_0000_0000;

/// Where a hash is looked for first. Only its upper half is kept, so only that may decide.
fn first(hash: u64, mask: usize) -> usize {
    (hash >> 32) as usize & mask
}

enum Place {
    Taken(u32),
    Free(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_things_have_one_number_and_numbers_rise() {
        let mut numbers = Numbers::default();
        let mut kept: Vec<String> = Vec::new();
        for round in 0..2 {
            for thing in 0..5000 {
                let text = (thing * 7 % 5000).to_string();
                let found = numbers.find(&text, |number| kept[number as usize] == text);
                match numbers.add(&text, |number| kept[number as usize] == text) {
                    Number::Known(number) => {
                        assert_eq!((round, found, kept[number as usize].as_str()), (1, Some(number), &*text));
                    }
                    Number::New(number) => {
                        assert_eq!((round, found, number as usize), (0, None, kept.len()));
                        kept.push(text);
                    }
                }
            }
        }
        assert_eq!(kept.len(), 5000);
    }

    #[test]
    fn things_of_one_hash_are_kept_apart() {
        /// Hashes to nothing.
        struct Same;
        impl Hash for Same {
            fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
        }
        let mut numbers = Numbers::default();
        for expect in 0..100 {
            assert_eq!(numbers.find(&Same, |_| false), None);
            assert_eq!(numbers.add(&Same, |_| false), Number::New(expect));
            assert_eq!(numbers.add(&Same, |number| number == expect), Number::Known(expect));
            assert_eq!(numbers.find(&Same, |number| number == expect / 2), Some(expect / 2));
        }
    }
}
