//! `patchstate explain`: the proof of one cell.

use std::path::PathBuf;

use clap::ValueEnum;
use patchstate::diagnostic::Code;
use patchstate::error::{Error, Result};
use patchstate::explain::json;
use patchstate::explain::text::{self, Bounds};
use patchstate::model::catalogs::Catalogs;
use patchstate::model::options::Options;
use patchstate::report::Columns;

use crate::evaluation::{Reading, Rules};
use crate::exit::Exit;
use crate::files;
use crate::matrices::OfSite;
use crate::output::Output;
use crate::proofs::{self, Stated};
use crate::request;

/// Shows why an update has its verdict on a client: every question, every answer, and where both stand
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate explain site.idx WS-0042.xml --update MS01-022

  One client of many, for a program:
      patchstate explain site.idx inbox/ --client WS-0042 --update Q296441 --format json

  A cell of a site:
      patchstate explain --site /srv/site --client WS-0042 --update security:MS01-022/q296441.exe")]
pub(crate) struct Args {
    /// The index; of a site the one that is current
    #[arg(value_name = "INDEX", conflicts_with = "site")]
    index: Option<PathBuf>,
    /// The inventories: files, folders, archives, or `-` for standard input; of a site what is kept
    #[arg(value_name = "INVENTORY", requires = "index")]
    inventories: Vec<PathBuf>,
    /// Explains a cell of the site in this folder [default: this folder where it is one]
    #[arg(long, value_name = "DIR")]
    site: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    /// The update: an identity, a bulletin or an article number
    #[arg(long, value_name = "ID")]
    update: String,
    /// The client, where there are several; also the id of an inventory that gives none
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    #[command(flatten)]
    rules: Rules,
    /// The form of the proof
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Form,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    Text,
    Json,
}

/// What a proof is made of.
struct Evidence {
    catalogs: Catalogs,
    /// What the index is called.
    index: String,
    stated: Stated,
    options: Options,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let mut evidence = evidence(args, output)?;
    let updates = find_updates(args, &evidence)?;
    let Evidence { catalogs, stated, options, .. } = &mut evidence;
    let look = output.look(Columns::Usual);
    // A person sees what fits some screens; what goes to a file is whole.
    let bounds = if look.width.is_some() { Bounds::USUAL } else { Bounds::NONE };
    let look = text::Look { palette: look.palette, bounds, ..text::Look::PLAIN };
    output.written(|data| {
        stated.each(catalogs, options, &updates, &mut |at, proof| match args.format {
            Form::Json => json::write(proof, data),
            Form::Text => {
                data.write_all(if at > 0 { b"\n" } else { b"" })?;
                text::write(proof, &look, data)
            }
        })
    })?;
    Ok(Exit::Done)
}

/// What a proof is made of: files that were named, or what a site keeps.
fn evidence(args: &Args, output: &mut Output) -> anyhow::Result<Evidence> {
    if let Some(index) = &args.index {
        if args.inventories.is_empty() {
            anyhow::bail!("no inventory is named");
        }
        let catalogs = files::catalogs(index)?;
        let intake = args.reading.scan(&args.inventories, args.client.as_deref())?;
        let stated = Stated::read(intake, args.client.as_deref())?;
        let (index, options) = (index.to_string_lossy().into_owned(), args.rules.options(output)?);
        return Ok(Evidence { catalogs, index, stated, options });
    }
    let of = OfSite { site: args.site.clone(), collection: None, feed: Vec::new() };
    let Some(site) = of.open()? else { anyhow::bail!("no index is named, and this folder is no site") };
    let Some(client) = args.client.as_deref() else { anyhow::bail!("name the client with `--client`") };
    let (path, catalogs) = proofs::current(&site)?;
    let now = request::now(args.rules.now);
    Ok(Evidence {
        catalogs,
        index: path.to_string_lossy().into_owned(),
        stated: Stated::kept(&site, &site.store().load()?, client, now)?,
        options: proofs::options(&site, proofs::feed_of(&site, &args.update)),
    })
}

fn find_updates(args: &Args, evidence: &Evidence) -> Result<Vec<usize>> {
    let updates = evidence.catalogs.find_updates(&args.update);
    if updates.is_empty() {
        return Err(Error::new(Code::BadValue, format!("no update `{}`", args.update))
            .in_file(&evidence.index)
            .with_hint("`patchstate inspect INDEX updates` lists them"));
    }
    Ok(updates)
}
