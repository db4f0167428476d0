//! `patchstate report cves`: which vulnerabilities are open on clients.

use std::path::PathBuf;

use patchstate::diagnostic::Code;
use patchstate::error::Error;
use patchstate::ingest::Buffer;
use patchstate::model::inventory::Inventory;
use patchstate::report::Columns;
use patchstate::report::cves::{Cves, State, table};

use crate::evaluation::{Intake, Rules};
use crate::exit::Exit;
use crate::files;
use crate::output::Output;
use crate::request::Format;

/// What is listed of which clients.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The index
    #[arg(value_name = "INDEX")]
    index: PathBuf,
    #[command(flatten)]
    intake: Intake,
    /// The id of inventories that give none, instead of the names of their files
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// Only this vulnerability or advisory; may be repeated
    #[arg(long, value_name = "ID")]
    cve: Vec<String>,
    /// Lists vulnerabilities that are fixed, too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    rules: Rules,
    /// The form of what is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let catalogs = files::catalogs(&args.index)?;
    let options = args.rules.options(output)?;
    let cves = Cves::new(&catalogs, &options, &args.cve);
    if cves.is_empty() {
        let hint = "updates name the vulnerabilities that they fix as references of the type `cve`";
        let what = if args.cve.is_empty() { "no vulnerability" } else { "none of these vulnerabilities" };
        let error = Error::new(Code::BadValue, format!("has {what}")).in_file(args.index.to_string_lossy());
        return Err(error.with_hint(hint).into());
    }
    let intake = args.intake.scan(args.client.as_deref())?;
    args.intake.warn_of_empty(&intake, output);
    let (mut standings, mut failed, mut buffer) = (Vec::new(), Vec::new(), Buffer::new());
    let mut read = 0;
    for client in intake.clients() {
        let mut inventory = Inventory::default();
        match intake.read(client, &mut buffer, &mut inventory) {
            Ok(_) => {
                read += 1;
                let mut found = cves.of(&inventory);
                found.iter_mut().for_each(|one| one.client.clone_from(&client.id));
                standings.extend(found);
            }
            Err(error) => failed.push(error),
        }
    }
    output.failures(&failed);
    if read == 0 {
        output.failure("nothing was reported: no inventory could be read");
        return Ok(Exit::Nothing);
    }
    let states: &[State] =
        if args.all { &[State::Open, State::Unknown, State::Fixed] } else { &[State::Open, State::Unknown] };
    output.table(&table(&standings, states), args.format, Columns::Usual)?;
    Ok(Exit::Done)
}
