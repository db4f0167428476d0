//! The program `patchstate`: reads a command line, does what it says, and ends with an exit code.
//!
//! All knowledge is in the engine; this talks: data on standard output, everything else on standard
//! error. Source of truth: `docs/command-line.md`.

use std::process::ExitCode;

use clap::Parser;

mod catalogs;
mod command;
mod evaluation;
mod exit;
mod files;
mod host;
mod matrices;
mod output;
mod progress;
mod proofs;
mod request;
mod signals;

use command::Command;
use exit::Exit;
use mimalloc::MiMalloc;
use output::{Color, Output};

/// What is learned of clients is many small things, which the system's allocator takes long for.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Says which updates are missing on which clients, from vendors' catalogs and clients' inventories.
#[derive(Debug, Parser)]
#[command(name = "patchstate", version, max_term_width = 100)]
struct Cli {
    /// Prints no progress, warnings or hints, only data and errors
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    quiet: bool,
    /// When to print in colour; `auto` is on a terminal unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Everywhere")]
    color: Color,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody is left to hear that the message could not be written.
            let _ = error.print();
            return if error.use_stderr() { Exit::Refused.into() } else { Exit::Done.into() };
        }
    };
    let mut output = Output::new(cli.color, cli.quiet.into());
    let result = cli.command.run(&mut output);
    match result.and_then(|exit| output.finish().map(|()| exit)) {
        Ok(exit) => exit.into(),
        Err(error) if output::is_broken_pipe(&error) => Exit::Done.into(),
        Err(error) => {
            output.error(&error);
            Exit::Refused.into()
        }
    }
}
