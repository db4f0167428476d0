//! What would hold the state of a site's clients: a table rewritten whole, a file a client, redb, SQLite.
//!
//! SQLite is among them with the feature `sqlite`. `STORE_CLIENTS` changes how many clients there are, `STORE_KILLS` how often a writing process is killed,
//! `STORE_ONLY` takes the stores whose names contain it.

mod database;
mod files;
mod kill;
mod record;
#[cfg(feature = "sqlite")]
mod sqlite;
mod table;

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use benches::{say, setting};

use record::Record;

/// Why a store failed.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// What holds one record for each client.
pub(crate) trait Store {
    /// Puts records in the place of those of the same clients; they are on the disk when it returns.
    fn put(&mut self, batch: &[Record]) -> Result<(), Failure>;

    /// All records, in the order of clients.
    fn all(&mut self) -> Result<Vec<Record>, Failure>;
}

/// A store of this bench.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) open: fn(&Path) -> Result<Box<dyn Store>, Failure>,
    /// Whether a batch is in it wholly or not at all.
    pub(crate) has_batches: bool,
}

/// The stores that are compared.
pub(crate) const CONTENDERS: &[Contender] = &[
    Contender { name: "table", open: table::open, has_batches: true },
    Contender { name: "files", open: files::open, has_batches: false },
    Contender { name: "redb", open: database::open, has_batches: true },
    #[cfg(feature = "sqlite")]
    Contender { name: "sqlite", open: sqlite::open, has_batches: true },
];

/// Records of a batch of the first load, and of the larger update.
const BATCH: usize = 1000;

fn main() -> Result<(), Failure> {
    if let Some(task) = kill::Task::of_arguments() {
        return task.run();
    }
    let only = std::env::var("STORE_ONLY").unwrap_or_default();
    let chosen: Vec<_> = CONTENDERS.iter().filter(|contender| contender.name.contains(&only)).collect();
    let clients = setting("STORE_CLIENTS", 100_000);
    say(&format!("store: {clients} clients of {} bytes", Record::of(0, 0).bytes().len()));
    say("| store | first load, batches of 1,000 | one record | 1,000 records | open, read all | bytes |");
    say("|---|---|---|---|---|---|");
    for contender in &chosen {
        say(&measured(contender, clients as u64)?);
    }
    let kills = setting("STORE_KILLS", 200);
    say(&format!("{kills} kills while batches of {} records were written", kill::BATCH));
    say(
        "| store | opened | committed batches there | torn records | parts of a batch | files equal after other kills |",
    );
    say("|---|---|---|---|---|---|");
    for contender in &chosen {
        say(&kill::survived(contender, kills)?);
    }
    Ok(())
}

/// Times the operations of a store; gives a row of the table.
fn measured(contender: &Contender, clients: u64) -> Result<String, Failure> {
    let folder = tempfile::tempdir()?;
    let mut store = (contender.open)(folder.path())?;
    let records: Vec<_> = (0..clients).map(|client| Record::of(client, 0)).collect();
    let start = Instant::now();
    for batch in records.chunks(BATCH) {
        store.put(batch)?;
    }
    let load = start.elapsed();
    let spread = |nth: u64| nth * 7919 % clients;
    let one = median(21, |round| store.put(&[Record::of(spread(round), 1 + round)]))?;
    let many = median(9, |round| {
        let batch: Vec<_> = (0..BATCH as u64).map(|nth| Record::of(spread(nth), 100 + round)).collect();
        store.put(&batch)
    })?;
    drop(store);
    let read = median(5, |_| {
        let all = (contender.open)(folder.path())?.all()?;
        assert!(all.len() as u64 == clients && all.iter().all(Record::is_whole), "{}", contender.name);
        Ok(())
    })?;
    let bytes = size(folder.path())?;
    let milliseconds = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
    Ok(format!(
        "| {} | {:.2} s | {} | {} | {} | {:.1} MB |",
        contender.name,
        load.as_secs_f64(),
        milliseconds(one),
        milliseconds(many),
        milliseconds(read),
        bytes as f64 / 1e6,
    ))
}

/// The median time of something that is done some times, each with the number of its round.
fn median(rounds: u64, mut work: impl FnMut(u64) -> Result<(), Failure>) -> Result<Duration, Failure> {
    let mut times = Vec::new();
    for round in 0..rounds {
        let start = Instant::now();
        work(round)?;
        times.push(start.elapsed());
    }
    Ok(benches::median(times))
}

/// Bytes that a folder takes on the disk.
fn size(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        bytes += occupied(&about) + if about.is_dir() { size(&entry.path())? } else { 0 };
    }
    Ok(bytes)
}

#[cfg(unix)]
fn occupied(about: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::blocks(about) * 512
}

#[cfg(not(unix))]
fn occupied(about: &fs::Metadata) -> u64 {
    about.len()
}

/// Sends the names in a folder to the disk.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}
