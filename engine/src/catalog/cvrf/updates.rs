//! Turns what all documents say into updates: one for each article or build, with what replaces it.
//!
//! An article that is only named as replaced is a link without a cell. Source of truth: `docs/cvrf.md`,
//! "Updates and rows".

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::closure::Closure;
use super::evidence;
use super::feed::Feed;
use super::kb::Kb;
use super::products::{Products, Target};
use super::releases::Releases;
use super::row::{Edge, Fix, Key, Origin, Row, Severity};
use super::rule::{self, Rows};
use super::{Scope, Tables};
use crate::diagnostic::Position;
use crate::error::Result;
use crate::model::applicability::bulletin::WindowsProduct;
use crate::model::supersedence::{Replacement, Source};
use crate::model::update::{ProductRow, Reboot, Reference, Rule, Update, UpdateId, Urgency};

/// The updates of a feed, and how many are left out because no table names a product of theirs.
pub(super) fn updates(feed: &mut Feed, tables: &Tables) -> Result<(Vec<Update>, u64)> {
    let products = tables.products();
    let known: Arc<[WindowsProduct]> = products.all_systems().into();
    let mut closure = Closure::new(&feed.edges);
    let mut replaced = by_old(feed);
    let fixes = std::mem::take(&mut feed.fixes);
    let (mut updates, mut left_out) = (Vec::with_capacity(fixes.len()), 0);
    let mut with_rows = BTreeSet::new();
    for (key, fix) in &fixes {
        let entry = (key, fix);
        let rows = evidence::of(entry, &products, tables.releases.as_deref(), &mut feed.diagnostics);
        let mapped = rows.values().any(|row| !matches!(row.target, Target::Unmapped(_)));
        if rows.is_empty() || tables.scope == Scope::Mapped && !mapped {
            left_out += u64::from(!rows.is_empty());
            continue;
        }
        let mut update = update(key, fix);
        update.rule = match key {
            Key::Kb(kb) => rule::of_article(*kb, &rows, &closure.of(*kb)?, &known),
            Key::Build { .. } => rule::of_build(&rows, &known),
        };
        update.presence = rule::presence(&rows);
        note_table(&rows, tables.releases.as_deref(), &mut update);
        if let Key::Kb(kb) = key {
            update.replacements = replaced.remove(kb).unwrap_or_default();
            with_rows.insert(*kb);
        }
        updates.push(update);
    }
    let named = feed.edges.keys().flat_map(|edge| [edge.old, edge.new]);
    let links: BTreeSet<Kb> = named.filter(|kb| !with_rows.contains(kb)).collect();
    updates.extend(links.into_iter().map(|kb| link(kb, replaced.remove(&kb).unwrap_or_default())));
    feed.fixes = fixes;
    Ok((updates, left_out))
}

/// Says where the reasons of an update rest on the table of releases.
fn note_table(rows: &Rows<'_, '_>, releases: Option<&Releases>, update: &mut Update) {
    let by_table = rows.values().any(|row| matches!(row.system, Some((_, evidence::Source::ReleaseTable))));
    if let Some(releases) = releases.filter(|_| by_table) {
        update.extra.push(("release-table".to_owned(), hex(&releases.sha256)));
    }
}

/// What replaces each article.
fn by_old(feed: &Feed) -> BTreeMap<Kb, Vec<Replacement>> {
    let mut found: BTreeMap<Kb, Vec<Replacement>> = BTreeMap::new();
    for (Edge { old, new }, origins) in &feed.edges {
        let source = match origins.first() {
            None | Some(Origin::Stated) => Source::Declared,
            Some(Origin::Twin) => Source::Twin,
            Some(Origin::ReleaseTable) => Source::ReleaseTable,
        };
        let replacement = Replacement { by: id(*new), source, position: Position::default() };
        found.entry(*old).or_default().push(replacement);
    }
    found
}

fn id(kb: Kb) -> UpdateId {
    UpdateId::new(["kb", &kb.to_string()])
}

/// An article that is only a link of chains.
fn link(kb: Kb, replacements: Vec<Replacement>) -> Update {
    Update {
        id: id(kb),
        bulletin: format!("KB{kb}"),
        title: format!("KB{kb}"),
        articles: vec![kb.number()],
        detectoid: true,
        rule: Rule::None,
        replacements,
        ..Update::default()
    }
}

/// An update without its rule and what replaces it.
fn update(key: &Key, fix: &Fix) -> Update {
    let first = fix.rows.values().next();
    let (id, bulletin, title, own) = match key {
        Key::Kb(kb) => (id(*kb), format!("KB{kb}"), format!("KB{kb}"), Some(*kb)),
        Key::Build { product, build } => {
            let name = first.map_or(product.as_str(), |row| row.product.as_str());
            (UpdateId::new(["build", product, build]), String::new(), format!("{name} {build}"), None)
        }
    };
    let all = |of: fn(&Row) -> &BTreeSet<String>| -> BTreeSet<&str> {
        fix.rows.values().flat_map(of).map(String::as_str).collect()
    };
    let kinds = all(|row| &row.kinds);
    let aliases: BTreeSet<Kb> = fix.rows.values().flat_map(|row| &row.aliases).copied().collect();
    Update {
        id,
        bulletin,
        title,
        kind: joined(&kinds),
        urgency: fix.severity.map(urgency),
        articles: own.into_iter().chain(aliases).map(Kb::number).collect(),
        references: references(fix),
        posted: fix.first.clone().unwrap_or_default(),
        revised: fix.last.clone().unwrap_or_default(),
        reboot: reboot(&all(|row| &row.restarts)),
        payload: all(|row| &row.links).first().map_or_else(String::new, |link| (*link).to_owned()),
        products: products(fix),
        extra: extra(fix, &all(|row| &row.components)),
        ..Update::default()
    }
}

fn products(fix: &Fix) -> Vec<ProductRow> {
    let names: BTreeMap<&str, &str> =
        fix.rows.iter().map(|((name, _), row)| (name.as_str(), row.product.as_str())).collect();
    names.into_values().map(|name| ProductRow { product: name.to_owned(), levels: Vec::new() }).collect()
}

/// What a fix refers to, each with the products that it is about; these are numbered as in [`products`].
fn references(fix: &Fix) -> Vec<Reference> {
    let mut on: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    let names: BTreeSet<&str> = fix.rows.keys().map(|(name, _)| name.as_str()).collect();
    for (product, name) in (0..).zip(names) {
        let rows = fix.rows.range((name.to_owned(), 0)..=(name.to_owned(), u32::MAX));
        let ids: BTreeSet<&str> = rows.flat_map(|(_, row)| &row.references).map(AsRef::as_ref).collect();
        ids.into_iter().for_each(|id| on.entry(id).or_default().push(product));
    }
    on.into_iter().map(|(id, products)| Reference { products, ..reference(id) }).collect()
}

fn reference(id: &str) -> Reference {
    let kind = if id.starts_with("CVE-") { "cve" } else { "advisory" };
    Reference { kind: kind.to_owned(), id: id.to_owned(), ..Reference::default() }
}

fn urgency(severity: Severity) -> Urgency {
    match severity {
        Severity::Low => Urgency::Low,
        Severity::Moderate => Urgency::Moderate,
        Severity::Important => Urgency::Important,
        Severity::Critical => Urgency::Critical,
    }
}

/// Whether all documents say one thing of a restart.
fn reboot(stated: &BTreeSet<&str>) -> Reboot {
    match stated.iter().copied().collect::<Vec<_>>().as_slice() {
        ["Yes"] => Reboot::Always,
        ["No"] => Reboot::Never,
        _ => Reboot::Possible,
    }
}

fn joined(texts: &BTreeSet<&str>) -> String {
    texts.iter().copied().collect::<Vec<_>>().join(", ")
}

/// What is kept for people: the date is that of a document, and rows have a digest.
fn extra(fix: &Fix, components: &BTreeSet<&str>) -> Vec<(String, String)> {
    let mut extra = vec![("rows".to_owned(), hex(&digest(fix)))];
    if fix.first.is_some() {
        extra.push(("date-approximate".to_owned(), "true".to_owned()));
    }
    let texts = |texts: &BTreeSet<String>| texts.iter().cloned().collect::<Vec<_>>().join(", ");
    let kept = [
        ("impact", texts(&fix.impacts)),
        ("exploits", texts(&fix.exploits)),
        ("component", joined(components)),
    ];
    let kept = kept.into_iter().filter(|(_, text)| !text.is_empty());
    extra.extend(kept.map(|(name, text)| (name.to_owned(), text)));
    extra
}

/// What tells two states of an update apart: its rows, whichever document says them.
fn digest(fix: &Fix) -> [u8; 32] {
    let mut rows: BTreeMap<&str, (BTreeSet<String>, BTreeSet<Kb>)> = BTreeMap::new();
    for ((name, _), row) in &fix.rows {
        let (builds, aliases) = rows.entry(name).or_default();
        builds.extend(row.builds.iter().map(ToString::to_string));
        aliases.extend(&row.aliases);
    }
    let mut digest = Sha256::new();
    for (name, (builds, aliases)) in rows {
        let builds: Vec<String> = builds.into_iter().collect();
        let aliases: Vec<String> = aliases.iter().map(Kb::to_string).collect();
        digest.update(format!("{name}\t{}\t{}\n", builds.join(" "), aliases.join(" ")));
    }
    digest.finalize().into()
}

/// The digits of a digest.
pub(super) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The table that names products.
impl Tables {
    fn products(&self) -> Arc<Products> {
        self.products.clone().unwrap_or_else(|| Arc::new(Products::built_in()))
    }
}
