//! `patchstate formats`: what can be read and written.

use patchstate::report::table::{Column, Table, Value};
use patchstate::report::{Columns, EXPORTS, REPORTS};
use patchstate::{catalog, inventory};

use crate::exit::Exit;
use crate::output::Output;
use crate::request::Format;

/// Lists what can be read and written, in the order in which content is recognised
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate formats
  patchstate formats --format json")]
pub(crate) struct Args {
    /// The form of what is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let columns =
        vec![Column::text("Use"), Column::text("Name"), Column::text("Forms"), Column::long("What")];
    let mut table = Table::new("formats", columns);
    for format in catalog::FORMATS {
        push(&mut table, "catalog", format.name, &[], format.title);
    }
    for format in inventory::FORMATS {
        push(&mut table, "inventory", format.name, &[], format.title);
    }
    for report in REPORTS {
        push(&mut table, "report", report.name, &["text", "csv", "json", "html"], report.title);
    }
    for export in EXPORTS {
        let forms: Vec<_> = export.forms.iter().map(|form| form.name()).collect();
        push(&mut table, "export", export.name, &forms, export.title);
    }
    let what = "what to install on each client, so that nothing is missing";
    push(&mut table, "export", "plan", &["json", "csv", "text"], what);
    output.table(&table, args.format, Columns::Usual)?;
    Ok(Exit::Done)
}

fn push(
    table: &mut Table<'static>,
    purpose: &'static str,
    name: &'static str,
    forms: &[&'static str],
    what: &'static str,
) {
    let forms = forms.iter().copied().collect();
    table.push(vec![Value::from(purpose), Value::from(name), forms, Value::from(what)]);
}
