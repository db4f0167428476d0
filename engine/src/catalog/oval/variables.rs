//! Reads files of values for external variables.
//!
//! Source of truth: `docs/oval.md`, "Variables".

use std::path::Path;

use crate::catalog::document as file;
use crate::diagnostic::{Code, Diagnostics};
use crate::error::{Error, Result};
use crate::model::oval::element::{Element, LIMITS};
use crate::model::oval::findings::shown;
use crate::model::oval::variable::Variables;
use crate::xml::cursor::{Cursor, Event};

/// The root of such a file.
const ROOT: &str = "oval_variables";

/// Adds the values that a file has; those of a variable that has some already take their place, which is noted.
///
/// ```
/// use patchstate::catalog::oval::variables;
/// use patchstate::diagnostic::Diagnostics;
/// use patchstate::model::oval::variable::Variables;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("values.xml");
/// std::fs::write(
///     &path,
///     r#"<oval_variables xmlns="http://oval.mitre.org/XMLSchema/oval-variables-5"><variables>
///          <variable id="oval:org.example:var:1" datatype="int"><value>1</value><value>2</value></variable>
///        </variables></oval_variables>"#,
/// )?;
/// let mut values = Variables::default();
/// variables::read(&path, &mut values, &mut Diagnostics::new())?;
/// assert_eq!(values.find("oval:org.example:var:1").unwrap(), ["1", "2"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The file cannot be read, is not well-formed, or is no such file; the error has its place.
pub fn read(path: &Path, variables: &mut Variables, diagnostics: &mut Diagnostics) -> Result<()> {
    let mut opened = file::open(path)?;
    let name = opened.name().to_owned();
    let mut found = Diagnostics::new();
    let read = document(&mut opened, variables, &mut found);
    found.name_file(&name);
    diagnostics.append(found);
    read.map_err(|error| error.in_file(&name))
}

fn document(
    document: impl std::io::BufRead,
    variables: &mut Variables,
    findings: &mut Diagnostics,
) -> Result<()> {
    let mut cursor = Cursor::new(document, LIMITS);
    let root = cursor.root()?;
    if root.local() != ROOT {
        let message = format!("expected `<{ROOT}>`, found `<{}>`", root.local());
        return Err(Error::new(Code::WrongFormat, message).at(root.position()));
    }
    while let Some(section) = cursor.child(1)? {
        if section.local() != "variables" {
            continue;
        }
        while let Some(tag) = cursor.child(2)? {
            if tag.local() != "variable" {
                continue;
            }
            let element = Element::of(&tag);
            let element = Element::read(&mut cursor, element)?;
            let id = element.or_empty("id").trim();
            let values = element.all("value").map(|value| value.text.clone()).collect();
            if variables.set(id, values).is_some() {
                let message = format!("`{}` has other values already", shown(id));
                findings.push(Code::OvalDuplicateId, element.position, "variable", message);
            }
        }
    }
    while !matches!(cursor.next()?, Event::End) {}
    Ok(())
}
