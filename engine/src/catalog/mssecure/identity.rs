//! Gives every patch of a document its identity, and finds patches by name.
//!
//! A patch is named by its bulletin and its own name, in the case in which it is written: names that
//! differ by case only are different patches of one bulletin. Source of truth: `docs/mssecure.md`,
//! rules M1 to M3 and M9.

use ahash::HashMap;

use super::findings::Findings;
use super::records::{Bulletin, Datastore, Patch};
use crate::diagnostic::Code;
use crate::model::path::fold_text;
use crate::model::update::UpdateId;

/// A patch with its bulletin and its identity.
#[derive(Debug)]
pub(super) struct Named<'d> {
    pub(super) bulletin: &'d Bulletin,
    pub(super) patch: &'d Patch,
    pub(super) id: UpdateId,
}

/// The patches of a document, in its order; places are indices into that order.
#[derive(Debug)]
pub(super) struct Patches<'d> {
    pub(super) list: Vec<Named<'d>>,
    /// The first patch of each name, and how many have it.
    exact: HashMap<(&'d str, &'d str), (usize, u32)>,
    /// Those whose names are one without regard to case, each spelling once.
    folded: HashMap<(&'d str, String), Vec<usize>>,
}

/// What a look-up found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The patch of exactly that name.
    Exact(usize),
    /// The only one whose name differs by case.
    ByCase(usize),
    /// None, or several.
    Nothing,
}

impl<'d> Patches<'d> {
    pub(super) fn new(document: &'d Datastore, findings: &mut Findings) -> Self {
        let mut patches = Patches { list: Vec::new(), exact: HashMap::default(), folded: HashMap::default() };
        for bulletin in &document.bulletins {
            for patch in &bulletin.patches {
                patches.add(bulletin, patch, findings);
            }
        }
        patches.report_cases(findings);
        patches
    }

    fn add(&mut self, bulletin: &'d Bulletin, patch: &'d Patch, findings: &mut Findings) {
        let place = self.list.len();
        let (_, times) = self.exact.entry((&bulletin.id, &patch.name)).or_insert((place, 0));
        *times += 1;
        let id = if *times == 1 {
            self.folded.entry((&bulletin.id, fold(&patch.name))).or_default().push(place);
            UpdateId::new([bulletin.id.as_str(), &patch.name])
        } else {
            let id = UpdateId::new([bulletin.id.as_str(), &patch.name, &times.to_string()]);
            findings.at(Code::DuplicateUpdateKey, patch, "PatchName", format!("read as `{id}`"));
            id
        };
        self.list.push(Named { bulletin, patch, id });
    }

    /// Reports each group of names that differ by case only, at its second patch.
    fn report_cases(&self, findings: &mut Findings) {
        let mut groups: Vec<&[usize]> = self.folded.values().map(Vec::as_slice).collect();
        groups.sort_unstable();
        for group in groups {
            let [_, second, ..] = group else { continue };
            let names: Vec<_> = group.iter().map(|place| format!("`{}`", self.list[*place].id)).collect();
            let patch = self.list[*second].patch;
            findings.at(Code::PatchNamesDifferByCase, patch, "PatchName", names.join(", "));
        }
    }

    /// Finds the patch `name` of a bulletin.
    pub(super) fn find(&self, bulletin: &str, name: &str) -> Found {
        if let Some((place, _)) = self.exact.get(&(bulletin, name)) {
            return Found::Exact(*place);
        }
        // The key of the table borrows from the document, so an owned one cannot be looked up directly.
        let key: (&str, String) = (bulletin, fold(name));
        match self.folded.get(&key).map(Vec::as_slice) {
            Some([only]) => Found::ByCase(*only),
            _ => Found::Nothing,
        }
    }
}

fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    fold_text(name, &mut folded);
    folded
}
