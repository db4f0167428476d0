//! Reads tables that say how products are detected from other facts of a client.
//!
//! A catalog such as `mssecure.xml` names products and says nothing of how to see them; a table does.
//! One is built in; another file may replace it, and any number may add to it. A table is written by
//! the one who runs the program, so that every mistake in it is an error with its place. Knows nothing
//! of how tests are evaluated. Source of truth: `docs/mssecure.md`, "Detection table".

mod order;
mod test;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::document;
use super::node::{self, Node};
use crate::container::Limits;
use crate::diagnostic::{Code, Diagnostics};
use crate::error::{Error, Result};
use crate::model::product::{Detection, Level, folded};

/// The root element of a table.
pub const ROOT: &str = "productDetection";

/// The only version of tables there is.
const VERSION: &str = "1";

/// What errors call the table that is built in.
const BUILT_IN: &str = "products.xml (built in)";

/// The greatest table that is read.
const LIMITS: Limits = Limits::of_document(16 << 20);

/// The table that is built in, in the order in which its entries can be evaluated.
///
/// ```
/// let table = patchstate::catalog::detection::built_in();
/// assert!(table.iter().any(|entry| entry.name == "Windows 2000 Professional"));
/// ```
pub fn built_in() -> Vec<Detection> {
    let read = entries(include_bytes!("../products.xml"), BUILT_IN).and_then(order::by_dependency);
    // INVARIANT: the table is part of the program, and the example above reads it.
    read.expect("the built-in table is well-formed").into_iter().map(|entry| entry.detection).collect()
}

/// Reads a table from a file.
///
/// # Errors
///
/// The file cannot be read, is not well-formed, or is not such a table; the error has its place.
pub fn read(path: &Path) -> Result<Vec<Detection>> {
    let entries = order::by_dependency(from_file(path)?)?;
    Ok(entries.into_iter().map(|entry| entry.detection).collect())
}

/// The table to be used: the built-in one or the one that replaces it, and what is added.
///
/// An added entry takes the place of one of the same name, which is noted. Entries stand after those
/// that they refer to.
///
/// ```
/// use patchstate::catalog::detection::{built_in, table};
/// use patchstate::diagnostic::{Code, Diagnostics};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("products.xml");
/// std::fs::write(
///     &path,
///     r#"<productDetection version="1">
///          <product name="Outlook 2000"><when><hotfix id="Q300001"/></when></product>
///        </productDetection>"#,
/// )?;
/// let mut diagnostics = Diagnostics::new();
/// assert_eq!(table(None, &[&path], &mut diagnostics)?.len(), built_in().len());
/// assert_eq!(diagnostics.of(Code::ProductEntryReplaced), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`read`]; entries refer to each other in a circle.
pub fn table(
    replace: Option<&Path>,
    add: &[impl AsRef<Path>],
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Detection>> {
    let mut entries = match replace {
        Some(path) => from_file(path)?,
        None => entries(include_bytes!("../products.xml"), BUILT_IN)?,
    };
    for path in add {
        merge(&mut entries, from_file(path.as_ref())?, diagnostics);
    }
    let named = |entry: Entry| Detection { table: entry.file, ..entry.detection };
    Ok(order::by_dependency(entries)?.into_iter().map(named).collect())
}

/// An entry and the file it stands in.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    detection: Detection,
    file: String,
}

/// Adds entries; one of a known name takes the place of the known one.
fn merge(entries: &mut Vec<Entry>, added: Vec<Entry>, diagnostics: &mut Diagnostics) {
    let mut places: HashMap<String, usize> =
        entries.iter().enumerate().map(|(place, entry)| (folded(&entry.detection.name), place)).collect();
    for entry in added {
        let next = entries.len();
        let place = *places.entry(folded(&entry.detection.name)).or_insert(next);
        let Some(known) = entries.get_mut(place) else {
            entries.push(entry);
            continue;
        };
        let mut noted = Diagnostics::new();
        let message = format!("`{}` of {}:{}", known.detection.name, known.file, known.detection.position);
        noted.push(Code::ProductEntryReplaced, entry.detection.position, "product", message);
        noted.name_file(&entry.file);
        diagnostics.append(noted);
        *known = entry;
    }
}

fn from_file(path: &Path) -> Result<Vec<Entry>> {
    let mut document = document::open_within(path, LIMITS)?;
    let file = document.name().to_owned();
    let root = node::read(&mut document).map_err(|error| error.in_file(&file))?;
    of_root(&root, &file)
}

fn entries(bytes: &[u8], file: &str) -> Result<Vec<Entry>> {
    let root = node::read(bytes).map_err(|error| error.in_file(file))?;
    of_root(&root, file)
}

fn of_root(root: &Node, file: &str) -> Result<Vec<Entry>> {
    let detections = detections(root).map_err(|error| error.in_file(file))?;
    Ok(detections.into_iter().map(|detection| Entry { detection, file: file.to_owned() }).collect())
}

/// Reads the entries of a table.
fn detections(root: &Node) -> Result<Vec<Detection>> {
    if root.name != ROOT {
        return Err(Error::new(Code::WrongFormat, format!("expected `<{ROOT}>`, found `<{}>`", root.name))
            .at(root.position));
    }
    root.only_attributes(&["version"])?;
    if root.attribute("version")? != VERSION {
        let message = format!("the table is not of version {VERSION}, the only one this program reads");
        return Err(Error::new(Code::WrongVersion, message).at(root.position));
    }
    let mut names = HashSet::new();
    let mut detections = Vec::with_capacity(root.children.len());
    for child in &root.children {
        let detection = product(child)?;
        if !names.insert(folded(&detection.name)) {
            return Err(child.error(format!("`{}` has an entry already", detection.name)));
        }
        detections.push(detection);
    }
    Ok(detections)
}

fn product(node: &Node) -> Result<Detection> {
    node.expect("product")?;
    node.only_attributes(&["name"])?;
    let name = node.attribute("name")?;
    let (when, service_pack) = match node.children.as_slice() {
        [when] => (when, None),
        [when, service_pack] => (when, Some(service_pack)),
        _ => return Err(node.error("`product` holds a `when` and at most one `servicePack`")),
    };
    when.expect("when")?;
    when.only_attributes(&[])?;
    let [test] = when.children.as_slice() else {
        return Err(when.error("`when` holds exactly one test"));
    };
    let (levels, inherit) = service_pack.map_or_else(|| Ok((Vec::new(), Vec::new())), levels)?;
    let (name, table) = (name.to_owned(), String::new());
    Ok(Detection { name, when: test::expr(test)?, levels, inherit, position: node.position, table })
}

fn levels(node: &Node) -> Result<(Vec<Level>, Vec<String>)> {
    node.expect("servicePack")?;
    node.only_attributes(&[])?;
    let (last, before) = match node.children.split_last() {
        Some((last, before)) if last.name == "inherit" => (Some(last), before),
        _ => (None, node.children.as_slice()),
    };
    let levels = before.iter().map(level).collect::<Result<Vec<_>>>()?;
    let Some(inherit) = last else { return Ok((levels, Vec::new())) };
    inherit.only_attributes(&["products"])?;
    inherit.only_children(0)?;
    Ok((levels, names(inherit, "products")?))
}

fn level(node: &Node) -> Result<Level> {
    node.expect("level")?;
    node.only_attributes(&["names"])?;
    node.only_children(1)?;
    let test = node.children.first().map(test::expr).transpose()?;
    Ok(Level { names: names(node, "names")?, test })
}

/// The names of a list, of which there must be one.
fn names(node: &Node, attribute: &str) -> Result<Vec<String>> {
    let names = node.attribute(attribute)?.split(';').map(str::trim).filter(|name| !name.is_empty());
    let names: Vec<String> = names.map(str::to_owned).collect();
    match names.is_empty() {
        true => Err(node.error(format!("`{attribute}` names nothing"))),
        false => Ok(names),
    }
}
