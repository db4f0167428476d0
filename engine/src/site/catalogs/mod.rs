//! The catalogs of a site: their revisions, the index that is made of them, and which is current.
//!
//! One small file, `index/current`, names the index and the revision of every feed that is in it. Putting
//! another in its place by one rename is what makes a new catalog current, so that no reader sees an index
//! without its revisions. Source of truth: `docs/site.md`, "Catalogs".

mod compare;
mod compile;
mod incoming;
mod revision;
mod rollback;
mod sync;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::toml::{Document, quoted, read_file};
use super::{Site, write_file};
use crate::error::{Error, Result};

pub use compare::{Named, split};
pub use incoming::{Fetched, Transfer, Validators};
pub use revision::Revision;
pub use sync::{Fed, Request, Synced};

/// The version of the file that names what is current.
const VERSION: u64 = 1;

/// The index that is current, and the revisions that it was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Current {
    /// Counts indexes, from 1.
    pub number: u64,
    /// By feed: the number of its revision.
    pub revisions: BTreeMap<String, u64>,
}

impl Current {
    /// Reads what a file names; `None` where there is no such file.
    fn read(path: &Path) -> Result<Option<Current>> {
        if !path.exists() {
            return Ok(None);
        }
        let (name, text) = (path.to_string_lossy(), read_file(path)?);
        let mut table = Document::new(&name, &text).read()?;
        let version = table.number("version")?.map(|version| version.value);
        if version != Some(VERSION) {
            return Err(table.error(format!("is of another version than {VERSION}, which this build reads")));
        }
        let Some(number) = table.number("index")? else { return Err(table.error("`index` is missing")) };
        let revisions = table.table("revisions")?.numbers()?;
        let revisions = revisions.into_iter().map(|(feed, revision)| (feed, revision.value)).collect();
        table.finish()?;
        Ok(Some(Current { number: number.value, revisions }))
    }

    /// Puts it in place by one rename.
    fn write(&self, path: &Path) -> Result<()> {
        let mut text = format!("version = {VERSION}\nindex = {}\n\n[revisions]\n", self.number);
        for (feed, revision) in &self.revisions {
            text.push_str(&format!("{} = {revision}\n", quoted(feed)));
        }
        write_file(path, &text)
    }
}

impl Site {
    /// What is current; `None` before the first catalog came.
    ///
    /// # Errors
    ///
    /// The file that says so is damaged.
    pub fn current(&self) -> Result<Option<Current>> {
        Current::read(&self.path("index/current"))
    }

    /// The index of a number.
    pub fn index_path(&self, number: u64) -> PathBuf {
        self.path("index").join(format!("{number:06}.psi"))
    }

    /// Makes an index current, and the one before it the previous one; removes those that are neither.
    fn make_current(&self, current: &Current) -> Result<()> {
        let (path, previous) = (self.path("index/current"), self.path("index/previous"));
        let before = Current::read(&path)?;
        if let Some(before) = &before {
            before.write(&previous)?;
        }
        current.write(&path)?;
        let kept = [Some(current.number), before.map(|before| before.number)];
        for name in super::file_names(&self.path("index"))? {
            let name = name.to_string_lossy();
            let number = name.strip_suffix(".psi").and_then(|number| number.parse().ok());
            if number.is_some_and(|number: u64| !kept.contains(&Some(number))) {
                let path = self.path("index").join(&*name);
                fs::remove_file(&path).map_err(|error| Error::io(&path, "remove", error))?;
            }
        }
        Ok(())
    }
}
