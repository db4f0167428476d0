//! Loops over the sub-keys of a registry key, over slots.
//!
//! Which keys a client has below another no index knows, so the facts below the keys that rules go through
//! are kept, and a rule is asked of each sub-key as it is found there.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::known::State;
use super::slots::Slots;
use crate::compile::rules::operator;
use crate::index::View;
use crate::index::columns::Column;
use crate::index::probe::tag;
use crate::model::applicability::Applicability;
use crate::model::applicability::answer::registry_value;
use crate::model::expr::{Data, LoopOf, Question, Subject};
use crate::model::fact::Kind;
use crate::model::law;
use crate::model::options::RegistryItems;
use crate::model::reason::Reason;
use crate::model::registry::{LOOP, at_sub_key, is_narrow, parents};
use crate::model::truth::Truth;
use crate::model::verdict::Answer;

/// What an index goes through.
#[derive(Debug, Default)]
pub(super) struct Loops {
    /// The keys, in normal form; loops in loops are below them.
    keys: Vec<String>,
    /// The subjects below a sub-key.
    subjects: HashMap<u32, Subject, ahash::RandomState>,
}

impl Loops {
    pub(super) fn new(view: View<'_>) -> Loops {
        let columns = view.columns;
        let is_loop = |node: &usize| columns.node_operator.at(*node) == operator::LOOP;
        let keys = (0..columns.nodes()).filter(is_loop).map(|node| view.text(columns.node_a.at(node)));
        let mut keys: Vec<String> = keys.filter(|key| !key.starts_with(LOOP)).map(str::to_owned).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut loops = Loops { keys, subjects: HashMap::default() };
        if loops.is_empty() {
            return loops;
        }
        for at in 0..view.subjects() {
            let of_registry = matches!(columns.subject_tag.at(at), tag::REGISTRY_VALUE | tag::REGISTRY_KEY);
            let text = view.text(columns.subject_text.at(at));
            if of_registry && at_sub_key(text, "").is_some() {
                loops.subjects.extend(view.subject(at).map(|subject| (at as u32, subject)));
            }
        }
        loops
    }

    /// Whether no rule goes through any key.
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether a key is one that has, or is in, the 32-bit view of the registry.
    pub(super) fn asks_narrow(&self) -> bool {
        let holds_view = |key: &String| {
            [r"hklm\software\classes", r"hkcu\software\classes"].iter().any(|view| is_below(view, key))
        };
        self.keys.iter().any(|key| is_narrow(key) || holds_view(key))
    }

    /// Whether a key is one that rules go through, or stands below one.
    fn holds(&self, key: &str) -> bool {
        self.keys.iter().any(|under| is_below(key, under))
    }
}

fn is_below(key: &str, under: &str) -> bool {
    key.strip_prefix(under).is_some_and(|rest| rest.is_empty() || rest.starts_with(['\\', '/']))
}

/// A value that is kept: its place among the facts, its type and its data.
type Kept = (u32, Option<String>, Option<String>);

/// What a client states of the keys that rules go through.
#[derive(Debug, Default)]
pub(super) struct LoopFacts {
    values: BTreeMap<(String, String), Kept>,
    keys: BTreeSet<String>,
    absent: Vec<Subject>,
    covered: Vec<String>,
}

impl LoopFacts {
    /// Forgets the client.
    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.keys.clear();
        self.absent.clear();
        self.covered.clear();
    }

    fn is_covered(&self, key: &str) -> bool {
        self.covered.iter().any(|under| is_below(key, under))
    }
}

impl Slots<'_> {
    /// Keeps the key in `text`, if rules go through it; says whether.
    pub(super) fn keep_key(&mut self) -> bool {
        if self.plan.loops.is_empty() || !self.plan.loops.holds(&self.text) {
            return false;
        }
        if !self.loops.keys.contains(&self.text) {
            self.loops.keys.extend(parents(&self.text).map(str::to_owned));
            self.loops.keys.insert(self.text.clone());
        }
        true
    }

    /// Keeps the value whose key is in `text` and whose name is in `name`; says whether.
    pub(super) fn keep_value(&mut self, place: u32, kind: Option<&str>, data: Option<&str>) -> bool {
        if !self.keep_key() {
            return false;
        }
        let kept = (place, kind.map(str::to_owned), data.map(str::to_owned));
        let entry = self.loops.values.entry((self.text.clone(), self.name.clone()));
        let known = entry.or_insert_with(|| kept.clone());
        if known.0 <= place {
            *known = kept;
        }
        true
    }

    /// Keeps what is proved to be absent.
    pub(super) fn keep_absent(&mut self, subject: &Subject) {
        if self.plan.loops.is_empty() {
            return;
        }
        match subject {
            Subject::RegistryKey(key) => self.loops.covered.push(key.clone()),
            Subject::RegistryValue { .. } => self.loops.absent.push(subject.clone()),
            _ => {}
        }
    }

    /// Keeps a key below which everything is stated.
    pub(super) fn keep_covered(&mut self, key: &str) {
        if !self.plan.loops.is_empty() {
            self.loops.covered.push(key.to_owned());
        }
    }

    /// The answer of a loop over a key, of which `truth` gives the truth at each sub-key.
    pub(super) fn go_through(&self, key: &str, of: LoopOf, truth: impl Fn(&str) -> Truth) -> Answer {
        let covered = self.complete_kinds().contains(Kind::Registry) || self.loops.is_covered(key);
        if !self.loops.keys.contains(key) {
            return if covered { of.answer([], true) } else { Answer::NOT_COLLECTED };
        }
        let prefix = format!("{key}\\");
        let below = self.loops.keys.range(prefix.clone()..).take_while(|found| found.starts_with(&prefix));
        let direct = below.filter(|found| !found[prefix.len()..].contains('\\'));
        of.answer(direct.map(|found| truth(found)), covered)
    }

    /// The answer of a test about a subject below the sub-key that a loop is at; `None` of any other.
    pub(super) fn answer_below(&self, subject: u32, predicate: u32, sub_key: &str) -> Option<Answer> {
        let subject = self.plan.loops.subjects.get(&subject)?.at_sub_key(sub_key);
        let Some((_, question)) = self.plan.view.predicate(predicate as usize) else {
            return Some(Answer::UNSUPPORTED);
        };
        if matches!(question, Question::Data(_)) && self.plan.options.registry == RegistryItems::Ignored {
            return Some(Answer::new(Truth::NotApplicable, Reason::NoEvidence));
        }
        let kept = match &subject {
            Subject::RegistryValue { key, name } => self.loops.values.get(&(key.clone(), name.clone())),
            _ => None,
        };
        Some(match self.state_below(&subject, kept) {
            State::NotCollected => Answer::NOT_COLLECTED,
            State::Absent => law::absent(&subject, &question),
            State::Known => match (&question, kept) {
                (Question::Applicability(asked), Some((_, kind, data)))
                    if matches!(**asked, Applicability::Below(..)) =>
                {
                    self.answer_file_below(asked, kind.as_deref(), data.as_deref())
                }
                _ => there(&question, kept),
            },
        })
    }

    fn state_below(&self, subject: &Subject, kept: Option<&Kept>) -> State {
        let (key, there) = match subject {
            Subject::RegistryKey(key) => (key, self.loops.keys.contains(key)),
            Subject::RegistryValue { key, .. } => (key, kept.is_some()),
            _ => return State::NotCollected,
        };
        let complete = self.complete_kinds().contains(Kind::Registry);
        if there {
            State::Known
        } else if complete || self.loops.absent.contains(subject) || self.loops.is_covered(key) {
            State::Absent
        } else {
            State::NotCollected
        }
    }
}

/// The answer about a value or a key that is there.
fn there(question: &Question, kept: Option<&Kept>) -> Answer {
    if *question == Question::Exists {
        return Answer::TRUE;
    }
    let Some((_, kind, data)) = kept else {
        return match question {
            Question::Applicability(_) => Answer::MALFORMED,
            _ => Answer::RULE_ERROR,
        };
    };
    match (question, data.as_deref()) {
        (Question::Applicability(asked), data) => registry_value(asked, kind.as_deref(), data),
        (Question::Data(Data::Any), _) => Answer::TRUE,
        (Question::Data(expected), data) => law::registry_data(expected, data),
        (Question::Compare(..), None) => Answer::PART_NOT_COLLECTED,
        (Question::Compare(comparison, operand), Some(data)) => {
            law::compare(*comparison, operand, data, Reason::RegistryDiffers)
        }
        _ => Answer::RULE_ERROR,
    }
}

/// The key of a loop at the sub-key that another one is at.
pub(super) fn key_at<'k>(key: &'k str, sub_key: Option<&str>) -> Cow<'k, str> {
    match sub_key.and_then(|sub_key| at_sub_key(key, sub_key)) {
        Some(key) => Cow::Owned(key),
        None => Cow::Borrowed(key),
    }
}
