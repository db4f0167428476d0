//! `patchstate site sync`: fetches catalogs and makes them current.

use std::path::PathBuf;

use jiff::Timestamp;
use patchstate::site::catalogs::{Request, Synced};

use super::Place;
use crate::exit::Exit;
use crate::host::{Log, Machine};
use crate::output::Output;
use crate::request::time;

/// Fetches catalogs, compiles them, and makes them current
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate site sync --site /srv/site

  A catalog by hand, whatever the definition names:
      patchstate site sync security --from mssecure.xml")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// The feeds; all where none is named
    #[arg(value_name = "FEED")]
    feeds: Vec<String>,
    /// Takes this file in place of the feed's sources
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Compiles what has not changed, and takes what is older
    #[arg(long)]
    force: bool,
    /// Fetches on this host, whichever the definition names
    #[arg(long)]
    any_host: bool,
    /// The time that it is, for the log
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Timestamp>,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let site = args.place.open(output)?;
    let machine = Machine::new(args.now, Log::Warnings, output);
    let (from, any_host) = (args.from.as_deref(), args.any_host);
    let request = Request { feeds: &args.feeds, from, force: args.force, any_host };
    for fed in site.sync(&request, &machine)? {
        let version = if fed.version.is_empty() { String::new() } else { format!(" ({})", fed.version) };
        match fed.result {
            Synced::Unchanged => output.message(&format!("{}: unchanged{version}", fed.feed)),
            Synced::Revision(number) => {
                output.message(&format!("{}: revision {number} is current{version}", fed.feed));
                let found = fed.diagnostics.iter().map(|(code, count)| format!("{code} x {count}"));
                let found: Vec<_> = found.collect();
                if !found.is_empty() {
                    output.message(&format!("{}: found {}", fed.feed, found.join(", ")));
                }
            }
        }
    }
    Ok(Exit::Done)
}
