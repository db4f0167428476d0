//! What a state says of an item.
//!
//! Source of truth: `docs/oval.md`, "States and items".

use super::values::Values;
use super::{Evaluation, combine};
use crate::diagnostic::Code;
use crate::model::oval::characteristics::Value;
use crate::model::oval::entity::Entity;
use crate::model::oval::tables::Presence;
use crate::model::oval::value::{Comparand, Datatype, Fault, Operation};
use crate::model::oval::words::{Check, Flag, Status};
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::Answer;
use crate::xml::is_space;

impl Evaluation<'_> {
    /// What a state says of an item that is there.
    pub(super) fn state(&self, state: u32, item: usize, instance: u32) -> Answer {
        let named = &self.content.states[state as usize];
        let Some(operator) = named.content.operator else { return Answer::RULE_ERROR };
        let item = self.items.item(item);
        let entities = named.content.entities.iter().map(|entity| {
            let name = self.content.value_name(&named.kind, &entity.name);
            let values: Vec<&Value<'_>> = item.entities.iter().filter(|value| value.name == name).collect();
            self.entity(entity, &values, instance)
        });
        combine(&entities.collect::<Vec<_>>(), |tally| operator.combine(tally))
    }

    /// What an entity says of the values of its name.
    fn entity(&self, entity: &Entity, values: &[&Value<'_>], instance: u32) -> Answer {
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
        let answers: Vec<Answer> = values.iter().map(|value| self.value(entity, value, instance)).collect();
        combine(&answers, |tally| check.combine(tally))
    }

    /// What an entity says of one value.
    pub(super) fn value(&self, entity: &Entity, value: &Value<'_>, instance: u32) -> Answer {
        match value.status {
            Status::DoesNotExist => Answer::FALSE,
            Status::Error => Answer::RULE_ERROR,
            Status::NotCollected => Answer::PART_NOT_COLLECTED,
            Status::Exists if value.nil => Answer::new(Truth::NotEvaluated, Reason::PartNotCollected),
            Status::Exists if entity.datatype == Some(Datatype::Record) => {
                self.record(entity, value, instance)
            }
            Status::Exists => self.compare(entity, &value.text, instance),
        }
    }

    /// Compares a value with that of an entity, or with those of its variable.
    fn compare(&self, entity: &Entity, text: &str, instance: u32) -> Answer {
        let (Some(datatype), Some(operation), Some(check)) =
            (entity.datatype, entity.operation, entity.variable_check)
        else {
            return Answer::RULE_ERROR;
        };
        let Some(variable) = &entity.variable else {
            return self.against(datatype, operation, &entity.value, text);
        };
        let Values { flag, values, datatype } = self.variable(variable, instance);
        if !matches!(flag, Flag::Complete | Flag::Incomplete) {
            return Answer::RULE_ERROR;
        }
        let Some(datatype) = datatype else { return Answer::RULE_ERROR };
        let answers: Vec<Answer> =
            values.iter().map(|value| self.against(datatype, operation, value, text)).collect();
        combine(&answers, |tally| check.combine(tally))
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
            _ => text.trim_matches(|c: char| u8::try_from(c).is_ok_and(is_space)),
        });
        match Comparand::new(datatype, operation, state).compare(item) {
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
    fn record(&self, entity: &Entity, value: &Value<'_>, instance: u32) -> Answer {
        if entity.operation != Some(Operation::Equals) {
            return Answer::RULE_ERROR;
        }
        let fields = entity.fields.iter().map(|field| {
            let own: Vec<&Value<'_>> = value.fields.iter().filter(|own| own.name == field.name).collect();
            let Some(check) = field.check.filter(|_| !own.is_empty()) else { return Answer::RULE_ERROR };
            let answers: Vec<Answer> = own.iter().map(|own| self.value(field, own, instance)).collect();
            combine(&answers, |tally| check.combine(tally))
        });
        combine(&fields.collect::<Vec<_>>(), |tally| Check::All.combine(tally))
    }
}
