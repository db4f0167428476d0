//! Finds a feed's next catalog: the newest file of a folder, a file, or what an address gives.
//!
//! Nothing is read of it here but its bytes. What fetches addresses is given, because no socket is opened in
//! the library.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::revision::Revision;
use crate::archive::output::Output;
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::site::Site;
use crate::site::definition::{Feed, Source};
use crate::site::host::Host;

/// What a server said of a document, so that it is asked for changes only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// Its tag.
    pub etag: Option<String>,
    /// When it was changed last, as the server writes it.
    pub last_modified: Option<String>,
}

/// What is to be fetched.
#[derive(Clone, Debug)]
pub struct Transfer<'a> {
    /// The address.
    pub address: &'a str,
    /// The file that appears when all of it is there; what an earlier attempt left beside it may be gone on
    /// with.
    pub to: &'a Path,
    /// What was said of the document that is at hand.
    pub validators: &'a Validators,
    /// The greatest length, in bytes.
    pub most: u64,
    /// SHA-256 that it must have.
    pub digest: Option<[u8; 32]>,
}

/// What became of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The document that is at hand is the current one.
    Unchanged,
    /// All of another one is where it was to go.
    Complete(Validators),
}

/// A catalog that came.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Where it lies.
    pub(super) path: PathBuf,
    /// Whether it may be moved from there.
    pub(super) is_ours: bool,
    /// What it is called.
    pub(super) name: String,
    /// Where it came from.
    pub(super) source: String,
    pub(super) validators: Validators,
}

/// What a feed's sources give.
pub(super) enum Found {
    Unchanged,
    Candidate(Candidate),
}

impl Site {
    /// Asks the sources of a feed in their order, until one gives a catalog; tells `failed` of those that fail.
    pub(super) fn find_catalog(
        &self,
        feed: &Feed,
        from: Option<&Path>,
        current: Option<&Revision>,
        host: &dyn Host,
        failed: &mut dyn FnMut(&str, &Error) -> Result<()>,
    ) -> Result<Found> {
        if let Some(from) = from {
            return local(from).map(Found::Candidate);
        }
        let mut last = None;
        for source in &feed.sources {
            let (name, found) = match source {
                Source::Drop => {
                    let folder = self.path("catalog").join(&feed.id).join("drop");
                    ("drop".to_owned(), local(&folder).map(Found::Candidate))
                }
                Source::Path(path) => (path.clone(), local(&self.path(path)).map(Found::Candidate)),
                Source::Address(address) => (shown(address), self.fetch(feed, address, current, host)),
            };
            match found {
                Ok(found) => return Ok(found),
                Err(error) => {
                    failed(&name, &error)?;
                    last = Some(error);
                }
            }
        }
        let nothing = || Error::new(Code::UnknownCatalog, format!("feed `{}` has no source", feed.id));
        Err(last.unwrap_or_else(nothing))
    }

    fn fetch(
        &self,
        feed: &Feed,
        address: &str,
        current: Option<&Revision>,
        host: &dyn Host,
    ) -> Result<Found> {
        let folder = self.path("catalog").join(&feed.id);
        let path = folder.join("incoming");
        let nothing = Validators::default();
        // What another source gave says nothing of this one.
        let known = current.filter(|current| current.source == shown(address));
        let transfer = Transfer {
            address,
            to: &path,
            validators: known.map_or(&nothing, |current| &current.validators),
            most: feed.max_download_mib.saturating_mul(1 << 20),
            digest: feed.digest,
        };
        let validators = match host.fetch(&transfer)? {
            Fetched::Unchanged => return Ok(Found::Unchanged),
            Fetched::Complete(validators) => validators,
        };
        let name = address.split(['?', '#']).next().and_then(|path| path.rsplit('/').next()).unwrap_or("");
        let source = shown(address);
        let name = super::super::file_name(if name.is_empty() { "catalog" } else { name });
        Ok(Found::Candidate(Candidate { path, is_ours: true, name, source, validators }))
    }
}

/// An address as it may be shown: without what it says of who asks.
fn shown(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest[..end].rsplit_once('@').map_or(&rest[..end], |(_, host)| host);
    format!("{scheme}://{host}{}", &rest[end..])
}

/// A file, or the newest of a folder: by when it was changed, then by name.
fn local(path: &Path) -> Result<Candidate> {
    let about = fs::metadata(path).map_err(|error| Error::io(path, "open", error))?;
    let path = if about.is_dir() { newest(path)? } else { path.to_owned() };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let source = path.to_string_lossy().into_owned();
    Ok(Candidate {
        path,
        is_ours: false,
        name: super::super::file_name(&name),
        source,
        validators: Validators::default(),
    })
}

fn newest(folder: &Path) -> Result<PathBuf> {
    let mut found = None;
    for name in super::super::file_names(folder)? {
        let bytes = name.as_encoded_bytes();
        if bytes.starts_with(b".") || bytes.ends_with(b".tmp") || bytes.ends_with(b".part") {
            continue;
        }
        let path = folder.join(&name);
        let modified = fs::metadata(&path).and_then(|about| about.modified());
        let modified = modified.map_err(|error| Error::io(&path, "look at", error))?;
        found = found.max(Some((modified, name)));
    }
    let nothing = || {
        let error = Error::new(Code::UnknownCatalog, "no catalog is in this folder");
        error
            .in_file(folder.to_string_lossy())
            .with_hint("put one there, or name another source in the definition")
    };
    found.map(|(_, name)| folder.join(name)).ok_or_else(nothing)
}

/// Copies a catalog to where it is read, or leaves it there; gives its length and SHA-256.
pub(super) fn take(candidate: &Candidate, to: &Path) -> Result<(u64, [u8; 32])> {
    let from = &candidate.path;
    let mut file = File::open(from).map_err(|error| Error::io(from, "open", error))?;
    let mut output = if candidate.is_ours { None } else { Some(Output::create(to)?) };
    let (mut hash, mut length) = (Sha256::new(), 0);
    let mut chunk = vec![0; 256 << 10];
    loop {
        let count = match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Error::io(from, "read", error)),
        };
        hash.update(&chunk[..count]);
        length += count as u64;
        if let Some(output) = &mut output {
            output.write_all(&chunk[..count])?;
        }
    }
    if let Some(output) = output {
        output.finish()?;
    }
    Ok((length, hash.finalize().into()))
}
