//! `patchstate site due`: what should run now.

use jiff::Timestamp;
use patchstate::report::Columns;
use patchstate::report::table::{Column, Table, Value};

use super::Place;
use crate::exit::Exit;
use crate::output::Output;
use crate::request::{self, Format, time};

/// Lists what should run now: advertisements whose last successful run is too long ago
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate site due --site /srv/site

  For a script:
      patchstate site due --format csv")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// The form of the list
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
    /// The time that it is [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Timestamp>,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let site = args.place.open(output)?;
    let due = site.due(request::now(args.now))?;
    let columns = ["Advertisement", "Program", "Kind", "Collection", "LastRun", "EveryDays"];
    let mut table = Table::new("due", columns.into_iter().map(Column::text).collect());
    for due in &due {
        table.push(vec![
            Value::from(&due.advertisement),
            Value::from(&due.program),
            Value::from(due.kind.name()),
            Value::from(&due.collection),
            due.last.map_or(Value::Empty, |last| Value::from(last.to_string())),
            Value::Number(due.every_days),
        ]);
    }
    output.table(&table, args.format, Columns::Usual)?;
    Ok(Exit::Done)
}
