//! Puts a document alone, or the files of a repository, together into a catalog.
//!
//! Knows which file is read when, and what a checksum that does not fit means; the files' own modules
//! know what is in them. Source of truth: `docs/updateinfo.md`, "Finding the file".

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::checksum::{Check, Checked};
use super::repomd::{self, Part};
use super::repository::Repository;
use super::{FORMAT, advisory, modules};
use crate::catalog::document::{self, Document};
use crate::catalog::{Settings, Verify};
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::error::{Error, Result};
use crate::model::update::{Catalog, Source};

/// Reads a document that stands alone.
pub(super) fn document(path: &Path, settings: &Settings) -> Result<Catalog> {
    let mut reading = Reading::new(settings);
    reading.updates(path, &Part::default(), None)?;
    Ok(reading.catalog)
}

/// Reads a repository; `name` is the first part of its updates' identities where there are several.
pub(super) fn repository(
    repository: &Repository,
    name: Option<&str>,
    settings: &Settings,
) -> Result<Catalog> {
    let mut reading = Reading::new(settings);
    let index = &repository.index;
    let (said, digest) = reading.content(index, &Part::default(), |reader| repomd::read(reader))?;
    let mut findings = said.diagnostics;
    if said.updateinfo.is_none() {
        let message = "the repository has no update information";
        findings.push(Code::RepomdNoUpdateinfo, Position::default(), "repomd", message);
    }
    reading.take(findings, index);
    let source = &mut reading.catalog.source;
    (source.path, source.sha256) = (index.to_string_lossy().into_owned(), digest);
    source.revision = said.revision;
    source.repository = name.unwrap_or_default().to_owned();
    if let Some(part) = &said.updateinfo {
        let path = repository.locate(part)?;
        reading.compare(&path, part)?;
        reading.updates(&path, part, name)?;
    }
    if let Some(part) = &said.modules {
        let path = repository.locate(part)?;
        reading.compare(&path, part)?;
        reading.modules(&path, part)?;
    }
    Ok(reading.catalog)
}

/// A catalog that is being read.
struct Reading<'s> {
    settings: &'s Settings,
    catalog: Catalog,
}

impl<'s> Reading<'s> {
    fn new(settings: &'s Settings) -> Self {
        let source = Source { profile: settings.profile, ..settings.source(FORMAT.name) };
        Reading { settings, catalog: Catalog { source, ..Catalog::default() } }
    }

    fn updates(&mut self, path: &Path, part: &Part, name: Option<&str>) -> Result<()> {
        let (feed, digest) = self.content(path, part, |reader| advisory::read(reader))?;
        let mut findings = feed.findings.finish();
        self.catalog.updates = feed.advisories.finish(name, &mut findings);
        self.catalog.diagnostics.append(findings);
        let source = &mut self.catalog.source;
        source.path = path.to_string_lossy().into_owned();
        source.sha256 = digest;
        source.profile = source.profile.or(Some(feed.profile));
        Ok(())
    }

    fn modules(&mut self, path: &Path, part: &Part) -> Result<()> {
        let (defaults, digest) = self.content(path, part, |reader| modules::defaults(&text(reader)?))?;
        self.catalog.module_defaults = defaults;
        let source = &mut self.catalog.source;
        source.sha256 = Sha256::new().chain_update(source.sha256).chain_update(digest).finalize().into();
        Ok(())
    }

    /// Compares a file as it is stored with what its index says, before anything believes its content.
    fn compare(&mut self, path: &Path, part: &Part) -> Result<()> {
        if part.stored.is_empty() {
            return Ok(());
        }
        let mut file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
        let mut check = Check::new(&part.stored);
        io::copy(&mut file, &mut check).map_err(|error| Error::io(path, "read", error))?;
        match check.finish("the file") {
            Ok(()) => Ok(()),
            Err(misfit) => self.misfit(misfit, path),
        }
    }

    fn misfit(&mut self, misfit: String, path: &Path) -> Result<()> {
        let name = path.to_string_lossy();
        match self.settings.verify {
            Verify::Refuse => Err(Error::new(Code::RepomdChecksum, misfit)
                .in_file(name)
                .with_hint("fetch the repository again, or read it as it is with `--no-verify`")),
            Verify::Warn => {
                let mut findings = Diagnostics::new();
                findings.push(Code::RepomdChecksum, Position::default(), "", misfit);
                self.take(findings, path);
                Ok(())
            }
        }
    }

    /// Reads one file to its end, and gives what `read` makes of it and the digest of the file.
    fn content<T>(
        &mut self,
        path: &Path,
        part: &Part,
        read: impl FnOnce(&mut Checked<'_, Document>) -> Result<T>,
    ) -> Result<(T, [u8; 32])> {
        let failed = |error: Error| error.in_file(path.to_string_lossy());
        let mut reader = Checked::new(document::open(path)?, Check::new(&part.content));
        let value = read(&mut reader).map_err(failed)?;
        io::copy(&mut reader, &mut io::sink()).map_err(|error| failed(error.into()))?;
        let (document, check) = reader.into_parts();
        let digest = document.finish()?;
        if let Err(misfit) = check.finish("its content") {
            self.misfit(misfit, path)?;
        }
        Ok((value, digest))
    }

    /// Takes over what is wrong with a file that is not the document itself.
    fn take(&mut self, mut findings: Diagnostics, path: &Path) {
        findings.name_file(&path.to_string_lossy());
        self.catalog.diagnostics.append(findings);
    }
}

/// All of a file of modules.
fn text(reader: &mut Checked<'_, Document>) -> Result<String> {
    let mut bytes = Vec::new();
    reader.by_ref().take(modules::BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > modules::BYTES {
        return Err(Error::new(Code::TooLarge, format!("has more than {} bytes", modules::BYTES)));
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to() as u64;
        Error::new(Code::NotWellFormed, "is not UTF-8").at(Position { offset, ..Position::default() })
    })
}
