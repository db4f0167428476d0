//! What a catalog of packages has, counted while it is read.

use std::collections::{BTreeMap, BTreeSet};

use super::package::{Package, SectionCounts};
use crate::catalog::rules::written::Written;
use crate::model::update::Update;

/// Counts of a catalog.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) sections: SectionCounts,
    /// Packages that the list of them may not name, with their files.
    pub(super) unlisted: Vec<(String, String)>,
    items: u64,
    clauses: u64,
    references: u64,
    superseding: u64,
    superseded: BTreeSet<String>,
    named: BTreeMap<String, u64>,
}

impl Counts {
    /// Counts a package.
    pub(super) fn package(&mut self, package: &Package) {
        self.items += package.items.len() as u64;
        self.clauses += package.prerequisites.len() as u64;
        self.references += package.superseded.len() as u64;
        self.superseding += u64::from(package.has_superseded);
        self.superseded.extend(package.superseded.iter().cloned());
        self.name("classification", &package.classification);
        if !package.severity.is_empty() {
            self.name("severity", &package.severity);
        }
        for item in &package.items {
            if !item.installer.element.is_empty() {
                self.name("installer", &item.installer.element);
            }
            for result in &item.installer.results {
                self.name("return_code", result);
            }
        }
    }

    fn name(&mut self, what: &str, name: &str) {
        *self.named.entry(format!("{what}:{name}")).or_default() += 1;
    }

    /// All counts, by name.
    pub(super) fn finish(
        &self,
        packages: &BTreeMap<String, (String, Update)>,
        written: &Written,
        listed: usize,
    ) -> Vec<(String, u64)> {
        let present = self.superseded.iter().filter(|id| packages.contains_key(*id)).count();
        let own = [
            ("packages", packages.len() as u64),
            ("items", self.items),
            ("sections_installable", self.sections.installable),
            ("sections_installed", self.sections.installed),
            ("sections_superseded", self.sections.superseded),
            ("superseding_packages", self.superseding),
            ("superseded_references", self.references),
            ("superseded_ids", self.superseded.len() as u64),
            ("superseded_ids_present", present as u64),
            ("prerequisite_clauses", self.clauses),
            ("manifest_entries", listed as u64),
        ];
        let own = own.into_iter().map(|(name, count)| (name.to_owned(), count));
        let named = self.named.iter().map(|(name, count)| (name.clone(), *count));
        own.chain(written.counts()).chain(named).collect()
    }
}
