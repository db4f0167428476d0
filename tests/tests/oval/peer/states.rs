//! What states say of items.

use patchstate::model::oval::Test;
use patchstate::model::oval::characteristics::{Item, Value};
use patchstate::model::oval::entity::Entity;
use patchstate::model::oval::tables::Presence;
use patchstate::model::oval::value::{Comparand, Datatype, Operation};
use patchstate::model::oval::words::{Check, Existence, Flag, Operator, Status};
use patchstate::model::truth::{Tally, Truth};

use super::Difference::*;
use super::Peer;

/// OpenSCAP gives up the item.
struct GivenUp;

impl Peer<'_> {
    /// What the states of a test say of an item.
    pub(super) fn item(&self, test: &Test, item: &Item<'_>, states: &[u32]) -> Truth {
        match item.status {
            Status::Exists => {
                let states = states.iter().map(|state| self.item_of(item, &[*state]));
                test.operator.unwrap().combine(&states.collect())
            }
            _ => self.item_of(item, states),
        }
    }

    /// What states say of an item, all of them.
    pub(super) fn item_of(&self, item: &Item<'_>, states: &[u32]) -> Truth {
        match item.status {
            Status::DoesNotExist => Truth::False,
            Status::Error | Status::NotCollected => Truth::Error,
            Status::Exists => {
                let states = states.iter().map(|state| {
                    let state = &self.content.states[*state as usize].content;
                    let entities = state.entities.iter().map(|entity| self.entity(entity, item));
                    let entities: Result<Tally, GivenUp> =
                        entities.collect::<Result<Vec<_>, _>>().map(|all| all.into_iter().collect());
                    entities.map_or(Truth::Error, |entities| state.operator.unwrap().combine(&entities))
                });
                Operator::And.combine(&states.collect())
            }
        }
    }

    /// What an entity says of an item.
    fn entity(&self, entity: &Entity, item: &Item<'_>) -> Result<Truth, GivenUp> {
        let own: Vec<&Value<'_>> = item.entities.iter().filter(|value| value.name == entity.name).collect();
        let mut presence: Presence = own.iter().map(|value| value.status).collect();
        if self.is(D4) {
            presence = item.entities.iter().map(|value| value.status).collect();
        }
        if own.is_empty() && !self.is(D4) {
            presence.add(Status::NotCollected);
        }
        let mut compared = Vec::new();
        if self.is(N17) && entity.nil && own.iter().any(|value| value.status != Status::DoesNotExist) {
            return Err(GivenUp);
        }
        let existence = entity.existence.unwrap();
        match if self.is(D5) { theirs(existence, &presence) } else { existence.judge(&presence) } {
            Truth::True => {}
            decided => return Ok(decided),
        }
        let is_there = own.iter().any(|value| value.status == Status::Exists);
        if !self.is(N16) && !is_there || entity.asks_presence() && !self.is(N17) {
            return Ok(Truth::True);
        }
        compared.extend(own.iter().map(|value| self.value(entity, value)));
        Ok(self.check(entity.check.unwrap(), compared.into_iter()))
    }

    fn value(&self, entity: &Entity, value: &Value<'_>) -> Truth {
        match value.status {
            Status::DoesNotExist => Truth::False,
            Status::Error if !self.is(N15) => Truth::Error,
            Status::NotCollected if !self.is(N15) => Truth::Unknown,
            _ if value.nil && !self.is(N18) => Truth::NotEvaluated,
            _ if entity.datatype == Some(Datatype::Record) => self.record(entity, value),
            _ => self.compare(entity, &value.text),
        }
    }

    fn record(&self, entity: &Entity, value: &Value<'_>) -> Truth {
        if entity.operation != Some(Operation::Equals) {
            return Truth::Error;
        }
        let fields = entity.fields.iter().map(|field| {
            let own: Vec<&Value<'_>> = value.fields.iter().filter(|own| own.name == field.name).collect();
            if own.is_empty() {
                return Truth::Error;
            }
            self.check(field.check.unwrap(), own.into_iter().map(|own| self.value(field, own)))
        });
        Check::All.combine(&fields.collect())
    }

    fn compare(&self, entity: &Entity, text: &str) -> Truth {
        let (datatype, operation) = (entity.datatype.unwrap(), entity.operation.unwrap());
        let Some(variable) = &entity.variable else {
            return against(datatype, operation, &entity.value, text);
        };
        let known = self.variable(variable);
        if !matches!(known.flag, Flag::Complete | Flag::Incomplete) {
            return Truth::Error;
        }
        let values = known.values.iter().map(|value| against(known.datatype, operation, value, text));
        self.check(entity.variable_check.unwrap(), values)
    }
}

/// Compares two texts.
pub(super) fn against(datatype: Datatype, operation: Operation, state: &str, item: &str) -> Truth {
    match Comparand::new(datatype, operation, state).compare(item) {
        Ok(holds) => holds.into(),
        Err(_) => Truth::Error,
    }
}

/// How OpenSCAP judges the existence of entities.
fn theirs(existence: Existence, presence: &Presence) -> Truth {
    let [exist, open] = [Status::Exists, Status::NotCollected].map(|status| presence.of(status));
    let is_in_error = presence.of(Status::Error) > 0;
    match existence {
        Existence::AtLeastOneExists if exist == 0 && !is_in_error => Truth::Unknown,
        Existence::OnlyOneExists if exist < 2 && !is_in_error => match (exist, open) {
            (0, 0) => Truth::Unknown,
            (0, 1) => Truth::False,
            (1, 0) => Truth::True,
            _ => Truth::Error,
        },
        _ => existence.judge(presence),
    }
}
