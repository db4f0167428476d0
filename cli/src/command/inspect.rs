//! `patchstate inspect`: what stands in an index.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use patchstate::report::inspect::{VIEWS, find};

use crate::exit::Exit;
use crate::files;
use crate::output::Output;
use crate::request::{self, Format};

/// Shows what stands in an index: updates, subjects, replacements, catalogs, sizes
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  How many updates and rules are there, and how large are they?
      patchstate inspect site.idx

  Which catalogs is it made of, and what was wrong with them?
      patchstate inspect site.idx sources --format json")]
pub(crate) struct Args {
    /// The index
    #[arg(value_name = "INDEX")]
    index: PathBuf,
    /// What to show
    #[arg(value_name = "VIEW", default_value = "overview", value_parser = views())]
    view: String,
    /// The form of what is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
    /// Prints every column
    #[arg(long)]
    wide: bool,
}

fn views() -> PossibleValuesParser {
    PossibleValuesParser::new(
        VIEWS.iter().map(|view| clap::builder::PossibleValue::new(view.name).help(view.title)),
    )
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let Some(view) = find(&args.view) else { anyhow::bail!("no view `{}`", args.view) };
    let index = files::index(&args.index)?;
    let table = (view.table)(index.view()?);
    output.table(&table, args.format, request::columns(args.wide))?;
    Ok(Exit::Done)
}
