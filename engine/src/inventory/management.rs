//! Turns an instance of a management class into facts: a hotfix, or the operating system.
//!
//! Knows the properties of `Win32_QuickFixEngineering` and `Win32_OperatingSystem` whichever tool wrote
//! them, and nothing of how any of them writes. What an instance is, its properties decide. Source of
//! truth: `docs/inventories.md`, "Hotfix lists".

use super::sink::Sink;
use super::time::date;
use crate::diagnostic::Code;
use crate::error::Result;
use crate::model::fact::{Hotfix, Os, Text};
use crate::model::hotfix;
use crate::model::inventory::{Collector, Marks};

macro_rules! properties {
    ($($variant:ident $name:literal)*) => {
        /// A property that facts are made of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Property {
            $($variant,)*
        }

        impl Property {
            const COUNT: usize = [$(Property::$variant),*].len();

            /// Finds a property by its name, whatever its case.
            pub(super) fn find(name: &str) -> Option<Property> {
                let is = |known: &str| known.eq_ignore_ascii_case(name);
                match name { $(_ if is($name) => Some(Property::$variant),)* _ => None }
            }
        }
    };
}

properties! {
    HotFixId "HotFixID"
    ServicePackInEffect "ServicePackInEffect"
    InstalledOn "InstalledOn"
    Computer "CSName"
    Node "Node"
    RemoteComputer "PSComputerName"
    Source "Source"
    Server "__SERVER"
    Version "Version"
    BuildNumber "BuildNumber"
    Caption "Caption"
    CodeSet "CodeSet"
    CsdVersion "CSDVersion"
    ServicePackMajor "ServicePackMajorVersion"
    ServicePackMinor "ServicePackMinorVersion"
    Architecture "OSArchitecture"
    Language "OSLanguage"
    Sku "OperatingSystemSKU"
    ProductType "ProductType"
    SuiteMask "SuiteMask"
    Directory "WindowsDirectory"
}

/// Where the name of the client stands: first what it calls itself, then what others call it.
const NAMES: [Property; 5] =
    [Property::Computer, Property::Node, Property::RemoteComputer, Property::Source, Property::Server];

/// Properties that only an operating system has.
const OF_SYSTEM: [Property; 4] =
    [Property::BuildNumber, Property::CsdVersion, Property::Architecture, Property::Sku];

/// The properties of one instance; those that no fact is made of are not kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Record<'a> {
    values: [Option<Text<'a>>; Property::COUNT],
}

impl<'a> Record<'a> {
    /// Takes a property, in the last words that are said of it.
    pub(super) fn set(&mut self, property: Property, value: Text<'a>) {
        if let Some(slot) = self.values.get_mut(property as usize) {
            *slot = Some(value);
        }
    }

    /// Whether the property was given.
    pub(super) fn has(&self, property: Property) -> bool {
        self.values.get(property as usize).is_some_and(Option::is_some)
    }

    /// The value of a property, unless it is blank.
    fn get(&self, property: Property) -> Option<&str> {
        let value = self.values.get(property as usize)?.as_deref()?.trim();
        Some(value).filter(|value| !value.is_empty())
    }

    /// Whether it speaks of a hotfix.
    pub(super) fn is_hotfix(&self) -> bool {
        self.has(Property::HotFixId) || self.has(Property::ServicePackInEffect)
    }

    /// Whether it speaks of the operating system.
    pub(super) fn is_system(&self) -> bool {
        OF_SYSTEM.iter().any(|property| self.has(*property))
    }

    /// The client that it is of; a name of dots stands for one that was taken out.
    pub(super) fn client(&self) -> Option<&str> {
        NAMES.iter().find_map(|name| self.get(*name)).filter(|name| name.bytes().any(|byte| byte != b'.'))
    }

    /// Hands over what it states.
    pub(super) fn state<C: Collector + ?Sized>(
        &self,
        sink: &mut Sink<'_, '_, C>,
        offset: usize,
    ) -> Result<()> {
        if self.is_hotfix() {
            return self.hotfix(sink, offset);
        }
        if self.is_system() {
            return sink.fact(self.system().into(), offset);
        }
        let nothing = "neither a hotfix nor an operating system";
        sink.diagnostic(Code::EntryWithoutFact, offset, nothing);
        Ok(())
    }

    fn hotfix<C: Collector + ?Sized>(&self, sink: &mut Sink<'_, '_, C>, offset: usize) -> Result<()> {
        let Some(hotfix) = self.as_hotfix() else {
            let named = self.get(Property::HotFixId);
            if named.is_none_or(is_nameless) {
                sink.mark(Marks::HOTFIX_UNNAMED);
            }
            sink.diagnostic(Code::EntryWithoutFact, offset, named.unwrap_or("no id"));
            return Ok(());
        };
        sink.fact(hotfix.into(), offset)
    }

    /// The hotfix that it speaks of, if it names one.
    ///
    /// Windows XP and 2003 write `File 1` for the hotfix, and what it is where a service pack belongs.
    pub(super) fn as_hotfix(&self) -> Option<Hotfix<'_>> {
        let named = self.get(Property::HotFixId);
        let nameless = named.is_none_or(is_nameless);
        let other = self.get(Property::ServicePackInEffect).filter(|_| nameless);
        let id = [named, other].into_iter().flatten().find(|id| hotfix::id(id).is_some())?;
        let installed = self.get(Property::InstalledOn).and_then(date).map(|date| date.to_string().into());
        Some(Hotfix { id: id.into(), installed, ..Hotfix::default() })
    }

    /// The Windows system that it speaks of.
    pub(super) fn system(&self) -> Os<'_> {
        let text = |property| self.get(property).map(Text::Borrowed);
        let number = |property| self.get(property).and_then(|value| value.parse().ok());
        Os {
            family: "windows".into(),
            name: text(Property::Caption),
            version: text(Property::Version),
            build: number(Property::BuildNumber),
            sp: text(Property::ServicePackMajor).or_else(|| self.service_pack()),
            sp_minor: number(Property::ServicePackMinor),
            arch: self.get(Property::Architecture).map(architecture),
            sku: number(Property::Sku),
            product_type: self.get(Property::ProductType).and_then(product_type),
            suite: number(Property::SuiteMask),
            language: text(Property::Language),
            codepage: number(Property::CodeSet),
            windir: text(Property::Directory),
            ..Os::default()
        }
    }

    /// The service pack of `CSDVersion`: `Service Pack 2`, or nothing where there is none.
    fn service_pack(&self) -> Option<Text<'_>> {
        let text = self.values.get(Property::CsdVersion as usize)?.as_deref()?;
        let digits = text.find(|c: char| c.is_ascii_digit()).map_or("0", |start| {
            let digits = &text[start..];
            &digits[..digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len())]
        });
        Some(Text::Borrowed(digits))
    }
}

/// Whether a hotfix list has no name for an entry: it is empty or `File 1`.
pub(super) fn is_nameless(id: &str) -> bool {
    let id = id.trim();
    id.is_empty() || id.eq_ignore_ascii_case("File 1")
}

/// `OSArchitecture` is a word of the language: `64-bit`, `64 bits`, `ARM 64-bit Processor`.
fn architecture(text: &str) -> Text<'_> {
    let upper = text.to_ascii_uppercase();
    let known = match () {
        () if upper.starts_with("ARM") && upper.contains("64") => "arm64",
        () if upper.starts_with("IA64") || upper.starts_with("ITANIUM") => "ia64",
        () if upper.starts_with("64") => "x64",
        () if upper.starts_with("32") => "x86",
        () => text,
    };
    Text::Borrowed(known)
}

fn product_type(number: &str) -> Option<Text<'static>> {
    let word = match number {
        "1" => "workstation",
        "2" => "domain-controller",
        "3" => "server",
        _ => return None,
    };
    Some(Text::Borrowed(word))
}
