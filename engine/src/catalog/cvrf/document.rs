//! What one document says, and how what it states of a fix becomes rows.
//!
//! Both forms of the data, Microsoft's XML and the rows of wesng, are brought together here: articles or
//! builds become updates, and what proves nothing is counted. Knows nothing of elements or columns.
//! Source of truth: `docs/cvrf.md`, "Updates and rows" and "Supersedence".

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::build::Build;
use super::kb::Kb;
use super::name::{is_linux, normalised};
use super::row::{Edge, Edges, Fix, Key, Origin, Row, Severity, Tally};
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::error::{Error, Result};

/// The kind of fixes that are packages of a distribution of Linux.
const LINUX: &str = "CBL-Mariner";

/// What a document says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The id, such as `2024-Mar`.
    pub id: String,
    /// Another id.
    pub alias: String,
    /// The title.
    pub title: String,
    /// The type, such as `Security Update`.
    pub kind: String,
    /// The type of the publisher, such as `Vendor`.
    pub publisher: String,
    /// `Final`, or how far it is.
    pub status: String,
    /// The version.
    pub version: String,
    /// The number and the date of the last revision, as they are written.
    pub revision: (String, String),
    /// When it was first published, as it is written.
    pub initial: String,
    /// When this state of it was published, as it is written. With the id it says whether a document is
    /// the one that was read before.
    pub current: String,
}

/// What a document says of a vulnerability besides its fixes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Advisory {
    /// `CVE-…` or `ADV…`, or whatever stands in that place.
    pub id: String,
    /// The title.
    pub title: String,
    /// The ids of kinds of weakness.
    pub weaknesses: Vec<String>,
    /// Notes that describe it: their type and their text.
    pub notes: Vec<(String, String)>,
    /// What is said of exploits.
    pub exploits: Vec<String>,
    /// Scores: base, temporal, vector, and the id of the product.
    pub scores: Vec<[String; 4]>,
    /// Remedies that are no rows: advice, and fixes that nothing proves.
    pub remedies: Vec<Remedy>,
    /// The date of its last revision, as it is written.
    pub revised: String,
}

/// A remedy that is kept for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedy {
    /// The type, such as `Mitigation`.
    pub kind: String,
    /// The text.
    pub text: String,
    /// Where more is said.
    pub link: String,
    /// The ids of the products; empty for all.
    pub products: Vec<String>,
    /// Files that the fix is said to change, with their dates; no version of them is known.
    pub files: Vec<(String, String)>,
}

/// What one document says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// What it says of itself.
    pub header: Header,
    /// The SHA-256 of the file as it is stored.
    pub sha256: [u8; 32],
    /// The fixes; the number of the document is 0 in their rows.
    pub fixes: BTreeMap<Key, Fix>,
    /// What replaces what.
    pub edges: Edges,
    /// The vulnerabilities, in document order.
    pub advisories: Vec<Advisory>,
    /// What became of the fixes.
    pub tally: Tally,
    /// What is wrong with it.
    pub diagnostics: Diagnostics,
    /// Articles that are said to replace themselves.
    pub(super) own: BTreeSet<Kb>,
    /// How many statements may still be taken.
    left: u64,
}

/// What a document states of a fix, for all its products.
#[derive(Clone, Debug, Default)]
pub(super) struct Statement<'a> {
    /// The articles.
    pub(super) articles: Vec<Kb>,
    /// The builds.
    pub(super) builds: Vec<Build>,
    /// The rest of the row, but for the product.
    pub(super) row: Row,
    /// The vulnerability.
    pub(super) reference: Option<&'a str>,
    /// The day that counts for the fix.
    pub(super) day: Option<&'a str>,
    /// Where it stands.
    pub(super) position: Position,
    /// What it stands in.
    pub(super) element: &'a str,
}

/// What is said of a fix on one product.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct On<'a> {
    /// The name of the product, white space reduced.
    pub(super) product: &'a str,
    pub(super) severity: Option<Severity>,
    pub(super) impact: &'a str,
}

/// What became of a fix on one product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Row,
    WithoutEvidence,
    Linux,
}

impl Statement<'_> {
    /// The updates that it speaks of.
    fn keys(&self, product: &str) -> Vec<Key> {
        if !self.articles.is_empty() {
            return self.articles.iter().copied().map(Key::Kb).collect();
        }
        if self.builds.is_empty() {
            return Vec::new();
        }
        let build = self.builds.iter().map(Build::to_string).collect::<Vec<_>>().join(";");
        vec![Key::Build { product: product.to_owned(), build }]
    }
}

impl Document {
    /// A document that says nothing yet, and will take so many rows and statements of what replaces what.
    ///
    /// A fix names products and articles in two lists, and each pair of them is a row: a small document could
    /// say more than fits into memory.
    pub(super) fn of_at_most(statements: u64) -> Document {
        Document { left: statements, ..Document::default() }
    }

    /// Takes what is stated of a fix on one product.
    ///
    /// # Errors
    ///
    /// The document states too much.
    pub(super) fn take(&mut self, statement: &Statement<'_>, on: On<'_>) -> Result<Outcome> {
        let product = normalised(on.product);
        let (position, element) = (statement.position, statement.element);
        if is_linux(&product) || statement.row.kinds.contains(LINUX) {
            self.tally.linux += 1;
            self.diagnostics.push(Code::CvrfLinux, position, element, format_args!("`{}`", on.product));
            return Ok(Outcome::Linux);
        }
        let keys = statement.keys(&product);
        if keys.is_empty() {
            self.tally.without_evidence += 1;
            self.diagnostics.push(Code::CvrfNoEvidence, position, element, format_args!("`{}`", on.product));
            return Ok(Outcome::WithoutEvidence);
        }
        self.tally.rows += 1;
        for key in keys {
            self.spend(position)?;
            let fix = self.fixes.entry(key).or_default();
            let row = fix.rows.entry((product.clone(), 0)).or_default();
            row.unite(Row { product: on.product.to_owned(), ..statement.row.clone() });
            row.builds.extend(&statement.builds);
            if let Some(reference) = statement.reference {
                let known = fix.references.get(reference).cloned();
                let reference: Arc<str> = known.unwrap_or_else(|| reference.into());
                row.references.insert(Arc::clone(&reference));
                fix.references.insert(reference);
            }
            fix.severity = fix.severity.max(on.severity);
            fix.date(statement.day);
            if !on.impact.is_empty() {
                fix.impacts.insert(on.impact.to_owned());
            }
        }
        Ok(Outcome::Row)
    }

    /// Takes that one article replaces another one.
    ///
    /// # Errors
    ///
    /// The document states too much.
    pub(super) fn replace(&mut self, edge: Edge, origin: Origin, position: Position) -> Result<()> {
        self.spend(position)?;
        if edge.old != edge.new {
            self.edges.entry(edge).or_default().insert(origin);
        } else if self.own.insert(edge.new) {
            let message = format_args!("`{}` replaces itself", edge.new);
            self.diagnostics.push(Code::SupersedenceSelf, position, "", message);
        }
        Ok(())
    }

    /// Counts a statement.
    fn spend(&mut self, position: Position) -> Result<()> {
        if let Some(left) = self.left.checked_sub(1) {
            self.left = left;
            return Ok(());
        }
        let message = "states too many pairs of articles and products";
        Err(Error::new(Code::TooLarge, message).at(position).with_hint("split the document"))
    }
}

/// Whether an id is one of those that references are made of.
pub(super) fn is_identity(id: &str) -> bool {
    let digits =
        |text: &str, least: usize| text.len() >= least && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(number) = id.strip_prefix("ADV") {
        return digits(number, 6);
    }
    let Some((year, number)) = id.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')) else {
        return false;
    };
    year.len() == 4 && digits(year, 4) && digits(number, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_have_their_form_and_no_other() {
        for id in ["CVE-2016-0088", "CVE-2024-123456", "ADV220002", "ADV1234567"] {
            assert!(is_identity(id), "{id}");
        }
        let odd = ["", "CVE-2023-38039 mariner - do not use this one", "CVE-2023-38039-M", "CVE-2023-380"];
        for id in odd.into_iter().chain(["ADV22000", "CVE-203-38039", "cve-2016-0088", "SP81U1X86"]) {
            assert!(!is_identity(id), "{id}");
        }
    }
}
