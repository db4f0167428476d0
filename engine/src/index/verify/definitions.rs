//! What definitions files of OVAL say: parts of criteria stand in each other, names lead to the same file.

use super::Check;
use crate::compile::definitions::{mark, object_marks, question, state_marks};
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::model::oval::element::{DEPTH, Element};

pub(super) const CHECKS: &[Check] = &[
    Check {
        column: "definition_part_ends",
        count: |columns| columns.definitions(),
        holds: |view, at| {
            let parts = view.columns.definition_part_ends(at);
            let has_criteria = view.columns.definition_marks.at(at) & mark::CRITERIA != 0;
            has_criteria != parts.is_empty() && nested(view, parts)
        },
        wrong: "its parts do not stand in one, or stand too deep in each other",
    },
    Check {
        column: "part_target",
        count: |columns| columns.sources(),
        holds: |view, source| {
            let columns = view.columns;
            let (tests, definitions) =
                (columns.source_test_ends(source), columns.source_definition_ends(source));
            definitions.clone().flat_map(|at| columns.definition_part_ends(at)).all(|part| {
                let target = columns.part_target.at(part);
                let own = match columns.part_question.at(part) {
                    question::TEST => &tests,
                    question::DEFINITION => &definitions,
                    _ => return true,
                };
                target == NONE || own.contains(&(target as usize))
            })
        },
        wrong: "the source's criteria name what another source has",
    },
    Check {
        column: "test_object",
        count: |columns| columns.sources(),
        holds: |view, source| {
            let columns = view.columns;
            let (objects, states) = (columns.source_object_ends(source), columns.source_state_ends(source));
            let is_own = |number: u32, own: &std::ops::Range<usize>| {
                number == NONE || own.contains(&(number as usize))
            };
            columns.source_test_ends(source).all(|test| {
                let object = columns.test_object.at(test);
                let dangles = columns.test_dangling.at(test) != 0;
                is_own(object, &objects)
                    && (object == NONE || !dangles)
                    && columns.test_state_ends(test).all(|at| is_own(columns.test_state.at(at), &states))
            })
        },
        wrong: "the source's tests name what another source has",
    },
    Check {
        column: "source_oval",
        count: |columns| columns.sources(),
        holds: |view, source| {
            let columns = view.columns;
            columns.source_oval.at(source) != 0
                || [
                    columns.source_definition_ends(source),
                    columns.source_test_ends(source),
                    columns.source_object_ends(source),
                    columns.source_state_ends(source),
                    columns.source_variable_ends(source),
                ]
                .iter()
                .all(std::ops::Range::is_empty)
        },
        wrong: "it is no definitions file, and has what only those have",
    },
    Check {
        column: "object_text",
        count: |columns| columns.objects(),
        holds: |view, at| {
            let marks = view.columns.object_marks.at(at);
            is_element(view, view.columns.object_text.at(at))
                && object_marks(&view.object(at).content) == marks
        },
        wrong: "not an element, or not of the kind that its marks say",
    },
    Check {
        column: "state_text",
        count: |columns| columns.states(),
        holds: |view, at| {
            let marks = view.columns.state_marks.at(at);
            is_element(view, view.columns.state_text.at(at)) && state_marks(&view.state(at).content) == marks
        },
        wrong: "not an element, or not of the kind that its marks say",
    },
    Check {
        column: "variable_text",
        count: |columns| columns.variables(),
        holds: |view, at| is_element(view, view.columns.variable_text.at(at)),
        wrong: "not an element",
    },
];

fn is_element(view: View<'_>, text: u32) -> bool {
    Element::parse(view.text(text)).is_ok()
}

/// Whether the parts of a definition are one with all others in it, each within the one that it stands in.
fn nested(view: View<'_>, parts: std::ops::Range<usize>) -> bool {
    let columns = view.columns;
    let mut open: Vec<usize> = Vec::new();
    for at in parts.clone() {
        while open.last().is_some_and(|end| *end == at) {
            open.pop();
        }
        if open.is_empty() && at != parts.start || open.len() > DEPTH {
            return false;
        }
        let inner = match columns.part_question.at(at) {
            question::TEST | question::DEFINITION => continue,
            _ => columns.part_target.at(at) as usize,
        };
        let end = (at + 1).saturating_add(inner);
        if end > open.last().copied().unwrap_or(parts.end) {
            return false;
        }
        open.push(end);
    }
    open.iter().all(|end| *end == parts.end)
}
