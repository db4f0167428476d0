//! What images state, so that of a client that says a passage of one only the numbers are looked at.
//!
//! An image is what many clients say, statement by statement; a passage of it is a client's as long as it says the
//! same.

use ahash::HashMap;

use super::{Definitions, Entry};
use crate::diagnostic::Position;
use crate::eval::statements::Statements;
use crate::model::number;
use crate::xml::is_space;

/// The most bytes of images that are remembered from client to client.
const MOST: usize = 8 << 20;

/// What an image states.
#[derive(Debug)]
pub(super) struct Image {
    /// Stretches of statements that are alike, of which there are few.
    stretches: Vec<Stretch>,
    /// By statement: the known thing that it states. What is gone through for every client is kept apart and small.
    known: Vec<u32>,
    /// By statement.
    statements: Vec<Stated>,
}

/// Statements up to an end of which each states an item, or each an object, and so many facts.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    end: u32,
    items: bool,
    facts: u32,
}

/// What a statement states, where it ends in the text of all without numbers, and how much of that is white space
/// before it.
#[derive(Clone, Copy, Debug)]
struct Stated {
    entry: Entry,
    end: u32,
    space: u8,
}

/// The images of clients so far.
#[derive(Debug, Default)]
pub(super) struct Images {
    /// By number among the images of the statements.
    numbers: HashMap<u64, u32>,
    all: Vec<Image>,
    bytes: usize,
}

/// Statements of an image that a client says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passage {
    pub(super) image: u32,
    pub(super) from: u32,
    pub(super) count: u32,
    /// Where its text begins in the document.
    pub(super) offset: u64,
}

impl Image {
    fn new(statements: impl Iterator<Item = Stated>) -> Image {
        let statements: Vec<Stated> = statements.collect();
        let known = statements.iter().map(|stated| stated.entry.number()).collect();
        let mut stretches: Vec<Stretch> = Vec::new();
        for (end, Stated { entry, .. }) in (1..).zip(&statements) {
            let (items, facts) = (matches!(entry, Entry::Item(..)), entry.facts());
            match stretches.last_mut().filter(|last| (last.items, last.facts) == (items, facts)) {
                Some(last) => last.end = end,
                None => stretches.push(Stretch { end, items, facts }),
            }
        }
        Image { stretches, known, statements }
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.statements) + size_of_val(&*self.known) + size_of_val(&*self.stretches)
    }

    /// The stretches from that of a statement on.
    fn stretches(&self, at: u32) -> &[Stretch] {
        &self.stretches[self.stretches.partition_point(|stretch| stretch.end <= at)..]
    }

    /// How many statements it has.
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether a statement states an item; otherwise it states an object.
    pub(super) fn is_item(&self, at: u32) -> bool {
        self.stretches(at).first().is_some_and(|stretch| stretch.items)
    }

    /// The known things that the statements of a passage state.
    pub(super) fn known(&self, passage: Passage) -> &[u32] {
        &self.known[passage.from as usize..passage.end()]
    }

    /// How many facts the statements of a passage state.
    pub(super) fn facts(&self, passage: Passage) -> u32 {
        let (mut at, mut facts) = (passage.from, 0);
        for stretch in self.stretches(at) {
            let end = stretch.end.min(passage.end() as u32);
            facts += (end - at) * stretch.facts;
            at = end;
            if end < stretch.end || end == passage.end() as u32 {
                break;
            }
        }
        facts
    }

    /// What a statement states.
    pub(super) fn entry(&self, at: usize) -> Entry {
        self.statements[at].entry
    }

    /// What the statements of a passage state, each with its numbers of those of the passage, and where it begins in
    /// the document.
    pub(super) fn statements<'s>(
        &'s self,
        passage: Passage,
        mut numbers: &'s [u64],
    ) -> impl Iterator<Item = (Entry, &'s [u64], u64)> {
        let from = passage.from as usize;
        let (mut text, mut offset) =
            (from.checked_sub(1).map_or(0, |before| self.statements[before].end), passage.offset);
        self.statements[from..passage.end()].iter().map(move |Stated { entry, end, space }| {
            let (own, behind) = numbers.split_at(entry.numbers().min(numbers.len()));
            numbers = behind;
            let begin = offset + u64::from(*space);
            let digits: usize = own.iter().map(|number| number::digits(*number)).sum();
            offset += u64::from(end - text) + digits as u64;
            text = *end;
            (*entry, own, begin)
        })
    }
}

impl Passage {
    /// Behind its last statement.
    pub(super) fn end(self) -> usize {
        (self.from + self.count) as usize
    }
}

impl Images {
    /// Whether there are too many of them.
    pub(super) fn is_full(&self) -> bool {
        self.bytes > MOST
    }

    pub(super) fn get(&self, number: u32) -> &Image {
        &self.all[number as usize]
    }
}

impl Definitions {
    /// Takes the statements that were followed last, of a text that begins at a place; gives how many facts they state.
    pub(super) fn take_followed(&mut self, statements: &Statements, text: &[u8], begin: u64) -> u32 {
        let numbers = statements.numbers();
        if let Some((image, from)) = statements.passage() {
            let image = match self.images.numbers.get(&image) {
                Some(image) => *image,
                None => self.new_image(image, statements),
            };
            let (from, count) = (from as u32, statements.followed().len() as u32);
            let passage = Passage { image, from, count, offset: begin };
            self.client.passage(passage, numbers, &self.images);
            return self.images.get(image).facts(passage);
        }
        let Some(entry) = statements.followed().first().map(|entry| self.entry(*entry, statements)) else {
            return 0;
        };
        match entry {
            Entry::Object(object, _) => {
                let spaces = text.iter().take_while(|byte| is_space(**byte)).count();
                let position = Position { offset: begin + spaces as u64, line: 0, column: 0 };
                self.client.object(object, numbers.iter().copied(), position);
            }
            Entry::Item(item, _) => numbers.iter().for_each(|id| self.client.item(item, *id)),
            // Nothing else is remembered in these words.
            Entry::New => {}
        }
        entry.facts()
    }

    #[cold]
    fn new_image(&mut self, number: u64, statements: &Statements) -> u32 {
        let stated = statements.image_statements();
        let image = Image::new(stated.map(|(entry, (end, space))| {
            let entry = self.entry(entry, statements);
            Stated { entry, end, space }
        }));
        let own = self.images.all.len() as u32;
        self.images.bytes += image.bytes();
        self.images.all.push(image);
        self.images.numbers.insert(number, own);
        own
    }
}

#[cfg(test)]
mod tests {
    use super::super::client::Client;
    use super::*;

    /// Two objects, the second with an item, and two items, of which the last states a fact beside itself.
    fn image() -> Image {
        let stated = [
            (Entry::Object(7, 0), 10, 0),
            (Entry::Object(8, 1), 31, 1),
            (Entry::Item(3, 1), 52, 1),
            (Entry::Item(4, 2), 73, 1),
        ];
        Image::new(stated.into_iter().map(|(entry, end, space)| Stated { entry, end, space }))
    }

    fn passage(from: u32, count: u32) -> Passage {
        Passage { image: 0, from, count, offset: 100 }
    }

    #[test]
    fn the_statements_of_a_passage_are_told_with_their_numbers_and_places() {
        let image = image();
        let all: Vec<_> = image.statements(passage(0, 4), &[123, 123, 9]).collect();
        let expected: [(Entry, &[u64], u64); 4] = [
            (Entry::Object(7, 0), &[], 100),
            (Entry::Object(8, 1), &[123], 111),
            (Entry::Item(3, 1), &[123], 135),
            (Entry::Item(4, 2), &[9], 159),
        ];
        assert_eq!(all, expected);
        let behind: Vec<_> = image.statements(passage(2, 2), &[123, 9]).collect();
        assert_eq!(behind, [(Entry::Item(3, 1), &[123][..], 101), (Entry::Item(4, 2), &[9][..], 125)]);
    }

    #[test]
    fn facts_are_counted_and_items_are_told_from_objects() {
        let image = image();
        let facts = |from, count| image.facts(passage(from, count));
        assert_eq!([facts(0, 4), facts(0, 2), facts(1, 2), facts(3, 1), facts(0, 0)], [5, 2, 2, 2, 0]);
        assert_eq!([0, 1, 2, 3].map(|at| image.is_item(at)), [false, false, true, true]);
        assert_eq!(image.known(passage(1, 2)), [8, 3]);
    }

    #[test]
    fn what_is_in_passages_comes_in_the_order_of_the_document() {
        let images = Images { all: vec![image()], ..Images::default() };
        let mut client = Client::default();
        client.object(1, [5].into_iter(), Position::default());
        client.passage(passage(0, 2), &[5], &images);
        client.object(2, [6, 5].into_iter(), Position::default());
        client.item(9, 6);
        client.passage(passage(2, 1), &[5], &images);
        // The first of two with one id counts.
        client.item(10, 5);
        client.index(&images);
        assert_eq!([5, 6, 7].map(|id| client.find(id)), [Some(3), Some(9), None]);
        client.expand(&images);
        let objects: Vec<_> = client.objects.iter().map(|object| object.number).collect();
        assert_eq!(objects, [1, 7, 8, 2]);
        let ids: Vec<_> = (0..4).map(|place| client.ids(place).to_vec()).collect();
        assert_eq!(ids, [vec![5], vec![], vec![5], vec![6, 5]]);
    }
}
