//! Looks at files, registry values and the references of patches to them.

use ahash::{HashMap, HashSet};

use super::super::article;
use super::super::findings::Findings;
use super::super::identity::Patches;
use super::super::records::{Datastore, FileChange, FileChg, Patch, Record, RegChg};
use super::super::rules::{checksum, is_registry_command, presence, version};
use super::super::tables::Tables;
use super::super::value::Value;
use crate::diagnostic::Code;
use crate::model::expr::Presence;
use crate::model::registry::{self, View};
use crate::version::dotted::Version;

/// The types of registry values that documents have.
const TYPES: [Option<u64>; 2] = [Some(0), Some(0x10001)];

pub(super) fn look_over(
    document: &Datastore,
    tables: &Tables<'_>,
    patches: &Patches<'_>,
    findings: &mut Findings,
) {
    of_files(document, tables, findings);
    of_registry(document, findings);
    let mut references = References { tables, findings, sums: HashMap::default() };
    for named in &patches.list {
        named.patch.files.iter().for_each(|file| references.of_file(file));
        named.patch.registry.iter().for_each(|value| references.of_value(value, named.patch));
    }
    of_locations(document, findings);
    unreferenced(tables, patches, findings);
}

fn of_files(document: &Datastore, tables: &Tables<'_>, findings: &mut Findings) {
    let mut known = HashSet::default();
    for file in &document.files {
        if let Some(path) = tables.file_path(file)
            && !known.insert(path)
        {
            findings.of(Code::DuplicateFilePath, file, format_args!("`{path}`"));
        }
        file.changes.iter().for_each(|change| of_change(change, findings));
    }
}

/// Looks at values that are neither what they should be nor one of the words for nothing.
fn of_change(change: &FileChange, findings: &mut Findings) {
    if version(change).is_none() && !matches!(change.version.as_str(), "" | "na") {
        findings.unknown_value(change, "Version", &change.version);
    }
    if !change.checksum.is_empty() && change.checksum.parse::<u64>().is_err() {
        findings.unknown_value(change, "Checksum", &change.checksum);
    }
}

fn of_registry(document: &Datastore, findings: &mut Findings) {
    for value in &document.registry_values {
        if !TYPES.contains(&registry::number(&value.kind)) {
            findings.unknown_value(value, "Type", &value.kind);
        }
    }
}

/// What the references of patches to changes show.
struct References<'t, 'd> {
    tables: &'t Tables<'d>,
    findings: &'t mut Findings,
    /// The first checksum of each version of a file, and whether a second one was reported.
    sums: HashMap<(&'t str, Version), (u64, bool)>,
}

impl<'t> References<'t, '_> {
    fn of_file(&mut self, reference: &FileChg) {
        let Some((file, change)) = self.tables.files.get(reference.change.as_str()) else { return };
        let presence = presence(&change.command);
        if presence.is_none() {
            let message = format_args!("`{}`", change.command);
            self.findings.at(Code::UnsupportedCommand, reference, "FileChangeID", message);
        }
        let Some(expected) = version(change) else {
            let message = format_args!("`{}`", file.name);
            self.findings.at(Code::FileWithoutVersion, reference, "FileChangeID", message);
            return;
        };
        if !matches!(presence, Some(Presence::Required | Presence::Optional)) {
            return;
        }
        if let (Some(sum), Some(path)) = (checksum(change), self.tables.file_path(file)) {
            self.of_checksum(path, expected, sum, reference);
        }
    }

    /// Reports the second checksum of a version; the third says nothing new.
    fn of_checksum(&mut self, path: &'t str, expected: Version, sum: u64, reference: &FileChg) {
        let (first, is_reported) = self.sums.entry((path, expected)).or_insert((sum, false));
        if *first != sum && !std::mem::replace(is_reported, true) {
            let message = format_args!("`{path}` {expected}");
            self.findings.at(Code::ChecksumConflict, reference, "FileChangeID", message);
        }
    }

    fn of_value(&mut self, reference: &RegChg, patch: &Patch) {
        let Some((_, change)) = self.tables.registry.get(reference.change.as_str()) else { return };
        if !is_registry_command(&change.command) {
            let message = format_args!("`{}`", change.command);
            self.findings.at(Code::UnsupportedCommand, reference, "RegChangeID", message);
        }
        let Some(own) = article::number(&patch.number) else { return };
        let key = self.tables.path(&change.location).map(|path| registry::normal_key(path, View::Native));
        if let Some(named) = key.as_deref().and_then(article::of_key)
            && named != own
        {
            let message = format_args!("the key names {named}, the patch {own}");
            self.findings.at(Code::HotfixKeyDiffers, reference, "RegChangeID", message);
        }
    }
}

/// Looks at locations that are registry keys, by how they begin or by who uses them.
fn of_locations(document: &Datastore, findings: &mut Findings) {
    let changes = document.registry_values.iter().flat_map(|value| &value.changes);
    let keys: HashSet<&str> = changes.map(|change| change.location.as_str()).collect();
    for location in &document.locations {
        let like_key = location.path.get(..2).is_some_and(|head| head.eq_ignore_ascii_case("hk"));
        let is_key = like_key || keys.contains(location.id.as_str());
        if is_key && !begins_with_hive(&location.path) {
            let message = format_args!("`{}`", location.path);
            findings.at(Code::RegistryPathIrregular, location, "Path", message);
        }
    }
}

fn begins_with_hive(path: &str) -> bool {
    let key = registry::normal_key(path, View::Native);
    let hive = key.split('\\').next().unwrap_or_default();
    matches!(hive, "hklm" | "hkcu" | "hku" | "hkcc")
}

/// Reports the changes that no patch refers to; of an id that is given twice, the first.
fn unreferenced(tables: &Tables<'_>, patches: &Patches<'_>, findings: &mut Findings) {
    let (mut files, mut values) = (tables.files.clone(), tables.registry.clone());
    for named in &patches.list {
        for file in &named.patch.files {
            files.remove(file.change.as_str());
        }
        for value in &named.patch.registry {
            values.remove(value.change.as_str());
        }
    }
    report(files.into_values().map(|(_, change)| (change, &change.id)), findings);
    report(values.into_values().map(|(_, change)| (change, &change.id)), findings);
}

/// Reports records that nothing refers to, in the order of the document.
fn report<'d, R: Record + 'd>(records: impl Iterator<Item = (&'d R, &'d Value)>, findings: &mut Findings) {
    let mut records: Vec<_> = records.collect();
    records.sort_unstable_by_key(|(record, _)| record.position());
    for (record, id) in records {
        findings.of(Code::Unreferenced, record, format_args!("`{id}`"));
    }
}
