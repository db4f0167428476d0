//! Makes one set of all catalogs: identities, products, supersedence.

use std::collections::{BTreeMap, HashMap};

use super::rules::row_key;
use crate::diagnostic::{Code, Diagnostic, Position};
use crate::error::{Error, Result};
use crate::model::catalogs::{Catalogs, Edge, Entry, SourceEntry};
use crate::model::fact::PackageKind;
use crate::model::product::{Detection, folded};
use crate::model::supersedence;
use crate::model::update::{Catalog, Product, Rule, Source, Update};

/// Makes one set of all catalogs, with the detections of products that they speak of.
///
/// # Errors
///
/// Two catalogs give the same identity.
pub fn merge(catalogs: Vec<Catalog>, mut detections: Vec<Detection>) -> Result<Catalogs> {
    let mut merged = Catalogs::default();
    let paths: Vec<String> = catalogs.iter().map(|catalog| catalog.source.path.clone()).collect();
    for (number, mut catalog) in (0u32..).zip(catalogs) {
        catalog.source.path = document(&catalog.source);
        catalog.source.repository = String::new();
        for product in catalog.products {
            add_product(&mut merged.products, product);
        }
        detections.append(&mut catalog.detections);
        merged.module_defaults.append(&mut catalog.module_defaults);
        for update in catalog.updates {
            let identity = format!("{}:{}", catalog.source.feed, update.id);
            merged.updates.push(Entry { identity, source: number, replaced_by: Vec::new(), update });
        }
        let source =
            SourceEntry { source: catalog.source, diagnostics: catalog.diagnostics, edges: 0, dangling: 0 };
        merged.sources.push(source);
    }
    merged.module_defaults.sort_unstable();
    merged.module_defaults.dedup();
    merged.updates.sort_by(|a, b| a.identity.cmp(&b.identity));
    check_identities(&merged, &paths)?;
    add_detections(&mut merged, detections);
    resolve(&mut merged);
    imply_by_versions(&mut merged);
    report_cycles(&mut merged);
    Ok(merged)
}

/// Adds a product, or unites it with one of the same name.
fn add_product(products: &mut BTreeMap<String, Product>, product: Product) {
    let Some(known) = products.get_mut(&folded(&product.name)) else {
        products.insert(folded(&product.name), product);
        return;
    };
    let unite = |known: &mut Vec<String>, more: Vec<String>| {
        for level in more {
            if !known.iter().any(|known| folded(known) == folded(&level)) {
                known.push(level);
            }
        }
    };
    unite(&mut known.available, product.available);
    unite(&mut known.levels, product.levels);
    known.current = known.current.take().or(product.current);
}

/// A document as an index calls it: the rest of its path says where a machine keeps it, and an index
/// must not depend on that.
fn document(source: &Source) -> String {
    let name = std::path::Path::new(&source.path).file_name();
    let name = name.map_or(source.path.as_str().into(), |name| name.to_string_lossy());
    match source.repository.as_str() {
        "" => name.into_owned(),
        repository => format!("{repository}/{name}"),
    }
}

fn check_identities(merged: &Catalogs, paths: &[String]) -> Result<()> {
    let twice = merged.updates.windows(2).find(|pair| pair[0].identity == pair[1].identity);
    let Some([first, second]) = twice else { return Ok(()) };
    let path = |entry: &Entry| paths.get(entry.source as usize).cloned().unwrap_or_default();
    let message = format!("update `{}` is given twice, also by {}", first.identity, path(first));
    Err(Error::new(Code::BadValue, message)
        .in_file(path(second))
        .with_hint("give each catalog a feed of its own: `--feed ID=PATH`"))
}

/// Takes the detections where some catalog speaks of products at all.
fn add_detections(merged: &mut Catalogs, mut detections: Vec<Detection>) {
    if merged.products.is_empty() {
        return;
    }
    for detection in &mut detections {
        let file = std::mem::take(&mut detection.table);
        if merged.products.contains_key(&folded(&detection.name)) {
            continue;
        }
        if let Some(source) = merged.sources.first_mut() {
            source.diagnostics.add(Diagnostic {
                code: Code::ProductNameUnknown,
                file,
                position: detection.position,
                element: "product".to_owned(),
                message: format!("`{}` in the product table", detection.name),
            });
        }
    }
    merged.detections = detections;
}

/// Resolves declared edges within each feed.
fn resolve(merged: &mut Catalogs) {
    let mut places: HashMap<(String, String), Vec<u32>> = HashMap::new();
    for (number, entry) in (0u32..).zip(&merged.updates) {
        let feed = &merged.sources[entry.source as usize].source.feed;
        let id = &entry.update.id;
        places.entry((feed.clone(), id.as_str().to_owned())).or_default().push(number);
        if id.unrevised() != id.as_str() {
            places.entry((feed.clone(), id.unrevised().to_owned())).or_default().push(number);
        }
    }
    for number in 0..merged.updates.len() {
        let replacements = std::mem::take(&mut merged.updates[number].update.replacements);
        let source = merged.updates[number].source as usize;
        let feed = merged.sources[source].source.feed.clone();
        let mut edges = Vec::new();
        for replacement in replacements {
            merged.sources[source].edges += 1;
            let targets = places.get(&(feed.clone(), replacement.by.as_str().to_owned()));
            let Some(targets) = targets else {
                merged.sources[source].dangling += 1;
                report(
                    merged,
                    source,
                    Code::SupersedenceTargetUnresolved,
                    replacement.position,
                    replacement.by.as_str(),
                );
                continue;
            };
            for by in targets {
                if *by as usize == number {
                    let id = merged.updates[number].identity.clone();
                    report(merged, source, Code::SupersedenceSelf, replacement.position, &id);
                } else {
                    edges.push(Edge { by: *by, source: replacement.source, position: replacement.position });
                }
            }
        }
        edges.sort_unstable();
        edges.dedup_by_key(|edge| (edge.by, edge.source));
        merged.updates[number].replaced_by = edges;
    }
}

fn report(merged: &mut Catalogs, source: usize, code: Code, position: Position, id: &str) {
    merged.sources[source].diagnostics.push(code, position, "", format!("`{id}`"));
}

/// The most newer updates that are looked at as replacements of one by version.
const NEWER: usize = 256;

/// Adds the edges that package versions imply: B replaces A when B has, for every row of A, a row of the
/// same name and arch that is not lower.
///
/// They count under `--supersedence evr` only. Edges that follow from others are left out where they are
/// cheap to see, because following edges finds them again.
fn imply_by_versions(merged: &mut Catalogs) {
    type Place<'u> = (PackageKind, &'u str, &'u str);
    type Listed = Vec<(Vec<u8>, u32)>;
    let mut rows: Vec<BTreeMap<Place<'_>, Vec<u8>>> = Vec::with_capacity(merged.updates.len());
    let mut places: BTreeMap<(u32, Place<'_>), Listed> = BTreeMap::new();
    for (number, entry) in (0u32..).zip(&merged.updates) {
        let mut of_update = BTreeMap::new();
        for row in package_rows(&entry.update) {
            let place = (row.kind, row.name.as_str(), row.arch.as_str());
            let Some(key) = row_key(row) else { continue };
            places.entry((entry.source, place)).or_default().push((key.clone(), number));
            let best: &mut Vec<u8> = of_update.entry(place).or_default();
            if *best < key {
                *best = key;
            }
        }
        rows.push(of_update);
    }
    places.values_mut().for_each(|list| {
        list.sort_unstable();
        list.dedup();
    });
    let mut implied: Vec<Vec<u32>> = vec![Vec::new(); rows.len()];
    for (number, entry) in merged.updates.iter().enumerate() {
        let whole = package_rows(&entry.update).iter().all(|row| row_key(row).is_some());
        // The place with the fewest candidates decides how many are looked at.
        let lists = rows[number].iter().filter_map(|(place, key)| {
            let list = places.get(&(entry.source, *place))?;
            Some(&list[list.partition_point(|(other, _)| other < key)..])
        });
        let Some(shortest) = lists.min_by_key(|list| list.len()).filter(|_| whole) else { continue };
        for (_, by) in shortest.iter().take(NEWER) {
            let by_rows = &rows[*by as usize];
            let covers =
                |(place, key): (&Place<'_>, &Vec<u8>)| by_rows.get(place).is_some_and(|other| other >= key);
            let known = || implied[number].iter().any(|nearer| implied[*nearer as usize].contains(by));
            if *by as usize != number && rows[number].iter().all(covers) && !known() {
                implied[number].push(*by);
            }
        }
    }
    for (entry, by) in merged.updates.iter_mut().zip(implied) {
        let edge = |by| Edge { by, source: supersedence::Source::Versions, position: Position::default() };
        entry.replaced_by.extend(by.into_iter().map(edge));
        entry.replaced_by.sort_unstable();
        entry.replaced_by.dedup();
    }
}

fn package_rows(update: &Update) -> &[crate::model::update::PackageRow] {
    match &update.rule {
        Rule::Packages { rows, .. } => rows,
        Rule::None | Rule::Tests { .. } => &[],
    }
}

/// Reports every update that replaces itself through others by declared edges.
fn report_cycles(merged: &mut Catalogs) {
    for number in cyclic(merged) {
        let entry = &merged.updates[number];
        let (source, position, id) = (entry.source as usize, entry.update.position, entry.identity.clone());
        report(merged, source, Code::SupersedenceCycle, position, &id);
    }
}

/// The updates on cycles of declared edges: those of strongly connected components of several updates.
fn cyclic(merged: &Catalogs) -> Vec<usize> {
    let declared = |at: usize| {
        let edges = merged.updates[at].replaced_by.iter();
        edges.filter(|edge| edge.source == supersedence::Source::Declared).map(|edge| edge.by as usize)
    };
    let component = supersedence::components(merged.updates.len(), &declared);
    let mut members = vec![0u32; component.len()];
    component.iter().for_each(|component| members[*component as usize] += 1);
    (0..component.len()).filter(|at| members[component[*at] as usize] > 1).collect()
}
