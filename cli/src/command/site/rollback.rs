//! `patchstate site rollback`: an earlier catalog again.

use jiff::Timestamp;

use super::Place;
use crate::exit::Exit;
use crate::host::{Log, Machine};
use crate::output::Output;
use crate::request::time;

/// Makes an earlier revision of a feed's catalog current
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  The one before the current one:
      patchstate site rollback security

  A certain one:
      patchstate site rollback security 17")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// The feed
    #[arg(value_name = "FEED")]
    feed: String,
    /// The number of the revision [default: the one before the current one]
    #[arg(value_name = "REV")]
    revision: Option<u64>,
    /// The time that it is, for the log
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Timestamp>,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let site = args.place.open(output)?;
    let machine = Machine::new(args.now, Log::Warnings, output);
    let revision = site.rollback(&args.feed, args.revision, &machine)?;
    output.message(&format!("{}: revision {revision} is current", args.feed));
    Ok(Exit::Done)
}
