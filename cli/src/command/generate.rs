//! `patchstate generate`: catalogs and fleets made of nothing but numbers.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use patchstate::error::Error;
use patchstate::generate::catalog::{self, Cleanliness, Shape};
use patchstate::generate::fleet::{self, Fleet};
use patchstate::generate::publication;
use patchstate::inventory::native;
use patchstate::report::grouped;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::exit::Exit;
use crate::files;
use crate::output::Output;
use crate::progress::Progress;

/// Makes test data; the same seed gives the same bytes
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate generate catalog --updates 20000 --seed 1 -o catalog.xml
  patchstate generate wsusscn2 --updates 5000 --shards 4 -o updates.cab
  patchstate generate fleet --for site.idx --clients 1000 --seed 1 -o inbox")]
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
  patchstate generate catalog --like mssecure --dirty > dirty.xml")]
    Catalog {
        /// How many updates
        #[arg(long, value_name = "N", default_value_t = 1000)]
        updates: usize,
        /// Another seed gives another catalog
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
        /// With the ratios of a real file; without it, many products of which a client has few
        #[arg(long, value_name = "FORMAT")]
        like: Option<Like>,
        /// With the hazards of a real file: duplicate ids, dangling references, odd values
        #[arg(long)]
        dirty: bool,
        /// The file; standard output when there is none
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// A publication of Windows updates, in the layout and at the size of `wsusscn2.cab`
    #[command(after_long_help = "\
Examples:
  patchstate generate wsusscn2 --updates 5000 --shards 4 -o updates.cab
  patchstate generate wsusscn2 -o full.cab")]
    Wsusscn2 {
        /// How many revisions, categories and detectoids among them
        #[arg(long, value_name = "N", default_value_t = 137_000)]
        updates: usize,
        /// How many cabinets hold them
        #[arg(long, value_name = "N", default_value = "74")]
        shards: NonZeroUsize,
        /// Another seed gives another publication
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
        /// The bytes of its largest manifests
        #[arg(long, value_name = "BYTES", default_value_t = 40 << 20)]
        manifest: u64,
        /// The cabinet
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
    },
    /// A fleet of clients that an index has updates for, as native inventories
    #[command(after_long_help = "\
Examples:
  patchstate generate fleet --for site.idx --clients 1000 --seed 1 -o inbox
  patchstate generate fleet --for site.idx --clients 1 --deviation 0 -o golden")]
    Fleet {
        /// The index
        #[arg(long = "for", value_name = "INDEX")]
        index: PathBuf,
        /// How many clients
        #[arg(long, value_name = "N", default_value_t = 100)]
        clients: usize,
        /// Another seed gives another fleet
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
        /// Of 100 facts of a client, how many differ from its image
        #[arg(long, value_name = "PERCENT", default_value_t = 2, value_parser = clap::value_parser!(u32).range(..=100))]
        deviation: u32,
        /// How many images the clients are copied from
        #[arg(long, value_name = "N", default_value = "30")]
        images: NonZeroUsize,
        /// About how many facts a client has
        #[arg(long, value_name = "N", default_value_t = 1500)]
        facts: usize,
        /// The folder, made where it is not there; a file per client
        #[arg(long, short, value_name = "DIR")]
        output: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Like {
    /// The file of October 2001
    Mssecure,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    match &args.what {
        What::Catalog { updates, seed, like, dirty, output: path } => {
            let shape = match like {
                None => Shape::Fleet,
                Some(Like::Mssecure) => Shape::MsSecure,
            };
            let cleanliness = if *dirty { Cleanliness::Dirty } else { Cleanliness::Clean };
            let settings = catalog::Settings { updates: *updates, seed: *seed, shape, cleanliness };
            write_catalog(&settings, path.as_deref(), output)?;
        }
        What::Wsusscn2 { updates, shards, seed, manifest, output: path } => {
            let shards = shards.get();
            let settings =
                publication::Settings { updates: *updates, shards, seed: *seed, manifest: *manifest };
            let mut file = publication::write(&settings, files::create(path)?)?;
            file.flush()?;
            file.finish()?;
        }
        What::Fleet { index, clients, seed, deviation, images, facts, output: folder } => {
            let index = files::index(index)?;
            let images = images.get();
            let settings = fleet::Settings { deviation: *deviation, seed: *seed, images, facts: *facts };
            write_fleet(&Fleet::new(index.view()?, settings), *clients, folder, output)?;
        }
    }
    Ok(Exit::Done)
}

/// Writes a catalog to a file, or to standard output.
pub(crate) fn write_catalog(
    settings: &catalog::Settings,
    path: Option<&Path>,
    output: &mut Output,
) -> anyhow::Result<()> {
    let Some(path) = path else {
        return output.written(|mut data| Ok(catalog::write(settings, &mut data)?));
    };
    let mut file = files::create(path)?;
    catalog::write(settings, &mut file)?;
    file.flush()?;
    Ok(file.finish()?)
}

/// Writes a fleet, a file per client; other files of the folder stay, and are spoken of.
pub(crate) fn write_fleet(
    fleet: &Fleet,
    clients: usize,
    folder: &Path,
    output: &mut Output,
) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, "create", error))?;
    let progress = Progress::clients(clients as u64, output);
    let written: patchstate::error::Result<u64> = (0..clients)
        .into_par_iter()
        .map(|number| {
            let bytes = write_client(fleet, number, folder)?;
            progress.step(bytes);
            Ok(bytes)
        })
        .try_reduce(|| 0, |a, b| Ok(a + b));
    progress.finish();
    let [written, clients] = [written?, clients as u64];
    let name = folder.display();
    output.message(&format!("{name}: {} clients, {} bytes", grouped(clients), grouped(written)));
    let entries = std::fs::read_dir(folder).map_err(|error| Error::io(folder, "read", error))?;
    let others = (entries.count() as u64).saturating_sub(clients);
    if others > 0 {
        output.warning(&format!("{name}: files of before that stay: {}", grouped(others)));
    }
    Ok(())
}

/// Writes the file of one client, or nothing, and gives its size.
fn write_client(fleet: &Fleet, number: usize, folder: &Path) -> patchstate::error::Result<u64> {
    let path = folder.join(format!("{}.xml", Fleet::id(number)));
    let mut document = Vec::new();
    native::write(&fleet.client(number), &mut document)?;
    // A part of an inventory would look like a damaged one, so each appears by rename, too.
    let mut file = files::create(&path)?;
    file.write_all(&document)?;
    file.finish_unsynced()?;
    Ok(document.len() as u64)
}
