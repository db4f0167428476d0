//! Generated publications of Windows updates: a cabinet in the layout and at the size of `wsusscn2.cab`.
//!
//! A `plan` says which revisions there are and what relates them; `graph`, `core` and `texts` write what
//! the files of a publication say of one, `rules` what is asked of a client, `manifest` what stands beside
//! the rules of a servicing package, and `cabinets` puts the files where they belong. A file is written
//! as it is made and never held, so that memory does not depend on the number or size of them.
//! Knows nothing of how publications are read. Source of truth: `docs/wsus.md`, "Input".

mod cabinets;
mod core;
mod graph;
mod identity;
mod manifest;
mod plan;
mod rules;
mod texts;

use std::io::{Seek, Write};

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many revisions, categories and detectoids among them.
    pub updates: usize,
    /// How many cabinets they are spread over.
    pub shards: usize,
    /// Another seed gives another publication.
    pub seed: u64,
    /// The bytes of the largest manifests.
    pub manifest: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { updates: 137_000, shards: 74, seed: 1, manifest: 40 << 20 }
    }
}

/// Writes a generated publication.
///
/// ```
/// use std::io::Cursor;
/// use patchstate::container;
/// use patchstate::generate::publication::{self, Settings};
///
/// let settings = Settings { updates: 40, shards: 2, seed: 1, manifest: 10_000 };
/// let bytes = publication::write(&settings, Cursor::new(Vec::new()))?.into_inner();
/// assert_eq!(container::recognise(&bytes), container::Kind::Cab);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// Writing fails, or a cabinet would be larger than cabinets are.
pub fn write<W: Write + Seek>(settings: &Settings, out: W) -> std::io::Result<W> {
    cabinets::write(&plan::Plan::new(settings), settings.shards.max(1), out)
}
