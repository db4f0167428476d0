//! `patchstate verify`: is a file of ours whole, and does it make sense?

use std::path::{Path, PathBuf};

use patchstate::archive::map::Bytes;
use patchstate::error::Result;
use patchstate::report::grouped;

use crate::exit::Exit;
use crate::files::{self, Kind};
use crate::output::Output;

/// Checks an index or a matrix: checksum, structure, meaning
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate verify fleet.matrix
  patchstate verify site.idx && cp site.idx /srv/patchstate/")]
pub(crate) struct Args {
    /// The index or the matrix
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let bytes = files::open(&args.file)?;
    let words = match files::kind(&args.file, &bytes)? {
        Kind::Index => verify_index(&args.file),
        Kind::Matrix => verify_matrix(&args.file, &bytes),
    };
    let name = args.file.to_string_lossy();
    let words = words.map_err(|error| error.in_file(&*name))?;
    output.written(|data| Ok(writeln!(data, "{name}: {words}")?))?;
    Ok(Exit::Done)
}

fn verify_index(path: &Path) -> Result<String> {
    let index = files::index(path)?;
    index.verify()?;
    let view = index.view()?;
    let [updates, subjects] = [view.updates(), view.subjects()].map(|count| grouped(count as u64));
    let checksum = view.checksum();
    Ok(format!("index of {updates} updates, {subjects} subjects; checksum {checksum:016x}"))
}

fn verify_matrix(path: &Path, bytes: &Bytes) -> Result<String> {
    let matrix = files::matrix(path, bytes)?;
    matrix.verify()?;
    let [clients, updates] = [matrix.clients.len(), matrix.updates.len()].map(|count| grouped(count as u64));
    let cells = grouped(matrix.totals().iter().sum());
    let checksum = matrix.checksum();
    Ok(format!("matrix of {clients} clients, {updates} updates, {cells} cells; checksum {checksum:016x}"))
}
