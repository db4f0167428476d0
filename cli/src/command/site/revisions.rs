//! `patchstate site revisions`: the catalogs of a feed that are kept.

use patchstate::report::Columns;
use patchstate::report::table::{Column, Table, Value};

use super::Place;
use crate::exit::Exit;
use crate::output::Output;
use crate::request::Format;

/// Lists the revisions of a feed's catalog
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate site revisions security
  patchstate site revisions security --site /srv/site --format json")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// The feed
    #[arg(value_name = "FEED")]
    feed: String,
    /// The form of the list
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let site = args.place.open(output)?;
    let Some(feed) = site.definition.feed(&args.feed) else {
        anyhow::bail!("there is no feed `{}`", args.feed);
    };
    let current = site.current()?.unwrap_or_default();
    let current = current.revisions.get(&feed.id).copied();
    let revisions = site.revisions(&feed.id)?;
    let columns = vec![
        Column::text("Revision"),
        Column::text("Current"),
        Column::text("Taken"),
        Column::text("Version"),
        Column::text("Bytes"),
        Column::data("SHA256"),
        Column::long("Source"),
        Column::data("Diagnostics"),
    ];
    let mut table = Table::new("revisions", columns);
    for revision in &revisions {
        let sha256: String = revision.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let found = revision.diagnostics.iter().map(|(code, count)| (code.as_str(), *count));
        table.push(vec![
            Value::Number(revision.number),
            Value::from(if current == Some(revision.number) { "yes" } else { "no" }),
            Value::from(&revision.taken),
            Value::from(&revision.version),
            Value::Count(revision.bytes),
            Value::from(sha256),
            Value::from(&revision.source),
            Value::Counts(found.collect()),
        ]);
    }
    output.table(&table, args.format, Columns::Usual)?;
    Ok(Exit::Done)
}
