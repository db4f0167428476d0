//! Results of OpenSCAP, a peer, for definitions and system characteristics.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Rows;

/// The name of the definitions file in a caller's folder.
pub const DEFINITIONS: &str = "definitions.xml";

/// Whether the program is there; one line says where it is not.
pub fn is_installed() -> bool {
    let quiet = Command::new("oscap").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let found = quiet.is_ok_and(|status| status.success());
    if !found {
        crate::skipped("`oscap` is not installed");
    }
    found
}

/// What the program says of a pair, in a folder that is the caller's alone; `variables` is a file of values
/// for external variables, or empty.
///
/// # Errors
///
/// It gives no results; the error is the last line that it wrote.
pub fn analyse(
    folder: &Path,
    definitions: &str,
    characteristics: &str,
    variables: &str,
) -> Result<Rows, String> {
    let [results, values] = ["results.xml", "variables.xml"].map(|name| folder.join(name));
    let pair = [folder.join(DEFINITIONS), folder.join("characteristics.xml")];
    let _ = fs::remove_file(&results);
    for (path, text) in pair.iter().chain([&values]).zip([definitions, characteristics, variables]) {
        fs::write(path, text).map_err(|error| error.to_string())?;
    }
    let mut command = Command::new("oscap");
    command.args(["oval", "analyse", "--skip-valid", "--results"]).arg(&results);
    if !variables.is_empty() {
        command.arg("--variables").arg(&values);
    }
    let output = command.args(&pair).output().map_err(|error| error.to_string())?;
    let text = fs::read_to_string(&results).map_err(|_| {
        let said = String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or("nothing").to_owned();
        format!("no results, {}: {said}", output.status)
    })?;
    Ok(rows(&text))
}

/// The rows of a document of results.
fn rows(text: &str) -> Rows {
    let words = ["true", "false", "error", "unknown", "not evaluated", "not applicable"];
    let Some((_, results)) = text.split_once("<results>") else { return Rows::new() };
    let mut found = Rows::new();
    for sort in ["definition", "test"] {
        let id = format!("{sort}_id");
        for tag in results.split(&format!("<{sort} ")).skip(1).filter_map(|rest| rest.split('>').next()) {
            let (Some(id), Some(word)) = (attribute(tag, &id), attribute(tag, "result")) else { continue };
            let word = words.iter().find(|known| **known == word);
            found.extend(word.map(|word| ((sort, id.to_owned()), *word)));
        }
    }
    found
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let from = tag.find(&format!("{name}=\""))? + name.len() + 2;
    tag[from..].split('"').next()
}
