//! Looks at products, and at the rows that say for which of their service packs a patch is.

use ahash::{HashMap, HashSet};

use super::super::findings::Findings;
use super::super::records::{AffectedProduct, Datastore, Product};
use super::super::tables::Tables;
use crate::diagnostic::Code;
use crate::model::service_pack::Name;

/// The ids of the service packs that there are for each product.
type Available<'d> = HashMap<&'d str, HashSet<&'d str>>;

pub(super) fn look_over(document: &Datastore, tables: &Tables<'_>, findings: &mut Findings) {
    let mut available = Available::default();
    for (id, product) in document.products.iter().map(|product| (product.id.as_str(), product)) {
        if tables.products.get(id).is_some_and(|first| std::ptr::eq(*first, product)) {
            let levels = product.available.iter().map(|level| level.service_pack.as_str());
            available.insert(id, levels.collect());
        }
    }
    for product in &document.products {
        of_product(product, tables, findings);
    }
    let mut used = HashSet::default();
    let patches = document.bulletins.iter().flat_map(|bulletin| &bulletin.patches);
    for row in patches.flat_map(|patch| &patch.products) {
        used.insert(row.product.as_str());
        if let Some(available) = available.get(row.product.as_str()) {
            of_row(row, available, tables, findings);
        }
    }
    for product in &document.products {
        let is_first = tables.products.get(product.id.as_str()).is_some_and(|p| std::ptr::eq(*p, product));
        if is_first && !used.contains(product.id.as_str()) {
            findings.of(Code::Unreferenced, product, format_args!("`{}`", product.name));
        }
    }
}

fn of_product(product: &Product, tables: &Tables<'_>, findings: &mut Findings) {
    let name = &product.name;
    if product.available.is_empty() {
        findings.of(Code::ProductWithoutSpList, product, format_args!("`{name}`"));
        return;
    }
    let available: HashSet<&str> =
        product.available.iter().map(|level| level.service_pack.as_str()).collect();
    let named =
        [("MinimumSupportedServicePackID", &product.minimum), ("CurrentServicePackID", &product.current)];
    for (attribute, id) in named {
        let Some(level) = tables.level(id).filter(|_| !available.contains(id.as_str())) else { continue };
        findings.at(Code::ProductSpNotAvailable, product, attribute, format_args!("`{level}` of `{name}`"));
    }
    let levels = product.available.iter().filter_map(|level| tables.level(&level.service_pack));
    let ranked: Vec<(&str, Option<Name>)> = levels.map(|level| (level, Name::parse(level))).collect();
    let disagrees = |pair: &&[(&str, Option<Name>)]| match pair {
        [(_, Some(first)), (_, Some(second))] => first.compare(second).is_some_and(|order| order.is_gt()),
        _ => false,
    };
    if let Some([(first, _), (second, _)]) = ranked.windows(2).find(disagrees) {
        let message = format_args!("`{name}` lists `{first}` before `{second}`");
        findings.of(Code::SpOrderDisagrees, product, message);
    }
}

fn of_row(row: &AffectedProduct, available: &HashSet<&str>, tables: &Tables<'_>, findings: &mut Findings) {
    let name = tables.products.get(row.product.as_str()).map_or("", |product| product.name.as_str());
    if row.levels.is_empty() {
        findings.of(Code::AffectedProductWithoutSp, row, format_args!("`{name}`"));
    }
    for affected in row.levels.iter().filter(|level| !available.contains(level.service_pack.as_str())) {
        let Some(level) = tables.level(&affected.service_pack) else { continue };
        let message = format_args!("`{level}` of `{name}`");
        findings.at(Code::AffectedSpNotAvailable, affected, "ServicePackID", message);
    }
    let Some(fixed) = tables.fixed_level(&row.fixed) else { return };
    if !available.contains(row.fixed.as_str()) {
        let message = format_args!("`{fixed}` of `{name}`");
        findings.at(Code::FixedInSpNotAvailable, row, "FixedInSP", message);
    }
    if row.levels.iter().any(|level| level.service_pack == row.fixed) {
        let message = format_args!("`{fixed}` of `{name}`");
        findings.at(Code::FixedInSpIsAffected, row, "FixedInSP", message);
    }
}
