//! Compares two indexes: updates, supersedence, products, diagnostics, sources.
//!
//! Everything is joined by names: identities of updates, feeds, names of products. Where something
//! stands in its document is not compared, nor is the document's digest, because a catalog that is
//! published again moves everything and changes nothing. Source of truth: `docs/reports.md`,
//! "Differences of indexes".

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::diff::{Diff, Outcome};
use super::table::{Column, Note, Table, Value};
use crate::error::Result;
use crate::index::{Index, View};
use crate::model::catalogs::Entry;

mod content;
mod rule;
mod update;

/// How many updates were added, removed, changed.
#[derive(Default)]
struct Counts {
    added: u64,
    removed: u64,
    changed: u64,
    same: u64,
}

/// Rows `what,id,field,change,before,after`.
struct Rows<'i> {
    table: Table<'i>,
}

impl Rows<'_> {
    fn new() -> Self {
        let columns = vec![
            Column::text("what"),
            Column::text("id"),
            Column::text("field"),
            Column::text("change"),
            Column::long("before"),
            Column::long("after"),
        ];
        Rows { table: Table::new("index-diff", columns) }
    }

    /// Adds a difference; an empty side is one where it is not there.
    fn push(&mut self, what: &'static str, id: &str, field: impl Into<Cow<'static, str>>, sides: Sides) {
        let change = match (&sides.before, &sides.after) {
            (None, _) => "added",
            (Some(_), None) => "removed",
            (Some(_), Some(_)) => "changed",
        };
        self.table.push(vec![
            Value::from(what),
            Value::from(id.to_owned()),
            Value::Text(field.into()),
            Value::from(change),
            sides.before.unwrap_or_default(),
            sides.after.unwrap_or_default(),
        ]);
    }
}

/// Both sides of a difference.
struct Sides {
    before: Option<Value<'static>>,
    after: Option<Value<'static>>,
}

impl Sides {
    fn both(before: Value<'static>, after: Value<'static>) -> Self {
        Sides { before: Some(before), after: Some(after) }
    }

    /// Something that only one of two sets has.
    fn of<T>(before: Option<T>, after: Option<T>, value: impl Fn(T) -> Value<'static>) -> Self {
        Sides { before: before.map(&value), after: after.map(value) }
    }
}

/// Compares index `b` with the earlier index `a`.
///
/// # Errors
///
/// One of them leaves its bounds, which [`Index::open`] refuses.
///
/// ```
/// use patchstate::archive::map::Bytes;
/// use patchstate::index::{self, Index, columns::Columns};
/// use patchstate::report::diff::Outcome;
/// use patchstate::report::index_diff::diff;
///
/// let mut file = std::io::Cursor::new(Vec::new());
/// index::write(&Columns::default(), &mut file).expect("writes to memory");
/// let index = Index::open(Bytes::copy(file.get_ref())).expect("is an index");
/// assert_eq!(diff(&index, &index).expect("compares").outcome, Outcome::Same);
/// ```
pub fn diff(a: &Index, b: &Index) -> Result<Diff<'static>> {
    let (before, after) = (a.view()?, b.view()?);
    let mut rows = Rows::new();
    let counts = updates(before, after, &mut rows);
    edges(before, after, &mut rows);
    content::products(before, after, &mut rows);
    content::detections(before, after, &mut rows);
    content::module_defaults(before, after, &mut rows);
    content::sources(before, after, &mut rows);
    content::diagnostics(before, after, &mut rows);
    let mut table = rows.table;
    let outcome = if table.rows.is_empty() { Outcome::Same } else { Outcome::Different };
    let Counts { added, removed, changed, same } = counts;
    table.foot = vec![Note::counts(
        "updates",
        [("added", added), ("removed", removed), ("changed", changed), ("equal", same)],
    )];
    if outcome == Outcome::Same && before.checksum() != after.checksum() {
        table
            .foot
            .push(Note::advice("the files differ only in what no answer needs, such as places in documents"));
    }
    Ok(Diff { table, outcome })
}

/// Compares updates, both lists being sorted by identity.
fn updates(a: View<'_>, b: View<'_>, rows: &mut Rows<'static>) -> Counts {
    let mut counts = Counts::default();
    let (mut at, mut to) = (0, 0);
    let title = |entry: &Entry| Value::from(entry.update.title.clone());
    loop {
        let (before, after) = (identity(a, at), identity(b, to));
        let order = match (before, after) {
            (None, None) => return counts,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(before), Some(after)) => before.cmp(after),
        };
        match order {
            std::cmp::Ordering::Less => {
                let entry = a.entry(at);
                rows.push("update", &entry.identity, "", Sides { before: Some(title(&entry)), after: None });
                counts.removed += 1;
                at += 1;
            }
            std::cmp::Ordering::Greater => {
                let entry = b.entry(to);
                rows.push("update", &entry.identity, "", Sides { before: None, after: Some(title(&entry)) });
                counts.added += 1;
                to += 1;
            }
            std::cmp::Ordering::Equal => {
                match update::compare(a.entry(at), b.entry(to), rows) {
                    Outcome::Same => counts.same += 1,
                    Outcome::Different => counts.changed += 1,
                }
                (at, to) = (at + 1, to + 1);
            }
        }
    }
}

fn identity(view: View<'_>, at: usize) -> Option<&str> {
    (at < view.updates())
        .then(|| view.text(crate::index::columns::Column::at(&view.columns.update_identity, at)))
}

/// An edge by the identities of its ends, and who says so.
type Named = (String, String, &'static str);

/// Compares the edges of supersedence.
fn edges(a: View<'_>, b: View<'_>, rows: &mut Rows<'static>) {
    let (before, after) = (named_edges(a), named_edges(b));
    for (update, by, source) in before.symmetric_difference(&after) {
        let edge = (update.clone(), by.clone(), *source);
        let (there, here) = (before.contains(&edge), after.contains(&edge));
        let value = |_| Value::from(by.clone());
        rows.push("edge", update, *source, Sides::of(there.then_some(()), here.then_some(()), value));
    }
}

fn named_edges(view: View<'_>) -> BTreeSet<Named> {
    let mut named = BTreeSet::new();
    for update in 0..view.updates() {
        let Some(from) = identity(view, update) else { continue };
        for edge in view.edges(update) {
            let by = identity(view, edge.by as usize).unwrap_or_default();
            named.insert((from.to_owned(), by.to_owned(), edge.source.name()));
        }
    }
    named
}

/// The entries of two maps whose values differ, with both values.
fn differing<'m, K: Ord, V: PartialEq>(
    a: &'m BTreeMap<K, V>,
    b: &'m BTreeMap<K, V>,
) -> impl Iterator<Item = (&'m K, Option<&'m V>, Option<&'m V>)> {
    let keys: BTreeSet<&K> = a.keys().chain(b.keys()).collect();
    keys.into_iter().map(|key| (key, a.get(key), b.get(key))).filter(|(_, before, after)| before != after)
}
