//! Names of files and of the registry, which are found in any case on Windows.
//!
//! What decides is what a name denotes, not which operation asks for it: folders that the client states stand
//! for their tokens, and patterns are without case.

use super::super::Evaluation;
use super::super::comparison::Sense;
use crate::model::oval::characteristics::Item;
use crate::model::oval::value::{Datatype, Operation};
use crate::model::path;
use crate::model::registry::{View, normal_key};
use crate::model::truth::Truth;
use crate::model::verdict::Answer;

/// Whether the paths of an item of a file are those of Windows.
pub(super) fn is_of_windows(item: &Item<'_>) -> bool {
    let mut paths = item.entities.iter().filter(|value| matches!(&*value.name, "filepath" | "path"));
    paths.next().is_some_and(|value| !is_posix(&value.text))
}

fn is_posix(path: &str) -> bool {
    path.starts_with('/')
}

impl Evaluation<'_> {
    /// Compares two names.
    pub(in super::super) fn against_name(
        &self,
        operation: Operation,
        state: &str,
        item: &str,
        sense: Sense,
    ) -> Answer {
        let has_case = sense == Sense::Path && is_posix(item);
        let same = || Truth::from(self.denoted(state, sense) == self.denoted(item, sense));
        match operation {
            Operation::PatternMatch if has_case => self.against(Datatype::String, operation, state, item),
            // Where the folder of a token is, is not known.
            Operation::PatternMatch if sense == Sense::Path && path::token(&path::normal(item)).is_some() => {
                Answer::PART_NOT_COLLECTED
            }
            Operation::PatternMatch => {
                self.against(Datatype::String, operation, &format!("(?i){state}"), item)
            }
            Operation::CaseInsensitiveEquals | Operation::CaseInsensitiveNotEqual if has_case => {
                self.against(Datatype::String, operation, state, item)
            }
            Operation::Equals | Operation::CaseInsensitiveEquals => Answer::from_truth(same()),
            Operation::NotEqual | Operation::CaseInsensitiveNotEqual => Answer::from_truth(!same()),
            _ => self.against(Datatype::String, operation, state, item),
        }
    }

    /// What a name denotes, in a form in which two names of one thing are equal.
    fn denoted(&self, name: &str, sense: Sense) -> String {
        match sense {
            Sense::Exact | Sense::Package(_) => name.to_owned(),
            Sense::Name => {
                let mut folded = String::with_capacity(name.len());
                path::fold_text(name, &mut folded);
                folded
            }
            Sense::Key => normal_key(name, View::Native),
            Sense::Path => {
                let known = self.items.stated.as_ref().map(|stated| stated.known.path(name));
                let path = known.unwrap_or_else(|| path::normal(name));
                let folder = path.trim_end_matches('/');
                if folder.is_empty() { path } else { folder.to_owned() }
            }
        }
    }
}
