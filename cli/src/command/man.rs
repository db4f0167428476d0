//! `patchstate man`: the manual pages of the program and its verbs.

use std::io::Write;

use clap::CommandFactory;
use clap_mangen::Man;

use crate::exit::Exit;
use crate::output::Output;

/// Prints the manual: a page for the program and one for each verb
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate man | man -l -
  patchstate man > ~/.local/share/man/man1/patchstate.1")]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let mut command = crate::Cli::command();
    command.build();
    output.written(|data| Ok(pages(&command, data)?))?;
    Ok(Exit::Done)
}

fn pages(command: &clap::Command, data: &mut dyn Write) -> std::io::Result<()> {
    Man::new(command.clone()).render(data)?;
    let verbs = command.get_subcommands().filter(|verb| verb.get_name() != "help");
    verbs.into_iter().try_for_each(|verb| pages(verb, data))
}
