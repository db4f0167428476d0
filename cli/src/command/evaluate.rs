//! `patchstate evaluate`: an index and inventories in, a matrix out.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use indicatif::HumanBytes;
use patchstate::eval::plan::Plan;
use patchstate::eval::run::{self, Outcome};
use patchstate::ingest::Intake;
use patchstate::matrix;
use patchstate::matrix::row::{Row, totals};
use patchstate::matrix::tables::{Client, Run, Update};
use patchstate::model::flag::Flags;
use patchstate::model::update::Urgency;
use patchstate::model::verdict::Verdict;
use patchstate::report::grouped;

use crate::evaluation::Evaluation;
use crate::exit::Exit;
use crate::inventories::{self, Reading};
use crate::output::Output;
use crate::{files, lists, progress};

/// Evaluates inventories against an index: which update is missing on which client
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate evaluate site.idx inventories/ -o fleet.matrix

  Fail a build where a critical update is missing on a golden image:
      patchstate evaluate site.idx image.xml -o image.matrix --fail-on critical --strict")]
pub(crate) struct Args {
    /// The index
    #[arg(value_name = "INDEX")]
    index: PathBuf,
    #[command(flatten)]
    reading: Reading,
    /// The matrix; what stood there is replaced when everything went well
    #[arg(long, short, value_name = "MATRIX")]
    output: PathBuf,
    #[command(flatten)]
    evaluation: Evaluation,
    /// Gives cells only to the updates that this list names (identities, bulletins, articles)
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Hides the updates with these article numbers from lists, with the flag `ignored`
    #[arg(long, value_name = "FILE")]
    ignore_q: Option<PathBuf>,
    /// How many threads evaluate [default: as many as the machine has]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Evaluates only part I of N of the clients; all parts together are all clients
    #[arg(long, value_name = "I/N", value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// Ends with code 4 where an inventory was unreadable or all its cells are Unknown
    #[arg(long)]
    strict: bool,
    /// Ends with code 1 where a listed cell is Missing and critical, or Missing, or also Unknown
    #[arg(long, value_name = "WHAT")]
    fail_on: Option<Threshold>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Threshold {
    Missing,
    Critical,
    Unknown,
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
    match parts {
        Some((number, of)) if (1..=of).contains(&number) => Ok((number, of)),
        _ => Err("a part is written I/N, I from 1 to N".to_owned()),
    }
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.map_or(0, usize::from)).build()?;
    pool.install(|| evaluate(args, output))
}

fn evaluate(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let index = files::index(&args.index)?;
    let options = args.evaluation.options();
    let mut plan = Plan::new(index.view()?, &options, None);
    if let Some(path) = &args.baseline {
        let places = lists::updates(path, &run::update_table(&plan), output)?;
        let numbers: Vec<u32> = places.into_iter().map(|place| plan.updates[place]).collect();
        plan = Plan::new(index.view()?, &options, Some(&numbers));
    }
    let mut updates = run::update_table(&plan);
    if let Some(path) = &args.ignore_q {
        for place in lists::articles(path, &updates, output)? {
            updates[place].flags |= Flags::IGNORED;
        }
    }
    let intake = scan(args, output)?;
    let bar = progress::clients(output.talk(), intake.clients().len());
    let read = AtomicU64::new(0);
    let outcome = run::evaluate(&plan, &intake, &|bytes| {
        let read = read.fetch_add(bytes, Ordering::Relaxed) + bytes;
        bar.inc(1);
        if !bar.is_hidden() {
            bar.set_message(HumanBytes(read).to_string());
        }
    });
    bar.finish_and_clear();
    inventories::report(&outcome.errors, &outcome.diagnostics, output);
    if outcome.rows.len() == outcome.errors.len() {
        output.warning("nothing was evaluated: no inventory could be read; no matrix was written");
        return Ok(Exit::NothingEvaluated);
    }
    let run = run::run_table(&plan, words(args));
    write(args, &run, &updates, &outcome)?;
    summary(&updates, &outcome, start.elapsed(), output);
    exit(args, &updates, &outcome, output)
}

/// Looks at the inputs and keeps the part of the clients that was asked for.
fn scan(args: &Args, output: &Output) -> anyhow::Result<Intake> {
    let spinner = progress::spinner(output.talk(), "looking for inventories");
    let intake = args.reading.manner.scan(&args.reading.paths);
    spinner.finish_and_clear();
    let mut intake = intake?;
    if let Some((number, parts)) = args.shard {
        intake.keep_part(number, parts);
    }
    Ok(intake)
}

/// The options that change answers, as they would be written on a command line.
fn words(args: &Args) -> String {
    let mut words = args.evaluation.words();
    words.extend(args.reading.manner.words());
    words.extend(args.baseline.as_ref().map(|_| "--baseline".to_owned()));
    words.extend(args.ignore_q.as_ref().map(|_| "--ignore-q".to_owned()));
    words.join(" ")
}

fn write(args: &Args, run: &Run, updates: &[Update], outcome: &Outcome) -> anyhow::Result<()> {
    let mut file = files::create(&args.output)?;
    matrix::write(run, updates, &outcome.rows, &mut file)?;
    file.flush()?;
    Ok(file.finish()?)
}

/// Says what was evaluated, in the last lines.
fn summary(updates: &[Update], outcome: &Outcome, time: Duration, output: &mut Output) {
    let mut sums = [0u64; 4];
    for (_, row) in &outcome.rows {
        let counts = totals(row.verdicts(), updates.len());
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    let words: Vec<String> =
        Verdict::ALL.iter().zip(sums).map(|(verdict, sum)| format!("{} {verdict}", grouped(sum))).collect();
    let [clients, unreadable, columns] =
        [outcome.rows.len(), outcome.errors.len(), updates.len()].map(|count| grouped(count as u64));
    let cells = grouped(sums.iter().sum());
    output.message(&format!("{clients} clients ({unreadable} unreadable), {columns} updates, {cells} cells"));
    output.message(&words.join(", "));
    let seconds = time.as_secs_f64();
    let speed = outcome.bytes as f64 / 1e6 / seconds.max(1e-6);
    output.message(&format!(
        "{} bytes of inventories, {} facts, {seconds:.2} s, {speed:.0} MB/s",
        grouped(outcome.bytes),
        grouped(outcome.facts)
    ));
}

/// How the run ends; says so where it is not well.
fn exit(args: &Args, updates: &[Update], outcome: &Outcome, output: &mut Output) -> anyhow::Result<Exit> {
    let all_unknown = |(_, row): &&(Client, Row)| {
        let unknown = totals(row.verdicts(), updates.len())[usize::from(Verdict::Unknown.code())];
        !updates.is_empty() && unknown == updates.len() as u64
    };
    let undecided = outcome.rows.iter().filter(all_unknown).count();
    if undecided > 0 {
        let share = patchstate::report::share(undecided as u64, outcome.rows.len() as u64);
        output.warning(&format!("clients of which every cell is Unknown: {share}"));
    }
    if let Some(threshold) = args.fail_on
        && fails(threshold, &args.output)?
    {
        return Ok(Exit::Findings);
    }
    Ok(if args.strict && undecided > 0 { Exit::Incomplete } else { Exit::Done })
}

/// Whether a cell that lists show is at or above a threshold: Unknown, Missing, Missing and critical.
///
/// Looks into the matrix as it was written, because that is what lists are made of.
fn fails(threshold: Threshold, path: &Path) -> anyhow::Result<bool> {
    let bytes = files::open(path)?;
    let matrix = files::matrix(path, &bytes)?;
    let counts = |update: &Update, verdict: Verdict| match verdict {
        Verdict::Missing => threshold != Threshold::Critical || update.urgency == Some(Urgency::Critical),
        Verdict::Unknown => threshold == Threshold::Unknown,
        Verdict::NotApplicable | Verdict::Installed => false,
    };
    Ok((0..matrix.clients.len()).any(|client| {
        matrix
            .updates
            .iter()
            .zip(matrix.row(client))
            .any(|(update, cell)| !(update.flags | cell.flags).is_hidden() && counts(update, cell.verdict))
    }))
}
