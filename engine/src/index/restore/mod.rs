//! Gives an index back as the model: the compiler's work undone.
//!
//! For the reference evaluator, `explain` and `diff`, which want the obvious form. Not kept are where the
//! leaves of a detection table stand, the byte at which its entries do, and the words of diagnostics.
//! Numbers out of range restore as nothing.

use std::ops::Range;

use super::View;
use super::columns::{Column, NONE};
use super::nodes::extents;
use super::probe::tag;
use super::verify::verify;
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::error::{Error, Result};
use crate::model::applicability::patch::Patch;
use crate::model::catalogs::{Catalogs, Edge, Entry, SourceEntry};
use crate::model::expr::{DEPTH, Expr};
use crate::model::fact::PackageKind;
use crate::model::flag::Flags;
use crate::model::options::Profile;
use crate::model::product::{Detection, Level};
use crate::model::reason::Reason;
use crate::model::supersedence;
use crate::model::update::{
    Collection, Item, ModuleStream, PackageRow, Product, ProductRow, Reboot, Reference, Rule, Source, Update,
    UpdateId, Urgency,
};
use crate::model::verdict::{Cell, Verdict};

mod definitions;
mod installs;
mod named;
pub(crate) mod rules;

use rules::Rules;

/// A cell from its stored number.
pub fn unpack(number: u32) -> Cell {
    Cell {
        verdict: Verdict::from_code(number as u8),
        reason: Reason::from_number((number >> 8 & 0xff) as u16).unwrap_or(Reason::NoEvidence),
        flags: Flags::from_bits((number >> 16) as u16),
    }
}

/// The most nodes that all rules together have when shared ones are written out: so many, and so many for
/// each node and each test that the index keeps. Catalogs share far less.
const WRITTEN_OUT: (usize, usize) = (1 << 16, 16);

impl<'a> View<'a> {
    /// Restores everything.
    ///
    /// # Errors
    ///
    /// The index does not mean anything ([`super::Index::verify`]), or few nodes stand for rules so large
    /// that they would fill the memory.
    pub fn restore(&self) -> Result<Catalogs> {
        verify(*self)?;
        self.check_written_out()?;
        let columns = self.columns;
        let text = |number| self.text(number).to_owned();
        Ok(Catalogs {
            sources: (0..self.sources()).map(|at| self.source_entry(at)).collect(),
            updates: (0..self.updates()).map(|at| self.entry(at)).collect(),
            products: (0..columns.product_key.len())
                .map(|at| (text(columns.product_key.at(at)), self.product(at)))
                .collect(),
            detections: (0..columns.detection_name.len()).map(|at| self.detection(at)).collect(),
            module_defaults: (0..columns.default_module.len())
                .map(|at| (text(columns.default_module.at(at)), text(columns.default_stream.at(at))))
                .collect(),
            patches: self.patches().collect(),
        })
    }

    /// Restores what its catalogs know of patches of Windows Installer.
    pub fn patches(&self) -> impl Iterator<Item = Patch> + use<'a> {
        let view = *self;
        (0..view.columns.patches())
            .filter_map(move |at| Patch::from_text(view.text(view.columns.patch_text.at(at))))
    }

    /// Whether all rules together may be written out.
    fn check_written_out(&self) -> Result<()> {
        let columns = self.columns;
        let extents = extents(columns);
        let detected = columns.detection_when.iter().chain(columns.step_test.iter());
        let roots = (0..self.updates()).flat_map(|update| self.roots(update));
        let roots = roots.chain(detected.map(|root| root.to_native()));
        let written: u64 = roots.filter_map(|root| extents.get(root as usize)).map(|rule| rule.nodes).sum();
        let most = self.most_written_out();
        if written <= most as u64 {
            return Ok(());
        }
        let message =
            format!("the rules have {written} nodes when they are written out; the limit is {most}");
        Err(Error::new(Code::TooLarge, message).with_hint(
            "recompile the catalogs; one that repeats the same rules so often cannot be explained",
        ))
    }

    /// How many nodes all rules together may have.
    fn most_written_out(&self) -> usize {
        let kept = self.columns.nodes() + self.columns.leaf_offset.len();
        WRITTEN_OUT.0.saturating_add(WRITTEN_OUT.1.saturating_mul(kept))
    }

    fn owned(&self, number: u32) -> String {
        self.text(number).to_owned()
    }

    /// Restores a source with all that its reader found.
    pub fn source_entry(&self, at: usize) -> SourceEntry {
        let columns = self.columns;
        let (diagnostics, of_reader) = self.source_diagnostics(at);
        let patch = |at: usize| self.text(columns.patch_text.at(columns.source_patch.at(at) as usize));
        let patches = columns.source_patch_ends(at).filter_map(|at| Patch::from_text(patch(at)));
        let counts = |which| columns.source_counts.at(at * 6 + which);
        SourceEntry {
            source: self.source(at),
            diagnostics,
            of_reader,
            patches: patches.collect(),
            oval: self.content(at),
            edges: counts(4),
            dangling: counts(5),
        }
    }

    /// How often each finding of a source was made, and of those that its reader made how often.
    pub fn source_diagnostics(&self, at: usize) -> (Diagnostics, Vec<(Code, u64)>) {
        let columns = self.columns;
        let (mut diagnostics, mut of_reader) = (Diagnostics::new(), Vec::new());
        for found in columns.source_diagnostic_ends(at) {
            let code = self.text(columns.diagnostic_code.at(found));
            let code = Code::ALL.iter().find(|known| known.name() == code);
            let Some(code) = code else { continue };
            diagnostics.count(*code, columns.diagnostic_count.at(found));
            let times = columns.diagnostic_of_reader.at(found);
            of_reader.extend((times > 0).then_some((*code, times)));
        }
        (diagnostics, of_reader)
    }

    /// Restores what a source says of itself.
    pub fn source(&self, at: usize) -> Source {
        let columns = self.columns;
        let sha256 = columns.source_sha256.get(at * 32..at * 32 + 32).and_then(|bytes| bytes.try_into().ok());
        Source {
            feed: self.owned(columns.source_feed.at(at)),
            format: self.owned(columns.source_format.at(at)),
            path: self.owned(columns.source_path.at(at)),
            repository: String::new(),
            sha256: sha256.unwrap_or_default(),
            revision: self.owned(columns.source_revision.at(at)),
            language: self.owned(columns.source_language.at(at)),
            profile: Profile::ALL.get(usize::from(columns.source_profile.at(at))).copied(),
            assumes_needed: columns.source_assumes_needed.at(at) != 0,
            statistics: self.statistics(at).map(|(name, count)| (name.to_owned(), count)).collect(),
            reading: self.owned(columns.source_reading.at(at)),
        }
    }

    /// What the reader of a source counted, by name.
    pub fn statistics(&self, source: usize) -> impl Iterator<Item = (&'a str, u64)> + use<'a> {
        let view = *self;
        let of = move |at: usize| {
            (view.text(view.columns.statistic_name.at(at)), view.columns.statistic_count.at(at))
        };
        view.columns.source_statistic_ends(source).map(of)
    }

    /// Restores a product.
    pub fn product(&self, at: usize) -> Product {
        let columns = self.columns;
        let current = self.text(columns.product_current.at(at));
        Product {
            name: self.owned(columns.product_name.at(at)),
            available: columns
                .product_available_ends(at)
                .map(|level| self.owned(columns.product_available.at(level)))
                .collect(),
            levels: columns
                .product_level_ends(at)
                .map(|level| self.owned(columns.product_level.at(level)))
                .collect(),
            current: (!current.is_empty()).then(|| current.to_owned()),
        }
    }

    /// Restores an update.
    pub fn entry(&self, at: usize) -> Entry {
        let columns = self.columns;
        Entry {
            identity: self.owned(columns.update_identity.at(at)),
            source: columns.update_source.at(at).min(self.sources().saturating_sub(1) as u32),
            replaced_by: self.edges(at).collect(),
            prerequisites: self.prerequisites(at),
            children: self.children(at).collect(),
            update: self.update(at),
        }
    }

    /// Restores the edges from an update to those that replace it.
    pub fn edges(&self, update: usize) -> impl Iterator<Item = Edge> + use<'a> {
        let (columns, updates) = (self.columns, self.updates());
        let edge = move |edge: usize| Edge {
            by: columns.edge_by.at(edge),
            source: supersedence::Source::from_number(columns.edge_source.at(edge))
                .unwrap_or(supersedence::Source::Declared),
            position: position(
                columns.edge_offset.at(edge),
                columns.edge_line.at(edge),
                columns.edge_column.at(edge),
            ),
        };
        columns.update_edge_ends(update).map(edge).filter(move |edge| (edge.by as usize) < updates)
    }

    fn update(&self, at: usize) -> Update {
        let columns = self.columns;
        let identity = self.text(columns.update_identity.at(at));
        let feed = self.text(columns.source_feed.at(columns.update_source.at(at) as usize));
        let id = identity.strip_prefix(feed).and_then(|id| id.strip_prefix(':')).unwrap_or(identity);
        let mut update = Update {
            id: UpdateId::from_text(id),
            bulletin: self.owned(columns.update_bulletin.at(at)),
            title: self.owned(columns.update_title.at(at)),
            summary: self.owned(columns.update_summary.at(at)),
            description: self.owned(columns.update_description.at(at)),
            kind: self.owned(columns.update_kind.at(at)),
            urgency: Urgency::from_number(columns.update_urgency.at(at)),
            articles: columns.update_article_ends(at).map(|one| columns.article.at(one)).collect(),
            references: self.references(at),
            posted: self.owned(columns.update_posted.at(at)),
            revised: self.owned(columns.update_revised.at(at)),
            edition: self.owned(columns.update_edition.at(at)),
            reboot: Reboot::from_number(columns.update_reboot.at(at)),
            payload: self.owned(columns.update_payload.at(at)),
            information: self.owned(columns.update_information.at(at)),
            products: self.product_rows(at),
            presence: self.presence(at),
            flags: self.flags(at),
            retracted: columns.update_retracted.at(at) != 0,
            detectoid: columns.update_detectoid.at(at) != 0,
            prerequisites: Vec::new(),
            bundled: Vec::new(),
            replaces: Vec::new(),
            replacements: Vec::new(),
            rule: self.rule(at),
            installs: self.installs(at),
            extra: columns
                .update_extra_ends(at)
                .map(|one| (self.owned(columns.extra_name.at(one)), self.owned(columns.extra_text.at(one))))
                .collect(),
            position: position(
                columns.update_offset.at(at),
                columns.update_line.at(at),
                columns.update_column.at(at),
            ),
        };
        self.restore_named(at, &mut update);
        update
    }

    /// The flags of an update.
    pub fn flags(&self, update: usize) -> Flags {
        Flags::from_bits(self.columns.update_flags.at(update) as u16)
    }

    /// Restores what an update refers to.
    fn references(&self, update: usize) -> Vec<Reference> {
        let columns = self.columns;
        let first = columns.update_product_ends(update).start;
        let reference = |at: usize| {
            let products = columns.reference_product_ends(at);
            let number = |product: usize| (columns.reference_product.at(product) as usize).checked_sub(first);
            let products = products.filter_map(number).filter_map(|product| product.try_into().ok());
            Reference { products: products.collect(), ..self.reference(at) }
        };
        columns.update_reference_ends(update).map(reference).collect()
    }

    /// Restores whether a client has each product of an update; nothing where they are not told apart.
    fn presence(&self, update: usize) -> Vec<Expr> {
        let columns = self.columns;
        let nodes = columns.update_product_ends(update).map(|row| columns.product_row_node.at(row));
        let mut rules = Rules::new(*self, 0..0);
        nodes.take_while(|node| *node != NONE).map(|node| rules.expr(node, DEPTH)).collect()
    }

    /// Restores a reference, but for the products that it is about.
    pub fn reference(&self, at: usize) -> Reference {
        Reference {
            kind: self.owned(self.columns.reference_kind.at(at)),
            id: self.owned(self.columns.reference_id.at(at)),
            title: self.owned(self.columns.reference_title.at(at)),
            address: self.owned(self.columns.reference_address.at(at)),
            products: Vec::new(),
        }
    }

    /// Restores the products that an update is for.
    pub fn product_rows(&self, update: usize) -> Vec<ProductRow> {
        let columns = self.columns;
        let rows = columns.update_product_ends(update).map(|row| ProductRow {
            product: self.owned(columns.product_row_name.at(row)),
            levels: columns
                .product_row_level_ends(row)
                .map(|level| self.owned(columns.product_row_level.at(level)))
                .collect(),
        });
        rows.collect()
    }

    /// The roots of an update's rules, in the order in which their tests stand.
    pub fn roots(&self, update: usize) -> impl Iterator<Item = u32> + use<'a> {
        let columns = self.columns;
        let (pair, items) = match columns.update_rule.at(update) {
            1 => (Some([columns.update_installed.at(update), columns.update_applicable.at(update)]), 0..0),
            3 => (None, columns.update_item_ends(update)),
            _ => (None, 0..0),
        };
        let of_item = |item: usize| {
            let (installed, applicable) = (&columns.item_installed, &columns.item_applicable);
            let others = [columns.item_superseded.at(item), columns.item_imported.at(item)];
            [installed.at(item), applicable.at(item), others[0], others[1]]
        };
        let items = items.flat_map(of_item).filter(|root| *root != NONE);
        pair.into_iter().flatten().chain(items)
    }

    /// What an update needs, by number; none where no catalog has it.
    pub fn prerequisites(&self, update: usize) -> Vec<Vec<Option<u32>>> {
        let columns = self.columns;
        let known = |target: u32| ((target as usize) < self.updates()).then_some(target);
        let clause = |clause: usize| {
            let targets = columns.clause_target_ends(clause);
            targets.map(|target| known(columns.target.at(target))).collect()
        };
        match columns.update_prerequisite.at(update) {
            NONE => Vec::new(),
            number => columns.prerequisite_clause_ends(number as usize).map(clause).collect(),
        }
    }

    /// The updates that an update is a bundle of, by number; none where no catalog has it.
    pub fn children(&self, update: usize) -> impl Iterator<Item = Option<u32>> + use<'a> {
        let (columns, updates) = (self.columns, self.updates());
        let children = columns.update_child_ends(update).map(move |at| columns.child.at(at));
        children.map(move |child| ((child as usize) < updates).then_some(child))
    }

    /// Restores the rule of an update.
    pub fn rule(&self, at: usize) -> Rule {
        let columns = self.columns;
        match columns.update_rule.at(at) {
            1 => {
                let mut rules = Rules::new(*self, columns.update_leaf_ends(at));
                let installed = rules.expr(columns.update_installed.at(at), DEPTH);
                let applicable = rules.expr(columns.update_applicable.at(at), DEPTH);
                Rule::Tests { installed, applicable }
            }
            3 => {
                let mut rules = Rules::new(*self, columns.update_leaf_ends(at));
                let item = |item: usize| {
                    let superseded = columns.item_superseded.at(item);
                    let imported = columns.item_imported.at(item);
                    Item {
                        installed: rules.expr(columns.item_installed.at(item), DEPTH),
                        applicable: rules.expr(columns.item_applicable.at(item), DEPTH),
                        superseded: (superseded != NONE).then(|| rules.expr(superseded, DEPTH)),
                        imported: (imported != NONE).then(|| rules.expr(imported, DEPTH)),
                    }
                };
                Rule::Items(columns.update_item_ends(at).map(item).collect())
            }
            2 => {
                let collections = columns.update_collection_ends(at);
                let rows = columns.update_row_ends(at);
                Rule::Packages {
                    rows: rows.map(|row| self.row(row, &collections)).collect(),
                    collections: collections.map(|one| self.collection(one)).collect(),
                }
            }
            4 => Rule::Definition(self.definition_of(at)),
            _ => Rule::None,
        }
    }

    /// Restores a package row; its collection counts from the first of its update's `collections`, and
    /// is the number after the last where it has none.
    pub fn row(&self, at: usize, collections: &Range<usize>) -> PackageRow {
        let columns = self.columns;
        let collection = columns.row_collection.at(at) as usize;
        let place = if collections.contains(&collection) { collection } else { collections.end };
        let subject = columns.row_subject.at(at) as usize;
        let release = columns.row_release.at(at);
        PackageRow {
            kind: if columns.subject_tag.at(subject) == tag::DEB {
                PackageKind::Deb
            } else {
                PackageKind::Rpm
            },
            name: self.owned(columns.subject_text.at(subject)),
            arch: self.owned(columns.arch_text.at(columns.row_arch.at(at) as usize)),
            epoch: columns.row_epoch.at(at),
            version: self.owned(columns.row_version.at(at)),
            release: release.checked_sub(1).map(|release| self.owned(release)),
            collection: (place - collections.start) as u32,
            position: position(columns.row_offset.at(at), columns.row_line.at(at), columns.row_column.at(at)),
        }
    }

    fn collection(&self, at: usize) -> Collection {
        let columns = self.columns;
        let gate = columns.collection_gate.at(at);
        let modules = if gate == NONE { 0..0 } else { columns.gate_module_ends(gate as usize) };
        let module = |module: usize| ModuleStream {
            name: self.owned(columns.subject_text.at(columns.module_subject.at(module) as usize)),
            stream: self.owned(columns.module_stream.at(module)),
            context: self.owned(columns.module_context.at(module)),
            arch: self.owned(columns.module_arch.at(module)),
        };
        Collection {
            name: self.owned(columns.collection_name.at(at)),
            modules: modules.map(module).collect(),
        }
    }

    /// Restores a row of the detection table.
    pub fn detection(&self, at: usize) -> Detection {
        let columns = self.columns;
        let rule = |node| Rules::new(*self, 0..0).expr(node, DEPTH);
        let level = |step: usize| {
            let test = columns.step_test.at(step);
            Level {
                names: columns
                    .step_name_ends(step)
                    .map(|name| self.owned(columns.step_name.at(name)))
                    .collect(),
                test: (test != NONE).then(|| rule(test)),
            }
        };
        Detection {
            name: self.owned(columns.detection_name.at(at)),
            when: rule(columns.detection_when.at(at)),
            levels: columns.detection_level_ends(at).map(level).collect(),
            inherit: columns
                .detection_inherit_ends(at)
                .map(|name| self.owned(columns.inherit_name.at(name)))
                .collect(),
            position: position(0, columns.detection_line.at(at), columns.detection_column.at(at)),
            table: String::new(),
        }
    }
}

fn position(offset: u64, line: u32, column: u32) -> Position {
    Position { offset, line, column }
}
