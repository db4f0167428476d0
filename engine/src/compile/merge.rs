//! Makes one set of all catalogs: identities, products, supersedence.

use std::collections::BTreeMap;

use ahash::HashMap;

use super::definitions;
use super::relations;
use super::rules::row_key;
use crate::diagnostic::{Code, Diagnostic, Position};
use crate::error::{Error, Result};
use crate::model::catalogs::{Catalogs, Edge, Entry, SourceEntry};
use crate::model::fact::PackageKind;
use crate::model::product::{Detection, folded};
use crate::model::supersedence::{self, Replacement};
use crate::model::update::{Catalog, Product, Rule, Source, Update, UpdateRef};

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
        let (mut of_reader, mut patches) = (Vec::new(), Vec::new());
        if !catalog.source.reading.is_empty() {
            of_reader.extend(catalog.diagnostics.counts());
            patches.clone_from(&catalog.patches);
            patches.sort_unstable();
            patches.dedup();
        }
        merged.patches.append(&mut catalog.patches);
        for update in catalog.updates {
            let identity = format!("{}:{}", catalog.source.feed, update.id);
            merged.updates.push(Entry { identity, source: number, update, ..Entry::default() });
        }
        merged.sources.push(SourceEntry {
            source: catalog.source,
            diagnostics: catalog.diagnostics,
            of_reader,
            patches,
            oval: catalog.oval,
            ..SourceEntry::default()
        });
    }
    merged.module_defaults.sort_unstable();
    merged.module_defaults.dedup();
    merged.patches.sort_unstable();
    merged.patches.dedup();
    merged.updates.sort_by(|a, b| a.identity.cmp(&b.identity));
    definitions::keep_highest(&mut merged);
    check_identities(&merged, &paths)?;
    add_detections(&mut merged, detections);
    resolve(&mut merged);
    relations::resolve(&mut merged);
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
    let Catalogs { sources, updates, .. } = merged;
    let declared: Vec<Vec<Replacement>> =
        updates.iter_mut().map(|entry| std::mem::take(&mut entry.update.replacements)).collect();
    let replaces: Vec<_> =
        updates.iter_mut().map(|entry| std::mem::take(&mut entry.update.replaces)).collect();
    let mut findings = Vec::new();
    let resolved = edges(sources, updates, declared.iter().zip(&replaces), &mut findings);
    for (entry, code, position, id) in findings {
        let source = &mut sources[entry.source as usize];
        let dangling = matches!(code, Code::SupersedenceTargetUnresolved | Code::DanglingSupersedes);
        source.dangling += u64::from(dangling);
        source.diagnostics.add(finding(entry, code, position, id));
    }
    let declared = declared.into_iter().zip(replaces);
    for ((entry, edges), (by, of)) in updates.iter_mut().zip(resolved).zip(declared) {
        let source = &mut sources[entry.source as usize];
        source.edges += by.len() as u64 + of.len() as u64;
        entry.replaced_by = edges;
        if !source.source.reading.is_empty() {
            (entry.update.replacements, entry.update.replaces) = (by, of);
        }
    }
}

/// What is found wrong with an update: the code, the place, and what it is about.
type Finding<'m> = (&'m Entry, Code, Position, &'m str);

/// The edges from each update to those that replace it, by what each says of those that replace it and of
/// those that it replaces.
fn edges<'m>(
    sources: &[SourceEntry],
    updates: &'m [Entry],
    declared: impl Iterator<Item = (&'m Vec<Replacement>, &'m Vec<UpdateRef>)>,
    findings: &mut Vec<Finding<'m>>,
) -> Vec<Vec<Edge>> {
    let places = Places::of(sources, updates);
    let mut resolved: Vec<Vec<Edge>> = vec![Vec::new(); updates.len()];
    for ((number, entry), (newer, older)) in (0u32..).zip(updates).zip(declared) {
        let feed = sources[entry.source as usize].source.feed.as_str();
        let newer = newer
            .iter()
            .map(|newer| (&newer.by, newer.source, newer.position, Code::SupersedenceTargetUnresolved));
        let own = (supersedence::Source::Declared, entry.update.position, Code::DanglingSupersedes);
        let older = older.iter().map(|id| (id, own.0, own.1, own.2));
        for (id, source, position, dangling) in newer.chain(older) {
            let mut targets = places.find(feed, id.as_str()).peekable();
            if targets.peek().is_none() {
                findings.push((entry, dangling, position, id.as_str()));
            }
            for other in targets {
                let is_newer = dangling == Code::SupersedenceTargetUnresolved;
                let (old, by) = if is_newer { (number, other) } else { (other, number) };
                if old == by {
                    findings.push((entry, Code::SupersedenceSelf, position, &entry.identity));
                } else {
                    resolved[old as usize].push(Edge { by, source, position });
                }
            }
        }
    }
    for edges in &mut resolved {
        edges.sort_unstable();
        edges.dedup_by_key(|edge| (edge.by, edge.source));
    }
    resolved
}

/// A finding about an update, in its file.
pub(super) fn finding(entry: &Entry, code: Code, position: Position, about: &str) -> Diagnostic {
    Diagnostic {
        code,
        file: entry.update.document().to_owned(),
        position,
        element: String::new(),
        message: format!("`{about}`"),
    }
}

/// The updates by feed and id.
struct Places<'m> {
    whole: HashMap<(&'m str, &'m str), u32>,
    /// Those whose id has a revision, by the id without it.
    unrevised: HashMap<(&'m str, &'m str), Vec<u32>>,
}

impl<'m> Places<'m> {
    fn of(sources: &'m [SourceEntry], updates: &'m [Entry]) -> Self {
        let mut places = Places { whole: HashMap::default(), unrevised: HashMap::default() };
        places.whole.reserve(updates.len());
        for (number, entry) in (0u32..).zip(updates) {
            let feed = sources[entry.source as usize].source.feed.as_str();
            let id = &entry.update.id;
            places.whole.insert((feed, id.as_str()), number);
            if id.unrevised() != id.as_str() {
                places.unrevised.entry((feed, id.unrevised())).or_default().push(number);
            }
        }
        places
    }

    /// The updates that an id means: the one that has it, or without a revision, those of all.
    fn find<'a>(&'a self, feed: &'a str, id: &'a str) -> impl Iterator<Item = u32> + 'a {
        let whole = self.whole.get(&(feed, id)).copied();
        whole.into_iter().chain(self.unrevised.get(&(feed, id)).into_iter().flatten().copied())
    }
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
        Rule::None | Rule::Tests { .. } | Rule::Items(_) | Rule::Definition(_) => &[],
    }
}

/// Reports every update that replaces itself through others by declared edges.
fn report_cycles(merged: &mut Catalogs) {
    for number in cyclic(merged) {
        let entry = &merged.updates[number];
        let (source, position, id) = (entry.source as usize, entry.update.position, entry.identity.clone());
        let message = format_args!("`{id}`");
        merged.sources[source].diagnostics.push(Code::SupersedenceCycle, position, "", message);
    }
}

/// The updates on cycles of declared edges: those of strongly connected components of several updates.
fn cyclic(merged: &Catalogs) -> Vec<usize> {
    let declared = |at: usize| {
        let edges = merged.updates[at].replaced_by.iter();
        edges.filter(|edge| edge.source != supersedence::Source::Versions).map(|edge| edge.by as usize)
    };
    let component = supersedence::components(merged.updates.len(), &declared);
    let several = supersedence::have_several(&component);
    (0..component.len()).filter(|at| several[component[*at] as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::update::{Source, UpdateId};

    fn update(id: &str, replaced_by: &[&str]) -> Update {
        let replacement = |by: &&str| Replacement {
            by: UpdateId::from_text(*by),
            source: supersedence::Source::Declared,
            position: Position::default(),
        };
        let replacements = replaced_by.iter().map(replacement).collect();
        Update { id: UpdateId::from_text(id), replacements, ..Update::default() }
    }

    #[test]
    fn references_mean_an_id_or_all_its_revisions_within_their_feed() {
        let catalog = |feed: &str, updates| Catalog {
            source: Source { feed: feed.to_owned(), ..Source::default() },
            updates,
            ..Catalog::default()
        };
        let first = vec![update("x#1", &[]), update("x#2", &["x#1"]), update("y", &["x", "x#2", "z", "y"])];
        let catalogs = vec![catalog("a", first), catalog("b", vec![update("z", &["x"])])];
        let merged = merge(catalogs, Vec::new()).expect("identities differ");
        let by = |entry: &Entry| entry.replaced_by.iter().map(|edge| edge.by).collect::<Vec<_>>();
        assert_eq!(merged.updates.iter().map(by).collect::<Vec<_>>(), [vec![], vec![0], vec![0, 1], vec![]]);
        let found = |source: &SourceEntry| {
            let of = |code| source.diagnostics.of(code);
            let codes = [Code::SupersedenceTargetUnresolved, Code::SupersedenceSelf].map(of);
            (source.edges, source.dangling, codes)
        };
        assert_eq!(merged.sources.iter().map(found).collect::<Vec<_>>(), [(5, 1, [1, 1]), (1, 1, [1, 0])]);
    }
}
