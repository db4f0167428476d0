//! Reports over the matrices of a site.

use jiff::Timestamp;
use patchstate::report;
use patchstate::site::Site;

use crate::output::Output;
use crate::request::{Format, Listing};

/// Prints what one client needs, for each feed that has a row of it.
pub(crate) fn client(
    site: &Site,
    client: &str,
    format: Format,
    now: Option<Timestamp>,
    output: &mut Output,
) -> anyhow::Result<()> {
    let now = now.unwrap_or_else(Timestamp::now);
    let clients = site.store().load()?;
    let options = Listing::default().options();
    let report = report::find("client").ok_or_else(|| anyhow::anyhow!("there is no report `client`"))?;
    for view in site.views(&[], None)? {
        let Some(matrix) = view.open(site, &clients, now)? else { continue };
        if matrix.client(client).is_none() {
            continue;
        }
        let table = (report.table)(&matrix, client, &options)?;
        output.table(&table, format, options.columns)?;
    }
    Ok(())
}
