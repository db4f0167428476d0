//! What is wrong with catalogs, as tables: each finding, and how many there are of each code.

use super::table::{Column, Note, Table, Value};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// Every finding that was kept, and below them how often each code was raised.
///
/// ```
/// use patchstate::diagnostic::{Code, Diagnostics, Position};
/// use patchstate::report::findings;
///
/// let mut found = Diagnostics::new();
/// found.push(Code::NotUtf8, Position::default(), "updates", "byte 0xff");
/// let table = findings::list(&found);
/// assert_eq!(table.rows.len(), 1);
/// ```
pub fn list(found: &Diagnostics) -> Table<'_> {
    let columns = ["file", "line", "column", "severity", "code", "element", "message"].map(Column::text);
    let mut table = Table::new("findings", columns.to_vec());
    for Diagnostic { code, file, position, element, message } in found.kept() {
        let place =
            |number: u32| if position.line == 0 { Value::Empty } else { Value::Number(number.into()) };
        table.push(vec![
            Value::from(file),
            place(position.line),
            place(position.column),
            Value::from(code.severity().name()),
            Value::from(code.name()),
            Value::from(element),
            Value::from(message),
        ]);
    }
    table.foot = vec![Note::counts("counts", found.counts().map(|(code, count)| (code.name(), count)))];
    table
}

/// How often each code was raised, and what it means; the worst first.
pub fn counts(found: &Diagnostics) -> Table<'static> {
    let columns =
        vec![Column::text("Count"), Column::text("Severity"), Column::text("Code"), Column::long("Meaning")];
    let mut table = Table::new("counts", columns);
    let mut counts: Vec<(Code, u64)> = found.counts().collect();
    counts.sort_by_key(|(code, _)| (std::cmp::Reverse(code.severity()), code.name()));
    for (code, count) in counts {
        let words = [code.severity().name(), code.name(), code.description()].map(Value::from);
        table.push([Value::Count(count)].into_iter().chain(words).collect());
    }
    table
}
