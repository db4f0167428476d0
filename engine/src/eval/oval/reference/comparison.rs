//! What a state says of an item.
//!
//! Source of truth: `docs/oval.md`, "States and items".

use super::values::Values;
use super::{Evaluation, combine};
use crate::diagnostic::Code;
use crate::model::flag::Flags;
use crate::model::oval::characteristics::Value;
use crate::model::oval::entity::Entity;
use crate::model::oval::tables::Presence;
use crate::model::oval::value::{Datatype, Fault, Operation};
use crate::model::oval::words::{Check, Flag, Status};
use crate::model::path;
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::Answer;

/// How values are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// The instance of variables.
    pub(super) instance: u32,
    /// What the values are.
    pub(super) sense: Sense,
}

/// What the values of a name are, where text alone does not say when two are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// What their datatype says.
    Exact,
    /// A name that Windows keeps the case of, and finds in any.
    Name,
    /// The key of a registry.
    Key,
    /// A file or a folder.
    Path,
    /// The version of a package that is compared with that of this state.
    Package(u32),
}

impl Evaluation<'_> {
    /// What a state says of an item that is there.
    pub(super) fn state(&self, state: u32, item: usize, instance: u32) -> Answer {
        let named = &self.content.states[state as usize];
        let Some(operator) = named.content.operator else { return Answer::RULE_ERROR };
        if self.assumes_signature(&named.content, item) {
            return Answer { flags: Flags::ASSUMED_SIGNATURE, ..Answer::TRUE };
        }
        let about = self.items.item(item);
        let entities = named.content.entities.iter().map(|entity| {
            let name = self.content.value_name(&named.kind, &entity.name);
            let values: Vec<&Value<'_>> = about.entities.iter().filter(|value| value.name == name).collect();
            let manner = Manner { instance, sense: self.sense(&about, name, Some(state)) };
            self.of_package(entity, item, &values, manner)
        });
        combine(&entities.collect::<Vec<_>>(), |tally| operator.combine(tally))
    }

    /// What an entity says of the values of its name.
    pub(super) fn entity(&self, entity: &Entity, values: &[&Value<'_>], manner: Manner) -> Answer {
        let (Some(check), Some(existence)) = (entity.check, entity.existence) else {
            return Answer::RULE_ERROR;
        };
        let mut presence: Presence = values.iter().map(|value| value.status).collect();
        if values.is_empty() {
            presence.add(Status::NotCollected);
        }
        match existence.judge(&presence) {
            Truth::True => {}
            Truth::Unknown => return Answer::PART_NOT_COLLECTED,
            decided => return Answer::from_truth(decided),
        }
        if presence.of(Status::Exists) == 0 || entity.asks_presence() {
            return Answer::TRUE;
        }
        let answers: Vec<Answer> = values.iter().map(|value| self.value(entity, value, manner)).collect();
        combine(&answers, |tally| check.combine(tally))
    }

    /// What an entity says of one value.
    fn value(&self, entity: &Entity, value: &Value<'_>, manner: Manner) -> Answer {
        match value.status {
            Status::DoesNotExist => Answer::FALSE,
            Status::Error => Answer::RULE_ERROR,
            Status::NotCollected => Answer::PART_NOT_COLLECTED,
            Status::Exists if value.nil => Answer::new(Truth::NotEvaluated, Reason::PartNotCollected),
            Status::Exists if entity.datatype == Some(Datatype::Record) => self.record(entity, value, manner),
            Status::Exists => self.compare(entity, &value.text, manner),
        }
    }

    /// Compares a value with that of an entity, or with those of its variable.
    fn compare(&self, entity: &Entity, text: &str, manner: Manner) -> Answer {
        let (Some(datatype), Some(operation), Some(check)) =
            (entity.datatype, entity.operation, entity.variable_check)
        else {
            return Answer::RULE_ERROR;
        };
        let against = |datatype, state: &str| self.in_sense(datatype, operation, state, text, manner.sense);
        let Some(variable) = &entity.variable else { return against(datatype, &entity.value) };
        let Values { flag, values, datatype } = self.variable(variable, manner.instance);
        if !matches!(flag, Flag::Complete | Flag::Incomplete) {
            return Answer::RULE_ERROR;
        }
        let Some(datatype) = datatype else { return Answer::RULE_ERROR };
        let answers: Vec<Answer> = values.iter().map(|value| against(datatype, value)).collect();
        combine(&answers, |tally| check.combine(tally))
    }

    /// Compares two texts that are what a sense says.
    fn in_sense(
        &self,
        datatype: Datatype,
        operation: Operation,
        state: &str,
        item: &str,
        sense: Sense,
    ) -> Answer {
        match (sense, datatype) {
            (Sense::Name | Sense::Key | Sense::Path, Datatype::String) => {
                self.against_name(operation, state, item, sense)
            }
            (Sense::Package(number), Datatype::EvrString) => {
                self.against(datatype, operation, &self.with_epoch(number, state), item)
            }
            _ => self.against(datatype, operation, state, item),
        }
    }

    /// Compares two texts.
    pub(super) fn against(
        &self,
        datatype: Datatype,
        operation: Operation,
        state: &str,
        item: &str,
    ) -> Answer {
        let [state, item] = [state, item].map(|text| match datatype {
            Datatype::String => text,
            _ => path::trimmed(text),
        });
        match self.patterns.compare(datatype, operation, state, item) {
            Ok(holds) => Answer::from_truth(holds.into()),
            Err(fault) => {
                match fault {
                    Fault::IntRange => self.note(Code::OvalIntRange, item),
                    Fault::PatternLimit => self.note(Code::OvalPatternLimit, state),
                    Fault::Pattern => self.note(Code::OvalBadPattern, state),
                    Fault::NotOfType | Fault::Operation | Fault::PrefixLengths | Fault::Trains => {}
                }
                Answer::RULE_ERROR
            }
        }
    }

    /// What the fields of a record say.
    fn record(&self, entity: &Entity, value: &Value<'_>, manner: Manner) -> Answer {
        if entity.operation != Some(Operation::Equals) {
            return Answer::RULE_ERROR;
        }
        let fields = entity.fields.iter().map(|field| {
            let own: Vec<&Value<'_>> = value.fields.iter().filter(|own| own.name == field.name).collect();
            let Some(check) = field.check.filter(|_| !own.is_empty()) else { return Answer::RULE_ERROR };
            let answers: Vec<Answer> = own.iter().map(|own| self.value(field, own, manner)).collect();
            combine(&answers, |tally| check.combine(tally))
        });
        combine(&fields.collect::<Vec<_>>(), |tally| Check::All.combine(tally))
    }
}
