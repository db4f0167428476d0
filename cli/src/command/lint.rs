//! `patchstate lint`: what is wrong with catalogs.

use patchstate::compile::merge::merge;
use patchstate::diagnostic::Diagnostics;
use patchstate::report::text::clean;
use patchstate::report::{Columns, findings};

use crate::catalogs::{self, Codes, Reading};
use crate::exit::Exit;
use crate::output::Output;
use crate::request::Findings;

/// Reads catalogs and says what is wrong with them, with counts per code
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate lint mssecure.xml

  Fail a build where a replacing update is missing from the catalog:
      patchstate lint mssecure.xml --deny supersedence-target-unresolved --format json > findings.json

  Find all that is damaged in a catalog, not only the first of it:
      patchstate lint wsusscn2.cab --keep-going")]
pub(crate) struct Args {
    #[command(flatten)]
    reading: Reading,
    /// Ends with code 1 where this code was raised (a name, or an alias such as MSS022); may be repeated
    #[arg(long, value_name = "CODE", value_parser = catalogs::codes)]
    deny: Vec<Codes>,
    /// Goes on behind a catalog, cabinet or package that cannot be read, and ends with code 1
    #[arg(long)]
    keep_going: bool,
    /// The form of what is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Findings,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let mut found = Diagnostics::new();
    let detections = args.reading.detections(&mut found)?;
    let read = args.reading.read(args.keep_going, None, |_| {});
    let nothing = read.catalogs.is_empty();
    let catalogs = merge(read.catalogs, detections)?;
    catalogs.sources.into_iter().for_each(|source| found.append(source.diagnostics));
    match args.format {
        Findings::Json => output.table(&findings::list(&found), args.format.into(), Columns::Usual)?,
        Findings::Text => {
            let gap = if found.is_empty() { "" } else { "\n" };
            output.written(|data| {
                found
                    .kept()
                    .iter()
                    .try_for_each(|finding| writeln!(data, "{}", clean(finding.to_string().into())))?;
                Ok(data.write_all(gap.as_bytes())?)
            })?;
            output.table(&findings::counts(&found), args.format.into(), Columns::Usual)?;
        }
    }
    for code in catalogs::denied(&args.deny, &found) {
        output.warning(&format!("`{code}` is denied and was raised {} times", found.of(code)));
    }
    let failed = !read.failures.is_empty();
    read.failures.into_iter().for_each(|failure| output.error(&failure.into()));
    if failed && (nothing || !args.keep_going) {
        return Ok(Exit::Refused);
    }
    let left_out = args.keep_going && (failed || catalogs::left_out(&found));
    let denied = !catalogs::denied(&args.deny, &found).is_empty();
    Ok(if denied || left_out { Exit::Findings } else { Exit::Done })
}
