//! Results as a document of the standard: directives, and for each client the results of definitions and tests.
//!
//! The definitions file is not in it, nor are criteria and items: whoever wants to know why asks `explain`.

use std::io::Write;

use super::Asked;
use crate::error::Result;
use crate::eval::oval::reference::Results;
use crate::eval::run::ClientResults;
use crate::model::fact::Text;
use crate::render::{attribute, xml};

/// The version of the language that the document is written in.
const VERSION: &str = "5.11.1";

/// What may be said of definitions by their results.
const RESULTS: [&str; 6] = ["true", "false", "unknown", "error", "not_evaluated", "not_applicable"];

/// Begins the document.
pub(super) fn begin(written: &str, out: &mut impl Write) -> Result<()> {
    let mut text = String::from(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<oval_results xmlns="http://oval.mitre.org/XMLSchema/oval-results-5" xmlns:oval="http://oval.mitre.org/XMLSchema/oval-common-5">
"#,
    );
    generator(written, "  ", &mut text);
    text.push_str("  <directives include_source_definitions=\"false\">\n");
    for result in RESULTS {
        text.push_str(&format!("    <definition_{result} reported=\"true\" content=\"thin\"/>\n"));
    }
    text.push_str("  </directives>\n  <results>\n");
    Ok(out.write_all(text.as_bytes())?)
}

/// Ends the document.
pub(super) fn end(out: &mut impl Write) -> Result<()> {
    Ok(out.write_all(b"  </results>\n</oval_results>\n")?)
}

fn generator(written: &str, indent: &str, text: &mut String) {
    text.push_str(&format!(
        "{indent}<generator>\n\
         {indent}  <oval:product_name>patchstate</oval:product_name>\n\
         {indent}  <oval:product_version>{}</oval:product_version>\n\
         {indent}  <oval:schema_version>{VERSION}</oval:schema_version>\n\
         {indent}  <oval:timestamp>",
        env!("CARGO_PKG_VERSION")
    ));
    xml(written, text);
    text.push_str(&format!("</oval:timestamp>\n{indent}</generator>\n"));
}

/// Writes the results of a client.
pub(super) fn system<'a>(
    client: &ClientResults,
    known: impl Iterator<Item = (&'a Asked, &'a Results)> + Clone,
    written: &str,
    out: &mut impl Write,
) -> Result<()> {
    let mut text = String::from("    <system>\n      <definitions>\n");
    for (asked, results) in known.clone() {
        for (number, truth) in asked.definitions(results) {
            let definition = &asked.content.definitions[number];
            text.push_str("        <definition");
            attribute("definition_id", Some(&definition.id), &mut text);
            attribute("version", Some(&definition.version), &mut text);
            attribute("result", Some(truth.name()), &mut text);
            text.push_str("/>\n");
        }
    }
    text.push_str("      </definitions>\n      <tests>\n");
    for (asked, results) in known {
        for number in &asked.tests {
            let test = &asked.content.tests[*number];
            for (instance, answer) in results.tests.get(*number).into_iter().flatten() {
                text.push_str("        <test");
                attribute("test_id", Some(&test.id), &mut text);
                attribute("version", Some(&test.version), &mut text);
                let instance = (*instance != 1).then(|| instance.to_string());
                attribute("variable_instance", instance.as_deref(), &mut text);
                attribute("check_existence", test.existence.map(|existence| existence.name()), &mut text);
                attribute("check", test.check.map(|check| check.name()), &mut text);
                attribute("state_operator", test.operator.map(|operator| operator.name()), &mut text);
                attribute("result", Some(answer.truth.name()), &mut text);
                text.push_str("/>\n");
            }
        }
    }
    text.push_str("      </tests>\n");
    characteristics(client, written, &mut text);
    text.push_str("    </system>\n");
    Ok(out.write_all(text.as_bytes())?)
}

/// Who the client is; what was collected is in its inventory.
fn characteristics(client: &ClientResults, written: &str, text: &mut String) {
    text.push_str(
        "      <oval_system_characteristics xmlns=\"http://oval.mitre.org/XMLSchema/oval-system-characteristics-5\">\n",
    );
    generator(written, "        ", text);
    text.push_str("        <system_info>\n");
    let os = client.os.clone().unwrap_or_default();
    let stated = |value: &Option<Text<'static>>| value.as_deref().unwrap_or("unknown").to_owned();
    let fields = [
        ("os_name", stated(&os.name)),
        ("os_version", stated(&os.version)),
        ("architecture", stated(&os.arch)),
        ("primary_host_name", client.client.clone()),
    ];
    for (name, value) in fields {
        text.push_str(&format!("          <{name}>"));
        xml(&value, text);
        text.push_str(&format!("</{name}>\n"));
    }
    text.push_str("          <interfaces/>\n        </system_info>\n      </oval_system_characteristics>\n");
}
