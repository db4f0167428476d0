//! `patchstate compat wesng-diff`: what wesng and an index say of the same machines, and why they differ.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use patchstate::catalog::cvrf::wesng::definitions::Definitions;
use patchstate::diagnostic::Code;
use patchstate::error::{Error, Result};
use patchstate::ingest::{self, Buffer};
use patchstate::model::inventory::Inventory;
use patchstate::report::wesng::pending::{self, Offer, Score};
use patchstate::report::wesng::{Comparison, Machine, table};

use crate::evaluation::{Intake, Rules};
use crate::exit::Exit;
use crate::files;
use crate::output::Output;
use crate::request::{self, Format};

/// What is compared with what.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The archive of definitions: `CVEs_<date>.csv` and `Custom_<date>.csv`
    #[arg(value_name = "DEFINITIONS.zip")]
    definitions: PathBuf,
    /// The index, made of the same definitions or of other documents about the same articles
    #[arg(value_name = "INDEX")]
    index: PathBuf,
    #[command(flatten)]
    intake: Intake,
    /// The id of inventories that give none, instead of the names of their files
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// What Windows Update still offered a machine, a line `KB5036451: title` each; may be repeated
    #[arg(long, value_name = "[CLIENT=]FILE", value_parser = list)]
    pending: Vec<(Option<String>, PathBuf)>,
    #[command(flatten)]
    rules: Rules,
    /// The form of what is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
    /// Prints every column
    #[arg(long)]
    wide: bool,
}

fn list(text: &str) -> std::result::Result<(Option<String>, PathBuf), String> {
    match text.split_once('=') {
        Some((client, path)) if !client.is_empty() && !path.is_empty() => {
            Ok((Some(client.to_owned()), path.into()))
        }
        None if !text.is_empty() => Ok((None, text.into())),
        _ => Err("a list is written FILE, or CLIENT=FILE".to_owned()),
    }
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let lists = args.pending.iter().map(|(client, path)| Ok((client.as_deref(), offers(path)?)));
    let lists = lists.collect::<Result<Vec<_>>>()?;
    let definitions = Definitions::load(&args.definitions)?;
    let catalogs = files::catalogs(&args.index)?;
    let options = args.rules.options(output)?;
    let comparison = Comparison::new(&definitions, &catalogs, &options);
    let machines = machines(args, &comparison, output)?;
    if machines.is_empty() {
        output.failure("nothing was compared: no inventory could be read");
        return Ok(Exit::Nothing);
    }
    let scores = scores(&lists, &machines, &comparison)?;
    let columns = request::columns(args.wide);
    output.table(&table(&machines, scores.as_deref()), args.format, columns)?;
    Ok(Exit::Done)
}

/// Compares every inventory by itself, as wesng reads one listing at a time: several listings of one host
/// are several machines.
fn machines(args: &Args, comparison: &Comparison<'_>, output: &mut Output) -> Result<Vec<Machine>> {
    let intakes = args.intake.scan_each(args.client.as_deref())?;
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for client in intakes.iter().flat_map(|(_, intake)| intake.clients()) {
        *times.entry(&client.id).or_default() += 1;
    }
    let (mut machines, mut failed, mut buffer) = (Vec::new(), Vec::new(), Buffer::new());
    for (path, intake) in &intakes {
        for client in intake.clients() {
            let mut inventory = Inventory::default();
            if let Err(error) = intake.read(client, &mut buffer, &mut inventory) {
                failed.push(error);
                continue;
            }
            let name = name(client, path, times.get(client.id.as_str()).copied());
            machines.push(Machine { client: name, ..comparison.machine(&inventory) });
        }
    }
    output.failures(&failed);
    Ok(machines)
}

/// A client by its id, with the name of the file where several have that id.
fn name(client: &ingest::Client, path: &Path, times: Option<usize>) -> String {
    match path.file_name().filter(|_| times > Some(1)) {
        Some(file) => format!("{} ({})", client.id, file.to_string_lossy()),
        None => client.id.clone(),
    }
}

fn offers(path: &Path) -> Result<Vec<Offer>> {
    let bytes = files::open(path)?;
    pending::read(bytes.as_ref()).map_err(|error| error.in_file(path.to_string_lossy()))
}

/// The scorecard of all lists; `None` where there is none.
fn scores(
    lists: &[(Option<&str>, Vec<Offer>)],
    machines: &[Machine],
    comparison: &Comparison<'_>,
) -> Result<Option<Vec<Score>>> {
    let mut scores = Vec::new();
    for (client, offers) in lists {
        scores.extend(comparison.score(of(*client, machines)?, offers));
    }
    Ok((!lists.is_empty()).then_some(scores))
}

/// The machine that a list is of.
fn of<'m>(client: Option<&str>, machines: &'m [Machine]) -> Result<&'m Machine> {
    let names = || {
        let names: Vec<_> = machines.iter().take(5).map(|machine| machine.client.as_str()).collect();
        let more = if machines.len() > 5 { ", …" } else { "" };
        format!("there are: {}{more}", names.join(", "))
    };
    match (client, machines) {
        (None, [machine]) => Ok(machine),
        (None, _) => Err(Error::new(Code::BadValue, "the list may be of any of several machines")
            .with_hint(format!("write `--pending CLIENT=FILE`; {}", names()))),
        (Some(client), _) => machines
            .iter()
            .find(|machine| machine.client == client)
            .ok_or_else(|| Error::new(Code::BadValue, format!("no client `{client}`")).with_hint(names())),
    }
}
