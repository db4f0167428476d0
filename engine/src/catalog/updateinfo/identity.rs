//! Gives updates their identities, and unites those that have the same one.
//!
//! An update is its id and its version: openSUSE used names of packages as ids, and their versions are
//! different updates, while Fedora's catalogs give one update several times. Source of truth:
//! `docs/updateinfo.md`, "Identity".

use std::collections::{HashMap, HashSet};

use super::reference;
use super::suggestion::Suggested;
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::model::expr::Expr;
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::update::{Collection, PackageRow, Reference, Rule, Update, UpdateId};
use crate::model::verdict::Answer;

/// An update as its document gives it, before it has an identity and a rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Advisory {
    pub(super) id: String,
    pub(super) version: String,
    /// The update without identity and rule.
    pub(super) update: Update,
    pub(super) collections: Vec<Collection>,
    pub(super) rows: Vec<PackageRow>,
    /// Whether a row of it was refused.
    pub(super) is_cut: bool,
    pub(super) suggested: Suggested,
    /// Whether others were united with it.
    is_united: bool,
}

/// The updates of one document so far, in its order.
#[derive(Debug, Default)]
pub(super) struct Advisories {
    list: Vec<Advisory>,
    places: HashMap<(String, String), usize>,
    repeated: Repeated,
}

/// The updates that were there already.
#[derive(Debug, Default)]
struct Repeated {
    count: u64,
    first: Option<(Position, String)>,
}

impl Advisories {
    /// Takes an update over; one that is there already is united with it.
    pub(super) fn push(&mut self, advisory: Advisory) {
        let key = (advisory.id.clone(), advisory.version.clone());
        let Some(place) = self.places.get(&key) else {
            self.places.insert(key, self.list.len());
            self.list.push(advisory);
            return;
        };
        self.repeated.count += 1;
        self.repeated.first.get_or_insert_with(|| (advisory.update.position, advisory.id.clone()));
        self.list[*place].unite(advisory);
    }

    /// Gives every update its identity and its rule; `repository` is the first part of the identities
    /// where a feed is a tree of several.
    pub(super) fn finish(self, repository: Option<&str>, diagnostics: &mut Diagnostics) -> Vec<Update> {
        if let Some((position, id)) = self.repeated.first {
            let message = format!("`{id}` is the first of {} that were there already", self.repeated.count);
            diagnostics.push(Code::UpdateinfoDuplicate, position, "updates/update", message);
            diagnostics.count(Code::UpdateinfoDuplicate, self.repeated.count - 1);
        }
        let several = with_several_versions(&self.list);
        let mut several = several.into_iter();
        let finish = |advisory: Advisory| advisory.finish(repository, several.next() == Some(true));
        self.list.into_iter().map(finish).collect()
    }
}

/// For each update, whether its id has several versions.
fn with_several_versions(list: &[Advisory]) -> Vec<bool> {
    // No two updates have both the same id and the same version.
    let mut versions: HashMap<&str, u32> = HashMap::new();
    for advisory in list {
        *versions.entry(&advisory.id).or_default() += 1;
    }
    list.iter().map(|advisory| versions.get(advisory.id.as_str()).is_some_and(|count| *count > 1)).collect()
}

impl Advisory {
    /// An update that has a version and no id yet.
    pub(super) fn new(version: String, update: Update) -> Self {
        Advisory { version, update, ..Advisory::default() }
    }

    /// Takes over the rows, references and flags of another one; what it says of itself stays.
    fn unite(&mut self, other: Advisory) {
        self.is_united = true;
        self.is_cut |= other.is_cut;
        let offset = count(self.collections.len());
        let moved = |mut row: PackageRow| {
            row.collection = row.collection.saturating_add(offset);
            row
        };
        self.collections.extend(other.collections);
        self.rows.extend(other.rows.into_iter().map(moved));
        self.update.references.extend(other.update.references);
        self.suggested.unite(other.suggested);
    }

    fn finish(mut self, repository: Option<&str>, several: bool) -> Update {
        if self.is_united {
            self.unite_collections();
            unite_rows(&mut self.rows);
            unite_references(&mut self.update.references);
        }
        let references = &mut self.update.references;
        reference::add_vulnerabilities(references);
        self.update.information = reference::information(references);
        let parts = repository.into_iter().chain([self.id.as_str()]);
        let id = UpdateId::new(parts);
        let mut update = self.update;
        update.id = if several { id.with_revision(&self.version) } else { id };
        update.bulletin = self.id;
        update.rule = rule(self.collections, self.rows, self.is_cut);
        self.suggested.write(&mut update);
        update
    }

    /// Makes equal collections one.
    fn unite_collections(&mut self) {
        let mut places: HashMap<Collection, u32> = HashMap::with_capacity(self.collections.len());
        let mut united = Vec::with_capacity(self.collections.len());
        let place = |collection: Collection| match places.get(&collection) {
            Some(place) => *place,
            None => {
                let place = count(united.len());
                places.insert(collection.clone(), place);
                united.push(collection);
                place
            }
        };
        let renumbered: Vec<u32> = self.collections.drain(..).map(place).collect();
        for row in &mut self.rows {
            row.collection = renumbered.get(row.collection as usize).copied().unwrap_or_default();
        }
        self.collections = united;
    }
}

/// The number of something that a document, which has fewer than 2^32 elements, holds.
fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Keeps the first of equal rows.
fn unite_rows(rows: &mut Vec<PackageRow>) {
    let mut seen = HashSet::with_capacity(rows.len());
    let keep: Vec<bool> = rows.iter().map(|row| seen.insert(parts(row))).collect();
    retain(rows, &keep);
}

/// All of a row but where it stands.
fn parts(row: &PackageRow) -> (&str, &str, u32, &str, Option<&str>, u32) {
    let PackageRow { kind: _, name, arch, epoch, version, release, collection, position: _ } = row;
    (name, arch, *epoch, version, release.as_deref(), *collection)
}

/// Keeps the first of equal references.
fn unite_references(references: &mut Vec<Reference>) {
    let mut seen = HashSet::with_capacity(references.len());
    let keep: Vec<bool> = references.iter().map(|reference| seen.insert(reference)).collect();
    retain(references, &keep);
}

fn retain<T>(list: &mut Vec<T>, keep: &[bool]) {
    if keep.iter().all(|keep| *keep) {
        return;
    }
    let mut keep = keep.iter();
    list.retain(|_| keep.next() == Some(&true));
}

/// What an update asks of a client; one without rows is for none, because it holds no package, unless
/// it is so because its rows could not be read.
fn rule(collections: Vec<Collection>, rows: Vec<PackageRow>, is_cut: bool) -> Rule {
    if !rows.is_empty() {
        return Rule::Packages { collections, rows };
    }
    let answer = match is_cut {
        true => Answer::new(Truth::Unknown, Reason::RuleError),
        false => Answer::new(Truth::False, Reason::PackageAbsent),
    };
    Rule::Tests { installed: Expr::Constant(answer), applicable: Expr::Constant(answer) }
}
