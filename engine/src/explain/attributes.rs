//! What a fact states, as names and values: those of the native format, without what is not stated.
//!
//! Source of truth for the names: `docs/inventories.md`.

use std::borrow::Cow;

use crate::model::fact::{Fact, FileVersion, HotfixState, Kind, ModuleState, PackageKind, Text};
use crate::model::registry::View;

macro_rules! attributes {
    ($($variant:ident { $($form:ident $name:literal $field:ident;)* })*) => {
        /// What a fact states, by name, in the order of the documentation.
        ///
        /// Other scanners' results, labels, and facts that no rule asks for give nothing.
        pub(super) fn attributes<'f>(fact: &'f Fact<'_>) -> Vec<(&'static str, Cow<'f, str>)> {
            let mut list = List::default();
            match fact {
                $(Fact::$variant(fact) => { $(list.$form($name, &fact.$field);)* })*
                Fact::MsiPart(_) | Fact::Msp(_) | Fact::Cbs(_) | Fact::Wmi(_) | Fact::Trait(_)
                | Fact::ScanResult(_) | Fact::Tag(_) => {}
            }
            list.0
        }
    };
}

attributes! {
    Os {
        text "family" family;
        maybe "name" name;
        maybe "version" version;
        number "build" build;
        number "ubr" ubr;
        maybe "sp" sp;
        number "sp-minor" sp_minor;
        maybe "arch" arch;
        maybe "edition" edition;
        number "sku" sku;
        maybe "product-type" product_type;
        number "suite" suite;
        maybe "installation" installation;
        maybe "language" language;
        number "codepage" codepage;
        maybe "windir" windir;
        number "reboot-pending" reboot_pending;
    }
    Kernel { text "running" running; maybe "source" source; }
    File {
        text "path" path;
        version "version" version;
        number "size" size;
        maybe "modified" modified;
        number "checksum" checksum;
        maybe "sha256" sha256;
    }
    RegistryValue { text "key" key; text "name" name; maybe "type" kind; maybe "data" data; view "view" view; }
    RegistryKey { text "key" key; view "view" view; }
    Msi { text "product" product; maybe "version" version; maybe "name" name; }
    Hotfix { text "id" id; maybe "installed" installed; hotfix "state" state; }
    Package {
        package "type" kind;
        text "name" name;
        number "epoch" epoch;
        text "version" version;
        maybe "release" release;
        maybe "arch" arch;
        maybe "source" source;
        maybe "status" status;
    }
    Module {
        text "name" name;
        text "stream" stream;
        maybe "context" context;
        maybe "arch" arch;
        module "state" state;
    }
    Product { text "name" name; maybe "version" version; maybe "sp" sp; }
    Absent { kind "kind" kind; text "ref" reference; view "view" view; }
    Coverage { kind "kind" kind; text "under" under; view "view" view; }
}

/// The word for the state of a hotfix in inventories.
pub(super) fn hotfix_state(state: HotfixState) -> &'static str {
    match state {
        HotfixState::Installed => "installed",
        HotfixState::Failed => "failed",
        HotfixState::Pending => "pending",
    }
}

#[derive(Default)]
struct List<'f>(Vec<(&'static str, Cow<'f, str>)>);

impl<'f> List<'f> {
    fn text(&mut self, name: &'static str, text: &'f Text<'_>) {
        self.0.push((name, Cow::Borrowed(text)));
    }

    fn maybe(&mut self, name: &'static str, text: &'f Option<Text<'_>>) {
        self.0.extend(text.as_deref().map(|text| (name, Cow::Borrowed(text))));
    }

    fn number(&mut self, name: &'static str, number: &Option<impl ToString>) {
        self.0.extend(number.as_ref().map(|number| (name, Cow::Owned(number.to_string()))));
    }

    fn word(&mut self, name: &'static str, word: &'static str) {
        self.0.push((name, Cow::Borrowed(word)));
    }

    fn version(&mut self, name: &'static str, version: &FileVersion) {
        match version {
            FileVersion::NotCollected => {}
            FileVersion::NoResource => self.word(name, "none"),
            FileVersion::Known(version) => self.0.push((name, Cow::Owned(version.to_string()))),
        }
    }

    fn view(&mut self, name: &'static str, view: &View) {
        if *view == View::Narrow {
            self.word(name, "32");
        }
    }

    fn kind(&mut self, name: &'static str, kind: &Option<Kind>) {
        kind.iter().for_each(|kind| self.word(name, kind.name()));
    }

    fn hotfix(&mut self, name: &'static str, state: &HotfixState) {
        self.word(name, hotfix_state(*state));
    }

    fn package(&mut self, name: &'static str, kind: &PackageKind) {
        self.word(
            name,
            match kind {
                PackageKind::Rpm => "rpm",
                PackageKind::Deb => "deb",
            },
        );
    }

    fn module(&mut self, name: &'static str, state: &ModuleState) {
        self.word(name, state.name());
    }
}
