//! What the nodes and predicates of rules are, and how they hang together.

use super::bad;
use crate::compile::rules::operator;
use crate::error::Result;
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::index::nodes::{Extent, extents, operands};
use crate::index::probe::tag;
use crate::model::applicability::Applicability;
use crate::model::applicability::patch::Patch;
use crate::model::expr::{Comparison, DEPTH, NODES};
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::version::dotted::Version;

/// Every node is of a known form and stands after its operands; rules are bounded, and their tests are
/// as many as there are places of tests.
pub(super) fn nodes(view: View<'_>) -> Result<()> {
    let columns = view.columns;
    let mut listed = 0;
    for at in 0..columns.nodes() {
        let (a, b) = (columns.node_a.at(at), columns.node_b.at(at));
        let operator = columns.node_operator.at(at);
        let combines = matches!(
            operator,
            operator::AND | operator::OR | operator::ONE | operator::XOR | operator::EVIDENCE
        );
        let known = match operator {
            operator::CONSTANT => is_answer(a, b),
            operator::UNREAD => is_text(view, a) && is_answer(0, b) && b <= 0xffff,
            operator::TEST => (a as usize) < columns.predicates() && b == 0,
            operator::NOT => b == 0,
            operator::OTHERWISE => true,
            operator::LOOP => is_text(view, a),
            _ => a == listed && b >= a && b as usize <= columns.operands(),
        };
        let chosen = combines || operator == operator::LOOP;
        if !known || !chosen && columns.node_reasons.at(at) != 0 {
            return Err(bad("node_a", at, "the operands are not what the operator takes"));
        }
        if operands(columns, at).any(|operand| operand as usize >= at) {
            return Err(bad("node_a", at, "an operand does not stand before its node"));
        }
        if combines {
            listed = b;
        }
    }
    if listed as usize != columns.operands() {
        return Err(bad("operand", listed as usize, "it belongs to no node"));
    }
    walks(view)
}

fn is_answer(a: u32, b: u32) -> bool {
    let truth = u8::try_from(a).ok().and_then(Truth::from_number);
    truth.is_some() && Reason::from_number((b & 0xffff) as u16).is_some()
}

/// Rules are as deep and as large as may be walked; their tests have places.
fn walks(view: View<'_>) -> Result<()> {
    let columns = view.columns;
    let extents = extents(columns);
    if let Some(at) = extents.iter().position(|extent| !extent.is_bounded()) {
        let wrong = format!("the rule is deeper than {DEPTH} or has more than {NODES} nodes");
        return Err(bad("node_operator", at, &wrong));
    }
    let mut counts = vec![[0u64; 2]; columns.sources()];
    for update in 0..columns.updates() {
        let of = |node: u32| extents.get(node as usize).copied().unwrap_or_default();
        let rules: Vec<Extent> = view.roots(update).map(of).collect();
        let leaves: u64 = rules.iter().map(|rule| rule.leaves).sum();
        if leaves != columns.update_leaf_ends(update).len() as u64 {
            return Err(bad("update_leaf_ends", update, "another number of tests than the rule has"));
        }
        if let Some(counts) = counts.get_mut(columns.update_source.at(update) as usize) {
            counts[0] += leaves;
            counts[1] += rules.iter().map(|rule| rule.nodes).sum::<u64>();
        }
    }
    let stated = |source: usize| [0, 2].map(|which| columns.source_counts.at(source * 6 + which));
    match counts.iter().enumerate().find(|(source, counts)| stated(*source) != **counts) {
        Some((source, _)) => Err(bad("source_counts", source * 6, "not the tests and nodes of its updates")),
        None => Ok(()),
    }
}

/// The parameters of every predicate are those that its question has.
pub(super) fn predicates(view: View<'_>) -> Result<()> {
    let columns = view.columns;
    let mut listed = 0;
    for at in 0..columns.predicates() {
        let parameters = [
            columns.predicate_a.at(at),
            columns.predicate_b.at(at),
            columns.predicate_c.at(at),
            columns.predicate_d.at(at),
        ];
        let subject = columns.predicate_subject.at(at) as usize;
        let known = match columns.predicate_question.at(at) {
            0 => parameters == [0; 4],
            1 => is_comparison(view, subject, parameters),
            2 => is_data(view, parameters),
            3 => is_evidence(view, subject, parameters),
            5 => is_applicability(view, parameters),
            _ => {
                let [start, end, fixed, rest] = parameters;
                let follows = start == listed && end >= start && end as usize <= columns.levels();
                listed = end;
                follows && (fixed == NONE || is_text(view, fixed)) && rest == 0
            }
        };
        if !known {
            return Err(bad("predicate_a", at, "the parameters are not what the question takes"));
        }
    }
    if listed as usize != columns.levels() {
        return Err(bad("level_text", listed as usize, "it belongs to no predicate"));
    }
    Ok(())
}

fn is_comparison(view: View<'_>, subject: usize, [a, b, c, d]: [u32; 4]) -> bool {
    let operand = match a >> 8 {
        0 => is_version(view, c, |version| is_rank(view, subject, b, version)),
        1 => true,
        2 => is_text(view, b) && c == 0,
        _ => false,
    };
    operand && ((a & 0xff) as usize) < Comparison::ALL.len() && d == 0
}

fn is_data(view: View<'_>, [a, b, c, d]: [u32; 4]) -> bool {
    let data = match a {
        0 => b == 0 && c == 0,
        1 => true,
        2 => is_text(view, b) && c == 0,
        3 => is_version(view, b, |_| true) && c == 0,
        _ => false,
    };
    data && d == 0
}

fn is_evidence(view: View<'_>, subject: usize, [a, b, c, d]: [u32; 4]) -> bool {
    let (presence, checksum) = (a & 0xff, a >> 8);
    let thresholds = view.thresholds(subject);
    let at = thresholds.start + b as usize;
    let known = b == NONE || thresholds.contains(&at) && view.threshold(at).len() == 16;
    presence <= 2 && known && (checksum == 1 || checksum == 0 && c == 0 && d == 0)
}

/// Whether a text is a leaf of the Windows rule language as it is written.
fn is_applicability(view: View<'_>, [a, b, c, d]: [u32; 4]) -> bool {
    let text = view.text(a);
    let known = Applicability::from_text(text).is_some_and(|asked| asked.to_string() == text);
    is_text(view, a) && known && [b, c, d] == [0; 3]
}

fn is_text(view: View<'_>, text: u32) -> bool {
    (text as usize) < view.columns.texts()
}

/// Whether a text is a version, as it is written, that meets a condition.
fn is_version(view: View<'_>, text: u32, holds: impl Fn(Version) -> bool) -> bool {
    let text = view.text(text);
    Version::parse(text).is_some_and(|version| version.to_string() == text && holds(version))
}

/// Whether a rank is that of a version among the thresholds of a subject, which a file always has.
fn is_rank(view: View<'_>, subject: usize, rank: u32, version: Version) -> bool {
    if rank == NONE {
        return view.columns.subject_tag.at(subject) != tag::FILE;
    }
    let thresholds = view.thresholds(subject);
    let at = thresholds.start + rank as usize;
    thresholds.contains(&at) && view.threshold(at) == version.key()
}

/// What is known of patches is as it is written, and in order.
pub(super) fn patches(view: View<'_>) -> Result<()> {
    let mut before = None;
    for at in 0..view.columns.patches() {
        let text = view.text(view.columns.patch_text.at(at));
        let patch = Patch::from_text(text).filter(|patch| patch.to_text() == text);
        if patch.is_none() || patch <= before {
            return Err(bad("patch_text", at, "no metadata of a patch, or out of order"));
        }
        before = patch;
    }
    Ok(())
}

/// The updates that are listed as anchored are those that say so, of the kind that they say.
pub(super) fn anchors(view: View<'_>) -> Result<()> {
    let columns = view.columns;
    let mut listed = vec![false; columns.updates()];
    for subject in 0..columns.subjects() {
        let kind = view.subject(subject).map(|subject| subject.kind() as u8);
        let mut before = None;
        for at in columns.subject_anchor_ends(subject) {
            let update = columns.anchor_update.at(at);
            let anchored = columns.update_anchored.at(update as usize);
            if before >= Some(update) || Some(anchored) != kind {
                return Err(bad(
                    "anchor_update",
                    at,
                    "out of order, or an update with anchors of another kind",
                ));
            }
            before = Some(update);
            if let Some(listed) = listed.get_mut(update as usize) {
                *listed = true;
            }
        }
    }
    let lost = |update: &usize| columns.update_anchored.at(*update) != u8::MAX && !listed[*update];
    match (0..columns.updates()).find(lost) {
        Some(update) => Err(bad("update_anchored", update, "the update has anchors, and no subject is one")),
        None => Ok(()),
    }
}
