//! Resolves what updates need and what bundles consist of, within a feed and then in any.
//!
//! What no catalog has is kept as unknown and counted. Cycles are broken here, and chains bounded, so that
//! an evaluator may follow both relations without looking where it came from.

use std::collections::HashMap;

use super::merge::finding;
use crate::diagnostic::{Code, Diagnostic, Position};
use crate::model::catalogs::{Catalogs, Entry};
use crate::model::supersedence::components;
use crate::model::update::UpdateRef;

/// How long a chain of updates that need each other may be.
pub(crate) const NEEDS: usize = 64;

/// How deeply bundles may be nested.
pub(crate) const BUNDLES: usize = 32;

/// The classification categories: what they ask is always so.
const CLASSIFICATIONS: [&str; 9] = [
    "cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83",
    "e6cf1350-c01b-414d-a61f-263d14d133b4",
    "0fa1201d-4330-4fa8-8ae9-b877473b6441",
    "b54e7d24-7add-428f-8b75-90a396fa584f",
    "28bc880e-0592-4cbf-8f95-c79b17911d5f",
    "68c5b0a3-d1a6-4553-ae49-01d3a7827828",
    "b4832bd8-e735-4761-8daf-37f882276dab",
    "ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0",
    "5c9376ab-8ce6-464a-b136-22113dd69801",
];

/// What is found wrong, and the source.
type Finding = (u32, Diagnostic);

/// Something that is wrong with an update.
fn find(entry: &Entry, code: Code, position: Position, about: &str) -> Finding {
    (entry.source, finding(entry, code, position, about))
}

/// Resolves both relations of all updates.
pub(super) fn resolve(merged: &mut Catalogs) {
    let mut findings = Vec::new();
    let (needs, children) = {
        let places = Places::of(merged);
        let entries = || (0u32..).zip(&merged.updates);
        let needs: Vec<_> =
            entries().map(|(number, entry)| places.needs(number, entry, &mut findings)).collect();
        let children: Vec<_> =
            entries().map(|(number, entry)| places.children(number, entry, &mut findings)).collect();
        (needs, children)
    };
    let Catalogs { sources, updates, .. } = &mut *merged;
    for ((entry, needs), children) in updates.iter_mut().zip(needs).zip(children) {
        (entry.prerequisites, entry.children) = (needs, children);
        if sources[entry.source as usize].source.reading.is_empty() {
            (entry.update.prerequisites, entry.update.bundled) = (Vec::new(), Vec::new());
        }
    }
    break_needs(&mut merged.updates, &mut findings);
    break_bundles(&mut merged.updates, &mut findings);
    for (source, finding) in findings {
        merged.sources[source as usize].diagnostics.add(finding);
    }
}

/// The updates by id and by id without revision, the highest revision last.
struct Places<'m> {
    catalogs: &'m Catalogs,
    of: HashMap<&'m str, Vec<u32>, ahash::RandomState>,
}

impl<'m> Places<'m> {
    fn of(catalogs: &'m Catalogs) -> Self {
        let mut of: HashMap<&str, Vec<u32>, ahash::RandomState> = HashMap::default();
        let asked = catalogs
            .updates
            .iter()
            .any(|entry| !entry.update.prerequisites.is_empty() || !entry.update.bundled.is_empty());
        for (number, entry) in (0u32..).zip(&catalogs.updates).filter(|_| asked) {
            of.entry(entry.update.id.unrevised()).or_default().push(number);
        }
        let revision = |number: &u32| revision(catalogs.updates[*number as usize].update.id.as_str());
        of.values_mut().for_each(|all| all.sort_by_key(revision));
        Places { catalogs, of }
    }

    /// The update that a reference means: of the same feed before others, the highest revision unless
    /// one is given; and whether it is of the revision that is given.
    fn find(&self, from: u32, wanted: &UpdateRef) -> Option<(u32, bool)> {
        let all = self.of.get(wanted.unrevised())?;
        let feed = |number: u32| {
            let source = self.catalogs.updates[number as usize].source as usize;
            self.catalogs.sources[source].source.feed.as_str()
        };
        let id = |number: &u32| self.catalogs.updates[*number as usize].update.id.as_str();
        let best = |fits: &dyn Fn(&u32) -> bool| {
            let own = all.iter().rev().find(|number| feed(**number) == feed(from) && fits(number));
            own.or_else(|| all.iter().rev().find(|number| fits(number))).copied()
        };
        match best(&|number| id(number) == wanted.as_str()) {
            Some(exact) => Some((exact, true)),
            None => Some((best(&|_| true)?, wanted.as_str() == wanted.unrevised())),
        }
    }

    fn needs(&self, number: u32, entry: &Entry, findings: &mut Vec<Finding>) -> Vec<Vec<Option<u32>>> {
        let assumes = self.catalogs.sources[entry.source as usize].source.assumes_needed;
        let mut needs = Vec::with_capacity(entry.update.prerequisites.len());
        for clause in &entry.update.prerequisites {
            let mut targets = Vec::with_capacity(clause.any_of.len());
            let mut holds = false;
            for wanted in &clause.any_of {
                let found = self.find(number, wanted).map(|(found, _)| found);
                if found.is_none() && (assumes || CLASSIFICATIONS.contains(&wanted.unrevised())) {
                    holds = true;
                } else if found.is_none() {
                    let (code, position) = (Code::DanglingPrerequisite, clause.position);
                    findings.push(find(entry, code, position, wanted.as_str()));
                }
                targets.push(found);
            }
            targets.sort_unstable_by_key(|target| target.unwrap_or(u32::MAX));
            targets.dedup();
            if !holds {
                needs.push(targets);
            }
        }
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    fn children(&self, number: u32, entry: &Entry, findings: &mut Vec<Finding>) -> Vec<Option<u32>> {
        let mut children = Vec::with_capacity(entry.update.bundled.len());
        for wanted in &entry.update.bundled {
            let found = self.find(number, wanted);
            let code = match found {
                Some((_, true)) => None,
                Some((_, false)) => Some(Code::BundleRevisionMismatch),
                None => Some(Code::DanglingBundleChild),
            };
            findings.extend(code.map(|code| find(entry, code, entry.update.position, wanted.as_str())));
            children.push(found.map(|(found, _)| found));
        }
        children.sort_unstable_by_key(|child| child.unwrap_or(u32::MAX));
        children.dedup();
        children
    }
}

/// The revision of an id, as a number where it is one.
fn revision(id: &str) -> u64 {
    id.split_once('#').and_then(|(_, revision)| revision.parse().ok()).unwrap_or(0)
}

/// Takes out of clauses what leads back to the update itself: nothing that needs itself is ever there.
fn break_needs(updates: &mut [Entry], findings: &mut Vec<Finding>) {
    let component = {
        let targets = |update: usize| {
            updates[update].prerequisites.iter().flatten().flatten().map(|target| *target as usize)
        };
        components(updates.len(), &targets)
    };
    for (number, entry) in updates.iter_mut().enumerate() {
        let own = component[number];
        let leads_back =
            |target: &Option<u32>| target.is_some_and(|target| component[target as usize] == own);
        if entry.prerequisites.iter().flatten().any(leads_back) {
            entry.prerequisites.iter_mut().for_each(|clause| clause.retain(|target| !leads_back(target)));
            findings.push(find(entry, Code::PrerequisiteCycle, entry.update.position, &entry.identity));
        }
    }
    let depths =
        depths(updates, NEEDS, |entry| entry.prerequisites.iter().flatten().flatten().copied().collect());
    for (number, _) in depths.into_iter().enumerate().filter(|(_, depth)| *depth == NEEDS + 1) {
        let entry = &mut updates[number];
        // Beyond the limit nothing is known of what is needed.
        entry.prerequisites = vec![vec![None]];
        findings.push(find(entry, Code::RuleTooDeep, entry.update.position, &entry.identity));
    }
}

/// Cuts bundles where they contain themselves, and where they are nested too deeply.
fn break_bundles(updates: &mut [Entry], findings: &mut Vec<Finding>) {
    let component = {
        let below = |update: usize| updates[update].children.iter().flatten().map(|child| *child as usize);
        components(updates.len(), &below)
    };
    for (number, entry) in updates.iter_mut().enumerate() {
        let own = component[number];
        let leads_back = |child: &Option<u32>| child.is_some_and(|child| component[child as usize] == own);
        // An edge to an update that comes later is kept, so that one of each cycle is cut and not all.
        let closes = |child: &Option<u32>| leads_back(child) && child.is_some_and(|at| at as usize <= number);
        if entry.children.iter().any(closes) {
            entry.children.retain(|child| !closes(child));
            findings.push(find(entry, Code::BundleCycle, entry.update.position, &entry.identity));
        }
    }
    let depths = depths(updates, BUNDLES, |entry| entry.children.iter().flatten().copied().collect());
    for (number, _) in depths.into_iter().enumerate().filter(|(_, depth)| *depth == BUNDLES + 1) {
        let entry = &mut updates[number];
        entry.children = vec![None];
        findings.push(find(entry, Code::BundleTooDeep, entry.update.position, &entry.identity));
    }
}

/// How long the longest chain below each update is, counted up to one more than `most`, after which it
/// begins again: what stands there is cut.
fn depths(updates: &[Entry], most: usize, below: impl Fn(&Entry) -> Vec<u32>) -> Vec<usize> {
    let mut depths: Vec<Option<usize>> = vec![None; updates.len()];
    for start in 0..updates.len() {
        let mut todo = vec![start];
        while let Some(at) = todo.last().copied() {
            if depths[at].is_some() {
                todo.pop();
                continue;
            }
            let below = below(&updates[at]);
            let open = below.iter().map(|one| *one as usize).filter(|one| depths[*one].is_none());
            let before = todo.len();
            todo.extend(open);
            if todo.len() > before {
                continue;
            }
            let deepest =
                below.iter().filter_map(|one| depths[*one as usize]).map(|depth| depth % (most + 1));
            depths[at] = Some(deepest.max().map_or(0, |depth| depth + 1));
            todo.pop();
        }
    }
    depths.into_iter().map(Option::unwrap_or_default).collect()
}
