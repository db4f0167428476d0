//! Writes inventories in the native format.
//!
//! What is written reads back as the same inventory, but for characters that XML cannot hold: they
//! become U+FFFD.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::codec;
use super::dialect::dialect;
use super::{NAMESPACE, VERSION};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::fact::*;
use crate::model::inventory::{Header, Inventory};
use crate::render::attribute as put;

/// Writes one inventory as a document of its own.
///
/// ```
/// use patchstate::inventory::native;
/// use patchstate::model::fact::{Hotfix, Kinds};
/// use patchstate::model::inventory::{Collector, Inventory};
///
/// let mut inventory = Inventory::new("WS-1", Kinds::NONE);
/// inventory.fact(Hotfix { id: "KB5034763".into(), ..Hotfix::default() }.into(), Default::default());
/// let mut document = Vec::new();
/// native::write(&inventory, &mut document).unwrap();
/// assert!(String::from_utf8(document).unwrap().contains(r#"<hotfix id="KB5034763"/>"#));
/// ```
///
/// # Errors
///
/// The inventory names no client, or `out` takes no more.
pub fn write(inventory: &Inventory, out: &mut impl Write) -> Result<()> {
    let mut text = String::from(DECLARATION);
    put_inventory(inventory, &mut text)?;
    out.write_all(text.as_bytes())?;
    Ok(())
}

/// Writes several inventories as one document.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
    text: String,
}

impl<W: Write> Writer<W> {
    /// Begins a document.
    ///
    /// # Errors
    ///
    /// `out` takes nothing.
    pub fn new(mut out: W) -> Result<Self> {
        let text = format!("{DECLARATION}<inventories xmlns=\"{NAMESPACE}\" version=\"{VERSION}\">\n");
        out.write_all(text.as_bytes())?;
        Ok(Self { out, text })
    }

    /// Writes one inventory.
    ///
    /// # Errors
    ///
    /// The inventory names no client, or the output takes no more.
    pub fn inventory(&mut self, inventory: &Inventory) -> Result<()> {
        self.text.clear();
        put_inventory(inventory, &mut self.text)?;
        self.out.write_all(self.text.as_bytes())?;
        Ok(())
    }

    /// Ends the document and gives the output back.
    ///
    /// # Errors
    ///
    /// The output takes no more.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(b"</inventories>\n")?;
        Ok(self.out)
    }
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

fn put_inventory(inventory: &Inventory, out: &mut String) -> Result<()> {
    if inventory.client().is_empty() {
        return Err(Error::new(Code::NoClientId, "an inventory without a client id cannot be written"));
    }
    put_head(&inventory.header, out);
    for stated in &inventory.facts {
        put_fact(&stated.fact, "", out);
    }
    for stated in &inventory.removals {
        put_fact(&stated.fact, " op=\"del\"", out);
    }
    out.push_str("</inventory>\n");
    Ok(())
}

fn put_head(header: &Header<'_>, out: &mut String) {
    _ = write!(out, "<inventory xmlns=\"{NAMESPACE}\" version=\"{VERSION}\"");
    put("client", Some(&header.client), out);
    put("name", header.name.as_deref(), out);
    put("group", header.group.as_deref(), out);
    put("collector", header.collector.as_deref(), out);
    put("collected", header.collected.as_deref(), out);
    let complete: Vec<_> = header.complete.iter().map(Kind::name).collect();
    put("complete", Some(complete.join(" ").as_str()).filter(|kinds| !kinds.is_empty()), out);
    put("mode", header.delta.then_some("delta"), out);
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    put("serial", number(header.serial).as_deref(), out);
    put("base", number(header.base).as_deref(), out);
    out.push_str(">\n");
}

macro_rules! writers {
    ($($element:literal $record:ident { $($weight:ident $name:literal $field:ident: $codec:ident;)* })*) => {
        /// Writes one fact as an element on a line of its own; `more` are further attributes.
        fn put_fact(fact: &Fact<'_>, more: &str, out: &mut String) {
            match fact {
                $(Fact::$record(fact) => {
                    out.push_str(concat!("  <", $element));
                    $(put($name, codec::$codec::write(&fact.$field).as_deref(), out);)*
                })*
            }
            out.push_str(more);
            match fact {
                Fact::Wmi(wmi) if !wmi.properties.is_empty() => {
                    out.push('>');
                    wmi.properties.iter().for_each(|property| put_property(property, out));
                    out.push_str("</wmi>\n");
                }
                _ => out.push_str("/>\n"),
            }
        }
    };
}

dialect!(writers);

fn put_property(property: &Property<'_>, out: &mut String) {
    out.push_str("<p");
    put("n", Some(&property.name), out);
    put("v", property.value.as_deref(), out);
    put("t", codec::property_type::write(&property.kind).as_deref(), out);
    out.push_str("/>");
}
