//! Finds references to records that do not exist.
//!
//! A reference that must be there dangles also when it is empty; one that may be left out does not.

use super::super::findings::Findings;
use super::super::records::{Bulletin, Datastore, Patch, Product, Record};
use super::super::tables::{Tables, is_none};
use super::super::update::severities;
use crate::diagnostic::Code;

pub(super) fn look_over(document: &Datastore, tables: &Tables<'_>, findings: &mut Findings) {
    for bulletin in &document.bulletins {
        of_bulletin(bulletin, tables, findings);
        bulletin.patches.iter().for_each(|patch| of_patch(patch, tables, findings));
    }
    document.products.iter().for_each(|product| of_product(product, tables, findings));
    for family in &document.families {
        let known = tables.products.contains_key(family.recent.as_str());
        optional(findings, family, "RecentProductVersionID", &family.recent, known);
    }
    of_changes(document, tables, findings);
}

/// Reports a reference that must be there and means nothing.
fn required<R: Record>(findings: &mut Findings, record: &R, attribute: &str, id: &str, is_known: bool) {
    if !is_known {
        findings.at(Code::DanglingReference, record, attribute, format_args!("`{id}`"));
    }
}

/// Reports a reference that is there and means nothing.
fn optional<R: Record>(findings: &mut Findings, record: &R, attribute: &str, id: &str, is_known: bool) {
    required(findings, record, attribute, id, id.is_empty() || is_known);
}

fn of_bulletin(bulletin: &Bulletin, tables: &Tables<'_>, findings: &mut Findings) {
    let locations = [("BulletinLocationID", &bulletin.location), ("FAQLocationID", &bulletin.faq_location)];
    for (attribute, id) in locations {
        optional(findings, bulletin, attribute, id, tables.locations.contains_key(id.as_str()));
    }
    for (attribute, id) in severities(bulletin) {
        optional(findings, bulletin, attribute, id, tables.severities.contains_key(id));
    }
    for comment in &bulletin.comments {
        let known = tables.comments.contains_key(comment.comment.as_str());
        required(findings, comment, "CommentID", &comment.comment, known);
    }
}

fn of_patch(patch: &Patch, tables: &Tables<'_>, findings: &mut Findings) {
    let known = tables.locations.contains_key(patch.location.as_str());
    optional(findings, patch, "PatchLocationID", &patch.location, known);
    let known = is_none(&patch.superseded) || tables.superseded(&patch.superseded).is_some();
    required(findings, patch, "SBID", &patch.superseded, known);
    for comment in &patch.comments {
        let known = tables.comments.contains_key(comment.comment.as_str());
        required(findings, comment, "CommentID", &comment.comment, known);
    }
    for row in &patch.products {
        let known = tables.products.contains_key(row.product.as_str());
        required(findings, row, "ProductID", &row.product, known);
        let known = is_none(&row.fixed) || tables.level(&row.fixed).is_some();
        required(findings, row, "FixedInSP", &row.fixed, known);
        for level in &row.levels {
            let known = tables.level(&level.service_pack).is_some();
            required(findings, level, "ServicePackID", &level.service_pack, known);
        }
    }
    for file in &patch.files {
        let known = tables.files.contains_key(file.change.as_str());
        required(findings, file, "FileChangeID", &file.change, known);
    }
    for value in &patch.registry {
        let known = tables.registry.contains_key(value.change.as_str());
        required(findings, value, "RegChangeID", &value.change, known);
    }
}

fn of_product(product: &Product, tables: &Tables<'_>, findings: &mut Findings) {
    let levels =
        [("MinimumSupportedServicePackID", &product.minimum), ("CurrentServicePackID", &product.current)];
    for (attribute, id) in levels {
        optional(findings, product, attribute, id, tables.level(id).is_some());
    }
    for family in &product.families {
        let known = tables.families.contains_key(family.family.as_str());
        required(findings, family, "ProductFamilyID", &family.family, known);
    }
    for available in &product.available {
        let known = tables.level(&available.service_pack).is_some();
        required(findings, available, "ServicePackID", &available.service_pack, known);
    }
}

fn of_changes(document: &Datastore, tables: &Tables<'_>, findings: &mut Findings) {
    for file in &document.files {
        let known = tables.locations.contains_key(file.location.as_str());
        required(findings, file, "LocationID", &file.location, known);
    }
    for change in document.registry_values.iter().flat_map(|value| &value.changes) {
        let known = tables.locations.contains_key(change.location.as_str());
        required(findings, change, "LocationID", &change.location, known);
        if !change.parent.is_empty() && !tables.registry_values.contains_key(change.parent.as_str()) {
            findings.at(
                Code::DanglingParentReference,
                change,
                "RegKeyID",
                format_args!("`{}`", change.parent),
            );
        }
    }
}
