//! Numbers texts: equal ones have one number, in the order in which they come.
//!
//! Knows nothing of what a text says.

use ahash::HashMap;

/// Texts by number, and numbers by text.
#[derive(Debug, Default)]
pub(super) struct Texts {
    texts: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
}

impl Texts {
    /// The number of a text, which is new where the text is.
    pub(super) fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        // INVARIANT: an archive's member has at most 1 GiB, so that there are fewer than 2^32 texts.
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        number
    }

    /// The number of a text that is there.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// The text of a number.
    pub(super) fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Numbers the texts anew in the order of their bytes; gives the new number of each old one.
    pub(super) fn sort(&mut self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..).take(self.texts.len()).collect();
        order.sort_unstable_by_key(|number| &self.texts[*number as usize]);
        let mut ranks = vec![0; order.len()];
        for (rank, number) in (0..).zip(&order) {
            ranks[*number as usize] = rank;
        }
        self.texts.sort_unstable();
        for (rank, text) in (0..).zip(&self.texts) {
            self.numbers.insert(text.clone(), rank);
        }
        ranks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_numbers_stand_in_the_order_of_their_texts() {
        let mut texts = Texts::default();
        let old: Vec<_> = ["b", "", "c", "b", "a"].map(|text| texts.number(text)).into();
        assert_eq!(old, [0, 1, 2, 0, 3]);
        let ranks = texts.sort();
        assert_eq!(ranks, [2, 0, 3, 1]);
        for (text, number) in [("", 0), ("a", 1), ("b", 2), ("c", 3)] {
            assert_eq!((texts.find(text), texts.text(number)), (Some(number), text));
        }
        assert_eq!((texts.len(), texts.find("d")), (4, None));
    }
}
