//! `patchstate site init`: a new site in an empty folder.

use std::path::PathBuf;

use patchstate::catalog::{self, Format};
use patchstate::site::definition::Template;
use patchstate::site::{DEFINITION, Site};

use crate::exit::Exit;
use crate::host;
use crate::output::Output;

/// Makes a new site
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate site init /srv/site --name Example --test-client TEST01

  Feeds of other formats:
      patchstate site init . --name Linux --test-client web-99 --feeds fedora=updateinfo,hp=sdp")]
pub(crate) struct Args {
    /// The folder; it is made where it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The name of the site
    #[arg(long)]
    name: String,
    /// The client that updates are tried on; it need not be there
    #[arg(long, value_name = "CLIENT")]
    test_client: String,
    /// The host that fetches catalogs [default: this one]
    #[arg(long, value_name = "HOST")]
    sync_host: Option<String>,
    /// The catalogs: `security` (mssecure), `office`, the name of a format, or ID=FORMAT
    #[arg(long, value_name = "FEEDS", value_delimiter = ',', value_parser = feed, default_value = "security,office")]
    feeds: Vec<(String, &'static Format)>,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let host = args.sync_host.clone().unwrap_or_else(host::name);
    let template = Template {
        name: &args.name,
        test_client: &args.test_client,
        sync_host: &host,
        feeds: args.feeds.iter().map(|(id, format)| (id.as_str(), *format)).collect(),
    };
    Site::init(&args.folder, &template)?;
    let folder = args.folder.display();
    output.message(&format!("{}: a new site; look at {DEFINITION}, then:", folder));
    for (id, format) in &args.feeds {
        output.message(&format!(
            "  put a catalog of format `{}` into {folder}/catalog/{id}/drop/",
            format.name
        ));
    }
    output.message(&format!("  patchstate site sync --site {folder}"));
    output.message(&format!("  let inventories be renamed into {folder}/spool/in/"));
    output.message(&format!("  patchstate site scan --site {folder}"));
    Ok(Exit::Done)
}

/// Reads a feed: its id, and its format where the id does not say it.
fn feed(text: &str) -> Result<(String, &'static Format), String> {
    let (id, format) = match text.split_once('=') {
        Some((id, format)) => (id, format),
        None if text == "security" => (text, "mssecure"),
        None => (text, text),
    };
    let known = catalog::find(format).ok_or_else(|| {
        let names: Vec<_> = catalog::FORMATS.iter().map(|format| format.name).collect();
        format!("`{format}` is no catalog format; write ID=FORMAT with one of: {}", names.join(", "))
    })?;
    Ok((id.to_owned(), known))
}
