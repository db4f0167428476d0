//! The statements of an image as one text, so that a copy of it is compared in long pieces that lie one behind the
//! other, and not statement by statement.
//!
//! The text has gaps where clients number things. Knows nothing of what a statement says.

use std::ops::Range;

use crate::model::number;

/// Statements in their order.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    /// Each statement behind the white space before it, without numbers.
    text: Vec<u8>,
    /// By number: where it is missing.
    gaps: Vec<Gap>,
    /// By statement: where it ends.
    ends: Vec<End>,
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

/// What was followed of a transcript: so many statements, and their bytes in the text that was followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) statements: usize,
    pub(super) bytes: usize,
}

/// The numbers of statements that were followed.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    pub(super) all: Vec<u64>,
    /// Where each ends in the text that was followed.
    ends: Vec<usize>,
}

impl Transcript {
    /// Nothing, with room for so many statements and numbers that have so many bytes.
    pub(super) fn with_room(statements: usize, numbers: usize, bytes: usize) -> Transcript {
        Transcript {
            text: Vec::with_capacity(bytes),
            gaps: Vec::with_capacity(numbers),
            ends: Vec::with_capacity(statements),
            wordings: Vec::new(),
        }
    }

    /// Bytes that so many statements and numbers take that have so many bytes, each in another wording at worst.
    pub(super) fn bytes_of(statements: usize, numbers: usize, bytes: usize) -> usize {
        bytes + numbers * size_of::<Gap>() + statements * (size_of::<End>() + 2 * size_of::<(u16, usize)>())
    }

    /// Adds a statement and the white space before it; `numbers` are the places of its numbers.
    pub(super) fn push(&mut self, space: &[u8], wording: u16, statement: &[u8], numbers: &[Range<u32>]) {
        self.text.extend(space);
        let mut from = 0;
        for number in numbers {
            self.text.extend(&statement[from..number.start as usize]);
            self.gaps.push(Gap { text: self.text.len() as u32, statement: self.ends.len() as u32 });
            from = number.end as usize;
        }
        self.text.extend(&statement[from..]);
        self.ends.push(End { text: self.text.len() as u32, gaps: self.gaps.len() as u32 });
        match self.wordings.last_mut() {
            Some((last, end)) if *last == wording => *end = self.ends.len(),
            _ => self.wordings.push((wording, self.ends.len())),
        }
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        Transcript::bytes_of(self.ends.len(), self.gaps.len(), self.text.len())
    }

    /// Where a statement ends in a text that was followed from the statement `from` on and gave these numbers.
    #[inline]
    pub(super) fn end_in_text(&self, from: usize, statement: usize, numbers: &Numbers) -> usize {
        let begin = from.checked_sub(1).map_or(End::default(), |before| self.ends[before]);
        let end = self.ends[statement];
        let (in_transcript, in_text) = match ((end.gaps - begin.gaps) as usize).checked_sub(1) {
            Some(last) => (self.gaps[end.gaps as usize - 1].text, numbers.ends[last]),
            None => (begin.text, 0),
        };
        in_text + (end.text - in_transcript) as usize
    }

    /// The statements from a place on that a text begins with, each behind its white space: at most `most`, and none in
    /// another wording. `numbers` gets theirs.
    pub(super) fn follow(
        &self,
        at: usize,
        wording: u16,
        text: &[u8],
        most: usize,
        numbers: &mut Numbers,
    ) -> Passed {
        numbers.all.clear();
        numbers.ends.clear();
        // Documents may change their wording at every statement.
        let stretch = self.wordings.partition_point(|(_, end)| *end <= at);
        let limit = match self.wordings.get(stretch) {
            Some((own, end)) if *own == wording => at.saturating_add(most).min(*end),
            _ => return Passed::default(),
        };
        let Some(last) = limit.checked_sub(1).filter(|last| *last >= at).map(|last| self.ends[last]) else {
            return Passed::default();
        };
        let begin = at.checked_sub(1).map_or(End::default(), |before| self.ends[before]);
        let (mut from, mut rest) = (begin.text as usize, text);
        for gap in &self.gaps[begin.gaps as usize..last.gaps as usize] {
            let Some(behind) = rest.strip_prefix(&self.text[from..gap.text as usize]) else { break };
            let Some((number, digits)) = number::leading(behind) else { break };
            rest = &behind[digits..];
            from = gap.text as usize;
            numbers.all.push(number);
            numbers.ends.push(text.len() - rest.len());
        }
        // Behind the last number that is there, statements end up to where the texts part.
        let gaps = begin.gaps + numbers.all.len() as u32;
        let until = self.gaps.get(gaps as usize).map_or(last.text, |gap| last.text.min(gap.text));
        let same = from + common(rest, &self.text[from..until as usize]);
        // Those before the one with the last number are passed.
        let sure = match numbers.all.is_empty() {
            true => at,
            false => self.gaps[gaps as usize - 1].statement as usize,
        };
        let is_passed = |end: &End| end.gaps <= gaps && end.text as usize <= same;
        let statements = sure - at + passed(&self.ends[sure..limit], is_passed);
        let Some(end) = statements.checked_sub(1).map(|last| self.ends[at + last]) else {
            numbers.all.clear();
            return Passed::default();
        };
        numbers.all.truncate((end.gaps - begin.gaps) as usize);
        Passed { statements, bytes: self.end_in_text(at, at + statements - 1, numbers) }
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

    /// Objects with two numbers, a stretch without any, and an item in another wording.
    fn transcript() -> Transcript {
        let (mut transcript, number) = (Transcript::default(), 6..7);
        transcript.push(b" ", 0, b"<a n=\"1\" m=\"2\"/>", &[6..7, 12..13]);
        transcript.push(b"\n", 0, b"<b/>", &[]);
        transcript.push(b"\n", 0, b"<c/>", &[]);
        transcript.push(b"\n", 0, b"<d n=\"3\"/>", std::slice::from_ref(&number));
        transcript.push(b"", 1, b"<e n=\"4\"/>", std::slice::from_ref(&number));
        transcript
    }

    const TEXT: &str = " <a n=\"10\" m=\"200\"/>\n<b/>\n<c/>\n<d n=\"3\"/><e n=\"5\"/>";

    #[test]
    fn all_that_is_the_same_is_followed_whatever_its_numbers_are() {
        let (transcript, mut numbers) = (transcript(), Numbers::default());
        let mut follow = |at, wording, text: &str, most| {
            let Passed { statements, bytes } =
                transcript.follow(at, wording, text.as_bytes(), most, &mut numbers);
            (statements, text[..bytes].to_owned(), numbers.all.clone())
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
        let (transcript, mut numbers) = (transcript(), Numbers::default());
        let ends: Vec<usize> =
            ["m=\"200\"/>", "<b/>", "<c/>", "<d n=\"3\"/>"].map(|s| TEXT.find(s).unwrap() + s.len()).into();
        transcript.follow(0, 0, TEXT.as_bytes(), 9, &mut numbers);
        let found: Vec<usize> = (0..4).map(|one| transcript.end_in_text(0, one, &numbers)).collect();
        assert_eq!(found, ends);
        for at in 0..TEXT.len() {
            let changed = [&TEXT[..at], "#", &TEXT[at + 1..]].concat();
            for text in [&TEXT[..at], &changed] {
                let found = transcript.follow(0, 0, text.as_bytes(), 9, &mut numbers);
                let statements = ends.iter().filter(|end| **end <= at).count();
                let bytes = statements.checked_sub(1).map_or(0, |last| ends[last]);
                assert_eq!(found, Passed { statements, bytes }, "{text}");
                assert_eq!(numbers.all, [10, 200, 3][..[0, 2, 2, 2, 3][statements]], "{text}");
            }
        }
    }

    #[test]
    fn a_change_of_wording_at_every_statement_takes_no_time() {
        let (mut transcript, mut numbers) = (Transcript::default(), Numbers::default());
        for number in 0..1u16 << 14 {
            transcript.push(b"", number % 2, b"<a/>", &[]);
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
