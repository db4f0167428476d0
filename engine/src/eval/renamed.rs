//! The paths of rules that begin with a folder that a client states, in token form.
//!
//! A rule may name a file in a folder by its own path, and the client the folder's. Both are compared in the
//! form that the client's folders give them, and what that makes of the rules' paths is the same for all
//! clients whose folders lie alike.

use std::collections::HashMap;

use super::plan::Plan;
use crate::index::columns::Column;
use crate::index::probe::tag;
use crate::model::path::Folders;

/// The subjects of such paths.
#[derive(Debug, Default)]
pub(super) struct Renamed {
    /// By token form.
    forms: HashMap<String, Vec<usize>, ahash::RandomState>,
    /// All of them, sorted.
    subjects: Vec<usize>,
}

impl Renamed {
    /// Finds them.
    pub(super) fn of(plan: &Plan<'_>, folders: &Folders) -> Renamed {
        let view = plan.view;
        let mut renamed = Renamed::default();
        for folder in folders.paths().filter(|folder| plan.asks_bare_paths || folder.starts_with('%')) {
            renamed.subjects.extend(view.at_or_below(tag::FILE, folder));
        }
        renamed.subjects.sort_unstable();
        renamed.subjects.dedup();
        renamed.subjects.retain(|subject| {
            let path = view.text(view.columns.subject_text.at(*subject));
            let mut form = path.to_owned();
            folders.tokenize(&mut form, 0);
            let is_other = form != path;
            if is_other {
                renamed.forms.entry(form).or_default().push(*subject);
            }
            is_other
        });
        renamed
    }

    /// Whether the path of a subject is among them.
    pub(super) fn contains(&self, subject: usize) -> bool {
        !self.subjects.is_empty() && self.subjects.binary_search(&subject).is_ok()
    }

    /// The subjects of a token form.
    pub(super) fn named(&self, form: &str) -> &[usize] {
        self.forms.get(form).map_or(&[], Vec::as_slice)
    }

    /// The token forms with their subjects, in no order.
    pub(super) fn forms(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.forms.iter().map(|(form, subjects)| (form.as_str(), subjects.as_slice()))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.subjects.len()
    }
}
