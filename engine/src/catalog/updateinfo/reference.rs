//! Finds the vulnerabilities that the references of an update name.
//!
//! Catalogs put the id of a vulnerability into the id or the title of a reference to a bug as often as
//! into a reference of its own; each one becomes a reference of kind `cve`. Source of truth:
//! `docs/updateinfo.md`, "Reading".

use std::collections::BTreeSet;

use crate::model::update::Reference;

/// The kind of a reference to a vulnerability.
const CVE: &str = "cve";

/// Adds a reference for every vulnerability that is named and has none.
pub(super) fn add_vulnerabilities(references: &mut Vec<Reference>) {
    let declared = references.iter().filter(|reference| reference.kind.eq_ignore_ascii_case(CVE));
    let mut known: BTreeSet<&str> = declared.map(|reference| reference.id.as_str()).collect();
    let mut found = Vec::new();
    for text in references.iter().flat_map(|reference| [&reference.id, &reference.title]) {
        for id in vulnerabilities(text) {
            if known.insert(id) {
                found.push(Reference { kind: CVE.to_owned(), id: id.to_owned(), ..Reference::default() });
            }
        }
    }
    references.extend(found);
}

/// The address of an update's own page: that of its `self` reference, or else the first there is.
pub(super) fn information(references: &[Reference]) -> String {
    let own = references.iter().filter(|reference| reference.kind == "self").chain(references);
    own.map(|reference| &reference.address).find(|address| !address.is_empty()).cloned().unwrap_or_default()
}

/// The ids in a text: `CVE-`, a year of four digits, `-`, at least four digits.
fn vulnerabilities(text: &str) -> impl Iterator<Item = &str> {
    let length = |rest: &str| {
        let rest = rest.as_bytes();
        let digits = |from: usize| {
            rest.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        let number = digits("CVE-0000-".len());
        let whole = digits("CVE-".len()) == 4 && rest.get(8) == Some(&b'-') && number >= 4;
        whole.then_some("CVE-0000-".len() + number)
    };
    text.match_indices("CVE-").filter_map(move |(at, _)| {
        let rest = &text[at..];
        length(rest).map(|length| &rest[..length])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_wherever_they_stand() {
        let check = |text: &str, expect: &[&str]| {
            assert_eq!(vulnerabilities(text).collect::<Vec<_>>(), expect, "{text}");
        };
        check("CVE-2008-1379", &["CVE-2008-1379"]);
        check("VUL-0: CVE-2024-00002: x CVE-2014-123456.", &["CVE-2024-00002", "CVE-2014-123456"]);
        check("CVE-2999", &[]);
        check("CVE-2008-137", &[]);
        check("CVE-20080-1379 CVE-CVE-2008-1379é", &["CVE-2008-1379"]);
        check("cve-2008-1379 CVE-", &[]);
    }

    #[test]
    fn each_vulnerability_has_one_reference() {
        let reference = |kind: &str, id: &str, title: &str| Reference {
            kind: kind.to_owned(),
            id: id.to_owned(),
            title: title.to_owned(),
            address: String::new(),
            ..Reference::default()
        };
        let mut references = vec![
            reference("bugzilla", "1", "CVE-2008-0001 and CVE-2008-0002"),
            reference("cve", "CVE-2008-0002", "CVE-2008-0003"),
            reference("cve", "2", "CVE-2008-0001"),
        ];
        add_vulnerabilities(&mut references);
        let added: Vec<_> = references[3..].iter().map(|one| (one.kind.as_str(), one.id.as_str())).collect();
        assert_eq!(added, [("cve", "CVE-2008-0001"), ("cve", "CVE-2008-0003")]);
    }
}
