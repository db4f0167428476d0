//! Lists the products that a document speaks of, with the service packs that it uses with each.
//!
//! Products are the same by name, whatever their ids; one that no patch is for is left out. Source of
//! truth: `docs/mssecure.md`, rules P2, P4 and P5.

use ahash::{HashMap, HashSet};

use super::records::{Datastore, Product as Record};
use super::tables::Tables;
use crate::model::product::folded;
use crate::model::update::Product;

/// Lists the products in the order of the document.
pub(super) fn products(document: &Datastore, tables: &Tables<'_>) -> Vec<Product> {
    let patches = document.bulletins.iter().flat_map(|bulletin| &bulletin.patches);
    let rows: Vec<_> = patches.flat_map(|patch| &patch.products).collect();
    let used: HashSet<&str> = rows.iter().map(|row| row.product.as_str()).collect();
    let mut listed = Listed::default();
    for record in document.products.iter().filter(|record| used.contains(record.id.as_str())) {
        if tables.products.get(record.id.as_str()).is_some_and(|first| std::ptr::eq(*first, record)) {
            listed.add(record, tables);
        }
    }
    for row in rows {
        let Some(record) = tables.products.get(row.product.as_str()) else { continue };
        let affected = row.levels.iter().filter_map(|level| tables.level(&level.service_pack));
        for level in affected.chain(tables.fixed_level(&row.fixed)) {
            listed.add_level(record, level);
        }
    }
    listed.products
}

#[derive(Default)]
struct Listed<'d> {
    products: Vec<Product>,
    places: HashMap<String, usize>,
    /// The places of records, by id.
    records: HashMap<&'d str, Option<usize>>,
    known: HashSet<(usize, &'d str)>,
}

impl<'d> Listed<'d> {
    fn add(&mut self, record: &'d Record, tables: &Tables<'d>) {
        let place = *self.places.entry(folded(&record.name)).or_insert(self.products.len());
        if place == self.products.len() {
            let current = tables.level(&record.current).map(str::to_owned);
            let product = Product { name: record.name.as_str().to_owned(), current, ..Product::default() };
            self.products.push(product);
        }
        for level in record.available.iter().filter_map(|level| tables.level(&level.service_pack)) {
            self.products[place].available.push(level.to_owned());
            self.add_level(record, level);
        }
    }

    fn add_level(&mut self, record: &'d Record, level: &'d str) {
        let place = || self.places.get(&folded(&record.name)).copied();
        let Some(place) = *self.records.entry(record.id.as_str()).or_insert_with(place) else { return };
        if self.known.insert((place, level)) {
            self.products[place].levels.push(level.to_owned());
        }
    }
}
