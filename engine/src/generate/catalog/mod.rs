//! Generated catalogs in the MSSecure format.
//!
//! A catalog is made as a `draft` of records by the `ratios` of its shape, hazards befall the draft
//! where it is to be dirty, and it is written as a document. Knows nothing of how documents are read.
//! Source of truth: `docs/mssecure.md`, "The format", "Diagnostics".

mod document;
mod draft;
mod hazards;
mod make;
mod ratios;
mod replace;

use std::io::Write;

use super::random::Random;
use crate::diagnostic::Code;

/// What kind of catalog is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// The catalog of the `fleet` workload: many products of which a client has few, about three
    /// questions an update, and 15,000 subjects for 20,000 updates of some 400 products.
    #[default]
    Fleet,
    /// The ratios of a real MSSecure file, that of October 2001.
    MsSecure,
}

/// Whether a catalog has hazards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cleanliness {
    /// Every id is unique and every reference resolves.
    #[default]
    Clean,
    /// Everything that is wrong or odd in the real file, at its rate.
    Dirty,
}

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many updates.
    pub updates: usize,
    /// Another seed gives another catalog.
    pub seed: u64,
    /// What kind.
    pub shape: Shape,
    /// Whether with hazards.
    pub cleanliness: Cleanliness,
}

/// Writes a generated catalog.
///
/// ```
/// use patchstate::generate::catalog::{self, Cleanliness, Settings, Shape};
///
/// let settings =
///     Settings { updates: 10, seed: 1, shape: Shape::Fleet, cleanliness: Cleanliness::Clean };
/// let mut document = Vec::new();
/// catalog::write(&settings, &mut document)?;
/// assert_eq!(String::from_utf8(document).expect("is UTF-8").matches("<Patch ").count(), 10);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// Writing fails.
pub fn write(settings: &Settings, out: &mut impl Write) -> std::io::Result<()> {
    let mut random = Random::new(settings.seed);
    let mut draft = make::make(settings, &mut random);
    if settings.cleanliness == Cleanliness::Dirty {
        hazards::befall(&mut draft, &mut random);
    }
    document::write(&draft, out)
}

/// What is found in a dirty catalog of [`Shape::MsSecure`] and not in a clean one: how often for 393
/// updates, as many as the real file has.
///
/// ```
/// use patchstate::diagnostic::Code;
/// use patchstate::generate::catalog;
///
/// assert!(catalog::hazards().any(|hazard| hazard == (Code::ChecksumConflict, 18)));
/// ```
pub fn hazards() -> impl Iterator<Item = (Code, usize)> {
    hazards::findings()
}
