//! Turns a patch and its bulletin into an update.
//!
//! One patch is one update: products and service packs stand in its rule, because the evidence of a
//! patch does not depend on them. What no rule can use is kept as text. Source of truth:
//! `docs/mssecure.md`, "Mapping to the model".

use std::borrow::Cow;

use super::identity::{Named, Patches};
use super::records::{Bulletin, Patch, Record, Rest, RestKind};
use super::rules::{self, Read};
use super::supersedence::Supersedence;
use super::tables::{Tables, is_none};
use super::{article, date};
use crate::model::flag::Flags;
use crate::model::install::{Behavior, File, Install};
use crate::model::supersedence::{Replacement, Source};
use crate::model::update::{ProductRow, Reboot, Reference, Update, Urgency};

/// The type of every update of this format.
const KIND: &str = "Security";

/// Makes the updates of a document, in its order.
pub(super) fn updates<'d>(
    patches: &Patches<'d>,
    supersedence: &Supersedence<'d>,
    tables: &Tables<'d>,
) -> Vec<Update> {
    let named = patches.list.iter().enumerate();
    named
        .map(|(place, named)| update(named, replacements(place, patches, supersedence), supersedence, tables))
        .collect()
}

fn replacements(place: usize, patches: &Patches<'_>, supersedence: &Supersedence<'_>) -> Vec<Replacement> {
    let targets = supersedence.of(place).iter();
    let replacement = |target: &super::supersedence::Target| Replacement {
        by: patches.list[target.place].id.clone(),
        source: Source::Declared,
        position: target.position,
    };
    targets.map(replacement).collect()
}

fn update(
    named: &Named<'_>,
    replacements: Vec<Replacement>,
    supersedence: &Supersedence<'_>,
    tables: &Tables<'_>,
) -> Update {
    let Named { bulletin, patch, id } = named;
    let hotfix = rules::hotfix(patch, bulletin);
    let read = how_read(patch);
    Update {
        id: id.clone(),
        bulletin: bulletin.id.as_str().to_owned(),
        title: bulletin.title.as_str().to_owned(),
        summary: bulletin.summary.as_str().to_owned(),
        description: bulletin.issue.as_str().to_owned(),
        kind: KIND.to_owned(),
        urgency: urgency(&patch.severity),
        articles: articles(patch, bulletin),
        references: references(patch),
        posted: date::readable(&bulletin.posted),
        revised: date::readable(&bulletin.revised),
        reboot: reboot(patch),
        payload: tables.address(&patch.location).unwrap_or_default().to_owned(),
        information: tables.address(&bulletin.location).unwrap_or_default().to_owned(),
        products: product_rows(patch, tables),
        flags: flags(patch, bulletin, read),
        replacements,
        rule: rules::rule(patch, hotfix, read, tables),
        installs: installs(patch, tables),
        extra: extra(patch, bulletin, supersedence, tables),
        position: patch.position,
        ..Update::default()
    }
}

fn reboot(patch: &Patch) -> Reboot {
    if patch.no_reboot.as_str() == "1" { Reboot::Never } else { Reboot::Possible }
}

/// The package of a patch: its name is that of a file.
fn installs(patch: &Patch, tables: &Tables<'_>) -> Vec<Install> {
    if is_placeholder(patch) {
        return Vec::new();
    }
    let address = tables.address(&patch.location).unwrap_or_default().to_owned();
    let file = File { name: patch.name.as_str().to_owned(), address, ..File::default() };
    let behavior = Behavior { reboot: reboot(patch), ..Behavior::default() };
    vec![Install { behavior, files: vec![file], ..Install::default() }]
}

/// How urgent a severity of the later documents is.
pub(super) fn urgency(severity: &str) -> Option<Urgency> {
    match severity {
        "1" => Some(Urgency::Critical),
        "2" => Some(Urgency::Important),
        "3" => Some(Urgency::Moderate),
        "4" => Some(Urgency::Low),
        _ => None,
    }
}

/// Whether the name is that of a bulletin's patch that does not exist.
pub(super) fn is_placeholder(patch: &Patch) -> bool {
    patch.name.eq_ignore_ascii_case("placeholder")
}

/// Whether the bulletin does not say that it is supported.
pub(super) fn is_unsupported(bulletin: &Bulletin) -> bool {
    bulletin.supported.as_str() != "Yes"
}

fn how_read(patch: &Patch) -> Read {
    let mut read = Read::Whole;
    patch.visit_rest(&mut |_, rest| {
        if rest.kind == RestKind::Element {
            read = Read::InPart;
        }
    });
    read
}

fn flags(patch: &Patch, bulletin: &Bulletin, read: Read) -> Flags {
    let mut flags = Flags::NONE;
    if is_placeholder(patch) {
        flags |= Flags::PLACEHOLDER;
    }
    if read == Read::InPart {
        flags |= Flags::PARTIAL_RULE;
    }
    if is_unsupported(bulletin) {
        flags |= Flags::UNSUPPORTED_BULLETIN;
    }
    flags
}

/// The patch's own number first, then those of its bulletin, each once.
fn articles(patch: &Patch, bulletin: &Bulletin) -> Vec<u32> {
    let own = article::number(&patch.number);
    let mut listed: Vec<u32> = Vec::with_capacity(bulletin.numbers.len() + 1);
    let all = bulletin.numbers.iter().filter_map(|number| article::number(&number.number));
    listed.extend(own.into_iter().chain(all.filter(|number| Some(*number) != own)));
    if bulletin.numbers.len() > 1 {
        let mut seen = ahash::HashSet::default();
        listed.retain(|number| seen.insert(*number));
    }
    listed
}

fn references(patch: &Patch) -> Vec<Reference> {
    let cves = patch.cve.split([',', ';', ' ', '\t', '\r', '\n']).filter(|id| !id.is_empty());
    let cves = cves.map(|id| Reference { kind: "cve".to_owned(), id: cve(id), ..Reference::default() });
    let bugtraq = Some(&patch.bugtraq).filter(|id| !id.is_empty());
    let bugtraq = bugtraq.map(|id| Reference {
        kind: "bugtraq".to_owned(),
        id: id.as_str().to_owned(),
        ..Reference::default()
    });
    cves.chain(bugtraq).collect()
}

/// The name that a candidate of the time has today.
fn cve(id: &str) -> String {
    match id.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case("CAN-") => format!("CVE-{}", &id[4..]),
        _ => id.to_owned(),
    }
}

fn product_rows(patch: &Patch, tables: &Tables<'_>) -> Vec<ProductRow> {
    let mut rows = Vec::with_capacity(patch.products.len());
    rows.extend(patch.products.iter().filter_map(|row| {
        let product = tables.products.get(row.product.as_str())?.name.as_str().to_owned();
        Some(ProductRow { product, levels: rules::levels(row, tables) })
    }));
    rows
}

/// What no rule can use, under the names that the document gives it.
fn extra(
    patch: &Patch,
    bulletin: &Bulletin,
    supersedence: &Supersedence<'_>,
    tables: &Tables<'_>,
) -> Vec<(String, String)> {
    let mut extra = Extra { texts: Vec::new(), tables };
    extra.of_bulletin(bulletin);
    extra.of_patch(patch);
    extra.of_evidence(patch);
    extra.of_supersedence(patch, supersedence);
    let mut rest = |path: &'static str, rest: &Rest| extra.texts.push(named_rest(path, rest));
    bulletin.rest.iter().for_each(|part| rest(Bulletin::SHAPE.path, part));
    bulletin.comments.iter().for_each(|comment| comment.visit_rest(&mut rest));
    bulletin.numbers.iter().for_each(|number| number.visit_rest(&mut rest));
    patch.visit_rest(&mut rest);
    extra.texts
}

/// A part that the format does not name, under a name that says where it stood.
pub(super) fn named_rest(path: &str, rest: &Rest) -> (String, String) {
    let name = match (rest.kind, path) {
        (RestKind::Attribute, _) => format!("{path}@{}", rest.name),
        (RestKind::Text, _) => path.to_owned(),
        (RestKind::Element, "") => rest.name.clone(),
        (RestKind::Element, _) => format!("{path}/{}", rest.name),
    };
    (name, rest.text.clone())
}

struct Extra<'t, 'd> {
    texts: Vec<(String, String)>,
    tables: &'t Tables<'d>,
}

impl Extra<'_, '_> {
    fn push(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.texts.push((name.to_owned(), text.to_owned()));
        }
    }

    /// Keeps what a reference means, or the reference where it means nothing.
    fn reference(&mut self, name: &str, id: &str, meaning: Option<&str>) {
        self.push(name, meaning.unwrap_or(id));
    }

    fn of_bulletin(&mut self, bulletin: &Bulletin) {
        let tables = self.tables;
        if tables.address(&bulletin.location).is_none() {
            self.reference("BulletinLocationID", &bulletin.location, tables.path(&bulletin.location));
        }
        self.reference("FAQLocationID", &bulletin.faq_location, tables.path(&bulletin.faq_location));
        self.push("FAQPageName", &bulletin.faq_page);
        self.push("Supported", if is_unsupported(bulletin) { &bulletin.supported } else { "" });
        for (name, id) in severities(bulletin) {
            let known = tables.severities.get(id).map(|severity| severity.description.as_str());
            self.reference(name, id, known);
        }
        for comment in &bulletin.comments {
            self.comment("BulletinComment", &comment.comment);
        }
        for number in &bulletin.numbers {
            self.number("QNumber", &number.number);
        }
    }

    fn of_patch(&mut self, patch: &Patch) {
        let tables = self.tables;
        if tables.address(&patch.location).is_none() {
            self.reference("PatchLocationID", &patch.location, tables.path(&patch.location));
        }
        self.number("SQNumber", &patch.number);
        self.push(
            "NoReboot",
            if matches!(patch.no_reboot.as_str(), "0" | "1") { "" } else { &patch.no_reboot },
        );
        self.push("MSSeverityID", if urgency(&patch.severity).is_some() { "" } else { &patch.severity });
        self.push("CVEID", &patch.cve);
        self.push("ShavlikPatchComment", &patch.note);
        for comment in &patch.comments {
            self.comment("PatchComment", &comment.comment);
        }
    }

    /// The dates and sizes of the files that are evidence.
    fn of_evidence(&mut self, patch: &Patch) {
        for reference in &patch.files {
            let Some((file, change)) = self.tables.files.get(reference.change.as_str()) else { continue };
            let text = [change.date.as_str(), &change.size].join(" ");
            if text != " " {
                let known = self.tables.file_path(file).map(Cow::Borrowed);
                let path = known.unwrap_or_else(|| Cow::Owned(rules::file_path("", &file.name)));
                self.texts.push(("FileChange".to_owned(), [&path, " ", text.trim()].concat()));
            }
        }
    }

    fn of_supersedence(&mut self, patch: &Patch, supersedence: &Supersedence<'_>) {
        if is_none(&patch.superseded) {
            return;
        }
        let record = self.tables.superseded(&patch.superseded);
        self.reference("SBID", &patch.superseded, record.map(|record| record.description.as_str()));
        for name in supersedence.unresolved(&patch.superseded) {
            self.push("SupercededPatch", name);
        }
    }

    fn comment(&mut self, name: &str, id: &str) {
        let text = self.tables.comments.get(id).map(|comment| comment.text_value.as_str());
        self.reference(name, id, text);
    }

    /// Keeps a number that says more than its digits.
    fn number(&mut self, name: &str, text: &str) {
        let all = article::number(text).is_some_and(|number| article::is_written(number, text));
        self.push(name, if all { "" } else { text });
    }
}

/// The four severities of a bulletin, with the names of their attributes.
pub(super) fn severities(bulletin: &Bulletin) -> [(&'static str, &str); 4] {
    [
        ("ImpactSeverityID", &bulletin.impact),
        ("PreReqSeverityID", &bulletin.prerequisite),
        ("MitigationSeverityID", &bulletin.mitigation),
        ("PopularitySeverityID", &bulletin.popularity),
    ]
}
