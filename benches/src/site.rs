//! A generated catalog with its index, and a generated fleet on disk.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use patchstate::archive::map::Bytes;
use patchstate::catalog;
use patchstate::error::Result;
use patchstate::eval::plan::Plan;
use patchstate::eval::run;
use patchstate::generate::catalog::{Cleanliness, Settings, Shape};
use patchstate::generate::fleet::{self, Fleet};
use patchstate::index::{self, Index};
use patchstate::ingest::{self, Intake};
use patchstate::inventory::native;
use patchstate::model::update::Catalog;

/// Writes a generated catalog and gives its path.
///
/// # Errors
///
/// Writing fails.
pub fn catalog(folder: &Path, updates: usize) -> Result<PathBuf> {
    let path = folder.join("mssecure.xml");
    let mut out = BufWriter::new(std::fs::File::create(&path)?);
    let settings = Settings { updates, seed: 1, shape: Shape::Fleet, cleanliness: Cleanliness::Clean };
    patchstate::generate::catalog::write(&settings, &mut out)?;
    out.flush()?;
    Ok(path)
}

/// Reads a catalog of any format.
///
/// # Errors
///
/// It cannot be read.
pub fn read(path: &Path) -> Result<Vec<Catalog>> {
    let format = catalog::recognise(path)?;
    let mut catalogs = Vec::new();
    (format.read)(path, &catalog::Settings::default(), &mut |catalog| catalogs.push(catalog));
    catalogs.into_iter().collect()
}

/// Compiles catalogs into the bytes of an index.
///
/// # Errors
///
/// They do not go together.
pub fn compile(catalogs: Vec<Catalog>) -> Result<Vec<u8>> {
    let compiled = patchstate::compile::compile(catalogs, Vec::new())?;
    let mut out = std::io::Cursor::new(Vec::new());
    index::write(&compiled.columns, &mut out)?;
    Ok(out.into_inner())
}

/// Reads and compiles a catalog.
///
/// # Errors
///
/// It cannot be read.
pub fn index(path: &Path) -> Result<Index> {
    Index::open(Bytes::copy(&compile(read(path)?)?))
}

/// Writes a fleet, a file per client, and gives the bytes written.
///
/// # Errors
///
/// Writing fails.
pub fn fleet(index: &Index, folder: &Path, clients: usize, settings: fleet::Settings) -> Result<u64> {
    let fleet = Fleet::new(index.view()?, settings);
    let mut written = 0;
    for number in 0..clients {
        let mut document = Vec::new();
        native::write(&fleet.client(number), &mut document)?;
        std::fs::write(folder.join(format!("{}.xml", Fleet::id(number))), &document)?;
        written += document.len() as u64;
    }
    Ok(written)
}

/// Evaluates the clients of a folder, from its files to rows that nobody keeps.
///
/// # Panics
///
/// The folder cannot be read.
pub fn end_to_end(plan: &Plan<'_>, inbox: &Path) {
    let run = || -> Result<()> {
        let intake = Intake::scan(&[inbox.into()], ingest::Settings::default())?;
        let clients: Vec<_> = intake.clients().iter().collect();
        run::evaluate(plan, &intake, &clients, |_, _| Ok(()), &|_| {})?;
        Ok(())
    };
    if let Err(error) = run() {
        panic!("the run fails: {error}");
    }
}
