//! A site for tests: in a folder of its own, with a catalog of packages, and a clock that is set.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use jiff::Timestamp;
use patchstate::archive::map::Bytes;
use patchstate::catalog;
use patchstate::error::Result;
use patchstate::matrix::Matrix;
use patchstate::model::inventory::Inventory;
use patchstate::model::options::Options;
use patchstate::site::catalogs::{Fed, Fetched, Request, Transfer};
use patchstate::site::definition::{Expedited, Template};
use patchstate::site::expedite;
use patchstate::site::host::Host;
use patchstate::site::log::Event;
use patchstate::site::scan::{self, Scanned};
use patchstate::site::{Opening, Site};
use tempfile::TempDir;

/// What fetches an address in a test.
pub type Fetch = Box<dyn Fn(&Transfer<'_>) -> Result<Fetched> + Sync>;

/// Whoever runs the site: a clock that stands still, and ears.
#[allow(missing_debug_implementations, reason = "what fetches has none")]
pub struct Desk {
    /// The time that it is.
    pub now: Timestamp,
    /// The name of the machine.
    pub name: String,
    /// What happened, as lines of JSON.
    pub events: Mutex<Vec<String>>,
    /// What fetches addresses.
    pub fetch: Option<Fetch>,
    /// What happens while a file is looked at twice.
    pub meanwhile: Option<Box<dyn Fn() + Sync>>,
}

impl Desk {
    /// A desk at a time.
    pub fn at(now: &str) -> Desk {
        Desk {
            now: now.parse().expect("is a time"),
            name: "SITESRV".to_owned(),
            events: Mutex::default(),
            fetch: None,
            meanwhile: None,
        }
    }

    /// How many events of a name there were.
    pub fn heard(&self, name: &str) -> usize {
        let events = self.events.lock().expect("nobody panicked");
        let of_name = format!("\"event\":\"{name}\"");
        events.iter().filter(|event| event.contains(&of_name)).count()
    }
}

impl Host for Desk {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn tell(&self, event: &Event) {
        self.events.lock().expect("nobody panicked").push(event.json());
    }

    fn settle(&self) {
        self.meanwhile.iter().for_each(|meanwhile| meanwhile());
    }

    fn fetch(&self, transfer: &Transfer<'_>) -> Result<Fetched> {
        match &self.fetch {
            Some(fetch) => fetch(transfer),
            None => {
                Err(patchstate::error::Error::new(patchstate::diagnostic::Code::Io, "there is no network"))
            }
        }
    }
}

/// When tests take place.
pub const NOW: &str = "2026-03-02T12:00:00Z";

/// When reports of tests were collected, unless they say otherwise.
pub const COLLECTED: &str = "2026-03-02T08:00:00Z";

/// The greatest report that tests take, in bytes.
pub const MOST: u64 = 1 << 20;

/// A site in a folder of its own, which is removed with it.
#[allow(missing_debug_implementations, reason = "the desk has none")]
pub struct Sample {
    /// The folder.
    pub folder: TempDir,
    /// Whoever runs it.
    pub desk: Desk,
}

impl Sample {
    /// A site of one feed `linux`, whose definition `change` may change, without any catalog yet.
    pub fn defined(change: impl FnOnce(String) -> String) -> Sample {
        Sample::of_feeds(&[("linux", "updateinfo")], change)
    }

    /// A site of these feeds, each with its format, likewise.
    pub fn of_feeds(feeds: &[(&str, &str)], change: impl FnOnce(String) -> String) -> Sample {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let template = Template {
            name: "Example",
            test_client: "TEST01",
            sync_host: "SITESRV",
            feeds: feeds
                .iter()
                .map(|(id, format)| (*id, catalog::find(format).expect("is a format")))
                .collect(),
        };
        Site::init(folder.path(), &template).expect("is made");
        let path = folder.path().join("site.toml");
        let text = fs::read_to_string(&path).expect("is there");
        fs::write(&path, change(text)).expect("is written");
        Sample { folder, desk: Desk::at(NOW) }
    }

    /// The same without a change, with a catalog of updates [`updates`] 1 to 3.
    pub fn new() -> Sample {
        let sample = Sample::defined(|text| text);
        sample.drop_catalog("updateinfo.xml", &updates(&[1, 2, 3]));
        sample.sync().expect("is fetched");
        sample
    }

    /// A file or folder of the site.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Opens the site.
    pub fn site(&self) -> Site {
        open(self.folder.path()).expect("is a site")
    }

    /// Puts a catalog where the feed takes it from.
    pub fn drop_catalog(&self, name: &str, text: &str) {
        self.drop_catalog_of("linux", name, text);
    }

    /// Puts a catalog where a feed takes it from.
    pub fn drop_catalog_of(&self, feed: &str, name: &str, text: &str) {
        fs::write(self.path("catalog").join(feed).join("drop").join(name), text).expect("is written");
    }

    /// Fetches.
    pub fn sync(&self) -> Result<Vec<Fed>> {
        self.sync_as(Request { feeds: &[], from: None, force: false, any_host: false })
    }

    /// Fetches as requested.
    pub fn sync_as(&self, request: Request<'_>) -> Result<Vec<Fed>> {
        self.site().sync(&request, &self.desk)
    }

    /// Lets a report wait.
    pub fn send(&self, name: &str, text: &str) {
        let path = self.path("spool/in").join(name);
        let making = path.with_extension("tmp");
        fs::write(&making, text).expect("is written");
        fs::rename(making, path).expect("is renamed");
    }

    /// Scans everybody of whom something changed.
    pub fn scan(&self) -> Scanned {
        self.scan_as(scan::Request { collection: None, all: false, most: MOST })
            .expect("nothing is in its way")
    }

    /// Scans as requested.
    pub fn scan_as(&self, request: scan::Request<'_>) -> Result<Scanned> {
        self.site().scan(&request, &self.desk)
    }

    /// Looks at clients ahead of all others.
    pub fn expedite(&self, clients: &[&str], file: Option<&Path>) -> Result<expedite::Expedited> {
        let clients: Vec<String> = clients.iter().map(|client| (*client).to_owned()).collect();
        let request =
            expedite::Request { clients: &clients, file, any_collection: false, max: 16, most: MOST };
        self.site().expedite(&request, &self.desk)
    }

    /// The cells of the feed as reports see them, a line each: `client update verdict reason flags`.
    pub fn cells(&self) -> Vec<String> {
        self.look(|matrix| {
            let mut lines = Vec::new();
            for (at, client) in matrix.clients.iter().enumerate() {
                for (update, cell) in matrix.updates.iter().zip(matrix.row(at)) {
                    let line = format!("{} {} {} {}", client.id, update.id, cell.verdict, cell.reason);
                    lines.push(format!("{line} {}", update.flags | cell.flags).trim_end().to_owned());
                }
            }
            lines
        })
    }

    /// Looks at the matrix of the feed as reports see it; a site without one has an empty one.
    pub fn look<T: Default>(&self, look: impl FnOnce(&Matrix<'_>) -> T) -> T {
        let site = self.site();
        let clients = site.store().load().expect("is whole");
        let views = site.views(&[], None).expect("are whole");
        let matrix = views[0].open(&site, &clients, self.desk.now).expect("is whole");
        matrix.map(|matrix| look(&matrix)).unwrap_or_default()
    }

    /// The names of the files in a folder of the site and below it, sorted.
    pub fn files(&self, folder: &str) -> Vec<String> {
        let root = self.path(folder);
        below(&root, vec![root.clone()]).into_keys().collect()
    }

    /// The codes of the reports in quarantine by their names.
    pub fn bad(&self) -> Vec<(String, String)> {
        let reasons = self.site().bad().expect("can be listed");
        reasons.into_iter().map(|reason| (reason.file, reason.code)).collect()
    }

    /// What is kept of a client.
    pub fn kept(&self, client: &str) -> Inventory {
        let site = self.site();
        let clients = site.store().load().expect("is whole");
        site.read_kept_of(&clients, client, self.desk.now).expect("is kept").1
    }

    /// The clients of which a full report is asked for.
    pub fn resyncs(&self) -> Vec<String> {
        self.files("spool/resync")
    }
}

impl Default for Sample {
    fn default() -> Self {
        Sample::new()
    }
}

/// Every file below some folders of a site, by name, with its bytes.
pub fn contents(site: &Path, folders: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let found = below(site, folders.iter().map(|folder| site.join(folder)).collect());
    let read = |(name, path): (String, PathBuf)| (name, fs::read(path).expect("can be read"));
    // The one that was held last says which process that was.
    found.into_iter().filter(|(name, _)| name != "store/lock").map(read).collect()
}

/// The files in folders and below them, by their names from `root` on.
fn below(root: &Path, mut waiting: Vec<PathBuf>) -> BTreeMap<String, PathBuf> {
    let mut files = BTreeMap::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("can be listed").path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(root).expect("is below").to_string_lossy().into_owned();
                files.insert(name, path);
            }
        }
    }
    files
}

/// The names of the files of which two sites have other bytes, or which only one of them has.
pub fn differing(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

/// Opens a site in which no options of evaluation are set.
pub fn open(folder: &Path) -> Result<Site> {
    let options = |words: &[String]| match words {
        [] => Ok(Options::default()),
        [one] if one == "--include-retracted" => {
            Ok(Options { include_retracted: true, ..Options::default() })
        }
        _ => Err(format!("unknown option `{}`", words.join(" "))),
    };
    Site::open(folder, Opening { expedited: Expedited::Refused, options: &options, open: Bytes::read })
}

/// A catalog of updates: number n, `linux:U-n`, is for package `pn`, of which it brings version 2.
pub fn updates(numbers: &[usize]) -> String {
    let update = |number: &usize| {
        format!(
            "<update type='security' from='a@example.org' status='final' version='1'><id>U-{number}</id>\
             <title>Update {number}</title><issued date='2026-02-{number:02} 00:00:00'/><severity>Critical</severity>\
             <pkglist><collection short='c'><package name='p{number}' version='2' release='1' epoch='0' \
             arch='noarch'/></collection></pkglist></update>\n"
        )
    };
    format!("<updates>\n{}</updates>\n", numbers.iter().map(update).collect::<String>())
}

/// A full report: each package with its version.
pub fn full(client: &str, serial: u64, packages: &[(&str, u32)]) -> String {
    full_at(client, serial, COLLECTED, packages)
}

/// A full report that was collected at a time.
pub fn full_at(client: &str, serial: u64, collected: &str, packages: &[(&str, u32)]) -> String {
    let facts: String = packages.iter().map(|(name, version)| package(name, *version, "")).collect();
    format!(
        "<inventory version=\"1\" client=\"{client}\" serial=\"{serial}\" collected=\"{collected}\" \
         complete=\"package\">\n{facts}</inventory>\n"
    )
}

/// A delta: packages that are there now, and packages that are gone.
pub fn delta(client: &str, serial: u64, set: &[(&str, u32)], del: &[(&str, u32)]) -> String {
    let facts: String = set.iter().map(|(name, version)| package(name, *version, "")).collect();
    let gone: String = del.iter().map(|(name, version)| package(name, *version, " op=\"del\"")).collect();
    format!(
        "<inventory version=\"1\" client=\"{client}\" serial=\"{serial}\" mode=\"delta\" \
         collected=\"{COLLECTED}\">\n{gone}{facts}</inventory>\n"
    )
}

fn package(name: &str, version: u32, more: &str) -> String {
    format!(
        "  <pkg name=\"{name}\" epoch=\"0\" version=\"{version}\" release=\"1\" arch=\"noarch\"{more}/>\n"
    )
}
