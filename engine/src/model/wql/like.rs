//! Patterns of `LIKE`: the whole value must match, without regard to case.
//!
//! `%` is any text, `_` any one character, `[abc]`, `[a-c]` and `[a=c]` one of a set, `[^abc]` one that is
//! not of it. There is no other way to write a character that means something.

use crate::model::path::fold_text;

/// A pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Any text.
    Any,
    /// One character, whichever.
    One,
    /// This text, folded.
    Text(String),
    /// One character of a set, or one that is not of it.
    Set(Vec<(char, char)>, bool),
}

impl Pattern {
    /// Reads a pattern; `None` where a set has no end or a range runs backwards.
    ///
    /// ```
    /// use patchstate::model::wql::Pattern;
    ///
    /// let matches = |pattern: &str, text: &str| Pattern::parse(pattern).unwrap().matches(text);
    /// assert!(matches(r"%PCI\VEN_8086%", r"x pci\venx8086&dev"));
    /// assert!(matches("a[_]c", "a_c") && !matches("a[_]c", "abc"));
    /// assert!(matches("[^a-c]x", "dx") && !matches("[^a-c]x", "bx"));
    /// assert_eq!(Pattern::parse("a[b"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Pattern> {
        let mut folded = String::with_capacity(text.len());
        fold_text(text, &mut folded);
        let mut parts = Vec::new();
        let mut rest = folded.as_str();
        while let Some(c) = rest.chars().next() {
            let mut length = c.len_utf8();
            match c {
                '%' if parts.last() == Some(&Part::Any) => {}
                '%' => parts.push(Part::Any),
                '_' => parts.push(Part::One),
                '[' => {
                    // What stands first in a set belongs to it, a bracket too.
                    let first = rest[1..].chars().next()?.len_utf8();
                    let end = 1 + first + rest[1 + first..].find(']')?;
                    parts.push(set(&rest[1..end])?);
                    length = end + 1;
                }
                c => match parts.last_mut() {
                    Some(Part::Text(text)) => text.push(c),
                    _ => parts.push(Part::Text(c.to_string())),
                },
            }
            rest = &rest[length..];
        }
        Some(Pattern { parts })
    }

    /// Whether a folded text matches.
    ///
    /// What follows the last `%` that was passed is tried at each place after it, so that the time is at
    /// most the product of both lengths.
    pub fn matches(&self, text: &str) -> bool {
        let (mut at, mut rest) = (0, text);
        let mut again: Option<(usize, &str)> = None;
        loop {
            let after = match self.parts.get(at) {
                None if rest.is_empty() => return true,
                None => None,
                Some(Part::Any) => {
                    again = Some((at + 1, rest));
                    Some(rest)
                }
                Some(part) => part.strip(rest),
            };
            if let Some(after) = after {
                (at, rest) = (at + 1, after);
                continue;
            }
            let Some((from, start)) = again else { return false };
            let Some(next) = self.next_start(from, start) else { return false };
            (at, rest) = (from, next);
            again = Some((from, next));
        }
    }

    /// Where what follows a `%` may match next, after it did not at `start`.
    fn next_start<'t>(&self, from: usize, start: &'t str) -> Option<&'t str> {
        let mut characters = start.chars();
        characters.next()?;
        let rest = characters.as_str();
        match self.parts.get(from) {
            Some(Part::Text(text)) => Some(&rest[rest.find(text.as_str())?..]),
            // With nothing behind it, all that is left matches.
            None => Some(""),
            _ => Some(rest),
        }
    }

    /// A text that matches; `below` gives a number below the one that it is asked with, wherever there is a
    /// choice.
    ///
    /// ```
    /// use patchstate::model::wql::Pattern;
    ///
    /// let example = |pattern: &str| Pattern::parse(pattern).unwrap().example(&mut |_| 0);
    /// assert_eq!(example(r"%PCI\VEN_8086%[^a-c]"), r"pci\ven_8086d");
    /// ```
    pub fn example(&self, below: &mut dyn FnMut(usize) -> usize) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Any => text.push_str(["", "0", "&rev_01"][below(3).min(2)]),
                // Those who write it mostly mean the character itself.
                Part::One => text.push(['_', '_', '_', 'x'][below(4).min(3)]),
                Part::Text(own) => text.push_str(own),
                Part::Set(ranges, false) => {
                    text.extend(ranges.get(below(ranges.len())).map(|(low, _)| *low));
                }
                Part::Set(..) => text.extend(
                    ('a'..='z').chain('0'..='9').find(|c| part.strip(c.encode_utf8(&mut [0; 4])).is_some()),
                ),
            }
        }
        text
    }

    /// The texts, folded, all of which every value that matches contains.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// The text that a value must contain, where containing it is all that it must.
    pub fn contained(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Any, Part::Text(text), Part::Any] => Some(text),
            _ => None,
        }
    }
}

impl Part {
    /// What is left of a text behind a part that is not [`Part::Any`].
    fn strip<'t>(&self, text: &'t str) -> Option<&'t str> {
        if let Part::Text(own) = self {
            return text.strip_prefix(own.as_str());
        }
        let first = text.chars().next()?;
        let holds = match self {
            Part::Set(ranges, negated) => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&first)) != *negated
            }
            _ => true,
        };
        holds.then(|| &text[first.len_utf8()..])
    }
}

/// Reads what stands between the brackets of a set.
fn set(text: &str) -> Option<Part> {
    let (text, negated) = match text.strip_prefix('^') {
        Some(rest) if !rest.is_empty() => (rest, true),
        _ => (text, false),
    };
    let characters: Vec<char> = text.chars().collect();
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let low = characters[at];
        let is_range = at + 2 < characters.len() && matches!(characters[at + 1], '-' | '=');
        let high = if is_range { characters[at + 2] } else { low };
        if low > high {
            return None;
        }
        ranges.push((low, high));
        at += if is_range { 3 } else { 1 };
    }
    Some(Part::Set(ranges, negated))
}
