//! `patchstate site scan`: takes what clients sent and brings the matrices up to date.

use std::num::NonZeroUsize;
use std::time::Instant;

use jiff::Timestamp;
use patchstate::model::verdict::Verdict;
use patchstate::report::grouped;
use patchstate::site::Site;
use patchstate::site::scan::{Request, Scanned};

use super::Place;
use crate::exit::Exit;
use crate::host::{Log, Machine};
use crate::matrices::{OfSite, each_of};
use crate::output::Output;
use crate::request::{FailOn, time};

/// Takes what clients sent, and evaluates what changed
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate site scan --site /srv/site

  Everybody again, whether or not anything changed:
      patchstate site scan --all")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// Evaluates the clients of this collection only
    #[arg(long, value_name = "ID")]
    collection: Option<String>,
    /// Evaluates clients of which nothing has changed, too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    limits: Limits,
    /// Ends with code 1 when the site has such a cell
    #[arg(long, value_name = "WHAT")]
    fail_on: Option<FailOn>,
    /// How many threads [default: as many as there are processors]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// The time from which ages are counted [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Timestamp>,
}

/// How large a report may be.
#[derive(Debug, clap::Args)]
pub(crate) struct Limits {
    /// The greatest report that is taken, in MiB
    #[arg(long, value_name = "N", default_value_t = 64)]
    max_report_mib: u64,
}

impl Limits {
    /// The greatest report, in bytes.
    pub(crate) fn most(&self) -> u64 {
        self.max_report_mib.saturating_mul(1 << 20)
    }
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let site = args.place.open(output)?;
    let machine = Machine::new(args.now, Log::Warnings, output);
    let request = Request { collection: args.collection.as_deref(), all: args.all, most: args.limits.most() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.map_or(0, usize::from)).build()?;
    let scanned = pool.install(|| site.scan(&request, &machine))?;
    say(&scanned, start, output);
    let met = args.fail_on.is_some_and(|_| scanned.has_index) && is_met(&site, args, output)?;
    Ok(if met || scanned.intake.quarantined > 0 { Exit::Findings } else { Exit::Done })
}

/// Whether a matrix of the site has a cell that is to make the program end with code 1.
fn is_met(site: &Site, args: &Args, output: &mut Output) -> anyhow::Result<bool> {
    let of = OfSite { site: None, collection: args.collection.clone(), feed: Vec::new() };
    let mut met = false;
    each_of(site, &of, args.now, output, |matrix, _, _| {
        met |= args.fail_on.is_some_and(|threshold| threshold.is_met(matrix));
        Ok(())
    })?;
    Ok(met)
}

/// Says how it went.
fn say(scanned: &Scanned, start: Instant, output: &mut Output) {
    let intake = &scanned.intake;
    let counts = [
        ("loaded", intake.loaded),
        ("skipped", intake.skipped),
        ("in quarantine", intake.quarantined),
        ("tried again", intake.requeued),
        ("given back", intake.given_back),
    ];
    let counts = counts.iter().filter(|(name, count)| *count > 0 || *name == "loaded");
    let counts: Vec<_> = counts.map(|(name, count)| format!("{} {name}", grouped(*count))).collect();
    output.message(&format!("reports: {}", counts.join(", ")));
    for feed in &scanned.feeds {
        let count =
            |verdict: Verdict| format!("{} {verdict}", grouped(feed.totals[usize::from(verdict.code())]));
        let totals =
            [Verdict::Missing, Verdict::Installed, Verdict::NotApplicable, Verdict::Unknown].map(count);
        let (rows, evaluated) = (grouped(feed.rows), grouped(feed.evaluated));
        output.message(&format!(
            "{}: {rows} clients, {evaluated} evaluated now: {}",
            feed.feed,
            totals.join(", ")
        ));
    }
    let clients = grouped(scanned.clients);
    output.message(&format!("{clients} clients are kept; {:.2} s", start.elapsed().as_secs_f64()));
    if !scanned.has_index {
        output.warning("there is no index yet, so nothing was evaluated; `patchstate site sync` makes one");
    }
    if intake.quarantined > 0 {
        output.warning("`patchstate site bad list` says why reports are in quarantine");
    }
}
