//! Hazards of what replaces what.

use std::collections::{HashMap, HashSet};

use super::super::draft::{Draft, Spelling, Target};
use super::Scene;

/// The records that patches use and that write the name of their one target as it is.
fn plain_records(draft: &Draft) -> Vec<usize> {
    let used: HashSet<usize> = draft.patches.iter().filter_map(|patch| patch.superseded).collect();
    let is_plain = |record: &usize| {
        let targets = &draft.superseded[*record].targets;
        used.contains(record) && targets.len() == 1 && targets[0].spelling == Spelling::Own
    };
    (0..draft.superseded.len()).filter(is_plain).collect()
}

/// Records whose target is found only without regard to case.
pub(super) fn by_case(scene: &mut Scene<'_>, count: usize) {
    let mut named: HashMap<(usize, String), usize> = HashMap::new();
    for patch in &scene.draft.patches {
        *named.entry((patch.bulletin, patch.name.to_lowercase())).or_default() += 1;
    }
    let is_alone = |record: &usize| {
        let patch = &scene.draft.patches[scene.draft.superseded[*record].targets[0].patch];
        named.get(&(patch.bulletin, patch.name.to_lowercase())) == Some(&1)
    };
    let records = plain_records(scene.draft).into_iter().filter(is_alone).collect();
    for record in scene.random.choose(records, count) {
        scene.draft.superseded[record].targets[0].spelling = Spelling::Capitals;
    }
}

/// Records that name a patch which is not there, beside the one that is.
pub(super) fn unresolved(scene: &mut Scene<'_>, count: usize) {
    for record in scene.random.choose(plain_records(scene.draft), count) {
        let targets = &mut scene.draft.superseded[record].targets;
        targets.push(Target { spelling: Spelling::Wrong, ..targets[0] });
    }
}

/// Patches that neither are replaced nor replace others.
fn unconnected(scene: &mut Scene<'_>) -> Vec<usize> {
    let records = scene.draft.superseded.iter().flat_map(|record| &record.targets);
    let targets: HashSet<usize> = records.map(|target| target.patch).collect();
    scene.patches(usize::MAX, |draft, patch| {
        draft.patches[patch].superseded.is_none() && !targets.contains(&patch)
    })
}

/// Records without a target, each used by two patches.
pub(super) fn empty(scene: &mut Scene<'_>, count: usize) {
    let patches = unconnected(scene);
    let mut patches = patches.into_iter();
    for _ in 0..count {
        let record = scene.draft.superseded_by(Vec::new());
        for patch in patches.by_ref().take(2) {
            scene.draft.patches[patch].superseded = Some(record);
        }
    }
}

/// Patches that are replaced by one of an earlier bulletin.
pub(super) fn backwards(scene: &mut Scene<'_>, count: usize) {
    let mut patches = unconnected(scene);
    let mut bulletins = HashSet::new();
    patches.retain(|patch| bulletins.insert(scene.draft.patches[*patch].bulletin));
    patches.truncate(count * 2);
    patches.sort_unstable();
    let replaced = patches.split_off(patches.len() / 2);
    for (by, patch) in patches.into_iter().zip(replaced) {
        let record = scene.draft.superseded_by(vec![Target::of(by)]);
        scene.draft.patches[patch].superseded = Some(record);
    }
}

/// Records that no patch uses.
pub(super) fn unused(scene: &mut Scene<'_>, count: usize) {
    for patch in scene.patches(count, |_, _| true) {
        scene.draft.superseded_by(vec![Target::of(patch)]);
    }
}
