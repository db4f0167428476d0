//! The inventories that a command line names, and how they are read.

use std::path::PathBuf;

use patchstate::diagnostic::{Code, Diagnostics, Severity};
use patchstate::error::{Error, Result};
use patchstate::ingest::{Input, Intake, Settings};
use patchstate::inventory::{self, Deltas, Format};
use patchstate::model::fact::{Kind, Kinds};
use patchstate::report::grouped;

use crate::output::Output;

/// Which inventories are read, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Reading {
    /// The inventories: files, folders, archives, or `-` for standard input
    #[arg(value_name = "INVENTORY", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) manner: Manner,
}

/// How inventories are read.
#[derive(Debug, clap::Args)]
pub(crate) struct Manner {
    /// Reads every inventory as this format instead of by its content
    #[arg(long, value_name = "NAME", value_parser = format)]
    input_format: Option<&'static Format>,
    /// The encoding of text that does not say its own
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// The id of the client whose inventory gives none
    #[arg(long, value_name = "ID")]
    pub(crate) client: Option<String>,
    /// Takes a kind of facts as complete, whatever the inventories say; may be repeated
    #[arg(long, value_name = "KIND", value_parser = kind)]
    assume_complete: Vec<Kind>,
    /// Reads an inventory that only changes an earlier one as if it were all; nothing is then complete
    #[arg(long)]
    delta_as_full: bool,
}

impl Manner {
    /// Looks at the inputs and finds their clients.
    pub(crate) fn scan(&self, paths: &[PathBuf]) -> Result<Intake> {
        let deltas = if self.delta_as_full { Deltas::AsFull } else { Deltas::Refuse };
        let settings = Settings {
            format: self.input_format,
            encoding: self.encoding.clone(),
            client: self.client.clone(),
            assume_complete: self.assume_complete.iter().copied().collect::<Kinds>(),
            reading: inventory::Settings { deltas, ..inventory::Settings::default() },
            ..Settings::default()
        };
        let inputs: Vec<Input> = paths.iter().map(|path| path.as_path().into()).collect();
        Intake::scan(&inputs, settings)
    }

    /// The options that change what inventories state, as they are written on a command line.
    pub(crate) fn words(&self) -> Vec<String> {
        let kinds: Kinds = self.assume_complete.iter().copied().collect();
        let mut words: Vec<String> =
            kinds.iter().map(|kind| format!("--assume-complete {}", kind.name())).collect();
        if self.delta_as_full {
            words.push("--delta-as-full".to_owned());
        }
        words
    }
}

/// How many of the inventories that could not be read are named.
const NAMED: usize = 10;

/// Says which inventories could not be read, and what was found in those that could.
pub(crate) fn report(errors: &[Error], found: &Diagnostics, output: &mut Output) {
    for error in errors.iter().take(NAMED) {
        output.warning(&format!("not read: {error}"));
    }
    if let Some(hint) = errors.iter().find_map(Error::hint) {
        output.message(&format!("hint: {hint}"));
    }
    if errors.len() > NAMED {
        output.message(&format!("and {} more", grouped((errors.len() - NAMED) as u64)));
    }
    let said = |code: Code| code != Code::InventoryUnreadable && code.severity() != Severity::Note;
    for (code, count) in found.counts().filter(|(code, _)| said(*code)) {
        output.message(&format!("{} times {code}: {}", grouped(count), code.description()));
    }
}

fn format(name: &str) -> std::result::Result<&'static Format, String> {
    inventory::find(name).ok_or_else(|| {
        let names: Vec<_> = inventory::FORMATS.iter().map(|format| format.name).collect();
        format!("the inventory formats are {}", names.join(", "))
    })
}

fn kind(name: &str) -> std::result::Result<Kind, String> {
    Kind::find(name).ok_or_else(|| {
        let names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        format!("the kinds are {}", names.join(", "))
    })
}
