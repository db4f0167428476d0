//! `patchstate evaluate`: an index and inventories in, one matrix out.

use std::path::PathBuf;
use std::time::Instant;

use patchstate::archive;
use patchstate::diagnostic::{Code, Diagnostics};
use patchstate::eval::plan::Plan;
use patchstate::eval::run::{self, ClientResults, Outcome, ResultsReceiver};
use patchstate::ingest;
use patchstate::model::verdict::Verdict;
use patchstate::report::grouped;
use patchstate::report::oval::{Form, Writer};
use patchstate::site::lists::{self, Named};

use crate::evaluation::{Intake, Rules, written};
use crate::exit::Exit;
use crate::files;

use crate::output::Output;
use crate::progress::Progress;
use crate::request::{self, FailOn};

/// Evaluates inventories against an index
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate evaluate site.idx inbox/ -o site.matrix

  Results of OVAL definitions and tests beside the verdicts:
      patchstate evaluate rhel8.idx host.sc.xml -o host.matrix --results host.tsv

  Package lists of two hosts as zypper compares them, from an archive:
      patchstate evaluate --profile suse site.idx hosts.tar.gz -o hosts.matrix")]
pub(crate) struct Args {
    /// The index that `patchstate compile` made
    #[arg(value_name = "INDEX")]
    index: PathBuf,
    #[command(flatten)]
    intake: Intake,
    /// The matrix; what stood there is replaced when everything went well
    #[arg(long, short, value_name = "MATRIX")]
    output: PathBuf,
    /// The id of inventories that give none, instead of the names of their files
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    #[command(flatten)]
    rules: Rules,
    /// Gives cells only to the updates that this list names: identities, bulletins or article numbers
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Flags the cells of the updates that this list names as ignored
    #[arg(long, value_name = "FILE")]
    ignore_q: Option<PathBuf>,
    /// How many threads work [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Evaluates only the I-th of N parts of the clients
    #[arg(long, value_name = "I/N", value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// Writes the results of OVAL definitions and tests of each client, too: lines (`.tsv`, `.jsonl`) or a
    /// document of OVAL (`.xml`)
    #[arg(long, value_name = "FILE", value_parser = results)]
    results: Option<Results>,
    /// Ends with code 4 when an inventory was unreadable, all its cells are Unknown, or its system is one
    /// that no product table names
    #[arg(long)]
    strict: bool,
    /// Ends with code 1 when such a cell was found
    #[arg(long, value_name = "WHAT")]
    fail_on: Option<FailOn>,
}

/// A file of results and its form.
#[derive(Clone, Debug)]
struct Results {
    path: PathBuf,
    form: Form,
}

fn results(text: &str) -> Result<Results, String> {
    let form = Form::of(text).ok_or_else(|| "must end in .tsv, .jsonl or .xml".to_owned())?;
    Ok(Results { path: text.into(), form })
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    let parts =
        text.split_once('/').and_then(|(part, parts)| Some((part.parse().ok()?, parts.parse().ok()?)));
    parts
        .filter(|(part, parts)| (1..=*parts).contains(part))
        .ok_or_else(|| "must be I/N with I from 1 to N".to_owned())
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let start = Instant::now();
    files::check(&args.output)?;
    args.results.iter().try_for_each(|results| files::check(&results.path))?;
    let index = files::index(&args.index)?;
    let view = index.view()?;
    let options = args.rules.options(output)?;
    let baseline = list(args.baseline.as_ref(), view, output)?;
    let ignored = list(args.ignore_q.as_ref(), view, output)?;
    let plan = Plan::new(view, &options, baseline.as_ref().map(|named| named.updates.as_slice()));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.map_or(0, usize::from)).build()?;
    let intake = pool.install(|| args.intake.scan(args.client.as_deref()))?;
    args.intake.warn_of_empty(&intake, output);
    let clients: Vec<&ingest::Client> = in_shard(intake.clients(), args.shard);
    let progress = Progress::clients(clients.len() as u64, output);
    let mut file = files::create(&args.output)?;
    let ignored = ignored.map(|named| named.updates).unwrap_or_default();
    let (options, done) = (written(&args.rules, &args.intake), |bytes| progress.step(bytes));
    let mut written = results_file(args, view)?;
    let mut push = written.as_mut().map(|writer| |results: ClientResults| writer.push(&results));
    let taken = push.as_mut().map(|push| push as &mut ResultsReceiver<'_>);
    let outcome = pool.install(|| {
        run::into_matrix_and_results(&plan, &intake, &clients, options, &ignored, &mut file, taken, &done)
    })?;
    progress.finish();
    output.failures(&outcome.errors);
    if outcome.evaluated == 0 {
        let why = match (intake.clients().is_empty(), clients.is_empty()) {
            (true, _) => "no inventory was found",
            (false, true) => "no client is in this part",
            (false, false) => "no inventory could be read",
        };
        output.failure(&format!("nothing was evaluated: {why}"));
        return Ok(Exit::Nothing);
    }
    file.finish()?;
    if let Some(writer) = written {
        writer.finish()?.finish()?;
    }
    say(args, plan.updates.len(), &outcome, start, output);
    exit(args, &outcome)
}

/// Begins the file of results, where one is wanted.
fn results_file(
    args: &Args,
    view: patchstate::index::View<'_>,
) -> anyhow::Result<Option<Writer<archive::output::Output>>> {
    let Some(results) = &args.results else { return Ok(None) };
    let now = jiff::tz::Offset::UTC.to_datetime(request::now(args.rules.now));
    let file = files::create(&results.path)?;
    Ok(Some(Writer::new(view, results.form, &now.to_string(), file)?))
}

fn list(
    path: Option<&PathBuf>,
    view: patchstate::index::View<'_>,
    output: &mut Output,
) -> anyhow::Result<Option<Named>> {
    let Some(path) = path else { return Ok(None) };
    let named = lists::read(path, view)?;
    for (line, entry) in &named.unmatched {
        output.warning(&format!("{}:{line}: `{entry}` names no update of the index", path.display()));
    }
    Ok(Some(named))
}

fn in_shard(clients: &[ingest::Client], shard: Option<(usize, usize)>) -> Vec<&ingest::Client> {
    let (part, parts) = shard.unwrap_or((1, 1));
    clients.iter().skip(part - 1).step_by(parts).collect()
}

/// The last lines: what was evaluated, how fast, and what was not and why.
fn say(args: &Args, updates: usize, outcome: &Outcome, start: Instant, output: &mut Output) {
    let unreadable = outcome.errors.len() as u64;
    let (clients, updates) = (outcome.evaluated + unreadable, updates as u64);
    let each: Vec<String> = [Verdict::Missing, Verdict::Installed, Verdict::NotApplicable, Verdict::Unknown]
        .into_iter()
        .map(|verdict| format!("{} {verdict}", grouped(outcome.totals[usize::from(verdict.code())])))
        .collect();
    output.message(&format!(
        "{} clients x {} updates = {} cells: {}",
        grouped(clients),
        grouped(updates),
        grouped(clients * updates),
        each.join(", ")
    ));
    let seconds = start.elapsed().as_secs_f64();
    let speed = outcome.bytes as f64 / 1e6 / seconds;
    output.message(&format!(
        "{}: from {} bytes and {} facts in {seconds:.2} s ({speed:.0} MB/s)",
        args.output.display(),
        grouped(outcome.bytes),
        grouped(outcome.facts)
    ));
    if unreadable > 0 {
        output.warning(&format!("{unreadable} inventories could not be read; their cells are Unknown"));
    }
    if outcome.all_unknown > 0 {
        let unknown = outcome.all_unknown;
        output.warning(&format!("of {unknown} clients nothing is known that any update asks for"));
    }
    disagreements(&outcome.diagnostics, output);
    findings(&outcome.diagnostics, output);
}

/// Names the first cells that another scanner does not agree with.
fn disagreements(found: &Diagnostics, output: &mut Output) {
    const NAMED: usize = 10;
    let of_cells = found.kept().iter().filter(|finding| finding.code == Code::ImportDisagrees);
    of_cells.take(NAMED).for_each(|finding| output.message(&finding.to_string()));
    let more = found.of(Code::ImportDisagrees).saturating_sub(NAMED as u64);
    if more > 0 {
        output.message(&format!("and {} more", grouped(more)));
    }
}

/// Says how often what was found in the inventories.
pub(super) fn findings(found: &Diagnostics, output: &mut Output) {
    for (code, count) in found.counts() {
        output.message(&format!("{}: {code} x {} ({})", code.severity(), grouped(count), code.description()));
    }
}

fn exit(args: &Args, outcome: &Outcome) -> anyhow::Result<Exit> {
    let no_product = outcome.diagnostics.of(Code::ClientNoProduct) > 0;
    if args.strict && (!outcome.errors.is_empty() || outcome.all_unknown > 0 || no_product) {
        return Ok(Exit::Partial);
    }
    match args.fail_on {
        None => Ok(Exit::Done),
        // As it was written, because that is what lists are made of.
        Some(threshold) => {
            let bytes = files::open(&args.output)?;
            let met = threshold.is_met(&files::matrix(&args.output, &bytes)?);
            Ok(if met { Exit::Findings } else { Exit::Done })
        }
    }
}
