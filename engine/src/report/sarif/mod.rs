//! `export sarif`: cells that are Missing or Unknown as a log of SARIF 2.1.0, which CI systems read.
//!
//! A rule is an update, a result is a cell, and its place is the client: a logical location, for there is
//! no file that could be opened. What is Unknown is of kind `open`, which SARIF has for exactly that, and
//! has no level. Results are written as they are found; the matrix is looked at once before, to know which
//! updates have any. Source of truth: OASIS "Static Analysis Results Interchange Format (SARIF) Version
//! 2.1.0", and `docs/reports.md`.

use std::borrow::Cow;
use std::io::Write;

use twox_hash::XxHash3_128;

use super::table::Pending;
use super::{Export, Form, LeftOut, Options, Writer, flags_of, json, naming};
use crate::error::Result;
use crate::matrix::Matrix;
use crate::matrix::tables::{Client, Status, Update};
use crate::model::flag::Flags;
use crate::model::update::Urgency;
use crate::model::verdict::{Cell, Verdict};
use crate::render::clean;

mod rules;

pub(super) const EXPORT: Export = Export {
    name: "sarif",
    title: "Missing and Unknown cells as results for CI systems, SARIF 2.1.0",
    forms: &[Form::Sarif],
    writer: Writer::Document(write),
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// A log that is written run by run, each of one matrix, in pieces of output that follow each other.
///
/// ```
/// use patchstate::matrix::{Matrix, write, tables::Run};
/// use patchstate::report::{Options, sarif::Log};
///
/// let mut bytes = std::io::Cursor::new(Vec::new());
/// write(&Run::default(), std::iter::empty(), [], &mut bytes)?;
/// let matrix = Matrix::open(bytes.get_ref())?;
/// let (mut log, mut out) = (Log::default(), Vec::new());
/// log.run(&matrix, &Options::default(), &mut out)?;
/// log.end(&mut out)?;
/// assert!(out.ends_with(b"]}\n"));
/// # Ok::<(), patchstate::error::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Log {
    runs: usize,
}

impl Log {
    /// Writes the run of a matrix. That of a site's feed has the feed as its category, by which readers tell
    /// the runs of one tool apart.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn run(&mut self, matrix: &Matrix<'_>, options: &Options, out: &mut dyn Write) -> Result<()> {
        let listed = Listed::new(matrix, options);
        let mut pending = Pending::new(out);
        self.begin(&mut pending.bytes);
        pending.bytes.extend(b"{\n");
        if !options.site.feed.is_empty() {
            pending.bytes.extend(b"\"automationDetails\":{");
            text("id", &format!("{}/", options.site.feed), &mut pending.bytes);
            pending.bytes.extend(b"},\n");
        }
        pending.bytes.extend(b"\"tool\":{\"driver\":{\"name\":\"patchstate\",");
        text("semanticVersion", env!("CARGO_PKG_VERSION"), &mut pending.bytes);
        rules::write(matrix, &listed.rules, &mut pending)?;
        write_invocation(matrix, &mut pending)?;
        write_results(matrix, options, &listed, &mut pending)?;
        let counts: Vec<_> =
            listed.left_out.counts().map(|(name, count)| format!("\"{name}\":{count}")).collect();
        pending.bytes.extend(format!(",\n\"properties\":{{\"hidden\":{{{}}}}}}}", counts.join(",")).bytes());
        pending.finish()
    }

    /// Writes the end of the log.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn end(self, out: &mut dyn Write) -> Result<()> {
        Ok(out.write_all(b"]}\n")?)
    }

    /// Writes what stands before a run.
    fn begin(&mut self, out: &mut Vec<u8>) {
        self.runs += 1;
        if self.runs > 1 {
            out.extend(b",");
            return;
        }
        out.extend(b"{");
        text("$schema", SCHEMA, out);
        out.extend(b",\"version\":\"2.1.0\",\"runs\":[");
    }
}

fn write(matrix: &Matrix<'_>, _: Form, options: &Options, out: &mut dyn Write) -> Result<()> {
    let mut log = Log::default();
    log.run(matrix, options, out)?;
    log.end(out)
}

/// What the first look at the matrix found.
struct Listed {
    /// The updates that have results, by number: the index of the rule of each.
    rules: Vec<Option<usize>>,
    /// What is hidden.
    left_out: LeftOut,
}

impl Listed {
    fn new(matrix: &Matrix<'_>, options: &Options) -> Self {
        let mut found = vec![false; matrix.updates.len()];
        let mut left_out = LeftOut::default();
        for client in 0..matrix.clients.len() {
            for ((at, cell), found) in matrix.row(client).enumerate().zip(&mut found) {
                if is_result(cell) && !left_out.leaves_out(flags_of(matrix, at, cell), options.hidden) {
                    *found = true;
                }
            }
        }
        let mut index = 0..;
        let rules = found.into_iter().map(|found| if found { index.next() } else { None }).collect();
        Listed { rules, left_out }
    }
}

/// Whether lists speak of the cell: what is proved to be in order is no result.
fn is_result(cell: Cell) -> bool {
    matches!(cell.verdict, Verdict::Missing | Verdict::Unknown)
}

/// Writes how the run went: clients of which nothing could be read.
fn write_invocation(matrix: &Matrix<'_>, pending: &mut Pending<'_>) -> Result<()> {
    pending
        .bytes
        .extend(b",\n\"invocations\":[{\"executionSuccessful\":true,\"toolExecutionNotifications\":[");
    let unreadable = matrix.clients.iter().filter(|client| client.status == Status::Unreadable);
    for (at, client) in unreadable.enumerate() {
        pending.bytes.extend(if at > 0 { &b",\n{"[..] } else { b"\n{" });
        pending.bytes.extend(b"\"level\":\"error\",");
        let words = format!("The inventory of {} could not be read: {}.", client.id, client.error);
        message(&words, &mut pending.bytes);
        pending.bytes.extend(location(client));
        pending.bytes.push(b'}');
        pending.line()?;
    }
    pending.bytes.extend(b"]}]");
    Ok(())
}

fn write_results(
    matrix: &Matrix<'_>,
    options: &Options,
    listed: &Listed,
    pending: &mut Pending<'_>,
) -> Result<()> {
    pending.bytes.extend(b",\n\"results\":[");
    let heads: Vec<Vec<u8>> = matrix.updates.iter().zip(&listed.rules).map(head).collect();
    let mut begun = false;
    for (number, client) in matrix.clients.iter().enumerate() {
        let place = location(client);
        for (at, cell) in matrix.row(number).enumerate() {
            let flags = flags_of(matrix, at, cell);
            let hidden = flags.is_hidden() && options.hidden == super::Hidden::LeftOut;
            if !is_result(cell) || hidden {
                continue;
            }
            pending.bytes.extend(if begun { &b",\n"[..] } else { b"\n" });
            begun = true;
            pending.bytes.extend_from_slice(&heads[at]);
            finish(&matrix.updates[at], client, cell, flags, &place, &mut pending.bytes);
            pending.line()?;
        }
    }
    pending.bytes.extend(b"\n]");
    Ok(())
}

/// The beginning of each result of an update.
fn head((update, index): (&Update, &Option<usize>)) -> Vec<u8> {
    let mut out = Vec::new();
    let Some(index) = index else { return out };
    out.push(b'{');
    text("ruleId", &update.id, &mut out);
    out.extend(format!(",\"ruleIndex\":{index},").bytes());
    out
}

/// Writes a result from its kind on.
fn finish(update: &Update, client: &Client, cell: Cell, flags: Flags, place: &[u8], out: &mut Vec<u8>) {
    let (id, reason) = (naming::short_id(update), cell.reason);
    let words = if cell.verdict == Verdict::Missing {
        out.extend(format!("\"kind\":\"fail\",\"level\":\"{}\",", level(update.urgency)).bytes());
        format!("{id} is missing on {} ({reason}).", client.id)
    } else {
        out.extend(b"\"kind\":\"open\",\"level\":\"none\",");
        format!("It is not known whether {id} is missing on {} ({reason}).", client.id)
    };
    message(&words, out);
    out.extend_from_slice(place);
    let fingerprint = fingerprint(&client.id, &update.id);
    out.extend(format!(",\"partialFingerprints\":{{\"clientAndUpdate/v1\":\"{fingerprint:032x}\"}}").bytes());
    if flags.contains(Flags::IGNORED) {
        out.extend(b",\"suppressions\":[{\"kind\":\"external\",\"justification\":\"the ignore list names the update\"}]");
    }
    out.extend(format!(",\"properties\":{{\"verdict\":\"{}\",\"reason\":\"{reason}\"", cell.verdict).bytes());
    let names: Vec<_> = flags.names().map(|name| format!("\"{name}\"")).collect();
    out.extend(format!(",\"flags\":[{}]}}}}", names.join(",")).bytes());
}

/// The level of a missing update; one of which nobody says how urgent it is may be urgent.
fn level(urgency: Option<Urgency>) -> &'static str {
    match urgency {
        Some(Urgency::Critical | Urgency::Important) => "error",
        Some(Urgency::Moderate) | None => "warning",
        Some(Urgency::Low) => "note",
    }
}

/// What stays the same from run to run: the client and the update, whatever its revision.
fn fingerprint(client: &str, update: &str) -> u128 {
    let update = update.split_once('#').map_or(update, |(id, _)| id);
    XxHash3_128::oneshot(format!("{}:{client}{update}", client.len()).as_bytes())
}

/// The member that says where a result is: on a client.
fn location(client: &Client) -> Vec<u8> {
    let mut out = b",\"locations\":[{\"logicalLocations\":[{".to_vec();
    let name = if client.name.is_empty() { &client.id } else { &client.name };
    text("name", name, &mut out);
    out.push(b',');
    text("fullyQualifiedName", &client.id, &mut out);
    out.extend(b",\"kind\":\"client\"}]}]");
    out
}

/// Writes a member that is text.
fn text(name: &str, value: &str, out: &mut Vec<u8>) {
    json::string(name, out);
    out.push(b':');
    json::string(value, out);
}

/// Writes a message. In its text `{0}` would be a place for an argument and `[a](b)` a link, so that what
/// clients and catalogs say is escaped as the standard says.
fn message(words: &str, out: &mut Vec<u8>) {
    let mut escaped = String::with_capacity(words.len());
    for c in clean(Cow::Borrowed(words)).chars() {
        match c {
            '{' | '}' => escaped.push(c),
            '\\' | '[' | ']' => escaped.push('\\'),
            _ => {}
        }
        escaped.push(c);
    }
    out.extend(b"\"message\":{");
    text("text", &escaped, out);
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_hold_neither_links_nor_places_for_arguments() {
        let check = |words: &str, expect: &str| {
            let mut out = Vec::new();
            message(words, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), format!("\"message\":{{\"text\":\"{expect}\"}}"));
        };
        check("plain.", "plain.");
        check("[here](http://example.com)", r"\\[here\\](http://example.com)");
        check(r"\[", r"\\\\\\[");
        check("{0}\u{1b}[2J", "{{0}}\u{fffd}\\\\[2J");
    }

    #[test]
    fn fingerprints_tell_cells_apart_and_not_revisions() {
        assert_eq!(fingerprint("a", "wsus:1#200"), fingerprint("a", "wsus:1#201"));
        assert_ne!(fingerprint("a", "bc"), fingerprint("ab", "c"));
    }
}
