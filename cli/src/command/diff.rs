//! `patchstate diff`: what changed between two matrices.

use std::path::PathBuf;

use patchstate::report::Columns;
use patchstate::report::diff::{Outcome, diff};

use crate::exit::Exit;
use crate::files;
use crate::output::Output;
use crate::request::Format;

/// Compares two matrices: the cells whose verdict changed, and why; exit code 1 when they differ
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  What did this week's evaluation change?
      patchstate diff monday.matrix friday.matrix

  Did a change of options change any answer?
      patchstate diff before.matrix after.matrix --format csv > changed.csv || echo it did")]
pub(crate) struct Args {
    /// The earlier matrix
    #[arg(value_name = "A")]
    before: PathBuf,
    /// The later matrix
    #[arg(value_name = "B")]
    after: PathBuf,
    /// The form of what is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let (before, after) = (files::open(&args.before)?, files::open(&args.after)?);
    let before = files::matrix(&args.before, &before)?;
    let after = files::matrix(&args.after, &after)?;
    let found = diff(&before, &after)?;
    output.table(&found.table, args.format, Columns::Usual)?;
    Ok(match found.outcome {
        Outcome::Same => Exit::Done,
        Outcome::Different => Exit::Findings,
    })
}
