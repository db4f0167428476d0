//! Numbers for what is named by an id, before and after it is read.
//!
//! References may point forwards, so that an id has a number from its first mention on; whether it is there,
//! and which place it has among those that are, is known at the end.

use ahash::HashMap;

use crate::diagnostic::{Code, Position};
use crate::model::oval::findings::{Findings, shown};
use crate::version::compare_numbers;

/// Things of one sort: those that are named and those that are there.
#[derive(Debug)]
pub(super) struct Ids<T> {
    /// What they are called in findings.
    sort: &'static str,
    numbers: HashMap<String, u32>,
    /// By number: where it is named first, and which of `things` it is.
    entries: Vec<(Position, Option<u32>)>,
    pub(super) things: Vec<T>,
}

/// Something that has an id and a version, and may be the same as another.
pub(super) trait Identified {
    fn id(&self) -> &str;
    /// A whole number of any length.
    fn version(&self) -> &str;
    fn position(&self) -> Position;
    /// Whether both say the same.
    fn is_same(&self, other: &Self) -> bool;
}

impl<T: Identified> Ids<T> {
    pub(super) fn new(sort: &'static str) -> Self {
        Ids { sort, numbers: HashMap::default(), entries: Vec::new(), things: Vec::new() }
    }

    /// The number of an id that is named here.
    pub(super) fn number(&mut self, id: &str, position: Position) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = self.entries.len() as u32;
        self.numbers.insert(id.to_owned(), number);
        self.entries.push((position, None));
        number
    }

    /// Takes a thing; of several of one id, the one of the highest version and of these the first.
    pub(super) fn add(&mut self, thing: T, findings: &mut Findings) {
        let number = self.number(thing.id(), thing.position()) as usize;
        let Some((_, place)) = self.entries.get_mut(number) else { return };
        let Some(known) = place.and_then(|place| self.things.get_mut(place as usize)) else {
            *place = Some(self.things.len() as u32);
            self.things.push(thing);
            return;
        };
        let id = shown(thing.id());
        let message = match known.is_same(&thing) {
            true => format!("`{id}` again"),
            false => format!("`{id}` has another content at {}", known.position()),
        };
        findings.push(Code::OvalDuplicateId, thing.position(), self.sort, message);
        let [version, other] = [thing.version(), known.version()].map(|version| version.trim().as_bytes());
        if compare_numbers(version, other).is_gt() {
            *known = thing;
        }
    }

    /// The place of an id among the things that are there.
    pub(super) fn find(&self, id: &str) -> Option<u32> {
        self.place(*self.numbers.get(id)?)
    }

    /// The place of a number among the things that are there.
    pub(super) fn place(&self, number: u32) -> Option<u32> {
        self.entries.get(number as usize).and_then(|(_, place)| *place)
    }

    /// Tells of the ids that are named and not there.
    pub(super) fn report(&self, findings: &mut Findings) {
        let mut missing: Vec<(Position, &str)> = self
            .numbers
            .iter()
            .filter_map(|(id, number)| {
                let (position, place) = self.entries.get(*number as usize)?;
                place.is_none().then_some((*position, id.as_str()))
            })
            .collect();
        missing.sort_unstable();
        for (position, id) in missing {
            dangling(findings, self.sort, id, position);
        }
    }
}

/// Tells of an id that is named and not there.
pub(super) fn dangling(findings: &mut Findings, sort: &str, id: &str, position: Position) {
    findings.push(Code::OvalDanglingRef, position, sort, format_args!("no {sort} `{}`", shown(id)));
}
