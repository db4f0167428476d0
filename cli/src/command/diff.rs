//! `patchstate diff`: what changed between two indexes or two matrices.

use std::path::{Path, PathBuf};

use patchstate::diagnostic::Code;
use patchstate::error::Error;
use patchstate::report::Columns;
use patchstate::report::diff::{Diff, Outcome, indexes, matrices};

use crate::exit::Exit;
use crate::files::{self, Kind};
use crate::output::Output;
use crate::request::Format;

/// Compares two indexes or two matrices; ends with code 1 when they differ
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  Which updates came with the new catalog?
      patchstate diff last-week.idx site.idx

  Which verdicts did this week change, and why?
      patchstate diff monday.matrix friday.matrix --format csv > changed.csv")]
pub(crate) struct Args {
    /// The earlier index or matrix
    #[arg(value_name = "A")]
    before: PathBuf,
    /// The later one
    #[arg(value_name = "B")]
    after: PathBuf,
    /// The form of what is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    match (kind(&args.before)?, kind(&args.after)?) {
        (Kind::Index, Kind::Index) => {
            let (before, after) = (files::index(&args.before)?, files::index(&args.after)?);
            finish(indexes(before.view()?, after.view()?), args.format, output)
        }
        (Kind::Matrix, Kind::Matrix) => {
            let (before, after) = (files::open(&args.before)?, files::open(&args.after)?);
            let before = files::matrix(&args.before, &before)?;
            let after = files::matrix(&args.after, &after)?;
            finish(matrices(&before, &after), args.format, output)
        }
        (Kind::Index, Kind::Matrix) | (Kind::Matrix, Kind::Index) => {
            let message = "an index and a matrix cannot be compared";
            Err(Error::new(Code::WrongFormat, message).in_file(args.after.to_string_lossy()).into())
        }
    }
}

/// What a file says it is.
fn kind(path: &Path) -> patchstate::error::Result<Kind> {
    files::kind(path, &files::open(path)?)
}

fn finish(found: Diff<'_>, format: Format, output: &mut Output) -> anyhow::Result<Exit> {
    output.table(&found.table, format, Columns::Usual)?;
    Ok(match found.outcome {
        Outcome::Same => Exit::Done,
        Outcome::Different => Exit::Findings,
    })
}
