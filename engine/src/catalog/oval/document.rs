//! Walks a definitions file, section by section, and makes a catalog of it.
//!
//! References may point forwards and into sections that come later, so that they are resolved at the end.
//! Source of truth: `docs/oval.md`, "Definitions files".

use std::io::BufRead;
use std::sync::Arc;

use super::definition::{self, Entry};
use super::ids::{Identified, Ids, dangling};
use super::patterns;
use super::test::{self, kind};
use crate::catalog::document::report_decoding;
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::error::{Error, Result};
use crate::model::oval::element::{Element, LIMITS};
use crate::model::oval::findings::{Findings, shown};
use crate::model::oval::object::Object;
use crate::model::oval::order::Order;
use crate::model::oval::variable::{Source, Variable};
use crate::model::oval::{self, Content, Criteria, Definition, Named, Question, Reference, Test};
use crate::model::supersedence::{components, have_several};
use crate::model::update::{self, Catalog, Rule};
use crate::xml::cursor::{Cursor, Event, Tag};

/// The root of a definitions file.
pub(super) const ROOT: &str = "oval_definitions";

/// The most tests of a file.
const TESTS: usize = 16 << 20;

/// The attributes of things that an index keeps elsewhere.
const KEPT_ELSEWHERE: [&str; 4] = ["id", "version", "comment", "deprecated"];

/// Numbers for what definitions and tests name.
#[derive(Debug)]
pub(super) struct Numbers {
    definitions: Ids<Entry>,
    tests: Ids<Test>,
    objects: Ids<Named<Object>>,
    states: Ids<Named<oval::state::State>>,
    variables: Ids<Named<Variable>>,
}

impl Numbers {
    pub(super) fn definition(&mut self, id: &str, position: Position) -> u32 {
        self.definitions.number(id, position)
    }

    pub(super) fn test(&mut self, id: &str, position: Position) -> u32 {
        self.tests.number(id, position)
    }

    pub(super) fn object(&mut self, id: &str, position: Position) -> u32 {
        self.objects.number(id, position)
    }

    pub(super) fn state(&mut self, id: &str, position: Position) -> u32 {
        self.states.number(id, position)
    }
}

impl<T: PartialEq> Identified for Named<T> {
    fn id(&self) -> &str {
        &self.id
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn position(&self) -> Position {
        self.position
    }

    fn is_same(&self, other: &Self) -> bool {
        (&self.version, &self.kind, &self.text) == (&other.version, &other.kind, &other.text)
    }
}

/// What a file says.
#[derive(Debug)]
pub(super) struct Document {
    numbers: Numbers,
    schema_version: String,
    timestamp: String,
    findings: Findings,
    decoding: Diagnostics,
}

/// Reads a file.
///
/// # Errors
///
/// It is not well-formed, no definitions file, or exceeds a limit.
pub(super) fn read(document: impl BufRead) -> Result<Document> {
    let numbers = Numbers {
        definitions: Ids::new("definition"),
        tests: Ids::new("test"),
        objects: Ids::new("object"),
        states: Ids::new("state"),
        variables: Ids::new("variable"),
    };
    let mut read = Document {
        numbers,
        schema_version: String::new(),
        timestamp: String::new(),
        findings: Findings::default(),
        decoding: Diagnostics::new(),
    };
    let mut cursor = Cursor::new(document, LIMITS);
    let root = cursor.root()?;
    if root.local() != ROOT {
        let message = format!("expected `<{ROOT}>`, found `<{}>`", root.local());
        return Err(Error::new(Code::WrongFormat, message).at(root.position()));
    }
    while let Some(section) = cursor.child(1)? {
        match section.local() {
            "generator" => {
                let element = Element::of(&section);
                read.generator(&Element::read(&mut cursor, element)?);
            }
            "definitions" | "tests" | "objects" | "states" | "variables" => {
                let name = section.local().to_owned();
                read.section(&name, &mut cursor)?;
            }
            "Signature" => cursor.skip()?,
            other => {
                read.findings.unknown(format!("{ROOT}/{other}"), section.position());
                cursor.skip()?;
            }
        }
    }
    while !matches!(cursor.next()?, Event::End) {}
    report_decoding(&mut cursor, &mut read.decoding);
    Ok(read)
}

/// Whether an element of a section is what the section holds.
fn belongs(section: &str, tag: &Tag<'_>) -> bool {
    let suffix = match section {
        "tests" => "_test",
        "objects" => "_object",
        "states" => "_state",
        "variables" => "_variable",
        _ => return tag.local() == "definition",
    };
    tag.local().ends_with(suffix)
}

impl Document {
    fn generator(&mut self, generator: &Element) {
        let text = |name: &str| generator.child(name).map(Element::trimmed).unwrap_or_default().to_owned();
        self.schema_version = text("schema_version");
        self.timestamp = text("timestamp");
    }

    fn section<R: BufRead>(&mut self, name: &str, cursor: &mut Cursor<R>) -> Result<()> {
        while let Some(tag) = cursor.child(2)? {
            if !belongs(name, &tag) {
                self.findings.unknown(format!("{name}/{}", tag.local()), tag.position());
                cursor.skip()?;
                continue;
            }
            let element = Element::of(&tag);
            let element = Element::read(cursor, element)?;
            self.element(name, &element)?;
        }
        Ok(())
    }

    fn element(&mut self, section: &str, element: &Element) -> Result<()> {
        let (numbers, findings) = (&mut self.numbers, &mut self.findings);
        match section {
            "definitions" => {
                let entry = definition::read(element, numbers, findings)?;
                numbers.definitions.add(entry, findings);
            }
            "tests" => {
                let test = test::read(element, numbers, findings)?;
                numbers.tests.add(test, findings);
                if numbers.tests.things.len() > TESTS {
                    let message = format!("more than {TESTS} tests");
                    return Err(Error::new(Code::TooLarge, message).at(element.position));
                }
            }
            "objects" => {
                let object = Object::of(element, findings);
                numbers.objects.add(named(element, object, findings), findings);
            }
            "states" => {
                let state = oval::state::State::of(element, findings);
                numbers.states.add(named(element, state, findings), findings);
            }
            _ => match Variable::of(element, findings) {
                Some(variable) => numbers.variables.add(named(element, variable, findings), findings),
                None => findings.unknown(format!("variables/{}", element.name), element.position),
            },
        }
        Ok(())
    }

    /// The catalog that the file is.
    pub(super) fn catalog(mut self) -> Catalog {
        let (numbers, findings) = (&mut self.numbers, &mut self.findings);
        numbers.definitions.report(findings);
        numbers.tests.report(findings);
        numbers.objects.report(findings);
        numbers.states.report(findings);
        report_inner(numbers, findings);
        for test in &mut numbers.tests.things {
            if let Reference::To(number) = test.object {
                test.object = numbers.objects.place(number).map_or(Reference::Dangling, Reference::To);
            }
            let place = |state: &Option<u32>| state.and_then(|number| numbers.states.place(number));
            test.states = test.states.iter().map(place).collect();
        }
        let (mut definitions, mut updates) = (Vec::new(), Vec::new());
        for (number, entry) in (0u32..).zip(std::mem::take(&mut numbers.definitions.things)) {
            let mut definition = entry.definition;
            if let Some(criteria) = &mut definition.criteria {
                resolve(criteria, numbers);
            }
            definitions.push(definition);
            updates.extend(
                entry.update.map(|update| update::Update { rule: Rule::Definition(number), ..*update }),
            );
        }
        mark_circular(&mut definitions, findings);
        let content = Content {
            schema_version: self.schema_version,
            definitions,
            tests: std::mem::take(&mut numbers.tests.things),
            objects: std::mem::take(&mut numbers.objects.things),
            states: std::mem::take(&mut numbers.states.things).into_iter().map(Arc::new).collect(),
            variables: std::mem::take(&mut numbers.variables.things),
        };
        report_circular_variables(&content, &mut self.findings);
        patterns::report(&content, &mut self.findings);
        let mut diagnostics = self.findings.finish();
        diagnostics.append(self.decoding);
        let source = update::Source { revision: self.timestamp, ..update::Source::default() };
        Catalog { source, updates, oval: Some(content), diagnostics, ..Catalog::default() }
    }
}

/// A thing with what others name it by.
fn named<T>(element: &Element, content: T, findings: &mut Findings) -> Named<T> {
    Named {
        id: element.or_empty("id").trim().to_owned(),
        version: element.or_empty("version").trim().to_owned(),
        kind: kind(element, findings),
        content,
        text: element.kept(&KEPT_ELSEWHERE),
        position: element.position,
    }
}

/// Tells of what objects, states and variables name and is not there.
fn report_inner(numbers: &Numbers, findings: &mut Findings) {
    let mut missing = |sort: &str, id: &str, is_there: bool, position: Position| {
        if !is_there {
            dangling(findings, sort, id, position);
        }
    };
    for object in &numbers.objects.things {
        let (objects, states, variables) = object.content.names();
        for id in objects {
            missing("object", id, numbers.objects.find(id).is_some(), object.position);
        }
        for id in states {
            missing("state", id, numbers.states.find(id).is_some(), object.position);
        }
        for id in variables {
            missing("variable", id, numbers.variables.find(id).is_some(), object.position);
        }
    }
    for state in &numbers.states.things {
        for id in state.content.variables() {
            missing("variable", id, numbers.variables.find(id).is_some(), state.position);
        }
    }
    for variable in &numbers.variables.things {
        let Source::Local(component) = &variable.content.source else { continue };
        let (mut objects, mut variables) = (Vec::new(), Vec::new());
        component.names(&mut objects, &mut variables);
        for id in objects {
            missing("object", id, numbers.objects.find(id).is_some(), variable.position);
        }
        for id in variables {
            missing("variable", id, numbers.variables.find(id).is_some(), variable.position);
        }
    }
}

/// Puts places for numbers.
fn resolve(criteria: &mut Criteria, numbers: &Numbers) {
    match &mut criteria.question {
        Question::All(_, parts) => parts.iter_mut().for_each(|part| resolve(part, numbers)),
        Question::Test(test) => *test = test.and_then(|number| numbers.tests.place(number)),
        Question::Definition(other) => *other = other.and_then(|number| numbers.definitions.place(number)),
    }
}

/// Tells of the variables that need their own values.
fn report_circular_variables(content: &Content, findings: &mut Findings) {
    let order = Order::of(content);
    for (number, variable) in (0u32..).zip(&content.variables) {
        if order.is_circular_variable(number) {
            let message = format!("`{}` needs its own values", shown(&variable.id));
            findings.push(Code::OvalVariableCycle, variable.position, "variable", message);
        }
    }
}

/// Marks the definitions on circles of definitions that extend each other.
fn mark_circular(definitions: &mut [Definition], findings: &mut Findings) {
    let extended: Vec<Vec<usize>> = definitions.iter().map(|definition| definition.extends()).collect();
    let component = components(definitions.len(), &|at| extended[at].iter().copied());
    let several = have_several(&component);
    for (at, definition) in definitions.iter_mut().enumerate() {
        definition.circular = several[component[at] as usize] || extended[at].contains(&at);
        if definition.circular {
            let message = format!("`{}` extends itself by way of others", shown(&definition.id));
            findings.push(Code::OvalDefinitionCycle, definition.position, "definition", message);
        }
    }
}
