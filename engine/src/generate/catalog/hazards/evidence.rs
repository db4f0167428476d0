//! Hazards of files, registry values, addresses and article numbers.

use std::collections::{BTreeMap, HashSet};

use super::super::draft::{Draft, INSTALLED, Parent, Patch, RegChange, VALUES};
use super::super::make::FOLDER_PLACES;
use super::Scene;
use crate::generate::random::shares;

/// Words that stand where a version should, and how often.
const NO_VERSION: [(&str, u32); 2] = [("na", 9), ("", 4)];
/// Commands of changes that nothing refers to, and how often.
const COMMANDS: [(&str, u32); 4] = [("c", 240), ("", 111), ("a", 56), ("u", 13)];
/// What a location says that is no address.
const NO_ADDRESS: &str = "See the bulletin for details";

/// An article number of six digits that no bulletin lists.
fn foreign_article(number: usize) -> String {
    format!("Q{}", 199_999 - number % 100_000)
}

/// Patches whose only evidence are files that no other patch looks at, fewest files first.
fn files_only(scene: &mut Scene<'_>) -> Vec<usize> {
    let owners = scene.draft.owners();
    let mut patches = scene.patches(usize::MAX, |draft, place| {
        let patch = &draft.patches[place];
        let is_own = |change: &usize| owners.contains_key(change) && draft.changes[*change].command != "u";
        let is_decided = patch.files.iter().any(|change| draft.changes[*change].command != "e");
        patch.registry.is_none() && is_decided && patch.files.iter().all(is_own)
    });
    patches.sort_by_key(|place| scene.draft.patches[*place].files.len());
    patches
}

fn give_command(draft: &mut Draft, patch: usize, command: &'static str) {
    for change in &draft.patches[patch].files {
        draft.changes[*change].command = command;
    }
}

/// Patches whose only evidence are files that need not be there.
pub(super) fn optional_only(scene: &mut Scene<'_>, count: usize) {
    // The patch with most files shall not be among them, the one with fewest is for the next hazard.
    let patches = files_only(scene);
    for patch in patches.into_iter().rev().skip(1).take(count) {
        give_command(scene.draft, patch, "e");
    }
}

/// Patches whose only evidence are files with an unsupported command.
pub(super) fn unsupported_only(scene: &mut Scene<'_>, count: usize) {
    for patch in files_only(scene).into_iter().take(count) {
        give_command(scene.draft, patch, "u");
    }
}

/// The file changes that just one patch refers to, which has other evidence too.
fn beside_registry(scene: &mut Scene<'_>) -> Vec<usize> {
    let owners = scene.draft.owners();
    let patches = scene.draft.patches.iter().filter(|patch| patch.registry.is_some());
    let changes: Vec<usize> = patches
        .flat_map(|patch| patch.files.iter().copied().filter(|change| owners.contains_key(change)))
        .collect();
    scene.random.choose(changes, usize::MAX)
}

/// References to files with an unsupported command.
pub(super) fn unsupported_command(scene: &mut Scene<'_>, count: usize) {
    let references = scene.draft.patches.iter().flat_map(|patch| &patch.files);
    let known = references.filter(|change| scene.draft.changes[**change].command == "u").count();
    for change in beside_registry(scene).into_iter().take(count.saturating_sub(known)) {
        scene.draft.changes[change].command = "u";
    }
}

/// References to files without a version.
pub(super) fn without_version(scene: &mut Scene<'_>, count: usize) {
    let words = scene.random.deal(count, &NO_VERSION);
    for (change, word) in beside_registry(scene).into_iter().zip(words) {
        word.clone_into(&mut scene.draft.changes[change].version);
    }
}

/// Versions of a file that two references give different checksums.
pub(super) fn checksum_conflict(scene: &mut Scene<'_>, count: usize) {
    let referenced: HashSet<usize> =
        scene.draft.patches.iter().flat_map(|patch| patch.files.iter().copied()).collect();
    let mut of_file: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, change) in scene.draft.changes.iter().enumerate() {
        let is_versioned = NO_VERSION.iter().all(|(word, _)| *word != change.version);
        if referenced.contains(&place) && is_versioned && change.command != "u" {
            of_file.entry(change.file).or_default().push(place);
        }
    }
    let pairs = of_file.into_values().filter_map(|changes| match changes[..] {
        [first, second, ..] => Some((first, second)),
        _ => None,
    });
    for (first, second) in scene.random.choose(pairs.collect(), count) {
        scene.draft.changes[second].version = scene.draft.changes[first].version.clone();
    }
}

/// Hotfix keys that end in another number than the patch has.
pub(super) fn other_hotfix_key(scene: &mut Scene<'_>, count: usize) {
    let patches = scene.patches(count, |draft, place| {
        let patch = &draft.patches[place];
        let change = patch.registry.map(|change| &draft.registry[change]);
        !patch.number.is_empty() && change.is_some_and(|change| change.value == INSTALLED)
    });
    for (number, patch) in patches.into_iter().enumerate() {
        let Patch { number: own, registry, .. } = &scene.draft.patches[patch];
        let Some(change) = registry else { continue };
        let key = &mut scene.draft.locations[scene.draft.registry[*change].key];
        *key = key.replace(own, &foreign_article(number));
    }
}

/// Patches with an article number that their bulletin does not list.
pub(super) fn foreign_number(scene: &mut Scene<'_>, count: usize) {
    let fit = |draft: &Draft, place: usize| {
        let patch = &draft.patches[place];
        patch.registry.is_none() && !patch.number.is_empty()
    };
    for (number, patch) in scene.patches(count, fit).into_iter().enumerate() {
        scene.draft.patches[patch].number = foreign_article(number);
    }
}

/// Registry changes that name a parent which is not there.
pub(super) fn dangling_parent(scene: &mut Scene<'_>, count: usize) {
    let all = (0..scene.draft.registry.len()).collect();
    for change in scene.random.choose(all, count) {
        scene.draft.registry[change].parent = Parent::Dangling;
    }
}

/// Patches whose address is none.
pub(super) fn no_address(scene: &mut Scene<'_>, count: usize) {
    let location = scene.draft.location(NO_ADDRESS);
    for patch in scene.patches(count, |_, _| true) {
        scene.draft.patches[patch].location = location;
    }
}

/// Registry keys that begin with no hive.
pub(super) fn irregular_key(scene: &mut Scene<'_>, count: usize) {
    for number in 0..count {
        scene.draft.location(format!(r#"HKCR,"Interface\Part {number}"#));
    }
}

/// What can stand in a document without a patch that refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loose {
    NewFile,
    NewVersion,
    RegChange,
    Product,
}

/// Changes and products that no patch refers to.
pub(super) fn unreferenced(scene: &mut Scene<'_>, count: usize) {
    let kinds =
        [(Loose::NewFile, 153), (Loose::NewVersion, 273), (Loose::RegChange, 173), (Loose::Product, 2)];
    let mut commands = scene.random.deal(count, &COMMANDS);
    for (kind, share) in shares(count, &kinds) {
        for number in 0..share {
            add_loose(scene, kind, number, commands.pop().unwrap_or("c"));
        }
    }
}

fn add_loose(scene: &mut Scene<'_>, kind: Loose, number: usize, command: &'static str) {
    let Scene { draft, random } = scene;
    match kind {
        Loose::NewFile | Loose::NewVersion => {
            let file = match (kind, draft.files.len()) {
                (Loose::NewFile, _) | (_, 0) => draft.file(&FOLDER_PLACES),
                (_, files) => random.below(files),
            };
            // Lower than the versions that patches look for.
            draft.change(file, format!("3.0.{number}.0"), command, 0);
        }
        Loose::RegChange => {
            let key = draft.location(format!(r"HKLM\SOFTWARE\Vendor\Left Behind\Part {number}"));
            let value = random.below(VALUES.len());
            draft.registry.push(RegChange { value, data: "1".to_owned(), key, parent: Parent::Unsaid });
        }
        Loose::Product => {
            draft.product(1);
        }
    }
}
