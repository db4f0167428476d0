//! What a site keeps of its clients: one table of records, and the documents that they name.
//!
//! The table is one file, and putting another in its place by one rename is what loads reports: before it
//! nothing of them is there, after it all. Documents are called by their content and are never changed, so
//! that one that was put there and is in no table yet does no harm. What a report is and whether it counts
//! is decided elsewhere. Source of truth: `docs/site.md`, "Store".

mod record;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use twox_hash::XxHash3_64;

use super::lock::Lock;
use super::make_folder;
use crate::archive::map::Bytes;
use crate::archive::output::Output;
use crate::archive::record::{Reader, Writer};
use crate::archive::{self, Archive, FileKind};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::ingest::Kept;

pub use record::{Record, Resync, Stored, Stream};

/// The kind of file that the table is.
const KIND: FileKind = FileKind {
    magic: *b"PSCLIENT",
    version: 2,
    name: "table of clients",
    renew: "begin with an empty `store` and let every client report in full",
};

/// The one section of the table.
const RECORDS: u32 = 1;

/// The name of the table, and of the lock that is held while it is replaced.
const TABLE: &str = "clients";
const LOCK: &str = "lock";
/// The folder of the documents.
const DOCUMENTS: &str = "documents";

/// Up to how many documents are sent to the disk one by one: each costs a turn of the disk, and all together
/// one, but then whatever else others wrote goes there as well.
const SYNCED_ALONE: usize = 4;

/// Where a site keeps its clients.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// The clients as they are kept, by id.
#[derive(Clone, Debug, Default)]
pub struct Clients {
    records: BTreeMap<String, Record>,
    checksum: u64,
}

/// What is to become of a client.
#[derive(Clone, Debug)]
pub struct Change {
    /// What was kept when it was decided; `None` is nothing.
    pub before: Option<Record>,
    /// What is to be kept.
    pub after: Record,
}

impl Clients {
    /// Finds a client.
    pub fn get(&self, client: &str) -> Option<&Record> {
        self.records.get(client)
    }

    /// All of them, in the order of the bytes of their ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Record> {
        self.records.values()
    }

    /// Identifies what is kept of all clients together.
    pub fn checksum(&self) -> u64 {
        self.checksum
    }
}

impl Store {
    /// The store in a folder.
    pub fn new(folder: PathBuf) -> Store {
        Store { folder }
    }

    /// Makes the folders of an empty store.
    ///
    /// # Errors
    ///
    /// A folder cannot be made.
    pub fn create(&self) -> Result<()> {
        let documents = self.folder.join(DOCUMENTS);
        (0..=u8::MAX).try_for_each(|number| make_folder(&documents.join(format!("{number:02x}"))))
    }

    /// Reads the table; without one there are no clients.
    ///
    /// # Errors
    ///
    /// The table cannot be read, or is damaged.
    pub fn load(&self) -> Result<Clients> {
        let path = self.folder.join(TABLE);
        let bytes = match Bytes::read(&path) {
            Ok(bytes) => bytes,
            Err(_) if !path.exists() => return Ok(Clients::default()),
            Err(error) => return Err(error),
        };
        read(bytes.as_ref()).map_err(|error| error.in_file(path.to_string_lossy()))
    }

    /// Makes changes, all at once; gives the clients as they are then kept, and the changes that were not
    /// made because something else was kept of their client meanwhile.
    ///
    /// Every document that the changes name must be there; they are sent to the disk first. Documents that
    /// no record names any more are removed afterwards.
    ///
    /// # Errors
    ///
    /// Nothing was changed.
    pub fn commit(&self, changes: Vec<Change>) -> Result<(Clients, Vec<Change>)> {
        let _lock = Lock::wait(&self.folder.join(LOCK))?;
        let mut clients = self.load()?;
        let (mut refused, mut unused, mut made) = (Vec::new(), Vec::new(), Vec::new());
        for change in changes {
            if clients.records.get(&change.after.client) != change.before.as_ref() {
                refused.push(change);
                continue;
            }
            let files = |record: &Record| -> Vec<String> {
                record.documents.iter().map(|stored| file_name(&record.client, stored.digest)).collect()
            };
            let kept: BTreeSet<String> = files(&change.after).into_iter().collect();
            let before = change.before.as_ref().map(files).unwrap_or_default();
            made.extend(kept.iter().filter(|file| !before.contains(file)).cloned());
            unused.extend(before.into_iter().filter(|file| !kept.contains(file)));
            clients.records.insert(change.after.client.clone(), change.after);
        }
        self.sync(&made)?;
        clients.checksum = self.write(&clients)?;
        for file in unused {
            // One that stays is removed when the store is next swept.
            let _ = fs::remove_file(self.place(&file));
        }
        Ok((clients, refused))
    }

    fn write(&self, clients: &Clients) -> Result<u64> {
        let path = self.folder.join(TABLE);
        let mut output = Output::create(&path)?;
        let mut file = archive::Writer::new(KIND, &[RECORDS], &mut output)?;
        file.section(RECORDS)?;
        let count = u32::try_from(clients.records.len())
            .map_err(|_| Error::new(Code::TooLarge, "a site has less than 4,294,967,296 clients"))?;
        file.write_all(&count.to_le_bytes())?;
        let mut record = Writer::new();
        for client in clients.records.values() {
            record.clear();
            client.write(&mut record);
            file.write_all(record.as_slice())?;
        }
        let (checksum, _) = file.finish()?;
        output.finish()?;
        sync_folder(&self.folder)?;
        Ok(checksum)
    }

    /// Sends documents to the disk, and the folders that they were put into.
    fn sync(&self, files: &[String]) -> Result<()> {
        if files.len() > SYNCED_ALONE && sync_file_system(&self.folder)? {
            return Ok(());
        }
        let mut folders = BTreeSet::new();
        for file in files {
            let path = self.place(file);
            let opened = fs::File::open(&path).map_err(|error| Error::io(&path, "open", error))?;
            opened.sync_all().map_err(|error| Error::io(&path, "write", error))?;
            folders.extend(path.parent().map(Path::to_owned));
        }
        folders.iter().try_for_each(|folder| sync_folder(folder))
    }

    /// Keeps a file as a document of a client: it stands in both places, without its bytes being copied where
    /// the file system can do that.
    ///
    /// # Errors
    ///
    /// The document cannot be written.
    pub fn keep(&self, client: &str, digest: u128, from: &Path) -> Result<()> {
        match fs::hard_link(from, self.place(&file_name(client, digest))) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(_) => self.keep_bytes(
                client,
                digest,
                &fs::read(from).map_err(|error| Error::io(from, "read", error))?,
            ),
        }
    }

    /// Keeps bytes as a document of a client.
    ///
    /// # Errors
    ///
    /// The document cannot be written.
    pub fn keep_bytes(&self, client: &str, digest: u128, bytes: &[u8]) -> Result<()> {
        let path = self.place(&file_name(client, digest));
        path.parent().map_or(Ok(()), make_folder)?;
        let mut output = Output::create(&path)?;
        output.write_all(bytes)?;
        output.finish_unsynced()
    }

    /// Removes documents of a client that no record names; one that stays is removed when the store is swept.
    pub(in crate::site) fn forget(&self, client: &str, digests: impl IntoIterator<Item = u128>) {
        for digest in digests {
            let _ = fs::remove_file(self.place(&file_name(client, digest)));
        }
    }

    /// Where a document lies: in one of 256 folders.
    fn place(&self, file: &str) -> PathBuf {
        self.folder.join(DOCUMENTS).join(&file[..2]).join(file)
    }

    /// The documents of a client, as they are read; results of other scanners that are older than `since` are
    /// left out.
    pub fn documents(&self, record: &Record, since: Option<Timestamp>) -> Vec<Kept> {
        let kept = record.documents.iter().map(|stored| Kept {
            path: self.place(&file_name(&record.client, stored.digest)),
            name: stored.report.clone(),
            format: stored.format,
            is_packed: stored.is_packed,
            digest: stored.digest,
            since: since.filter(|_| stored.stream == Stream::Results),
        });
        kept.collect()
    }

    /// Removes documents that no record names: what an interrupted run left.
    ///
    /// # Errors
    ///
    /// A folder cannot be listed.
    pub fn sweep(&self, clients: &Clients) -> Result<u64> {
        let named: BTreeSet<String> = clients
            .iter()
            .flat_map(|record| record.documents.iter().map(|stored| file_name(&record.client, stored.digest)))
            .collect();
        let mut removed = 0;
        for folder in entries(&self.folder.join(DOCUMENTS))? {
            for path in entries(&folder)? {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if !named.contains(&*name) {
                    fs::remove_file(&path).map_err(|error| Error::io(&path, "remove", error))?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }
}

/// What a document of a client is called.
fn file_name(client: &str, digest: u128) -> String {
    format!("{:016x}-{digest:032x}", XxHash3_64::oneshot(client.as_bytes()))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed = |error| Error::io(folder, "list", error);
    let entries = fs::read_dir(folder).map_err(listed)?;
    entries.map(|entry| Ok(entry.map_err(listed)?.path())).collect()
}

/// Sends all that waits for the disk of a folder there at once, and says whether that can be done here.
#[cfg(target_os = "linux")]
fn sync_file_system(folder: &Path) -> Result<bool> {
    let opened = fs::File::open(folder).map_err(|error| Error::io(folder, "open", error))?;
    rustix::fs::syncfs(&opened).map_err(|error| Error::io(folder, "write", error.into()))?;
    Ok(true)
}

#[cfg(not(target_os = "linux"))]
fn sync_file_system(_folder: &Path) -> Result<bool> {
    Ok(false)
}

/// Sends the names in a folder to the disk, where that can be done.
fn sync_folder(folder: &Path) -> Result<()> {
    if cfg!(unix) {
        let opened = fs::File::open(folder).map_err(|error| Error::io(folder, "open", error))?;
        opened.sync_all().map_err(|error| Error::io(folder, "write", error))?;
    }
    Ok(())
}

fn read(bytes: &[u8]) -> Result<Clients> {
    let archive = Archive::open(KIND, bytes)?;
    archive.check()?;
    let mut from = Reader::new(archive.section(RECORDS)?);
    let records = from.list(Record::read)?;
    let records = records.into_iter().map(|record| (record.client.clone(), record)).collect();
    Ok(Clients { records, checksum: archive.checksum() })
}
