//! `patchstate site`: a folder that holds catalogs, clients and what is made of both.

mod authorize;
mod bad;
mod due;
mod expedite;
mod init;
mod revisions;
mod rollback;
mod scan;
mod sync;
mod watch;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use patchstate::diagnostic::Code;
use patchstate::error::Error;
use patchstate::site::definition::Expedited;
use patchstate::site::{Opening, Site};

use crate::evaluation;
use crate::exit::Exit;
use crate::files;
use crate::output::Output;
use crate::signals;

/// Keeps a site: fetches catalogs, takes inventories, brings matrices up to date
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  A new site, its first catalog by hand, and what clients sent:
      patchstate site init /srv/site --name Example --test-client TEST01
      cp mssecure.xml /srv/site/catalog/security/drop/
      patchstate site sync --site /srv/site
      cp inbox/*.xml /srv/site/spool/in/
      patchstate site scan --site /srv/site

  What it found:
      patchstate report site --site /srv/site")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Init(init::Args),
    Sync(sync::Args),
    Scan(scan::Args),
    Watch(watch::Args),
    Expedite(expedite::Args),
    Due(due::Args),
    Revisions(revisions::Args),
    Rollback(rollback::Args),
    Bad(bad::Args),
    Authorize(authorize::Args),
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    signals::leave_nothing_behind();
    let result = match &args.verb {
        Verb::Init(args) => init::run(args, output),
        Verb::Sync(args) => sync::run(args, output),
        Verb::Scan(args) => scan::run(args, output),
        Verb::Watch(args) => watch::run(args, output),
        Verb::Expedite(args) => expedite::run(args, output),
        Verb::Due(args) => due::run(args, output),
        Verb::Revisions(args) => revisions::run(args, output),
        Verb::Rollback(args) => rollback::run(args, output),
        Verb::Bad(args) => bad::run(args, output),
        Verb::Authorize(args) => authorize::run(args, output),
    };
    result.or_else(|error| match exit(&error) {
        Some(exit) => {
            output.error(&error);
            Ok(exit)
        }
        None => Err(error),
    })
}

/// The exit code that an error has of its own.
fn exit(error: &anyhow::Error) -> Option<Exit> {
    match error.downcast_ref::<Error>()?.code() {
        Code::OlderCatalog => Some(Exit::OlderCatalog),
        Code::SiteLocked => Some(Exit::Locked),
        Code::NotSyncHost => Some(Exit::NotSyncHost),
        Code::StillBeingWritten => Some(Exit::StillBeingWritten),
        _ => None,
    }
}

/// Which site is worked on.
#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    /// The folder of the site
    #[arg(long, value_name = "DIR", default_value = ".")]
    site: PathBuf,
    /// Lets a program that is expedited be advertised to a production collection, with a warning
    #[arg(long)]
    allow_production_expedited: bool,
}

impl Place {
    /// Opens the site, and says what is odd about its definition.
    fn open(&self, output: &mut Output) -> anyhow::Result<Site> {
        let site = open(&self.site, self.allow_production_expedited)?;
        site.definition.warnings.iter().for_each(|warning| output.warning(warning));
        Ok(site)
    }
}

/// Opens the site in a folder.
pub(crate) fn open(folder: &Path, allow_production_expedited: bool) -> patchstate::error::Result<Site> {
    let expedited = if allow_production_expedited { Expedited::Allowed } else { Expedited::Refused };
    Site::open(folder, Opening { expedited, options: &evaluation::options_of, open: files::open })
}
