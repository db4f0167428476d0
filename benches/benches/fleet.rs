//! The `fleet` workload: generated inventories in, matrix out, beside the loops that no reader avoids.
//!
//! `FLEET_UPDATES`, `FLEET_CLIENTS`, `FLEET_DEVIATION` and `FLEET_PAIRS` change the size.

use std::cell::RefCell;
use std::path::Path;
use std::time::{Duration, Instant};

use benches::{Paired, files, loops, rates, say, setting, site};
use criterion::Criterion;
use patchstate::archive::output::Output;
use patchstate::error::Result;
use patchstate::eval::batch::Worker;
use patchstate::eval::plan::Plan;
use patchstate::eval::run;
use patchstate::generate::fleet::{Fleet, Settings};
use patchstate::ingest::{self, Intake};
use patchstate::model::fact::Kinds;
use patchstate::model::options::Options;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (updates, clients) = (setting("FLEET_UPDATES", 20_000), setting("FLEET_CLIENTS", 2_000));
    let deviation = u32::try_from(setting("FLEET_DEVIATION", 2)).unwrap_or(2);
    let settings = Settings { deviation, ..Settings::default() };
    let index = site::index(&site::catalog(folder.path(), updates)?)?;
    let inbox = folder.path().join("inbox");
    std::fs::create_dir(&inbox)?;
    let bytes = site::fleet(&index, &inbox, clients, settings)?;
    say(&format!(
        "fleet: {updates} updates, {clients} clients, deviation {deviation} %, {} MB",
        bytes / 1_000_000
    ));

    let options = Options::default();
    let plan = Plan::new(index.view()?, &options, None);
    let inputs = files(&inbox)?;
    let pairs = setting("FLEET_PAIRS", 9);
    let phases = RefCell::new([Phases::default(); 3]);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let result = pool.map(|pool| pool.install(|| end_to_end(&plan, &inbox, folder.path())));
        let Ok(Ok(taken)) = result else { panic!("the run fails") };
        phases.borrow_mut()[threads] = taken;
    };
    let cells = (clients * plan.updates.len()) as u64;

    let paired = Paired::run(pairs, || run(1), || _ = loops::attributes(&inputs));
    rates("end to end, one thread", paired.a(), bytes, clients as u64, cells);
    rates("loop L (events and attributes)", paired.b(), bytes, clients as u64, cells);
    say(&format!("ratio to loop L: {:.2}", paired.ratio()));
    let paired = Paired::run(pairs, || run(1), || _ = loops::events(&inputs));
    rates("loop of events alone", paired.b(), bytes, clients as u64, cells);
    say(&format!("ratio to events alone: {:.2}", paired.ratio()));
    let paired = Paired::run(pairs, || run(1), || run(2));
    say(&format!("two threads against one: {:.2} times", paired.ratio()));
    [1, 2].into_iter().for_each(|threads| say_phases(threads, phases.borrow()[threads]));

    let fleet = Fleet::new(index.view()?, settings);
    evaluation(&plan, &fleet, "evaluation/complete", None);
    evaluation(&plan, &fleet, "evaluation/incomplete", Some(Kinds::NONE));
    Ok(())
}

/// What the steps of a run take: finding the clients, evaluating them into a matrix, putting it in place.
#[derive(Clone, Copy, Default)]
struct Phases([Duration; 3]);

/// From the folder to the matrix file.
fn end_to_end(plan: &Plan<'_>, inbox: &Path, folder: &Path) -> Result<Phases> {
    let start = Instant::now();
    let intake = Intake::scan(&[inbox.into()], ingest::Settings::default())?;
    let scanned = Instant::now();
    let clients: Vec<_> = intake.clients().iter().collect();
    let mut out = Output::create(&folder.join("fleet.matrix"))?;
    run::into_matrix(plan, &intake, &clients, String::new(), &[], &mut out, &|_| {})?;
    let evaluated = Instant::now();
    out.finish()?;
    Ok(Phases([scanned - start, evaluated - scanned, evaluated.elapsed()]))
}

/// Prints the steps of the last run of a number of threads.
fn say_phases(threads: usize, Phases([scan, evaluate, write]): Phases) {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let (scan, evaluate, write) = (ms(scan), ms(evaluate), ms(write));
    say(&format!(
        "  {threads} threads: scan {scan:.1} ms, evaluate {evaluate:.1} ms, put in place {write:.1} ms"
    ));
}

/// Evaluation alone: the facts are in their slots when the clock starts.
fn evaluation(plan: &Plan<'_>, fleet: &Fleet, name: &str, complete: Option<Kinds>) {
    let mut criterion = Criterion::default().sample_size(20);
    let inventories: Vec<_> = (0..60)
        .map(|number| {
            let mut inventory = fleet.client(number);
            inventory.header.complete = complete.unwrap_or(inventory.header.complete);
            inventory
        })
        .collect();
    let mut workers: Vec<_> = inventories
        .iter()
        .map(|inventory| {
            let mut worker = Worker::new(plan);
            worker.begin();
            worker.slots.take(inventory);
            worker.slots.finish();
            worker
        })
        .collect();
    let mut at = 0;
    criterion.bench_function(name, |bencher| {
        bencher.iter(|| {
            at = (at + 1) % workers.len();
            workers[at].evaluate_slots()
        });
    });
}
