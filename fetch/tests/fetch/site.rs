//! A folder that files are transferred to, with little patience and without pauses.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use patchstate_fetch::{Environment, Error, Fetched, Patience, Request, Validators, fetch};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

pub(crate) struct Site {
    folder: TempDir,
    to: PathBuf,
    waited: Rc<RefCell<Duration>>,
    wait: Box<dyn Fn(Duration)>,
}

impl Site {
    pub(crate) fn new() -> Site {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let to = folder.path().join("incoming");
        let waited = Rc::new(RefCell::new(Duration::ZERO));
        let counted = Rc::clone(&waited);
        let wait = Box::new(move |pause| *counted.borrow_mut() += pause);
        Site { folder, to, waited, wait }
    }

    /// Transfers an address, as `change` has it.
    pub(crate) fn fetch<'a>(
        &'a self,
        address: &'a str,
        change: impl FnOnce(&mut Request<'a>),
    ) -> Result<Fetched, Error> {
        let mut request = Request::new(address, &self.to);
        request.environment = Environment::default();
        request.wait = &*self.wait;
        request.patience = Patience {
            connect: Duration::from_secs(5),
            silence: Duration::from_secs(5),
            tries: 3,
            ..Patience::default()
        };
        change(&mut request);
        fetch(&request)
    }

    /// Transfers an address that gives a file.
    pub(crate) fn complete(&self, address: &str, change: impl FnOnce(&mut Request<'_>)) -> Validators {
        let fetched = self.fetch(address, change).unwrap_or_else(|error| panic!("{error}"));
        let Fetched::Complete { validators, bytes, sha256 } = fetched else { panic!("{fetched:?}") };
        let there = self.file().expect("is there");
        assert_eq!((bytes, sha256), (there.len() as u64, digest(&there)));
        assert_eq!(self.names(), ["incoming"], "nothing else is left");
        validators
    }

    /// The file, if it appeared.
    pub(crate) fn file(&self) -> Option<Vec<u8>> {
        std::fs::read(&self.to).ok()
    }

    pub(crate) fn to(&self) -> &Path {
        &self.to
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The part, if there is one.
    pub(crate) fn part(&self) -> Option<Vec<u8>> {
        std::fs::read(self.folder.path().join("incoming.part")).ok()
    }

    /// What is in the folder.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("can be listed");
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("can be listed").file_name();
        let mut names: Vec<_> = entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// How long it would have waited between tries.
    pub(crate) fn waited(&self) -> Duration {
        *self.waited.borrow()
    }
}

pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A file of a length, no two stretches of which are equal.
pub(crate) fn numbers(length: usize) -> Vec<u8> {
    (0u64..).flat_map(u64::to_be_bytes).take(length).collect()
}
