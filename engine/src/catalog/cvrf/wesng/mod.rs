//! Reads the definitions of the wesng project: bulletins flattened into comma-separated values.
//!
//! [`read`] hands over one [`Entry`] after the other, as it is written; what an entry means is the matter
//! of who takes it. [`definitions`] answers as wesng itself does, for comparison, [`mod@filter`] is what it asks
//! with, and [`mod@drop`] says what it leaves out; [`document`] makes rows like those of a document of
//! Microsoft's. Knows the names of the archive's members and of their columns. Source of truth: `docs/wesng.md`.

mod applicable;
mod csv;
pub mod definitions;
pub mod document;
pub mod drop;
pub mod filter;
mod names;
mod texts;

use std::io::{BufReader, Read};
use std::path::Path;

use crate::container::{self, walk};
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use csv::{Record, Records};

/// How the names of the two tables of an archive begin: what the vendor said, and what the project adds.
const TABLES: [&str; 2] = ["CVEs", "Custom"];

/// The columns, in the order of the fields of [`Entry`].
const COLUMNS: [&str; 10] = [
    "DatePosted",
    "CVE",
    "BulletinKB",
    "Title",
    "AffectedProduct",
    "AffectedComponent",
    "Severity",
    "Impact",
    "Supersedes",
    "Exploits",
];

/// What is read of a table at a time.
const BUFFER: usize = 64 << 10;

/// One row of the definitions, every value as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'r> {
    /// `yyyymmdd`, the date of the vulnerability.
    pub posted: &'r str,
    /// The vulnerability; empty, or a marker of the project.
    pub cve: &'r str,
    /// Digits of an article, `Release Notes`, or anything else that the vendor wrote there.
    pub kb: &'r str,
    /// What the vulnerability is called.
    pub title: &'r str,
    /// The product.
    pub product: &'r str,
    /// A part of the product.
    pub component: &'r str,
    /// How severe it is.
    pub severity: &'r str,
    /// What it lets an attacker do.
    pub impact: &'r str,
    /// What the article replaces, separated by `;`.
    pub supersedes: &'r str,
    /// Where exploits are published.
    pub exploits: &'r str,
    /// Where the row begins in its table.
    pub position: Position,
}

/// Whether an archive with these members holds definitions.
pub(super) fn are_members(members: &[String]) -> bool {
    let is_there =
        |begin: &&str| members.iter().any(|name| name.starts_with(*begin) && name.ends_with(".csv"));
    TABLES.iter().all(is_there)
}

/// Hands over every row of both tables, in the order of the archive.
///
/// # Errors
///
/// The archive cannot be read, has not one table of each kind, or a table is malformed; or `visit` fails.
pub fn read(path: &Path, visit: &mut dyn FnMut(&Entry<'_>) -> Result<()>) -> Result<()> {
    let mut seen = [false; 2];
    walk(container::open(path)?, &mut |name, member| {
        let Some(table) = TABLES.iter().position(|begin| name.starts_with(begin)) else {
            return Ok(());
        };
        if std::mem::replace(&mut seen[table], true) {
            let message = format!("is a second table `{}`", TABLES[table]);
            return Err(Error::new(Code::WrongFormat, message));
        }
        read_table(member, visit)
    })?;
    match TABLES.iter().zip(seen).find(|(_, seen)| !seen) {
        None => Ok(()),
        Some((name, _)) => Err(Error::new(Code::WrongFormat, format!("has no table `{name}_<date>.csv`"))
            .in_file(path.to_string_lossy())
            .with_hint("give the archive `definitions.zip` of the wesng project as it is")),
    }
}

/// Hands over every row of one table.
fn read_table(source: &mut dyn Read, visit: &mut dyn FnMut(&Entry<'_>) -> Result<()>) -> Result<()> {
    let mut records = Records::new(BufReader::with_capacity(BUFFER, source));
    let Some(header) = records.next()? else {
        return Err(Error::new(Code::WrongFormat, "has no header"));
    };
    let (columns, width) = (columns(&header)?, header.len());
    while let Some(record) = records.next()? {
        if record.len() != width {
            let message = format!("a row of {} fields below a header of {width}", record.len());
            return Err(Error::new(Code::NotWellFormed, message).at(record.position));
        }
        visit(&entry(&record, columns))?;
    }
    Ok(())
}

/// Where each of the columns stands.
fn columns(header: &Record<'_>) -> Result<[usize; COLUMNS.len()]> {
    let mut places = [0; COLUMNS.len()];
    for (place, name) in places.iter_mut().zip(COLUMNS) {
        let found = (0..header.len()).find(|number| header.field(*number) == name);
        *place = found.ok_or_else(|| {
            Error::new(Code::WrongFormat, format!("has no column `{name}`")).at(header.position)
        })?;
    }
    Ok(places)
}

fn entry<'r>(record: &Record<'r>, columns: [usize; COLUMNS.len()]) -> Entry<'r> {
    let [posted, cve, kb, title, product, component, severity, impact, supersedes, exploits] =
        columns.map(|place| record.field(place));
    let position = record.position;
    Entry { posted, cve, kb, title, product, component, severity, impact, supersedes, exploits, position }
}
