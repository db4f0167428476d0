//! `patchstate explain`: the proof of one cell.

use std::path::PathBuf;

use clap::ValueEnum;
use patchstate::diagnostic::Code;
use patchstate::error::{Error, Result};
use patchstate::explain::text::{self, Bounds};
use patchstate::explain::{Explainer, json};
use patchstate::ingest::Buffer;
use patchstate::model::catalogs::Catalogs;
use patchstate::model::inventory::Inventory;
use patchstate::report::Columns;

use crate::evaluation::{self, Intake, Rules};
use crate::exit::Exit;
use crate::files;
use crate::output::Output;

/// Shows why an update has its verdict on a client: every question, every answer, and where both stand
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate explain site.idx WS-0042.xml --update MS01-022

  One client of many, for a program:
      patchstate explain site.idx inbox/ --client WS-0042 --update Q296441 --format json")]
pub(crate) struct Args {
    /// The index
    #[arg(value_name = "INDEX")]
    index: PathBuf,
    #[command(flatten)]
    intake: Intake,
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

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let catalogs = files::catalogs(&args.index)?;
    let updates = find_updates(args, &catalogs)?;
    let intake = args.intake.scan(args.client.as_deref())?;
    let mut inventory = Inventory::default();
    let client = evaluation::only_client(args.client.as_deref(), &intake)?;
    intake.read(client, &mut Buffer::new(), &mut inventory)?;
    let options = args.rules.options();
    let explainer = Explainer::new(&catalogs, &options, &inventory);
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

fn find_updates(args: &Args, catalogs: &Catalogs) -> Result<Vec<usize>> {
    let updates = catalogs.find_updates(&args.update);
    if updates.is_empty() {
        return Err(Error::new(Code::BadValue, format!("no update `{}`", args.update))
            .in_file(args.index.to_string_lossy())
            .with_hint("`patchstate inspect INDEX updates` lists them"));
    }
    Ok(updates)
}
