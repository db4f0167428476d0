//! `patchstate report list`: the package rows of one client, as `dnf updateinfo list` prints them.

use std::path::PathBuf;

use patchstate::ingest::Buffer;
use patchstate::model::inventory::Inventory;
use patchstate::report::Columns;
use patchstate::report::listing::{Form, Listing, Naming, Query, View};

use crate::evaluation::{self, Intake, Rules};
use crate::exit::Exit;
use crate::files;
use crate::output::Output;
use crate::request::Format;

/// What is listed of which client.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The index
    #[arg(value_name = "INDEX")]
    index: PathBuf,
    #[command(flatten)]
    intake: Intake,
    /// The client, where there are several; also the id of an inventory that gives none
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// Rows that are needed; this is what is listed unless another view is asked for
    #[arg(long, group = "view")]
    available: bool,
    /// Rows of which something is installed that is not older
    #[arg(long, group = "view")]
    installed: bool,
    /// Both; what is installed is marked
    #[arg(long, group = "view")]
    all: bool,
    /// Security updates
    #[arg(long)]
    security: bool,
    /// Updates of type bugfix
    #[arg(long)]
    bugfix: bool,
    /// Updates of type enhancement
    #[arg(long)]
    enhancement: bool,
    /// Updates of type newpackage
    #[arg(long)]
    newpackage: bool,
    /// Names each line after a vulnerability instead of the update
    #[arg(long)]
    with_cve: bool,
    /// Names each line after a bug instead of the update
    #[arg(long)]
    with_bz: bool,
    /// Updates that refer to this vulnerability; may be repeated
    #[arg(long, value_name = "ID")]
    cve: Vec<String>,
    /// Updates that refer to this bug; may be repeated
    #[arg(long, value_name = "ID")]
    bz: Vec<String>,
    /// How many updates of each type there are
    #[arg(long, group = "form")]
    summary: bool,
    /// Everything that the catalog says of each update
    #[arg(long, group = "form")]
    info: bool,
    #[command(flatten)]
    rules: Rules,
    /// The form of what is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
}

impl Args {
    fn query(&self) -> Query {
        let kinds = [
            (self.security, "security"),
            (self.bugfix, "bugfix"),
            (self.enhancement, "enhancement"),
            (self.newpackage, "newpackage"),
        ];
        Query {
            view: match (self.installed, self.all) {
                (true, _) => View::Installed,
                (false, true) => View::All,
                (false, false) => View::Available,
            },
            form: match (self.summary, self.info) {
                (true, _) => Form::Summary,
                (false, true) => Form::Info,
                (false, false) => Form::List,
            },
            naming: match (self.with_cve, self.with_bz) {
                (true, true) => Naming::Both,
                (true, false) => Naming::Vulnerability,
                (false, true) => Naming::Bug,
                (false, false) => Naming::Update,
            },
            kinds: kinds.iter().filter(|(asked, _)| *asked).map(|(_, kind)| (*kind).to_owned()).collect(),
            cves: self.cve.clone(),
            bugs: self.bz.clone(),
            ids: Vec::new(),
        }
    }
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let catalogs = files::catalogs(&args.index)?;
    let intake = args.intake.scan(args.client.as_deref())?;
    let client = evaluation::only_client(args.client.as_deref(), &intake)?;
    let mut inventory = Inventory::default();
    intake.read(client, &mut Buffer::new(), &mut inventory)?;
    let (options, query) = (args.rules.options(output)?, args.query());
    let listing = Listing::new(&catalogs, &options, &inventory, &query);
    match args.format {
        Format::Text => output.written(|data| listing.write(data))?,
        Format::Csv | Format::Json | Format::Html => {
            output.table(&listing.table(), args.format, Columns::Usual)?;
        }
    }
    if listing.undecided() > 0 {
        let message = format!("{} rows could not be decided and are not listed", listing.undecided());
        output.warning(&message);
    }
    Ok(Exit::Done)
}
