//! Cells both ways: fast over an index, obvious over the model that it gives back.

use patchstate::eval::plan::Plan;
use patchstate::eval::reference::Evaluator;
use patchstate::model::inventory::Inventory;
use patchstate::model::options::Options;
use patchstate::model::oval::Definition;
use patchstate::model::update::{Catalog, Rule, Update, UpdateId};

use super::random::Pair;
use super::{catalog_of, characteristics};
use crate::compiled::{cells, index};
use crate::run::{Document, compare_documents};

/// The same catalog with an update for each of its definitions, so that every one has a cell.
pub fn with_cells(mut catalog: Catalog) -> Catalog {
    let update = |(number, definition): (u32, &Definition)| Update {
        id: UpdateId::new([definition.id.as_str()]),
        rule: Rule::Definition(number),
        ..Update::default()
    };
    if let Some(content) = &catalog.oval {
        catalog.updates = (0u32..).zip(&content.definitions).map(update).collect();
    }
    catalog
}

/// Compares the cells of inventories by a catalog of definitions; gives how many there are.
///
/// # Errors
///
/// The index makes no sense, or a cell differs; the words say which.
pub fn compare(catalog: Catalog, inventories: &[&Inventory], options: &Options) -> Result<usize, String> {
    let index = index(vec![with_cells(catalog)], Vec::new());
    index.verify().map_err(|error| error.to_string())?;
    let restored = index.view().and_then(|view| view.restore());
    let catalogs = restored.map_err(|error| error.to_string())?;
    let mut compared = 0;
    for inventory in inventories {
        let expect = Evaluator::new(&catalogs, options, inventory).evaluate();
        for (update, cell) in cells(&index, options, inventory) {
            if cell != expect[update] {
                let id = &catalogs.updates[update].identity;
                return Err(format!("{id}: fast {cell:?}, reference {:?}", expect[update]));
            }
            compared += 1;
        }
    }
    Ok(compared)
}

/// Compares the cells of a pair, with options that its variables are given by and without.
///
/// # Errors
///
/// As [`compare`].
///
/// # Panics
///
/// The documents of the pair cannot be read.
pub fn compare_pair(pair: &Pair) -> Result<usize, String> {
    let text = pair.parts.characteristics();
    let inventory = characteristics(&text).expect("what was drawn is read");
    let mut given = Options { include_deprecated: true, ..Options::default() };
    for (id, _, values) in &pair.variables {
        given.variables.set(id, values.clone());
    }
    let mut compared = 0;
    for options in [Options::default(), given] {
        let catalog = catalog_of(&pair.parts.definitions_file());
        compared += compare(catalog, &[&inventory, &inventory], &options)?;
    }
    Ok(compared)
}

/// Reads system characteristics over a catalog in turn, with and without what others said before.
///
/// # Errors
///
/// A document says something else after others; the words say which.
///
/// # Panics
///
/// The catalog makes no index.
pub fn compare_following(catalog: Catalog, documents: &[String]) -> Result<(), String> {
    let index = index(vec![with_cells(catalog)], Vec::new());
    let options = Options { include_deprecated: true, ..Options::default() };
    let plan = Plan::new(index.view().expect("the index opens"), &options, None);
    let documents: Vec<Document> = documents.iter().map(|text| ("oval-sc", text.clone())).collect();
    compare_documents(&plan, &documents, 4)
}

/// The same characteristics with other numbers of items: `new` makes the text of each.
pub fn renumbered(text: &str, new: &dyn Fn(u64) -> String) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = ["_item id=\"", "item_ref=\""]
        .iter()
        .filter_map(|before| rest.find(before).map(|at| at + before.len()))
        .min()
    {
        out.push_str(&rest[..at]);
        let digits = rest[at..].bytes().take_while(u8::is_ascii_digit).count();
        match rest[at..at + digits].parse() {
            Ok(number) => out.push_str(&new(number)),
            Err(_) => out.push_str(&rest[at..at + digits]),
        }
        rest = &rest[at + digits..];
    }
    out + rest
}

/// The same characteristics several times, as collectors may number items: some of these numbers are none, some are
/// far apart, some are those of several items.
pub fn in_other_numbers(text: &str) -> Vec<String> {
    let ways: [&dyn Fn(u64) -> String; 6] = [
        &|number| number.to_string(),
        &|number| number.wrapping_mul(7).wrapping_add(1000).to_string(),
        &|number| format!("0{number}"),
        &|number| format!("x{number}"),
        &|number| (number << 40).to_string(),
        &|number| (number / 2).to_string(),
    ];
    ways.iter().map(|new| renumbered(text, *new)).collect()
}
