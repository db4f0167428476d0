//! The statements of an image as one text, so that a copy of it is compared in long pieces that lie one behind the
//! other, and not statement by statement.
//!
//! The text has gaps where clients number things. Knows nothing of what a statement says.

use std::ops::Range;

use crate::model::number;

/// Statements in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Transcript {
    /// Each statement behind the white space before it, without numbers.
    text: Vec<u8>,
    /// By number: where it is missing.
    gaps: Vec<Gap>,
    /// By statement: where it ends.
    ends: Vec<End>,
    /// By statement: how many bytes of white space stand before it.
    spaces: Vec<u8>,
    /// The wordings, and before which statement the next one begins.
    wordings: Vec<(u16, usize)>,
}

/// Where a statement ends: in the text, and among the gaps.
#[derive(Clone, Copy, Debug, Default)]
struct End {
    text: u32,
    gaps: u32,
}

/// Where a number is missing: its place in the text, and in which statement.
#[derive(Clone, Copy, Debug)]
struct Gap {
    text: u32,
    statement: u32,
}

/// What a statement says: its text with the places of its numbers, and whether it is a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'s> {
    pub(super) wording: u16,
    pub(super) is_line: bool,
    pub(super) text: &'s [u8],
    pub(super) numbers: &'s [Range<u32>],
}

/// What was followed of a transcript: so many statements, and their bytes in the text that was followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) statements: usize,
    pub(super) bytes: usize,
}

impl Transcript {
    /// An empty one with room for some statements, each behind so many bytes of white space.
    pub(super) fn with_room<'s>(space: usize, statements: impl Iterator<Item = Said<'s>>) -> Transcript {
        let (mut count, mut text, mut gaps) = (0, 0, 0);
        for said in statements {
            (count, text, gaps) = (count + 1, text + space + said.text.len(), gaps + said.numbers.len());
        }
        Transcript {
            text: Vec::with_capacity(text),
            gaps: Vec::with_capacity(gaps),
            ends: Vec::with_capacity(count),
            spaces: Vec::with_capacity(count),
            wordings: Vec::new(),
        }
    }

    /// Adds a statement behind white space of at most 255 bytes, which is left out where it would be a part of a line.
    pub(super) fn push(&mut self, space: &[u8], said: Said<'_>) {
        let Said { wording, is_line, text, numbers } = said;
        let space = if is_line { &[] } else { space };
        self.text.extend(space);
        let mut from = 0;
        for number in numbers {
            self.text.extend(&text[from..number.start as usize]);
            self.gaps.push(Gap { text: self.text.len() as u32, statement: self.ends.len() as u32 });
            from = number.end as usize;
        }
        self.text.extend(&text[from..]);
        self.ends.push(End { text: self.text.len() as u32, gaps: self.gaps.len() as u32 });
        self.spaces.push(space.len() as u8);
        match self.wordings.last_mut() {
            Some((last, end)) if *last == wording => *end = self.ends.len(),
            _ => self.wordings.push((wording, self.ends.len())),
        }
    }

    /// Where the statement before one ends.
    fn begin(&self, at: usize) -> End {
        at.checked_sub(1).map_or(End::default(), |before| self.ends[before])
    }

    /// Where each statement ends in the text without numbers, and how much of that is white space before it.
    pub(super) fn ends(&self) -> impl Iterator<Item = (u32, u8)> {
        self.ends.iter().map(|end| end.text).zip(self.spaces.iter().copied())
    }

    /// The bytes that there is room for.
    pub(super) fn room(&self) -> usize {
        let of_statements = self.ends.capacity() * size_of::<End>() + self.spaces.capacity();
        let of_wordings = self.wordings.capacity() * size_of::<(u16, usize)>();
        self.text.capacity() + self.gaps.capacity() * size_of::<Gap>() + of_statements + of_wordings
    }

    /// The statements from a place on that a text begins with, each behind its white space: at most `most`, and none in
    /// another wording. `numbers` gets theirs.
    pub(super) fn follow(
        &self,
        at: usize,
        wording: u16,
        text: &[u8],
        most: usize,
        numbers: &mut Vec<u64>,
    ) -> Passed {
        numbers.clear();
        // Documents may change their wording at every statement.
        let stretch = self.wordings.partition_point(|(_, end)| *end <= at);
        let limit = match self.wordings.get(stretch) {
            Some((own, end)) if *own == wording => at.saturating_add(most).min(*end),
            _ => return Passed::default(),
        };
        let Some(last) = limit.checked_sub(1).filter(|last| *last >= at).map(|last| self.ends[last]) else {
            return Passed::default();
        };
        let begin = self.begin(at);
        let (mut from, mut rest) = (begin.text as usize, text);
        for gap in &self.gaps[begin.gaps as usize..last.gaps as usize] {
            let Some(behind) = rest.strip_prefix(&self.text[from..gap.text as usize]) else { break };
            let Some((number, digits)) = number::leading(behind) else { break };
            rest = &behind[digits..];
            from = gap.text as usize;
            numbers.push(number);
        }
        // Behind the last number that is there, statements end up to where the texts part.
        let gaps = begin.gaps + numbers.len() as u32;
        let until = self.gaps.get(gaps as usize).map_or(last.text, |gap| last.text.min(gap.text));
        let same = from + common(rest, &self.text[from..until as usize]);
        // Those before the one with the last number are passed.
        let sure = match numbers.is_empty() {
            true => at,
            false => self.gaps[gaps as usize - 1].statement as usize,
        };
        let is_passed = |end: &End| end.gaps <= gaps && end.text as usize <= same;
        let statements = sure - at + passed(&self.ends[sure..limit], is_passed);
        let Some(end) = statements.checked_sub(1).map(|last| self.ends[at + last]) else {
            numbers.clear();
            return Passed::default();
        };
        // Numbers of a statement that did not end are none that were passed.
        let passed = (end.gaps - begin.gaps) as usize;
        let behind: usize = numbers[passed..].iter().map(|number| number::digits(*number)).sum();
        numbers.truncate(passed);
        let bytes = text.len() - rest.len() + end.text as usize - from - behind;
        Passed { statements, bytes }
    }
}

/// How many of a list come before the first that is not passed, which is hardly ever far from its beginning.
fn passed(ends: &[End], is_passed: impl Fn(&End) -> bool) -> usize {
    let mut most = 1;
    while ends.get(most - 1).is_some_and(&is_passed) {
        most *= 2;
    }
    let least = most / 2;
    least + ends[least..ends.len().min(most)].partition_point(is_passed)
}

/// How many bytes two texts begin with that are the same.
fn common(one: &[u8], other: &[u8]) -> usize {
    /// Bytes that are compared at a time.
    const BLOCK: usize = 64;
    let blocks = one.chunks_exact(BLOCK).zip(other.chunks_exact(BLOCK));
    let whole = BLOCK * blocks.take_while(|(one, other)| one == other).count();
    whole + one[whole..].iter().zip(&other[whole..]).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<'s>(wording: u16, text: &'s [u8], numbers: &'s [Range<u32>]) -> Said<'s> {
        Said { wording, is_line: false, text, numbers }
    }

    /// Objects with two numbers, a stretch without any, and an item in another wording.
    fn transcript() -> Transcript {
        let (mut transcript, number) = (Transcript::default(), 6..7);
        let number = std::slice::from_ref(&number);
        transcript.push(b" ", said(0, b"<a n=\"1\" m=\"2\"/>", &[6..7, 12..13]));
        transcript.push(b"\n", said(0, b"<b/>", &[]));
        transcript.push(b"\n", said(0, b"<c/>", &[]));
        transcript.push(b"\n", said(0, b"<d n=\"3\"/>", number));
        transcript.push(b"", said(1, b"<e n=\"4\"/>", number));
        transcript
    }

    const TEXT: &str = " <a n=\"10\" m=\"200\"/>\n<b/>\n<c/>\n<d n=\"3\"/><e n=\"5\"/>";

    #[test]
    fn all_that_is_the_same_is_followed_whatever_its_numbers_are() {
        let (transcript, mut numbers) = (transcript(), Vec::new());
        let mut follow = |at, wording, text: &str, most| {
            let Passed { statements, bytes } =
                transcript.follow(at, wording, text.as_bytes(), most, &mut numbers);
            (statements, text[..bytes].to_owned(), numbers.clone())
        };
        let end = |statement: &str| TEXT.find(statement).unwrap() + statement.len();
        let nothing = (0, String::new(), Vec::new());
        assert_eq!(follow(0, 0, TEXT, 9), (4, TEXT[..end("<d n=\"3\"/>")].to_owned(), vec![10, 200, 3]));
        assert_eq!(follow(0, 0, TEXT, 2), (2, TEXT[..end("<b/>")].to_owned(), vec![10, 200]));
        assert_eq!(follow(0, 0, TEXT, 0), nothing);
        assert_eq!(follow(0, 1, TEXT, 9), nothing);
        assert_eq!(follow(1, 0, "\n<b/>\n<c/>", 9), (2, "\n<b/>\n<c/>".to_owned(), Vec::new()));
        assert_eq!(follow(1, 0, "<b/>", 9), nothing);
        assert_eq!(follow(4, 1, "<e n=\"5\"/>", 9), (1, "<e n=\"5\"/>".to_owned(), vec![5]));
        assert_eq!(follow(5, 1, TEXT, 9), nothing);
        assert_eq!(follow(4, 0, "<e n=\"5\"/>", 9), nothing);
    }

    #[test]
    fn wherever_a_text_is_changed_or_ends_the_statements_before_it_are_followed() {
        let (transcript, mut numbers) = (transcript(), Vec::new());
        let ends: Vec<usize> =
            ["m=\"200\"/>", "<b/>", "<c/>", "<d n=\"3\"/>"].map(|s| TEXT.find(s).unwrap() + s.len()).into();
        for at in 0..TEXT.len() {
            let changed = [&TEXT[..at], "#", &TEXT[at + 1..]].concat();
            for text in [&TEXT[..at], &changed] {
                let found = transcript.follow(0, 0, text.as_bytes(), 9, &mut numbers);
                let statements = ends.iter().filter(|end| **end <= at).count();
                let bytes = statements.checked_sub(1).map_or(0, |last| ends[last]);
                assert_eq!(found, Passed { statements, bytes }, "{text}");
                assert_eq!(numbers, [10, 200, 3][..[0, 2, 2, 2, 3][statements]], "{text}");
            }
        }
    }

    #[test]
    fn a_change_of_wording_at_every_statement_takes_no_time() {
        let (mut transcript, mut numbers) = (Transcript::default(), Vec::new());
        for number in 0..1u16 << 14 {
            transcript.push(b"", said(number % 2, b"<a/>", &[]));
        }
        for at in 0..1usize << 20 {
            let found = transcript.follow(at, 0, b"<a/><a/>", 9, &mut numbers);
            assert_eq!(found.statements, usize::from(at < 1 << 14 && at % 2 == 0));
        }
    }

    #[test]
    fn texts_are_the_same_up_to_where_they_part() {
        let text: Vec<u8> = (0..200).collect();
        for at in 0..200 {
            let mut other = text.clone();
            other[at] ^= 1;
            assert_eq!((common(&text, &other), common(&text[..at], &text)), (at, at));
        }
    }
}
