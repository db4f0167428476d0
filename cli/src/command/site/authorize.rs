//! `patchstate site authorize`: a list of updates that are to be installed.

use clap::ValueEnum;
use jiff::Timestamp;
use patchstate::report::grouped;

use super::Place;
use crate::exit::Exit;
use crate::host::{Log, Machine};
use crate::output::Output;
use crate::request::time;

/// Makes a list of updates that are to be installed, for reports and plans; it changes no verdict
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate site authorize march --from-report missing

  For the clients that updates are tried on:
      patchstate site authorize march-test --from-report missing --collection security-preproduction")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// The name of the list, letters, digits, `-` and `_`
    #[arg(value_name = "NAME")]
    name: String,
    /// The report that the list is made of
    #[arg(long, value_name = "REPORT", required = true)]
    from_report: Report,
    /// The collection that it is for [default: the first production collection]
    #[arg(long, value_name = "ID")]
    collection: Option<String>,
    /// The time that it is [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Timestamp>,
}

/// What a list can be made of.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Report {
    /// The updates that some client lacks
    Missing,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let site = args.place.open(output)?;
    let machine = Machine::new(args.now, Log::Warnings, output);
    let Report::Missing = args.from_report;
    let production = |role| role == patchstate::site::definition::Role::Production;
    let first = site.definition.collections.iter().find(|collection| production(collection.role));
    let collection = args.collection.as_deref().or(first.map(|collection| collection.id.as_str()));
    let Some(collection) = collection else { anyhow::bail!("name a collection with `--collection`") };
    let made = site.authorize_missing(&args.name, collection, &machine)?;
    for (update, by) in &made.unlisted {
        output.warning(&format!("`{update}` is replaced by `{by}`, which is not in the list"));
    }
    let count = grouped(made.list.entries.len() as u64);
    output.message(&format!("lists/authorize/{}.toml: {count} updates for `{collection}`", args.name));
    Ok(Exit::Done)
}
