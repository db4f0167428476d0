//! What an update needs and what a bundle consists of, each with what came out.

use super::Explainer;
use super::json;
use crate::model::catalogs::Entry;
use crate::model::verdict::{Answer, Cell};
use crate::render::Json;

/// The relations of an update to others that its cell rests on.
#[derive(Debug, Default)]
pub struct Relations<'m> {
    /// Whether what it needs is there; `None` when it needs nothing.
    pub needed: Option<Answer>,
    /// Of each clause of what it needs, the updates; none is one that no catalog has.
    pub clauses: Vec<Vec<(Option<&'m Entry>, Answer)>>,
    /// The updates that it is a bundle of, with their cells; none is one that no catalog has.
    pub children: Vec<(Option<&'m Entry>, Cell)>,
}

impl<'m> Explainer<'m> {
    /// The relations of an update.
    pub(super) fn relations(&self, entry: &'m Entry) -> Relations<'m> {
        let find = |number: Option<u32>| self.catalogs.updates.get(number? as usize);
        let target = |number: &Option<u32>| {
            let answer = number.map(|number| self.evaluator.satisfied(number as usize));
            (find(*number), answer.unwrap_or(Answer::NO_EVIDENCE))
        };
        let clause = |targets: &Vec<Option<u32>>| targets.iter().map(target).collect();
        let child = |number: &Option<u32>| {
            let entry = find(*number);
            (entry, entry.map_or(Cell::NO_EVIDENCE, |entry| self.evaluator.raw(entry)))
        };
        Relations {
            needed: (!entry.prerequisites.is_empty()).then(|| self.evaluator.needed(entry)),
            clauses: entry.prerequisites.iter().map(clause).collect(),
            children: entry.children.iter().map(child).collect(),
        }
    }
}

/// The identity of an update, or that no catalog has it.
pub(super) fn identity(entry: Option<&Entry>) -> &str {
    entry.map_or("an update that no catalog has", |entry| &entry.identity)
}

/// Writes relations for programs.
pub(super) fn write(relations: &Relations<'_>, json: &mut Json<'_>) {
    json.object(|json| {
        json.key("needed").maybe(relations.needed.map(|needed| needed.truth.name()));
        json.key("clauses").array(&relations.clauses, |json, clause| {
            json.array(clause, |json, (entry, answer)| {
                json.object(|json| {
                    json.key("id").maybe(entry.map(|entry| entry.identity.as_str()));
                    json::answer(*answer, json);
                });
            });
        });
        json.key("children").array(&relations.children, |json, (entry, cell)| {
            json.object(|json| {
                json.key("id").maybe(entry.map(|entry| entry.identity.as_str()));
                json.key("verdict").text(cell.verdict.name());
                json.key("reason").text(cell.reason.name());
            });
        });
    });
}
