//! Gives back what a definitions file of OVAL says.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::position;
use crate::compile::definitions::{mark, part, question};
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::model::oval::element::{DEPTH, Element};
use crate::model::oval::findings::Findings;
use crate::model::oval::object::Object;
use crate::model::oval::state::State;
use crate::model::oval::variable::{Source, Variable};
use crate::model::oval::words::{Check, Class, Existence, Operator};
use crate::model::oval::{Content, Criteria, Definition, Named, Question, Reference, Test, Type};

impl View<'_> {
    /// Restores what a source says, where it is a definitions file of OVAL.
    pub fn content(&self, source: usize) -> Option<Content> {
        let columns = self.columns;
        (columns.source_oval.at(source) != 0).then(|| Content {
            schema_version: self.schema_version(source),
            definitions: columns
                .source_definition_ends(source)
                .map(|at| self.definition(source, at))
                .collect(),
            tests: columns.source_test_ends(source).map(|at| self.test(source, at)).collect(),
            objects: columns.source_object_ends(source).map(|at| self.object(at)).collect(),
            states: columns.source_state_ends(source).map(|at| Arc::new(self.state(at))).collect(),
            variables: columns.source_variable_ends(source).map(|at| self.variable(at)).collect(),
        })
    }

    /// Whether an update is a definition that is not to be used any more.
    pub fn is_deprecated(&self, update: usize) -> bool {
        let definition = self.columns.update_definition.at(update);
        let marks = self.columns.definition_marks.at(definition as usize);
        definition != NONE && marks & mark::DEPRECATED != 0
    }

    /// The definition that an update is, among those of its source.
    pub(super) fn definition_of(&self, update: usize) -> u32 {
        let source = self.columns.update_source.at(update) as usize;
        let first = self.columns.source_definition_ends(source).start as u32;
        self.columns.update_definition.at(update).saturating_sub(first)
    }

    fn definition(&self, source: usize, at: usize) -> Definition {
        let columns = self.columns;
        let marks = columns.definition_marks.at(at);
        let mut parts = columns.definition_part_ends(at);
        Definition {
            id: self.owned(columns.definition_id.at(at)),
            version: self.owned(columns.definition_version.at(at)),
            class: Class::from_number(columns.definition_class.at(at)),
            deprecated: marks & mark::DEPRECATED != 0,
            title: self.owned(columns.definition_title.at(at)),
            criteria: parts.next().map(|first| self.part(source, first, DEPTH).0),
            circular: marks & mark::CIRCULAR != 0,
            position: position(
                columns.definition_offset.at(at),
                columns.definition_line.at(at),
                columns.definition_column.at(at),
            ),
        }
    }

    /// Restores a part of criteria; gives the place behind it. What lies deeper than it may is left out.
    fn part(&self, source: usize, at: usize, deep: usize) -> (Criteria, usize) {
        let columns = self.columns;
        let (question, target) = (columns.part_question.at(at), columns.part_target.at(at));
        let own = |own: Range<usize>| own.contains(&(target as usize)).then(|| target - own.start as u32);
        let mut end = at + 1;
        let question = match question {
            question::TEST => Question::Test(own(columns.source_test_ends(source))),
            question::DEFINITION => Question::Definition(own(columns.source_definition_ends(source))),
            operator => {
                end = end.saturating_add(target as usize).min(columns.parts());
                let (mut parts, mut next) = (Vec::new(), at + 1);
                while next < end && deep > 0 {
                    let (part, behind) = self.part(source, next, deep - 1);
                    parts.push(part);
                    next = behind;
                }
                Question::All(Operator::from_number(operator), parts)
            }
        };
        let marks = columns.part_marks.at(at);
        let (negate, applicability) = (marks & part::NEGATE != 0, marks & part::APPLICABILITY != 0);
        (Criteria { question, negate, applicability }, end)
    }

    /// The version of OVAL that a source is written in.
    pub(crate) fn schema_version(&self, source: usize) -> String {
        self.owned(self.columns.source_schema_version.at(source))
    }

    pub(crate) fn test(&self, source: usize, at: usize) -> Test {
        let columns = self.columns;
        let object = columns.test_object.at(at);
        let objects = columns.source_object_ends(source);
        let states = columns.source_state_ends(source);
        let state = |state: usize| {
            let number = columns.test_state.at(state);
            states.contains(&(number as usize)).then(|| number - states.start as u32)
        };
        Test {
            id: self.owned(columns.test_id.at(at)),
            version: self.owned(columns.test_version.at(at)),
            kind: self.kind(columns.test_schema.at(at), columns.test_name.at(at)),
            check: Check::from_number(columns.test_check.at(at)),
            existence: Existence::from_number(columns.test_existence.at(at)),
            operator: Operator::from_number(columns.test_operator.at(at)),
            object: match objects.contains(&(object as usize)) {
                true => Reference::To(object - objects.start as u32),
                false if columns.test_dangling.at(at) != 0 => Reference::Dangling,
                false => Reference::None,
            },
            states: columns.test_state_ends(at).map(state).collect(),
            position: position(
                columns.test_offset.at(at),
                columns.test_line.at(at),
                columns.test_column.at(at),
            ),
        }
    }

    fn kind(&self, schema: u32, name: u32) -> Type<'static> {
        Type { schema: Cow::Owned(self.owned(schema)), name: Cow::Owned(self.owned(name)) }
    }

    /// Restores an object; one that is no element has nothing in it, as below.
    pub(crate) fn object(&self, at: usize) -> Named<Object> {
        let columns = self.columns;
        let text = self.text(columns.object_text.at(at));
        Named {
            id: self.owned(columns.object_id.at(at)),
            version: self.owned(columns.object_version.at(at)),
            kind: self.kind(columns.object_schema.at(at), columns.object_name.at(at)),
            content: Object::of(&element(text), &mut Findings::default()),
            text: text.to_owned(),
            position: position(
                columns.object_offset.at(at),
                columns.object_line.at(at),
                columns.object_column.at(at),
            ),
        }
    }

    /// Restores a state.
    pub(crate) fn state(&self, at: usize) -> Named<State> {
        let columns = self.columns;
        let text = self.text(columns.state_text.at(at));
        Named {
            id: self.owned(columns.state_id.at(at)),
            version: self.owned(columns.state_version.at(at)),
            kind: self.kind(columns.state_schema.at(at), columns.state_name.at(at)),
            content: State::of(&element(text), &mut Findings::default()),
            text: text.to_owned(),
            position: position(
                columns.state_offset.at(at),
                columns.state_line.at(at),
                columns.state_column.at(at),
            ),
        }
    }

    fn variable(&self, at: usize) -> Named<Variable> {
        let columns = self.columns;
        let (name, text) = (columns.variable_name.at(at), self.text(columns.variable_text.at(at)));
        let element = Element { name: self.owned(name), ..element(text) };
        let nothing = Variable { datatype: None, source: Source::External(Vec::new()) };
        Named {
            id: self.owned(columns.variable_id.at(at)),
            version: self.owned(columns.variable_version.at(at)),
            kind: self.kind(0, name),
            content: Variable::of(&element, &mut Findings::default()).unwrap_or(nothing),
            text: text.to_owned(),
            position: position(
                columns.variable_offset.at(at),
                columns.variable_line.at(at),
                columns.variable_column.at(at),
            ),
        }
    }
}

/// An element of the text that is kept of it.
fn element(text: &str) -> Element {
    Element::parse(text).unwrap_or_default()
}
