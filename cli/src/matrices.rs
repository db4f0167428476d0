//! Which matrices a verb looks at: one that was named, or those of a site.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use patchstate::diagnostic::Code;
use patchstate::error::Error;
use patchstate::matrix::Matrix;
use patchstate::report::SiteFacts;
use patchstate::site::{DEFINITION, Site};

use crate::command::site;
use crate::files;
use crate::output::Output;
use crate::request;

/// A matrix, or those of a site.
#[derive(Debug, clap::Args)]
pub(crate) struct Matrices {
    /// The matrix [default: those of the site]
    #[arg(value_name = "MATRIX", conflicts_with = "site")]
    matrix: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) of: OfSite,
}

/// The matrices of a site.
#[derive(Debug, clap::Args)]
pub(crate) struct OfSite {
    /// Takes the matrices of the site in this folder [default: this folder where it is one]
    #[arg(long, value_name = "DIR")]
    pub(crate) site: Option<PathBuf>,
    /// Of a site: only the clients of this collection
    #[arg(long, value_name = "ID")]
    pub(crate) collection: Option<String>,
    /// Of a site: only this feed; may be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) feed: Vec<String>,
}

/// What is looked at.
pub(crate) enum Selected<'s> {
    /// A file that was named.
    File(&'s Path),
    /// A site.
    Site(Box<Site>),
}

impl OfSite {
    /// The site that is named, or the one that this folder is.
    pub(crate) fn open(&self) -> anyhow::Result<Option<Site>> {
        let here = Path::new(".");
        let folder = match &self.site {
            Some(folder) => folder.as_path(),
            None if here.join(DEFINITION).exists() => here,
            None => return Ok(None),
        };
        Ok(Some(site::open(folder, true)?))
    }
}

impl Matrices {
    /// The matrix that is named, or the site.
    pub(crate) fn select(&self) -> anyhow::Result<Selected<'_>> {
        if let Some(path) = &self.matrix {
            if self.of.collection.is_some() || !self.of.feed.is_empty() {
                let error = Error::new(Code::BadValue, "`--collection` and `--feed` are of a site");
                return Err(error.with_hint("name the site with `--site` in place of a matrix").into());
            }
            return Ok(Selected::File(path));
        }
        let missing = || {
            let error = Error::new(Code::BadValue, "no matrix is named, and this folder is no site");
            error.with_hint("name a matrix, or a site with `--site DIR`")
        };
        Ok(self.of.open()?.map(|site| Selected::Site(Box::new(site))).ok_or_else(missing)?)
    }

    /// Looks at each matrix, with what a site knows beside it.
    pub(crate) fn each(
        &self,
        now: Option<Timestamp>,
        output: &mut Output,
        mut look: impl FnMut(&Matrix<'_>, SiteFacts, &mut Output) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        match self.select()? {
            Selected::File(path) => {
                let bytes = files::open(path)?;
                let matrix = files::matrix(path, &bytes)?;
                look(&matrix, SiteFacts::default(), output)
            }
            Selected::Site(site) => each_of(&site, &self.of, now, output, look),
        }
    }
}

/// Looks at each matrix of a site.
pub(crate) fn each_of(
    site: &Site,
    of: &OfSite,
    now: Option<Timestamp>,
    output: &mut Output,
    mut look: impl FnMut(&Matrix<'_>, SiteFacts, &mut Output) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let now = request::now(now);
    let clients = site.store().load()?;
    let mut found = false;
    let (mut unknown, mut looked_at) = (BTreeMap::<String, usize>::new(), 0);
    for view in site.views(&of.feed, of.collection.as_deref())? {
        let Some(matrix) = view.open(site, &clients, now)? else { continue };
        found = true;
        let (authorized, unmatched) = site.authorized(&matrix)?;
        let (baselines, more) = site.baselines(&matrix)?;
        for entry in unmatched.iter().chain(&more) {
            unknown.entry(entry.clone()).and_modify(|count| *count += 1).or_insert(1);
        }
        looked_at += 1;
        let times =
            site.times(&view.feed)?.of_updates(matrix.updates.iter().map(|update| update.id.as_str()));
        let facts = SiteFacts { feed: view.feed.clone(), now: Some(now), times, authorized, baselines };
        look(&matrix, facts, output)?;
    }
    // What one feed does not have another may.
    for (entry, _) in unknown.iter().filter(|(_, count)| **count == looked_at) {
        output.warning(&format!("a list of the site has {entry}, which is no update"));
    }
    if !found {
        let error = Error::new(Code::BadReference, "the site has no matrix yet");
        let error = error.in_file(site.root().to_string_lossy());
        return Err(error.with_hint("`patchstate site scan` makes them").into());
    }
    Ok(())
}
