//! Entries of the list of software: packages, products, hotfixes.
//!
//! What an entry is, the place says that the agent has it from. A name such as `KB4019215` is a hotfix on
//! Windows only, because packages of other systems may be called so.

use crate::error::Result;
use crate::inventory::MAX_TEXT;
use crate::inventory::nevra;
use crate::inventory::sink::{Sink, error};
use crate::inventory::time::date;
use crate::inventory::uninstall::{Entry, hotfix_in_title, hotfix_of_key, patch_of_key};
use crate::model::fact::{Fact, Hotfix, Msp, Package, Product, Text};
use crate::model::hotfix;
use crate::model::inventory::Collector;

use super::system::System;
use super::trimmed;
use crate::diagnostic::Code;

/// The fields of an entry that facts are made of.
const FIELDS: [&str; 9] =
    ["NAME", "VERSION", "ARCH", "FROM", "GUID", "PUBLISHER", "RELEASE_TYPE", "INSTALLDATE", "INSTALL_DATE"];

/// An entry.
#[derive(Debug, Default)]
pub(super) struct Software<'a> {
    values: [Option<Text<'a>>; FIELDS.len()],
    repeated: Option<&'static str>,
}

/// What an entry states.
#[derive(Debug)]
pub(super) enum State {
    /// An installed package.
    Package,
    /// Something else.
    Stated,
    /// Nothing, and why.
    Nothing(&'static str),
    /// It should be a package and is none; what it says.
    Unreadable(String),
}

impl<'a> Software<'a> {
    /// Takes a field, in the last words that are said of it.
    pub(super) fn set(&mut self, name: &str, value: Text<'a>, offset: usize) -> Result<()> {
        let Some(at) = FIELDS.iter().position(|field| field.eq_ignore_ascii_case(name)) else {
            return Ok(());
        };
        if value.len() > MAX_TEXT {
            let message = format!("a value of more than {MAX_TEXT} bytes");
            return Err(error(Code::TooLarge, offset, message));
        }
        if self.values[at].replace(trimmed(value)).is_some() {
            self.repeated = Some(FIELDS[at]);
        }
        Ok(())
    }

    /// A field that was given twice.
    pub(super) fn repeated(&self) -> Option<&'static str> {
        self.repeated
    }

    /// The value of a field, unless it is empty.
    fn get(&self, name: &str) -> Option<&str> {
        let at = FIELDS.iter().position(|field| *field == name)?;
        self.values.get(at)?.as_deref().filter(|value| !value.is_empty())
    }

    fn text(&self, name: &str) -> Option<Text<'_>> {
        self.get(name).map(Text::Borrowed)
    }

    /// Hands over what it states.
    pub(super) fn state<C: Collector + ?Sized>(
        &self,
        system: &System<'_>,
        sink: &mut Sink<'_, '_, C>,
        offset: usize,
    ) -> Result<State> {
        let from = self.get("FROM").unwrap_or_default().to_ascii_lowercase();
        match &*from {
            "rpm" => self.package(self.rpm(), sink, offset),
            "deb" | "dpkg" => self.package(self.deb(), sink, offset),
            "registry" => self.registry(system, sink, offset),
            "wmi" => self.hotfix(sink, offset),
            _ if self.is_hotfix(system) => self.hotfix(sink, offset),
            _ => {
                let Some(name) = self.text("NAME") else {
                    return Ok(State::Nothing("an entry without a name"));
                };
                let (version, publisher, arch) =
                    (self.text("VERSION"), self.text("PUBLISHER"), self.text("ARCH"));
                let product = Product { name, version, publisher, arch, ..Product::default() };
                sink.fact(product.into(), offset).map(|()| State::Stated)
            }
        }
    }

    /// The agent does not ask for the epoch, so that it is known only where the version has it.
    fn rpm(&self) -> Option<Package<'_>> {
        let (epoch, version, release) = nevra::version_release(self.get("VERSION")?)?;
        nevra::rpm(self.get("NAME")?, epoch, version, release, self.get("ARCH"))
    }

    fn deb(&self) -> Option<Package<'_>> {
        nevra::deb(self.get("NAME")?, self.get("VERSION")?, self.get("ARCH"))
    }

    fn package<C: Collector + ?Sized>(
        &self,
        package: Option<Package<'_>>,
        sink: &mut Sink<'_, '_, C>,
        offset: usize,
    ) -> Result<State> {
        let Some(package) = package else {
            let part = |name| self.get(name).unwrap_or_default();
            return Ok(State::Unreadable(format!("{} {} {}", part("NAME"), part("VERSION"), part("ARCH"))));
        };
        let vendor = self.text("PUBLISHER");
        sink.fact(Package { vendor, ..package }.into(), offset).map(|()| State::Package)
    }

    /// Whether it is an update that the system lists as installed.
    fn is_hotfix(&self, system: &System<'_>) -> bool {
        let is_id = |name: &str| {
            let digits = name.strip_prefix("KB").unwrap_or_default();
            (5..=7).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        };
        self.get("RELEASE_TYPE").is_some() || system.is_windows() && self.get("NAME").is_some_and(is_id)
    }

    fn hotfix<C: Collector + ?Sized>(&self, sink: &mut Sink<'_, '_, C>, offset: usize) -> Result<State> {
        let name = self.get("NAME").unwrap_or_default();
        let id = Some(name).filter(|name| hotfix::id(name).is_some()).or_else(|| hotfix_in_title(name));
        match id {
            Some(id) => sink.fact(self.as_hotfix(id), offset).map(|()| State::Stated),
            None => Ok(State::Nothing("a hotfix without a number")),
        }
    }

    fn as_hotfix<'s>(&self, id: &'s str) -> Fact<'s> {
        let installed = self.get("INSTALLDATE").or_else(|| self.get("INSTALL_DATE")).and_then(date);
        let installed = installed.map(|date| date.to_string().into());
        Hotfix { id: id.into(), installed, ..Hotfix::default() }.into()
    }

    /// An entry of the list of what can be removed; titles of patches name the article in brackets.
    fn registry<C: Collector + ?Sized>(
        &self,
        system: &System<'_>,
        sink: &mut Sink<'_, '_, C>,
        offset: usize,
    ) -> Result<State> {
        let key = self.get("GUID").unwrap_or_default();
        let (name, version) = (self.text("NAME"), self.text("VERSION"));
        let (publisher, arch) = (self.text("PUBLISHER"), self.text("ARCH"));
        let entry = Entry { key: key.into(), name, version, publisher, arch, language: None };
        let mut state = State::Nothing("an entry without a name");
        entry.facts(|fact| {
            state = State::Stated;
            sink.fact(fact, offset)
        })?;
        if let Some((product, patch)) = patch_of_key(key) {
            let (product, patch) = (Text::Borrowed(product), Text::Borrowed(patch));
            sink.fact(Msp { product, patch, ..Msp::default() }.into(), offset)?;
        }
        let title = self.get("NAME").unwrap_or_default();
        let id = Some(title).filter(|title| self.is_hotfix(system) && hotfix::id(title).is_some());
        let id = hotfix_in_title(title).or(id).filter(|_| hotfix_of_key(key).is_none());
        id.map_or(Ok(()), |id| sink.fact(self.as_hotfix(id), offset))?;
        Ok(state)
    }
}
