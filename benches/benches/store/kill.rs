//! A process that writes batches is killed at any moment; what it left is opened and held against what it
//! said was committed.
//!
//! A killed process loses nothing that the system already has: this shows what is torn or half done, not
//! what a loss of power leaves.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::record::{Record, next};
use crate::{CONTENDERS, Contender, Failure};

/// Records of a batch.
pub(crate) const BATCH: u64 = 100;

/// Clients of a store that is killed.
const CLIENTS: u64 = 2000;

/// The longest that a process lives after its first commit.
const LONGEST: u64 = 30_000;

/// What the process that is killed does: writes batches, and says which are committed.
pub(crate) struct Task {
    contender: &'static Contender,
    folder: PathBuf,
    /// The first batch, and the last.
    from: u64,
    until: u64,
}

impl Task {
    /// The task, if this is that process.
    pub(crate) fn of_arguments() -> Option<Task> {
        let mut arguments = std::env::args_os().skip(1);
        arguments.next().filter(|first| first == "write-batches")?;
        let name = arguments.next()?;
        let contender = CONTENDERS.iter().find(|contender| name == contender.name)?;
        let folder = arguments.next()?.into();
        let mut number = || arguments.next()?.to_str()?.parse().ok();
        Some(Task { contender, folder, from: number()?, until: number()? })
    }

    #[allow(clippy::print_stdout, reason = "the process that kills this one reads it")]
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut store = (self.contender.open)(&self.folder)?;
        for number in self.from..=self.until {
            store.put(&batch(number))?;
            println!("{number}");
            std::io::stdout().flush()?;
        }
        Ok(())
    }

    fn command(&self) -> Result<Command, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        let (from, until) = (self.from.to_string(), self.until.to_string());
        let folder = self.folder.clone().into_os_string();
        command.args([OsString::from("write-batches"), self.contender.name.into(), folder]);
        command.args([from, until]).stdout(Stdio::piped());
        Ok(command)
    }
}

/// The records of a batch, each with its number as their change. The first batch has all clients.
fn batch(number: u64) -> Vec<Record> {
    let count = if number == 1 { CLIENTS } else { BATCH };
    let client = |nth: u64| if number == 1 { nth } else { (number * 37 + nth * 13) % CLIENTS };
    (0..count).map(|nth| Record::of(client(nth), number)).collect()
}

/// What a store must hold after so many batches: the last change of each client.
fn expected(batches: u64) -> BTreeMap<Vec<u8>, u64> {
    let records = (1..=batches).flat_map(batch);
    records.map(|record| (record.name().to_vec(), record.change())).collect()
}

/// How a store stood what was done to it.
#[derive(Default)]
struct Tally {
    opened: u64,
    /// How often all that was said to be committed was there.
    committed: u64,
    torn: u64,
    /// How often a part of a batch was there.
    parts: u64,
    /// Batches that are certainly there.
    batches: u64,
}

/// Kills writers of a store again and again; gives a row of the table.
pub(crate) fn survived(contender: &'static Contender, kills: usize) -> Result<String, Failure> {
    let (one, other) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let tally = tortured(contender, one.path(), kills, 1)?;
    let again = tortured(contender, other.path(), kills / 5, 2)?;
    // Both go on to the same batch in peace.
    let until = tally.batches.max(again.batches) + 1;
    for (folder, tally) in [(&one, &tally), (&other, &again)] {
        let (folder, from) = (folder.path().to_owned(), tally.batches + 1);
        let ended = Task { contender, folder, from, until }.command()?.output()?;
        assert!(ended.status.success(), "{}: {}", contender.name, String::from_utf8_lossy(&ended.stderr));
    }
    let equal = contents(one.path())? == contents(other.path())?;
    Ok(format!(
        "| {} | {} of {kills} | {} of {kills} | {} | {} | {} |",
        contender.name,
        tally.opened,
        tally.committed,
        tally.torn,
        if contender.has_batches {
            tally.parts.to_string()
        } else {
            format!("{} (has no batches)", tally.parts)
        },
        if equal { "yes" } else { "no" },
    ))
}

fn tortured(contender: &'static Contender, folder: &Path, kills: usize, seed: u64) -> Result<Tally, Failure> {
    let (mut tally, mut chance) = (Tally::default(), seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    for _ in 0..kills {
        let task = Task { contender, folder: folder.to_owned(), from: tally.batches + 1, until: u64::MAX };
        chance = next(chance);
        let said = killed(&task, Duration::from_micros(chance % LONGEST))?.unwrap_or(tally.batches);
        let Ok(found) = (contender.open)(folder).and_then(|mut store| store.all()) else { continue };
        tally.opened += 1;
        tally.torn += found.iter().filter(|record| !record.is_whole()).count() as u64;
        let found: BTreeMap<_, _> =
            found.iter().map(|record| (record.name().to_vec(), record.change())).collect();
        // A batch may be committed whose number was not said any more.
        let reached = found.values().copied().max().unwrap_or(0).max(said);
        let (is_said, is_reached) = (found == expected(said), found == expected(reached));
        let least = expected(said);
        let all_there =
            least.iter().all(|(name, change)| found.get(name).is_some_and(|there| there >= change));
        tally.committed += u64::from(all_there && reached <= said + 1);
        tally.parts += u64::from(!is_said && !is_reached);
        tally.batches = if is_reached { reached } else { said };
    }
    Ok(tally)
}

/// Lets a process write until some time after its first commit, and kills it; gives the last batch that it
/// said was committed.
fn killed(task: &Task, lives: Duration) -> Result<Option<u64>, Failure> {
    let mut child = task.command()?.spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("the process says nothing")?).lines();
    let first = lines.next().transpose()?;
    thread::sleep(lives);
    child.kill()?;
    child.wait()?;
    let mut last = first;
    for line in lines {
        last = Some(line?);
    }
    Ok(last.and_then(|line| line.parse().ok()))
}

/// All files of a folder, by name.
fn contents(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>, Failure> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder)?.to_owned(), fs::read(&path)?);
            }
        }
    }
    Ok(found)
}
