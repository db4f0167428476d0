//! What the documents say of fixes: the articles and builds, the products of each, what replaces what.
//!
//! Plain data, independent of how a rule is made of them and of the form in which they were read.
//! Source of truth: `docs/cvrf.md`, "Updates and rows".

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::build::Build;
use super::kb::Kb;

/// What a fix is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// An article.
    Kb(Kb),
    /// A build of a product that has no article.
    Build {
        /// The normalised name of the product.
        product: String,
        /// The builds as they are printed, with `;` between several.
        build: String,
    },
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Kb(kb) => write!(f, "kb/{kb}"),
            Key::Build { product, build } => write!(f, "build/{product}/{build}"),
        }
    }
}

/// How severe a vulnerability is on a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// `Low`.
    Low,
    /// `Moderate`.
    Moderate,
    /// `Important`.
    Important,
    /// `Critical`.
    Critical,
}

impl Severity {
    /// Reads one of the four words; any other says nothing.
    pub fn parse(text: &str) -> Option<Severity> {
        let all = [Severity::Low, Severity::Moderate, Severity::Important, Severity::Critical];
        all.into_iter().find(|severity| severity.name() == text)
    }

    /// The word that documents use.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Low => "Low",
            Severity::Moderate => "Moderate",
            Severity::Important => "Important",
            Severity::Critical => "Critical",
        }
    }
}

/// What one document says of a fix on one product, all its vulnerabilities together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The name of the product as it is written first, white space reduced.
    pub product: String,
    /// The builds in which it is fixed.
    pub builds: BTreeSet<Build>,
    /// Numbers under which the machine may list the package.
    pub aliases: BTreeSet<Kb>,
    /// `Security Update`, `Monthly Rollup` and the like.
    pub kinds: BTreeSet<String>,
    /// `Yes`, `No`, `Maybe`.
    pub restarts: BTreeSet<String>,
    /// Where it is to be had.
    pub links: BTreeSet<String>,
    /// Parts of the product, where a document tells them apart.
    pub components: BTreeSet<String>,
    /// The vulnerabilities and advisories that it fixes there.
    pub references: BTreeSet<Arc<str>>,
}

impl Row {
    /// Takes over what another row of the same product and document says.
    pub(super) fn unite(&mut self, other: Row) {
        if self.product.is_empty() {
            self.product = other.product;
        }
        self.builds.extend(other.builds);
        self.aliases.extend(other.aliases);
        self.kinds.extend(other.kinds);
        self.restarts.extend(other.restarts);
        self.links.extend(other.links);
        self.components.extend(other.components);
        self.references.extend(other.references);
    }
}

/// What is said of one fix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fix {
    /// By the normalised name of the product, and the number of the document.
    pub rows: BTreeMap<(String, u32), Row>,
    /// The vulnerabilities and advisories that it fixes on any product.
    pub references: BTreeSet<Arc<str>>,
    /// The highest that is said.
    pub severity: Option<Severity>,
    /// What the vulnerabilities let an attacker do.
    pub impacts: BTreeSet<String>,
    /// Where exploits of them are published, where the document says it.
    pub exploits: BTreeSet<String>,
    /// The first date of a document that names it, `YYYY-MM-DD`; the day of a document and not of the fix.
    pub first: Option<String>,
    /// The last one.
    pub last: Option<String>,
}

impl Fix {
    /// Notes the date of something that names the fix.
    pub(super) fn date(&mut self, day: Option<&str>) {
        let Some(day) = day else { return };
        if self.first.as_deref().is_none_or(|first| day < first) {
            self.first = Some(day.to_owned());
        }
        if self.last.as_deref().is_none_or(|last| day > last) {
            self.last = Some(day.to_owned());
        }
    }

    /// Takes over what another document says, whose number is `document`.
    pub(super) fn unite(&mut self, other: Fix, document: u32) {
        for ((product, _), row) in other.rows {
            self.rows.entry((product, document)).or_default().unite(row);
        }
        self.references.extend(other.references);
        self.severity = self.severity.max(other.severity);
        self.impacts.extend(other.impacts);
        self.exploits.extend(other.exploits);
        self.date(other.first.as_deref());
        self.date(other.last.as_deref());
    }
}

/// That one article replaces another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// What is replaced.
    pub old: Kb,
    /// What replaces it.
    pub new: Kb,
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}→{}", self.old, self.new)
    }
}

/// Where it is said that an article replaces another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// In a list of a document.
    Stated,
    /// The rollup of a month holds what is published apart for the same month.
    Twin,
    /// In the order of the release table.
    ReleaseTable,
}

/// What replaces what, with everything that says so.
pub type Edges = BTreeMap<Edge, BTreeSet<Origin>>;

/// What became of the fixes of a document, a pair of a remediation and a product each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Became a row.
    pub rows: u64,
    /// Names neither an article nor a build.
    pub without_evidence: u64,
    /// Is a package of a distribution of Linux.
    pub linux: u64,
}

impl Tally {
    /// How many pairs were read.
    pub fn pairs(&self) -> u64 {
        self.rows + self.without_evidence + self.linux
    }
}
