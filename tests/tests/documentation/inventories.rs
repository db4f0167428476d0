//! The native format: the page, the schema and the program name the same elements and attributes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use conformance::facts::{Dice, ELEMENTS, fact};
use patchstate::diagnostic::{Code, Position};
use patchstate::inventory::{self, FORMATS, Settings, native};
use patchstate::model::inventory::{Collector, Inventory};
use patchstate::xml::tags::{TagEvent, Tags};

use crate::page::{Page, code_of, root, word};

/// Attributes by element.
type Elements = BTreeMap<String, BTreeSet<String>>;

fn schema_path() -> PathBuf {
    root().join("docs/inventory-1.xsd")
}

/// The elements of the schema; the attributes that all of them share are left out.
fn of_schema() -> Elements {
    let text = Page::read(&schema_path()).text;
    let mut tags = Tags::new(&text);
    let (mut elements, mut open) = (Elements::new(), Vec::new());
    while let Some(event) = tags.next().expect("the schema is well-formed") {
        let TagEvent::Open(tag) = event else {
            open.pop();
            continue;
        };
        let name = tag.attribute("name").unwrap_or_default().into_owned();
        let holder = open
            .iter()
            .rev()
            .find(|(local, name): &&(String, String)| local == "element" && !name.is_empty());
        match (tag.local(), holder) {
            ("element", _) if !name.is_empty() => _ = elements.entry(name.clone()).or_default(),
            ("attribute", Some((_, element))) => {
                _ = elements.get_mut(element).map(|names| names.insert(name.clone()))
            }
            _ => {}
        }
        if !tag.is_empty() {
            open.push((tag.local().to_owned(), name));
        }
    }
    elements.remove("inventories");
    elements
}

/// The elements of the page: a section each, with a table of attributes.
fn of_page() -> Elements {
    let mut elements = Elements::new();
    for table in Page::of_docs("inventories.md").tables() {
        let is_element = table.section.starts_with('`') && table.header[0] == "attribute";
        let names = table.rows.iter().flat_map(|row| code_of(&row[0]));
        if is_element {
            elements.insert(word(&table.section).to_owned(), names.collect());
        }
    }
    elements
}

#[test]
fn page_and_schema_have_the_same_elements_and_attributes() {
    assert_eq!(of_page(), of_schema());
}

/// Reads an inventory of one element with all its attributes.
fn unknown_parts(element: &str, attributes: &BTreeSet<String>) -> Vec<String> {
    let written: String = attributes.iter().map(|name| format!(" {name}=\"x\"")).collect();
    let text = match element {
        "inventory" => format!("<inventory{}/>", written.replace(" version=\"x\"", " version=\"1\"")),
        "p" => {
            format!("<inventory version=\"1\" client=\"c\"><wmi class=\"c\"><p{written}/></wmi></inventory>")
        }
        _ => format!("<inventory version=\"1\" client=\"c\"><{element}{written}/></inventory>"),
    };
    let mut inventory = Inventory::default();
    inventory.document("it");
    let format = inventory::find("native").expect("is in the table");
    let read = format.read(text.as_str().into(), &Settings::default(), &mut inventory);
    assert!(read.is_ok(), "{text}: {read:?}");
    let findings = inventory.diagnostics.kept().iter();
    findings
        .filter(|found| found.code == Code::InventoryUnknownPart)
        .map(|found| found.message.clone())
        .collect()
}

#[test]
fn the_program_reads_everything_that_the_page_has() {
    let mut wrong = Vec::new();
    for (element, attributes) in of_page() {
        wrong.extend(unknown_parts(&element, &attributes));
    }
    assert!(wrong.is_empty(), "not known to the program: {}", wrong.join(", "));
}

#[test]
fn the_page_has_everything_that_the_program_writes() {
    let mut inventory = Inventory::default();
    inventory.document("it");
    inventory.header.client = "c".into();
    let mut dice = Dice(7);
    for number in 0..ELEMENTS * 40 {
        inventory.fact(fact(number, &mut dice), Position::default());
    }
    let mut out = Vec::new();
    native::write(&inventory, &mut out).expect("writes to memory");
    let text = String::from_utf8(out).expect("is UTF-8");
    let (mut tags, mut written) = (Tags::new(&text), Elements::new());
    while let Some(event) = tags.next().expect("what is written is well-formed") {
        let TagEvent::Open(tag) = event else { continue };
        let names = tag.attributes().iter().map(|attribute| attribute.name().to_owned());
        written.entry(tag.local().to_owned()).or_default().extend(names.filter(|name| name != "xmlns"));
    }
    let page = of_page();
    assert_eq!(written.len(), page.len(), "an element is not written");
    for (element, attributes) in written {
        let missing: Vec<_> = attributes.difference(&page[&element]).collect();
        assert!(missing.is_empty(), "the page lacks {missing:?} of `{element}`");
    }
}

#[test]
fn the_page_has_every_format() {
    let rows = Page::of_docs("inventories.md").rows(&["name", "recognised by", "states", "may be complete"]);
    let said: Vec<String> = rows.iter().flat_map(|row| code_of(&row[0])).collect();
    assert_eq!(said, FORMATS.iter().map(|format| format.name).collect::<Vec<_>>());
}

#[test]
fn examples_are_read_without_findings() {
    let examples = Page::of_docs("inventories.md").blocks("xml");
    assert!(!examples.is_empty(), "the examples are not where they should be");
    for text in examples {
        let mut inventory = Inventory::default();
        inventory.document("it");
        let format = inventory::recognise(&text).expect("is recognised");
        let facts = format.read(text.as_str().into(), &Settings::default(), &mut inventory);
        assert!(facts.is_ok_and(|facts| facts > 3) && inventory.diagnostics.is_empty(), "{text}");
    }
}

#[test]
fn examples_of_product_tables_are_read() {
    let examples = Page::of_docs("mssecure.md").blocks("xml");
    assert!(!examples.is_empty(), "the examples are not where they should be");
    for text in examples {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("products.xml");
        std::fs::write(&path, &text).expect("the folder is ours");
        let table = patchstate::catalog::detection::read(&path);
        assert!(table.is_ok_and(|entries| !entries.is_empty()), "{text}");
    }
}
