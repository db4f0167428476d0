//! `patchstate report`: a matrix as tables for people and programs.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Subcommand;
use patchstate::diagnostic::Code;
use patchstate::error::Error;
use patchstate::report::{self, Options};

use super::{cves, explorer, list};
use crate::exit::Exit;
use crate::matrices::{Matrices, Selected};
use crate::output::Output;
use crate::request::{self, Format, Listing};

/// Reports what a matrix says: in short, of one client, of one update, of everything
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  What do most clients need?
      patchstate report site fleet.matrix

  What is missing on one client, and what is there already?
      patchstate report client WS-0042 fleet.matrix --history 3")]
pub(crate) struct Args {
    #[command(subcommand)]
    view: View,
}

#[derive(Debug, Subcommand)]
enum View {
    /// Each update, and how many clients need it, have it, or could not be decided
    #[command(after_long_help = "\
Examples:
  patchstate report summary fleet.matrix
  patchstate report summary fleet.matrix --format json --wide")]
    Summary {
        #[command(flatten)]
        request: Request,
    },
    /// The updates of one client, with reasons
    #[command(after_long_help = "\
Examples:
  patchstate report client WS-0042 fleet.matrix
  patchstate report client WS-0042 fleet.matrix --history 3 --suppress notes")]
    Client {
        /// The client's id
        #[arg(value_name = "ID")]
        id: String,
        #[command(flatten)]
        request: Request,
    },
    /// The clients of one update, or of all updates of a bulletin or an article
    #[command(after_long_help = "\
Examples:
  patchstate report update MS01-022 fleet.matrix
  patchstate report update mssecure:MS00-093/q279328.exe fleet.matrix --format csv")]
    Update {
        /// An identity (`mssecure:MS00-093/q279328.exe`), a bulletin or an article number
        #[arg(value_name = "ID")]
        id: String,
        #[command(flatten)]
        request: Request,
    },
    /// Totals per feed, severity and age, and the updates that most clients need
    #[command(after_long_help = "\
Examples:
  patchstate report site fleet.matrix --now 2026-03-01
  patchstate report site --site /srv/site

  A site to look around in with a browser:
      patchstate report site security.matrix office.matrix --now 2026-03-01 --html explorer
      patchstate report site --site /srv/site --html explorer --evidence")]
    Site {
        #[command(flatten)]
        site: SiteArgs,
    },
    /// What was collected of the clients, and why cells are Unknown
    #[command(after_long_help = "\
Examples:
  patchstate report coverage fleet.matrix
  patchstate report coverage fleet.matrix --format csv")]
    Coverage {
        #[command(flatten)]
        request: Request,
    },
    /// The package rows of one client, as `dnf updateinfo list` prints them
    #[command(after_long_help = "\
Examples:
  patchstate report list fedora.idx web-01.rpm --security
  patchstate report list fedora.idx inbox/ --client web-01 --installed --with-cve")]
    List(Box<list::Args>),
    /// The vulnerabilities that are open on clients, or may be, by the products that each is on
    ///
    /// A vulnerability is open where it is on a product of the client, of whose updates none is Installed and
    /// one is Missing, whether or not that one is superseded.
    #[command(after_long_help = "\
Examples:
  patchstate report cves msrc.idx WS-0042.xml

  Which hosts are open to one of them, for a program:
      patchstate report cves msrc.idx inbox/ --cve CVE-2022-41064 --format json")]
    Cves(Box<cves::Args>),
}

#[derive(Debug, clap::Args)]
struct Request {
    #[command(flatten)]
    matrices: Matrices,
    /// The form of what is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
    /// Prints every column
    #[arg(long)]
    wide: bool,
    /// The time from which ages are counted, such as 2026-03-01 [default: of a site now, else none]
    #[arg(long, value_name = "TIME", value_parser = request::time)]
    now: Option<jiff::Timestamp>,
    #[command(flatten)]
    listing: Listing,
}

#[derive(Debug, clap::Args)]
struct SiteArgs {
    #[command(flatten)]
    request: Request,
    /// More matrices, with --html or --html-file: other clients, or other feeds
    #[arg(value_name = "MATRIX")]
    more: Vec<PathBuf>,
    #[command(flatten)]
    place: explorer::Place,
    /// With --html or --html-file of a site: shows what proves each cell that is Missing or Unknown, for so many
    /// clients, those with most Missing [without a number: 100]
    #[arg(
        long,
        value_name = "CLIENTS",
        num_args = 0..=1,
        default_missing_value = "100",
        requires = "Place",
        conflicts_with = "matrix"
    )]
    evidence: Option<NonZeroUsize>,
}

impl SiteArgs {
    fn run(&self, output: &mut Output) -> anyhow::Result<Exit> {
        let SiteArgs { request, more, place, evidence } = self;
        if place.is_named() {
            return match request.matrices.select()? {
                Selected::File(first) => {
                    let paths: Vec<PathBuf> = std::iter::once(first.to_owned()).chain(more.clone()).collect();
                    explorer::of_files(&paths, request.now, place, output)
                }
                Selected::Site(site) => {
                    explorer::of_site(&site, &request.matrices.of, request.now, *evidence, place, output)
                }
            };
        }
        if let Some(second) = more.first() {
            let error = Error::new(Code::BadValue, "a table is made of one matrix");
            let error = error.in_file(second.to_string_lossy());
            return Err(error.with_hint("several are taken with --html or --html-file").into());
        }
        print("site", "", request, output)
    }
}

impl View {
    fn run(&self, output: &mut Output) -> anyhow::Result<Exit> {
        match self {
            View::Summary { request } => print("summary", "", request, output),
            View::Client { id, request } => print("client", id, request, output),
            View::Update { id, request } => print("update", id, request, output),
            View::Site { site } => site.run(output),
            View::Coverage { request } => coverage(request, output),
            View::List(args) => list::run(args, output),
            View::Cves(args) => cves::run(args, output),
        }
    }
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    args.view.run(output)
}

/// Prints what is known of whom: of a site first by collection.
fn coverage(request: &Request, output: &mut Output) -> anyhow::Result<Exit> {
    let Selected::Site(site) = request.matrices.select()? else {
        return print("coverage", "", request, output);
    };
    let now = request::now(request.now);
    let clients = site.store().load()?;
    let columns = request::columns(request.wide);
    output.tables(&site.coverage_table(&clients, now)?, request.format, columns, 0)?;
    print_after(1, "coverage", "", request, output)
}

fn print(name: &str, subject: &str, request: &Request, output: &mut Output) -> anyhow::Result<Exit> {
    print_after(0, name, subject, request, output)
}

/// Prints a report of each matrix, after so many other tables.
fn print_after(
    before: usize,
    name: &str,
    subject: &str,
    request: &Request,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let columns = request::columns(request.wide);
    let Some(report) = report::find(name) else { anyhow::bail!("no report `{name}`") };
    let (mut printed, mut failed) = (before, None);
    request.matrices.each(request.now, output, |matrix, site, output| {
        let options = Options { columns, now: request.now, site, ..request.listing.options() };
        match (report.table)(matrix, subject, &options) {
            Ok(table) => {
                output.tables(&table, request.format, columns, printed)?;
                printed += 1;
            }
            Err(error) => failed = failed.take().or(Some(error)),
        }
        Ok(())
    })?;
    // Of several matrices some may know nothing of a client or an update.
    match failed {
        Some(error) if printed == before => Err(error.into()),
        Some(_) | None => Ok(Exit::Done),
    }
}
