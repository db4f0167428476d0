//! The `watch` workload: what a site does with inventories as they arrive, beside evaluating the same files
//! without keeping anything.
//!
//! `WATCH_UPDATES`, `WATCH_CLIENTS`, `WATCH_DEVIATION` and `WATCH_PAIRS` change the size.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use benches::{Paired, rates, say, setting, site};
use jiff::Timestamp;
use patchstate::archive::Archive;
use patchstate::archive::map::Bytes;
use patchstate::archive::output::Output;
use patchstate::catalog;
use patchstate::error::Result;
use patchstate::eval::plan::Plan;
use patchstate::eval::run;
use patchstate::generate::fleet::{Fleet, Settings};
use patchstate::index::{self, Index};
use patchstate::ingest::{self, Intake};
use patchstate::inventory::native;
use patchstate::matrix::Matrix;
use patchstate::model::options::Options;
use patchstate::site::catalogs::Request as Fetch;
use patchstate::site::definition::{Expedited, Template};
use patchstate::site::expedite;
use patchstate::site::host::Host;
use patchstate::site::scan::{Request, Scanned};
use patchstate::site::{Opening, Site};
use rayon::prelude::*;
use twox_hash::XxHash3_128;

/// The greatest report that is taken, in bytes.
const MOST: u64 = 1 << 28;

/// The client that is looked at ahead of all others.
const EXPEDITED: usize = 0;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (updates, clients) = (setting("WATCH_UPDATES", 20_000), setting("WATCH_CLIENTS", 10_000));
    let deviation = u32::try_from(setting("WATCH_DEVIATION", 2)).unwrap_or(2);
    let settings = Settings { deviation, ..Settings::default() };
    let catalog = site::catalog(folder.path(), updates)?;
    let index_file = folder.path().join("fleet.idx");
    fs::write(&index_file, site::compile(site::read(&catalog)?)?)?;
    let index = Index::open(map(&index_file)?)?;
    let inbox = folder.path().join("inbox");
    fs::create_dir(&inbox)?;
    let bytes = site::fleet(&index, &inbox, clients, settings)?;
    sync(&inbox)?;
    let megabytes = bytes / 1_000_000;
    say(&format!("watch: {updates} updates, {clients} clients, deviation {deviation} %, {megabytes} MB"));

    let updates = Plan::updates(index.view()?, &Options::default(), None);
    let cells = (clients * updates.len()) as u64;
    let pairs = setting("WATCH_PAIRS", 3);
    let (sites, at) = (folder.path().join("sites"), AtomicU64::new(0));
    let fresh = || -> Result<PathBuf> {
        // The one before is not looked at any more.
        let _ = fs::remove_dir_all(&sites);
        let root = sites.join(at.fetch_add(1, Ordering::Relaxed).to_string());
        make(&root, &catalog)?;
        send(&root, &inbox)?;
        Ok(root)
    };

    let mut first = Paired::default();
    let (mut again, mut limit, mut reading) = (Paired::default(), Paired::default(), Paired::default());
    let matrix = folder.path().join("fleet.matrix");
    let evaluate = || timed(|| evaluate(&index_file, &inbox, &matrix)).map(|((), time)| time);
    for pair in 0..=pairs {
        let root = fresh()?;
        // The machine is slower for some seconds after gigabytes were copied, so neither of both comes at once.
        evaluate()?;
        // In turn the first and the second of both.
        let before = (pair % 2 == 0).then(evaluate).transpose()?;
        let (scanned, loading) = timed(|| scan(&root))?;
        assert_eq!(scanned.intake.loaded, clients as u64, "all reports are loaded");
        let alone = before.map_or_else(evaluate, Ok)?;
        is_same(&matrix, &root)?;
        send(&root, &inbox)?;
        let (scanned, repeated) = timed(|| scan(&root))?;
        assert_eq!(scanned.intake.skipped, clients as u64, "all reports are duplicates");
        send(&root, &inbox)?;
        let ((), reading_time) = timed(|| read(&root.join("spool/in")))?;
        let ((), limit_time) = timed(|| read_and_take(&root.join("spool/in"), &root.join("taken")))?;
        // The first pair warms up.
        if pair > 0 {
            first.push(loading, alone);
            again.push(alone, repeated);
            limit.push(repeated, limit_time);
            reading.push(alone, reading_time);
        }
    }
    rates("a site, every client for the first time", first.a(), bytes, clients as u64, cells);
    rates("evaluate, the same files", first.b(), bytes, clients as u64, cells);
    let (least, most) = first.range();
    say(&format!("ratio to evaluate: {:.2} ({least:.2} to {most:.2})", first.ratio()));
    rates("a site, every client once more the same", again.b(), bytes, clients as u64, cells);
    say(&format!("evaluate takes {:.1} times that", again.ratio()));
    rates("the limit: reading, digest and one rename of each", limit.b(), bytes, clients as u64, cells);
    say(&format!("ratio to the limit: {:.1}", limit.ratio()));
    rates("reading alone", reading.b(), bytes, clients as u64, cells);
    say(&format!("evaluate takes {:.1} times that", reading.ratio()));

    let root = fresh()?;
    let latency = expedited(&root, &index, settings)?;
    say(&format!("one client expedited during a scan: {:.0} ms", latency.as_secs_f64() * 1e3));
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    let start = Instant::now();
    let made = work()?;
    Ok((made, start.elapsed()))
}

/// Sends all that was written to the disk, so that nobody pays for what was written before.
fn sync(folder: &Path) -> Result<()> {
    for path in benches::files(folder)? {
        fs::File::open(path)?.sync_all()?;
    }
    Ok(())
}

/// A site of one collection with one catalog.
fn make(root: &Path, catalog: &Path) -> Result<()> {
    let template = Template {
        name: "Bench",
        test_client: &Fleet::id(EXPEDITED),
        sync_host: "",
        feeds: vec![("windows", catalog::recognise(catalog)?)],
    };
    Site::init(root, &template)?;
    fs::copy(catalog, root.join("catalog/windows/drop/mssecure.xml"))?;
    let request = Fetch { feeds: &[], from: None, force: false, any_host: false };
    open(root)?.sync(&request, &Clock)?;
    Ok(())
}

fn open(root: &Path) -> Result<Site> {
    let options = &|_: &[String]| Ok(Options::default());
    Site::open(root, Opening { expedited: Expedited::Refused, options, open: map })
}

/// Opens a file as the program does.
fn map(path: &Path) -> Result<Bytes> {
    #[allow(unsafe_code, reason = "the files of the site are this bench's own, and replaced by rename")]
    // SAFETY: nobody changes or shortens the file.
    unsafe {
        Bytes::map(path)
    }
}

/// Puts reports where clients send them. They are on the disk, as copies of what `inbox` has.
fn send(root: &Path, inbox: &Path) -> Result<()> {
    let incoming = root.join("spool/in");
    for path in benches::files(inbox)? {
        fs::copy(&path, incoming.join(path.file_name().unwrap_or_default()))?;
    }
    sync(&incoming)
}

fn scan(root: &Path) -> Result<Scanned> {
    open(root)?.scan(&Request { collection: None, all: false, most: MOST }, &Clock)
}

/// From an index and a folder of inventories to a matrix file, as `evaluate` does it.
fn evaluate(index: &Path, inbox: &Path, to: &Path) -> Result<()> {
    let bytes = map(index)?;
    Archive::open(index::KIND, bytes.as_ref())?.check()?;
    let (index, options) = (Index::open(bytes)?, Options::default());
    let plan = Plan::new(index.view()?, &options, None);
    let intake = Intake::scan(&[inbox.into()], ingest::Settings::default())?;
    let clients: Vec<_> = intake.clients().iter().collect();
    let mut out = Output::create(to)?;
    run::into_matrix(&plan, &intake, &clients, String::new(), &[], &mut out, &|_| {})?;
    out.finish()
}

/// Reads files and looks at nothing, by parts that stay in the caches.
fn read(inbox: &Path) -> Result<()> {
    let files = benches::files(inbox)?;
    files.par_iter().try_for_each_init(
        || vec![0; 128 << 10],
        |part, path| {
            let mut file = fs::File::open(path)?;
            while file.read(part)? > 0 {}
            std::hint::black_box(part);
            Ok(())
        },
    )
}

/// What has to be done to know that files have the bytes of those that were there before, and to make room for the
/// next ones.
fn read_and_take(inbox: &Path, taken: &Path) -> Result<()> {
    fs::create_dir(taken)?;
    let files = benches::files(inbox)?;
    let digests = files.par_iter().map_init(Vec::new, |bytes, path| -> Result<u128> {
        bytes.clear();
        fs::File::open(path)?.read_to_end(bytes)?;
        fs::rename(path, taken.join(path.file_name().unwrap_or_default()))?;
        Ok(XxHash3_128::oneshot(bytes))
    });
    std::hint::black_box(digests.collect::<Result<Vec<_>>>()?);
    Ok(())
}

/// Compares the cells of both matrices.
fn is_same(one: &Path, root: &Path) -> Result<()> {
    let (one, other) = (map(one)?, map(&root.join("matrix/windows.matrix"))?);
    let (one, other) = (Matrix::open(one.as_ref())?, Matrix::open(other.as_ref())?);
    assert_eq!(one.clients.len(), other.clients.len(), "the same clients");
    for (at, client) in one.clients.iter().enumerate() {
        assert_eq!(client.id, other.clients[at].id, "in the same order");
        // A site flags what was collected long ago besides.
        let mut cells = one.row(at).zip(other.row(at));
        let is_same = cells.all(|(one, other)| (one.verdict, one.reason) == (other.verdict, other.reason));
        assert!(is_same, "the cells of {} are the same", client.id);
    }
    Ok(())
}

/// How long it takes from the report of one client to its row while everybody is scanned.
fn expedited(root: &Path, index: &Index, settings: Settings) -> Result<Duration> {
    let fleet = Fleet::new(index.view()?, settings);
    let mut report = Vec::new();
    native::write(&fleet.client(EXPEDITED), &mut report)?;
    let file = root.join("report.xml");
    fs::write(&file, report)?;
    let site = open(root)?;
    std::thread::scope(|scope| {
        let scanning = scope.spawn(|| scan(root));
        // So that the scan is in the midst of it.
        std::thread::sleep(Duration::from_millis(100));
        let clients = [Fleet::id(EXPEDITED)];
        let file = Some(file.as_path());
        let request =
            expedite::Request { clients: &clients, file, any_collection: false, max: 1, most: MOST };
        // As in a process of its own.
        let pool = rayon::ThreadPoolBuilder::new().build().unwrap_or_else(|error| panic!("{error}"));
        let (expedited, taken) = timed(|| pool.install(|| site.expedite(&request, &Clock)))?;
        assert!(!scanning.is_finished(), "the scan was over before: try more clients");
        assert_eq!(expedited.evaluated.len(), 1, "it has a row");
        let Ok(scanned) = scanning.join() else { panic!("the scan panics") };
        scanned.map(|_| taken)
    })
}

/// Whoever runs the site has a clock, and nothing else.
struct Clock;

impl Host for Clock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
