//! Which of earlier clients the current one is a copy of, so that what it says next can be guessed.
//!
//! The clients of a site are copies of a few images. Of each image the statements of one client are kept, as numbers
//! of entries in their order, and once there are three, what two of them say. The current client is taken for a copy
//! of the one that began like it; where it differs, a statement may be missing, changed or added. A guess is only
//! where to look first: nothing depends on whether it is right. Knows nothing of what a statement says.

use ahash::HashMap;

use super::transcript::{Said, Transcript};
use crate::index::columns::NONE;

/// The most images that are kept.
const IMAGES: usize = 64;

/// The most statements of an image that are kept.
const LONGEST: usize = 1 << 14;

/// The most bytes that the transcripts of images take together.
const BYTES: usize = 24 << 20;

/// The most white space before a statement that is looked at.
const SPACE: usize = 64;

/// By so many statements it is judged which image a client is a copy of.
const SAMPLE: usize = 24;

/// So many of them must be the same.
const ALIKE: usize = 20;

/// So far from where it was expected a statement is looked for in the image.
const REACH: usize = 64;

/// After so many statements that are none of the image others are more likely than those of the image.
const LOST: usize = 16;

/// After so many statements it is looked whether the guesses were right.
const WINDOW: usize = 64;

/// What was learned of the current client has no entry yet, but a number with this bit.
const LEARNED: u32 = 1 << 31;

/// One of them.
#[derive(Debug)]
pub(super) struct Image {
    /// No other image ever has this number.
    number: u64,
    entries: Vec<u32>,
    /// White space that stood before one of its statements, and may before all that are no lines.
    space: Vec<u8>,
    /// What `entries` say, and whether there was no room for it.
    transcript: Option<Transcript>,
    lacks_room: bool,
    /// When a client was last a copy of it.
    used: u64,
    copies: Copies,
}

/// How many copies of an image there were.
#[derive(Debug)]
enum Copies {
    None,
    /// One, and its statements.
    One(Vec<u32>),
    Many,
}

/// What is known of images, and of the current client.
#[derive(Debug, Default)]
pub(super) struct Images {
    all: Vec<Image>,
    /// By entry: what a copy of an image said last in place of it, or before it; NONE where none did.
    others: Vec<u32>,
    clients: u64,
    /// Bytes of all transcripts.
    bytes: usize,
    /// The statements of the current client, and the white space before the last one that is no line.
    own: Vec<u32>,
    space: Vec<u8>,
    /// The image that it is taken for a copy of, and the place of the next statement there.
    image: Option<usize>,
    at: usize,
    /// The image that it was taken for a copy of, until it said too much else.
    former: Option<usize>,
    /// How many of the current client's statements were guessed, and how many before it was last judged whether
    /// the guesses are right.
    guessed: usize,
    guessed_before: usize,
    /// How many statements it had then, and before which one it is judged again.
    judged: usize,
    next: usize,
    /// How many statements it has said since the last one of the image.
    strange: usize,
}

impl Image {
    /// What its entries say, where so many bytes are enough for it; `said` gives what one says.
    #[cold]
    fn transcript<'s>(&self, room: usize, said: impl Fn(u32) -> Said<'s>) -> Option<Transcript> {
        let mut transcript =
            Transcript::with_room(self.space.len(), self.entries.iter().map(|entry| said(*entry)));
        if transcript.room() > room {
            return None;
        }
        self.entries.iter().for_each(|entry| transcript.push(&self.space, said(*entry)));
        // How often the wording changes is known only now.
        Some(transcript).filter(|transcript| transcript.room() <= room)
    }
}

impl Images {
    /// Begins a client. The last one is a new image unless it was guessed well; `entry` gives the entries of what was
    /// learned of it, where they were kept.
    pub(super) fn begin(&mut self, entry: impl Fn(usize) -> Option<u32>) {
        let mut own = std::mem::take(&mut self.own);
        self.clients += 1;
        own.retain_mut(|one| match *one & LEARNED {
            0 => true,
            _ => entry((*one & !LEARNED) as usize).map(|entry| *one = entry).is_some(),
        });
        match self.image {
            Some(image) if self.guessed * 4 >= own.len() * 3 => self.settle(image, &own),
            _ if own.len() < WINDOW => {}
            _ => self.add_image(&own),
        }
        self.own = own;
        self.own.clear();
        (self.image, self.former) = (None, None);
        (self.at, self.guessed, self.guessed_before) = (0, 0, 0);
        (self.judged, self.next, self.strange) = (0, 0, 0);
        self.space.clear();
    }

    /// Keeps the last client as an image, in the place of the one that was of no use for longest.
    fn add_image(&mut self, own: &[u32]) {
        let (number, used) = (self.clients, self.clients);
        let (entries, space) = (own.to_vec(), self.space.clone());
        let (transcript, lacks_room, copies) = (None, false, Copies::None);
        let image = Image { number, entries, space, transcript, lacks_room, used, copies };
        let is_full = self.all.len() >= IMAGES;
        match (0..self.all.len()).min_by_key(|at| self.all[*at].used).filter(|_| is_full) {
            Some(oldest) => {
                self.drop_transcript(oldest);
                self.all[oldest] = image;
            }
            None => self.all.push(image),
        }
    }

    /// Gives back the room of a transcript, which others may have lacked.
    fn drop_transcript(&mut self, image: usize) {
        if let Some(transcript) = self.all[image].transcript.take() {
            self.bytes -= transcript.room();
            self.all.iter_mut().for_each(|image| image.lacks_room = false);
        }
    }

    /// Takes the last client for a copy of an image. With the second one it is known what most of the three say: what
    /// one of them alone says does not belong to the image.
    fn settle(&mut self, at: usize, own: &[u32]) {
        let image = &mut self.all[at];
        image.used = self.clients;
        match std::mem::replace(&mut image.copies, Copies::Many) {
            Copies::None => image.copies = Copies::One(own.to_vec()),
            Copies::One(before) => {
                image.entries = most(&image.entries, &before, own);
                image.entries.truncate(LONGEST);
            }
            Copies::Many => {}
        }
    }

    /// Forgets all, since entries have other numbers now.
    pub(super) fn forget(&mut self) {
        *self = Images { clients: self.clients, ..Images::default() };
    }

    /// The number of the image that the client is taken for a copy of.
    pub(super) fn number(&self) -> Option<u64> {
        self.image.map(|image| self.all[image].number)
    }

    /// The entries of what the image says.
    pub(super) fn entries(&self) -> &[u32] {
        self.image.map_or(&[], |image| &self.all[image].entries)
    }

    /// What the image says.
    #[inline]
    pub(super) fn transcript(&self) -> Option<&Transcript> {
        self.all[self.image?].transcript.as_ref()
    }

    /// Whether the client has not said for long what the image says.
    pub(super) fn is_lost(&self) -> bool {
        self.strange > LOST || self.transcript().is_none()
    }

    /// Where the next statement may stand in the image, the likeliest place first: where the image has it; behind
    /// that, where the client lacks one; before it, where one was added that was taken for a changed one. Those that are
    /// hardly ever it come last.
    #[inline]
    pub(super) fn places(&self) -> impl Iterator<Item = usize> + use<> {
        let at = self.at;
        [0, 1, -1, 2, 3].into_iter().filter_map(move |shift| at.checked_add_signed(shift))
    }

    /// What an earlier copy of some image said in place of what the image says where the client is.
    #[inline]
    pub(super) fn other(&self) -> Option<u32> {
        let expected = self.transcript().and(self.expected())?;
        self.others.get(expected as usize).copied().filter(|other| *other != NONE)
    }

    /// What the image says where the client is.
    fn expected(&self) -> Option<u32> {
        self.all[self.image?].entries.get(self.at).copied()
    }

    /// Makes the transcript of the image, where it is known what it says and there is none yet; `said` gives what an entry
    /// says.
    #[inline]
    pub(super) fn transcribe<'s>(&mut self, said: impl Fn(u32) -> Said<'s>) {
        let lacks = |image: &&mut Image| {
            image.transcript.is_none() && !image.lacks_room && matches!(image.copies, Copies::Many)
        };
        if let Some(image) = self.image.map(|image| &mut self.all[image]).filter(lacks) {
            image.transcript = image.transcript(BYTES - self.bytes, said);
            image.lacks_room = image.transcript.is_none();
            self.bytes += image.transcript.as_ref().map_or(0, Transcript::room);
        }
    }

    /// Takes so many statements of the image from a place on: gives them.
    #[inline]
    pub(super) fn pass(&mut self, at: usize, count: usize) -> &[u32] {
        let entries = self.image.map_or(&[][..], |image| &self.all[image].entries);
        let passed = entries.get(at..at + count).unwrap_or_default();
        let room = LONGEST.saturating_sub(self.own.len());
        self.own.extend(passed.iter().take(room));
        self.at = at + passed.len();
        self.guessed += passed.len();
        self.strange = 0;
        passed
    }

    /// Notes the white space before a statement that is no line.
    #[inline]
    pub(super) fn note_space(&mut self, space: &[u8]) {
        if self.space != space {
            self.space.clear();
            self.space.extend(&space[..space.len().min(SPACE)]);
        }
    }

    /// Takes the statement of [`Images::other`].
    #[inline]
    pub(super) fn take_other(&mut self, entry: u32) {
        self.add(entry);
    }

    /// Takes a statement that is known and was not passed: the next one of the image, one nearby, or none of it.
    #[inline]
    pub(super) fn take(&mut self, entry: u32) {
        let entries = self.image.map_or(&[][..], |image| &self.all[image].entries);
        let at = self.at.min(entries.len());
        let before = &entries[at.saturating_sub(REACH)..at];
        let behind = &entries[at..entries.len().min(at + REACH)];
        let found = match behind.iter().position(|one| *one == entry) {
            Some(place) => Some(at + place),
            None => before.iter().rev().position(|one| *one == entry).map(|place| at - place - 1),
        };
        if let Some(place) = found {
            self.guessed += usize::from(place == self.at);
            self.at = place;
        } else if let Some(expected) = self.expected() {
            let count = self.others.len().max(expected as usize + 1);
            self.others.resize(count, NONE);
            self.others[expected as usize] = entry;
        }
        self.add(entry);
        self.strange *= usize::from(found.is_none());
    }

    /// Takes a statement that was not known: by so many learned of this client before.
    pub(super) fn learn(&mut self, learned: usize) {
        self.add(LEARNED | learned as u32);
    }

    fn add(&mut self, entry: u32) {
        self.at += 1;
        self.strange += 1;
        if self.own.len() < LONGEST {
            self.own.push(entry);
            if self.own.len() >= SAMPLE.max(self.next) {
                self.judge();
            }
        }
    }

    /// Judges which image the client is a copy of, unless that is known well enough.
    fn judge(&mut self) {
        let (end, guessed) = (self.own.len(), self.guessed - self.guessed_before);
        let is_known = guessed * 4 >= (end - self.judged) * 3;
        (self.guessed_before, self.judged, self.next) = (self.guessed, end, end + WINDOW);
        if is_known {
            return;
        }
        let sample = &self.own[end - SAMPLE..];
        let alike = |image: &Image, end: usize| {
            let other = image.entries.get(end.checked_sub(SAMPLE)?..end)?;
            let same = sample.iter().zip(other).filter(|(one, other)| one == other).count();
            (same >= ALIKE).then_some(same)
        };
        let likest =
            self.all.iter().enumerate().filter_map(|(at, image)| Some((alike(image, end)?, at))).max();
        // It may still be a copy of the same image that says much more, or less.
        let elsewhere = || {
            let number = self.image.or(self.former)?;
            let image = &self.all[number];
            let known = sample.iter().rposition(|one| one & LEARNED == 0)?;
            let place = image.entries.iter().position(|one| *one == sample[known])?;
            let end = place + SAMPLE - known;
            alike(image, end).map(|_| (number, end))
        };
        match (likest, elsewhere()) {
            (Some((_, image)), _) => (self.image, self.at) = (Some(image), end),
            (None, Some((image, end))) => (self.image, self.at) = (Some(image), end),
            (None, None) => self.former = self.image.take().or(self.former),
        }
    }
}

/// What at least two of three lists hold, in the order of the first and, where it lacks something, the second.
fn most(first: &[u32], second: &[u32], third: &[u32]) -> Vec<u32> {
    let mut lists: HashMap<u32, u8> = HashMap::default();
    for (number, list) in [first, second, third].into_iter().enumerate() {
        list.iter().for_each(|one| *lists.entry(*one).or_default() |= 1 << number);
    }
    // What the first one lacks, behind what it has; NONE is before all.
    let (mut lacking, mut behind): (HashMap<u32, Vec<u32>>, u32) = (HashMap::default(), NONE);
    for one in second {
        match lists[one] {
            0b110 => lacking.entry(behind).or_default().push(*one),
            among if among.count_ones() > 1 => behind = *one,
            _ => {}
        }
    }
    let mut most = lacking.remove(&NONE).unwrap_or_default();
    for one in first.iter().filter(|one| lists[one].count_ones() > 1) {
        most.push(*one);
        most.extend(lacking.remove(one).unwrap_or_default());
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes the statements of a client; gives how many were those of the image.
    fn take(images: &mut Images, statements: &[u32]) -> usize {
        images.begin(|_| None);
        for statement in statements {
            let image = images.image.map_or(&[][..], |image| &images.all[image].entries);
            match images.places().find(|at| image.get(*at) == Some(statement)) {
                Some(at) => _ = images.pass(at, 1),
                None => images.take(*statement),
            }
        }
        images.guessed
    }

    #[test]
    fn a_client_is_taken_for_a_copy_of_the_one_that_began_like_it() {
        let mut images = Images::default();
        // Images share most statements with each other.
        let image = |number: u32| -> Vec<u32> {
            (0..1000).map(|at| if at % 3 == 0 { at * 10 + number } else { at * 10 }).collect()
        };
        for number in 0..5 {
            take(&mut images, &image(number));
        }
        for number in 0..5 {
            assert_eq!(take(&mut images, &image(number)), 1000 - SAMPLE);
        }
        assert_eq!(images.all.len(), 5, "a copy is no new image");
        // Every 50th statement is changed, missing, or has one before it.
        let mut changed = Vec::new();
        for (at, statement) in image(3).into_iter().enumerate() {
            match at % 150 {
                49 => changed.push(100_000),
                99 => {}
                149 => changed.extend([100_000, statement]),
                _ => changed.push(statement),
            }
        }
        let guessed = take(&mut images, &changed);
        assert!(guessed > 920, "{guessed}");
    }

    #[test]
    fn what_was_added_or_is_missing_does_not_lose_the_image() {
        let mut images = Images::default();
        let image: Vec<u32> = (0..5000).collect();
        take(&mut images, &image);
        let others = |count: u32| (10_000..10_000 + count).collect::<Vec<_>>();
        for count in [1, 2, 5, 100, 400] {
            let added = [&image[..200], &others(count), &image[200..]].concat();
            let lost = SAMPLE + count as usize + 2 * WINDOW;
            assert!(take(&mut images, &added) >= 5000 - lost, "{count}");
            let missing = [&image[..200], &image[200 + count as usize..]].concat();
            assert!(take(&mut images, &missing) >= 5000 - lost, "{count}");
            let changed = [&image[..200], &others(count), &image[200 + count as usize..]].concat();
            assert!(take(&mut images, &changed) >= 5000 - lost, "{count}");
        }
    }

    #[test]
    fn an_image_is_what_most_of_three_clients_say() {
        assert_eq!(most(&[1, 2, 3, 9], &[7, 1, 4, 5, 3, 8], &[7, 1, 2, 4, 6, 3]), [7, 1, 4, 2, 3]);
        assert_eq!(most(&[], &[1, 2], &[1, 2]), [1, 2]);
        assert_eq!(most(&[1, 1, 2], &[3], &[1]), [1, 1]);
        let mut images = Images::default();
        let image: Vec<u32> = (0..200).collect();
        for client in 0..3 {
            let mut own = image.clone();
            own[100 + client] = 1000 + client as u32;
            take(&mut images, &own);
        }
        images.begin(|_| None);
        assert_eq!(images.all.iter().map(|one| &one.entries).collect::<Vec<_>>(), [&image]);
    }

    #[test]
    fn what_was_learned_of_a_client_belongs_to_its_image() {
        let mut images = Images::default();
        images.begin(|_| None);
        for learned in 0..100 {
            images.take(learned);
            images.learn(learned as usize);
        }
        images.begin(|learned| (learned != 7).then_some(1000 + learned as u32));
        let image = (0..100).flat_map(|at| [at, 1000 + at]).filter(|entry| *entry != 1007);
        assert_eq!(images.all[0].entries, image.collect::<Vec<_>>());
    }

    #[test]
    fn only_so_many_images_are_kept_and_only_so_much_of_each() {
        let mut images = Images::default();
        for client in 0..3 * IMAGES as u32 {
            let own: Vec<u32> = (0..2 * LONGEST as u32).map(|at| client << 16 | at).collect();
            take(&mut images, &own);
        }
        images.begin(|_| None);
        assert_eq!(images.all.len(), IMAGES);
        assert!(images.all.iter().all(|image| image.entries.len() == LONGEST));
        images.forget();
        assert!(images.all.is_empty());
    }
}
