//! `patchstate verify`: is a file of ours whole, and does it make sense?

use std::path::PathBuf;

use patchstate::report::grouped;

use crate::exit::Exit;
use crate::files;
use crate::output::Output;

/// Checks a file of ours: checksum, structure, meaning
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate verify fleet.matrix
  patchstate verify --quiet fleet.matrix && mv fleet.matrix /srv/patchstate/")]
pub(crate) struct Args {
    /// The matrix
    #[arg(value_name = "MATRIX")]
    file: PathBuf,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let bytes = files::open(&args.file)?;
    let matrix = files::matrix(&args.file, &bytes)?;
    let name = args.file.to_string_lossy();
    matrix.verify().map_err(|error| error.in_file(&*name))?;
    let [clients, updates] = [matrix.clients.len(), matrix.updates.len()].map(|count| grouped(count as u64));
    let cells = grouped(matrix.totals().iter().sum());
    let checksum = matrix.checksum();
    output.written(|data| {
        writeln!(
            data,
            "{name}: matrix of {clients} clients, {updates} updates, {cells} cells; checksum {checksum:016x}"
        )?;
        Ok(())
    })?;
    Ok(Exit::Done)
}
