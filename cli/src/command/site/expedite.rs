//! `patchstate site expedite`: a few clients ahead of all others.

use std::path::PathBuf;

use jiff::Timestamp;
use patchstate::report::{self, Columns, Options};
use patchstate::site::Site;
use patchstate::site::expedite::Request;

use super::Place;
use super::scan::Limits;
use crate::exit::Exit;
use crate::host::{Log, Machine};
use crate::matrices::{OfSite, each_of};
use crate::output::Output;
use crate::request::{Format, time};

/// Takes and evaluates a few clients at once, ahead of all others, and prints their reports
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate site expedite TEST01

  A report that was brought by hand:
      patchstate site expedite TEST01 --file TEST01.xml --site /srv/site")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// The clients
    #[arg(value_name = "CLIENT", required = true)]
    clients: Vec<String>,
    /// Takes this report in place of those that wait
    #[arg(long, value_name = "INVENTORY")]
    file: Option<PathBuf>,
    /// The most clients of one call
    #[arg(long, value_name = "N", default_value_t = 16)]
    max: usize,
    #[command(flatten)]
    limits: Limits,
    /// The form of the reports
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
    /// The time from which ages are counted [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Timestamp>,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let site = args.place.open(output)?;
    let machine = Machine::new(args.now, Log::Warnings, output);
    let request = Request {
        clients: &args.clients,
        file: args.file.as_deref(),
        any_collection: args.place.allow_production_expedited,
        max: args.max,
        most: args.limits.most(),
    };
    let expedited = site.expedite(&request, &machine)?;
    for client in &expedited.unknown {
        output.warning(&format!("`{client}`: no inventory is kept and none waits"));
    }
    for client in &expedited.evaluated {
        report(&site, client, args, output)?;
    }
    if expedited.evaluated.is_empty() {
        output.failure("nothing was evaluated");
        return Ok(Exit::Nothing);
    }
    Ok(if expedited.intake.quarantined > 0 { Exit::Findings } else { Exit::Done })
}

/// Prints what a client needs, of each feed that has a row of it.
fn report(site: &Site, client: &str, args: &Args, output: &mut Output) -> anyhow::Result<()> {
    let Some(report) = report::find("client") else { anyhow::bail!("no report `client`") };
    let all = OfSite { site: None, collection: None, feed: Vec::new() };
    let mut printed = 0;
    each_of(site, &all, args.now, output, |matrix, facts, output| {
        if matrix.client(client).is_some() {
            let table = (report.table)(matrix, client, &Options { site: facts, ..Options::default() })?;
            output.tables(&table, args.format, Columns::Usual, printed)?;
            printed += 1;
        }
        Ok(())
    })
}
