//! The differences of two matrices: the cells whose verdict changed, and the clients and updates of
//! only one.

use std::borrow::Cow;

use super::super::table::{Column, Note, Table, Value};
use super::{Diff, Outcome};
use crate::matrix::{Joined, Matrix, join};
use crate::model::verdict::{Cell, Verdict};

const COLUMNS: [&str; 5] = ["client", "update", "before", "after", "reasons"];

/// Compares matrix `b` with the earlier matrix `a`.
///
/// Clients and updates are joined by their ids. A client or an update of only one of them is a row
/// whose other id is empty; its cells are not compared. Cells that differ only in reason or flags are
/// counted below the rows.
///
/// ```
/// use std::io::Cursor;
///
/// use patchstate::archive::map::Bytes;
/// use patchstate::matrix::{self, Matrix, tables::Run};
/// use patchstate::report::diff::{Outcome, matrices};
///
/// let mut file = Cursor::new(Vec::new());
/// matrix::write(&Run::default(), std::iter::empty(), [], &mut file)?;
/// let bytes = Bytes::copy(file.get_ref());
/// let matrix = Matrix::open(bytes.as_ref())?;
/// assert_eq!(matrices(&matrix, &matrix).outcome, Outcome::Same);
/// # Ok::<(), patchstate::error::Error>(())
/// ```
pub fn matrices<'m>(a: &'m Matrix<'_>, b: &'m Matrix<'_>) -> Diff<'m> {
    let mut table = Table::new("diff", COLUMNS.map(Column::text).to_vec());
    let joined = join(a, b);
    table.rows = one_sided(a, b, &joined);
    let sides = table.rows.len() as u64;
    let mut silent = 0;
    for (in_a, in_b) in &joined.clients {
        silent += compare(a, b, (*in_a, *in_b), &joined, &mut table);
    }
    let changed = table.rows.len() as u64 - sides;
    table.foot = vec![
        Note::count("clients compared", joined.clients.len() as u64),
        Note::count("updates compared", joined.updates.len() as u64),
        Note::count("verdicts changed", changed),
        Note::count("only reason or flags changed", silent),
    ];
    if a.run.index != b.run.index {
        table.foot.push(Note::advice("the two were evaluated with different indexes"));
    }
    if a.run.options != b.run.options {
        table.foot.push(Note::one("options before", &a.run.options));
        table.foot.push(Note::one("options after", &b.run.options));
    }
    let same = table.rows.is_empty() && silent == 0;
    Diff { table, outcome: if same { Outcome::Same } else { Outcome::Different } }
}

/// Compares what the same clients come to by two catalogs: the cells whose verdict changed.
///
/// Clients are joined by their ids, updates by their identities. Of an update that only one of the two has,
/// the cells that are Missing or Unknown are rows, with `absent` in place of the other verdict. Cells that
/// differ only in reason or flags are counted below the rows.
///
/// ```
/// use std::io::Cursor;
///
/// use patchstate::archive::map::Bytes;
/// use patchstate::matrix::{self, Matrix, tables::Run};
/// use patchstate::report::diff::{Outcome, cells};
///
/// let mut file = Cursor::new(Vec::new());
/// matrix::write(&Run::default(), std::iter::empty(), [], &mut file)?;
/// let bytes = Bytes::copy(file.get_ref());
/// let matrix = Matrix::open(bytes.as_ref())?;
/// assert_eq!(cells(&matrix, &matrix).outcome, Outcome::Same);
/// # Ok::<(), patchstate::error::Error>(())
/// ```
pub fn cells<'m>(a: &'m Matrix<'_>, b: &'m Matrix<'_>) -> Diff<'m> {
    let mut table = Table::new("diff", COLUMNS.map(Column::text).to_vec());
    let joined = join(a, b);
    let gone = only(&joined, first, a.updates.len());
    let come = only(&joined, second, b.updates.len());
    let (mut changed, mut silent) = (0, 0);
    for (in_a, in_b) in &joined.clients {
        let start = table.rows.len();
        silent += compare(a, b, (*in_a, *in_b), &joined, &mut table);
        changed += table.rows.len() - start;
        needed(a, *in_a, &gone, Side::Before, &mut table);
        needed(b, *in_b, &come, Side::After, &mut table);
        table.rows[start..].sort_by(|one, other| one[1].data().cmp(&other[1].data()));
    }
    let rows = table.rows.len();
    table.foot = vec![
        Note::count("clients compared", joined.clients.len() as u64),
        Note::count("updates compared", joined.updates.len() as u64),
        Note::count("updates removed", gone.len() as u64),
        Note::count("updates added", come.len() as u64),
        Note::count("verdicts changed", changed as u64),
        Note::count("cells of updates removed or added", (rows - changed) as u64),
        Note::count("only reason or flags changed", silent),
    ];
    let same = rows == 0 && silent == 0;
    Diff { table, outcome: if same { Outcome::Same } else { Outcome::Different } }
}

/// Which of two verdicts an update has that only one catalog has.
#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

/// Adds the cells of one client that are Missing or Unknown, of updates that only this matrix has.
fn needed<'m>(matrix: &'m Matrix<'_>, client: usize, updates: &[usize], side: Side, table: &mut Table<'m>) {
    if updates.is_empty() {
        return;
    }
    let row: Vec<Cell> = matrix.row(client).collect();
    for update in updates {
        let cell = row[*update];
        if !matches!(cell.verdict, Verdict::Missing | Verdict::Unknown) {
            continue;
        }
        let (absent, verdict) = (Value::from("absent"), Value::Verdict(cell.verdict));
        let (before, after) = match side {
            Side::Before => (verdict, absent),
            Side::After => (absent, verdict),
        };
        let reason = Value::List(vec![Cow::Borrowed(cell.reason.name())]);
        let (client, update) = (&matrix.clients[client].id, &matrix.updates[*update].id);
        table.push(vec![Value::from(client), Value::from(update), before, after, reason]);
    }
}

/// The updates that only one of the two has.
fn only(joined: &Joined, side: fn(&(usize, usize)) -> usize, count: usize) -> Vec<usize> {
    let known = known(&joined.updates, side, count);
    (0..count).filter(|update| !known[*update]).collect()
}

fn first(pair: &(usize, usize)) -> usize {
    pair.0
}

fn second(pair: &(usize, usize)) -> usize {
    pair.1
}

/// Which of so many things are in pairs.
fn known(pairs: &[(usize, usize)], side: fn(&(usize, usize)) -> usize, count: usize) -> Vec<bool> {
    let mut known = vec![false; count];
    pairs.iter().for_each(|pair| known[side(pair)] = true);
    known
}

/// The clients and updates that only one of the two has.
fn one_sided<'m>(a: &'m Matrix<'_>, b: &'m Matrix<'_>, joined: &Joined) -> Vec<Vec<Value<'m>>> {
    let mut rows = Vec::new();
    let mut sides =
        |matrix: &'m Matrix<'_>, clients: Vec<bool>, updates: Vec<bool>, words: [&'static str; 2]| {
            let words = words.map(Value::from);
            let mut push = |client: Value<'m>, update: Value<'m>| {
                let [before, after] = words.clone();
                rows.push(vec![client, update, before, after, Value::Empty]);
            };
            for (client, _) in matrix.clients.iter().zip(clients).filter(|(_, known)| !known) {
                push(Value::from(&client.id), Value::Empty);
            }
            for (update, _) in matrix.updates.iter().zip(updates).filter(|(_, known)| !known) {
                push(Value::Empty, Value::from(&update.id));
            }
        };
    let (clients, updates) = (&joined.clients, &joined.updates);
    let known_clients = known(clients, first, a.clients.len());
    sides(a, known_clients, known(updates, first, a.updates.len()), ["there", "absent"]);
    let known_clients = known(clients, second, b.clients.len());
    sides(b, known_clients, known(updates, second, b.updates.len()), ["absent", "there"]);
    rows
}

/// Adds the cells of one client whose verdict changed; returns how many changed only otherwise.
fn compare<'m>(
    a: &'m Matrix<'_>,
    b: &'m Matrix<'_>,
    (client_a, client_b): (usize, usize),
    joined: &Joined,
    table: &mut Table<'m>,
) -> u64 {
    let before: Vec<Cell> = a.row(client_a).collect();
    let after: Vec<Cell> = b.row(client_b).collect();
    let mut silent = 0;
    for (at, to) in &joined.updates {
        let (old, new) = (before[*at], after[*to]);
        if old.verdict == new.verdict {
            silent += u64::from(old != new);
            continue;
        }
        let reasons = [old.reason.name(), new.reason.name()].map(Cow::Borrowed);
        table.push(vec![
            Value::from(&a.clients[client_a].id),
            Value::from(&a.updates[*at].id),
            Value::Verdict(old.verdict),
            Value::Verdict(new.verdict),
            Value::List(reasons.to_vec()),
        ]);
    }
    silent
}
