//! The verbs, each a file with its `Args` and its `run`.

use clap::Subcommand;

use crate::exit::Exit;
use crate::output::Output;

mod compat;
mod compile;
mod completions;
mod convert;
mod cves;
mod demo;
mod diff;
mod evaluate;
mod explain;
mod explorer;
mod export;
mod facts;
mod formats;
mod generate;
mod inspect;
mod lint;
mod list;
mod man;
mod report;
pub(crate) mod site;
mod verify;
mod wesng_diff;

/// What the program does.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(demo::Args),
    Compile(compile::Args),
    Evaluate(evaluate::Args),
    Report(report::Args),
    Site(site::Args),
    Export(export::Args),
    Explain(explain::Args),
    Diff(diff::Args),
    Inspect(inspect::Args),
    Lint(lint::Args),
    Verify(verify::Args),
    Facts(facts::Args),
    Convert(convert::Args),
    Formats(formats::Args),
    Compat(compat::Args),
    Generate(generate::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    pub(crate) fn run(&self, output: &mut Output) -> anyhow::Result<Exit> {
        match self {
            Command::Demo(args) => demo::run(args, output),
            Command::Compile(args) => compile::run(args, output),
            Command::Evaluate(args) => evaluate::run(args, output),
            Command::Report(args) => report::run(args, output),
            Command::Site(args) => site::run(args, output),
            Command::Export(args) => export::run(args, output),
            Command::Explain(args) => explain::run(args, output),
            Command::Diff(args) => diff::run(args, output),
            Command::Inspect(args) => inspect::run(args, output),
            Command::Lint(args) => lint::run(args, output),
            Command::Verify(args) => verify::run(args, output),
            Command::Facts(args) => facts::run(args, output),
            Command::Convert(args) => convert::run(args, output),
            Command::Formats(args) => formats::run(args, output),
            Command::Compat(args) => compat::run(args, output),
            Command::Generate(args) => generate::run(args, output),
            Command::Completions(args) => completions::run(args, output),
            Command::Man(args) => man::run(args, output),
        }
    }
}
