//! The rules of a SARIF log: an update each, and the vulnerabilities that they fix as a taxonomy.

use std::collections::BTreeMap;

use super::text;
use crate::error::Result;
use crate::matrix::Matrix;
use crate::matrix::tables::Update;
use crate::model::update::Urgency;
use crate::report::table::Pending;
use crate::report::{json, naming};

/// Writes the rest of the driver, its end, and the taxonomy that its rules refer to.
pub(super) fn write(matrix: &Matrix<'_>, rules: &[Option<usize>], pending: &mut Pending<'_>) -> Result<()> {
    let listed = || matrix.updates.iter().zip(rules).filter(|(_, rule)| rule.is_some());
    let mut taxa: BTreeMap<&str, usize> =
        listed().flat_map(|(update, _)| &update.cves).map(|cve| (cve.as_str(), 0)).collect();
    taxa.values_mut().zip(0..).for_each(|(place, index)| *place = index);
    if !taxa.is_empty() {
        pending.bytes.extend(b",\"supportedTaxonomies\":[{\"name\":\"CVE\",\"index\":0}]");
    }
    pending.bytes.extend(b",\"rules\":[");
    for (at, (update, _)) in listed().enumerate() {
        pending.bytes.extend(if at > 0 { &b",\n"[..] } else { b"\n" });
        write_rule(update, &taxa, &mut pending.bytes);
        pending.line()?;
    }
    pending.bytes.extend(b"\n]}}");
    if taxa.is_empty() {
        return Ok(());
    }
    pending
        .bytes
        .extend(b",\n\"taxonomies\":[{\"name\":\"CVE\",\"informationUri\":\"https://www.cve.org/\",");
    pending
        .bytes
        .extend(b"\"shortDescription\":{\"text\":\"Common Vulnerabilities and Exposures\"},\"taxa\":[");
    for (cve, at) in &taxa {
        pending.bytes.extend(if *at > 0 { &b",\n{"[..] } else { b"\n{" });
        text("id", cve, &mut pending.bytes);
        pending.bytes.push(b'}');
        pending.line()?;
    }
    pending.bytes.extend(b"\n]}]");
    Ok(())
}

fn write_rule(update: &Update, taxa: &BTreeMap<&str, usize>, out: &mut Vec<u8>) {
    out.push(b'{');
    text("id", &update.id, out);
    out.push(b',');
    text("name", &naming::short_id(update), out);
    let title = if update.title.is_empty() { &update.id } else { &update.title };
    for (name, words) in [("shortDescription", title), ("fullDescription", &update.summary)] {
        if !words.is_empty() {
            out.extend(format!(",\"{name}\":{{").bytes());
            text("text", words, out);
            out.push(b'}');
        }
    }
    if is_address(&update.information) {
        out.push(b',');
        text("helpUri", &update.information, out);
    }
    out.extend(
        format!(",\"defaultConfiguration\":{{\"level\":\"{}\"}}", super::level(update.urgency)).bytes(),
    );
    write_relationships(update, taxa, out);
    out.extend(b",\"properties\":{");
    text("severity", update.urgency.map_or("", Urgency::name), out);
    out.push(b',');
    text("posted", &update.posted, out);
    out.extend(b"}}");
}

/// Writes which vulnerabilities an update fixes.
fn write_relationships(update: &Update, taxa: &BTreeMap<&str, usize>, out: &mut Vec<u8>) {
    let known: BTreeMap<_, _> =
        update.cves.iter().filter_map(|cve| taxa.get_key_value(cve.as_str())).collect();
    for (at, (cve, index)) in known.iter().enumerate() {
        out.extend(if at > 0 { &b","[..] } else { b",\"relationships\":[" });
        out.extend(b"{\"target\":{\"id\":");
        json::string(cve, out);
        out.extend(
            format!(",\"index\":{index},\"toolComponent\":{{\"name\":\"CVE\",\"index\":0}}}}").bytes(),
        );
        out.extend(b",\"kinds\":[\"relevant\"]}");
    }
    if !known.is_empty() {
        out.push(b']');
    }
}

/// Whether text is an address that a reader may follow, in the characters that addresses have.
fn is_address(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_are_followed() {
        let check = |text: &str, expect: bool| assert_eq!(is_address(text), expect, "{text}");
        check("https://example.com/a?b=c#d", true);
        check("http://example.com/MS00-093.asp", true);
        check("http://", false);
        check("javascript:alert(1)", false);
        check("https://example.com/a b", false);
        check("https://example.com/\u{fc}", false);
        check("", false);
    }
}
