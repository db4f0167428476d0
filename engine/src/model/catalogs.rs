//! All catalogs of an index as one: updates in one order, references resolved.
//!
//! The compiler makes it from what readers found, and the index gives it back; the reference evaluator
//! and `explain` walk it.

use std::collections::BTreeMap;

use super::applicability::patch::Patch;
use super::flag::Flags;
use super::oval::Content;
use super::product::Detection;
use super::supersedence;
use super::update::{Product, Source, Update};
use crate::diagnostic::{Code, Diagnostics, Position};

/// Everything an index holds, as the model has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogs {
    /// Where the catalogs came from.
    pub sources: Vec<SourceEntry>,
    /// The updates, sorted by identity.
    pub updates: Vec<Entry>,
    /// The products that catalogs speak of, by folded name.
    pub products: BTreeMap<String, Product>,
    /// How products are detected; an entry stands after those it refers to.
    pub detections: Vec<Detection>,
    /// Default streams of modules: (module, stream), sorted.
    pub module_defaults: Vec<(String, String)>,
    /// What catalogs know of the patches of Windows Installer whose metadata they have, sorted.
    pub patches: Vec<Patch>,
}

/// A catalog and what was found wrong with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceEntry {
    /// Where it came from.
    pub source: Source,
    /// What is wrong with it.
    pub diagnostics: Diagnostics,
    /// How much of that its reader found; empty where it is never [taken over](Source::reading), as are the
    /// patches below.
    pub of_reader: Vec<(Code, u64)>,
    /// What it knows of patches, sorted.
    pub patches: Vec<Patch>,
    /// What it says, where it is a definitions file of OVAL; updates name its definitions by number.
    pub oval: Option<Content>,
    /// Supersedence edges that it declares.
    pub edges: u64,
    /// Edges whose other end is not there.
    pub dangling: u64,
}

/// An update with its place among all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// Full identity: `FEED:ID`.
    pub identity: String,
    /// Its source, a number in [`Catalogs::sources`].
    pub source: u32,
    /// The updates that replace it directly, by number, sorted.
    pub replaced_by: Vec<Edge>,
    /// What it needs: of each clause one of these, by number, that is there and has what it needs; none
    /// is one that no catalog has.
    pub prerequisites: Vec<Vec<Option<u32>>>,
    /// The updates that it is a bundle of, by number, sorted; none is one that no catalog has.
    pub children: Vec<Option<u32>>,
    /// The update. Its `replacements`, `replaces`, `prerequisites` and `bundled` are resolved into the lists
    /// above; they are kept only where the source can be [taken over](Source::reading).
    pub update: Update,
}

/// A resolved edge to an update that replaces another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    /// The replacing update, a number in [`Catalogs::updates`].
    pub by: u32,
    /// Who says so.
    pub source: supersedence::Source,
    /// Where it is said.
    pub position: Position,
}

impl Catalogs {
    /// The number of an update by its full identity.
    pub fn find(&self, identity: &str) -> Option<usize> {
        self.updates.binary_search_by(|entry| entry.identity.as_str().cmp(identity)).ok()
    }

    /// The numbers of the updates that `text` names: a whole identity, an identity without revision or
    /// without feed, or else a bulletin or an article number.
    pub fn find_updates(&self, text: &str) -> Vec<usize> {
        let hits = |hit: &dyn Fn(&Entry) -> bool| -> Vec<usize> {
            (0..self.updates.len()).filter(|at| hit(&self.updates[*at])).collect()
        };
        let exact = hits(&|entry| {
            let below = entry.update.id.as_str();
            entry.identity == text
                || entry.identity.split_once('#').is_some_and(|(identity, _)| identity == text)
                || below == text
                || entry.update.id.unrevised() == text
        });
        if !exact.is_empty() {
            return exact;
        }
        let article = super::hotfix::id(text);
        let named = hits(&|entry| {
            entry.update.bulletin.eq_ignore_ascii_case(text)
                || article.is_some_and(|article| entry.update.articles.contains(&article))
        });
        let is_expired = |at: &usize| self.updates[*at].update.flags.contains(Flags::EXPIRED);
        super::office::answering(named, |at| self.updates[*at].identity.as_str(), is_expired)
    }
}
