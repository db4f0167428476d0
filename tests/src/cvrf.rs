//! Documents of CVRF for tests: the converted form that others keep, brought back into XML.
//!
//! That form names every element as the document does, in lower case and partly with underscores; an
//! element that occurs several times is an array.

use serde_json::Value;

/// The names of the converted form, with those of the document; what is not among them is left out.
const NAMES: [(&str, &str); 38] = [
    ("document_title", "c:DocumentTitle"),
    ("document_type", "c:DocumentType"),
    ("documentpublisher", "c:DocumentPublisher"),
    ("documenttracking", "c:DocumentTracking"),
    ("identification", "c:Identification"),
    ("id", "c:ID"),
    ("alias", "c:Alias"),
    ("status", "Status"),
    ("version", "c:Version"),
    ("initial_release_date", "c:InitialReleaseDate"),
    ("current_release_date", "c:CurrentReleaseDate"),
    ("producttree", "p:ProductTree"),
    ("branch", "p:Branch"),
    ("fullproductname", "p:FullProductName"),
    ("vulnerability", "Vulnerability"),
    ("title", "Title"),
    ("notes", "Notes"),
    ("note", "Note"),
    ("cve", "CVE"),
    ("cwe", "CWE"),
    ("productstatuses", "ProductStatuses"),
    ("threats", "Threats"),
    ("threat", "Threat"),
    ("description", "Description"),
    ("product_id", "ProductID"),
    ("cvssscoresets", "CVSSScoreSets"),
    ("scoreset", "ScoreSet"),
    ("base_score", "BaseScore"),
    ("temporal_score", "TemporalScore"),
    ("vector", "Vector"),
    ("remediations", "Remediations"),
    ("remediation", "Remediation"),
    ("url", "URL"),
    ("supercedence", "Supercedence"),
    ("restart_required", "RestartRequired"),
    ("sub_type", "SubType"),
    ("fixed_build", "FixedBuild"),
    ("revisionhistory", "RevisionHistory"),
];

/// What is an attribute in the document.
const ATTRIBUTES: [(&str, &str); 5] = [
    ("type", "Type"),
    ("ordinal", "Ordinal"),
    ("name", "Name"),
    ("productid", "ProductID"),
    ("title", "Title"),
];

/// Brings a converted document back into XML.
pub fn document(converted: &Value) -> String {
    let mut out = String::from(
        "<c:cvrfdoc xmlns:c='http://www.icasi.org/CVRF/schema/cvrf/1.1' \
         xmlns:p='http://www.icasi.org/CVRF/schema/prod/1.1' \
         xmlns='http://www.icasi.org/CVRF/schema/vuln/1.1'>",
    );
    members(converted, &mut out);
    out.push_str("</c:cvrfdoc>");
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('\'', "&apos;")
}

/// The members of an object, as far as they are elements.
fn members(value: &Value, out: &mut String) {
    let object = value.as_object().expect("is an object");
    // The products are looked up by the vulnerabilities behind them, in the order of the document.
    for (key, name) in NAMES {
        let Some(value) = object.get(key) else { continue };
        match value {
            Value::Array(items) => items.iter().for_each(|item| element(name, item, out)),
            one => element(name, one, out),
        }
    }
}

fn element(name: &str, value: &Value, out: &mut String) {
    let Value::Object(object) = value else {
        let text = escape(value.as_str().expect("is a text"));
        out.push_str(&format!("<{name}>{text}</{name}>"));
        return;
    };
    out.push_str(&format!("<{name}"));
    let is_note = name == "Note";
    for (key, attribute) in ATTRIBUTES {
        let Some(text) = object.get(key).and_then(Value::as_str) else { continue };
        if attribute != "Title" || is_note {
            out.push_str(&format!(" {attribute}='{}'", escape(text)));
        }
    }
    if name == "CWE" {
        let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
        out.push_str(&format!(" ID='{}'", escape(id)));
    }
    out.push('>');
    if let Some(text) = object.get("text").and_then(Value::as_str) {
        out.push_str(&escape(text));
    } else if !is_note {
        members(value, out);
    }
    out.push_str(&format!("</{name}>"));
}
