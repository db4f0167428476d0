//! Writes what definitions files of OVAL say.
//!
//! Objects, states and variables are kept as text: there are few distinct ones, of many shapes, and people can
//! read them in an index. Definitions and tests, of which there are many, are columns.

use super::count;
use super::texts::Texts;
use crate::diagnostic::{Code, Position};
use crate::error::Result;
use crate::index::columns::{Columns, NONE};
use crate::model::catalogs::{Catalogs, Entry};
use crate::model::oval::object::Object;
use crate::model::oval::state::State;
use crate::model::oval::{Content, Criteria, Definition, Named, Question, Reference, Test};
use crate::model::update::Rule;
use crate::version::compare_numbers;

/// What a part of criteria asks.
pub(crate) mod question {
    pub(crate) const OTHER: u8 = 4;
    pub(crate) const TEST: u8 = 5;
    pub(crate) const DEFINITION: u8 = 6;
}

/// What a part of criteria says besides.
pub(crate) mod part {
    pub(crate) const NEGATE: u8 = 1;
    pub(crate) const APPLICABILITY: u8 = 2;
}

/// What a definition is.
pub(crate) mod mark {
    pub(crate) const DEPRECATED: u8 = 1;
    pub(crate) const CIRCULAR: u8 = 2;
    pub(crate) const CRITERIA: u8 = 4;
}

/// What an object is.
pub(crate) mod object_mark {
    pub(crate) const SET: u8 = 1;
}

/// What a state is.
pub(crate) mod state_mark {
    pub(crate) const THRESHOLD: u8 = 1;
    pub(crate) const VARIABLES: u8 = 2;
}

/// The number that stands for a word that the standard does not have.
pub(crate) const OTHER_WORD: u8 = 255;

/// Of definitions that several files have, keeps the one of the highest version; of equal ones that of the
/// first file.
pub(super) fn keep_highest(merged: &mut Catalogs) {
    fn version(entry: &Entry) -> &[u8] {
        let written = entry.update.extra.iter().find(|(name, _)| name == "version");
        written.map_or("", |(_, text)| text.trim()).as_bytes()
    }
    let is_definition = |entry: &Entry| matches!(entry.update.rule, Rule::Definition(_));
    let mut kept: Vec<Entry> = Vec::with_capacity(merged.updates.len());
    for entry in std::mem::take(&mut merged.updates) {
        match kept.last_mut() {
            Some(last)
                if last.identity == entry.identity
                    && last.source != entry.source
                    && is_definition(last)
                    && is_definition(&entry) =>
            {
                let (source, position) = (entry.source as usize, entry.update.position);
                let message = format!("`{}`", entry.identity);
                merged.sources[source].diagnostics.push(Code::OvalDefinitionVersion, position, "", message);
                let order =
                    compare_numbers(version(&entry), version(last)).then(last.source.cmp(&entry.source));
                if order.is_gt() {
                    *last = entry;
                }
            }
            _ => kept.push(entry),
        }
    }
    merged.updates = kept;
}

/// By source: the number of its first definition among those of all sources.
pub(super) fn starts(catalogs: &Catalogs) -> Vec<usize> {
    let counts = catalogs
        .sources
        .iter()
        .map(|source| source.oval.as_ref().map_or(0, |content| content.definitions.len()));
    counts
        .scan(0, |next, count| {
            let start = *next;
            *next += count;
            Some(start)
        })
        .collect()
}

/// The number of the definition that an update is, among those of all sources.
pub(super) fn number(entry: &Entry, starts: &[usize]) -> u32 {
    match entry.update.rule {
        Rule::Definition(number) => {
            let start = starts.get(entry.source as usize).copied().unwrap_or(0);
            u32::try_from(start + number as usize).unwrap_or(NONE)
        }
        Rule::None | Rule::Tests { .. } | Rule::Items(_) | Rule::Packages { .. } => NONE,
    }
}

/// Writes the content of a source, or that it has none.
///
/// # Errors
///
/// There is more than 32 bits can number.
pub(super) fn write(content: Option<&Content>, texts: &mut Texts, columns: &mut Columns) -> Result<()> {
    columns.source_oval.push(u8::from(content.is_some()));
    let schema_version = content.map_or("", |content| content.schema_version.as_str());
    columns.source_schema_version.push(texts.number(schema_version));
    if let Some(content) = content {
        let first = First {
            definition: count(columns.definition_id.len())?,
            test: count(columns.test_id.len())?,
            object: count(columns.object_id.len())?,
            state: count(columns.state_id.len())?,
        };
        let mut writer = Writer { first, texts, columns };
        content.definitions.iter().try_for_each(|definition| writer.definition(definition))?;
        content.tests.iter().try_for_each(|test| writer.test(test))?;
        content.objects.iter().for_each(|object| writer.object(object));
        content.states.iter().for_each(|state| writer.state(state));
        content.variables.iter().for_each(|variable| writer.variable(variable));
    }
    columns.source_definition_ends.push(count(columns.definition_id.len())?);
    columns.source_test_ends.push(count(columns.test_id.len())?);
    columns.source_object_ends.push(count(columns.object_id.len())?);
    columns.source_state_ends.push(count(columns.state_id.len())?);
    columns.source_variable_ends.push(count(columns.variable_id.len())?);
    Ok(())
}

/// The numbers of the first things of a source.
#[derive(Clone, Copy)]
struct First {
    definition: u32,
    test: u32,
    object: u32,
    state: u32,
}

struct Writer<'w> {
    first: First,
    texts: &'w mut Texts,
    columns: &'w mut Columns,
}

impl Writer<'_> {
    fn definition(&mut self, definition: &Definition) -> Result<()> {
        let (texts, columns) = (&mut *self.texts, &mut *self.columns);
        columns.definition_id.push(texts.number(&definition.id));
        columns.definition_version.push(texts.number(&definition.version));
        columns.definition_class.push(definition.class.map_or(OTHER_WORD, |class| class.number()));
        columns.definition_title.push(texts.number(&definition.title));
        let marks = [
            (definition.deprecated, mark::DEPRECATED),
            (definition.circular, mark::CIRCULAR),
            (definition.criteria.is_some(), mark::CRITERIA),
        ];
        columns.definition_marks.push(marked(marks));
        place(
            definition.position,
            &mut columns.definition_offset,
            &mut columns.definition_line,
            &mut columns.definition_column,
        );
        definition.criteria.iter().for_each(|criteria| self.part(criteria));
        self.columns.definition_part_ends.push(count(self.columns.part_question.len())?);
        Ok(())
    }

    fn part(&mut self, part: &Criteria) {
        let marks = [(part.negate, part::NEGATE), (part.applicability, part::APPLICABILITY)];
        self.columns.part_marks.push(marked(marks));
        let add = |first: u32, target: Option<u32>| target.map_or(NONE, |target| first + target);
        let (question, target) = match &part.question {
            Question::All(operator, _) => (operator.map_or(question::OTHER, |operator| operator.number()), 0),
            Question::Test(test) => (question::TEST, add(self.first.test, *test)),
            Question::Definition(other) => (question::DEFINITION, add(self.first.definition, *other)),
        };
        let at = self.columns.part_target.len();
        self.columns.part_question.push(question);
        self.columns.part_target.push(target);
        if let Question::All(_, parts) = &part.question {
            parts.iter().for_each(|part| self.part(part));
            // What does not fit is refused when the ends of the parts are counted.
            self.columns.part_target[at] = (self.columns.part_target.len() - at - 1) as u32;
        }
    }

    fn test(&mut self, test: &Test) -> Result<()> {
        let (texts, columns) = (&mut *self.texts, &mut *self.columns);
        columns.test_id.push(texts.number(&test.id));
        columns.test_version.push(texts.number(&test.version));
        columns.test_schema.push(texts.number(&test.kind.schema));
        columns.test_name.push(texts.number(&test.kind.name));
        columns.test_check.push(test.check.map_or(OTHER_WORD, |check| check.number()));
        columns.test_existence.push(test.existence.map_or(OTHER_WORD, |existence| existence.number()));
        columns.test_operator.push(test.operator.map_or(OTHER_WORD, |operator| operator.number()));
        let (object, dangling) = match test.object {
            Reference::None => (NONE, 0),
            Reference::Dangling => (NONE, 1),
            Reference::To(object) => (self.first.object + object, 0),
        };
        columns.test_object.push(object);
        columns.test_dangling.push(dangling);
        let first = self.first.state;
        columns.test_state.extend(test.states.iter().map(|state| state.map_or(NONE, |state| first + state)));
        columns.test_state_ends.push(count(columns.test_state.len())?);
        place(test.position, &mut columns.test_offset, &mut columns.test_line, &mut columns.test_column);
        Ok(())
    }

    fn object(&mut self, object: &Named<Object>) {
        let (texts, columns) = (&mut *self.texts, &mut *self.columns);
        columns.object_id.push(texts.number(&object.id));
        columns.object_version.push(texts.number(&object.version));
        columns.object_schema.push(texts.number(&object.kind.schema));
        columns.object_name.push(texts.number(&object.kind.name));
        columns.object_text.push(texts.number(&object.text));
        columns.object_marks.push(object_marks(&object.content));
        place(
            object.position,
            &mut columns.object_offset,
            &mut columns.object_line,
            &mut columns.object_column,
        );
    }

    fn state(&mut self, state: &Named<State>) {
        let (texts, columns) = (&mut *self.texts, &mut *self.columns);
        columns.state_id.push(texts.number(&state.id));
        columns.state_version.push(texts.number(&state.version));
        columns.state_schema.push(texts.number(&state.kind.schema));
        columns.state_name.push(texts.number(&state.kind.name));
        columns.state_text.push(texts.number(&state.text));
        columns.state_marks.push(state_marks(&state.content));
        place(state.position, &mut columns.state_offset, &mut columns.state_line, &mut columns.state_column);
    }

    fn variable<T>(&mut self, variable: &Named<T>) {
        let (texts, columns) = (&mut *self.texts, &mut *self.columns);
        columns.variable_id.push(texts.number(&variable.id));
        columns.variable_version.push(texts.number(&variable.version));
        columns.variable_name.push(texts.number(&variable.kind.name));
        columns.variable_text.push(texts.number(&variable.text));
        place(
            variable.position,
            &mut columns.variable_offset,
            &mut columns.variable_line,
            &mut columns.variable_column,
        );
    }
}

/// What evaluators want to know of an object before they read it.
pub(crate) fn object_marks(object: &Object) -> u8 {
    marked([(matches!(object, Object::Set(_)), object_mark::SET)])
}

/// What evaluators want to know of a state before they read it.
pub(crate) fn state_marks(state: &State) -> u8 {
    let names_variables = state.variables().next().is_some();
    marked([(state.is_threshold(), state_mark::THRESHOLD), (names_variables, state_mark::VARIABLES)])
}

/// The marks of those that hold.
fn marked<const N: usize>(marks: [(bool, u8); N]) -> u8 {
    marks.into_iter().filter(|(holds, _)| *holds).map(|(_, mark)| mark).sum()
}

fn place(position: Position, offsets: &mut Vec<u64>, lines: &mut Vec<u32>, columns: &mut Vec<u32>) {
    offsets.push(position.offset);
    lines.push(position.line);
    columns.push(position.column);
}
