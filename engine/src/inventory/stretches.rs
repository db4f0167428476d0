//! Brings entries that follow each other and are of one client together, as one inventory.
//!
//! For lists in which every entry may name its client. Knows where entries stand and whose they are,
//! and nothing of what they say.

use std::ops::Range;

use super::{MAX_FACTS, MAX_HEAD, Place, Unit};
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};

/// The entries of a document, as far as they were gone through.
#[derive(Debug, Default)]
pub(super) struct Stretches {
    all: Vec<Stretch>,
    joint: Joint,
}

/// Entries of one client that follow each other.
#[derive(Debug)]
struct Stretch {
    client: Option<String>,
    body: Range<usize>,
}

/// Whether the next entry may belong to the last stretch.
#[derive(Debug, Default, PartialEq, Eq)]
enum Joint {
    #[default]
    Open,
    Closed,
}

impl Stretches {
    /// Takes an entry and the client that it names.
    ///
    /// # Errors
    ///
    /// There are more inventories than one client may have facts.
    pub(super) fn push(&mut self, client: Option<&str>, place: Range<usize>) -> Result<()> {
        let joint = std::mem::take(&mut self.joint);
        let is_full = self.all.len() >= MAX_FACTS as usize;
        match self.all.last_mut() {
            // An entry around others ends after them.
            Some(last) if place.start < last.body.start => last.body = place,
            Some(last) if joint == Joint::Open && last.client.as_deref() == client => {
                last.body.end = last.body.end.max(place.end);
            }
            _ if is_full => {
                let message = format!("more than {MAX_FACTS} inventories in one document");
                return Err(Error::new(Code::TooLarge, message));
            }
            _ => self.all.push(Stretch { client: client.map(str::to_owned), body: place }),
        }
        Ok(())
    }

    /// Takes an entry that states nothing, so that it is of nobody else than the one before it.
    pub(super) fn push_other(&mut self, place: Range<usize>) -> Result<()> {
        let client = self.all.last().and_then(|last| last.client.clone());
        self.push(client.as_deref(), place)
    }

    /// Ends the last stretch if what stands between it and the next entry is not blank.
    pub(super) fn end_unless_blank(&mut self, text: &str, next: usize) {
        let Some(last) = self.all.last() else { return };
        let between = text.get(last.body.end..next).unwrap_or_default();
        if !between.trim().is_empty() {
            self.joint = Joint::Closed;
        }
    }

    /// The inventories: the whole document where all entries that name a client name the same one, else
    /// one for each stretch, with `head` before it.
    pub(super) fn units(self, head: Range<usize>, text: &str) -> Result<Vec<Unit>> {
        let mut names = self.all.iter().filter_map(|stretch| stretch.client.as_ref());
        let first = names.next().cloned();
        if names.all(|name| Some(name) == first.as_ref()) {
            return Ok(vec![Unit { client: first, ..Unit::default() }]);
        }
        if head.len() > MAX_HEAD {
            return Err(Error::new(Code::TooLarge, format!("a header of more than {MAX_HEAD} bytes")));
        }
        // Lines are counted from one stretch to the next.
        let (mut counted, mut start) = (0, Position::START);
        let unit = |Stretch { client, body }| {
            if body.start < counted {
                (counted, start) = (0, Position::START);
            }
            start = start.after(&text.as_bytes()[counted..body.start]);
            counted = body.start;
            let place = Some(Place { head: head.clone(), body, start });
            Unit { client, place, ..Unit::default() }
        };
        Ok(self.all.into_iter().map(unit).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_is_the_whole_document_and_several_are_stretches() {
        let text = "head\nab\ncd\ne";
        let units = |entries: &[(Option<&str>, Range<usize>)]| {
            let mut stretches = Stretches::default();
            for (client, place) in entries {
                stretches.push(*client, place.clone()).expect("few");
            }
            let units = stretches.units(0..5, text).expect("a short head");
            let shown = |unit: Unit| (unit.client, unit.place.map(|place| (place.body, place.start.line)));
            units.into_iter().map(shown).collect::<Vec<_>>()
        };
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(units(&[]), [(None, None)]);
        assert_eq!(units(&[(None, 5..6), (Some("a"), 6..7), (None, 8..9)]), [(name("a"), None)]);
        let several =
            [(Some("a"), 5..6), (Some("a"), 6..7), (Some("b"), 8..9), (Some("b"), 8..10), (None, 11..12)];
        let expect = [(name("a"), Some((5..7, 2))), (name("b"), Some((8..10, 3))), (None, Some((11..12, 4)))];
        assert_eq!(units(&several), expect);
    }
}
