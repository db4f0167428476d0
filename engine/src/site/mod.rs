//! A site: catalogs that come again and again, clients that report, and what is made of both.
//!
//! A folder holds all of it. [`Site::sync`] makes an index of the feeds' catalogs, [`Site::scan`] takes in
//! reports and brings the matrices up to date. Decides what counts and keeps it; how a document is read, a
//! client evaluated or a matrix written is known below. No clock is read here and no socket opened: the time
//! and what fetches addresses are given. Source of truth: `docs/site.md`.

pub mod authorize;
pub mod catalogs;
pub mod coverage;
pub mod definition;
mod describe;
pub mod due;
mod evaluate;
pub mod expedite;
pub mod host;
pub mod intake;
pub mod lists;
pub mod lock;
pub mod log;
pub mod members;
pub mod plan;
mod rows;
pub mod scan;
pub mod spool;
pub mod store;
mod toml;
pub mod views;

use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::archive::map::Bytes;
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::options::Options;
use definition::{Definition, Expedited, Feed, Kind, Template};
use store::Store;

/// The name of the definition.
pub const DEFINITION: &str = "site.toml";

/// The folders of a site.
const FOLDERS: [&str; 11] = [
    "catalog",
    "index",
    "spool/in",
    "spool/work",
    "spool/done",
    "spool/bad",
    "spool/resync",
    "store",
    "matrix/overlay",
    "lists",
    "log",
];

/// A site that is open.
#[derive(Debug)]
pub struct Site {
    root: PathBuf,
    /// What it is.
    pub definition: Definition,
    /// By feed of the definition: how clients are evaluated, and the words that say so.
    options: Vec<(Options, String)>,
    /// Opens a file of ours for reading.
    open: fn(&Path) -> Result<Bytes>,
}

/// What is decided about how a site is opened.
#[derive(Clone, Copy)]
pub struct Opening<'a> {
    /// Whether an expedited program may be advertised to a production collection.
    pub expedited: Expedited,
    /// Reads options of evaluation, as they stand on a command line.
    pub options: &'a dyn Fn(&[String]) -> std::result::Result<Options, String>,
    /// Opens a file of ours for reading; [`Bytes::read`] where nothing better is at hand.
    pub open: fn(&Path) -> Result<Bytes>,
}

impl std::fmt::Debug for Opening<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opening").field("expedited", &self.expedited).finish_non_exhaustive()
    }
}

impl Site {
    /// Makes a new site in a folder, which is made where it is not there.
    ///
    /// # Errors
    ///
    /// The folder holds a site already, or cannot be written.
    pub fn init(root: &Path, template: &Template<'_>) -> Result<()> {
        let path = root.join(DEFINITION);
        if path.exists() {
            let error = Error::new(Code::BadValue, "is there already, so no site is made");
            return Err(error.in_file(path.to_string_lossy()).with_hint("edit it, or name another folder"));
        }
        let text = definition::write(template);
        // What was asked for may be no name of a client or feed; that is better told now.
        let read = Definition::read(&path.to_string_lossy(), &text, Expedited::Refused)?;
        let mut folders: Vec<PathBuf> = FOLDERS.iter().map(|name| root.join(name)).collect();
        folders.extend(["authorize", "ignore", "baseline"].iter().map(|name| root.join("lists").join(name)));
        folders.extend(read.feeds.iter().flat_map(|feed| feed_folders(root, feed)));
        make(&folders)?;
        Store::new(root.join("store")).create()?;
        write_file(&path, &text)
    }

    /// Opens the site in a folder.
    ///
    /// # Errors
    ///
    /// There is none, or something in its definition is not as it must be.
    pub fn open(root: &Path, opening: Opening<'_>) -> Result<Site> {
        let path = root.join(DEFINITION);
        if !path.exists() {
            let error = Error::new(Code::Io, "there is no site").in_file(path.to_string_lossy());
            return Err(
                error.with_hint("`patchstate site init DIR --name NAME --test-client CLIENT` makes one")
            );
        }
        let name = path.to_string_lossy().into_owned();
        let definition = Definition::read(&name, &toml::read_file(&path)?, opening.expedited)?;
        let options = definition.feeds.iter().map(|feed| {
            let words = definition.options_of(&feed.id, Kind::Scan);
            let read = (opening.options)(words).map_err(|message| {
                let message = format!("options of the scan of feed `{}`: {message}", feed.id);
                Error::new(Code::BadValue, message).in_file(&name)
            })?;
            Ok((read, words.join(" ")))
        });
        let options = options.collect::<Result<_>>()?;
        Ok(Site { root: root.to_owned(), definition, options, open: opening.open })
    }

    /// Makes the folders of a feed, which may have come to the definition later.
    fn make_folders(&self, feed: &Feed) -> Result<()> {
        make(&feed_folders(&self.root, feed))
    }

    /// The folder of the site.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file or folder of the site.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// What is kept of the clients.
    pub fn store(&self) -> Store {
        Store::new(self.path("store"))
    }

    /// How clients are evaluated against a feed, by its number in the definition, and the words that say so.
    pub fn options(&self, feed: usize) -> Option<&(Options, String)> {
        self.options.get(feed)
    }
}

/// The folders of a feed's catalogs.
fn feed_folders(root: &Path, feed: &Feed) -> [PathBuf; 3] {
    let catalog = root.join("catalog").join(&feed.id);
    ["drop", "rev", "bad"].map(|name| catalog.join(name))
}

fn make(folders: &[PathBuf]) -> Result<()> {
    folders.iter().try_for_each(|folder| make_folder(folder))
}

/// Makes a folder where there is none.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|error| Error::io(folder, "create", error))
}

/// A client's id as the name of a file: what could lead elsewhere or be confused is written with `%`, and a
/// long one is cut and told apart by its digest.
pub(crate) fn file_name(id: &str) -> String {
    const MOST: usize = 120;
    let mut name = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => name.push(char::from(byte)),
            other => name.push_str(&format!("%{other:02X}")),
        }
    }
    if name.starts_with('.') || name.is_empty() {
        name.insert(0, '%');
    }
    if name.len() > MOST {
        name.truncate(MOST);
        name.push_str(&format!("~{:032x}", twox_hash::XxHash3_128::oneshot(id.as_bytes())));
    }
    name
}

/// Writes a small file, whole or not at all.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<()> {
    use std::io::Write;
    let mut output = crate::archive::output::Output::create(path)?;
    output.write_all(text.as_bytes())?;
    output.finish()
}

/// The names of the files in a folder, in the order of their bytes; none where there is no folder.
pub(crate) fn file_names(folder: &Path) -> Result<Vec<std::ffi::OsString>> {
    names(folder, FileType::is_file)
}

/// The names of the folders in a folder, as [`file_names`].
fn folder_names(folder: &Path) -> Result<Vec<std::ffi::OsString>> {
    names(folder, FileType::is_dir)
}

fn names(folder: &Path, is_wanted: impl Fn(&FileType) -> bool) -> Result<Vec<std::ffi::OsString>> {
    let listed = |error| Error::io(folder, "list", error);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(listed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(listed)?;
        if entry.file_type().is_ok_and(|kind| is_wanted(&kind)) {
            names.push(entry.file_name());
        }
    }
    names.sort();
    Ok(names)
}

/// A day, as the folders of reports that were taken are called.
pub(crate) fn day(now: Timestamp) -> String {
    now.strftime("%Y-%m-%d").to_string()
}
