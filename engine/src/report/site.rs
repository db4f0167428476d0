//! `report site`: the whole matrix in some lines: totals per feed, severity and age, the clients, and
//! the updates that most clients need.
//!
//! Ages are counted from the time that the caller gives, else from that of the site; without either there are
//! none.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::counts::{Counts, ORDER, by_update};
use super::table::{Column, Note, Says, Table, Value};
use super::{Baseline, Options, Report, Subject, footer, naming, share};
use crate::error::Result;
use crate::matrix::Matrix;
use crate::matrix::tables::Update;
use crate::model::update::Urgency;
use crate::model::verdict::Verdict;

pub(super) const REPORT: Report = Report {
    name: "site",
    title: "totals per feed, severity and age; the updates that most clients need",
    subject: Subject::Matrix,
    table,
};

/// How many updates the list of the most needed has.
const TOP: usize = 10;

fn table<'m>(matrix: &'m Matrix<'_>, _: &str, options: &Options) -> Result<Table<'m>> {
    let columns = vec![
        Column::text("Group"),
        Column::text("Name"),
        Column::long("Title"),
        Column::text("Counts").headed("Missing"),
        Column::text("InstalledCounts").headed("Installed"),
        Column::text("UnknownCounts").headed("Unknown"),
        Column::text("NotApplicableCounts").headed("NotApplicable"),
    ];
    let mut table = Table::new(REPORT.name, columns);
    let counts = by_update(matrix);
    totals(matrix, &counts, "feed", &mut table, |update| {
        let feed = naming::source(matrix, update).map_or("", |source| source.feed.as_str());
        (0, Cow::Borrowed(feed))
    });
    totals(matrix, &counts, "severity", &mut table, |update| severity(update.urgency));
    let now = options.now.or(options.site.now);
    if let Some(now) = now {
        totals(matrix, &counts, "age", &mut table, |update| age(&update.posted, now));
    }
    top(matrix, &counts, &mut table);
    table.head = clients(matrix);
    if !options.site.baselines.is_empty() {
        let baselines = options.site.baselines.iter().map(|list| baseline(matrix, list));
        table.head.push(Note { name: "baselines", says: Says::Records(baselines.collect()) });
    }
    table.foot = footer::notes(matrix);
    table.foot.push(footer::totals(matrix.totals()));
    match now {
        Some(now) => table.foot.push(Note::one("now", now.to_string())),
        None => table.foot.push(Note::advice("updates are grouped by age when --now TIME is given")),
    }
    Ok(table)
}

/// Adds a row per group of updates, in the order of its key.
fn totals<'m>(
    matrix: &'m Matrix<'_>,
    counts: &[Counts],
    group: &'static str,
    table: &mut Table<'m>,
    key: impl Fn(&'m Update) -> Key<'m>,
) {
    for ((_, name), counts) in grouped(matrix.updates.iter().zip(counts), key) {
        push(table, group, Value::Text(name), Value::Empty, &counts);
    }
}

/// The place of a group among others, and its name.
pub(super) type Key<'m> = (usize, Cow<'m, str>);

/// Counts the cells of groups of updates.
pub(super) fn grouped<'m, 'c>(
    updates: impl Iterator<Item = (&'m Update, &'c Counts)>,
    key: impl Fn(&'m Update) -> Key<'m>,
) -> BTreeMap<Key<'m>, Counts> {
    let mut groups: BTreeMap<Key<'m>, Counts> = BTreeMap::new();
    for (update, counts) in updates {
        groups.entry(key(update)).or_default().add(counts);
    }
    groups
}

fn push<'m>(table: &mut Table<'m>, group: &'static str, name: Value<'m>, title: Value<'m>, counts: &Counts) {
    let mut row = vec![Value::from(group), name, title];
    row.extend(ORDER.map(|verdict| Value::Count(counts.of(verdict))));
    table.push(row);
}

/// Critical first, without a severity last.
pub(super) fn severity(urgency: Option<Urgency>) -> Key<'static> {
    let rank = urgency.map_or(Urgency::ALL.len(), |urgency| Urgency::Critical as usize - urgency as usize);
    (rank, Cow::Borrowed(urgency.map_or("none stated", Urgency::name)))
}

/// How long ago an update was published.
pub(super) fn age(posted: &str, now: jiff::Timestamp) -> Key<'static> {
    const AGES: [(i32, &str); 4] = [
        (30, "up to 30 days"),
        (90, "31 to 90 days"),
        (365, "91 to 365 days"),
        (i32::MAX, "more than 365 days"),
    ];
    let unknown = (AGES.len(), Cow::Borrowed("date not known"));
    let Some(date) = posted.get(..10).and_then(|date| date.parse::<jiff::civil::Date>().ok()) else {
        return unknown;
    };
    let today = jiff::tz::Offset::UTC.to_datetime(now).date();
    let Ok(days) = today.since(date).map(|span| span.get_days()) else { return unknown };
    let found = AGES.iter().enumerate().find(|(_, (most, _))| days <= *most);
    found.map_or(unknown, |(rank, (_, name))| (rank, Cow::Borrowed(*name)))
}

/// Adds the updates that most clients need, of those whose rows lists show.
fn top<'m>(matrix: &'m Matrix<'_>, counts: &[Counts], table: &mut Table<'m>) {
    for at in most_needed(counts, TOP) {
        let update = &matrix.updates[at];
        push(table, "top missing", Value::from(&update.id), Value::from(&update.title), &counts[at]);
    }
}

/// The numbers of at most `most` of those that have most listed Missing cells, and some; the first of equals
/// first.
pub(super) fn most_needed(counts: &[Counts], most: usize) -> Vec<usize> {
    let needed = |at: &usize| counts.get(*at).map_or(0, |counts| counts.listed);
    let mut order: Vec<usize> = (0..counts.len()).filter(|at| needed(at) > 0).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(needed(at)), *at));
    order.truncate(most);
    order
}

/// How a client stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Something is Missing.
    Missing,
    /// Nothing is Missing, and something Unknown.
    Unproved,
    /// Neither.
    Clean,
}

impl Standing {
    /// How a client stands that has so many cells of each verdict, by verdict code.
    pub(super) fn of(totals: [u64; 4]) -> Standing {
        let has = |verdict: Verdict| totals[usize::from(verdict.code())] > 0;
        match (has(Verdict::Missing), has(Verdict::Unknown)) {
            (true, _) => Standing::Missing,
            (false, true) => Standing::Unproved,
            (false, false) => Standing::Clean,
        }
    }
}

/// How the clients stand: something Missing; nothing Missing and something Unknown; neither.
fn clients<'m>(matrix: &'m Matrix<'_>) -> Vec<Note<'m>> {
    let mut standing = [0u64; 3];
    for client in 0..matrix.clients.len() {
        standing[Standing::of(matrix.totals_of(client)) as usize] += 1;
    }
    let [missing, unproved, clean] = standing;
    let clients = matrix.clients.len() as u64;
    vec![
        Note::one("clients with updates missing", share(missing, clients)),
        Note::one("clients not proved", share(unproved, clients)),
        Note::one("clients with nothing missing or unknown", share(clean, clients)),
    ]
}

/// How the clients stand to a list of updates that they must have: none of them Missing and none Unknown; one
/// Missing; none Missing, but one Unknown, of whom it is not proved.
fn baseline<'m>(matrix: &'m Matrix<'_>, list: &Baseline) -> Vec<(&'static str, Value<'m>)> {
    let [mut compliant, mut lacking, mut unproved] = [0u64; 3];
    for client in 0..matrix.clients.len() {
        let has = |verdict| list.updates.iter().any(|update| matrix.cell(client, *update).verdict == verdict);
        let state = match (has(Verdict::Missing), has(Verdict::Unknown)) {
            (true, _) => &mut lacking,
            (false, true) => &mut unproved,
            (false, false) => &mut compliant,
        };
        *state += 1;
    }
    let clients = matrix.clients.len() as u64;
    vec![
        ("name", Value::from(list.name.clone())),
        ("updates", Value::Count(list.updates.len() as u64)),
        ("compliant", Value::from(share(compliant, clients))),
        ("not compliant", Value::from(share(lacking, clients))),
        ("not proved", Value::from(share(unproved, clients))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_counted_from_now() {
        let now: jiff::Timestamp = "2026-03-01T00:00:00Z".parse().expect("is a time");
        let check = |posted: &str, expect: &str| assert_eq!(age(posted, now).1, expect, "{posted}");
        check("2026-03-01", "up to 30 days");
        check("2026-01-30", "up to 30 days");
        check("2026-01-29", "31 to 90 days");
        check("2025-03-01T10:00:00Z", "91 to 365 days");
        check("2025-02-28", "more than 365 days");
        check("2027-01-01", "up to 30 days");
        check("", "date not known");
        check("01/02/2003", "date not known");
        check("äääääääääää", "date not known");
    }
}
