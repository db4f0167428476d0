//! Estimates what a document will take in memory as updates, before any is made.
//!
//! A record is written once and may be named any number of times, and what names it holds a copy of
//! its text: a small document could ask for more memory than there is. The estimate counts updates and
//! bytes of text and is never far below them. What the records themselves take is counted while they are read,
//! in `element`.

use super::records::{Bulletin, Datastore, File, Patch, Product, Record, Rest};
use super::tables::Tables;
use super::update::severities;
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::update::Update;

/// What a name, a reference or an edge takes besides its text.
const EACH: usize = 64;

/// Refuses a document that would take more than `most` bytes of memory.
pub(super) fn check(document: &Datastore, tables: &Tables<'_>, most: usize) -> Result<()> {
    let files = document.files.iter().map(|file| file_weight(file, tables));
    let products = document.products.iter().map(|product| product_weight(product, tables));
    let mut weight = files.chain(products).fold(0, usize::saturating_add);
    if weight > most {
        return Err(too_large(most));
    }
    for bulletin in &document.bulletins {
        let own = bulletin_weight(bulletin, tables);
        for patch in &bulletin.patches {
            weight = weight.saturating_add(own).saturating_add(patch_weight(patch, tables));
        }
        if weight > most {
            return Err(too_large(most).at(bulletin.position));
        }
    }
    Ok(())
}

fn too_large(most: usize) -> Error {
    Error::new(Code::TooLarge, format!("its updates take more than {most} bytes of memory"))
}

/// What a file takes as a path.
fn file_weight(file: &File, tables: &Tables<'_>) -> usize {
    tables.path(&file.location).map_or(0, str::len) + file.name.len() + EACH
}

/// What a product holds of its service packs.
fn product_weight(product: &Product, tables: &Tables<'_>) -> usize {
    let named = [&product.minimum, &product.current].map(|id| level_weight(id, tables));
    let available = product.available.iter().map(|level| 2 * level_weight(&level.service_pack, tables));
    available.chain(named).sum()
}

/// What each patch of a bulletin holds of the bulletin.
fn bulletin_weight(bulletin: &Bulletin, tables: &Tables<'_>) -> usize {
    let comments = bulletin.comments.iter().map(|comment| comment_weight(&comment.comment, tables));
    let numbers = bulletin.numbers.iter().map(|number| number.number.len() + EACH);
    let paths = [&bulletin.location, &bulletin.faq_location].map(|id| tables.path(id).map_or(0, str::len));
    let severities = severities(bulletin)
        .map(|(_, id)| tables.severities.get(id).map_or(0, |severity| severity.description.len()));
    let mut rest = 0;
    let mut add = |path: &str, part: &Rest| rest += path.len() + part.name.len() + part.text.len() + EACH;
    bulletin.rest.iter().for_each(|part| add(Bulletin::SHAPE.path, part));
    bulletin.comments.iter().for_each(|comment| comment.visit_rest(&mut add));
    bulletin.numbers.iter().for_each(|number| number.visit_rest(&mut add));
    let parts = comments.chain(numbers).chain(paths).chain(severities).sum::<usize>();
    bulletin.text_bytes() + parts + rest + EACH
}

fn patch_weight(patch: &Patch, tables: &Tables<'_>) -> usize {
    let comments = patch.comments.iter().map(|comment| comment_weight(&comment.comment, tables));
    let rows = patch.products.iter().map(|row| {
        let name = tables.products.get(row.product.as_str()).map_or(0, |product| product.name.len());
        let levels = row.levels.iter().map(|level| level_weight(&level.service_pack, tables));
        // Once in the rule and once in what is printed.
        2 * (name + levels.sum::<usize>() + EACH) + level_weight(&row.fixed, tables)
    });
    let files = patch.files.iter().filter_map(|file| tables.files.get(file.change.as_str()));
    let files = files.map(|(file, change)| {
        let directory = tables.path(&file.location).map_or(0, str::len);
        // In the rule, in what is kept as text, and in what is looked at for checksums.
        3 * (directory + file.name.len() + EACH) + change.date.len() + change.size.len()
    });
    let registry = patch.registry.iter().filter_map(|value| tables.registry.get(value.change.as_str()));
    let registry = registry.map(|(value, change)| {
        tables.path(&change.location).map_or(0, str::len) + value.name.len() + change.data.len() + EACH
    });
    let replaced = tables.superseded(&patch.superseded);
    let named = replaced.iter().flat_map(|record| &record.bulletins).map(|bulletin| {
        let patches = bulletin.patches.iter();
        patches.map(|patch| bulletin.id.len() + patch.name.len() + EACH).sum::<usize>()
    });
    let named = named.sum::<usize>() + replaced.map_or(0, |record| record.description.len());
    let parts = comments.chain(rows).chain(files).chain(registry).sum::<usize>();
    let own = size_of::<Update>() + patch.text_bytes();
    own + tables.path(&patch.location).map_or(0, str::len) + parts + named + EACH
}

fn comment_weight(id: &str, tables: &Tables<'_>) -> usize {
    tables.comments.get(id).map_or(0, |comment| comment.text_value.len()) + EACH
}

fn level_weight(id: &str, tables: &Tables<'_>) -> usize {
    tables.level(id).map_or(0, str::len) + EACH
}
