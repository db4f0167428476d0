//! The key of a fact: what makes two facts speak of the same thing.
//!
//! Of facts with one key the last counts, and a delta sets and withdraws by key. A key is made of the
//! fact alone: a path is not brought into token form, because that takes what the rest of the inventory
//! states. Source of truth: `docs/inventories.md`, "Facts".

use super::fact::*;
use super::path::{self, fold_text};
use super::{hotfix, product, registry};

impl Fact<'_> {
    /// Appends the fact's key to `out`; gives whether it has one.
    ///
    /// An instance of a management class without a key of its own has none: its place in order counts.
    ///
    /// ```
    /// use patchstate::model::fact::{Fact, Hotfix};
    ///
    /// let key = |id: &str| {
    ///     let mut key = String::new();
    ///     Fact::from(Hotfix { id: id.into(), ..Hotfix::default() }).write_key(&mut key);
    ///     key
    /// };
    /// assert_eq!(key("KB5034763"), key("5034763"));
    /// assert_ne!(key("KB5034763"), key("KB5034764"));
    /// ```
    pub fn write_key(&self, out: &mut String) -> bool {
        out.push_str(self.element());
        let mut key = Key(out);
        match self {
            Fact::Os(_) | Fact::Kernel(_) => {}
            Fact::File(fact) => key.path(&fact.path),
            Fact::RegistryValue(fact) => {
                key.registry(&fact.key, fact.view);
                key.folded(&fact.name);
            }
            Fact::RegistryKey(fact) => key.registry(&fact.key, fact.view),
            Fact::Msi(fact) => key.guid(&fact.product),
            Fact::Msp(fact) => [&fact.product, &fact.patch].into_iter().for_each(|code| key.guid(code)),
            Fact::MsiPart(fact) => {
                [&fact.product, &fact.component].into_iter().for_each(|code| key.guid(code))
            }
            Fact::Hotfix(fact) => match hotfix::id(&fact.id) {
                Some(number) => key.text(&number.to_string()),
                None => key.folded(&fact.id),
            },
            Fact::Package(fact) => key.package(fact),
            Fact::Module(fact) => {
                key.text(&fact.name);
                key.text(&fact.stream);
                key.maybe(fact.context.as_deref());
            }
            Fact::Cbs(fact) => key.folded(&fact.identity),
            Fact::Wmi(fact) => {
                key.folded(fact.namespace.as_deref().unwrap_or(r"root\cimv2"));
                key.folded(&fact.class);
                key.maybe(fact.key.as_deref());
                return fact.key.is_some();
            }
            Fact::Product(fact) => {
                key.product(&fact.name);
                key.maybe(fact.version.as_deref());
            }
            Fact::Trait(fact) => {
                key.text(&fact.group);
                key.folded(&fact.name);
            }
            Fact::ScanResult(fact) => {
                key.text(&fact.scanner);
                key.text(&fact.reference);
                key.text(if fact.expired { "1" } else { "0" });
            }
            Fact::Tag(fact) => key.text(&fact.name),
            Fact::Absent(fact) => key.place(fact.kind, &fact.reference, fact.view),
            Fact::Coverage(fact) => key.place(fact.kind, &fact.under, fact.view),
        }
        true
    }
}

/// The parts of a key, each after a NUL, which no value holds.
struct Key<'o>(&'o mut String);

impl Key<'_> {
    fn text(&mut self, text: &str) {
        self.0.push('\0');
        self.0.push_str(text);
    }

    fn maybe(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.text("\u{1}"),
        }
    }

    fn folded(&mut self, text: &str) {
        self.0.push('\0');
        fold_text(text, self.0);
    }

    fn path(&mut self, text: &str) {
        self.0.push('\0');
        path::write_normal(text, self.0);
    }

    fn registry(&mut self, text: &str, view: registry::View) {
        self.0.push('\0');
        registry::write_normal_key(text, view, self.0);
    }

    fn guid(&mut self, text: &str) {
        self.folded(text.trim_matches(['{', '}']));
    }

    fn product(&mut self, text: &str) {
        self.0.push('\0');
        product::write_folded(text, self.0);
    }

    fn package(&mut self, fact: &Package<'_>) {
        self.text(match fact.kind {
            PackageKind::Rpm => "rpm",
            PackageKind::Deb => "deb",
        });
        self.text(&fact.name);
        self.maybe(fact.arch.as_deref());
        self.maybe(fact.epoch.map(|epoch| epoch.to_string()).as_deref());
        self.text(&fact.version);
        self.maybe(fact.release.as_deref());
    }

    /// What is absent or covered: a thing of a kind, named as that kind names things.
    fn place(&mut self, kind: Option<Kind>, reference: &str, view: registry::View) {
        self.maybe(kind.map(Kind::name));
        match kind {
            Some(Kind::File) => self.path(reference),
            Some(Kind::Registry) => self.registry(reference, view),
            _ => self.folded(reference),
        }
    }
}
