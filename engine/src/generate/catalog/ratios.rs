//! How many of what a catalog has: the calibration of its two shapes.
//!
//! All counts are of 393 updates, as many as the real file of 2001 has; a catalog of another size has
//! them in proportion.

use super::Shape;
use super::draft::{INSTALLED, VERSION};

/// The updates that counts are of.
pub(super) const UPDATES: usize = 393;
/// The bulletins of the real file.
pub(super) const BULLETINS: usize = 231;
/// The products of the real file.
pub(super) const PRODUCTS: usize = 104;

/// What an update can be seen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    Both,
    Files,
    Registry,
    Nothing,
}

impl Evidence {
    pub(super) fn has_files(self) -> bool {
        matches!(self, Evidence::Both | Evidence::Files)
    }

    pub(super) fn has_registry(self) -> bool {
        matches!(self, Evidence::Both | Evidence::Registry)
    }
}

/// Where a file that is evidence comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A version that nothing refers to yet, of a file that there is.
    NewVersion,
    /// The first version of a new file.
    NewFile,
    /// A version that another update refers to.
    Shared,
}

/// How often products have updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Popularity {
    /// All equally often.
    Even,
    /// A few have most of them.
    Uneven,
}

/// How updates that follow each other replace each other; the number is that of the replaced ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Succession {
    /// Each is replaced by the next.
    Chain(usize),
    /// All are replaced by the last.
    Fan(usize),
}

impl Succession {
    pub(super) fn replaced(self) -> usize {
        match self {
            Succession::Chain(replaced) | Succession::Fan(replaced) => replaced,
        }
    }
}

/// Choices with their weights; what has counts in the real file has these counts.
pub(super) type Weights<T> = &'static [(T, u32)];

/// The calibration of a shape.
#[derive(Debug)]
pub(super) struct Ratios {
    /// The updates of a bulletin.
    pub(super) bulletins: Weights<usize>,
    /// The articles of a bulletin.
    pub(super) articles: Weights<usize>,
    /// Of 393 updates: how many have no article number of their own.
    pub(super) unnumbered: u32,
    /// The sentences of a bulletin's text.
    pub(super) sentences: usize,
    /// Products for 393 updates.
    pub(super) products: usize,
    /// Which products have the updates.
    pub(super) popularity: Popularity,
    /// The service packs of a product.
    pub(super) levels: Weights<usize>,
    /// The products of an update.
    pub(super) rows: Weights<usize>,
    /// The service packs of all rows of 393 updates.
    pub(super) row_levels: usize,
    /// What updates can be seen by.
    pub(super) evidence: Weights<Evidence>,
    /// The files of an update that has some.
    pub(super) files: Weights<usize>,
    /// Where they come from.
    pub(super) origins: Weights<Origin>,
    /// What is done to them.
    pub(super) commands: Weights<&'static str>,
    /// The registry values that are evidence, by their place.
    pub(super) values: Weights<usize>,
    /// Of a product: in how many keys there is a version.
    pub(super) parts: usize,
    /// How updates replace each other: of 393 updates, how often each.
    pub(super) successions: Weights<Succession>,
}

impl Ratios {
    pub(super) fn of(shape: Shape) -> &'static Ratios {
        match shape {
            Shape::Fleet => &FLEET,
            Shape::MsSecure => &MSSECURE,
        }
    }
}

/// A count of 393 updates in proportion.
pub(super) fn scaled(count: usize, updates: usize) -> usize {
    (count * updates + UPDATES / 2) / UPDATES
}

const COMPONENT: usize = 2;

static MSSECURE: Ratios = Ratios {
    bulletins: &[(1, 115), (2, 90), (3, 15), (4, 7), (5, 1), (6, 1), (7, 2)],
    articles: &[(1, 187), (2, 26), (3, 7), (4, 6), (5, 5)],
    unnumbered: 154,
    sentences: 6,
    products: PRODUCTS,
    popularity: Popularity::Uneven,
    levels: &[(1, 51), (2, 13), (3, 20), (4, 10), (5, 8)],
    rows: &[(1, 210), (2, 66), (3, 58), (4, 39), (5, 4), (6, 4), (7, 3), (8, 6), (9, 2), (12, 1)],
    row_levels: 1385,
    evidence: &[
        (Evidence::Both, 176),
        (Evidence::Files, 35),
        (Evidence::Registry, 11),
        (Evidence::Nothing, 171),
    ],
    files: &[
        (1, 105),
        (2, 39),
        (3, 18),
        (4, 15),
        (5, 6),
        (7, 6),
        (9, 9),
        (11, 4),
        (14, 6),
        (19, 1),
        (61, 1),
        (94, 1),
    ],
    origins: &[(Origin::NewVersion, 653), (Origin::NewFile, 53), (Origin::Shared, 51)],
    commands: &[("e", 524), ("c", 212), ("a", 21)],
    values: &[(INSTALLED, 179), (VERSION, 1), (COMPONENT, 7)],
    parts: 2,
    successions: &[
        (Succession::Chain(10), 1),
        (Succession::Fan(25), 1),
        (Succession::Fan(8), 1),
        (Succession::Fan(7), 1),
        (Succession::Fan(5), 1),
        (Succession::Fan(3), 3),
        (Succession::Fan(2), 7),
        (Succession::Chain(2), 4),
        (Succession::Chain(1), 18),
    ],
};

static FLEET: Ratios = Ratios {
    bulletins: &[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)],
    articles: &[(1, 1)],
    unnumbered: 0,
    sentences: 1,
    products: 8,
    popularity: Popularity::Even,
    levels: &[(4, 1)],
    rows: &[(1, 1)],
    row_levels: 786,
    evidence: &[(Evidence::Both, 45), (Evidence::Files, 45), (Evidence::Registry, 5), (Evidence::Nothing, 5)],
    files: &[(1, 3), (2, 4), (3, 1)],
    origins: &[(Origin::NewVersion, 14), (Origin::NewFile, 1)],
    commands: &[("e", 6), ("c", 3), ("a", 1)],
    values: &[(INSTALLED, 5), (VERSION, 14), (COMPONENT, 1)],
    parts: 5,
    successions: &[
        (Succession::Chain(10), 1),
        (Succession::Chain(4), 4),
        (Succession::Chain(2), 20),
        (Succession::Chain(1), 52),
    ],
};
