//! Compiles the catalogs of a site's feeds into one index.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Current;
use crate::archive::output::Output;
use crate::catalog::cvrf::{self, products::Products};
use crate::catalog::{self, Settings, detection};
use crate::compile;
use crate::diagnostic::Diagnostics;
use crate::error::{Error, Result};
use crate::index;
use crate::model::product::Detection;
use crate::model::update::Catalog;
use crate::site::Site;
use crate::site::definition::Feed;

/// What is said of a feed's catalog once it was read.
#[derive(Clone, Debug, Default)]
pub(super) struct About {
    /// What it calls its revision.
    pub(super) version: String,
    /// What was found in it.
    pub(super) diagnostics: Diagnostics,
}

/// Why a compile failed, and the feed whose catalog it was, where it was one.
pub(super) struct Failed {
    pub(super) feed: Option<usize>,
    pub(super) error: Error,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        Failed { feed: None, error }
    }
}

impl Site {
    /// Reads the catalogs of feeds, by their numbers in the definition, and writes one index; gives what is
    /// said of each.
    pub(super) fn compile(
        &self,
        inputs: &[(usize, PathBuf)],
        to: &Path,
    ) -> std::result::Result<Vec<About>, Failed> {
        let mut detected = Vec::new();
        let mut catalogs = Vec::new();
        let mut about = Vec::new();
        for (number, path) in inputs {
            let feed = &self.definition.feeds[*number];
            let of_feed = |error: Error| Failed { feed: Some(*number), error };
            let read = self.read_catalog(feed, path).map_err(of_feed)?;
            let mut found = About::default();
            for catalog in &read {
                found.version.clone_from(&catalog.source.revision);
                found.diagnostics.append(catalog.diagnostics.clone());
            }
            about.push(found);
            catalogs.extend(read);
            detected.extend(feed.products.iter().map(|path| self.path(path)));
        }
        let detections = self.detections(detected)?;
        let compiled = compile::compile(catalogs, detections)?;
        let mut file = Output::create(to)?;
        index::write(&compiled.columns, &mut file)?;
        file.flush().map_err(Error::from)?;
        file.finish()?;
        Ok(about)
    }

    /// Writes the index of revisions.
    pub(super) fn compile_revisions(&self, revisions: &Current, to: &Path) -> Result<()> {
        let inputs = self.inputs(revisions, |_| None)?;
        self.compile(&inputs, to).map(|_| ()).map_err(|failed| failed.error)
    }

    /// Reads a feed's catalog.
    fn read_catalog(&self, feed: &Feed, path: &Path) -> Result<Vec<Catalog>> {
        let settings = Settings {
            feed: Some(feed.id.clone()),
            language: Some(feed.language.clone()),
            office_rules: feed.rules.iter().map(|rules| self.path(rules)).collect(),
            bulletins: self.bulletins(feed)?,
            ..Settings::default()
        };
        let (mut catalogs, mut failed) = (Vec::new(), None);
        catalog::read(feed.format, &[path], &settings, &mut |_, catalog| match catalog {
            Ok(catalog) => catalogs.push(catalog),
            Err(error) => _ = failed.get_or_insert(error.in_file(path.to_string_lossy())),
        });
        failed.map_or(Ok(catalogs), Err)
    }

    /// The tables that a feed of security bulletins is read with: those of its product tables that are such.
    fn bulletins(&self, feed: &Feed) -> Result<cvrf::Tables> {
        let paths: Vec<PathBuf> = feed.products.iter().map(|path| self.path(path)).collect();
        let mut tables = cvrf::Tables::default();
        let mut products: Option<Products> = None;
        for path in paths.iter().filter(|path| Products::is_table(path)) {
            let more = Products::read(path)?;
            let all = products.get_or_insert_with(Products::built_in);
            all.extend(more).map_err(|error| error.in_file(path.to_string_lossy()))?;
        }
        tables.products = products.map(Arc::new);
        Ok(tables)
    }

    /// The tables that say how products are detected.
    fn detections(&self, paths: Vec<PathBuf>) -> Result<Vec<Detection>> {
        let added: Vec<PathBuf> = paths.into_iter().filter(|path| !Products::is_table(path)).collect();
        detection::table(None, &added, &mut Diagnostics::new())
    }
}
