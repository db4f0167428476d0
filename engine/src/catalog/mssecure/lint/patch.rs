//! Looks at bulletins and their patches: article numbers, addresses, and whether there is evidence.

use super::super::article;
use super::super::findings::Findings;
use super::super::records::{Bulletin, Datastore, Patch};
use super::super::rules::{is_registry_command, presence};
use super::super::tables::{Tables, is_address};
use super::super::update::{is_placeholder, is_unsupported, urgency};
use crate::diagnostic::Code;
use crate::model::expr::Presence;

pub(super) fn look_over(document: &Datastore, tables: &Tables<'_>, findings: &mut Findings) {
    for bulletin in &document.bulletins {
        of_bulletin(bulletin, findings);
        let mut listed: Vec<u32> =
            bulletin.numbers.iter().filter_map(|number| article::number(&number.number)).collect();
        listed.sort_unstable();
        for patch in &bulletin.patches {
            of_patch(patch, &listed, tables, findings);
            of_evidence(patch, tables, findings);
        }
    }
}

fn of_bulletin(bulletin: &Bulletin, findings: &mut Findings) {
    if is_unsupported(bulletin) {
        findings.at(Code::BulletinNotSupported, bulletin, "Supported", format_args!("`{}`", bulletin.id));
    }
    if !matches!(bulletin.supported.as_str(), "Yes" | "No" | "") {
        findings.unknown_value(bulletin, "Supported", &bulletin.supported);
    }
    for number in bulletin.numbers.iter().filter(|number| !article::is_regular(&number.number)) {
        findings.at(Code::IrregularQNumber, number, "QNumber", reading(&number.number));
    }
}

fn of_patch(patch: &Patch, listed: &[u32], tables: &Tables<'_>, findings: &mut Findings) {
    if !patch.number.is_empty() && !article::is_regular(&patch.number) {
        findings.at(Code::IrregularQNumber, patch, "SQNumber", reading(&patch.number));
    }
    if article::number(&patch.number).is_some_and(|number| listed.binary_search(&number).is_err()) {
        findings.at(Code::SqNumberNotInBulletin, patch, "SQNumber", format_args!("`{}`", patch.number));
    }
    if let Some(path) = tables.path(&patch.location).filter(|path| !is_address(path)) {
        findings.at(Code::PatchLocationNotUrl, patch, "PatchLocationID", format_args!("`{path}`"));
    }
    if is_placeholder(patch) {
        findings.at(Code::PlaceholderPatch, patch, "PatchName", format_args!("`{}`", patch.name));
    }
    if !matches!(patch.no_reboot.as_str(), "0" | "1" | "") {
        findings.unknown_value(patch, "NoReboot", &patch.no_reboot);
    }
    if !patch.severity.is_empty() && urgency(&patch.severity).is_none() {
        findings.unknown_value(patch, "MSSeverityID", &patch.severity);
    }
}

/// What an irregular article number is read as.
fn reading(text: &str) -> String {
    match article::number(text) {
        Some(number) => format!("`{text}` is read as {number}"),
        None => format!("`{text}` has no number"),
    }
}

/// Looks at what a patch can be seen by; a reference that dangles could have been anything.
fn of_evidence(patch: &Patch, tables: &Tables<'_>, findings: &mut Findings) {
    let name = format_args!("`{}`", patch.name);
    if patch.files.is_empty() && patch.registry.is_empty() {
        findings.of(Code::PatchWithoutEvidence, patch, name);
        return;
    }
    let mut readable = patch.registry.iter().map(|value| tables.registry.get(value.change.as_str()));
    if readable.any(|found| found.is_none_or(|(_, change)| is_registry_command(&change.command))) {
        return;
    }
    let (mut optional, mut others) = (false, false);
    for file in &patch.files {
        match tables.files.get(file.change.as_str()).map(|(_, change)| presence(&change.command)) {
            Some(None) => {}
            Some(Some(Presence::Optional)) => optional = true,
            Some(Some(Presence::Required | Presence::Removed)) | None => others = true,
        }
    }
    match (optional, others) {
        (false, false) => findings.of(Code::UnsupportedFilesOnly, patch, name),
        (true, false) => findings.of(Code::OptionalFilesOnly, patch, name),
        (_, true) => {}
    }
}
