//! The `wsus` workload: a generated publication of Windows updates in the layout of the real one.
//!
//! Compiling beside a bare pass over the cabinet, which expands everything and reads nothing; then
//! generated clients, whose cells are compared with those of the reference evaluator before the times, end
//! to end beside loop L. `WSUS_UPDATES`, `WSUS_SHARDS`, `WSUS_CLIENTS` and `WSUS_ROUNDS` change the size.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use benches::{Paired, files, loops, rates, say, setting, site};
use patchstate::archive::map::Bytes;
use patchstate::container;
use patchstate::error::Result;
use patchstate::eval::batch::Worker;
use patchstate::eval::plan::Plan;
use patchstate::eval::reference::Evaluator;
use patchstate::generate::fleet::{Fleet, Settings};
use patchstate::generate::publication;
use patchstate::index::Index;
use patchstate::matrix::row;
use patchstate::model::options::{Options, Supersedence};

/// How many clients are compared with the reference.
const COMPARED: usize = 5;

fn main() -> Result<()> {
    let updates = setting("WSUS_UPDATES", 20_000);
    let settings = publication::Settings {
        updates,
        shards: setting("WSUS_SHARDS", updates.div_ceil(1850)),
        ..publication::Settings::default()
    };
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("updates.cab");
    publication::write(&settings, BufWriter::new(File::create(&path)?))?.flush()?;
    let rounds = setting("WSUS_ROUNDS", 5);
    let index = Index::open(Bytes::copy(&compiling(&path, rounds)?))?;
    evaluation(&index, setting("WSUS_CLIENTS", 200), rounds)
}

/// Compiles the cabinet beside a bare pass over it; gives the index.
fn compiling(path: &Path, rounds: usize) -> Result<Vec<u8>> {
    let stored = std::fs::metadata(path)?.len();
    let expanded = pass(path)?;
    let index = site::compile(site::read(path)?)?;
    let size = Cell::new(0);
    let compile = || {
        let compiled = site::read(path).and_then(site::compile);
        size.set(compiled.map_or(0, |bytes| bytes.len()));
    };
    let paired = Paired::run(rounds, compile, || {
        assert_eq!(pass(path).ok(), Some(expanded), "the pass is the same");
    });
    assert_eq!(size.get(), index.len(), "the index is the same");
    let speed = |time: Duration| expanded as f64 / 1e6 / time.as_secs_f64();
    say(&format!(
        "wsus: {:.1} MB, expanded {:.1} MB, index {:.1} MB",
        stored as f64 / 1e6,
        expanded as f64 / 1e6,
        index.len() as f64 / 1e6
    ));
    for (name, time) in [("compile", paired.a()), ("bare pass", paired.b())] {
        say(&format!("{name}: {:.2} s, {:.0} MB/s expanded", time.as_secs_f64(), speed(time)));
    }
    say(&format!("compile to bare pass: {:.2}", paired.ratio()));
    Ok(index)
}

/// Expands all of a cabinet; gives the bytes.
fn pass(path: &Path) -> Result<u64> {
    let mut bytes = 0;
    container::walk(container::open(path)?, &mut |_, member| {
        bytes += io::copy(member, &mut io::sink())?;
        Ok(())
    })?;
    Ok(bytes)
}

fn evaluation(index: &Index, clients: usize, rounds: usize) -> Result<()> {
    let options = Options { supersedence: Supersedence::Off, ..Options::default() };
    let plan = Plan::new(index.view()?, &options, None);
    compare(index, &plan, &options)?;
    let folder = tempfile::tempdir()?;
    let bytes = site::fleet(index, folder.path(), clients, Settings::default())?;
    let Ok(one) = rayon::ThreadPoolBuilder::new().num_threads(1).build() else { return Ok(()) };
    let inputs = files(folder.path())?;
    let run = || one.install(|| site::end_to_end(&plan, folder.path()));
    let paired = Paired::run(rounds, run, || _ = loops::attributes(&inputs));
    let cells = (clients * plan.updates.len()) as u64;
    say(&format!("{} bytes a client", bytes / clients.max(1) as u64));
    rates("end to end, one thread", paired.a(), bytes, clients as u64, cells);
    rates("loop L (events and attributes)", paired.b(), bytes, clients as u64, cells);
    say(&format!("ratio to loop L: {:.2}", paired.ratio()));
    Ok(())
}

/// Holds that the reference gives the same verdicts.
fn compare(index: &Index, plan: &Plan<'_>, options: &Options) -> Result<()> {
    let catalogs = index.view()?.restore()?;
    let fleet = Fleet::new(index.view()?, Settings::default());
    let mut counts = [0u64; 4];
    for number in 0..COMPARED {
        let inventory = fleet.client(number);
        let mut worker = Worker::new(plan);
        worker.begin();
        worker.slots.take(&inventory);
        let row = worker.finish();
        let reference = Evaluator::new(&catalogs, options, &inventory).evaluate();
        for (place, update) in plan.updates.iter().enumerate() {
            let verdict = row::get(row.verdicts(), place);
            assert_eq!(verdict, reference[*update as usize].verdict, "client {number}: update {update}");
            counts[usize::from(verdict.code())] += 1;
        }
    }
    let [unknown, not_applicable, missing, installed] = counts;
    say(&format!(
        "{COMPARED} clients as the reference has them: {installed} installed, {missing} missing, \
         {not_applicable} not applicable, {unknown} unknown"
    ));
    Ok(())
}
