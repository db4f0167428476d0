//! The cells of one client as plans ask for them, by the numbers of the index.

use crate::index::View;
use crate::index::columns::NONE;
use crate::matrix::Matrix;
use crate::model::flag::Flags;
use crate::model::reason::Reason;
use crate::model::verdict::{Cell, Verdict};

/// The flags of rows that nobody is to install: taken out by hand, withdrawn, or a part of something else.
const NOT_PLANNED: Flags =
    Flags::from_bits(Flags::IGNORED.bits() | Flags::EXPIRED.bits() | Flags::BUNDLE_CHILD.bits());

/// Where the updates of an index stand in a matrix.
#[derive(Debug)]
pub(super) struct Places {
    /// By update of the index, its place in a row of the matrix; or NONE.
    of: Vec<u32>,
    /// By place, the update.
    updates: Vec<u32>,
}

impl Places {
    /// Finds the updates of a matrix in the index that it was made of.
    pub(super) fn new(matrix: &Matrix<'_>, view: View<'_>) -> Places {
        let mut places = Places { of: vec![NONE; view.updates()], updates: Vec::new() };
        for (place, update) in (0u32..).zip(&matrix.updates) {
            let found = view.find_update(&update.id);
            if let Some(found) = found {
                places.of[found] = place;
            }
            places.updates.push(found.map_or(NONE, |found| found as u32));
        }
        places
    }

    /// The place of an update; none where it has no cells.
    pub(super) fn of(&self, update: u32) -> Option<usize> {
        self.of.get(update as usize).filter(|place| **place != NONE).map(|place| *place as usize)
    }
}

/// The row of a client.
#[derive(Debug)]
pub(super) struct Row<'p> {
    places: &'p Places,
    cells: Vec<Cell>,
    /// What is to be covered: Missing, and not left out. Rising.
    pub(super) missing: Vec<u32>,
    /// How many Missing cells are left out, by flag: ignored, expired, a part of a bundle.
    pub(super) left_out: [u64; 3],
    /// How many cells are Unknown.
    pub(super) unknown: u64,
}

impl<'p> Row<'p> {
    pub(super) fn new(matrix: &Matrix<'_>, client: usize, places: &'p Places) -> Row<'p> {
        let cells: Vec<Cell> = matrix.row(client).collect();
        let mut row = Row { places, cells, missing: Vec::new(), left_out: [0; 3], unknown: 0 };
        for (place, cell) in row.cells.iter().enumerate() {
            let flags = matrix.updates.get(place).map_or(cell.flags, |update| update.flags | cell.flags);
            match cell.verdict {
                Verdict::Unknown => row.unknown += 1,
                Verdict::Missing if flags.bits() & NOT_PLANNED.bits() != 0 => {
                    let marks = [Flags::IGNORED, Flags::EXPIRED, Flags::BUNDLE_CHILD];
                    let first = marks.iter().position(|mark| flags.contains(*mark));
                    row.left_out[first.unwrap_or(0)] += 1;
                }
                Verdict::Missing => {
                    let update = places.updates.get(place).copied().filter(|update| *update != NONE);
                    row.missing.extend(update);
                }
                Verdict::Installed | Verdict::NotApplicable => {}
            }
        }
        row.missing.sort_unstable();
        row
    }

    /// The cell of an update; none where it has none.
    pub(super) fn cell(&self, update: u32) -> Option<Cell> {
        self.cells.get(self.places.of(update)?).copied()
    }

    /// The verdict of an update by its rules, before replacements were looked at.
    pub(super) fn by_rules(&self, update: u32) -> Option<Verdict> {
        let cell = self.cell(update)?;
        match cell.reason {
            Reason::ReplacedByInstalled => Some(Verdict::Missing),
            _ => Some(cell.verdict),
        }
    }

    /// Whether something that replaces an update is Missing too.
    pub(super) fn is_superseded(&self, update: u32) -> bool {
        self.cell(update).is_some_and(|cell| cell.flags.contains(Flags::SUPERSEDED))
    }
}
