//! Reads `mssecure.xml`, the patch catalog of Microsoft's scanners from 2001 on.
//!
//! A document is a set of tables whose records name each other by ids that mean something in this
//! document only. It is read as `records`, looked over by `lint`, and becomes one update per patch.
//! Knows nothing of how rules are evaluated. An element that no real document has shown is reported
//! and kept as text, never guessed. Source of truth: `docs/mssecure.md`.

mod article;
mod date;
mod element;
mod findings;
mod identity;
mod lint;
mod products;
mod records;
mod rules;
mod supersedence;
mod tables;
mod update;
mod value;
mod weight;

use std::path::Path;

use self::findings::Findings;
use self::identity::Patches;
use self::records::{Datastore, Record};
use self::supersedence::Supersedence;
use self::tables::Tables;
use super::{Format, Look, Settings, document};
use crate::container::Limits as Expansion;
use crate::error::Result;
use crate::model::update::{Catalog, Source};

/// The format: its name, how it is recognised and how it is read.
pub const FORMAT: Format = Format {
    name: "mssecure",
    title: "MSSecure.XML, the patch catalog of HFNetChk and MBSA 1",
    recognises: |look| matches!(look, Look::Document { root: element::ROOT, namespace: "" }),
    read: |path, settings, give| give(read(path, settings)),
};

/// How much of a document is taken into memory; the largest known one has some megabytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The greatest number of bytes that its records may take, as an estimate that is not far too low.
    pub records: usize,
    /// The same of its updates, each of which repeats what it refers to.
    pub updates: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { records: 4 << 30, updates: 2 << 30 }
    }
}

/// Reads a document, compressed or not.
///
/// ```
/// use patchstate::catalog::{Settings, mssecure};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("mssecure.xml");
/// std::fs::write(
///     &path,
///     r#"<BulletinDatastore DataVersion="1.0.1.1" LastDataUpdate="10/04/2001">
///          <Bulletins><Bulletin BulletinID="MS01-001"><Patches>
///            <Patch PatchName="a.exe" SQNumber="Q123456"/>
///          </Patches></Bulletin></Bulletins>
///        </BulletinDatastore>"#,
/// )?;
/// let catalog = mssecure::read(&path, &Settings::default())?;
/// assert_eq!(catalog.source.revision, "1.0.1.1 2001-10-04");
/// assert_eq!(catalog.updates[0].id.as_str(), "MS01-001/a.exe");
/// assert_eq!(catalog.updates[0].articles, [123_456]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The file cannot be read, is not well-formed, has another root element or exceeds a limit.
pub fn read(path: &Path, settings: &Settings) -> Result<Catalog> {
    read_within(path, settings, Limits::default())
}

/// Reads a document within given limits.
///
/// # Errors
///
/// As [`read`].
pub fn read_within(path: &Path, settings: &Settings, limits: Limits) -> Result<Catalog> {
    let mut document = document::open_within(path, Expansion::STANDARD)?;
    let name = document.name().to_owned();
    let mut findings = Findings::default();
    let datastore = element::read(&mut document, &mut findings, limits.records);
    let datastore = datastore.map_err(|error| error.in_file(&name))?;
    let source = Source { sha256: document.finish()?, path: name.clone(), ..settings.source(FORMAT.name) };
    catalog(datastore, source, findings, limits.updates).map_err(|error| error.in_file(name))
}

/// Makes the catalog of the records of a document.
fn catalog(mut document: Datastore, source: Source, mut findings: Findings, most: usize) -> Result<Catalog> {
    let mut extra = Vec::new();
    tables::merge_bulletins(&mut document, &mut findings, &mut extra);
    let tables = Tables::new(&document, &mut findings, &mut extra);
    weight::check(&document, &tables, most)?;
    let tables = tables.with_paths(&document);
    let patches = Patches::new(&document, &mut findings);
    let supersedence = Supersedence::new(&document, &tables, &patches, &mut findings, &mut extra);
    lint::look_over(&document, &tables, &patches, &mut findings);
    keep(&document, &mut extra);
    let revision = [document.data_version.as_str(), &date::readable(&document.updated)].join(" ");
    let mut diagnostics = findings.into_diagnostics();
    diagnostics.name_file(&source.path);
    Ok(Catalog {
        source: Source { revision: revision.trim().to_owned(), ..source },
        updates: update::updates(&patches, &supersedence, &tables),
        products: products::products(&document, &tables),
        extra,
        diagnostics,
        ..Catalog::default()
    })
}

/// Keeps the text that belongs to the document and to no update.
fn keep(document: &Datastore, extra: &mut Vec<(String, String)>) {
    fn texts<R: Record>(records: &[R], extra: &mut Vec<(String, String)>) {
        extra.extend(records.iter().map(|record| (R::SHAPE.path.to_owned(), record.text())));
    }
    fn rest<R: Record>(records: &[R], extra: &mut Vec<(String, String)>) {
        let mut keep = |path: &'static str, rest: &_| extra.push(update::named_rest(path, rest));
        records.iter().for_each(|record| record.visit_rest(&mut keep));
    }
    extra.push((Datastore::SHAPE.name.to_owned(), document.text()));
    texts(&document.products, extra);
    texts(&document.families, extra);
    texts(&document.service_packs, extra);
    extra.extend(document.rest.iter().map(|rest| update::named_rest("", rest)));
    rest(&document.products, extra);
    rest(&document.families, extra);
    rest(&document.service_packs, extra);
    rest(&document.registry_values, extra);
    rest(&document.files, extra);
    rest(&document.commands, extra);
    rest(&document.locations, extra);
    rest(&document.comments, extra);
    rest(&document.severities, extra);
    rest(&document.superseded, extra);
}
