//! Registry keys and values over slots: what is asked of each answered at once.
//!
//! Where the 32-bit view stands depends on the width of the system, which a client may state later, so
//! what stands in it waits until the client is whole; and so does all else that may stand in it too.

use super::known::State;
use super::slots::{Slots, question};
use crate::index::columns::Column;
use crate::index::probe::tag;
use crate::model::applicability::Applicability;
use crate::model::applicability::answer::registry_value;
use crate::model::expr::Question;
use crate::model::fact;
use crate::model::law;
use crate::model::path;
use crate::model::product;
use crate::model::reason::Reason;
use crate::model::registry::{self, View};
use crate::model::verdict::Answer;

/// What stands, or may stand, in the 32-bit view of the registry and waits until the width of the system
/// is known.
#[derive(Clone, Debug)]
pub(super) enum WaitingNarrow {
    /// A value, with its place among all facts.
    Value(u32, fact::RegistryValue<'static>),
    /// A key.
    Key(fact::RegistryKey<'static>),
}

impl Slots<'_> {
    /// Takes a value.
    #[inline]
    pub(super) fn take_value(&mut self, value: fact::RegistryValue<'_>) {
        let asks_keys = self.plan.asks_keys || !self.plan.loops.is_empty();
        if !asks_keys && !self.plan.value_names.may_hold(&value.name) {
            return;
        }
        let place = self.place_of_fact();
        match value.view {
            View::Native if !self.plan.asks_narrow => _ = self.value(&value, View::Native, place),
            View::Native | View::Narrow => {
                self.narrow.push(WaitingNarrow::Value(place, value.into_owned()));
            }
        }
    }

    /// The place of the current fact among all facts of the client.
    #[inline]
    pub(super) fn place_of_fact(&self) -> u32 {
        u32::try_from(self.facts).unwrap_or(u32::MAX)
    }

    /// Takes a key.
    pub(super) fn take_key(&mut self, key: fact::RegistryKey<'_>) {
        match key.view {
            View::Native if !self.plan.asks_narrow => self.key(&key, View::Native),
            View::Native | View::Narrow => self.narrow.push(WaitingNarrow::Key(key.into_owned())),
        }
    }

    /// Takes what waited for the width of the system.
    pub(super) fn finish_narrow(&mut self, wide: bool) {
        let mut narrow = std::mem::take(&mut self.narrow);
        for waiting in narrow.drain(..) {
            match waiting {
                WaitingNarrow::Value(place, value) => {
                    for view in registry::views(value.view, wide) {
                        self.value(&value, *view, place);
                    }
                }
                WaitingNarrow::Key(key) => {
                    registry::views(key.view, wide).iter().for_each(|view| self.key(&key, *view));
                }
            }
        }
        self.narrow = narrow;
    }

    /// Notes a key as there.
    fn key(&mut self, key: &fact::RegistryKey<'_>, view: View) {
        self.text.clear();
        registry::write_normal_key(&key.key, view, &mut self.text);
        self.keep_key();
        self.keys_above();
    }

    /// Answers the questions about a value, unless a later statement of it was taken; gives its subject.
    pub(super) fn value(&mut self, value: &fact::RegistryValue<'_>, view: View, place: u32) -> Option<usize> {
        self.text.clear();
        registry::write_normal_key(&value.key, view, &mut self.text);
        self.keys_above();
        self.name.clear();
        path::fold_text(&value.name, &mut self.name);
        self.kept_value = self.keep_value(place, value.kind.as_deref(), value.data.as_deref());
        let view = self.plan.view;
        let subject = view.find(tag::REGISTRY_VALUE, self.text.as_bytes(), self.name.as_bytes())?;
        let later = self.is_stamped(subject) && self.order(subject) > place;
        if !later {
            self.set_value(subject, place);
            self.data(subject, value.kind.as_deref(), value.data.as_deref());
        }
        Some(subject)
    }

    /// Notes a value as there, stated at this place among the facts.
    #[inline]
    pub(super) fn set_value(&mut self, subject: usize, place: u32) {
        self.set(subject, State::Known);
        self.set_order(subject, place);
    }

    /// Answers the questions about the data of a value.
    fn data(&mut self, subject: usize, kind: Option<&str>, data: Option<&str>) {
        let view = self.plan.view;
        let columns = view.columns;
        for predicate in self.predicates(subject) {
            match columns.predicate_question.at(predicate) {
                question::COMPARE => {
                    self.compare_value(predicate, data);
                    continue;
                }
                question::APPLICABILITY => {
                    let asked = self.plan.applicability(predicate);
                    if let Some(Applicability::Below(..)) = asked {
                        self.below.wait(predicate, kind, data);
                        self.kept_value = true;
                        continue;
                    }
                    let answer = asked.map(|asked| registry_value(asked, kind, data));
                    self.put(predicate, answer.unwrap_or(Answer::MALFORMED));
                    continue;
                }
                _ => {}
            }
            let (a, b) = (columns.predicate_a.at(predicate), columns.predicate_b.at(predicate));
            let fits = match (columns.predicate_question.at(predicate), a, data) {
                (question::EXISTS, ..) | (question::DATA, 0, _) => Some(true),
                (question::DATA, _, None) => None,
                (question::DATA, 1, Some(data)) => {
                    let expected = u64::from(b) | u64::from(columns.predicate_c.at(predicate)) << 32;
                    Some(registry::number(data) == Some(expected))
                }
                (question::DATA, 2, Some(data)) => {
                    self.name.clear();
                    product::write_folded(data, &mut self.name);
                    Some(self.name.as_bytes() == view.text_bytes(b))
                }
                (question::DATA, _, Some(_)) => {
                    let answer = match view.predicate(predicate) {
                        Some((_, Question::Data(expected))) => law::registry_data(&expected, data),
                        _ => Answer::RULE_ERROR,
                    };
                    self.put(predicate, answer);
                    continue;
                }
                _ => {
                    self.put(predicate, Answer::RULE_ERROR);
                    continue;
                }
            };
            let answer = match fits {
                Some(true) => Answer::TRUE,
                Some(false) => Answer::not(Reason::RegistryDiffers),
                None => Answer::PART_NOT_COLLECTED,
            };
            self.put(predicate, answer);
        }
    }

    fn compare_value(&mut self, predicate: usize, data: Option<&str>) {
        let answer = match (self.plan.view.predicate(predicate), data) {
            (Some((_, Question::Compare(..))), None) => Answer::PART_NOT_COLLECTED,
            (Some((_, Question::Compare(comparison, operand))), Some(data)) => {
                law::compare(comparison, &operand, data, Reason::RegistryDiffers)
            }
            _ => Answer::RULE_ERROR,
        };
        self.put(predicate, answer);
    }

    /// Notes the key in `text`, and those above it, as there; only where rules ask for keys.
    fn keys_above(&mut self) {
        if !self.plan.asks_keys {
            return;
        }
        let key = std::mem::take(&mut self.text);
        for key in std::iter::once(key.as_str()).chain(registry::parents(&key)) {
            if let Some(subject) = self.plan.view.find(tag::REGISTRY_KEY, key.as_bytes(), &[]) {
                self.exists(subject);
            }
        }
        self.text = key;
    }

    /// Makes the values and keys at or below a key absent that nothing is said of.
    pub(super) fn cover_registry(&mut self, under: &str) {
        for tag in [tag::REGISTRY_VALUE, tag::REGISTRY_KEY] {
            self.plan.view.at_or_below(tag, under).for_each(|subject| self.set_absent(subject));
        }
    }
}
