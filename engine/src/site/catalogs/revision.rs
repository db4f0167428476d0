//! The revisions of a feed's catalog: each a folder with the bytes as they came and what was found of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::site::toml::{Document, quoted, read_file};
use crate::site::write_file;
use crate::site::{Site, make_folder};

use super::incoming::Validators;

/// One revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revision {
    /// Counts revisions, from 1.
    pub number: u64,
    /// The name of the file as it came.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its length.
    pub bytes: u64,
    /// When it was taken.
    pub taken: String,
    /// Where it came from.
    pub source: String,
    /// What the catalog calls its revision.
    pub version: String,
    /// What a server said of it, so that it is asked for changes only.
    pub validators: Validators,
    /// How often what was found in it, by code.
    pub diagnostics: BTreeMap<String, u64>,
}

/// The name of what is said of a revision.
const ABOUT: &str = "meta.toml";

impl Revision {
    fn write(&self, folder: &Path) -> Result<()> {
        let hexadecimal: String = self.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut text = String::new();
        let mut line = |key: &str, value: String| text.push_str(&format!("{key} = {value}\n"));
        line("file", quoted(&self.file));
        line("sha256", quoted(&hexadecimal));
        line("bytes", self.bytes.to_string());
        line("taken", quoted(&self.taken));
        line("source", quoted(&self.source));
        line("version", quoted(&self.version));
        self.validators.etag.iter().for_each(|etag| line("etag", quoted(etag)));
        self.validators.last_modified.iter().for_each(|time| line("last_modified", quoted(time)));
        text.push_str("\n[diagnostics]\n");
        for (code, count) in &self.diagnostics {
            text.push_str(&format!("{} = {count}\n", quoted(code)));
        }
        write_file(&folder.join(ABOUT), &text)
    }

    fn read(folder: &Path, number: u64) -> Result<Revision> {
        let path = folder.join(ABOUT);
        let (name, text) = (path.to_string_lossy(), read_file(&path)?);
        let mut table = Document::new(&name, &text).read()?;
        let hexadecimal = table.required("sha256")?.value;
        let byte = |at: usize| u8::from_str_radix(hexadecimal.get(at..at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..64).step_by(2).map(byte).collect();
        let sha256 = bytes.and_then(|bytes| bytes.try_into().ok());
        let revision = Revision {
            number,
            file: table.required("file")?.value,
            sha256: sha256.ok_or_else(|| table.error("`sha256` must be 64 hexadecimal digits"))?,
            bytes: table.number("bytes")?.map_or(0, |bytes| bytes.value),
            taken: table.required("taken")?.value,
            source: table.required("source")?.value,
            version: table.required("version")?.value,
            validators: Validators {
                etag: table.text("etag")?.map(|text| text.value),
                last_modified: table.text("last_modified")?.map(|text| text.value),
            },
            diagnostics: {
                let counts = table.table("diagnostics")?.numbers()?;
                counts.into_iter().map(|(code, count)| (code, count.value)).collect()
            },
        };
        table.finish()?;
        Ok(revision)
    }
}

/// Says that a feed has no such revision.
pub(super) fn no_revision(feed: &str, what: &str) -> Error {
    let error = Error::new(Code::BadValue, format!("feed `{feed}` has no {what}"));
    error.with_hint(format!("`patchstate site revisions {feed}` lists them"))
}

impl Site {
    fn revision_folder(&self, feed: &str) -> PathBuf {
        self.path("catalog").join(feed).join("rev")
    }

    /// The folder of a revision.
    fn revision_path(&self, feed: &str, number: u64) -> PathBuf {
        self.revision_folder(feed).join(format!("{number:06}"))
    }

    /// The catalog of a revision.
    pub(super) fn catalog_path(&self, feed: &str, revision: &Revision) -> PathBuf {
        self.revision_path(feed, revision.number).join(&revision.file)
    }

    /// The revisions of a feed that are kept, the first first.
    ///
    /// # Errors
    ///
    /// The folder cannot be listed, or what is said of a revision is damaged.
    pub fn revisions(&self, feed: &str) -> Result<Vec<Revision>> {
        let folder = self.revision_folder(feed);
        let listed = |error| Error::io(&folder, "list", error);
        let mut numbers = Vec::new();
        if !folder.exists() {
            return Ok(Vec::new());
        }
        for entry in fs::read_dir(&folder).map_err(listed)? {
            let name = entry.map_err(listed)?.file_name();
            // What has another name is a revision that is being made.
            numbers.extend(name.to_str().and_then(|name| name.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        numbers.into_iter().map(|number| Revision::read(&self.revision_path(feed, number), number)).collect()
    }

    /// Keeps a file as a new revision; it is moved.
    pub(super) fn keep_revision(&self, feed: &str, revision: &Revision, from: &Path) -> Result<()> {
        let path = self.revision_path(feed, revision.number);
        let making = path.with_extension("new");
        if making.exists() {
            fs::remove_dir_all(&making).map_err(|error| Error::io(&making, "remove", error))?;
        }
        make_folder(&making)?;
        let to = making.join(&revision.file);
        fs::rename(from, &to).map_err(|error| Error::io(from, "move", error))?;
        let synced = fs::File::open(&to).and_then(|file| file.sync_all());
        synced.map_err(|error| Error::io(&to, "write", error))?;
        revision.write(&making)?;
        fs::rename(&making, &path).map_err(|error| Error::io(&path, "put in place", error))
    }

    /// Removes the revisions of a feed that are no longer kept; never the current one.
    pub(super) fn forget_revisions(&self, feed: &str, current: u64) -> Result<()> {
        let keep = usize::try_from(self.definition.keep_revisions).unwrap_or(usize::MAX);
        let revisions = self.revisions(feed)?;
        if keep == 0 {
            return Ok(());
        }
        let old = revisions.iter().rev().skip(keep).filter(|revision| revision.number != current);
        for revision in old {
            let path = self.revision_path(feed, revision.number);
            fs::remove_dir_all(&path).map_err(|error| Error::io(&path, "remove", error))?;
        }
        Ok(())
    }
}
