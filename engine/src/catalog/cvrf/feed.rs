//! Unites what documents say: the fixes of all months, and what replaces what among them.
//!
//! A document that could not be read is not among them; each of the others counts as a whole. Knows nothing
//! of clients. Source of truth: `docs/cvrf.md`, "Updates and rows" and "Supersedence".

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Advisory, Document, Header};
use super::kb::Kb;
use super::releases::Releases;
use super::row::{Edges, Fix, Key, Origin, Tally};
use crate::diagnostic::{Code, Diagnostics, Position};

/// What all documents of a compile say.
///
/// ```
/// use patchstate::catalog::cvrf::feed::Feed;
/// use patchstate::catalog::cvrf::reading;
///
/// let text = "<c:cvrfdoc xmlns:c='http://www.icasi.org/CVRF/schema/cvrf/1.1'
///     xmlns='http://www.icasi.org/CVRF/schema/vuln/1.1'>
///   <Vulnerability><CVE>CVE-2024-90001</CVE><Remediations>
///     <Remediation Type='Vendor Fix'><Description>5000002</Description>
///       <Supercedence>5000001</Supercedence><ProductID>1</ProductID></Remediation>
///   </Remediations></Vulnerability></c:cvrfdoc>";
/// let mut feed = Feed::default();
/// feed.add(reading::read_from(text.as_bytes())?);
/// let keys: Vec<_> = feed.fixes.keys().map(ToString::to_string).collect();
/// let edges: Vec<_> = feed.edges.keys().map(ToString::to_string).collect();
/// assert_eq!((keys, edges), (vec!["kb/5000002".to_owned()], vec!["5000001→5000002".to_owned()]));
/// # Ok::<(), patchstate::error::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// The documents, in the order in which they were added; rows name them by number.
    pub documents: Vec<(Header, [u8; 32])>,
    /// The fixes.
    pub fixes: BTreeMap<Key, Fix>,
    /// What replaces what.
    pub edges: Edges,
    /// The vulnerabilities of all documents.
    pub advisories: Vec<Advisory>,
    /// What became of the fixes of all documents.
    pub tally: Tally,
    /// What is wrong with the documents.
    pub diagnostics: Diagnostics,
}

impl Feed {
    /// Adds what a document says.
    pub fn add(&mut self, document: Document) {
        // INVARIANT: documents are named one by one, so that there are fewer than 2^32.
        let number = u32::try_from(self.documents.len()).unwrap_or(u32::MAX);
        self.documents.push((document.header, document.sha256));
        for (key, fix) in document.fixes {
            self.fixes.entry(key).or_default().unite(fix, number);
        }
        for (edge, origins) in document.edges {
            self.edges.entry(edge).or_default().extend(origins);
        }
        self.advisories.extend(document.advisories);
        self.tally.rows += document.tally.rows;
        self.tally.without_evidence += document.tally.without_evidence;
        self.tally.linux += document.tally.linux;
        self.diagnostics.append(document.diagnostics);
    }

    /// Adds that each rollup of a system replaces the one before it.
    pub fn add_releases(&mut self, releases: &Releases) {
        for edge in releases.edges() {
            self.edges.entry(edge).or_default().insert(Origin::ReleaseTable);
        }
    }

    /// The articles that are only named as replaced.
    pub fn dangling(&self) -> BTreeSet<Kb> {
        let named = self.edges.keys().map(|edge| edge.old);
        named.filter(|kb| !self.fixes.contains_key(&Key::Kb(*kb))).collect()
    }

    /// Reports the articles that are only named as replaced.
    pub fn report_dangling(&mut self) {
        for kb in self.dangling() {
            let message = format_args!("`{kb}`");
            self.diagnostics.push(Code::DanglingSupersedes, Position::default(), "", message);
        }
    }
}
