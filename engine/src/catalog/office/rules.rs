//! Reads the rules that say which products a bundle is for and what proves it.
//!
//! The file is written by whoever runs the program, so that every mistake in it is an error with its
//! place. Follows `docs/office.md`, "Rules".

use std::collections::BTreeMap;
use std::path::Path;

use super::language;
use crate::catalog::document;
use crate::catalog::node::{self, Node};
use crate::container::Limits;
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::model::applicability::read::version;
use crate::model::msi;
use crate::model::office::{Evidence, Wanted};
use crate::model::path;
use crate::model::product::folded;
use crate::version::dotted::Version;

/// The root element.
pub(super) const ROOT: &str = "officeRules";

/// The greatest file that is read.
const LIMITS: Limits = Limits::of_document(16 << 20);

/// What names a bundle: version of Office, article, place among those with the same.
pub(super) type Key = (u32, u32, u32);

/// A file that proves a bundle.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct File {
    /// Normal path.
    pub(super) path: String,
    pub(super) version: Version,
    pub(super) position: Position,
}

/// What is said of a bundle.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entry {
    pub(super) evidence: Evidence,
    pub(super) files: Vec<File>,
    /// Whether a file is what proves it first.
    pub(super) files_first: bool,
    pub(super) replaced_by: Vec<(Key, Position)>,
    pub(super) position: Position,
    /// The file it stands in.
    pub(super) file: String,
}

/// The rules of all files.
#[derive(Debug, Default)]
pub(super) struct Entries(pub(super) BTreeMap<Key, Entry>);

impl Entries {
    /// Reads a file; gives its digest.
    pub(super) fn read(&mut self, path: &Path) -> Result<[u8; 32]> {
        let mut document = document::open_within(path, LIMITS)?;
        let file = document.name().to_owned();
        let root = node::read(&mut document).map_err(|error| error.in_file(&file))?;
        self.root(&root, &file).map_err(|error| error.in_file(&file))?;
        document.finish()
    }

    fn root(&mut self, root: &Node, file: &str) -> Result<()> {
        root.expect(ROOT)?;
        root.only_attributes(&["version"])?;
        if root.attribute("version")? != "1" {
            return Err(Error::new(Code::WrongVersion, "the rules are not of version 1").at(root.position));
        }
        for child in &root.children {
            let (key, entry) = bundle(child, file)?;
            if let Some(first) = self.0.get(&key) {
                let message = format!("the bundle has rules at {}:{} already", first.file, first.position);
                return Err(child.error(message));
            }
            self.0.insert(key, entry);
        }
        Ok(())
    }
}

fn number(node: &Node, name: &str) -> Result<u32> {
    let text = node.attribute(name)?;
    text.parse().map_err(|_| node.error(format!("`{name}`: `{text}` is no number")))
}

fn key(node: &Node) -> Result<Key> {
    let version = number(node, "officeVersion")?;
    if !(1..=4).contains(&version) {
        return Err(node.error("`officeVersion` is 1, 2, 3 or 4"));
    }
    let ordinal = node.find("ordinal").map_or(Ok(0), |_| number(node, "ordinal"))?;
    Ok((version, number(node, "kb")?, ordinal))
}

fn bundle(node: &Node, file: &str) -> Result<(Key, Entry)> {
    node.expect("bundle")?;
    node.only_attributes(&["officeVersion", "kb", "ordinal", "languages"])?;
    let mut entry = Entry { position: node.position, file: file.to_owned(), ..Entry::default() };
    for name in node.find("languages").into_iter().flat_map(|names| names.split(';')) {
        let number = language::number(name);
        let number =
            number.ok_or_else(|| node.error(format!("`{name}` is no abbreviation of a language")))?;
        entry.evidence.languages.push(number);
    }
    let mut is_first = true;
    for child in &node.children {
        child.only_children(0)?;
        match child.name.as_str() {
            "product" => entry.evidence.products.push(product(child)?),
            "patch" => {
                child.only_attributes(&["code"])?;
                let patch = guid(child, "code")?.ok_or_else(|| child.error("`patch` needs `code`"))?;
                if patch.contains('?') {
                    return Err(child.error("`code` of a `patch` is one code: it has no `?`"));
                }
                entry.evidence.patches.push(patch);
            }
            "fixed" => {
                entry.files_first |= fixed(child, &mut entry)? && is_first;
                is_first = false;
            }
            "replacedBy" => {
                child.only_attributes(&["officeVersion", "kb", "ordinal"])?;
                entry.replaced_by.push((key(child)?, child.position));
            }
            _ => return Err(child.error(format!("`{}` has no place in `bundle`", child.name))),
        }
    }
    if entry.evidence.products.is_empty() {
        return Err(node.error("`bundle` needs a `product`"));
    }
    entry.evidence.files = !entry.files.is_empty();
    entry.files_first &= entry.evidence.patches.is_empty();
    Ok((key(node)?, entry))
}

fn guid(node: &Node, name: &str) -> Result<Option<String>> {
    let Some(text) = node.find(name) else { return Ok(None) };
    msi::pattern(text).map(Some).ok_or_else(|| node.error(format!("`{name}`: `{text}` is no code")))
}

fn dotted(node: &Node, name: &str) -> Result<Option<Version>> {
    let Some(text) = node.find(name) else { return Ok(None) };
    version(text).map(Some).ok_or_else(|| node.error(format!("`{name}`: `{text}` is no version")))
}

fn product(node: &Node) -> Result<Wanted> {
    node.only_attributes(&["code", "upgradeCode", "name", "minVersion", "maxVersion"])?;
    let wanted = Wanted {
        code: guid(node, "code")?,
        upgrade_code: guid(node, "upgradeCode")?,
        name: node.find("name").map(folded),
        least: dotted(node, "minVersion")?,
        most: dotted(node, "maxVersion")?,
    };
    match (&wanted.code, &wanted.upgrade_code, &wanted.name) {
        (None, None, None) => Err(node.error("`product` needs `code`, `upgradeCode` or `name`")),
        _ => Ok(wanted),
    }
}

/// Reads what proves a bundle; says whether it is a file.
fn fixed(node: &Node, entry: &mut Entry) -> Result<bool> {
    if node.find("productVersion").is_some() {
        node.only_attributes(&["productVersion"])?;
        entry.evidence.versions.extend(dotted(node, "productVersion")?);
        return Ok(false);
    }
    node.only_attributes(&["file", "version"])?;
    let path = path::normal(node.attribute("file")?);
    node.attribute("version")?;
    let version = dotted(node, "version")?.unwrap_or_default();
    entry.files.push(File { path, version, position: node.position });
    Ok(true)
}
