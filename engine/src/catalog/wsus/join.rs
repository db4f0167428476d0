//! Puts the graph and the fragments together: revisions with their drafts, and the edges of both.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::fragment::Draft;
use super::graph::Revision;
use super::update;
use crate::diagnostic::{Code, Diagnostics};
use crate::model::flag::Flags;
use crate::model::supersedence::{Replacement, Source};
use crate::model::update::{Update, UpdateId};

/// What was read of a publication.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// By number.
    pub(super) revisions: BTreeMap<u64, Revision>,
    /// By number.
    pub(super) drafts: BTreeMap<u64, Draft>,
    /// Those of fragments and documents that have no number.
    pub(super) alone: Vec<Draft>,
    /// Addresses by digest.
    pub(super) locations: HashMap<String, String>,
}

impl Parts {
    /// The revisions of which no core fragment was read.
    pub(super) fn without_core(&self) -> BTreeSet<u64> {
        let has_core = |number: &u64| self.drafts.get(number).is_some_and(|draft| draft.core);
        self.revisions.keys().filter(|number| !has_core(number)).copied().collect()
    }
}

/// Counts of a publication.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Joined {
    pub(super) bundles: u64,
    pub(super) leaves: u64,
    pub(super) prerequisites: u64,
    pub(super) payload: u64,
    pub(super) without_core: u64,
    pub(super) not_software: u64,
    pub(super) superseded_by: u64,
    pub(super) bundled_by: u64,
}

/// Makes updates of all parts.
pub(super) fn join(mut parts: Parts, language: &str, findings: &mut Diagnostics) -> (Vec<Update>, Joined) {
    let mut joined = Joined::default();
    let ids: BTreeMap<u64, UpdateId> = parts.revisions.values().map(|one| (one.number, one.id())).collect();
    let mut updates = Vec::with_capacity(parts.revisions.len() + parts.alone.len());
    let mut places: HashMap<String, usize> = HashMap::new();
    // Pairs of a bundle and a part of it, as the graph has them.
    let mut graph: BTreeSet<(UpdateId, UpdateId)> = BTreeSet::new();
    for revision in parts.revisions.values() {
        let draft = parts.drafts.remove(&revision.number);
        joined.count(revision, draft.as_ref());
        let draft = checked(revision, draft.unwrap_or_default(), findings);
        let mut made = update::update(draft, Some(revision), &parts.locations, language, findings);
        edges(revision, &made, &ids, &mut graph, findings);
        made.replacements = replacements(revision, &ids, findings);
        places.insert(made.id.as_str().to_owned(), updates.len());
        updates.push(made);
    }
    // What has no revision in the graph says itself which update it is of, or is of none.
    for draft in parts.drafts.into_values().chain(parts.alone) {
        if draft.update.is_empty() {
            findings.count(Code::IgnoredContent, 1);
            continue;
        }
        let made = update::update(draft, None, &parts.locations, language, findings);
        if places.insert(made.id.as_str().to_owned(), updates.len()).is_none() {
            updates.push(made);
        }
    }
    unite(&mut updates, &places, graph, findings);
    (updates, joined)
}

impl Revision {
    /// The identity of the update.
    pub(super) fn id(&self) -> UpdateId {
        UpdateId::new([self.update.as_str()]).with_revision(&self.revision.to_string())
    }
}

impl Joined {
    fn count(&mut self, revision: &Revision, draft: Option<&Draft>) {
        self.without_core += u64::from(!draft.is_some_and(|draft| draft.core));
        self.not_software += u64::from(!revision.is_software);
        self.bundles += u64::from(revision.is_bundle);
        self.leaves += u64::from(revision.is_leaf);
        self.prerequisites += revision.prerequisites.len() as u64;
        self.payload += revision.payload.len() as u64;
        self.superseded_by += revision.superseded_by.len() as u64;
        self.bundled_by += revision.bundled_by.len() as u64;
    }
}

/// Compares what the graph and the fragments of a revision say; the fragment counts.
fn checked(revision: &Revision, mut draft: Draft, findings: &mut Diagnostics) -> Draft {
    let position = draft.position;
    let mut find = |code, message: &str| findings.push(code, position, "", format_args!("`{message}`"));
    if draft.update.is_empty() {
        (draft.update, draft.revision) = (revision.update.clone(), revision.revision);
    } else if (draft.update.as_str(), draft.revision) != (revision.update.as_str(), revision.revision) {
        find(Code::IdentityConflict, &format!("{}#{}", draft.update, draft.revision));
    }
    if draft.kind.is_empty() {
        draft.kind = if revision.is_software { "Software" } else { "Detectoid" }.to_owned();
    } else if !revision.is_software && update::has_row(&draft.kind) {
        find(Code::TypeConflict, &format!("{}: {}", revision.update, draft.kind));
    }
    if draft.core {
        let sorted = |ids: &mut dyn Iterator<Item = &String>| ids.cloned().collect::<BTreeSet<_>>();
        let own = sorted(&mut draft.prerequisites.iter().flatten());
        let listed = sorted(&mut revision.prerequisites.iter());
        if own != listed {
            find(Code::PrerequisiteConflict, &revision.update);
        }
    }
    draft
}

fn replacements(
    revision: &Revision,
    ids: &BTreeMap<u64, UpdateId>,
    findings: &mut Diagnostics,
) -> Vec<Replacement> {
    let mut found = Vec::with_capacity(revision.superseded_by.len());
    for number in &revision.superseded_by {
        match ids.get(number) {
            Some(by) => found.push(Replacement {
                by: by.clone(),
                source: Source::Declared,
                position: Default::default(),
            }),
            None => findings.push(Code::DanglingSupersededBy, Default::default(), "", number),
        }
    }
    found
}

fn edges(
    revision: &Revision,
    update: &Update,
    ids: &BTreeMap<u64, UpdateId>,
    graph: &mut BTreeSet<(UpdateId, UpdateId)>,
    findings: &mut Diagnostics,
) {
    for number in &revision.bundled_by {
        match ids.get(number) {
            Some(bundle) => _ = graph.insert((bundle.clone(), update.id.clone())),
            None => findings.push(Code::DanglingBundledBy, Default::default(), "", number),
        }
    }
}

/// Unites the edges of bundles, marks their parts, and gives these the articles of their bundles.
fn unite(
    updates: &mut [Update],
    places: &HashMap<String, usize>,
    graph: BTreeSet<(UpdateId, UpdateId)>,
    findings: &mut Diagnostics,
) {
    let mut own: BTreeSet<(UpdateId, UpdateId)> = BTreeSet::new();
    for update in updates.iter() {
        own.extend(update.bundled.iter().map(|part| (update.id.clone(), part.clone())));
    }
    let has_graph = !graph.is_empty();
    for (bundle, part) in graph.symmetric_difference(&own).filter(|_| has_graph) {
        findings.push(Code::BundleEdgeOneSided, Default::default(), "", format_args!("`{bundle}` `{part}`"));
    }
    for (bundle, part) in graph.union(&own) {
        let Some(bundle) = places.get(bundle.as_str()).copied() else { continue };
        if !updates[bundle].bundled.contains(part) {
            updates[bundle].bundled.push(part.clone());
        }
        let articles = updates[bundle].articles.clone();
        let Some(part) = places.get(part.as_str()).copied() else { continue };
        if !updates[part].extra.iter().any(|(name, _)| name == update::DEPLOYABLE) {
            updates[part].flags |= Flags::BUNDLE_CHILD;
        }
        if updates[part].articles.is_empty() {
            updates[part].articles = articles;
        }
    }
}
