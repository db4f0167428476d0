//! Which of earlier clients the current one is a copy of, so that what it says next can be guessed.
//!
//! The clients of a site are copies of a few images. Of each image the statements of one client are kept, as numbers
//! of entries in their order. The current client is taken for a copy of the one that began like it; where it
//! differs, a statement may be missing, changed or added. A guess is only where to look first: nothing depends on
//! whether it is right. Knows nothing of what a statement says.

use crate::index::columns::NONE;

/// The most images that are kept.
const IMAGES: usize = 64;

/// The most statements of an image that are kept.
const LONGEST: usize = 1 << 14;

/// By so many statements it is judged which image a client is a copy of.
const SAMPLE: usize = 24;

/// So many of them must be the same.
const ALIKE: usize = 18;

/// After so many statements it is looked whether the guesses were right.
const WINDOW: usize = 64;

/// One of them.
#[derive(Debug)]
struct Image {
    /// No other image ever has this number.
    number: u64,
    entries: Vec<u32>,
    /// When a client was last a copy of it.
    used: u64,
}

/// What is known of images, and of the current client.
#[derive(Debug, Default)]
pub(super) struct Images {
    all: Vec<Image>,
    clients: u64,
    /// The statements of the current client.
    own: Vec<u32>,
    /// The image that it is taken for a copy of, and the place of the next statement there.
    image: Option<usize>,
    at: usize,
    /// How many of the current client's statements were guessed, and how many of those of the window.
    guessed: usize,
    of_window: usize,
}

impl Images {
    /// Begins a client. The last one is a new image unless it was guessed well.
    pub(super) fn begin(&mut self) {
        let own = std::mem::take(&mut self.own);
        self.clients += 1;
        match self.image {
            Some(image) if self.guessed * 4 >= own.len() * 3 => self.all[image].used = self.clients,
            _ if own.len() < WINDOW => {}
            _ => {
                let image = Image { number: self.clients, entries: own.clone(), used: self.clients };
                let is_full = self.all.len() >= IMAGES;
                match self.all.iter_mut().min_by_key(|image| image.used).filter(|_| is_full) {
                    Some(oldest) => *oldest = image,
                    None => self.all.push(image),
                }
            }
        }
        self.own = own;
        self.own.clear();
        (self.image, self.at, self.guessed, self.of_window) = (None, 0, 0, 0);
    }

    /// Forgets all, since entries have other numbers now.
    pub(super) fn forget(&mut self) {
        *self = Images { clients: self.clients, ..Images::default() };
    }

    /// The number of the image that the client is taken for a copy of.
    pub(super) fn number(&self) -> Option<u64> {
        self.image.map(|image| self.all[image].number)
    }

    /// What the next statement may be, the likeliest first: the next one of the image; the one behind it, where the
    /// client lacks one; the one before it, where what was taken for a changed one was added. NONE is no guess.
    #[inline]
    pub(super) fn guesses(&self) -> [u32; 3] {
        let Some(image) = self.image else { return [NONE; 3] };
        let image = &self.all[image].entries;
        let entry = |at: usize| image.get(at).copied().unwrap_or(NONE);
        [entry(self.at), entry(self.at + 1), self.at.checked_sub(1).map_or(NONE, entry)]
    }

    /// Takes the next statement, which was one of the guesses or none of them.
    #[inline]
    pub(super) fn take(&mut self, entry: u32, guess: Option<usize>) {
        self.at += [1, 2, 0][guess.unwrap_or(0)];
        self.of_window += usize::from(guess.is_some());
        if self.own.len() < LONGEST {
            self.own.push(entry);
        }
        if self.own.len() % WINDOW == SAMPLE {
            self.judge();
        }
    }

    /// Judges which image the client is a copy of, unless that is known well enough.
    fn judge(&mut self) {
        let guessed = std::mem::take(&mut self.of_window);
        self.guessed += guessed;
        if guessed * 2 > WINDOW {
            return;
        }
        let end = self.own.len();
        let sample = &self.own[end - SAMPLE..];
        let alike = |(number, image): (usize, &Image)| {
            let other = image.entries.get(end - SAMPLE..end)?;
            let same = sample.iter().zip(other).filter(|(one, other)| one == other).count();
            (same >= ALIKE).then_some((same, number))
        };
        if let Some((_, image)) = self.all.iter().enumerate().filter_map(alike).max() {
            (self.image, self.at) = (Some(image), end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes the statements of a client; gives how many were guessed.
    fn take(images: &mut Images, statements: &[u32]) -> usize {
        images.begin();
        let mut guessed = 0;
        for statement in statements {
            let guess = images.guesses().iter().position(|guess| guess == statement);
            guessed += usize::from(guess.is_some());
            images.take(*statement, guess);
        }
        guessed
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
    fn only_so_many_images_are_kept_and_only_so_much_of_each() {
        let mut images = Images::default();
        for client in 0..3 * IMAGES as u32 {
            let own: Vec<u32> = (0..2 * LONGEST as u32).map(|at| client << 16 | at).collect();
            take(&mut images, &own);
        }
        images.begin();
        assert_eq!(images.all.len(), IMAGES);
        assert!(images.all.iter().all(|image| image.entries.len() == LONGEST));
        images.forget();
        assert_eq!(images.guesses(), [NONE; 3]);
    }
}
