//! `patchstate generate`: catalogs made of nothing but numbers.

use std::io::Write;
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use patchstate::generate::catalog::{self, Cleanliness, Settings, Shape};

use crate::exit::Exit;
use crate::files;
use crate::output::Output;

/// Makes test data; the same seed gives the same bytes
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate generate catalog --updates 20000 --seed 1 -o catalog.xml
  patchstate generate catalog --shape mssecure --dirty | patchstate lint /dev/stdin")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A catalog in the MSSecure format
    #[command(after_long_help = "\
Examples:
  patchstate generate catalog --updates 20000 --seed 1 -o catalog.xml
  patchstate generate catalog --shape mssecure --dirty > dirty.xml")]
    Catalog {
        /// How many updates
        #[arg(long, value_name = "N", default_value_t = 1000)]
        updates: usize,
        /// Another seed gives another catalog
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
        /// `fleet`: many products of which a client has few; `mssecure`: the ratios of a real file
        #[arg(long, value_name = "SHAPE", default_value = "fleet")]
        shape: Kind,
        /// With the hazards of a real file: duplicate ids, dangling references, odd values
        #[arg(long)]
        dirty: bool,
        /// The file; standard output when there is none
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Fleet,
    Mssecure,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let What::Catalog { updates, seed, shape, dirty, output: path } = &args.what;
    let shape = match shape {
        Kind::Fleet => Shape::Fleet,
        Kind::Mssecure => Shape::MsSecure,
    };
    let cleanliness = if *dirty { Cleanliness::Dirty } else { Cleanliness::Clean };
    let settings = Settings { updates: *updates, seed: *seed, shape, cleanliness };
    match path {
        None => output.written(|mut data| Ok(catalog::write(&settings, &mut data)?))?,
        Some(path) => {
            let mut file = files::create(path)?;
            catalog::write(&settings, &mut file)?;
            file.flush()?;
            file.finish()?;
        }
    }
    Ok(Exit::Done)
}
