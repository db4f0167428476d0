//! Package rows as columns: arches, module gates, the epochs that rows have.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::count;
use super::rules::{Rules, write_row_key};
use super::texts::Texts;
use crate::error::Result;
use crate::index::columns::{Columns, NONE};
use crate::index::probe;
use crate::model::catalogs::Catalogs;
use crate::model::update::{Collection, ModuleStream, PackageRow, Rule};

/// Arches, gates and withdrawn rows while an index is made.
#[derive(Debug, Default)]
pub(super) struct Packages {
    arches: BTreeMap<String, u32>,
    gates: HashMap<Vec<ModuleStream>, u32>,
    groups: BTreeMap<(u32, u32), (u32, u32)>,
    retracted: BTreeSet<(u32, u32)>,
    /// The key of the row that is written.
    key: Vec<u8>,
}

impl Packages {
    /// Numbers the arches of all rows; arch 0 is the empty one.
    pub(super) fn gather(catalogs: &Catalogs) -> Packages {
        let mut names = BTreeSet::from([""]);
        for entry in &catalogs.updates {
            if let Rule::Packages { rows, .. } = &entry.update.rule {
                names.extend(rows.iter().map(|row| row.arch.as_str()));
            }
        }
        let arches = names.into_iter().map(str::to_owned).zip(0u32..).collect();
        Packages { arches, ..Packages::default() }
    }

    /// Writes the rows and collections of one update.
    pub(super) fn write_update(
        &mut self,
        rule: &Rule,
        retracted: bool,
        rules: &Rules<'_>,
        texts: &mut Texts,
        columns: &mut Columns,
    ) -> Result<()> {
        if let Rule::Packages { collections, rows } = rule {
            let first = count(columns.collection_name.len())?;
            for collection in collections {
                self.write_collection(collection, rules, texts, columns)?;
            }
            for row in rows {
                let listed = (row.collection as usize) < collections.len();
                let collection = if listed { first + row.collection } else { NONE };
                self.write_row(row, collection, retracted, rules, texts, columns)?;
            }
        }
        columns.update_row_ends.push(count(columns.row_subject.len())?);
        columns.update_collection_ends.push(count(columns.collection_name.len())?);
        Ok(())
    }

    fn write_collection(
        &mut self,
        collection: &Collection,
        rules: &Rules<'_>,
        texts: &mut Texts,
        columns: &mut Columns,
    ) -> Result<()> {
        columns.collection_name.push(texts.number(&collection.name));
        if collection.modules.is_empty() {
            columns.collection_gate.push(NONE);
            return Ok(());
        }
        let next = count(self.gates.len())?;
        let gate = *self.gates.entry(collection.modules.clone()).or_insert(next);
        columns.collection_gate.push(gate);
        if gate == next {
            for module in &collection.modules {
                columns.module_subject.push(rules.subject(&probe::module(&module.name)));
                columns.module_stream.push(texts.number(&module.stream));
                columns.module_context.push(texts.number(&module.context));
                columns.module_arch.push(texts.number(&module.arch));
            }
            columns.gate_module_ends.push(count(columns.module_subject.len())?);
        }
        Ok(())
    }

    fn write_row(
        &mut self,
        row: &PackageRow,
        collection: u32,
        retracted: bool,
        rules: &Rules<'_>,
        texts: &mut Texts,
        columns: &mut Columns,
    ) -> Result<()> {
        let subject = rules.subject(&probe::package(row.kind, &row.name));
        let arch = self.arches.get(&row.arch).copied().unwrap_or(0);
        let number = count(columns.row_subject.len())?;
        let epochs = self.groups.entry((subject, arch)).or_insert((row.epoch, row.epoch));
        *epochs = (epochs.0.min(row.epoch), epochs.1.max(row.epoch));
        if retracted {
            self.retracted.insert((subject, number));
        }
        columns.row_subject.push(subject);
        columns.row_arch.push(arch);
        self.key.clear();
        let is_ranked = write_row_key(row, &mut self.key);
        columns.row_rank.push(if is_ranked { rules.rank(subject, &self.key) } else { NONE });
        columns.row_epoch.push(row.epoch);
        columns.row_version.push(texts.number(&row.version));
        columns.row_release.push(row.release.as_ref().map_or(0, |release| texts.number(release) + 1));
        columns.row_collection.push(collection);
        columns.row_offset.push(row.position.offset);
        columns.row_line.push(row.position.line);
        columns.row_column.push(row.position.column);
        Ok(())
    }

    /// Writes what belongs to subjects and to all rows together.
    pub(super) fn finish(self, subjects: usize, texts: &mut Texts, columns: &mut Columns) -> Result<()> {
        for arch in self.arches.keys() {
            columns.arch_text.push(texts.number(arch));
        }
        let mut groups = self.groups.into_iter().peekable();
        let mut retracted = self.retracted.into_iter().peekable();
        for subject in 0..count(subjects)? {
            while let Some(((_, arch), (low, high))) = groups.next_if(|((of, _), _)| *of == subject) {
                columns.group_arch.push(arch);
                columns.group_low.push(low);
                columns.group_high.push(high);
            }
            columns.subject_group_ends.push(count(columns.group_arch.len())?);
            while let Some((_, row)) = retracted.next_if(|(of, _)| *of == subject) {
                columns.retracted_row.push(row);
            }
            columns.subject_retracted_ends.push(count(columns.retracted_row.len())?);
        }
        Ok(())
    }
}
