//! `export patchstate`: a CSV shaped like the instances of `Win32_PatchState`, one row per client and
//! update that is Missing or Installed, and a last line that says how many cells were Unknown.
//!
//! The definition of the class is not public: the columns are those that public text shows, and two of
//! our own. What only a site knows (times of detection, authorization) is empty where there is none.

use std::io::Write;

use jiff::Timestamp;

use super::products::Products;
use super::table::{Pending, Value};
use super::{AGENT, Export, Form, LeftOut, Options, Writer, csv, flags_of, naming};
use crate::error::Result;
use crate::matrix::Matrix;
use crate::matrix::tables::{Client, Update};
use crate::model::verdict::{Cell, Verdict};

pub(super) const EXPORT: Export = Export {
    name: "patchstate",
    title: "Missing and Installed cells as instances of Win32_PatchState",
    forms: &[Form::Csv],
    writer: Writer::Document(write),
};

const COLUMNS: [&str; 27] = [
    "ClientID",
    "ClientName",
    "ID",
    "QNumbers",
    "Product",
    "Title",
    "Summary",
    "Type",
    "Language",
    "LocaleID",
    "Status",
    "BinPath",
    "InfoPath",
    "DatePosted",
    "DateRevised",
    "RebootType",
    "ScanAgent",
    "ScanDateTime",
    "TimeDetected",
    "TimeApplied",
    "AuthorizationName",
    "TimeAuthorized",
    "UpdateID",
    "ProductID",
    "RevisionNumber",
    "Reason",
    "Flags",
];

fn write(matrix: &Matrix<'_>, _: Form, options: &Options, out: &mut dyn Write) -> Result<()> {
    let mut pending = Pending::new(out);
    csv::record(&mut pending.bytes, COLUMNS);
    let updates: Vec<Escaped> = matrix.updates.iter().map(|update| Escaped::new(matrix, update)).collect();
    let mut left_out = LeftOut::default();
    let mut unknown = 0u64;
    for (at, client) in matrix.clients.iter().enumerate() {
        let products = Products::of(client);
        let mut head = Vec::new();
        fields([client.id.as_str(), &client.name], &mut head);
        for (number, cell) in matrix.row(at).enumerate() {
            let Some(status) = status(cell.verdict) else {
                unknown += u64::from(cell.verdict == Verdict::Unknown);
                continue;
            };
            let flags = flags_of(matrix, number, cell);
            if left_out.leaves_out(flags, options.hidden) {
                continue;
            }
            let line = &mut pending.bytes;
            let update = &updates[number];
            line.extend_from_slice(&head);
            line.extend_from_slice(&update.names);
            let found = products.matching(&matrix.updates[number].products);
            let product: Value<'_> = found.map(|row| row.product.as_str()).collect();
            fields([product.data().as_ref()], line);
            line.extend_from_slice(&update.texts);
            fields([status], line);
            line.extend_from_slice(&update.dates);
            fields([client.collected.as_str()], line);
            beside(options, client, (number, &matrix.updates[number].id), line);
            finish(update, cell, &flags.to_string(), line);
            pending.line()?;
        }
    }
    trailer(unknown, &left_out, &mut pending.bytes);
    pending.finish()
}

/// Writes the last line: how many cells were Unknown, then how many rows a flag hid, as names and
/// numbers in turn, padded to the width of the header.
fn trailer(unknown: u64, left_out: &LeftOut, out: &mut Vec<u8>) {
    let hidden = left_out.counts().map(|(flag, count)| (format!("hidden {flag}"), count));
    let named = [("# Unknown".to_owned(), unknown)].into_iter().chain(hidden);
    let mut fields: Vec<String> = named.flat_map(|(name, count)| [name, count.to_string()]).collect();
    fields.resize(COLUMNS.len(), String::new());
    csv::record(out, fields.iter().map(String::as_str));
}

/// The word that the class has for a verdict; the other two have no row.
fn status(verdict: Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Missing => Some("Applicable"),
        Verdict::Installed => Some("Installed"),
        Verdict::Unknown | Verdict::NotApplicable => None,
    }
}

/// Writes what only a site knows: `TimeDetected` to `TimeAuthorized`.
fn beside(options: &Options, client: &Client, (update, id): (usize, &str), line: &mut Vec<u8>) {
    let shown =
        |seconds: i64| Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default();
    let time = options.site.times.of(&client.id, update);
    let detected = time.map(|time| shown(time.detected)).unwrap_or_default();
    let applied = time.and_then(|time| time.applied).map(shown).unwrap_or_default();
    let authorized = options.site.authorized.get(id);
    let (name, since) = authorized.map_or(("", ""), |one| (&one.name, &one.time));
    fields([detected.as_str(), &applied, name, since], line);
}

/// Writes the columns from `UpdateID` on.
fn finish(update: &Escaped, cell: Cell, flags: &str, line: &mut Vec<u8>) {
    line.extend_from_slice(&update.identity);
    line.extend_from_slice(cell.reason.name().as_bytes());
    line.push(b',');
    line.extend_from_slice(flags.as_bytes());
    line.extend_from_slice(csv::END);
}

/// The columns of an update, escaped once, each with the comma behind it.
struct Escaped {
    /// `ID` and `QNumbers`.
    names: Vec<u8>,
    /// `Title` to `LocaleID`.
    texts: Vec<u8>,
    /// `BinPath` to `ScanAgent`.
    dates: Vec<u8>,
    /// `UpdateID` to `RevisionNumber`.
    identity: Vec<u8>,
}

impl Escaped {
    fn new(matrix: &Matrix<'_>, update: &Update) -> Self {
        let source = naming::source(matrix, update);
        let language = source.map_or("", |source| source.language.as_str());
        let locale = naming::locale(language).map_or_else(String::new, |number| number.to_string());
        let (feed, revision) = source.map_or(("", ""), |source| (&source.feed, &source.revision));
        let escape = |texts: &[&str]| {
            let mut out = Vec::new();
            fields(texts.iter().copied(), &mut out);
            out
        };
        Escaped {
            names: escape(&[&naming::short_id(update), &naming::articles(update).data()]),
            texts: escape(&[&update.title, &update.summary, naming::kind(source), language, &locale]),
            dates: escape(&[
                &update.payload,
                &update.information,
                &update.posted,
                &update.revised,
                update.reboot.name(),
                AGENT,
            ]),
            identity: escape(&[&update.id, feed, revision]),
        }
    }
}

/// Writes fields, each with a comma behind it.
fn fields<'t>(texts: impl IntoIterator<Item = &'t str>, out: &mut Vec<u8>) {
    for text in texts {
        csv::field(text, out);
        out.push(b',');
    }
}
