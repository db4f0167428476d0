//! What results of another scanner say that cells do not: articles of no bundle, and where rules decide
//! otherwise.
//!
//! Looks at the cells of a client once they stand, and changes none. Source of truth: `docs/office.md`,
//! "Results".

use std::collections::BTreeMap;

use super::plan::Plan;
use super::program::Context;
use super::slots::Slots;
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::index::columns::{Column, NONE};
use crate::matrix::row::{self, Row, implied};
use crate::model::applicability::Applicability;
use crate::model::expr::Section;
use crate::model::flag::Flags;
use crate::model::office::Asked;
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::{Cell, Verdict};

/// Finds what the results of a client say beside its cells.
pub(super) fn findings(plan: &Plan<'_>, slots: &Slots<'_>, client: &str, row: &Row, found: &mut Diagnostics) {
    let articles = slots.installer.articles();
    if articles.is_empty() {
        return;
    }
    for article in articles.difference(&plan.articles) {
        let message = format_args!("KB{article} of client `{client}`");
        found.push(Code::ImportWithoutBundle, Position::default(), "", message);
    }
    let stored: BTreeMap<u32, (Reason, Flags)> =
        row.stored().map(|(place, reason, flags)| (place, (reason, flags))).collect();
    for (place, update) in plan.updates.iter().enumerate() {
        let Some(said) = said(plan, slots, *update) else { continue };
        let verdict = row::get(row.verdicts(), place);
        let cell = match stored.get(&(place as u32)) {
            Some((reason, flags)) => Cell { verdict, reason: *reason, flags: *flags },
            None => implied(verdict, plan.absent(*update), plan.not_collected(*update)),
        };
        let own = by_rules(cell);
        if own != Verdict::Unknown && own != said && !cell.flags.contains(Flags::IMPORTED) {
            let update = plan.view.text(plan.view.columns.update_identity.at(*update as usize));
            let message = format_args!("`{update}` of client `{client}` is {own}; the other scanner: {said}");
            found.push(Code::ImportDisagrees, Position::default(), "", message);
        }
    }
}

/// The article that a leaf asks another scanner for.
pub(super) fn article(asked: &Applicability) -> Option<u32> {
    match asked {
        Applicability::Office(asked) => match asked.as_ref() {
            Asked::Scan(article, _) => Some(*article),
            Asked::Installed(_) | Asked::Applicable(_) | Asked::There(_) => None,
        },
        _ => None,
    }
}

/// What the other scanner says of an update, where that is a verdict.
fn said(plan: &Plan<'_>, slots: &Slots<'_>, update: u32) -> Option<Verdict> {
    let decision = plan.code.decision(update as usize)?;
    let imported = plan.code.items(decision).iter().map(|item| item.imported).find(|rule| *rule != NONE)?;
    match slots.run(imported, Context::new(false, Section::Installed)).truth {
        Truth::True => Some(Verdict::Installed),
        Truth::False => Some(Verdict::Missing),
        Truth::Error | Truth::Unknown | Truth::NotEvaluated | Truth::NotApplicable => None,
    }
}

/// The verdict of a cell before it was looked at what was withdrawn and what replaces it.
fn by_rules(cell: Cell) -> Verdict {
    match (cell.verdict, cell.reason) {
        (Verdict::Installed, Reason::ReplacedByInstalled) | (Verdict::NotApplicable, Reason::Declined) => {
            Verdict::Missing
        }
        (verdict, _) => verdict,
    }
}
