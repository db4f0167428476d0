//! Turns the records of what replaces what into edges between patches.
//!
//! The tags say the opposite of what they hold: a `SupercededPatch` is the patch that replaces those
//! which name its record. Source of truth: `docs/mssecure.md`, rule M9.

use std::collections::BTreeSet;

use ahash::{HashMap, HashSet};

use super::date;
use super::findings::Findings;
use super::identity::{Found, Patches};
use super::records::{Datastore, Record, SupersededBulletin, SupersededBy, SupersededPatch};
use super::tables::Tables;
use crate::diagnostic::{Code, Position};

/// A patch that replaces those which name a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Its place among the patches.
    pub(super) place: usize,
    /// Where the record names it.
    pub(super) position: Position,
}

/// What replaces what in a document.
#[derive(Debug, Default)]
pub(super) struct Supersedence<'d> {
    targets: HashMap<&'d str, Vec<Target>>,
    unresolved: HashMap<&'d str, Vec<String>>,
    /// The patches that replace each patch.
    edges: Vec<Vec<Target>>,
}

impl<'d> Supersedence<'d> {
    /// Resolves all records; `kept` takes the text of those that no patch uses.
    pub(super) fn new(
        document: &'d Datastore,
        tables: &Tables<'d>,
        patches: &Patches<'d>,
        findings: &mut Findings,
        kept: &mut Vec<(String, String)>,
    ) -> Self {
        let used: BTreeSet<&str> = patches.list.iter().map(|named| named.patch.superseded.as_str()).collect();
        let mut supersedence = Supersedence::default();
        for record in &document.superseded {
            let is_first =
                tables.superseded.get(record.id.as_str()).is_some_and(|first| std::ptr::eq(*first, record));
            if !is_first {
                continue;
            }
            supersedence.resolve(record, patches, findings);
            if !used.contains(record.id.as_str()) {
                findings.of(Code::SupersedenceRecordUnused, record, format!("`{}`", record.id));
                kept.push((SupersededBy::SHAPE.path.to_owned(), whole_text(record)));
            }
        }
        supersedence.draw_edges(tables, patches, findings);
        supersedence
    }

    /// The patches that replace the one at `place`.
    pub(super) fn of(&self, place: usize) -> &[Target] {
        self.edges.get(place).map(Vec::as_slice).unwrap_or_default()
    }

    /// The names in a record that no patch has.
    pub(super) fn unresolved(&self, record: &str) -> &[String] {
        self.unresolved.get(record).map(Vec::as_slice).unwrap_or_default()
    }

    fn resolve(&mut self, record: &'d SupersededBy, patches: &Patches<'d>, findings: &mut Findings) {
        let named = named_in(record);
        if named.is_empty() {
            findings.of(Code::SupersedenceRecordEmpty, record, format!("`{}`", record.id));
        }
        let mut known = HashSet::default();
        for (bulletin, patch) in named {
            let name = format!("{}/{}", bulletin.id, patch.name);
            let place = match patches.find(&bulletin.id, &patch.name) {
                Found::Exact(place) => place,
                Found::ByCase(place) => {
                    let message = format!("`{name}` is read as `{}`", patches.list[place].id);
                    findings.at(Code::SupersedenceTargetByCase, patch, "PatchName", message);
                    place
                }
                Found::Nothing => {
                    let message = format!("`{name}`");
                    findings.at(Code::SupersedenceTargetUnresolved, patch, "PatchName", message);
                    self.unresolved.entry(&record.id).or_default().push(name);
                    continue;
                }
            };
            if known.insert(place) {
                let target = Target { place, position: patch.position };
                self.targets.entry(&record.id).or_default().push(target);
            }
        }
    }

    /// Draws the edges of every patch; what is wrong with them together, such as a cycle, the compiler
    /// reports for all formats.
    fn draw_edges(&mut self, tables: &Tables<'d>, patches: &Patches<'d>, findings: &mut Findings) {
        let targets_of = |superseded: &str| {
            let record = tables.superseded(superseded)?;
            self.targets.get(record.id.as_str()).map(Vec::as_slice)
        };
        let mut edges = Vec::with_capacity(patches.list.len());
        for named in &patches.list {
            let all = targets_of(&named.patch.superseded).unwrap_or_default();
            for target in all {
                let by = &patches.list[target.place];
                if is_before(&by.bulletin.posted, &named.bulletin.posted) {
                    let message = format!("`{}` is replaced by the earlier `{}`", named.id, by.id);
                    findings.at(Code::SupersedenceBackwards, named.patch, "SBID", message);
                }
            }
            edges.push(all.to_vec());
        }
        self.edges = edges;
    }
}

/// Whether both are dates and `a` is before `b`.
fn is_before(a: &str, b: &str) -> bool {
    matches!((date::date(a), date::date(b)), (Some(a), Some(b)) if a < b)
}

fn named_in(record: &SupersededBy) -> Vec<(&SupersededBulletin, &SupersededPatch)> {
    let bulletins = record.bulletins.iter();
    bulletins.flat_map(|bulletin| bulletin.patches.iter().map(move |patch| (bulletin, patch))).collect()
}

/// The text of a record and of the patches it names.
fn whole_text(record: &SupersededBy) -> String {
    let names =
        named_in(record).into_iter().map(|(bulletin, patch)| format!("{}/{}", bulletin.id, patch.name));
    let names: Vec<_> = names.collect();
    format!("{}: {}", record.text(), names.join(", "))
}
