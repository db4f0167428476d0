//! Makes updates of definitions: what people read of them.
//!
//! Source of truth: `docs/oval.md`, "Updates".

use super::date;
use crate::diagnostic::Code;
use crate::model::oval::Definition;
use crate::model::oval::element::Element;
use crate::model::oval::findings::{Findings, shown};
use crate::model::oval::words::Class;
use crate::model::update::{ProductRow, Reference, Update, UpdateId, Urgency};

/// The update that a definition is.
pub(super) fn of(definition: &Definition, metadata: Option<&Element>, findings: &mut Findings) -> Update {
    let mut update = Update {
        id: UpdateId::new([definition.id.as_str()]),
        title: definition.title.clone(),
        kind: definition.class.map_or("", Class::name).to_owned(),
        position: definition.position,
        extra: vec![("version".to_owned(), definition.version.clone())],
        ..Update::default()
    };
    let Some(metadata) = metadata else { return update };
    if let Some(description) = metadata.child("description") {
        update.description = description.trimmed().to_owned();
    }
    for affected in metadata.all("affected") {
        affect(affected, &mut update);
    }
    for reference in metadata.all("reference") {
        refer(reference, &mut update);
    }
    if let Some(advisory) = metadata.child("advisory") {
        advise(advisory, &mut update, findings);
    }
    update
}

/// Takes the platforms and products that are affected.
fn affect(affected: &Element, update: &mut Update) {
    for child in &affected.children {
        if matches!(child.name.as_str(), "platform" | "product") {
            let product = child.trimmed().to_owned();
            if !product.is_empty() && update.products.iter().all(|known| known.product != product) {
                update.products.push(ProductRow { product, levels: Vec::new() });
            }
        }
    }
}

/// Takes a reference; the first one that is no vulnerability is the bulletin.
fn refer(reference: &Element, update: &mut Update) {
    let (source, id) = (reference.or_empty("source").trim(), reference.or_empty("ref_id").trim());
    let address = reference.or_empty("ref_url").trim().to_owned();
    let (is_vulnerability, says_so) = (id.starts_with("CVE-"), source.eq_ignore_ascii_case("cve"));
    // Some vendors write a text of their own where the number of a vulnerability belongs.
    let kind = match (is_vulnerability, says_so) {
        (true, _) => "cve",
        (false, true) => "reference",
        (false, false) => source,
    };
    let kind = kind.to_owned();
    if !is_vulnerability && !says_so && update.bulletin.is_empty() {
        update.bulletin = id.to_owned();
        update.information.clone_from(&address);
    }
    update.references.push(Reference { kind, id: id.to_owned(), address, ..Reference::default() });
}

/// Takes what a vendor's advisory says: how urgent, when, and what it fixes.
fn advise(advisory: &Element, update: &mut Update, findings: &mut Findings) {
    let word = |name: &str| advisory.child(name).map(Element::trimmed).unwrap_or_default();
    let severity = word("severity");
    update.urgency = urgency(severity);
    if update.urgency.is_none() && !severity.is_empty() {
        update.extra.push(("severity".to_owned(), severity.to_owned()));
    }
    if let Some(from) = advisory.attribute("from") {
        update.extra.push(("from".to_owned(), from.to_owned()));
    }
    if !word("rights").is_empty() {
        update.extra.push(("rights".to_owned(), word("rights").to_owned()));
    }
    let mut day = |name: &str| {
        let written = advisory.child(name)?.attribute("date")?.trim();
        let day = date::day(written);
        if day.is_none() && !written.is_empty() {
            let message = format!("`{name}`: `{}` is no day", shown(written));
            findings.push(Code::OvalBadDate, advisory.position, "advisory", message);
        }
        day
    };
    update.posted = day("issued").unwrap_or_default();
    update.revised = day("updated").unwrap_or_default();
    for child in &advisory.children {
        let address = child.or_empty("href").to_owned();
        let text = child.trimmed().to_owned();
        match child.name.as_str() {
            "cve" => vulnerability(text, address, update),
            "bugzilla" => {
                let id = child.or_empty("id").to_owned();
                let reference = Reference {
                    kind: "bugzilla".to_owned(),
                    id,
                    title: text,
                    address,
                    ..Reference::default()
                };
                update.references.push(reference);
            }
            "affected_cpe_list" => {
                let names = child.all("cpe").map(|cpe| ("cpe".to_owned(), cpe.trimmed().to_owned()));
                update.extra.extend(names);
            }
            _ => {}
        }
    }
}

/// Takes a vulnerability that the references may have named already.
fn vulnerability(id: String, address: String, update: &mut Update) {
    if update.references.iter().all(|known| known.kind != "cve" || known.id != id) {
        update.references.push(Reference { kind: "cve".to_owned(), id, address, ..Reference::default() });
    }
}

/// How urgent a vendor's word says that an update is.
fn urgency(word: &str) -> Option<Urgency> {
    Urgency::find(word).or_else(|| {
        let known = [("medium", Urgency::Moderate), ("high", Urgency::Important)];
        known.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, urgency)| urgency)
    })
}
