//! Finds the names that a text is a part of.
//!
//! All names stand in one text, so that it is searched through once. Knows nothing of what is named.

use memchr::memmem::Finder;

/// Names by number.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: String,
    /// Where each name ends.
    ends: Vec<usize>,
}

impl Names {
    /// Adds a name, whose number is the next one.
    pub(super) fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(self.text.len());
    }

    /// The name of a number.
    pub(super) fn name(&self, number: usize) -> &str {
        self.text.get(self.start(number)..self.ends[number]).unwrap_or_default()
    }

    /// The numbers of the names that a text is a part of, in ascending order.
    pub(super) fn holding(&self, part: &str) -> Vec<usize> {
        if part.is_empty() {
            return (0..self.ends.len()).collect();
        }
        let (finder, bytes) = (Finder::new(part), self.text.as_bytes());
        let (mut found, mut at) = (Vec::new(), 0);
        while let Some(next) = finder.find(&bytes[at..]) {
            let start = at + next;
            let number = self.ends.partition_point(|end| *end <= start);
            let Some(end) = self.ends.get(number) else { break };
            if start + part.len() <= *end {
                found.push(number);
                at = *end;
            } else {
                // It stands across the ends of two names, which is no part of either.
                at = start + 1;
            }
        }
        found
    }

    fn start(&self, number: usize) -> usize {
        number.checked_sub(1).map_or(0, |before| self.ends[before])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_in_each_name_once() {
        let all = ["ab", "", "bab", "a", "ba", "abab", "é"];
        let mut names = Names::default();
        all.iter().for_each(|name| names.push(name));
        for part in ["", "a", "b", "ab", "ba", "bab", "aba", "é", "x"] {
            let expect: Vec<usize> = (0..all.len()).filter(|number| all[*number].contains(part)).collect();
            assert_eq!(names.holding(part), expect, "{part:?}");
        }
        assert_eq!((names.name(1), names.name(5)), ("", "abab"));
    }
}
