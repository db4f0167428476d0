//! `export hfnetchk`: per client and product the lines that HFNetChk prints, one per product row of a
//! patch that is for the client.
//!
//! A cell of which no product row is known to be for the client has one line below its own heading, so
//! that nothing Unknown is lost.

use std::collections::BTreeMap;
use std::io::Write;

use super::products::Products;
use super::table::{Note, Pending};
use super::{Export, Form, History, LeftOut, Options, Suppress, Writer, flags_of, footer, text};
use crate::error::Result;
use crate::matrix::Matrix;
use crate::matrix::tables::{Client, Status};
use crate::model::reason::Reason;
use crate::model::verdict::{Cell, Verdict};

pub(super) const EXPORT: Export = Export {
    name: "hfnetchk",
    title: "lines as HFNetChk prints them",
    forms: &[Form::Text],
    writer: Writer::Document(write),
};

/// What a line says of a patch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Found,
    Effectively,
    Warning,
    NotFound,
    Note,
}

impl Mark {
    fn words(self) -> &'static str {
        match self {
            Mark::Found => "Patch Found",
            Mark::Effectively => "Patch Found (effectively)",
            Mark::Warning => "WARNING",
            Mark::NotFound => "Patch NOT Found",
            Mark::Note => "NOTE",
        }
    }
}

/// What was left out.
#[derive(Default)]
struct Omitted {
    flags: LeftOut,
    notes: u64,
    warnings: u64,
}

fn write(matrix: &Matrix<'_>, _: Form, options: &Options, out: &mut dyn Write) -> Result<()> {
    let mut pending = Pending::new(out);
    let mut omitted = Omitted::default();
    for (at, client) in matrix.clients.iter().enumerate() {
        heading(client, &mut pending.bytes);
        if client.status == Status::Unreadable {
            let words = text::clean(client.error.as_str().into());
            let line = format!("    {:<26} {}: {words}\n\n", "NOTE", Reason::InventoryUnreadable);
            pending.bytes.extend(line.bytes());
        } else {
            write_client(matrix, at, options, &mut omitted, &mut pending)?;
        }
        pending.line()?;
    }
    let mut notes = footer::notes(matrix);
    notes.push(footer::totals(matrix.totals()));
    notes.extend(footer::left_out(&omitted.flags));
    if options.suppress != Suppress::Nothing {
        let counts = [("notes", omitted.notes), ("warnings", omitted.warnings)];
        notes.push(Note::counts("suppressed", counts));
    }
    notes.iter().for_each(|note| text::write_note(note, &text::Look::PLAIN, &mut pending.bytes));
    pending.finish()
}

fn heading(client: &Client, out: &mut Vec<u8>) {
    let id = text::clean(client.id.as_str().into());
    let name = text::clean(client.name.as_str().into());
    let title = if name.is_empty() || name == id { id.into_owned() } else { format!("{id} ({name})") };
    let rule = "-".repeat(title.chars().count());
    out.extend(format!("{rule}\n{title}\n{rule}\n\n").bytes());
}

/// Writes the lines of a client, grouped by product.
fn write_client(
    matrix: &Matrix<'_>,
    at: usize,
    options: &Options,
    omitted: &mut Omitted,
    pending: &mut Pending<'_>,
) -> Result<()> {
    let client = &matrix.clients[at];
    let products = Products::of(client);
    let mut groups: BTreeMap<&str, Vec<(usize, Mark, Reason)>> = BTreeMap::new();
    let mut others = Vec::new();
    for (update, cell) in matrix.row(at).enumerate() {
        let Some(mark) = mark(cell, options, omitted) else { continue };
        if omitted.flags.leaves_out(flags_of(matrix, update, cell), options.hidden) {
            continue;
        }
        let line = (update, mark, cell.reason);
        let mut rows = products.matching(&matrix.updates[update].products).peekable();
        if rows.peek().is_none() {
            others.push(line);
        }
        rows.for_each(|row| groups.entry(&row.product).or_default().push(line));
    }
    if groups.is_empty() && others.is_empty() {
        pending.bytes.extend(b"  nothing is listed\n\n");
    }
    for (product, lines) in groups {
        write_group(matrix, &title(client, product), &lines, pending)?;
    }
    if !others.is_empty() {
        write_group(matrix, "no product row is known to be for this client", &others, pending)?;
    }
    Ok(())
}

/// A product and the service pack at which the client is.
fn title(client: &Client, product: &str) -> String {
    let mut levels: Vec<&str> = Vec::new();
    for row in client.products.iter().filter(|row| row.product == product) {
        levels.extend(row.levels.iter().map(String::as_str));
    }
    if levels.is_empty() { product.to_owned() } else { format!("{product}, {}", levels.join(" or ")) }
}

fn write_group(
    matrix: &Matrix<'_>,
    title: &str,
    lines: &[(usize, Mark, Reason)],
    pending: &mut Pending<'_>,
) -> Result<()> {
    pending.bytes.extend(format!("  * {}\n\n", text::clean(title.into())).bytes());
    for (update, mark, reason) in lines {
        let update = &matrix.updates[*update];
        let article = update.articles.first().map_or_else(String::new, |article| format!("Q{article}"));
        let id = super::naming::short_id(update);
        let (words, id) = (mark.words(), text::clean(id));
        pending.bytes.extend(format!("    {words:<26} {id:<12} {article:<9} {reason}\n").bytes());
        pending.line()?;
    }
    pending.bytes.push(b'\n');
    Ok(())
}

/// The mark of a cell, unless it is not listed.
fn mark(cell: Cell, options: &Options, omitted: &mut Omitted) -> Option<Mark> {
    match (cell.verdict, cell.reason) {
        (Verdict::NotApplicable, _) => None,
        (Verdict::Missing, _) => Some(Mark::NotFound),
        (Verdict::Unknown, _) => {
            let hides = options.suppress.hides_note(cell);
            omitted.notes += u64::from(hides);
            (!hides).then_some(Mark::Note)
        }
        (Verdict::Installed, Reason::FileNewer) if options.suppress.hides_mark(cell) => {
            omitted.warnings += 1;
            options.history.lists(Reason::FileNewer).then_some(Mark::Found)
        }
        (Verdict::Installed, Reason::FileNewer) => Some(Mark::Warning),
        (Verdict::Installed, Reason::ReplacedByInstalled) => {
            matches!(options.history, History::Effective | History::Both).then_some(Mark::Effectively)
        }
        (Verdict::Installed, reason) => options.history.lists(reason).then_some(Mark::Found),
    }
}
