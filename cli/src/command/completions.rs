//! `patchstate completions`: completion scripts for shells.

use clap::CommandFactory;
use clap_complete::{Generator, Shell};

use crate::exit::Exit;
use crate::output::Output;

/// Prints a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate completions bash > ~/.local/share/bash-completion/completions/patchstate
  patchstate completions fish > ~/.config/fish/completions/patchstate.fish")]
pub(crate) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let mut command = crate::Cli::command();
    command.set_bin_name("patchstate");
    command.build();
    output.written(|data| Ok(args.shell.try_generate(&command, data)?))?;
    Ok(Exit::Done)
}
