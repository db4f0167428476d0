//! Brings the documents of a compile together: files, folders of months, archives of definitions.
//!
//! All of one feed become one catalog, because an article is one update whichever month names it. A
//! document that cannot be read is an error of its own, and nothing of it is used. Source of truth:
//! `docs/cvrf.md`, "Inputs".

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::document::Document;
use super::evidence::report_unmapped;
use super::feed::Feed;
use super::products::Products;
use super::{reading, updates, wesng};
use crate::catalog::{Settings, document};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::update::{Catalog, Source};

/// What an input is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Documents of Microsoft's.
    Months,
    /// Definitions of wesng.
    Definitions,
}

/// Whether a folder holds a document of a month.
pub(super) fn is_folder(path: &Path) -> bool {
    files(path).is_ok_and(|files| files.iter().any(|file| is_month(file).unwrap_or(false)))
}

/// Whether a file is a document of a month, by its root element.
fn is_month(path: &Path) -> Result<bool> {
    document::root(path).map(|root| reading::is_root(&root.name, &root.namespace))
}

/// The files of a folder, in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|error| Error::io(folder, "read", error))?;
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort_unstable();
    Ok(files)
}

/// Reads inputs of one feed as one catalog; what cannot be read is handed over before it.
pub(super) fn read(paths: &[&Path], form: Form, settings: &Settings, give: &mut dyn FnMut(Result<Catalog>)) {
    let mut documents = Vec::new();
    for path in paths {
        documents_of(path, form, &mut |read| match read {
            Ok(document) => documents.push(document),
            Err(error) => give(Err(error)),
        });
    }
    if documents.is_empty() {
        return;
    }
    let path = match paths {
        [only] => only.to_string_lossy().into_owned(),
        _ => String::new(),
    };
    give(catalog(documents, path, form, settings));
}

/// Reads the documents of one input.
fn documents_of(path: &Path, form: Form, give: &mut dyn FnMut(Result<(Document, String)>)) {
    let name = |path: &Path| path.to_string_lossy().into_owned();
    let months = match (form, path.is_dir()) {
        (Form::Definitions, _) => {
            return give(wesng::document::document(path).map(|document| (document, name(path))));
        }
        (Form::Months, false) => vec![path.to_owned()],
        (Form::Months, true) => match files(path) {
            Ok(files) => files,
            Err(error) => return give(Err(error)),
        },
    };
    let mut found = false;
    for month in &months {
        // Beside months stand lists of them and notes; what says that it is XML must be readable.
        let is_month = if path.is_dir() { is_month(month) } else { Ok(true) };
        match is_month {
            Ok(false) => continue,
            Err(error) if is_named_xml(month) => give(Err(error.in_file(name(month)))),
            Err(_) => continue,
            Ok(true) => give(reading::read(month).map(|document| (document, name(month)))),
        }
        found = true;
    }
    if !found {
        let error = Error::new(Code::UnknownCatalog, "is a folder without a document of a month");
        give(Err(error.in_file(name(path))));
    }
}

fn is_named_xml(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    name.contains(".xml")
}

/// Makes one catalog of documents.
fn catalog(
    mut documents: Vec<(Document, String)>,
    path: String,
    form: Form,
    settings: &Settings,
) -> Result<Catalog> {
    // The order in which they were named says nothing.
    documents.sort_by(|(a, _), (b, _)| (&a.header.id, a.sha256).cmp(&(&b.header.id, b.sha256)));
    documents.dedup_by_key(|(document, _)| document.sha256);
    let tables = &settings.bulletins;
    let format = match form {
        Form::Months => "cvrf",
        Form::Definitions => "wesng",
    };
    let mut source = Source {
        path: if path.is_empty() { format!("{} documents", documents.len()) } else { path },
        sha256: digest(&documents),
        revision: revision(&documents),
        ..settings.source(format)
    };
    let mut feed = Feed::default();
    for (mut document, name) in documents {
        document.diagnostics.name_file(&name);
        feed.add(document);
    }
    if let Some(releases) = &tables.releases {
        feed.add_releases(releases);
        source.revision.push_str("; release table ");
        source.revision.push_str(&updates::hex(&releases.sha256));
    }
    feed.report_dangling();
    let built_in = Products::built_in();
    report_unmapped(&mut feed, tables.products.as_deref().unwrap_or(&built_in));
    let (updates, left_out) = updates::updates(&mut feed, tables)?;
    source.statistics = statistics(&feed, left_out);
    let extra = remedies(&feed);
    Ok(Catalog { source, updates, extra, diagnostics: feed.diagnostics, ..Catalog::default() })
}

/// Of one document its own digest, of several that of theirs.
fn digest(documents: &[(Document, String)]) -> [u8; 32] {
    match documents {
        [(only, _)] => only.sha256,
        _ => {
            let mut digest = Sha256::new();
            documents.iter().for_each(|(document, _)| digest.update(document.sha256));
            digest.finalize().into()
        }
    }
}

/// The id of the newest document and its date, with the number of others.
fn revision(documents: &[(Document, String)]) -> String {
    let headers = documents.iter().map(|(document, _)| &document.header);
    let newest = headers.max_by(|a, b| a.current.cmp(&b.current));
    let text = newest.map(|header| format!("{} {}", header.id, header.current)).unwrap_or_default();
    match documents.len() {
        0 | 1 => text.trim().to_owned(),
        count => format!("{} and {} more", text.trim(), count - 1),
    }
}

/// What was counted: the three ends of a fix on a product add up to the pairs that were read.
fn statistics(feed: &Feed, left_out: u64) -> Vec<(String, u64)> {
    let tally = feed.tally;
    let counted = [
        ("documents", feed.documents.len() as u64),
        ("vendor-fix-pairs", tally.pairs()),
        ("vendor-fix-rows", tally.rows),
        ("vendor-fix-no-evidence", tally.without_evidence),
        ("vendor-fix-linux", tally.linux),
        ("supersedence-edges", feed.edges.len() as u64),
        ("left-out-unmapped", left_out),
    ];
    counted.into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
}

/// Advice, and fixes that nothing proves.
fn remedies(feed: &Feed) -> Vec<(String, String)> {
    let of = |advisory: &super::document::Advisory| {
        let id = advisory.id.clone();
        let text = |remedy: &super::document::Remedy| {
            (id.clone(), format!("{}: {} {}", remedy.kind, remedy.text, remedy.link))
        };
        advisory.remedies.iter().map(text).collect::<Vec<(String, String)>>()
    };
    feed.advisories.iter().flat_map(of).collect()
}
