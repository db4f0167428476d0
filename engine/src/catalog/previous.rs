//! What an earlier compile read of catalogs: what is unchanged since is taken over from its index.
//!
//! A catalog is unchanged where its bytes are, and would be read in the same way: of the same feed and
//! format, in the same language, by the same version of the reader. What a format takes over of a catalog
//! that did change is its own matter. Only sources that say [how they were read](Source::reading) are kept
//! in mind.

use std::collections::HashMap;
use std::path::Path;

use super::Settings;
use crate::diagnostic::{Code, Diagnostics, Severity};
use crate::error::Result;
use crate::model::catalogs::{Catalogs, SourceEntry};
use crate::model::update::{Catalog, Source, Update};

/// The catalogs of an earlier index.
#[derive(Clone, Debug, Default)]
pub struct Previous {
    sources: Vec<(SourceEntry, Vec<Update>)>,
}

impl Previous {
    /// Takes the catalogs that an index gives back.
    pub fn of(catalogs: Catalogs) -> Previous {
        let mut sources: Vec<(SourceEntry, Vec<Update>)> =
            catalogs.sources.into_iter().map(|source| (source, Vec::new())).collect();
        for entry in catalogs.updates {
            if let Some((_, updates)) = sources.get_mut(entry.source as usize) {
                updates.push(entry.update);
            }
        }
        sources.retain(|(entry, _)| !entry.source.reading.is_empty());
        Previous { sources }
    }

    /// The catalogs that were read as one of this source would be.
    fn alike(&self, source: &Source) -> impl Iterator<Item = &(SourceEntry, Vec<Update>)> {
        let key = |source: &Source| {
            [&source.feed, &source.format, &source.language, &source.reading].map(Clone::clone)
        };
        let wanted = key(source);
        self.sources.iter().filter(move |(entry, _)| key(&entry.source) == wanted)
    }
}

/// The version of the reader, and of what it was asked that changes what it reads.
pub(super) fn reading(settings: &Settings) -> String {
    let case = if settings.exact_text { "exact" } else { "fold" };
    let copies = if settings.check_duplicates { " check-duplicates" } else { "" };
    format!("patchstate {} {case}{copies}", env!("CARGO_PKG_VERSION"))
}

/// The catalog at `path` as it was read before, where its bytes are the same and nothing was left out.
///
/// # Errors
///
/// Its digest cannot be taken.
pub(super) fn unchanged(
    path: &Path,
    settings: &Settings,
    source: &Source,
    digest: impl FnOnce() -> Result<[u8; 32]>,
) -> Result<Option<Catalog>> {
    let Some(previous) = &settings.previous else { return Ok(None) };
    let left_out = |code: Code| code.severity() == Severity::Error || code == Code::ShardLost;
    let whole = |entry: &SourceEntry| !entry.of_reader.iter().any(|(code, _)| left_out(*code));
    let mut whole = previous.alike(source).filter(|(entry, _)| whole(entry)).peekable();
    if whole.peek().is_none() {
        return Ok(None);
    }
    let digest = digest()?;
    let Some((entry, updates)) = whole.find(|(entry, _)| entry.source.sha256 == digest) else {
        return Ok(None);
    };
    let mut diagnostics = Diagnostics::new();
    entry.of_reader.iter().for_each(|(code, times)| diagnostics.count(*code, *times));
    let path = path.to_string_lossy().into_owned();
    Ok(Some(Catalog {
        source: Source { path, assumes_needed: false, ..entry.source.clone() },
        updates: updates.clone(),
        patches: entry.patches.clone(),
        diagnostics,
        ..Catalog::default()
    }))
}

/// The updates of changed catalogs that say of their documents [which they were](Update::edition), by the
/// files that they stand in.
pub(super) fn editions<'s>(settings: &'s Settings, source: &Source) -> HashMap<&'s str, &'s Update> {
    let Some(previous) = &settings.previous else { return HashMap::new() };
    let updates = previous.alike(source).flat_map(|(_, updates)| updates);
    updates.filter(|update| !update.edition.is_empty()).map(|update| (update.document(), update)).collect()
}
