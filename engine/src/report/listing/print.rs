//! Lists and summaries, aligned.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{Hit, Line, SECURITY, View};
use crate::model::update::Urgency;
use crate::render::clean;

/// One line a package: `ID TYPE PACKAGE`.
pub(super) fn list(lines: &BTreeSet<Line>, view: View) -> String {
    let width = |field: fn(&Line) -> &str| lines.iter().map(|line| field(line).chars().count()).max();
    let ids = width(|line| &line.id).unwrap_or(0);
    let labels = width(|line| &line.label).unwrap_or(0);
    let mut text = String::new();
    for Line { package, installed, id, label, .. } in lines {
        let mark = match (view, installed) {
            (View::All, true) => "i ",
            (View::All, false) => "  ",
            (View::Available | View::Installed, _) => "",
        };
        let line = format!("{mark}{id:<ids$} {label:<labels$} {package}");
        text.push_str(&clean(Cow::Owned(line)));
        text.push('\n');
    }
    text
}

/// The lines of a summary: how far each is indented, what it counts.
const SUMMARY: [(usize, &str, &str); 10] = [
    (0, "New Package notice(s)", "newpackage"),
    (0, "Security notice(s)", SECURITY),
    (1, "Critical Security notice(s)", "Critical"),
    (1, "Important Security notice(s)", "Important"),
    (1, "Moderate Security notice(s)", "Moderate"),
    (1, "Low Security notice(s)", "Low"),
    (1, "Unknown Security notice(s)", "Unknown"),
    (0, "Bugfix notice(s)", "bugfix"),
    (0, "Enhancement notice(s)", "enhancement"),
    (0, "other notice(s)", ""),
];

/// How many updates of each type there are; nothing where there are none.
pub(super) fn summary(hits: &[Hit<'_>], view: View) -> String {
    if hits.is_empty() {
        return String::new();
    }
    let mut updates: BTreeMap<String, Hit<'_>> = BTreeMap::new();
    for hit in hits {
        updates.entry(hit.id()).or_insert(*hit);
    }
    let mut counts = [0u64; SUMMARY.len()];
    let mut count = |kind: &str| {
        let place = SUMMARY.iter().position(|(_, _, known)| *known == kind).unwrap_or(SUMMARY.len() - 1);
        counts[place] += 1;
    };
    for update in updates.values().map(Hit::update) {
        if update.kind == SECURITY {
            count(update.urgency.map_or("Unknown", Urgency::name));
        }
        count(&update.kind);
    }
    let width = counts.iter().filter(|count| **count > 0).map(|count| count.to_string().len()).max();
    let width = width.unwrap_or(0) + 4;
    let mut text = format!("Updates Information Summary: {}\n", view.name());
    for ((indent, label, _), count) in SUMMARY.iter().zip(counts).filter(|(_, count)| *count > 0) {
        text.push_str(&format!("{count:>width$} {label}\n", width = width + 4 * indent));
    }
    text
}
