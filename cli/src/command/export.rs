//! `patchstate export`: a matrix in the forms that other programs read.

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use jiff::Timestamp;
use patchstate::diagnostic::Code;
use patchstate::error::Error;
use patchstate::plan::{self, Planner};
use patchstate::report::sarif::Log;
use patchstate::report::{self, Columns, Form, Options, Verdicts, parquet};
use patchstate::site;

use crate::exit::Exit;
use crate::files;
use crate::matrices::{Matrices, OfSite, Selected};
use crate::output::{Output, WithoutFirstLine};
use crate::request::{self, Format, Listing};
use crate::signals;

/// Exports a matrix in the forms that other programs read
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  Every cell, also those that are NotApplicable, as lines of JSON:
      patchstate export matrix fleet.matrix --verdict all --format ndjson

  The shape of Win32_PatchState, for what reads the hardware inventory of SMS:
      patchstate export patchstate fleet.matrix > patchstate.csv

  Results that a CI system shows:
      patchstate export sarif fleet.matrix > fleet.sarif")]
pub(crate) struct Args {
    #[command(subcommand)]
    target: Target,
    /// Of a site: the time from which ages are counted [default: now]
    #[arg(long, value_name = "TIME", value_parser = request::time, global = true)]
    now: Option<Timestamp>,
}

#[derive(Debug, Subcommand)]
enum Target {
    /// One line per cell: client,update,verdict,reason,flags
    #[command(after_long_help = "\
Examples:
  patchstate export matrix fleet.matrix
  patchstate export matrix fleet.matrix --verdict missing --format tsv | cut -f 2 | sort | uniq -c")]
    Matrix {
        #[command(flatten)]
        matrices: Matrices,
        /// The form of the lines
        #[arg(long, value_name = "FORM", default_value = "csv")]
        format: Lines,
        /// `all`, or verdicts separated by commas [default: Missing,Unknown]
        #[arg(long, value_name = "all|LIST", value_parser = verdicts)]
        verdict: Option<Verdicts>,
    },
    /// Missing and Installed cells, shaped like instances of Win32_PatchState (CSV)
    #[command(after_long_help = "\
Examples:
  patchstate export patchstate fleet.matrix > patchstate.csv
  patchstate export patchstate fleet.matrix --all | grep Applicable")]
    Patchstate {
        #[command(flatten)]
        matrices: Matrices,
        /// Lists rows that a flag hides, too (superseded, ignored, expired, bundle-child)
        #[arg(long)]
        all: bool,
    },
    /// Tables for analysts, as four Parquet files: client_state, findings, dim_update, dim_client
    ///
    /// `findings` has a row for each cell that is listed. A client without a row in it is clean only where
    /// `client_state` says `ok` of it. Builds without the feature `parquet` refuse.
    #[command(after_long_help = "\
Examples:
  patchstate export parquet fleet.matrix -o tables
  patchstate export parquet fleet.matrix -o tables --verdict all

  Which updates do most clients need, asked of DuckDB:
      duckdb -c \"SELECT title, count(*) FROM 'tables/findings.parquet'
                 JOIN 'tables/dim_update.parquet' USING (update_key)
                 WHERE verdict = 2 GROUP BY title ORDER BY 2 DESC LIMIT 10\"")]
    Parquet {
        #[command(flatten)]
        matrices: Matrices,
        /// The folder of the files; it is made where it is not there
        #[arg(long, short, value_name = "DIR")]
        output: PathBuf,
        /// The verdicts of `findings`: `all`, or verdicts separated by commas [default: Missing,Unknown]
        #[arg(long, value_name = "all|LIST", value_parser = verdicts)]
        verdict: Option<Verdicts>,
    },
    /// Missing and Unknown cells as results for CI systems: a log of SARIF 2.1.0, with a run for each feed
    #[command(after_long_help = "\
Examples:
  patchstate export sarif fleet.matrix > fleet.sarif
  patchstate export sarif fleet.matrix --all | jq '.runs[0].results | length'")]
    Sarif {
        #[command(flatten)]
        matrices: Matrices,
        /// Lists rows that a flag hides, too (superseded, ignored, expired, bundle-child)
        #[arg(long)]
        all: bool,
    },
    /// What to install on each client, in which order, so that nothing is missing; of a site, who needs the
    /// updates of an authorization list
    ///
    /// With --index: the plans of the clients of a matrix. Without: the plan of a list of a site, which
    /// `patchstate site authorize` makes: addresses, articles, restart, clients of each update.
    #[command(after_long_help = "\
Examples:
  patchstate export plan fleet.matrix --index site.idx --format csv > plan.csv
  patchstate export plan WS-0042 fleet.matrix --index site.idx --format text

  The updates of a list, for people and for a program that installs them:
      patchstate export plan march --site /srv/site --format text
      patchstate export plan march --site /srv/site --format xml > PatchAuthorize.xml")]
    Plan {
        /// Before MATRIX: the client; without one, all. Of a site: the authorization list
        #[arg(value_name = "CLIENT|LIST")]
        name: Option<PathBuf>,
        /// The matrix
        #[arg(value_name = "MATRIX", requires = "index")]
        matrix: Option<PathBuf>,
        /// The index that the matrix was made of
        #[arg(long, value_name = "INDEX", conflicts_with = "site")]
        index: Option<PathBuf>,
        /// Takes the list of the site in this folder [default: this folder where it is one]
        #[arg(long, value_name = "DIR")]
        site: Option<PathBuf>,
        /// The form of the plans; `xml` is of a list
        #[arg(long, value_name = "FORM", default_value = "json")]
        format: Plans,
    },
    /// Lines per client and product as HFNetChk prints them
    #[command(after_long_help = "\
Examples:
  patchstate export hfnetchk fleet.matrix
  patchstate export hfnetchk fleet.matrix --history 3 --suppress warnings")]
    Hfnetchk {
        #[command(flatten)]
        matrices: Matrices,
        #[command(flatten)]
        listing: Listing,
    },
}

/// The form of the lines of `export matrix`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Lines {
    Csv,
    Tsv,
    Ndjson,
}

/// The form of `export plan`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Plans {
    Json,
    Csv,
    Text,
    Xml,
}

fn verdicts(text: &str) -> Result<Verdicts, String> {
    Verdicts::parse(text).map_err(|error| match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    })
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let now = args.now;
    match &args.target {
        Target::Matrix { matrices, format, verdict } => {
            let form = match format {
                Lines::Csv => Form::Csv,
                Lines::Tsv => Form::Tsv,
                Lines::Ndjson => Form::Ndjson,
            };
            let options = Options { verdicts: verdict.unwrap_or_default(), ..Options::default() };
            write("matrix", matrices, form, &options, now, output)
        }
        Target::Patchstate { matrices, all } => {
            let listing = Listing { all: *all, ..Listing::default() };
            write("patchstate", matrices, Form::Csv, &listing.options(), now, output)
        }
        Target::Parquet { matrices, output: folder, verdict } => {
            let options = Options { verdicts: verdict.unwrap_or_default(), ..Options::default() };
            tables(matrices, folder, &options, now)
        }
        Target::Sarif { matrices, all } => {
            let listing = Listing { all: *all, ..Listing::default() };
            log(matrices, &listing.options(), now, output)
        }
        Target::Plan { name, matrix, index: Some(index), format, .. } => {
            let (client, matrix) = match (name, matrix) {
                (client, Some(matrix)) => (client.as_ref().map(|client| client.to_string_lossy()), matrix),
                (Some(matrix), None) => (None, matrix),
                (None, None) => {
                    let error = Error::new(Code::BadValue, "no matrix is named");
                    return Err(error.with_hint("name the matrix that was made of the index").into());
                }
            };
            plans(client.as_deref(), matrix, index, *format, output)
        }
        Target::Plan { name, site, format, .. } => list(name.as_deref(), site.clone(), *format, now, output),
        Target::Hfnetchk { matrices, listing } => {
            write("hfnetchk", matrices, Form::Text, &listing.options(), now, output)
        }
    }
}

fn write(
    name: &str,
    matrices: &Matrices,
    form: Form,
    options: &Options,
    now: Option<Timestamp>,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let Some(export) = report::find_export(name) else { anyhow::bail!("no export `{name}`") };
    let mut written = 0;
    matrices.each(now, output, |matrix, site, output| {
        let options = Options { site, ..options.clone() };
        written += 1;
        output.written(|data| match form {
            Form::Csv | Form::Tsv if written > 1 => {
                export.write(matrix, form, &options, &mut WithoutFirstLine::new(data))
            }
            _ => export.write(matrix, form, &options, data),
        })
    })?;
    Ok(Exit::Done)
}

/// Writes a log with a run of each matrix.
fn log(
    matrices: &Matrices,
    options: &Options,
    now: Option<Timestamp>,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let mut log = Log::default();
    matrices.each(now, output, |matrix, site, output| {
        let options = Options { site, ..options.clone() };
        output.written(|data| log.run(matrix, &options, data))
    })?;
    output.written(|data| log.end(data))?;
    Ok(Exit::Done)
}

/// Writes tables of all matrices, with the collections of a site.
fn tables(
    matrices: &Matrices,
    folder: &Path,
    options: &Options,
    now: Option<Timestamp>,
) -> anyhow::Result<Exit> {
    signals::leave_nothing_behind();
    match matrices.select()? {
        Selected::File(path) => {
            let bytes = files::open(path)?;
            let matrix = files::matrix(path, &bytes)?;
            parquet::write(&[&matrix], &parquet::everybody(&[&matrix]), options, folder)?;
        }
        Selected::Site(site) => {
            let (now, of) = (request::now(now), &matrices.of);
            let clients = site.store().load()?;
            let views = site.views(&of.feed, of.collection.as_deref())?;
            let opened = views.iter().map(|view| view.open(&site, &clients, now));
            let opened: Vec<_> = opened.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
            let collections = site.standing(&clients, of.collection.as_deref(), now)?;
            let wanted =
                |collection: &parquet::Collection| views.iter().any(|view| view.feed == collection.feed);
            let collections: Vec<_> = collections.into_iter().filter(wanted).collect();
            parquet::write(&opened.iter().collect::<Vec<_>>(), &collections, options, folder)?;
        }
    }
    Ok(Exit::Done)
}

fn plans(
    client: Option<&str>,
    path: &Path,
    index: &Path,
    format: Plans,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let form = match format {
        Plans::Json => plan::Form::Json,
        Plans::Csv => plan::Form::Csv,
        Plans::Text => plan::Form::Text,
        Plans::Xml => {
            let error = Error::new(Code::BadValue, "the plans of a matrix have no form `xml`");
            return Err(error.with_hint("take `json` or `csv`; `xml` is of an authorization list").into());
        }
    };
    let index = files::index(index)?;
    let bytes = files::open(path)?;
    let matrix = files::matrix(path, &bytes)?;
    let planner =
        Planner::new(&matrix, index.view()?).map_err(|error| error.in_file(path.to_string_lossy()))?;
    let clients = match client {
        None => 0..matrix.clients.len(),
        Some(id) => {
            let found = report::find_client(&matrix, id)?;
            found..found + 1
        }
    };
    output.written(|data| plan::write(&planner, clients, form, data))?;
    Ok(Exit::Done)
}

/// Writes the plan of an authorization list.
fn list(
    name: Option<&Path>,
    site: Option<PathBuf>,
    format: Plans,
    now: Option<Timestamp>,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let of = OfSite { site, collection: None, feed: Vec::new() };
    let Some(site) = of.open()? else {
        let error = Error::new(Code::BadValue, "no index is named, and this folder is no site");
        let hint =
            "name a matrix and its index with `--index INDEX`, or a list and its site with `--site DIR`";
        return Err(error.with_hint(hint).into());
    };
    let Some(name) = name else {
        let error = Error::new(Code::BadValue, "no list is named");
        return Err(error.with_hint(site.hint_at_authorizations()?).into());
    };
    let planned = site.planned(&name.to_string_lossy(), request::now(now))?;
    for entry in &planned.unmatched {
        output.warning(&format!("the list has `{entry}`, which is no update"));
    }
    for (update, by) in &planned.unlisted {
        output.warning(&format!("`{update}` is replaced by `{by}`, which is not in the list"));
    }
    let format = match format {
        Plans::Json => Format::Json,
        Plans::Csv => Format::Csv,
        Plans::Text => Format::Text,
        Plans::Xml => {
            output.written(|data| site::plan::write_xml(&planned, data))?;
            return Ok(Exit::Done);
        }
    };
    output.table(&planned.table(), format, Columns::Usual)?;
    Ok(Exit::Done)
}
