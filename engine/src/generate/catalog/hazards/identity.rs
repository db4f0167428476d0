//! Hazards of names and ids.

use std::collections::HashSet;

use super::super::draft::{Draft, File};
use super::Scene;
use crate::generate::random::shares;

/// The name of a patch that there is no package for.
const PLACEHOLDER: &str = "placeholder";

/// Patches that are placeholders; a bulletin has one at most.
pub(super) fn placeholder(scene: &mut Scene<'_>, count: usize) {
    let patches = scene.patches(usize::MAX, |draft, place| {
        let patch = &draft.patches[place];
        patch.files.is_empty() && patch.registry.is_none()
    });
    let mut bulletins = HashSet::new();
    let one_each = patches.into_iter().filter(|place| bulletins.insert(scene.draft.patches[*place].bulletin));
    for patch in one_each.take(count).collect::<Vec<_>>() {
        PLACEHOLDER.clone_into(&mut scene.draft.patches[patch].name);
    }
}

/// Groups of patches whose names differ in case only; one of six groups has three patches.
pub(super) fn names_differ_by_case(scene: &mut Scene<'_>, count: usize) {
    let is_fit = |bulletin: &usize| {
        let patches = &scene.draft.patches[scene.draft.bulletins[*bulletin].patches.clone()];
        patches.len() > 1 && patches.iter().all(|patch| patch.name != PLACEHOLDER)
    };
    let bulletins: Vec<usize> = (0..scene.draft.bulletins.len()).filter(is_fit).collect();
    let bulletins = scene.random.choose(bulletins, usize::MAX);
    let (large, small): (Vec<usize>, Vec<usize>) =
        bulletins.into_iter().partition(|bulletin| scene.draft.bulletins[*bulletin].patches.len() > 2);
    let triples = large.len().min(count / 6);
    for bulletin in &large[..triples] {
        name_by_case(scene.draft, *bulletin, 3);
    }
    for bulletin in small.iter().chain(&large[triples..]).take(count - triples) {
        name_by_case(scene.draft, *bulletin, 2);
    }
}

/// Gives the first patches of a bulletin the name of the first in other cases.
fn name_by_case(draft: &mut Draft, bulletin: usize, size: usize) {
    let first = draft.bulletins[bulletin].patches.start;
    let name = draft.patches[first].name.clone();
    let capital = name.get(..1).unwrap_or_default().to_uppercase() + name.get(1..).unwrap_or_default();
    let others = [capital, name.to_uppercase()];
    for (patch, name) in draft.patches[first + 1..first + size].iter_mut().zip(others) {
        patch.name = name;
    }
}

/// Files that are given twice.
pub(super) fn duplicate_paths(scene: &mut Scene<'_>, count: usize) {
    let all: Vec<usize> = (0..scene.draft.files.len()).collect();
    for file in scene.random.choose(all, count) {
        let File { name, folder, .. } = &scene.draft.files[file];
        let (name, folder, id) = (name.clone(), *folder, scene.draft.files.len() + 1);
        scene.draft.files.push(File { id, name, folder });
    }
}

/// A kind of record that an id is given twice to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Family,
    FileChange,
}

/// Records with the id of an earlier one.
pub(super) fn duplicate_ids(scene: &mut Scene<'_>, count: usize) {
    for (kind, share) in shares(count, &[(Kind::File, 24), (Kind::Family, 2), (Kind::FileChange, 1)]) {
        let Scene { draft, random } = scene;
        match kind {
            Kind::Family => draft.families.extend(std::iter::repeat_n(1, share)),
            Kind::File => {
                for file in random.choose((1..draft.files.len()).collect(), share) {
                    draft.files[file].id = draft.files[random.below(file)].id;
                }
            }
            Kind::FileChange => {
                let Some(last) = draft.files.len().checked_sub(1) else { continue };
                for known in random.choose((0..draft.changes.len()).collect(), share) {
                    let id = draft.changes[known].id;
                    let change = draft.change(last, "3.0.0.0".to_owned(), "c", 0);
                    draft.changes[change].id = id;
                }
            }
        }
    }
}
