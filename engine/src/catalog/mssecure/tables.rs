//! Finds the records of a document by their ids.
//!
//! An id that is given twice means the first record that has it; later ones are reported and kept as
//! text. A change belongs to the file or registry value that it stands in, whatever it says itself.
//! Source of truth: `docs/mssecure.md`, rule R10.

use ahash::HashMap;

use super::findings::Findings;
use super::records::{
    Bulletin, Comment, Datastore, Family, File, FileChange, Location, Product, Record, RegChange, RegKey,
    ServicePack, Severity, SupersededBy,
};
use super::rules;
use super::value::Value;
use crate::diagnostic::{Code, Position};

/// The records of a document, by id; a table holds the ids itself, so that a look-up stays in it.
#[derive(Debug)]
pub(super) struct Tables<'d> {
    pub(super) locations: HashMap<Value, &'d Location>,
    pub(super) comments: HashMap<Value, &'d Comment>,
    pub(super) severities: HashMap<Value, &'d Severity>,
    pub(super) families: HashMap<Value, &'d Family>,
    pub(super) products: HashMap<Value, &'d Product>,
    pub(super) service_packs: HashMap<Value, &'d ServicePack>,
    pub(super) registry_values: HashMap<Value, &'d RegKey>,
    pub(super) files: HashMap<Value, (&'d File, &'d FileChange)>,
    pub(super) registry: HashMap<Value, (&'d RegKey, &'d RegChange)>,
    pub(super) superseded: HashMap<Value, &'d SupersededBy>,
    /// The normal path of each file, by where its element begins.
    paths: HashMap<Position, String>,
}

impl<'d> Tables<'d> {
    /// Makes the tables of a document; `kept` takes the text of what no reference can mean.
    pub(super) fn new(
        document: &'d Datastore,
        findings: &mut Findings,
        kept: &mut Vec<(String, String)>,
    ) -> Self {
        let mut index = Index { findings, kept };
        index.of(&document.commands, "CommandID", |command| &command.id);
        index.of(&document.files, "FileID", |file| &file.id);
        let files = document.files.iter().flat_map(|file| file.changes.iter().map(move |c| (file, c)));
        let registry =
            document.registry_values.iter().flat_map(|value| value.changes.iter().map(move |c| (value, c)));
        Tables {
            locations: index.of(&document.locations, "LocationID", |location| &location.id),
            comments: index.of(&document.comments, "CommentID", |comment| &comment.id),
            severities: index.of(&document.severities, "SeverityID", |severity| &severity.id),
            families: index.of(&document.families, "ProductFamilyID", |family| &family.id),
            products: index.of(&document.products, "ProductID", |product| &product.id),
            service_packs: index.of(&document.service_packs, "ServicePackID", |pack| &pack.id),
            registry_values: index.of(&document.registry_values, "RegKeyID", |value| &value.id),
            files: index.by(files, "FileChangeID", |(_, change)| (*change, &change.id)),
            registry: index.by(registry, "RegChangeID", |(_, change)| (*change, &change.id)),
            superseded: index.of(&document.superseded, "SBID", |record| &record.id),
            paths: HashMap::default(),
        }
    }

    /// Writes the paths of all files, once it is known that they are not too much.
    pub(super) fn with_paths(mut self, document: &Datastore) -> Self {
        let paths = document.files.iter().filter_map(|file| {
            let directory = self.path(&file.location)?;
            Some((file.position, rules::file_path(directory, &file.name)))
        });
        self.paths = paths.collect();
        self
    }

    /// The normal path of a file, where its directory is known.
    pub(super) fn file_path(&self, file: &File) -> Option<&str> {
        self.paths.get(&file.position).map(String::as_str)
    }

    /// The name of the service pack that `id` means.
    pub(super) fn level(&self, id: &str) -> Option<&'d str> {
        self.service_packs.get(id).map(|pack| pack.name.as_str())
    }

    /// The service pack in which a patch is contained, where it is in one.
    pub(super) fn fixed_level(&self, fixed: &str) -> Option<&'d str> {
        if is_none(fixed) { None } else { self.level(fixed) }
    }

    /// The path that `id` means.
    pub(super) fn path(&self, id: &str) -> Option<&'d str> {
        self.locations.get(id).map(|location| location.path.as_str())
    }

    /// The path that `id` means, where it is an address.
    pub(super) fn address(&self, id: &str) -> Option<&'d str> {
        self.path(id).filter(|path| is_address(path))
    }

    /// The record of what replaces a patch that says `superseded`.
    pub(super) fn superseded(&self, superseded: &str) -> Option<&'d SupersededBy> {
        if is_none(superseded) { None } else { self.superseded.get(superseded).copied() }
    }
}

/// Whether an optional reference names nothing.
pub(super) fn is_none(id: &str) -> bool {
    matches!(id, "" | "0")
}

/// Whether a location is an address.
pub(super) fn is_address(path: &str) -> bool {
    let schemes = ["http://", "https://", "ftp://"];
    schemes.iter().any(|scheme| path.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme)))
}

/// Appends the patches of a bulletin that is given again to the first one of that id.
pub(super) fn merge_bulletins(
    document: &mut Datastore,
    findings: &mut Findings,
    kept: &mut Vec<(String, String)>,
) {
    let mut first: HashMap<String, usize> = HashMap::default();
    let mut merged: Vec<Bulletin> = Vec::with_capacity(document.bulletins.len());
    for bulletin in document.bulletins.drain(..) {
        let Some(at) = first.get(bulletin.id.as_str()) else {
            first.insert(bulletin.id.as_str().to_owned(), merged.len());
            merged.push(bulletin);
            continue;
        };
        let message = format_args!("`{}` again; its patches are appended", bulletin.id);
        findings.at(Code::DuplicateId, &bulletin, "BulletinID", message);
        kept.push((Bulletin::SHAPE.path.to_owned(), bulletin.text()));
        let known = &mut merged[*at];
        known.comments.extend(bulletin.comments);
        known.numbers.extend(bulletin.numbers);
        known.patches.extend(bulletin.patches);
        known.rest.extend(bulletin.rest);
    }
    document.bulletins = merged;
}

struct Index<'f> {
    findings: &'f mut Findings,
    kept: &'f mut Vec<(String, String)>,
}

impl Index<'_> {
    fn of<'d, R: Record>(
        &mut self,
        records: &'d [R],
        attribute: &str,
        id: fn(&R) -> &Value,
    ) -> HashMap<Value, &'d R> {
        self.by(records.iter(), attribute, |record| (*record, id(*record)))
    }

    fn by<'d, T, R: Record + 'd>(
        &mut self,
        records: impl Iterator<Item = T>,
        attribute: &str,
        of: impl Fn(&T) -> (&'d R, &'d Value),
    ) -> HashMap<Value, T> {
        let mut table = HashMap::default();
        for record in records {
            let (about, id) = of(&record);
            if !table.contains_key(id.as_str()) {
                table.insert(id.clone(), record);
                continue;
            }
            self.findings.at(Code::DuplicateId, about, attribute, format_args!("`{id}` again"));
            self.kept.push((R::SHAPE.path.to_owned(), about.text()));
        }
        table
    }
}
