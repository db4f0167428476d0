//! Files in folders that registry values name, over slots.
//!
//! Which folder that is only the client says, so files are kept whose names such leaves ask for, and the
//! leaves are answered when both are known.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::files::Observed;
use super::known::absent_subjects;
use super::slots::Slots;
use crate::model::applicability::Applicability;
use crate::model::applicability::answer::file_below;
use crate::model::expr::Subject;
use crate::model::fact::Kind;
use crate::model::path;
use crate::model::reason::Reason;
use crate::model::registry::View;
use crate::model::verdict::Answer;

/// The names of files in such folders, and of such a folder itself; the last parts of their paths.
#[derive(Debug, Default)]
pub(super) struct BelowNames(HashSet<String, ahash::RandomState>);

impl BelowNames {
    /// Those of the leaves that ask in folders that values name.
    pub(super) fn of<'a>(asked: impl Iterator<Item = &'a Applicability>) -> BelowNames {
        let name = |asked: &Applicability| match asked {
            Applicability::Below(below, _) => Some(path::name(&path::normal(below)).to_owned()),
            _ => None,
        };
        let mut names: HashSet<String, ahash::RandomState> = asked.filter_map(name).collect();
        // One folder has two names.
        if names.contains("sysnative") {
            names.insert("system32".to_owned());
        }
        BelowNames(names)
    }

    /// Whether nothing is asked in such folders.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a file is asked for, by its path in normal form.
    pub(super) fn holds(&self, path: &str) -> bool {
        !self.0.is_empty() && self.0.contains(path::name(path))
    }

    /// The names.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// The files of a client that may lie in such folders, and what is said of files that are not there.
#[derive(Debug, Default)]
pub(super) struct BelowFiles {
    /// By path in token form.
    files: BTreeMap<String, Observed>,
    absent: BTreeSet<String>,
    covered: Vec<String>,
    /// Predicates that wait, with the type and the data of their value.
    waiting: Vec<(usize, Option<String>, Option<String>)>,
}

impl BelowFiles {
    /// Forgets the client.
    pub(super) fn clear(&mut self) {
        self.files.clear();
        self.absent.clear();
        self.covered.clear();
        self.waiting.clear();
    }

    /// Keeps a file, by its path in token form.
    pub(super) fn keep(&mut self, path: &str, observed: &Observed) {
        self.files.insert(path.to_owned(), observed.clone());
    }

    /// Keeps a predicate until all files are known.
    pub(super) fn wait(&mut self, predicate: usize, kind: Option<&str>, data: Option<&str>) {
        self.waiting.push((predicate, kind.map(str::to_owned), data.map(str::to_owned)));
    }
}

impl Slots<'_> {
    /// Finds what is said of files that are not there.
    pub(super) fn finish_below(&mut self) {
        if self.plan.below.is_empty() {
            return;
        }
        let mut below = std::mem::take(&mut self.below);
        for stated in self.absent.iter().filter(|stated| stated.kind == Some(Kind::File)) {
            let subjects = absent_subjects(Kind::File, &stated.reference, View::Native, self.files.folders());
            below.absent.extend(subjects.into_iter().filter_map(|subject| match subject {
                Subject::File(path) => Some(path),
                _ => None,
            }));
        }
        for stated in self.covered.iter().filter(|stated| stated.kind == Some(Kind::File)) {
            let mut under = path::normal(&stated.under);
            self.files.folders().tokenize(&mut under, 0);
            under.truncate(under.trim_end_matches('/').len());
            below.covered.push(under);
        }
        let waiting = std::mem::take(&mut below.waiting);
        self.below = below;
        for (predicate, kind, data) in waiting {
            let answer = match self.plan.applicability(predicate) {
                Some(asked) => self.answer_file_below(asked, kind.as_deref(), data.as_deref()),
                None => Answer::MALFORMED,
            };
            self.put(predicate, answer);
        }
    }

    /// The answer of a leaf about a file below the folder that a value of this type and data names.
    pub(super) fn answer_file_below(
        &self,
        asked: &Applicability,
        kind: Option<&str>,
        data: Option<&str>,
    ) -> Answer {
        let Applicability::Below(path, asked) = asked else { return Answer::MALFORMED };
        let mut path = match file_below(path, kind, data) {
            Ok(path) => path,
            Err(answer) => return answer,
        };
        self.files.folders().tokenize(&mut path, 0);
        // A folder is no file.
        if self.files.folders().is_folder(&path) {
            return Answer::NOT_COLLECTED;
        }
        if let Some(file) = self.below.files.get(&path) {
            return asked.as_deref().map_or(Answer::TRUE, |asked| file.answer(asked));
        }
        let covered = self.below.covered.iter().any(|under| {
            path.strip_prefix(under.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['\\', '/']))
        });
        // A folder that begins with a token is one that the client states.
        if self.complete_kinds().contains(Kind::File) || covered || self.below.absent.contains(&path) {
            Answer::not(Reason::FileAbsent)
        } else {
            Answer::NOT_COLLECTED
        }
    }
}
