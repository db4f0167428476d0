//! What rules need of the metadata beside them: the identity of a servicing package.
//!
//! A manifest may have tens of megabytes; it goes by as a stream, and nothing else of it is kept.

use std::io::BufRead;

use super::graph::value;
use crate::catalog::rules::element::Element;
use crate::catalog::rules::{Rules, metadata};
use crate::error::Result;
use crate::model::servicing::Identity;
use crate::xml::cursor::{Cursor, Event};

/// Reads the metadata at whose tag the cursor stands.
///
/// # Errors
///
/// The document is not well-formed.
pub(super) fn read<R: BufRead>(cursor: &mut Cursor<R>, rules: &mut Rules) -> Result<()> {
    let depth = cursor.depth();
    while let Some(tag) = cursor.child(depth)? {
        let element = Element::of(&tag, rules.dialect);
        match element.name.as_str() {
            "CbsPackageApplicabilityMetadata" => servicing(cursor, rules)?,
            _ => metadata::take(cursor, rules, element)?,
        }
    }
    Ok(())
}

/// Keeps the first identity of an assembly.
fn servicing<R: BufRead>(cursor: &mut Cursor<R>, rules: &mut Rules) -> Result<()> {
    let mut open = 1;
    while open > 0 {
        match cursor.next()? {
            Event::Open(tag) => {
                open += 1;
                if tag.local() == "assemblyIdentity" && rules.package.is_none() {
                    let parts = ["name", "publicKeyToken", "processorArchitecture", "language"];
                    let [name, token, arch, language] = parts.map(|part| value(&tag, part));
                    let identity = Identity::new([&name, &token, &arch, &language], &value(&tag, "version"));
                    rules.package = identity.map(|identity| identity.to_string());
                }
            }
            Event::Close => open -= 1,
            Event::Text(_) => {}
            Event::End => return Ok(()),
        }
    }
    Ok(())
}
