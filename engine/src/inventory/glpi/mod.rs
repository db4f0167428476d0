//! Reads inventories of the agents of OCS Inventory, FusionInventory and GLPI, as XML and as JSON.
//!
//! Both forms have the same parts under the same names, in upper or lower case. Here stands what a document
//! says of itself, which decides whether it is an inventory at all: agents also report printers and switches
//! that they found. A list of packages is complete where the agent asked a package manager, all entries
//! could be read and the document is not a part of one. Source of truth: `docs/inventories.md`, "GLPI and
//! OCS".

mod json;
mod software;
mod system;
mod xml;

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::fact::{Kind, Kinds, Text};
use crate::model::inventory::{Collector, Header};

use super::lines::shown;
use super::sink::Sink;
use super::{Format, Scope, Unit};
use software::{Software, State};
use system::System;

/// Inventories as XML.
pub(super) const XML: Format = Format {
    name: "glpi-xml",
    title: "inventory of an agent of OCS Inventory, FusionInventory or GLPI, as XML",
    recognises: xml::recognises,
    scope: Scope::Whole,
    vouches: Kinds::from_bits(1 << Kind::Package as u16),
    find: xml::find,
    code_page: |_| None,
    read: xml::read,
};

/// Inventories as JSON.
pub(super) const JSON: Format = Format {
    name: "glpi-json",
    title: "inventory of an agent of GLPI, as JSON, also one a line",
    recognises: json::recognises,
    find: json::find,
    read: json::read,
    ..XML
};

/// A part of a document that has values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Document,
    Content,
    AccessLog,
    Hardware,
    System,
}

impl Section {
    /// The section of the content that is called so.
    fn find(name: &str) -> Option<Section> {
        let known = [
            ("ACCESSLOG", Section::AccessLog),
            ("HARDWARE", Section::Hardware),
            ("OPERATINGSYSTEM", Section::System),
        ];
        known.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, section)| section)
    }
}

/// What a document says of itself and of its system.
#[derive(Debug, Default)]
struct Head<'a> {
    device: Option<Text<'a>>,
    /// What the agent was asked for.
    query: Option<Text<'a>>,
    partial: bool,
    agent: Option<Text<'a>>,
    collected: Option<Text<'a>>,
    host: Option<Text<'a>>,
    system: System<'a>,
}

impl<'a> Head<'a> {
    /// Takes a value, in the last words that are said of it.
    fn set(&mut self, section: Section, name: &str, value: Text<'a>) {
        let value = trimmed(value);
        let filled = Some(value.clone()).filter(|value| !value.is_empty());
        match (section, &*name.to_ascii_uppercase()) {
            (Section::Document, "DEVICEID") => self.device = filled,
            (Section::Document, "QUERY" | "ACTION") => self.query = filled,
            (Section::Document, "PARTIAL") => {
                self.partial = ["1", "true", "yes"].iter().any(|word| word.eq_ignore_ascii_case(&value));
            }
            (Section::Content, "VERSIONCLIENT") => self.agent = filled,
            (Section::AccessLog, "LOGDATE") => self.collected = filled,
            (Section::Hardware, "NAME") => self.host = filled,
            (Section::Hardware, name) => self.system.set_old(name, filled),
            (Section::System, name) => self.system.set(name, value),
            (Section::Document | Section::Content | Section::AccessLog, _) => {}
        }
    }

    /// Why the document is no inventory, if it is none.
    fn refusal(&self) -> Option<Error> {
        let other = self.query.as_deref().filter(|query| !query.eq_ignore_ascii_case("INVENTORY"))?;
        let message = format!("the agent answers `{}`, which is not `INVENTORY`", shown(other));
        Some(Error::new(Code::GlpiNotInventory, message))
    }

    fn unit(self) -> Unit {
        let problem = self.refusal();
        let owned = |text: Option<Text<'_>>| text.map(|text| text.into_owned());
        Unit { client: owned(self.device), collected: owned(self.collected), problem, ..Unit::default() }
    }

    /// Hands over who the client is, and its system.
    fn state<C: Collector + ?Sized>(&self, sink: &mut Sink<'_, '_, C>) -> Result<()> {
        let header = Header {
            client: self.device.clone().unwrap_or_default(),
            name: self.host.clone(),
            collector: self.agent.clone(),
            collected: self.collected.clone(),
            ..Header::default()
        };
        sink.header(header, 0);
        self.system.state(sink)
    }
}

/// What the entries of a list of software came to.
#[derive(Debug, Default)]
struct List {
    /// Whether a package manager listed one.
    packages: bool,
    /// Whether one could not be read.
    lost: bool,
}

impl List {
    /// Hands over what an entry states.
    fn entry<C: Collector + ?Sized>(
        &mut self,
        software: &Software<'_>,
        system: &System<'_>,
        sink: &mut Sink<'_, '_, C>,
        offset: usize,
    ) -> Result<()> {
        if let Some(field) = software.repeated() {
            self.lost = true;
            sink.diagnostic(Code::FactDuplicate, offset, &format!("`{field}` of one entry"));
        }
        match software.state(system, sink, offset)? {
            State::Package => self.packages = true,
            State::Stated => {}
            State::Nothing(why) => sink.diagnostic(Code::EntryWithoutFact, offset, why),
            State::Unreadable(text) => {
                self.lost = true;
                sink.diagnostic(Code::PackageLine, offset, shown(&text));
            }
        }
        Ok(())
    }

    /// Hands over what is complete.
    fn finish<C: Collector + ?Sized>(self, head: &Head<'_>, sink: &mut Sink<'_, '_, C>) {
        if self.packages && !self.lost && !head.partial {
            sink.complete([Kind::Package].into_iter().collect());
        }
    }
}

/// The text without white space around it.
fn trimmed(text: Text<'_>) -> Text<'_> {
    match text {
        Text::Borrowed(text) => Text::Borrowed(text.trim()),
        Text::Owned(text) if text.trim().len() == text.len() => Text::Owned(text),
        Text::Owned(text) => Text::Owned(text.trim().to_owned()),
    }
}
