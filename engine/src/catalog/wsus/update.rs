//! Makes an update of what the graph and the fragments say of a revision.

use std::collections::HashMap;

use super::fragment::{Applicability, Draft};
use super::graph::Revision;
use super::handler;
use crate::diagnostic::{Code, Diagnostics};
use crate::model::expr::Expr;
use crate::model::flag::Flags;
use crate::model::hotfix;
use crate::model::install::Install;
use crate::model::update::{Clause, Item, ProductRow, Reference, Rule, Update, UpdateId, Urgency};
use crate::model::verdict::Answer;

/// The name of the mark that a part of a bundle may be deployed by itself.
pub(super) const DEPLOYABLE: &str = "explicitly-deployable";

/// Whether updates of this type have rows.
pub(super) fn has_row(kind: &str) -> bool {
    !matches!(kind.trim(), "Category" | "Detectoid")
}

/// Makes an update.
pub(super) fn update(
    mut draft: Draft,
    revision: Option<&Revision>,
    locations: &HashMap<String, String>,
    language: &str,
    findings: &mut Diagnostics,
) -> Update {
    let listed = revision.map_or(&[][..], |revision| &revision.payload);
    handler::complete(&mut draft.install, listed, locations);
    let install = std::mem::take(&mut draft.install);
    let id = |id: &String| UpdateId::new([id.as_str()]);
    let default = revision.map_or("", |revision| revision.language.as_str());
    let (title, description) = texts(&draft, language, default);
    let clause =
        |ids: &Vec<String>| Clause { any_of: ids.iter().map(id).collect(), position: draft.position };
    let bundled = |(part, number): &(String, Option<u32>)| match number {
        Some(number) => id(part).with_revision(&number.to_string()),
        None => id(part),
    };
    let is_child = revision.is_some_and(|revision| revision.action == "Bundle") && !draft.deployable;
    Update {
        id: id(&draft.update).with_revision(&draft.revision.to_string()),
        bulletin: draft.bulletins.first().or(draft.articles.first()).cloned().unwrap_or_default(),
        title,
        description,
        kind: draft.kind.clone(),
        urgency: Urgency::find(&draft.severity),
        articles: draft.articles.iter().filter_map(|article| hotfix::id(article)).collect(),
        references: references(&draft),
        posted: revision.map_or("", |revision| revision.created.as_str()).chars().take(10).collect(),
        reboot: install.behavior.reboot,
        payload: payload(&install),
        information: draft.more_info.first().cloned().unwrap_or_default(),
        products: products(&draft),
        flags: if is_child { Flags::BUNDLE_CHILD } else { Flags::NONE },
        detectoid: !has_row(&draft.kind),
        prerequisites: draft.prerequisites.iter().map(clause).collect(),
        bundled: draft.bundled.iter().map(bundled).collect(),
        replaces: draft.superseded.iter().map(id).collect(),
        extra: extra(&draft),
        installs: Some(install).filter(|install| *install != Install::default()).into_iter().collect(),
        position: draft.position,
        rule: rule(draft, findings),
        ..Update::default()
    }
}

/// Title and description in the language that is wanted, else in the update's own, else in any.
fn texts(draft: &Draft, language: &str, default: &str) -> (String, String) {
    let of = |wanted: &str| draft.localized.iter().find(|[known, ..]| known.eq_ignore_ascii_case(wanted));
    let [_, title, description] =
        of(language).or_else(|| of(default)).or(draft.localized.first()).cloned().unwrap_or_default();
    (title, description)
}

fn references(draft: &Draft) -> Vec<Reference> {
    let reference = |(kind, id): (&str, &String)| Reference {
        kind: kind.to_owned(),
        id: id.clone(),
        ..Reference::default()
    };
    let cves = draft.cves.iter().map(|cve| ("cve", cve));
    cves.chain(draft.bulletins.iter().map(|bulletin| ("bulletin", bulletin))).map(reference).collect()
}

fn products(draft: &Draft) -> Vec<ProductRow> {
    let named = Some(&draft.product).filter(|product| !product.is_empty());
    named.map(|product| ProductRow { product: product.clone(), levels: Vec::new() }).into_iter().collect()
}

/// The address of the first file that is downloaded and has one.
fn payload(install: &Install) -> String {
    let mut addresses = install.files.iter().map(|file| &file.address);
    addresses.find(|address| !address.is_empty()).cloned().unwrap_or_default()
}

fn extra(draft: &Draft) -> Vec<(String, String)> {
    let mut extra = vec![("support".to_owned(), draft.support.clone())];
    extra.retain(|(_, text)| !text.is_empty());
    if draft.deployable {
        extra.push((DEPLOYABLE.to_owned(), "true".to_owned()));
    }
    extra
}

fn rule(draft: Draft, findings: &mut Diagnostics) -> Rule {
    let is_row = has_row(&draft.kind);
    if draft.malformed {
        let unread = || Expr::Constant(Answer::MALFORMED);
        return Rule::Items(vec![Item {
            installed: unread(),
            applicable: unread(),
            superseded: None,
            imported: None,
        }]);
    }
    if draft.too_large {
        let unread = || Expr::Constant(Answer::UNSUPPORTED);
        return Rule::Items(vec![Item {
            installed: unread(),
            applicable: unread(),
            superseded: None,
            imported: None,
        }]);
    }
    let mut find =
        |code| findings.push(code, draft.position, "ApplicabilityRules", format_args!("`{}`", draft.update));
    let Some(Applicability { installed, installable, superseded }) = draft.rules else {
        if is_row && draft.bundled.is_empty() && draft.core {
            find(Code::NoRules);
        }
        return Rule::None;
    };
    if is_row && installable.is_none() && draft.bundled.is_empty() {
        find(Code::NoInstallableRule);
    }
    if !draft.bundled.is_empty() {
        find(Code::BundleWithRules);
    }
    let or_never = |rule: Option<Expr>| rule.unwrap_or(Expr::Constant(Answer::FALSE));
    let (installed, applicable) = (or_never(installed), or_never(installable));
    Rule::Items(vec![Item { installed, applicable, superseded, imported: None }])
}
