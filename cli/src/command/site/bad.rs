//! `patchstate site bad`: reports in quarantine.

use std::ffi::OsString;

use clap::Subcommand;
use patchstate::report::Columns;
use patchstate::report::table::{Column, Table, Value};

use super::Place;
use crate::exit::Exit;
use crate::output::Output;
use crate::request::Format;

/// Lists reports in quarantine, tries one again, or drops it
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate site bad list
  patchstate site bad retry WS-1.xml --site /srv/site")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Lists reports in quarantine, and why they are there
    #[command(after_long_help = "\
Examples:
  patchstate site bad list
  patchstate site bad list --format json --site /srv/site")]
    List {
        #[command(flatten)]
        place: Place,
        /// The form of the list
        #[arg(long, value_name = "FORM", default_value = "text")]
        format: Format,
    },
    /// Moves a report back to where reports wait
    #[command(after_long_help = "\
Examples:
  patchstate site bad retry WS-1.xml
  patchstate site bad retry WS-1.xml --site /srv/site")]
    Retry {
        #[command(flatten)]
        place: Place,
        /// The name of the report
        #[arg(value_name = "NAME")]
        name: OsString,
    },
    /// Moves a report out of quarantine for good, to spool/done/dropped
    #[command(after_long_help = "\
Examples:
  patchstate site bad drop WS-1.xml
  patchstate site bad drop WS-1.xml --site /srv/site")]
    Drop {
        #[command(flatten)]
        place: Place,
        /// The name of the report
        #[arg(value_name = "NAME")]
        name: OsString,
    },
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    match &args.verb {
        Verb::List { place, format } => list(place, *format, output)?,
        Verb::Retry { place, name } => place.open(output)?.retry_bad(name)?,
        Verb::Drop { place, name } => place.open(output)?.drop_bad(name)?,
    }
    Ok(Exit::Done)
}

fn list(place: &Place, format: Format, output: &mut Output) -> anyhow::Result<()> {
    let bad = place.open(output)?.bad()?;
    let columns = vec![
        Column::text("Report"),
        Column::text("Code"),
        Column::text("ClientID"),
        Column::text("Line"),
        Column::text("Column"),
        Column::data("Serial"),
        Column::data("Time"),
        Column::long("Message"),
    ];
    let mut table = Table::new("bad", columns);
    let number = |number: u64| if number == 0 { Value::Empty } else { Value::Number(number) };
    for reason in &bad {
        table.push(vec![
            Value::from(&reason.file),
            Value::from(&reason.code),
            reason.client.as_ref().map_or(Value::Empty, Value::from),
            number(reason.line),
            number(reason.column),
            reason.serial.map_or(Value::Empty, Value::Number),
            Value::from(&reason.time),
            Value::from(&reason.message),
        ]);
    }
    output.table(&table, format, Columns::Usual)
}
