//! Turns the definitions of wesng into a document of rows, as if they were Microsoft's own.
//!
//! What wesng itself makes of them is not inherited: products are whole names, and a text that is no
//! article proves nothing. Source of truth: `docs/cvrf.md`, "Definitions of wesng".

use std::collections::BTreeSet;
use std::path::Path;

use super::{Entry, read};
use crate::catalog;
use crate::catalog::cvrf::date;
use crate::catalog::cvrf::document::{Document, On, Outcome, Statement, is_identity};
use crate::catalog::cvrf::kb;
use crate::catalog::cvrf::name::reduced;
use crate::catalog::cvrf::row::{Edge, Key, Origin, Row, Severity};
use crate::diagnostic::Code;
use crate::error::Result;

/// The greatest number of pairs of an article with a product or with what it replaces: all months are one
/// document here.
const STATEMENTS: u64 = 8_000_000;

/// Reads an archive of definitions as one document.
///
/// # Errors
///
/// As [`read`]; or it states too much.
pub fn document(path: &Path) -> Result<Document> {
    let mut document = Document::of_at_most(STATEMENTS);
    let mut odd = BTreeSet::new();
    read(path, &mut |entry| {
        if !entry.cve.is_empty() && !is_identity(entry.cve) && odd.insert(entry.cve.to_owned()) {
            let message = format_args!("`{}` is not attached to updates", entry.cve);
            document.diagnostics.push(Code::CvrfOddId, entry.position, "CVE", message);
        }
        take(&mut document, entry)
    })?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    document.header.id = name.into_owned();
    document.sha256 = catalog::document::digest(path)?;
    Ok(document)
}

/// Takes a row.
fn take(document: &mut Document, entry: &Entry<'_>) -> Result<()> {
    let component = reduced(entry.component);
    let day = date::of_digits(entry.posted);
    let statement = Statement {
        articles: kb::description(entry.kb),
        row: Row {
            components: Some(component).filter(|component| !component.is_empty()).into_iter().collect(),
            ..Row::default()
        },
        reference: Some(entry.cve).filter(|cve| is_identity(cve)),
        day: day.as_deref(),
        position: entry.position,
        element: "BulletinKB",
        ..Statement::default()
    };
    let (product, severity) = (reduced(entry.product), Severity::parse(entry.severity.trim()));
    let on = On { product: &product, severity, impact: entry.impact.trim() };
    if document.take(&statement, on)? != Outcome::Row {
        return Ok(());
    }
    let (replaced, others) = kb::replaced(entry.supersedes);
    document.diagnostics.count(Code::CvrfSupersedesToken, others);
    for new in statement.articles {
        for old in &replaced {
            document.replace(Edge { old: *old, new }, Origin::Stated, entry.position)?;
        }
        let exploits = entry.exploits.trim();
        if !exploits.is_empty() {
            let fix = document.fixes.entry(Key::Kb(new)).or_default();
            fix.exploits.insert(exploits.to_owned());
        }
    }
    Ok(())
}
