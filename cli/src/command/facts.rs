//! `patchstate facts`: what the catalogs ask of a client.

use std::path::PathBuf;

use patchstate::report::{Columns, facts};

use crate::exit::Exit;
use crate::files;
use crate::output::Output;
use crate::request::Format;

/// Lists what the catalogs ask of a client: the collection list for an agent
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate facts site.idx
  patchstate facts site.idx --format json > collect.json")]
pub(crate) struct Args {
    /// The index
    #[arg(value_name = "INDEX")]
    index: PathBuf,
    /// The form of what is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let index = files::index(&args.index)?;
    output.table(&facts::table(index.view()?), args.format, Columns::Usual)?;
    Ok(Exit::Done)
}
