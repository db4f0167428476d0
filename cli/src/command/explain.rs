//! `patchstate explain`: the proof of one cell.

use std::path::PathBuf;

use clap::ValueEnum;
use jiff::Timestamp;
use patchstate::diagnostic::Code;
use patchstate::error::{Error, Result};
use patchstate::explain::text::{self, Bounds};
use patchstate::explain::{Explainer, json};
use patchstate::ingest::{self, Buffer};
use patchstate::model::catalogs::Catalogs;
use patchstate::model::inventory::Inventory;
use patchstate::model::options::Options;
use patchstate::report::Columns;
use patchstate::site::Site;

use crate::evaluation::{self, Reading, Rules};
use crate::exit::Exit;
use crate::files;
use crate::matrices::OfSite;
use crate::output::Output;
use crate::request::time;

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
    /// Of a site: the time from which ages are counted [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Timestamp>,
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
    intake: ingest::Intake,
    inventory: Inventory,
    options: Options,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let evidence = evidence(args)?;
    let Evidence { catalogs, intake, inventory, options, .. } = &evidence;
    let updates = find_updates(args, &evidence)?;
    let explainer = Explainer::new(catalogs, options, inventory);
    let look = output.look(Columns::Usual);
    // A person sees what fits some screens; what goes to a file is whole.
    let bounds = if look.width.is_some() { Bounds::USUAL } else { Bounds::NONE };
    let look = text::Look { palette: look.palette, bounds, ..text::Look::PLAIN };
    output.written(|data| {
        for (at, mut proof) in updates.iter().filter_map(|update| explainer.proof(*update)).enumerate() {
            proof.locate(&mut |name| {
                let document = intake.documents().iter().position(|document| document.name() == name)?;
                intake.text(document).ok()
            });
            match args.format {
                Form::Json => json::write(&proof, data)?,
                Form::Text => {
                    data.write_all(if at > 0 { b"\n" } else { b"" })?;
                    text::write(&proof, &look, data)?;
                }
            }
        }
        Ok(())
    })?;
    Ok(Exit::Done)
}

/// What a proof is made of: files that were named, or what a site keeps.
fn evidence(args: &Args) -> anyhow::Result<Evidence> {
    if let Some(index) = &args.index {
        if args.inventories.is_empty() {
            anyhow::bail!("no inventory is named");
        }
        let catalogs = files::catalogs(index)?;
        let intake = args.reading.scan(&args.inventories, args.client.as_deref())?;
        let mut inventory = Inventory::default();
        let client = evaluation::only_client(args.client.as_deref(), &intake)?;
        intake.read(client, &mut Buffer::new(), &mut inventory)?;
        let (index, options) = (index.to_string_lossy().into_owned(), args.rules.options());
        return Ok(Evidence { catalogs, index, intake, inventory, options });
    }
    let of = OfSite { site: args.site.clone(), collection: None, feed: Vec::new() };
    let Some(site) = of.open()? else { anyhow::bail!("no index is named, and this folder is no site") };
    let Some(client) = args.client.as_deref() else { anyhow::bail!("name the client with `--client`") };
    let (path, catalogs) = catalogs(&site)?;
    let feed = site.definition.feeds.iter().position(|feed| {
        args.update.strip_prefix(feed.id.as_str()).is_some_and(|rest| rest.starts_with(':'))
    });
    let options = site.options(feed.unwrap_or(0)).map(|(options, _)| options.clone());
    let (intake, inventory) = site.read_kept_of(client, args.now.unwrap_or_else(Timestamp::now))?;
    let (index, options) = (path.to_string_lossy().into_owned(), options.unwrap_or_default());
    Ok(Evidence { catalogs, index, intake, inventory, options })
}

/// The catalogs that are current at a site, and the index that they are in.
fn catalogs(site: &Site) -> anyhow::Result<(PathBuf, Catalogs)> {
    loop {
        let Some(current) = site.current()? else { anyhow::bail!("the site has no index yet") };
        let path = site.index_path(current.number);
        match files::catalogs(&path) {
            // Another one became current meanwhile, and this one was removed.
            Err(_) if site.current()?.is_some_and(|now| now.number != current.number) => {}
            read => return Ok((path, read?)),
        }
    }
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
