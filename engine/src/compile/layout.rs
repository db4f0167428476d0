//! Lays catalogs out as the columns of an index.

use super::count;
use super::packages::Packages;
use super::requirements::Requirements;
use super::rules::{Rules, product_key};
use super::texts::Texts;
use super::{definitions, installs, named};
use crate::error::Result;
use crate::index::columns::Columns;
use crate::model::applicability::patch::Patch;
use crate::model::catalogs::{Catalogs, Entry, SourceEntry};
use crate::model::product::Detection;
use crate::model::update::Update;
use crate::model::verdict::Cell;

/// Lays catalogs out as the columns of an index.
///
/// # Errors
///
/// There is more than 32 bits can number.
pub fn lay_out(catalogs: &Catalogs) -> Result<Columns> {
    let mut columns = Columns::default();
    let mut texts = Texts::new();
    let rules = Rules::gather(catalogs, &mut texts, &mut columns)?;
    let mut layout = Layout {
        rules,
        packages: Packages::gather(catalogs),
        requirements: Requirements::default(),
        texts,
        columns,
    };
    let starts = definitions::starts(catalogs);
    for entry in &catalogs.updates {
        layout.update(entry)?;
        layout.columns.update_definition.push(definitions::number(entry, &starts));
    }
    for (number, detection) in catalogs.detections.iter().enumerate() {
        layout.detection(number, detection)?;
    }
    for (number, source) in catalogs.sources.iter().enumerate() {
        layout.source(number, source, &catalogs.patches)?;
        definitions::write(source.oval.as_ref(), &mut layout.texts, &mut layout.columns)?;
    }
    layout.products(catalogs)?;
    layout.finish(catalogs)
}

struct Layout<'c> {
    rules: Rules<'c>,
    packages: Packages,
    requirements: Requirements,
    texts: Texts,
    columns: Columns,
}

impl Layout<'_> {
    fn update(&mut self, entry: &Entry) -> Result<()> {
        self.update_texts(entry);
        self.update_lists(&entry.update)?;
        installs::write(&entry.update.installs, &mut self.texts, &mut self.columns)?;
        named::write(&entry.update, &mut self.texts, &mut self.columns)?;
        self.edges(entry)?;
        self.requirements.update(entry, &mut self.columns)?;
        self.packages.write_update(
            &entry.update.rule,
            entry.update.retracted,
            &self.rules,
            &mut self.texts,
            &mut self.columns,
        )
    }

    fn update_texts(&mut self, entry: &Entry) {
        let (update, texts, columns) = (&entry.update, &mut self.texts, &mut self.columns);
        columns.update_identity.push(texts.number(&entry.identity));
        columns.update_source.push(entry.source);
        columns.update_bulletin.push(texts.number(&update.bulletin));
        columns.update_title.push(texts.number(&update.title));
        columns.update_summary.push(texts.number(&update.summary));
        columns.update_description.push(texts.number(&update.description));
        columns.update_kind.push(texts.number(&update.kind));
        columns.update_posted.push(texts.number(&update.posted));
        columns.update_revised.push(texts.number(&update.revised));
        columns.update_edition.push(texts.number(&update.edition));
        columns.update_payload.push(texts.number(&update.payload));
        columns.update_information.push(texts.number(&update.information));
        columns.update_urgency.push(update.urgency.map_or(0, |urgency| urgency as u8));
        columns.update_reboot.push(update.reboot as u8);
        columns.update_flags.push(u32::from(update.flags.bits()));
        columns.update_retracted.push(u8::from(update.retracted));
        columns.update_detectoid.push(u8::from(update.detectoid));
        columns.update_offset.push(update.position.offset);
        columns.update_line.push(update.position.line);
        columns.update_column.push(update.position.column);
    }

    fn update_lists(&mut self, update: &Update) -> Result<()> {
        let (texts, columns) = (&mut self.texts, &mut self.columns);
        columns.article.extend(&update.articles);
        columns.update_article_ends.push(count(columns.article.len())?);
        for reference in &update.references {
            columns.reference_kind.push(texts.number(&reference.kind));
            columns.reference_id.push(texts.number(&reference.id));
            columns.reference_title.push(texts.number(&reference.title));
            columns.reference_address.push(texts.number(&reference.address));
            let known = |product: &&u32| (**product as usize) < update.products.len();
            // The rows of the update stand behind those of the updates before it.
            let first = count(columns.product_row_name.len())?;
            let products = reference.products.iter().filter(known).map(|product| first + product);
            columns.reference_product.extend(products);
            columns.reference_product_ends.push(count(columns.reference_product.len())?);
        }
        columns.update_reference_ends.push(count(columns.reference_kind.len())?);
        for row in &update.products {
            columns.product_row_name.push(texts.number(&row.product));
            for level in &row.levels {
                columns.product_row_level.push(texts.number(level));
            }
            columns.product_row_level_ends.push(count(columns.product_row_level.len())?);
        }
        columns.update_product_ends.push(count(columns.product_row_name.len())?);
        for (name, text) in &update.extra {
            columns.extra_name.push(texts.number(name));
            columns.extra_text.push(texts.number(text));
        }
        columns.update_extra_ends.push(count(columns.extra_name.len())?);
        Ok(())
    }

    fn edges(&mut self, entry: &Entry) -> Result<()> {
        let columns = &mut self.columns;
        for edge in &entry.replaced_by {
            columns.edge_by.push(edge.by);
            columns.edge_source.push(edge.source as u8);
            columns.edge_offset.push(edge.position.offset);
            columns.edge_line.push(edge.position.line);
            columns.edge_column.push(edge.position.column);
        }
        columns.update_edge_ends.push(count(columns.edge_by.len())?);
        Ok(())
    }

    fn detection(&mut self, number: usize, detection: &Detection) -> Result<()> {
        let (when, tests) = &self.rules.detections[number];
        self.columns.detection_name.push(self.texts.number(&detection.name));
        self.columns.detection_subject.push(self.rules.subject(&product_key(&detection.name)));
        self.columns.detection_when.push(*when);
        self.columns.detection_line.push(detection.position.line);
        self.columns.detection_column.push(detection.position.column);
        for (level, test) in detection.levels.iter().zip(tests) {
            self.columns.step_test.push(*test);
            for name in &level.names {
                self.columns.step_name.push(self.texts.number(name));
            }
            self.columns.step_name_ends.push(count(self.columns.step_name.len())?);
        }
        self.columns.detection_level_ends.push(count(self.columns.step_test.len())?);
        for product in &detection.inherit {
            self.columns.inherit_name.push(self.texts.number(product));
        }
        self.columns.detection_inherit_ends.push(count(self.columns.inherit_name.len())?);
        Ok(())
    }

    fn source(&mut self, number: usize, entry: &SourceEntry, patches: &[Patch]) -> Result<()> {
        let (source, texts, columns) = (&entry.source, &mut self.texts, &mut self.columns);
        columns.source_feed.push(texts.number(&source.feed));
        columns.source_format.push(texts.number(&source.format));
        columns.source_path.push(texts.number(&source.path));
        columns.source_revision.push(texts.number(&source.revision));
        columns.source_language.push(texts.number(&source.language));
        columns.source_profile.push(source.profile.map_or(255, |profile| profile as u8));
        columns.source_assumes_needed.push(u8::from(source.assumes_needed));
        columns.source_sha256.extend(source.sha256);
        columns.source_counts.extend(self.rules.counts[number]);
        columns.source_counts.extend([entry.edges, entry.dangling]);
        for (name, count) in &entry.source.statistics {
            columns.statistic_name.push(texts.number(name));
            columns.statistic_count.push(*count);
        }
        columns.source_statistic_ends.push(count(columns.statistic_name.len())?);
        for (code, times) in entry.diagnostics.counts() {
            columns.diagnostic_code.push(texts.number(code.name()));
            columns.diagnostic_count.push(times);
            let of_reader = entry.of_reader.iter().find(|(known, _)| *known == code);
            columns.diagnostic_of_reader.push(of_reader.map_or(0, |(_, times)| *times));
        }
        columns.source_diagnostic_ends.push(count(columns.diagnostic_code.len())?);
        columns.source_reading.push(texts.number(&source.reading));
        let places = entry.patches.iter().filter_map(|patch| patches.binary_search(patch).ok());
        for place in places {
            columns.source_patch.push(count(place)?);
        }
        columns.source_patch_ends.push(count(columns.source_patch.len())?);
        Ok(())
    }

    fn products(&mut self, catalogs: &Catalogs) -> Result<()> {
        let (texts, columns) = (&mut self.texts, &mut self.columns);
        for (key, product) in &catalogs.products {
            columns.product_key.push(texts.number(key));
            columns.product_name.push(texts.number(&product.name));
            columns.product_current.push(texts.number(product.current.as_deref().unwrap_or("")));
            columns.product_available.extend(product.available.iter().map(|level| texts.number(level)));
            columns.product_available_ends.push(count(columns.product_available.len())?);
            columns.product_level.extend(product.levels.iter().map(|level| texts.number(level)));
            columns.product_level_ends.push(count(columns.product_level.len())?);
        }
        for (module, stream) in &catalogs.module_defaults {
            columns.default_module.push(texts.number(module));
            columns.default_stream.push(texts.number(stream));
        }
        columns.patch_text.extend(catalogs.patches.iter().map(|patch| texts.number(&patch.to_text())));
        Ok(())
    }

    fn finish(mut self, catalogs: &Catalogs) -> Result<Columns> {
        let subjects = self.rules.len();
        self.rules.write(catalogs, &mut self.texts, &mut self.columns)?;
        self.packages.finish(subjects, &mut self.texts, &mut self.columns)?;
        self.texts.finish(&mut self.columns)?;
        Ok(self.columns)
    }
}

/// A cell in one number, as stored.
pub fn pack(cell: Cell) -> u32 {
    u32::from(cell.verdict.code()) | u32::from(cell.reason.number()) << 8 | u32::from(cell.flags.bits()) << 16
}
