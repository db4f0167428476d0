//! Reads one native inventory: one fact per element, in a single pass, nothing allocated per fact.

use super::element::{self, Note, Said, Taker, property};
use super::head::{self, Head, bad_value};
use super::root;
use super::scope::Scope;
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::inventory::sink::{Sink, delta_without_full};
use crate::inventory::{Deltas, Excerpt, Settings};
use crate::model::fact::{Fact, Kinds, Wmi};
use crate::model::inventory::{Collector, Statement, Wording};
use crate::xml::tags::{Tag, Tags};

const WORDING: Wording = Wording::anywhere(b'n', Statement::Tag);

/// Reads one inventory into `out` and says how many facts it states.
///
/// Positions of facts are offsets only; a line is found from the document when one is asked for.
///
/// # Errors
///
/// The document is not well-formed or not a native inventory, is of another version, is a delta that
/// the settings refuse, exceeds a limit, or has a file with an empty version.
pub fn read<C: Collector>(excerpt: Excerpt<'_>, settings: &Settings, out: &mut C) -> Result<u32> {
    let mut scope = Scope::default();
    if !excerpt.head.is_empty() {
        outer(excerpt.head, &mut scope)?;
    }
    let sink = Sink::new(excerpt, out);
    let (lost, removals, notes) = (Kinds::NONE, Removals::Refuse, Vec::new());
    let mut reader = Reader { scope, sink, lost, removals, notes, root: 0 };
    match reader.read(excerpt.text, settings) {
        Ok(complete) => Ok(reader.finish(complete)),
        Err(error) => Err(reader.sink.moved(error)),
    }
}

/// Takes the name spaces that the element around several inventories declares.
fn outer<'a>(head: &'a str, scope: &mut Scope<'a>) -> Result<()> {
    let mut tags = Tags::new(head);
    for attribute in root(&mut tags)?.attributes() {
        scope.declare(attribute.name(), &attribute.value());
    }
    Ok(())
}

/// What to do with facts that a document withdraws.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Removals {
    /// A full inventory has none: each is a finding.
    Refuse,
    /// Pass over them.
    Skip,
    /// Hand them over.
    Take,
}

struct Reader<'a, 'c, C> {
    scope: Scope<'a>,
    sink: Sink<'a, 'c, C>,
    /// Kinds of which a fact could not be read: they are not complete, whatever the head says.
    lost: Kinds,
    removals: Removals,
    /// What is wrong with the current element; empty for almost all.
    notes: Vec<Note<'a>>,
    /// Where the tag of the inventory stands.
    root: usize,
}

/// Whether names of elements are ours as they stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// A name without prefix is ours.
    Plain,
    /// Only one with a prefix can be.
    Prefixed,
}

/// Hands over what one element states.
struct Taking<'r, 'a, 'c, C> {
    sink: &'r mut Sink<'a, 'c, C>,
    offset: usize,
    /// Where the element ends if it alone says what its fact is: without content, and with nothing in it
    /// that is decided elsewhere.
    end: Option<usize>,
    removals: Removals,
    /// An instance of a management class, whose properties follow.
    instance: Option<Wmi<'a>>,
}

impl<'a, C: Collector> Taker<'a> for Taking<'_, 'a, '_, C> {
    #[inline]
    fn fact(&mut self, fact: Fact<'a>, notes: &[Note<'a>]) -> Result<()> {
        if let Fact::Wmi(instance) = fact {
            self.instance = Some(instance);
            return Ok(());
        }
        match self.end.filter(|_| notes.is_empty()) {
            Some(end) => self.sink.stated(fact, WORDING, self.offset..end),
            None => self.sink.fact(fact, self.offset),
        }
    }

    fn removal(&mut self, fact: Fact<'a>) {
        match self.removals {
            Removals::Take => self.sink.removal(fact, self.offset),
            Removals::Skip => {}
            Removals::Refuse => {
                let message = bad_value(fact.element(), "op", "del");
                self.sink.diagnostic(Code::InventoryBadValue, self.offset, &message);
            }
        }
    }
}

impl<'a, C: Collector> Reader<'a, '_, C> {
    /// Reads the document and says which kinds it declares complete.
    fn read(&mut self, text: &'a str, settings: &Settings) -> Result<Kinds> {
        let mut tags = Tags::new(text);
        let root = root(&mut tags)?;
        self.root = root.offset();
        let complete = self.head(&root, settings)?;
        let names = if self.scope.has_plain_names() { Names::Plain } else { Names::Prefixed };
        loop {
            // What earlier clients stated in the same words needs no reading; see [`Collector::follow`].
            if names == Names::Plain && tags.is_in(&root) {
                tags.pass_known(self.sink.follow(WORDING, tags.rest()));
            }
            let Some(tag) = tags.child(&root)? else { break };
            if let Some(instance) = self.element(&tag, names)? {
                let instance = self.instance(instance, &tag, &mut tags)?;
                self.sink.fact(instance.into(), tag.offset())?;
            }
        }
        // Whatever follows the root element must be right, too.
        while tags.next()?.is_some() {}
        Ok(complete)
    }

    /// Reads the head and hands it over; gives the kinds that it declares complete.
    fn head(&mut self, root: &Tag<'a>, settings: &Settings) -> Result<Kinds> {
        if root.local() != "inventory" {
            let message = format!("expected `<inventory>`, found `<{}>`", root.name());
            return Err(at(root, Error::new(Code::WrongFormat, message)));
        }
        let Head { mut header, findings, refusal } =
            head::read(root.prefix(), root.attributes(), &mut self.scope).map_err(|error| at(root, error))?;
        if let Some(refusal) = refusal {
            return Err(at(root, refusal));
        }
        let declared = header.complete;
        if header.delta {
            self.removals = match settings.deltas {
                Deltas::Refuse => return Err(at(root, delta_without_full())),
                Deltas::AsFull => Removals::Skip,
                Deltas::Take => Removals::Take,
            };
        }
        if self.removals == Removals::Skip {
            (header.complete, header.delta) = (Kinds::NONE, false);
        }
        let complete = header.complete;
        self.sink.header(header, root.offset());
        for (code, message) in findings {
            self.sink.diagnostic(code, root.offset(), &message);
        }
        if self.removals == Removals::Skip {
            self.sink.refuse(declared, root.offset(), "only a delta is at hand");
        }
        Ok(complete)
    }

    /// Reads one element; an instance of a management class is not done before its properties are read.
    #[inline]
    fn element(&mut self, tag: &Tag<'a>, names: Names) -> Result<Option<Wmi<'a>>> {
        let (sink, offset, removals) = (&mut self.sink, tag.offset(), self.removals);
        let end = tag.is_empty().then(|| offset + tag.text().len());
        let mut taking = Taking { sink, offset, end, removals, instance: None };
        let mut read = |name, taking: &mut _| element::read(name, tag.attributes(), &mut self.notes, taking);
        // Almost every name is one of ours as it stands; a prefix is looked at when it is none.
        let mut said = if names == Names::Plain { read(tag.name(), &mut taking) } else { Ok(Said::Foreign) };
        if matches!(said, Ok(Said::Foreign)) && self.scope.has(tag) {
            // What a prefix stands for is said elsewhere.
            taking.end = None;
            said = read(tag.local(), &mut taking);
        }
        let instance = taking.instance;
        match said.map_err(|error| at(tag, error))? {
            Said::Something => {}
            Said::Broken(kind) => kind.into_iter().for_each(|kind| self.lost.insert(kind)),
            Said::Foreign => self.sink.diagnostic(Code::InventoryUnknownPart, offset, tag.name()),
        }
        if !self.notes.is_empty() {
            self.explain(tag);
        }
        Ok(instance)
    }

    /// Reads the properties of an instance of a management class.
    fn instance(&mut self, mut fact: Wmi<'a>, parent: &Tag<'a>, tags: &mut Tags<'a>) -> Result<Wmi<'a>> {
        while let Some(tag) = tags.child(parent)? {
            if tag.local() != "p" {
                self.sink.diagnostic(Code::InventoryUnknownPart, tag.offset(), tag.name());
                continue;
            }
            let read = property(tag.attributes(), &mut self.notes).map_err(|error| at(&tag, error))?;
            if !self.notes.is_empty() {
                self.explain(&tag);
            }
            fact.properties.extend(read);
        }
        Ok(fact)
    }

    /// Says what is wrong with an element.
    #[cold]
    fn explain(&mut self, tag: &Tag<'a>) {
        let element = tag.local();
        for note in std::mem::take(&mut self.notes) {
            let offset = tag.offset();
            match note {
                Note::Unknown(name) => {
                    self.sink.diagnostic(Code::InventoryUnknownPart, offset, &format!("{element}/@{name}"));
                }
                Note::Bad(name) => {
                    let value = tag.attributes().find(name).map(|attribute| attribute.value());
                    let message = bad_value(element, name, &value.unwrap_or_default());
                    self.sink.diagnostic(Code::InventoryBadValue, offset, &message);
                }
                Note::Missing(name) => {
                    let message = format!("`{element}`: `{name}` is missing");
                    self.sink.diagnostic(Code::InventoryBadValue, offset, &message);
                }
            }
        }
    }

    /// Ends the document: what could not be read is not complete.
    fn finish(mut self, declared: Kinds) -> u32 {
        let lost = Kinds::from_bits(declared.bits() & self.lost.bits());
        if lost != Kinds::NONE {
            self.sink.refuse(lost, self.root, "a fact could not be read");
        }
        self.sink.finish()
    }
}

/// Gives an error the place of a tag; the line is added where the document is known.
#[cold]
fn at(tag: &Tag<'_>, error: Error) -> Error {
    error.at(Position { offset: tag.offset() as u64, line: 0, column: 0 })
}
