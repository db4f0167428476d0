//! `patchstate convert`: inventories of any format in, the native format out.

use std::io::Write;
use std::path::PathBuf;

use patchstate::archive::output::Output as File;
use patchstate::diagnostic::Diagnostics;
use patchstate::error::{Error, Result};
use patchstate::ingest::{self, Buffer, Import};
use patchstate::inventory::native;
use patchstate::model::inventory::Inventory;
use patchstate::report::grouped;

use super::evaluate::findings;
use crate::evaluation::Intake;
use crate::exit::Exit;
use crate::files;
use crate::output::Output;
use crate::progress::Progress;

/// Converts inventories of any format to the native one
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  rpm -qa --qf '%{NAME} %{EPOCHNUM}:%{VERSION}-%{RELEASE} %{ARCH}\\n' > web-01.rpm
  patchstate convert web-01.rpm -o web-01.xml

  A folder of inventories as one document:
      patchstate convert inventories/ -o fleet.xml")]
pub(crate) struct Args {
    #[command(flatten)]
    intake: Intake,
    /// The id of inventories that give none, instead of the names of their files
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// The document; several clients become one `inventories`
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let intake = args.intake.scan(args.client.as_deref())?;
    args.intake.warn_of_empty(&intake, output);
    let progress = Progress::clients(intake.clients().len() as u64, output);
    let mut work = Work::new(&intake);
    let mut file = files::create(&args.output)?;
    work.write(&mut file, &|bytes| progress.step(bytes))?;
    progress.finish();
    output.failures(&work.errors);
    findings(&work.diagnostics, output);
    if work.left_out > 0 {
        output.warning(&format!(
            "{} collected objects and items of OVAL have no place in the document; what they state beside is in it",
            grouped(work.left_out)
        ));
    }
    if work.import.read == 0 {
        let why = if intake.clients().is_empty() { "was found" } else { "could be read" };
        output.failure(&format!("nothing was written: no inventory {why}"));
        return Ok(Exit::Nothing);
    }
    file.flush()?;
    file.finish()?;
    let import = work.import;
    let [read, failed, duplicates, skipped] =
        [import.read, import.failed, import.duplicates, import.skipped].map(grouped);
    output.message(&format!(
        "{read} clients with {} facts; {failed} in error, {duplicates} inventories and {skipped} files passed over",
        grouped(work.facts)
    ));
    Ok(if import.failed == 0 { Exit::Done } else { Exit::Findings })
}

/// What a conversion needs, and what it found.
struct Work<'i> {
    intake: &'i ingest::Intake,
    buffer: Buffer,
    import: Import,
    errors: Vec<Error>,
    diagnostics: Diagnostics,
    facts: u64,
    /// Objects and items of OVAL, which are no facts.
    left_out: u64,
    /// Bytes of the client that was read last.
    bytes: u64,
}

impl<'i> Work<'i> {
    fn new(intake: &'i ingest::Intake) -> Work<'i> {
        Work {
            intake,
            buffer: Buffer::new(),
            import: Import::of(intake),
            errors: Vec::new(),
            diagnostics: intake.diagnostics().clone(),
            facts: 0,
            left_out: 0,
            bytes: 0,
        }
    }

    /// Writes every client that can be read; a single one as a document of its own.
    fn write(&mut self, file: &mut File, done: &dyn Fn(u64)) -> Result<()> {
        if let [client] = self.intake.clients() {
            let inventory = self.read(client);
            done(self.bytes);
            return inventory.map_or(Ok(()), |inventory| native::write(&inventory, file));
        }
        let mut writer = native::Writer::new(file)?;
        for client in self.intake.clients() {
            if let Some(inventory) = self.read(client) {
                writer.inventory(&inventory)?;
            }
            done(self.bytes);
        }
        writer.finish()?;
        Ok(())
    }

    fn read(&mut self, client: &ingest::Client) -> Option<Inventory> {
        let mut inventory = Inventory::default();
        let imported = self.intake.import(client, &mut self.buffer, &mut inventory);
        self.import.add(&imported);
        match imported {
            Ok(imported) => {
                self.facts += u64::from(imported.read.facts);
                self.bytes = imported.read.bytes;
                self.diagnostics.append(imported.diagnostics);
                let known = &inventory.characteristics;
                self.left_out += (known.objects.len() + known.items.len()) as u64;
                if inventory.client().is_empty() {
                    inventory.header.client = client.id.clone().into();
                }
                Some(inventory)
            }
            Err(error) => {
                self.errors.push(error);
                self.bytes = 0;
                None
            }
        }
    }
}
