//! Conditions that texts, sources, updates, subjects, products and detections meet one by one.

use super::{Check, rises};
use crate::diagnostic::Code;
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::index::probe::tag;
use crate::index::restore::unpack;
use crate::model::expr::Subject;
use crate::model::path;
use crate::model::product::folded;
use crate::model::verdict::{Cell, Verdict};

pub(super) const CHECKS: &[Check] = &[
    Check {
        column: "text_ends",
        count: |columns| columns.texts(),
        holds: |view, at| std::str::from_utf8(view.text_bytes(at as u32)).is_ok(),
        wrong: "the text is not UTF-8",
    },
    Check {
        column: "text_ends",
        count: |columns| columns.texts().min(1),
        holds: |view, at| view.text_bytes(at as u32).is_empty(),
        wrong: "the first text is not the empty one",
    },
    Check {
        column: "source_counts",
        count: |columns| columns.sources(),
        holds: |view, at| {
            let count = |which| view.columns.source_counts.at(at * 6 + which);
            count(1) <= count(0) && count(3) <= count(2) && count(5) <= count(4)
        },
        wrong: "its source has more distinct things than things",
    },
    Check {
        column: "diagnostic_code",
        count: |columns| columns.diagnostics(),
        holds: |view, at| {
            let name = view.text(view.columns.diagnostic_code.at(at));
            Code::ALL.iter().any(|code| code.name() == name)
        },
        wrong: "not a code of this build",
    },
    Check {
        column: "diagnostic_of_reader",
        count: |columns| columns.diagnostics(),
        holds: |view, at| view.columns.diagnostic_of_reader.at(at) <= view.columns.diagnostic_count.at(at),
        wrong: "the reader raised it more often than it was raised",
    },
    Check {
        column: "update_identity",
        count: |columns| columns.updates(),
        holds: |view, at| rises(at, |at| view.text_bytes(view.columns.update_identity.at(at))),
        wrong: "not after the identity before it",
    },
    Check {
        column: "update_source",
        count: |columns| columns.updates(),
        holds: |view, at| {
            let feed = view.text(view.columns.source_feed.at(view.columns.update_source.at(at) as usize));
            let identity = view.text(view.columns.update_identity.at(at));
            identity.strip_prefix(feed).is_some_and(|id| id.starts_with(':'))
        },
        wrong: "the identity begins with another feed than the source has",
    },
    Check {
        column: "reference_product",
        count: |columns| columns.updates(),
        holds: |view, at| {
            let columns = view.columns;
            let own = columns.update_product_ends(at);
            columns.update_reference_ends(at).all(|reference| {
                let products = columns.reference_product_ends(reference);
                let products: Vec<usize> =
                    products.map(|product| columns.reference_product.at(product) as usize).collect();
                products.is_sorted_by(|a, b| a < b) && products.iter().all(|product| own.contains(product))
            })
        },
        wrong: "not products of the update of the reference, or not rising",
    },
    Check { column: "edge_by", count: |columns| columns.updates(), holds: edges, wrong: EDGES },
    Check { column: "update_rule", count: |columns| columns.updates(), holds: rule, wrong: RULE },
    Check {
        column: "update_absent",
        count: |columns| columns.updates(),
        holds: |view, at| {
            let (absent, anchored) =
                (unpack(view.columns.update_absent.at(at)), view.columns.update_anchored.at(at));
            let settled = matches!(absent.verdict, Verdict::NotApplicable | Verdict::Unknown);
            let is_ruled = matches!(view.columns.update_rule.at(at), 3 | 4)
                || !view.columns.update_child_ends(at).is_empty();
            settled && (anchored != u8::MAX || is_ruled || absent == Cell::NO_EVIDENCE)
        },
        wrong: "not a cell that the absence of anchors gives",
    },
    Check {
        column: "subject_tag",
        count: |columns| columns.subjects(),
        holds: |view, at| rises(at, |at| key(view, at)),
        wrong: "not after the subject before it",
    },
    Check { column: "subject_text", count: |columns| columns.subjects(), holds: subject, wrong: SUBJECT },
    Check { column: "subject_name", count: |columns| columns.subjects(), holds: name, wrong: NAME },
    Check {
        column: "subject_predicate_ends",
        count: |columns| columns.subjects(),
        holds: |view, at| {
            let mut predicates = view.columns.subject_predicate_ends(at);
            predicates.all(|predicate| view.columns.predicate_subject.at(predicate) as usize == at)
        },
        wrong: "predicates of another subject stand among its own",
    },
    Check {
        column: "subject_threshold_ends",
        count: |columns| columns.subjects(),
        holds: thresholds,
        wrong: THRESHOLDS,
    },
    Check {
        column: "probe",
        count: |columns| columns.subjects(),
        holds: |view, at| {
            let (tag, text, name) = key(view, at);
            view.find(tag, text, name) == Some(at)
        },
        wrong: "the subject of this number is not found",
    },
    Check { column: "token_text", count: |columns| columns.tokens(), holds: token, wrong: TOKEN },
    Check {
        column: "product_key",
        count: |columns| columns.products(),
        holds: |view, at| {
            let (key, name) = (view.columns.product_key.at(at), view.columns.product_name.at(at));
            rises(at, |at| view.text_bytes(view.columns.product_key.at(at)))
                && view.text(key) == folded(view.text(name))
        },
        wrong: "not after the product before it, or not the folded name",
    },
    Check {
        column: "detection_subject",
        count: |columns| columns.detections(),
        holds: |view, at| {
            let name = folded(view.text(view.columns.detection_name.at(at)));
            match view.columns.detection_subject.at(at) {
                NONE => view.find(tag::PRODUCT, name.as_bytes(), &[]).is_none(),
                subject => view.subject(subject as usize) == Some(Subject::Product(name)),
            }
        },
        wrong: "not the product that is detected",
    },
];

/// The key that subjects are sorted and found by.
fn key(view: View<'_>, subject: usize) -> (u8, &[u8], &[u8]) {
    let columns = view.columns;
    let tag = columns.subject_tag.at(subject);
    let name = if tag == tag::REGISTRY_VALUE { columns.subject_name.at(subject) } else { 0 };
    (tag, view.text_bytes(columns.subject_text.at(subject)), view.text_bytes(name))
}

const EDGES: &str = "of its update: an edge to itself, or out of order";

fn edges(view: View<'_>, update: usize) -> bool {
    let columns = view.columns;
    let edges = columns.update_edge_ends(update);
    let key = |edge: usize| (columns.edge_by.at(edge), columns.edge_source.at(edge));
    edges.clone().is_sorted_by_key(key)
        && edges.into_iter().all(|edge| columns.edge_by.at(edge) as usize != update)
}

const RULE: &str = "its rule has parts of another kind of rule, or lacks its own";

fn rule(view: View<'_>, update: usize) -> bool {
    let columns = view.columns;
    let nodes = [columns.update_installed.at(update), columns.update_applicable.at(update)];
    let has_leaves = !columns.update_leaf_ends(update).is_empty();
    let has_rows =
        !columns.update_row_ends(update).is_empty() || !columns.update_collection_ends(update).is_empty();
    let has_items = !columns.update_item_ends(update).is_empty();
    let definition = columns.update_definition.at(update);
    let own = columns.source_definition_ends(columns.update_source.at(update) as usize);
    let is_definition = definition != NONE && own.contains(&(definition as usize));
    if (definition == NONE) == (columns.update_rule.at(update) == 4) {
        return false;
    }
    match columns.update_rule.at(update) {
        1 => !nodes.contains(&NONE) && !has_rows && !has_items,
        2 => nodes == [NONE; 2] && !has_leaves && !has_items,
        3 => nodes == [NONE; 2] && !has_rows && has_items,
        4 => nodes == [NONE; 2] && !has_leaves && !has_rows && !has_items && is_definition,
        _ => nodes == [NONE; 2] && !has_leaves && !has_rows && !has_items,
    }
}

const SUBJECT: &str = "nothing of the subject's kind is called so";

fn subject(view: View<'_>, at: usize) -> bool {
    match view.subject(at) {
        Some(Subject::Hotfix(id)) => view.text(view.columns.subject_text.at(at)) == id.to_string(),
        Some(_) => true,
        None => false,
    }
}

const NAME: &str = "not the name of a registry value or the number of a product";

fn name(view: View<'_>, at: usize) -> bool {
    let columns = view.columns;
    let name = columns.subject_name.at(at) as usize;
    match (columns.subject_tag.at(at), name.checked_sub(1)) {
        (tag::REGISTRY_VALUE, _) => name < columns.texts(),
        (tag::PRODUCT, Some(product)) => {
            let key = columns.product_key.get(product).map(|key| key.to_native());
            key.is_some_and(|key| view.text(key) == view.text(columns.subject_text.at(at)))
        }
        (_, product) => product.is_none(),
    }
}

const THRESHOLDS: &str = "its thresholds do not rise, or are no versions of its kind";

fn thresholds(view: View<'_>, subject: usize) -> bool {
    let mut thresholds = view.thresholds(subject);
    let rise = thresholds.clone().skip(1).all(|at| view.threshold(at - 1) < view.threshold(at));
    // File evidence may be asked of anything, though only a file has it.
    rise && match view.columns.subject_tag.at(subject) {
        tag::RPM | tag::DEB => true,
        _ => thresholds.all(|at| view.threshold(at).len() == 16),
    }
}

const TOKEN: &str = "not a path token, or files that are not below it";

fn token(view: View<'_>, at: usize) -> bool {
    let columns = view.columns;
    let text = view.text(columns.token_text.at(at));
    let (first, end) = (columns.token_first.at(at) as usize, columns.token_end.at(at) as usize);
    let is_below = |subject: usize| {
        columns.subject_tag.at(subject) == tag::FILE
            && path::token(view.text(columns.subject_text.at(subject))) == Some(text)
    };
    let after = at == 0 || columns.token_end.at(at - 1) as usize <= first;
    after && first < end && (first..end).all(is_below)
}
