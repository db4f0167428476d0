//! The definition that a new site begins with: per feed three collections, a package of three programs, and
//! two advertisements.

use std::fmt::Write;

use super::{Kind, Role, VERSION};
use crate::catalog::Format;
use crate::site::toml::quoted;

/// What a new site is made of.
#[derive(Clone, Debug)]
pub struct Template<'a> {
    /// Its name.
    pub name: &'a str,
    /// The client that updates are tried on; it need not be there.
    pub test_client: &'a str,
    /// The host that fetches catalogs.
    pub sync_host: &'a str,
    /// The feeds: id and format.
    pub feeds: Vec<(&'a str, &'static Format)>,
}

/// Days from one run to the next, of scan and of sync.
const EVERY_DAYS: u64 = 7;

/// Writes the definition.
pub(in crate::site) fn write(template: &Template<'_>) -> String {
    let mut out = String::new();
    _ = write!(
        out,
        "# What this site is. Every word: docs/site.md, or `patchstate site --help`.\nversion = {VERSION}\n\n\
         [site]\nname = {}\ncode = \"PS1\"                     # a label: 3 characters A-Z 0-9\n\
         max_inventory_age_days = 14\npatch_age_days = 60\nkeep_revisions = 8                # 0: all\n",
        quoted(template.name)
    );
    template.feeds.iter().for_each(|(id, format)| feed(template, id, format, &mut out));
    out
}

fn feed(template: &Template<'_>, id: &str, format: &Format, out: &mut String) {
    _ = write!(
        out,
        "\n[[feed]]\nid = {}\ntool = {}\nformat = {}\n\
         source = [\"drop\"]                 # in order: \"drop\", a file, a folder, an http(s) address\n\
         language = \"en\"\nrules = []\nproducts = []\ndigest = \"\"\nmax_download_mib = 2048\n",
        quoted(id),
        quoted(tool(format.name)),
        quoted(format.name)
    );
    let clients = [
        (Role::Production, "production", "*"),
        (Role::Preproduction, "preproduction", template.test_client),
        (Role::SyncHost, "sync", template.sync_host),
    ];
    for (role, name, clients) in clients {
        _ = write!(
            out,
            "\n[[collection]]\nid = \"{id}-{name}\"\nfeed = \"{id}\"\nrole = \"{}\"\nclients = [{}]\nexclude = []\n",
            role.name(),
            quoted(clients)
        );
    }
    _ = write!(out, "\n[[package]]\nid = \"{id}\"\nfeed = \"{id}\"\n");
    for (name, kind) in [("scan", Kind::Scan), ("scan-expedited", Kind::Expedited), ("sync", Kind::Sync)] {
        _ = write!(out, "[[package.program]]\nid = \"{name}\"\nkind = \"{}\"\n", kind.name());
        if kind != Kind::Sync {
            out.push_str("options = []\n");
        }
    }
    for (name, collection) in [("scan", "production"), ("sync", "sync")] {
        _ = write!(
            out,
            "\n[[advertisement]]\nid = \"{id}-{name}\"\nprogram = \"{id}/{name}\"\ncollection = \"{id}-{collection}\"\n\
             every_days = {EVERY_DAYS}\n"
        );
    }
}

/// What the tool is called that a format's catalogs stand for.
fn tool(format: &str) -> &str {
    match format {
        "mssecure" => "MS Security Updates",
        "office" => "MS Office Updates",
        other => other,
    }
}
