//! The differences of two indexes: updates that came, went or say something else, replacements,
//! products and sources, and what was found wrong with the catalogs.
//!
//! Where something stands in its document is no difference.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::super::table::{Column, Note, Table, Value};
use super::{Diff, Outcome, content, installs, relations, rules};
use crate::index::View;
use crate::index::columns::Column as _;
use crate::model::supersedence::Source;
use crate::model::update::Update;

/// Compares index `b` with the earlier index `a`: `change,update,what,before,after`.
///
/// Of a rule that changed, before and after are what only one of the two asks, in words.
///
/// ```
/// use patchstate::archive::map::Bytes;
/// use patchstate::compile::compile;
/// use patchstate::index::{self, Index};
/// use patchstate::report::diff::{Outcome, indexes};
///
/// let mut file = std::io::Cursor::new(Vec::new());
/// index::write(&compile(vec![], vec![])?.columns, &mut file)?;
/// let index = Index::open(Bytes::copy(&file.into_inner()))?;
/// assert_eq!(indexes(index.view()?, index.view()?).outcome, Outcome::Same);
/// # Ok::<(), patchstate::error::Error>(())
/// ```
pub fn indexes<'i>(a: View<'i>, b: View<'i>) -> Diff<'i> {
    let mut columns = ["change", "update", "what"].map(Column::text).to_vec();
    columns.extend(["before", "after"].map(Column::long));
    let mut table = Table::new("diff", columns);
    let mut counts = [0; 3];
    merge(a, b, |pair| match pair {
        (Some(old), None) => {
            counts[0] += 1;
            push(&mut table, "removed", identity(a, old), "", title(a, old), Value::Empty);
        }
        (None, Some(new)) => {
            counts[1] += 1;
            push(&mut table, "added", identity(b, new), "", Value::Empty, title(b, new));
        }
        (Some(old), Some(new)) => {
            let mut fields = changed(&a.entry(old).update, &b.entry(new).update);
            fields.extend(relations::changed((a, old), (b, new)));
            counts[2] += u64::from(!fields.is_empty());
            for (field, before, after) in fields {
                push(&mut table, "changed", identity(b, new), field, before, after);
            }
        }
        (None, None) => {}
    });
    let edges = replacements(a, b, &mut table);
    for (what, name, before, after) in content::changed(a, b) {
        push(&mut table, what, "", name, before, after);
    }
    diagnostics(a, b, &mut table);
    table.foot = vec![
        Note::count("updates removed", counts[0]),
        Note::count("updates added", counts[1]),
        Note::count("updates changed", counts[2]),
        Note::count("replacements removed or added", edges),
    ];
    let outcome = if table.rows.is_empty() { Outcome::Same } else { Outcome::Different };
    Diff { table, outcome }
}

fn push<'i>(
    table: &mut Table<'i>,
    change: &'static str,
    update: &'i str,
    what: impl Into<Value<'i>>,
    before: Value<'i>,
    after: Value<'i>,
) {
    table.push(vec![Value::from(change), Value::from(update), what.into(), before, after]);
}

fn identity<'i>(view: View<'i>, update: usize) -> &'i str {
    view.text(view.columns.update_identity.at(update))
}

fn title<'i>(view: View<'i>, update: usize) -> Value<'i> {
    Value::from(view.text(view.columns.update_title.at(update)))
}

/// Visits the updates of both in the order of their identities.
fn merge(a: View<'_>, b: View<'_>, mut visit: impl FnMut((Option<usize>, Option<usize>))) {
    let (mut old, mut new) = (0, 0);
    while old < a.updates() || new < b.updates() {
        let order = match (old < a.updates(), new < b.updates()) {
            (true, true) => identity(a, old).cmp(identity(b, new)),
            (true, false) => std::cmp::Ordering::Less,
            (false, _) => std::cmp::Ordering::Greater,
        };
        visit((order.is_le().then_some(old), order.is_ge().then_some(new)));
        old += usize::from(order.is_le());
        new += usize::from(order.is_ge());
    }
}

/// A field of an update: its name, and its value in words.
type Field = (&'static str, fn(&Update) -> String);

/// The fields that are compared in words.
const FIELDS: [Field; 17] = [
    ("bulletin", |update| update.bulletin.clone()),
    ("title", |update| update.title.clone()),
    ("summary", |update| update.summary.clone()),
    ("type", |update| update.kind.clone()),
    ("severity", |update| update.urgency.map_or("", |urgency| urgency.name()).to_owned()),
    ("articles", |update| joined(update.articles.iter().map(ToString::to_string))),
    ("references", |update| joined(update.references.iter().map(|reference| reference.id.clone()))),
    ("posted", |update| update.posted.clone()),
    ("revised", |update| update.revised.clone()),
    ("reboot", |update| update.reboot.name().to_owned()),
    ("payload", |update| update.payload.clone()),
    ("information", |update| update.information.clone()),
    ("products", |update| {
        joined(update.products.iter().map(|row| format!("{} ({})", row.product, row.levels.join(", "))))
    }),
    ("flags", |update| update.flags.to_string()),
    ("retracted", |update| yes_or_no(update.retracted)),
    ("detectoid", |update| yes_or_no(update.detectoid)),
    ("edition", |update| update.edition.clone()),
];

fn yes_or_no(truth: bool) -> String {
    if truth { "yes" } else { "no" }.to_owned()
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(";")
}

/// The fields that differ, with what they were and are; long text without.
fn changed(old: &Update, new: &Update) -> Vec<(&'static str, Value<'static>, Value<'static>)> {
    let values = FIELDS.iter().map(|(name, value)| (*name, value(old), value(new)));
    let differing = values.filter(|(_, before, after)| before != after);
    let mut found: Vec<_> =
        differing.map(|(name, before, after)| (name, Value::from(before), Value::from(after))).collect();
    let long = [("description", old.description != new.description), ("other text", old.extra != new.extra)];
    found.extend(
        long.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| (name, Value::Empty, Value::Empty)),
    );
    // Where the same things are referred to, what else is said of them.
    let refers = found.iter().any(|(name, ..)| *name == "references");
    found.extend(if refers { None } else { relations::references(old, new) });
    found.extend(installs::changed(&old.installs, &new.installs));
    found.extend(rules::presence(&old.presence, &new.presence));
    found.extend(rules::changed(&old.rule, &new.rule));
    found
}

/// Adds the replacements of only one of the two, and counts them.
fn replacements<'i>(a: View<'i>, b: View<'i>, table: &mut Table<'i>) -> u64 {
    let edges = |view: View<'i>| -> BTreeSet<(&'i str, &'i str, Source)> {
        let named = |update| {
            view.edges(update)
                .map(move |edge| (identity(view, update), identity(view, edge.by as usize), edge.source))
        };
        (0..view.updates()).flat_map(named).collect()
    };
    let (old, new) = (edges(a), edges(b));
    let what = |source: Source| match source {
        Source::Declared => "replaced by",
        Source::Versions => "replaced by versions",
        Source::Twin => "replaced by twin",
        Source::ReleaseTable => "replaced by release table",
    };
    for (update, by, source) in old.difference(&new) {
        push(table, "replacement removed", update, what(*source), Value::from(*by), Value::Empty);
    }
    for (update, by, source) in new.difference(&old) {
        push(table, "replacement added", update, what(*source), Value::Empty, Value::from(*by));
    }
    old.symmetric_difference(&new).count() as u64
}

/// Adds the codes of diagnostics that were raised another number of times, per feed.
fn diagnostics<'i>(a: View<'i>, b: View<'i>, table: &mut Table<'i>) {
    type Counts<'i> = BTreeMap<(&'i str, &'i str), u64>;
    let counts = |view: View<'i>| -> Counts<'i> {
        let mut counts = Counts::new();
        for source in 0..view.sources() {
            let feed = view.text(view.columns.source_feed.at(source));
            for found in view.columns.source_diagnostic_ends(source) {
                let code = view.text(view.columns.diagnostic_code.at(found));
                *counts.entry((feed, code)).or_insert(0) += view.columns.diagnostic_count.at(found);
            }
        }
        counts
    };
    let (old, new) = (counts(a), counts(b));
    let codes: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
    for (feed, code) in codes {
        let count = |counts: &Counts<'i>| counts.get(&(feed, code)).copied().unwrap_or(0);
        if count(&old) != count(&new) {
            let what = Value::Text(Cow::Owned(format!("{feed} {code}")));
            push(table, "diagnostic", "", what, Value::Count(count(&old)), Value::Count(count(&new)));
        }
    }
}
